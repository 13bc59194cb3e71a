//! 令牌 Tokens: the access of programs. For administrators who see all apps.
//!
//! A token stands on the page that made it and nowhere else afterwards; only its hash is kept.

use askama::Template;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};

use crate::domain::{AppId, Lang, Role, Scope, Secret, Text};
use crate::http::admin::parts::{Badge, Tone, When};
use crate::http::admin::people::rights_form;
use crate::http::admin::people::rights_form::{RightsForm, Wrong, role_word, scope_words};
use crate::http::admin::request::{Request, decoded, encoded};
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::view::{Section, View};
use crate::http::admin::{query, reply};
use crate::http::{HttpError, Response};
use crate::service::{ServiceError, people};
use crate::state::{ApiToken, NewToken};

#[derive(Debug, Template)]
#[template(path = "admin/people/tokens.html")]
pub(crate) struct TokensPage {
    view: View,
    rows: Vec<Row>,
    rights: RightsForm,
    name: String,
    ends: Ends,
    /// The one that was just made: its name, and itself.
    made: Option<(String, String)>,
    revoked: bool,
    problem: Option<String>,
}

#[derive(Debug)]
struct Row {
    href: String,
    name: String,
    role: &'static str,
    apps: String,
    created: When,
    expires: Option<When>,
    state: Badge,
    used: Option<When>,
}

#[derive(Debug)]
struct Ends {
    /// Value, words, whether it is chosen.
    choices: [(&'static str, &'static str, bool); 5],
    at: String,
}

impl Ends {
    fn new(lang: Lang, chosen: &str, at: &str) -> Self {
        let choices = [
            ("30", lang.t("30 天后", "in 30 days")),
            ("90", lang.t("90 天后", "in 90 days")),
            ("365", lang.t("一年后", "in a year")),
            ("at", lang.t("在指定时间", "at this time")),
            ("never", lang.t("不过期", "never")),
        ];
        Self { choices: choices.map(|(value, words)| (value, words, value == chosen)), at: at.to_owned() }
    }
}

/// `GET /tokens`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    request.require(Role::Admin)?;
    let mut page = TokensPage::of(request, RightsForm::of(request, Role::Viewer, &Scope::All));
    page.revoked = request.param("done") == Some("revoked");
    reply::page(&page)
}

/// `POST /tokens`: shows the token, this once.
pub(crate) async fn add(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let name = request.field("name").unwrap_or_default().to_owned();
    let (role, scope) = match rights_form::read(request) {
        Ok(rights) => rights,
        Err(wrong) => return refused(request, Some(wrong), wrong.said(request.lang)),
    };
    let expires_at = match end(request) {
        Ok(end) => end,
        Err(problem) => return refused(request, None, problem.get(request.lang).to_owned()),
    };
    let new = NewToken { name: name.clone(), role, scope, expires_at };
    match people::add_token(request.ctx(), request.actor(&by), new).await {
        Ok(token) => reply::page_with(StatusCode::CREATED, &TokensPage::with_token(request, name, &token)),
        Err(ServiceError::BadRequest(problem) | ServiceError::Conflict(problem)) => {
            refused(request, None, problem.get(request.lang).to_owned())
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /tokens/{name}/revoke`
pub(crate) async fn revoke(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    people::revoke_token(request.ctx(), request.actor(&by), &decoded(request.segment(1))).await?;
    Ok(reply::see_other("/tokens?done=revoked"))
}

/// When it is to end: in so many days, or at an instant. An instant beside another choice is
/// refused: which of the two is meant?
fn end(request: &Request) -> Result<Option<Timestamp>, Text> {
    const NO_TIME: Text = Text::new("到期不是有效的时间。", "That is no time at which a token could end.");
    const CLASH: Text = Text::new(
        "你填写了指定时间，但到期没有选“在指定时间”：请改选它，或清空时间。",
        "A time is entered, but the token is not to end at this time: choose that, or empty the time.",
    );
    let (choice, at) = (request.field("expires"), request.field("expires_at"));
    if at.is_some() && choice != Some("at") {
        return Err(CLASH);
    }
    match choice {
        Some("at") => at.and_then(query::instant).map(Some).ok_or(NO_TIME),
        Some("never") => Ok(None),
        days => {
            // A choice that is missing must not become a token that never ends.
            let days: u32 = days.and_then(|days| days.parse().ok()).filter(|days| *days > 0).ok_or(NO_TIME)?;
            let end = request.now().checked_add(SignedDuration::from_hours(24 * i64::from(days)));
            end.map(Some).map_err(|_| NO_TIME)
        }
    }
}

fn refused(request: &Request, wrong: Option<Wrong>, problem: String) -> Result<Response, HttpError> {
    let mut page = TokensPage::of(request, RightsForm::entered(request, wrong));
    page.name = request.field("name").unwrap_or_default().to_owned();
    page.ends = Ends::new(request.lang, request.field("expires").unwrap_or_default(), request.raw_field("expires_at"));
    page.problem = Some(problem);
    reply::page_with(StatusCode::BAD_REQUEST, &page)
}

impl TokensPage {
    fn of(request: &Request, rights: RightsForm) -> Self {
        let view = View::of(request, Section::Tokens);
        Self::new(view, &request.ctx().state.tokens(), rights, request.now(), &|id| request.app_name(id))
    }

    fn with_token(request: &Request, name: String, token: &Secret) -> Self {
        let mut page = Self::of(request, RightsForm::of(request, Role::Viewer, &Scope::All));
        page.made = Some((name, token.reveal().to_owned()));
        page
    }

    fn new(view: View, tokens: &[ApiToken], rights: RightsForm, now: Timestamp, app: &dyn Fn(AppId) -> String) -> Self {
        let rows = tokens.iter().map(|token| Row::of(view.lang, token, now, app)).collect();
        let ends = Ends::new(view.lang, "90", "");
        Self { rows, rights, name: String::new(), ends, made: None, revoked: false, problem: None, view }
    }
}

impl Row {
    fn of(lang: Lang, token: &ApiToken, now: Timestamp, app: &dyn Fn(AppId) -> String) -> Self {
        let over = token.expires_at.is_some_and(|end| end <= now);
        Self {
            href: format!("/tokens/{}", encoded(&token.name)),
            name: token.name.clone(),
            role: role_word(lang, token.role),
            apps: scope_words(lang, &token.scope, app),
            created: When::full(token.created_at),
            expires: token.expires_at.map(When::full),
            state: match over {
                true => Badge::new(Tone::Warn, lang.t("已过期", "expired")),
                false => Badge::new(Tone::Good, lang.t("有效", "works")),
            },
            used: token.last_used_at.map(When::full),
        }
    }
}

#[cfg(test)]
impl TokensPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let now = samples::now();
        let token = |name: &str, scope, expires_at, last_used_at| ApiToken {
            name: name.to_owned(),
            role: Role::Viewer,
            scope,
            created_at: now,
            expires_at,
            last_used_at,
        };
        let tokens =
            [token("crm", Scope::All, None, Some(now)), token("报表", Scope::Apps([AppId(2)].into()), Some(now), None)];
        let view = View { here: "/tokens".to_owned(), ..View::sample(lang, Section::Tokens) };
        let apps: Vec<_> = samples::apps().into_iter().map(|app| (app.id, app.name)).collect();
        let rights = RightsForm::new(lang, Role::Viewer, &Scope::All, &apps);
        let mut page = Self::new(view, &tokens, rights, now, &samples::app_name);
        page.made = Some(("crm".to_owned(), "rb_sample-token-shown-once".to_owned()));
        page
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        let view = View { here: "/tokens".to_owned(), ..View::sample(lang, Section::Tokens) };
        let rights = RightsForm::new(lang, Role::Viewer, &Scope::All, &[]);
        Self::new(view, &[], rights, samples::now(), &samples::app_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples::selector;

    #[test]
    fn a_token_that_ended_is_said_to_and_each_can_be_taken_back() {
        let html = scraper::Html::parse_document(&TokensPage::sample(Lang::En).render().unwrap());
        let rows: Vec<String> = html.select(&selector("table.tokens tbody tr")).map(|r| r.text().collect()).collect();
        assert!(rows[0].contains("works") && rows[1].contains("expired"), "{rows:?}");
        assert_eq!(html.select(&selector("form[action$='/revoke']")).count(), 2);
    }
}
