//! Questions as terms, and the comparison of a row with the question itself.

use super::scan::Want;
use super::terms::{Field, digits, ending, term, typed_digits};
use super::{CallQuery, CallbackQuery, CallbackRow, Filter, SmsQuery, SmsRow, Span};
use crate::domain::{Call, CallId, PhoneNumber};

/// The parties whose numbers `number=` looks at.
const PARTIES: [Field; 3] = [Field::Caller, Field::Callee, Field::X];

/// The terms of a question about calls.
pub(super) fn calls(query: &CallQuery) -> Want {
    let mut want = Want { t: time(query.span), ..Want::default() };
    exact(&mut want, &query.app, |app| term(Field::App, &app.0.to_be_bytes()));
    exact(&mut want, &query.provider, |provider| term(Field::Provider, provider.0.as_bytes()));
    exact(&mut want, &query.product, |product| term(Field::Product, product.name().as_bytes()));
    exact(&mut want, &query.outcome, |outcome| term(Field::Outcome, outcome.name().as_bytes()));
    exact(&mut want, &query.session, |session| term(Field::Session, session.as_bytes()));
    number(&mut want, &query.number, &PARTIES);
    number(&mut want, &query.caller, &[Field::Caller]);
    number(&mut want, &query.callee, &[Field::Callee]);
    number(&mut want, &query.x, &[Field::X]);
    if !query.q.any.is_empty() {
        want.all.push(query.q.any.iter().flat_map(|text| anything(text)).collect());
    }
    match query.has_recording {
        Some(true) => want.all.push(vec![term(Field::Recording, b"yes")]),
        Some(false) => want.none.push(term(Field::Recording, b"yes")),
        None => {}
    }
    if query.min_talk.is_some() || query.max_talk.is_some() {
        want.talk = Some((query.min_talk.unwrap_or(0), query.max_talk.unwrap_or(u32::MAX)));
    }
    want
}

/// The terms of a question about callbacks.
pub(super) fn callbacks(query: &CallbackQuery) -> Want {
    let mut want = Want { t: time(query.span), ..Want::default() };
    exact(&mut want, &query.app, |app| term(Field::App, &app.0.to_be_bytes()));
    exact(&mut want, &query.provider, |provider| term(Field::Provider, provider.0.as_bytes()));
    exact(&mut want, &query.outcome, |outcome| term(Field::Outcome, outcome.name().as_bytes()));
    exact(&mut want, &query.session, |session| term(Field::Session, session.as_bytes()));
    want
}

/// The terms of a question about messages.
pub(super) fn sms(query: &SmsQuery) -> Want {
    let mut want = Want { t: time(query.span), ..Want::default() };
    exact(&mut want, &query.app, |app| term(Field::App, &app.0.to_be_bytes()));
    exact(&mut want, &query.provider, |provider| term(Field::Provider, provider.0.as_bytes()));
    number(&mut want, &query.number, &[Field::Party]);
    want
}

pub(super) fn time(span: Span) -> Option<(i64, i64)> {
    if span == Span::default() {
        return None;
    }
    let from = span.from.map_or(i64::MIN, jiff::Timestamp::as_microsecond);
    Some((from, span.to.map_or(i64::MAX, |to| to.as_microsecond() - 1)))
}

pub(super) fn exact<T>(want: &mut Want, filter: &Filter<T>, term: impl Fn(&T) -> u64) {
    if !filter.any.is_empty() {
        want.all.push(filter.any.iter().map(&term).collect());
    }
    want.none.extend(filter.none.iter().map(&term));
}

/// Endings narrow down; a NOT on them is left to the comparison, because an ending that is
/// shorter than what was typed would take away too much.
fn number(want: &mut Want, filter: &Filter<String>, fields: &[Field]) {
    if !filter.any.is_empty() {
        let endings = filter.any.iter().flat_map(|typed| {
            let typed = typed_digits(typed);
            fields.iter().filter_map(move |field| ending(*field, &typed))
        });
        want.all.push(endings.collect());
    }
}

fn anything(text: &str) -> Vec<u64> {
    let text = text.trim();
    let mut terms = vec![term(Field::Session, text.as_bytes()), term(Field::UserData, text.as_bytes())];
    terms.extend(CallId::parse(text).map(super::terms::id_term));
    if looks_like_number(text) {
        terms.extend(PARTIES.iter().filter_map(|field| ending(*field, &typed_digits(text))));
    }
    terms
}

fn looks_like_number(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' '))
}

/// Whether the call answers the question.
pub(super) fn call_matches(query: &CallQuery, call: &Call) -> bool {
    let ends = |number: &Option<PhoneNumber>, typed: &String| number.as_ref().is_some_and(|n| ends_with(n, typed));
    let x = |typed: &String| ends(&call.x, typed) || ends(&call.y, typed);
    let party = |typed: &String| ends(&call.caller, typed) || ends(&call.callee, typed) || x(typed);
    let text = |text: &String| {
        let text = text.trim();
        call.session.reveal() == text
            || call.user_data.as_deref() == Some(text)
            || CallId::parse(text) == Some(call.id)
            || (looks_like_number(text) && party(&text.to_owned()))
    };
    query.span.contains(call.t)
        && takes(&query.app, |app| *app == call.app)
        && takes(&query.provider, |provider| *provider == call.provider)
        && takes(&query.product, |product| Some(*product) == call.product)
        && takes(&query.outcome, |outcome| Some(*outcome) == call.outcome)
        && takes(&query.session, |session| session == call.session.reveal())
        && takes(&query.number, party)
        && takes(&query.caller, |typed| ends(&call.caller, typed))
        && takes(&query.callee, |typed| ends(&call.callee, typed))
        && takes(&query.x, x)
        && takes(&query.q, text)
        && query.min_talk.is_none_or(|min| call.talk_seconds >= min)
        && query.max_talk.is_none_or(|max| call.talk_seconds <= max)
        && query.has_recording.is_none_or(|has| call.recording.is_some() == has)
}

/// Whether the callback answers the question.
pub(super) fn callback_matches(query: &CallbackQuery, row: &CallbackRow) -> bool {
    query.span.contains(row.received_at)
        && takes(&query.app, |app| *app == row.app)
        && takes(&query.provider, |provider| Some(*provider) == row.provider)
        && takes(&query.outcome, |outcome| *outcome == row.outcome)
        && takes(&query.session, |session| row.sessions.contains(session))
}

/// Whether the message answers the question.
pub(super) fn sms_matches(query: &SmsQuery, row: &SmsRow) -> bool {
    let numbers = [&row.sms.from, &row.sms.to, &row.sms.x];
    query.span.contains(row.received_at)
        && takes(&query.app, |app| *app == row.app)
        && takes(&query.provider, |provider| *provider == row.provider)
        && takes(&query.number, |typed| numbers.iter().any(|n| n.as_ref().is_some_and(|n| ends_with(n, typed))))
}

pub(super) fn takes<T>(filter: &Filter<T>, holds: impl Fn(&T) -> bool) -> bool {
    (filter.any.is_empty() || filter.any.iter().any(&holds)) && !filter.none.iter().any(&holds)
}

fn ends_with(number: &PhoneNumber, typed: &str) -> bool {
    let typed = typed_digits(typed);
    typed.len() >= 4 && digits(number).ends_with(&typed)
}
