//! `GET /{calls,callbacks,sms,numbers,bindings,decisions}/export?format=…`: exactly the rows of a
//! query as a file.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::ask::Ask;
use super::bindings::BindingObject;
use super::callbacks::CallbackObject;
use super::calls::CallObject;
use super::numbers::NumberObject;
use super::sms::SmsObject;
use super::{HttpError, Response, decisions};
use crate::audit::AuditAction;
use crate::domain::{Lang, Masking};
use crate::export::{self, Format, Sheet};
use crate::http::export::{begin, file};
use crate::limits::PAGE_MAX;
use crate::service::{
    Context,
    lists::{ListKind, ListQuery, RowQuery},
    query::Query,
};
use crate::store::{Listing, Page, QueryError};

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
    let source = move |cursor| Ok(objects_of(&query, &owned, masking, &Page { limit: PAGE_MAX, cursor })?);
    Ok(file(ask.admission(context), list.name(), (format, rows), Box::new(source)))
}

/// A page of the rows, each as the API's object. May wait for the disk.
fn objects_of(
    query: &ListQuery,
    context: &Context,
    masking: Masking,
    page: &Page,
) -> Result<(Vec<Value>, Option<String>), QueryError> {
    Ok(match query {
        ListQuery::Calls(query) => objects(query, context, masking, page, CallObject::new)?,
        ListQuery::Callbacks(query) => objects(query, context, masking, page, CallbackObject::new)?,
        ListQuery::Sms(query) => objects(query, context, masking, page, SmsObject::new)?,
        ListQuery::Numbers(query) => objects(query, context, masking, page, NumberObject::new)?,
        ListQuery::Bindings(query) => objects(query, context, masking, page, BindingObject::new)?,
        ListQuery::Decisions(query) => values(decisions::page(context, masking, query, page)?),
    })
}

fn objects<Q: RowQuery, O: Serialize>(
    query: &Q,
    context: &Context,
    masking: Masking,
    page: &Page,
    object: fn(&Context, Masking, &Q::Item) -> O,
) -> Result<(Vec<Value>, Option<String>), QueryError> {
    let Listing { items, next } = query.rows(context, page)?;
    Ok(values(Listing { items: items.iter().map(|row| object(context, masking, row)).collect(), next }))
}

fn values<O: Serialize>(listing: Listing<O>) -> (Vec<Value>, Option<String>) {
    let value = |object| serde_json::to_value(object).expect("the API's objects are plain data");
    (listing.items.into_iter().map(value).collect(), listing.next)
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
