//! One app: the addresses to paste into the platform's console, and whether callbacks arrive.
//!
//! The token in an address is a secret: only an administrator sees it.

use std::net::SocketAddr;

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use jiff::Timestamp;

use crate::domain::{AnswerForm, App, Lang, Seq, TEST_HEADER, VerifyMode};
use crate::http::admin::apps::list_page::seen_badge;
use crate::http::admin::apps::platform_settings::PlatformForm;
use crate::http::admin::parts::body_text;
use crate::http::admin::parts::body_text::Check;
use crate::http::admin::parts::{Badge, When};
use crate::http::admin::reply;
use crate::http::admin::request::{Request, link};
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::system::certificate::{Plain, Verdict, host, verdict};
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::platforms;
use crate::service::{CertificateInfo, ServerInfo};

#[derive(Debug, Template)]
#[template(path = "admin/apps/page.html")]
pub(crate) struct AppPage {
    view: View,
    id: u32,
    name: String,
    provider: String,
    provider_id: &'static str,
    made: When,
    seen: Option<When>,
    state: Badge,
    addresses: Vec<AddressRow>,
    verdict: Verdict,
    retry: &'static str,
    /// Name, title, and whether it is selected.
    samples: Vec<(&'static str, &'static str, bool)>,
    curl: Option<Command>,
    tested: Option<Tested>,
    settings: Settings,
    platform: Option<PlatformForm>,
    done: Option<&'static str>,
    pub(crate) problem: Option<String>,
    calls: String,
    callbacks: String,
}

#[derive(Debug)]
struct AddressRow {
    field: &'static str,
    receives: &'static str,
    url: String,
    base64: String,
    plain: Option<String>,
}

#[derive(Debug)]
struct Tested {
    sample: String,
    status: u16,
    fine: bool,
    /// The test's callback, once projected, and its call.
    callback: Option<Seq>,
    call: Option<String>,
}

#[derive(Debug)]
struct Command {
    text: String,
    /// Why the command does not check the certificate.
    insecure: Option<String>,
}

#[derive(Debug)]
struct Settings {
    app_key: String,
    has_secret: bool,
    verify: [(&'static str, &'static str, bool); 3],
    /// Whether verification is on without a secret.
    toothless: bool,
    allow_from: String,
    answer_array: bool,
    close_tone: String,
}

/// `GET /apps/{id}`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    let app = request.app(1)?;
    reply::page(&AppPage::of(request, &app))
}

pub(crate) fn refused(request: &Request, app: &App, problem: String) -> Result<Response, HttpError> {
    let mut page = AppPage::of(request, app);
    page.problem = Some(problem);
    reply::page_with(StatusCode::BAD_REQUEST, &page)
}

impl AppPage {
    fn of(request: &Request, app: &App) -> Self {
        let view = View::of(request, Section::Apps);
        let server = &request.ctx().server;
        let seen = request.ctx().store.last_seen(app.id);
        let mut page = Self::new(view, app, server, &server.certificate.load(), seen, request.now());
        page.done = done(request.lang, request.param("done"));
        page.platform = PlatformForm::of(request.ctx(), request.lang, app);
        page.tested = request.param("tested").map(|sample| {
            let status = request.param("status").and_then(|s| s.parse().ok()).unwrap_or(0);
            let seq = request.param("callback").and_then(|seq| seq.parse().ok());
            let row = seq.and_then(|seq| request.ctx().store.callback(seq).ok()?).filter(|row| row.app == app.id);
            let call = row.as_ref().and_then(|row| row.calls.first()).map(|id| format!("/calls/{id}"));
            let sample = page.samples.iter().find(|known| known.0 == sample).map_or(sample, |known| known.1);
            Tested { sample: sample.to_owned(), status, fine: status == 200, callback: row.map(|row| row.seq), call }
        });
        page
    }

    fn new(
        view: View,
        app: &App,
        server: &ServerInfo,
        certificate: &CertificateInfo,
        seen: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let lang = view.lang;
        let provider = platforms::by_id(app.provider);
        // Without the right to see it, the token is left out.
        let token = if view.may_administer_app() { app.token.reveal() } else { "····" };
        let base = server.callback_url(token, "");
        let way = Plain::of(server.plain_listen, server.public_url.as_deref());
        let verdict = verdict(lang, certificate, host(&base), way, now);
        let plain = server.plain_listen.filter(|_| !verdict.accepted && way == Plain::Open);
        let addresses = provider.map(platforms::Provider::addresses).unwrap_or_default();
        let only = [("app", app.name.as_str())];
        Self {
            id: app.id.0,
            name: app.name.clone(),
            provider: provider.map_or(app.provider.0, |p| p.title(lang)).to_owned(),
            provider_id: app.provider.0,
            made: When::full(app.created_at),
            seen: seen.map(When::full),
            state: seen_badge(lang, seen, now),
            addresses: addresses.iter().map(|a| AddressRow::of(lang, a, token, server, plain)).collect(),
            verdict,
            retry: provider.map_or("", |p| p.retry().text.get(lang)),
            samples: provider
                .map(|p| {
                    let first = platforms::telling(p).map(|sample| sample.name);
                    p.samples().iter().map(|s| (s.name, s.title.get(lang), Some(s.name) == first)).collect()
                })
                .unwrap_or_default(),
            curl: None,
            tested: None,
            settings: Settings::of(lang, app),
            platform: None,
            done: None,
            problem: None,
            calls: link("/calls", &only),
            callbacks: link("/callbacks", &only),
            view,
        }
        .with_curl(provider, server, app, plain, now)
    }

    /// A curl command that sends a sample over the network.
    fn with_curl(
        mut self,
        provider: Option<&'static dyn platforms::Provider>,
        server: &ServerInfo,
        app: &App,
        plain: Option<SocketAddr>,
        now: Timestamp,
    ) -> Self {
        let Some(provider) = provider.filter(|_| self.view.may_administer_app()) else { return self };
        let Some(sample) = platforms::telling(provider) else { return self };
        let url = server.callback_url(app.token.reveal(), "test");
        let url = plain.map_or_else(|| url.clone(), |listen| plain_url(&url, server, listen));
        // curl fails where a platform fails.
        let insecure = (url.starts_with("https:") && !self.verdict.accepted).then(|| self.verdict.reason.clone());
        let check = if insecure.is_some() { Check::Nothing } else { Check::Certificate };
        let headers = [("Content-Type", sample.content_type), (TEST_HEADER, "1")];
        let body = platforms::fresh(provider, sample, app.app_key.as_deref(), now);
        self.curl = Some(Command { text: body_text::curl(&url, &headers, check, body.as_bytes()), insecure });
        self
    }
}

impl AddressRow {
    fn of(
        lang: Lang,
        address: &platforms::Address,
        token: &str,
        server: &ServerInfo,
        plain: Option<SocketAddr>,
    ) -> Self {
        let url = server.callback_url(token, address.tail);
        let plain = plain.map(|listen| plain_url(&url, server, listen));
        let pasted = plain.as_ref().unwrap_or(&url);
        Self {
            field: address.console_field.get(lang),
            receives: address.receives.get(lang),
            base64: STANDARD.encode(pasted),
            url,
            plain,
        }
    }
}

/// The same address without TLS.
fn plain_url(url: &str, server: &ServerInfo, listen: SocketAddr) -> String {
    let path = url.find("/callbacks/").map_or("", |i| &url[i..]);
    let name = server.public_url.as_deref().map_or_else(|| server.listen.ip().to_string(), |url| host(url).to_owned());
    let name = if name.contains(':') { format!("[{name}]") } else { name };
    match listen.port() {
        80 => format!("http://{name}{path}"),
        port => format!("http://{name}:{port}{path}"),
    }
}

impl Settings {
    fn of(lang: Lang, app: &App) -> Self {
        let mode = |m: VerifyMode| (m.name(), m.word().get(lang), m == app.verify);
        let nets: Vec<String> = app.allow_from.0.iter().map(ToString::to_string).collect();
        Self {
            app_key: app.app_key.clone().unwrap_or_default(),
            has_secret: app.app_secret.is_some(),
            verify: [VerifyMode::Off, VerifyMode::Log, VerifyMode::Enforce].map(mode),
            toothless: app.verify != VerifyMode::Off
                && !platforms::by_id(app.provider).is_some_and(|provider| provider.can_verify(app)),
            allow_from: nets.join("\n"),
            answer_array: app.answer_form == AnswerForm::Array,
            close_tone: app.close_tone.clone().unwrap_or_default(),
        }
    }
}

fn done(lang: Lang, word: Option<&str>) -> Option<&'static str> {
    Some(match word? {
        "added" => lang.t(
            "应用已建好。把下面的地址粘贴到平台控制台。",
            "The app is made. Paste these addresses into the platform's console.",
        ),
        "changed" => lang.t("已保存。", "Saved."),
        "rotated" => lang.t(
            "已换新地址，旧地址立即失效。请到平台控制台更新。",
            "New addresses; the old ones stopped working. Update the platform's console.",
        ),
        _ => return None,
    })
}

#[cfg(test)]
impl AppPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        let mut page = Self::sample_as(lang, crate::domain::Role::Admin);
        let (callback, call) = (Some(121), Some("/calls/1b1b".to_owned()));
        page.tested = Some(Tested { sample: "fee".to_owned(), status: 200, fine: true, callback, call });
        let (app, settings) = (samples::apps().remove(1), platforms::outbound::Settings::default());
        page.platform = PlatformForm::new(lang, &app, settings, false, &["gateway.example.com".to_owned()]);
        page
    }

    fn sample_as(lang: Lang, role: crate::domain::Role) -> Self {
        use crate::http::admin::samples;
        let mut view = View { here: "/apps/2".to_owned(), ..View::sample(lang, Section::Apps) };
        view.who.as_mut().unwrap().role = role;
        let app = samples::apps().remove(1);
        let server = samples::server();
        let certificate = CertificateInfo { self_signed: true, ..CertificateInfo::default() };
        Self::new(view, &app, &server, &certificate, samples::last_seen()[1], samples::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Role;
    use crate::http::admin::samples;
    use crate::http::admin::samples::selector;

    #[test]
    fn every_address_of_the_console_can_be_copied_also_as_base64() {
        let html = scraper::Html::parse_document(&AppPage::sample(Lang::Zh).render().unwrap());
        let app = samples::apps().remove(1);
        let wanted = platforms::by_id(app.provider).map_or(0, |p| p.addresses().len());
        assert_eq!(html.select(&selector(".address")).count(), wanted);
        for url in html.select(&selector(".address code.url")) {
            let url: String = url.text().collect();
            assert!(url.contains(app.token.reveal()), "{url}");
        }
    }

    #[test]
    fn a_certificate_that_no_platform_accepts_is_said_and_the_plain_address_offered() {
        let page = AppPage::sample(Lang::En);
        assert!(!page.verdict.accepted);
        assert!(page.addresses.iter().all(|a| a.plain.as_ref().unwrap().starts_with("http://calls.example.com:8080/")));
    }

    #[test]
    fn behind_a_proxy_the_public_address_is_the_one_to_paste() {
        let view = View { here: "/apps/2".to_owned(), ..View::sample(Lang::Zh, Section::Apps) };
        let app = samples::apps().remove(1);
        let server = ServerInfo { plain_listen: Some("127.0.0.1:21080".parse().unwrap()), ..samples::server() };
        let own = CertificateInfo { self_signed: true, ..CertificateInfo::default() };
        let page = AppPage::new(view, &app, &server, &own, None, samples::now());
        assert!(page.verdict.accepted);
        assert!(
            page.addresses.iter().all(|a| a.plain.is_none() && a.url.starts_with("https://calls.example.com:8443/"))
        );
        assert!(page.curl.unwrap().text.contains("https://calls.example.com:8443/"));
    }

    #[test]
    fn only_an_administrator_sees_the_token() {
        let token = samples::apps().remove(1).token;
        assert!(!AppPage::sample_as(Lang::En, Role::Operator).render().unwrap().contains(token.reveal()));
    }
}
