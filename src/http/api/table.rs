//! Every address of the API, in one table.

use std::sync::Arc;

use http::Method;

use super::ask::Ask;
use super::{
    HttpError, Response, apps, audit, bindings, callbacks, calls, decisions, erasures, events, evidence, export,
    ledger, lists, log, logins, numbers, platform, recordings, retention, rules, searches, settings, sms, stats,
    system, tokens, users,
};
use crate::http::transport::body::{BodyLimits, CALLBACK, FORM};
use crate::service::Context;

/// Whether the body of this request is read in pieces by its handler, which holds it nowhere.
pub(super) fn is_streamed(method: &Method, path: &[String]) -> bool {
    *method == Method::POST && path == ["bindings", "import"]
}

/// How large a body this request may have.
pub(super) fn limits(method: &Method, path: &[String]) -> BodyLimits {
    match path {
        // The longest list that rules look into is some hundred kilobytes.
        [list, _] if *method == Method::PUT && list == "lists" => CALLBACK,
        _ => FORM,
    }
}

/// Answers a request whose sender is known. What changes something takes an author of the
/// request's: the service puts it on record before it changes anything.
pub(super) async fn answer(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let path: Vec<&str> = ask.path.iter().map(String::as_str).collect();
    let allow = allowed(&path).ok_or(HttpError::NotFound)?;
    match (ask.method.as_str(), path.as_slice()) {
        ("GET", ["calls"]) => calls::list(context, ask).await,
        ("GET", [list @ ("calls" | "callbacks" | "sms" | "numbers" | "bindings" | "decisions"), "count"]) => {
            lists::count(context, ask, list).await
        }
        ("GET", [list @ ("calls" | "callbacks" | "sms" | "numbers" | "bindings" | "decisions"), "export"]) => {
            export::get(context, ask, list).await
        }
        ("GET", ["searches"]) => searches::list(context, ask),
        ("POST", ["searches"]) => searches::add(context, ask).await,
        ("DELETE", ["searches", id]) => searches::remove(context, ask, id).await,
        ("GET", ["calls", id]) => calls::one(context, ask, id).await,
        ("POST", ["calls", id, "evidence"]) => evidence::make(context, ask, id).await,
        ("GET", ["callbacks"]) => callbacks::list(context, ask).await,
        ("GET", ["callbacks", seq]) => callbacks::one(context, ask, seq).await,
        ("GET", ["callbacks", seq, "raw"]) => callbacks::raw(context, ask, seq).await,
        ("GET", ["sms"]) => sms::list(context, ask).await,
        ("GET", ["numbers"]) => numbers::list(context, ask).await,
        ("GET", ["bindings"]) => bindings::list(context, ask).await,
        ("POST", ["bindings"]) => bindings::add(context, ask).await,
        ("GET", ["bindings", id]) => bindings::one(context, ask, id),
        ("PATCH", ["bindings", id]) => bindings::change(context, ask, id).await,
        ("DELETE", ["bindings", id]) => bindings::end(context, ask, id).await,
        ("GET", ["rules"]) => rules::show(context, ask),
        ("PUT", ["rules"]) => rules::set(context, ask).await,
        ("GET", ["rules", "versions"]) => rules::versions(context, ask),
        ("POST", ["rules", "try"]) => rules::try_out(context, ask).await,
        ("POST", ["rules", "secret"]) => rules::new_secret(context, ask).await,
        ("GET", ["lists"]) => rules::lists(context, ask),
        ("PUT", ["lists", name]) => rules::set_list(context, ask, name).await,
        ("DELETE", ["lists", name]) => rules::remove_list(context, ask, name).await,
        ("GET", ["decisions"]) => decisions::list(context, ask).await,
        ("GET", ["recordings"]) => recordings::list(context, ask).await,
        ("GET", ["stats"]) => stats::list(context, ask).await,
        ("GET", ["ledger"]) => ledger::list(context, ask).await,
        ("GET", ["events"]) => events::follow(context, ask).await,
        ("GET", ["apps"]) => apps::list(context, ask),
        ("POST", ["apps"]) => apps::add(context, ask).await,
        ("GET", ["apps", app]) => apps::one(context, ask, app),
        ("PATCH", ["apps", app]) => apps::change(context, ask, app).await,
        ("DELETE", ["apps", app]) => apps::remove(context, ask, app).await,
        ("GET", ["apps", app, "platform"]) => platform::settings(context, ask, app),
        ("PATCH", ["apps", app, "platform"]) => platform::change(context, ask, app).await,
        ("GET", ["platform", "operations"]) => platform::operations(ask),
        ("POST", ["platform", app, "compare"]) => platform::compare(context, ask, app).await,
        ("POST", ["platform", app, operation]) => platform::call(context, ask, app, operation).await,
        ("POST", ["apps", app, "rotate"]) => apps::rotate(context, ask, app).await,
        ("GET", ["users"]) => users::list(context, ask),
        ("POST", ["users"]) => users::add(context, ask).await,
        ("PATCH", ["users", name]) => users::change(context, ask, name).await,
        ("DELETE", ["users", name]) => users::remove(context, ask, name).await,
        ("DELETE", ["users", name, "second-factor"]) => users::reset(context, ask, name).await,
        ("GET", ["second-factor"]) => users::required(context, ask),
        ("PATCH", ["second-factor"]) => users::require(context, ask).await,
        ("GET", ["tokens"]) => tokens::list(context, ask),
        ("POST", ["tokens"]) => tokens::add(context, ask).await,
        ("DELETE", ["tokens", name]) => tokens::revoke(context, ask, name).await,
        ("GET", ["audit"]) => audit::list(context, ask).await,
        ("GET", ["audit", "export"]) => audit::export(context, ask).await,
        ("GET", ["logins"]) => logins::list(context, ask),
        ("DELETE", ["logins", id]) => logins::end(context, ask, id).await,
        ("GET", ["retention"]) => retention::show(context, ask),
        ("PATCH", ["retention"]) => retention::change(context, ask).await,
        ("POST", ["retention", "runs"]) => retention::run(context, ask).await,
        ("POST", ["retention", "holds"]) => retention::hold(context, ask).await,
        ("DELETE", ["retention", "holds", id]) => retention::release(context, ask, id).await,
        ("GET", ["erasures"]) => erasures::list(context, ask).await,
        ("POST", ["erasures"]) => erasures::begin(context, ask).await,
        ("GET", ["erasures", id]) => erasures::one(context, ask, id).await,
        ("GET", ["settings"]) => settings::show(context, ask),
        ("PATCH", ["settings"]) => settings::change(context, ask).await,
        ("GET", ["system"]) => system::status(context, ask).await,
        ("GET", ["system", "log"]) => log::list(context, ask),
        ("POST", ["system", "backup"]) => system::backup(context, ask).await,
        ("POST", ["system", "reindex"]) => system::reindex(context, ask).await,
        _ => Err(HttpError::MethodNotAllowed { allow }),
    }
}

/// The methods an address takes; `None` where there is nothing.
pub(super) fn allowed(path: &[&str]) -> Option<&'static str> {
    Some(match path {
        ["apps" | "users" | "tokens" | "erasures" | "searches" | "bindings"] => "GET, POST",
        ["searches", _] => "DELETE",
        ["calls" | "callbacks" | "sms" | "numbers" | "bindings" | "decisions", "count" | "export"] => "GET",
        ["rules"] => "GET, PUT",
        ["lists", _] => "PUT, DELETE",
        ["rules", "versions"] | ["lists" | "decisions"] => "GET",
        ["bindings", "import"] | ["rules", "try" | "secret"] => "POST",
        ["retention" | "settings"] => "GET, PATCH",
        ["retention", "runs" | "holds"] => "POST",
        ["retention", "holds", _] => "DELETE",
        ["erasures", _] => "GET",
        ["apps" | "bindings", _] => "GET, PATCH, DELETE",
        ["apps", _, "platform"] => "GET, PATCH",
        ["platform", "operations"] => "GET",
        ["platform", _, _] => "POST",
        ["users", _] => "PATCH, DELETE",
        ["tokens", _] | ["users", _, "second-factor"] => "DELETE",
        ["second-factor"] => "GET, PATCH",
        ["apps", _, "rotate"] | ["calls", _, "evidence"] | ["system", "backup" | "reindex"] => "POST",
        ["calls" | "callbacks" | "sms" | "numbers" | "recordings" | "stats" | "ledger" | "events" | "system"]
        | ["calls" | "callbacks", _]
        | ["callbacks", _, "raw"] => "GET",
        ["audit" | "logins"] | ["audit", "export"] | ["system", "log"] => "GET",
        ["logins", _] => "DELETE",
        _ => return None,
    })
}

/// Every address, as `openapi.json` writes it.
#[cfg(test)]
pub(in crate::http) const PATHS: &[&str] = &[
    "/calls",
    "/calls/{id}",
    "/calls/{id}/evidence",
    "/callbacks",
    "/callbacks/{seq}",
    "/callbacks/{seq}/raw",
    "/sms",
    "/numbers",
    "/calls/count",
    "/callbacks/count",
    "/sms/count",
    "/numbers/count",
    "/bindings/count",
    "/decisions/count",
    "/calls/export",
    "/callbacks/export",
    "/sms/export",
    "/numbers/export",
    "/bindings/export",
    "/decisions/export",
    "/bindings",
    "/bindings/import",
    "/bindings/{id}",
    "/rules",
    "/rules/versions",
    "/rules/try",
    "/rules/secret",
    "/lists",
    "/lists/{name}",
    "/decisions",
    "/recordings",
    "/searches",
    "/searches/{id}",
    "/stats",
    "/ledger",
    "/events",
    "/apps",
    "/apps/{app}",
    "/apps/{app}/rotate",
    "/apps/{app}/platform",
    "/platform/operations",
    "/platform/{app}/compare",
    "/platform/{app}/{operation}",
    "/users",
    "/users/{name}",
    "/users/{name}/second-factor",
    "/second-factor",
    "/tokens",
    "/tokens/{name}",
    "/audit",
    "/audit/export",
    "/logins",
    "/logins/{id}",
    "/retention",
    "/retention/runs",
    "/retention/holds",
    "/retention/holds/{id}",
    "/erasures",
    "/erasures/{id}",
    "/settings",
    "/system",
    "/system/log",
    "/system/backup",
    "/system/reindex",
];
