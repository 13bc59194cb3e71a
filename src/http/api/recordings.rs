//! `GET /recordings`: the recordings of calls, where each is and when the platform deletes it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::ask::Ask;
use super::calls::RecordingObject;
use super::{HttpError, List, Response, blocking, ok};
use crate::domain::{Call, Masking};
use crate::service::{Context, Instant, filters, query::Query};
use crate::store::{CallQuery, FilterTable as _};

/// A recording with the call it is of.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RecordingOfCall {
    #[serde(flatten)]
    recording: RecordingObject,
    call: String,
    app: String,
    provider: &'static str,
    at: Instant,
    caller: Option<String>,
    callee: Option<String>,
    talk_seconds: u32,
}

impl RecordingOfCall {
    fn new(context: &Context, masking: Masking, call: &Call) -> Option<Self> {
        Some(Self {
            recording: RecordingObject::new(context, call.recording.as_ref()?),
            call: call.id.to_string(),
            app: filters::app_name(context, call.app),
            provider: call.provider.0,
            at: Instant(call.t),
            caller: masking.maybe(call.caller.as_ref()),
            callee: masking.maybe(call.callee.as_ref()),
            talk_seconds: call.talk_seconds,
        })
    }
}

/// `GET /recordings`: the filters of calls.
pub(super) async fn list(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let query = Query::parse(&ask.query, &[CallQuery::parameters(), filters::PAGING].concat())?;
    let mut calls: CallQuery = filters::read(context, &ask.principal.scope, &query)?;
    if calls.has_recording == Some(false) {
        return Err(HttpError::BadRequest("recordings are of calls that have one".into()));
    }
    calls.has_recording = Some(true);
    let page = filters::page(&query)?;
    let store = context.store.clone();
    let listing = blocking(move || store.calls(&calls, &page)).await?;
    let items = listing.items.iter().filter_map(|call| RecordingOfCall::new(context, ask.masking(), call)).collect();
    ok(&List { items, next: listing.next })
}
