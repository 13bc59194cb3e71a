//! The API against its own description: schemathesis makes requests of every kind that
//! `openapi.json` allows, and of many that it forbids, and looks at every answer.
//!
//! It runs as a program against the real server over TLS. `tests/run` installs it; a machine
//! without it fails here and is told so.

use std::process::Command;

use crate::bodies::{APP_KEY, private};
use crate::house::House;

/// Where `tests/run` puts it.
const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/schemathesis/bin/schemathesis");

/// What would not end, or would undo what the next request needs: events are followed without
/// end, a reindex empties the lists, and the token that is taken back may be the one in use.
const LEFT_OUT: &[&str] = &["/events", "/system/reindex", "/tokens/{name}"];

#[test]
fn every_address_does_what_its_description_says() {
    let house = House::new();
    let server = house.serve();
    let app = house.app("huawei-private", "orders", &["--app-key", APP_KEY]);
    for body in private("described-1", "004", "order-7") {
        server.push(&app, body);
    }
    let token = house.token("described", "admin");
    server.api(&token).settled();

    let mut command = Command::new(PROGRAM);
    command.arg("run").arg(format!("https://{}/api/v1/openapi.json", server.address));
    command.args(["--header", &format!("Authorization: Bearer {token}"), "--tls-verify", "false"]);
    for path in LEFT_OUT {
        command.args(["--exclude-path", path]);
    }
    // A description cannot know which apps there are, so a valid request may well be refused.
    command.args(["--exclude-checks", "positive_data_acceptance"]);
    command.args(["--phases", "examples,coverage,fuzzing", "--max-examples", "8", "--seed", "1", "--no-color"]);
    let said = command.current_dir(house.beside(".")).output().unwrap_or_else(|error| {
        panic!("{PROGRAM} cannot be run ({error}); `tests/run` installs it");
    });
    let text = String::from_utf8_lossy(&said.stdout);
    assert!(said.status.success(), "{text}\n{}", String::from_utf8_lossy(&said.stderr));
    for nothing_tried in ["Authentication failed", "matched no API operations"] {
        assert!(!text.contains(nothing_tried), "{text}");
    }
    server.stop();
}
