//! The error page: what went wrong and what to do next.
//!
//! It is made from the request and the login alone, since the store may be broken. Texts of internal
//! errors go to the log only.

use askama::Template;
use http::{HeaderValue, StatusCode, header};

use super::reply;
use super::request::Request;
use super::view::{Section, View};
use crate::domain::Lang;
use crate::error_chain::Chain;
use crate::http::{HttpError, Response};

pub(super) struct Place {
    view: View,
}

impl Place {
    pub(super) fn of(request: &Request) -> Self {
        let login = request.login.as_ref();
        let view = View {
            lang: request.lang,
            theme: request.theme,
            utc: request.utc,
            section: if login.is_some() { Section::Help } else { Section::Outside },
            who: login.map(super::view::Who::of),
            csrf: login.map(|login| crate::http::admin::csrf::field(&login.csrf)).unwrap_or_default(),
            here: request.here(),
            once: false,
            misdirected: None,
            rebuilding: None,
            revealed: None,
        };
        Self { view }
    }
}

#[derive(Debug, Template)]
#[template(path = "admin/error.html")]
pub(super) struct ErrorPage {
    view: View,
    status: u16,
    heading: &'static str,
    message: String,
    advice: &'static str,
}

pub(super) fn respond(place: Place, error: HttpError) -> Response {
    if let HttpError::Internal(source) = &error {
        tracing::error!(error = %Chain(source.as_ref()), "a page failed");
    }
    let status = error.status();
    let message = error.wording().get(place.view.lang).to_owned();
    let page = ErrorPage::new(place.view, status, message);
    let Ok(mut response) = reply::page_with(status, &page) else { return error.into_text_response() };
    if let HttpError::TooManyRequests { retry_after } = &error {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after.as_secs().max(1)));
    }
    response
}

impl ErrorPage {
    fn new(view: View, status: StatusCode, message: String) -> Self {
        let (heading, advice) = words(view.lang, status);
        Self { view, status: status.as_u16(), heading, message, advice }
    }
}

fn words(lang: Lang, status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::NOT_FOUND => (
            lang.t("这里没有内容", "Nothing here"),
            lang.t(
                "地址可能写错了，或者记录已不在。请从上方导航重新进入。",
                "The address may be mistyped, or the record is gone. Start again from the navigation.",
            ),
        ),
        StatusCode::FORBIDDEN => (
            lang.t("没有权限", "Not allowed"),
            lang.t(
                "需要更高的权限。请向管理员申请，或重新打开页面再试。",
                "This takes more rights: ask an administrator, or open the page again and retry.",
            ),
        ),
        StatusCode::TOO_MANY_REQUESTS => {
            (lang.t("尝试过于频繁", "Too many tries"), lang.t("请稍候再试。", "Wait a little, then try again."))
        }
        StatusCode::SERVICE_UNAVAILABLE => (
            lang.t("暂时不可用", "Not ready yet"),
            lang.t(
                "正在读取或写入，请一分钟后再试。回调的接收不受页面影响。",
                "It is being read or written: try again in a minute. Receiving callbacks does not depend on this page.",
            ),
        ),
        status if status.is_server_error() => (
            lang.t("服务器出错了", "Something failed here"),
            lang.t(
                "原因已写入日志。回调的接收不受页面影响。",
                "The log says why. Receiving callbacks does not depend on this page.",
            ),
        ),
        _ => (
            lang.t("请求有误", "That did not work"),
            lang.t("请返回修改后再试。", "Go back, change it, and try again."),
        ),
    }
}

#[cfg(test)]
impl ErrorPage {
    pub(super) fn sample(lang: Lang) -> Self {
        Self::new(
            View::sample(lang, Section::Help),
            StatusCode::NOT_FOUND,
            HttpError::NotFound.wording().get(lang).to_owned(),
        )
    }
}
