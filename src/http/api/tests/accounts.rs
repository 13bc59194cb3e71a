//! Apps, users and tokens: who may change them, and what never comes out.

use super::*;
use crate::state::{Author, Visit};

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
    let token = state.add_token(&Author::of_tests(), "crm", Role::Viewer).await.unwrap();
    state.add_user(&Author::of_tests(), "wang", Role::Admin, &Secret::new(PASSWORD)).await.unwrap();
    let (cookie, _) = state.log_in(&Visit::of_tests(), "wang", &Secret::new(PASSWORD)).await.unwrap().unwrap();
    let ask = async |method: &str, name: &str, value: String| {
        let body = Full::new(Bytes::from(r#"{"name":"a","role":"viewer"}"#));
        let request = Request::builder().method(method).uri("/api/v1/tokens").header(name, value).body(body).unwrap();
        house.call(routes(house.context.clone()), request).await.status.as_u16()
    };
    let cookie = format!("other=1; __Host-ringback_login={}", cookie.reveal());
    assert_eq!(ask("GET", "x-nothing", String::new()).await, 401);
    assert_eq!(ask("GET", "authorization", "Bearer wrong".to_owned()).await, 401);
    assert_eq!(ask("GET", "authorization", format!("Bearer {}", token.reveal())).await, 403, "a viewer's token");
    assert_eq!(ask("GET", "cookie", cookie.clone()).await, 200);
    assert_eq!(ask("POST", "cookie", cookie).await, 401, "a page elsewhere can make a browser send it");
    assert_eq!(ask("GET", "cookie", "__Host-ringback_login=wrong".to_owned()).await, 401);
}

/// What a page refuses, a program is refused as well, and for the same reason.
#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_contradicts_itself_makes_nobody() {
    let house = House::open();
    house.app("courier", "huawei-private").await;
    let apps = json!(["courier"]);
    for (scope, apps, said) in [
        (json!("all"), apps.clone(), "the scope is all"),
        (json!("some"), Value::Null, "none is named"),
        (json!("some"), json!([]), "none is named"),
        (Value::Null, json!([]), "none is named"),
        (json!("few"), apps.clone(), "one of all, some"),
    ] {
        let user = json!({"name": "li", "role": "viewer", "password": PASSWORD, "scope": scope, "apps": apps});
        house.ask(Role::Admin, "POST", "/users", user).await.refused(400, "bad_request", said);
        let token = json!({"name": "crm", "role": "viewer", "scope": scope, "apps": apps});
        house.ask(Role::Admin, "POST", "/tokens", token).await.refused(400, "bad_request", said);
    }
    assert!(house.context.state.users().is_empty() && house.context.state.tokens().is_empty());
    let user = json!({"name": "li", "role": "viewer", "password": PASSWORD, "scope": "some", "apps": apps});
    let made = house.ask(Role::Admin, "POST", "/users", user).await;
    assert_eq!((made.status.as_u16(), &made.json()["apps"]), (201, &apps), "{}", made.text());
    let clash = json!({"scope": "all", "apps": ["courier"]});
    house.ask(Role::Admin, "PATCH", "/users/li", clash).await.refused(400, "bad_request", "the scope is all");
    let role = house.ask(Role::Admin, "PATCH", "/users/li", json!({"role": "operator"})).await;
    assert_eq!(role.json()["apps"], apps, "what is not said stays");
    let all = house.ask(Role::Admin, "PATCH", "/users/li", json!({"scope": "all"})).await;
    assert_eq!((all.status.as_u16(), &all.json()["apps"]), (200, &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_easy_to_guess_is_refused_with_what_would_do() {
    let house = House::open();
    let weak = json!({"name": "li", "role": "viewer", "password": "password12"});
    house.ask(Role::Admin, "POST", "/users", weak).await.refused(400, "bad_request", "several unrelated words");
    let user = json!({"name": "li", "role": "viewer", "password": PASSWORD});
    assert_eq!(house.ask(Role::Admin, "POST", "/users", user).await.status, 201);
    let weak = json!({"password": "2026-11-30"});
    house.ask(Role::Admin, "PATCH", "/users/li", weak).await.refused(400, "bad_request", "digits only");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_refuses_whoever_lacks_its_rights_before_it_looks_at_anything() {
    let house = House::open();
    let some = || Scope::Apps(BTreeSet::new());
    for endpoint in endpoints::ENDPOINTS.iter() {
        for (role, scope) in
            [(Role::Viewer, Scope::All), (Role::Operator, some()), (Role::Operator, Scope::All), (Role::Admin, some())]
        {
            let who = Principal { scope, ..principal(role) };
            let Some(refusal) = endpoint.rights.refusal(who.role, &who.scope) else { continue };
            let request = Request::builder()
                .method(endpoint.method)
                .uri(format!("/api/v1{}?no=such", endpoint.path.replace(['{', '}'], "")));
            let request = request.body(Full::new(Bytes::from("nonsense"))).unwrap();
            let answer = house.call(routes_as(house.context.clone(), who), request).await;
            answer.refused(403, "forbidden", refusal.en);
        }
    }
}
