//! What each platform is answered, byte for byte.
//!
//! The platforms read these bytes: one that is off by a header repeats its push for hours or
//! gives a call record up. Every row of the table of answers has a test here; what a full disk is
//! answered stands in `disk`.

use crate::bodies::{
    APP_ID, axb_hangup, call_question, dedicated, fee, income_hangup, number_status, private, private_record, sms,
    status, voice_callback, xml,
};
use crate::client::Reply;
use crate::house::{App, House, Server};
use crate::wait::{SOON, wait_for};
use serde_json::{Value, json};

const XML_ACK: &str = concat!(
    r#"<?xml version="1.0" encoding="utf-8"?>"#,
    "<Response><statusCode>0000</statusCode><statusMsg>Success</statusMsg></Response>"
);
const JSON_ACK: &str = r#"{"statusCode":"0000","statusMsg":"Success"}"#;
const HUAWEI_ACK: &str = r#"{"resultcode":"0","resultdesc":"Success"}"#;

#[track_caller]
fn check(reply: &Reply, content_type: &str, body: &str) {
    assert_eq!((reply.status, reply.header("content-type")), (200, Some(content_type)), "{}", reply.text());
    assert_eq!(reply.text(), body);
    plain_head(reply);
}

/// A sized body and nothing that says which program or version answered.
#[track_caller]
fn plain_head(reply: &Reply) {
    assert_eq!(reply.header("content-length"), Some(reply.body.len().to_string().as_str()));
    for name in ["transfer-encoding", "server", "x-powered-by", "via", "set-cookie"] {
        assert_eq!(reply.header(name), None, "{name}");
    }
    assert!(!format!("{:?}", reply.headers).contains(env!("CARGO_PKG_VERSION")), "{:?}", reply.headers);
}

/// The newest callback that the API knows, once there are `count`.
fn newest(server: &Server, token: &str, count: usize) -> Value {
    wait_for("a callback is listed", SOON, || {
        let rows = server.api(token).all("/callbacks");
        (rows.len() == count).then(|| rows.into_iter().next()).flatten()
    })
}

#[test]
fn every_notice_is_answered_as_its_platform_expects() {
    let house = House::new();
    let server = house.serve();
    let jiuyun = house.app("jiuyun", "one", &[]);
    let voice = house.app("huawei-voice", "two", &[]);
    let private_app = house.app("huawei-private", "three", &[]);

    let xml_notices = [vec![xml(&axb_hangup("a1")), income_hangup("13900000022")], dedicated("d1", "")].concat();
    for body in &xml_notices {
        check(&server.post(&jiuyun, body), "application/xml; charset=utf-8", XML_ACK);
    }
    let flat: Value = axb_hangup("a2").into_iter().collect::<std::collections::HashMap<_, _>>().into_iter().collect();
    for body in [json!({ "req": flat }), flat] {
        check(&server.post(&jiuyun, body.to_string()), "application/json; charset=utf-8", JSON_ACK);
    }
    for body in voice_callback("v1") {
        check(&server.post(&voice, body), "application/json;charset=UTF-8", HUAWEI_ACK);
    }
    for body in [private("p1", "004", ""), vec![sms("s1", "Notify"), number_status("+8617000000023")]].concat() {
        check(&server.post(&private_app, body), "application/json;charset=UTF-8", HUAWEI_ACK);
    }
    server.stop();
}

#[test]
fn a_repeat_is_answered_as_the_first_time() {
    let house = House::new();
    let server = house.serve();
    let jiuyun = house.app("jiuyun", "one", &[]);
    let private_app = house.app("huawei-private", "two", &[]);
    let cases = [
        (&jiuyun, xml(&axb_hangup("a1"))),
        (&private_app, fee(&[private_record("p1", "004", json!({}))])),
        (&private_app, call_question("x1")),
        (&private_app, sms("s1", "Block")),
    ];
    for (app, body) in &cases {
        let first = server.post(app, body);
        assert_eq!(first.status, 200);
        for _ in 0..3 {
            let again = server.post(app, body);
            assert_eq!((again.status, &again.body), (first.status, &first.body));
            assert_eq!(again.header("content-type"), first.header("content-type"));
        }
    }
    server.stop();
}

#[test]
fn questions_get_the_decision_in_the_form_of_the_app_and_the_same_after_a_restart() {
    let house = House::new();
    let server = house.serve();
    let app = house.app("huawei-private", "routed", &[]);

    let call = server.post(&app, call_question("x1"));
    assert_eq!((call.status, call.header("content-type")), (200, Some("application/json;charset=UTF-8")));
    assert_eq!(call.json()["operation"], "close", "{}", call.text());
    assert!(call.json().get("connectInfo").is_none(), "{}", call.text());
    plain_head(&call);

    let message = server.post(&app, sms("s1", "Block"));
    assert_eq!((message.status, message.header("content-type")), (200, Some("application/json;charset=UTF-8")));
    assert_eq!(message.json()["actions"][0]["operation"], "DiscardMessage", "{}", message.text());
    plain_head(&message);
    server.kill();

    let server = house.serve();
    assert_eq!(server.post(&app, call_question("x1")).body, call.body);
    assert_eq!(server.post(&app, sms("s1", "Block")).body, message.body);
    server.stop();
}

#[test]
fn what_is_well_formed_but_unknown_is_acknowledged_and_kept_for_a_person() {
    let house = House::new();
    let server = house.serve();
    let jiuyun = house.app("jiuyun", "one", &[]);
    let voice = house.app("huawei-voice", "two", &[]);
    let private_app = house.app("huawei-private", "three", &[]);
    let token = house.token("t", "admin");
    let wrong_case = status("answer", "v1", "02:11:00", json!({})).replace("sessionId", "sessionid");
    let huawei = ("application/json;charset=UTF-8", HUAWEI_ACK);
    let cases = [
        (&jiuyun, "<req><hello>1</hello></req>".to_owned(), ("application/xml; charset=utf-8", XML_ACK)),
        (&jiuyun, "{\"hello\":1}".to_owned(), ("application/json; charset=utf-8", JSON_ACK)),
        (&voice, "{\"hello\":1}".to_owned(), huawei),
        (&voice, wrong_case, huawei),
        (&private_app, "{\"eventType\":\"surprise\"}".to_owned(), huawei),
        (&private_app, "[]".to_owned(), huawei),
    ];
    for (n, (app, body, (content_type, ack))) in cases.iter().enumerate() {
        check(&server.post(app, body), content_type, ack);
        let row = newest(&server, &token, n + 1);
        assert_eq!((&row["outcome"], &row["status"]), (&json!("unrecognised"), &json!(200)), "{body}: {row:#}");
        let raw = server.api(&token).ask(&format!("/callbacks/{}/raw", row["seq"]));
        assert_eq!(raw.text(), *body);
    }
    server.stop();
}

#[test]
fn what_cannot_be_read_is_answered_400_with_the_place_and_kept() {
    let house = House::new();
    let server = house.serve();
    let jiuyun = house.app("jiuyun", "one", &[]);
    let voice = house.app("huawei-voice", "two", &[]);
    let private_app = house.app("huawei-private", "three", &[]);
    let token = house.token("t", "admin");
    let doctype = "<?xml version='1.0'?><!DOCTYPE req [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><req>&a;</req>";
    let cases: [(&App, &[u8], bool); 7] = [
        (&jiuyun, b"", false),
        (&jiuyun, doctype.as_bytes(), true),
        (&jiuyun, b"<req><action>Hang", true),
        (&jiuyun, b"{\"req\":", false),
        (&voice, b"not json at all", false),
        (&voice, b"\xff\xfe\x00", false),
        (&private_app, b"{\"eventType\":\"fee\",", false),
    ];
    for (n, (app, body, _)) in cases.iter().enumerate() {
        let reply = server.post(app, body);
        assert_eq!(reply.status, 400, "{}", String::from_utf8_lossy(body));
        let text = reply.text();
        assert!(text.contains("at byte "), "says where: {text}");
        assert!(!text.contains("Success") && !text.contains("passwd"), "{text}");
        plain_head(&reply);
        let content_type = reply.header("content-type").unwrap();
        if content_type.starts_with("application/xml") {
            assert!(*app == &jiuyun && text.contains("<statusCode>"), "{text}");
            assert!(!text.contains("<statusCode>0000<"), "{text}");
        } else {
            let code = if *app == &jiuyun { &reply.json()["statusCode"] } else { &reply.json()["resultcode"] };
            assert!(code.as_str().is_some_and(|c| !c.trim_start_matches('0').is_empty()), "{text}");
        }
        let row = newest(&server, &token, n + 1);
        assert_eq!((&row["outcome"], &row["status"]), (&json!("unparsable"), &json!(400)), "{row:#}");
        assert_eq!(server.api(&token).ask(&format!("/callbacks/{}/raw", row["seq"])).body, *body);
    }
    // XML is answered in XML, as far as it was XML.
    for (app, body, is_xml) in cases.iter().filter(|c| c.2) {
        let reply = server.post(app, body);
        assert_eq!(reply.header("content-type").unwrap().starts_with("application/xml"), *is_xml, "{}", reply.text());
    }
    server.stop();
}

#[test]
fn a_peer_outside_the_allowed_networks_is_refused_and_counted() {
    let house = House::new();
    let server = house.serve();
    let closed = house.app("jiuyun", "closed", &["--allow-from", "203.0.113.0/24"]);
    let open = house.app("jiuyun", "open", &["--allow-from", "203.0.113.0/24", "--allow-from", "127.0.0.0/8"]);
    let token = house.token("t", "admin");
    let refused = server.post(&closed, xml(&axb_hangup("a1")));
    assert_eq!(refused.status, 403);
    plain_head(&refused);
    server.push(&open, xml(&axb_hangup("a2")));
    server.api(&token).call("a2", 1);
    wait_for("the refusal is counted", SOON, || {
        let rows = server.api(&token).get("/ledger")["items"].as_array().cloned()?;
        rows.iter().any(|r| r["app"] == "closed" && r["refused"] == 1).then_some(())
    });
    assert!(server.api(&token).get("/calls?session=a1")["items"].as_array().unwrap().is_empty());
    server.stop();
}

#[test]
fn unknown_tokens_and_other_methods_tell_nothing() {
    let house = House::new();
    let server = house.serve();
    let app = house.app("huawei-voice", "one", &["--token", "0123456789abcdefABCDEF_-"]);
    assert_eq!(app, App("/callbacks/0123456789abcdefABCDEF_-".into()));

    let unknown: Vec<Reply> = ["0123456789abcdefABCDEF_x", "0x", &"z".repeat(64), "%00", "0123456789abcdefABCDEF_-%20"]
        .iter()
        .map(|token| server.request("POST", &format!("/callbacks/{token}/status"), &[], b"{}"))
        .collect();
    for reply in &unknown {
        assert_eq!((reply.status, &reply.body), (404, &unknown[0].body));
        plain_head(reply);
    }
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        let reply = server.request(method, &app.0, &[], b"");
        assert_eq!((reply.status, reply.header("allow")), (405, Some("POST")), "{method}");
    }
    let seen = server.request("GET", &app.0, &[("Accept", "text/html")], b"");
    assert_eq!(seen.text().trim().lines().count(), 1, "one friendly line: {}", seen.text());
    // What stands behind the token is for people.
    for tail in ["", "/", "/status", "/a/b/c?x=1&y=%E5%91%BC"] {
        let reply = server.request("POST", &format!("{}{tail}", app.0), &[], voice_callback("v1")[0].as_bytes());
        check(&reply, "application/json;charset=UTF-8", HUAWEI_ACK);
    }
    server.stop();
}

#[test]
fn the_content_type_is_not_believed() {
    let house = House::new();
    let server = house.serve();
    let jiuyun = house.app("jiuyun", "one", &[]);
    let voice = house.app("huawei-voice", "two", &[]);
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/json", "nonsense", ""] {
        let headers = [("Content-Type", content_type)];
        let reply = server.request("POST", &jiuyun.0, &headers, xml(&axb_hangup("a1")).as_bytes());
        check(&reply, "application/xml; charset=utf-8", XML_ACK);
        let reply = server.request("POST", &voice.0, &headers, voice_callback("v1")[0].as_bytes());
        check(&reply, "application/json;charset=UTF-8", HUAWEI_ACK);
    }
    let marked = [b"\xef\xbb\xbf", xml(&axb_hangup("a1")).as_bytes()].concat();
    check(&server.post(&jiuyun, marked), "application/xml; charset=utf-8", XML_ACK);
    server.stop();
}

#[test]
fn a_body_of_one_mebibyte_is_kept_and_one_more_byte_is_413() {
    const MIB: usize = 1 << 20;
    let house = House::new();
    let server = house.serve();
    let app = house.app("huawei-voice", "one", &[]);
    let token = house.token("t", "admin");
    let body = format!("{{\"pad\":\"{}\"}}", "x".repeat(MIB - 10));
    assert_eq!(body.len(), MIB);
    check(&server.post(&app, &body), "application/json;charset=UTF-8", HUAWEI_ACK);
    assert_eq!(newest(&server, &token, 1)["size_bytes"], MIB);

    for size in [MIB + 1, 3 * MIB] {
        let reply = server.post(&app, vec![b' '; size]);
        assert_eq!(reply.status, 413, "{size}");
        plain_head(&reply);
    }
    // The same when the length is not said beforehand.
    let mut connection = server.connect();
    let head = format!("POST {} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", app.0);
    connection.send(head.as_bytes()).unwrap();
    connection.send(format!("{:x}\r\n{}\r\n0\r\n\r\n", MIB + 1, "x".repeat(MIB + 1)).as_bytes()).unwrap();
    assert_eq!(connection.answer().unwrap().status, 413);

    assert_eq!(server.api(&token).all("/callbacks").len(), 1, "nothing of the refused was kept");
    server.stop();
}

#[test]
fn a_chunked_body_is_read_like_any_other() {
    let house = House::new();
    let server = house.serve();
    let app = house.app("jiuyun", "one", &["--app-key", APP_ID]);
    let body = xml(&axb_hangup("a1"));
    let (first, second) = body.split_at(100);
    let mut connection = server.connect();
    let head = format!("POST {} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", app.0);
    connection.send(head.as_bytes()).unwrap();
    for part in [first, second, ""] {
        connection.send(format!("{:x}\r\n{part}\r\n", part.len()).as_bytes()).unwrap();
    }
    check(&connection.answer().unwrap(), "application/xml; charset=utf-8", XML_ACK);
    server.stop();
}
