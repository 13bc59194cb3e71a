//! Merges Huawei's call records: those of calls that end in one second leave as one push.
//!
//! Fifty are the documented most of one `feeLst`; the fifty-first opens another push.

use std::collections::BTreeMap;
use std::time::Duration;

use super::account::JSON_UTF8;
use super::json::Object;
use super::people::mix;
use super::platform::{Platform, PushKind};
use super::push::{Expectation, FeeRecord, Push};
use super::stamp::Millis;
use crate::limits::SIMULATOR_FEES_MAX;

#[derive(Debug, Default)]
pub(super) struct Batches {
    waiting: BTreeMap<(Millis, Platform), Vec<FeeRecord>>,
}

impl Batches {
    /// Puts a record to those that leave with it.
    pub(super) fn add(&mut self, platform: Platform, record: FeeRecord) {
        self.waiting.entry((leaves(record.released), platform)).or_default().push(record);
    }

    pub(super) fn next_at(&self) -> Option<Millis> {
        self.waiting.first_key_value().map(|(&(at, _), _)| at)
    }

    pub(super) fn pop(&mut self) -> Option<Push> {
        let mut entry = self.waiting.first_entry()?;
        let (at, platform) = *entry.key();
        let records = entry.get_mut();
        let batch: Vec<FeeRecord> = records.drain(..records.len().min(SIMULATOR_FEES_MAX)).collect();
        if records.is_empty() {
            entry.remove();
        }
        Some(wrap(platform, at, batch))
    }
}

pub(super) fn single(platform: Platform, record: FeeRecord) -> Push {
    let at = leaves(record.released);
    wrap(platform, at, vec![record])
}

/// A second or two after the end of the call; the same for all calls that end in one second.
fn leaves(released: Millis) -> Millis {
    let second = released.div_euclid(1000);
    (second + 1) * 1000 + 200 + (mix(second.unsigned_abs()) % 1_200) as Millis
}

fn wrap(platform: Platform, at: Millis, records: Vec<FeeRecord>) -> Push {
    let (sessions, fees) = records.into_iter().map(|record| (record.session, record.fee)).unzip();
    let mut body = Object::new(1);
    body.text("eventType", "fee");
    body.list("feeLst", fees);
    Push {
        platform,
        due: Duration::ZERO,
        kind: PushKind::Record,
        sessions,
        content_type: JSON_UTF8,
        body: body.bytes(),
        expects: Expectation::Success,
        at,
        next: None,
    }
}
