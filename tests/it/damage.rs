//! Files that are not as they were left: torn, flipped, deleted, held by somebody else.
//!
//! Whatever happened to one line must not stop the others from being read, must be said with
//! segment, line and number, and must never be repaired in silence.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::bodies::{axb_hangup, status, xml};
use crate::house::{App, House, Server};
use crate::wait::{SOON, wait_until};

const KEPT: usize = 12;

/// A stopped data directory with twelve callbacks, one call each.
struct Archive {
    house: House,
    app: App,
    token: String,
}

impl Archive {
    fn make() -> Self {
        let house = House::new();
        let server = house.serve();
        let (app, token) = (house.app("huawei-private", "orders", &[]), house.token("t", "admin"));
        for n in 0..KEPT {
            server
                .push(&app, status("callin", &format!("s-{n:02}"), "02:11:00", json!({ "caller": "+8613800000021" })));
        }
        server.api(&token).call(&format!("s-{:02}", KEPT - 1), 1);
        server.stop();
        Self { house, app, token }
    }

    fn segment(&self) -> PathBuf {
        last_segment(&self.house.data())
    }

    fn sessions(&self, server: &Server) -> Vec<String> {
        let api = server.api(&self.token);
        api.settled();
        let mut sessions: Vec<String> =
            api.all("/calls").iter().map(|c| c["session_id"].as_str().unwrap().to_owned()).collect();
        sessions.sort();
        sessions
    }
}

fn last_segment(data: &Path) -> PathBuf {
    fs::read_dir(data.join("journal")).unwrap().map(|e| e.unwrap().path()).max().unwrap()
}

#[test]
fn a_torn_tail_is_set_aside_and_said() {
    let archive = Archive::make();
    let whole = fs::read(archive.segment()).unwrap();
    let torn: &[u8] = br#"{"seq":9999,"at":"2026-01-15T02:13:21.123456Z","kind":"callb"#;
    OpenOptions::new().append(true).open(archive.segment()).unwrap().write_all(torn).unwrap();

    let server = archive.house.serve();
    assert_eq!(archive.sessions(&server).len(), KEPT);
    let aside: Vec<Vec<u8>> = fs::read_dir(archive.house.data().join("torn"))
        .unwrap()
        .map(|e| fs::read(e.unwrap().path()).unwrap())
        .collect();
    assert_eq!(aside, [torn], "the tail is kept for whoever wants to look");
    assert!(server.messages().contains("torn"), "{}", server.messages());
    assert!(fs::read(archive.segment()).unwrap().starts_with(&whole), "nothing before the tail was touched");

    server.push(&archive.app, status("callin", "after", "02:12:00", json!({})));
    server.api(&archive.token).call("after", 1);
    server.stop();
    archive.house.cli(&["verify"]).done();
}

#[test]
fn one_flipped_byte_anywhere_costs_one_record_and_is_said() {
    let archive = Archive::make();
    let name = archive.segment().file_name().unwrap().to_owned();
    let clean = fs::read(archive.segment()).unwrap();
    let lines = clean.iter().filter(|b| **b == b'\n').count();
    assert!(lines >= KEPT);
    // The beginnings and ends of lines, where separators are, and places between them.
    let last_line = clean[..clean.len() - 1].iter().rposition(|b| *b == b'\n').unwrap();
    let places = [0, 1, clean.len() / 7, clean.len() / 3, clean.len() / 2, last_line, last_line + 1, clean.len() - 2];
    for at in places {
        let mut bytes = clean.clone();
        bytes[at] ^= 0x01;
        fs::write(archive.segment(), &bytes).unwrap();

        let verify = archive.house.cli(&["verify"]);
        assert_eq!(verify.status, Some(1), "byte {at}: {verify:#?}");
        let said = format!("{}{}", verify.out, verify.err);
        assert!(said.contains(name.to_str().unwrap()), "names the segment: {said}");
        assert!(said.contains("line "), "names the line: {said}");
        assert_eq!(fs::read(archive.segment()).unwrap(), bytes, "a check changes nothing");
    }

    // A server on the damaged directory shows everything else and says what it passed over. The
    // store knows the lost record still, so it is made anew.
    let middle = clean[..clean.len() / 2].iter().rposition(|b| *b == b'\n').unwrap() + 20;
    let mut bytes = clean;
    bytes[middle] ^= 0x01;
    fs::write(archive.segment(), &bytes).unwrap();
    fs::remove_dir_all(archive.house.data().join("store")).unwrap();
    let server = archive.house.serve();
    assert_eq!(archive.sessions(&server).len(), KEPT - 1);
    wait_until("the damage is said", SOON, || server.messages().contains("damage"));
    server.push(&archive.app, status("callin", "after", "02:12:00", json!({})));
    server.api(&archive.token).call("after", 1);
    server.stop();
}

#[test]
fn a_second_process_is_refused_and_the_first_is_not_disturbed() {
    let house = House::new();
    let server = house.serve();
    let app = house.app("jiuyun", "one", &[]);
    let said = house.cli(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(said.status, Some(1), "{said:#?}");
    assert!(said.err.contains(house.data().to_str().unwrap()), "says which directory: {said:#?}");
    assert!(!said.out.contains("listening on"), "{said:#?}");
    server.push(&app, xml(&axb_hangup("a1")));
    // The command line still reaches it, and after a kill nothing stale stands in the way.
    assert!(house.cli(&["app", "list"]).done().contains("one"));
    server.kill();
    assert!(house.cli(&["app", "list"]).done().contains("one"), "opens the directory itself");
    house.serve().stop();
}

#[test]
fn a_moved_directory_and_a_stale_socket_change_nothing() {
    let archive = Archive::make();
    let place = archive.house.beside("moved");
    fs::create_dir(&place).unwrap();
    let moved = House::at(&place);
    fs::rename(archive.house.data(), moved.data()).unwrap();
    fs::write(moved.data().join("control.sock"), "stale").unwrap();
    assert!(moved.cli(&["app", "list"]).done().contains("orders"));
    let server = moved.serve();
    assert_eq!(archive.sessions(&server).len(), KEPT);
    assert!(moved.cli(&["app", "list"]).done().contains("orders"), "the socket was replaced");
    server.stop();
}

#[test]
fn a_broken_store_is_made_anew() {
    let archive = Archive::make();
    for file in files(&archive.house.data().join("store")) {
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, bytes.iter().map(|b| b ^ 0x5a).collect::<Vec<u8>>()).unwrap();
    }
    let server = archive.house.serve();
    assert_eq!(archive.sessions(&server).len(), KEPT);
    server.stop();
    let again = archive.house.cli(&["reindex"]);
    assert_eq!(again.status, Some(0), "{again:#?}");
    let server = archive.house.serve();
    assert_eq!(archive.sessions(&server).len(), KEPT);
    server.stop();
}

#[test]
fn a_rebuild_ends_where_the_last_record_is_damaged() {
    let archive = Archive::make();
    let mut bytes = fs::read(archive.segment()).unwrap();
    let last = bytes.len() - 20;
    bytes[last] ^= 1;
    fs::write(archive.segment(), bytes).unwrap();
    let said = archive.house.cli(&["reindex"]);
    assert_eq!(said.status, Some(0), "{said:#?}");
    let server = archive.house.serve();
    let said = archive.house.cli(&["reindex"]);
    assert_eq!(said.status, Some(0), "{said:#?}");
    server.stop();
}

#[test]
fn the_journal_can_be_read_with_everyday_tools() {
    let archive = Archive::make();
    let script = "zstdcat -f journal/* | jq -c 'select(.kind == \"callback\") | .seq' | wc -l";
    let output = Command::new("sh").args(["-c", script]).current_dir(archive.house.data()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert_eq!(said, KEPT.to_string(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
