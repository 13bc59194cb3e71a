//! Whoever may see one app sees nothing of another one: by no page, by no address of the API,
//! by no live event. Pages are found by following every link from the home page on, so that one
//! that is added is looked at as well.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use tower_service::Service;

use super::samples::selector;
use super::tests::{House, PASSWORD, text};
use crate::domain::{App, BindingTerms, Callback, PhoneNumber, Role, Scope, Secret};
use crate::http::api;
use crate::platforms;
use crate::state::{Author, NewUser, Principal, Visit};
use crate::store::{CallQuery, CallbackQuery, Filter, NumberQuery, Page};

/// More pages than there are; beyond it links lead in circles.
const PAGES: usize = 2_000;
/// Addresses of one page with different filters that are looked at.
const FILTERED: usize = 12;
const ALL: Page = Page { limit: 1_000, cursor: None };

/// Two apps, with every sample of their platforms, and someone who sees the first one.
struct Two {
    house: House,
    mine: Arc<App>,
    theirs: Arc<App>,
    secrets: BTreeSet<String>,
}

async fn add(house: &House, name: &str, provider: &str) -> Arc<App> {
    let app = house.app(name, provider).await;
    for sample in platforms::by_id(app.provider).unwrap().samples() {
        let callback = Callback {
            app: app.id,
            provider: app.provider,
            received_at: house.context.clock.now(),
            peer: "192.0.2.7".parse().unwrap(),
            tail: format!("/{name}"),
            target: String::new(),
            hosts: Vec::new(),
            headers: vec![("content-type".to_owned(), sample.content_type.to_owned())],
            body: sample.body.as_bytes().to_vec(),
        };
        house.context.ingest.receive(app.clone(), callback).await.unwrap();
    }
    app
}

impl Two {
    async fn open() -> Self {
        let mut house = House::with_admin().await;
        let mine = add(&house, "mine-hotline", "jiuyun").await;
        let theirs = add(&house, "theirs-courier", "huawei-private").await;
        let samples = [&mine, &theirs].map(|app| platforms::by_id(app.provider).unwrap().samples().len() as u64);
        house.settled(samples[0] + samples[1]).await;
        let (mut secrets, known) = (identifiers(&house, &theirs), identifiers(&house, &mine));
        secrets.retain(|secret| !known.contains(secret));
        assert!(secrets.len() > 20, "{secrets:?}");
        secrets.extend([theirs.name.clone(), theirs.token.reveal().to_owned()]);
        secrets.extend(routed(&house, &theirs).await);
        let scope = Scope::Apps([mine.id].into());
        let new = NewUser { name: "wang".to_owned(), role: Role::Admin, scope, password: Secret::new(PASSWORD) };
        let state = &house.context.state;
        state.add_user_within(&Author::of_tests(), new).await.unwrap();
        let (cookie, _) = state.log_in(&Visit::of_tests(), "wang", &Secret::new(PASSWORD)).await.unwrap().unwrap();
        house.cookie = format!("__Host-ringback_login={}", cookie.reveal());
        Self { house, mine, theirs, secrets }
    }

    fn wang(&self) -> Principal {
        self.house.context.state.user("wang").unwrap().principal()
    }

    #[track_caller]
    fn check(&self, what: &str, body: &str) {
        let digits: String = body.replace(['\u{a0}', ' '], "");
        for secret in &self.secrets {
            assert!(!body.contains(secret.as_str()) && !digits.contains(secret.as_str()), "{what} shows {secret}");
        }
    }

    async fn api(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let body = Full::new(Bytes::from(body.to_owned()));
        let request = Request::builder().method(method).uri(format!("/api/v1{path}")).body(body).unwrap();
        let routes = api::routes_as(self.house.context.clone(), self.wang());
        let Ok(response) = warp::service(routes).call(request).await;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8_lossy(&body).into_owned())
    }
}

/// Binds somebody and sets a rule for an app; by what these are known.
async fn routed(house: &House, app: &Arc<App>) -> [String; 3] {
    let by = Author::of_tests();
    let number = |text: &str| PhoneNumber::parse(text).unwrap();
    let known = ["theirs-order-77", "theirs-night", "13500000933"].map(str::to_owned);
    let (a, x) = (number(&known[2]), number("17000000934"));
    let terms = BindingTerms { user_data: Some(known[0].clone()), ..BindingTerms::new(a, x, None) };
    house.context.bindings.add(&by, app, terms).await.unwrap();
    let rule = json!({"rules": [{"name": known[1], "then": {"do": "close"}}]});
    house.context.control.set_rules(&by, app, serde_json::from_value(rule).unwrap(), None).await.unwrap();
    known
}

/// Everything by which calls, callbacks, messages and numbers of an app are known.
fn identifiers(house: &House, app: &App) -> BTreeSet<String> {
    let only = Filter::any(vec![app.id]);
    let store = &house.context.store;
    let calls = store.calls(&CallQuery { app: only.clone(), ..CallQuery::default() }, &ALL).unwrap().items;
    let callbacks = store.callbacks(&CallbackQuery { app: only.clone(), ..Default::default() }, &ALL).unwrap().items;
    let sms = store.sms(&crate::store::SmsQuery { app: only, ..Default::default() }, &ALL).unwrap().items;
    let mut found = BTreeSet::new();
    let mut numbers: Vec<PhoneNumber> = Vec::new();
    for call in calls {
        found.insert(call.id.to_string());
        found.insert(call.session.reveal().to_owned());
        numbers.extend([call.caller, call.callee, call.x, call.y].into_iter().flatten());
    }
    for row in callbacks {
        found.extend(row.sessions);
        found.insert(format!("/callbacks/{}\"", row.seq));
        found.insert(format!("\"seq\":{},", row.seq));
    }
    for row in sms {
        found.insert(row.sms.sms_id.clone());
        numbers.extend([row.sms.from, row.sms.to, row.sms.x].into_iter().flatten());
    }
    let of_app = NumberQuery { app: Filter::any(vec![app.id]), ..NumberQuery::default() };
    numbers.extend(
        store.numbers(&of_app, &Page { limit: 1_000, cursor: None }).unwrap().items.into_iter().map(|row| row.number),
    );
    found.extend(numbers.iter().map(|number| number.national().to_owned()).filter(|number| number.len() >= 7));
    // Words that any page may hold tell nothing.
    found.retain(|text| text.len() >= 8);
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_that_can_be_reached_shows_anything_of_another_app() {
    let two = Two::open().await;
    let (mut seen, mut waiting) = (BTreeSet::new(), VecDeque::from(["/".to_owned()]));
    let mut filters: BTreeMap<String, usize> = BTreeMap::new();
    while let Some(path) = waiting.pop_front() {
        let response = two.house.get(&path).await;
        let html = text(&response);
        two.check(&path, &html);
        assert!(!response.status().is_server_error(), "{path}: {html}");
        for link in scraper::Html::parse_document(&html).select(&selector("a[href^='/']")) {
            let link = link.attr("href").unwrap().split('#').next().unwrap().to_owned();
            // Every filter leads to the same list with one filter more: some of them are enough.
            let (page, filtered) = link.split_once('?').map_or((link.as_str(), false), |(page, _)| (page, true));
            let looked_at = filters.entry(page.to_owned()).or_insert(0);
            let again = filtered && *looked_at >= FILTERED;
            if seen.len() < PAGES && !again && !link.starts_with("/static/") && seen.insert(link.clone()) {
                *looked_at += usize::from(filtered);
                waiting.push_back(link);
            }
        }
    }
    assert!(seen.len() > 40 && seen.len() < PAGES, "{}", seen.len());
    assert!(seen.iter().any(|path| path.starts_with("/calls/")) && seen.contains("/apps/1"), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_another_app_or_to_all_of_them_is_refused() {
    let mut two = Two::open().await;
    let only = Filter::any(vec![two.theirs.id]);
    let store = &two.house.context.store;
    let call = store.calls(&CallQuery { app: only.clone(), ..CallQuery::default() }, &ALL).unwrap().items.remove(0);
    let seq = store.callbacks(&CallbackQuery { app: only, ..Default::default() }, &ALL).unwrap().items[0].seq;
    for path in [
        format!("/calls/{}", call.id),
        format!("/callbacks/{seq}"),
        format!("/callbacks/{seq}/raw"),
        "/apps/2".to_owned(),
        "/platform?app=2".to_owned(),
        "/calls?app=%232".to_owned(),
        "/numbers?app=theirs-courier".to_owned(),
        "/system".to_owned(),
        "/users".to_owned(),
        "/tokens".to_owned(),
    ] {
        let response = two.house.get(&path).await;
        assert!(matches!(response.status().as_u16(), 400 | 403 | 404), "{path}: {}", response.status());
        // A page repeats its own address; that was known before.
        let asked = path.rsplit(['/', '=']).next().unwrap();
        two.check(&path, &text(&response).replace(&path, "").replace(asked, ""));
    }
    let csrf = two.house.csrf("/apps/1").await;
    let stop = format!("/calls/{}/stop", call.id);
    let of_platform = ["/apps/2/platform", "/platform/2/axb.query", "/platform/2/compare", stop.as_str()];
    let of_app = ["/apps/2", "/apps/2/rotate", "/apps/2/remove", "/apps/2/test", "/apps", "/users", "/tokens"];
    for path in of_app.into_iter().chain(of_platform) {
        let fields = [("csrf", csrf.as_str()), ("confirm", "theirs-courier"), ("name", "x"), ("provider", "jiuyun")];
        let response = two.house.post(path, &fields).await;
        assert!(matches!(response.status().as_u16(), 403 | 404), "{path}: {}", response.status());
    }
    two.secrets.remove(&two.theirs.name);
    let paths: BTreeSet<&str> = api::endpoints::ENDPOINTS.iter().map(|endpoint| endpoint.path).collect();
    for path in paths.into_iter().filter(|path| *path != "/events") {
        let path = path.replace("{id}", &call.id.to_string()).replace("{seq}", &seq.to_string());
        let path = path.replace("{app}", "theirs-courier").replace("{name}", "lin");
        let single =
            path.contains(&call.id.to_string()) || path.contains(&seq.to_string()) || path.starts_with("/apps/");
        for method in ["GET", "POST", "PATCH", "PUT", "DELETE"] {
            let sent = if path.ends_with("/evidence") { r#"{"reason":"a complaint"}"# } else { "{}" };
            let (status, body) = two.api(method, &path, sent).await;
            let is_list = method == "GET" && !single;
            let fine =
                if is_list { matches!(status, 200 | 400 | 403 | 404 | 405) } else { (400..500).contains(&status) };
            assert!(fine, "{method} {path}: {status} {body}");
            two.check(&format!("{method} {path}"), &body);
            if single && method != "GET" && status != 405 {
                assert!(matches!(status, 403 | 404), "{method} {path}: {status} {body}");
            }
        }
    }
    assert_eq!(two.house.context.state.apps().len(), 2);
    assert_eq!(two.house.context.state.users().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_those_of_the_app_alone() {
    let two = Two::open().await;
    let samples = platforms::by_id(two.mine.provider).unwrap().samples().len();
    let (_, ledger) = two.api("GET", "/ledger", "").await;
    let ledger: Value = serde_json::from_str(&ledger).unwrap();
    assert_eq!(ledger["totals"]["received"], samples);
    assert_eq!((&ledger["waiting"], &ledger["totals"]["waiting"]), (&Value::from(0), &Value::from(0)));
    assert!(ledger["items"].as_array().unwrap().iter().all(|row| row["app"] == "mine-hotline"));
    let home = two.house.page("/").await;
    let verdict: String = home.select(&selector(".verdict")).next().unwrap().text().collect();
    assert!(verdict.contains(&format!(" {samples} ")), "{verdict}");
    assert!(home.select(&selector("ul.vitals")).next().is_none(), "they are the installation's");
}

#[tokio::test(flavor = "multi_thread")]
async fn live_events_are_those_of_the_app_alone_and_end_with_the_rights() {
    let two = Two::open().await;
    let request = Request::get("/api/v1/events").header("last-event-id", "0");
    let request = request.header(header::COOKIE, &two.house.cookie);
    let routes = api::routes(two.house.context.clone());
    let Ok(response) = warp::service(routes).call(request.body(Full::new(Bytes::new())).unwrap()).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut body = response.into_body();
    let (theirs, mine) = (add(&two.house, "theirs-again", "huawei-voice").await, two.mine.clone());
    let sample = platforms::by_id(mine.provider).unwrap().samples()[0];
    let callback = Callback {
        app: mine.id,
        provider: mine.provider,
        received_at: two.house.context.clock.now(),
        peer: "192.0.2.7".parse().unwrap(),
        tail: "/the-last-one".to_owned(),
        target: String::new(),
        hosts: Vec::new(),
        headers: vec![("content-type".to_owned(), sample.content_type.to_owned())],
        body: sample.body.as_bytes().to_vec(),
    };
    two.house.context.ingest.receive(mine, callback.clone()).await.unwrap();
    let mut told = String::new();
    let reading = async {
        while !told.contains("/the-last-one") {
            let frame = body.frame().await.expect("events do not end").unwrap();
            told.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
        }
    };
    tokio::time::timeout(crate::http::testing::SOON, reading).await.expect("the last one is told");
    two.check("/events", &told);
    assert!(!told.contains(&theirs.name) && told.contains("mine-hotline"), "{told}");

    let state = &two.house.context.state;
    let narrowed = crate::state::UserChange { role: Some(Role::Viewer), ..Default::default() };
    state.change_user(&Author::of_tests(), "wang", narrowed).await.unwrap();
    two.house.context.ingest.receive(two.mine.clone(), callback).await.unwrap();
    let ending = async { while body.frame().await.is_some() {} };
    tokio::time::timeout(crate::http::testing::SOON, ending).await.expect("it ends");
    assert_eq!(two.house.get("/calls").await.status(), 303, "the login ended with the rights");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_within_an_app_is_held_to_it_as_a_user_is() {
    let two = Two::open().await;
    let (status, _) = two.api("POST", "/tokens", &json!({"name": "crm", "role": "viewer"}).to_string()).await;
    assert_eq!(status, 403);
    let scope = Scope::Apps([two.mine.id].into());
    let new = crate::state::NewToken { name: "crm".to_owned(), role: Role::Operator, scope, expires_at: None };
    let token = two.house.context.state.add_token_within(&Author::of_tests(), new).await.unwrap();
    let ask = async |path: &str| {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {}", token.reveal()));
        let request = request.header(header::HOST, "localhost").body(Full::default()).unwrap();
        two.house.client().await.send(request).await.unwrap()
    };
    let apps = ask("/api/v1/apps").await;
    assert!(text(&apps).contains("mine-hotline"), "{}", text(&apps));
    for path in ["/api/v1/apps", "/api/v1/calls?limit=1000", "/api/v1/callbacks?limit=1000", "/api/v1/sms"] {
        two.check(path, &text(&ask(path).await));
    }
}
