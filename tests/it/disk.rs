//! A disk that fills up and empties again.
//!
//! A small file system is filled to the last byte under the running server. What happens then is
//! part of the promise: first the reserve is given up, then callbacks are answered 503 and never
//! acknowledged without being kept, and when space returns the server goes on by itself.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::bodies::status;
use crate::house::{App, House, Server};
use crate::namespace::{inside, read_only, small_disk};
use crate::wait::{SOON, wait_for, wait_until};

/// Room for twice the reserve of 64 MiB, without which none is made, and for a little work.
const DISK_MIB: u32 = 160;

/// Takes every free byte of the file system.
struct Filler(PathBuf);

impl Filler {
    fn fill(place: &Path, name: &str) -> Self {
        let path = place.join(name);
        let mut file = File::create(&path).unwrap();
        for size in [1 << 20, 4096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        Self(path)
    }

    fn free(self) {
        fs::remove_file(self.0).unwrap();
    }
}

fn body(session: &str) -> String {
    status("callin", session, "02:11:00", json!({ "caller": "+8613800000021", "userData": "x".repeat(900) }))
}

/// Pushes until the answer is no longer 200; gives the sessions that were acknowledged.
fn push_until_refused(server: &Server, app: &App, prefix: &str, acknowledged: &mut Vec<String>) {
    wait_for("the full disk is felt", SOON * 4, || {
        let session = format!("{prefix}-{}", acknowledged.len());
        let reply = server.post(app, body(&session));
        match reply.status {
            200 => {
                acknowledged.push(session);
                None
            }
            503 => {
                let seconds = reply.header("retry-after").and_then(|s| s.parse::<u32>().ok());
                assert!(seconds.is_some_and(|s| s > 0), "503 says when to try again: {:?}", reply.headers);
                Some(())
            }
            other => panic!("a full disk is answered {other}: {}", reply.text()),
        }
    });
}

#[test]
fn a_full_disk_refuses_loses_nothing_and_goes_on_when_space_returns() {
    if !inside("disk::a_full_disk_refuses_loses_nothing_and_goes_on_when_space_returns") {
        return;
    }
    let place = House::new().beside("disk");
    small_disk(&place, DISK_MIB);
    let house = House::at(&place);
    let mut server = house.serve();
    let app = house.app("huawei-private", "orders", &[]);
    let token = house.token("t", "admin");
    let mut acknowledged = Vec::new();
    for n in 0..20 {
        server.push(&app, body(&format!("before-{n}")));
        acknowledged.push(format!("before-{n}"));
    }
    server.api(&token).call("before-19", 1);

    // Full: the reserve is given up, and callbacks are still taken for a while.
    let first = Filler::fill(&place, "first");
    assert!(house.data().join("reserve").exists(), "the reserve is held while there is space");
    // The first of them may still fit into the last block of the segment.
    wait_for("the reserve is given up", SOON, || {
        let session = format!("reserve-{}", acknowledged.len());
        server.push(&app, body(&session));
        acknowledged.push(session);
        (!house.data().join("reserve").exists()).then_some(())
    });

    // That is a warning: callbacks are taken, and nobody must take the server out of service.
    let reply = server.request("GET", "/readyz", &[], b"");
    assert!(reply.status == 200 && reply.text().contains("disk_full"), "{}", reply.text());

    // Full again: nothing is acknowledged that is not kept.
    let second = Filler::fill(&place, "second");
    push_until_refused(&server, &app, "full", &mut acknowledged);
    assert!(server.runs(), "a full disk stops nobody: {}", server.messages());
    assert_eq!(server.request("GET", "/readyz", &[], b"").status, 503, "a monitor sees it");
    assert!(server.request("GET", "/readyz", &[], b"").text().contains("disk"), "and reads why");
    let refused = change_until_refused(&house, &server, &token);

    // Space returns: it goes on by itself.
    first.free();
    second.free();
    let after = wait_for("callbacks are taken again", SOON, || {
        let session = format!("after-{}", acknowledged.len());
        (server.post(&app, body(&session)).status == 200).then_some(session)
    });
    acknowledged.push(after);
    wait_until("it is well again", SOON, || server.request("GET", "/healthz", &[], b"").status == 200);
    wait_until("the disk is said to be full no more", SOON, || {
        !server.request("GET", "/readyz", &[], b"").text().contains("disk_full")
    });
    every_session_is_there(&server, &token, &acknowledged);
    let api = server.api(&token);
    let audit = api.all("/audit?action=token.add");
    for known in api.get("/tokens")["items"].as_array().unwrap() {
        let name = known["name"].as_str().unwrap();
        assert!(!refused.contains(&name.to_owned()), "{name} was refused and is there");
        let on_record = |entry: &Value| entry["subject"] == format!("token {name}") && entry["outcome"].is_null();
        assert!(audit.iter().any(on_record), "{name} is there and not on record");
    }
    assert_eq!(api.get("/users")["items"], json!([]), "nobody was made an administrator");

    // And all of it is there after a restart as well.
    server.kill();
    let server = house.serve();
    every_session_is_there(&server, &token, &acknowledged);
    house.cli(&["verify"]).done();
    server.stop();
}

/// Makes tokens until none can be put on record any more, and then tries a user as well; gives the
/// names that were refused.
fn change_until_refused(house: &House, server: &Server, token: &str) -> Vec<String> {
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let (mut tried, mut refused) = (0, Vec::new());
    // An entry is shorter than a callback: some may still fit.
    wait_for("a change is refused", SOON, || {
        tried += 1;
        let name = format!("ghost-{tried}");
        let body = json!({"name": name, "role": "admin"}).to_string();
        let reply = server.request("POST", "/api/v1/tokens", &headers, body.as_bytes());
        if reply.status == 201 {
            return None;
        }
        refused.push(name);
        (reply.status == 503 && reply.json()["error"]["code"] == "not_recorded").then_some(())
    });
    let said = house.cli(&["token", "add", "ghost-cli", "--role", "admin"]);
    assert_eq!(said.status, Some(1), "{said:#?}");
    refused.push("ghost-cli".to_owned());
    refused
}

#[test]
fn a_disk_too_small_for_the_reserve_is_full_only_while_it_is() {
    if !inside("disk::a_disk_too_small_for_the_reserve_is_full_only_while_it_is") {
        return;
    }
    let place = House::new().beside("disk");
    small_disk(&place, 80);
    let house = House::at(&place);
    let server = house.serve();
    let app = house.app("huawei-private", "orders", &[]);
    let says = |code: &str| server.request("GET", "/readyz", &[], b"").text().contains(code);
    let filler = Filler::fill(&place, "filler");
    push_until_refused(&server, &app, "full", &mut Vec::new());
    assert!(says("journal_failing"));
    filler.free();
    wait_until("it is well again", SOON, || {
        let reply = server.request("GET", "/readyz", &[], b"");
        reply.status == 200 && !reply.text().contains("disk_full")
    });
    server.push(&app, body("after"));
    server.stop();
}

fn every_session_is_there(server: &Server, token: &str, acknowledged: &[String]) {
    let api = server.api(token);
    api.settled();
    let calls = api.all("/calls");
    let known: std::collections::HashSet<&str> = calls.iter().map(|c| c["session_id"].as_str().unwrap()).collect();
    let lost: Vec<_> = acknowledged.iter().filter(|s| !known.contains(s.as_str())).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
}

#[test]
fn a_read_only_directory_is_said_in_one_line() {
    if !inside("disk::a_read_only_directory_is_said_in_one_line") {
        return;
    }
    let house = House::new();
    let server = house.serve();
    house.app("jiuyun", "one", &[]);
    server.stop();
    read_only(&house.data());
    let said = house.cli(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(said.status, Some(1), "{said:#?}");
    let last = said.err.trim().lines().last().unwrap_or_default();
    assert!(last.to_lowercase().contains("read-only"), "says why: {said:#?}");
    assert!(last.contains(house.data().to_str().unwrap()), "says where: {said:#?}");
    // A check reads only, so it works there.
    house.cli(&["verify"]).done();
}
