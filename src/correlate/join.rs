//! One call out of its facts.
//!
//! The record is authoritative over events for parties and times. Where the two disagree the
//! call says so in its anomalies. Everything here is a function of the set of facts: events are
//! looked at in the order (instant, kind, identity), never in the order they came.

use jiff::{SignedDuration, Timestamp};

use super::plausible::believed;
use super::{Catalog, EventFact, Facts, RecordFact};
use crate::domain::{
    Anomaly, Call, CallEvent, CallEventView, CallOutcome, CallRecord, CallState, CauseCode, EventKind, Party,
    PhoneNumber, Product, RecordingState, RecordingView, Release, Stamp,
};
use crate::limits::{RING_MAX, TALK_MAX};

/// How far an event and the record may differ about one instant before it is worth a word:
/// platforms stamp the notice and the switch's record with different clocks.
const TIME_TOLERANCE: SignedDuration = SignedDuration::from_secs(10);

/// The call that the facts describe. Its recording is `Waiting`: whether it has expired is a
/// question of the clock, which this function does not have.
#[must_use]
pub fn join(facts: &Facts, catalog: &Catalog) -> Call {
    let (believed, has_others) = believed(facts);
    let told = facts;
    let facts: &Facts = &believed;
    let legs = Legs::of(facts, catalog);
    let best = facts.authoritative();
    let record = best.map(|fact| &fact.record);
    let events = legs.in_order();

    let release_event = events.iter().rev().find(|e| e.kind == EventKind::Released).copied();
    let as_told = record.and_then(|record| told.records.iter().find(|fact| fact.record.identity == record.identity));
    let as_told = as_told.map(|fact| &fact.record);
    let talked = match record.zip(as_told) {
        Some((record, as_told)) => has_talked(record, as_told),
        None => has_answered(&legs, told),
    };
    let Times { setup_at, alerting_at, answered_at, released_at } = Times::of(&legs, &events, record, talked);

    let state = state(&legs, record.is_some(), release_event.is_some());
    let causes = causes(release_event, facts, best);
    let release = (state == CallState::Released).then(|| release(facts, catalog, &causes, release_event)).flatten();
    let outcome = (state == CallState::Released)
        .then(|| outcome(facts, catalog, talked || answered_at.is_some(), alerting_at.is_some(), &causes));
    let (caller, callee) = parties(&legs, &events, record);
    let talk = talk(record.zip(as_told), has_others, answered_at, released_at);
    // Who answered, nobody knows when, did not ring until the end.
    let rang_until = if talked { answered_at } else { answered_at.or(released_at) };
    let ring_seconds = alerting_at.zip(rang_until).map(|(rang, until)| seconds(rang, until));
    let mut anomalies = anomalies(told, facts, catalog, &legs, &causes, best);
    note(&mut anomalies, Anomaly::ImplausibleTime, has_others);
    let too_long = talk > longest(TALK_MAX) || ring_seconds.is_some_and(|ring| ring > longest(RING_MAX));
    note(&mut anomalies, Anomaly::ImplausibleDuration, too_long);
    let histories = history(&legs, facts);
    let t = histories
        .iter()
        .filter_map(|e| e.at)
        .chain([setup_at, alerting_at, answered_at, released_at].into_iter().flatten())
        .min();

    Call {
        id: facts.id,
        app: facts.app,
        provider: facts.provider,
        product: product(record, &events, catalog),
        test: facts.key.is_test(),
        session: facts.key.session.clone(),
        t: t.unwrap_or(facts.received_at),
        caller,
        callee,
        x: record.and_then(|r| r.x.clone()).or_else(|| events.iter().find_map(|e| e.x.clone())),
        y: record.and_then(|r| r.y.clone()),
        extension: record.and_then(|r| r.extension.clone()),
        direction: record.and_then(|r| r.direction),
        state,
        outcome,
        setup_at,
        alerting_at,
        answered_at,
        released_at,
        ring_seconds: ring_seconds.filter(|ring| *ring <= longest(RING_MAX)),
        talk_seconds: talk_seconds(talk, answered_at, released_at),
        release,
        records: u32::try_from(facts.records.len()).unwrap_or(u32::MAX),
        recording: recording(facts, best, catalog),
        user_data: record
            .and_then(|r| r.user_data.clone())
            .or_else(|| events.iter().rev().find_map(|e| e.user_data.clone())),
        binding_id: record
            .and_then(|r| r.binding_id.clone())
            .or_else(|| events.iter().rev().find_map(|e| e.binding_id.clone())),
        anomalies,
        events: histories,
        callbacks: facts.callbacks.clone(),
    }
}

/// The instants of a call: the record's where it has them, else the events'.
struct Times {
    setup_at: Option<Timestamp>,
    alerting_at: Option<Timestamp>,
    answered_at: Option<Timestamp>,
    released_at: Option<Timestamp>,
}

impl Times {
    fn of(legs: &Legs<'_>, events: &[&CallEvent], record: Option<&CallRecord>, talked: bool) -> Self {
        let recorded = |stamp: fn(&CallRecord) -> Option<&Stamp>| record.and_then(|record| at(stamp(record)));
        let first = |kinds: [EventKind; 2]| events.iter().filter(|e| kinds.contains(&e.kind)).find_map(|e| instant(e));
        let last = events.iter().rev().find(|e| e.kind == EventKind::Released);
        Self {
            setup_at: recorded(|r| r.setup_at.as_ref()).or_else(|| first([EventKind::Offered, EventKind::Dialled])),
            alerting_at: recorded(|r| r.alerting_at.as_ref()).or_else(|| legs.first(EventKind::Alerted, Party::Callee)),
            answered_at: match record {
                // A record of a talk that does not say when it began leaves that to the event.
                Some(record) if at(record.answered_at.as_ref()).is_some() || !talked => at(record.answered_at.as_ref()),
                _ => legs.first(EventKind::Answered, Party::Callee),
            },
            released_at: recorded(|r| r.released_at.as_ref()).or_else(|| last.and_then(|e| instant(e))),
        }
    }
}

/// Whether the record says that they talked: with a duration, or with an instant at which the talk
/// began, though nobody can believe that instant.
fn has_talked(record: &CallRecord, as_told: &CallRecord) -> bool {
    let is_open = record.answered_at.as_ref().is_some_and(|stamp| stamp.at.is_none());
    record.talk_seconds > 0 || (is_open && as_told.answered_at.as_ref().is_some_and(Stamp::happened))
}

/// Whether the called party's events say that it answered. An instant that nobody can believe is a
/// wrong clock's; a zero is how a program writes that it did not.
fn has_answered(legs: &Legs<'_>, told: &Facts) -> bool {
    let mut answers = legs.of_kind(EventKind::Answered, Party::Callee);
    answers.any(|answer| {
        let as_told = told.events.iter().find(|fact| fact.event.identity == answer.identity);
        !as_told.and_then(|fact| fact.event.at.as_ref()).is_some_and(Stamp::is_zero)
    })
}

/// The seconds of talk as they are told. A record whose other times made nonsense of it leaves it
/// to those that are believed, as does one whose own times make a talk longer than any.
fn talk(
    record: Option<(&CallRecord, &CallRecord)>,
    has_others: bool,
    answered_at: Option<Timestamp>,
    released_at: Option<Timestamp>,
) -> u32 {
    let between = answered_at.zip(released_at).map_or(0, |(answered, released)| seconds(answered, released));
    let Some((record, as_told)) = record else { return between };
    let ends = at(as_told.answered_at.as_ref()).zip(at(as_told.released_at.as_ref()));
    let is_computed = ends.is_some_and(|(answered, released)| {
        let told = released.as_second() - answered.as_second();
        u32::try_from(told.max(0)).unwrap_or(u32::MAX) == record.talk_seconds
    });
    let is_nonsense = record.talk_seconds == 0 || (is_computed && record.talk_seconds > longest(TALK_MAX));
    if is_nonsense && has_others && record.answered_at.is_some() { between } else { record.talk_seconds }
}

/// Those of them that can be: of a talk longer than any, the time between answer and end, and at
/// most the longest there is; without these nobody knows, and none are counted.
fn talk_seconds(talk: u32, answered_at: Option<Timestamp>, released_at: Option<Timestamp>) -> u32 {
    match answered_at.zip(released_at) {
        _ if talk <= longest(TALK_MAX) => talk,
        Some((answered, released)) => seconds(answered, released).min(longest(TALK_MAX)),
        None => 0,
    }
}

fn longest(duration: SignedDuration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}

fn note(anomalies: &mut Vec<Anomaly>, anomaly: Anomaly, is_so: bool) {
    if is_so && !anomalies.contains(&anomaly) {
        anomalies.push(anomaly);
        anomalies.sort_unstable();
    }
}

struct Legs<'a> {
    events: Vec<(&'a EventFact, Option<Party>)>,
}

impl<'a> Legs<'a> {
    fn of(facts: &'a Facts, catalog: &Catalog) -> Self {
        let mut events: Vec<&EventFact> = facts.events.iter().collect();
        events
            .sort_by_key(|fact| (instant(&fact.event).unwrap_or(Timestamp::MAX), fact.event.kind, fact.event.identity));
        let record = facts.authoritative().map(|fact| &fact.record);
        // Where the platform names no leg, the dialled number tells: it is a party of the
        // record; without a record, of two dialled numbers the first is the caller's leg.
        let mut dialled: Vec<&PhoneNumber> = Vec::new();
        for number in events.iter().filter_map(|fact| fact.event.dialled.as_ref()) {
            if !dialled.contains(&number) {
                dialled.push(number);
            }
        }
        let leg = |event: &CallEvent| {
            event.leg.or_else(|| {
                let number = event.dialled.as_ref()?;
                match record {
                    Some(record) if record.callee.as_ref() == Some(number) => Some(Party::Callee),
                    Some(record) if record.caller.as_ref() == Some(number) => Some(Party::Caller),
                    _ if dialled.len() >= 2 && dialled[0] == number => Some(Party::Caller),
                    Some(record) if dialled.len() == 1 && record.product.is_some_and(catalog.dials_caller) => {
                        Some(Party::Caller)
                    }
                    _ => Some(Party::Callee),
                }
            })
        };
        Self { events: events.into_iter().map(|fact| (fact, leg(&fact.event))).collect() }
    }

    fn in_order(&self) -> Vec<&'a CallEvent> {
        self.events.iter().map(|(fact, _)| &fact.event).collect()
    }

    fn first(&self, kind: EventKind, leg: Party) -> Option<Timestamp> {
        self.of_kind(kind, leg).find_map(instant)
    }

    fn any(&self, kind: EventKind, leg: Party) -> bool {
        self.of_kind(kind, leg).next().is_some()
    }

    fn of_kind(&self, kind: EventKind, leg: Party) -> impl Iterator<Item = &'a CallEvent> {
        let is_on = move |on: &Option<Party>| on.is_none_or(|on| on == leg);
        let events = self.events.iter().filter(move |(_, on)| is_on(on)).map(|(fact, _)| &fact.event);
        events.filter(move |event| event.kind == kind)
    }
}

fn instant(event: &CallEvent) -> Option<Timestamp> {
    at(event.at.as_ref())
}

fn at(stamp: Option<&Stamp>) -> Option<Timestamp> {
    stamp.and_then(|stamp| stamp.at)
}

/// Whole seconds between two instants; 0 when they stand the wrong way round.
fn seconds(from: Timestamp, to: Timestamp) -> u32 {
    u32::try_from(to.duration_since(from).as_secs()).unwrap_or(0)
}

fn state(legs: &Legs<'_>, has_record: bool, released: bool) -> CallState {
    if released || has_record {
        CallState::Released
    } else if legs.any(EventKind::Answered, Party::Callee) {
        CallState::Answered
    } else if legs.any(EventKind::Alerted, Party::Callee) {
        CallState::Alerting
    } else if legs.events.iter().any(|(fact, _)| fact.event.kind > EventKind::Offered) {
        CallState::Dialled
    } else {
        CallState::Offered
    }
}

fn causes(release: Option<&CallEvent>, facts: &Facts, best: Option<&RecordFact>) -> Vec<CauseCode> {
    let mut causes: Vec<CauseCode> = release.map(|event| event.causes.clone()).unwrap_or_default();
    let others = facts.records.iter().filter(|fact| best.is_none_or(|best| !std::ptr::eq(*fact, best)));
    for cause in best.into_iter().chain(others).flat_map(|fact| &fact.record.causes) {
        if !causes.contains(cause) {
            causes.push(cause.clone());
        }
    }
    causes
}

fn release(facts: &Facts, catalog: &Catalog, causes: &[CauseCode], event: Option<&CallEvent>) -> Option<Release> {
    let cause = causes.first()?.clone();
    let by = event
        .and_then(|event| event.by)
        .or_else(|| facts.authoritative().and_then(|fact| fact.record.by))
        .or_else(|| causes.iter().find_map(|cause| (catalog.meaning)(facts.provider, cause)?.by));
    let listed = (catalog.meaning)(facts.provider, &cause).is_some();
    Some(Release { cause, listed, causes: causes.to_vec(), by })
}

fn outcome(facts: &Facts, catalog: &Catalog, answered: bool, rang: bool, causes: &[CauseCode]) -> CallOutcome {
    if answered {
        return CallOutcome::Answered;
    }
    let meanings: Vec<_> = causes.iter().map(|cause| (catalog.meaning)(facts.provider, cause)).collect();
    let told = meanings.iter().filter_map(|meaning| meaning.as_ref()?.outcome);
    if let Some(outcome) = told.clone().find(|outcome| !matches!(outcome, CallOutcome::Answered | CallOutcome::Failed))
    {
        return outcome;
    }
    if told.clone().any(|outcome| outcome == CallOutcome::Failed) {
        return CallOutcome::Failed;
    }
    // Every code says that the call ended as calls do, yet nobody answered.
    let all_normal = !causes.is_empty() && causes.iter().all(|cause| cause.code == "0");
    if rang || all_normal { CallOutcome::NoAnswer } else { CallOutcome::Failed }
}

fn parties(
    legs: &Legs<'_>,
    events: &[&CallEvent],
    record: Option<&CallRecord>,
) -> (Option<PhoneNumber>, Option<PhoneNumber>) {
    let x = record.and_then(|r| r.x.as_ref()).or_else(|| events.iter().find_map(|e| e.x.as_ref()));
    let dialled =
        |leg| legs.events.iter().find(|(_, on)| *on == Some(leg)).and_then(|(fact, _)| fact.event.dialled.clone());
    let caller = record.and_then(|r| r.caller.clone()).or_else(|| {
        events.iter().find_map(|e| e.caller.clone().filter(|n| Some(n) != x)).or_else(|| dialled(Party::Caller))
    });
    let callee = record.and_then(|r| r.callee.clone()).or_else(|| {
        events.iter().rev().find_map(|e| e.callee.clone().filter(|n| Some(n) != x)).or_else(|| dialled(Party::Callee))
    });
    (caller, callee)
}

fn product(record: Option<&CallRecord>, events: &[&CallEvent], catalog: &Catalog) -> Option<Product> {
    let told = record.and_then(|r| r.product).or_else(|| events.iter().filter_map(|e| e.product).max());
    let collects = events.iter().any(|e| e.kind == EventKind::DigitsCollected);
    if collects { told.map(catalog.with_digits) } else { told }
}

fn recording(facts: &Facts, best: Option<&RecordFact>, catalog: &Catalog) -> Option<RecordingView> {
    let with = |fact: &&RecordFact| fact.record.recording.is_some();
    let fact =
        best.filter(with).or_else(|| facts.records.iter().filter(with).max_by_key(|fact| fact.record.identity))?;
    let days = i64::from((catalog.recording_days)(facts.provider));
    Some(RecordingView {
        id: format!("{}-{:016x}", facts.id, fact.record.identity.0),
        state: RecordingState::Waiting,
        expires_at: fact.received_at.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX),
        source: fact.record.recording.clone()?,
    })
}

/// The call's history: its events and what its records add.
fn history(legs: &Legs<'_>, facts: &Facts) -> Vec<CallEventView> {
    let view = |kind, stamp: Option<&Stamp>, leg, digits, callback| CallEventView {
        kind,
        at: at(stamp),
        at_text: stamp.map(|stamp| stamp.text.clone()),
        leg,
        digits,
        callback,
    };
    let mut lines: Vec<CallEventView> = legs
        .events
        .iter()
        .map(|(fact, leg)| {
            view(fact.event.kind, fact.event.at.as_ref(), *leg, fact.event.digits.clone(), fact.callback)
        })
        .collect();
    for fact in &facts.records {
        let end = fact.record.released_at.as_ref();
        if fact.record.is_release {
            lines.push(view(EventKind::Released, end, None, None, fact.callback));
        }
        if let Some(recording) = &fact.record.recording {
            lines.push(view(EventKind::Recorded, recording.started_at.as_ref(), None, None, fact.callback));
        }
        lines.push(view(EventKind::Rated, end, None, None, fact.callback));
    }
    lines.sort_by_key(|line| (line.at.unwrap_or(Timestamp::MAX), line.kind, line.leg, line.callback));
    lines
}

fn anomalies(
    told: &Facts,
    facts: &Facts,
    catalog: &Catalog,
    legs: &Legs<'_>,
    causes: &[CauseCode],
    best: Option<&RecordFact>,
) -> Vec<Anomaly> {
    let mut found: Vec<Anomaly> = facts.records.iter().flat_map(|fact| of_record(&fact.record)).collect();
    let has_release = legs.events.iter().any(|(fact, _)| fact.event.kind == EventKind::Released);
    if facts.records.iter().any(|fact| fact.conflicting) {
        found.push(Anomaly::ConflictingRecord);
    }
    if has_release && facts.records.is_empty() {
        found.push(Anomaly::MissingRecord);
    }
    let record_releases = facts.records.iter().any(|fact| fact.record.is_release);
    if !facts.records.is_empty() && !facts.events.is_empty() && !has_release && !record_releases {
        found.push(Anomaly::MissingRelease);
    }
    if causes.iter().any(|cause| (catalog.meaning)(facts.provider, cause).is_none()) {
        found.push(Anomaly::UnknownCode);
    }
    if told.events.iter().any(|fact| fact.event.at.as_ref().is_some_and(|stamp| stamp.at.is_none())) {
        found.push(Anomaly::UnreadableTime);
    }
    if best.is_none() && ends_before_answer(legs) {
        found.push(Anomaly::EndsBeforeStart);
    }
    if let Some(fact) = best {
        let record = &fact.record;
        let known = [&record.caller, &record.callee, &record.x, &record.y];
        let stranger = |number: &Option<PhoneNumber>| number.is_some() && !known.contains(&number);
        if legs.events.iter().any(|(f, _)| stranger(&f.event.caller) && stranger(&f.event.callee)) {
            found.push(Anomaly::PartyMismatch);
        }
        let apart = |event: Option<Timestamp>, record: Option<&Stamp>| matches!((event, at(record)), (Some(a), Some(b)) if a.duration_since(b).abs() > TIME_TOLERANCE);
        let released = legs
            .events
            .iter()
            .filter(|(f, _)| f.event.kind == EventKind::Released)
            .find_map(|(f, _)| instant(&f.event));
        if apart(legs.first(EventKind::Answered, Party::Callee), record.answered_at.as_ref())
            || apart(released, record.released_at.as_ref())
        {
            found.push(Anomaly::TimeMismatch);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// What is odd about a record. What a provider found about its times, it found before anybody knew
/// which of them can be believed.
fn of_record(record: &CallRecord) -> Vec<Anomaly> {
    let is_open = |stamp: &Option<Stamp>| stamp.as_ref().is_some_and(|stamp| stamp.at.is_none());
    let are_open = is_open(&record.answered_at) || is_open(&record.released_at);
    let is_sure = record.times().all(|stamp| stamp.at.is_some());
    let stands = |anomaly: &&Anomaly| match anomaly {
        Anomaly::EndsBeforeStart => is_sure,
        Anomaly::DurationMismatch => !are_open,
        _ => true,
    };
    let mut found: Vec<Anomaly> = record.anomalies.iter().filter(stands).copied().collect();
    let starts = [at(record.setup_at.as_ref()), at(record.answered_at.as_ref())];
    if at(record.released_at.as_ref()).is_some_and(|end| starts.into_iter().flatten().any(|start| end < start)) {
        found.push(Anomaly::EndsBeforeStart);
    }
    found
}

/// Whether the events alone say that the call ended before it was answered.
fn ends_before_answer(legs: &Legs<'_>) -> bool {
    let ended = legs.events.iter().rev().find(|(fact, _)| fact.event.kind == EventKind::Released);
    let ended = ended.and_then(|(fact, _)| instant(&fact.event));
    matches!((legs.first(EventKind::Answered, Party::Callee), ended), (Some(answered), Some(ended)) if ended < answered)
}
