//! What the pages' samples are made of, and the test that renders every page from its sample.
//!
//! The same files, written to `target/pages/`, can be opened in a browser without a server.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp};
use scraper::{Html, Selector};

use super::call::Source;
use super::home::Facts;
use super::home_vitals::Expiring;
use super::query::{hour, hours_later, midnight};
use super::statistics::Counts;
use crate::control::{ListKind, NamedList, RuleSet, RulesVersion};
use crate::domain::{
    Ack, AllowFrom, Anomaly, AnswerForm, App, AppId, AskedNote, Asking, Asks, Binding, BindingId, BindingKind,
    BindingTerms, Call, CallEventView, CallId, CallOutcome, CallState, CauseCode, DecidedQuestion, DecisionAction,
    DecisionNote, Direction, EventKind, Identity, Lang, NumberState, Outcome, Party, PhoneNumber, Product, ProviderId,
    RecordingRef, RecordingState, RecordingView, Release, Role, Scope, Secret, Seq, SessionId, SmsEvent, SmsMode,
    Stamp, Suspicion, VerifyMode,
};
use crate::http::api::Instant;
use crate::http::api::system::{
    BindingsStatus, Build, Certificate, Connections, DiskStatus, JournalStatus, Room, StoreStatus, System,
};
use crate::http::{CertificateInfo, ServerInfo};
use crate::journal::{Body, CallbackRecord, Health, Record};
use crate::state::{OutsideId, User};
use crate::store::{CallbackRow, Group, HeatRow, LedgerRow, NumberRow, PeakRow, SmsRow, StatRow, Status, TalkRow};

const PRIVATE: ProviderId = ProviderId("huawei-private");
const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
const FEE: &str = r#"{"eventType":"fee","feeLst":[{"direction":1,"spId":"sp-1","appKey":"sample-key","icid":"ba171f34e6953fcd751edc77127748f4.3757228404.337238","bindNum":"+8675528780808","sessionId":"1200_366_4294967295_20261121021321@callenabler246.huaweicaas.com","callerNum":"+8613812340021","fwdDstNum":"+8613912345678","fwdUnaswRsn":0,"ulFailReason":0,"callInTime":"2026-11-21 02:13:21","fwdAnswerTime":"2026-11-21 02:13:30","callEndTime":"2026-11-21 02:14:48"}]}"#;

/// A selector that a test wrote correctly.
pub(super) fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap()
}

/// A Saturday morning in Shanghai: 10:20.
pub(super) fn now() -> Timestamp {
    at("2026-11-21T02:20:00Z")
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn number(text: &str) -> Option<PhoneNumber> {
    PhoneNumber::parse(text)
}

pub(super) fn app_names() -> Vec<String> {
    apps().into_iter().map(|app| app.name).collect()
}

pub(super) fn app_name(id: AppId) -> String {
    apps().into_iter().find(|app| app.id == id).map_or_else(|| format!("#{}", id.0), |app| app.name)
}

/// Users: one of each kind.
pub(super) fn users() -> Vec<User> {
    let user = |name: &str, role, scope, second_factor, issuer: Option<&str>| User {
        name: name.to_owned(),
        role,
        scope,
        second_factor,
        outside: issuer.map(|issuer| OutsideId { issuer: issuer.to_owned(), subject: "7".to_owned() }),
        created_at: now(),
        last_login_at: second_factor.then(now),
    };
    let one = Scope::Apps([AppId(2)].into());
    vec![
        user("lin", Role::Admin, Scope::All, true, None),
        user("wang", Role::Viewer, one.clone(), false, None),
        user("赵敏", Role::Operator, one, false, Some("https://id.example.com")),
    ]
}

pub(super) fn apps() -> Vec<App> {
    let app = |id, name: &str, provider, verify| App {
        id: AppId(id),
        name: name.to_owned(),
        provider,
        token: Secret::new(format!("sample-token-{id}-7fKq2mZx")),
        app_key: (id == 2).then(|| "sample-key".to_owned()),
        app_secret: (id == 2).then(|| Secret::new("sample-secret")),
        verify,
        allow_from: AllowFrom::default(),
        answer_form: AnswerForm::Array,
        close_tone: None,
        created_at: at("2026-10-03T01:00:00Z"),
    };
    vec![
        app(1, "order-hotline", ProviderId("jiuyun"), VerifyMode::Off),
        app(2, "courier", PRIVATE, VerifyMode::Enforce),
        app(3, "notices", ProviderId("huawei-voice"), VerifyMode::Log),
    ]
}

/// Bindings: one of each state, newest first.
pub(super) fn bindings() -> Vec<Binding> {
    let terms = |a: &str, x: &str, b: Option<&str>| BindingTerms {
        kind: BindingKind::X,
        a: PhoneNumber::parse(a).unwrap(),
        x: PhoneNumber::parse(x).unwrap(),
        b: b.and_then(PhoneNumber::parse),
        y: None,
        extension: None,
        direction: None,
        valid_from: None,
        valid_to: Some(at("2026-12-01T00:00:00Z")),
        max_minutes: Some(30),
        record: true,
        hint_tone: Some("hint.wav".to_owned()),
        wait_tone: None,
        last_minute_tone: None,
        user_data: Some("order=20261121-7, 13812340021".to_owned()),
        platform_id: None,
    };
    let binding = |id, terms, ended_at| Binding {
        id: BindingId(id),
        app: AppId(2),
        terms,
        created_at: at("2026-11-20T08:00:00Z"),
        changed_at: at("2026-11-20T09:30:00Z"),
        ended_at,
    };
    let both = || terms("13812340021", "075528780808", Some("13912345678"));
    let open = BindingTerms { valid_to: None, user_data: None, ..terms("13812340023", "17012340809", None) };
    let later = BindingTerms {
        kind: BindingKind::Axyb,
        y: number("17012340811"),
        direction: Some(Direction::AToB),
        valid_from: Some(at("2026-11-22T00:00:00Z")),
        ..both()
    };
    let over = BindingTerms { valid_to: Some(at("2026-11-20T12:00:00Z")), ..both() };
    vec![
        binding(128, both(), None),
        binding(127, open, None),
        binding(126, later, None),
        binding(125, over, None),
        binding(101, both(), Some(at("2026-11-20T10:00:00Z"))),
    ]
}

/// The versions of an app's rules, newest first.
pub(super) fn rules() -> Vec<RulesVersion> {
    let set = serde_json::json!({"rules": [
        {"name": "night", "when": {"asks": "call", "time": [{"from": "22:00", "to": "07:00"}]},
         "then": {"do": "close", "tone": "night.wav"}},
        {"name": "boss", "when": {"caller": ["13812340021"]}, "then": {"do": "connect", "to": "13912345678"}},
        {"name": "crm", "off": true, "then": {"do": "ask", "url": "https://crm.example.com/ask"}},
    ]});
    let set: RuleSet = serde_json::from_value(set).unwrap();
    let version = |version, set| RulesVersion {
        version,
        at: (version > 0).then(|| "2026-11-20T09:30:00Z".to_owned()),
        by: (version > 0).then(|| "lin".to_owned()),
        set,
    };
    vec![version(2, set.clone()), version(1, set), version(0, RuleSet::default())]
}

/// Lists that rules look into.
pub(super) fn lists() -> Vec<NamedList> {
    let list = |name: &str, kind, entries: &[&str]| NamedList {
        name: name.to_owned(),
        kind,
        entries: entries.iter().map(|entry| (*entry).to_owned()).collect(),
    };
    vec![
        list("golden-week", ListKind::Days, &["2026-10-01/2026-10-08", "2026-12-31"]),
        list("regulars", ListKind::Numbers, &["13812340021", "+86755*", "075528780808"]),
    ]
}

/// The rules of an app, one of which looks into a list.
pub(super) fn rule_sets() -> Vec<(String, RuleSet)> {
    let set = serde_json::json!({"rules": [
        {"name": "holiday", "when": {"holiday": ["golden-week"]}, "then": {"do": "close", "tone": "holiday.wav"}},
    ]});
    vec![("courier".to_owned(), serde_json::from_value(set).unwrap())]
}

/// Decisions: one by a binding, one by a rule after our own system was too late.
pub(super) fn decisions() -> Vec<(CallbackRow, Option<Call>)> {
    let decided = |rule: Option<(u32, String)>, to: Option<PhoneNumber>, asked| DecidedQuestion {
        asks: Asks::Call,
        x: number("075528780808"),
        from: number("13812340021"),
        note: DecisionNote {
            action: if to.is_some() { DecisionAction::Connect } else { DecisionAction::Close },
            binding: to.is_some().then_some(BindingId(128)),
            to,
            version: 2,
            rule,
            micros: 412,
            asked,
        },
    };
    let late = AskedNote { rule: 1, asking: Asking::Late, millis: 500 };
    let by_rule = decided(Some((2, "night".to_owned())), None, vec![late]);
    let by_binding = decided(None, number("13912345678"), Vec::new());
    let row = |decided| CallbackRow { question: true, decision: Some(Box::new(decided)), ..callbacks().remove(0) };
    vec![(row(by_binding), Some(answered_call())), (row(by_rule), None)]
}

pub(super) fn last_seen() -> Vec<Option<Timestamp>> {
    vec![Some(at("2026-11-21T02:19:48Z")), Some(at("2026-11-21T02:14:49Z")), None]
}

pub(super) fn certificate() -> CertificateInfo {
    CertificateInfo {
        names: vec!["calls.example.com".to_owned()],
        issuer: "Example Trust CA".to_owned(),
        not_after: Some(at("2027-01-20T00:00:00Z")),
        self_signed: false,
        source: "certs/server.crt".to_owned(),
    }
}

pub(super) fn server() -> ServerInfo {
    ServerInfo {
        public_url: Some("https://calls.example.com:8443".to_owned()),
        listen: "0.0.0.0:8443".parse().unwrap(),
        plain_listen: Some("0.0.0.0:8080".parse().unwrap()),
        data: PathBuf::from("/var/lib/ringback"),
        started_at: at("2026-11-18T02:00:00Z"),
        certificate: ArcSwap::from_pointee(certificate()),
        gauges: Arc::default(),
        log: Arc::default(),
    }
}

/// A server that has run for three days.
pub(super) fn system() -> System {
    let (server, certificate) = (server(), certificate());
    let room = |name, files, bytes| Room { name, files, bytes };
    System {
        version: "0.1.0",
        build: Build { target: "x86_64-linux-musl".to_owned(), profile: "release" },
        started_at: Instant(server.started_at),
        uptime_seconds: now().as_second() - server.started_at.as_second(),
        data: server.data.display().to_string(),
        public_url: server.public_url,
        listen: server.listen.to_string(),
        plain_listen: server.plain_listen.map(|address| address.to_string()),
        connections: Connections { open: 12, accepted: 48_210, handshakes_failed: 31, requests: 1_302_771 },
        certificate: Certificate {
            names: certificate.names,
            issuer: certificate.issuer,
            not_after: certificate.not_after.map(Instant),
            self_signed: certificate.self_signed,
            source: certificate.source,
        },
        disk: Some(DiskStatus { free: 38 << 30, total: 80 << 30, days_left: Some(214) }),
        rooms: vec![
            room("journal", 42, 2_400_000_000),
            room("state", 1, 184_320),
            room("bindings", 2, 48 << 20),
            room("store", 311, 940_000_000),
            room("recordings", 0, 0),
            room("certs", 2, 4_096),
            room("keys", 1, 32),
            room("torn", 0, 0),
            room("tmp", 0, 0),
            room("reserve", 1, 64 << 20),
        ],
        rooms_whole: true,
        journal: JournalStatus {
            durable: 1_284_013,
            segments: 42,
            compressed: Some(41),
            bytes: 2_400_000_000,
            failing: None,
            reserve_bytes: 64 << 20,
            reserve_used: false,
            torn: 0,
            damaged: 0,
            damage: Vec::new(),
        },
        bindings: BindingsStatus { count: Some(20_480), reading: None },
        store: StoreStatus {
            applied: 1_284_011,
            waiting: 2,
            rebuilding: None,
            calls: 214_002,
            callbacks: 1_284_011,
            bytes: 940_000_000,
            format: 3,
        },
        apps: 3,
        set_up: true,
    }
}

pub(super) fn health() -> Health {
    Health { segments: 42, bytes: 2_400_000_000, ..Health::default() }
}

pub(super) fn status() -> Status {
    Status {
        applied: 1_284_011,
        durable: 1_284_013,
        calls: 214_002,
        callbacks: 1_284_011,
        bytes: 940_000_000,
        ..Status::default()
    }
}

/// A call through a privacy number: answered, recorded, 78 seconds.
pub(super) fn answered_call() -> Call {
    let event = |kind, time: &str, leg, callback| CallEventView {
        kind,
        at: Some(at(&format!("2026-11-21T02:{time}Z"))),
        at_text: Some(format!("2026-11-21 02:{time}")),
        leg,
        digits: None,
        callback,
    };
    let callee = Some(Party::Callee);
    Call {
        id: CallId([0x1b; 16]),
        app: AppId(2),
        provider: PRIVATE,
        product: Some(Product::Axb),
        session: SessionId::new("1200_366_4294967295_20261121021321@callenabler246.huaweicaas.com"),
        t: at("2026-11-21T02:13:21Z"),
        caller: number("13812340021"),
        callee: number("13912345678"),
        x: number("075528780808"),
        y: None,
        extension: None,
        direction: None,
        state: CallState::Released,
        outcome: Some(CallOutcome::Answered),
        setup_at: Some(at("2026-11-21T02:13:21Z")),
        alerting_at: Some(at("2026-11-21T02:13:24Z")),
        answered_at: Some(at("2026-11-21T02:13:30Z")),
        released_at: Some(at("2026-11-21T02:14:48Z")),
        ring_seconds: Some(6),
        talk_seconds: 78,
        release: Some(Release {
            cause: CauseCode::new("stateCode", "0"),
            causes: vec![CauseCode::new("stateCode", "0"), CauseCode::new("q850", "16")],
            by: Some(Party::Caller),
        }),
        records: 1,
        recording: Some(RecordingView {
            id: "1b1b-1".to_owned(),
            state: RecordingState::Waiting,
            expires_at: at("2026-11-28T02:14:49Z"),
            source: RecordingRef { object: Some("20261121/1200_366.mp3".to_owned()), ..RecordingRef::default() },
        }),
        user_data: Some("order-88120".to_owned()),
        binding_id: Some("efw89efwf7f9-1".to_owned()),
        anomalies: Vec::new(),
        events: vec![
            event(EventKind::Offered, "13:21", Some(Party::Caller), 121),
            event(EventKind::Dialled, "13:22", callee, 122),
            event(EventKind::Alerted, "13:24", callee, 123),
            event(EventKind::Answered, "13:30", callee, 124),
            event(EventKind::Released, "14:48", Some(Party::Caller), 125),
            event(EventKind::Rated, "14:48", None, 126),
        ],
        callbacks: vec![121, 122, 123, 124, 125, 126],
    }
}

/// A call for which there was no binding, with oddities.
pub(super) fn failed_call() -> Call {
    let mut call = answered_call();
    call.id = CallId([0x2c; 16]);
    call.events.truncate(1);
    call.events.push(CallEventView {
        kind: EventKind::Released,
        at: None,
        at_text: Some("2026-11-21T10:13:22+08".to_owned()),
        leg: None,
        digits: None,
        callback: 122,
    });
    call.callbacks = vec![121, 122];
    call.callee = None;
    call.outcome = Some(CallOutcome::NotBound);
    (call.alerting_at, call.answered_at, call.released_at) = (None, None, Some(at("2026-11-21T02:13:22Z")));
    (call.ring_seconds, call.talk_seconds, call.recording) = (None, 0, None);
    let codes = vec![CauseCode::new("stateCode", "8014"), CauseCode::new("q850", "31")];
    call.release = Some(Release { cause: codes[0].clone(), causes: codes, by: Some(Party::Platform) });
    call.anomalies = vec![Anomaly::MissingRecord, Anomaly::TimeMismatch, Anomaly::UnreadableTime];
    call
}

/// A morning's calls and the end of the day before.
pub(super) fn calls() -> Vec<Call> {
    let base = answered_call();
    let other = [
        (0, None, CallState::Answered, 0),
        (95, Some(CallOutcome::Answered), CallState::Released, 412),
        (240, Some(CallOutcome::NoAnswer), CallState::Released, 0),
        (381, Some(CallOutcome::Busy), CallState::Released, 0),
        (722, Some(CallOutcome::Answered), CallState::Released, 33),
        (1_510, Some(CallOutcome::PoweredOff), CallState::Released, 0),
        (2_900, Some(CallOutcome::NotBound), CallState::Released, 0),
        (4_015, Some(CallOutcome::Answered), CallState::Released, 4_010),
        (9_100, Some(CallOutcome::CallerGaveUp), CallState::Released, 0),
        (40_200, Some(CallOutcome::Answered), CallState::Released, 61),
        (40_960, Some(CallOutcome::NoSuchNumber), CallState::Released, 0),
        (42_001, Some(CallOutcome::Failed), CallState::Released, 0),
    ];
    let call = |(i, (ago, outcome, state, talk)): (usize, (i64, Option<CallOutcome>, CallState, u32))| {
        let mut call = base.clone();
        call.id = CallId([i as u8 + 0x40; 16]);
        call.t = now().saturating_sub(SignedDuration::from_secs(ago)).unwrap();
        call.app = AppId(i as u32 % 3 + 1);
        call.product = [Some(Product::Axb), Some(Product::Callback), None][i % 3];
        call.caller = number(&format!("1381234{:04}", 21 + i * 977));
        call.callee = number(&format!("1370022{:04}", 5678 - i * 131));
        (call.outcome, call.state, call.talk_seconds) = (outcome, state, talk);
        if talk == 0 {
            call.recording = None;
        }
        if i == 6 {
            (call.callee, call.ring_seconds) = (None, None);
            call.anomalies = vec![Anomaly::MissingRecord];
        }
        call
    };
    other.into_iter().enumerate().map(call).collect()
}

/// The callbacks behind a call, with the body of its record.
pub(super) fn sources(call: &Call) -> Vec<Source> {
    let source = |seq: &Seq| Source {
        row: CallbackRow { seq: *seq, ..callbacks().remove(0) },
        body: Some(FEE.as_bytes().to_vec()),
    };
    call.callbacks.iter().map(source).collect()
}

/// Callbacks of all kinds, newest first; the first is that of [`record`].
pub(super) fn callbacks() -> Vec<CallbackRow> {
    let row = |seq: Seq, ago: i64, outcome, label: &str, calls: Vec<CallId>| CallbackRow {
        seq,
        received_at: now().saturating_sub(SignedDuration::from_secs(ago)).unwrap(),
        app: AppId(2),
        provider: Some(PRIVATE),
        outcome,
        verified: Some(outcome != Outcome::Unverified),
        sessions: vec!["1200_366_4294967295_20261121021321@callenabler246.huaweicaas.com".to_owned()],
        calls,
        not_calls: 0,
        status: if outcome == Outcome::Unparsable { 400 } else { 200 },
        peer: PEER,
        tail: "/status".to_owned(),
        size_bytes: FEE.len() as u64,
        suspicions: Vec::new(),
        question: false,
        decision: None,
        label: label.to_owned(),
    };
    let id = answered_call().id;
    let mut rows = vec![
        row(121, 310, Outcome::Accepted, "fee", vec![id]),
        row(120, 312, Outcome::Accepted, "disconnect", vec![id]),
        row(119, 390, Outcome::Accepted, "answer", vec![id]),
        row(118, 396, Outcome::Duplicate, "alerting", vec![id]),
        row(117, 399, Outcome::Accepted, "numStatus", vec![]),
        row(116, 4_000, Outcome::Unrecognised, "", vec![]),
        row(115, 50_000, Outcome::Unparsable, "", vec![]),
    ];
    rows[5].suspicions = vec![Suspicion::WrongCase { found: "sessionid".to_owned(), meant: "sessionId".into() }];
    rows
}

/// What nobody understood.
pub(super) fn strange_callbacks() -> Vec<CallbackRow> {
    let base = callbacks();
    let of = |seq, outcome, suspicions| {
        let mut row = CallbackRow { seq, outcome, suspicions, ..base[0].clone() };
        row.received_at = now().saturating_sub(SignedDuration::from_secs(1_000 - seq as i64)).unwrap();
        row
    };
    let case = || vec![Suspicion::WrongCase { found: "sessionid".to_owned(), meant: "sessionId".into() }];
    vec![
        of(99, Outcome::Unrecognised, case()),
        of(98, Outcome::Unrecognised, case()),
        of(97, Outcome::Unverified, vec![]),
        of(96, Outcome::Unrecognised, case()),
        of(95, Outcome::Unparsable, vec![]),
        of(94, Outcome::Unverified, vec![]),
        of(93, Outcome::Unrecognised, vec![Suspicion::UnknownEvent("transfer".to_owned())]),
    ]
}

pub(super) fn record() -> (Record, CallbackRecord) {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let callback = CallbackRecord {
        app: AppId(2),
        provider: PRIVATE.0.to_owned(),
        peer: PEER,
        tail: "/fee".to_owned(),
        headers: vec![
            header("content-type", "application/json;charset=UTF-8"),
            header("user-agent", "Apache-HttpClient/4.5.13"),
            header(
                "x-aksk",
                r#"UsernameToken Username="sample-key",PasswordDigest="X8fArIXY=",Nonce="66C92B11",Created="2026-11-21T02:14:49Z""#,
            ),
        ],
        body: FEE.as_bytes().to_vec(),
        verified: Some(true),
        foreign: Vec::new(),
        reply: Ack {
            status: 200,
            content_type: "application/json;charset=UTF-8".to_owned(),
            body: r#"{"resultcode":"0","resultdesc":"Success"}"#.to_owned(),
        },
        question: None,
        decision: None,
    };
    (
        Record { seq: 121, at: at("2026-11-21T02:14:49.120Z"), body: Body::Callback(Box::new(callback.clone())) },
        callback,
    )
}

pub(super) fn messages() -> Vec<SmsRow> {
    let row = |seq, mode, content: Option<&str>| SmsRow {
        callback: seq,
        app: AppId(2),
        provider: PRIVATE,
        received_at: now(),
        sms: SmsEvent {
            identity: Identity(seq),
            sms_id: format!("sms-{seq}"),
            mode,
            from: number("13912345678"),
            to: number("13812340021"),
            x: number("075528780808"),
            at: Some(Stamp { at: Some(at("2026-11-21T02:11:05Z")), text: "2026-11-21T02:11:05.000Z".to_owned() }),
            binding_id: None,
            content: content.map(str::to_owned),
            result: None,
            kind: Some("TextSMS".to_owned()),
            parts: None,
        },
    };
    vec![row(130, SmsMode::Notify, Some("我在楼下，请打 13912345678")), row(127, SmsMode::Block, None)]
}

pub(super) fn numbers() -> Vec<NumberRow> {
    let since = at("2026-11-20T08:00:00Z");
    let row = |text: &str, state, cause: Option<&str>| NumberRow {
        number: number(text).unwrap(),
        app: AppId(2),
        state: Some(state),
        cause: cause.map(str::to_owned),
        since: Some(since),
        history: vec![(since, NumberState::Normal, None, 88)],
    };
    vec![
        row("075528780808", NumberState::Normal, None),
        row("075528780809", NumberState::Paused, Some("7")),
        row("17000001234", NumberState::Frozen, None),
    ]
}

pub(super) fn stats(start: Timestamp, hours: i64, scale: u64) -> Vec<StatRow> {
    const SHAPE: [u64; 24] = [3, 2, 1, 1, 1, 2, 6, 18, 42, 61, 70, 64, 40, 52, 66, 63, 58, 60, 66, 48, 30, 20, 12, 6];
    let row = |h: i64| {
        let calls = SHAPE[h as usize] * scale / 10;
        StatRow {
            at: hours_later(start, h),
            calls,
            answered: calls * 7 / 10,
            talk_seconds: calls * 55,
            with_pdd: calls,
            pdd_seconds: calls * 3,
            ..StatRow::default()
        }
    };
    (0..hours).map(row).collect()
}

/// Causes of two platforms, one of them listed nowhere.
pub(super) fn causes(at: Timestamp) -> Vec<StatRow> {
    let cause = |key: &str, calls| StatRow { at, key: key.to_owned(), calls, ..StatRow::default() };
    vec![
        cause("huawei-private stateCode 8101", 34),
        cause("huawei-private stateCode 7003", 11),
        cause("huawei-voice stateCode 7001", 4),
        cause("huawei-voice other", 2),
        cause("none", 9),
    ]
}

/// A good Saturday with something to look at.
pub(super) fn facts() -> Facts {
    let today = midnight(now());
    let outcome = |key: &str, calls| StatRow { at: today, key: key.to_owned(), calls, ..StatRow::default() };
    let mut ledger = Vec::new();
    for h in 0..30 * 24 {
        let at = hours_later(hour(now()), h - 30 * 24 + 1);
        let shape = stats(midnight(at), 24, 10).into_iter().find(|s| s.at == at).map_or(0, |s| s.calls);
        for app in [1, 2, 3] {
            let received = shape * (4 - u64::from(app)) + u64::from(app);
            let odd = if app == 2 && h % 61 == 0 { 2 } else { 0 };
            let not_calls = if app == 2 { received / 20 } else { 0 };
            ledger.push(LedgerRow {
                at,
                app: Some(AppId(app)),
                outcomes: [received - odd - received / 25, received / 25, odd, 0, 0],
                joined: received - odd - not_calls,
                not_calls,
                bytes: received * 900,
                ..LedgerRow::default()
            });
        }
    }
    ledger.push(LedgerRow { at: hour(now()), refused: 3, ..LedgerRow::default() });
    Facts {
        today: stats(today, 11, 10),
        before: stats(hours_later(today, -7 * 24), 24, 9),
        outcomes: vec![
            outcome("answered", 192),
            outcome("no_answer", 34),
            outcome("busy", 19),
            outcome("powered_off", 11),
            outcome("caller_gave_up", 9),
            outcome("not_bound", 4),
            outcome("none", 2),
        ],
        causes: vec![(CallOutcome::NoAnswer, causes(today))],
        ledger,
        status: status(),
        health: health(),
        certificate: certificate(),
        disk: Some(crate::http::disk::Disk { free: 38 << 30, total: 80 << 30 }),
        apps: 3,
        waiting: 0,
        expiring: Expiring::default(),
    }
}

/// A morning's counters beside those of a week before.
pub(super) fn counts() -> (Counts, Counts) {
    let today = midnight(now());
    let row = |key: &str, calls: u64| StatRow {
        at: today,
        key: key.to_owned(),
        calls,
        answered: calls * 7 / 10,
        talk_seconds: calls * 55,
        with_pdd: calls,
        pdd_seconds: calls * 3,
        ..StatRow::default()
    };
    let of = |scale: u64| Counts {
        steps: stats(today, 11, scale),
        peak: Some(Some(PeakRow { at: today, peak: scale * 3, peak_at: hours_later(today, 9) })),
        outcomes: facts().outcomes,
        causes: causes(today),
        groups: vec![
            (Group::App, vec![row("1", 90 * scale), row("2", 12 * scale)]),
            (Group::Provider, vec![row("huawei-private", 90 * scale), row("jiuyun", 12 * scale)]),
            (Group::Product, vec![row("axb", 99 * scale), row("none", 3 * scale)]),
            (Group::X, vec![row("+8675528780808", 60 * scale), row("none", 42 * scale)]),
        ],
        heat: (0..7 * 24)
            .map(|n| HeatRow { weekday: n / 24, hour: n % 24, sums: row("", (n % 24) as u64 * scale) })
            .collect(),
        talk: Some(vec![
            TalkRow { from: 0, to: Some(0), calls: 3 * scale },
            TalkRow { from: 1, to: Some(5), calls: 9 * scale },
            TalkRow { from: 601, to: None, calls: scale },
        ]),
    };
    let mut before = of(9);
    before.steps = stats(hours_later(today, -7 * 24), 11, 9);
    (of(10), before)
}

/// A server that was just started.
pub(super) fn no_facts() -> Facts {
    Facts {
        today: Vec::new(),
        before: Vec::new(),
        outcomes: Vec::new(),
        causes: Vec::new(),
        ledger: Vec::new(),
        status: Status::default(),
        health: Health::default(),
        certificate: CertificateInfo { self_signed: true, ..certificate() },
        disk: None,
        apps: 0,
        waiting: 0,
        expiring: Expiring::default(),
    }
}

/// Every page from its sample, by a name.
fn pages(lang: Lang) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut add = |name: &str, page: &dyn askama::DynTemplate| {
        pages.push((name.to_owned(), page.dyn_render().unwrap()));
    };
    add("login", &super::login::LoginPage::sample(lang));
    add("login-code", &super::login_code::LoginCodePage::sample(lang));
    add("second-factor", &super::second_factor::SecondFactorPage::sample(lang));
    add("second-factor-codes", &super::second_factor::SecondFactorPage::sample_codes(lang));
    add("second-factor-on", &super::second_factor::SecondFactorPage::sample_on(lang));
    add("users", &super::users::UsersPage::sample(lang));
    add("user", &super::user::UserPage::sample(lang));
    add("user-outside", &super::user::UserPage::sample_empty(lang));
    add("tokens", &super::tokens::TokensPage::sample(lang));
    add("tokens-empty", &super::tokens::TokensPage::sample_empty(lang));
    add("setup", &super::setup::SetupPage::sample(lang));
    add("error", &super::error::ErrorPage::sample(lang));
    add("home", &super::home::HomePage::sample(lang));
    add("home-empty", &super::home::HomePage::sample_empty(lang));
    add("statistics", &super::statistics::StatisticsPage::sample(lang));
    add("statistics-x", &super::statistics::StatisticsPage::sample_of_number(lang));
    add("statistics-empty", &super::statistics::StatisticsPage::sample_empty(lang));
    add("live", &super::live::LivePage::sample(lang));
    add("live-empty", &super::live::LivePage::sample_empty(lang));
    add("calls", &super::calls::CallsPage::sample(lang));
    add("calls-empty", &super::calls::CallsPage::sample_empty(lang));
    add("call", &super::call::CallPage::sample(lang));
    add("call-failed", &super::call::CallPage::sample_failed(lang));
    add("evidence", &super::evidence::EvidencePage::sample(lang));
    add("callbacks", &super::callbacks::CallbacksPage::sample(lang));
    add("callback", &super::callback::CallbackPage::sample(lang));
    add("attention", &super::attention::AttentionPage::sample(lang));
    add("attention-empty", &super::attention::AttentionPage::sample_empty(lang));
    add("recordings", &super::recordings::RecordingsPage::sample(lang));
    add("recordings-empty", &super::recordings::RecordingsPage::sample_empty(lang));
    add("gaps", &super::gaps::GapsPage::sample(lang));
    add("gaps-empty", &super::gaps::GapsPage::sample_empty(lang));
    add("messages", &super::messages::MessagesPage::sample(lang));
    add("numbers", &super::numbers::NumbersPage::sample(lang));
    add("numbers-empty", &super::numbers::NumbersPage::sample_empty(lang));
    add("bindings", &super::bindings::BindingsPage::sample(lang));
    add("rules", &super::rules::RulesPage::sample(lang));
    add("rules-edit", &super::rules::RulesPage::sample_edit(lang));
    add("rules-empty", &super::rules::RulesPage::sample_empty(lang));
    add("lists", &super::rule_lists::ListsPage::sample(lang));
    add("lists-empty", &super::rule_lists::ListsPage::sample_empty(lang));
    add("list", &super::rule_list::ListPage::sample(lang));
    add("list-masked", &super::rule_list::ListPage::sample_masked(lang));
    add("list-wrong", &super::rule_list::ListPage::sample_wrong(lang));
    add("decisions", &super::decisions::DecisionsPage::sample(lang));
    add("decisions-empty", &super::decisions::DecisionsPage::sample_empty(lang));
    add("bindings-empty", &super::bindings::BindingsPage::sample_empty(lang));
    add("binding", &super::binding::BindingPage::sample(lang));
    add("binding-ended", &super::binding::BindingPage::sample_ended(lang));
    add("binding-new", &super::binding_new::NewBindingPage::sample(lang));
    add("binding-new-empty", &super::binding_new::NewBindingPage::sample_empty(lang));
    add("binding-import", &super::binding_import::ImportPage::sample(lang));
    add("binding-import-done", &super::binding_import::ImportPage::sample_done(lang));
    add("apps", &super::apps::AppsPage::sample(lang));
    add("apps-empty", &super::apps::AppsPage::sample_empty(lang));
    add("app", &super::app::AppPage::sample(lang));
    add("platform", &super::platform::PlatformPage::sample(lang));
    add("platform-empty", &super::platform::PlatformPage::sample_empty(lang));
    add("settings", &super::settings::SettingsPage::sample(lang));
    add("retention", &super::retention::RetentionPage::sample(lang));
    add("retention-empty", &super::retention::RetentionPage::sample_empty(lang));
    add("erasure", &super::erasure::ErasurePage::sample(lang));
    add("erasure-empty", &super::erasure::ErasurePage::sample_empty(lang));
    add("system", &super::system::SystemPage::sample(lang));
    add("system-empty", &super::system::SystemPage::sample_empty(lang));
    add("system-backup", &super::system_actions::BackupPage::sample(lang));
    add("system-backup-made", &super::system_actions::BackupPage::sample_made(lang));
    add("system-rebuild", &super::system_actions::RebuildPage::sample(lang));
    add("system-log", &super::system_log::LogPage::sample(lang));
    add("system-log-empty", &super::system_log::LogPage::sample_empty(lang));
    add("audit", &super::audit::AuditPage::sample(lang));
    add("audit-empty", &super::audit::AuditPage::sample_empty(lang));
    add("account", &super::account::AccountPage::sample(lang));
    add("account-alone", &super::account::AccountPage::sample_empty(lang));
    add("help", &super::help::HelpPage::sample(lang));
    for (id, page) in super::help::ProviderPage::samples(lang) {
        add(&format!("help-{id}"), &page);
    }
    for (id, page) in super::help::FieldsPage::samples(lang) {
        add(&format!("help-{id}-fields"), &page);
    }
    pages
}

/// What every page must have, whatever it shows.
fn check(name: &str, lang: Lang, html: &str) {
    let dom = Html::parse_document(html);
    let one = |css: &str| dom.select(&selector(css)).count() == 1;
    assert!(one(&format!("html[lang='{}']", lang.tag())), "{name}: language");
    assert!(one("h1"), "{name}: one heading");
    assert!(one("main#main"), "{name}: one main part");
    assert!(one("a.skip[href='#main']"), "{name}: skip link");
    assert!(dom.select(&selector("[style], style, script:not([src])")).next().is_none(), "{name}: something inline");
    for form in dom.select(&selector("form[method=post]:not([action='/preferences']):not(.before-login)")) {
        assert!(form.select(&selector("input[name=csrf]")).next().is_some(), "{name}: a form without its token");
    }
    for table in dom.select(&selector("table")) {
        assert!(table.select(&selector("caption")).next().is_some(), "{name}: a table without a caption");
        assert!(table.select(&selector("th[scope]")).next().is_some(), "{name}: a table without headings");
    }
    let fields = "input:not([type=hidden]):not([type=checkbox]):not([type=radio]), select, textarea";
    for field in dom.select(&selector(fields)) {
        let id = field.attr("id").unwrap_or_else(|| panic!("{name}: a field without an id"));
        let label = format!("label[for='{id}']");
        assert!(dom.select(&selector(&label)).next().is_some(), "{name}: {id} has no label");
    }
    let ids: Vec<&str> = dom.select(&selector("[id]")).filter_map(|e| e.attr("id")).collect();
    let distinct: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "{name}: an id twice in {ids:?}");
    for link in dom.select(&selector("a[href]")).filter_map(|a| a.attr("href")) {
        assert!(
            link.starts_with('/') || link.starts_with('#') || link.starts_with('?'),
            "{name}: {link} leads elsewhere"
        );
    }
}

/// Writes the pages beside the static files, for looking at in a browser.
fn write(lang: Lang, pages: &[(String, String)]) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let target = root.join("target/pages");
    std::fs::create_dir_all(&target).unwrap();
    let prefix = crate::http::assets::asset_url("");
    for (name, html) in pages {
        let html = html.replace(&prefix, "../../static/");
        std::fs::write(target.join(format!("{name}.{}.html", &lang.tag()[..2])), html).unwrap();
    }
}

#[test]
fn every_page_renders_from_its_sample_in_both_languages() {
    for lang in [Lang::Zh, Lang::En] {
        let pages = pages(lang);
        for (name, html) in &pages {
            check(name, lang, html);
        }
        write(lang, &pages);
    }
}

#[test]
fn no_text_is_left_in_the_other_language() {
    // A person's data may be Chinese; the pages of a server without data have none.
    let untranslated = [
        "home-empty",
        "apps-empty",
        "rules",
        "rules-edit",
        "rules-empty",
        "lists",
        "lists-empty",
        "list",
        "list-masked",
        "list-wrong",
        "decisions",
        "decisions-empty",
        "bindings",
        "bindings-empty",
        "binding",
        "binding-ended",
        "binding-new",
        "binding-import",
        "binding-import-done",
        "attention-empty",
        "numbers-empty",
        "platform-empty",
        "setup",
        "error",
        "system",
        "system-empty",
        "system-backup",
        "system-backup-made",
        "system-rebuild",
        "system-log",
        "system-log-empty",
        "audit",
        "audit-empty",
        "account",
    ];
    for (name, html) in pages(Lang::En).iter().filter(|(name, _)| untranslated.contains(&name.as_str())) {
        let dom = Html::parse_document(html);
        let main = dom.select(&selector("main")).next().unwrap();
        let text: String = main.text().collect();
        let han: String = text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).collect();
        assert!(han.is_empty() || han.chars().all(|c| "玖云华为语音通话隐私保护".contains(c)), "{name}: {han}");
    }
}
