//! Power cuts: the program is killed again and again while platforms push.
//!
//! One data directory lives through all of it. After every kill the journal's files must hold
//! each acknowledged callback exactly once, and the next start must go on from there; after the
//! last one the calls must be joined as if nothing had happened. A callback whose answer never
//! came may be there or not: the platform does not know either.

use crate::house::House;
use crate::load::{Account, Apps, Load, check_journal, marks, serve_small_segments};
use crate::wait::{SOON, wait_until};

const KILLS: usize = 20;

#[test]
fn twenty_kills_under_load_lose_nothing_and_double_nothing() {
    let house = House::new();
    let mut random = fastrand::Rng::with_seed(20);
    let mut account = Account::default();
    let mut server = serve_small_segments(&house);
    let apps = Apps::add(&house);
    let token = house.token("t", "admin");

    for round in 0..KILLS {
        let load = Load::start(server.address, &apps, round, 4);
        // Killed at different moments: in the first batch, and deep in the work.
        load.wait_for_more(random.usize(1..200));
        server.kill();
        account.add(load.stop());
        check_journal(&house.data(), &account);
        server = serve_small_segments(&house);
    }

    let api = server.api(&token);
    api.settled();
    let kept = marks(&house.data());
    wait_until("every kept callback is listed", SOON, || api.all("/callbacks").len() == kept.len());
    let calls = api.all("/calls");
    for (session, callbacks) in &account.whole {
        let call = calls.iter().find(|c| c["session_id"] == session.as_str());
        let call = call.unwrap_or_else(|| panic!("{session} was acknowledged whole and is not a call"));
        assert_eq!(call["callbacks"].as_array().unwrap().len(), *callbacks, "{call:#}");
        assert_eq!((&call["state"], &call["talk_seconds"]), (&"released".into(), &18.into()), "{call:#}");
    }
    assert!(account.acknowledged.len() > 20 * KILLS && !account.whole.is_empty(), "the load was no load");
    assert_eq!(house.cli(&["verify"]).status, Some(0), "every checksum holds");
    server.stop();
}

#[test]
fn a_drain_answers_everything_already_received() {
    let house = House::new();
    let server = house.serve();
    let apps = Apps::add(&house);
    let load = Load::start(server.address, &apps, 0, 4);
    load.wait_for_more(100);
    server.stop();
    let account = load.stop();
    check_journal(&house.data(), &account);
    // A connection may be closed between two callbacks, so that the next was never taken; but
    // what was kept had its answer.
    let kept = marks(&house.data());
    let unanswered: Vec<_> = account.open.iter().filter(|m| kept.contains_key(*m)).collect();
    assert!(unanswered.is_empty(), "kept at a drain and not answered: {unanswered:?}");
}
