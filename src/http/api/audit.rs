//! `/audit`: who did what, and who looked at what. For administrators; one who sees only some
//! apps sees only their entries.
//!
//! An export leaves an audit entry first.

use std::sync::Arc;

use super::ask::Ask;
use super::{HttpError, List, Response, blocking, ok};
use crate::audit::AuditAction;
use crate::http::export;
use crate::service::{Context, filters, trail};

/// `GET /audit`
pub(super) async fn list(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let (asked, page) = filters::asked(context, &ask.principal.scope, &ask.query)?;
    let (cloned, masking) = (context.clone(), ask.masking());
    let (items, next) = blocking(move || trail::objects(&cloned, masking, &asked, &page)).await?;
    ok(&List { items, next })
}

/// `GET /audit/export?format=csv|xlsx|jsonl`: every entry of a query.
pub(super) async fn export(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let (asked, format) = export::asked_audit(context, &ask.principal.scope, &ask.query)?;
    let act = ask.actor().act(AuditAction::Export, "audit").with("query", ask.query.as_str());
    context.audit.record(act).await?;
    export::audit(ask.admission(context), ask.masking(), asked, format)
}
