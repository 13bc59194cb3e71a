//! Followers of events: what they are told, what they may see, and coming back in the middle.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use tower_service::Service;

use super::*;
use crate::audit::Act;
use crate::audit::AuditAction;
use crate::domain::{ActorKind, AppId, Role, Scope, Secret};
use crate::http::admission::LOGIN_COOKIE;
use crate::limits::FOLLOWERS_MAX;
use crate::platforms;
use crate::state::{Author, Visit};

/// Whoever sees everything is the command line, whose rights always hold.
fn principal(scope: Scope) -> Principal {
    match scope.is_all() {
        true => Principal::command_line(),
        false => Principal { kind: ActorKind::User, name: "someone".to_owned(), role: Role::Admin, scope },
    }
}

/// The platform's sample of a status notice, of another session.
fn notice(name: &str, session: usize) -> String {
    let provider = platforms::by_name("huawei-private").unwrap();
    let body = provider.samples().iter().find(|sample| sample.name == name).unwrap().body;
    let mut body: Value = serde_json::from_str(body).unwrap();
    body["statusInfo"]["sessionId"] = Value::from(format!("s-{session}"));
    body.to_string()
}

/// What a follower knows: one row a call, as a page keeps them.
#[derive(Default)]
struct Page {
    rows: BTreeMap<String, Value>,
    /// Decisions as they were told, by their callback.
    decided: BTreeMap<u64, Value>,
    told: u64,
    lagged: bool,
    text: String,
}

impl Page {
    /// Takes in what came; a whole event ends with an empty line.
    fn take(&mut self, bytes: &[u8]) {
        self.text.push_str(std::str::from_utf8(bytes).unwrap());
        while let Some(end) = self.text.find("\n\n") {
            let event: String = self.text.drain(..end + 2).collect();
            let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            if let Some(id) = field("id:") {
                self.told = id.parse().unwrap();
            }
            match (field("event:"), field("data:")) {
                (Some("call"), Some(data)) => {
                    let call: Value = serde_json::from_str(data).unwrap();
                    self.rows.insert(call["id"].as_str().unwrap().to_owned(), call);
                }
                (Some("decision"), Some(data)) => {
                    let decision: Value = serde_json::from_str(data).unwrap();
                    self.decided.insert(decision["callback"].as_u64().unwrap(), decision);
                }
                (Some("lagged"), _) => self.lagged = true,
                _ => {}
            }
        }
    }
}

async fn follow(house: &House, scope: Scope, query: &str, last: Option<u64>) -> Response {
    let mut request = Request::get(format!("/api/v1/events{query}"));
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let routes = routes_as(house.context.clone(), principal(scope));
    let Ok(response) = warp::service(routes).call(request.body(Full::new(Bytes::new())).unwrap()).await;
    response
}

/// Reads on until `enough` holds.
async fn read_until(page: &mut Page, stream: &mut Response, enough: impl Fn(&Page) -> bool) {
    let reading = async {
        while !enough(page) {
            let frame = stream.body_mut().frame().await.expect("events do not end").unwrap();
            page.take(&frame.into_data().unwrap());
        }
    };
    tokio::time::timeout(SOON, reading).await.expect("it is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn coming_back_in_the_middle_of_a_thousand_events_loses_and_doubles_none() {
    const CALLS: usize = 500;
    let house = House::open();
    let app = house.app("a", "huawei-private").await;
    let mut page = Page::default();
    let mut stream = follow(&house, Scope::All, "?kind=call", None).await;
    let sending = async {
        for session in 0..CALLS {
            house.receive(&app, "application/json", &notice("axb-alerting", session)).await;
            house.receive(&app, "application/json", &notice("axb-disconnect", session)).await;
        }
        house.settle().await;
    };
    let reading = async {
        // Every so often the connection breaks, wherever it is, and half an event with it.
        for broken in 1..=8 {
            let want = broken * CALLS / 10;
            read_until(&mut page, &mut stream, |page| page.rows.len() >= want).await;
            page.text.clear();
            stream = follow(&house, Scope::All, "?kind=call", Some(page.told)).await;
        }
    };
    tokio::join!(sending, reading);
    let applied = house.context.store.status().applied;
    read_until(&mut page, &mut stream, |page| page.told >= applied).await;
    assert!(!page.lagged);
    let mut listed = BTreeMap::new();
    for call in house.list(Role::Admin, "/calls?limit=1000").await {
        listed.insert(call["id"].as_str().unwrap().to_owned(), call);
    }
    assert_eq!(listed.len(), CALLS);
    assert_eq!(page.rows, listed, "every row as the list has it now");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_follows_from_the_record_up_to_which_it_was_made() {
    let house = House::open();
    let app = house.app("a", "huawei-private").await;
    house.receive(&app, "application/json", &notice("axb-alerting", 1)).await;
    house.settle().await;
    let made = house.context.store.status().applied;
    house.receive(&app, "application/json", &notice("axb-alerting", 2)).await;
    house.settle().await;
    let mut page = Page::default();
    let mut stream = follow(&house, Scope::All, &format!("?kind=call&since={made}"), None).await;
    read_until(&mut page, &mut stream, |page| page.told > made).await;
    let sessions: Vec<_> = page.rows.values().map(|call| call["session_id"].clone()).collect();
    assert_eq!(sessions, ["s-2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_is_told_only_of_the_apps_and_calls_asked_for_and_allowed() {
    let house = House::open();
    let (ours, theirs) = (house.app("ours", "huawei-private").await, house.app("theirs", "huawei-private").await);
    let scope = Scope::Apps([ours.id].into());
    for app in [&theirs, &ours, &theirs] {
        for name in ["axb-alerting", "axb-disconnect"] {
            house.receive(app, "application/json", &notice(name, app.id.0 as usize)).await;
        }
    }
    house.settle().await;
    let told = async |scope: Scope, query: &str| {
        let applied = house.context.store.status().applied;
        let mut page = Page::default();
        let mut stream = follow(&house, scope, query, Some(0)).await;
        read_until(&mut page, &mut stream, |page| page.told >= applied).await;
        page.rows.values().map(|call| call["app"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told(scope.clone(), "").await, ["ours"]);
    assert_eq!(told(Scope::All, "").await.len(), 2);
    assert_eq!(told(Scope::All, "?app=theirs").await, ["theirs"]);
    assert_eq!(told(Scope::All, "?number=0000").await.len(), 0);
    let refused = follow(&house, scope, "?app=theirs", None).await;
    assert_eq!(refused.status(), 400, "an app out of sight is no app");
    let stats = async |scope: Scope| {
        let request = Request::get("/api/v1/stats?by=all").body(Full::new(Bytes::new())).unwrap();
        let Ok(response) = warp::service(routes_as(house.context.clone(), principal(scope))).call(request).await;
        let body = response.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice::<Value>(&body).unwrap()["items"][0]["calls"].clone()
    };
    assert_eq!((stats(Scope::All).await, stats(Scope::Apps([ours.id].into())).await), (2.into(), 1.into()));
    assert_eq!(stats(Scope::Apps([AppId(77)].into())).await, Value::Null);
}

/// What the platform asks of a call to X.
fn question(session: usize) -> String {
    let provider = platforms::by_name("huawei-private").unwrap();
    let samples = provider.samples();
    let asks = samples.iter().filter_map(|sample| serde_json::from_str::<Value>(sample.body).ok());
    let mut body = asks
        .into_iter()
        .find(|body| body["statusInfo"]["notifyMode"] == "Block")
        .expect("the samples ask about a call");
    body["statusInfo"]["sessionId"] = Value::from(format!("q-{session}"));
    body.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_told_as_it_is_made_masked_and_scoped_as_the_list_and_again_to_who_comes_back() {
    let house = House::open();
    let (ours, theirs) = (house.app("ours", "huawei-private").await, house.app("theirs", "huawei-private").await);
    let mut live = Page::default();
    let mut stream = follow(&house, Scope::All, "?kind=decision", None).await;
    for (n, app) in [&theirs, &ours, &ours].into_iter().enumerate() {
        house.receive(app, "application/json", &question(n)).await;
        house.receive(app, "application/json", &notice("axb-alerting", n)).await;
    }
    house.settle().await;
    read_until(&mut live, &mut stream, |page| page.decided.len() == 3).await;
    assert!(live.rows.is_empty(), "of one kind only");
    let listed = house.list(Role::Admin, "/decisions").await;
    let values: Vec<Value> = live.decided.into_values().rev().collect();
    assert_eq!(values, listed, "the same objects");

    let back = async |scope: Scope, query: &str| {
        let applied = house.context.store.status().applied;
        let mut page = Page::default();
        let mut stream = follow(&house, scope, query, Some(0)).await;
        read_until(&mut page, &mut stream, |page| page.told >= applied).await;
        (page.decided.len(), page.rows.len())
    };
    let x = listed[0]["x"].as_str().unwrap();
    let last = &x[x.len() - 4..];
    assert_eq!(back(Scope::Apps([ours.id].into()), "").await.0, 2);
    assert_eq!(back(Scope::All, "?kind=decision&app=theirs").await, (1, 0));
    assert_eq!(back(Scope::All, &format!("?kind=decision&x={last}")).await.0, 3);
    assert_eq!(back(Scope::All, "?kind=decision&not_session=q-1").await.0, 2);
    assert_eq!(back(Scope::All, "?kind=decision&number=00000000").await, (0, 0));
    let (decided, calls) = back(Scope::All, "?kind=decision&kind=call").await;
    assert!(decided == 3 && calls > 0, "of two kinds");
    assert_eq!(back(Scope::All, "?not_kind=decision").await.0, 0);

    let viewer = Principal { kind: ActorKind::User, name: "zhao".to_owned(), role: Role::Viewer, scope: Scope::All };
    let request = Request::get("/api/v1/events?kind=decision&since=0").body(Full::new(Bytes::new())).unwrap();
    let Ok(mut stream) = warp::service(routes_as(house.context.clone(), viewer)).call(request).await;
    let mut masked = Page::default();
    read_until(&mut masked, &mut stream, |page| page.decided.len() == 3).await;
    assert!(masked.decided.values().all(|decision| decision["x"].as_str().unwrap().contains('*')));
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_bound_a_follower_is_sent_away_and_let_in_once_another_leaves() {
    let house = House::open();
    let mut streams = Vec::new();
    for _ in 0..FOLLOWERS_MAX {
        streams.push(follow(&house, Scope::All, "", None).await);
    }
    let refused = follow(&house, Scope::All, "", None).await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    streams.pop();
    assert_eq!(follow(&house, Scope::All, "", None).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_given_by_hour_of_the_week_by_talk_and_with_the_most_at_once() {
    let house = House::with_samples().await;
    let calls = house.list(Role::Admin, "/calls?limit=1000").await.len() as u64;
    let sum = async |query: &str| {
        let items = house.list(Role::Admin, &format!("/stats?{query}")).await;
        items.iter().map(|item| item["calls"].as_u64().unwrap()).sum::<u64>()
    };
    for query in ["by=all", "by=day", "by=hour", "by=weekday_hour", "by=all&group=talk", "by=all&group=cause"] {
        assert_eq!(sum(query).await, calls, "{query}");
    }
    for query in ["by=day&group=product", "by=all&group=x", "by=all&group=provider", "by=hour&group=outcome"] {
        assert_eq!(sum(query).await, calls, "{query}");
    }
    let span = "from=2026-11-18T16:20:00Z&to=2027-01-01T00:00:00Z";
    for query in ["by=all", "by=all&group=app", "by=all&group=outcome", "by=all&group=cause", "by=all&group=x"] {
        let ats = async |query: String| {
            let items = house.list(Role::Admin, &format!("/stats?{query}")).await;
            assert!(!items.is_empty(), "{query}");
            items.iter().map(|item| item["at"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
        };
        let begins = ["2026-11-18T16:00:00Z".to_owned()];
        assert_eq!(ats(format!("{query}&{span}")).await, begins.into(), "{query}: the start of the asked span");
        assert_eq!(ats(query.to_owned()).await.len(), 1, "{query}: one for all");
    }
    let parts = sum("by=all&provider=jiuyun").await + sum("by=all&not_provider=jiuyun").await;
    assert_eq!(parts, calls);
    let week = house.list(Role::Admin, "/stats?by=weekday_hour").await;
    assert!(week.iter().all(|item| (1..=7).contains(&item["weekday"].as_u64().unwrap()) && item["at"].is_null()));
    let day = "by=day&from=2026-11-19T16:00:00Z&to=2026-11-20T16:00:00Z";
    let row = house.list(Role::Admin, &format!("/stats?{day}&provider=huawei-private")).await.remove(0);
    assert!(row["peak"].as_u64().unwrap() >= 1, "{row}");
    let of_number = house.list(Role::Admin, "/stats?by=all&x=0042").await;
    assert!(of_number.iter().all(|row| row["peak"].is_null()), "not counted by number");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_counts_callbacks_alone_and_ends_at_nothing() {
    let house = House::open();
    let app = house.app("a", "huawei-private").await;
    let kept = |n: u64| BTreeMap::from([(app.id, n)]);
    assert_eq!(house.context.store.waiting(&kept(2), &Scope::All), 2, "durable, and not seen by the projector");
    assert_eq!(house.context.store.waiting(&kept(2), &Scope::Apps([AppId(9)].into())), 0);
    house.receive(&app, "application/json", &notice("axb-alerting", 1)).await;
    // A record of another kind shares the numbers and is no callback.
    house.context.ingest.refused(Some(app.id));
    house.context.ingest.flush_tallies().await;
    house.settle().await;
    assert_eq!(ledger::waiting(&house.context, &Scope::All), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_whole_while_the_live_page_with_its_filters_is_and_never_to_a_viewer() {
    let house = House::open();
    let app = house.app("a", "huawei-private").await;
    let mut sent = 0;
    for (name, role) in [("wang", Role::Operator), ("zhao", Role::Viewer)] {
        let (state, password) = (&house.context.state, Secret::new("correct horse battery"));
        state.add_user(&Author::of_tests(), name, role, &password).await.unwrap();
        let (cookie, login) = state.log_in(&Visit::of_tests(), name, &password).await.unwrap().unwrap();
        let reveal = async |page: &str| {
            let act = Act::new(&login.user.principal(), AuditAction::Reveal, "list live");
            house.context.audit.reveal(&login.id, page, act).await.unwrap();
        };
        let follow = async |query: &str| {
            let request = Request::get(format!("/api/v1/events?{query}"));
            let request = request.header("cookie", format!("__Host-ringback_login={}", cookie.reveal()));
            let routes = routes(house.context.clone());
            let Ok(stream) = warp::service(routes).call(request.body(Full::new(Bytes::new())).unwrap()).await;
            stream
        };
        let (mut all, mut filtered) = (follow("kind=call").await, follow("app=a&kind=call").await);
        let mut tell = async |stream: &mut Response| {
            sent += 1;
            house.receive(&app, "application/json", &notice("axb-alerting", sent)).await;
            let mut page = Page::default();
            read_until(&mut page, stream, |page| !page.rows.is_empty()).await;
            let row = page.rows.into_values().next_back().unwrap();
            !row["caller"].as_str().unwrap().contains('*')
        };
        assert!(!tell(&mut filtered).await, "nothing was revealed yet");
        reveal("/live?app=a").await;
        assert_eq!(tell(&mut filtered).await, role == Role::Operator, "{name}");
        assert!(!tell(&mut all).await, "another page was revealed");
        house.context.audit.hide(&login.id);
        // What was told of before it was hidden may still be on its way.
        tell(&mut filtered).await;
        assert!(!tell(&mut filtered).await, "the same stream, hidden again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_told_as_they_happen_and_again_to_who_comes_back() {
    let house = House::open();
    let provider = platforms::by_name("jiuyun").unwrap();
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
    let provider = platforms::by_name("jiuyun").unwrap();
    let app = house.app("a", "jiuyun").await;
    let state = &house.context.state;
    let by = Author::of_tests();
    state.add_user(&by, "wang", Role::Admin, &Secret::new(PASSWORD)).await.unwrap();
    let (cookie, _) = state.log_in(&Visit::of_tests(), "wang", &Secret::new(PASSWORD)).await.unwrap().unwrap();
    let request = Request::get("/api/v1/events").header("cookie", format!("__Host-ringback_login={}", cookie.reveal()));
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

/// Reads a stream to its end; it must come to one.
async fn end_of(mut body: impl hyper::body::Body<Data = Bytes, Error = warp::Error> + Unpin) -> String {
    let mut text = String::new();
    let reading = async {
        while let Some(frame) = body.frame().await {
            text.push_str(std::str::from_utf8(&frame.unwrap().into_data().unwrap()).unwrap());
        }
    };
    tokio::time::timeout(SOON, reading).await.expect("the stream ends");
    text
}

/// Events went on to arrive in a browser that had logged out, and after a change of password.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_the_login_or_the_token_that_it_was_begun_with_also_while_nothing_happens() {
    let house = House::open();
    let app = house.app("a", "huawei-private").await;
    let (state, by) = (&house.context.state, Author::of_tests());
    let follow = async |name: &str, value: String| {
        let request = Request::get("/api/v1/events").header(name, value).body(Full::new(Bytes::new())).unwrap();
        let Ok(stream) = warp::service(routes(house.context.clone())).call(request).await;
        assert_eq!(stream.status(), 200);
        let mut body = stream.into_body();
        body.frame().await.expect("how far it was told").unwrap();
        body
    };
    let (password, other) = (Secret::new(PASSWORD), Secret::new("lantern carrot bicycle"));
    state.add_user(&by, "wang", Role::Admin, &password).await.unwrap();
    for n in 0..5 {
        let (cookie, login) = state.log_in(&Visit::of_tests(), "wang", &password).await.unwrap().unwrap();
        let (stays, _) = state.log_in(&Visit::of_tests(), "wang", &password).await.unwrap().unwrap();
        let shown = |cookie: &Secret| format!("{LOGIN_COOKIE}={}", cookie.reveal());
        let ended = follow("cookie", shown(&cookie)).await;
        let mut going = follow("cookie", shown(&stays)).await;
        match n {
            0 => state.log_out(&by, cookie.reveal()).await.unwrap(),
            1 => state.end_login(&by, &login.id).await.unwrap(),
            2 => assert_eq!(
                state.end_logins(&by, "wang", state.login(stays.reveal()).map(|l| l.id).as_deref()).await.unwrap(),
                1
            ),
            3 => {
                // Everybody's: the other browser's as well.
                state.set_password(&by, "wang", &other).await.unwrap();
                state.set_password(&by, "wang", &password).await.unwrap();
                end_of(going).await;
                end_of(ended).await;
                continue;
            }
            _ => {
                state.require_second_factor(&by, crate::state::Demand::All).await.unwrap();
                end_of(going).await;
                end_of(ended).await;
                continue;
            }
        }
        end_of(ended).await;
        house.receive(&app, "application/json", &notice("axb-alerting", 100 + n)).await;
        house.settle().await;
        live_until_call(&mut going).await;
        state.log_out(&by, stays.reveal()).await.unwrap();
    }
    let bearer = |token: &Secret| format!("Bearer {}", token.reveal());
    let token = state.add_token(&by, "crm", Role::Viewer).await.unwrap();
    let stream = follow("authorization", bearer(&token)).await;
    state.revoke_token(&by, "crm").await.unwrap();
    // Another of the same name and rights is another.
    state.add_token(&by, "crm", Role::Viewer).await.unwrap();
    end_of(stream).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_more_is_told_once_a_login_is_gone() {
    let house = House::open();
    let app = house.app("a", "huawei-private").await;
    let (state, by) = (&house.context.state, Author::of_tests());
    state.add_user(&by, "wang", Role::Admin, &Secret::new(PASSWORD)).await.unwrap();
    let (cookie, _) = state.log_in(&Visit::of_tests(), "wang", &Secret::new(PASSWORD)).await.unwrap().unwrap();
    let request = Request::get("/api/v1/events").header("cookie", format!("{LOGIN_COOKIE}={}", cookie.reveal()));
    let request = request.body(Full::new(Bytes::new())).unwrap();
    let Ok(stream) = warp::service(routes(house.context.clone())).call(request).await;
    state.log_out(&by, cookie.reveal()).await.unwrap();
    house.receive(&app, "application/json", &notice("axb-alerting", 1)).await;
    house.settle().await;
    let told = end_of(stream.into_body()).await;
    assert!(!told.contains("event:"), "{told}");
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
    tokio::time::timeout(SOON, reading).await.expect("a call is told");
    text
}
