//! The language, the theme and the second time zone, remembered in cookies.
//!
//! Works before login too. It sets nothing else and redirects only to our pages, so a forged request can
//! change no more than the language.

use super::reply;
use super::request::{LANG_COOKIE, Request, THEME_COOKIE, UTC_COOKIE, is_local};
use super::theme::Theme;
use crate::domain::Lang;
use crate::http::{HttpError, Response};

/// `POST /preferences`: sets what the form names and goes back to where it was sent from.
pub(super) async fn set(request: &Request) -> Result<Response, HttpError> {
    let back = request.field("back").filter(|path| is_local(path)).unwrap_or("/");
    let mut response = reply::see_other(back);
    if let Some(lang) = request.field("lang").and_then(Lang::parse) {
        let value = match lang {
            Lang::Zh => "zh",
            Lang::En => "en",
        };
        response = reply::with_preference(response, LANG_COOKIE, value);
    }
    if let Some(utc) = request.field("utc") {
        response = reply::with_preference(response, UTC_COOKIE, if utc == "on" { "on" } else { "off" });
    }
    if let Some(theme) = request.field("theme").and_then(Theme::parse) {
        response = reply::with_preference(response, THEME_COOKIE, theme.name());
    }
    Ok(response)
}
