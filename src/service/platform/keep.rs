//! Our bindings beside the platform's: what was bound, changed or ended there is so here as well.
//!
//! Ours holds the platform's own id, by which it is found again and compared. The platform is
//! right: where ours cannot follow (somebody is bound here already), the answer says so and the
//! comparison shows it. 玖云 gives no id, so that its numbers are not kept here.

use std::time::Duration;

use crate::bindings::{BindingError, BindingQuery};
use crate::domain::{App, Binding, BindingId, BindingKind, BindingState, BindingTerms, Direction, PhoneNumber};
use crate::limits::{PAGE_MAX, PLATFORM_PAIRS};
use crate::platforms::outbound::{Answer, Effect, Mode, Request};
use crate::service::Context;
use crate::state::Author;
use crate::store::{Filter, Page, QueryError};

/// Why our binding did not follow the platform's.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    #[error("keeping our binding")]
    Binding(#[from] BindingError),
    #[error("looking for our binding")]
    Query(#[from] QueryError),
    #[error("the platform's answer names no {0}")]
    Untold(&'static str),
}

pub(crate) fn kind_of(mode: Mode) -> Option<BindingKind> {
    match mode {
        Mode::Ax => Some(BindingKind::Ax),
        Mode::Axb => Some(BindingKind::Axb),
        Mode::Axe => Some(BindingKind::Axe),
        Mode::Axyb => Some(BindingKind::Axyb),
        Mode::Call | Mode::Number | Mode::Callback => None,
    }
}

/// Repeats a change of the platform on our bindings; returns those.
pub(crate) async fn follow(
    context: &Context,
    by: &Author,
    app: &App,
    request: &Request,
    answer: &Answer,
) -> Result<Vec<BindingId>, KeepError> {
    let operation = request.operation();
    let Some(kind) = kind_of(operation.mode) else { return Ok(Vec::new()) };
    if operation.effect == Effect::Binds {
        let terms = made(context, kind, request, answer)?;
        return Ok(vec![context.bindings.add(by, app, terms).await?.id]);
    }
    let mut done = Vec::new();
    for binding in named(context, app, kind, request)? {
        let id = binding.id;
        match operation.id {
            "axyb.bind-y" => return second_half(context, by, app, binding, request, answer).await,
            "axyb.unbind"
                if request.value("yNum").or(request.value("bNum")).is_some() && !is_named(&binding, request) => {}
            _ if operation.effect == Effect::Unbinds => {
                done.push(context.bindings.end(by, app.id, id).await?.id);
            }
            // Whom A reaches next is no part of the binding.
            "ax.callee" => {}
            _ => {
                let mut terms = binding.terms;
                apply(context, &mut terms, request);
                done.push(context.bindings.change(by, app, id, terms).await?.id);
            }
        }
    }
    Ok(done)
}

fn made(context: &Context, kind: BindingKind, request: &Request, answer: &Answer) -> Result<BindingTerms, KeepError> {
    let told = answer.bindings().into_iter().next().unwrap_or_default();
    let number = |told: Option<&str>, names: &[&str], what| {
        let text = told.or_else(|| names.iter().find_map(|name| request.value(name)));
        text.and_then(PhoneNumber::parse).ok_or(KeepError::Untold(what))
    };
    let a = number(told.a.as_deref(), &["callerNum", "origNum", "bindNum"], "A")?;
    let x = number(told.x.as_deref(), &["relationNum", "privateNum", "virtualNum"], "X")?;
    let b = number(told.b.as_deref(), &["calleeNum"], "B").ok();
    let mut terms = BindingTerms {
        kind,
        extension: told.extension.or_else(|| request.value("extendNum").map(str::to_owned)),
        platform_id: Some(told.id.ok_or(KeepError::Untold("subscriptionId"))?),
        ..BindingTerms::new(a, x, b)
    };
    apply(context, &mut terms, request);
    Ok(terms)
}

fn apply(context: &Context, terms: &mut BindingTerms, request: &Request) {
    let number = |names: &[&str], slot: &mut PhoneNumber| {
        if let Some(number) = names.iter().find_map(|name| request.value(name)).and_then(PhoneNumber::parse) {
            *slot = number;
        }
    };
    if request.operation().effect == Effect::Changes {
        number(&["callerNum", "origNum", "bindNum"], &mut terms.a);
        if let Some(b) = &mut terms.b {
            number(&["calleeNum"], b);
        }
    }
    if let Some(direction) = request.value("callDirection") {
        terms.direction = match direction {
            "1" => Some(Direction::AToB),
            "2" => Some(Direction::BToA),
            _ => None,
        };
    }
    if let Some(minutes) = request.value("maxDuration").and_then(|minutes| minutes.parse().ok()) {
        terms.max_minutes = (minutes > 0).then_some(minutes);
    }
    if let Some(record) = request.value("recordFlag") {
        terms.record = record == "true";
    }
    let text = |name: &str, slot: &mut Option<String>| {
        if let Some(text) = request.value(name) {
            *slot = Some(text.to_owned());
        }
    };
    text("recordHintTone", &mut terms.hint_tone);
    text("lastMinVoice", &mut terms.last_minute_tone);
    text("userData", &mut terms.user_data);
    let unit = if request.value("timeUnit") == Some("1") { 60 } else { 3600 };
    let seconds = |name: &str, unit: u64| request.value(name)?.parse::<u64>().ok().map(|count| count * unit);
    if let Some(seconds) = seconds("duration", 1).or_else(|| seconds("bindExpiredTime", unit)) {
        let now = context.clock.now();
        terms.valid_to = (seconds > 0).then(|| now.checked_add(Duration::from_secs(seconds)).ok()).flatten();
    }
}

/// B and Y join A and X: the first pair on our binding, each further pair on a new one.
async fn second_half(
    context: &Context,
    by: &Author,
    app: &App,
    first: Binding,
    request: &Request,
    answer: &Answer,
) -> Result<Vec<BindingId>, KeepError> {
    let told = answer.bindings().into_iter().next().unwrap_or_default();
    let b = request.value("origNum").and_then(PhoneNumber::parse).ok_or(KeepError::Untold("B"))?;
    let y = told.y.or(told.x).as_deref().and_then(PhoneNumber::parse).ok_or(KeepError::Untold("Y"))?;
    let is_free = first.terms.b.is_none();
    let terms = BindingTerms { b: Some(b), y: Some(y), ..first.terms };
    let kept = match is_free {
        true => context.bindings.change(by, app, first.id, terms).await?,
        false => context.bindings.add(by, app, terms).await?,
    };
    Ok(vec![kept.id])
}

fn is_named(binding: &Binding, request: &Request) -> bool {
    let same = |name: &str, number: Option<&PhoneNumber>| {
        request.value(name).is_none_or(|given| PhoneNumber::parse(given).as_ref() == number)
    };
    same("yNum", binding.terms.y.as_ref()) && same("bNum", binding.terms.b.as_ref())
}

/// By the platform's id, or else by X and extension.
fn named(context: &Context, app: &App, kind: BindingKind, request: &Request) -> Result<Vec<Binding>, KeepError> {
    let mut query = open(app, kind);
    match request.value("subscriptionId") {
        Some(id) => query.platform_id = Filter::any(vec![id.to_owned()]),
        None => {
            let x = ["relationNum", "privateNum", "virtualNum"].iter().find_map(|name| request.value(name));
            let x = x.and_then(PhoneNumber::parse).ok_or(KeepError::Untold("X"))?;
            query.x = Filter::any(vec![x.national().to_owned()]);
        }
    }
    let mut found = all(context, &query)?;
    if let Some(extension) = request.value("extendNum") {
        found.retain(|binding| binding.terms.extension.as_deref() == Some(extension));
    }
    Ok(found)
}

pub(crate) fn open(app: &App, kind: BindingKind) -> BindingQuery {
    BindingQuery {
        app: Filter::any(vec![app.id]),
        kind: Filter::any(vec![kind]),
        state: Filter::any(vec![BindingState::Active, BindingState::Scheduled]),
        ..BindingQuery::default()
    }
}

fn all(context: &Context, query: &BindingQuery) -> Result<Vec<Binding>, KeepError> {
    let mut found = Vec::new();
    let mut page = Page { limit: PAGE_MAX, cursor: None };
    loop {
        let listing = context.bindings.list(query, &page)?;
        found.extend(listing.items.into_iter().filter(|binding| binding.terms.platform_id.is_some()));
        page.cursor = listing.next;
        if page.cursor.is_none() || found.len() >= PLATFORM_PAIRS {
            return Ok(found);
        }
    }
}
