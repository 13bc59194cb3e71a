//! The dashboard, in two languages, usable without JavaScript.
//!
//! [`route`] lists its addresses. A page is one file here (a struct with values ready to show, its
//! handler, its tests) and one template at the same path under `templates/admin/`. The handler decides
//! what is shown, the template how it looks.
//!
//! GET never changes anything. A change is a POST with the login's CSRF token, goes through the same
//! service as the API and the command line, and ends in a redirect.

mod apps;
mod bindings;
mod callbacks;
pub(super) mod calls;
mod contradictions;
mod csrf;
mod error;
mod help;
mod home;
mod multipart;
mod nearest;
mod origin;
mod parts;
mod people;
mod preferences;
mod query;
mod reply;
mod request;
mod rules;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod scope_tests;
mod searches;
mod statistics;
mod system;
#[cfg(test)]
mod tests;
mod theme;
mod throttle;
mod view;

use std::convert::Infallible;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use warp::Filter;
use warp::path::FullPath;

use self::request::{Request, Site};
use self::throttle::Throttle;
use super::{HttpError, Peer, Response, Routes, misdirected as missed};
use crate::audit::AuditAction;
use crate::domain::Text;
use crate::http::transport::body;
use crate::http::transport::body::{BodyLimits, CALLBACK, FORM, STRANGER, UPLOAD};
use crate::http::transport::budget::{Claim, Whose, claim};
use crate::http::transport::{compress, peer};
use crate::limits;
use crate::service::{BodyError, Context};

/// Everything that no route before took, except the addresses of programs.
#[must_use]
pub fn routes(ctx: Arc<Context>) -> Routes {
    let site = Arc::new(Site { ctx, throttle: Throttle::default() });
    let raw_query = warp::query::raw().or(warp::any().map(String::new)).unify();
    people_only()
        .and(warp::method())
        .and(warp::path::full())
        .and(raw_query)
        .and(warp::header::headers_cloned())
        .and(host())
        .and(peer::peer())
        .and(claim())
        .and(warp::body::stream())
        .then(move |method: Method, path: FullPath, query: String, headers, host, peer: Peer, claim: Claim, stream| {
            let headers: HeaderMap = headers;
            let mut request = Request::new(site.clone(), path.as_str(), &query, headers.clone(), peer.ip());
            request.host = host;
            async move {
                if method == Method::POST && !takes(&request, &headers) {
                    return missed::refuse(request.ctx(), peer.ip(), path.as_str());
                }
                if request.login.is_some() {
                    claim.know(Whose::Peoples);
                } else if !is_open(&request) {
                    // Without a login the body is not read.
                    return answer(request, &method, Ok(Vec::new())).await;
                }
                let limits = body_limits(&request, &method);
                let body = body::read(&claim, &headers, stream, limits).await;
                answer(request, &method, body).await
            }
        })
        .boxed()
}

/// Whether a POST is one of our forms. A platform that calls a page's address gets 404 before any
/// authentication.
fn takes(request: &Request, headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes).to_ascii_lowercase();
    let is_form = ["application/x-www-form-urlencoded", "multipart/form-data"]
        .iter()
        .any(|form| content_type.starts_with(form.as_bytes()));
    (is_form || content_type.is_empty()) && form(&request.segments()).is_some()
}

/// The host in the target (HTTP/2) or the header; none if the two differ.
fn host() -> impl Filter<Extract = (Option<String>,), Error = Infallible> + Clone {
    let said = warp::host::optional().map(|host: Option<http::uri::Authority>| host.map(|host| host.to_string()));
    said.or(warp::any().map(|| None)).unify()
}

/// Limits of the body: files and long lists only after login.
fn body_limits(request: &Request, method: &Method) -> BodyLimits {
    if request.login.is_none() {
        return STRANGER;
    }
    if *method != Method::POST {
        return FORM;
    }
    match request.segments().as_slice() {
        ["bindings", "import"] => UPLOAD,
        // As in the API.
        ["lists"] | ["lists", _] => CALLBACK,
        _ => FORM,
    }
}

fn people_only() -> impl Filter<Extract = (), Error = warp::Rejection> + Clone {
    warp::path::full()
        .and_then(|path: FullPath| async move {
            let programs = ["/api/", "/static/"].iter().any(|prefix| path.as_str().starts_with(prefix));
            if programs { Err(warp::reject::not_found()) } else { Ok(()) }
        })
        .untuple_one()
}

/// Pages with secrets: never compressed.
const SECRETS: [&str; 5] = ["account", "apps", "login", "setup", "tokens"];

async fn answer(mut request: Request, method: &Method, body: Result<Vec<u8>, BodyError>) -> Response {
    let page = error::Place::of(&request);
    let insists = request.ctx().server.insists_on_https();
    let may_be_small = request.reads_gzip()
        && *method == Method::GET
        && request.revealed().is_none()
        && !request.segments().first().is_some_and(|first| SECRETS.contains(first));
    let remembers = (*method == Method::GET).then(|| people::known_browser::to_remember(&request)).flatten();
    let answered = match body {
        Ok(body) => {
            request.read_form(body);
            let tried = people::login_audit::Tried::of(&request, method);
            match guard(request, method).await {
                Ok(answered) => tried.record(answered).await,
                Err(error) => Err(error),
            }
        }
        Err(error) => Err(error.into()),
    };
    let mut answer = answered.unwrap_or_else(|error| error::respond(page, error));
    if insists && let Ok(time) = HeaderValue::from_str(&format!("max-age={}", limits::HSTS_TIME.as_secs())) {
        answer.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, time);
    }
    let answer = match remembers.filter(|_| answer.status() == StatusCode::OK) {
        Some(what) => people::known_browser::remember(answer, &what),
        None => answer,
    };
    if may_be_small { compress::compressed(answer).await } else { answer }
}

const NO_METHOD: HttpError = HttpError::MethodNotAllowed { allow: "GET, POST" };

async fn guard(request: Request, method: &Method) -> Result<Response, HttpError> {
    if !matches!(*method, Method::GET | Method::HEAD | Method::POST) {
        return Err(NO_METHOD);
    }
    if request.login.is_none() && !is_open(&request) {
        return Ok(people::login::ask(&request, method));
    }
    if let Some(sent) = owes_second_factor(&request, method) {
        return sent;
    }
    if method == Method::POST {
        request.check_origin()?;
        // The form of the login has no CSRF token, also when somebody is logged in.
        let logs_in = matches!(request.segments().as_slice(), ["login"] | ["login", "code"]);
        if request.login.is_some() && !logs_in {
            request.check_csrf()?;
        }
    }
    route(request, method).await
}

fn is_open(request: &Request) -> bool {
    matches!(
        request.segments().as_slice(),
        ["login" | "preferences"] | ["login", "code"] | ["login", "oidc", ..] | ["setup", _] | ["setup", _, "strength"]
    )
}

/// Users who need a second factor and have none must set it up first.
fn owes_second_factor(request: &Request, method: &Method) -> Option<Result<Response, HttpError>> {
    let login = request.login.as_ref()?;
    let open = matches!(
        request.segments().as_slice(),
        ["account", "second-factor", ..] | ["login", ..] | ["logout" | "preferences"]
    );
    if open || !request.ctx().state.owes_second_factor(&login.user) {
        return None;
    }
    Some(match *method {
        Method::GET | Method::HEAD => Ok(reply::see_other("/account/second-factor")),
        _ => Err(HttpError::Forbidden(Text::new("请先设置两步验证", "set up your second factor first"))),
    })
}

async fn route(request: Request, method: &Method) -> Result<Response, HttpError> {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let path: Vec<String> = request.segments().into_iter().map(str::to_owned).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    if reads {
        return match path.as_slice() {
            [] => read(request, home::page::show).await,
            ["login"] => people::login::show(&request),
            ["login", "code"] => people::login_code::show(&request),
            ["login", "oidc"] => people::oidc::begin(&request).await,
            ["login", "oidc", "callback"] => people::oidc::finish(&request).await,
            ["setup", _] => people::setup::show(&request),
            ["calls"] => read(request, calls::list_page::show).await,
            ["calls", _] => read(request, calls::page::show).await,
            ["calls", _, "evidence"] => read(request, calls::evidence::show).await,
            ["callbacks"] => read(request, callbacks::list_page::show).await,
            ["callbacks", _] => read(request, callbacks::page::show).await,
            ["callbacks", _, "raw"] => read(request, callbacks::page::raw).await,
            ["attention"] => read(request, home::attention::show).await,
            ["recordings"] => read(request, calls::recordings::show).await,
            ["gaps"] => read(request, calls::gaps::show).await,
            ["live"] => read(request, home::live::show).await,
            ["statistics"] => read(request, statistics::page::show).await,
            ["messages"] => read(request, calls::messages::show).await,
            ["numbers"] => read(request, apps::numbers::show).await,
            ["rules"] => rules::page::show(&request).await,
            ["lists"] => read(request, rules::lists::show).await,
            ["lists", _] => read(request, rules::list::show).await,
            ["decisions"] => read(request, rules::decisions::show).await,
            ["bindings"] => read(request, bindings::list_page::show).await,
            ["bindings", "new"] => bindings::new::show(&request),
            ["bindings", "import"] => bindings::import::show(&request),
            ["bindings", _] => read(request, bindings::page::show).await,
            ["apps"] => read(request, apps::list_page::show).await,
            ["apps", _] => read(request, apps::page::show).await,
            ["platform"] => read(request, apps::platform::show).await,
            ["audit"] => read(request, people::audit::show).await,
            ["audit", "export"] => people::audit::export(&request).await,
            ["account"] => people::account::show(&request),
            ["retention"] => read(request, system::retention::show).await,
            ["erasure"] | ["erasure", _] => read(request, system::erasure::show).await,
            ["erasure", _, "certificate.json"] => read(request, system::erasure::download).await,
            ["account", "second-factor"] => people::second_factor::show(&request),
            ["users"] => people::list_page::show(&request),
            ["users", _] => people::page::show(&request),
            ["tokens"] => people::tokens::show(&request),
            ["settings"] => system::settings::show(&request),
            ["system"] => read(request, system::page::show).await,
            ["system", "backup"] => read(request, system::actions::ask_backup).await,
            ["system", "reindex"] => read(request, system::actions::ask_rebuild).await,
            ["system", "log"] => system::log::show(&request),
            ["help"] => help::page::index(&request),
            ["help", _] => help::page::show(&request),
            ["help", _, "fields"] => help::page::fields(&request),
            _ => nearest::of(&request).map(|page| reply::see_other(&page)).ok_or(HttpError::NotFound),
        };
    }
    if method != Method::POST {
        return Err(NO_METHOD);
    }
    let form = form(&path).ok_or(HttpError::NotFound)?;
    if let Some(action) = form.action {
        let by = request.principal()?;
        request.actor(&by).may(action)?;
    }
    (form.take)(&request).await
}

#[derive(Clone, Copy)]
struct Form {
    take: for<'a> fn(&'a Request) -> BoxFuture<'a, Result<Response, HttpError>>,
    /// `None`: takes no right and leaves no audit entry of its own.
    action: Option<AuditAction>,
}

macro_rules! form {
    ($handler:path) => {
        Form { take: |request| Box::pin($handler(request)), action: None }
    };
    ($handler:path, $audit:ident) => {
        Form { action: Some(AuditAction::$audit), ..form!($handler) }
    };
}

fn form(path: &[&str]) -> Option<Form> {
    Some(match path {
        ["login"] => form!(people::login::log_in),
        ["login", "code"] => form!(people::login_code::log_in),
        ["logout"] => form!(people::login::log_out, Logout),
        ["setup", _] => form!(people::setup::set_up),
        ["setup", _, "strength"] => form!(people::strength::at_setup),
        ["preferences"] => form!(preferences::set),
        ["searches"] => form!(searches::save, SearchSave),
        ["searches", _, "remove"] => form!(searches::remove, SearchRemove),
        ["calls", _, "evidence"] => form!(calls::evidence::download, EvidenceExport),
        ["calls", _, "stop"] => form!(apps::platform::stop, PlatformCall),
        ["platform", _, "compare"] => form!(apps::platform::compare, PlatformCompare),
        ["platform", _, _] => form!(apps::platform::call, PlatformCall),
        ["reveal"] => form!(people::reveal::open, Reveal),
        ["reveal", "end"] => form!(people::reveal::end),
        ["account", "strength"] => form!(people::strength::at_home),
        ["account", "password"] => form!(people::account::change_password, PasswordChange),
        ["account", "logins"] => form!(people::account::end_others, LoginEnd),
        ["account", "logins", _] => form!(people::account::end, LoginEnd),
        ["retention"] => form!(system::retention::save, RetentionChange),
        ["retention", "runs"] => form!(system::retention::run, RetentionRun),
        ["retention", "holds"] => form!(system::retention::hold, HoldAdd),
        ["retention", "holds", _] => form!(system::retention::release, HoldEnd),
        ["erasure"] => form!(system::erasure::begin, ErasureBegin),
        ["account", "second-factor"] => form!(people::second_factor::confirm, SecondFactorOn),
        ["account", "second-factor", "codes"] => form!(people::second_factor::renew, SecondFactorCodes),
        ["account", "second-factor", "off"] => form!(people::second_factor::switch_off, SecondFactorOff),
        ["users"] => form!(people::list_page::add, UserAdd),
        ["users", _] => form!(people::page::change, UserChange),
        ["users", _, "password"] => form!(people::page::set_password, UserChange),
        ["users", _, "second-factor"] => form!(people::page::reset, SecondFactorReset),
        ["users", _, "logins"] => form!(people::page::end_logins, UserChange),
        ["users", _, "remove"] => form!(people::page::remove, UserRemove),
        ["second-factor"] => form!(people::list_page::demand, SecondFactorRequire),
        ["tokens"] => form!(people::tokens::add, TokenAdd),
        ["tokens", _, "revoke"] => form!(people::tokens::revoke, TokenRevoke),
        ["system", "backup"] => form!(system::actions::backup, SystemBackup),
        ["system", "reindex"] => form!(system::actions::rebuild, SystemReindex),
        ["rules", _] => form!(rules::changes::change, RulesChange),
        ["rules", _, "secret"] => form!(rules::secret::renew, RulesSecret),
        ["rules", _, "try"] => form!(rules::page::try_out, RulesChange),
        ["lists"] => form!(rules::lists::add, ListChange),
        ["lists", _] => form!(rules::list::change, ListChange),
        ["lists", _, "remove"] => form!(rules::list::remove, ListRemove),
        ["bindings"] => form!(bindings::new::add, BindingAdd),
        ["bindings", "import"] => form!(bindings::import::import, BindingImport),
        ["bindings", _] => form!(bindings::page::change, BindingChange),
        ["bindings", _, "end"] => form!(bindings::page::end, BindingEnd),
        ["apps"] => form!(apps::list_page::add, AppAdd),
        ["apps", _] => form!(apps::changes::change, AppChange),
        ["apps", _, "rotate"] => form!(apps::changes::rotate, AppRotate),
        ["apps", _, "remove"] => form!(apps::changes::remove, AppRemove),
        ["apps", _, "platform"] => form!(apps::changes::set_platform, PlatformSettings),
        ["apps", _, "test"] => form!(apps::changes::test, AppTest),
        _ => return None,
    })
}

/// Runs a page on a thread that may block.
async fn read(
    request: Request,
    page: impl FnOnce(&Request) -> Result<Response, HttpError> + Send + 'static,
) -> Result<Response, HttpError> {
    let read = tokio::task::spawn_blocking(move || page(&request)).await;
    read.unwrap_or_else(|error| Err(HttpError::Internal(Box::new(error))))
}
