//! Lists: their pages as objects, and their counts.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::ask::Ask;
use super::{HttpError, List, Response, blocking, ok};
use crate::domain::Masking;
use crate::service::{
    Context, filters,
    lists::{ListKind, RowQuery},
    query::Query,
};

/// How many rows a query has.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CountObject {
    /// So many at least.
    count: u64,
    /// Whether there are no more; a count stops at 100,000.
    exact: bool,
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
