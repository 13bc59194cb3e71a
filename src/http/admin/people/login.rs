//! Logging in and out.
//!
//! What was wrong, the name or the password, is never said; tries are counted before anything
//! is looked at; and after a login nobody is sent anywhere but to a page of ours.

use std::time::Duration;

use askama::Template;
use http::{Method, StatusCode};

#[cfg(test)]
use crate::domain::Lang;
use crate::domain::Secret;
use crate::http::admin::people::entering::{enter, held, next, wait_words};
use crate::http::admin::people::known_browser;
use crate::http::admin::people::{login_audit as trail, login_code};
use crate::http::admin::reply;
use crate::http::admin::request::{LOGIN_COOKIE, Request, link};
use crate::http::admin::throttle::What;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::service::people;
use crate::state::FirstStep;

#[derive(Debug, Template)]
#[template(path = "admin/people/login.html")]
pub(crate) struct LoginPage {
    view: View,
    name: String,
    next: String,
    problem: Option<String>,
    needs_setup: bool,
    /// The company's own provider: its name, and where to begin.
    outside: Option<(String, String)>,
}

pub(crate) fn ask(request: &Request, method: &Method) -> Response {
    let here = request.here();
    if method != Method::GET || here == "/" {
        return reply::see_other("/login");
    }
    reply::see_other(&link("/login", &[("next", here)]))
}

/// `GET /login`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    let next = next(request.param("next"));
    if request.login.is_some() {
        return Ok(reply::see_other(&next));
    }
    reply::page(&LoginPage::new(request, String::new(), next, None))
}

/// `POST /login`
pub(crate) async fn log_in(request: &Request) -> Result<Response, HttpError> {
    let name = request.field("name").unwrap_or_default().to_owned();
    let next = next(request.field("next"));
    let tried = request.site.throttle.a_try(What::Password, &name, &known_browser::who_tries(request, &name));
    if let Some(wait) = trail::count_try(request, &tried, &name).await? {
        return too_many(request, name, next, wait);
    }
    let password = Secret::new(request.raw_field("password"));
    let first = request.ctx().state.first_step(&trail::visit(request), &name, &password).await?;
    if first.is_some() {
        request.site.throttle.succeeded(&tried);
    }
    match first {
        Some(FirstStep::In(cookie, login)) => Ok(enter(request, &cookie, &login, &next)),
        Some(FirstStep::Code(pass)) => Ok(login_code::ask(&pass, &next)),
        None => {
            let problem = request.lang.t("用户名或密码不对。", "Name or password is wrong.").to_owned();
            reply::page_with(StatusCode::UNAUTHORIZED, &LoginPage::new(request, name, next, Some(problem)))
        }
    }
}

/// `POST /logout`
pub(crate) async fn log_out(request: &Request) -> Result<Response, HttpError> {
    if let Some(cookie) = request.login_cookie() {
        let by = request.principal()?;
        people::log_out(request.ctx(), request.actor(&by), cookie).await?;
    }
    Ok(reply::with_login_cookie(reply::see_other("/login"), LOGIN_COOKIE, "", Duration::ZERO))
}

fn too_many(request: &Request, name: String, next: String, wait: Duration) -> Result<Response, HttpError> {
    let page = LoginPage::new(request, name, next, Some(wait_words(request.lang, wait)));
    held(reply::page_with(StatusCode::TOO_MANY_REQUESTS, &page)?, wait)
}

pub(crate) fn again(request: &Request, next: String, problem: String) -> Result<Response, HttpError> {
    let page = LoginPage::new(request, String::new(), next, Some(problem));
    reply::page_with(StatusCode::UNAUTHORIZED, &page)
}

impl LoginPage {
    fn new(request: &Request, name: String, next: String, problem: Option<String>) -> Self {
        let needs_setup = request.ctx().state.setup_code().is_some();
        let begin = || link("/login/oidc", &[("next", &next)]);
        let outside = request.ctx().oidc.as_ref().map(|oidc| (oidc.name().to_owned(), begin()));
        Self { view: View::of(request, Section::Outside), name, next, problem, needs_setup, outside }
    }
}

#[cfg(test)]
impl LoginPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        let view = View { who: None, csrf: String::new(), ..View::sample(lang, Section::Outside) };
        let problem = Some(lang.t("用户名或密码不对。", "Name or password is wrong.").to_owned());
        let outside = Some((lang.t("公司账号", "the company").to_owned(), "/login/oidc?next=%2Fcalls".to_owned()));
        Self { view, name: "lin".to_owned(), next: "/calls".to_owned(), problem, needs_setup: false, outside }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples;

    #[test]
    fn a_foreign_address_after_login_becomes_the_home_page() {
        assert_eq!(next(Some("/calls?number=0021")), "/calls?number=0021");
        assert_eq!(next(Some("//evil.example/")), "/");
        assert_eq!(next(None), "/");
    }

    #[test]
    fn the_form_has_labels_and_hints_for_password_managers() {
        let html = scraper::Html::parse_document(&LoginPage::sample(Lang::En).render().unwrap());
        for (field, complete) in [("name", "username"), ("password", "current-password")] {
            let input = html.select(&samples::selector(&format!("input#{field}"))).next().unwrap();
            assert_eq!(input.attr("autocomplete"), Some(complete));
            let label = format!("label[for={field}]");
            assert!(html.select(&samples::selector(&label)).next().is_some());
        }
    }
}
