//! Who may see what: roles, masking, and the doors that are closed.
//!
//! A viewer's whole day may go by without one whole phone number on the screen. What a role may
//! not see must not come out of any other field either, so the whole answer is searched.

use serde_json::Value;

use crate::bodies::{A, B, X, axb_hangup, private, private_record, status, xml};
use crate::house::{House, Server};
use crate::wait::{SOON, wait_until};

pub(crate) const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// Makes a user and logs in; gives the cookie.
pub(crate) fn log_in(house: &House, server: &Server, name: &str, role: &str) -> String {
    let admin = house.token(&format!("for-{name}"), "admin");
    let user = serde_json::json!({"name": name, "role": role, "password": "correct horse battery"}).to_string();
    let bearer = format!("Bearer {admin}");
    let made = server.request("POST", "/api/v1/users", &[("Authorization", &bearer)], user.as_bytes());
    assert_eq!(made.status, 201, "{}", made.text());
    let form = format!("name={name}&password=correct+horse+battery");
    let entered = server.request("POST", "/login", &[FORM], form.as_bytes());
    assert_eq!(entered.status, 303, "{}", entered.text());
    entered.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

/// The token that this login's forms carry.
pub(crate) fn csrf(server: &Server, cookie: &str) -> String {
    let page = server.request("GET", "/calls", &[("Cookie", cookie)], b"").text();
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

/// Digits of a number that a masked text must not hold: all of them.
fn national(number: &str) -> &str {
    number.trim_start_matches("+86")
}

#[test]
fn a_viewer_sees_no_whole_number_anywhere() {
    let house = House::new();
    let server = house.serve();
    let app = house.app("huawei-private", "orders", &[]);
    let (admin, operator, viewer) =
        (house.token("a", "admin"), house.token("o", "operator"), house.token("v", "viewer"));
    // A session that holds both numbers, as the platform's newer ones do, and a reference with one.
    let session = format!("{A}_{B}_4_627e5c1f_963036_669_1_0");
    for body in private(&session, "004", &format!("call {} back", national(B))) {
        server.push(&app, body);
    }
    let whole = server.api(&admin).call(&session, 6);
    assert_eq!((whole["caller"].as_str(), whole["session_id"].as_str()), (Some(A), Some(session.as_str())));

    let id = whole["id"].as_str().unwrap();
    let seq = &whole["callbacks"][0];
    let targets = ["/calls".to_owned(), format!("/calls/{id}"), "/callbacks".to_owned(), format!("/callbacks/{seq}")];
    for target in &targets {
        let seen = server.api(&viewer).get(target).to_string();
        for number in [A, B, X] {
            assert!(!seen.contains(national(number)), "{target} shows {number} to a viewer: {seen}");
        }
    }
    let masked = server.api(&viewer).get(&format!("/calls/{id}"));
    assert_eq!(masked["caller"], "+86138****0021", "{masked:#}");

    let raw = format!("/callbacks/{seq}/raw");
    assert_eq!(server.api(&viewer).ask(&raw).status, 403);
    for token in [&operator, &admin] {
        assert!(server.api(token).ask(&raw).text().contains("sessionId"));
    }
    // His pages, in whatever form they show numbers, and what a browser of his asks of the API.
    let cookie = log_in(&house, &server, "wang", "viewer");
    let pages = ["/", "/calls", "/callbacks", "/messages", "/numbers", "/attention", "/help"].map(str::to_owned);
    let own = [format!("/calls/{id}"), format!("/callbacks/{seq}"), format!("/callbacks/{seq}?view=hex")];
    let api = targets.iter().map(|target| format!("/api/v1{target}"));
    for target in pages.into_iter().chain(own).chain(api) {
        let seen = server.request("GET", &target, &[("Cookie", &cookie)], b"");
        assert_eq!(seen.status, 200, "{target}");
        let plain: String = seen.text().chars().filter(|c| *c != ' ').collect();
        for number in [A, B, X] {
            assert!(!plain.contains(national(number)), "{target} shows {number} to a viewer: {plain}");
        }
    }
    let raw_page = server.request("GET", &format!("/callbacks/{seq}/raw"), &[("Cookie", &cookie)], b"");
    assert_eq!(raw_page.status, 403);
    let form = format!("csrf={}&page=/calls", csrf(&server, &cookie));
    let revealed = server.request("POST", "/reveal", &[("Cookie", &cookie), FORM], form.as_bytes());
    assert_eq!(revealed.status, 403, "a viewer reveals nothing");
    // Searching a number that he knows works, and does not reveal it.
    for search in [national(A), "0021", A.trim_start_matches('+')] {
        let found = server.api(&viewer).get(&format!("/calls?number={search}"));
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{search}");
        assert!(!found.to_string().contains(national(A)), "{found:#}");
    }
    server.stop();
}

/// Two blanks, dots, line breaks, full width: a viewer read whole numbers in references and messages
/// that people had written so, while the orders beside them were hidden from everybody.
#[test]
fn a_viewer_reads_no_number_in_any_spelling_and_every_order_and_id() {
    let house = House::new();
    let server = house.serve();
    let app = house.app("huawei-private", "orders", &[]);
    let viewer = house.token("v", "viewer");
    let cookie = log_in(&house, &server, "wang", "viewer");
    let spelled = [
        "138  0000  0021",
        "call 138.0000.0021",
        "１３８００００００２１",
        "138\n0000\r\n0021",
        "(0755) 2878 0808",
        "075528780808",
        "+852 1234 5678",
        "4008001234",
        "138\u{200B}0000\u{200B}0021",
        "٠٧٥٥-٢٨٧٨-٠٨٠٨",
        "order 20261380000002199",
    ];
    let readable = [
        "order-24906488",
        "2026-11-30 10:00:00 \u{a5}1234567.89",
        "order 202611301380000002",
        "5a59f26513813812340021000725ff00",
    ];
    let texts: Vec<&str> = spelled.iter().chain(&readable).copied().collect();
    for (n, text) in texts.iter().enumerate() {
        // The platform's longer session ids.
        let session = format!("1201_271_4294967295_202611300159111{n:02}@callenabler246.huaweicaas.com");
        server.push(
            &app,
            crate::bodies::fee(&[private_record(&session, "004", serde_json::json!({ "userData": text }))]),
        );
    }
    server.api(&viewer).settled();
    let calls = server.api(&viewer).all("/calls");
    assert_eq!(calls.len(), texts.len());
    // A party's number within a longer run of digits is one all the same, wherever the session stands.
    let glued = format!("20261130{}000", national(A));
    server.push(&app, crate::bodies::fee(&[private_record(&glued, "004", serde_json::json!({}))]));
    server.api(&viewer).settled();
    for target in ["/api/v1/calls", "/api/v1/callbacks", "/callbacks"] {
        let seen = server.request("GET", target, &[("Cookie", &cookie)], b"").text();
        assert!(seen.contains("20261130138****0021000") || target == "/callbacks", "{target}: {seen}");
        assert!(!seen.contains(national(A)), "{target}: {seen}");
    }
    for call in &calls {
        let (seen, session) = (call["user_data"].as_str().unwrap(), call["session_id"].as_str().unwrap());
        assert!(session.starts_with("1201_271_4294967295_202611300159111") && !session.contains('*'), "{session}");
        let n: usize = session[35..37].parse().unwrap();
        let id = call["id"].as_str().unwrap();
        let page = server.request("GET", &format!("/calls/{id}"), &[("Cookie", &cookie)], b"").text();
        if n < spelled.len() {
            assert!(seen.contains('*'), "{seen:?} of {:?}", texts[n]);
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            assert!(!digits(seen).contains("13800000021") && !page.contains(texts[n]), "{seen:?}");
        } else {
            assert_eq!(seen, texts[n]);
            assert!(page.contains(texts[n]), "{:?} is on the page", texts[n]);
        }
        // One form for people and programs.
        assert_eq!(call["caller"], "+86138****0021");
        assert!(page.contains("+86138****0021"), "the page shows it the same way");
    }
    server.stop();
}

#[test]
fn the_api_asks_for_a_token_and_every_door_for_the_right_role() {
    let house = House::new();
    let server = house.serve();
    let viewer = house.token("v", "viewer");
    for target in ["/calls", "/callbacks", "/ledger", "/stats", "/apps", "/users", "/tokens"] {
        let open = server.request("GET", &format!("/api/v1{target}"), &[], b"");
        assert_eq!(open.status, 401, "{target}");
        assert!(open.json()["error"]["code"].is_string(), "{}", open.text());
        assert_eq!(server.api("wrong").ask(target).status, 401, "{target}");
    }
    for target in ["/users", "/tokens"] {
        assert_eq!(server.api(&viewer).ask(target).status, 403, "{target}");
    }
    let page = server.request("GET", "/", &[], b"");
    assert!([302, 303].contains(&page.status), "the dashboard is behind login: {}", page.status);
    assert!(page.header("location").is_some_and(|l| l.contains("/login") || l.contains("/setup")), "{page:?}");

    assert_eq!(house.cli(&["token", "revoke", "v"]).status, Some(0));
    assert_eq!(server.api(&viewer).ask("/calls").status, 401, "a token taken back opens nothing");
    server.stop();
}

#[test]
fn what_was_done_is_found_by_a_command_and_any_change_of_it_by_verify() {
    let house = House::new();
    let server = house.serve();
    house.app("huawei-private", "orders", &[]);
    let cookie = log_in(&house, &server, "lin", "operator");
    let form = format!("csrf={}&page=/calls&reason=asked", csrf(&server, &cookie));
    assert_eq!(server.request("POST", "/reveal", &[("Cookie", &cookie), FORM], form.as_bytes()).status, 303);
    let found = || house.cli(&["audit", "--action", "reveal", "--csv"]).done();
    wait_until("the reveal is found", SOON, || found().lines().count() == 2);
    assert!(found().contains("lin,reveal,list calls,"), "{}", found());
    server.stop();

    let verified = house.cli(&["verify", "--json"]).done();
    let report: Value = serde_json::from_str(&verified).unwrap();
    assert!(report["audit"]["entries"].as_u64() >= Some(4) && report["audit"]["broken"].is_null(), "{report:#}");
    // Somebody with the disk makes it another's doing, checksum and all.
    let journal = std::fs::read_dir(house.data().join("journal")).unwrap();
    for file in journal.map(|entry| entry.unwrap().path()) {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = text.lines().map(|line| match line.contains("\"action\":\"reveal\"") {
            true => {
                let forged = line.replace("\"by\":\"lin\"", "\"by\":\"wang\"");
                let body = forged.rsplit_once(",\"crc\"").unwrap().0;
                format!("{body},\"crc\":\"{:08x}\"}}\n", crc32c::crc32c(body.as_bytes()))
            }
            false => format!("{line}\n"),
        });
        let forged: String = lines.collect();
        std::fs::write(&file, forged).unwrap();
    }
    let verified = house.cli(&["verify"]);
    assert_eq!(verified.status, Some(1));
    assert!(verified.out.contains("BROKEN at entry"), "{}", verified.out);
}

#[test]
fn health_is_open_and_says_what_it_knows() {
    let house = House::new();
    let server = house.serve();
    assert_eq!(server.request("GET", "/healthz", &[], b"").status, 200);
    wait_until("it is ready", SOON, || server.request("GET", "/readyz", &[], b"").status == 200);
    assert!(server.request("GET", "/readyz", &[], b"").json().is_object());
    let metrics = server.request("GET", "/metrics", &[], b"");
    assert_eq!(metrics.status, 200, "from loopback: {}", metrics.text());
    assert_eq!(house.cli(&["healthcheck"]).status, Some(0));
    server.stop();
    assert_eq!(house.cli(&["healthcheck"]).status, Some(1), "nothing runs");
}

#[test]
fn unknown_parameters_and_bad_values_are_refused_by_name() {
    let house = House::new();
    let server = house.serve();
    let token = house.token("t", "admin");
    let bad = [
        ("/calls?sesion=1", "sesion"),
        ("/callbacks?number=1234", "number"),
        ("/ledger?limit=5", "limit"),
        ("/stats?by=week", "by"),
        ("/calls?from=yesterday", "from"),
        ("/calls?limit=1001", "limit"),
        ("/calls?limit=0", "limit"),
        ("/calls?number=123", "number"),
        ("/calls?outcome=fine", "outcome"),
        ("/calls?app=nobody", "app"),
        ("/calls?provider=nobody", "provider"),
        ("/calls?min_talk=-1", "min_talk"),
        ("/calls?has_recording=maybe", "has_recording"),
        ("/calls?cursor=nonsense", "cursor"),
    ];
    for (target, name) in bad {
        let reply = server.api(&token).ask(target);
        assert_eq!(reply.status, 400, "{target}: {}", reply.text());
        let error = reply.json()["error"].clone();
        assert!(error["code"].is_string(), "{target}: {error}");
        assert!(error["message"].as_str().is_some_and(|m| m.contains(name)), "{target} names {name}: {error}");
    }
    for target in ["/calls/nonsense", "/calls/00000000000000000000000000000000", "/callbacks/99", "/nowhere"] {
        let reply = server.api(&token).ask(target);
        assert_eq!(reply.status, 404, "{target}: {}", reply.text());
        assert!(reply.json()["error"]["code"].is_string(), "{target}");
    }
    server.stop();
}

#[test]
fn filters_find_what_they_say_and_nothing_else() {
    let house = House::new();
    let server = house.serve();
    let token = house.token("t", "admin");
    let orders = house.app("huawei-private", "orders", &[]);
    let hotline = house.app("jiuyun", "hotline", &[]);
    for body in private("p-1", "004", "order-7") {
        server.push(&orders, body);
    }
    server.push(
        &orders,
        status("callin", "p-2", "02:20:00", serde_json::json!({ "caller": "+8613611112222", "called": X })),
    );
    server.push(&hotline, xml(&axb_hangup("j-1")));
    let api = server.api(&token);
    api.call("p-1", 6);
    api.call("p-2", 1);
    api.call("j-1", 1);
    let sessions = |target: &str| -> Vec<String> {
        let mut found: Vec<String> =
            api.all(target).iter().map(|c: &Value| c["session_id"].as_str().unwrap().to_owned()).collect();
        found.sort();
        found
    };
    let cases: [(&str, &[&str]); 22] = [
        ("/calls", &["j-1", "p-1", "p-2"]),
        ("/calls?app=orders", &["p-1", "p-2"]),
        ("/calls?not_app=orders", &["j-1"]),
        ("/calls?provider=jiuyun", &["j-1"]),
        ("/calls?app=orders&app=hotline", &["j-1", "p-1", "p-2"]),
        ("/calls?session=p-2", &["p-2"]),
        ("/calls?number=0022", &["j-1", "p-1"]),
        ("/calls?number=%2B8613900000022", &["j-1", "p-1"]),
        ("/calls?number=13900000022", &["j-1", "p-1"]),
        ("/calls?number=2222", &["p-2"]),
        ("/calls?caller=2222", &["p-2"]),
        ("/calls?callee=2222", &[]),
        ("/calls?x=0023", &["j-1", "p-1", "p-2"]),
        ("/calls?not_caller=0021", &["p-2"]),
        ("/calls?outcome=answered", &["j-1", "p-1"]),
        ("/calls?outcome=busy", &[]),
        ("/calls?min_talk=18", &["j-1", "p-1"]),
        ("/calls?min_talk=19", &[]),
        ("/calls?has_recording=true", &["j-1"]),
        ("/calls?from=2026-01-15T02:15:00Z", &["p-2"]),
        ("/calls?to=2026-01-15T02:15:00Z", &["j-1", "p-1"]),
        ("/calls?q=order-7", &["p-1"]),
    ];
    for (target, expected) in cases {
        assert_eq!(sessions(target), expected, "{target}");
    }
    server.stop();
}
