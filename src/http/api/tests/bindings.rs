//! Bindings through the API: made, found, changed, ended, imported and taken away again.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use tower_service::Service;

use super::*;
use crate::domain::{ActorKind, Role, Scope};

async fn house() -> House {
    let house = House::open();
    house.app("courier", "huawei-private").await;
    house.app("taxi", "huawei-private").await;
    house
}

fn wanted() -> Value {
    json!({
        "app": "courier", "a": "13812345601", "x": "17012345602", "b": "+86 139-1234-5603", "direction": "a_to_b",
        "valid_from": "2026-11-21T10:00:00+08:00", "valid_to": "2099-01-01T00:00:00Z", "max_minutes": 30,
        "record": true, "hint_tone": "hint.wav", "user_data": "order=7",
    })
}

async fn import(house: &House, role: Role, app: &str, body: &str) -> Answer {
    let request = Request::post(format!("/api/v1/bindings/import?app={app}")).header(header::CONTENT_TYPE, "text/csv");
    let request = request.body(Full::new(Bytes::from(body.to_owned()))).unwrap();
    house.call(routes_as(house.context.clone(), principal(role)), request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binding_has_the_fields_of_the_contract_from_its_making_to_its_end() {
    let house = house().await;
    let made = house.ask(Role::Operator, "POST", "/bindings", wanted()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let binding = made.json();
    let path = format!("/bindings/{}", binding["id"]);
    assert_eq!(made.headers[header::LOCATION], format!("/api/v1{path}"));
    let fields: Vec<&str> = binding.as_object().unwrap().keys().map(String::as_str).collect();
    let expected: BTreeSet<&str> = [
        "id",
        "app",
        "kind",
        "state",
        "a",
        "x",
        "b",
        "y",
        "extension",
        "direction",
        "valid_from",
        "valid_to",
        "max_minutes",
        "record",
        "hint_tone",
        "wait_tone",
        "last_minute_tone",
        "user_data",
        "platform_id",
        "created_at",
        "changed_at",
        "ended_at",
    ]
    .into();
    assert_eq!(fields.into_iter().collect::<BTreeSet<_>>(), expected);
    assert_eq!((&binding["kind"], &binding["state"]), (&json!("x"), &json!("active")));
    assert_eq!((&binding["a"], &binding["b"]), (&json!("+8613812345601"), &json!("+8613912345603")));
    assert_eq!(binding["valid_from"], "2026-11-21T02:00:00Z");
    assert_eq!(house.get(Role::Viewer, &path).await.json()["a"], "+86138****5601");

    let change = json!({"b": null, "max_minutes": null, "record": false, "user_data": "order=8"});
    let changed = house.ask(Role::Operator, "PATCH", &path, change).await.json();
    for (field, value) in [("b", Value::Null), ("max_minutes", Value::Null), ("record", json!(false))] {
        assert_eq!(changed[field], value, "{changed}");
    }
    assert_eq!((&changed["user_data"], &changed["hint_tone"]), (&json!("order=8"), &json!("hint.wav")));
    let ended = house.ask(Role::Admin, "DELETE", &path, Value::Null).await;
    assert_eq!((ended.status.as_u16(), &ended.json()["state"]), (200, &json!("ended")));
    assert!(!house.get(Role::Viewer, &path).await.json()["ended_at"].is_null());
    house.ask(Role::Admin, "DELETE", &path, Value::Null).await.refused(409, "conflict", "has ended; make a new one");
    house.ask(Role::Admin, "PATCH", &path, json!({"record": true})).await.refused(409, "conflict", "has ended");

    house.settle().await;
    let trail = house.list(Role::Admin, "/audit?action=binding.add&action=binding.change&action=binding.end").await;
    let acts: Vec<(&str, &str)> =
        trail.iter().map(|act| (act["action"].as_str().unwrap(), act["subject"].as_str().unwrap())).collect();
    let subject = format!("binding {}", binding["id"]);
    assert_eq!(acts, ["binding.end", "binding.change", "binding.add"].map(|action| (action, subject.as_str())));
    assert_eq!(trail[1]["personal"]["fields"], json!(["b", "max_minutes", "record", "user_data"]));
    assert!(trail.iter().all(|act| act["app"] == "courier"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_with_the_field_and_the_rule() {
    let house = house().await;
    let made = house.ask(Role::Operator, "POST", "/bindings", wanted()).await.json();
    let path = format!("/bindings/{}", made["id"]);
    let with = |field: &str, value: Value| {
        let mut body = wanted();
        body["x"] = json!("17012345699");
        body[field] = value;
        body
    };
    for (body, said) in [
        (json!({"a": "13812345601", "x": "17012345699"}), "app is needed"),
        (with("app", json!("nobody")), "app=nobody is not an app; there are: courier, taxi"),
        (with("a", Value::Null), "a is needed"),
        (with("a", json!("soon")), "a is a phone number"),
        (with("b", json!("13812345601")), "b is another number than a"),
        (with("kind", json!("axz")), "kind is one of x, ax, axb, axe, axyb"),
        (with("valid_from", json!("2026-11-21 10:00")), "valid_from is a time such as"),
        (with("valid_to", json!("2026-11-20T00:00:00Z")), "valid_to comes after valid_from"),
        (with("max_minutes", json!("30")), "invalid type: string"),
        (with("max_minutes", json!(9_999)), "max_minutes"),
        (with("colour", json!("red")), "unknown field `colour`"),
    ] {
        house.ask(Role::Operator, "POST", "/bindings", body).await.refused(400, "bad_request", said);
    }
    house.ask(Role::Operator, "POST", "/bindings", wanted()).await.refused(409, "exists", "already answers");
    house.ask(Role::Operator, "PATCH", &path, json!({"app": "taxi"})).await.refused(400, "bad_request", "`app`");
    house.ask(Role::Operator, "PATCH", &path, json!({"x": "1"})).await.refused(400, "bad_request", "x is a phone");
    for path in ["/bindings/0", "/bindings/77", "/bindings/seven", "/bindings/+1 "] {
        for method in ["GET", "PATCH", "DELETE"] {
            house.ask(Role::Admin, method, &path.replace(' ', "%20"), json!({})).await.refused(404, "not_found", "");
        }
    }
    for (method, path) in [("POST", "/bindings"), ("PATCH", &path), ("DELETE", &path)] {
        house.ask(Role::Viewer, method, path, wanted()).await.refused(403, "forbidden", "operator");
    }
    import(&house, Role::Viewer, "courier", "a,x\n").await.refused(403, "forbidden", "operator");
    house.ask(Role::Admin, "PUT", &path, json!({})).await.refused(405, "method_not_allowed", "GET, PATCH, DELETE");
    assert_eq!(house.list(Role::Admin, "/bindings").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_narrowed_by_every_filter_and_paged() {
    let house = house().await;
    for n in 1..=9 {
        let app = if n % 3 == 0 { "taxi" } else { "courier" };
        let body = json!({
            "app": app, "a": format!("1381234560{n}"), "x": format!("170123457{:02}", n % 4), "b": format!("1391234561{n}"),
            "user_data": format!("order={}", n % 2), "valid_from": if n > 7 { json!("2099-01-01T00:00:00Z") } else { Value::Null },
        });
        assert_eq!(house.ask(Role::Operator, "POST", "/bindings", body).await.status, 201);
    }
    let count = async |query: &str| house.list(Role::Admin, &format!("/bindings?limit=1000{query}")).await.len();
    for (filter, with) in [
        ("app=taxi", 3),
        ("app=taxi&app=courier", 9),
        ("state=scheduled", 2),
        ("kind=x", 9),
        ("number=5603", 1),
        ("number=%2B8613812345603", 1),
        ("a=5603&a=5604", 2),
        ("b=5613", 1),
        ("x=5702", 2),
        ("user_data=order%3D1", 5),
    ] {
        assert_eq!(count(&format!("&{filter}")).await, with, "{filter}");
        let not: Vec<String> = filter.split('&').map(|part| format!("not_{part}")).collect();
        assert_eq!(count(&format!("&{}", not.join("&"))).await, 9 - with, "not {filter}");
        let told = house.get(Role::Viewer, &format!("/bindings/count?{filter}")).await.json();
        assert_eq!(told, json!({"count": with, "exact": true}), "{filter}");
    }
    assert_eq!(count("&y=5702").await + count("&platform_id=none").await, 0);
    let mut seen = Vec::new();
    let mut path = "/bindings?limit=4".to_owned();
    loop {
        let page = house.get(Role::Admin, &path).await.json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|binding| binding["id"].as_u64().unwrap()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/bindings?limit=4&cursor={next}");
    }
    assert!(seen.len() == 9 && seen.is_sorted_by(|a, b| a > b), "{seen:?}");
    house.get(Role::Admin, "/bindings?colour=red").await.refused(400, "bad_request", "there is no parameter colour");
    house.get(Role::Admin, "/bindings?state=gone").await.refused(400, "bad_request", "one of active, scheduled");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_says_what_became_of_every_line_and_its_export_comes_back_unchanged() {
    let house = house().await;
    let mut file = "\u{feff}a,x,b,user_data,valid_to\r\n".to_owned();
    for n in 0..300 {
        file += &format!("13800000{n:03},17000000{:03},13900000{n:03},order={n},2099-01-01 08:00\r\n", n % 7);
    }
    file += "13800000001,17000000001,13900000999,other,\r\nnobody,17000000001,,,\r\n";
    let first = import(&house, Role::Operator, "courier", &file).await;
    assert_eq!(first.status, 200, "{}", first.text());
    let report = first.json();
    assert_eq!((&report["made"], &report["unchanged"], &report["refused_total"]), (&json!(300), &json!(0), &json!(2)));
    let lines: Vec<_> = report["refused"].as_array().unwrap().iter().map(|line| line["line"].clone()).collect();
    assert_eq!(lines, [302, 303]);
    let reason = report["refused"][1]["reason"].as_str().unwrap();
    assert!(reason.starts_with("a is a phone number"), "{reason}");
    let again = import(&house, Role::Operator, "courier", &file).await.json();
    assert_eq!((&again["made"], &again["unchanged"]), (&json!(0), &json!(300)));

    for lang in ["", "&lang=zh", "&lang=en"] {
        let export = house.get(Role::Admin, &format!("/bindings/export?format=csv&app=courier{lang}")).await;
        let back = import(&house, Role::Operator, "courier", export.text()).await;
        assert_eq!(back.json(), json!({"made": 0, "unchanged": 300, "refused": [], "refused_total": 0}), "{lang}");
    }
    let export = house.get(Role::Admin, "/bindings/export?format=csv").await;
    let elsewhere = import(&house, Role::Operator, "taxi", export.text()).await.json();
    assert_eq!((&elsewhere["made"], &elsewhere["refused_total"]), (&json!(0), &json!(300)));
    let taxi = export.text().replace(",courier,", ",taxi,");
    assert_eq!(import(&house, Role::Operator, "taxi", &taxi).await.json()["made"], 300);

    import(&house, Role::Operator, "courier", "a,x,colour\n").await.refused(400, "bad_request", "no column colour");
    import(&house, Role::Operator, "nobody", "a,x\n").await.refused(400, "bad_request", "app=nobody");
    house.ask(Role::Operator, "POST", "/bindings/import", Value::Null).await.refused(
        400,
        "bad_request",
        "app is needed",
    );
    let masked = house.get(Role::Viewer, "/bindings/export?format=csv&app=courier").await;
    assert!(!masked.text().contains("13800000001") && masked.text().contains("+86138****0001"));
    house.settle().await;
    let acts = house.list(Role::Admin, "/audit?action=binding.imported").await;
    assert_eq!(acts.last().unwrap()["personal"], json!({"made": 300, "unchanged": 0, "refused": 2}));
    assert!(house.list(Role::Admin, "/audit?action=binding.import").await.len() > acts.len(), "begun ones as well");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sees_one_app_manages_its_bindings_and_no_others() {
    let house = house().await;
    let mut theirs = wanted();
    theirs["app"] = json!("taxi");
    let theirs = house.ask(Role::Admin, "POST", "/bindings", theirs).await.json();
    let mine = house.context.state.app_named("courier").unwrap().id;
    let wang = Principal {
        kind: ActorKind::User,
        name: "wang".to_owned(),
        role: Role::Admin,
        scope: Scope::Apps([mine].into()),
    };
    let ask = async |method: &str, path: &str, body: &str| {
        let body = Full::new(Bytes::from(body.to_owned()));
        let request = Request::builder().method(method).uri(format!("/api/v1{path}")).body(body).unwrap();
        let Ok(response) = warp::service(routes_as(house.context.clone(), wang.clone())).call(request).await;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    };
    assert_eq!(ask("POST", "/bindings", &wanted().to_string()).await.0, 201, "the same parties in another app");
    let path = format!("/bindings/{}", theirs["id"]);
    for method in ["GET", "PATCH", "DELETE"] {
        assert_eq!(ask(method, &path, "{}").await.0, 404, "{method}");
    }
    let mut others = wanted();
    others["app"] = json!("taxi");
    for (method, path, body) in [
        ("POST", "/bindings", others.to_string()),
        ("POST", "/bindings/import?app=taxi", "a,x\n".to_owned()),
        ("GET", "/bindings?app=taxi", String::new()),
    ] {
        let (status, said) = ask(method, path, &body).await;
        assert!(status == 400 && said.contains("there are: courier\""), "{method} {path}: {status} {said}");
    }
    let listed: Value = serde_json::from_str(&ask("GET", "/bindings", "").await.1).unwrap();
    let apps: Vec<_> = listed["items"].as_array().unwrap().iter().map(|binding| &binding["app"]).collect();
    assert_eq!(apps, ["courier"]);
    assert!(ask("GET", "/bindings/count", "").await.1.contains("\"count\":1,"));
    assert!(!ask("GET", "/bindings/export?format=jsonl", "").await.1.contains("taxi"));
}
