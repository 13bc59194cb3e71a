//! The command line, with the server running and without.
//!
//! Results go to standard output and nothing else does, so that scripts can read them; the exit
//! status says done, failed or wrongly used; a failure says why in one line.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use crate::bodies::{axb_hangup, private, xml};
use crate::client::Connection;
use crate::house::House;
use crate::wait::{SOON, wait_for, wait_until};

#[test]
fn every_command_works_beside_a_running_server_and_without_one() {
    let house = House::new();
    let server = house.serve();
    let app = house.app("huawei-private", "orders", &[]);
    let token = house.token("t", "admin");
    for body in private("p-1", "004", "order-7") {
        server.push(&app, body);
    }
    server.api(&token).call("p-1", 6);
    server.api(&token).settled();
    let look = || {
        let calls = house.cli(&["calls", "--json"]).done();
        assert!(calls.contains("\"p-1\"") && calls.contains("+8613800000021"), "whole numbers: {calls}");
        let masked = house.cli(&["calls", "--json", "--masked"]).done();
        assert!(!masked.contains("13800000021"), "{masked}");
        assert!(house.cli(&["calls", "--number", "0022"]).done().contains("+8613800000021"));
        assert!(!house.cli(&["calls", "--number", "9999"]).done().contains("+8613800000021"));
        assert!(house.cli(&["calls", "--csv"]).done().lines().count() >= 2);
        assert!(house.cli(&["callbacks", "--json"]).done().contains("p-1"));
        assert!(house.cli(&["app", "list"]).done().contains("orders"));
        assert!(house.cli(&["token", "list"]).done().contains('t'));
        let lines = house.cli(&["export", "calls", "--format", "jsonl"]).done();
        let rows: Vec<Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert_eq!((rows.len(), rows[0]["session_id"].as_str()), (1, Some("p-1")));
        let csv = house.cli(&["export", "callbacks", "--format", "csv"]).done();
        assert_eq!(csv.lines().count(), 7, "a head and six rows: {csv}");
        house.cli(&["verify"]).done();
        house.cli(&["providers"]).done();
    };
    look();
    server.stop();
    look();
    assert_eq!(house.cli(&["reindex"]).status, Some(0));
    look();
}

#[test]
fn a_command_waits_for_a_server_that_stops_and_for_other_commands() {
    let house = House::new();
    let mut server = house.serve();
    let app = house.app("huawei-private", "orders", &[]);
    // A stop waits for this one, and nobody listens any more.
    let mut slow = server.connect();
    slow.send(format!("POST {} HTTP/1.1\r\nHost: h\r\nContent-Length: 99\r\n\r\n{{", app.0).as_bytes()).unwrap();
    server.push(&app, &private("p-1", "004", "order-7")[0]);
    server.signal(Signal::TERM);
    wait_until("no new connection is taken", SOON, || Connection::open(server.address).is_err());
    assert!(server.runs(), "it waits");
    let said = house.cli(&["app", "list"]);
    assert!(said.out.contains("orders"), "{said:?}");
    drop(slow);
    assert!(server.ended(Duration::from_secs(15)).success());

    // Commands wait for one another as well.
    let mut several: Vec<_> = Vec::new();
    for _ in 0..3 {
        let mut command = house.command();
        command.args(["app", "list"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        several.push(command.spawn().unwrap());
    }
    for command in several {
        let said = command.wait_with_output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    }
}

#[test]
fn a_reindex_returns_when_everything_is_known_again() {
    let house = House::new();
    let server = house.serve();
    let app = house.app("huawei-private", "orders", &[]);
    for n in 0..200 {
        server.push(&app, &private(&format!("p-{n}"), "004", "order-7")[0]);
    }
    for _ in 0..3 {
        let said = house.cli(&["reindex"]);
        assert_eq!(said.status, Some(0), "{said:?}");
        assert!(said.err.contains("rebuilt: 200 calls from 200 callbacks"), "{said:?}");
        assert_eq!(house.cli(&["export", "calls", "--format", "jsonl"]).done().lines().count(), 200);
    }
    server.stop();
}

#[test]
fn an_argument_that_is_none_of_its_kind_is_wrong_usage_and_says_what_one_looks_like() {
    let house = House::new();
    house.app("jiuyun", "hotline", &[]);
    let refused = |arguments: &[&str], like: &str| {
        let said = house.cli(arguments);
        assert_eq!((said.status, said.out.as_str()), (Some(2), ""), "{arguments:?}: {said:#?}");
        assert!(said.err.contains(like), "{arguments:?}: {said:#?}");
        said.err
    };
    for to in ["nonsense", "ht tp://h/x", "ftp://h/x", "https:///x", "https://h:port/x", "https://h:99999/x", ""] {
        let said = refused(&["simulate", "jiuyun", "--to", to], "https://calls.example.com/callbacks/TOKEN");
        assert_eq!(said.trim().lines().count(), 1, "{to}: {said}");
    }
    let played = |more: &[&str], like: &str| {
        refused(&[&["simulate", "jiuyun", "--to", "http://127.0.0.1:1/x"], more].concat(), like);
    };
    played(&["--rate", "0"], "above zero");
    played(&["--time-scale", "inf"], "above zero");
    played(&["--calls", "x"], "--calls");
    played(&["--questions"], "huawei-private");
    let serve = ["simulate", "huawei-private", "--app-key", "k", "--app-secret-file", "/dev/null", "--serve"];
    for (more, like) in [
        (&["nonsense"][..], "--serve"),
        (&["127.0.0.1:0", "--mode", "nonsense"], "axyb"),
        (&["127.0.0.1:0", "--number", "nonsense"], "+8617000000001"),
    ] {
        refused(&[&serve[..], more].concat(), like);
    }
    for (line, like) in [
        ("demo --listen nonsense", "0.0.0.0:8443"),
        ("serve --listen nonsense", "0.0.0.0:8443"),
        ("serve --plain-listen 127.0.0.1", "0.0.0.0:8443"),
        ("serve --public-url nonsense", "https://callbacks.example.com"),
        ("app add --provider jiuyun --name b --allow-from 10.0.0.0/99", "10.0.0.0/8"),
        ("app set hotline --allow-from nonsense", "10.0.0.0/8"),
        ("platform settings hotline --base-url nonsense", "https://"),
        ("token add t --role viewer --expires soon", "90d"),
        ("calls --from soon", "2026-11-21T10:00:00+08:00"),
        ("calls --number 12x", "four digits"),
        ("callbacks --peer nonsense", "IP address"),
        ("decisions --to soon", "2026-11-21T10:00:00+08:00"),
        ("audit --from soon", "2026-11-21T10:00:00+08:00"),
        ("stats --to soon", "2026-11-21T10:00:00+08:00"),
        ("export calls --format csv --from soon", "2026-11-21T10:00:00+08:00"),
        ("export sms --format csv --sender x", "four digits"),
        ("bindings --a 12", "four digits"),
        ("bindings add --app hotline --a x --x 17000000001", "+8613800000021"),
        ("bindings add --app hotline --a 13800000001 --x 17000000001 --valid-to soon", "2026-11-21T10:00:00+08:00"),
        ("retention hold h --reason r --from soon", "2026-11-21T00:00:00Z"),
        ("retention hold h --reason r --number x", "four digits"),
        ("erase x --reason r", "seven digits"),
    ] {
        refused(&line.split(' ').collect::<Vec<_>>(), like);
    }
    // Nobody is there: that is no wrong usage, and nothing is promised before.
    let nobody = house.cli(&["simulate", "jiuyun", "--to", "http://127.0.0.1:1/x", "--calls", "1"]);
    assert_eq!((nobody.status, nobody.err.trim().lines().count()), (Some(1), 1), "{nobody:#?}");
    assert!(nobody.err.contains("cannot connect to 127.0.0.1:1"), "{nobody:#?}");
}

#[test]
fn searches_are_saved_and_the_log_is_read_as_on_the_pages() {
    let house = House::new();
    let saved = |query: &str| house.cli(&["search", "save", "busy", "--list", "calls", "--query", query, "--shared"]);
    assert_eq!(house.cli(&["log"]).status, Some(1), "without a directory there is nothing to show");
    house.app("jiuyun", "hotline", &[]);
    let id = saved("outcome=busy").done().trim().to_owned();
    assert!(house.cli(&["log"]).err.contains("no server runs"), "its lines are in a server's memory");
    let server = house.serve();
    let wrong = saved("colour=red");
    assert_eq!((wrong.status, wrong.out.as_str()), (Some(2), ""), "an unknown filter: {wrong:#?}");
    let listed = house.cli(&["search", "list"]).done();
    assert!(listed.contains(&id) && listed.contains("outcome=busy") && listed.contains("everybody"), "{listed}");
    assert_eq!(house.cli(&["search", "list", "--list", "sms"]).done(), "");
    assert_eq!(house.cli(&["search", "remove", &id]).status, Some(0));
    assert_eq!(house.cli(&["search", "remove", &id]).status, Some(1), "it is gone");
    assert!(house.cli(&["audit", "--action", "search"]).done().contains("search.save"));

    let log = house.cli(&["log", "--level", "info"]).done();
    assert!(log.lines().any(|line| line.contains("INFO") && line.contains("listening")), "{log}");
    let one = house.cli(&["log", "--json", "--limit", "1"]).done();
    assert_eq!(serde_json::from_str::<Value>(one.trim()).unwrap()["level"], "info");
    assert_eq!(house.cli(&["log", "--level", "loud"]).status, Some(2));
    server.stop();
}

#[test]
fn a_log_that_is_followed_ends_with_its_server() {
    let house = House::new();
    let server = house.serve();
    let mut follow = house.command();
    let mut following = follow.args(["log", "--follow"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.contains("INFO"), "{first}");
    server.stop();
    let status = wait_for("it ends", SOON, || following.try_wait().unwrap());
    assert!(status.success(), "{status}");
}

#[test]
fn apps_users_and_tokens_are_kept_without_a_server() {
    let house = House::new();
    let first = house.app("jiuyun", "hotline", &["--token", "0123456789abcdef"]);
    assert_eq!(first.0, "/callbacks/0123456789abcdef");
    let again = house.cli(&["app", "add", "--provider", "jiuyun", "--name", "hotline"]);
    assert_eq!((again.status, again.out.as_str()), (Some(1), ""), "a name is unique: {again:#?}");
    assert_eq!(again.err.trim().lines().count(), 1, "one line says why: {again:#?}");
    for wrong in ["short", "has a blank in it!", &"x".repeat(65)] {
        let said = house.cli(&["app", "add", "--provider", "jiuyun", "--name", "x", "--token", wrong]);
        assert!(matches!(said.status, Some(1 | 2)), "{said:#?}");
    }
    let said = house.cli(&["app", "add", "--provider", "nobody", "--name", "x"]);
    assert!(matches!(said.status, Some(1 | 2)) && said.err.contains("nobody"), "{said:#?}");

    let server = house.serve();
    server.push(&first, xml(&axb_hangup("a1")));
    // Rotated: the old address is closed at once, the new one is open at once.
    let rotated = house.cli(&["app", "rotate", "hotline"]).done();
    let (_, path) = rotated.trim().rsplit_once("/callbacks/").unwrap();
    assert_eq!(server.post(&first, xml(&axb_hangup("a2"))).status, 404);
    let second = crate::house::App(format!("/callbacks/{path}"));
    server.push(&second, xml(&axb_hangup("a3")));
    house.cli(&["app", "remove", "hotline"]).done();
    assert_eq!(server.post(&second, xml(&axb_hangup("a4"))).status, 404);
    // Its calls stay.
    let token = house.token("t", "admin");
    server.api(&token).settled();
    wait_until("the calls are there", SOON, || server.api(&token).all("/calls").len() == 2);
    server.stop();
}

#[test]
fn the_exit_status_tells_a_failure_from_a_wrong_use() {
    let house = House::new();
    for wrong in [&["nonsense"][..], &["serve", "--nonsense"], &["app", "add"], &["export", "nothing"]] {
        let said = house.cli(wrong);
        assert_eq!((said.status, said.out.as_str()), (Some(2), ""), "{said:#?}");
    }
    assert!(house.cli(&["--help"]).done().contains("serve"));
    assert!(house.cli(&["--version"]).done().contains(env!("CARGO_PKG_VERSION")));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let said = house.cli(&["serve", "--listen", &taken.local_addr().unwrap().to_string()]);
    assert_eq!(said.status, Some(1), "{said:#?}");
    assert!(said.err.contains(&taken.local_addr().unwrap().to_string()), "says which address: {said:#?}");
}

#[test]
fn a_configuration_is_checked_whole_with_every_problem_at_once() {
    let house = House::new();
    let default = house.cli(&["config", "default"]).done();
    let file = house.beside("ringback.toml");
    std::fs::write(&file, &default).unwrap();
    let path = file.to_str().unwrap();
    house.cli(&["config", "check", path]).done();

    std::fs::write(&file, "nonsense = 1\n[server]\nlisten = \"nowhere\"\npublic_url = \"ftp://x\"\nsurprise = true\n")
        .unwrap();
    for arguments in [&["config", "check", path][..], &["serve", "--config", path, "--listen", "127.0.0.1:0"]] {
        let said = house.cli(arguments);
        assert_eq!(said.status, Some(1), "{said:#?}");
        // A flag goes before the file, so only the check looks at the file's `listen`.
        let keys = ["nonsense", "server.public_url", "surprise", "server.listen"];
        for key in &keys[..if arguments[0] == "config" { 4 } else { 3 }] {
            let line = said.out.lines().chain(said.err.lines()).find(|line| line.contains(key));
            assert!(line.is_some(), "{key} is named: {said:#?}");
        }
        let lines = said.out.lines().chain(said.err.lines()).count();
        assert!(lines >= 3, "one line a problem: {said:#?}");
    }
    std::fs::write(&file, "not toml at all [").unwrap();
    let said = house.cli(&["config", "check", path]);
    assert!(said.status == Some(1) && !said.err.contains("panicked"), "{said:#?}");
    let said = house.cli(&["serve", "--config", house.beside("missing").to_str().unwrap()]);
    assert!(said.status == Some(1) && said.err.contains("missing"), "{said:#?}");
}

#[test]
fn the_first_start_prints_one_listening_line_and_a_setup_link() {
    let house = House::new();
    let server = house.serve();
    wait_until("a setup link is printed", SOON, || {
        format!("{}{}", server.output(), server.messages()).contains(&format!("https://{}/setup", server.address))
    });
    assert_eq!(server.output().matches("listening on https://").count(), 1, "{}", server.output());
    server.stop();
}
