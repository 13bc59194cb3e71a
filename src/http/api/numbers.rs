//! `GET /numbers`: privacy numbers and what became of them.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::ask::Ask;
use super::{HttpError, Response};
use crate::domain::{Masking, Seq};
use crate::service::{Context, Instant, filters};
use crate::store::{NumberQuery, NumberRow};

/// A privacy number with its states.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct NumberObject {
    number: String,
    app: String,
    state: Option<String>,
    cause: Option<String>,
    since: Option<Instant>,
    history: Vec<StateObject>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct StateObject {
    at: Instant,
    state: String,
    cause: Option<String>,
    callback: Seq,
}

impl NumberObject {
    pub(super) fn new(context: &Context, masking: Masking, row: &NumberRow) -> Self {
        let history = row.history.iter().map(|(at, state, cause, callback)| StateObject {
            at: Instant(*at),
            state: masking.text(state.name()),
            cause: masking.maybe_text(cause.as_deref()),
            callback: *callback,
        });
        Self {
            number: masking.number(&row.number),
            app: filters::app_name(context, row.app),
            state: row.state.as_ref().map(|state| masking.text(state.name())),
            cause: masking.maybe_text(row.cause.as_deref()),
            since: row.since.map(Instant),
            history: history.collect(),
        }
    }
}

/// `GET /numbers`
pub(super) async fn list(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    super::lists::list::<NumberQuery, _>(context, ask, NumberObject::new).await
}
