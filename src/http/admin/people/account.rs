//! 我的账号 My account: where one is logged in, and one's own password.
//!
//! A login is ended by its public id. A new password takes the old one, ends every login, and
//! gives this browser a new one. [`logins`] lists the logins of anybody for the users page.

use askama::Template;
use http::StatusCode;

#[cfg(test)]
use crate::domain::Lang;
use crate::domain::Secret;
use crate::http::admin::parts::When;
use crate::http::admin::people::audit_words::browser;
use crate::http::admin::people::entering;
use crate::http::admin::people::login_audit as trail;
use crate::http::admin::reply;
use crate::http::admin::request::Request;
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::throttle::{What, Who};
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::limits::PASSWORD_CHARS_MIN;
use crate::service::{ServiceError, people};
use crate::state::OpenLogin;

#[derive(Debug, Template)]
#[template(path = "admin/people/account.html")]
pub(crate) struct AccountPage {
    view: View,
    logins: Vec<LoginRow>,
    done: Option<&'static str>,
    problem: Option<String>,
    shortest: usize,
}

#[derive(Debug)]
pub(crate) struct LoginRow {
    pub(crate) id: String,
    pub(crate) created: When,
    pub(crate) seen: Option<When>,
    pub(crate) peer: String,
    pub(crate) browser: String,
    /// The one that looks at the page.
    pub(crate) this: bool,
}

/// `GET /account`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    reply::page(&AccountPage::of(request, None)?)
}

/// `POST /account/password`
pub(crate) async fn change_password(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let lang = request.lang;
    // Whoever found an open browser must not find the password by trying.
    let tried = request.site.throttle.a_try(What::Password, &by.name, &Who::Inside);
    if let Some(retry_after) = trail::count_try(request, &tried, &by.name).await? {
        return Err(HttpError::TooManyRequests { retry_after });
    }
    if request.raw_field("password") != request.raw_field("again") {
        return refused(request, lang.t("两次输入的密码不一致。", "The two passwords differ.").to_owned());
    }
    let old = Secret::new(request.raw_field("old"));
    let new = Secret::new(request.raw_field("password"));
    let visit = trail::visit(request);
    let changed = people::change_own_password(request.ctx(), request.actor(&by), &visit, &old, &new).await;
    let (cookie, opened) = match changed {
        Ok(Some(opened)) => opened,
        Ok(None) => return refused(request, lang.t("原密码不对。", "The old password is wrong.").to_owned()),
        Err(ServiceError::BadRequest(problem)) => return refused(request, problem.get(lang).to_owned()),
        Err(error) => return Err(error.into()),
    };
    request.site.throttle.succeeded(&tried);
    Ok(entering::enter(request, &cookie, &opened, "/account?done=password"))
}

/// `POST /account/logins`: ends all others.
pub(crate) async fn end_others(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let this = request.login.as_ref().map(|login| login.id.as_str());
    people::end_logins(request.ctx(), request.actor(&by), &by.name, this).await?;
    Ok(reply::see_other("/account?done=ended"))
}

/// `POST /account/logins/{id}`: ends one of one's own.
pub(crate) async fn end(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let id = request.segment(2);
    let own = request.ctx().state.logins(Some(&by.name)).into_iter().find(|login| login.id == id);
    people::end_login(request.ctx(), request.actor(&by), &own.ok_or(HttpError::NotFound)?).await?;
    Ok(reply::see_other("/account?done=ended"))
}

/// The open logins of a user, newest first. Ending one is [`crate::state::State::end_login`].
pub(crate) fn logins(request: &Request, user: &str) -> Vec<LoginRow> {
    let this = request.login.as_ref().map(|login| login.id.as_str());
    request.ctx().state.logins(Some(user)).iter().map(|login| LoginRow::of(login, this)).collect()
}

fn refused(request: &Request, problem: String) -> Result<Response, HttpError> {
    reply::page_with(StatusCode::BAD_REQUEST, &AccountPage::of(request, Some(problem))?)
}

impl AccountPage {
    fn of(request: &Request, problem: Option<String>) -> Result<Self, HttpError> {
        let name = request.principal()?.name;
        let done = request.param("done");
        Ok(Self::new(View::of(request, Section::Account), logins(request, &name), done, problem))
    }

    fn new(view: View, logins: Vec<LoginRow>, done: Option<&str>, problem: Option<String>) -> Self {
        let done = match done {
            Some("password") => Some(
                view.lang.t("密码已修改，其他登录已全部结束。", "The password is changed; all other logins are ended."),
            ),
            Some("ended") => Some(view.lang.t("已结束。", "Ended.")),
            _ => None,
        };
        Self { view, logins, done, problem, shortest: PASSWORD_CHARS_MIN }
    }
}

impl LoginRow {
    fn of(login: &OpenLogin, this: Option<&str>) -> Self {
        Self {
            this: this == Some(login.id.as_str()),
            id: login.id.clone(),
            created: When::full(login.created_at),
            seen: login.seen_at.map(When::full),
            peer: login.peer.map(|peer| peer.to_string()).unwrap_or_default(),
            browser: login.agent.as_deref().map(browser).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
impl AccountPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        let now = samples::now();
        let login = |id: &str, seen, agent: &str| OpenLogin {
            id: id.to_owned(),
            user: "lin".to_owned(),
            created_at: now,
            seen_at: seen,
            expires_at: now,
            peer: Some("203.0.113.7".parse().unwrap()),
            agent: Some(agent.to_owned()),
        };
        let open = [
            login("a1", Some(now), "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36"),
            login("b2", None, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) MicroMessenger/8.0 Safari/604.1"),
        ];
        let rows = open.iter().map(|login| LoginRow::of(login, Some("a1"))).collect();
        let view = View { here: "/account".to_owned(), ..View::sample(lang, Section::Account) };
        Self::new(view, rows, None, None)
    }

    pub(crate) fn sample_logins(lang: Lang) -> Vec<LoginRow> {
        Self::sample(lang).logins
    }

    /// One login and nothing done: what everybody sees first.
    pub(crate) fn sample_empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.logins.truncate(1);
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples::selector;

    #[test]
    fn each_login_can_be_ended_but_the_one_that_looks() {
        let html = scraper::Html::parse_document(&AccountPage::sample(Lang::En).render().unwrap());
        let forms: Vec<&str> =
            html.select(&selector("td form[method=post]")).filter_map(|form| form.attr("action")).collect();
        assert_eq!(forms, ["/account/logins/b2"]);
        let alone = scraper::Html::parse_document(&AccountPage::sample_empty(Lang::En).render().unwrap());
        assert!(alone.select(&selector("form[action='/account/logins']")).next().is_none(), "there are no others");
    }
}
