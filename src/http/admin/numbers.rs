//! 号码 Numbers: each privacy number, what it can do, and since when.
//!
//! Only numbers whose state a platform told are known here; the last notice wins, and those
//! before it stay as history, each with the callback that brought it.

use askama::Template;

use super::parts::{Badge, Phone, When};
use super::request::{Request, link};
use super::view::{Section, View};
use super::{reply, words};
use crate::domain::{AppId, Seq};
use crate::http::{HttpError, Response};
use crate::store::NumberRow;

/// The privacy numbers.
#[derive(Debug, Template)]
#[template(path = "admin/numbers.html")]
pub(super) struct NumbersPage {
    view: View,
    rows: Vec<Row>,
    app: Option<String>,
}

/// One number.
#[derive(Debug)]
struct Row {
    number: Phone,
    app: String,
    badge: Option<Badge>,
    cause: String,
    since: Option<When>,
    history: Vec<Past>,
    calls: Option<String>,
}

/// A state it had before.
#[derive(Debug)]
struct Past {
    at: When,
    badge: Badge,
    cause: String,
    callback: Seq,
}

/// `GET /numbers`
pub(super) fn show(request: &Request) -> Result<Response, HttpError> {
    let app = match request.param("app") {
        None => None,
        Some(name) => Some(request.ctx().state.app_named(name).ok_or(HttpError::NotFound)?),
    };
    let rows = request.ctx().store.numbers(app.as_ref().map(|a| a.id))?;
    let view = View::of(request, Section::Numbers);
    let app = app.map(|a| a.name.clone());
    reply::page(&NumbersPage::new(view, &rows, app, &|id| request.app_name(id)))
}

impl NumbersPage {
    fn new(view: View, rows: &[NumberRow], app: Option<String>, name: &dyn Fn(AppId) -> String) -> Self {
        let rows = rows.iter().map(|row| Row::of(&view, row, name(row.app))).collect();
        Self { view, rows, app }
    }
}

impl Row {
    fn of(view: &View, row: &NumberRow, app: String) -> Self {
        let past = |(at, state, cause, callback): &(_, _, Option<String>, Seq)| Past {
            at: When::full(*at),
            badge: words::number_badge(view.lang, state),
            cause: cause.clone().unwrap_or_default(),
            callback: *callback,
        };
        Self {
            number: Phone::new(&row.number, view.eyes()),
            app,
            badge: row.state.as_ref().map(|s| words::number_badge(view.lang, s)),
            cause: row.cause.clone().unwrap_or_default(),
            since: row.since.map(When::full),
            history: row.history.iter().map(past).collect(),
            calls: view.may_read_bodies().then(|| link("/calls", &[("x", row.number.national())])),
        }
    }
}

#[cfg(test)]
impl NumbersPage {
    pub(super) fn sample(lang: crate::domain::Lang) -> Self {
        use super::samples;
        let view = View { here: "/numbers".to_owned(), ..View::sample(lang, Section::Numbers) };
        Self::new(view, &samples::numbers(), None, &samples::app_name)
    }

    pub(super) fn sample_empty(lang: crate::domain::Lang) -> Self {
        let view = View { here: "/numbers".to_owned(), ..View::sample(lang, Section::Numbers) };
        Self::new(view, &[], None, &super::samples::app_name)
    }
}
