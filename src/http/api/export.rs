//! `GET /{calls,callbacks,sms,numbers,bindings,decisions}/export?format=…`: exactly the rows of a
//! query as a file.

use std::sync::Arc;

use super::ask::Ask;
use super::{HttpError, Response};
use crate::audit::AuditAction;
use crate::domain::Lang;
use crate::export::{self, Format, Sheet};
use crate::http::export::{begin, file};
use crate::limits::PAGE_MAX;
use crate::service::{Context, lists::ListKind, query::Query};
use crate::store::Page;

/// Parameters besides the filters of the rows.
pub(super) const CHOICES: &[&str] = &["format", "lang"];

/// `GET /{list}/export`
pub(super) async fn get(context: &Arc<Context>, ask: &Ask, list: &str) -> Result<Response, HttpError> {
    let list = ListKind::parse(list).ok_or(HttpError::NotFound)?;
    let query = Query::parse(&ask.query, &[list.parameters(), CHOICES].concat())?;
    let format = query.word("format", &Format::NAMED)?;
    let format = format.ok_or_else(|| HttpError::BadRequest("format is missing; it is csv, xlsx or jsonl".into()))?;
    let lang = query.word("lang", &[("zh", Lang::Zh), ("en", Lang::En)])?;
    let query = list.read(context, &ask.principal.scope, &query)?;
    let rows = begin(format, sheet(list), lang)?;
    let act = ask.actor().act(AuditAction::Export, format!("{} as {}", list.name(), format.name()));
    // Durable before the first byte leaves.
    context.audit.record(act.with("query", ask.query.as_str())).await?;
    let (owned, masking) = (context.clone(), ask.masking());
    let source = move |cursor| Ok(query.page(&owned, masking, &Page { limit: PAGE_MAX, cursor })?);
    Ok(file(ask.admission(context), list.name(), (format, rows), Box::new(source)))
}

fn sheet(list: ListKind) -> &'static Sheet {
    match list {
        ListKind::Calls => &export::CALLS,
        ListKind::Callbacks => &export::CALLBACKS,
        ListKind::Sms => &export::SMS,
        ListKind::Numbers => &export::NUMBERS,
        ListKind::Bindings => &export::BINDINGS,
        ListKind::Decisions => &export::DECISIONS,
    }
}
