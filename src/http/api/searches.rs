//! `GET POST /searches`, `DELETE /searches/{id}`: queries of lists kept under a name.
//!
//! A search belongs to whoever saved it, or, shared by an administrator of all apps, to everybody
//! who may know of the apps it names. Only its query is kept: it is answered as of the day it is
//! opened, with the rights of its reader.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::Ask;
use super::lists::Which;
use super::query::Query;
use super::sight::Sight;
use super::{HttpError, List, Response, json, ok, respond};
use crate::domain::{AppId, PhoneNumber, Scope, Text};
use crate::service::Context;
use crate::service::Instant;
use crate::state::{Author, NewSearch as Kept, Principal, Search};

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
    let searches = seen(context, &ask.principal, ask.sight(), wanted);
    ok(&List::whole(searches.into_iter().map(SearchObject::from).collect()))
}

/// The searches that somebody has: one's own, and of the shared ones those that name no app out of
/// sight, with the numbers in them as everywhere.
pub(in crate::http) fn seen(context: &Context, by: &Principal, sight: Sight, list: Option<&str>) -> Vec<Search> {
    let mut searches = context.state.searches(&by.actor(), list);
    let hidden = hidden_apps(context, &by.scope);
    searches.retain(|search| search.owner.is_some() || !names_app_beyond(context, &by.scope, &hidden, search));
    for search in searches.iter_mut().filter(|search| search.owner.is_none() && sight == Sight::Masked) {
        search.name = sight.text(&search.name);
        search.query = masked(sight, &search.query);
    }
    searches
}

/// The names of the apps that are out of sight.
fn hidden_apps(context: &Context, scope: &Scope) -> Vec<String> {
    let apps = context.state.apps();
    apps.iter().filter(|app| !scope.allows(app.id)).map(|app| app.name.to_lowercase()).collect()
}

/// Whether a search says which apps there are beyond those in sight: as a filter, or in any word.
fn names_app_beyond(context: &Context, scope: &Scope, hidden: &[String], search: &Search) -> bool {
    if scope.is_all() {
        return false;
    }
    let said: Vec<(String, String)> = form_urlencoded::parse(search.query.as_bytes()).into_owned().collect();
    let app = |text: &str| {
        let by_id = || context.state.app(AppId(text.strip_prefix('#').unwrap_or(text).parse().ok()?));
        context.state.app_named(text).or_else(by_id)
    };
    let filters = said.iter().filter(|(name, _)| name == "app" || name == "not_app");
    let names = |text: &str| {
        let text = text.to_lowercase();
        hidden.iter().any(|app| text == *app || (app.chars().count() > 1 && text.contains(app.as_str())))
    };
    // An app that there is no more is nobody's.
    filters.into_iter().any(|(_, value)| app(value).is_none_or(|app| !scope.allows(app.id)))
        || names(&search.name)
        || said.iter().any(|(_, value)| names(value))
}

/// A query without whole numbers that still finds them: by the digits that a mask shows.
fn masked(sight: Sight, query: &str) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let shown = sight.text(&value);
        let number = PhoneNumber::parse(&value).filter(|number| shown != value && number.national().len() >= 8);
        match number.as_ref().and_then(|number| number.national().get(number.national().len() - 4..)) {
            Some(end) if end.bytes().all(|byte| byte.is_ascii_digit()) => out.append_pair(&name, end),
            _ => out.append_pair(&name, &shown),
        };
    }
    out.finish()
}

/// `POST /searches`
pub(super) async fn add(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.no_query()?;
    let SearchToSave { list, name, query, shared } = ask.json()?;
    let list = Which::parse(&list).ok_or_else(|| HttpError::BadRequest(format!("there is no list {list}").into()))?;
    let search = save(context, &ask.author(context), NewSearch { list, name, query, shared }).await?;
    Ok(json(http::StatusCode::CREATED, &SearchObject::from(search)))
}

/// `DELETE /searches/{id}`
pub(super) async fn remove(context: &Arc<Context>, ask: &Ask, id: &str) -> Result<Response, HttpError> {
    ask.no_query()?;
    forget(context, &ask.author(context), id).await?;
    Ok(respond(http::StatusCode::NO_CONTENT, "application/json", ""))
}

/// Saves a search whose query its list understands.
pub(in crate::http) async fn save(context: &Context, by: &Author, new: NewSearch) -> Result<Search, HttpError> {
    let NewSearch { list, name, query, shared } = new;
    if shared && !by.who().is_full_admin() {
        return Err(HttpError::Forbidden(Text::new(
            "只有能管理全部应用的管理员可以保存给所有人",
            "sharing a search takes an administrator of all apps",
        )));
    }
    list.read(context, &by.who().scope, &Query::parse(&query, list.filters())?)?;
    let kept = Kept { list: list.name().to_owned(), name, query, shared };
    Ok(context.state.save_search(by, kept).await?)
}

/// Forgets a search of one's own; a shared one takes an administrator of all apps.
pub(in crate::http) async fn forget(context: &Context, by: &Author, id: &str) -> Result<(), HttpError> {
    Ok(context.state.remove_search(by, id, by.who().is_full_admin()).await?)
}
