//! `GET /numbers`: privacy numbers and what became of them.

use std::sync::Arc;

use serde::Serialize;

use super::ask::Ask;
use super::query::Query;
use super::sight::Sight;
use super::{Context, HttpError, Instant, List, Response, blocking, filters, ok};
use crate::domain::Seq;
use crate::store::NumberRow;

const KNOWN: &[&str] = &["app!", "number!"];

/// A privacy number with its states.
#[derive(Debug, Serialize)]
pub(super) struct NumberObject {
    number: String,
    app: String,
    state: Option<String>,
    cause: Option<String>,
    since: Option<Instant>,
    history: Vec<StateObject>,
}

#[derive(Debug, Serialize)]
struct StateObject {
    at: Instant,
    state: String,
    cause: Option<String>,
    callback: Seq,
}

impl NumberObject {
    /// A number as someone with this sight sees it.
    pub(super) fn new(context: &Context, sight: Sight, row: &NumberRow) -> Self {
        let history = row.history.iter().map(|(at, state, cause, callback)| StateObject {
            at: Instant(*at),
            state: sight.text(state.name()),
            cause: sight.maybe_text(cause.as_deref()),
            callback: *callback,
        });
        Self {
            number: sight.number(&row.number),
            app: filters::app_name(context, row.app),
            state: row.state.as_ref().map(|state| sight.text(state.name())),
            cause: sight.maybe_text(row.cause.as_deref()),
            since: row.since.map(Instant),
            history: history.collect(),
        }
    }
}

/// `GET /numbers`
pub(super) async fn list(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let query = Query::parse(&ask.query, KNOWN)?;
    let apps = filters::apps(context, &ask.principal.scope, &query)?;
    let ends = filters::numbers(&query, "number")?;
    let store = context.store.clone();
    let rows = blocking(move || store.numbers(None)).await?;
    let ends_in = |row: &NumberRow, end: &String| {
        let end = end.strip_prefix("+86").unwrap_or_else(|| end.trim_start_matches('+'));
        row.number.reveal().ends_with(end)
    };
    let wanted = |row: &&NumberRow| {
        apps.lets_through(&row.app)
            && (ends.any.is_empty() || ends.any.iter().any(|end| ends_in(row, end)))
            && !ends.none.iter().any(|end| ends_in(row, end))
    };
    let items = rows.iter().filter(wanted).map(|row| NumberObject::new(context, ask.sight(), row)).collect();
    ok(&List::whole(items))
}
