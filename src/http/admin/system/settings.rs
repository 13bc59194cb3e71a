//! 设置 Settings: what is set while the server runs, and what the configuration file says.
//!
//! For administrators of every app. What has a page of its own is shown here with a link to it;
//! what stands in the file is read only here, so that there is one place to look and never two
//! to change.

use askama::Template;

use crate::domain::{Lang, Role};
use crate::http::admin::people::list_page as users;
use crate::http::admin::reply;
use crate::http::admin::request::Request;
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::retention::Policy;
use crate::service::ServerInfo;
use crate::state::Demand;

#[derive(Debug, Template)]
#[template(path = "admin/system/settings.html")]
pub(crate) struct SettingsPage {
    view: View,
    demanded: &'static str,
    kept: Vec<(&'static str, String)>,
    file: Vec<(&'static str, &'static str, String)>,
}

/// `GET /settings`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    request.require(Role::Admin)?;
    let ctx = request.ctx();
    let view = View::of(request, Section::Settings);
    let demand = ctx.state.required_second_factor();
    reply::page(&SettingsPage::new(view, demand, &ctx.retention.policy(), &ctx.server, ctx.oidc.is_some()))
}

impl SettingsPage {
    fn new(view: View, demand: Demand, policy: &Policy, server: &ServerInfo, oidc: bool) -> Self {
        let lang = view.lang;
        Self {
            demanded: users::demand_words(lang, demand),
            kept: kept(lang, policy),
            file: file(lang, server, oidc),
            view,
        }
    }
}

fn kept(lang: Lang, policy: &Policy) -> Vec<(&'static str, String)> {
    let days = |days: Option<u32>| match days {
        Some(days) => format!("{days} {}", lang.t("天", "days")),
        None => lang.t("永久", "for ever").to_owned(),
    };
    vec![
        (lang.t("回调原文", "Raw callbacks"), days(policy.effective_raw_days())),
        (lang.t("通话", "Calls"), days(policy.call_days)),
        (lang.t("短信", "Messages"), days(policy.sms_days)),
        (lang.t("审计中的个人信息", "Personal part of the audit trail"), days(policy.audit_days)),
    ]
}

fn file(lang: Lang, server: &ServerInfo, oidc: bool) -> Vec<(&'static str, &'static str, String)> {
    let or_none = |value: Option<String>| value.unwrap_or_else(|| lang.t("未设置", "not set").to_owned());
    vec![
        (
            "server.public_url",
            lang.t("平台使用的地址", "The address the platforms use"),
            or_none(server.public_url.clone()),
        ),
        ("server.listen", lang.t("HTTPS 监听地址", "Where HTTPS is listened on"), server.listen.to_string()),
        (
            "server.plain_listen",
            lang.t("不经 TLS 接收回调的地址", "Where callbacks are taken without TLS"),
            or_none(server.plain_listen.map(|address| address.to_string())),
        ),
        ("data", lang.t("数据目录", "The data directory"), server.data.display().to_string()),
        (
            "[oidc]",
            lang.t("公司统一登录", "The company's own login"),
            if oidc { lang.t("已启用", "in use") } else { lang.t("未设置", "not set") }.to_owned(),
        ),
    ]
}

#[cfg(test)]
impl SettingsPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        let view = View { here: "/settings".to_owned(), ..View::sample(lang, Section::Settings) };
        let policy = Policy { raw_days: Some(180), ..Policy::default() };
        Self::new(view, Demand::Admin, &policy, &samples::server(), true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples::selector;

    #[test]
    fn what_is_set_is_said_and_what_the_file_says_cannot_be_changed_here() {
        let html = scraper::Html::parse_document(&SettingsPage::sample(Lang::En).render().unwrap());
        let file = html.select(&selector("table.file")).next().unwrap();
        assert!(file.select(&selector("input, button, select")).next().is_none());
        let text: String = file.text().collect();
        assert!(text.contains("server.listen") && text.contains("in use"), "{text}");
        let kept: String = html.select(&selector("dl.facts")).flat_map(|list| list.text()).collect();
        assert!(kept.contains("180 days") && kept.contains("for ever"), "{kept}");
    }
}
