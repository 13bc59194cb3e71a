//! `GET /calls`, `/calls/{id}`.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::ask::Ask;
use super::decisions::DecisionObject;
use super::{HttpError, Response, blocking, ok};
use crate::domain::{
    Call, CallEventView, CallId, CallOutcome, Direction, Masking, Party, Product, RecordingState, RecordingView,
    Release, Seq,
};
use crate::platforms;
use crate::service::{Context, Instant, filters, lists::decisions_of_call};
use crate::store::{CallQuery, CallbackRow, QueryError};

/// A call.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CallObject {
    id: String,
    /// Where it stands in lists: its earliest instant that is known.
    #[schemars(with = "String")]
    at: Instant,
    app: String,
    provider: &'static str,
    product: Option<&'static str>,
    session_id: String,
    caller: Option<String>,
    callee: Option<String>,
    x_number: Option<String>,
    y_number: Option<String>,
    extension: Option<String>,
    direction: Option<&'static str>,
    state: &'static str,
    outcome: Option<&'static str>,
    setup_at: Option<Instant>,
    alerting_at: Option<Instant>,
    answered_at: Option<Instant>,
    released_at: Option<Instant>,
    ring_seconds: Option<u32>,
    talk_seconds: u32,
    release: Option<ReleaseObject>,
    records: u32,
    recording: Option<RecordingObject>,
    user_data: Option<String>,
    binding_id: Option<String>,
    anomalies: Vec<&'static str>,
    /// Whether it was told by test callbacks: such a call is counted nowhere.
    test: bool,
    events: Vec<EventObject>,
    callbacks: Vec<Seq>,
}

/// A call with what platforms asked about it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WholeCall {
    #[serde(flatten)]
    call: CallObject,
    /// What was asked while it rang and was decided, oldest first: the same as in the list of
    /// decisions. Empty where its platform asked nothing.
    decisions: Vec<DecisionObject>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ReleaseObject {
    table: String,
    code: String,
    text: TextObject,
    by: Option<&'static str>,
}

/// A text in both languages, or nothing in either.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct TextObject {
    zh: Option<&'static str>,
    en: Option<&'static str>,
}

/// Where a recording is.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RecordingObject {
    pub(super) id: String,
    pub(super) state: &'static str,
    pub(super) expires_at: Instant,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct EventObject {
    kind: &'static str,
    at: Option<Instant>,
    leg: Option<&'static str>,
    callback: Seq,
}

/// `GET /calls`
pub(super) async fn list(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    super::lists::list::<CallQuery, _>(context, ask, CallObject::new).await
}

/// `GET /calls/{id}`
pub(super) async fn one(context: &Arc<Context>, ask: &Ask, id: &str) -> Result<Response, HttpError> {
    ask.no_query()?;
    let id = CallId::parse(id).ok_or(HttpError::NotFound)?;
    let (owned, scope, masking) = (context.clone(), ask.principal.scope.clone(), ask.masking());
    let found = blocking(move || {
        let call = owned.store.call(id)?.filter(|call| scope.allows(call.app));
        call.map(|call| WholeCall::read(&owned, masking, &call)).transpose()
    });
    ok(&found.await?.ok_or(HttpError::NotFound)?)
}

impl CallObject {
    pub(super) fn new(context: &Context, masking: Masking, call: &Call) -> Self {
        let text = |text: &str| masking.text_of(text, call.parties());
        Self {
            id: call.id.to_string(),
            at: Instant(call.t),
            app: filters::app_name(context, call.app),
            provider: call.provider.0,
            product: call.product.map(Product::name),
            session_id: text(call.session.reveal()),
            caller: masking.maybe(call.caller.as_ref()),
            callee: masking.maybe(call.callee.as_ref()),
            x_number: masking.maybe(call.x.as_ref()),
            y_number: masking.maybe(call.y.as_ref()),
            extension: call.extension.as_deref().map(text),
            direction: call.direction.map(Direction::name),
            state: call.state.name(),
            outcome: call.outcome.map(CallOutcome::name),
            setup_at: call.setup_at.map(Instant),
            alerting_at: call.alerting_at.map(Instant),
            answered_at: call.answered_at.map(Instant),
            released_at: call.released_at.map(Instant),
            ring_seconds: call.ring_seconds,
            talk_seconds: call.talk_seconds,
            release: call.release.as_ref().map(|release| ReleaseObject::new(masking, call, release)),
            records: call.records,
            recording: call.recording.as_ref().map(|recording| RecordingObject::new(context, recording)),
            user_data: call.user_data.as_deref().map(text),
            binding_id: call.binding_id.as_deref().map(text),
            anomalies: call.anomalies.iter().map(|anomaly| anomaly.name()).collect(),
            test: call.test,
            events: call.events.iter().map(EventObject::new).collect(),
            callbacks: call.callbacks.clone(),
        }
    }
}

impl WholeCall {
    /// May wait for the disk.
    pub(super) fn read(context: &Context, masking: Masking, call: &Call) -> Result<Self, QueryError> {
        let rows = decisions_of_call(context, call)?;
        let object = |row: &CallbackRow| {
            let decided = row.decision.as_deref()?;
            Some(DecisionObject::new(context, masking, row, decided, Some(call)))
        };
        let decisions = rows.iter().filter_map(object).collect();
        Ok(Self { call: CallObject::new(context, masking, call), decisions })
    }
}

impl ReleaseObject {
    fn new(masking: Masking, call: &Call, release: &Release) -> Self {
        let text = platforms::explain(call.provider, &release.cause).map(|doc| doc.text);
        Self {
            table: masking.text(&release.cause.table),
            code: masking.text(&release.cause.code),
            text: TextObject { zh: text.map(|t| t.zh), en: text.map(|t| t.en) },
            by: release.by.map(Party::name),
        }
    }
}

impl RecordingObject {
    /// A recording that was not fetched before the platform deleted it is expired.
    pub(super) fn new(context: &Context, recording: &RecordingView) -> Self {
        let state = match recording.state {
            RecordingState::Waiting if recording.expires_at <= context.clock.now() => RecordingState::Expired,
            state => state,
        };
        Self { id: recording.id.clone(), state: state.name(), expires_at: Instant(recording.expires_at) }
    }
}

impl EventObject {
    fn new(event: &CallEventView) -> Self {
        Self {
            kind: event.kind.name(),
            at: event.at.map(Instant),
            leg: event.leg.map(Party::name),
            callback: event.callback,
        }
    }
}
