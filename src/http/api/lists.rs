//! The lists as one thing: what an address asks of one, its next page as objects, its count.
//!
//! Exports, counts and saved searches work on any list; they come here and never ask which.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::ask::Ask;
use super::bindings::BindingObject;
use super::callbacks::CallbackObject;
use super::calls::CallObject;
use super::numbers::NumberObject;
use super::query::Query;
use super::sight::Sight;
use super::sms::SmsObject;
use super::{HttpError, Response, bindings, blocking, callbacks, calls, decisions, numbers, ok, sms};
use crate::bindings::BindingQuery;
use crate::domain::Scope;
use crate::service::Context;
use crate::store::{CallQuery, CallbackQuery, Count, DecisionQuery, Listing, NumberQuery, Page, QueryError, SmsQuery};

/// A list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Which {
    Calls,
    Callbacks,
    Sms,
    Numbers,
    Bindings,
    Decisions,
}

/// What is asked of a list.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one a request, and it is moved once")]
pub(in crate::http) enum Question {
    Calls(CallQuery),
    Callbacks(CallbackQuery),
    Sms(SmsQuery),
    Numbers(NumberQuery),
    Bindings(BindingQuery),
    Decisions(DecisionQuery),
}

/// How many rows a query has.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CountObject {
    /// So many at least.
    count: u64,
    /// Whether there are no more; a count stops at 100,000.
    exact: bool,
}

impl Which {
    pub(super) const ALL: [Self; 6] =
        [Self::Calls, Self::Callbacks, Self::Sms, Self::Numbers, Self::Bindings, Self::Decisions];

    /// Its name in an address.
    pub(in crate::http) fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Callbacks => "callbacks",
            Self::Sms => "sms",
            Self::Numbers => "numbers",
            Self::Bindings => "bindings",
            Self::Decisions => "decisions",
        }
    }

    pub(in crate::http) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|which| which.name() == name)
    }

    /// Its filters.
    pub(super) fn filters(self) -> &'static [&'static str] {
        match self {
            Self::Calls => calls::FILTERS,
            Self::Callbacks => callbacks::FILTERS,
            Self::Sms => sms::FILTERS,
            Self::Numbers => numbers::FILTERS,
            Self::Bindings => bindings::FILTERS,
            Self::Decisions => decisions::FILTERS,
        }
    }

    /// What a query asks of it.
    pub(super) fn read(self, context: &Context, scope: &Scope, query: &Query) -> Result<Question, HttpError> {
        Ok(match self {
            Self::Calls => Question::Calls(calls::read(context, scope, query)?),
            Self::Callbacks => Question::Callbacks(callbacks::read(context, scope, query)?),
            Self::Sms => Question::Sms(sms::read(context, scope, query)?),
            Self::Numbers => Question::Numbers(numbers::read(context, scope, query)?),
            Self::Bindings => Question::Bindings(bindings::query(context, scope, query)?),
            Self::Decisions => Question::Decisions(decisions::read(context, scope, query)?),
        })
    }
}

impl Question {
    /// One page of its rows as the API's objects. May wait for the disk.
    pub(super) fn page(
        &self,
        context: &Context,
        sight: Sight,
        page: &Page,
    ) -> Result<(Vec<Value>, Option<String>), QueryError> {
        Ok(match self {
            Self::Calls(query) => objects(context.store.calls(query, page)?, |c| CallObject::new(context, sight, c)),
            Self::Callbacks(query) => {
                objects(context.store.callbacks(query, page)?, |row| CallbackObject::new(context, sight, row))
            }
            Self::Sms(query) => objects(context.store.sms(query, page)?, |row| SmsObject::new(context, sight, row)),
            Self::Numbers(query) => {
                objects(context.store.numbers(query, page)?, |row| NumberObject::new(context, sight, row))
            }
            Self::Bindings(query) => {
                objects(context.bindings.list(query, page)?, |row| BindingObject::new(context, sight, row))
            }
            Self::Decisions(query) => values(decisions::page(context, sight, query, page)?),
        })
    }

    /// How many rows it has. May wait for the disk.
    pub(in crate::http) fn count(&self, context: &Context) -> Result<Count, QueryError> {
        match self {
            Self::Calls(query) => context.store.count_calls(query),
            Self::Callbacks(query) => context.store.count_callbacks(query),
            Self::Sms(query) => context.store.count_sms(query),
            Self::Numbers(query) => Ok(context.store.count_numbers(query)),
            Self::Bindings(query) => context.bindings.count_of(query),
            Self::Decisions(query) => context.store.count_decisions(query),
        }
    }
}

fn objects<T, O: Serialize>(listing: Listing<T>, object: impl Fn(&T) -> O) -> (Vec<Value>, Option<String>) {
    values(Listing { items: listing.items.iter().map(object).collect(), next: listing.next })
}

fn values<O: Serialize>(listing: Listing<O>) -> (Vec<Value>, Option<String>) {
    let value = |object| serde_json::to_value(object).expect("the API's objects are plain data");
    (listing.items.into_iter().map(value).collect(), listing.next)
}

/// `GET /{calls,callbacks,sms,numbers,bindings,decisions}/count`
pub(super) async fn count(context: &Arc<Context>, ask: &Ask, list: &str) -> Result<Response, HttpError> {
    let which = Which::parse(list).ok_or(HttpError::NotFound)?;
    let query = Query::parse(&ask.query, which.filters())?;
    let question = which.read(context, &ask.principal.scope, &query)?;
    let context = context.clone();
    let count = blocking(move || question.count(&context)).await?;
    ok(&CountObject { count: count.rows, exact: count.exact })
}
