//! Logging in at the company's own provider: there and back.
//!
//! Between the two the browser holds what the answer must fit, sealed and good for one answer.
//! Whoever comes back with another `state`, too late, or a second time, begins again. A person who comes for the first time gets an
//! account without a password; the role is the provider's at every login, the apps are ours.

use std::time::Duration;

use subtle::ConstantTimeEq;

use crate::error_chain::Chain;
use crate::http::admin::people::entering;
use crate::http::admin::people::{login, login_audit as trail};
use crate::http::admin::reply;
use crate::http::admin::request::{OIDC_COOKIE, Request};
use crate::http::admin::throttle::Throttle;
use crate::http::{HttpError, Response};
use crate::limits::OIDC_LOGIN_TIME;
use crate::oidc::{Begun, Oidc, OidcError};
use crate::state::{OutsideId, StateError};

const PURPOSE: &str = "oidc";

/// `GET /login/oidc`: sends the browser to the provider.
pub(crate) async fn begin(request: &Request) -> Result<Response, HttpError> {
    let (oidc, state) = (provider(request)?, &request.ctx().state);
    let next = entering::next(request.param("next"));
    match oidc.begin(|| state.unguessable()).await {
        Ok((address, begun)) => {
            let text = [begun.state.as_str(), &begun.nonce, &begun.verifier, &next].join("\n");
            let ticket = state.seal_ticket(PURPOSE, &text, OIDC_LOGIN_TIME);
            let response = reply::see_other(&address);
            Ok(reply::with_login_cookie(response, OIDC_COOKIE, ticket.reveal(), OIDC_LOGIN_TIME))
        }
        Err(error) => refused(request, next, &error),
    }
}

/// `GET /login/oidc/callback`: the browser comes back.
pub(crate) async fn finish(request: &Request) -> Result<Response, HttpError> {
    let oidc = provider(request)?;
    let not_begun = || {
        let problem =
            request.lang.t("登录已超时或不是从这里开始的，请重新登录。", "Too late, or not begun here; log in again.");
        login::again(request, "/".to_owned(), problem.to_owned())
    };
    // Looking at what this browser holds costs nothing and counts for nobody: whoever began no
    // login here must not be able to use up the tries of those who did.
    let Some((begun, next)) = begun(request) else { return not_begun() };
    // From here on the provider is asked. By address only: there is no name yet.
    let tried = Throttle::sent_back(request.peer);
    if let Some(retry_after) = trail::count_try(request, &tried, "").await? {
        return Err(HttpError::TooManyRequests { retry_after });
    }
    // Whoever sees a ticket and the code beside it must not come in after its owner.
    if !request.ctx().state.spend_ticket(PURPOSE, request.cookie(OIDC_COOKIE).unwrap_or_default()) {
        return not_begun();
    }
    let Some(code) = request.param("code") else {
        let problem = request.lang.t("身份提供方没有放行。", "The provider did not let you in.");
        return login::again(request, next, problem.to_owned());
    };
    let who = match oidc.finish(code, &begun).await {
        Ok(who) => who,
        Err(error) => return refused(request, next, &error),
    };
    let visit = trail::visit(request);
    let id = OutsideId { issuer: who.issuer, subject: who.subject };
    let user = match request.ctx().state.admit_outside(&visit, id, &who.name, who.role).await {
        Ok(user) => user,
        Err(error @ (StateError::Exists(_) | StateError::Invalid(_))) => {
            return login::again(request, next, error.wording().get(request.lang).to_owned());
        }
        Err(error) => return Err(error.into()),
    };
    let opened = request.ctx().state.log_in_outside(&visit, &user).await?;
    let Some((cookie, opened)) = opened else { return Err(HttpError::Unauthorised) };
    request.site.throttle.succeeded(&tried);
    let response = entering::enter(request, &cookie, &opened, &next);
    Ok(reply::with_login_cookie(response, OIDC_COOKIE, "", Duration::ZERO))
}

fn provider(request: &Request) -> Result<&Oidc, HttpError> {
    request.ctx().oidc.as_ref().ok_or(HttpError::NotFound)
}

fn begun(request: &Request) -> Option<(Begun, String)> {
    let ticket = request.ctx().state.open_ticket(PURPOSE, request.cookie(OIDC_COOKIE)?)?;
    let mut parts = ticket.reveal().splitn(4, '\n').map(str::to_owned);
    let (state, nonce, verifier, next) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let same = bool::from(state.as_bytes().ct_eq(request.param("state")?.as_bytes()));
    same.then_some((Begun { state, nonce, verifier }, next))
}

fn refused(request: &Request, next: String, error: &OidcError) -> Result<Response, HttpError> {
    tracing::warn!(error = %Chain(error), "a login at the provider failed");
    let lang = request.lang;
    let problem = match error {
        OidcError::Denied(_) => lang.t(
            "你的账号没有被授权使用回铃，请联系管理员。",
            "Your account may not use Ringback; ask an administrator.",
        ),
        OidcError::Prepare(_)
        | OidcError::Ask(_)
        | OidcError::Refused { .. }
        | OidcError::Malformed(_)
        | OidcError::Claim(_) => lang.t(
            "身份提供方暂时不可用或应答有误，日志里有原因。",
            "The provider is away or answered wrongly; the log says why.",
        ),
    };
    login::again(request, next, problem.to_owned())
}
