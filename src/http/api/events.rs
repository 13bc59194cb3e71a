//! `GET /events`: server-sent events, one a change.
//!
//! The event's name says what changed (`callback`, `call`, `sms`, `number`), its data is the
//! object as the lists show it, its id the number of the callback behind it. A client that
//! comes back with `Last-Event-ID` gets the callbacks it missed and their calls, as far as
//! [`EVENTS_RESUME`] reaches. One that is too slow gets `lagged` and should ask the lists.

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
use super::sight::Sight;
use super::sms::SmsObject;
use super::{Context, HttpError, Response, blocking};
use crate::domain::{AppId, CallId, PhoneNumber, Seq};
use crate::error_chain::Chain;
use crate::limits::{EVENTS_HEARTBEAT, EVENTS_RESUME};
use crate::state::Principal;
use crate::store::{Change, Page, QueryError, SmsQuery};

/// Who follows, and how they see numbers.
#[derive(Debug, Clone)]
struct Follower {
    principal: Principal,
    sight: Sight,
}

impl Follower {
    fn may_see(&self, app: AppId) -> bool {
        self.principal.scope.allows(app)
    }
}

/// `GET /events`
pub(super) async fn follow(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.no_query()?;
    let follower = Follower { principal: ask.principal.clone(), sight: ask.sight() };
    // Followed first and looked back afterwards: a change in between comes twice, never not.
    let changes = BroadcastStream::new(context.store.changes());
    let missed = match ask.headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<Seq>().ok()) {
        Some(last) => {
            let (context, follower) = (context.clone(), follower.clone());
            blocking(move || look_back(&context, &follower, last)).await?
        }
        None => Vec::new(),
    };
    let live = live(context.clone(), follower, changes);
    let events = stream::iter(missed).chain(live).map(Ok::<Event, Infallible>);
    let keep_alive = warp::sse::keep_alive().interval(EVENTS_HEARTBEAT);
    let mut response = warp::sse::reply(keep_alive.stream(events)).into_response();
    // A proxy that buffers would hold events back.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// Ends when whoever follows loses the rights they began with: they may come back with others.
fn live(
    context: Arc<Context>,
    follower: Follower,
    changes: BroadcastStream<Change>,
) -> impl Stream<Item = Event> + Send {
    let (state, principal) = (context.state.clone(), follower.principal.clone());
    let changes = changes.take_while(move |_| std::future::ready(state.still_holds(&principal)));
    changes.filter_map(move |change| {
        let (context, follower) = (context.clone(), follower.clone());
        async move {
            match change {
                Ok(change) => blocking(move || describe_or_log(&context, &follower, &change)).await,
                Err(BroadcastStreamRecvError::Lagged(missed)) => {
                    Some(event("lagged", None, &serde_json::json!({ "missed": missed })))
                }
            }
        }
    })
}

/// The callbacks after `last`, and the calls they belong to.
fn look_back(context: &Context, follower: &Follower, last: Seq) -> Result<Vec<Event>, QueryError> {
    let applied = context.store.status().applied;
    let first = (last + 1).max(applied.saturating_sub(EVENTS_RESUME) + 1);
    let (mut events, mut calls) = (Vec::new(), BTreeSet::new());
    if first > last + 1 {
        events.push(event("lagged", None, &serde_json::json!({ "missed": first - last - 1 })));
    }
    for seq in first..=applied {
        if let Some(row) = context.store.callback(seq)?.filter(|row| follower.may_see(row.app)) {
            calls.extend(row.calls.iter().copied());
            events.push(event("callback", Some(seq), &CallbackObject::new(context, follower.sight, &row)));
        }
    }
    for id in calls {
        events.extend(call(context, follower, id)?);
    }
    Ok(events)
}

/// A change that cannot be read any more is passed over: the lists tell the rest.
fn describe_or_log(context: &Context, follower: &Follower, change: &Change) -> Option<Event> {
    describe(context, follower, change).unwrap_or_else(|error| {
        tracing::error!(error = %Chain(&error), "a change could not be read for its followers");
        None
    })
}

fn describe(context: &Context, follower: &Follower, change: &Change) -> Result<Option<Event>, QueryError> {
    match change {
        Change::Callback(seq) => {
            let row = context.store.callback(*seq)?.filter(|row| follower.may_see(row.app));
            Ok(row.map(|row| event("callback", Some(*seq), &CallbackObject::new(context, follower.sight, &row))))
        }
        Change::Call(id) => call(context, follower, *id),
        Change::Sms(seq) => sms(context, follower, *seq),
        Change::Number(changed) => number(context, follower, changed),
    }
}

fn call(context: &Context, follower: &Follower, id: CallId) -> Result<Option<Event>, QueryError> {
    let call = context.store.call(id)?.filter(|call| follower.may_see(call.app));
    let object = |call: &_| CallObject::new(context, follower.sight, call);
    Ok(call.map(|call| event("call", call.callbacks.last().copied(), &object(&call))))
}

/// The message that a callback brought is among those of the moment it was received.
fn sms(context: &Context, follower: &Follower, seq: Seq) -> Result<Option<Event>, QueryError> {
    let callback = context.store.callback(seq)?.filter(|row| follower.may_see(row.app));
    let Some(callback) = callback else { return Ok(None) };
    let mut query = SmsQuery::default();
    query.span.from = Some(callback.received_at);
    let page = Page { limit: crate::limits::PAGE_MAX, cursor: None };
    let rows = context.store.sms(&query, &page)?.items;
    let row = rows.iter().find(|row| row.callback == seq);
    Ok(row.map(|row| event("sms", Some(seq), &SmsObject::new(context, follower.sight, row))))
}

fn number(context: &Context, follower: &Follower, changed: &PhoneNumber) -> Result<Option<Event>, QueryError> {
    let rows = context.store.numbers(None)?;
    let row = rows.iter().find(|row| row.number == *changed && follower.may_see(row.app));
    Ok(row.map(|row| {
        let seq = row.history.first().map(|(_, _, _, seq)| *seq);
        event("number", seq, &NumberObject::new(context, follower.sight, row))
    }))
}

fn event(name: &'static str, id: Option<Seq>, object: &impl Serialize) -> Event {
    let data = serde_json::to_string(object).expect("the API's objects are plain data");
    let event = Event::default().event(name).data(data);
    match id {
        Some(id) => event.id(id.to_string()),
        None => event,
    }
}
