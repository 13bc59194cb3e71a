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

/// What `/readyz` says: its status and the codes of the problems.
fn ready(server: &Server) -> (u16, Vec<String>) {
    let reply = server.request("GET", "/readyz", &[], b"");
    let problems = reply.json()["problems"].as_array().cloned().unwrap_or_default();
    let codes = problems.iter().map(|problem| problem["code"].as_str().unwrap().to_owned());
    (reply.status, codes.filter(|code| code != "disk_low").collect())
}

#[track_caller]
fn ready_says(server: &Server, codes: &[&str]) {
    wait_until("it is ready, and says what is wrong", SOON, || {
        ready(server) == (200, codes.iter().map(|c| (*c).to_owned()).collect())
    });
}

/// The last line of `verify`, which is the verdict.
#[track_caller]
fn verdict(house: &House, sound: bool) -> String {
    let said = house.cli(&["verify"]);
    assert_eq!(said.status, Some(i32::from(!sound)), "{said:#?}");
    let last = said.out.trim_end().lines().last().unwrap_or_default().to_owned();
    assert!(last.starts_with(if sound { "ok: " } else { "DAMAGED: " }), "{said:#?}");
    said.out
}

#[test]
fn segments_that_were_moved_away_and_linked_are_read_on() {
    let archive = Archive::make();
    for log in ["journal", "state"] {
        let (link, file) = (archive.house.data().join(log).join("000000000001"), archive.house.beside(log));
        fs::rename(&link, &file).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
    }
    let kept = fs::read(archive.house.beside("state")).unwrap();
    verdict(&archive.house, true);
    let server = archive.house.serve();
    assert_eq!(archive.sessions(&server).len(), KEPT);
    server.push(&archive.app, status("callin", "after", "02:12:00", json!({})));
    archive.house.app("jiuyun", "another", &[]);
    ready_says(&server, &[]);
    server.stop();
    assert_eq!(fs::read(archive.house.beside("state")).unwrap(), kept, "nothing was emptied through the link");
    let server = archive.house.serve();
    assert_eq!(archive.sessions(&server).len(), KEPT + 1);
    assert!(archive.house.cli(&["app", "list"]).done().contains("another"));
    server.stop();
    verdict(&archive.house, true);

    // A disk that is not there is said; nothing is begun in its place.
    fs::rename(archive.house.beside("journal"), archive.house.beside("gone")).unwrap();
    let said = archive.house.cli(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(said.status == Some(1) && said.err.contains("put the file back"), "{said:#?}");
    verdict(&archive.house, false);
}

#[test]
fn a_lost_app_is_asked_to_come_again_until_somebody_says_that_it_is_gone() {
    let archive = Archive::make();
    let path = archive.house.data().join("state/000000000001");
    let mut bytes = fs::read(&path).unwrap();
    let at = memchr::memmem::find(&bytes, b"\"kind\":\"app\"").unwrap();
    bytes[at + 30] ^= 1;
    fs::write(&path, &bytes).unwrap();
    verdict(&archive.house, false);

    let server = archive.house.serve();
    let reply = server.post(&archive.app, status("callin", "after", "02:12:00", json!({})));
    assert!(reply.status == 503 && reply.header("retry-after").is_some(), "{reply:?}");
    ready_says(&server, &["state_damaged"]);
    let system = server.api(&archive.token).get("/system");
    assert_eq!(system["problems"][0]["code"], "state_damaged", "{system:#}");
    server.stop();

    let server = archive.house.serve_with(&["--accept-loss"]);
    assert_eq!(server.post(&archive.app, "{}").status, 404);
    ready_says(&server, &[]);
    // A new app does not get what the lost one left.
    let api = server.api(&archive.token);
    api.settled();
    assert!(!api.all("/calls").is_empty());
    archive.house.app("jiuyun", "fresh", &[]);
    assert_eq!(api.all("/calls?app=fresh"), Vec::<serde_json::Value>::new());
    server.stop();
    verdict(&archive.house, true);
    let aside = archive.house.data().join("torn/state-000000000001-damaged-1");
    assert_eq!(fs::read(aside).unwrap(), bytes, "it is kept for whoever wants to look");
    // And it was for that one start.
    archive.house.serve().stop();
}

/// The state was lost, the server was reading the journal, and a new app got the number of a lost one,
/// with all its calls.
#[test]
fn no_id_of_an_app_is_given_twice_whatever_is_lost() {
    let ids = |archive: &Archive| -> Vec<u64> {
        let listed: serde_json::Value =
            serde_json::from_str(&archive.house.cli(&["app", "list", "--json"]).done()).unwrap();
        listed["items"].as_array().unwrap().iter().map(|app| app["id"].as_u64().unwrap()).collect()
    };
    for lost in [&["state"][..], &["state", "store"], &["state", "store", "marks"]] {
        let archive = Archive::make();
        let sent = ids(&archive).into_iter().max().unwrap();
        archive.house.app("jiuyun", "silent", &[]);
        let given = ids(&archive).into_iter().max().unwrap();
        for room in lost {
            fs::remove_dir_all(archive.house.data().join(room)).unwrap();
        }
        let server = archive.house.serve_with(&["--accept-loss"]);
        archive.house.app("jiuyun", "fresh", &[]);
        // Of one that sent nothing only `marks/` is left to tell.
        let highest = if lost.contains(&"marks") { sent } else { given };
        assert!(ids(&archive)[0] > highest, "{lost:?}: {:?}, and {highest} was given", ids(&archive));
        server.stop();
    }
}

#[test]
fn a_journal_that_lost_its_end_is_told_everywhere_and_uses_no_number_again() {
    let archive = Archive::make();
    let text = fs::read_to_string(archive.segment()).unwrap();
    let lines = text.lines().count();
    fs::write(archive.segment(), text.split_inclusive('\n').take(lines - 4).collect::<String>()).unwrap();
    let missing = format!("{} to {lines}", lines - 3);
    assert!(verdict(&archive.house, false).contains(&format!("missing: records {missing}")));

    let server = archive.house.serve();
    ready_says(&server, &["journal_missing"]);
    let api = server.api(&archive.token);
    assert_eq!(api.get("/system")["journal"]["missing"], json!([{ "from": lines - 3, "to": lines }]));
    server.push(&archive.app, status("callin", "after", "02:12:00", json!({})));
    api.settled();
    let newest = &api.get("/callbacks?limit=1")["items"][0]["seq"];
    assert!(newest.as_u64().unwrap() > lines as u64, "{newest}");
    server.stop();
    // It stays said after records came, until somebody says that they are gone.
    assert!(verdict(&archive.house, false).contains(&missing));
    archive.house.serve_with(&["--accept-loss"]).stop();
    verdict(&archive.house, true);
    let server = archive.house.serve();
    ready_says(&server, &[]);
    server.stop();
}

#[test]
fn a_log_of_which_nothing_is_left_stops_the_start_with_what_to_do() {
    for (log, emptied) in [("journal", false), ("journal", true), ("state", false)] {
        let archive = Archive::make();
        if emptied {
            fs::write(archive.segment(), "").unwrap();
        } else {
            fs::remove_dir_all(archive.house.data().join(log)).unwrap();
        }
        verdict(&archive.house, false);
        for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["app", "list"]] {
            let said = archive.house.cli(command);
            assert_eq!(said.status, Some(1), "{said:#?}");
            let told = said.err.trim_end().lines().last().unwrap_or_default().to_owned();
            assert!(told.contains(&format!("/{log} holds no record")) && told.contains("--accept-loss"), "{said:#?}");
        }
        assert!(archive.house.data().join("store").is_dir(), "what is known of it is still there");

        let server = archive.house.serve_with(&["--accept-loss"]);
        let answer = server.post(&archive.app, status("callin", "after", "02:12:00", json!({})));
        assert_eq!(answer.status, if log == "state" { 404 } else { 200 });
        server.stop();
        verdict(&archive.house, true);
        archive.house.serve().stop();
    }
    // Also where nobody noted anything: a journal with records is enough.
    let archive = Archive::make();
    fs::remove_dir_all(archive.house.data().join("marks")).unwrap();
    fs::remove_dir_all(archive.house.data().join("state")).unwrap();
    let said = archive.house.cli(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(said.status == Some(1) && said.err.contains("/state holds no record"), "{said:#?}");
}

#[test]
fn a_file_removed_under_the_server_loses_nothing_that_was_acknowledged() {
    let archive = Archive::make();
    for moved in [false, true] {
        let server = archive.house.serve();
        let before = archive.sessions(&server).len();
        server.push(&archive.app, status("callin", &format!("a-{moved}"), "02:12:00", json!({})));
        if moved {
            fs::rename(archive.house.data().join("journal"), archive.house.beside("journal.moved")).unwrap();
        } else {
            fs::remove_file(archive.segment()).unwrap();
        }
        for n in 0..3 {
            server.push(&archive.app, status("callin", &format!("b-{moved}-{n}"), "02:12:00", json!({})));
        }
        let codes = ready(&server).1;
        assert!(codes.contains(&"segment_given_up".to_owned()), "{codes:?}");
        server.kill();
        if moved {
            // Put back beside what came meanwhile.
            for entry in fs::read_dir(archive.house.beside("journal.moved")).unwrap() {
                let path = entry.unwrap().path();
                fs::rename(&path, archive.house.data().join("journal").join(path.file_name().unwrap())).unwrap();
            }
        }
        verdict(&archive.house, true);
        let server = archive.house.serve();
        assert_eq!(archive.sessions(&server).len(), before + 4);
        ready_says(&server, &[]);
        server.stop();
    }
}

#[test]
fn a_removed_lock_lets_no_second_server_in() {
    let archive = Archive::make();
    let server = archive.house.serve();
    fs::remove_file(archive.house.data().join("LOCK")).unwrap();
    for _ in 0..2 {
        let said = archive.house.cli(&["serve", "--listen", "127.0.0.1:0"]);
        assert!(said.status == Some(1) && said.err.contains("is in use by"), "{said:#?}");
        assert!(archive.house.cli(&["app", "list"]).done().contains("orders"), "commands reach the first");
    }
    server.push(&archive.app, status("callin", "after", "02:12:00", json!({})));
    verdict(&archive.house, true);
    server.stop();
    archive.house.serve().stop();
}

#[test]
fn a_damaged_certificate_of_our_own_is_made_again_and_a_configured_one_stops_the_start() {
    let archive = Archive::make();
    let key = archive.house.data().join("certs/self-signed.key");
    fs::write(&key, "damaged").unwrap();
    let server = archive.house.serve();
    server.push(&archive.app, status("callin", "after", "02:12:00", json!({})));
    assert!(server.messages().contains("put aside"), "{}", server.messages());
    assert_eq!(fs::read(key.with_added_extension("damaged-1")).unwrap(), b"damaged");
    server.stop();
    let [cert, bad] = ["certs/self-signed.crt", "bad.key"].map(|name| archive.house.data().join(name));
    fs::write(&bad, "damaged").unwrap();
    let files = ["--tls-cert", cert.to_str().unwrap(), "--tls-key", bad.to_str().unwrap()];
    let said = archive.house.cli(&[&["serve", "--listen", "127.0.0.1:0"][..], &files].concat());
    assert!(said.status == Some(1) && said.err.contains("bad.key"), "{said:#?}");
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
