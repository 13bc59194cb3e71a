//! The query of a call list, read from an address whose parameters are the API's.

use super::query::{bad, parse, push};
use super::request::Pairs;
use crate::domain::{AppId, CallOutcome, Product};
use crate::http::HttpError;
use crate::providers;
use crate::store::{CallQuery, CallbackQuery, Page, SmsQuery};

/// Finds an app by its name.
pub(super) type AppByName<'a> = &'a dyn Fn(&str) -> Option<AppId>;

/// Reads a call list's address.
pub(super) fn calls(pairs: &Pairs, app: AppByName<'_>) -> Result<(CallQuery, Page), HttpError> {
    let mut query = CallQuery::default();
    let (span, page) = parse(pairs, |name, value, not| match name {
        "app" => push(&mut query.app, app(value).ok_or_else(|| no_app(value))?, not),
        "provider" => push(&mut query.provider, providers::by_name(value).ok_or_else(|| bad(name))?.id(), not),
        "product" => push(&mut query.product, Product::parse(value).ok_or_else(|| bad(name))?, not),
        "outcome" => push(&mut query.outcome, CallOutcome::parse(value).ok_or_else(|| bad(name))?, not),
        "session" => push(&mut query.session, value.to_owned(), not),
        "number" => push(&mut query.number, digits(name, value)?, not),
        "caller" => push(&mut query.caller, digits(name, value)?, not),
        "callee" => push(&mut query.callee, digits(name, value)?, not),
        "x" => push(&mut query.x, digits(name, value)?, not),
        "q" => push(&mut query.q, value.to_owned(), not),
        "min_talk" if !not => set(&mut query.min_talk, value.parse().ok(), name),
        "max_talk" if !not => set(&mut query.max_talk, value.parse().ok(), name),
        "has_recording" if !not => set(&mut query.has_recording, value.parse().ok(), name),
        _ => Ok(false),
    })?;
    query.span = span;
    Ok((query, page))
}

/// Reads a callback list's address.
pub(super) fn callbacks(pairs: &Pairs, app: AppByName<'_>) -> Result<(CallbackQuery, Page), HttpError> {
    let mut query = CallbackQuery::default();
    let (span, page) = parse(pairs, |name, value, not| match name {
        "app" => push(&mut query.app, app(value).ok_or_else(|| no_app(value))?, not),
        "provider" => push(&mut query.provider, providers::by_name(value).ok_or_else(|| bad(name))?.id(), not),
        "outcome" => push(&mut query.outcome, crate::domain::Outcome::parse(value).ok_or_else(|| bad(name))?, not),
        "session" => push(&mut query.session, value.to_owned(), not),
        _ => Ok(false),
    })?;
    query.span = span;
    Ok((query, page))
}

/// Reads a message list's address.
pub(super) fn sms(pairs: &Pairs, app: AppByName<'_>) -> Result<(SmsQuery, Page), HttpError> {
    let mut query = SmsQuery::default();
    let (span, page) = parse(pairs, |name, value, not| match name {
        "app" => push(&mut query.app, app(value).ok_or_else(|| no_app(value))?, not),
        "provider" => push(&mut query.provider, providers::by_name(value).ok_or_else(|| bad(name))?.id(), not),
        "number" => push(&mut query.number, digits(name, value)?, not),
        _ => Ok(false),
    })?;
    query.span = span;
    Ok((query, page))
}

fn set<T>(place: &mut Option<T>, value: Option<T>, name: &str) -> Result<bool, HttpError> {
    *place = Some(value.ok_or_else(|| bad(name))?);
    Ok(true)
}

/// The end of a number: fewer than four digits would find everything.
fn digits(name: &str, value: &str) -> Result<String, HttpError> {
    if value.chars().filter(char::is_ascii_digit).count() < 4 {
        return Err(HttpError::BadRequest(format!("{name} takes four digits or more")));
    }
    Ok(value.to_owned())
}

fn no_app(name: &str) -> HttpError {
    HttpError::BadRequest(format!("there is no app {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(CallQuery, Page), HttpError> {
        let pairs = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        calls(&pairs, &|name| (name == "hotline").then_some(AppId(7)))
    }

    #[test]
    fn a_repeat_is_or_and_not_is_not() {
        let (query, page) = read("outcome=busy&outcome=failed&not_number=0021&app=hotline&limit=10").unwrap();
        assert_eq!(query.outcome.any, [CallOutcome::Busy, CallOutcome::Failed]);
        assert_eq!(query.number.none, ["0021"]);
        assert_eq!(query.app.any, [AppId(7)]);
        assert_eq!(page.limit, 10);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for text in ["colour=red", "outcome=great", "number=21", "app=other", "not_min_talk=1", "limit=0", "from=soon"] {
            assert_eq!(read(text).unwrap_err().status(), 400, "{text}");
        }
    }
}
