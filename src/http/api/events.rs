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
use crate::domain::{CallId, PhoneNumber, Seq};
use crate::error_chain::Chain;
use crate::limits::{EVENTS_HEARTBEAT, EVENTS_RESUME};
use crate::store::{Change, Page, QueryError, SmsQuery};

/// `GET /events`
pub(super) async fn follow(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.no_query()?;
    let sight = ask.sight();
    // Followed first and looked back afterwards: a change in between comes twice, never not.
    let changes = BroadcastStream::new(context.store.changes());
    let missed = match ask.headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<Seq>().ok()) {
        Some(last) => {
            let context = context.clone();
            blocking(move || look_back(&context, sight, last)).await?
        }
        None => Vec::new(),
    };
    let live = live(context.clone(), sight, changes);
    let events = stream::iter(missed).chain(live).map(Ok::<Event, Infallible>);
    let keep_alive = warp::sse::keep_alive().interval(EVENTS_HEARTBEAT);
    let mut response = warp::sse::reply(keep_alive.stream(events)).into_response();
    // A proxy that buffers would hold events back.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn live(context: Arc<Context>, sight: Sight, changes: BroadcastStream<Change>) -> impl Stream<Item = Event> + Send {
    changes.filter_map(move |change| {
        let context = context.clone();
        async move {
            match change {
                Ok(change) => blocking(move || describe_or_log(&context, sight, &change)).await,
                Err(BroadcastStreamRecvError::Lagged(missed)) => {
                    Some(event("lagged", None, &serde_json::json!({ "missed": missed })))
                }
            }
        }
    })
}

/// The callbacks after `last`, and the calls they belong to.
fn look_back(context: &Context, sight: Sight, last: Seq) -> Result<Vec<Event>, QueryError> {
    let applied = context.store.status().applied;
    let first = (last + 1).max(applied.saturating_sub(EVENTS_RESUME) + 1);
    let (mut events, mut calls) = (Vec::new(), BTreeSet::new());
    if first > last + 1 {
        events.push(event("lagged", None, &serde_json::json!({ "missed": first - last - 1 })));
    }
    for seq in first..=applied {
        if let Some(row) = context.store.callback(seq)? {
            calls.extend(row.calls.iter().copied());
            events.push(event("callback", Some(seq), &CallbackObject::new(context, sight, &row)));
        }
    }
    for id in calls {
        events.extend(call(context, sight, id)?);
    }
    Ok(events)
}

/// A change that cannot be read any more is passed over: the lists tell the rest.
fn describe_or_log(context: &Context, sight: Sight, change: &Change) -> Option<Event> {
    describe(context, sight, change).unwrap_or_else(|error| {
        tracing::error!(error = %Chain(&error), "a change could not be read for its followers");
        None
    })
}

fn describe(context: &Context, sight: Sight, change: &Change) -> Result<Option<Event>, QueryError> {
    match change {
        Change::Callback(seq) => {
            let row = context.store.callback(*seq)?;
            Ok(row.map(|row| event("callback", Some(*seq), &CallbackObject::new(context, sight, &row))))
        }
        Change::Call(id) => call(context, sight, *id),
        Change::Sms(seq) => sms(context, sight, *seq),
        Change::Number(changed) => number(context, sight, changed),
    }
}

fn call(context: &Context, sight: Sight, id: CallId) -> Result<Option<Event>, QueryError> {
    let call = context.store.call(id)?;
    Ok(call.map(|call| event("call", call.callbacks.last().copied(), &CallObject::new(context, sight, &call))))
}

/// The message that a callback brought is among those of the moment it was received.
fn sms(context: &Context, sight: Sight, seq: Seq) -> Result<Option<Event>, QueryError> {
    let Some(callback) = context.store.callback(seq)? else { return Ok(None) };
    let mut query = SmsQuery::default();
    query.span.from = Some(callback.received_at);
    let page = Page { limit: crate::limits::PAGE_MAX, cursor: None };
    let rows = context.store.sms(&query, &page)?.items;
    let row = rows.iter().find(|row| row.callback == seq);
    Ok(row.map(|row| event("sms", Some(seq), &SmsObject::new(context, sight, row))))
}

fn number(context: &Context, sight: Sight, changed: &PhoneNumber) -> Result<Option<Event>, QueryError> {
    let rows = context.store.number(changed);
    // Where several apps have the number, the latest news is what changed.
    let row = rows.iter().max_by_key(|row| row.history.first().map(|(_, _, _, seq)| *seq));
    Ok(row.map(|row| {
        let seq = row.history.first().map(|(_, _, _, seq)| *seq);
        event("number", seq, &NumberObject::new(context, sight, row))
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
