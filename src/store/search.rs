//! Questions as terms, and the comparison of a row with the question itself.
//!
//! Groups that are rarely met stand first: a segment without them is left after one look.

use jiff::Timestamp;

use super::callback_row::{ANY, verified_name};
use super::terms::{self, ENDING_MIN, Exactly, Field, Terms, digits, ending, typed_digits};
use super::want::Want;
use super::{Bounds, CallQuery, CallbackQuery, CallbackRow, Filter, MainCause, SmsQuery, SmsRow, Span, Tests};
use crate::domain::{Call, CallOutcome, CallState, PhoneNumber, RecordingState, RecordingView, Release};

/// The parties whose numbers `number=` looks at.
const PARTIES: [Field; 4] = [Field::Caller, Field::Callee, Field::X, Field::Y];

/// The terms of a question about calls, asked at `now`.
pub(super) fn calls(query: &CallQuery, now: Timestamp) -> Want {
    let mut want = Want { t: time(query.span), ..Want::default() };
    word(&mut want, &query.session, |session| Terms::word(Field::Session, session.as_bytes()));
    text(&mut want, &query.q);
    number(&mut want, &query.number, &PARTIES);
    number(&mut want, &query.caller, &[Field::Caller]);
    number(&mut want, &query.callee, &[Field::Callee]);
    number(&mut want, &query.x, &[Field::X, Field::Y]);
    number(&mut want, &query.y, &[Field::Y]);
    word(&mut want, &query.anomaly, |anomaly| Terms::word(Field::Anomaly, anomaly.name().as_bytes()));
    word(&mut want, &query.cause, |cause| Terms::one(terms::cause(cause.table.as_deref(), &cause.code)));
    word(&mut want, &query.main_cause, |cause| match cause {
        MainCause::Is(is) => Terms::one(terms::main_cause(is.table.as_deref(), &is.code)),
        MainCause::Unlisted => Terms::one(terms::unlisted()),
    });
    bounds(&mut want, &query.talk, Field::Talk);
    bounds(&mut want, &query.ring, Field::Ring);
    bounds(&mut want, &query.pdd, Field::Pdd);
    spans(&mut want, &query.recording_state, |state| recordings(*state, now));
    if let Some(before) = query.expires_before {
        let (from, to) = (terms::seconds(now) + 1, terms::seconds(before));
        // An empty span finds nothing, as it should.
        want.all.push(vec![Terms::amounts(Field::Expires, from, to)]);
    }
    flag(&mut want, query.has_recording, Terms::word(Field::Recording, b"yes"));
    word(&mut want, &query.outcome, |outcome| Terms::word(Field::Outcome, outcome.name().as_bytes()));
    any_of(&mut want, query.answered, &answered());
    word(&mut want, &query.state, |state| Terms::word(Field::State, state.name().as_bytes()));
    word(&mut want, &query.direction, |direction| Terms::word(Field::Direction, direction.name().as_bytes()));
    word(&mut want, &query.hour, |hour| Terms::one(terms::amount(Field::Hour, (*hour).into())));
    word(&mut want, &query.weekday, |day| Terms::one(terms::amount(Field::Weekday, (*day).into())));
    word(&mut want, &query.product, |product| Terms::word(Field::Product, product.name().as_bytes()));
    word(&mut want, &query.app, |app| Terms::word(Field::App, &app.0.to_be_bytes()));
    word(&mut want, &query.provider, |provider| Terms::word(Field::Provider, provider.0.as_bytes()));
    want.sorted()
}

/// The terms of a question about callbacks.
pub(super) fn callbacks(query: &CallbackQuery) -> Want {
    let mut want = Want { t: time(query.span), ..Want::default() };
    word(&mut want, &query.session, |session| Terms::word(Field::Session, session.as_bytes()));
    word(&mut want, &query.suspicion, |name| Terms::word(Field::Suspicion, name.as_bytes()));
    flag(&mut want, query.suspicious, Terms::word(Field::Suspicion, ANY));
    flag(&mut want, query.question, Terms::word(Field::Question, b"yes"));
    flag(&mut want, query.test, Terms::one(terms::TEST));
    word(&mut want, &query.peer, |peer| Terms::word(Field::Peer, peer.to_string().as_bytes()));
    word(&mut want, &query.status, |status| Terms::one(terms::amount(Field::Status, (*status).into())));
    bounds(&mut want, &query.size, Field::Size);
    word(&mut want, &query.joined, |joined| Terms::word(Field::Joined, joined.name().as_bytes()));
    word(&mut want, &query.outcome, |outcome| Terms::word(Field::Outcome, outcome.name().as_bytes()));
    word(&mut want, &query.label, |label| Terms::word(Field::Label, label.as_bytes()));
    word(&mut want, &query.verified, |verified| Terms::word(Field::Verified, verified_name(*verified)));
    word(&mut want, &query.app, |app| Terms::word(Field::App, &app.0.to_be_bytes()));
    word(&mut want, &query.provider, |provider| Terms::word(Field::Provider, provider.0.as_bytes()));
    want.sorted()
}

/// The terms of a question about messages.
pub(super) fn sms(query: &SmsQuery) -> Want {
    let mut want = Want { t: time(query.span), ..Want::default() };
    word(&mut want, &query.sms_id, |id| Terms::word(Field::Session, id.as_bytes()));
    number(&mut want, &query.number, &PARTIES);
    number(&mut want, &query.sender, &[Field::Caller]);
    number(&mut want, &query.receiver, &[Field::Callee]);
    number(&mut want, &query.x, &[Field::X]);
    word(&mut want, &query.mode, |mode| Terms::word(Field::Mode, mode.name().as_bytes()));
    word(&mut want, &query.app, |app| Terms::word(Field::App, &app.0.to_be_bytes()));
    word(&mut want, &query.provider, |provider| Terms::word(Field::Provider, provider.0.as_bytes()));
    want.sorted()
}

/// Leaves tests out, or everything else. Where there is none, as almost everywhere, nothing has to
/// be left out, and an open question stays one that need not be looked up.
pub(super) fn tests(mut want: Want, wanted: Tests, any: bool) -> Want {
    match wanted {
        Tests::Only => want.all.push(vec![Terms::one(terms::TEST)]),
        Tests::Without if any => want.none.push(Terms::one(terms::TEST)),
        Tests::Without | Tests::With => {}
    }
    want.sorted()
}

pub(super) fn time(span: Span) -> Option<(i64, i64)> {
    if span == Span::default() {
        return None;
    }
    let from = span.from.map_or(i64::MIN, Timestamp::as_microsecond);
    Some((from, span.to.map_or(i64::MAX, |to| to.as_microsecond() - 1)))
}

pub(super) fn word<T>(want: &mut Want, filter: &Filter<T>, terms: impl Fn(&T) -> Terms) {
    spans(want, filter, |value| vec![terms(value)]);
}

fn spans<T>(want: &mut Want, filter: &Filter<T>, terms: impl Fn(&T) -> Vec<Terms>) {
    if !filter.any.is_empty() {
        want.all.push(filter.any.iter().flat_map(&terms).collect());
    }
    want.none.extend(filter.none.iter().flat_map(&terms));
}

fn bounds(want: &mut Want, filter: &Filter<Bounds>, field: Field) {
    word(want, filter, |bounds| Terms::amounts(field, bounds.min.into(), bounds.max.into()));
}

/// Calls whose parties talk or talked.
fn answered() -> [Terms; 2] {
    [
        Terms::word(Field::Outcome, CallOutcome::Answered.name().as_bytes()),
        Terms::word(Field::State, CallState::Answered.name().as_bytes()),
    ]
}

/// Any of these, or none of them.
fn any_of(want: &mut Want, wanted: Option<bool>, terms: &[Terms]) {
    match wanted {
        Some(true) => want.all.push(terms.to_vec()),
        Some(false) => want.none.extend(terms),
        None => {}
    }
}

pub(super) fn flag(want: &mut Want, wanted: Option<bool>, terms: Terms) {
    match wanted {
        Some(true) => want.all.push(vec![terms]),
        Some(false) => want.none.push(terms),
        None => {}
    }
}

/// Endings span exactly what ends so; a NOT on one with more digits than are indexed is left to
/// the comparison, because its span would take away too much.
pub(super) fn number(want: &mut Want, filter: &Filter<String>, fields: &[Field]) {
    let endings = |typed: &String| {
        let typed = typed_digits(typed);
        fields.iter().filter_map(|field| ending(*field, &typed)).collect()
    };
    let none = filter.none.iter().filter(|typed| terms::is_exact(&typed_digits(typed))).cloned().collect();
    spans(want, &Filter { any: filter.any.clone(), none }, endings);
}

/// A recording that waits has a time at which it is lost; whether that has come is for the clock.
fn recordings(state: RecordingState, now: Timestamp) -> Vec<Terms> {
    let now = terms::seconds(now);
    let mut wanted = vec![Terms::word(Field::RecordingState, state.name().as_bytes())];
    match state {
        RecordingState::Waiting => wanted.push(Terms::amounts(Field::Expires, now + 1, u64::MAX)),
        RecordingState::Expired => wanted.push(Terms::amounts(Field::Expires, 0, now)),
        RecordingState::Archived | RecordingState::Failed => {}
    }
    wanted
}

/// Free text. What the index knows only roughly is found with it and left to the comparison; a NOT
/// takes away only what it knows exactly.
fn text(want: &mut Want, filter: &Filter<String>) {
    if !filter.any.is_empty() {
        want.all.push(filter.any.iter().flat_map(|text| anything(text)).map(|of| of.terms).collect());
    }
    want.none.extend(filter.none.iter().flat_map(|text| anything(text)).filter(|of| of.exact).map(|of| of.terms));
}

/// Whether the index alone cannot say how many rows a question has.
pub(super) fn is_rough(query: &CallQuery) -> bool {
    query.q.any.iter().chain(&query.q.none).any(|text| anything(text).iter().any(|of| !of.exact))
}

fn anything(text: &str) -> Vec<Exactly> {
    let text = text.trim();
    let exactly = |terms| Exactly { terms, exact: true };
    let mut found = vec![
        exactly(Terms::word(Field::Session, text.as_bytes())),
        exactly(Terms::word(Field::UserData, terms::reference(text).as_bytes())),
    ];
    found.extend(terms::session_beginning(text));
    found.extend(terms::reference_ending(text));
    found.extend(terms::id_beginning(text));
    let numbers = number_in(text).into_iter().flat_map(|digits| PARTIES.map(|field| ending(field, &digits)));
    found.extend(numbers.flatten().map(exactly));
    found
}

/// The digits of what may be the end of a number.
fn number_in(text: &str) -> Option<String> {
    let digits = digits(&PhoneNumber::typed(text)?);
    (digits.len() >= ENDING_MIN && terms::is_exact(&digits)).then_some(digits)
}

/// Whether a reference is this, or ends so: with four characters or more.
fn reference_ends(reference: &str, text: &str) -> bool {
    let (reference, wanted) = (terms::reference(reference), terms::reference(text));
    reference == wanted || (terms::reference_ending(text).is_some() && reference.ends_with(&wanted))
}

/// Whether the call answers the question.
pub(super) fn call_matches(query: &CallQuery, call: &Call) -> bool {
    let [caller, callee, x, y] =
        [&call.caller, &call.callee, &call.x, &call.y].map(|number| number.as_ref().map(digits));
    let any_ends = |numbers: &[&Option<String>], typed: &str| {
        let typed = typed_digits(typed);
        typed.len() >= ENDING_MIN && numbers.iter().copied().flatten().any(|number| number.ends_with(&typed))
    };
    let party = |typed: &String| any_ends(&[&caller, &callee, &x, &y], typed);
    let text = |text: &String| {
        let text = text.trim();
        call.session.reveal() == text
            || terms::session_begins(call.session.reveal(), text)
            || call.user_data.as_deref().is_some_and(|data| reference_ends(data, text))
            || terms::id_begins(call.id, text)
            || number_in(text).is_some_and(|digits| party(&digits))
    };
    let causes = call.release.iter().flat_map(|release| &release.causes);
    let (weekday, hour) = super::query::local_time(call.t);
    query.span.contains(call.t)
        && query.app.takes(|app| *app == call.app)
        && query.provider.takes(|provider| *provider == call.provider)
        && query.product.takes(|product| Some(*product) == call.product)
        && query.direction.takes(|direction| Some(*direction) == call.direction)
        && query.state.takes(|state| *state == call.state)
        && query.outcome.takes(|outcome| Some(*outcome) == call.outcome)
        && query.cause.takes(|wanted| {
            let mut causes = causes.clone();
            causes.any(|c| c.code == wanted.code && wanted.table.as_ref().is_none_or(|table| *table == c.table))
        })
        && query.answered.is_none_or(|wanted| call.is_answered() == wanted)
        && query.main_cause.takes(|wanted| match (wanted, &call.release) {
            (_, None) => false,
            (MainCause::Unlisted, Some(release)) => !release.listed,
            (MainCause::Is(is), Some(Release { cause, .. })) => {
                cause.code == is.code && is.table.as_ref().is_none_or(|table| *table == cause.table)
            }
        })
        && query.anomaly.takes(|anomaly| call.anomalies.contains(anomaly))
        && query.session.takes(|session| session == call.session.reveal())
        && query.number.takes(party)
        && query.caller.takes(|typed| any_ends(&[&caller], typed))
        && query.callee.takes(|typed| any_ends(&[&callee], typed))
        && query.x.takes(|typed| any_ends(&[&x, &y], typed))
        && query.y.takes(|typed| any_ends(&[&y], typed))
        && query.q.takes(text)
        && query.talk.takes(|bounds| bounds.contains(call.talk_seconds))
        && query.ring.takes(|bounds| call.ring_seconds.is_some_and(|ring| bounds.contains(ring)))
        && query.pdd.takes(|bounds| call.pdd_seconds().is_some_and(|pdd| bounds.contains(pdd)))
        && query.weekday.takes(|wanted| *wanted == weekday)
        && query.hour.takes(|wanted| *wanted == hour)
        && query.has_recording.is_none_or(|has| call.recording.is_some() == has)
        && query.expires_before.is_none_or(|before| {
            let waits = |r: &RecordingView| {
                // As the index has it: in whole seconds.
                r.state == RecordingState::Waiting && terms::seconds(r.expires_at) <= terms::seconds(before)
            };
            call.recording.as_ref().is_some_and(waits)
        })
        && query.recording_state.takes(|state| call.recording.as_ref().is_some_and(|r| r.state == *state))
        && query.test.takes(call.test)
}

/// Whether the callback answers the question.
pub(super) fn callback_matches(query: &CallbackQuery, row: &CallbackRow) -> bool {
    let size = u32::try_from(row.size_bytes).unwrap_or(u32::MAX);
    query.span.contains(row.received_at)
        && query.app.takes(|app| *app == row.app)
        && query.provider.takes(|provider| Some(*provider) == row.provider)
        && query.outcome.takes(|outcome| *outcome == row.outcome)
        && query.session.takes(|session| row.sessions.contains(session))
        && query.verified.takes(|verified| *verified == row.verified)
        && query.suspicious.is_none_or(|wanted| wanted != row.suspicions.is_empty())
        && query.suspicion.takes(|name| row.suspicions.iter().flat_map(terms::suspicion).any(|known| known == *name))
        && query.label.takes(|label| *label == row.label)
        && query.peer.takes(|peer| *peer == row.peer)
        && query.status.takes(|status| *status == row.status)
        && query.size.takes(|bounds| bounds.contains(size))
        && query.question.is_none_or(|wanted| wanted == row.question)
        && query.test.is_none_or(|wanted| wanted == row.test)
        && query.joined.takes(|joined| row.joined(*joined))
}

/// Whether the message answers the question.
pub(super) fn sms_matches(query: &SmsQuery, row: &SmsRow) -> bool {
    let sms = &row.sms;
    let ends = |number: &Option<PhoneNumber>, typed: &String| number.as_ref().is_some_and(|n| ends_with(n, typed));
    query.span.contains(row.received_at)
        && query.app.takes(|app| *app == row.app)
        && query.provider.takes(|provider| *provider == row.provider)
        && query.number.takes(|typed| [&sms.from, &sms.to, &sms.x].into_iter().any(|n| ends(n, typed)))
        && query.sender.takes(|typed| ends(&sms.from, typed))
        && query.receiver.takes(|typed| ends(&sms.to, typed))
        && query.x.takes(|typed| ends(&sms.x, typed))
        && query.mode.takes(|mode| *mode == sms.mode)
        && query.sms_id.takes(|id| *id == sms.sms_id)
        && query.test.takes(row.test)
}

/// Whether a number ends with what was typed: four digits or more.
pub(super) fn ends_with(number: &PhoneNumber, typed: &str) -> bool {
    let typed = typed_digits(typed);
    typed.len() >= ENDING_MIN && digits(number).ends_with(&typed)
}
