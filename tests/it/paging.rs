//! Paging while calls keep coming.
//!
//! A person pages through a list that grows at its head and changes in the middle. A cursor pins
//! a snapshot: no row is shown twice, and none that was there at the first page is left out.

use std::collections::BTreeSet;

use crate::bodies::{private, status};
use crate::house::{House, encode};
use serde_json::json;

#[test]
fn a_cursor_never_shows_a_row_twice_and_never_skips_one() {
    let house = House::new();
    let server = house.serve();
    let app = house.app("huawei-private", "orders", &[]);
    let token = house.token("t", "admin");
    let api = server.api(&token);
    for n in 0..23 {
        let time = format!("02:{:02}:00", n + 10);
        server.push(&app, status("callin", &format!("old-{n:02}"), &time, json!({ "caller": "+8613800000021" })));
    }
    api.call("old-22", 1);
    api.settled();

    let mut seen = Vec::new();
    let mut target = "/calls?limit=4".to_owned();
    let mut page = 0;
    loop {
        let listing = api.get(&target);
        seen.extend(listing["items"].as_array().unwrap().iter().map(|c| c["session_id"].as_str().unwrap().to_owned()));
        let Some(next) = listing["next"].as_str() else { break };
        target = format!("/calls?limit=4&cursor={}", encode(next));
        page += 1;
        // Meanwhile: one newer than all, one in the middle, and more about one already shown.
        server.push(&app, status("callin", &format!("new-{page}"), "03:00:00", json!({})));
        server.push(&app, status("callin", &format!("mid-{page}"), "02:20:30", json!({})));
        for body in private(&format!("old-{:02}", 22 - page), "004", "") {
            server.push(&app, body);
        }
        api.call(&format!("old-{:02}", 22 - page), 7);
    }
    let unique: BTreeSet<&String> = seen.iter().collect();
    assert_eq!(unique.len(), seen.len(), "a row was shown twice: {seen:?}");
    for n in 0..23 {
        assert!(unique.contains(&format!("old-{n:02}")), "old-{n:02} was left out: {seen:?}");
    }
    server.stop();
}

#[test]
fn lists_are_newest_first_and_a_cursor_belongs_to_its_query() {
    let house = House::new();
    let server = house.serve();
    let app = house.app("huawei-private", "orders", &[]);
    let token = house.token("t", "admin");
    let api = server.api(&token);
    for n in [3, 1, 4, 0, 2] {
        server.push(&app, status("callin", &format!("s-{n}"), &format!("02:1{n}:00"), json!({})));
    }
    for n in 0..5 {
        api.call(&format!("s-{n}"), 1);
    }
    let order: Vec<String> = api.all("/calls").iter().map(|c| c["session_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(order, ["s-4", "s-3", "s-2", "s-1", "s-0"]);
    let seqs: Vec<u64> = api.all("/callbacks").iter().map(|c| c["seq"].as_u64().unwrap()).collect();
    assert!(seqs.is_sorted_by(|a, b| a > b) && seqs.len() == 5, "{seqs:?}");

    let next = api.get("/calls?limit=2")["next"].as_str().unwrap().to_owned();
    let foreign = api.ask(&format!("/callbacks?limit=2&cursor={}", encode(&next)));
    assert_eq!(foreign.status, 400, "{}", foreign.text());
    server.stop();
}
