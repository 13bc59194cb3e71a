//! Lists: fields, pages, filters, exports, saved searches, and the ledger that they add up to.

use super::*;

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
    for provider in platforms::ALL {
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
    let sample = &platforms::by_name("jiuyun").unwrap().samples()[0];
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
    assert_eq!(house.context.state.searches(&ActorId::new(ActorKind::User, "somebody else"), None).len(), 1);
    let wrong = json!({"list": "calls", "name": "x", "query": "outcome=bussy"});
    house.ask(Role::Admin, "POST", "/searches", wrong).await.refused(400, "bad_request", "outcome=bussy");
    let path = |search: &Value| format!("/searches/{}", search["id"].as_str().unwrap());
    house.ask(Role::Operator, "DELETE", &path(&shared), Value::Null).await.refused(404, "not_found", "");
    assert_eq!(house.ask(Role::Operator, "DELETE", &path(&saved.json()), Value::Null).await.status, 204);
    assert_eq!(house.ask(Role::Admin, "DELETE", &path(&shared), Value::Null).await.status, 204);
    assert!(house.list(Role::Admin, "/searches").await.is_empty());
}

fn who(kind: ActorKind, name: &str, role: Role, scope: Scope) -> Principal {
    Principal { kind, name: name.to_owned(), role, scope }
}

impl House {
    async fn as_who(&self, by: Principal, method: &str, path: &str, body: Value) -> Answer {
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let request = Request::builder().method(method).uri(format!("/api/v1{path}")).body(Full::new(body)).unwrap();
        self.call(routes_as(self.context.clone(), by), request).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_called_like_a_user_does_not_have_the_users_own_searches() {
    let house = House::open();
    let (user, token) = (ActorKind::User, ActorKind::Token);
    let root = |kind| who(kind, "root1", Role::Viewer, Scope::All);
    let new = json!({"list": "calls", "name": "mine", "query": "number=13812345671"});
    let made = house.as_who(root(user), "POST", "/searches", new.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(house.as_who(root(user), "GET", "/searches", Value::Null).await.json()["items"][0]["name"], "mine");
    let seen = house.as_who(root(token), "GET", "/searches", Value::Null).await;
    assert_eq!(seen.json()["items"], json!([]), "{}", seen.text());
    let path = format!("/searches/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(house.as_who(root(token), "DELETE", &path, Value::Null).await.status, 404);
    // Both may have one of the same name.
    assert_eq!(house.as_who(root(token), "POST", "/searches", new).await.status, 201);
    assert_eq!(house.context.state.searches(&ActorId::new(user, "root1"), None).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_search_shows_no_number_to_viewers_and_no_app_to_those_who_may_not_know_it() {
    let house = House::open();
    let hidden = house.app("vip-line", "huawei-private").await;
    let shown = house.app("courier", "jiuyun").await;
    let share = async |name: &str, query: &str| {
        let new = json!({"list": "calls", "name": name, "query": query, "shared": true});
        let answer = house.ask(Role::Admin, "POST", "/searches", new).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    };
    share("of 13812345671", "number=13812345671&outcome=busy").await;
    share("vip", "app=vip-line&number=13812345672").await;
    share("not vip", "not_app=vip-line").await;
    share("what VIP-LINE gets", "outcome=busy").await;
    share("by id", &format!("app=%23{}", hidden.id.0)).await;
    share("courier", "app=courier").await;
    let names = async |by: Principal| -> Vec<String> {
        let answer = house.as_who(by, "GET", "/searches", Value::Null).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let items = answer.json()["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| format!("{} | {}", item["name"].as_str().unwrap(), item["query"].as_str().unwrap()))
            .collect()
    };
    let all = names(who(ActorKind::Token, "ops", Role::Operator, Scope::All)).await;
    assert!(all.len() == 6 && all.iter().any(|search| search.contains("number=13812345671")), "{all:?}");
    let viewer = names(who(ActorKind::Token, "eyes", Role::Viewer, Scope::All)).await;
    assert_eq!(viewer.len(), 6);
    let said = viewer.join("\n");
    assert!(!said.contains("13812345671") && !said.contains("13812345672"), "{said}");
    assert!(said.contains("number=5671&outcome=busy"), "it still finds what the mask shows: {said}");
    for role in [Role::Viewer, Role::Operator, Role::Admin] {
        let some = who(ActorKind::Token, "some", role, Scope::Apps([shown.id].into()));
        let seen = names(some.clone()).await;
        assert_eq!(seen.len(), 2, "{seen:?}");
        assert!(!seen.join("\n").to_lowercase().contains("vip"), "{seen:?}");
    }
    // Who administers one app shares nothing with everybody, and takes nothing from everybody.
    let some = who(ActorKind::Token, "some", Role::Admin, Scope::Apps([shown.id].into()));
    let new = json!({"list": "calls", "name": "mine", "query": "app=courier", "shared": true});
    house.as_who(some.clone(), "POST", "/searches", new).await.refused(403, "forbidden", "all apps");
    let shared = house.context.state.searches(&ActorId::new(ActorKind::User, "nobody at all"), None);
    let path = format!("/searches/{}", shared.iter().find(|search| search.name == "courier").unwrap().id);
    house.as_who(some, "DELETE", &path, Value::Null).await.refused(404, "not_found", "");
    assert_eq!(house.ask(Role::Admin, "DELETE", &path, Value::Null).await.status, 204);
}
