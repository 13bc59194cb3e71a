//! What was done is on record, and who may read it.

use super::*;

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
    let (app, sample) = (house.context.state.app_named("app-1").unwrap(), platforms::ALL[0].samples()[0]);
    house.receive(&app, sample.content_type, sample.body).await;
    house.settle().await;
    let mut changes = house.context.store.changes();
    assert_eq!(house.ask(Role::Admin, "POST", "/system/reindex", json!({})).await.status, 202);
    tokio::time::timeout(SOON, changes.recv()).await.expect("the projector begins again").unwrap();
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
