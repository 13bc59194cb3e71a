//! What asking an app's platform takes, as a part of the app's page.
//!
//! A secret is taken in and never shown. A host that the configuration does not list is refused
//! with the page it was entered on.

use crate::domain::{App, Lang, Secret};
use crate::http::admin::request::{Request, link};
use crate::http::admin::{contradictions, reply};
use crate::http::{HttpError, Response};
use crate::platforms::outbound::{self, Scheme, Settings, SignedWith};
use crate::service::{Context, ServiceError, platform as service, platform::Change};

#[derive(Debug)]
pub(crate) struct PlatformForm {
    pub(crate) base_url: String,
    pub(crate) is_on: bool,
    pub(crate) hosts: String,
    pub(crate) has_account: bool,
    pub(crate) account_sid: String,
    pub(crate) has_token: bool,
    pub(crate) schemes: [(&'static str, &'static str, bool); 2],
}

impl PlatformForm {
    pub(crate) fn of(context: &Context, lang: Lang, app: &App) -> Option<Self> {
        let hosts = context.platform.hosts().list();
        Self::new(lang, app, service::of(context, app.id), service::has_token(context, app.id), hosts)
    }

    pub(crate) fn new(lang: Lang, app: &App, settings: Settings, has_token: bool, hosts: &[String]) -> Option<Self> {
        let platform = outbound::of(app.provider.0)?;
        let scheme = |scheme: Scheme| {
            let words = match scheme {
                Scheme::Aksk => lang.t("AKSK（现行）", "AKSK (today)"),
                Scheme::Wsse => lang.t("WSSE（2024 年底以前）", "WSSE (before the end of 2024)"),
            };
            (scheme.name(), words, scheme == settings.scheme)
        };
        Some(Self {
            is_on: !settings.base_url.is_empty(),
            hosts: hosts.join(lang.t("、", ", ")),
            has_account: platform.signs_with() == SignedWith::Account,
            account_sid: settings.account_sid.clone().unwrap_or_default(),
            has_token,
            schemes: Scheme::ALL.map(scheme),
            base_url: settings.base_url,
        })
    }
}

/// `POST /apps/{id}/platform`
pub(crate) async fn save(request: &Request) -> Result<Response, HttpError> {
    let (by, app) = (request.principal()?, request.app(1)?);
    // A box that is there and empty forgets what was in it; a password's box leaves it.
    let text =
        |name: &str| request.form.iter().any(|(known, _)| known == name).then(|| request.raw_field(name).to_owned());
    let auth_token = match contradictions::secret(request, "auth_token", "forget_token") {
        Ok(auth_token) => auth_token.map(|token| token.unwrap_or_else(|| Secret::new(""))),
        Err(problem) => {
            return crate::http::admin::apps::page::refused(request, &app, problem.get(request.lang).to_owned());
        }
    };
    let change =
        Change { base_url: text("base_url"), scheme: text("scheme"), account_sid: text("account_sid"), auth_token };
    match service::set(request.ctx(), request.actor(&by), &app, change).await {
        Ok(_) => Ok(reply::see_other(&link(&format!("/apps/{}", app.id.0), &[("done", "changed")]))),
        Err(ServiceError::BadRequest(problem)) => {
            crate::http::admin::apps::page::refused(request, &app, problem.get(request.lang).to_owned())
        }
        Err(error) => Err(error.into()),
    }
}
