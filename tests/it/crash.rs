//! Power cuts: the program is killed again and again while platforms push.
//!
//! One data directory lives through all of it. After every kill the journal's files must hold
//! each acknowledged callback exactly once, and the next start must go on from there; after the
//! last one the calls must be joined as if nothing had happened. A callback whose answer never
//! came may be there or not: the platform does not know either. Likewise what people change: an
//! entry of the audit trail may be there without its change, but no change without its entry.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::Signal;
use serde_json::json;

use crate::client::Connection;
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

/// Whoever is killed between an entry and its change leaves an entry; never a change without one.
#[test]
fn whatever_was_changed_when_the_power_went_is_on_record() {
    let house = House::new();
    let mut random = fastrand::Rng::with_seed(7);
    let mut server = house.serve();
    let token = house.token("t", "admin");
    let mut made = 0;
    for round in 0..12 {
        let changing = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for worker in 0..3 {
                let (address, token, changing) = (server.address, token.as_str(), &changing);
                scope.spawn(move || {
                    let bearer = format!("Bearer {token}");
                    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
                    for n in 0..10_000 {
                        let name = format!("k{round}-{worker}-{n}");
                        let (path, body) = match n % 2 {
                            0 => ("/api/v1/tokens", json!({"name": name, "role": "viewer"})),
                            _ => ("/api/v1/apps", json!({"name": name, "provider": "jiuyun"})),
                        };
                        let sent = Connection::open(address)
                            .and_then(|mut open| open.request("POST", path, &headers, body.to_string().as_bytes()));
                        // It is dead by now.
                        if sent.is_err() {
                            return;
                        }
                        changing.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            let enough = random.u32(1..25);
            wait_until("changes are made", SOON, || changing.load(Ordering::Relaxed) >= enough);
            server.signal(Signal::KILL);
        });
        server.kill();
        server = house.serve();
        let api = server.api(&token);
        api.settled();
        let audit = api.all("/audit");
        let of = |action: &str, field: &str| -> HashSet<String> {
            let acts = audit.iter().filter(|entry| entry["action"] == action && entry["outcome"].is_null());
            acts.map(|entry| entry[field].as_str().unwrap().to_owned()).collect()
        };
        let (tokens, apps) = (of("token.add", "subject"), of("app.add", "subject"));
        for token in api.get("/tokens")["items"].as_array().unwrap() {
            let subject = format!("token {}", token["name"].as_str().unwrap());
            assert!(tokens.contains(&subject), "{subject} is there and not on record, round {round}");
            made += 1;
        }
        for app in api.get("/apps")["items"].as_array().unwrap() {
            assert!(apps.contains(&format!("app {}", app["id"])), "{app} is there and not on record, round {round}");
        }
    }
    assert!(made > 12, "nothing was changed");
    assert_eq!(house.cli(&["verify"]).status, Some(0), "the trail is whole");
    server.stop();
}
