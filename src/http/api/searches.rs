//! `GET POST /searches`, `DELETE /searches/{id}`: queries of lists kept under a name.
//!
//! A search belongs to the user who saved it or, if an administrator of all apps shared it, to everybody
//! who may see the apps it names. Only the query is kept: opening it gives the rows of that day, with the
//! rights of the reader.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::Ask;
use super::{HttpError, List, Response, json, ok, respond};
use crate::service::{
    Context, Instant,
    lists::ListKind,
    query::Query,
    searches::{NewSearch, forget, save, seen},
};
use crate::state::Search;

/// A saved search.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SearchObject {
    id: String,
    list: String,
    name: String,
    query: String,
    shared: bool,
    created_at: Instant,
}

/// A search to save.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchToSave {
    /// The list that is searched: `calls`, `callbacks`, `sms`, `numbers`, `bindings` or `decisions`.
    list: String,
    /// The name it is found by.
    name: String,
    /// The filters as the query of an address: `outcome=busy&not_app=test`.
    query: String,
    /// Whether everybody has it; takes an administrator of all apps.
    #[serde(default)]
    shared: bool,
}

impl From<Search> for SearchObject {
    fn from(search: Search) -> Self {
        Self {
            shared: search.owner.is_none(),
            created_at: Instant(search.created_at),
            id: search.id,
            list: search.list,
            name: search.name,
            query: search.query,
        }
    }
}

pub(super) async fn list(context: &Context, ask: &Ask) -> Result<Response, HttpError> {
    let query = Query::parse(&ask.query, &["list"])?;
    let lists: Vec<_> = ListKind::ALL.iter().map(|list| (list.name(), list.name())).collect();
    let wanted = query.word("list", &lists)?;
    let searches = seen(context, &ask.principal, ask.masking(), wanted);
    ok(&List::whole(searches.into_iter().map(SearchObject::from).collect()))
}

pub(super) async fn add(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.no_query()?;
    let SearchToSave { list, name, query, shared } = ask.json()?;
    let list =
        ListKind::parse(&list).ok_or_else(|| HttpError::BadRequest(format!("there is no list {list}").into()))?;
    let search = save(context, ask.actor(), NewSearch { list, name, query, shared }).await?;
    Ok(json(http::StatusCode::CREATED, &SearchObject::from(search)))
}

pub(super) async fn remove(context: &Arc<Context>, ask: &Ask, id: &str) -> Result<Response, HttpError> {
    ask.no_query()?;
    forget(context, ask.actor(), id).await?;
    Ok(respond(http::StatusCode::NO_CONTENT, "application/json", ""))
}
