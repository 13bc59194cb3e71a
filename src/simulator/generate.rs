//! A big store's worth of callbacks, for benchmarks that write a journal directly.
//!
//! Realistic where it matters for a store: a million and a half people of whom some call often,
//! two thousand privacy numbers, three apps, three to seven callbacks a call, hours that differ,
//! batches, every outcome. What never comes from here is disorder and repeats: [`super::play()`]
//! makes those.

use jiff::Timestamp;

use super::account::Account;
use super::people::World;
use super::platform::Platform;
use super::stamp::{self, Millis};
use super::starts::Starts;
use super::stream::{Questions, Stream};
use crate::domain::{AppId, ProviderId};

/// People of a generated world; drawn unevenly, ten million calls show nearly all of them.
const PARTIES: u32 = 1_500_000;
/// Privacy numbers of a generated world.
const NUMBERS: u32 = 2_000;
const DAY_MS: Millis = 86_400_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// When it would have been received; ascending.
    pub received_at: Timestamp,
    pub app: AppId,
    pub provider: ProviderId,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Callbacks in the order of their receipt. See [`generate`].
#[derive(Debug)]
pub struct Generator {
    stream: Stream,
}

/// All callbacks of `calls` calls during the `days` days before `until`; the last calls may end
/// a little later. The same arguments give the same bytes.
#[must_use]
pub fn generate(calls: u64, seed: u64, days: u32, until: Timestamp) -> Generator {
    let from = until.as_millisecond() - Millis::from(days.max(1)) * DAY_MS;
    let world = World::new(seed, PARTIES, NUMBERS);
    let accounts = Platform::ALL.iter().map(|&p| (p, Account::new(None, seed ^ p as u64))).collect();
    let starts = Starts::days(from, days, calls);
    let rng = fastrand::Rng::with_seed(seed);
    Generator { stream: Stream::new(starts, world, accounts, Questions::Assume, rng) }
}

impl Iterator for Generator {
    type Item = Generated;

    fn next(&mut self) -> Option<Generated> {
        let push = self.stream.next()?;
        let headers = push.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Some(Generated {
            received_at: stamp::timestamp(push.at),
            app: AppId(push.platform as u32 + 1),
            provider: push.platform.provider(),
            headers,
            body: push.body,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn until() -> Timestamp {
        "2026-11-21T02:00:00Z".parse().unwrap()
    }

    #[test]
    fn callbacks_come_in_receipt_order_and_within_the_days() {
        let from = until().as_second() - 7 * 86_400;
        let all: Vec<Generated> = generate(3_000, 1, 7, until()).collect();
        assert!(all.is_sorted_by_key(|g| g.received_at));
        assert!(all[0].received_at.as_second() >= from);
        let per_call = all.len() as f64 / 3_000.0;
        assert!((3.0..7.0).contains(&per_call), "{per_call} callbacks a call");
        let apps: HashSet<u32> = all.iter().map(|g| g.app.0).collect();
        assert_eq!(apps, HashSet::from([1, 2, 3]));
    }

    #[test]
    fn the_same_arguments_give_the_same_bytes_and_another_seed_others() {
        let bodies = |seed| generate(200, seed, 2, until()).map(|g| g.body).collect::<Vec<_>>();
        assert_eq!(bodies(5), bodies(5));
        assert_ne!(bodies(5), bodies(6));
    }

    #[test]
    fn every_huawei_body_is_json_and_every_jiuyun_body_is_one_req() {
        for callback in generate(2_000, 3, 1, until()) {
            let content_type = callback.headers[0].1.as_str();
            if content_type == "application/xml" {
                let mut reader = quick_xml::Reader::from_reader(callback.body.as_slice());
                reader.config_mut().check_end_names = true;
                while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
                assert!(callback.body.ends_with(b"</req>"));
            } else {
                serde_json::from_slice::<serde_json::Value>(&callback.body).unwrap();
            }
        }
    }
}
