//! The one-time link that the first start prints: makes the first administrator.
//!
//! It works while there is no user and never again; afterwards the address is like any other
//! that does not exist.

use askama::Template;
use http::StatusCode;
use subtle::ConstantTimeEq;

use crate::domain::Secret;
use crate::http::admin::people::entering;
use crate::http::admin::people::login_audit as trail;
use crate::http::admin::reply;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::limits::PASSWORD_CHARS_MIN;
use crate::state::StateError;

use crate::http::admin::request::Request;

#[derive(Debug, Template)]
#[template(path = "admin/people/setup.html")]
pub(crate) struct SetupPage {
    view: View,
    code: String,
    name: String,
    shortest: usize,
    problem: Option<String>,
}

/// `GET /setup/{code}`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    let code = check(request)?;
    reply::page(&SetupPage::new(request, code, "admin", None))
}

/// `POST /setup/{code}`
pub(crate) async fn set_up(request: &Request) -> Result<Response, HttpError> {
    let code = check(request)?;
    let name = request.field("name").unwrap_or_default();
    let password = request.raw_field("password");
    if password != request.raw_field("again") {
        let problem = request.lang.t("两次输入的密码不一致。", "The two passwords differ.").to_owned();
        let page = SetupPage::new(request, code, name, Some(problem));
        return reply::page_with(StatusCode::BAD_REQUEST, &page);
    }
    match request.ctx().state.set_up(&trail::visit(request), &code, name, &Secret::new(password)).await {
        Ok((cookie, made)) => Ok(entering::enter(request, &cookie, &made, "/apps?done=welcome")),
        Err(StateError::Invalid(problem)) => {
            let page = SetupPage::new(request, code, name, Some(problem.get(request.lang).to_owned()));
            reply::page_with(StatusCode::BAD_REQUEST, &page)
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn check(request: &Request) -> Result<String, HttpError> {
    let code = request.segment(1);
    let expected = request.ctx().state.setup_code().ok_or(HttpError::NotFound)?;
    let right = bool::from(expected.reveal().as_bytes().ct_eq(code.as_bytes()));
    if right { Ok(code.to_owned()) } else { Err(HttpError::NotFound) }
}

impl SetupPage {
    fn new(request: &Request, code: String, name: &str, problem: Option<String>) -> Self {
        let view = View::of(request, Section::Outside);
        Self { view, code, name: name.to_owned(), shortest: PASSWORD_CHARS_MIN, problem }
    }
}

#[cfg(test)]
impl SetupPage {
    pub(crate) fn sample(lang: crate::domain::Lang) -> Self {
        let view = View { who: None, csrf: String::new(), ..View::sample(lang, Section::Outside) };
        let (code, name) = ("sample-code".to_owned(), "admin".to_owned());
        Self { view, code, name, shortest: PASSWORD_CHARS_MIN, problem: None }
    }
}
