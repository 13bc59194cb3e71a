//! What the rows of a cut had counted, in words: the part of a cut that lives for ever.
//!
//! Calls of one hour, app, product, outcome and privacy number are one line, callbacks of one
//! hour and app another. Nothing here belongs to a person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

use super::super::contribution::{CallKind, Cause, Contribution, Sums};
use super::super::hours::{TALK_BUCKETS, hour_of};
use super::super::{CallbackRow, hours, words};
use crate::correlate::Catalog;
use crate::domain::{AppId, CallOutcome, Product};

/// What calls of one kind in one hour had counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct CallSum {
    hour: i64,
    app: u32,
    provider: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    product: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    /// The bucket of their talk time.
    #[serde(default, skip_serializing_if = "is_zero")]
    bucket: usize,
    #[serde(serialize_with = "without_zeros")]
    sums: Sums,
    /// Their talks: from which second since 1970 to before which.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    talks: Vec<(i64, i64)>,
}

/// What callbacks of one hour had counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct HourSum {
    pub(super) hour: i64,
    pub(super) app: u32,
    outcomes: [u64; 5],
    #[serde(skip_serializing_if = "is_zero")]
    joined: u64,
    #[serde(skip_serializing_if = "is_zero")]
    not_calls: u64,
    bytes: u64,
}

fn is_zero<N: Default + PartialEq>(sum: &N) -> bool {
    *sum == N::default()
}

/// Only what was counted, as a cut lives for ever and most calls count little. How many of answered
/// calls were answered is not said: see [`CallSum::counted`].
fn without_zeros<S: Serializer>(sums: &Sums, serializer: S) -> Result<S::Ok, S::Error> {
    let is_said = |(name, sum): &(&str, i64)| *sum != 0 && !(*name == "answered" && *sum == sums.calls);
    serializer.collect_map(sums.named().into_iter().filter(is_said))
}

/// Sums up what calls had counted.
pub(super) fn calls(contributions: impl Iterator<Item = Contribution>) -> Vec<CallSum> {
    type Key = (i64, u32, &'static str, CallKind, Option<String>, usize);
    let mut sums: BTreeMap<Key, (Sums, Vec<(i64, i64)>)> = BTreeMap::new();
    for contribution in contributions {
        let key = (
            contribution.hour,
            contribution.app.0,
            contribution.provider,
            contribution.kind,
            contribution.x,
            contribution.bucket,
        );
        let (sum, talks) = sums.entry(key).or_default();
        sum.add(&contribution.sums, 1);
        talks.extend(contribution.talk);
    }
    let line = |((hour, app, provider, kind, x, bucket), (sums, mut talks)): (Key, (Sums, Vec<(i64, i64)>))| {
        let (product, outcome): (Option<Product>, Option<CallOutcome>) =
            (words::read(kind.product), words::read(kind.outcome));
        talks.sort_unstable();
        CallSum {
            hour,
            app,
            provider: provider.to_owned(),
            product: product.map(|product| product.name().to_owned()),
            outcome: outcome.map(|outcome| outcome.name().to_owned()),
            cause: (kind.cause != Cause::None).then_some(kind.cause),
            x,
            bucket,
            sums,
            talks,
        }
    };
    sums.into_iter().map(line).collect()
}

/// Sums up what callbacks had counted; of each whether it named a call.
pub(super) fn callbacks<'a>(rows: impl Iterator<Item = &'a CallbackRow>) -> Vec<HourSum> {
    let mut sums: BTreeMap<(i64, u32), HourSum> = BTreeMap::new();
    for row in rows {
        let (hour, app) = (hour_of(row.received_at), row.app.0);
        let sum = sums.entry((hour, app)).or_insert_with(|| HourSum { hour, app, ..HourSum::default() });
        sum.add(row);
    }
    sums.into_values().collect()
}

impl CallSum {
    /// As the counters take it: what all of them count, and one more contribution for each talk, because
    /// these lie on different seconds.
    pub(super) fn contributions(&self, catalog: &Catalog) -> impl Iterator<Item = Contribution> {
        let product = self.product.as_deref().and_then(Product::parse);
        let outcome = self.outcome.as_deref().and_then(CallOutcome::parse);
        let all = Contribution {
            hour: self.hour,
            app: AppId(self.app),
            provider: (catalog.provider)(&self.provider).map_or("", |provider| provider.0),
            kind: CallKind {
                product: words::byte_if(product),
                outcome: words::byte_if(outcome),
                cause: self.cause.clone().unwrap_or(Cause::None),
            },
            x: self.x.clone(),
            bucket: self.bucket.min(TALK_BUCKETS - 1),
            sums: self.counted(outcome),
            talk: None,
        };
        let talks: Vec<Contribution> = self
            .talks
            .iter()
            .map(|talk| Contribution { sums: Sums::default(), talk: Some(*talk), ..all.clone() })
            .collect();
        std::iter::once(all).chain(talks)
    }
}

impl CallSum {
    /// All calls that ended answered were answered; a cut does not say so again, and one from before
    /// they had a sum of their own cannot.
    fn counted(&self, outcome: Option<CallOutcome>) -> Sums {
        match outcome {
            Some(CallOutcome::Answered) => Sums { answered: self.sums.calls, ..self.sums },
            _ => self.sums,
        }
    }
}

impl HourSum {
    fn add(&mut self, row: &CallbackRow) {
        self.outcomes[hours::outcome_index(row.outcome)] += 1;
        self.joined += u64::from(!row.calls.is_empty());
        self.not_calls += u64::from(row.not_calls > 0);
        self.bytes += row.size_bytes;
    }

    /// Adds it to an hour (`u64::saturating_add`), or takes it back (`u64::saturating_sub`).
    pub(super) fn change(&self, hour: &mut hours::Hour, by: fn(u64, u64) -> u64) {
        for (sum, of) in hour.outcomes.iter_mut().zip(self.outcomes) {
            *sum = by(*sum, of);
        }
        hour.joined = by(hour.joined, self.joined);
        hour.not_calls = by(hour.not_calls, self.not_calls);
        hour.bytes = by(hour.bytes, self.bytes);
    }
}
