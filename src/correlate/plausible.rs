//! Which instants of a call can be true: the one place that decides it, for every platform.
//!
//! A field may say anything: a clock that was reset, a zone that was mistaken, a zero of 1970, an
//! end in the year 3000. What cannot be true must not move the call to another day, nor make a
//! talk of decades.
//!
//! ```text
//!      20 years                                            receipt   a day
//!  ────────|──────────── · ─────── [ · ·· ·  48 hours ] ─────|────────|──── · ──►
//!  not believed      far from      most of the instants                not believed
//!                    the others
//! ```
//!
//! - An instant after its receipt by more than a day ([`limits::INSTANT_AHEAD`]), or before it by
//!   more than twenty years, is not believed.
//! - Of the others those are believed that lie within one span of two days
//!   ([`limits::CALL_SPAN`]): the span with the most different instants; of two with as many, the
//!   one nearer to the receipt.
//!
//! A call that is old as a whole is believed, since its instants agree: platforms push for hours,
//! and people import last year's records. Eight hours too early or too late is a wrong time zone,
//! no nonsense. All that is looked at is the set of facts, every time of a record among them, and
//! when they were received, which the journal keeps, so a rebuild decides the same.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{EventFact, Facts};
use crate::domain::{CallRecord, Stamp};
use crate::limits;

/// An instant that stands alone, as that of a text message: `None` where it cannot be true.
#[must_use]
pub fn alone(at: Option<Timestamp>, received_at: Timestamp) -> Option<Timestamp> {
    at.filter(|at| is_near(*at, received_at, later(received_at)))
}

/// The facts with only those instants that can be true, and whether there were others. The text
/// of an instant stays.
pub(super) fn believed(facts: &Facts) -> (Cow<'_, Facts>, bool) {
    let until = events_until(facts);
    let near = |instant: &(Timestamp, Timestamp)| is_near(instant.0, facts.received_at, instant.1);
    let mut near_ones = instants(facts, until).filter(near).map(|(at, _)| at);
    let first = near_ones.next();
    let range = first.map(|first| near_ones.fold((first, first), |(min, max), at| (min.min(at), max.max(at))));
    let agree = range.is_none_or(|(min, max)| max.duration_since(min) <= limits::CALL_SPAN);
    if agree && instants(facts, until).all(|instant| near(&instant)) {
        return (Cow::Borrowed(facts), false);
    }
    let span = span(facts, instants(facts, until).filter(near).map(|(at, _)| at).collect());
    let keep = |stamp: &mut Stamp, until: Timestamp| {
        let believe = |at: &Timestamp| near(&(*at, until)) && span.is_some_and(|(from, to)| from <= *at && *at <= to);
        stamp.at = stamp.at.filter(believe);
    };
    let mut facts = facts.clone();
    for event in &mut facts.events {
        if let Some(stamp) = &mut event.event.at {
            keep(stamp, until);
        }
    }
    for fact in &mut facts.records {
        let until = later(fact.received_at);
        fact.record.times_mut().for_each(|stamp| keep(stamp, until));
        if fact.record.setup_at.as_ref().is_some_and(|stamp| stamp.at.is_none()) {
            let other = other_start(&fact.record);
            fact.record.setup_at = other.or(fact.record.setup_at.take());
        }
    }
    (Cow::Owned(facts), true)
}

/// The last instant that an event may have. When it came is not kept, only when the first word
/// of its call did: later ones come until the longest talk is over.
fn events_until(facts: &Facts) -> Timestamp {
    let last = facts.records.iter().map(|fact| fact.received_at).max();
    let known = later(last.map_or(facts.received_at, |last| last.max(facts.received_at)));
    match facts.callbacks.len() {
        0 | 1 => known,
        _ => known.checked_add(limits::TALK_MAX + limits::RING_MAX).unwrap_or(Timestamp::MAX),
    }
}

fn instants(facts: &Facts, events_until: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    let of_event = |fact: &EventFact| fact.event.at.as_ref()?.at;
    let events = facts.events.iter().filter_map(of_event).map(move |at| (at, events_until));
    events.chain(facts.records.iter().flat_map(|fact| {
        let until = later(fact.received_at);
        fact.record.times().filter_map(move |stamp| Some((stamp.at?, until)))
    }))
}

/// The earliest of a record's other times that can be its start.
fn other_start(record: &CallRecord) -> Option<Stamp> {
    let named = [&record.alerting_at, &record.answered_at, &record.released_at];
    let first = named.into_iter().flatten().filter_map(|stamp| stamp.at).min();
    let starts = record.other_times.iter().filter(|stamp| stamp.at.is_some_and(|at| first.is_none_or(|to| at <= to)));
    starts.min_by_key(|stamp| stamp.at).cloned()
}

fn later(received_at: Timestamp) -> Timestamp {
    received_at.checked_add(limits::INSTANT_AHEAD).unwrap_or(Timestamp::MAX)
}

fn is_near(at: Timestamp, received_at: Timestamp, until: Timestamp) -> bool {
    at <= until && received_at.duration_since(at) <= limits::INSTANT_AGE
}

/// Where most of these instants lie. One that several fields repeat is one.
fn span(facts: &Facts, mut instants: Vec<Timestamp>) -> Option<(Timestamp, Timestamp)> {
    instants.sort_unstable();
    instants.dedup();
    let (mut best, mut end) = (None, 0);
    for (start, from) in instants.iter().enumerate() {
        while instants.get(end).is_some_and(|to| to.duration_since(*from) <= limits::CALL_SPAN) {
            end += 1;
        }
        let to = instants[end - 1];
        let apart = std::cmp::Reverse(facts.received_at.duration_since(to).abs());
        let found = Some((end - start, apart, *from, to));
        best = best.max(found);
    }
    best.map(|(_, _, from, to)| (from, to))
}
