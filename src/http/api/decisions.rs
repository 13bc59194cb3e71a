//! `GET /decisions`: what platforms asked, what was answered, by which rule, how fast, and what
//! then became of the call.
//!
//! A decision is named by the number of the callback that asked. A repeated question, which gets the
//! first answer again, makes no decision.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::ask::Ask;
use super::rules::RuleNamed;
use super::{HttpError, List, Response, blocking, ok};
use crate::domain::{Call, CallOutcome, DecidedQuestion, Masking, Seq};
use crate::service::{Context, Instant, filters};
use crate::store::{CallbackRow, DecisionQuery, Listing, Page, QueryError};

/// A decision.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct DecisionObject {
    /// The callback that asked.
    callback: Seq,
    at: Instant,
    app: String,
    /// `call` or `sms`.
    asks: &'static str,
    /// The platform's id of the call.
    session: Option<String>,
    /// Who called or wrote.
    caller: Option<String>,
    x: Option<String>,
    /// `connect`, `close`, `forward` or `discard`.
    action: &'static str,
    /// To whom.
    callee: Option<String>,
    /// The rule that decided; null is the default.
    rule: Option<RuleNamed>,
    /// The version of the app's rules; 0 while nobody has set any.
    version: u64,
    /// The binding that was followed.
    binding: Option<u64>,
    /// From the receipt of the question to the decision.
    micros: u64,
    /// How asking the company's own system went, each time.
    asked: Vec<AskedObject>,
    /// What then happened; null until the platform tells of it.
    call: Option<CallAfter>,
}

/// One time that the company's own system was asked.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct AskedObject {
    rule: u32,
    asking: &'static str,
    millis: u32,
}

/// What became of the call.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct CallAfter {
    id: String,
    state: &'static str,
    outcome: Option<&'static str>,
    talk_seconds: u32,
}

impl DecisionObject {
    pub(super) fn new(
        context: &Context,
        masking: Masking,
        row: &CallbackRow,
        decided: &DecidedQuestion,
        call: Option<&Call>,
    ) -> Self {
        let note = &decided.note;
        let parties = || [&decided.from, &decided.x, &note.to].into_iter().flatten();
        let asked = |asked: &crate::domain::AskedNote| AskedObject {
            rule: asked.rule,
            asking: asked.asking.name(),
            millis: asked.millis,
        };
        Self {
            callback: row.seq,
            at: Instant(row.received_at),
            app: filters::app_name(context, row.app),
            asks: decided.asks.name(),
            session: row.sessions.first().map(|session| masking.text_of(session, parties())),
            caller: masking.maybe(decided.from.as_ref()),
            x: masking.maybe(decided.x.as_ref()),
            action: note.action.name(),
            callee: masking.maybe(note.to.as_ref()),
            rule: note.rule.as_ref().map(|(number, name)| RuleNamed { number: *number, name: masking.text(name) }),
            version: note.version,
            binding: note.binding.map(|id| id.0),
            micros: note.micros,
            asked: note.asked.iter().map(asked).collect(),
            call: call.map(|call| CallAfter {
                id: call.id.to_string(),
                state: call.state.name(),
                outcome: call.outcome.map(CallOutcome::name),
                talk_seconds: call.talk_seconds,
            }),
        }
    }
}

/// `GET /decisions`
pub(super) async fn list(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let (query, page) = filters::asked::<DecisionQuery>(context, &ask.principal.scope, &ask.query)?;
    let (owned, masking) = (context.clone(), ask.masking());
    let Listing { items, next } = blocking(move || self::page(&owned, masking, &query, &page)).await?;
    ok(&List { items, next })
}

/// One page of decisions with their calls. May wait for the disk.
pub(super) fn page(
    context: &Context,
    masking: Masking,
    query: &DecisionQuery,
    page: &Page,
) -> Result<Listing<DecisionObject>, QueryError> {
    let Listing { items, next } = context.store.decisions(query, page)?;
    let objects = items.iter().map(|row| object(context, masking, row));
    Ok(Listing { items: objects.filter_map(Result::transpose).collect::<Result<_, _>>()?, next })
}

pub(super) fn object(
    context: &Context,
    masking: Masking,
    row: &CallbackRow,
) -> Result<Option<DecisionObject>, QueryError> {
    let Some(decided) = row.decision.as_deref() else { return Ok(None) };
    let call = row.calls.first().map(|id| context.store.call(*id)).transpose()?.flatten();
    Ok(Some(DecisionObject::new(context, masking, row, decided, call.as_ref())))
}
