//! The lists as one thing: what an address asks of one, its next page as objects, its count.
//!
//! Exports, counts and saved searches work on any list; they come here and never ask list.

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
    /// One page of its rows as the API's objects. May wait for the disk.
    pub(super) fn page(
        &self,
        context: &Context,
        masking: Masking,
        page: &Page,
    ) -> Result<(Vec<Value>, Option<String>), QueryError> {
        Ok(match self {
            Self::Calls(query) => objects(context.store.calls(query, page)?, |c| CallObject::new(context, masking, c)),
            Self::Callbacks(query) => {
                objects(context.store.callbacks(query, page)?, |row| CallbackObject::new(context, masking, row))
            }
            Self::Sms(query) => objects(context.store.sms(query, page)?, |row| SmsObject::new(context, masking, row)),
            Self::Numbers(query) => {
                objects(context.store.numbers(query, page)?, |row| NumberObject::new(context, masking, row))
            }
            Self::Bindings(query) => {
                objects(context.bindings.list(query, page)?, |row| BindingObject::new(context, masking, row))
            }
            Self::Decisions(query) => values(decisions::page(context, masking, query, page)?),
        })
    }
}

fn objects<T, O: Serialize>(listing: Listing<T>, object: impl Fn(&T) -> O) -> (Vec<Value>, Option<String>) {
    values(Listing { items: listing.items.iter().map(object).collect(), next: listing.next })
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
