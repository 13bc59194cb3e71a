//! Lists: their pages as objects, and their counts.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::ask::Ask;
use super::bindings::BindingObject;
use super::callbacks::CallbackObject;
use super::calls::CallObject;
use super::numbers::NumberObject;
use super::sms::SmsObject;
use super::{HttpError, List, Response, blocking, decisions, ok};
use crate::domain::Masking;
use crate::service::{
    Context, filters,
    lists::{ListKind, ListQuery, RowQuery},
    query::Query,
};
use crate::store::{Listing, Page, QueryError};

/// How many rows a query has.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CountObject {
    /// So many at least.
    count: u64,
    /// Whether there are no more; a count stops at 100,000.
    exact: bool,
}

impl ListQuery {
    /// May wait for the disk.
    pub(super) fn page(
        &self,
        context: &Context,
        masking: Masking,
        page: &Page,
    ) -> Result<(Vec<Value>, Option<String>), QueryError> {
        Ok(match self {
            Self::Calls(query) => objects(query, context, masking, page, CallObject::new)?,
            Self::Callbacks(query) => objects(query, context, masking, page, CallbackObject::new)?,
            Self::Sms(query) => objects(query, context, masking, page, SmsObject::new)?,
            Self::Numbers(query) => objects(query, context, masking, page, NumberObject::new)?,
            Self::Bindings(query) => objects(query, context, masking, page, BindingObject::new)?,
            Self::Decisions(query) => values(decisions::page(context, masking, query, page)?),
        })
    }
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

/// `GET /{list}`: a page of rows, each as `object` writes it.
pub(super) async fn list<Q: RowQuery, O: Serialize>(
    context: &Arc<Context>,
    ask: &Ask,
    object: fn(&Context, Masking, &Q::Item) -> O,
) -> Result<Response, HttpError> {
    let (query, page) = filters::asked::<Q>(context, &ask.principal.scope, &ask.query)?;
    let owned = context.clone();
    let listing = blocking(move || query.rows(&owned, &page)).await?;
    let items = listing.items.iter().map(|row| object(context, ask.masking(), row)).collect();
    ok(&List { items, next: listing.next })
}

/// `GET /{calls,callbacks,sms,numbers,bindings,decisions}/count`
pub(super) async fn count(context: &Arc<Context>, ask: &Ask, list: &str) -> Result<Response, HttpError> {
    let list = ListKind::parse(list).ok_or(HttpError::NotFound)?;
    let query = Query::parse(&ask.query, list.parameters())?;
    let query = list.read(context, &ask.principal.scope, &query)?;
    let context = context.clone();
    let count = blocking(move || query.count(&context)).await?;
    ok(&CountObject { count: count.rows, exact: count.exact })
}
