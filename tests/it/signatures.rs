//! Signatures of both Huawei products, in every recipe and every mode.
//!
//! The digests are computed here a second time, from the manuals and not by the program's own
//! code, so that a mistake in a recipe cannot vouch for itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use ringback::clock::Clock;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::bodies::{APP_KEY, axb_hangup, status, xml};
use crate::client::Reply;
use crate::house::{App, House, Server};
use crate::wait::{SOON, wait_for};

const SECRET: &str = "made-up-app-secret-0123456789abcd";
const PUBLIC: &str = "https://calls.example.com:8443";

fn mac(message: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fn wsse(message: &str) -> Vec<u8> {
    Sha256::digest(message.as_bytes()).to_vec()
}

/// A time as signatures write it, this far from now.
fn created(ahead_seconds: i64) -> String {
    let now = Clock::system().now().as_second();
    Timestamp::from_second(now + ahead_seconds).unwrap().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The header's name and value.
fn header(name: &'static str, key: &str, digest: &str, nonce: &str, created: &str) -> (&'static str, String) {
    let parts = [("Username", key), ("PasswordDigest", digest), ("Nonce", nonce), ("Created", created)];
    let parts: Vec<String> = parts.iter().map(|(k, v)| format!("{k}=\"{v}\"")).collect();
    (name, format!("UsernameToken {}", parts.join(", ")))
}

/// Every way to sign that is documented or was seen.
fn all_ways(target: &str, created: &str) -> Vec<(&'static str, String)> {
    let nonce = "66C92B11FF8A425FB8D4CCFE0ED9ED1F";
    let url = format!("{PUBLIC}{target}");
    let raw = wsse(&format!("{nonce}{created}{SECRET}"));
    let hex: String = raw.iter().map(|b| format!("{b:02x}")).collect();
    vec![
        header("X-AKSK", APP_KEY, &mac(&format!("{nonce}{created}")), nonce, created),
        header("X-AKSK", APP_KEY, &mac(&format!("{url}{nonce}{created}")), nonce, created),
        header("X-AKSK", APP_KEY, &mac(&format!("{url}\n{nonce}\n{created}")), nonce, created),
        header("X-WSSE", APP_KEY, &STANDARD.encode(&raw), nonce, created),
        header("X-WSSE", APP_KEY, &STANDARD.encode(hex), nonce, created),
    ]
}

struct Gate {
    house: House,
    server: Server,
    token: String,
}

impl Gate {
    fn open() -> Self {
        let house = House::new();
        let server = house.serve_with(&["--public-url", PUBLIC]);
        let token = house.token("t", "admin");
        Self { house, server, token }
    }

    fn app(&self, provider: &str, name: &str, mode: &str) -> App {
        let secret = self.house.beside("secret");
        std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
        let file = secret.to_str().unwrap();
        self.house.app(provider, name, &["--app-key", APP_KEY, "--app-secret-file", file, "--verify", mode])
    }

    fn send(&self, app: &App, signature: Option<&(&'static str, String)>, session: &str) -> Reply {
        let mut headers = vec![("Content-Type", "application/json;charset=UTF-8")];
        if let Some((name, value)) = signature {
            headers.push(("Authorization", "AKSK realm=\"SDP\",profile=\"UsernameToken\",type=\"Appkey\""));
            headers.push((name, value));
        }
        let body = status("answer", session, "02:11:10", json!({ "called": "+8613900000022" }));
        self.server.request("POST", &app.0, &headers, body.as_bytes())
    }

    /// The callback of a session, or of the newest row when it was never decoded.
    fn row(&self, count: usize) -> Value {
        wait_for("the callback is listed", SOON, || {
            let rows = self.server.api(&self.token).all("/callbacks");
            (rows.len() == count).then(|| rows.into_iter().next()).flatten()
        })
    }
}

#[test]
fn every_recipe_is_accepted_with_both_ideas_of_utc() {
    let gate = Gate::open();
    let mut sent = 0;
    for provider in ["huawei-voice", "huawei-private"] {
        let app = gate.app(provider, provider, "enforce");
        for ahead in [0, 8 * 3600, -6 * 3600] {
            for (n, way) in all_ways(&app.0, &created(ahead)).iter().enumerate() {
                let reply = gate.send(&app, Some(way), &format!("{provider}-{ahead}-{n}"));
                assert_eq!(reply.status, 200, "{provider} {ahead} {way:?}");
                sent += 1;
                let row = gate.row(sent);
                assert_eq!((&row["verified"], &row["outcome"]), (&json!(true), &json!("accepted")), "{row:#}");
            }
        }
    }
    gate.server.stop();
}

#[test]
fn enforce_refuses_what_does_not_hold_and_keeps_it() {
    let gate = Gate::open();
    let app = gate.app("huawei-voice", "strict", "enforce");
    let now = created(0);
    let nonce = "66C92B11FF8A425FB8D4CCFE0ED9ED1F";
    let good = mac(&format!("{nonce}{now}"));
    let cases = [
        ("nothing", None),
        ("a wrong digest", Some(header("X-AKSK", APP_KEY, "AAAA", nonce, &now))),
        ("another nonce", Some(header("X-AKSK", APP_KEY, &good, "another", &now))),
        ("another key", Some(header("X-AKSK", "somebody", &good, nonce, &now))),
        ("an old one", all_ways(&app.0, &created(-3 * 86_400)).into_iter().next()),
        ("one of the day after tomorrow", all_ways(&app.0, &created(2 * 86_400)).into_iter().next()),
        ("garbage", Some(("X-AKSK", "UsernameToken ,,=\"=".to_owned()))),
    ];
    for (n, (what, signature)) in cases.iter().enumerate() {
        let reply = gate.send(&app, signature.as_ref(), &format!("s-{n}"));
        assert_eq!(reply.status, 401, "{what}");
        assert_ne!(reply.json()["resultcode"], "0", "{what}");
        let row = gate.row(n + 1);
        assert_eq!(
            (&row["outcome"], &row["verified"], &row["status"]),
            (&json!("unverified"), &json!(false), &json!(401)),
            "{what}: {row:#}"
        );
    }
    assert!(gate.server.api(&gate.token).all("/calls").is_empty(), "nothing of it became a call");
    gate.server.stop();
}

#[test]
fn log_answers_as_usual_and_flags_and_off_does_not_look() {
    let gate = Gate::open();
    let logged = gate.app("huawei-private", "logged", "log");
    let wrong = header("X-AKSK", APP_KEY, "AAAA", "1", &created(0));
    let cases = [(None, json!(false)), (Some(&wrong), json!(false))];
    for (n, (signature, verified)) in cases.into_iter().enumerate() {
        assert_eq!(gate.send(&logged, signature, &format!("log-{n}")).status, 200);
        let row = gate.row(n + 1);
        assert_eq!((&row["outcome"], &row["verified"]), (&json!("accepted"), &verified), "{row:#}");
    }
    let off = gate.app("huawei-private", "off", "off");
    assert_eq!(gate.send(&off, Some(&wrong), "off-1").status, 200);
    assert_eq!(gate.row(3)["outcome"], "accepted");
    gate.server.stop();
}

#[test]
fn a_jiuyun_body_of_another_application_is_refused_when_that_is_enforced() {
    let gate = Gate::open();
    let strict = gate.house.app("jiuyun", "strict", &["--app-key", "somebody-else", "--verify", "enforce"]);
    let open = gate.house.app("jiuyun", "open", &[]);
    let refused = gate.server.post(&strict, xml(&axb_hangup("a1")));
    assert_eq!(refused.status, 401, "{}", refused.text());
    assert!(refused.text().contains("<statusCode>") && !refused.text().contains(">0000<"), "{}", refused.text());
    assert_eq!(gate.row(1)["outcome"], "unverified");
    gate.server.push(&open, xml(&axb_hangup("a2")));
    assert_eq!(gate.row(2)["outcome"], "accepted");
    gate.server.stop();
}

#[test]
fn enforcing_without_anything_to_verify_with_is_said_and_refuses_nobody() {
    let gate = Gate::open();
    let question = status("answer", "s-1", "02:11:10", json!({ "called": "+8613900000022" }));
    let hangup = xml(&axb_hangup("a1"));
    for (provider, body) in [("huawei-private", &question), ("jiuyun", &hangup)] {
        let said = gate.house.cli(&["app", "add", "--provider", provider, "--name", provider, "--verify", "enforce"]);
        assert!(said.status == Some(0) && said.err.contains("nothing to verify with"), "{said:#?}");
        let (_, token) = said.out.trim().split_once("/callbacks/").unwrap();
        gate.server.push(&App(format!("/callbacks/{token}")), body);
    }
    let listed = gate.server.api(&gate.token).get("/apps");
    let said = |app: &Value| app["verify"] == "enforce" && app["can_verify"] == false;
    let apps = listed["items"].as_array().unwrap();
    assert!(apps.len() == 2 && apps.iter().all(said), "{apps:#?}");
    gate.server.stop();
}

#[test]
fn the_default_port_is_left_out_of_what_is_printed() {
    let house = House::new();
    let add = |name: &str| house.cli(&["app", "add", "--provider", "jiuyun", "--name", name]).done();
    for (n, given) in ["https://calls.example.com:443", "https://calls.example.com:443/"].into_iter().enumerate() {
        let server = house.serve_with(&["--public-url", given]);
        let printed = add(&format!("with-{n}"));
        assert!(printed.starts_with("https://calls.example.com/callbacks/"), "{given}: {printed}");
        server.stop();
    }
    let printed = add("without a server");
    assert!(printed.starts_with("https://calls.example.com/callbacks/"), "{printed}");
}

#[test]
fn no_secret_and_no_signature_reaches_the_log_or_the_api() {
    let gate = Gate::open();
    let app = gate.app("huawei-voice", "quiet", "log");
    let way = all_ways(&app.0, &created(0)).remove(0);
    assert_eq!(gate.send(&app, Some(&way), "13800138000-quiet").status, 200);
    let row = gate.row(1);
    let token = app.0.trim_start_matches("/callbacks/");
    let said = format!("{}{}{row}", gate.server.messages(), gate.server.output());
    for secret in [SECRET, token, gate.token.as_str()] {
        assert!(!said.contains(secret), "a secret was said:\n{said}");
    }
    assert!(!gate.server.messages().contains("13900000022"), "a whole number was logged");
    let listed = gate.house.cli(&["app", "list", "--json"]).done();
    assert!(!listed.contains(SECRET), "{listed}");
    gate.server.stop();
}
