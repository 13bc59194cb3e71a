//! Bindings as people and programs manage them: what they may write, and each change put on
//! record under the binding's own number.
//!
//! ```text
//! JSON ┐
//! form ├─► Draft ─► BindingTerms ─► Bindings: checked ─► the trail ─► made ─► answered
//! CSV  ┘
//! ```
//!
//! The pages and the API come here for every change; there is no second way over HTTP. What is
//! refused leaves no entry, and what is done was on record before. An import is on record before
//! its first line is read ([`import()`]).

mod draft;
mod encoding;
mod import;
mod lines;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub(crate) use draft::{Draft, Field, local_instant};
pub(crate) use import::{Report, import};

use crate::audit::{Act, AuditAction};
use crate::bindings::BindingError;
use crate::domain::{App, Binding, BindingId, BindingTerms, Scope, Text, Wording};
use crate::service::{Actor, Context, ServiceError, keeping};

impl From<BindingError> for ServiceError {
    fn from(error: BindingError) -> Self {
        match error {
            BindingError::Invalid(_) => Self::BadRequest(both(&error)),
            BindingError::Exists(_) | BindingError::Twice => Self::Exists(both(&error)),
            BindingError::NotFound(_) => Self::NotFound,
            BindingError::Ended(_) => Self::Conflict(both(&error)),
            BindingError::Reading => Self::Busy(Text::new(
                "正在从日志读取绑定，请一分钟后再试",
                "the bindings are being read from their log; try again in a minute",
            )),
            BindingError::NotRecorded(error) => error.into(),
            BindingError::Write(_) | BindingError::Index(_) => Self::Internal(Box::new(error)),
        }
    }
}

pub(crate) type NotDone = keeping::NotDone<BindingError>;

impl From<BindingError> for NotDone {
    fn from(error: BindingError) -> Self {
        Self::Refused(error)
    }
}

/// The binding of an address and its app, if the actor may see it.
pub(crate) fn find(context: &Context, scope: &Scope, id: &str) -> Result<Binding, ServiceError> {
    let id = id.parse().map(BindingId).map_err(|_| ServiceError::NotFound)?;
    let binding = context.bindings.get(id)?;
    binding.filter(|binding| scope.allows(binding.app)).ok_or(ServiceError::NotFound)
}

pub(crate) async fn add(
    context: &Context,
    actor: Actor<'_>,
    app: &Arc<App>,
    terms: BindingTerms,
) -> Result<Binding, NotDone> {
    // Which number it has is known once it is made.
    let by = actor.author(context, actor.act(AuditAction::BindingAdd, "bindings").of(app.id))?;
    Ok(context.bindings.add(&by, app, terms).await?)
}

/// The audit entry names the fields that differ.
pub(crate) async fn change(
    context: &Context,
    actor: Actor<'_>,
    present: &Binding,
    terms: BindingTerms,
) -> Result<Binding, NotDone> {
    actor.may(AuditAction::BindingChange)?;
    let app = context.state.app(present.app).ok_or_else(|| ServiceError::Conflict(GONE.into()))?;
    let fields = draft::differing(&present.terms, &terms);
    if fields.is_empty() && present.ended_at.is_none() {
        return Ok(present.clone());
    }
    let act = act(actor, AuditAction::BindingChange, present).with("fields", fields);
    Ok(context.bindings.change(&actor.author(context, act)?, &app, present.id, terms).await?)
}

pub(crate) async fn end(context: &Context, actor: Actor<'_>, present: &Binding) -> Result<Binding, NotDone> {
    let by = actor.author(context, act(actor, AuditAction::BindingEnd, present))?;
    Ok(context.bindings.end(&by, present.app, present.id).await?)
}

fn both(error: &BindingError) -> Wording {
    let zh = match error {
        BindingError::Invalid(wrong) => format!("{} {}", wrong.field, wrong.rule.zh),
        other => other.wording().zh,
    };
    Wording::new(zh, error.to_string())
}

const GONE: Text = Text::new("它的应用已删除，只能解除", "its app was removed; it can only be ended");

fn act(actor: Actor<'_>, action: AuditAction, binding: &Binding) -> Act {
    actor.act(action, format!("binding {}", binding.id.0)).of(binding.app)
}

fn import_act(actor: Actor<'_>, app: &App, action: AuditAction) -> Act {
    actor.act(action, format!("app {}", app.id.0)).of(app.id)
}
