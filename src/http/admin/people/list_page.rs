//! 用户 Users: who may see and do what, and who must have a second factor.
//!
//! For administrators who see all apps. One person with everything that can be changed is
//! [`crate::http::admin::people::page`].

use askama::Template;
use http::StatusCode;

use crate::domain::{AppId, Lang, Role, Scope, Secret, Wording};
use crate::http::admin::parts::{Badge, Tone, When};
use crate::http::admin::people::rights_form;
use crate::http::admin::people::rights_form::{RightsForm, role_word, scope_words};
use crate::http::admin::reply;
use crate::http::admin::request::{Request, encoded};
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::limits::PASSWORD_CHARS_MIN;
use crate::service::{ServiceError, people};
use crate::state::{Demand, NewUser, User};

#[derive(Debug, Template)]
#[template(path = "admin/people/list_page.html")]
pub(crate) struct UsersPage {
    view: View,
    rows: Vec<Row>,
    rights: RightsForm,
    name: String,
    shortest: usize,
    demands: Vec<DemandChoice>,
    done: Option<&'static str>,
    problem: Option<String>,
}

#[derive(Debug)]
struct Row {
    href: String,
    name: String,
    role: &'static str,
    apps: String,
    second_factor: Badge,
    logins: usize,
    last: Option<When>,
}

#[derive(Debug)]
struct DemandChoice {
    value: &'static str,
    label: &'static str,
    chosen: bool,
}

/// `GET /users`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    request.require(Role::Admin)?;
    reply::page(&UsersPage::of(request, RightsForm::of(request, Role::Viewer, &Scope::All), None))
}

/// `POST /users`
pub(crate) async fn add(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let again = |problem: String| {
        let rights = RightsForm::entered(request, None);
        reply::page_with(StatusCode::BAD_REQUEST, &UsersPage::of(request, rights, Some(problem)))
    };
    let (role, scope) = match rights_form::read(request) {
        Ok(rights) => rights,
        Err(wrong) => {
            let rights = RightsForm::entered(request, Some(wrong));
            let page = UsersPage::of(request, rights, Some(wrong.said(request.lang)));
            return reply::page_with(StatusCode::BAD_REQUEST, &page);
        }
    };
    if request.raw_field("password") != request.raw_field("again") {
        return again(request.lang.t("两次输入的密码不一致。", "The two passwords differ.").to_owned());
    }
    let name = request.field("name").unwrap_or_default().to_owned();
    let new = NewUser { name, role, scope, password: Secret::new(request.raw_field("password")) };
    match people::add_user(request.ctx(), request.actor(&by), new).await {
        Ok(_) => Ok(reply::see_other("/users?done=added")),
        Err(ServiceError::BadRequest(problem) | ServiceError::Conflict(problem)) => {
            again(problem.get(request.lang).to_owned())
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /second-factor`: who must have one.
pub(crate) async fn demand(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let demand = request.field("required").and_then(Demand::parse);
    let demand = demand.ok_or_else(|| {
        HttpError::BadRequest(Wording::new("请选择对谁要求两步验证", "required is one of none, admin, operator, all"))
    })?;
    people::require_second_factor(request.ctx(), request.actor(&by), demand).await?;
    Ok(reply::see_other("/users?done=demand"))
}

pub(crate) fn demand_words(lang: Lang, demand: Demand) -> &'static str {
    match demand {
        Demand::None => lang.t("不要求", "Nobody"),
        Demand::Admin => lang.t("管理员", "Administrators"),
        Demand::Operator => lang.t("操作员和管理员", "Operators and administrators"),
        Demand::All => lang.t("所有人", "Everyone"),
    }
}

pub(crate) fn second_factor_badge(lang: Lang, user: &User) -> Badge {
    match (&user.outside, user.second_factor) {
        (Some(_), _) => Badge::new(Tone::Quiet, lang.t("由外部登录负责", "at the provider")),
        (None, true) => Badge::new(Tone::Good, lang.t("已开启", "on")),
        (None, false) => Badge::new(Tone::Quiet, lang.t("未开启", "off")),
    }
}

impl UsersPage {
    fn of(request: &Request, rights: RightsForm, problem: Option<String>) -> Self {
        let state = &request.ctx().state;
        let users: Vec<_> = state.users().into_iter().map(|u| (state.logins(Some(&u.name)).len(), u)).collect();
        let view = View::of(request, Section::Users);
        let mut page = Self::new(view, &users, rights, state.required_second_factor(), &|id| request.app_name(id));
        page.problem = problem;
        page.name = request.field("name").unwrap_or_default().to_owned();
        page.done = done(request.lang, request.param("done"));
        page
    }

    fn new(
        view: View,
        users: &[(usize, User)],
        rights: RightsForm,
        demand: Demand,
        app: &dyn Fn(AppId) -> String,
    ) -> Self {
        let lang = view.lang;
        let row = |(logins, user): &(usize, User)| Row {
            href: format!("/users/{}", encoded(&user.name)),
            name: user.name.clone(),
            role: role_word(lang, user.role),
            apps: scope_words(lang, &user.scope, app),
            second_factor: second_factor_badge(lang, user),
            logins: *logins,
            last: user.last_login_at.map(When::full),
        };
        let choice =
            |of: Demand| DemandChoice { value: of.name(), label: demand_words(lang, of), chosen: of == demand };
        Self {
            rows: users.iter().map(row).collect(),
            rights,
            name: String::new(),
            shortest: PASSWORD_CHARS_MIN,
            demands: Demand::ALL.into_iter().map(choice).collect(),
            done: None,
            problem: None,
            view,
        }
    }
}

fn done(lang: Lang, word: Option<&str>) -> Option<&'static str> {
    Some(match word? {
        "added" => lang.t("用户已添加。", "The user is added."),
        "removed" => lang.t("用户已移除，其登录已结束。", "The user is removed and logged out."),
        "demand" => lang.t(
            "已保存。缺少两步验证的人下次打开页面时须先设置。",
            "Saved. Whoever lacks a second factor sets it up before the next page.",
        ),
        _ => return None,
    })
}

#[cfg(test)]
impl UsersPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/users".to_owned(), ..View::sample(lang, Section::Users) };
        let users: Vec<_> = samples::users().into_iter().map(|user| (1, user)).collect();
        let apps: Vec<_> = samples::apps().into_iter().map(|app| (app.id, app.name)).collect();
        let rights = RightsForm::new(lang, Role::Viewer, &Scope::All, &apps);
        Self::new(view, &users, rights, Demand::Admin, &samples::app_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples::selector;

    #[test]
    fn each_user_stands_with_role_apps_and_second_factor() {
        let html = scraper::Html::parse_document(&UsersPage::sample(Lang::En).render().unwrap());
        let rows: Vec<String> = html.select(&selector("table.users tbody tr")).map(|r| r.text().collect()).collect();
        assert_eq!(rows.len(), samples::users().len());
        assert!(
            rows[0].contains("Administrator") && rows[0].contains("all apps") && rows[0].contains("on"),
            "{rows:?}"
        );
        let link = html.select(&selector("table.users a")).next_back().unwrap().attr("href").unwrap();
        assert!(link.starts_with("/users/%E8"), "{link}");
    }
}
