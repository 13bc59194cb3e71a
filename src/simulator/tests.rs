//! The simulator against a small receiver over real TLS, and its scripts as data.
//!
//! The receiver is not Ringback, so that both cannot be wrong in the same way.

mod receiver;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use self::receiver::Receiver;
use super::*;
use crate::clock::Clock;
use crate::domain::Secret;

/// Fast enough that five hours of gaps take a fifth of a second.
const FAST: f64 = 100_000.0;

fn base() -> Timestamp {
    "2026-11-21T02:00:00Z".parse().unwrap()
}

fn plan(platform: Platform, receiver: &Receiver, calls: u64) -> Plan {
    Plan {
        calls,
        rate: 1_000.0,
        time_scale: FAST,
        connections: 8,
        timeout: Duration::from_secs(5),
        ..Plan::new(platform, receiver.address(), Clock::fixed(base()))
    }
}

fn assert_balanced(ledger: &Ledger) {
    for kind in PushKind::ALL {
        let line = ledger.line(kind);
        assert_eq!(
            line.sent,
            line.answered + line.errors + line.refused + line.timed_out + line.not_delivered,
            "{kind:?}"
        );
        assert_eq!(line.pushes, line.answered + line.given_up + line.waiting(), "{kind:?}");
    }
}

fn field(body: &[u8], name: &str) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, rest) = text.split_once(&format!("<{name}>")).or_else(|| text.split_once(&format!("\"{name}\":\"")))?;
    Some(rest.split(['<', '"']).next()?.to_owned())
}

/// Every record of a script, as (answered, cause).
fn records(platform: Platform, pushes: &[Push]) -> Vec<(bool, u64)> {
    let mut records = Vec::new();
    for push in pushes.iter().filter(|p| p.kind == PushKind::Record) {
        if platform == Platform::Jiuyun {
            let number = |name| field(&push.body, name).unwrap().parse::<u64>().unwrap();
            records.push((number("duration") > 0, number("byeType")));
            continue;
        }
        let body: Value = serde_json::from_slice(&push.body).unwrap();
        let list = body["feeLst"].as_array().unwrap();
        assert!(!list.is_empty() && list.len() <= 50 && list.len() == push.sessions.len());
        for fee in list {
            let answer = if fee["serviceType"] == "001" { "callOutAnswerTime" } else { "fwdAnswerTime" };
            records.push((fee[answer].is_string(), fee["ulFailReason"].as_u64().unwrap()));
        }
    }
    records
}

#[test]
fn the_same_seed_writes_the_same_bytes() {
    for platform in Platform::ALL {
        let bytes = |seed| script(platform, seed, 60, base()).into_iter().map(|p| (p.due, p.body)).collect::<Vec<_>>();
        assert_eq!(bytes(7), bytes(7), "{platform:?}");
        assert_ne!(bytes(7), bytes(8), "{platform:?}");
    }
}

#[test]
fn two_thirds_of_the_calls_are_answered_and_every_way_to_fail_occurs() {
    for platform in Platform::ALL {
        let pushes = script(platform, 1, 4_000, base());
        assert!(pushes.is_sorted_by_key(|p| p.due));
        let records = records(platform, &pushes);
        let share = records.iter().filter(|(answered, _)| *answered).count() as f64 / records.len() as f64;
        assert!((0.60..0.70).contains(&share), "{platform:?}: {share}");
        let causes: BTreeSet<u64> = records.iter().map(|(_, cause)| *cause).collect();
        let wanted: &[u64] = match platform {
            Platform::Jiuyun => &[0, 1, 2, 3, 4, 5, 6, 200, 255],
            Platform::HuaweiVoice => &[0, 514, 516, 518, 7002, 8010],
            Platform::HuaweiPrivate => {
                &[0, 7002, 7502, 7503, 8010, 8014, 8018, 8020, 8022, 8100, 8101, 8102, 8103, 8104, 8105]
            }
        };
        assert!(wanted.iter().all(|cause| causes.contains(cause)), "{platform:?}: {causes:?}");
    }
}

#[test]
fn every_documented_event_occurs_and_sessions_come_in_every_form() {
    let mut events = BTreeMap::new();
    let mut forms = BTreeSet::new();
    for platform in Platform::ALL {
        for push in script(platform, 2, 1_500, base()) {
            let name = field(&push.body, "action").or_else(|| field(&push.body, "eventType"));
            let name = name.or_else(|| field(&push.body, "notificationMode")).expect("each push says what it is");
            *events.entry(format!("{}/{name}", platform.name())).or_insert(0) += 1;
            forms.extend(push.sessions.iter().map(|s| match s {
                s if s.ends_with(".huaweicaas.com") => "huaweicaas",
                s if s.ends_with(".home1.com") => "home1",
                s if s.starts_with("+86") => "numbers",
                s if s.len() == 32 => "hexadecimal",
                _ => "other",
            }));
        }
    }
    for name in [
        "jiuyun/CallInvite",
        "jiuyun/CallEstablish",
        "jiuyun/Hangup",
        "jiuyun/IncomeHangup",
        "huawei-voice/callout",
        "huawei-voice/alerting",
        "huawei-voice/answer",
        "huawei-voice/collectInfo",
        "huawei-voice/disconnect",
        "huawei-voice/fee",
        "huawei-private/callin",
        "huawei-private/collectInfo",
        "huawei-private/callout",
        "huawei-private/disconnect",
        "huawei-private/fee",
        "huawei-private/numStatus",
        "huawei-private/Notify",
        "huawei-private/Block",
    ] {
        assert!(events.contains_key(name), "{name} is missing from {events:?}");
    }
    assert_eq!(forms, BTreeSet::from(["huaweicaas", "home1", "numbers", "hexadecimal"]));
}

#[test]
fn no_two_calls_share_a_session() {
    let mut ends = HashMap::new();
    for push in script(Platform::HuaweiPrivate, 3, 2_000, base()) {
        if push.kind == PushKind::Record {
            for session in push.sessions {
                *ends.entry(session).or_insert(0) += 1;
            }
        }
    }
    assert!(ends.values().all(|&n| n == 1));
    assert!(ends.len() > 1_500);
}

#[tokio::test]
async fn a_healthy_receiver_gets_everything_once() {
    for platform in Platform::ALL {
        let receiver = Receiver::healthy().await;
        let ledger = play(plan(platform, &receiver, 60), |_| {}).await.unwrap();
        let total = ledger.total();
        assert_balanced(&ledger);
        assert_eq!((total.sent, total.errors + total.refused, total.waiting()), (total.pushes, 0, 0), "{ledger}");
        let received = receiver.received();
        assert_eq!(received.len() as u64, total.answered);
        let bodies: BTreeSet<_> = received.iter().map(|r| r.body.clone()).collect();
        assert_eq!(bodies.len(), received.len());
        assert!(ledger.to_string().contains("total"));
    }
}

#[tokio::test]
async fn a_decision_is_followed_whichever_it_is() {
    for (answer, last, connects) in [
        (r#"{"operation":"connect","connectInfo":[{"calleeNum":"+8613911112222","userData":"u1"}]}"#, "0", true),
        (r#"{"operation":"close","closeInfo":{"userData":"u1"}}"#, "8017", false),
    ] {
        let receiver = Receiver::start(move |received, _| {
            let asks = field(&received.body, "notifyMode").is_some_and(|mode| mode == "Block")
                && field(&received.body, "eventType").is_some_and(|event| event == "callin");
            (200, if asks { answer.to_owned() } else { r#"{"actions":[{"operation":"DiscardMessage"}]}"#.to_owned() })
        })
        .await;
        let ledger = play(plan(Platform::HuaweiPrivate, &receiver, 80), |_| {}).await.unwrap();
        assert!(ledger.line(PushKind::CallQuestion).answered > 3, "{ledger}");
        let received = receiver.received();
        let mut followed = 0;
        for question in received.iter().filter(|r| field(&r.body, "notifyMode").as_deref() == Some("Block")) {
            let Some(session) = field(&question.body, "sessionId") else { continue };
            let of_call: Vec<_> =
                received.iter().filter(|r| field(&r.body, "sessionId").as_deref() == Some(&session)).collect();
            let has = |event: &str| of_call.iter().any(|r| field(&r.body, "eventType").as_deref() == Some(event));
            assert!(has("disconnect") && has("fee"), "{session}");
            if !connects {
                assert!(!has("callout"));
                let closed = format!("\"stateCode\":{last}");
                assert!(of_call.iter().any(|r| String::from_utf8_lossy(&r.body).contains(&closed)));
            } else if has("callout") {
                assert!(of_call.iter().any(|r| field(&r.body, "called").as_deref() == Some("+8613911112222")));
                followed += 1;
            }
            assert!(of_call.iter().any(|r| field(&r.body, "userData").as_deref() == Some("u1")));
        }
        assert_eq!(followed > 0, connects);
    }
}

#[tokio::test]
async fn an_answer_that_is_no_decision_is_refused_and_asked_again() {
    let receiver = Receiver::start(|_, _| (200, r#"{"resultcode":"0"}"#.to_owned())).await;
    let ledger = play(plan(Platform::HuaweiPrivate, &receiver, 40), |_| {}).await.unwrap();
    let line = ledger.line(PushKind::CallQuestion);
    assert!(line.pushes > 0);
    assert_eq!((line.answered, line.sent, line.given_up), (0, line.pushes * 7, line.pushes), "{ledger}");
    assert!(ledger.refusals().keys().any(|r| matches!(r, Refusal::Malformed(_))));
}

#[tokio::test]
async fn each_platform_repeats_by_its_own_schedule() {
    for (platform, kind, tries) in [
        (Platform::Jiuyun, PushKind::Record, 1),
        (Platform::HuaweiVoice, PushKind::Event, 1),
        (Platform::HuaweiVoice, PushKind::Record, 7),
        (Platform::HuaweiPrivate, PushKind::Event, 7),
        (Platform::HuaweiPrivate, PushKind::Record, 7),
    ] {
        let receiver = Receiver::start(|_, _| (503, String::new())).await;
        let ledger = play(plan(platform, &receiver, 6), |_| {}).await.unwrap();
        let line = ledger.line(kind);
        assert!(line.pushes > 0);
        assert_eq!((line.sent, line.given_up), (line.pushes * tries, line.pushes), "{platform:?} {kind:?}\n{ledger}");
        assert_eq!(line.given_up_uncertain, 0);
        let gaps: Duration = platform.retry_gaps(kind).iter().sum();
        assert!(ledger.took >= gaps.div_f64(FAST), "{platform:?} {kind:?} ended after {:?}", ledger.took);
    }
}

#[tokio::test]
async fn a_push_is_acknowledged_on_a_later_try() {
    let receiver = Receiver::start(|_, seen| (if seen < 3 { 500 } else { 200 }, String::new())).await;
    let ledger = play(plan(Platform::HuaweiVoice, &receiver, 10), |_| {}).await.unwrap();
    let line = ledger.line(PushKind::Record);
    assert_eq!((line.answered, line.sent, line.given_up), (line.pushes, line.pushes * 4, 0), "{ledger}");
}

#[test]
fn the_published_gaps_between_tries() {
    let minutes = |platform: Platform, kind| -> Vec<u64> {
        platform.retry_gaps(kind).iter().map(|gap| gap.as_secs() / 60).collect()
    };
    assert_eq!(minutes(Platform::HuaweiPrivate, PushKind::Record), [1, 4, 9, 106, 203, 300]);
    assert_eq!(minutes(Platform::HuaweiVoice, PushKind::Record), [60; 6]);
    assert!(minutes(Platform::HuaweiVoice, PushKind::Event).is_empty());
    assert!(Platform::Jiuyun.retry_gaps(PushKind::Record).is_empty());
}

#[tokio::test]
async fn pushes_are_signed_when_a_secret_is_given() {
    for recipe in Recipe::ALL {
        let receiver = Receiver::healthy().await;
        let secret = Secret::new("made-up-app-secret-0123456789abcd");
        let plan = Plan {
            app_key: Some("key-1".into()),
            app_secret: Some(secret.clone()),
            recipe,
            ..plan(Platform::HuaweiVoice, &receiver, 3)
        };
        let url = plan.to.to_string();
        play(plan, |_| {}).await.unwrap();
        for received in receiver.received() {
            let header = if recipe == Recipe::Wsse { "x-wsse" } else { "x-aksk" };
            let token = &received.headers[header];
            let nonce = token.split("Nonce=\"").nth(1).unwrap().split('"').next().unwrap();
            let signer = huawei::sign::Signer { recipe, key: "key-1".into(), secret: secret.clone(), url: url.clone() };
            assert_eq!(&signer.headers(nonce, base())[1].1, token);
            assert!(received.headers["authorization"].contains("realm=\"SDP\""));
            assert_eq!(received.headers["content-type"], "application/json;charset=UTF-8");
        }
    }
}

/// A writer that a test can look into.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(buf)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn under_chaos_both_books_still_agree() {
    for platform in Platform::ALL {
        // Every fifth body is refused once; questions hear their decision.
        let receiver = Receiver::start(|received, seen| match xxh3_64(&received.body) % 5 {
            0 if seen == 0 => (503, String::new()),
            _ => Receiver::usual(received),
        })
        .await;
        let receipts = Shared::default();
        let plan = Plan {
            chaos: true,
            app_key: Some("k".into()),
            app_secret: Some(Secret::new("s")),
            acknowledged: Some(Receipts(Box::new(receipts.clone()))),
            ..plan(platform, &receiver, 120)
        };
        let ledger = play(plan, |_| {}).await.unwrap();
        assert_balanced(&ledger);
        let total = ledger.total();
        let disturbed = ledger.disturbances();
        assert!(disturbed.len() >= 6, "{disturbed:?}");
        assert_eq!(total.waiting(), 0, "{ledger}");

        let received = receiver.received();
        let arrived = received.len() as u64;
        let certain = total.answered + total.errors + total.refused;
        assert!((certain..=certain + total.timed_out).contains(&arrived), "{arrived} arrived\n{ledger}");

        let hashes: BTreeSet<String> = received.iter().map(|r| format!("{:016x}", xxh3_64(&r.body))).collect();
        let receipts = String::from_utf8(receipts.0.lock().unwrap().clone()).unwrap();
        assert_eq!(receipts.lines().count() as u64, total.answered);
        for line in receipts.lines() {
            let receipt: Value = serde_json::from_str(line).unwrap();
            assert!(hashes.contains(receipt["xxh3"].as_str().unwrap()), "acknowledged but never received: {line}");
        }
    }
}

/// A wrong port: nothing would come of trying for hours.
#[tokio::test]
async fn a_play_that_must_connect_ends_at_the_first_try_and_says_why() {
    let to = "https://127.0.0.1:1/x".parse().unwrap();
    let plan =
        Plan { calls: 50, first_must_connect: true, ..Plan::new(Platform::HuaweiPrivate, to, Clock::fixed(base())) };
    let played = tokio::time::timeout(Duration::from_secs(20), play(plan, |_| {})).await;
    let error = played.expect("at once, and not after the last repeat").unwrap_err();
    assert!(
        error.to_string().contains("cannot connect to 127.0.0.1:") && error.to_string().contains("refused"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_answered_with_an_error_stands_apart() {
    let receiver = Receiver::healthy().await;
    let mut plan = plan(Platform::HuaweiVoice, &receiver, 40);
    plan.chaos = true;
    let ledger = play(plan, |_| {}).await.unwrap();
    assert_balanced(&ledger);
    let shown = ledger.to_string();
    assert!(shown.lines().next().unwrap().contains("with error"), "{shown}");
    for answer in [400, 503] {
        assert!(Refusal::Status(answer).is_error());
    }
    assert!(!Refusal::ResultCode.is_error() && !Refusal::Changed.is_error());
    assert_eq!(answer::judge(Expectation::Anything, 400, b""), Err(Refusal::Status(400)), "not a success");
}

#[test]
fn a_play_is_foreseen() {
    let plan = |scale| Plan {
        calls: 15,
        time_scale: scale,
        ..Plan::new(Platform::HuaweiPrivate, "https://127.0.0.1:1/x".parse().unwrap(), Clock::fixed(base()))
    };
    let (slow, fast) = (outlook(&plan(1.0)).unwrap(), outlook(&plan(20.0)).unwrap());
    assert!(slow.pushes >= 60 && slow.takes > fast.takes, "{slow:?} {fast:?}");
    assert_eq!(outlook(&Plan { calls: u64::MAX, ..plan(1.0) }), None);
}

#[tokio::test]
async fn nobody_listening_is_not_delivered_and_never_uncertain() {
    let receiver = Receiver::healthy().await;
    let mut plan = plan(Platform::Jiuyun, &receiver, 5);
    plan.to = "http://127.0.0.1:1/callbacks/nobody".parse().unwrap();
    let total = play(plan, |_| {}).await.unwrap().total();
    assert_eq!((total.not_delivered, total.given_up, total.given_up_uncertain), (total.sent, total.pushes, 0));
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn a_stop_ends_a_play_that_would_go_on() {
    let receiver = Receiver::healthy().await;
    let plan = Plan { calls: u64::MAX, rate: 200.0, time_scale: 1.0, ..plan(Platform::HuaweiVoice, &receiver, 0) };
    let stop = plan.stop.clone();
    let ledger = play(plan, |ledger| {
        if ledger.total().answered >= 20 {
            stop.cancel();
        }
    })
    .await
    .unwrap();
    assert_balanced(&ledger);
    assert!(ledger.total().answered >= 20);
}

#[tokio::test]
async fn short_connections_open_one_for_each_push() {
    let receiver = Receiver::healthy().await;
    let plan = Plan { short_connections: true, ..plan(Platform::Jiuyun, &receiver, 8) };
    let ledger = play(plan, |_| {}).await.unwrap();
    assert_eq!(receiver.connections(), ledger.total().sent);
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_at_once() {
    let receiver = Receiver::healthy().await;
    for to in ["ftp://127.0.0.1/", "/callbacks/token", "http://127.0.0.1:99999/", "http://127.0.0.1:/x", "nonsense"] {
        let plan = Plan { to: to.parse().unwrap(), ..plan(Platform::Jiuyun, &receiver, 1) };
        assert!(matches!(play(plan, |_| {}).await, Err(PlayError::Address)), "{to}");
    }
    let plan = Plan { time_scale: 0.0, ..plan(Platform::Jiuyun, &receiver, 1) };
    assert!(matches!(play(plan, |_| {}).await, Err(PlayError::Pace)));
}

#[tokio::test]
async fn the_demo_tells_two_weeks_in_order_and_goes_on_until_stopped() {
    let receiver = Receiver::healthy().await;
    let stop = tokio_util::sync::CancellationToken::new();
    let secret = || Some(Secret::new("s"));
    let apps = Platform::ALL.map(|platform| DemoApp { platform, app_key: Some("k".to_owned()), app_secret: secret() });
    let mut demo = Demo::new(apps.to_vec(), 1, base());
    let (mut last, mut counts, mut asked) = (demo.begins(), [0; 3], 0);
    while let Some(arrival) = demo.arrival() {
        assert!(last <= arrival.at && arrival.at < base(), "{} after {last}", arrival.at);
        last = arrival.at;
        counts[arrival.app] += 1;
        let signs = arrival.headers.iter().any(|(name, _)| *name == "x-aksk");
        assert_eq!(signs, Platform::ALL[arrival.app] != Platform::Jiuyun);
        if arrival.asks {
            asked += 1;
            demo.answered(&arrival, 200, br#"{"operation":"connect","connectInfo":[{"calleeNum":"+8613800000021"}]}"#);
        }
    }
    assert!(counts.iter().all(|count| *count > 3_000) && asked > 200, "{counts:?}, {asked} questions");
    assert!(base().duration_since(last).as_secs() < 3 * 3600 && demo.progress() > 0.98, "{last}");

    let seen = Mutex::new(HashMap::new());
    let to = vec![receiver.address(); 3];
    let ledgers = demo
        .play(to, Clock::fixed(base()), stop.clone(), |platform, ledger| {
            let mut seen = seen.lock().unwrap();
            seen.insert(platform, ledger.total().answered);
            if Platform::ALL.iter().all(|p| seen.get(p).is_some_and(|&answered| answered > 0)) {
                stop.cancel();
            }
        })
        .await
        .unwrap();
    assert_eq!(ledgers.len(), 3);
    for (platform, ledger) in ledgers {
        assert_balanced(&ledger);
        assert!(ledger.total().answered > 0, "{platform:?}\n{ledger}");
    }
}

#[test]
fn the_numbers_of_a_world_are_those_of_its_calls() {
    let owners: HashMap<String, String> =
        numbers(Platform::HuaweiPrivate, 1).into_iter().map(|n| (n.x, n.owner)).collect();
    let mut seen = 0;
    for push in script(Platform::HuaweiPrivate, 1, 400, base()) {
        if push.kind == PushKind::CallQuestion {
            assert!(owners.contains_key(&field(&push.body, "called").unwrap()));
            seen += 1;
        }
    }
    assert!(seen > 20);
    assert_ne!(numbers(Platform::HuaweiVoice, 1), numbers(Platform::HuaweiPrivate, 1));
}
