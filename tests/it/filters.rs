//! Page, API, command and description take the same filters, for every list and for the statistics.
//!
//! A filter that one of them lacks is found by nobody there. Each is asked from outside: the command by
//! its help, the description by itself, API and page with a value of each.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::access::{csrf, log_in};
use crate::house::{House, encode};

/// A list: the command, the address below the API, the page.
const LISTS: [(&[&str], &str, &str); 8] = [
    (&["calls"], "/calls", "/calls"),
    (&["callbacks"], "/callbacks", "/callbacks"),
    (&["export", "sms"], "/sms", "/messages"),
    (&["export", "numbers"], "/numbers", "/numbers"),
    (&["bindings"], "/bindings", "/bindings"),
    (&["decisions"], "/decisions", "/decisions"),
    (&["audit"], "/audit", "/audit"),
    (&["stats"], "/stats", "/statistics"),
];

/// What no row is left out by: the page of a list, and what is counted apart.
fn is_no_filter(path: &str, name: &str) -> bool {
    matches!(name, "cursor" | "limit") || path == "/stats" && matches!(name, "by" | "group")
}

/// Text that any filter takes: the end of a number, an amount, the name of the app that there is.
const TEXT: &str = "1234567890";

/// A value of what is described.
fn value(name: &str, schema: &Value) -> String {
    let one = schema.get("items").unwrap_or(schema);
    let one = one["anyOf"].get(0).unwrap_or(one);
    let mut words = one["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    match (words.find(|word| !word.is_empty()), one["type"].as_str(), one["format"].as_str()) {
        (Some(word), _, _) => word.to_owned(),
        (None, Some("boolean"), _) => "true".to_owned(),
        (None, Some("integer"), _) => one["minimum"].to_string(),
        (None, _, Some("date-time")) => "2026-11-21T10:00:00Z".to_owned(),
        _ if one.get("pattern").is_some() => "1".to_owned(),
        _ if name.trim_start_matches("not_") == "peer" => "127.0.0.1".to_owned(),
        _ => TEXT.to_owned(),
    }
}

#[test]
fn page_api_command_and_description_take_the_same_filters() {
    let house = House::new();
    let server = house.serve();
    house.app("huawei-private", TEXT, &[]);
    let token = house.token("t", "admin");
    let api = server.api(&token);
    let description = api.get("/openapi.json");
    let cookie = log_in(&house, &server, "lin", "admin");
    assert!(!csrf(&server, &cookie).is_empty(), "somebody is logged in");
    let bearer = format!("Bearer {token}");
    let mut connection = server.connect();
    let mut status = |target: &str, header: (&str, &str)| {
        let reply = connection.request("GET", target, &[header], b"").unwrap();
        (reply.status, String::from_utf8_lossy(&reply.body).chars().take(2_000).collect::<String>())
    };
    for (command, path, page) in LISTS {
        let described: Vec<(&str, &Value)> = description["paths"][path]["get"]["parameters"]
            .as_array()
            .unwrap_or_else(|| panic!("{path} is not described"))
            .iter()
            .map(|parameter| (parameter["name"].as_str().unwrap(), &parameter["schema"]))
            .filter(|(name, _)| !is_no_filter(path, name))
            .collect();
        let help = house.cli(&[command, &["--help"]].concat()).done();
        let (_, filters) = help.split_once("Filters:").unwrap_or_else(|| panic!("{command:?} has no filters: {help}"));
        let flags = filters.lines().filter_map(|line| line.trim_start().strip_prefix("--")?.split(' ').next());
        let flags: BTreeSet<String> = flags.map(|flag| flag.replace('-', "_")).collect();
        let names: BTreeSet<String> = described.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(flags, names, "the command {command:?} and the description of {path}");
        for (name, schema) in described {
            let query = format!("{name}={}", encode(&value(name, schema)));
            for (target, header) in [
                (format!("/api/v1{path}?{query}"), ("Authorization", bearer.as_str())),
                (format!("{page}?{query}"), ("Cookie", cookie.as_str())),
            ] {
                let (code, body) = status(&target, header);
                assert_eq!(code, 200, "{target}: {body}");
            }
        }
        for (target, header) in [
            (format!("/api/v1{path}?nonsense=1"), ("Authorization", bearer.as_str())),
            (format!("{page}?nonsense=1"), ("Cookie", cookie.as_str())),
        ] {
            assert_eq!(status(&target, header).0, 400, "{target}: what is no filter is not passed over");
        }
    }
    server.stop();
}
