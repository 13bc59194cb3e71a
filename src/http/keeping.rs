//! Changes to what is kept, as the pages and the API make them: each with the entry that the
//! service puts on record between looking at it and doing it. There is no second way to a hold, a
//! run or an erasure over HTTP.

use std::net::IpAddr;

use super::{Context, HttpError};
use crate::audit::Act;
use crate::domain::Wording;
use crate::erasure::{self, Wanted};
use crate::retention::{self, Hold, Policy};
use crate::state::{Author, NotRecorded, Principal};

/// Who asks, and from where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asker<'a> {
    /// Who.
    pub(super) by: &'a Principal,
    /// From where, if over a network.
    pub(super) peer: Option<IpAddr>,
}

impl Asker<'_> {
    /// Something that they do.
    pub(super) fn act(&self, action: &'static str, subject: impl Into<String>) -> Act {
        Act::new(self.by, action, subject).from(self.peer)
    }

    /// Them, about to do that: what does it puts it on record first.
    pub(super) fn author(&self, context: &Context, act: Act) -> Author {
        context.audit.author(self.by, act)
    }
}

/// Why a change was not made. The pages say the first in words of their own.
#[derive(Debug)]
pub(super) enum NotDone<E> {
    /// What is kept does not take it.
    Refused(E),
    /// Whoever asks may not, or it could not be put on record.
    Failed(HttpError),
}

impl<E> From<HttpError> for NotDone<E> {
    fn from(error: HttpError) -> Self {
        Self::Failed(error)
    }
}

impl<E: Into<Self>> From<NotDone<E>> for HttpError {
    fn from(error: NotDone<E>) -> Self {
        match error {
            NotDone::Refused(error) => error.into(),
            NotDone::Failed(error) => error,
        }
    }
}

impl From<NotRecorded> for HttpError {
    fn from(error: NotRecorded) -> Self {
        Self::NotRecorded(error.0)
    }
}

impl From<Wording> for HttpError {
    fn from(words: Wording) -> Self {
        Self::BadRequest(words)
    }
}

/// Says for how long each kind is kept.
pub(super) async fn set_policy(context: &Context, asker: Asker<'_>, policy: &Policy) -> Result<(), HttpError> {
    policy.check()?;
    let said = serde_json::to_string(policy).map_err(|error| HttpError::Internal(Box::new(error)))?;
    let by = asker.author(context, asker.act("retention.change", said));
    Ok(context.retention.set_policy(&by, policy).await?)
}

/// Begins a run; a dry one changes nothing and leaves no entry.
pub(super) async fn start_run(context: &Context, asker: Asker<'_>, dry_run: bool) -> Result<retention::Job, HttpError> {
    let by = asker.author(context, asker.act("retention.run", "retention"));
    Ok(context.retention.start(&by, dry_run).await?)
}

/// Sets a hold.
pub(super) async fn add_hold(context: &Context, asker: Asker<'_>, hold: Hold) -> Result<Hold, HttpError> {
    hold.check()?;
    let act = asker.act("hold.add", "hold").with("name", hold.name.as_str()).with("reason", hold.reason.as_str());
    Ok(context.retention.add_hold(&asker.author(context, act), hold).await?)
}

/// Ends a hold.
pub(super) async fn end_hold(context: &Context, asker: Asker<'_>, id: &str) -> Result<Hold, HttpError> {
    let by = asker.author(context, asker.act("hold.end", format!("hold {id}")));
    Ok(context.retention.end_hold(&by, id).await?)
}

/// Begins a search for a person, or an erasure. The entry does not say of whom: it would be the
/// first thing to erase.
pub(super) async fn erase(context: &Context, asker: Asker<'_>, wanted: Wanted) -> Result<erasure::Job, HttpError> {
    let examined = context.erasure.examine(wanted).await?;
    let action = if examined.dry_run() { "erasure.search" } else { "erasure.begin" };
    let by = asker.author(context, asker.act(action, "a person"));
    Ok(context.erasure.start(&by, examined).await?)
}
