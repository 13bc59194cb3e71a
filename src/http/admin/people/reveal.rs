//! Showing the numbers of one page: asked for with a click, on record before anything is shown.
//!
//! Pages show numbers masked to everybody. An operator or administrator may ask for one page at
//! a time; who asked for which, and why, stands in the audit trail. Only that page, for that
//! login, and for [`crate::limits::REVEAL_TIME`] at most.

use crate::audit::AuditAction;
use crate::domain::{AppId, CallId};
use crate::http::admin::request::{Request, decoded, find, is_local};
use crate::http::admin::rules::page as rules;
use crate::http::admin::{nearest, reply};
use crate::http::{HttpError, Response};
use crate::journal::Body;
use crate::limits::REASON_CHARS_MAX;
use crate::service::bindings;

/// Pages that show numbers and are named by their query.
const LISTS: [&str; 12] = [
    "attention",
    "audit",
    "bindings",
    "callbacks",
    "calls",
    "decisions",
    "lists",
    "live",
    "messages",
    "numbers",
    "recordings",
    "statistics",
];

/// `POST /reveal`
pub(crate) async fn open(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let address = request.field("page").filter(|path| is_local(path)).ok_or(HttpError::NotFound)?;
    let page = nearest::revealed(request, address);
    let (subject, app) = subject(request, &page)?;
    // Who may not see the app sees no page of it, so there is nothing to reveal.
    if app.is_some_and(|app| !by.scope.allows(app)) {
        return Err(HttpError::NotFound);
    }
    let mut act = request.actor(&by).act(AuditAction::Reveal, subject).with("page", page.as_str());
    act.app = app;
    if let Some(reason) = request.field("reason") {
        act = act.with("reason", reason.chars().take(REASON_CHARS_MAX).collect::<String>());
    }
    let login = request.login.as_ref().ok_or(HttpError::Unauthorised)?;
    request.ctx().audit.reveal(&login.id, &page, act).await?;
    Ok(reply::see_other(address))
}

/// `POST /reveal/end`: hides everything again.
pub(crate) async fn end(request: &Request) -> Result<Response, HttpError> {
    let login = request.login.as_ref().ok_or(HttpError::Unauthorised)?;
    request.ctx().audit.hide(&login.id);
    Ok(reply::see_other(request.field("page").filter(|path| is_local(path)).unwrap_or("/")))
}

/// What a page is about, in words that hold nothing personal, and whose it is.
fn subject(request: &Request, page: &str) -> Result<(String, Option<AppId>), HttpError> {
    let path = page.split('?').next().unwrap_or(page);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["calls", id] if CallId::parse(id).is_some() => {
            let id = CallId::parse(id).ok_or(HttpError::NotFound)?;
            let call = request.ctx().store.call(id)?.ok_or(HttpError::NotFound)?;
            Ok((format!("call {id}"), Some(call.app)))
        }
        ["callbacks", seq] if seq.parse::<u64>().is_ok() => {
            let seq = seq.parse().map_err(|_| HttpError::NotFound)?;
            // It may not have been joined yet; but there must be one, or the number is anything.
            let record = request.ctx().journal.get(seq)?.ok_or(HttpError::NotFound)?;
            let Body::Callback(callback) = record.body else { return Err(HttpError::NotFound) };
            Ok((format!("callback {seq}"), Some(callback.app)))
        }
        ["bindings", id] if id.parse::<u64>().is_ok() => {
            let binding = bindings::find(request.ctx(), &request.scope(), id)?;
            Ok((format!("binding {id}"), Some(binding.app)))
        }
        ["lists", name] if request.scope().is_all() => {
            let name = decoded(name);
            let known = request.ctx().control.lists().iter().any(|list| list.name == name);
            if known { Ok(("list of rules".to_owned(), None)) } else { Err(HttpError::NotFound) }
        }
        // The numbers in what an import refuses.
        ["bindings", "import"] => Ok(("list bindings".to_owned(), None)),
        ["rules"] => {
            let query = page.split_once('?').map_or("", |(_, query)| query);
            let query: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            let Some(name) = find(&query, "app") else { return Ok(("list rules".to_owned(), None)) };
            let app = rules::asking(request).into_iter().find(|app| app.name == name).ok_or(HttpError::NotFound)?;
            Ok(("list rules".to_owned(), Some(app.id)))
        }
        // A subject is never made of what somebody typed.
        [list] => match LISTS.iter().find(|known| *known == list) {
            Some(list) => Ok((format!("list {list}"), None)),
            None => Err(HttpError::NotFound),
        },
        _ => Err(HttpError::NotFound),
    }
}
