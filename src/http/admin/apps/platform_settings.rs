//! The settings of an app's platform, as a part of the app's page.
//!
//! Secrets are never shown. A host that the configuration does not list is refused.

use crate::domain::{App, Lang};
use crate::platforms::outbound::{self, Scheme, Settings, SignedWith};
use crate::service::{Context, platform as service};

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
