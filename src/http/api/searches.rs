//! `GET POST /searches`, `DELETE /searches/{id}`: queries of lists kept under a name.
//!
//! A search belongs to whoever saved it, or, shared by an administrator, to everybody. Only its
//! query is kept: it is answered as of the day it is opened, with the rights of its reader.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::Ask;
use super::lists::Which;
use super::query::Query;
use super::{Context, HttpError, Instant, List, Response, json, ok, respond};
use crate::domain::{Role, Text};
use crate::state::{NewSearch as Kept, Principal, Search};

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
    /// Whether everybody has it; takes an administrator.
    #[serde(default)]
    shared: bool,
}

/// A search to save, its list known.
#[derive(Debug)]
pub(in crate::http) struct NewSearch {
    pub(in crate::http) list: Which,
    pub(in crate::http) name: String,
    pub(in crate::http) query: String,
    pub(in crate::http) shared: bool,
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

/// `GET /searches`
pub(super) fn list(context: &Context, ask: &Ask) -> Result<Response, HttpError> {
    let query = Query::parse(&ask.query, &["list"])?;
    let lists = Which::ALL.map(|list| (list.name(), list.name()));
    let wanted = query.word("list", &lists)?;
    let searches = context.state.searches(&ask.principal.name, wanted);
    ok(&List::whole(searches.into_iter().map(SearchObject::from).collect()))
}

/// `POST /searches`
pub(super) async fn add(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.no_query()?;
    let SearchToSave { list, name, query, shared } = ask.json()?;
    let list = Which::parse(&list).ok_or_else(|| HttpError::BadRequest(format!("there is no list {list}").into()))?;
    let search = save(context, &ask.principal, NewSearch { list, name, query, shared }).await?;
    Ok(json(http::StatusCode::CREATED, &SearchObject::from(search)))
}

/// `DELETE /searches/{id}`
pub(super) async fn remove(context: &Arc<Context>, ask: &Ask, id: &str) -> Result<Response, HttpError> {
    ask.no_query()?;
    context.state.remove_search(&ask.principal, id, ask.principal.role == Role::Admin).await?;
    Ok(respond(http::StatusCode::NO_CONTENT, "application/json", ""))
}

/// Saves a search whose query its list understands.
pub(in crate::http) async fn save(
    context: &Context,
    principal: &Principal,
    new: NewSearch,
) -> Result<Search, HttpError> {
    let NewSearch { list, name, query, shared } = new;
    if shared && principal.role != Role::Admin {
        return Err(HttpError::Forbidden(Text::new(
            "只有管理员可以保存给所有人",
            "sharing a search takes an administrator",
        )));
    }
    list.read(context, &principal.scope, &Query::parse(&query, list.filters())?)?;
    let kept = Kept { list: list.name().to_owned(), name, query, shared };
    Ok(context.state.save_search(principal, kept).await?)
}
