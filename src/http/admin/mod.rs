//! The dashboard: every page, behind login, in two languages, without need of JavaScript.
//!
//! [`route`] is the whole table of its addresses. One page is one small file here (its struct
//! with view-ready values, its handler, its tests) and one template at the mirrored path under
//! `templates/admin/`. A handler reads the request and the services and fills the struct; the
//! template decides how that looks and never what it is.
//!
//! Pages only read; what changes something is a POST that carries the login's token against
//! forged requests, goes through the same service as the API and the command line, and ends in
//! a redirect.

mod account;
mod app;
mod app_changes;
mod app_platform;
mod apps;
mod around;
mod attention;
mod audit;
mod audit_words;
mod binding;
mod binding_form;
mod binding_import;
mod binding_new;
mod binding_words;
mod bindings;
mod body_text;
mod call;
mod call_form;
mod callback;
mod callbacks;
mod calls;
mod certificate;
mod chart;
mod decided;
mod decisions;
mod erasure;
mod error;
pub(super) mod evidence;
pub(super) mod evidence_pack;
mod filter_words;
mod forged;
mod found;
mod gaps;
mod help;
mod help_x;
mod home;
mod home_ledger;
mod home_vitals;
mod ladder;
mod list_form;
mod live;
mod login;
mod login_code;
mod messages;
mod multipart;
mod nearest;
mod numbers;
mod oidc;
mod parts;
mod platform;
mod platform_form;
mod preferences;
mod query;
mod recordings;
mod reply;
mod request;
mod retention;
mod reveal;
mod rights_form;
mod rule_changes;
mod rule_form;
mod rule_list;
mod rule_lists;
mod rule_reading;
mod rule_secret;
mod rule_trial;
mod rule_words;
mod rules;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod scope_tests;
mod searches;
mod second_factor;
mod settings;
mod setup;
mod statistics;
mod statistics_charts;
mod statistics_figures;
mod statistics_form;
mod statistics_ranges;
mod statistics_tables;
mod steps;
mod story;
mod system;
mod system_actions;
mod system_groups;
mod system_log;
#[cfg(test)]
mod tests;
mod throttle;
mod tokens;
mod trail;
mod typed;
mod unreadable;
mod user;
mod users;
mod view;
mod words;

use std::sync::Arc;

use http::{HeaderMap, Method};
use warp::Filter;
use warp::path::FullPath;

use self::request::{Request, Site};
use self::throttle::Throttle;
use super::body::{self, BodyError, BodyLimits, CALLBACK, FORM, STRANGER, UPLOAD};
use super::budget::{Claim, Whose, claim};
use super::{Context, HttpError, Peer, Response, Routes, compress, peer};
use crate::domain::Text;

/// The dashboard's addresses. They answer everything that nobody before them did, except what
/// belongs to programs.
#[must_use]
pub fn routes(ctx: Arc<Context>) -> Routes {
    let site = Arc::new(Site { ctx, throttle: Throttle::default() });
    let raw_query = warp::query::raw().or(warp::any().map(String::new)).unify();
    people_only()
        .and(warp::method())
        .and(warp::path::full())
        .and(raw_query)
        .and(warp::header::headers_cloned())
        .and(peer::peer())
        .and(claim())
        .and(warp::body::stream())
        .then(move |method, path: FullPath, query: String, headers: HeaderMap, peer: Peer, claim: Claim, stream| {
            let request = Request::new(site.clone(), path.as_str(), &query, headers.clone(), peer.ip());
            async move {
                if request.login.is_some() {
                    claim.know(Whose::Peoples);
                } else if !is_open(&request) {
                    // Whoever has to log in first is told so, however much he has to say.
                    return answer(request, method, Ok(Vec::new())).await;
                }
                let limits = body_limits(&request, &method);
                let body = body::read(&claim, &headers, stream, limits).await;
                answer(request, method, body).await
            }
        })
        .boxed()
}

/// How much a request may carry: a file or a long list not before it is known whose it is.
fn body_limits(request: &Request, method: &Method) -> BodyLimits {
    if request.login.is_none() {
        return STRANGER;
    }
    if *method != Method::POST {
        return FORM;
    }
    match request.segments().as_slice() {
        ["bindings", "import"] => UPLOAD,
        // As long as the API takes it.
        ["lists"] | ["lists", _] => CALLBACK,
        _ => FORM,
    }
}

/// Lets through what is not an address of programs.
fn people_only() -> impl Filter<Extract = (), Error = warp::Rejection> + Clone {
    warp::path::full()
        .and_then(|path: FullPath| async move {
            let programs = ["/api/", "/static/"].iter().any(|prefix| path.as_str().starts_with(prefix));
            if programs { Err(warp::reject::not_found()) } else { Ok(()) }
        })
        .untuple_one()
}

/// Pages on which secrets stand that are worth guessing: never compressed.
const SECRETS: [&str; 5] = ["account", "apps", "login", "setup", "tokens"];

async fn answer(mut request: Request, method: Method, body: Result<Vec<u8>, BodyError>) -> Response {
    let page = error::Place::of(&request);
    let may_be_small = request.reads_gzip()
        && method == Method::GET
        && request.revealed().is_none()
        && !request.segments().first().is_some_and(|first| SECRETS.contains(first));
    let answered = match body {
        Ok(body) => {
            request.read_form(body);
            let asked = trail::Asked::of(&request, &method);
            match guard(request, &method).await {
                Ok(answered) => asked.record(answered).await,
                Err(error) => Err(error),
            }
        }
        Err(error) => Err(error.into()),
    };
    let answer = answered.unwrap_or_else(|error| error::respond(page, error));
    if may_be_small { compress::compressed(answer).await } else { answer }
}

/// Of pages and forms.
const NO_METHOD: HttpError = HttpError::MethodNotAllowed { allow: "GET, POST" };

/// Sends whoever is not logged in to the login, and back here afterwards.
async fn guard(request: Request, method: &Method) -> Result<Response, HttpError> {
    if !matches!(*method, Method::GET | Method::HEAD | Method::POST) {
        return Err(NO_METHOD);
    }
    if request.login.is_none() && !is_open(&request) {
        return Ok(login::ask(&request, method));
    }
    if let Some(sent) = owes_second_factor(&request, method) {
        return sent;
    }
    if method == Method::POST {
        request.check_origin()?;
        if request.login.is_some() {
            request.check_csrf()?;
        }
    }
    route(request, method).await
}

/// The pages of those who are not logged in.
fn is_open(request: &Request) -> bool {
    matches!(
        request.segments().as_slice(),
        ["login" | "preferences"] | ["login", "code"] | ["login", "oidc", ..] | ["setup", _]
    )
}

/// Whoever must have a second factor and has none sets it up before anything else.
fn owes_second_factor(request: &Request, method: &Method) -> Option<Result<Response, HttpError>> {
    let login = request.login.as_ref()?;
    let open = matches!(request.segments().as_slice(), ["account", "second-factor", ..] | ["logout" | "preferences"]);
    if open || !request.ctx().state.owes_second_factor(&login.user) {
        return None;
    }
    Some(match *method {
        Method::GET | Method::HEAD => Ok(reply::see_other("/account/second-factor")),
        _ => Err(HttpError::Forbidden(Text::new("请先设置两步验证", "set up your second factor first"))),
    })
}

/// Every address of the dashboard.
async fn route(request: Request, method: &Method) -> Result<Response, HttpError> {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let path: Vec<String> = request.segments().into_iter().map(str::to_owned).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    if reads {
        return match path.as_slice() {
            [] => read(request, home::show).await,
            ["login"] => login::show(&request),
            ["login", "code"] => login_code::show(&request),
            ["login", "oidc"] => oidc::begin(&request).await,
            ["login", "oidc", "callback"] => oidc::finish(&request).await,
            ["setup", _] => setup::show(&request),
            ["calls"] => read(request, calls::show).await,
            ["calls", _] => read(request, call::show).await,
            ["calls", _, "evidence"] => read(request, evidence::show).await,
            ["callbacks"] => read(request, callbacks::show).await,
            ["callbacks", _] => read(request, callback::show).await,
            ["callbacks", _, "raw"] => read(request, callback::raw).await,
            ["attention"] => read(request, attention::show).await,
            ["recordings"] => read(request, recordings::show).await,
            ["gaps"] => read(request, gaps::show).await,
            ["live"] => read(request, live::show).await,
            ["statistics"] => read(request, statistics::show).await,
            ["messages"] => read(request, messages::show).await,
            ["numbers"] => read(request, numbers::show).await,
            ["rules"] => rules::show(&request).await,
            ["lists"] => read(request, rule_lists::show).await,
            ["lists", _] => read(request, rule_list::show).await,
            ["decisions"] => read(request, decisions::show).await,
            ["bindings"] => read(request, bindings::show).await,
            ["bindings", "new"] => binding_new::show(&request),
            ["bindings", "import"] => binding_import::show(&request),
            ["bindings", _] => read(request, binding::show).await,
            ["apps"] => read(request, apps::show).await,
            ["apps", _] => read(request, app::show).await,
            ["platform"] => read(request, platform::show).await,
            ["audit"] => read(request, audit::show).await,
            ["audit", "export"] => audit::export(&request).await,
            ["account"] => account::show(&request),
            ["retention"] => read(request, retention::show).await,
            ["erasure"] | ["erasure", _] => read(request, erasure::show).await,
            ["erasure", _, "certificate.json"] => read(request, erasure::download).await,
            ["account", "second-factor"] => second_factor::show(&request),
            ["users"] => users::show(&request),
            ["users", _] => user::show(&request),
            ["tokens"] => tokens::show(&request),
            ["settings"] => settings::show(&request),
            ["system"] => read(request, system::show).await,
            ["system", "backup"] => read(request, system_actions::ask_backup).await,
            ["system", "reindex"] => read(request, system_actions::ask_rebuild).await,
            ["system", "log"] => system_log::show(&request),
            ["help"] => help::index(&request),
            ["help", "x-mode"] => help_x::show(&request),
            ["help", _] => help::show(&request),
            ["help", _, "fields"] => help::fields(&request),
            _ => nearest::of(&request).map(|page| reply::see_other(&page)).ok_or(HttpError::NotFound),
        };
    }
    if method != Method::POST {
        return Err(NO_METHOD);
    }
    match path.as_slice() {
        ["login"] => login::log_in(&request).await,
        ["login", "code"] => login_code::log_in(&request).await,
        ["logout"] => login::log_out(&request).await,
        ["setup", _] => setup::set_up(&request).await,
        ["preferences"] => Ok(preferences::set(&request)),
        ["searches"] => searches::save(&request).await,
        ["searches", _, "remove"] => searches::remove(&request).await,
        ["calls", _, "evidence"] => evidence::download(&request).await,
        ["calls", _, "stop"] => platform::stop(&request).await,
        ["platform", _, "compare"] => platform::compare(&request).await,
        ["platform", _, _] => platform::call(&request).await,
        ["reveal"] => reveal::open(&request).await,
        ["reveal", "end"] => reveal::end(&request),
        ["account", "password"] => account::change_password(&request).await,
        ["account", "logins"] => account::end_others(&request).await,
        ["account", "logins", _] => account::end(&request).await,
        ["retention"] => retention::save(&request).await,
        ["retention", "runs"] => retention::run(&request).await,
        ["retention", "holds"] => retention::hold(&request).await,
        ["retention", "holds", _] => retention::release(&request).await,
        ["erasure"] => erasure::begin(&request).await,
        ["account", "second-factor"] => second_factor::confirm(&request).await,
        ["account", "second-factor", "codes"] => second_factor::renew(&request).await,
        ["account", "second-factor", "off"] => second_factor::switch_off(&request).await,
        ["users"] => users::add(&request).await,
        ["users", _] => user::change(&request).await,
        ["users", _, "password"] => user::set_password(&request).await,
        ["users", _, "second-factor"] => user::reset(&request).await,
        ["users", _, "logins"] => user::end_logins(&request).await,
        ["users", _, "remove"] => user::remove(&request).await,
        ["second-factor"] => users::demand(&request).await,
        ["tokens"] => tokens::add(&request).await,
        ["tokens", _, "revoke"] => tokens::revoke(&request).await,
        ["system", "backup"] => system_actions::backup(&request).await,
        ["system", "reindex"] => system_actions::rebuild(&request),
        ["rules", _] => rule_changes::change(&request).await,
        ["rules", _, "secret"] => rule_secret::renew(&request).await,
        ["rules", _, "try"] => rule_trial::try_out(&request).await,
        ["lists"] => rule_lists::add(&request).await,
        ["lists", _] => rule_list::change(&request).await,
        ["lists", _, "remove"] => rule_list::remove(&request).await,
        ["bindings"] => binding_new::add(&request).await,
        ["bindings", "import"] => binding_import::import(&request).await,
        ["bindings", _] => binding::change(&request).await,
        ["bindings", _, "end"] => binding::end(&request).await,
        ["apps"] => apps::add(&request).await,
        ["apps", _] => app_changes::change(&request).await,
        ["apps", _, "rotate"] => app_changes::rotate(&request).await,
        ["apps", _, "remove"] => app_changes::remove(&request).await,
        ["apps", _, "platform"] => app_platform::save(&request).await,
        ["apps", _, "test"] => app_changes::test(&request).await,
        _ => Err(HttpError::NotFound),
    }
}

/// Runs a page that reads the store or the journal where blocking is allowed.
async fn read(
    request: Request,
    page: impl FnOnce(&Request) -> Result<Response, HttpError> + Send + 'static,
) -> Result<Response, HttpError> {
    let read = tokio::task::spawn_blocking(move || page(&request)).await;
    read.unwrap_or_else(|error| Err(HttpError::Internal(Box::new(error))))
}
