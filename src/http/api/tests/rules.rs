//! Rules, lists and decisions through the API.

use serde_json::{Value, json};

use super::House;
use crate::domain::Role;

const X: &str = "17012345602";
const CALLER: &str = "13812345601";

async fn house() -> House {
    let house = House::open();
    house.app("courier", "huawei-private").await;
    house.app("hotline", "jiuyun").await;
    house
}

fn rules() -> Value {
    json!({"deadline_ms": 600, "rules": [
        {"name": "night", "when": {"asks": "call", "time": [{"from": "22:00", "to": "07:00"}]},
         "then": {"do": "close", "tone": "night.wav"}},
        {"name": "boss", "when": {"caller": [CALLER]}, "then": {"do": "connect", "to": "13912345603"}},
    ]})
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_set_versioned_read_as_sentences_and_tried() {
    let house = house().await;
    let empty = house.get(Role::Viewer, "/rules?app=courier").await.json();
    assert_eq!((&empty["version"], &empty["rules"]), (&json!(0), &json!([])));
    let set = house.ask(Role::Operator, "PUT", "/rules?app=courier", rules()).await;
    assert_eq!(set.status, 200, "{}", set.text());
    let mut set = set.json();
    assert_eq!((&set["version"], &set["deadline_ms"], &set["by"]), (&json!(1), &json!(600), &json!("someone")));
    assert_eq!(
        set["sentences"]["en"][0],
        "When a call comes and the time is 22:00–07:00: close the call with night.wav."
    );

    // What is shown may be sent back; from an older version it is refused.
    set["rules"][1]["off"] = json!(true);
    let again = house.ask(Role::Operator, "PUT", "/rules?app=courier", set.clone()).await;
    assert_eq!((again.status.as_u16(), &again.json()["version"]), (200, &json!(2)), "{}", again.text());
    house.ask(Role::Operator, "PUT", "/rules?app=courier", set).await.refused(409, "conflict", "present version is 2");
    let versions = house.list(Role::Viewer, "/rules/versions?app=courier").await;
    assert_eq!(versions.iter().map(|version| &version["version"]).collect::<Vec<_>>(), [2, 1]);
    assert!(!versions[1]["rules"][1]["name"].is_null());

    let question = json!({"x": X, "caller": CALLER, "at": "2026-11-21T15:00:00Z"});
    let night = house.ask(Role::Operator, "POST", "/rules/try?app=courier", question.clone()).await.json();
    assert_eq!((&night["action"], &night["rule"]["name"]), (&json!("close"), &json!("night")));
    assert!(night["answer"]["body"].as_str().unwrap().contains("night.wav"), "{night}");
    let mut day = question;
    day["at"] = json!("2026-11-21T02:00:00Z");
    let default = house.ask(Role::Operator, "POST", "/rules/try?app=courier", day.clone()).await.json();
    assert_eq!((&default["action"], &default["rule"]), (&json!("close"), &Value::Null));
    let steps: Vec<_> = default["steps"].as_array().unwrap().iter().map(|step| step["verdict"].clone()).collect();
    assert_eq!(steps, ["unmet", "off"]);
    day["rules"] = rules();
    let other = house.ask(Role::Operator, "POST", "/rules/try?app=courier", day).await.json();
    assert_eq!((&other["action"], &other["to"]), (&json!("connect"), &json!("+8613912345603")));
    assert_eq!(house.get(Role::Viewer, "/rules?app=courier").await.json()["version"], 2, "nothing was kept");
    house.settle().await;
    let acts = house.list(Role::Admin, "/audit?action=rules.change").await;
    assert_eq!(acts.iter().map(|act| &act["personal"]["version"]).collect::<Vec<_>>(), [2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_rule_that_asks_our_own_system_has_its_questions_signed() {
    let house = house().await;
    let courier = house.context.state.apps().into_iter().find(|app| app.name == "courier").unwrap().id;
    let secret = || house.context.control.ask_secret(courier).map(|secret| secret.reveal().to_owned());
    let asks = |url: &str| json!({"rules": [{"name": "crm", "then": {"do": "ask", "url": url}}]});
    house.ask(Role::Operator, "PUT", "/rules?app=courier", asks("http://crm.example/")).await.refused(
        400,
        "bad_request",
        "then.url",
    );
    assert_eq!(secret(), None, "nothing came of it");
    house.ask(Role::Operator, "PUT", "/rules?app=courier", rules()).await;
    assert_eq!(secret(), None, "nobody is asked");
    house.ask(Role::Operator, "PUT", "/rules?app=courier", asks("https://crm.example/")).await;
    let made = secret().unwrap();
    assert!(made.starts_with("whsec_"));
    house.ask(Role::Operator, "PUT", "/rules?app=courier", asks("https://crm.example/other")).await;
    assert_eq!(secret(), Some(made), "it stays");
    house.settle().await;
    assert_eq!(house.list(Role::Admin, "/audit?action=rules.secret").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_rules_is_said_with_the_rule_and_the_field() {
    let house = house().await;
    let with = |then: Value| json!({"rules": [{"name": "one", "then": then}]});
    for (body, said) in [
        (json!({"rules": [{"name": "one"}]}), "missing field `then`"),
        (json!({"colour": 1}), "unknown field `colour`"),
        (with(json!({"do": "dance"})), "unknown variant `dance`"),
        (with(json!({"do": "connect", "to": "+86138****5601"})), "rule 1 (one)"),
        (json!({"deadline_ms": 9_999}), "deadline_ms"),
    ] {
        house.ask(Role::Operator, "PUT", "/rules?app=courier", body).await.refused(400, "bad_request", said);
    }
    house.ask(Role::Operator, "PUT", "/rules?app=hotline", rules()).await.refused(
        400,
        "bad_request",
        "asks no questions",
    );
    house.ask(Role::Operator, "PUT", "/rules", rules()).await.refused(400, "bad_request", "app is needed");
    for (method, path) in [("PUT", "/rules?app=courier"), ("POST", "/rules/try?app=courier"), ("PUT", "/lists/days")] {
        house.ask(Role::Viewer, method, path, rules()).await.refused(403, "forbidden", "operator");
    }
    house.ask(Role::Operator, "POST", "/rules/secret?app=courier", json!({})).await.refused(403, "forbidden", "");
    let secret = house.ask(Role::Admin, "POST", "/rules/secret?app=courier", json!({})).await.json();
    assert!(secret["secret"].as_str().unwrap().starts_with("whsec_"));
    house.ask(Role::Operator, "PUT", "/rules?app=courier", rules()).await;
    let seen = house.get(Role::Viewer, "/rules?app=courier").await;
    assert!(!seen.text().contains("13912345603") && !seen.text().contains(CALLER), "{}", seen.text());
    assert!(seen.text().contains("+86138****5601"), "{}", seen.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_kept_and_not_removed_while_a_rule_looks_into_them() {
    let house = house().await;
    let days = json!({"kind": "days", "entries": ["2026-10-01/2026-10-08"]});
    assert_eq!(house.ask(Role::Operator, "PUT", "/lists/golden-week", days).await.status, 200);
    let wrong = json!({"kind": "days", "entries": ["soon"]});
    house.ask(Role::Operator, "PUT", "/lists/other", wrong).await.refused(400, "bad_request", "entry 1");
    let rules = json!({"rules": [{"name": "holiday", "when": {"holiday": ["golden-week"]}, "then": {"do": "close"}}]});
    assert_eq!(house.ask(Role::Operator, "PUT", "/rules?app=courier", rules).await.status, 200);
    house.ask(Role::Operator, "DELETE", "/lists/golden-week", Value::Null).await.refused(
        409,
        "conflict",
        "a rule of app",
    );
    house.ask(Role::Operator, "PUT", "/rules?app=courier", json!({"rules": []})).await;
    assert_eq!(house.ask(Role::Operator, "DELETE", "/lists/golden-week", Value::Null).await.status, 204);
    house.ask(Role::Operator, "DELETE", "/lists/golden-week", Value::Null).await.refused(404, "not_found", "");
    assert_eq!(house.list(Role::Viewer, "/lists").await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_listed_with_its_question_its_rule_and_what_then_happened() {
    let house = House::with_samples().await;
    let decisions = house.list(Role::Admin, "/decisions").await;
    assert!(!decisions.is_empty(), "the samples ask questions");
    let count = async |query: &str| house.list(Role::Admin, &format!("/decisions?{query}")).await.len();
    let whole = decisions.len();
    let first = &decisions[0];
    assert!(first["micros"].as_u64().is_some() && first["rule"].is_null() && first["version"] == 0);
    for (name, filter) in [
        ("asks", format!("asks={}", first["asks"].as_str().unwrap())),
        ("action", format!("action={}", first["action"].as_str().unwrap())),
        ("rule", "rule=default".to_owned()),
        ("binding", "binding=7".to_owned()),
        ("asking", "asking=late".to_owned()),
        ("app", "app=huawei-private".to_owned()),
    ] {
        assert_eq!(count(&filter).await + count(&format!("not_{filter}")).await, whole, "{name}");
    }
    let asked = house.get(Role::Admin, &format!("/callbacks/{}", first["callback"])).await.json();
    assert_eq!(asked["decision"]["action"], first["action"], "live as well: the event of a callback is this object");
    for query in ["", "action=close", "not_asks=sms"] {
        let told = house.get(Role::Admin, &format!("/decisions/count?{query}")).await.json();
        assert_eq!(told["count"].as_u64(), Some(count(query).await as u64), "{query}: {told}");
    }
    let x = first["x"].as_str().unwrap().trim_start_matches("+86");
    assert!(count(&format!("x={x}")).await >= 1);
    let seen = house.get(Role::Viewer, "/decisions").await;
    assert!(!seen.text().contains(x), "{}", seen.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_and_the_callback_that_asked_tell_what_was_decided() {
    let house = House::with_samples().await;
    let decisions = house.list(Role::Admin, "/decisions?asks=call").await;
    let (callback, id) = (&decisions[0]["callback"], decisions[0]["call"]["id"].as_str().unwrap());
    let told = house.get(Role::Admin, &format!("/calls/{id}")).await;
    let call = told.json();
    assert_eq!(call["decisions"].as_array().unwrap(), &decisions, "the same objects as in the list");
    assert!(
        told.text().find("\"decisions\":") > told.text().find("\"callbacks\":"),
        "the contract's fields come first"
    );
    let asked = house.get(Role::Admin, &format!("/callbacks/{callback}")).await.json();
    assert_eq!((&asked["decision"]["action"], &asked["decision"]["callback"]), (&decisions[0]["action"], callback));
    assert!(asked["question"].as_bool().unwrap());
    let number = call["x_number"].as_str().unwrap().trim_start_matches("+86");
    assert!(!house.get(Role::Viewer, &format!("/calls/{id}")).await.text().contains(number));
    let others = house.list(Role::Admin, "/calls?not_provider=huawei-private&limit=1").await;
    let other = house.get(Role::Admin, &format!("/calls/{}", others[0]["id"].as_str().unwrap())).await.json();
    assert_eq!(other["decisions"], json!([]), "no question, no decision");
}
