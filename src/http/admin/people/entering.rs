//! What both steps of a login share.

use crate::domain::{Lang, Secret};
use crate::http::admin::reply;
use crate::http::admin::request::{LOGIN_COOKIE, Request, is_local};
use crate::http::{HttpError, Response};
use crate::state::Login;
use http::{HeaderValue, header};
use std::time::Duration;

pub(crate) fn enter(request: &Request, cookie: &Secret, login: &Login, next: &str) -> Response {
    let time = login.expires_at.duration_since(request.now()).try_into().unwrap_or(Duration::ZERO);
    reply::with_login_cookie(reply::see_other(next), LOGIN_COOKIE, cookie.reveal(), time)
}

pub(crate) fn wait_words(lang: Lang, wait: Duration) -> String {
    let minutes = wait.as_secs().div_ceil(60).max(1);
    match lang {
        Lang::Zh => format!("尝试次数过多，请 {minutes} 分钟后再试。"),
        Lang::En => format!("Too many tries. Try again in {minutes} min."),
    }
}

pub(crate) fn held(mut response: Response, wait: Duration) -> Result<Response, HttpError> {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    Ok(response)
}

pub(crate) fn next(wanted: Option<&str>) -> String {
    wanted.filter(|path| is_local(path)).unwrap_or("/").to_owned()
}
