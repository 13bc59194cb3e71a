//! The tables by their own rules, fields by theirs, and answers as the documents show them; the
//! whole way over TLS is tested with the simulated gateway in `tests/it/`.

use http::StatusCode;
use serde_json::json;

use super::*;

fn given(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn check(id: &str, fields: &[(&str, &str)]) -> Result<Request, Vec<FieldProblem>> {
    Request::new(find(id).unwrap(), &given(fields))
}

#[track_caller]
fn refused(id: &str, fields: &[(&str, &str)], said: &[(&str, &str)]) {
    let problems = check(id, fields).unwrap_err();
    let found: Vec<_> = problems.iter().map(|problem| (problem.field.as_str(), problem.en.as_str())).collect();
    assert_eq!(found.len(), said.len(), "{found:?}");
    for ((field, rule), (expected, part)) in found.iter().zip(said) {
        assert!(field == expected && rule.contains(part), "{field}: {rule}");
    }
}

const PAIR: &[(&str, &str)] = &[("callerNum", "13800000021"), ("calleeNum", "+8613800000022")];

#[test]
fn every_operation_has_a_name_of_its_own_and_rules_over_its_own_fields() {
    let all = operations();
    for (n, operation) in all.iter().enumerate() {
        assert!(all[n + 1..].iter().all(|other| other.id != operation.id), "{}", operation.id);
        let has = |name: &str| operation.fields.iter().filter(|field| field.name == name).count() == 1;
        assert!(operation.fields.iter().all(|field| has(field.name)), "{}", operation.id);
        for rule in operation.rules {
            let named: Vec<&str> = match rule {
                Rule::AnyOf(lists) => lists.iter().copied().flatten().copied().collect(),
                Rule::Differ(one, other) => vec![one, other],
            };
            assert!(named.into_iter().all(has), "{}: {rule:?}", operation.id);
        }
        // What is read from the address has no body, and the other way round.
        let in_query = operation.fields.iter().any(|field| field.place == Place::Query);
        let reads_address = matches!(operation.verb, Verb::Get | Verb::Delete);
        assert_eq!(in_query, reads_address, "{}", operation.id);
    }
    for provider in ["huawei-private", "huawei-voice", "jiuyun"] {
        assert!(of_provider(provider).count() > 0, "{provider}");
    }
}

#[test]
fn no_code_stands_twice_and_each_says_what_to_do() {
    for table in ["huawei-private", "jiuyun"].into_iter().filter_map(of).map(Outbound::results) {
        for (n, doc) in table.codes.iter().enumerate() {
            assert!(table.codes[n + 1..].iter().all(|other| other.code != doc.code), "{}", doc.code);
            assert!(!doc.advice.zh.is_empty() && !doc.advice.en.is_empty(), "{}", doc.code);
        }
    }
}

#[test]
fn numbers_get_their_country_code_and_each_field_its_place() {
    let more = [("duration", "7200"), ("callDirection", "1"), ("callerHintTone", "a.wav"), ("userData", " ")];
    let request = check("axb.bind", &[PAIR, &more].concat()).unwrap();
    let expected = json!({"callerNum": "+8613800000021", "calleeNum": "+8613800000022", "duration": 7200,
        "callDirection": 1, "preVoice": {"callerHintTone": "a.wav"}});
    assert_eq!(request.body(), expected);
    let request = check("axb.unbind", &[("relationNum", "+8617000000001")]).unwrap();
    assert_eq!(check::address("https://h", "/p", &request.query()), "https://h/p?relationNum=%2B8617000000001");
    let request = check("number.query", &[("realNumA", "+8613800000021"), ("realNumB", "0755-28780808")]).unwrap();
    assert_eq!(request.body(), json!({"realNumA": "13800000021", "realNumB": "075528780808"}));
}

#[test]
fn every_field_that_does_not_hold_is_named_with_its_rule() {
    refused("axb.bind", &[], &[("callerNum", "missing"), ("calleeNum", "missing")]);
    let long = "x".repeat(257);
    let wrong = [
        ("relationNum", "10086"),
        ("areaCode", "Shenzhen"),
        ("callDirection", "3"),
        ("duration", "7776001"),
        ("recordFlag", "yes"),
        ("userData", long.as_str()),
        ("colour", "red"),
    ];
    let said = [
        ("relationNum", "country code"),
        ("areaCode", "digits"),
        ("callDirection", "one of 0, 1, 2"),
        ("duration", "0 to 7776000"),
        ("recordFlag", "one of true, false"),
        ("userData", "257 characters, not 1 to 256"),
        ("colour", "no field"),
    ];
    refused("axb.bind", &[PAIR, &wrong].concat(), &said);
    refused("call.stop", &[("sessionid", "a b"), ("signal", "call_stop")], &[("sessionid", "no blanks")]);
    refused(
        "number.query",
        &[("realNumA", "4008001234"), ("realNumB", "138")],
        &[("realNumA", "mobile"), ("realNumB", "mobile")],
    );
}

#[test]
fn what_holds_between_fields_is_checked() {
    let same = [("callerNum", "13800000021"), ("calleeNum", "+8613800000021")];
    refused("axb.bind", &same, &[("calleeNum", "same as callerNum")]);
    refused(
        "axe.query",
        &[("virtualNum", "+8617000000001")],
        &[("subscriptionId / virtualNum + extendNum", "at least")],
    );
    assert!(check("axe.query", &[("virtualNum", "+8617000000001"), ("extendNum", "0012")]).is_ok());
}

#[test]
fn only_listed_hosts_are_asked() {
    let hosts = Hosts::new(["gateway.example", "other.example:8443"]);
    for good in ["https://gateway.example", "https://GATEWAY.example:12543/", "https://other.example:8443"] {
        assert!(hosts.admit(good).is_ok(), "{good}");
    }
    for bad in ["https://other.example", "https://evil.example", "http://gateway.example", "https://gateway.example/x"]
    {
        assert!(hosts.admit(bad).is_err(), "{bad}");
    }
    assert!(matches!(hosts.admit(""), Err(PlatformError::Off)));
}

#[test]
fn answers_are_read_whatever_else_stands_in_them() {
    let read = |id: &str, status: u16, body: serde_json::Value| {
        answer::read(takes(find(id).unwrap()), StatusCode::from_u16(status).unwrap(), body.to_string().as_bytes())
    };
    let bound = json!({"resultcode": "0", "resultdesc": "Success", "subscriptionId": "s-1",
        "relationNum": "+8617000000001", "callerNum": "+8613800000021", "new": [1]});
    let answer = read("axb.bind", 200, bound).unwrap();
    assert_eq!((answer.code.as_str(), answer.description.as_str()), ("0", "Success"));
    let [bound] = answer.bindings().try_into().unwrap();
    assert_eq!((bound.id.as_deref(), bound.x.as_deref()), (Some("s-1"), Some("+8617000000001")));

    let listed = json!({"resultcode": 0, "relationNumList": [{"subscriptionId": "s-1"}, {"subscriptionId": "s-2"}]});
    assert_eq!(read("axb.query", 200, listed).unwrap().bindings().len(), 2);

    let error = read("axb.bind", 200, json!({"resultcode": "1012010", "resultdesc": "bound"})).unwrap_err();
    assert!(error.advice().en.contains("another X"), "{error}");
    assert_eq!(error.outcome(), "1012010");
    let error = read("axb.bind", 400, json!({"resultcode": "1023006"})).unwrap_err();
    assert!(matches!(error, PlatformError::Refused { known: Some(_), .. }), "{error}");
    let error = read("axb.bind", 404, json!("not found")).unwrap_err();
    assert!(matches!(error, PlatformError::NotAnAnswer { status: 404 }), "{error}");

    let answer = json!({"resp": {"statusCode": "000000", "maskNumber": "17000000001", "validTime": 60}});
    assert_eq!(read("number.apply", 200, answer).unwrap().bindings()[0].x.as_deref(), Some("17000000001"));
    let error = read("number.apply", 200, json!({"resp": {"statusCode": "900406"}})).unwrap_err();
    assert!(error.advice().zh.contains("释放"), "{error}");
}
