//! From what the platforms send to the calls that people read.
//!
//! Every flow is sent over the wire in its documented order, shuffled, and with repeats, and the
//! call that the API shows is compared field by field: right parties, instants, talk, outcome.
//! The ledger must account for each callback that was sent.

use serde_json::{Value, json};

use crate::bodies::{
    A, APP_ID, APP_KEY, B, X, Y, axb_hangup, call_question, dedicated, fee, income_hangup, mask, merge, number_status,
    private, private_failed, private_record, sms, status, voice_callback, voice_play, xml,
};
use crate::house::{App, House, Server, encode};
use crate::wait::{SOON, wait_until};

/// A running server with one app for each platform.
struct Desk {
    house: House,
    server: Server,
    token: String,
    jiuyun: App,
    voice: App,
    private: App,
}

impl Desk {
    fn open() -> Self {
        let house = House::new();
        let server = house.serve();
        Self {
            jiuyun: house.app("jiuyun", "hotline", &["--app-key", APP_ID]),
            voice: house.app("huawei-voice", "callback", &["--app-key", APP_KEY]),
            private: house.app("huawei-private", "orders", &["--app-key", APP_KEY]),
            token: house.token("t", "admin"),
            house,
            server,
        }
    }

    /// Sends a flow and gives the call it became.
    #[track_caller]
    fn call(&self, app: &App, session: &str, flow: &[String]) -> Value {
        for body in flow {
            self.server.push(app, body);
        }
        self.server.api(&self.token).call(session, flow.len())
    }
}

/// Every field that `expected` names is as it says.
#[track_caller]
fn check(call: &Value, expected: &Value) {
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&call[name], value, "{name} of {call:#}");
    }
}

/// What every answered flow of these tests has in common.
fn answered() -> Value {
    json!({
        "caller": A, "callee": B, "state": "released", "outcome": "answered", "talk_seconds": 18, "records": 1,
        "anomalies": []
    })
}

fn with(mut base: Value, more: Value) -> Value {
    merge(&mut base, more);
    base
}

#[track_caller]
fn same_instant(value: &Value, expected: &str) {
    let text = value.as_str().unwrap_or_else(|| panic!("no instant: {value}"));
    let (left, right): (jiff::Timestamp, jiff::Timestamp) = (text.parse().unwrap(), expected.parse().unwrap());
    assert_eq!(left, right);
    assert!(text.ends_with('Z'), "RFC 3339 in UTC: {text}");
}

fn kinds(call: &Value) -> Vec<&str> {
    call["events"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect()
}

#[test]
fn jiuyun_axb_reads_the_same_as_xml_and_as_both_shapes_of_json() {
    let desk = Desk::open();
    let flat = |session, numbers: bool| {
        let mut object = json!({});
        for (name, value) in axb_hangup(session) {
            let number =
                value.parse::<i64>().ok().filter(|_| numbers && ["type", "duration", "byeType"].contains(&name));
            merge(&mut object, json!({ name: number.map_or_else(|| json!(value), |n| json!(n)) }));
        }
        object
    };
    let bodies = [
        ("axb-xml", xml(&axb_hangup("axb-xml"))),
        ("axb-req", json!({ "req": flat("axb-req", false) }).to_string()),
        ("axb-flat", flat("axb-flat", false).to_string()),
        ("axb-numbers", json!({ "req": flat("axb-numbers", true) }).to_string()),
    ];
    for (session, body) in bodies {
        let call = desk.call(&desk.jiuyun, session, &[body]);
        let own = json!({
            "app": "hotline", "provider": "jiuyun", "product": "axb", "session_id": session, "x_number": X,
            "ring_seconds": null, "y_number": null
        });
        check(&call, &with(answered(), own));
        same_instant(&call["answered_at"], "2026-01-15T02:11:10Z");
        same_instant(&call["released_at"], "2026-01-15T02:11:28Z");
        check(&call["release"], &json!({ "table": "byeType", "code": "0" }));
        assert!(call["release"]["text"]["zh"].is_string() && call["release"]["text"]["en"].is_string(), "{call:#}");
        assert_eq!(call["recording"]["state"], "waiting", "{call:#}");
    }
    desk.server.stop();
}

#[test]
fn jiuyun_calls_of_two_types_with_one_call_id_stay_two() {
    let desk = Desk::open();
    let shared = "0123456789abcdef0123456789abcdef";
    desk.server.push(&desk.jiuyun, xml(&axb_hangup(shared)));
    for body in dedicated(shared, "{\"order\":\"7\"}") {
        desk.server.push(&desk.jiuyun, body);
    }
    let api = desk.server.api(&desk.token);
    let target = format!("/calls?session={shared}");
    wait_until("both calls are joined", SOON, || {
        let calls = api.all(&target);
        calls.len() == 2 && calls.iter().map(|c| c["callbacks"].as_array().unwrap().len()).sum::<usize>() == 5
    });
    let calls = api.all(&target);
    let dedicated = calls.iter().find(|c| c["product"] == "dedicated").unwrap();
    check(dedicated, &with(answered(), json!({ "user_data": "{\"order\":\"7\"}" })));
    same_instant(&dedicated["answered_at"], "2026-01-15T02:11:10Z");
    assert_eq!(dedicated["recording"]["state"], "waiting");
    assert!(calls.iter().any(|c| c["product"] == "axb"));
    desk.server.stop();
}

#[test]
fn jiuyun_mask_calls_are_joined_and_one_without_a_call_id_gets_a_session() {
    let desk = Desk::open();
    let call = desk.call(&desk.jiuyun, "mask-1", &mask("mask-1"));
    check(&call, &with(answered(), json!({ "product": "mask", "x_number": X, "user_data": "order-7" })));
    let seen = kinds(&call);
    assert_eq!(seen.iter().filter(|k| **k == "dialled").count(), 2, "one invite a leg: {seen:?}");
    assert!(seen.contains(&"answered") && seen.contains(&"rated"), "{seen:?}");

    // The one notice of a call back has no call id; the same notice again is the same call.
    for _ in 0..2 {
        desk.server.push(&desk.jiuyun, income_hangup("13912345678"));
    }
    let api = desk.server.api(&desk.token);
    wait_until("the call back is listed", SOON, || {
        let calls = api.all("/calls?number=12345678");
        calls.len() == 1 && calls[0]["callbacks"].as_array().unwrap().len() == 2
    });
    let back = api.all("/calls?caller=5678").remove(0);
    let expected = json!({
        "product": "mask", "caller": "+8613912345678", "callee": A, "x_number": X, "outcome": "answered",
        "talk_seconds": 18, "records": 1
    });
    check(&back, &expected);
    assert!(back["session_id"].as_str().is_some_and(|s| !s.is_empty()), "{back:#}");
    desk.server.stop();
}

/// Copied from a chat, a phone's address book and a spreadsheet: with marks of the writing direction
/// around it, other dashes and dots within, as an address.
#[test]
fn a_number_is_found_and_bound_however_it_was_pasted() {
    let desk = Desk::open();
    let session = "pasted-1";
    desk.call(&desk.private, session, &private(session, "004", "order-1"));
    let api = desk.server.api(&desk.token);
    let cookie = crate::access::log_in(&desk.house, &desk.server, "wang", "viewer");
    let pasted = [
        "\u{202D}13800000021\u{202C}",
        "\u{2068}13800000021\u{2069}",
        "138\u{2011}0000\u{2011}0021",
        "138.0000.0021",
        "tel:+8613800000021",
        "１３８００００００２１",
        "\u{A0}138\u{A0}0000\u{A0}0021\u{FEFF}",
        "'13800000021",
        "+86 138-0000-0021",
        "0086 13800000021",
        "(+86)13800000021",
        "1.3800000021E+10",
    ];
    for (n, text) in pasted.iter().enumerate() {
        let typed = encode(text);
        for query in ["q", "number", "caller"] {
            let found = api.all(&format!("/calls?{query}={typed}"));
            assert_eq!(found.len(), 1, "{query}={text:?}");
        }
        assert!(
            api.all(&format!("/calls?callee={typed}")).is_empty()
                && api.all(&format!("/calls?not_q={typed}")).is_empty()
        );
        // The box of a page sends its form, and the browser follows.
        let mut target = format!("/calls?q={typed}");
        let mut page = desk.server.request("GET", &target, &[("Cookie", &cookie)], b"");
        if page.status == 303 {
            target = page.header("location").unwrap().to_owned();
            page = desk.server.request("GET", &target, &[("Cookie", &cookie)], b"");
        }
        let id = found_id(&api.all("/calls"));
        assert!(page.status == 200 && page.text().contains(&format!("/calls/{id}")), "{text:?}: {target}");
        let x = format!("170000001{n:02}");
        let made = api.send("POST", "/bindings", &json!({ "app": "orders", "kind": "ax", "a": text, "x": x }));
        assert_eq!((made["a"].as_str(), made["x"].as_str()), (Some(A), Some(format!("+86{x}").as_str())), "{text:?}");
        assert_eq!(api.all(&format!("/bindings?a={typed}")).len(), n + 1, "{text:?}");
        let list = json!({ "kind": "numbers", "entries": [text] });
        api.send("PUT", "/lists/vip", &list);
        let hold = json!({ "name": "h", "reason": "r", "number": text });
        api.send("POST", "/retention/holds", &hold);
        api.send("POST", "/rules/try?app=orders", &json!({ "x": x, "caller": text }));
        let out = desk.house.cli(&["calls", "--number", text, "--json"]).done();
        assert!(out.contains(session), "{text:?}: {out}");
    }
    let wanted = json!({ "number": pasted[0], "dry_run": true, "reason": "asked for" });
    api.send("POST", "/erasures", &wanted);
    wait_until("the search for an erasure finds the call", SOON, || {
        api.get("/erasures")["last"]["counts"]["calls"] == 1
    });
    // A spreadsheet that lost the last digits is told, not believed.
    let cut = api.ask("/calls?number=1.38E%2B10");
    assert!(cut.status == 400 && cut.text().contains("spreadsheet"), "{}", cut.text());
    desk.server.stop();
}

fn found_id(calls: &[Value]) -> String {
    calls[0]["id"].as_str().unwrap().to_owned()
}

/// Support has the last digits of an order, and of a session what fitted on the screen.
#[test]
fn an_order_is_found_by_its_end_and_a_session_and_a_call_by_their_beginning() {
    let desk = Desk::open();
    let session = "1201_271_4294967295_20260115021100123@callenabler246.huaweicaas.com";
    let other = "1201_271_4294967295_20260115021145678@callenabler246.huaweicaas.com";
    let call = desk.call(&desk.private, session, &private(session, "004", "order-24906488"));
    desk.call(&desk.private, other, &private(other, "004", "order-24900021"));
    let id = call["id"].as_str().unwrap();
    let api = desk.server.api(&desk.token);
    let cookie = crate::access::log_in(&desk.house, &desk.server, "wang", "viewer");
    let found = |q: &str| {
        let page = desk.server.request("GET", &format!("/calls?q={}", encode(q)), &[("Cookie", &cookie)], b"");
        let sessions: Vec<String> = api
            .all(&format!("/calls?q={}", encode(q)))
            .iter()
            .map(|call| call["session_id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(page.text().matches("class=\"go\" href=\"/calls/").count(), sessions.len(), "{q}");
        sessions
    };
    for q in ["order-24906488", "ORDER-24906488", "24906488", "6488", id, &id[..8], &id[..20], session, &session[..36]]
    {
        assert_eq!(found(q), [session], "{q}");
    }
    // The end of an order and of a number alike.
    assert_eq!(found("0021"), [other, session]);
    for q in [&session[..8], &session[..20], &session[..32]] {
        assert_eq!(found(q).len(), 2, "{q}");
    }
    for q in ["648", "6489", &id[..7], &session[..7], "order-2490"] {
        assert!(found(q).is_empty(), "{q}");
    }
    assert_eq!(api.all("/calls?not_q=6488").len(), 1);
    assert_eq!(api.all(&format!("/calls?not_q={}", encode(&session[..36]))).len(), 1, "what the index knows roughly");
    desk.server.stop();
}

#[test]
fn a_huawei_voice_callback_has_both_legs_and_the_talk_of_the_second() {
    let desk = Desk::open();
    let session = "1201_612_4294967295_20260115021100@callenabler246.huaweicaas.com";
    let call = desk.call(&desk.voice, session, &voice_callback(session));
    let own = json!({
        "app": "callback", "provider": "huawei-voice", "product": "callback", "session_id": session, "x_number": X,
        "ring_seconds": 4, "user_data": "order-7"
    });
    check(&call, &with(answered(), own));
    same_instant(&call["setup_at"], "2026-01-15T02:11:00Z");
    same_instant(&call["alerting_at"], "2026-01-15T02:11:06Z");
    same_instant(&call["answered_at"], "2026-01-15T02:11:10Z");
    same_instant(&call["released_at"], "2026-01-15T02:11:28Z");
    assert_eq!(call["release"]["by"], "callee", "{call:#}");
    assert_eq!(call["recording"]["state"], "waiting", "{call:#}");
    let legs = |kind: &str| {
        let events = call["events"].as_array().unwrap().iter();
        events.filter(|e| e["kind"] == kind).map(|e| e["leg"].as_str().unwrap_or("?")).collect::<Vec<_>>()
    };
    for kind in ["dialled", "alerted", "answered"] {
        assert_eq!(legs(kind), ["caller", "callee"], "{kind} of {call:#}");
    }
    desk.server.stop();
}

#[test]
fn huawei_notices_and_codes_have_one_leg() {
    let desk = Desk::open();
    for (session, digits) in [("notify-1", Some("1")), ("verify-1", None)] {
        let call = desk.call(&desk.voice, session, &voice_play(session, digits));
        let product = if digits.is_some() { "notify" } else { "play" };
        let own = json!({ "product": product, "callee": B, "ring_seconds": 4, "caller": X, "talk_seconds": 18 });
        check(&call, &with(answered(), own));
        same_instant(&call["answered_at"], "2026-01-15T02:11:10Z");
        assert_eq!(kinds(&call).contains(&"digits_collected"), digits.is_some(), "{call:#}");
    }
    desk.server.stop();
}

#[test]
fn every_mode_of_huawei_private_is_joined() {
    let desk = Desk::open();
    let own = |product: Value| json!({ "product": product, "x_number": X, "ring_seconds": 4, "user_data": "order-7" });
    for (session, service, product) in [("axb-1", "004", json!("axb")), ("ax-1", "003", json!("ax"))] {
        let call = desk.call(&desk.private, session, &private(session, service, "order-7"));
        check(&call, &with(answered(), own(product)));
        assert_eq!(kinds(&call), ["offered", "dialled", "alerted", "answered", "released", "rated"], "{call:#}");
        same_instant(&call["setup_at"], "2026-01-15T02:11:00Z");
        same_instant(&call["answered_at"], "2026-01-15T02:11:10Z");
        check(&call, &json!({ "binding_id": "sub-9" }));
    }

    // AXE: the caller enters the extension.
    let mut axe = private("axe-1", "", "order-7");
    axe.insert(1, status("collectInfo", "axe-1", "02:11:01", json!({ "digitInfo": "0042" })));
    axe[6] = fee(&[private_record("axe-1", "", json!({ "extendNum": "0042", "userData": "order-7" }))]);
    let call = desk.call(&desk.private, "axe-1", &axe);
    check(&call, &with(answered(), with(own(json!("axe")), json!({ "extension": "0042" }))));

    // AXYB: B is shown the second privacy number.
    let mut axyb = private("axyb-1", "", "order-7");
    axyb[5] = fee(&[private_record("axyb-1", "", json!({ "fwdDisplayNum": Y, "userData": "order-7" }))]);
    let call = desk.call(&desk.private, "axyb-1", &axyb);
    check(&call, &with(answered(), json!({ "x_number": X, "y_number": Y })));

    // X: the platform asks first, and pushes the rest as for the others.
    let mut x = private("x-1", "", "order-7");
    x[0] = call_question("x-1");
    x[5] = fee(&[private_record("x-1", "", json!({ "notifyMode": "Block", "userData": "order-7" }))]);
    let call = desk.call(&desk.private, "x-1", &x);
    check(&call, &with(answered(), own(json!("x"))));
    desk.server.stop();
}

#[test]
fn failed_calls_say_how_they_failed() {
    let desk = Desk::open();
    let private = [
        (8102, "busy"),
        (8101, "no_answer"),
        (8100, "no_such_number"),
        (8103, "unreachable"),
        (8104, "powered_off"),
        (8105, "suspended"),
        (7503, "rejected"),
        (7502, "caller_gave_up"),
        (8014, "not_bound"),
        (7004, "blocked"),
    ];
    for (code, outcome) in private {
        let session = format!("failed-{code}");
        let call = desk.call(&desk.private, &session, &private_failed(&session, code));
        let expected = json!({
            "state": "released", "outcome": outcome, "talk_seconds": 0, "answered_at": null, "records": 1
        });
        check(&call, &expected);
        assert_eq!(call["release"]["code"], code.to_string(), "{call:#}");
    }
    for (code, outcome) in [("4", "busy"), ("2", "unreachable")] {
        let session = format!("bye-{code}");
        let fields: Vec<_> = axb_hangup(&session)
            .into_iter()
            .filter(|(name, _)| *name != "startTime")
            .map(|(name, value)| match name {
                "duration" => (name, "0"),
                "byeType" => (name, code),
                "recordUrl" => (name, ""),
                _ => (name, value),
            })
            .collect();
        let call = desk.call(&desk.jiuyun, &session, &[xml(&fields)]);
        check(&call, &json!({ "outcome": outcome, "talk_seconds": 0, "answered_at": null, "recording": null }));
    }
    desk.server.stop();
}

#[test]
fn any_order_and_any_repeats_give_the_same_call() {
    let desk = Desk::open();
    let mut random = fastrand::Rng::with_seed(20_260_115);
    let plain = |mut call: Value, session: &str| {
        for name in ["id", "session_id", "callbacks"] {
            call[name] = Value::Null;
        }
        for event in call["events"].as_array_mut().unwrap() {
            event["callback"] = Value::Null;
        }
        call["recording"]["id"] = Value::Null;
        call["recording"]["expires_at"] = Value::Null;
        serde_json::to_string_pretty(&call).unwrap().replace(session, "SESSION")
    };
    type Flow = fn(&str) -> Vec<String>;
    let flows: [(&App, &str, Flow); 3] = [
        (&desk.private, "p", |s| private(s, "004", "order-7")),
        (&desk.voice, "v", voice_callback),
        (&desk.jiuyun, "j", |s| dedicated(s, "order-7")),
    ];
    for (app, prefix, flow) in flows {
        let first = format!("{prefix}-ordered");
        let expected = plain(desk.call(app, &first, &flow(&first)), &first);
        for round in 0..8 {
            let session = format!("{prefix}-{round}");
            let mut shuffled = flow(&session);
            let repeats: Vec<String> = shuffled.iter().filter(|_| random.bool()).cloned().collect();
            shuffled.extend(repeats);
            random.shuffle(&mut shuffled);
            let call = desk.call(app, &session, &shuffled);
            assert_eq!(plain(call, &session), expected, "{session}: {shuffled:#?}");
        }
    }
    desk.server.stop();
}

#[test]
fn a_push_of_fifty_records_with_repeats_inside_becomes_its_calls() {
    let desk = Desk::open();
    let records: Vec<Value> = (0..50).map(|n| private_record(&format!("batch-{}", n % 40), "004", json!({}))).collect();
    desk.server.push(&desk.private, fee(&records));
    let api = desk.server.api(&desk.token);
    api.settled();
    for n in 0..40 {
        let call = api.call(&format!("batch-{n}"), 1);
        check(&call, &json!({ "records": 1, "outcome": "answered", "talk_seconds": 18 }));
        assert_eq!(call["callbacks"].as_array().unwrap().len(), 1, "{call:#}");
    }
    assert_eq!(api.all("/calls").len(), 40);
    desk.server.stop();
}

#[test]
fn the_ledger_accounts_for_every_callback() {
    let desk = Desk::open();
    for body in private("l-1", "004", "") {
        desk.server.push(&desk.private, &body);
        desk.server.push(&desk.private, &body);
    }
    for body in [sms("s-1", "Notify"), number_status("+8617000000023"), "{\"what\":1}".into()] {
        desk.server.push(&desk.private, body);
    }
    assert_eq!(desk.server.post(&desk.private, "no json").status, 400);
    let api = desk.server.api(&desk.token);
    api.settled();
    let sum = |name: &str| -> u64 {
        let ledger = api.get("/ledger");
        let rows = ledger["items"].as_array().unwrap().iter().filter(|r| r["app"] == "orders");
        rows.map(|r| r[name].as_u64().unwrap_or_else(|| panic!("no {name}: {r}"))).sum()
    };
    wait_until("the ledger has everything", SOON, || sum("received") == 16);
    let counts = ["accepted", "duplicate", "unrecognised", "unparsable", "unverified"].map(|name| (name, sum(name)));
    assert_eq!(counts, [("accepted", 8), ("duplicate", 6), ("unrecognised", 1), ("unparsable", 1), ("unverified", 0)]);
    assert_eq!((sum("waiting"), sum("joined"), sum("not_calls")), (0, 12, 2));

    // The lists say the same.
    for (outcome, count) in counts {
        assert_eq!(api.all(&format!("/callbacks?outcome={outcome}")).len() as u64, count, "{outcome}");
    }
    assert_eq!(api.all("/callbacks?session=l-1").len(), 12);
    desk.server.stop();
}

#[test]
fn a_lost_store_comes_back_the_same() {
    let desk = Desk::open();
    desk.call(&desk.private, "p", &private("p", "004", "order-7"));
    desk.call(&desk.voice, "v", &voice_callback("v"));
    desk.call(&desk.jiuyun, "j", &dedicated("j", "order-7"));
    desk.call(&desk.private, "f", &private_failed("f", 8102));
    desk.server.push(&desk.private, "{\"what\":1}");
    let lists = ["/calls", "/callbacks", "/ledger", "/stats?by=hour", "/calls?number=0022", "/calls?not_outcome=busy"];
    let answers = |server: &Server| {
        let api = server.api(&desk.token);
        api.settled();
        wait_until("all callbacks are listed", SOON, || api.all("/callbacks").len() == 21);
        lists.map(|list| api.get(list))
    };
    let before = answers(&desk.server);
    desk.server.stop();

    let again = desk.house.serve();
    assert_eq!(answers(&again), before, "after a restart");
    again.stop();

    std::fs::remove_dir_all(desk.house.data().join("store")).unwrap();
    let rebuilt = desk.house.serve();
    assert_eq!(answers(&rebuilt), before, "after the store was deleted");
    rebuilt.stop();
}

#[test]
fn a_record_of_another_application_is_flagged_and_not_refused_and_stays_so_after_a_rebuild() {
    let desk = Desk::open();
    let record = |session: &str, key: &str| private_record(session, "004", json!({ "appKey": key }));
    desk.server.push(&desk.private, fee(&[record("ours", APP_KEY), record("theirs", "another-key")]));
    let mut strange = axb_hangup("strange-1");
    strange.iter_mut().filter(|(name, _)| *name == "appId").for_each(|(_, value)| *value = "another-app-id");
    desk.server.push(&desk.jiuyun, xml(&strange));
    let api = desk.server.api(&desk.token);
    let flagged = |session: &str, callbacks: usize| {
        let call = api.call(session, callbacks);
        call["anomalies"].as_array().unwrap().iter().any(|a| a == "app_key_mismatch")
    };
    assert!(!flagged("ours", 1), "the other record of the same push is not blamed");
    assert!(flagged("theirs", 1) && flagged("strange-1", 1));

    // The same record, once the app's key was corrected, is a repeat that disagrees in nothing.
    desk.house.cli(&["app", "set", "orders", "--app-key", "another-key"]).done();
    desk.server.push(&desk.private, fee(&[record("theirs", "another-key")]));
    assert!(flagged("theirs", 2));
    assert_eq!(api.call("theirs", 2)["anomalies"], json!(["app_key_mismatch"]));

    desk.server.stop();
    std::fs::remove_dir_all(desk.house.data().join("store")).unwrap();
    let server = desk.house.serve();
    let api = server.api(&desk.token);
    assert_eq!(api.call("theirs", 2)["anomalies"], json!(["app_key_mismatch"]));
    server.stop();
}

#[test]
fn the_number_of_blanks_in_a_time_makes_neither_another_event_nor_a_conflict() {
    let desk = Desk::open();
    let event = |at: &str| status("answer", "blank-1", "02:11:10", json!({ "timestamp": at }));
    let mut late = private_record("blank-1", "004", json!({}));
    desk.server.push(&desk.private, event("2026-01-15 02:11:10"));
    desk.server.push(&desk.private, event("2026-01-15  02:11:10 "));
    desk.server.push(&desk.private, fee(&[late.clone()]));
    let end = late["callEndTime"].as_str().unwrap().replace(' ', "  ");
    late["callEndTime"] = json!(end);
    desk.server.push(&desk.private, fee(&[late]));
    let call = desk.server.api(&desk.token).call("blank-1", 4);
    assert_eq!(kinds(&call).iter().filter(|kind| **kind == "answered").count(), 1, "{call:#}");
    assert_eq!(call["records"], 1);
    assert!(!call["anomalies"].as_array().unwrap().iter().any(|a| a == "conflicting_record"), "{call:#}");
    desk.server.stop();
}
