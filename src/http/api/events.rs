//! `GET /events`: server-sent events, one a change.
//!
//! The event's name says what changed (`callback`, `call`, `decision`, `sms`, `number`); its data is the
//! object as lists show it. A decision is sent once. An `id` comes alone, after all events of the
//! callbacks up to it: one batch of callbacks changes calls in any order, and a client that is cut off in
//! the middle must not take it for complete. A client that returns with `Last-Event-ID` (or begins with
//! `since`) gets the callbacks and decisions it missed and the calls they changed, as they are now. A
//! call may be sent twice, so a row replaces the row of the same id. A client that is too slow gets
//! `lagged` and should read the lists again.
//!
//! A browser gets numbers masked, unless the Live page with the same filters is revealed to its login;
//! that is checked at every event. A stream ends with the login or token it began with, also while
//! nothing happens.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;

use futures_util::{Stream, StreamExt, stream};
use http::HeaderValue;
use serde::Serialize;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use warp::Reply;
use warp::sse::Event;

use super::ask::Ask;
use super::callbacks::CallbackObject;
use super::calls::CallObject;
use super::numbers::NumberObject;
use super::sms::SmsObject;
use super::{HttpError, Response, blocking, decisions};
use crate::domain::{AppId, CallId, Masking, PhoneNumber, ProviderId, Seq, Text};
use crate::error_chain::Chain;
use crate::http::admission::Admission;
use crate::limits::{EVENTS_HEARTBEAT, EVENTS_RESUME, FOLLOWERS_MAX};
use crate::service::{
    Context, filters,
    query::{Query, bad},
    reveals,
};
use crate::state::Principal;
use crate::store::{
    CallQuery, CallbackRow, Change, DecisionQuery, Filter, FilterTable as _, Page, QueryError, SmsQuery, one_of,
};

pub(super) const KNOWN: &[&str] =
    &["kind!", "since", "app!", "provider!", "product!", "outcome!", "number!", "caller!", "callee!", "x!", "session!"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Callback,
    Call,
    Decision,
    Sms,
    Number,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Callback, Self::Call, Self::Decision, Self::Sms, Self::Number];
    const NAMES: [&'static str; 5] = ["callback", "call", "decision", "sms", "number"];

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().zip(Self::NAMES).find(|(_, known)| *known == name).map(|(kind, _)| kind)
    }
}

/// What one client follows, and how much of it they may see.
#[derive(Debug)]
struct Follower {
    context: Arc<Context>,
    principal: Principal,
    masking: Masking,
    /// The login and the Live page that must be revealed for whole numbers.
    page: Option<(String, String)>,
    kinds: Filter<Kind>,
    calls: CallQuery,
    decisions: DecisionQuery,
}

pub(super) async fn follow(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let query = Query::parse(&ask.query, KNOWN)?;
    let calls: CallQuery = filters::read(context, &ask.principal.scope, &query)?;
    // Apps and providers filter all events, the other filters only calls.
    let plain = CallQuery { app: calls.app.clone(), provider: calls.provider.clone(), ..CallQuery::default() };
    let mut kinds = query.filter("kind", |name, text| {
        Kind::parse(text).ok_or_else(|| bad(name, text, one_of(&Kind::NAMES.join(", "))))
    })?;
    if kinds.any.is_empty() && calls != plain {
        kinds.any.push(Kind::Call);
    }
    let decisions = filters::read(context, &ask.principal.scope, &query)?;
    let header = ask.headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<Seq>().ok());
    let since = header.or(query.number("since", 0..=Seq::MAX)?);
    if context.store.followers() >= FOLLOWERS_MAX {
        return Err(HttpError::Busy(Text::new(
            "实时连接已满，请稍后再试",
            "too many follow live already; try again in a moment",
        )));
    }
    let (principal, masking) = (ask.principal.clone(), ask.masking());
    let page = ask.may_be_shown_numbers().map(|login| (login.to_owned(), live_page(&ask.query)));
    let admission = ask.admission(context);
    let follower = Arc::new(Follower { context: context.clone(), principal, masking, page, kinds, calls, decisions });
    // Subscribed before looking back: a change in between comes twice, never not at all.
    let changes = BroadcastStream::new(context.store.changes());
    let back = follower.clone();
    let missed = blocking(move || back.look_back(since)).await?;
    let events = stream::iter(missed).chain(live(follower, changes, admission.clone()));
    let events = events.take_until(admission.gone()).map(Ok::<Event, Infallible>);
    let keep_alive = warp::sse::keep_alive().interval(EVENTS_HEARTBEAT);
    let mut response = warp::sse::reply(keep_alive.stream(events)).into_response();
    // Stops proxies from buffering events.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// The Live page with these filters, as its reveal is recorded.
fn live_page(query: &str) -> String {
    let filters = form_urlencoded::parse(query.as_bytes()).into_owned();
    reveals::page(
        "/live",
        &filters.filter(|(name, _)| !matches!(name.as_str(), "kind" | "not_kind" | "since")).collect::<Vec<_>>(),
    )
}

/// Changes, until the credentials do not hold any more.
fn live(
    follower: Arc<Follower>,
    changes: BroadcastStream<Change>,
    mut admission: Admission,
) -> impl Stream<Item = Event> + Send {
    let changes = changes.take_while(move |_| std::future::ready(admission.holds()));
    let events = changes.then(move |change| {
        let follower = follower.clone();
        async move {
            match change {
                Ok(Change::Told(seq)) => vec![mark(seq)],
                Ok(change) if !follower.wants_some(&change) => Vec::new(),
                Ok(change) => blocking(move || follower.describe_or_log(&change)).await,
                Err(BroadcastStreamRecvError::Lagged(missed)) => {
                    vec![event("lagged", &serde_json::json!({ "missed": missed }))]
                }
            }
        }
    });
    events.flat_map(stream::iter)
}

impl Follower {
    fn masking(&self) -> Masking {
        let is_whole = |(login, page): &(String, String)| self.context.audit.revealed(login, page).is_some();
        if self.page.as_ref().is_some_and(is_whole) { Masking::Whole } else { self.masking }
    }

    fn wants(&self, kind: Kind) -> bool {
        self.kinds.takes(|wanted| *wanted == kind)
    }

    fn wants_some(&self, change: &Change) -> bool {
        match change {
            Change::Callback(_) => self.wants(Kind::Callback) || self.wants(Kind::Decision),
            Change::Call(_) => self.wants(Kind::Call),
            Change::Sms(_) => self.wants(Kind::Sms),
            Change::Number(_) => self.wants(Kind::Number),
            Change::Told(_) => true,
        }
    }

    /// Whether this client follows this app and provider.
    fn sees(&self, app: AppId, provider: Option<ProviderId>) -> bool {
        let apps = &self.calls.app;
        let providers = &self.calls.provider;
        self.principal.scope.allows(app)
            && (apps.any.is_empty() || apps.any.contains(&app))
            && !apps.none.contains(&app)
            && (providers.any.is_empty() || provider.is_some_and(|of| providers.any.contains(&of)))
            && !provider.is_some_and(|of| providers.none.contains(&of))
    }

    /// The callbacks after `since`, their calls, and the last number read.
    fn look_back(&self, since: Option<Seq>) -> Result<Vec<Event>, QueryError> {
        let store = &self.context.store;
        let applied = store.status().applied;
        // A client that is ahead saw the store before its rebuild.
        let Some(last) = since.filter(|last| *last <= applied) else { return Ok(vec![mark(applied)]) };
        let first = (last + 1).max(applied.saturating_sub(EVENTS_RESUME) + 1);
        let (mut events, mut calls) = (Vec::new(), BTreeSet::new());
        if first > last + 1 {
            events.push(event("lagged", &serde_json::json!({ "missed": first - last - 1 })));
        }
        for seq in first..=applied {
            let Some(row) = store.callback(seq)? else { continue };
            calls.extend(row.calls.iter().copied());
            events.extend(self.callback(&row)?);
        }
        if self.wants(Kind::Call) {
            for id in calls {
                events.extend(self.call(id)?);
            }
        }
        events.push(mark(applied));
        Ok(events)
    }

    /// A change that cannot be read is skipped: the lists have the rest.
    fn describe_or_log(&self, change: &Change) -> Vec<Event> {
        self.describe(change).unwrap_or_else(|error| {
            tracing::error!(error = %Chain(&error), "a change could not be read for its followers");
            Vec::new()
        })
    }

    fn describe(&self, change: &Change) -> Result<Vec<Event>, QueryError> {
        let told = match change {
            Change::Callback(seq) => match self.context.store.callback(*seq)? {
                Some(row) => return self.callback(&row),
                None => None,
            },
            Change::Call(id) => self.call(*id)?,
            Change::Sms(seq) => self.sms(*seq)?,
            Change::Number(changed) => self.number(changed)?,
            Change::Told(seq) => Some(mark(*seq)),
        };
        Ok(told.into_iter().collect())
    }

    fn callback(&self, row: &CallbackRow) -> Result<Vec<Event>, QueryError> {
        let mut events = Vec::new();
        if !self.sees(row.app, row.provider) {
            return Ok(events);
        }
        if self.wants(Kind::Callback) {
            events.push(event("callback", &CallbackObject::new(&self.context, self.masking(), row)));
        }
        if self.wants(Kind::Decision) && row.decision.is_some() && self.decisions.takes(row) {
            let decision = decisions::object(&self.context, self.masking(), row)?;
            events.extend(decision.map(|decision| event("decision", &decision)));
        }
        Ok(events)
    }

    fn call(&self, id: CallId) -> Result<Option<Event>, QueryError> {
        let call = self.context.store.call(id)?.filter(|call| self.calls.takes(call));
        Ok(call.map(|call| event("call", &CallObject::new(&self.context, self.masking(), &call))))
    }

    /// Finds the message of a callback among those received at that moment.
    fn sms(&self, seq: Seq) -> Result<Option<Event>, QueryError> {
        let Some(callback) = self.context.store.callback(seq)? else { return Ok(None) };
        let mut query = SmsQuery::default();
        query.span.from = Some(callback.received_at);
        let page = Page { limit: crate::limits::PAGE_MAX, cursor: None };
        let rows = self.context.store.sms(&query, &page)?.items;
        let row = rows.iter().find(|row| row.callback == seq).filter(|row| self.sees(row.app, Some(row.provider)));
        Ok(row.map(|row| event("sms", &SmsObject::new(&self.context, self.masking(), row))))
    }

    fn number(&self, changed: &PhoneNumber) -> Result<Option<Event>, QueryError> {
        let rows = self.context.store.number(changed);
        // Where several apps have the number, the latest notice is the change.
        let seen = rows.iter().filter(|row| self.sees(row.app, None));
        let row = seen.max_by_key(|row| row.history.first().map(|(_, _, _, seq)| *seq));
        Ok(row.map(|row| event("number", &NumberObject::new(&self.context, self.masking(), row))))
    }
}

fn event(name: &'static str, object: &impl Serialize) -> Event {
    let data = serde_json::to_string(object).expect("the API's objects are plain data");
    Event::default().event(name).data(data)
}

/// An id without data. Browsers remember it and pass no event to scripts.
fn mark(seq: Seq) -> Event {
    Event::default().id(seq.to_string())
}
