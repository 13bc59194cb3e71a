//! Rebuilding, backing up, the description, and what the system says of itself.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_on_request_gives_the_same_answers() {
    let house = House::with_samples().await;
    let before = house.get(Role::Admin, "/calls?limit=1000").await.body;
    let mut changes = house.context.store.changes();
    assert_eq!(house.ask(Role::Admin, "POST", "/system/reindex", json!({})).await.status, 202);
    tokio::time::timeout(SOON, changes.recv()).await.expect("the projector begins again").unwrap();
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
async fn the_description_has_every_address_and_is_for_everybody() {
    let house = House::open();
    let described =
        house.call(routes(house.context.clone()), Request::get("/api/v1/openapi.json").body(Full::default()).unwrap());
    let document = described.await.json();
    for endpoint in endpoints::ENDPOINTS.iter() {
        let operation = &document["paths"][endpoint.path][endpoint.method.to_lowercase()];
        assert_eq!(operation["operationId"], endpoint.id, "{}", endpoint.path);
    }
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
