//! One user: rights, password, second factor, logins, and the way out.
//!
//! Every change goes through the same service as the API and the command line, which keeps the
//! last administrator and ends the logins of whoever loses rights.

use askama::Template;
use http::StatusCode;

use crate::domain::{Lang, Role, Secret};
use crate::http::admin::parts::{Badge, When};
use crate::http::admin::people::account;
use crate::http::admin::people::account::LoginRow;
use crate::http::admin::people::list_page::second_factor_badge;
use crate::http::admin::people::rights_form;
use crate::http::admin::people::rights_form::RightsForm;
use crate::http::admin::reply;
use crate::http::admin::request::{Request, decoded, encoded, link};
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::limits::PASSWORD_CHARS_MIN;
use crate::service::{ServiceError, people};
use crate::state::{User, UserChange};

#[derive(Debug, Template)]
#[template(path = "admin/people/page.html")]
pub(crate) struct UserPage {
    view: View,
    name: String,
    href: String,
    created: When,
    last: Option<When>,
    rights: RightsForm,
    second_factor: Badge,
    has_second_factor: bool,
    issuer: Option<String>,
    logins: Vec<LoginRow>,
    shortest: usize,
    done: Option<&'static str>,
    problem: Option<String>,
}

/// `GET /users/{name}`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    request.require(Role::Admin)?;
    let user = user(request)?;
    reply::page(&UserPage::of(request, &user, None))
}

/// `POST /users/{name}`: role and apps.
pub(crate) async fn change(request: &Request) -> Result<Response, HttpError> {
    let (role, scope) = match rights_form::read(request) {
        Ok(rights) => rights,
        Err(wrong) => {
            let mut page = UserPage::of(request, &user(request)?, Some(wrong.said(request.lang)));
            page.rights = RightsForm::entered(request, Some(wrong));
            return reply::page_with(StatusCode::BAD_REQUEST, &page);
        }
    };
    apply(request, UserChange { role: Some(role), scope: Some(scope), password: None }, "changed").await
}

/// `POST /users/{name}/password`
pub(crate) async fn set_password(request: &Request) -> Result<Response, HttpError> {
    if request.raw_field("password") != request.raw_field("again") {
        let problem = request.lang.t("两次输入的密码不一致。", "The two passwords differ.");
        return refused(request, problem.to_owned());
    }
    let password = Some(Secret::new(request.raw_field("password")));
    apply(request, UserChange { password, ..UserChange::default() }, "password").await
}

/// `POST /users/{name}/second-factor`: takes it away.
pub(crate) async fn reset(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let user = user(request)?;
    people::reset_second_factor(request.ctx(), request.actor(&by), &user.name).await?;
    Ok(back(&user, "reset"))
}

/// `POST /users/{name}/logins`: ends them.
pub(crate) async fn end_logins(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let user = user(request)?;
    let this = request.login.as_ref().map(|login| login.id.as_str());
    people::end_logins(request.ctx(), request.actor(&by), &user.name, this).await?;
    Ok(back(&user, "ended"))
}

/// `POST /users/{name}/remove`
pub(crate) async fn remove(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let user = user(request)?;
    if request.field("confirm") != Some(user.name.as_str()) {
        let problem = request.lang.t("请输入用户名来确认。", "Enter the user's name to confirm.");
        return refused(request, problem.to_owned());
    }
    match people::remove_user(request.ctx(), request.actor(&by), &user.name).await {
        Ok(()) => Ok(reply::see_other("/users?done=removed")),
        Err(ServiceError::Conflict(problem)) => refused(request, problem.get(request.lang).to_owned()),
        Err(error) => Err(error.into()),
    }
}

async fn apply(request: &Request, change: UserChange, done: &str) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let user = user(request)?;
    match people::change_user(request.ctx(), request.actor(&by), &user.name, change).await {
        Ok(_) => Ok(back(&user, done)),
        Err(ServiceError::BadRequest(problem) | ServiceError::Conflict(problem)) => {
            refused(request, problem.get(request.lang).to_owned())
        }
        Err(error) => Err(error.into()),
    }
}

fn user(request: &Request) -> Result<User, HttpError> {
    request.ctx().state.user(&decoded(request.segment(1))).ok_or(HttpError::NotFound)
}

fn refused(request: &Request, problem: String) -> Result<Response, HttpError> {
    let user = user(request)?;
    reply::page_with(StatusCode::BAD_REQUEST, &UserPage::of(request, &user, Some(problem)))
}

fn back(user: &User, done: &str) -> Response {
    reply::see_other(&link(&format!("/users/{}", encoded(&user.name)), &[("done", done)]))
}

impl UserPage {
    fn of(request: &Request, user: &User, problem: Option<String>) -> Self {
        let view = View::of(request, Section::Users);
        let rights = RightsForm::of(request, user.role, &user.scope);
        let mut page = Self::new(view, user, rights, account::logins(request, &user.name));
        page.done = done(request.lang, request.param("done"));
        page.problem = problem;
        page
    }

    fn new(view: View, user: &User, rights: RightsForm, logins: Vec<LoginRow>) -> Self {
        Self {
            name: user.name.clone(),
            href: format!("/users/{}", encoded(&user.name)),
            created: When::full(user.created_at),
            last: user.last_login_at.map(When::full),
            rights,
            second_factor: second_factor_badge(view.lang, user),
            has_second_factor: user.second_factor,
            issuer: user.outside.as_ref().map(|outside| outside.issuer.clone()),
            logins,
            shortest: PASSWORD_CHARS_MIN,
            done: None,
            problem: None,
            view,
        }
    }
}

fn done(lang: Lang, word: Option<&str>) -> Option<&'static str> {
    Some(match word? {
        "changed" => lang.t("权限已保存。", "The rights are saved."),
        "password" => lang.t("密码已设置，原有登录已全部结束。", "The password is set; all logins are ended."),
        "reset" => lang.t("两步验证已取消，可重新设置。", "The second factor is gone and can be set up anew."),
        "ended" => lang.t("登录已结束。", "The logins are ended."),
        _ => return None,
    })
}

#[cfg(test)]
impl UserPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        Self::sample_of(lang, 1)
    }

    /// Somebody who logs in elsewhere, and is not logged in.
    pub(crate) fn sample_empty(lang: Lang) -> Self {
        let mut page = Self::sample_of(lang, 2);
        page.logins.clear();
        page
    }

    fn sample_of(lang: Lang, which: usize) -> Self {
        use crate::http::admin::samples;
        let user = samples::users().remove(which);
        let here = format!("/users/{}", encoded(&user.name));
        let view = View { here, ..View::sample(lang, Section::Users) };
        let apps: Vec<_> = samples::apps().into_iter().map(|app| (app.id, app.name)).collect();
        let rights = RightsForm::new(lang, user.role, &user.scope, &apps);
        Self::new(view, &user, rights, account::AccountPage::sample_logins(lang))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples::selector;

    #[test]
    fn the_boxes_hold_the_rights_of_today() {
        let html = scraper::Html::parse_document(&UserPage::sample(Lang::En).render().unwrap());
        let checked = |name: &str| {
            let boxes = selector(&format!("input[name={name}][checked]"));
            html.select(&boxes).map(|b| b.attr("value").unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            (checked("role"), checked("scope"), checked("app")),
            (vec!["viewer".to_owned()], vec!["some".to_owned()], vec!["2".to_owned()],)
        );
    }

    #[test]
    fn who_logs_in_elsewhere_is_offered_no_password() {
        let html = UserPage::sample_empty(Lang::Zh).render().unwrap();
        assert!(!html.contains("type=\"password\"") && html.contains("https://id.example.com"));
    }
}
