//! What a form changes is on record before it is so: for every form that the dashboard takes.

use super::super::samples::selector;
use super::{House, PASSWORD};
use crate::domain::{ActorKind, CallId, Role, Secret};
use crate::http::api::endpoints::ENDPOINTS;
use crate::platforms;
use crate::state::{Author, FirstStep, Principal, Visit, totp};
use crate::store::{CallQuery, Page};

/// The row of the table of forms, where the form goes, and what it says.
type Form = (&'static str, String, Vec<(&'static str, String)>);

/// Forms that change nothing: a language, numbers hidden again, a question tried, a password judged.
const LOOKS: [&str; 5] = [
    r#"["preferences"]"#,
    r#"["reveal", "end"]"#,
    r#"["rules", _, "try"]"#,
    r#"["setup", _, "strength"]"#,
    r#"["account", "strength"]"#,
];

/// The rows of the table of forms, as the source has them.
fn rows() -> Vec<&'static str> {
    let source = include_str!("../mod.rs");
    let (_, posts) = source.split_once("fn form(path: &[&str]) -> Option<Form> {").unwrap();
    let rows = posts.lines().filter_map(|line| line.trim().split_once(" => "));
    let rows: Vec<_> = rows.map(|(row, _)| row).filter(|row| row.starts_with('[')).collect();
    assert!(rows.len() > 40, "{rows:?}");
    rows.into_iter().filter(|row| !LOOKS.contains(row)).collect()
}

/// Somebody who is logged in twice, and whose browser it is now: the cookie of the first login, the
/// token of its forms, the id of the other.
async fn logged_in(house: &mut House, name: &str) -> (String, String, String) {
    let (state, password) = (&house.context.state, Secret::new(PASSWORD));
    let (cookie, _) = state.log_in(&Visit::of_tests(), name, &password).await.unwrap().unwrap();
    let (_, other) = state.log_in(&Visit::of_tests(), name, &password).await.unwrap().unwrap();
    house.cookie = format!("__Host-ringback_login={}", cookie.reveal());
    (house.cookie.clone(), house.csrf("/calls").await, other.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_be_put_on_record_no_form_changes_anything() {
    let mut house = House::with_admin().await;
    let (state, by) = (house.context.state.clone(), Author::of_tests());
    for provider in platforms::ALL {
        let app = house.app(provider.id().0, provider.id().0).await;
        for sample in provider.samples() {
            house.receive(&app, sample.content_type, sample.body).await;
        }
    }
    house.settle().await;
    for name in ["li", "wang"] {
        state.add_user(&by, name, Role::Admin, &Secret::new(PASSWORD)).await.unwrap();
    }
    let (wang_cookie, wang_csrf, _) = logged_in(&mut house, "wang").await;
    let who = |name: &str| Principal { kind: ActorKind::User, ..state.user(name).unwrap().principal() };
    let clock = house.context.clock.clone();
    let code = |secret: &Secret| totp::now(secret.reveal(), clock.now());
    let enrolment = state.begin_second_factor("wang");
    let (wang, first_code) = (Author::untold(who("wang")), code(&enrolment.secret));
    let recovery = state.confirm_second_factor(&wang, &enrolment, &first_code).await.unwrap().unwrap().remove(0);
    let first = state.first_step(&Visit::of_tests(), "wang", &Secret::new(PASSWORD)).await.unwrap();
    let Some(FirstStep::Code(pass)) = first else { panic!("a code is asked for") };
    state.add_token(&by, "crm", Role::Viewer).await.unwrap();
    let (cookie, csrf, other) = logged_in(&mut house, "lin").await;

    let app = |name: &str| state.app_named(name).unwrap().id.0;
    let (private, voice, jiuyun) = (app("huawei-private"), app("huawei-voice"), app("jiuyun"));
    let host = format!("https://{}", house.context.platform.hosts().list()[0]);
    let fields = |pairs: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
        pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
    };
    let before: Vec<(String, Vec<(&str, String)>)> = vec![
        ("/searches".into(), fields(&[("list", "calls"), ("name", "busy"), ("query", "outcome=busy")])),
        ("/retention/holds".into(), fields(&[("name", "7"), ("reason", "a court"), ("app", "1")])),
        ("/lists".into(), fields(&[("name", "festival"), ("kind", "days"), ("entries", "2026-10-01")])),
        (
            "/bindings".into(),
            fields(&[("app", "huawei-private"), ("kind", "x"), ("a", "13800000099"), ("x", "17000000099")]),
        ),
        (format!("/apps/{private}/platform"), fields(&[("base_url", &host)])),
        (format!("/apps/{voice}/platform"), fields(&[("base_url", &host)])),
    ];
    for (path, form) in &before {
        let mut form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        form.push(("csrf", &csrf));
        let answer = house.post(path, &form).await;
        assert!(answer.status().is_redirection(), "{path}: {} {}", answer.status(), super::text(&answer));
    }
    let seen = house.page("/lists/festival").await;
    let seen = seen.select(&selector("input[name=seen]")).next().unwrap().attr("value").unwrap().to_owned();
    let calls = house.context.store.calls(&CallQuery::default(), &Page { limit: 200, cursor: None }).unwrap().items;
    let call_of = |provider: &str| -> CallId { calls.iter().find(|call| call.provider.0 == provider).unwrap().id };
    let search = state.searches(&who("lin").id(), None)[0].id.clone();
    let hold = house.context.retention.holds()[0].id.clone();
    let listing = house.context.bindings.list(&Default::default(), &Page { limit: 1, cursor: None }).unwrap();
    let binding = listing.items[0].id.0;
    let enrolment = state.begin_second_factor("lin");
    let now = code(&enrolment.secret);
    let dest = house.context.server.data.with_extension("copy").display().to_string();
    let sample = platforms::by_name("jiuyun").unwrap().samples()[0].name;

    let form = |row: &'static str, path: &str, pairs: &[(&'static str, &str)]| (row, path.to_owned(), fields(pairs));
    let forms: Vec<Form> = vec![
        form(r#"["logout"]"#, "/logout", &[]),
        form(r#"["searches"]"#, "/searches", &[("list", "sms"), ("name", "all"), ("query", ""), ("shared", "1")]),
        form(r#"["searches", _, "remove"]"#, &format!("/searches/{search}/remove"), &[]),
        form(r#"["calls", _, "evidence"]"#, &format!("/calls/{}/evidence", calls[0].id), &[("reason", "complaint 7")]),
        form(r#"["calls", _, "stop"]"#, &format!("/calls/{}/stop", call_of("huawei-voice")), &[]),
        form(r#"["platform", _, "compare"]"#, &format!("/platform/{private}/compare"), &[("mode", "axb")]),
        form(r#"["platform", _, _]"#, &format!("/platform/{private}/axb.unbind"), &[("subscriptionId", "efw89efwf8")]),
        form(r#"["reveal"]"#, "/reveal", &[("page", "/calls"), ("reason", "a customer asked")]),
        form(
            r#"["account", "password"]"#,
            "/account/password",
            &[("old", PASSWORD), ("password", "another long password"), ("again", "another long password")],
        ),
        form(r#"["account", "logins"]"#, "/account/logins", &[]),
        form(r#"["account", "logins", _]"#, &format!("/account/logins/{other}"), &[]),
        form(r#"["retention"]"#, "/retention", &[("raw_days", "30"), ("at", "03:30")]),
        form(r#"["retention", "runs"]"#, "/retention/runs", &[]),
        form(r#"["retention", "holds"]"#, "/retention/holds", &[("name", "8"), ("reason", "a court"), ("app", "1")]),
        form(r#"["retention", "holds", _]"#, &format!("/retention/holds/{hold}"), &[]),
        form(r#"["erasure"]"#, "/erasure", &[("number", "13812345604")]),
        form(
            r#"["account", "second-factor"]"#,
            "/account/second-factor",
            &[("sealed", &enrolment.sealed), ("code", &now)],
        ),
        form(
            r#"["users"]"#,
            "/users",
            &[("name", "zhao"), ("role", "admin"), ("scope", "all"), ("password", PASSWORD), ("again", PASSWORD)],
        ),
        form(r#"["users", _]"#, "/users/li", &[("role", "viewer"), ("scope", "all")]),
        form(
            r#"["users", _, "password"]"#,
            "/users/li/password",
            &[("password", "another long password"), ("again", "another long password")],
        ),
        form(r#"["users", _, "second-factor"]"#, "/users/wang/second-factor", &[]),
        form(r#"["users", _, "logins"]"#, "/users/wang/logins", &[]),
        form(r#"["users", _, "remove"]"#, "/users/li/remove", &[("confirm", "li")]),
        form(r#"["second-factor"]"#, "/second-factor", &[("required", "all")]),
        form(
            r#"["tokens"]"#,
            "/tokens",
            &[("name", "ghost"), ("role", "admin"), ("scope", "all"), ("expires", "never")],
        ),
        form(r#"["tokens", _, "revoke"]"#, "/tokens/crm/revoke", &[]),
        form(r#"["system", "backup"]"#, "/system/backup", &[("dest", &dest)]),
        form(r#"["system", "reindex"]"#, "/system/reindex", &[]),
        form(
            r#"["rules", _]"#,
            &format!("/rules/{private}"),
            &[("version", "0"), ("do_what", "deadline"), ("deadline_ms", "700")],
        ),
        form(r#"["rules", _, "secret"]"#, &format!("/rules/{private}/secret"), &[]),
        form(r#"["lists"]"#, "/lists", &[("name", "days"), ("kind", "days"), ("entries", "2026-10-01")]),
        form(r#"["lists", _]"#, "/lists/festival", &[("seen", &seen), ("entries", "2026-10-02")]),
        form(r#"["lists", _, "remove"]"#, "/lists/festival/remove", &[]),
        form(
            r#"["bindings"]"#,
            "/bindings",
            &[("app", "huawei-private"), ("kind", "x"), ("a", "13800000088"), ("x", "17000000088")],
        ),
        form(
            r#"["bindings", "import"]"#,
            "/bindings/import",
            &[("app", "huawei-private"), ("lines", "a,x\n13800000087,17000000087\n")],
        ),
        form(
            r#"["bindings", _]"#,
            &format!("/bindings/{binding}"),
            &[("kind", "x"), ("a", "13800000099"), ("x", "17000000099"), ("max_minutes", "9")],
        ),
        form(r#"["bindings", _, "end"]"#, &format!("/bindings/{binding}/end"), &[("sure", "1")]),
        form(r#"["apps"]"#, "/apps", &[("name", "new"), ("provider", "jiuyun")]),
        form(r#"["apps", _]"#, &format!("/apps/{jiuyun}"), &[("name", "renamed")]),
        form(r#"["apps", _, "rotate"]"#, &format!("/apps/{jiuyun}/rotate"), &[("confirm", "jiuyun")]),
        form(r#"["apps", _, "remove"]"#, &format!("/apps/{jiuyun}/remove"), &[("confirm", "jiuyun")]),
        form(r#"["apps", _, "platform"]"#, &format!("/apps/{jiuyun}/platform"), &[("account_sid", "abc")]),
        form(r#"["apps", _, "test"]"#, &format!("/apps/{jiuyun}/test"), &[("sample", sample)]),
        // By somebody with a second factor.
        form(r#"["account", "second-factor", "codes"]"#, "/account/second-factor/codes", &[("password", PASSWORD)]),
        form(r#"["account", "second-factor", "off"]"#, "/account/second-factor/off", &[("password", PASSWORD)]),
        // By nobody yet.
        form(r#"["login"]"#, "/login", &[("name", "li"), ("password", PASSWORD)]),
        form(r#"["login", "code"]"#, "/login/code", &[("code", recovery.reveal())]),
    ];
    let kept = house.set_by_people();
    house.refuse_records();
    let mut wrong = Vec::new();
    for row in rows() {
        // The way in of a house without anybody is tried below.
        if row == r#"["setup", _]"# {
            continue;
        }
        let form = forms.iter().find(|form| form.0 == row);
        let (_, path, form) = form.unwrap_or_else(|| panic!("{row} is not tried: add a form for it"));
        let mut form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let of_wang = ["/account/second-factor/codes", "/account/second-factor/off"].contains(&path.as_str());
        let (as_whom, token) = match path.as_str() {
            "/login" => (String::new(), ""),
            "/login/code" => (format!("__Host-ringback_pass={}", pass.reveal()), ""),
            _ if of_wang => (wang_cookie.clone(), wang_csrf.as_str()),
            _ => (cookie.clone(), csrf.as_str()),
        };
        house.cookie = as_whom;
        form.push(("csrf", token));
        let answer = house.post(path, &form).await;
        if answer.status() != 503 || answer.headers().get("set-cookie").is_some() {
            wrong.push(format!("{row}: {} {}", answer.status(), super::text(&answer)));
        }
        assert!(house.set_by_people() == kept, "{row} took effect");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let context = &house.context;
    assert_eq!(context.store.status().rebuilding, None);
    assert!(context.retention.standing().running.is_none() && context.erasure.standing().running.is_none());
    assert!(!context.server.data.with_extension("copy").exists(), "no copy is made");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_be_put_on_record_the_setup_link_makes_nobody() {
    let house = House::new().await;
    let code = house.context.state.setup_code().unwrap();
    house.refuse_records();
    let form = [("name", "lin"), ("password", PASSWORD), ("again", PASSWORD)];
    let answer = house.post(&format!("/setup/{}", code.reveal()), &form).await;
    assert_eq!(answer.status(), 503, "{}", super::text(&answer));
    assert!(house.context.state.users().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_on_record_before_it_is_open_and_a_logout_before_it_is_over() {
    let mut house = House::with_admin().await;
    house.become_user("wang", Role::Viewer).await;
    house.cookie = String::new();
    let entered = house.post("/login", &[("name", "wang"), ("password", PASSWORD)]).await;
    assert_eq!(entered.status(), 303);
    let cookie = entered.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    house.cookie = cookie;
    let csrf = house.csrf("/calls").await;
    assert_eq!(house.post("/logout", &[("csrf", &csrf)]).await.status(), 303);
    let records = house.context.journal.read(1, 1 << 20).unwrap();
    let trail: Vec<_> = records.iter().filter_map(crate::audit::AuditEntry::read).collect();
    let acts: Vec<_> =
        trail.iter().map(|entry| (entry.action.as_str(), entry.by.name.as_str(), entry.by.kind)).collect();
    assert_eq!(acts, [("login", "wang", Some(ActorKind::User)), ("logout", "wang", Some(ActorKind::User))]);
    let opened = trail[0].personal.as_ref().unwrap()["login"].as_str().unwrap().to_owned();
    assert_eq!(opened.len(), house.context.state.logins(None)[0].id.len(), "which login it was");
}

#[test]
fn a_form_and_the_api_give_an_act_the_same_name() {
    let of_api = |method: &str, path: &str| {
        let row = ENDPOINTS.iter().find(|endpoint| (endpoint.method, endpoint.path) == (method, path));
        row.unwrap_or_else(|| panic!("{method} {path}")).audit
    };
    for (form, method, path) in [
        ("apps", "POST", "/apps"),
        ("apps/3", "PATCH", "/apps/{app}"),
        ("apps/3/remove", "DELETE", "/apps/{app}"),
        ("apps/3/rotate", "POST", "/apps/{app}/rotate"),
        ("apps/3/platform", "PATCH", "/apps/{app}/platform"),
        ("users", "POST", "/users"),
        ("users/li", "PATCH", "/users/{name}"),
        ("users/li/remove", "DELETE", "/users/{name}"),
        ("users/li/second-factor", "DELETE", "/users/{name}/second-factor"),
        ("second-factor", "PATCH", "/second-factor"),
        ("tokens", "POST", "/tokens"),
        ("tokens/crm/revoke", "DELETE", "/tokens/{name}"),
        ("searches", "POST", "/searches"),
        ("searches/7/remove", "DELETE", "/searches/{id}"),
        ("system/backup", "POST", "/system/backup"),
        ("system/reindex", "POST", "/system/reindex"),
    ] {
        let parts: Vec<&str> = form.split('/').collect();
        let of_form = super::super::form(&parts).unwrap().action;
        assert!(of_form.is_some() && of_form == of_api(method, path), "{form}: {of_form:?}");
    }
}
