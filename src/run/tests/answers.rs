//! What a callback is answered: every row of the table, over real TLS, and what is kept of it.
//!
//! The table is the contract's. Bytes are compared, not shapes: a platform's parser is older than
//! anybody remembers.

use http::Request;
use http_body_util::Full;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::domain::{AllowFrom, AnswerForm, VerifyMode};
use crate::limits;
use crate::state::{AppChange, Author};

fn header<'a>(response: &'a Response<Bytes>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// Posts a sample and compares the answer to the byte.
async fn check(provider: &str, name: &str, content_type: &str, body: &str) {
    let appliance = Appliance::start().await;
    let app = appliance.add(provider).await;
    let sample = sample(provider, name);
    let response = appliance.post(&app, sample.content_type, sample.body).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-type"), content_type);
    assert_eq!(header(&response, "content-length"), body.len().to_string());
    assert_eq!(response.body(), body);
    let kept = appliance.callbacks();
    assert_eq!((kept.len(), kept[0].body.as_slice()), (1, sample.body.as_bytes()));
}

const XML: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Response><statusCode>0000</statusCode><statusMsg>Success</statusMsg></Response>";

#[tokio::test]
async fn a_notice_of_jiuyun_is_answered_in_its_own_notation() {
    check("jiuyun", "axb-hangup", "application/xml; charset=utf-8", XML).await;
    let json = r#"{"statusCode":"0000","statusMsg":"Success"}"#;
    check("jiuyun", "axb-hangup-json", "application/json; charset=utf-8", json).await;
}

#[tokio::test]
async fn a_notice_of_huawei_is_answered_with_a_resultcode() {
    let success = r#"{"resultcode":"0","resultdesc":"Success"}"#;
    check("huawei-voice", "fee-callback", "application/json;charset=UTF-8", success).await;
    check("huawei-private", "num-status", "application/json;charset=UTF-8", success).await;
    check("huawei-private", "sms-notify", "application/json;charset=UTF-8", success).await;
}

#[tokio::test]
async fn every_sample_of_every_provider_is_taken_and_kept() {
    let appliance = Appliance::start().await;
    let mut client = appliance.client().await;
    let mut sent = 0;
    for provider in platforms::ALL {
        let app = appliance.add(provider.id().0).await;
        for sample in provider.samples() {
            let response = client.post(&address(&app), sample.content_type, sample.body).await;
            assert_eq!(response.status(), 200, "{} {}", provider.id(), sample.name);
            sent += 1;
        }
    }
    assert_eq!(appliance.callbacks().len(), sent);
}

#[tokio::test]
async fn a_question_gets_one_answer_however_often_it_is_asked_and_whatever_changes() {
    let appliance = Appliance::start().await;
    let app = appliance.add("huawei-private").await;
    let question = sample("huawei-private", "x-callin");
    let mut asked = Vec::new();
    for _ in 0..8 {
        let mut client = appliance.client().await;
        let path = address(&app);
        asked.push(tokio::spawn(async move { client.post(&path, question.content_type, question.body).await }));
    }
    let mut answers = Vec::new();
    for answer in asked {
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), 200);
        answers.push(answer.into_body());
    }
    assert!(String::from_utf8_lossy(&answers[0]).contains("close"), "{:?}", answers[0]);

    let change = AppChange { answer_form: Some(AnswerForm::Object), ..AppChange::default() };
    appliance.running.context().state.change_app(&Author::of_tests(), app.id, change).await.unwrap();
    answers.push(appliance.post(&app, question.content_type, question.body).await.into_body());

    let appliance = appliance.restart().await;
    answers.push(appliance.post(&app, question.content_type, question.body).await.into_body());
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
    let kept = appliance.callbacks();
    assert_eq!(kept.len(), answers.len());
    assert!(kept.iter().all(|callback| callback.question == kept[0].question && callback.question.is_some()));
}

#[tokio::test]
async fn a_message_that_asks_is_answered_with_a_decision() {
    let appliance = Appliance::start().await;
    let app = appliance.add("huawei-private").await;
    let question = sample("huawei-private", "sms-block");
    let response = appliance.post(&app, question.content_type, question.body).await;
    assert!(String::from_utf8_lossy(response.body()).contains("DiscardMessage"), "{response:?}");
}

#[tokio::test]
async fn a_message_and_a_call_of_one_id_are_two_questions() {
    let appliance = Appliance::start().await;
    let app = appliance.add("huawei-private").await;
    let call = r#"{"eventType":"callin","statusInfo":{"sessionId":"1","notifyMode":"Block"}}"#;
    let message = r#"{"appKey":"k","smsEvent":{"smsIdentifier":"1","notificationMode":"Block"}}"#;
    let closed = appliance.post(&app, "application/json", call).await;
    assert!(String::from_utf8_lossy(closed.body()).contains("close"), "{closed:?}");
    let discarded = appliance.post(&app, "application/json", message).await;
    assert!(String::from_utf8_lossy(discarded.body()).contains("DiscardMessage"), "{discarded:?}");
}

#[tokio::test]
async fn an_unknown_message_is_kept_and_answered_as_a_notice() {
    let appliance = Appliance::start().await;
    let app = appliance.add("huawei-voice").await;
    let response = appliance.post(&app, "application/json", r#"{"eventType":"moon","x":1}"#).await;
    assert_eq!(response.status(), 200);
    assert_eq!(appliance.callbacks().len(), 1);
}

#[tokio::test]
async fn an_unreadable_body_is_kept_and_answered_with_what_is_wrong() {
    let appliance = Appliance::start().await;
    let app = appliance.add("jiuyun").await;
    for body in ["", "hello", "<!DOCTYPE a><req/>"] {
        let response = appliance.post(&app, "application/xml", body).await;
        assert_eq!(response.status(), 400, "{body}");
        assert!(String::from_utf8_lossy(response.body()).contains("byte"), "{response:?}");
    }
    let kept = appliance.callbacks();
    assert_eq!(kept.iter().map(|callback| callback.reply.status).collect::<Vec<_>>(), [400, 400, 400]);
}

#[tokio::test]
async fn a_compressed_body_is_kept_with_what_says_so() {
    let appliance = Appliance::start().await;
    let app = appliance.add("huawei-voice").await;
    let gzip: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    let request = Request::post(address(&app)).header("content-encoding", "gzip").body(Full::from(gzip)).unwrap();
    assert_eq!(appliance.client().await.send(request).await.unwrap().status(), 400);
    let kept = appliance.callbacks();
    assert_eq!(kept[0].body, gzip);
    assert!(kept[0].headers.contains(&("content-encoding".into(), "gzip".into())));
}

#[tokio::test]
async fn a_signature_that_does_not_hold_is_flagged_or_refused_and_kept_in_both_cases() {
    let appliance = Appliance::start().await;
    let sample = sample("huawei-voice", "fee-callback");
    for (mode, status, verified) in
        [(VerifyMode::Off, 200, None), (VerifyMode::Log, 200, Some(false)), (VerifyMode::Enforce, 401, Some(false))]
    {
        let app = appliance
            .add_like("huawei-voice", |app| {
                app.app_key = Some("key".into());
                app.app_secret = secret("made-up-app-secret");
                app.verify = Some(mode);
            })
            .await;
        let response = appliance.post(&app, sample.content_type, sample.body).await;
        assert_eq!(response.status(), status, "{mode:?}");
        let kept = appliance.callbacks().pop().unwrap();
        assert_eq!((kept.reply.status, kept.verified), (status, verified), "{mode:?}");
    }
}

#[tokio::test]
async fn refusals_are_constant_and_counted_in_the_journal() {
    let appliance = Appliance::start().await;
    let app = appliance.add("jiuyun").await;
    let closed =
        appliance.add_like("jiuyun", |app| app.allow_from = AllowFrom(vec!["192.0.2.0/24".parse().unwrap()])).await;
    let mut client = appliance.client().await;

    let unknown = client.post("/callbacks/abcdefghijklmnop/status", "application/xml", "<req/>").await;
    assert_eq!(unknown.status(), 404);
    let also_unknown = client.post("/callbacks/x", "text/plain", "").await;
    assert_eq!((also_unknown.status(), also_unknown.body()), (unknown.status(), unknown.body()));

    for near in ["/callbacks/0/status", "/callbacks/17", "/callbacks", "/callbacks/"] {
        let reply = client.post(near, "text/plain", "").await;
        assert_eq!((reply.status(), reply.body()), (unknown.status(), unknown.body()), "{near}");
    }

    let known = client.get(&address(&app)).await;
    assert_eq!((known.status().as_u16(), header(&known, "allow")), (405, "POST"));
    let stranger = client.get("/callbacks/abcdefghijklmnop").await;
    assert_eq!((stranger.status(), stranger.body()), (known.status(), known.body()));

    assert_eq!(client.post(&address(&closed), "application/xml", "<req/>").await.status(), 403);
    assert!(appliance.callbacks().is_empty());

    let refused = |records: &[Record], app| -> u64 {
        let tallies = records.iter().filter_map(|record| match &record.body {
            Body::Tally(tally) if tally.app == app => Some(tally.refused),
            _ => None,
        });
        tallies.sum()
    };
    let all = |records: &[Record]| {
        (refused(records, None), refused(records, Some(app.id)), refused(records, Some(closed.id))) == (7, 1, 1)
    };
    appliance.until(all).await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_answered_413() {
    let appliance = Appliance::start().await;
    let app = appliance.add("jiuyun").await;
    let most = vec![b' '; limits::BODY_MAX];
    assert_eq!(appliance.post(&app, "application/xml", most).await.status(), 400);
    let more = vec![b' '; limits::BODY_MAX + 1];
    assert_eq!(appliance.post(&app, "application/xml", more).await.status(), 413);
    assert_eq!(appliance.callbacks().len(), 1);
}

/// Sends raw bytes and gives what came back until the other side closed.
async fn exchange(appliance: &Appliance, parts: &[&[u8]]) -> String {
    let mut stream = appliance.tls().await;
    for part in parts {
        stream.write_all(part).await.unwrap();
        stream.flush().await.unwrap();
    }
    let mut said = Vec::new();
    let _ = tokio::time::timeout(SOON, stream.read_to_end(&mut said)).await.expect("the connection was not closed");
    String::from_utf8(said).unwrap()
}

#[tokio::test]
async fn a_chunked_body_is_taken() {
    let appliance = Appliance::start().await;
    let app = appliance.add("jiuyun").await;
    let body = sample("jiuyun", "axb-hangup").body.as_bytes();
    let (first, rest) = body.split_at(10);
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n",
        address(&app)
    );
    let chunk = |part: &[u8]| [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat();
    let said = exchange(&appliance, &[head.as_bytes(), &chunk(first), &chunk(rest), b"0\r\n\r\n"]).await;
    assert!(said.starts_with("HTTP/1.1 200 OK") && said.ends_with(XML), "{said}");
    assert_eq!(appliance.callbacks()[0].body, body);
}

#[tokio::test]
async fn a_chunked_body_without_end_is_answered_413() {
    let appliance = Appliance::start().await;
    let app = appliance.add("jiuyun").await;
    let head = format!("POST {} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n", address(&app));
    let chunk = [b"20000\r\n".as_slice(), &vec![b' '; 0x20000], b"\r\n"].concat();
    let mut parts = vec![head.as_bytes()];
    parts.extend(std::iter::repeat_n(chunk.as_slice(), 9));
    parts.push(b"0\r\n\r\n");
    let mut stream = appliance.tls().await;
    for part in parts {
        stream.write_all(part).await.unwrap();
    }
    let mut said = [0; 12];
    tokio::time::timeout(SOON, stream.read_exact(&mut said)).await.unwrap().unwrap();
    assert_eq!(&said, b"HTTP/1.1 413");
    assert!(appliance.callbacks().is_empty());
}

#[tokio::test]
async fn a_client_that_hangs_up_after_sending_is_kept_all_the_same() {
    let appliance = Appliance::start().await;
    let app = appliance.add("jiuyun").await;
    let body = sample("jiuyun", "axb-hangup").body;
    let request = format!("POST {} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", address(&app), body.len());
    let mut stream = appliance.tls().await;
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    drop(stream);
    appliance.until(|records| records.iter().any(|record| matches!(record.body, Body::Callback(_)))).await;
}

#[tokio::test]
async fn a_stored_callback_has_the_path_tail_and_no_secret() {
    let appliance = Appliance::start().await;
    let app = appliance.add("jiuyun").await;
    let request = Request::post(format!("{}/status/1?x=2", address(&app)))
        .header("content-type", "application/xml")
        .header("cookie", "id=hush")
        .header("authorization", "Basic aHVzaA==")
        .body(Full::from(sample("jiuyun", "axb-hangup").body))
        .unwrap();
    appliance.client().await.send(request).await.unwrap();
    let kept = appliance.callbacks().pop().unwrap();
    assert_eq!(kept.tail, "/status/1?x=2");
    let headers = [("host", "localhost"), ("content-type", "application/xml")];
    assert_eq!(kept.headers, headers.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let line = format!("{:?} {:?} {:?}", kept.tail, kept.headers, kept.peer);
    assert!(!line.contains(app.token.reveal()));
}
