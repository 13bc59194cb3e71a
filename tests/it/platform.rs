//! The other direction: the program asks the simulated platforms over TLS that it verifies.
//!
//! The gateways sign nothing and know nothing of the program; they check signatures, keep
//! bindings, and refuse with the documented codes. What one side says is compared with the other.

use serde_json::{Value, json};

use crate::access::{FORM, csrf, log_in};
use crate::bodies::status;
use crate::house::{House, Server};

const SECRET: &str = "made-up-app-secret-0123456789abcd";
const X: [&str; 3] = ["+8617000000001", "+8617000000002", "+8617000000003"];
const A: &str = "13800000021";
const B: &str = "13800000022";

/// A gateway for an application, and where it stands.
fn gateway(house: &House, provider: &str, name: &str, more: &[&str]) -> (Server, String) {
    let secret = house.beside("secret");
    std::fs::write(&secret, SECRET).unwrap();
    let certificate = house.beside(&format!("{name}.crt"));
    let mut arguments = vec!["simulate", provider, "--serve", "127.0.0.1:0", "--app-key", "key-1"];
    arguments.extend(["--app-secret-file", secret.to_str().unwrap(), "--certificate", certificate.to_str().unwrap()]);
    let server = Server::start(house.command().args(arguments).args(more));
    let address = format!("https://localhost:{}", server.address.port());
    (server, address)
}

/// The program, which trusts these gateways and may ask this machine.
fn serve(house: &House, gateways: &[&str]) -> Server {
    let roots: String =
        gateways.iter().map(|name| std::fs::read_to_string(house.beside(&format!("{name}.crt"))).unwrap()).collect();
    std::fs::write(house.beside("roots.pem"), roots).unwrap();
    let text = "[platform]\nhosts = [\"localhost\"]\nextra_roots = \"roots.pem\"\n";
    std::fs::write(house.beside("ringback.toml"), text).unwrap();
    house.serve_with(&["--config", "ringback.toml"])
}

fn huawei_app(house: &House, name: &str, address: &str) {
    let secret = house.beside("secret");
    house.app("huawei-private", name, &["--app-key", "key-1", "--app-secret-file", secret.to_str().unwrap()]);
    house.cli(&["platform", "settings", name, "--base-url", address]).done();
}

struct Api<'a> {
    server: &'a Server,
    bearer: String,
}

impl Api<'_> {
    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let headers = [("Authorization", self.bearer.as_str()), ("Content-Type", "application/json")];
        let reply = self.server.request("POST", &format!("/api/v1{path}"), &headers, body.to_string().as_bytes());
        (reply.status, reply.json())
    }

    #[track_caller]
    fn done(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.post(path, body);
        assert_eq!(status, 200, "{path} {body}: {answer}");
        answer
    }

    /// A refusal of the platform's, by its code.
    #[track_caller]
    fn refused(&self, path: &str, body: &Value, said: &str) {
        let (status, answer) = self.post(path, body);
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert_eq!(
            (status, answer["error"]["code"].as_str()),
            (502, Some("platform_refused")),
            "{path} {body}: {answer}"
        );
        assert!(message.contains(said), "{path} {body}: {message}");
    }
}

#[test]
fn bindings_of_every_mode_are_made_read_changed_and_ended_over_tls() {
    let house = House::new();
    let numbers: Vec<&str> = X.iter().flat_map(|x| ["--number", x]).collect();
    let (_gateway, address) = gateway(&house, "huawei-private", "all", &numbers);
    let server = serve(&house, &["all"]);
    huawei_app(&house, "masked", &address);
    let api = Api { server: &server, bearer: format!("Bearer {}", house.token("t", "operator")) };

    // AXB: the pair, its duplicate, a look, a change, its end.
    let pair = json!({"callerNum": A, "calleeNum": B, "relationNum": X[0], "maxDuration": 60, "recordFlag": "true"});
    let bound = api.done("/platform/masked/axb.bind", &pair);
    let id = bound["fields"]["subscriptionId"].as_str().unwrap().to_owned();
    assert_eq!(bound["fields"]["relationNum"], X[0]);
    assert_eq!(bound["bindings"].as_array().unwrap().len(), 1, "{bound}");
    api.refused("/platform/masked/axb.bind", &pair, "1012010");
    let read = |name: &str| {
        api.done("/platform/masked/axb.query", &json!({"subscriptionId": id}))["fields"]["relationNumList"][0][name]
            .clone()
    };
    assert_eq!((read("callerNum"), read("maxDuration")), (json!("+8613800000021"), json!(60)));
    api.done("/platform/masked/axb.modify", &json!({"subscriptionId": id, "maxDuration": 90}));
    assert_eq!(read("maxDuration"), 90);
    let compared = api.done("/platform/masked/compare", &json!({"mode": "axb"}));
    assert_eq!(compared["items"][0]["verdict"], "same", "{compared}");
    assert_eq!(api.done("/platform/masked/axb.unbind", &json!({"subscriptionId": id}))["bindings"], bound["bindings"]);
    api.refused("/platform/masked/axb.query", &json!({"subscriptionId": id}), "1012007");
    api.refused("/platform/masked/axb.unbind", &json!({"subscriptionId": id}), "1012001");

    // AX: one A, then nobody else; the next callee; found again by X.
    let own = json!({"origNum": A, "privateNum": X[1], "calleeNumDisplay": "0"});
    let id = api.done("/platform/masked/ax.bind", &own)["fields"]["subscriptionId"].clone();
    let other = json!({"origNum": B, "privateNum": X[1], "calleeNumDisplay": "0"});
    api.refused("/platform/masked/ax.bind", &other, "1011005");
    api.done("/platform/masked/ax.callee", &json!({"privateNum": X[1], "calleeNum": B, "duration": 60}));
    api.done("/platform/masked/ax.modify", &json!({"subscriptionId": id, "privateSms": "false"}));
    let found = api.done("/platform/masked/ax.query", &json!({"privateNum": X[1]}));
    assert_eq!(found["fields"]["privateNumList"][0]["privateSms"], "false", "{found}");
    api.done("/platform/masked/ax.unbind", &json!({"privateNum": X[1]}));
    api.refused("/platform/masked/ax.unbind", &json!({"subscriptionId": id}), "1011004");

    // AXE: the platform picks the extension.
    let bound =
        api.done("/platform/masked/axe.bind", &json!({"virtualNum": X[2], "bindNum": A, "bindExpiredTime": 24}));
    let extension = bound["fields"]["extendNum"].as_str().unwrap();
    let one = json!({"virtualNum": X[2], "extendNum": extension});
    assert_eq!(api.done("/platform/masked/axe.query", &one)["fields"]["bindNum"], "+8613800000021");
    let tone = json!({"virtualNum": X[2], "extendNum": extension, "callbackTone": "later.wav"});
    api.done("/platform/masked/axe.modify", &tone);
    assert_eq!(api.done("/platform/masked/axe.query", &one)["fields"]["callbackTone"], "later.wav");
    api.done("/platform/masked/axe.unbind", &one);

    // AXYB in its two steps; X and Y are picked, until there is none left.
    let first = api.done("/platform/masked/axyb.bind", &json!({"origNum": A, "areaCode": "0755"}));
    let id = first["fields"]["subscriptionId"].clone();
    let second = api.done("/platform/masked/axyb.bind-y", &json!({"origNum": B, "subscriptionId": id}));
    assert_ne!(first["fields"]["relationNumber"], second["fields"]["relationNumber"]);
    assert_eq!(first["bindings"], second["bindings"], "B and Y join our binding of A and X");
    let found = api.done("/platform/masked/axyb.query", &json!({"subscriptionId": id}));
    assert_eq!(found["fields"]["relationNumList"][0]["ybList"][0]["bNum"], "+8613800000022", "{found}");
    api.done("/platform/masked/axyb.bind", &json!({"origNum": "13800000023", "areaCode": "0755"}));
    api.refused("/platform/masked/axyb.bind", &json!({"origNum": "13800000024", "areaCode": "0755"}), "1012001");
    api.done("/platform/masked/axyb.unbind", &json!({"subscriptionId": id}));

    // A call is stopped once.
    let call = json!({"sessionid": "1200_366_0_20261121@host", "signal": "call_stop"});
    api.done("/platform/masked/call.stop", &call);
    api.refused("/platform/masked/call.stop", &call, "1020152");

    // WSSE, as gateways were asked before.
    house.cli(&["platform", "settings", "masked", "--scheme", "wsse"]).done();
    let said = house.cli(&["platform", "masked", "axb.bind", &format!("callerNum={A}"), &format!("calleeNum={B}")]);
    assert!(said.done().contains("subscriptionId"));
    server.stop();
}

#[test]
fn what_would_be_refused_is_not_sent_and_what_is_refused_is_said_in_words() {
    let house = House::new();
    let (_gateway, address) = gateway(&house, "huawei-private", "ax", &["--mode", "ax", "--number", X[0]]);
    let (_stranger, untrusted) = gateway(&house, "huawei-private", "stranger", &[]);
    let server = serve(&house, &["ax"]);
    huawei_app(&house, "masked", &address);
    let api = Api { server: &server, bearer: format!("Bearer {}", house.token("t", "operator")) };
    let pair = json!({"callerNum": A, "calleeNum": B});

    // Wrong mode; a number that is not ours; fields that no document allows.
    api.refused("/platform/masked/axb.bind", &pair, "1010040");
    let foreign = json!({"origNum": A, "privateNum": "+8617099999999", "calleeNumDisplay": "0"});
    api.refused("/platform/masked/ax.bind", &foreign, "1011001");
    let (status, answer) = api.post("/platform/masked/axb.bind", &json!({"callerNum": "10086", "duration": "never"}));
    let said = answer["error"]["message"].as_str().unwrap();
    assert!(status == 400 && said.contains("callerNum: ") && said.contains("calleeNum: is missing"), "{said}");
    assert!(said.contains("duration: is not a whole number"), "{said}");

    // Another secret.
    std::fs::write(house.beside("other"), "another secret").unwrap();
    house.cli(&["app", "set", "masked", "--app-secret-file", house.beside("other").to_str().unwrap()]).done();
    api.refused("/platform/masked/ax.query", &json!({"privateNum": X[0]}), "1023006");

    // A certificate that nobody vouches for, a host that is not listed, nobody there at all.
    house.cli(&["platform", "settings", "masked", "--base-url", &untrusted]).done();
    let (status, answer) = api.post("/platform/masked/ax.query", &json!({"privateNum": X[0]}));
    assert_eq!((status, answer["error"]["code"].as_str()), (502, Some("platform_unreachable")), "{answer}");
    assert!(answer["error"]["message"].as_str().unwrap().contains("extra_roots"), "{answer}");
    let said = house.cli(&["platform", "settings", "masked", "--base-url", "https://evil.example"]);
    assert!(said.status == Some(2) && said.err.contains("[platform] hosts"), "{said:#?}");
    house.cli(&["platform", "settings", "masked", "--base-url", ""]).done();
    let (status, answer) = api.post("/platform/masked/ax.query", &json!({"privateNum": X[0]}));
    assert_eq!(status, 409, "off until it is set: {answer}");

    // A viewer asks nothing; nothing secret and no number stands in the open part of the trail.
    let viewer = Api { server: &server, bearer: format!("Bearer {}", house.token("v", "viewer")) };
    assert_eq!(viewer.post("/platform/masked/ax.query", &json!({"privateNum": X[0]})).0, 403);
    let trail = house.cli(&["audit", "--limit", "1000", "--json"]).done();
    let entries: Value = serde_json::from_str(&trail).unwrap();
    let subjects: Vec<&str> =
        entries["items"].as_array().unwrap().iter().filter_map(|e| e["subject"].as_str()).collect();
    assert!(subjects.iter().any(|subject| subject.ends_with("ax.query: 1023006")), "{subjects:?}");
    assert!(
        subjects.iter().all(|subject| !subject.contains("1380000") && !subject.contains("1700000")),
        "{subjects:?}"
    );
    assert!(!trail.contains(SECRET) && !trail.contains("another secret"));
    server.stop();
}

#[test]
fn numbers_of_jiuyun_are_applied_for_and_released() {
    let house = House::new();
    let account = "0123456789abcdef0123456789abcdef";
    let more = ["--account", account, "--number", "17000000001"];
    let (_gateway, address) = gateway(&house, "jiuyun", "jiuyun", &more);
    let server = serve(&house, &["jiuyun"]);
    house.app("jiuyun", "hotline", &["--app-key", "key-1"]);
    let token = house.beside("secret");
    let settings = ["platform", "settings", "hotline", "--base-url", &address, "--account-sid", account];
    let said = house.cli(&[&settings[..], &["--auth-token-file", token.to_str().unwrap()]].concat()).done();
    assert!(said.contains("\"has_auth_token\": true") && !said.contains(SECRET), "{said}");
    let api = Api { server: &server, bearer: format!("Bearer {}", house.token("t", "operator")) };

    let pair = json!({"realNumA": A, "realNumB": B});
    assert_eq!(api.done("/platform/hotline/number.apply", &pair)["fields"]["maskNumber"], "17000000001");
    api.refused("/platform/hotline/number.apply", &pair, "900409");
    let others = json!({"realNumA": A, "realNumB": "13800000023"});
    api.refused("/platform/hotline/number.apply", &others, "900406");
    assert_eq!(api.done("/platform/hotline/number.query", &pair)["fields"]["validTime"], 86_400);
    let list = api.done("/platform/hotline/number.list", &json!({}));
    assert_eq!(list["fields"]["maskNumberList"], json!(["17000000001"]));
    api.done("/platform/hotline/number.release", &pair);
    api.refused("/platform/hotline/number.query", &pair, "900400");
    api.done("/platform/hotline/call.cancel", &json!({"callId": account}));

    std::fs::write(house.beside("other"), "another token").unwrap();
    let other = house.beside("other");
    house.cli(&["platform", "settings", "hotline", "--auth-token-file", other.to_str().unwrap()]).done();
    api.refused("/platform/hotline/number.query", &pair, "900111");
    server.stop();
}

#[test]
fn a_comparison_finds_what_is_missing_different_and_unknown() {
    let house = House::new();
    let (_gateway, address) = gateway(&house, "huawei-private", "axb", &["--mode", "axb", "--number", X[0]]);
    let server = serve(&house, &["axb"]);
    for name in ["ours", "theirs"] {
        huawei_app(&house, name, &address);
    }
    let api = Api { server: &server, bearer: format!("Bearer {}", house.token("t", "operator")) };
    let bind = |app: &str, a: &str, b: &str| {
        let pair = json!({"callerNum": a, "calleeNum": b, "relationNum": X[0]});
        let bound = api.done(&format!("/platform/{app}/axb.bind"), &pair);
        bound["fields"]["subscriptionId"].as_str().unwrap().to_owned()
    };
    // Two apps of one key: what the second does, the first does not know.
    let (same, changed, ended) = (
        bind("ours", "13800000001", "13800000002"),
        bind("ours", "13800000003", "13800000004"),
        bind("ours", "13800000005", "13800000006"),
    );
    let unknown = bind("theirs", "13800000007", "13800000008");
    api.done("/platform/theirs/axb.modify", &json!({"subscriptionId": changed, "calleeNum": "13800000009"}));
    api.done("/platform/theirs/axb.unbind", &json!({"subscriptionId": ended}));
    let compared = api.done("/platform/ours/compare", &json!({"mode": "axb"}));
    let verdict = |id: &str| {
        let row = compared["items"].as_array().unwrap().iter().find(|row| row["platform_id"] == id);
        row.map(|row| (row["verdict"].as_str().unwrap().to_owned(), row["what"].clone()))
    };
    assert_eq!(verdict(&same), Some(("same".to_owned(), json!([]))), "{compared}");
    assert_eq!(verdict(&changed), Some(("different".to_owned(), json!(["b"]))), "{compared}");
    assert_eq!(verdict(&ended), Some(("missing".to_owned(), json!([]))), "{compared}");
    assert_eq!(verdict(&unknown), Some(("unknown".to_owned(), json!([]))), "{compared}");
    // Made here only: the platform leads nobody by it.
    let add = ["bindings", "add", "--app", "ours", "--kind", "axb", "--a", "13800000011", "--b", "13800000012"];
    let here = house.cli(&[&add[..], &["--x", X[0]]].concat()).done();
    let compared = api.done("/platform/ours/compare", &json!({"mode": "axb"}));
    let rows = compared["items"].as_array().unwrap();
    let row = rows.iter().find(|row| row["binding"].as_u64() == here.trim().parse().ok()).unwrap();
    assert_eq!((&row["verdict"], &row["what"]), (&json!("missing"), &json!(["platform_id"])), "{compared}");
    let said = house.cli(&["platform", "compare", "ours", "axb"]).done();
    assert!(said.contains("1 the same, 4 not"), "{said}");

    // More on one number than the platform tells at once.
    for n in 0..100 {
        bind("theirs", &format!("139{n:08}"), &format!("137{n:08}"));
    }
    let compared = api.done("/platform/ours/compare", &json!({"mode": "axb"}));
    let unknown = compared["items"].as_array().unwrap().iter().filter(|row| row["verdict"] == "unknown");
    assert_eq!(unknown.count(), 101, "{compared}");

    // A key that is refused is not tried again for every binding.
    std::fs::write(house.beside("other"), "another secret").unwrap();
    house.cli(&["app", "set", "ours", "--app-secret-file", house.beside("other").to_str().unwrap()]).done();
    api.refused("/platform/ours/compare", &json!({"mode": "axb"}), "1023006");
    server.stop();
}

#[test]
fn an_operator_binds_and_stops_a_call_on_the_pages() {
    let house = House::new();
    let (_gateway, address) = gateway(&house, "huawei-private", "pages", &["--number", X[0]]);
    let server = serve(&house, &["pages"]);
    huawei_app(&house, "masked", &address);
    let callbacks = house.app("huawei-private", "other", &[]);
    let token = house.token("t", "admin");
    let cookie = log_in(&house, &server, "op", "operator");
    let csrf = csrf(&server, &cookie);
    let post = |path: &str, fields: &str| {
        let form = format!("csrf={csrf}&{fields}");
        server.request("POST", path, &[("Cookie", &cookie), FORM], form.as_bytes())
    };
    let page = server.request("GET", "/platform?app=1&op=axb.bind", &[("Cookie", &cookie)], b"").text();
    assert!(page.contains("name=\"callerNum\"") && page.contains("action=\"/platform/1/axb.bind\""), "{page}");
    let refused = post("/platform/1/axb.bind", "callerNum=10086&calleeNum=");
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("id=\"p-callerNum\"") && refused.text().contains("value=\"10086\""));
    let bound = post("/platform/1/axb.bind", &format!("callerNum={A}&calleeNum={B}&relationNum=&duration=60"));
    assert_eq!(bound.status, 200, "{}", bound.text());
    assert!(bound.text().contains("sub-axb-000001") && bound.text().contains("subscriptionId"));
    assert_eq!(post("/platform/1/axb.bind", &format!("callerNum={A}&calleeNum={B}")).status, 502);
    let compared = post("/platform/1/compare", "mode=axb");
    assert_eq!(compared.status, 200, "{}", compared.text());

    // A call under way of an app that asks its platform can be stopped; of another app it cannot.
    let mine = house.cli(&["app", "rotate", "masked"]).done();
    let (_, path) = mine.trim().split_once("/callbacks/").unwrap();
    let (mine, other) = (crate::house::App(format!("/callbacks/{path}")), callbacks);
    let event = |session: &str| status("alerting", session, "02:11:06", json!({"caller": A, "called": B}));
    server.push(&mine, event("session-mine"));
    server.push(&other, event("session-other"));
    let api = server.api(&token);
    api.settled();
    let stop = |session: &str| {
        let id = api.call(session, 1)["id"].as_str().unwrap().to_owned();
        let page = server.request("GET", &format!("/calls/{id}"), &[("Cookie", &cookie)], b"").text();
        (page.contains(&format!("action=\"/calls/{id}/stop\"")), post(&format!("/calls/{id}/stop"), "").status)
    };
    assert_eq!(stop("session-mine"), (true, 303));
    assert_eq!(stop("session-mine"), (true, 502), "the platform says that it is over");
    assert_eq!(stop("session-other"), (false, 409));
    let viewer = log_in(&house, &server, "v", "viewer");
    assert_eq!(server.request("GET", "/platform", &[("Cookie", &viewer)], b"").status, 403);
    server.stop();
}
