//! 应用 Apps: the connections to platforms, and how to make one.
//!
//! Without an app it is the last step of the setup: one form. Secrets are never shown again.

use askama::Template;
use http::StatusCode;

use crate::domain::{AllowFrom, App, Lang, Secret, VerifyMode};
use crate::http::admin::parts::{Badge, Tone, When, span};
use crate::http::admin::reply;
use crate::http::admin::request::{Request, link};
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::platforms;
use crate::service::{ServiceError, apps as service};
use crate::state::NewApp;
use jiff::Timestamp;

#[derive(Debug, Template)]
#[template(path = "admin/apps/list_page.html")]
pub(crate) struct AppsPage {
    view: View,
    rows: Vec<Row>,
    providers: Vec<ProviderChoice>,
    entered: Entered,
    problem: Option<String>,
    welcome: bool,
    removed: bool,
}

#[derive(Debug)]
struct Row {
    href: String,
    name: String,
    provider: String,
    verify: &'static str,
    seen: Option<When>,
    state: Badge,
    calls: String,
    callbacks: String,
}

#[derive(Debug)]
struct ProviderChoice {
    id: &'static str,
    title: &'static str,
    chosen: bool,
}

/// What was entered, shown again after a mistake, without secrets.
#[derive(Debug, Default)]
struct Entered {
    name: String,
    provider: String,
    app_key: String,
}

/// `GET /apps`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    reply::page(&AppsPage::of(request, Entered::default(), None))
}

/// `POST /apps`
pub(crate) async fn add(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let provider_name = request.field("provider").unwrap_or_default();
    let entered = Entered {
        name: request.field("name").unwrap_or_default().to_owned(),
        provider: provider_name.to_owned(),
        app_key: request.field("app_key").unwrap_or_default().to_owned(),
    };
    let Some(provider) = platforms::by_name(provider_name) else {
        let problem = request.lang.t("请选择平台。", "Choose a platform.").to_owned();
        return reply::page_with(StatusCode::BAD_REQUEST, &AppsPage::of(request, entered, Some(problem)));
    };
    let new = NewApp {
        name: entered.name.clone(),
        provider: provider.id(),
        token: None,
        app_key: request.field("app_key").map(str::to_owned),
        app_secret: request.field("app_secret").map(Secret::new),
        verify: None,
        allow_from: AllowFrom::default(),
    };
    match service::add(request.ctx(), request.actor(&by), new).await {
        Ok(app) => Ok(reply::see_other(&link(&format!("/apps/{}", app.id.0), &[("done", "added")]))),
        Err(ServiceError::BadRequest(problem) | ServiceError::Conflict(problem)) => {
            let page = AppsPage::of(request, entered, Some(problem.get(request.lang).to_owned()));
            reply::page_with(StatusCode::BAD_REQUEST, &page)
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn seen_badge(lang: Lang, seen: Option<Timestamp>, now: Timestamp) -> Badge {
    let Some(seen) = seen else {
        return Badge::new(Tone::Busy, lang.t("等待第一个回调", "Waiting for the first callback"));
    };
    let seconds = u64::try_from(now.duration_since(seen).as_secs()).unwrap_or(0);
    let ago = span(lang, seconds);
    let word = match lang {
        _ if seconds < 5 => lang.t("刚刚", "just now").to_owned(),
        Lang::Zh => format!("{ago}前"),
        Lang::En => format!("{ago} ago"),
    };
    // A day without callbacks deserves a look.
    Badge::new(if seconds < 86_400 { Tone::Good } else { Tone::Warn }, word)
}

impl AppsPage {
    fn of(request: &Request, entered: Entered, problem: Option<String>) -> Self {
        let view = View::of(request, Section::Apps);
        let apps = request.apps();
        let seen: Vec<_> = apps.iter().map(|app| (app.as_ref(), request.ctx().store.last_seen(app.id))).collect();
        let mut page = Self::new(view, &seen, entered, request.now());
        page.problem = problem;
        page.welcome = request.param("done") == Some("welcome");
        page.removed = request.param("done") == Some("removed");
        page
    }

    fn new(view: View, apps: &[(&App, Option<Timestamp>)], entered: Entered, now: Timestamp) -> Self {
        let lang = view.lang;
        let choice = |(i, p): (usize, &&'static dyn platforms::Provider)| ProviderChoice {
            id: p.id().0,
            title: p.title(lang),
            chosen: if entered.provider.is_empty() { i == 0 } else { entered.provider == p.id().0 },
        };
        Self {
            rows: apps.iter().map(|(app, seen)| Row::of(lang, app, *seen, now)).collect(),
            providers: platforms::ALL.iter().enumerate().map(choice).collect(),
            entered,
            problem: None,
            welcome: false,
            removed: false,
            view,
        }
    }
}

impl Row {
    fn of(lang: Lang, app: &App, seen: Option<Timestamp>, now: Timestamp) -> Self {
        let provider = platforms::by_id(app.provider).map_or(app.provider.0, |p| p.title(lang));
        let only = [("app", app.name.as_str())];
        let has_secret = app.app_secret.is_some();
        Self {
            href: format!("/apps/{}", app.id.0),
            name: app.name.clone(),
            provider: provider.to_owned(),
            verify: match (app.verify, has_secret) {
                (VerifyMode::Log | VerifyMode::Enforce, false) if app.app_key.is_none() => {
                    lang.t("已开启，但没有密钥", "On, but no secret is set")
                }
                (mode, _) => mode.word().get(lang),
            },
            seen: seen.map(When::full),
            state: seen_badge(lang, seen, now),
            calls: link("/calls", &only),
            callbacks: link("/callbacks", &only),
        }
    }
}

#[cfg(test)]
impl AppsPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/apps".to_owned(), ..View::sample(lang, Section::Apps) };
        let apps = samples::apps();
        let seen: Vec<_> = apps.iter().zip(samples::last_seen()).collect();
        Self::new(view, &seen, Entered::default(), samples::now())
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        let view = View { here: "/apps".to_owned(), ..View::sample(lang, Section::Apps) };
        let mut page = Self::new(view, &[], Entered::default(), samples::now());
        page.welcome = true;
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples;
    use crate::http::admin::samples::selector;

    #[test]
    fn without_an_app_the_page_is_the_form_for_the_first() {
        let html = scraper::Html::parse_document(&AppsPage::sample_empty(Lang::En).render().unwrap());
        assert!(html.select(&selector("form[action='/apps'] input[name=csrf][value='sample-csrf']")).next().is_some());
        let offered = html.select(&selector("input[type=radio][name=provider]")).count();
        assert_eq!(offered, platforms::ALL.len());
    }

    #[test]
    fn no_token_stands_in_the_list() {
        let html = AppsPage::sample(Lang::Zh).render().unwrap();
        assert!(samples::apps().iter().all(|app| !html.contains(app.token.reveal())));
    }
}
