//! The API over a real state, journal, store and projector, fed with the platforms' samples.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower_service::Service;

use super::*;
use crate::audit::Audit;
use crate::bindings::Bindings;
use crate::clock::Clock;
use crate::control::{Answers, Control};
use crate::domain::{AllowFrom, App, Callback, Role, Scope, Secret};
use crate::http::{CertificateInfo, ServerInfo};
use crate::ingest::Ingest;
use crate::journal::{FileJournal, Options};
use crate::platform::{Hosts, Platform};
use crate::projector::{self, Projector};
use crate::providers;
use crate::state::{NewApp, State};
use crate::store::Store;

pub(super) const DEADLINE: Duration = Duration::from_secs(20);
const PASSWORD: &str = "correct horse battery";

/// An installation without a server.
pub(super) struct House {
    pub(super) context: Arc<Context>,
    _projector: Projector,
    _dir: TempDir,
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    pub(super) fn refused(&self, status: u16, code: &str, message: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        let error = &self.json()["error"];
        assert_eq!(error["code"], code);
        let said = error["message"].as_str().unwrap();
        assert!(said.contains(message), "{said}");
    }
}

pub(super) fn principal(role: Role) -> Principal {
    Principal { name: "someone".to_owned(), role, scope: Scope::All }
}

impl House {
    pub(super) fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (data, clock) = (dir.path(), Clock::system());
        let state = State::open(&data.join("state"), &data.join("keys"), clock.clone()).unwrap();
        let options = Options {
            reserve: None,
            torn: data.join("torn"),
            tmp: data.join("tmp"),
            segment_bytes: 1 << 20,
            compress: false,
        };
        let journal = Arc::new(FileJournal::open(&data.join("journal"), options).unwrap());
        let (store, writer, _) =
            Store::open(&data.join("store"), &state.installation(), projector::catalog(), &clock, &|_| None).unwrap();
        let bindings = Bindings::open(data, &state.installation(), clock.clone()).unwrap();
        let projector = Projector::start(writer, journal.clone()).unwrap();
        let server = ServerInfo {
            public_url: Some("https://callbacks.example.com".to_owned()),
            listen: "127.0.0.1:8443".parse().unwrap(),
            plain_listen: None,
            data: data.to_owned(),
            started_at: clock.now(),
            certificate: ArcSwap::from_pointee(CertificateInfo::default()),
            gauges: Arc::default(),
            log: Arc::default(),
        };
        let control = Control::new(state.clone(), bindings.clone(), clock.clone(), None).unwrap();
        let ingest =
            Ingest::new(journal.clone(), Answers::default(), control.clone(), clock.clone(), server.public_url.clone());
        let audit = Audit::new(journal.clone(), clock.clone());
        let (retention, erasure) = Context::keepers(&journal, &store, &bindings, &state, &clock, server.data.clone());
        let context = Arc::new(Context {
            store,
            state,
            bindings,
            control,
            journal,
            audit,
            retention,
            erasure,
            ingest,
            platform: Platform::new(Hosts::default(), None, clock.clone()).unwrap(),
            oidc: None,
            clock,
            server,
        });
        Self { context, _projector: projector, _dir: dir }
    }

    pub(super) async fn app(&self, name: &str, provider: &str) -> Arc<App> {
        let new = NewApp {
            name: name.to_owned(),
            provider: providers::by_name(provider).unwrap().id(),
            token: None,
            app_key: None,
            app_secret: None,
            verify: None,
            allow_from: AllowFrom::default(),
        };
        self.context.state.add_app(&Principal::command_line(), new).await.unwrap()
    }

    pub(super) async fn receive(&self, app: &Arc<App>, content_type: &str, body: &str) {
        let callback = Callback {
            app: app.id,
            provider: app.provider,
            received_at: self.context.clock.now(),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
            tail: String::new(),
            target: String::new(),
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.as_bytes().to_vec(),
        };
        self.context.ingest.receive(app.clone(), callback).await.unwrap();
    }

    /// An app of every provider, each with every sample of its platform.
    pub(super) async fn with_samples() -> Self {
        let house = Self::open();
        for provider in providers::ALL {
            let app = house.app(provider.id().0, provider.id().0).await;
            for sample in provider.samples() {
                house.receive(&app, sample.content_type, sample.body).await;
            }
        }
        for (a, x, b) in [("13812345601", "17012345602", "13912345603"), ("13812345604", "17012345605", "")] {
            let said = format!("order 7, ring {a}");
            let body = json!({"app": "huawei-private", "a": a, "x": x, "b": b, "user_data": said});
            assert_eq!(house.ask(Role::Operator, "POST", "/bindings", body).await.status, 201);
        }
        house.settle().await;
        house
    }

    /// Waits until everything received is projected.
    pub(super) async fn settle(&self) {
        let durable = *self.context.journal.durable().borrow();
        let began = Instant::now();
        let mut look = tokio::time::interval(Duration::from_millis(5));
        while self.context.store.status().applied < durable {
            assert!(began.elapsed() < DEADLINE, "the projector is stuck");
            look.tick().await;
        }
    }

    pub(super) async fn call(&self, routes: Routes, request: Request<Full<Bytes>>) -> Answer {
        let Ok(response) = warp::service(routes).call(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(super) async fn ask(&self, role: Role, method: &str, path: &str, body: Value) -> Answer {
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let request = Request::builder().method(method).uri(format!("/api/v1{path}")).body(Full::new(body)).unwrap();
        self.call(routes_as(self.context.clone(), principal(role)), request).await
    }

    pub(super) async fn get(&self, role: Role, path: &str) -> Answer {
        self.ask(role, "GET", path, Value::Null).await
    }

    pub(super) async fn list(&self, role: Role, path: &str) -> Vec<Value> {
        let answer = self.get(role, path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()["items"].as_array().unwrap().clone()
    }
}

/// Every number that an administrator is shown, without country code.
fn numbers_in(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let is_number =
                    ["caller", "callee", "x_number", "y_number", "from", "to", "number", "a", "b", "x", "y"]
                        .contains(&name.as_str());
                match value.as_str() {
                    Some(text) if is_number && !text.contains('*') => {
                        let digits = text.strip_prefix("+86").unwrap_or(text.trim_start_matches('+'));
                        if digits.len() >= 7 {
                            found.insert(digits.to_owned());
                        }
                    }
                    _ => numbers_in(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| numbers_in(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

const LISTS: [&str; 9] = [
    "/calls?limit=1000",
    "/callbacks?limit=1000",
    "/sms",
    "/numbers",
    "/recordings",
    "/stats?group=x",
    "/apps",
    "/bindings",
    "/decisions",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_is_shown_no_whole_number_anywhere() {
    let house = House::with_samples().await;
    let (mut numbers, mut paths) = (BTreeSet::new(), LISTS.map(str::to_owned).to_vec());
    for path in LISTS {
        for item in house.list(Role::Admin, path).await {
            numbers_in(&item, &mut numbers);
        }
    }
    for call in house.list(Role::Admin, "/calls?limit=1000").await {
        paths.push(format!("/calls/{}", call["id"].as_str().unwrap()));
    }
    for callback in house.list(Role::Admin, "/callbacks?limit=1000").await {
        paths.push(format!("/callbacks/{}", callback["seq"]));
        house.get(Role::Viewer, &format!("/callbacks/{}/raw", callback["seq"])).await.refused(
            403,
            "forbidden",
            "operator",
        );
    }
    for binding in house.list(Role::Admin, "/bindings").await {
        paths.push(format!("/bindings/{}", binding["id"]));
    }
    assert!(numbers.contains("17012345602") && numbers.contains("13912345603"));
    assert!(numbers.len() >= 5, "the samples name numbers: {numbers:?}");
    for path in &paths {
        let answer = house.get(Role::Viewer, path).await;
        assert_eq!(answer.status, 200, "{path}");
        for number in &numbers {
            assert!(!answer.text().contains(number.as_str()), "{path} shows a whole number: {}", answer.text());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_for_masks_gets_them() {
    let house = House::with_samples().await;
    let routes = routes_as(house.context.clone(), Principal::command_line());
    let request = Request::get("/api/v1/calls").header(MASKED, "1").body(Full::default()).unwrap();
    let masked = house.call(routes, request).await;
    assert_eq!(masked.body, house.get(Role::Viewer, "/calls").await.body);
    assert_ne!(masked.body, house.get(Role::Admin, "/calls").await.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_objects_of_calls_have_the_fields_of_the_contract_in_order() {
    let house = House::with_samples().await;
    let text = house.get(Role::Admin, "/calls?limit=1").await;
    let fields = [
        "id",
        "app",
        "provider",
        "product",
        "session_id",
        "caller",
        "callee",
        "x_number",
        "y_number",
        "extension",
        "direction",
        "state",
        "outcome",
        "setup_at",
        "alerting_at",
        "answered_at",
        "released_at",
        "ring_seconds",
        "talk_seconds",
        "release",
        "records",
        "recording",
        "user_data",
        "binding_id",
        "anomalies",
        "events",
        "callbacks",
    ];
    let mut from = 0;
    for field in fields {
        let at = text.text()[from..].find(&format!("\"{field}\":"));
        from += at.unwrap_or_else(|| panic!("{field} is missing or out of order: {}", text.text()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_leads_through_all_rows_once() {
    let house = House::with_samples().await;
    for path in ["/calls", "/callbacks"] {
        let all = house.list(Role::Admin, &format!("{path}?limit=1000")).await;
        assert!(all.len() > 5, "{path}");
        let (mut paged, mut next) = (Vec::new(), String::new());
        loop {
            let page = house.get(Role::Admin, &format!("{path}?limit=2{next}")).await.json();
            paged.extend(page["items"].as_array().unwrap().clone());
            let Some(cursor) = page["next"].as_str() else { break };
            next = format!("&cursor={}", form_urlencoded::byte_serialize(cursor.as_bytes()).collect::<String>());
        }
        assert_eq!(paged, all, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_lists_and_their_negation_gives_the_rest() {
    let house = House::with_samples().await;
    let all = house.list(Role::Admin, "/calls?limit=1000").await.len();
    let mut sum = 0;
    for provider in providers::ALL {
        let name = provider.id().0;
        let calls = house.list(Role::Admin, &format!("/calls?limit=1000&provider={name}")).await;
        assert!(calls.iter().all(|call| call["provider"] == name));
        let rest = house.list(Role::Admin, &format!("/calls?limit=1000&not_app={name}")).await;
        assert_eq!(rest.len() + calls.len(), all);
        sum += calls.len();
    }
    assert_eq!(sum, all);
    let call = &house.list(Role::Admin, "/calls?limit=1").await[0];
    let session = call["session_id"].as_str().unwrap();
    // Not encoded: a plus in a session id must not be read as a blank.
    let found = house.list(Role::Admin, &format!("/calls?session={session}")).await;
    assert!(found.iter().any(|other| other["id"] == call["id"]), "{session}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_query_is_said() {
    let house = House::open();
    house.app("热线", "jiuyun").await;
    for path in ["/calls", "/callbacks", "/sms", "/numbers", "/recordings", "/stats", "/ledger", "/apps", "/events"] {
        let answer = house.get(Role::Admin, &format!("{path}?bogus=1")).await;
        answer.refused(400, "bad_request", "there is no parameter bogus here");
    }
    for (path, said) in [
        ("/calls?limit=1001", "limit=1001 is not a whole number from 1 to 1000"),
        ("/calls?app=nobody", "app=nobody is not an app; there are: 热线"),
        ("/calls?outcome=maybe", "outcome=maybe is not one of answered, no_answer"),
        ("/calls?number=123", "number=123 is not the end of a number, four digits or more"),
        ("/calls?from=noon", "from=noon is not a time"),
        ("/calls?from=2026-11-21T10:00:00Z&to=2026-11-21T09:00:00Z", "from lies after to"),
        ("/calls?cursor=nonsense", "cursor"),
        ("/callbacks?provider=acme", "provider=acme is not one of"),
        ("/stats?by=week", "by=week is not one of hour, day"),
        ("/stats?group=cause&x=0808", "x=0808 is not counted by cause"),
    ] {
        house.get(Role::Admin, path).await.refused(400, "bad_request", said);
    }
    for path in [
        "/calls/xyz",
        "/calls/00000000000000000000000000000000",
        "/callbacks/99",
        "/callbacks/x",
        "/apps/none",
        "/nowhere",
    ] {
        house.get(Role::Admin, path).await.refused(404, "not_found", "nothing");
    }
    let answer = house.ask(Role::Admin, "PUT", "/apps", json!({})).await;
    answer.refused(405, "method_not_allowed", "GET, POST");
    assert_eq!(answer.headers[header::ALLOW], "GET, POST");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_adds_up() {
    let house = House::with_samples().await;
    let app = house.context.state.app_named("jiuyun").unwrap();
    let sample = &providers::by_name("jiuyun").unwrap().samples()[0];
    house.receive(&app, sample.content_type, sample.body).await;
    house.receive(&app, "text/plain", "neither JSON nor XML").await;
    house.receive(&app, "application/json", "{\"what\":\"ever\"}").await;
    house.settle().await;
    let ledger = house.get(Role::Viewer, "/ledger").await.json();
    let outcomes = ["accepted", "duplicate", "unrecognised", "unparsable", "unverified"];
    let sum = |row: &Value| outcomes.iter().map(|outcome| row[*outcome].as_u64().unwrap()).sum::<u64>();
    for row in ledger["items"].as_array().unwrap() {
        assert_eq!(row["received"].as_u64().unwrap(), sum(row), "{row}");
    }
    let totals = &ledger["totals"];
    let received = house.list(Role::Admin, "/callbacks?limit=1000").await.len() as u64;
    assert_eq!((totals["received"].as_u64().unwrap(), sum(totals)), (received, received));
    for outcome in ["duplicate", "unrecognised", "unparsable"] {
        assert!(totals[outcome].as_u64().unwrap() >= 1, "{outcome}: {totals}");
    }
    assert_eq!((&ledger["waiting"], &totals["waiting"]), (&json!(0), &json!(0)));
    let old = house.get(Role::Viewer, "/ledger?to=2020-01-01T00:00:00Z").await.json();
    assert_eq!((&old["items"], &old["totals"]["received"]), (&json!([]), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raw_body_comes_back_byte_for_byte_and_as_harmless_text() {
    let house = House::open();
    let app = house.app("a", "jiuyun").await;
    let body = "<script>alert('没有')</script>\u{0}";
    house.receive(&app, "text/html", body).await;
    let raw = house.get(Role::Operator, "/callbacks/1/raw").await;
    assert_eq!((raw.status.as_u16(), raw.text()), (200, body));
    assert_eq!(raw.headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(raw.headers["x-ringback-content-type"], "text/html");
    assert_eq!(raw.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_are_managed_and_their_secrets_stay_inside() {
    let house = House::open();
    let new = json!({"name": "热线 1", "provider": "huawei-private", "token": "abcdefghijklmnop", "app_key": "k1",
        "app_secret": "very secret", "allow_from": ["10.0.0.0/8", "192.0.2.7"]});
    let made = house.ask(Role::Admin, "POST", "/apps", new.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let app = made.json();
    assert_eq!(app["callback_url"], "https://callbacks.example.com/callbacks/abcdefghijklmnop");
    assert_eq!((&app["verify"], &app["has_secret"]), (&json!("log"), &json!(true)));
    assert_eq!(app["allow_from"], json!(["10.0.0.0/8", "192.0.2.7/32"]));
    house.ask(Role::Admin, "POST", "/apps", new).await.refused(409, "conflict", "热线 1");

    let change = json!({"verify": "enforce", "app_key": null});
    let changed = house.ask(Role::Admin, "PATCH", "/apps/%E7%83%AD%E7%BA%BF%201", change).await;
    assert_eq!((&changed.json()["verify"], &changed.json()["app_key"]), (&json!("enforce"), &Value::Null));
    let rotated = house.ask(Role::Admin, "POST", "/apps/1/rotate", Value::Null).await.json();
    assert_ne!(rotated["callback_url"], app["callback_url"]);
    assert!(house.context.state.app_by_token("abcdefghijklmnop").is_none());

    let token = rotated["callback_url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    for path in ["/apps", "/apps/1"] {
        let shown = house.get(Role::Admin, path).await;
        assert!(!shown.text().contains("very secret") && !shown.text().contains(&token), "{}", shown.text());
    }
    for (body, said) in [
        (json!({"name": "x", "provider": "acme"}), "provider=acme is not one of"),
        (json!({"name": "x", "provider": "jiuyun", "verify": "maybe"}), "verify=maybe is not one of off, log, enforce"),
        (json!({"name": "x", "provider": "jiuyun", "allow_from": ["moon"]}), "allow_from=moon"),
        (json!({"name": "x", "provider": "jiuyun", "token": "short"}), "16 to 64"),
        (json!({"name": "x", "provider": "jiuyun", "secret": "s"}), "unknown field `secret`"),
        (json!({"provider": "jiuyun"}), "missing field `name`"),
        (json!(["x", "jiuyun"]), "expected an object, not a list"),
    ] {
        house.ask(Role::Admin, "POST", "/apps", body).await.refused(400, "bad_request", said);
    }
    assert_eq!(house.ask(Role::Admin, "DELETE", "/apps/1", Value::Null).await.status, 200);
    house.get(Role::Admin, "/apps/1").await.refused(404, "not_found", "nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn users_and_tokens_are_for_administrators() {
    let house = House::open();
    let user = json!({"name": "li", "role": "viewer", "password": PASSWORD});
    let boss = json!({"name": "wang", "role": "admin", "password": PASSWORD});
    for role in [Role::Viewer, Role::Operator] {
        for (method, path) in [
            ("GET", "/users"),
            ("POST", "/users"),
            ("GET", "/tokens"),
            ("POST", "/tokens"),
            ("POST", "/apps"),
            ("GET", "/system"),
            ("POST", "/system/reindex"),
            ("POST", "/system/backup"),
        ] {
            let answer = house.ask(role, method, path, if method == "GET" { Value::Null } else { user.clone() }).await;
            answer.refused(403, "forbidden", "administrator");
        }
    }
    assert_eq!(house.ask(Role::Admin, "POST", "/users", boss).await.status, 201);
    assert_eq!(house.ask(Role::Admin, "POST", "/users", user.clone()).await.status, 201);
    house.ask(Role::Admin, "POST", "/users", user).await.refused(409, "conflict", "li");
    let short = json!({"password": "short"});
    house.ask(Role::Admin, "PATCH", "/users/li", short).await.refused(400, "bad_request", "10 characters");
    house.ask(Role::Admin, "DELETE", "/users/wang", Value::Null).await.refused(409, "conflict", "last administrator");
    assert_eq!(house.ask(Role::Admin, "DELETE", "/users/li", Value::Null).await.status, 200);
    let listed = house.get(Role::Admin, "/users").await;
    assert!(!listed.text().contains("argon2") && listed.text().contains("wang"), "{}", listed.text());

    let made = house.ask(Role::Admin, "POST", "/tokens", json!({"name": "crm", "role": "viewer"})).await;
    let token = made.json()["token"].as_str().unwrap().to_owned();
    assert!(made.status == 201 && token.starts_with("rb_") && token.len() >= 35, "{token}");
    assert!(!house.get(Role::Admin, "/tokens").await.text().contains(&token));
    assert_eq!(house.ask(Role::Admin, "DELETE", "/tokens/crm", Value::Null).await.status, 200);
    assert!(house.context.state.bearer(&token).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_shows_its_token_and_a_browser_may_only_read() {
    let house = House::open();
    let state = &house.context.state;
    let token = state.add_token(&Principal::command_line(), "crm", Role::Viewer).await.unwrap();
    state.add_user(&Principal::command_line(), "wang", Role::Admin, &Secret::new(PASSWORD)).await.unwrap();
    let (cookie, _) = state.log_in("wang", &Secret::new(PASSWORD)).await.unwrap().unwrap();
    let ask = async |method: &str, name: &str, value: String| {
        let body = Full::new(Bytes::from(r#"{"name":"a","role":"viewer"}"#));
        let request = Request::builder().method(method).uri("/api/v1/tokens").header(name, value).body(body).unwrap();
        house.call(routes(house.context.clone()), request).await.status.as_u16()
    };
    let cookie = format!("other=1; ringback_login={}", cookie.reveal());
    assert_eq!(ask("GET", "x-nothing", String::new()).await, 401);
    assert_eq!(ask("GET", "authorization", "Bearer wrong".to_owned()).await, 401);
    assert_eq!(ask("GET", "authorization", format!("Bearer {}", token.reveal())).await, 403, "a viewer's token");
    assert_eq!(ask("GET", "cookie", cookie.clone()).await, 200);
    assert_eq!(ask("POST", "cookie", cookie).await, 401, "a page elsewhere can make a browser send it");
    assert_eq!(ask("GET", "cookie", "ringback_login=wrong".to_owned()).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_told_as_they_happen_and_again_to_who_comes_back() {
    let house = House::open();
    let provider = providers::by_name("jiuyun").unwrap();
    let app = house.app("a", "jiuyun").await;
    let follow = async |last: Option<&str>| {
        let mut request = Request::get("/api/v1/events");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let routes = routes_as(house.context.clone(), Principal::command_line());
        let Ok(response) = warp::service(routes).call(request.body(Full::new(Bytes::new())).unwrap()).await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        response.into_body()
    };
    let mut live = follow(None).await;
    house.receive(&app, provider.samples()[0].content_type, provider.samples()[0].body).await;
    house.settle().await;
    for mut body in [live_until_call(&mut live).await, live_until_call(&mut follow(Some("0")).await).await] {
        let begin = body.find("event:callback").expect("a callback is told");
        body.drain(..begin);
        assert!(body.contains("\"seq\":1,"), "{body}");
        assert!(body.contains("event:call\n") && body.contains("\"callbacks\":[1]"), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_follows_changes_sees_no_whole_number_whatever_its_role() {
    let house = House::open();
    let provider = providers::by_name("jiuyun").unwrap();
    let app = house.app("a", "jiuyun").await;
    let state = &house.context.state;
    let by = Principal::command_line();
    state.add_user(&by, "wang", Role::Admin, &Secret::new(PASSWORD)).await.unwrap();
    let (cookie, _) = state.log_in("wang", &Secret::new(PASSWORD)).await.unwrap().unwrap();
    let request = Request::get("/api/v1/events").header("cookie", format!("ringback_login={}", cookie.reveal()));
    let routes = routes(house.context.clone());
    let Ok(response) = warp::service(routes).call(request.body(Full::new(Bytes::new())).unwrap()).await;
    let mut live = response.into_body();
    house.receive(&app, provider.samples()[0].content_type, provider.samples()[0].body).await;
    house.settle().await;
    let told = live_until_call(&mut live).await;
    let call = house.context.store.calls(&Default::default(), &Default::default()).unwrap().items.remove(0);
    for number in [&call.caller, &call.callee, &call.x].into_iter().flatten() {
        assert!(!told.contains(number.national()), "{told}");
    }
    assert!(told.contains("****"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_on_record_before_its_answer_and_a_refused_one_is_not() {
    let house = House::open();
    house.ask(Role::Admin, "POST", "/apps", json!({"name": "courier", "provider": "huawei-private"})).await;
    house.ask(Role::Admin, "PATCH", "/apps/courier", json!({"app_secret": "very-secret-value"})).await;
    house.ask(Role::Admin, "PATCH", "/apps/courier", json!({"verify": "nonsense"})).await;
    house.ask(Role::Operator, "DELETE", "/apps/courier", json!({})).await;
    for (method, path, refused) in [
        ("PATCH", "/retention", json!({"raw_days": 0})),
        ("POST", "/retention/holds", json!({"name": "", "reason": ""})),
        ("POST", "/erasures", json!({"number": "12", "reason": "asked"})),
    ] {
        let answer = house.ask(Role::Admin, method, path, refused).await;
        assert!(matches!(answer.status.as_u16(), 400 | 422), "{path}: {} {}", answer.status, answer.text());
    }
    house.ask(Role::Admin, "POST", "/users", json!({"name": "lin", "role": "viewer", "password": PASSWORD})).await;
    let records = house.context.journal.read(1, 1 << 20).unwrap();
    let trail: Vec<_> = records.iter().filter_map(crate::audit::AuditEntry::read).collect();
    let acts: Vec<_> = trail.iter().map(|entry| (entry.action.as_str(), entry.subject.as_str())).collect();
    assert_eq!(acts, [("app.add", "app 1"), ("app.change", "app 1"), ("user.add", "user lin")]);
    assert_eq!(trail[1].personal.as_ref().unwrap()["fields"], json!(["app_secret"]));
    assert!(!format!("{trail:?}").contains("very-secret-value") && !format!("{trail:?}").contains(PASSWORD));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_is_paged_without_gaps_and_the_same_after_a_rebuild() {
    let house = House::open();
    for n in 0..7 {
        house.ask(Role::Admin, "POST", "/apps", json!({"name": format!("app-{n}"), "provider": "jiuyun"})).await;
    }
    house.settle().await;
    let (mut seen, mut target) = (Vec::new(), "/audit?limit=3&action=app".to_owned());
    loop {
        let page: Value = serde_json::from_str(house.get(Role::Admin, &target).await.text()).unwrap();
        seen.extend(page["items"].as_array().unwrap().iter().map(|entry| entry["n"].as_u64().unwrap()));
        // What comes meanwhile does not move the pages.
        house.ask(Role::Admin, "PATCH", "/apps/app-1", json!({"verify": "off"})).await;
        house.settle().await;
        let Some(next) = page["next"].as_str() else { break };
        target = format!("/audit?limit=3&action=app&cursor={next}");
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
    let before = house.get(Role::Admin, "/audit?action=app.add").await.body;
    // The rebuild is seen by its first callback.
    let (app, sample) = (house.context.state.app_named("app-1").unwrap(), providers::ALL[0].samples()[0]);
    house.receive(&app, sample.content_type, sample.body).await;
    house.settle().await;
    let mut changes = house.context.store.changes();
    assert_eq!(house.ask(Role::Admin, "POST", "/system/reindex", json!({})).await.status, 202);
    tokio::time::timeout(DEADLINE, changes.recv()).await.expect("the projector begins again").unwrap();
    house.settle().await;
    assert_eq!(house.get(Role::Admin, "/audit?action=app.add").await.body, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_of_some_apps_sees_only_their_entries() {
    let house = House::open();
    for name in ["courier", "hotline"] {
        house.ask(Role::Admin, "POST", "/apps", json!({"name": name, "provider": "huawei-private"})).await;
    }
    house.ask(Role::Admin, "POST", "/users", json!({"name": "lin", "role": "viewer", "password": PASSWORD})).await;
    house.settle().await;
    let some = Principal { scope: Scope::Apps([crate::domain::AppId(2)].into()), ..principal(Role::Admin) };
    let subjects = async |by: Principal, query: &str| -> Vec<String> {
        let request = Request::get(format!("/api/v1/audit{query}")).body(Full::new(Bytes::new())).unwrap();
        let Ok(response) = warp::service(routes_as(house.context.clone(), by)).call(request).await;
        assert_eq!(response.status(), 200);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let list: Value = serde_json::from_slice(&body).unwrap();
        list["items"].as_array().unwrap().iter().map(|e| e["subject"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(subjects(principal(Role::Admin), "").await, ["user lin", "app 2", "app 1"]);
    assert_eq!(subjects(some.clone(), "").await, ["app 2"]);
    assert_eq!(subjects(some, "?action=user").await, [] as [&str; 0]);
    assert_eq!(subjects(principal(Role::Admin), "?not_action=app&by=someone").await, ["user lin"]);
    house.get(Role::Operator, "/audit").await.refused(403, "forbidden", "administrator");
}

/// What a stream says until a whole `call` event has come.
async fn live_until_call<B>(body: &mut B) -> String
where
    B: hyper::body::Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Debug,
{
    let mut text = String::new();
    let reading = async {
        while !text.split("event:call\n").nth(1).is_some_and(|rest| rest.contains("\n\n")) {
            let frame = body.frame().await.expect("events do not end").unwrap();
            text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
        }
    };
    tokio::time::timeout(DEADLINE, reading).await.expect("a call is told");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_on_request_gives_the_same_answers() {
    let house = House::with_samples().await;
    let before = house.get(Role::Admin, "/calls?limit=1000").await.body;
    let mut changes = house.context.store.changes();
    assert_eq!(house.ask(Role::Admin, "POST", "/system/reindex", json!({})).await.status, 202);
    tokio::time::timeout(DEADLINE, changes.recv()).await.expect("the projector begins again").unwrap();
    house.settle().await;
    assert_eq!(house.get(Role::Admin, "/calls?limit=1000").await.body, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_where_it_is_asked_for() {
    let house = House::with_samples().await;
    let outside = tempfile::tempdir().unwrap();
    let dest = outside.path().join("copy");
    house.ask(Role::Admin, "POST", "/system/backup", json!({"dest": "copy"})).await.refused(
        400,
        "bad_request",
        "absolute",
    );
    let made = house.ask(Role::Admin, "POST", "/system/backup", json!({"dest": dest})).await;
    assert_eq!(made.status, 200, "{}", made.text());
    assert!(dest.join("journal").is_dir() && dest.join("keys/seal").is_file() && !dest.join("store").exists());
    let again = house.ask(Role::Admin, "POST", "/system/backup", json!({"dest": dest})).await;
    again.refused(400, "bad_request", "not empty");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_and_the_table_have_the_same_addresses() {
    let house = House::open();
    let described =
        house.call(routes(house.context.clone()), Request::get("/api/v1/openapi.json").body(Full::default()).unwrap());
    let document = described.await.json();
    let mut described = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let parts: Vec<String> = path.split('/').skip(1).map(str::to_owned).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let mut listed: Vec<String> = methods.as_object().unwrap().keys().map(|m| m.to_uppercase()).collect();
        let allowed = table::allowed(&parts).unwrap_or_else(|| panic!("{path} is described and not there"));
        let mut allowed: Vec<String> = allowed.split(", ").map(str::to_owned).collect();
        listed.sort();
        allowed.sort();
        assert_eq!(listed, allowed, "{path}");
        described.push(path.as_str());
    }
    for path in table::PATHS {
        assert!(described.contains(path), "{path} is there and not described");
    }
    assert_eq!(described.len(), table::PATHS.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_the_rows_of_the_list_masked_for_a_viewer_and_leaves_a_trace() {
    let house = House::with_samples().await;
    for list in ["calls", "callbacks", "sms", "numbers", "bindings", "decisions"] {
        for role in [Role::Viewer, Role::Admin] {
            let rows = house.list(role, &format!("/{list}?limit=1000&app=huawei-private")).await;
            let file = house.get(role, &format!("/{list}/export?format=jsonl&app=huawei-private")).await;
            assert_eq!(file.headers["content-type"], "application/x-ndjson");
            let lines: Vec<Value> = file.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert!(!lines.is_empty() && lines == rows, "{list}");
        }
        let csv = house.get(Role::Viewer, &format!("/{list}/export?format=csv&lang=zh")).await;
        let name = csv.headers["content-disposition"].to_str().unwrap();
        assert!(name.starts_with(&format!("attachment; filename=\"ringback-{list}-")) && name.ends_with(".csv\""));
        assert!(csv.text().starts_with('\u{feff}'));
    }
    house.get(Role::Admin, "/calls/export").await.refused(400, "bad_request", "csv, xlsx or jsonl");
    house.get(Role::Admin, "/calls/export?format=pdf").await.refused(400, "bad_request", "csv, xlsx, jsonl");
    house.get(Role::Admin, "/calls/export?format=csv&limit=5").await.refused(400, "bad_request", "no parameter limit");
    let last = *house.context.journal.durable().borrow();
    let records = (1..=last).filter_map(|seq| house.context.journal.get(seq).unwrap());
    let exports = records.filter(|record| match &record.body {
        crate::journal::Body::Entry(entry) => entry.fields.get("action") == Some(&json!("export")),
        _ => false,
    });
    assert_eq!(exports.count(), 6 * 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_filter_of_every_list_is_understood_and_its_negation_is_the_rest() {
    let house = House::with_samples().await;
    let count = async |list: &str, query: &str| {
        let answer = house.get(Role::Admin, &format!("/{list}/count?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        answer.json()["count"].as_u64().unwrap()
    };
    for (list, filters) in [
        (
            "calls",
            &[
                "direction=a_to_b",
                "state=released",
                "outcome=answered",
                "cause=0",
                "cause=stateCode:0",
                "anomaly=missing_record",
                "talk=1..",
                "ring=0..5",
                "weekday=6",
                "hour=10",
                "has_recording=true",
                "recording_state=waiting",
                "recording_state=expired",
                "number=0021",
                "x=13800000021",
                "q=0021",
            ][..],
        ),
        (
            "callbacks",
            &[
                "verified=unchecked",
                "suspicious=true",
                "suspicion=wrong_case",
                "label=record",
                "peer=127.0.0.1",
                "status=200",
                "size=..500",
                "question=true",
                "outcome=accepted",
            ],
        ),
        ("sms", &["mode=notify", "sender=0021", "receiver=0021", "x=0021", "number=13800000021", "sms_id=1"]),
        ("numbers", &["state=paused", "state=none", "cause=1", "number=0021"]),
    ] {
        let all = count(list, "").await;
        assert!(all > 0);
        for filter in filters {
            let (with, without) = (count(list, filter).await, count(list, &format!("not_{filter}")).await);
            assert_eq!(with + without, all, "{list}: {filter}");
            let rows = house.list(Role::Admin, &format!("/{list}?limit=1000&{filter}")).await;
            assert_eq!(rows.len() as u64, with, "{list}: {filter}");
        }
    }
    house.get(Role::Admin, "/calls?cause=").await;
    house.get(Role::Admin, "/calls?anomaly=odd").await.refused(400, "bad_request", "missing_record");
    house.get(Role::Admin, "/calls?limit=1&limit=2").await.refused(
        400,
        "bad_request",
        "limit stands here more than once",
    );
    house.get(Role::Admin, "/callbacks?suspicion=x").await.refused(400, "bad_request", "wrong_case");
    house.get(Role::Admin, "/callbacks?peer=home").await.refused(400, "bad_request", "an IP address");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_search_is_its_owners_unless_an_administrator_shares_it() {
    let house = House::open();
    let new = |shared: bool| json!({"list": "calls", "name": "busy", "query": "outcome=busy", "shared": shared});
    house.ask(Role::Operator, "POST", "/searches", new(true)).await.refused(403, "forbidden", "administrator");
    let saved = house.ask(Role::Operator, "POST", "/searches", new(false)).await;
    assert_eq!(saved.status, 201, "{}", saved.text());
    let shared = house.ask(Role::Admin, "POST", "/searches", new(true)).await.json();
    assert_eq!(house.list(Role::Operator, "/searches?list=calls").await.len(), 2);
    assert!(house.list(Role::Operator, "/searches?list=sms").await.is_empty());
    assert_eq!(house.context.state.searches("somebody else", None).len(), 1);
    let wrong = json!({"list": "calls", "name": "x", "query": "outcome=bussy"});
    house.ask(Role::Admin, "POST", "/searches", wrong).await.refused(400, "bad_request", "outcome=bussy");
    let path = |search: &Value| format!("/searches/{}", search["id"].as_str().unwrap());
    house.ask(Role::Operator, "DELETE", &path(&shared), Value::Null).await.refused(404, "not_found", "");
    assert_eq!(house.ask(Role::Operator, "DELETE", &path(&saved.json()), Value::Null).await.status, 204);
    assert_eq!(house.ask(Role::Admin, "DELETE", &path(&shared), Value::Null).await.status, 204);
    assert!(house.list(Role::Admin, "/searches").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_system_says_what_takes_the_room_and_what_was_logged() {
    let house = House::with_samples().await;
    let system = house.get(Role::Admin, "/system").await.json();
    let journal = system["rooms"].as_array().unwrap().iter().find(|room| room["name"] == "journal").unwrap();
    assert_eq!(journal["bytes"], system["journal"]["bytes"], "{system}");
    assert!(system["disk"]["free"].as_u64().unwrap() > 0 && system["store"]["format"].as_u64().unwrap() > 0);
    assert_eq!((&system["journal"]["compressed"], &system["build"]["profile"]), (&json!(0), &json!("debug")));

    for n in 1..=3 {
        let level = if n == 2 { tracing::Level::ERROR } else { tracing::Level::INFO };
        house.context.server.log.push(house.context.clock.now(), level, "ringback", &format!("line {n}"));
    }
    let texts = |list: &Value| -> Vec<String> {
        list["items"].as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap().to_owned()).collect()
    };
    let first = house.get(Role::Admin, "/system/log?limit=2").await.json();
    assert_eq!(texts(&first), ["line 3", "line 2"]);
    let next = first["next"].as_str().unwrap();
    let second = house.get(Role::Admin, &format!("/system/log?limit=2&cursor={next}")).await.json();
    assert_eq!((texts(&second), &second["next"]), (vec!["line 1".to_owned()], &Value::Null));
    assert_eq!(texts(&house.get(Role::Admin, "/system/log?level=warn").await.json()), ["line 2"]);
    house.get(Role::Admin, "/system/log?level=loud").await.refused(400, "bad_request", "error");
    for role in [Role::Viewer, Role::Operator] {
        house.get(role, "/system/log").await.refused(403, "forbidden", "administrator");
    }
}
