//! X mode from outside: ten thousand calls and messages with chaos against rules of every kind,
//! and each goes where the rules say.
//!
//! The expectation is made here, from the question alone and in other words than the program's;
//! what was answered is read from the journal, and compared with what the platform understood.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use ringback::audit::{Act, Audit, AuditAction};
use ringback::bindings::Bindings;
use ringback::clock::Clock;
use ringback::control::{Control, ListKind, NamedList, RuleSet};
use ringback::domain::{App, BindingTerms, PhoneNumber};
use ringback::journal::{CompactJournal, FileJournal, Options};
use ringback::simulator::{Platform, numbers, questions};
use ringback::state::{Author, Principal, State};
use serde_json::{Value, json};

use crate::bodies::call_question;
use crate::house::House;
use crate::wait::{SOON, START, wait_until};

const SEED: u64 = 11;
/// With a message beside every fourth call: ten thousand questions.
const CALLS: u64 = 8_000;
const DESK: &str = "+8613900000001";
const CITY: &str = "+8675528780808";
const FORWARDED: &str = "+8613900000002";
const OWN_CALL: &str = "+8613900000003";
const OWN_SMS: &str = "+8613900000004";

/// The directory of a server that does not run, opened in this process.
struct Opened {
    bindings: Bindings,
    control: Control,
    journal: Arc<FileJournal>,
    app: Arc<App>,
    runtime: tokio::runtime::Runtime,
}

impl Opened {
    fn new(data: &Path, app: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let clock = Clock::system();
        let log = Arc::new(CompactJournal::open(data).unwrap());
        let state = State::open(log, &data.join("keys"), clock.clone()).unwrap();
        let log = Arc::new(FileJournal::open_bindings(data).unwrap());
        let bindings = Bindings::open(log, data.join("store"), &state.installation(), clock.clone()).unwrap();
        let app = state.app_named(app).unwrap();
        let control = Control::new(state, bindings.clone(), clock, None).unwrap();
        let options = Options { segment_bytes: 1 << 20, marks: None, ..Options::within(data) };
        let journal = Arc::new(FileJournal::open(&data.join("journal"), options).unwrap());
        Self { bindings, control, journal, app, runtime }
    }

    /// Somebody at the machine, about to do that.
    fn by(&self, action: AuditAction) -> Author {
        let by = Principal::command_line();
        Audit::new(self.journal.clone(), Clock::system()).author(&by, Act::new(&by, action, "app 1"))
    }

    fn rules(&self, rules: &Value) {
        let set: RuleSet = serde_json::from_value(json!({ "rules": rules })).unwrap();
        let by = self.by(AuditAction::RulesChange);
        self.runtime.block_on(self.control.set_rules(&by, &self.app, set, None)).unwrap();
    }

    fn list(&self, name: &str, kind: ListKind, entries: Vec<String>) {
        let list = NamedList { name: name.to_owned(), kind, entries };
        self.runtime.block_on(self.control.set_list(&self.by(AuditAction::ListChange), list)).unwrap();
    }

    fn bind(&self, pairs: impl Iterator<Item = (String, String, String)>) -> u64 {
        let lines = pairs.enumerate().map(|(n, (a, x, b))| (n as u64, terms(&a, &x, &b))).collect();
        let by = self.by(AuditAction::BindingImport);
        self.runtime.block_on(self.bindings.import(&by, &self.app, lines)).unwrap().made
    }
}

fn terms(a: &str, x: &str, b: &str) -> BindingTerms {
    let number = |text: &str| PhoneNumber::parse(text).unwrap();
    BindingTerms::new(number(a), number(x), Some(number(b)))
}

/// Who asks, at which number, about what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Asked {
    from: String,
    x: String,
    message: bool,
}

impl Asked {
    fn read(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let (call, sms) = (&body["statusInfo"], &body["smsEvent"]);
        match text(&call["notifyMode"]).or_else(|| text(&sms["notificationMode"]))?.as_str() {
            "Block" if sms.is_object() => {
                Some(Self { from: text(&sms["calling"])?, x: text(&sms["virtualNumber"])?, message: true })
            }
            "Block" => Some(Self { from: text(&call["caller"])?, x: text(&call["called"])?, message: false }),
            _ => None,
        }
    }

    fn last_digit(&self) -> u8 {
        self.from.bytes().last().unwrap() - b'0'
    }

    fn begins(&self, digits: &str) -> bool {
        self.from.strip_prefix("+86").unwrap().starts_with(digits)
    }
}

/// The other party of whoever is bound.
fn other(from: &str) -> String {
    format!("+86199{}", &from[from.len() - 8..])
}

/// A company's own system: an even last digit it decides, after a seven it never answers, and
/// anything else it leaves to the next rule.
fn own_system() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/route", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || serve(stream));
        }
    });
    url
}

fn serve(stream: TcpStream) {
    let mut out = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let (mut length, mut signed) = (0, false);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            let line = line.trim().to_lowercase();
            signed |= line.starts_with("webhook-signature: v1,");
            if let Some(text) = line.strip_prefix("content-length: ") {
                length = text.parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let question: Value = serde_json::from_slice(&body).unwrap();
        let from = question["data"]["from"].as_str().unwrap();
        let answer = match (signed, from.bytes().last().unwrap() - b'0') {
            (false, _) => json!({"do": "close", "tone": "unsigned.wav"}),
            // Until whoever asked has had enough.
            (_, 7) => {
                let _ = reader.read(&mut [0]);
                return;
            }
            (_, digit) if digit % 2 == 1 => json!({"do": "next"}),
            _ if question["type"] == "sms.question" => json!({"do": "forward", "to": OWN_SMS}),
            _ => json!({"do": "connect", "to": OWN_CALL, "max_minutes": 5}),
        };
        let answer = answer.to_string();
        if write!(out, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{answer}", answer.len()).is_err() {
            return;
        }
    }
}

#[test]
fn ten_thousand_questions_with_chaos_go_where_the_rules_say() {
    let house = House::new();
    let app = house.app("huawei-private", "courier", &[]);
    let url = own_system();
    let xs: Vec<String> = numbers(Platform::HuaweiPrivate, SEED).into_iter().map(|owned| owned.x).collect();
    let now = Clock::system().now();
    let mut bound: BTreeMap<(String, String), String> = BTreeMap::new();
    for push in questions(SEED, CALLS, now) {
        let asked = Asked::read(&push.body).unwrap();
        if asked.last_digit() < 4 {
            bound.insert((asked.from.clone(), asked.x), other(&asked.from));
        }
    }
    {
        let opened = Opened::new(&house.data(), "courier");
        let lines = bound.iter().map(|((from, x), other)| (from.clone(), x.clone(), other.clone()));
        assert_eq!(opened.bind(lines), bound.len() as u64);
        let days: Vec<String> =
            [-24, 0, 24].map(|hours| (now + SignedDuration::from_hours(hours)).to_string()[..10].to_owned()).to_vec();
        opened.list("this week", ListKind::Days, days);
        opened.list("north", ListKind::Numbers, vec!["132*".to_owned(), "+86133*".to_owned()]);
        opened
            .runtime
            .block_on(opened.control.new_ask_secret(&opened.by(AuditAction::RulesSecret), opened.app.id))
            .unwrap();
        opened.rules(&json!([
            {"name": "off", "off": true, "then": {"do": "close", "tone": "off.wav"}},
            {"name": "blocked", "when": {"caller": ["130*"]}, "then": {"do": "close", "tone": "blocked.wav"}},
            {"name": "spam", "when": {"asks": "sms", "caller": ["+86131*"]}, "then": {"do": "discard"}},
            {"name": "north", "when": {"asks": "call", "region": ["north"]},
             "then": {"do": "connect", "to": CITY, "max_minutes": 5}},
            {"name": "festival", "when": {"holiday": ["this week"], "x": [xs[0]], "asks": "call"},
             "then": {"do": "connect", "to": DESK}},
            {"name": "never", "when": {"not_holiday": ["this week"]}, "then": {"do": "close", "tone": "never.wav"}},
            {"name": "desk", "when": {"x": [xs[1]], "asks": "sms"}, "then": {"do": "forward", "to": FORWARDED}},
            {"name": "bound", "when": {"binding": true}, "then": {"do": "follow_binding"}},
            {"name": "ours", "when": {"x": xs[2..12]}, "then": {"do": "ask", "url": url, "timeout_ms": 300}},
            {"name": "closed", "when": {"asks": "call", "x": xs[12..20]}, "then": {"do": "close", "tone": "end.wav"}},
        ]));
        opened.bindings.close();
    }
    let expected = |asked: &Asked| -> Vec<String> {
        let at = |range: std::ops::Range<usize>| xs[range].contains(&asked.x);
        let (call, message) = (!asked.message, asked.message);
        let one = |text: &str| vec![text.to_owned()];
        if call && asked.begins("130") {
            return one("close blocked.wav");
        }
        if message && asked.begins("131") {
            return one("discard");
        }
        if call && (asked.begins("132") || asked.begins("133")) {
            return vec![format!("connect {CITY}")];
        }
        if call && at(0..1) {
            return vec![format!("connect {DESK}")];
        }
        if message && at(1..2) {
            return vec![format!("forward {FORWARDED}")];
        }
        if let Some(other) = bound.get(&(asked.from.clone(), asked.x.clone())) {
            return vec![format!("{} {other}", if message { "forward" } else { "connect" })];
        }
        let after = if message {
            "discard"
        } else if at(12..20) {
            "close end.wav"
        } else {
            "close"
        };
        if at(2..12) && asked.last_digit().is_multiple_of(2) {
            // Late under load, or resting after it was silent, leaves it to what comes after.
            let decided = if message { format!("forward {OWN_SMS}") } else { format!("connect {OWN_CALL}") };
            return vec![decided, after.to_owned()];
        }
        one(after)
    };

    let server = house.serve();
    let receipts = house.beside("receipts");
    let to = format!("https://{}{}", server.address, app.0);
    let (seed, calls) = (SEED.to_string(), CALLS.to_string());
    let said = house.cli(&[
        "simulate",
        "huawei-private",
        "--to",
        &to,
        "--questions",
        "--chaos",
        "--seed",
        &seed,
        "--calls",
        &calls,
        "--rate",
        "1500",
        "--time-scale",
        "20000",
        "--receipts",
        receipts.to_str().unwrap(),
    ]);
    assert_eq!(said.status, Some(0), "{said:#?}");
    assert!(!said.out.contains("answered differently"), "{}", said.out);

    let token = house.token("t", "admin");
    server.api(&token).settled();
    let mut answers: HashMap<String, String> = HashMap::new();
    let (mut decided, mut by_rule, mut received) = (0, BTreeMap::<String, u64>::new(), 0_u64);
    for line in lines(&house.data().join("journal")) {
        received += u64::from(line["kind"] == "callback");
        let Some(key) = line["question"].as_str() else { continue };
        let asked = Asked::read(line["body"].as_str().unwrap().as_bytes()).unwrap();
        let answer = words(&serde_json::from_str(line["answer"].as_str().unwrap()).unwrap());
        let wanted = expected(&asked);
        assert!(wanted.contains(&answer), "{asked:?}: {answer}, not {wanted:?}; {}", line["decision"]);
        if line["decision"].is_object() {
            decided += 1;
            let name = line["decision"]["name"].as_str().unwrap_or("default").to_owned();
            *by_rule.entry(name).or_default() += 1;
            assert!(answers.insert(key.to_owned(), answer).is_none(), "decided twice: {line}");
        } else {
            assert_eq!(answers.get(key), Some(&answer), "a repeat hears what the first heard");
        }
    }
    assert!(decided >= 9_900, "{decided} decisions: {by_rule:?}");
    for rule in ["blocked", "spam", "north", "festival", "desk", "bound", "ours", "closed", "default"] {
        assert!(by_rule.get(rule).is_some_and(|times| *times > 3), "{rule}: {by_rule:?}");
    }
    for rule in ["off", "never"] {
        assert_eq!(by_rule.get(rule), None);
    }
    // What the platform understood is what was decided.
    let mut heard = 0;
    for line in std::fs::read_to_string(&receipts).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let Some(understood) = line["decided"].as_str() else { continue };
        let session = line["sessions"][0].as_str().unwrap();
        let sort = if understood.starts_with("forward") || understood == "discard" { "sms" } else { "call" };
        let kept = answers.get(&format!("{sort}:{session}")).unwrap_or_else(|| panic!("no decision: {line}"));
        assert!(kept.starts_with(understood), "{kept}: {line}");
        heard += 1;
    }
    assert!(heard >= decided, "{heard} answers were heard, {decided} decided");
    // And the ledger balances.
    let rows = server.api(&token).get("/ledger")["items"].as_array().unwrap().clone();
    let sum = |name: &str| rows.iter().filter_map(|row| row[name].as_u64()).sum::<u64>();
    let parts = ["accepted", "duplicate", "unrecognised", "unparsable", "unverified"].map(sum);
    assert_eq!((sum("received"), sum("waiting")), (received, 0));
    assert_eq!(sum("received"), parts.iter().sum::<u64>());
    server.stop();
}

/// Every record of a log, in order.
fn lines(log: &Path) -> Vec<Value> {
    let mut segments: Vec<_> = std::fs::read_dir(log).unwrap().map(|entry| entry.unwrap().path()).collect();
    segments.sort();
    let text = segments.iter().map(|path| std::fs::read_to_string(path).expect("a segment that is not finished"));
    text.flat_map(|text| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>()).collect()
}

/// An answer in words: `connect +86…`, `close blocked.wav`, `close`, `forward +86…`, `discard`.
fn words(answer: &Value) -> String {
    let action = &answer["actions"][0];
    match (answer["operation"].as_str(), action["operation"].as_str()) {
        (Some("connect"), _) => format!("connect {}", answer["connectInfo"][0]["calleeNum"].as_str().unwrap()),
        (Some("close"), _) => match answer["closeInfo"][0]["closeHintTone"].as_str() {
            Some(tone) => format!("close {tone}"),
            None => "close".to_owned(),
        },
        (_, Some("vNumberRoute")) => format!("forward {}", action["message"]["called"].as_str().unwrap()),
        (_, Some("DiscardMessage")) => "discard".to_owned(),
        other => panic!("no decision: {other:?}"),
    }
}

#[test]
fn a_hundred_who_ask_the_same_at_once_hear_one_answer() {
    let house = House::new();
    let app = house.app("huawei-private", "courier", &[]);
    let server = house.serve();
    let bodies: Vec<String> = (0..100)
        .map(|_| {
            std::thread::scope(|scope| {
                scope.spawn(|| server.post(&app, call_question("s1").as_bytes()).text()).join().unwrap()
            })
        })
        .collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    let together: Vec<String> = std::thread::scope(|scope| {
        let asking: Vec<_> =
            (0..100).map(|_| scope.spawn(|| server.post(&app, call_question("s2").as_bytes()).text())).collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(together.iter().all(|body| *body == together[0]));
    server.stop();
    let decided = lines(&house.data().join("journal")).iter().filter(|line| line["decision"].is_object()).count();
    assert_eq!(decided, 2);
}

#[test]
fn bindings_and_answers_survive_kills_and_a_lost_store() {
    let house = House::new();
    let app = house.app("huawei-private", "courier", &[]);
    let question = Asked::read(call_question("s1").as_bytes()).unwrap();
    {
        let opened = Opened::new(&house.data(), "courier");
        opened.bind(std::iter::once((question.from, question.x, DESK.to_owned())));
        // Dropped without a word to the index: as by a kill.
    }
    let server = house.serve();
    let first = server.post(&app, call_question("s1").as_bytes()).text();
    assert!(first.contains(DESK), "{first}");
    server.kill();
    std::fs::remove_dir_all(house.data().join("store")).unwrap();
    {
        let opened = Opened::new(&house.data(), "courier");
        opened.rules(&json!([{"name": "shut", "then": {"do": "close", "tone": "shut.wav"}}]));
    }
    let server = house.serve();
    assert_eq!(server.post(&app, call_question("s1").as_bytes()).text(), first, "as the first time");
    assert!(server.post(&app, call_question("s2").as_bytes()).text().contains("shut.wav"));
    let token = house.token("t", "admin");
    wait_until("the store is rebuilt", SOON, || server.api(&token).all("/callbacks").len() == 3);
    server.stop();
    let verified = house.cli(&["verify"]).done();
    assert!(verified.contains("bindings: 1 record in"), "{verified}");
}

#[test]
fn a_server_takes_callbacks_while_a_long_log_of_bindings_is_read() {
    let house = House::new();
    let app = house.app("huawei-private", "courier", &[]);
    let token = house.token("t", "admin");
    let question = Asked::read(call_question("s1").as_bytes()).unwrap();
    {
        let opened = Opened::new(&house.data(), "courier");
        let others = (0..80_000).map(|n| (format!("+86180{n:08}"), question.x.clone(), other(&format!("{n:08}"))));
        assert_eq!(opened.bind(others), 80_000);
        opened.bind(std::iter::once((question.from, question.x.clone(), DESK.to_owned())));
    }
    std::fs::remove_dir_all(house.data().join("store/bindings")).unwrap();
    let server = house.serve();
    let reading = || server.api(&token).get("/system")["bindings"]["reading"].clone();
    assert!(reading().is_f64(), "it waited for the bindings");
    let answer = server.post(&app, call_question("s1").as_bytes()).text();
    assert!(answer.contains("close") && !answer.contains(DESK), "{answer}");
    wait_until("the bindings are read", START, || reading().is_null());
    assert_eq!(server.post(&app, call_question("s1").as_bytes()).text(), answer, "as the first time");
    assert!(server.post(&app, call_question("s2").as_bytes()).text().contains(DESK));
    server.stop();
}
