//! How strong a password is, while it is typed: asked by the page's script, answered by the same
//! judge that refuses a weak one when it is set.
//!
//! Only for those who may set one: whoever holds the setup link, whoever is logged in. What is
//! typed is looked at and kept nowhere.

use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::domain::{Lang, Secret};
use crate::http::admin::people::setup;
use crate::http::admin::request::Request;
use crate::http::{HttpError, Response, respond};
use crate::limits::PASSWORD_SCORE_MIN;
use crate::state::Strength;

/// `POST /setup/{code}/strength`
pub(crate) async fn at_setup(request: &Request) -> Result<Response, HttpError> {
    setup::check(request)?;
    judged(request).await
}

/// `POST /account/strength`
pub(crate) async fn at_home(request: &Request) -> Result<Response, HttpError> {
    request.principal()?;
    judged(request).await
}

async fn judged(request: &Request) -> Result<Response, HttpError> {
    let (name, password) = (request.raw_field("name"), Secret::new(request.raw_field("password")));
    let Strength { score, problem } = request.ctx().state.strength(name, &password).await;
    let words = match problem {
        Some(problem) => problem.get(request.lang).to_owned(),
        None => word(request.lang, score).to_owned(),
    };
    let answer = json!({ "score": score, "words": words });
    let mut response = respond(StatusCode::OK, "application/json", answer.to_string());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Nothing is changed, so nothing is on record.
    Ok(response)
}

fn word(lang: Lang, score: u8) -> &'static str {
    match score {
        ..=PASSWORD_SCORE_MIN => lang.t("可以使用，再长一点更好", "will do; longer is better"),
        3 => lang.t("良好", "good"),
        4.. => lang.t("很强", "strong"),
    }
}
