//! The second step of a login: a code, or a recovery code.
//!
//! Between the steps the browser holds a pass, sealed and good for some minutes: nothing is kept
//! for whoever has only the password. Tries are counted before anything is looked at, apart from
//! those at the password.

use std::time::Duration;

use askama::Template;
use http::StatusCode;

use crate::domain::Secret;
use crate::http::admin::people::entering;
use crate::http::admin::people::known_browser;
use crate::http::admin::people::login_audit as trail;
use crate::http::admin::reply;
use crate::http::admin::throttle::What;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::limits::LOGIN_CODE_TIME;

use crate::http::admin::request::{PASS_COOKIE, Request, link};

#[derive(Debug, Template)]
#[template(path = "admin/people/login_code.html")]
pub(crate) struct LoginCodePage {
    view: View,
    next: String,
    problem: Option<String>,
}

pub(crate) fn ask(pass: &Secret, next: &str) -> Response {
    let response = reply::see_other(&link("/login/code", &[("next", next)]));
    reply::with_login_cookie(response, PASS_COOKIE, pass.reveal(), LOGIN_CODE_TIME)
}

/// `GET /login/code`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    let next = entering::next(request.param("next"));
    let pass = request.pass_cookie().and_then(|pass| request.ctx().state.pass_of(pass));
    match (&request.login, pass) {
        (Some(_), _) => Ok(reply::see_other(&next)),
        (None, None) => Ok(reply::see_other(&link("/login", &[("next", next)]))),
        (None, Some(_)) => reply::page(&LoginCodePage::new(request, next, None)),
    }
}

/// `POST /login/code`
pub(crate) async fn log_in(request: &Request) -> Result<Response, HttpError> {
    let next = entering::next(request.field("next"));
    let pass = request.pass_cookie().unwrap_or_default();
    let Some(name) = request.ctx().state.pass_of(pass) else {
        return Ok(reply::see_other(&link("/login", &[("next", next)])));
    };
    let tried = request.site.throttle.a_try(What::Code, &name, &known_browser::who_tries(request, &name));
    if let Some(wait) = trail::count_try(request, &tried, &name).await? {
        let page = LoginCodePage::new(request, next, Some(entering::wait_words(request.lang, wait)));
        return entering::held(reply::page_with(StatusCode::TOO_MANY_REQUESTS, &page)?, wait);
    }
    let opened = request.ctx().state.second_step(&trail::visit(request), pass, request.raw_field("code")).await?;
    let Some((cookie, opened)) = opened else {
        let problem = request.lang.t("验证码不对，或已经用过。", "The code is wrong, or was used already.").to_owned();
        let page = LoginCodePage::new(request, next, Some(problem));
        return reply::page_with(StatusCode::UNAUTHORIZED, &page);
    };
    request.site.throttle.succeeded(&tried);
    let response = entering::enter(request, &cookie, &opened, &next);
    Ok(reply::with_login_cookie(response, PASS_COOKIE, "", Duration::ZERO))
}

impl LoginCodePage {
    fn new(request: &Request, next: String, problem: Option<String>) -> Self {
        Self { view: View::of(request, Section::Outside), next, problem }
    }
}

#[cfg(test)]
impl LoginCodePage {
    pub(crate) fn sample(lang: crate::domain::Lang) -> Self {
        let view = View { who: None, csrf: String::new(), ..View::sample(lang, Section::Outside) };
        Self { view, next: "/calls".to_owned(), problem: None }
    }
}
