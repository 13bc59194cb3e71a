//! Rules on a real state and real bindings, and a company's own system that misbehaves for real.

use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::domain::{Asking, BindingTerms, DecisionAction, PhoneNumber, ProviderId, QuestionKind, SessionId};
use crate::journal::testing::MemoryJournal;
use crate::limits::{ASK_FAILURES, RULE_VERSIONS, RULE_VERSIONS_LEAST};
use crate::platforms;
use crate::state::Author;

struct House {
    control: Control,
    bindings: Bindings,
    app: App,
    _dir: tempfile::TempDir,
}

/// A Saturday, noon in Shanghai.
fn noon() -> Timestamp {
    "2026-11-21T04:00:00Z".parse().unwrap()
}

const A: &str = "13800000001";
const B: &str = "13800000002";
const X: &str = "17000000001";

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

fn terms(a: &str, b: &str) -> BindingTerms {
    BindingTerms {
        max_minutes: Some(30),
        user_data: Some("order=17".to_owned()),
        ..BindingTerms::new(number(a), number(X), Some(number(b)))
    }
}

fn call(from: &str) -> Question {
    let session = SessionId::new("1200_77_0@x");
    let id = "1200_77_0@x".to_owned();
    Question { id, x: Some(number(X)), from: PhoneNumber::parse(from), kind: QuestionKind::Call { session } }
}

fn sms(from: &str) -> Question {
    let kind = QuestionKind::Sms { content: Some("hello".to_owned()) };
    Question { id: "m1".to_owned(), x: Some(number(X)), from: PhoneNumber::parse(from), kind }
}

fn by() -> Author {
    Author::of_tests()
}

impl House {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::fixed(noon());
        let state = State::within(dir.path(), &clock).unwrap();
        let bindings = Bindings::within(dir.path(), &state.installation(), &clock);
        let control = Control::new(state, bindings.clone(), clock, None).unwrap();
        let app = App { close_tone: Some("nobody.wav".to_owned()), ..App::sample(ProviderId("huawei-private")) };
        Self { control, bindings, app, _dir: dir }
    }

    async fn with_app() -> Self {
        let mut house = Self::new();
        let new = crate::state::NewApp {
            name: house.app.name.clone(),
            provider: house.app.provider,
            token: None,
            app_key: None,
            app_secret: None,
            verify: None,
            allow_from: Default::default(),
        };
        let made = house.control.0.book.state().add_app(&by(), new).await.unwrap();
        house.app.id = made.id;
        house
    }

    async fn rules(&self, rules: Value) {
        let set = serde_json::from_value(json!({ "rules": rules })).unwrap();
        self.control.set_rules(&by(), &self.app, set, None).await.unwrap();
    }

    async fn decide(&self, question: &Question) -> Decided {
        let provider = platforms::by_id(self.app.provider).unwrap();
        self.control.decide(provider, &self.app, question).await
    }

    async fn refused(&self, set: Value) -> String {
        let set = serde_json::from_value(set).unwrap();
        let error = self.control.set_rules(&by(), &self.app, set, None).await.unwrap_err();
        if let ControlError::Rule(RuleError::Set(why) | RuleError::Rule { why, .. }) = &error {
            assert!(why.is_in_both(), "{why:?}");
        }
        error.to_string()
    }
}

#[tokio::test]
async fn without_rules_a_binding_is_followed_and_without_one_calls_close_and_messages_go() {
    let house = House::with_app().await;
    let none = house.decide(&call(A)).await;
    assert_eq!(none.ack.body, r#"{"operation":"close","closeInfo":[{"closeHintTone":"nobody.wav"}]}"#);
    assert_eq!(house.decide(&sms(A)).await.ack.body, r#"{"actions":[{"operation":"DiscardMessage"}]}"#);
    let binding = house.bindings.add(&by(), &house.app, terms(A, B)).await.unwrap();
    let bound = house.decide(&call(A)).await;
    assert_eq!(
        bound.ack.body,
        concat!(
            r#"{"operation":"connect","connectInfo":[{"calleeNum":"+8613800000002","maxDuration":30,"#,
            r#""recordFlag":"false","userData":"order=17"}]}"#
        )
    );
    assert_eq!(
        (bound.note.action, bound.note.rule, bound.note.binding),
        (DecisionAction::Connect, None, Some(binding.id))
    );
    assert_eq!(bound.note.to, Some(number(B)));
    let message = house.decide(&sms(B)).await;
    assert_eq!(
        message.ack.body,
        concat!(
            r#"{"actions":[{"operation":"vNumberRoute","#,
            r#""message":{"called":"+8613800000001","calling":"+8613800000002"}}]}"#
        )
    );
}

#[tokio::test]
async fn the_first_rule_whose_conditions_hold_decides() {
    let house = House::with_app().await;
    house.bindings.add(&by(), &house.app, terms(A, B)).await.unwrap();
    let list = |name: &str, kind, entries: &[&str]| NamedList {
        name: name.to_owned(),
        kind,
        entries: entries.iter().map(|entry| (*entry).to_owned()).collect(),
    };
    house.control.set_list(&by(), list("guangdong", ListKind::Numbers, &["1380000*", "020*"])).await.unwrap();
    house.control.set_list(&by(), list("festival", ListKind::Days, &["2026-11-20/2026-11-22"])).await.unwrap();
    let cases = [
        (json!({}), true),
        (json!({"asks": "call"}), true),
        (json!({"x": [X]}), true),
        (json!({"x": ["17000000002", "+86170*"]}), true),
        (json!({"x": ["17000000002"]}), false),
        (json!({"caller": [A]}), true),
        (json!({"caller": ["138*"]}), true),
        (json!({"caller": ["+86139*"]}), false),
        (json!({"not_caller": ["138*"]}), false),
        (json!({"not_caller": ["139*"]}), true),
        (json!({"region": ["guangdong"]}), true),
        (json!({"region": ["0755"]}), false),
        (json!({"not_region": ["guangdong"]}), false),
        (json!({"time": [{"from": "12:00", "to": "12:01"}]}), true),
        (json!({"time": [{"from": "11:00", "to": "12:00"}]}), false),
        (json!({"time": [{"from": "22:00", "to": "07:00"}]}), false),
        (json!({"time": [{"from": "13:00", "to": "12:30"}]}), true),
        (json!({"weekday": [6]}), true),
        (json!({"weekday": [1, 2, 3, 4, 5]}), false),
        (json!({"holiday": ["festival"]}), true),
        (json!({"not_holiday": ["festival"]}), false),
        (json!({"binding": true}), true),
        (json!({"binding": false}), false),
        (json!({"binding": true, "weekday": [7]}), false),
    ];
    for (when, holds) in cases {
        let rule = json!({"name": "one", "when": when, "then": {"do": "close", "tone": "by-rule.wav"}});
        house.rules(json!([rule])).await;
        let decided = house.decide(&call(A)).await;
        assert_eq!(decided.note.rule.is_some(), holds, "{rule}");
        assert_eq!(decided.ack.body.contains("by-rule.wav"), holds, "{rule}");
    }
    let close = |name: &str| json!({"name": name, "then": {"do": "close", "tone": format!("{name}.wav")}});
    let mut off = close("first");
    off["off"] = json!(true);
    house.rules(json!([off, {"name": "message", "then": {"do": "discard"}}, close("third"), close("fourth")])).await;
    let decided = house.decide(&call(A)).await;
    assert_eq!(decided.note.rule, Some((3, "third".to_owned())));
    assert_eq!(house.decide(&sms(A)).await.note.rule, Some((2, "message".to_owned())));
    let landline = json!({"name": "city", "when": {"region": ["0755"]}, "then": {"do": "connect", "to": B}});
    house.rules(json!([landline])).await;
    assert!(house.decide(&call("075528780808")).await.note.rule.is_some());
    assert!(house.decide(&call("02088886666")).await.note.rule.is_none());
}

#[tokio::test]
async fn messages_are_forwarded_with_other_parties_where_a_rule_says_so() {
    let house = House::with_app().await;
    let rule = json!({"name": "desk", "then": {"do": "forward", "to": "13900000009", "from": "17000000001"}});
    house.rules(json!([rule])).await;
    let body = house.decide(&sms(A)).await.ack.body;
    assert!(body.contains(r#""called":"+8613900000009","calling":"+8617000000001""#), "{body}");
}

#[tokio::test]
async fn rules_that_could_give_an_invalid_answer_are_not_kept() {
    let house = House::with_app().await;
    let with = |then: Value, when: Value| json!({"rules": [{"name": "r", "when": when, "then": then}]});
    let close = || json!({"do": "close"});
    for (set, said) in [
        (with(json!({"do": "connect", "to": "95188"}), json!({})), "then.to"),
        (with(json!({"do": "connect", "to": B, "record": true}), json!({})), "then.hint_tone"),
        (with(json!({"do": "close", "user_data": "订单"}), json!({})), "then.user_data"),
        (with(json!({"do": "forward", "to": "abc"}), json!({})), "then.to"),
        (with(json!({"do": "close", "tone": " "}), json!({})), "then.tone"),
        (with(json!({"do": "ask", "url": "ftp://x"}), json!({})), "then.url"),
        (with(json!({"do": "ask", "url": "http://crm.example/"}), json!({})), "then.url"),
        (with(json!({"do": "ask", "url": "https://me:secret@crm.example/"}), json!({})), "then.url"),
        (with(json!({"do": "ask", "url": "https://crm.example/", "timeout_ms": 701}), json!({})), "50 to 700"),
        (with(json!({"do": "connect", "to": X}), json!({"x": ["17000000009", X]})), "then.to is X itself"),
        (with(json!({"do": "forward", "to": X}), json!({"x": [X]})), "then.to is X itself"),
        (with(close(), json!({"asks": "sms"})), "call only"),
        (with(close(), json!({"caller": ["Lin"]})), "when.caller"),
        (with(close(), json!({"region": ["nowhere"]})), "when.region"),
        (with(close(), json!({"holiday": ["none"]})), "when.holiday"),
        (with(close(), json!({"time": [{"from": "7", "to": "8"}]})), "when.time"),
        (with(close(), json!({"weekday": [8]})), "when.weekday"),
        (json!({"deadline_ms": 20, "rules": []}), "deadline_ms"),
        (json!({"rules": [{"name": " ", "then": {"do": "close"}}]}), "name"),
        (json!({"rules": [{"name": "r", "then": {"do": "close"}}, {"name": "r", "then": {"do": "close"}}]}), "rule 2"),
    ] {
        let error = house.refused(set.clone()).await;
        assert!(error.contains(said), "{set}: {error}");
    }
    assert_eq!(house.control.rules(house.app.id).version, 0);
}

#[tokio::test]
async fn versions_are_kept_and_nobody_overwrites_what_they_have_not_seen() {
    let house = House::with_app().await;
    let last = RULE_VERSIONS as u64 + 3;
    for n in 1..=last {
        let set = RuleSet { deadline_ms: 500 + u16::try_from(n).unwrap(), rules: Vec::new() };
        let version = house.control.set_rules(&by(), &house.app, set, Some(n - 1)).await.unwrap();
        assert_eq!((version.version, version.by.as_deref()), (n, Some("command line")));
    }
    let present = house.control.rules(house.app.id);
    let again = house.control.set_rules(&by(), &house.app, present.set.clone(), None).await.unwrap();
    assert_eq!(again, present, "the same again is no other version");
    let stale = house.control.set_rules(&by(), &house.app, RuleSet::default(), Some(1)).await;
    assert!(matches!(stale, Err(ControlError::Stale { present }) if present == last));
    let versions = house.control.versions(house.app.id);
    let numbers: Vec<_> = versions.iter().map(|version| version.version).collect();
    assert_eq!(numbers, (3..=last).rev().collect::<Vec<_>>());
    assert_eq!(versions[0], house.control.rules(house.app.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_saves_without_a_version_is_let_through_however_many_save_at_once() {
    let house = House::with_app().await;
    let author = by();
    let set = |n: u16| RuleSet { deadline_ms: 500 + n, rules: Vec::new() };
    let saved = (1..=12).map(|n| house.control.set_rules(&author, &house.app, set(n), None));
    let mut versions: Vec<u64> =
        futures_util::future::join_all(saved).await.into_iter().map(|saved| saved.unwrap().version).collect();
    versions.sort_unstable();
    assert_eq!(versions, (1..=12).collect::<Vec<_>>());
}

/// Two machines over one log of what people set.
#[tokio::test]
async fn of_two_writers_who_change_the_same_rules_one_is_told() {
    let (dir, log, clock) = (tempfile::tempdir().unwrap(), MemoryJournal::overtaking(), Clock::fixed(noon()));
    let keys = dir.path().join("keys");
    let open = |name: &str| {
        let state = State::open(Arc::new(log.beside()), &keys, clock.clone()).unwrap();
        let control = Control::new(state, Bindings::within(&dir.path().join(name), "i", &clock), clock.clone(), None);
        control.unwrap()
    };
    let (one, two) = (open("one"), open("two"));
    let app = App::sample(ProviderId("huawei-private"));
    let rules = |name: &str, list: &str| -> RuleSet {
        let rule = json!({"name": name, "when": {"region": [list]}, "then": {"do": "connect", "to": B}});
        serde_json::from_value(json!({ "rules": [rule] })).unwrap()
    };
    let numbers = || NamedList { name: "friends".to_owned(), kind: ListKind::Numbers, entries: vec![A.to_owned()] };
    one.set_list(&by(), numbers()).await.unwrap();
    two.set_list(&by(), NamedList { name: "others".to_owned(), ..numbers() }).await.unwrap();
    one.set_rules(&by(), &app, rules("first", "friends"), Some(0)).await.unwrap();
    let late = two.set_rules(&by(), &app, rules("second", "others"), Some(0)).await;
    assert!(matches!(late, Err(ControlError::Stale { present: 1 })), "{late:?}");
    // It has seen that version now, and the other machine has not seen the next.
    two.set_rules(&by(), &app, rules("second", "others"), Some(1)).await.unwrap();
    let late = one.set_rules(&by(), &app, rules("third", "friends"), None).await;
    assert!(matches!(late, Err(ControlError::Stale { present: 2 })), "{late:?}");
    one.set_rules(&by(), &app, rules("third", "friends"), None).await.unwrap();
    let removed = two.remove_list(&by(), "friends").await;
    assert!(matches!(removed, Err(ControlError::ListUsed(id)) if id == app.id), "{removed:?}");
    let names = |control: &Control| -> Vec<_> {
        control.versions(app.id).iter().map(|version| (version.version, version.set.rules[0].name.clone())).collect()
    };
    let kept = [(3, "third".to_owned()), (2, "second".to_owned()), (1, "first".to_owned())];
    assert_eq!((names(&one), names(&two)), (kept.to_vec(), kept.to_vec()));
}

#[tokio::test]
async fn of_very_long_rules_fewer_versions_are_kept() {
    let house = House::with_app().await;
    let caller: Vec<_> = (0..200).map(|n| format!("1381234{n:04}")).collect();
    let rule = |n: usize| json!({"name": n.to_string(), "when": {"caller": caller}, "then": {"do": "close"}});
    let rules: Vec<_> = (0..100).map(rule).collect();
    for n in 1..=RULE_VERSIONS_LEAST + 5 {
        let set = json!({"deadline_ms": 500 + n, "rules": rules});
        let set = serde_json::from_value(set).unwrap();
        house.control.set_rules(&by(), &house.app, set, None).await.unwrap();
    }
    assert_eq!(house.control.versions(house.app.id).len(), RULE_VERSIONS_LEAST + 1, "the present one and those");
}

#[tokio::test]
async fn a_list_that_a_rule_looks_into_stays_until_the_rule_is_gone() {
    let house = House::with_app().await;
    let list = NamedList { name: "vip".to_owned(), kind: ListKind::Numbers, entries: vec![A.to_owned()] };
    house.control.set_list(&by(), list.clone()).await.unwrap();
    house.rules(json!([{"name": "vip", "when": {"region": ["vip"]}, "then": {"do": "connect", "to": B}}])).await;
    assert_eq!(house.decide(&call(A)).await.note.action, DecisionAction::Connect);
    assert!(house.control.remove_list(&by(), "vip").await.is_err());
    let emptied = NamedList { entries: Vec::new(), ..list.clone() };
    house.control.set_list(&by(), emptied).await.unwrap();
    assert_eq!(house.decide(&call(A)).await.note.action, DecisionAction::Close, "at once");
    house.rules(json!([])).await;
    house.control.remove_list(&by(), "vip").await.unwrap();
    assert!(matches!(house.control.remove_list(&by(), "vip").await, Err(ControlError::NoList(_))));
    for bad in [
        NamedList { entries: vec!["yesterday".to_owned()], kind: ListKind::Days, ..list.clone() },
        NamedList { entries: vec!["Lin".to_owned()], ..list.clone() },
        NamedList { name: "0755".to_owned(), ..list },
    ] {
        assert!(house.control.set_list(&by(), bad).await.is_err());
    }
}

#[tokio::test]
async fn a_state_that_changed_elsewhere_makes_no_rule_ready_again() {
    let house = House::with_app().await;
    let list = NamedList { name: "vip".to_owned(), kind: ListKind::Numbers, entries: vec!["13800000077".to_owned()] };
    house.control.set_list(&by(), list.clone()).await.unwrap();
    house.rules(json!([{"name": "vip", "when": {"region": ["vip"]}, "then": {"do": "connect", "to": B}}])).await;
    let book = &house.control.0.book;
    let ready = || book.rules(house.app.id).unwrap();
    let before = ready();
    book.state().set_value(&by(), "elsewhere", &1).await.unwrap();
    assert!(Arc::ptr_eq(&before, &ready()));
    let list = NamedList { entries: vec![A.to_owned()], ..list };
    house.control.set_list(&by(), list).await.unwrap();
    assert!(!Arc::ptr_eq(&before, &ready()));
    assert_eq!(house.decide(&call(A)).await.note.rule, Some((1, "vip".to_owned())));
}

#[tokio::test]
async fn a_trial_shows_every_rule_and_the_bytes_and_leaves_no_trace() {
    let house = House::with_app().await;
    let night = json!({"name": "night", "when": {"time": [{"from": "22:00", "to": "07:00"}]}, "then": {"do": "close"}});
    house.rules(json!([night, {"name": "ask", "then": {"do": "ask", "url": "http://127.0.0.1:1/"}}])).await;
    let trial = house.control.try_rules(&house.app, &call(A), noon(), None, false).await.unwrap();
    let verdicts: Vec<_> = trial.steps.iter().map(|step| step.verdict.clone()).collect();
    assert_eq!(verdicts, [Verdict::Unmet("time"), Verdict::NotFor("trial")]);
    assert_eq!(trial.decided.note.action, DecisionAction::Close);
    let midnight = "2026-11-20T16:30:00Z".parse().unwrap();
    let trial = house.control.try_rules(&house.app, &call(A), midnight, None, false).await.unwrap();
    assert_eq!(trial.decided.note.rule, Some((1, "night".to_owned())));
    let other =
        serde_json::from_value(json!({"rules": [{"name": "to b", "then": {"do": "connect", "to": B}}]})).unwrap();
    let trial = house.control.try_rules(&house.app, &call(A), noon(), Some(other), false).await.unwrap();
    assert!(trial.decided.ack.body.contains("+8613800000002"));
    assert_eq!(house.control.rules(house.app.id).version, 1);
}

#[test]
fn a_rule_reads_as_a_sentence() {
    let rule: Rule = serde_json::from_value(json!({
        "name": "night",
        "when": {"asks": "call", "time": [{"from": "22:00", "to": "07:00"}], "weekday": [6, 7], "binding": false},
        "then": {"do": "close", "tone": "night.wav"},
    }))
    .unwrap();
    let number = |text: &str| text.to_owned();
    let en = "When a call comes and the time is 22:00–07:00 and it is Saturday or Sunday and nobody is bound: \
              close the call with night.wav.";
    assert_eq!(sentence(&rule, crate::domain::Lang::En, &number), en);
    let zh = "当有来电，并且时间在 22:00–07:00，并且今天是 周六 或 周日，并且没有绑定：播放 night.wav 后挂断。";
    assert_eq!(sentence(&rule, crate::domain::Lang::Zh, &number), zh);
}

#[test]
fn a_sentence_leaves_out_nothing_that_somebody_will_notice() {
    let said = |then: Value| {
        let rule: Rule = serde_json::from_value(json!({"name": "r", "then": then})).unwrap();
        let of = |lang| sentence(&rule, lang, &str::to_owned);
        (of(crate::domain::Lang::En), of(crate::domain::Lang::Zh))
    };
    let (en, zh) = said(json!({
        "do": "connect", "to": "B", "display": "X", "max_minutes": 30, "record": true, "hint_tone": "h.wav",
        "wait_tone": "w.wav", "last_minute_tone": "l.wav", "user_data": "u",
    }));
    let all = "Always: connect to B, showing X, with w.wav while it rings, for 30 min at most (l.wav a minute before), \
               recorded (after h.wav), user data u.";
    assert_eq!(en, all);
    let all = "总是：接通到 B，显示 X，等待音 w.wav，最长 30 分钟（最后一分钟播放 l.wav），录音（先播放 h.wav），随路数据 u。";
    assert_eq!(zh, all);
    let (en, zh) = said(json!({"do": "forward", "to": "B", "from": "X"}));
    assert_eq!(
        (en.as_str(), zh.as_str()),
        ("Always: forward the message to B as from X.", "总是：把短信转发给 B，发送方改为 X。")
    );
}

/// A company's own system on this machine: each request is answered by `answer`.
struct System {
    url: String,
    asked: Arc<AtomicUsize>,
}

#[derive(Clone)]
enum Reaction {
    Says(&'static str, String),
    Hangs,
    HangsUp,
}

impl System {
    async fn start(reaction: Reaction) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/route", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(react(stream, reaction.clone(), count.clone()));
            }
        });
        Self { url, asked }
    }

    fn times(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

async fn react(mut stream: TcpStream, reaction: Reaction, asked: Arc<AtomicUsize>) {
    let mut seen = Vec::new();
    let mut chunk = [0; 4_096];
    loop {
        let head = seen.windows(4).position(|end| end == b"\r\n\r\n");
        let whole = head.is_some_and(|at| {
            let text = String::from_utf8_lossy(&seen[..at]).to_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            seen.len() >= at + 4 + length.unwrap_or(0)
        });
        if whole {
            asked.fetch_add(1, Ordering::Relaxed);
            let text = String::from_utf8_lossy(&seen).into_owned();
            assert!(text.contains("webhook-id: q_") && text.contains("webhook-signature: v1,"), "{text}");
            assert!(text.contains(r#""type":"call.question""#), "{text}");
            match &reaction {
                Reaction::Says(status, body) => {
                    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                    stream.write_all(answer.as_bytes()).await.unwrap();
                    seen.clear();
                    continue;
                }
                Reaction::Hangs => std::future::pending().await,
                Reaction::HangsUp => return,
            }
        }
        match stream.read(&mut chunk).await {
            Ok(n) if n > 0 => seen.extend_from_slice(&chunk[..n]),
            _ => return,
        }
    }
}

#[tokio::test]
async fn our_own_system_decides_or_the_next_rule_does() {
    let decides = json!({"do": "connect", "to": B, "max_minutes": 5}).to_string();
    let not_valid = json!({"do": "connect", "to": "95188"}).to_string();
    let to_itself = json!({"do": "connect", "to": X}).to_string();
    let ok = |body: &str| Reaction::Says("200 OK", body.to_owned());
    for (reaction, asking) in [
        (ok(&decides), Asking::Decided),
        (ok(r#"{"do":"next"}"#), Asking::Passed),
        (Reaction::Says("204 No Content", String::new()), Asking::Passed),
        (Reaction::Says("500 Internal Server Error", "oh".to_owned()), Asking::Refused),
        (ok("<html>"), Asking::Invalid),
        (ok(&not_valid), Asking::Invalid),
        (ok(&to_itself), Asking::Invalid),
        (ok(r#"{"do":"discard"}"#), Asking::Invalid),
        (ok(&"x".repeat(100_000)), Asking::Invalid),
        (Reaction::HangsUp, Asking::Unreachable),
        (Reaction::Hangs, Asking::Late),
    ] {
        let house = House::with_app().await;
        house.control.new_ask_secret(&by(), house.app.id).await.unwrap();
        let system = System::start(reaction).await;
        let ask = json!({"name": "ask", "then": {"do": "ask", "url": system.url, "timeout_ms": 150}});
        house.rules(json!([ask, {"name": "next", "then": {"do": "close", "tone": "next.wav"}}])).await;
        let decided = house.decide(&call(A)).await;
        let by_system = asking == Asking::Decided;
        assert_eq!(decided.note.asked[0].asking, asking);
        assert_eq!(decided.note.rule, Some(if by_system { (1, "ask".to_owned()) } else { (2, "next".to_owned()) }));
        assert_eq!(decided.note.to.is_some(), by_system);
        assert_eq!(system.times(), 1);
        let trial = house.control.try_rules(&house.app, &call(A), Timestamp::UNIX_EPOCH, None, true).await.unwrap();
        let problem = trial.steps[0].problem.as_ref();
        match asking {
            Asking::Invalid | Asking::Refused | Asking::Unreachable => {
                let problem = problem.unwrap();
                assert!(problem.is_in_both(), "{problem:?}");
                assert!(!problem.en.contains("callee"), "named as the system wrote it: {problem:?}");
            }
            _ => assert_eq!(problem, None),
        }
    }
}

#[tokio::test]
async fn a_system_that_fails_again_and_again_is_left_alone() {
    let house = House::with_app().await;
    house.control.new_ask_secret(&by(), house.app.id).await.unwrap();
    let system = System::start(Reaction::HangsUp).await;
    house.rules(json!([{"name": "ask", "then": {"do": "ask", "url": system.url}}])).await;
    let mut askings = Vec::new();
    for _ in 0..ASK_FAILURES + 3 {
        askings.push(house.decide(&call(A)).await.note.asked[0].asking);
    }
    let failures = ASK_FAILURES as usize;
    assert!(askings[..failures].iter().all(|asking| *asking == Asking::Unreachable), "{askings:?}");
    assert!(askings[failures..].iter().all(|asking| *asking == Asking::Resting), "{askings:?}");
    let [trouble] = house.control.troubles().try_into().unwrap();
    assert_eq!((trouble.app, &trouble.url, trouble.asking), (house.app.id, &system.url, Asking::Unreachable));
    assert_eq!(trouble.failures, ASK_FAILURES);
    house.rules(json!([])).await;
    assert_eq!(house.control.troubles(), [], "nobody asks it any more");
}

#[tokio::test]
async fn a_trial_changes_nothing_for_the_next_question_and_asks_whom_others_leave_alone() {
    let house = House::with_app().await;
    house.control.new_ask_secret(&by(), house.app.id).await.unwrap();
    let system = System::start(Reaction::HangsUp).await;
    house.rules(json!([{"name": "ask", "then": {"do": "ask", "url": system.url}}])).await;
    let tried = async || {
        let trial = house.control.try_rules(&house.app, &call(A), Timestamp::UNIX_EPOCH, None, true).await.unwrap();
        trial.decided.note.asked[0].asking
    };
    for _ in 0..2 * ASK_FAILURES {
        assert_eq!(tried().await, Asking::Unreachable);
    }
    assert_eq!(house.control.troubles(), []);
    for _ in 0..ASK_FAILURES {
        assert_eq!(house.decide(&call(A)).await.note.asked[0].asking, Asking::Unreachable);
    }
    assert_eq!(house.decide(&call(A)).await.note.asked[0].asking, Asking::Resting);
    assert_eq!(tried().await, Asking::Unreachable, "whoever repairs it wants to know");
}

#[tokio::test]
async fn several_systems_that_hang_share_one_deadline() {
    let house = House::with_app().await;
    house.control.new_ask_secret(&by(), house.app.id).await.unwrap();
    let system = System::start(Reaction::Hangs).await;
    let ask = |n: u32| json!({"name": format!("ask {n}"), "then": {"do": "ask", "url": system.url, "timeout_ms": 250}});
    let set = json!({"deadline_ms": 400, "rules": [ask(1), ask(2), ask(3)]});
    let set = serde_json::from_value(set).unwrap();
    house.control.set_rules(&by(), &house.app, set, None).await.unwrap();
    let decided = house.decide(&call(A)).await;
    let asked: u32 = decided.note.asked.iter().map(|asked| asked.millis).sum();
    assert_eq!(decided.note.asked[0].asking, Asking::Late);
    assert_eq!(decided.note.asked[2].asking, Asking::Busy, "no time is left");
    assert!(asked < 400, "{:?}", decided.note);
}
