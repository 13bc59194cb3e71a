//! Backups by copying: `cp -r` of the data directory while it is written.
//!
//! Each copy must start as a server of its own, without a word said to it, hold every callback
//! that was acknowledged before the copy began, and have made its store anew: a copied sled is
//! never trusted.

use std::path::Path;
use std::process::Command;

use crate::house::House;
use crate::load::{Apps, Load, check_journal, marks, serve_small_segments};
use crate::wait::{SOON, wait_until};

const COPIES: usize = 10;

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-r").arg(from).arg(to).status().unwrap();
    assert!(status.success(), "cp -r of a running data directory: {status}");
}

#[test]
fn ten_copies_under_load_each_start_and_hold_what_was_acknowledged() {
    let house = House::new();
    let server = serve_small_segments(&house);
    let apps = Apps::add(&house);
    let token = house.token("t", "admin");
    let load = Load::start(server.address, &apps, 0, 2);

    for number in 0..COPIES {
        load.wait_for_more(200);
        let mut before = load.so_far();
        let place = house.beside(&format!("copy-{number}"));
        std::fs::create_dir(&place).unwrap();
        let restored = House::at(&place);
        copy(&house.data(), &restored.data());

        check_journal(&restored.data(), &before);
        let again = restored.serve();
        let api = again.api(&token);
        api.settled();
        let kept = marks(&restored.data()).len();
        wait_until("the copy lists what it holds", SOON, || api.all("/callbacks").len() == kept);
        let calls = api.all("/calls");
        for (session, callbacks) in before.whole.drain(..) {
            let call = calls.iter().find(|c| c["session_id"] == session.as_str());
            let joined = call.and_then(|c| c["callbacks"].as_array()).map(Vec::len);
            assert_eq!(joined, Some(callbacks), "{session} in copy {number}");
        }
        // It goes on as a server of its own, with the same apps and tokens.
        Load::start(again.address, &apps, 100 + number, 1).stop();
        again.stop();
        std::fs::remove_dir_all(&place).unwrap();
    }
    load.stop();
    server.stop();
}

#[test]
fn a_restored_copy_may_lie_over_an_old_directory() {
    let house = House::new();
    let server = house.serve();
    let apps = Apps::add(&house);
    let token = house.token("t", "admin");
    let load = Load::start(server.address, &apps, 0, 1);
    load.wait_for_more(30);
    let account = load.so_far();
    let backup = house.beside("backup");
    copy(&house.data(), &backup);
    load.wait_for_more(30);
    load.stop();
    server.stop();

    // `cp -r backup/. data/` over a directory whose store is of another time.
    let status = Command::new("cp").arg("-r").arg(backup.join(".")).arg(house.data()).status().unwrap();
    assert!(status.success());
    let server = house.serve();
    let api = server.api(&token);
    api.settled();
    check_journal(&house.data(), &account);
    let kept = marks(&house.data()).len();
    wait_until("the store is of the restored journal", SOON, || api.all("/callbacks").len() == kept);
    server.stop();
}

#[test]
fn the_backup_command_gives_a_copy_that_starts_and_verifies() {
    let house = House::new();
    let server = house.serve();
    let apps = Apps::add(&house);
    let token = house.token("t", "admin");
    let load = Load::start(server.address, &apps, 0, 1);
    load.wait_for_more(30);
    let before = load.so_far();
    let place = house.beside("elsewhere");
    std::fs::create_dir(&place).unwrap();
    let restored = House::at(&place);
    house.cli(&["backup", restored.data().to_str().unwrap()]).done();
    load.stop();
    server.stop();

    check_journal(&restored.data(), &before);
    restored.cli(&["verify"]).done();
    let again = restored.serve();
    let kept = marks(&restored.data()).len();
    wait_until("the backup lists what it holds", SOON, || again.api(&token).all("/callbacks").len() == kept);
    again.stop();
}
