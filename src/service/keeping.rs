//! Changes to what is kept, as the pages and the API make them: each with the entry that the
//! service puts on record between looking at it and doing it. There is no second way to a hold, a
//! run or an erasure over HTTP.

use crate::audit::AuditAction;
use crate::erasure::{self, Wanted};
use crate::retention::{self, Hold, Policy};
use crate::service::{Actor, Context, ServiceError};

/// Pages word `Refused` themselves.
#[derive(Debug)]
pub(crate) enum NotDone<E> {
    Refused(E),
    /// No right, or no audit entry.
    Failed(ServiceError),
}

impl<E> From<ServiceError> for NotDone<E> {
    fn from(error: ServiceError) -> Self {
        Self::Failed(error)
    }
}

impl<E: Into<Self>> From<NotDone<E>> for ServiceError {
    fn from(error: NotDone<E>) -> Self {
        match error {
            NotDone::Refused(error) => error.into(),
            NotDone::Failed(error) => error,
        }
    }
}

pub(crate) async fn set_policy(context: &Context, actor: Actor<'_>, policy: &Policy) -> Result<(), ServiceError> {
    policy.check()?;
    let said = serde_json::to_string(policy).map_err(|error| ServiceError::Internal(Box::new(error)))?;
    let by = actor.author(context, actor.act(AuditAction::RetentionChange, said))?;
    Ok(context.retention.set_policy(&by, policy).await?)
}

/// A dry run changes nothing and leaves no audit entry.
pub(crate) async fn start_run(
    context: &Context,
    actor: Actor<'_>,
    dry_run: bool,
) -> Result<retention::Job, ServiceError> {
    let by = actor.author(context, actor.act(AuditAction::RetentionRun, "retention"))?;
    Ok(context.retention.start(&by, dry_run).await?)
}

pub(crate) async fn add_hold(context: &Context, actor: Actor<'_>, hold: Hold) -> Result<Hold, ServiceError> {
    hold.check()?;
    let act =
        actor.act(AuditAction::HoldAdd, "hold").with("name", hold.name.as_str()).with("reason", hold.reason.as_str());
    Ok(context.retention.add_hold(&actor.author(context, act)?, hold).await?)
}

pub(crate) async fn end_hold(context: &Context, actor: Actor<'_>, id: &str) -> Result<Hold, ServiceError> {
    let by = actor.author(context, actor.act(AuditAction::HoldEnd, format!("hold {id}")))?;
    Ok(context.retention.end_hold(&by, id).await?)
}

/// The audit entry does not name the person: it would be the first thing to erase.
pub(crate) async fn erase(context: &Context, actor: Actor<'_>, wanted: Wanted) -> Result<erasure::Job, ServiceError> {
    actor.may(AuditAction::ErasureBegin)?;
    let examined = context.erasure.examine(wanted).await?;
    let action = if examined.dry_run() { AuditAction::ErasureSearch } else { AuditAction::ErasureBegin };
    let by = actor.author(context, actor.act(action, "a person"))?;
    Ok(context.erasure.start(&by, examined).await?)
}
