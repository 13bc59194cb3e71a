//! What changes something is on record before it is so: for every address that takes a change.

use std::collections::BTreeMap;

use super::super::endpoints::{ENDPOINTS, Endpoint};
use super::*;
use crate::audit::Act;
use crate::audit::AuditAction;
use crate::domain::AppId;
use crate::retention::Policy;
use crate::state::{Author, NewToken, Visit, totp};

/// A request that would be done: its address and its body.
type Wanted = (String, String);

/// A house in which every change that the API takes could be made, and the requests for them, by
/// method and path.
async fn house() -> (House, BTreeMap<(&'static str, &'static str), Wanted>) {
    let house = House::with_samples().await;
    let (state, by) = (&house.context.state, Author::of_tests());
    let app = state.app_named("huawei-private").unwrap();
    state.add_user(&by, "li", Role::Operator, &Secret::new(PASSWORD)).await.unwrap();
    let li = state.user("li").unwrap().principal();
    let enrolment = state.begin_second_factor("li");
    let code = totp::now(enrolment.secret.reveal(), house.context.clock.now());
    let codes = state.confirm_second_factor(&Author::untold(li), &enrolment, &code).await.unwrap();
    assert!(codes.is_some());
    state.add_user(&by, "wang", Role::Admin, &Secret::new(PASSWORD)).await.unwrap();
    let (_, login) = state.log_in(&Visit::of_tests(), "wang", &Secret::new(PASSWORD)).await.unwrap().unwrap();
    let token = NewToken { name: "crm".to_owned(), role: Role::Viewer, scope: Scope::All, expires_at: None };
    state.add_token_within(&by, token).await.unwrap();
    let made = async |method: &str, path: &str, body: Value| {
        let answer = house.ask(Role::Admin, method, path, body).await;
        assert!(answer.status.is_success(), "{method} {path}: {}", answer.text());
        if answer.body.is_empty() { Value::Null } else { answer.json() }
    };
    let search = made("POST", "/searches", json!({"list": "calls", "name": "busy", "query": "outcome=busy"})).await;
    let hold = made("POST", "/retention/holds", json!({"name": "7", "reason": "a court", "app": "jiuyun"})).await;
    made("PUT", "/lists/vip", json!({"kind": "numbers", "entries": ["13800000077"]})).await;
    let host = &house.context.platform.hosts().list()[0];
    made("PATCH", "/apps/huawei-private/platform", json!({"base_url": format!("https://{host}")})).await;
    let binding = house.list(Role::Admin, "/bindings").await[0]["id"].to_string();
    let call = house.list(Role::Admin, "/calls").await[0]["id"].as_str().unwrap().to_owned();
    let (search, hold) = (search["id"].as_str().unwrap(), hold["id"].as_str().unwrap());
    let backup = house.context.server.data.with_extension("copy");
    let rules = json!({"rules": [{"name": "night", "then": {"do": "close"}}]});
    let of = |method, path, target: &str, body: Value| ((method, path), (target.to_owned(), body.to_string()));
    let csv = "a,x\n13800000099,17000000099\n".to_owned();
    let requests = [
        of("POST", "/apps", "/apps", json!({"name": "new", "provider": "jiuyun"})),
        of("PATCH", "/apps/{app}", "/apps/jiuyun", json!({"close_tone": "closed.wav"})),
        of("DELETE", "/apps/{app}", "/apps/jiuyun", json!({})),
        of("POST", "/apps/{app}/rotate", "/apps/jiuyun/rotate", json!({})),
        of("PATCH", "/apps/{app}/platform", "/apps/jiuyun/platform", json!({"account_sid": "abc"})),
        of("POST", "/platform/{app}/compare", "/platform/huawei-private/compare", json!({"mode": "axb"})),
        of(
            "POST",
            "/platform/{app}/{operation}",
            "/platform/huawei-private/axb.unbind",
            json!({"subscriptionId": "efw89efwf8"}),
        ),
        of("POST", "/users", "/users", json!({"name": "zhao", "role": "admin", "password": PASSWORD})),
        of("PATCH", "/users/{name}", "/users/li", json!({"role": "admin"})),
        of("DELETE", "/users/{name}", "/users/li", json!({})),
        of("DELETE", "/users/{name}/second-factor", "/users/li/second-factor", json!({})),
        of("PATCH", "/second-factor", "/second-factor", json!({"required": "all"})),
        of("POST", "/tokens", "/tokens", json!({"name": "ghost", "role": "admin"})),
        of("DELETE", "/tokens/{name}", "/tokens/crm", json!({})),
        of("DELETE", "/logins/{id}", &format!("/logins/{}", login.id), json!({})),
        of("PATCH", "/retention", "/retention", json!({"raw_days": 30})),
        of("POST", "/retention/runs", "/retention/runs", json!({"dry_run": false})),
        of("POST", "/retention/holds", "/retention/holds", json!({"name": "8", "reason": "a court", "app": "jiuyun"})),
        of("DELETE", "/retention/holds/{id}", &format!("/retention/holds/{hold}"), json!({})),
        of("POST", "/erasures", "/erasures", json!({"number": "13812345604", "reason": "asked"})),
        of("PATCH", "/settings", "/settings", json!({"access": {"second_factor": "all"}})),
        of("POST", "/system/backup", "/system/backup", json!({"dest": backup})),
        of("POST", "/system/reindex", "/system/reindex", json!({})),
        of("POST", "/bindings", "/bindings", json!({"app": "huawei-private", "a": "13800000099", "x": "17000000099"})),
        of("PATCH", "/bindings/{id}", &format!("/bindings/{binding}"), json!({"max_minutes": 9})),
        of("DELETE", "/bindings/{id}", &format!("/bindings/{binding}"), json!({})),
        (("POST", "/bindings/import"), ("/bindings/import?app=huawei-private".to_owned(), csv)),
        of("PUT", "/rules", "/rules?app=huawei-private", rules),
        of("POST", "/rules/try", "/rules/try?app=huawei-private", json!({"x": "17012345602"})),
        of("POST", "/rules/secret", "/rules/secret?app=huawei-private", json!({})),
        of("PUT", "/lists/{name}", "/lists/days", json!({"kind": "days", "entries": ["2026-10-01"]})),
        of("DELETE", "/lists/{name}", "/lists/vip", json!({})),
        of("POST", "/searches", "/searches", json!({"list": "sms", "name": "all", "query": "", "shared": true})),
        of("DELETE", "/searches/{id}", &format!("/searches/{search}"), json!({})),
        of("POST", "/calls/{id}/evidence", &format!("/calls/{call}/evidence"), json!({"reason": "complaint 7"})),
    ];
    assert_eq!(app.id, state.app_named("huawei-private").map_or(AppId(0), |app| app.id));
    (house, BTreeMap::from(requests))
}

fn changes() -> impl Iterator<Item = &'static Endpoint> {
    ENDPOINTS.iter().filter(|endpoint| endpoint.method != "GET")
}

/// The server, about to make room by itself.
fn nightly(house: &House) -> Author {
    let by = Principal::system();
    house.context.audit.author(&by, Act::new(&by, AuditAction::RetentionRun, "retention"))
}

impl House {
    async fn send(&self, method: &str, (target, body): &Wanted) -> Answer {
        let kind = if target.contains("/import") { "text/csv" } else { "application/json" };
        let request = Request::builder().method(method).uri(format!("/api/v1{target}"));
        let request = request.header(header::CONTENT_TYPE, kind).body(Full::new(body.clone().into())).unwrap();
        self.call(routes_as(self.context.clone(), principal(Role::Admin)), request).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_be_put_on_record_no_address_changes_anything() {
    let (house, requests) = house().await;
    let policy = Policy { raw_days: Some(90), ..Policy::default() };
    house.context.retention.set_policy(&Author::of_tests(), &policy).await.unwrap();
    let before = house.set_by_people();
    house.refuse_records();
    for Endpoint { method, path, audit, .. } in changes() {
        let wanted =
            requests.get(&(*method, *path)).unwrap_or_else(|| panic!("{method} {path} is not tried: add a request"));
        let answer = house.send(method, wanted).await;
        match audit {
            Some(_) => answer.refused(503, "not_recorded", "nothing was changed"),
            None => assert_eq!(answer.status, 200, "{method} {path} only looks: {}", answer.text()),
        }
        assert!(house.set_by_people() == before, "{method} {path} took effect");
    }
    for look in ENDPOINTS.iter().filter(|endpoint| endpoint.method == "GET" && endpoint.audit.is_some()) {
        house.get(Role::Admin, &format!("{}?format=csv", look.path)).await.refused(503, "not_recorded", "");
    }
    let context = &house.context;
    assert_eq!(context.store.status().rebuilding, None, "the store is not rebuilt");
    assert!(context.retention.standing().running.is_none() && context.retention.standing().last.is_none());
    assert!(context.erasure.standing().running.is_none() && context.erasure.standing().last.is_none());
    // Nor does the server by itself.
    context.retention.run_if_due(&nightly(&house)).await;
    assert!(context.retention.standing().running.is_none() && context.retention.standing().last.is_none());
    assert!(!context.server.data.with_extension("copy").exists(), "no copy is made");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_every_address_changes_leaves_its_entry_and_what_it_refuses_leaves_none() {
    let (house, requests) = house().await;
    let entries = || -> Vec<String> {
        let records = house.context.journal.read(1, 64 << 20).unwrap();
        records.iter().filter_map(crate::audit::AuditEntry::read).map(|entry| entry.action).collect()
    };
    let before = entries();
    for Endpoint { method, path, .. } in changes() {
        let (method, path) = (*method, *path);
        let (target, _) = &requests[&(method, path)];
        let nonsense = (target.clone(), "{\"no\": \"such field\"".to_owned());
        // What takes no body, and what a platform answers, is done whatever is sent.
        if method == "DELETE"
            || path.starts_with("/platform/")
            || path == "/system/reindex"
            || path.ends_with("/secret")
        {
            continue;
        }
        if path == "/bindings/import" {
            continue;
        }
        let answer = house.send(method, &nonsense).await;
        assert_eq!(answer.status, 400, "{method} {path}: {}", answer.text());
    }
    assert_eq!(entries(), before, "a refusal that is known before anything is tried leaves no entry");
    for (change, wanted) in &requests {
        // These go out to a platform, or end what the next ones are about.
        if change.1.starts_with("/platform/") || matches!(change.1, "/erasures" | "/retention/runs" | "/system/reindex")
        {
            continue;
        }
        let before = entries();
        let answer = house.send(change.0, wanted).await;
        let action = ENDPOINTS.iter().find(|row| (row.method, row.path) == *change).unwrap().audit;
        if answer.status.is_success() {
            let left = entries()[before.len()..].to_vec();
            let said = action.map(|action| action.name().to_owned());
            assert_eq!(left.first(), said.as_ref(), "{change:?} left {left:?}");
        } else {
            // What an earlier one removed.
            assert!(matches!(answer.status.as_u16(), 404 | 409 | 400), "{change:?}: {}", answer.text());
            assert_eq!(entries(), before, "{change:?} was refused and left an entry: {}", answer.text());
        }
    }
    std::fs::remove_dir_all(house.context.server.data.with_extension("copy")).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_failed_behind_its_entry_is_shown_as_failed() {
    let house = House::open();
    house.context.state.refuse_changes();
    let ghost = json!({"name": "ghost", "role": "admin"});
    house.ask(Role::Admin, "POST", "/tokens", ghost).await.refused(500, "internal", "");
    assert!(house.context.state.tokens().is_empty());
    house.settle().await;
    let entries = house.list(Role::Admin, "/audit").await;
    let shown = |entry: &Value| {
        ["action", "subject", "outcome", "code"].map(|name| entry[name].as_str().unwrap_or("-").to_owned())
    };
    assert_eq!(shown(&entries[1]), ["token.add", "token ghost", "failed", "state_not_written"]);
    assert_eq!(shown(&entries[0]), ["outcome", "token ghost", "failed", "state_not_written"]);
    assert_eq!(entries[0]["of"], entries[1]["seq"]);
    let acts = house.list(Role::Admin, "/audit?action=token.add").await;
    assert_eq!(acts.len(), 1, "the outcome is no act of its own");
    assert_eq!(acts[0]["outcome"], "failed");
    let csv = house.get(Role::Admin, "/audit/export?action=token.add&format=csv").await;
    assert!(csv.text().contains("failed") && csv.text().contains("state_not_written"), "{}", csv.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_says_whether_it_was_a_user_a_token_or_the_command_line() {
    let house = House::open();
    let as_kind = async |kind: ActorKind, name: &str, list: &str| {
        let by = Principal { kind, name: name.to_owned(), role: Role::Admin, scope: Scope::All };
        let body = json!({"kind": "numbers", "entries": ["13800000077"]}).to_string();
        let request = Request::put(format!("/api/v1/lists/{list}")).body(Full::new(body.into())).unwrap();
        assert_eq!(house.call(routes_as(house.context.clone(), by), request).await.status, 200);
    };
    as_kind(ActorKind::User, "root1", "one").await;
    as_kind(ActorKind::Token, "root1", "two").await;
    as_kind(ActorKind::CommandLine, "command line", "three").await;
    house.settle().await;
    let by = async |query: &str| -> Vec<(String, String)> {
        let entries = house.list(Role::Admin, query).await;
        let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or("-").to_owned();
        entries.iter().map(|entry| (text(entry, "by"), text(entry, "by_kind"))).collect()
    };
    let pair = |by: &str, kind: &str| (by.to_owned(), kind.to_owned());
    let all = [pair("command line", "command_line"), pair("root1", "token"), pair("root1", "user")];
    assert_eq!(by("/audit?action=list.change").await, all);
    assert_eq!(by("/audit?by=root1&by_kind=token").await, [pair("root1", "token")]);
    house.get(Role::Admin, "/audit?by_kind=robot").await.refused(400, "bad_request", "command_line");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_user_and_no_token_is_called_like_the_command_line() {
    let house = House::open();
    for name in
        ["command line", "COMMAND  LINE", "ｃｏｍｍａｎｄ　ｌｉｎｅ", "system", "ringback", "unknown", "root\u{200b}1"]
    {
        let token = json!({"name": name, "role": "admin"});
        house.ask(Role::Admin, "POST", "/tokens", token).await.refused(400, "bad_request", "");
        let user = json!({"name": name, "role": "admin", "password": PASSWORD});
        house.ask(Role::Admin, "POST", "/users", user).await.refused(400, "bad_request", "");
    }
    assert!(house.context.state.tokens().is_empty() && house.context.state.users().is_empty());
}
