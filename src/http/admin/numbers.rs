//! 号码 Numbers: each privacy number, what it can do, and since when.
//!
//! Only numbers whose state a platform told are known here; the last notice wins, and those
//! before it stay as history, each with the callback that brought it.

use askama::Template;

use super::parts::{Badge, Phone, When};
use super::request::{Request, link};
use super::view::{Section, View};
use super::{reply, words};
use crate::domain::{AppId, CauseCode, Lang, ProviderId, Seq};
use crate::http::{HttpError, Response};
use crate::providers;
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
    cause: Option<Cause>,
    since: Option<When>,
    history: Vec<Past>,
    calls: Option<String>,
}

/// Why its state changed.
#[derive(Debug)]
struct Cause {
    code: String,
    /// What the platform's table says; empty when the code is not in it.
    meaning: &'static str,
}

impl Cause {
    fn of(lang: Lang, code: &str, provider: Option<ProviderId>) -> Self {
        let known = CauseCode { table: "cause".into(), code: code.to_owned() };
        let doc = provider.and_then(|provider| providers::explain(provider, &known));
        Self { code: code.to_owned(), meaning: doc.map_or("", |doc| doc.text.get(lang)) }
    }
}

/// A state it had before.
#[derive(Debug)]
struct Past {
    at: When,
    badge: Badge,
    cause: Option<Cause>,
    callback: Seq,
}

/// `GET /numbers`
pub(super) fn show(request: &Request) -> Result<Response, HttpError> {
    let scope = request.scope();
    let app = match request.param("app") {
        None => None,
        Some(name) => {
            let app = request.ctx().state.app_named(name).filter(|app| scope.allows(app.id));
            Some(app.ok_or(HttpError::NotFound)?)
        }
    };
    let mut rows = request.ctx().store.numbers(app.as_ref().map(|a| a.id))?;
    rows.retain(|row| scope.allows(row.app));
    let view = View::of(request, Section::Numbers);
    let app = app.map(|a| a.name.clone());
    let provider = |id| request.ctx().state.app(id).map(|app| app.provider);
    reply::page(&NumbersPage::new(view, &rows, app, &|id| request.app_name(id), &provider))
}

impl NumbersPage {
    fn new(
        view: View,
        rows: &[NumberRow],
        app: Option<String>,
        name: &dyn Fn(AppId) -> String,
        provider: &dyn Fn(AppId) -> Option<ProviderId>,
    ) -> Self {
        // Numbers that a platform told something about come first.
        let (told, silent): (Vec<&NumberRow>, Vec<_>) = rows.iter().partition(|row| row.state.is_some());
        let row = |row: &&NumberRow| Row::of(&view, row, name(row.app), provider(row.app));
        let rows = told.iter().chain(&silent).map(row).collect();
        Self { view, rows, app }
    }
}

impl Row {
    fn of(view: &View, row: &NumberRow, app: String, provider: Option<ProviderId>) -> Self {
        let cause = |code: Option<&String>| code.map(|code| Cause::of(view.lang, code, provider));
        let past = |(at, state, code, callback): &(_, _, Option<String>, Seq)| Past {
            at: When::full(*at),
            badge: words::number_badge(view.lang, state),
            cause: cause(code.as_ref()),
            callback: *callback,
        };
        Self {
            number: Phone::new(&row.number, view.eyes()),
            app,
            badge: row.state.as_ref().map(|s| words::number_badge(view.lang, s)),
            cause: cause(row.cause.as_ref()),
            since: row.since.map(When::full),
            history: row.history.iter().map(past).collect(),
            calls: view.may_read_bodies().then(|| link("/calls", &[("x", row.number.national())])),
        }
    }
}

#[cfg(test)]
impl NumbersPage {
    pub(super) fn sample(lang: Lang) -> Self {
        use super::samples;
        let view = View { here: "/numbers".to_owned(), ..View::sample(lang, Section::Numbers) };
        Self::new(view, &samples::numbers(), None, &samples::app_name, &|_| Some(ProviderId("huawei-private")))
    }

    pub(super) fn sample_empty(lang: Lang) -> Self {
        let view = View { here: "/numbers".to_owned(), ..View::sample(lang, Section::Numbers) };
        Self::new(view, &[], None, &super::samples::app_name, &|_| None)
    }
}
