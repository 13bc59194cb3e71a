//! What the platforms told: calls, callbacks, messages and numbers.

use super::*;

/// A call through a privacy number: answered, recorded, 78 seconds.
pub(in crate::http::admin) fn answered_call() -> Call {
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
        product: Some(Product::new("axb")),
        test: false,
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
            listed: true,
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
pub(in crate::http::admin) fn failed_call() -> Call {
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
    call.release = Some(Release { cause: codes[0].clone(), listed: true, causes: codes, by: Some(Party::Platform) });
    call.anomalies = vec![Anomaly::MissingRecord, Anomaly::TimeMismatch, Anomaly::UnreadableTime];
    call
}

/// A morning's calls and the end of the day before.
pub(in crate::http::admin) fn calls() -> Vec<Call> {
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
        call.product = [Some(Product::new("axb")), Some(Product::new("callback")), None][i % 3];
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
pub(in crate::http::admin) fn sources(call: &Call) -> Vec<Source> {
    let source = |seq: &Seq| Source {
        row: CallbackRow { seq: *seq, ..callbacks().remove(0) },
        body: Some(FEE.as_bytes().to_vec()),
    };
    call.callbacks.iter().map(source).collect()
}

/// Callbacks of all kinds, newest first; the first is that of [`record`].
pub(in crate::http::admin) fn callbacks() -> Vec<CallbackRow> {
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
        test: false,
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
pub(in crate::http::admin) fn strange_callbacks() -> Vec<CallbackRow> {
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
        of(92, Outcome::Unparsable, vec![]),
        of(91, Outcome::Unparsable, vec![]),
        of(93, Outcome::Unrecognised, vec![Suspicion::UnknownEvent("transfer".to_owned())]),
    ]
}

pub(in crate::http::admin) fn record() -> (Record, CallbackRecord) {
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

pub(in crate::http::admin) fn messages() -> Vec<SmsRow> {
    let row = |seq, mode, content: Option<&str>| SmsRow {
        callback: seq,
        app: AppId(2),
        provider: PRIVATE,
        received_at: now(),
        test: false,
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

pub(in crate::http::admin) fn numbers() -> Vec<NumberRow> {
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
