//! `GET /numbers`: privacy numbers and what became of them.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::ask::Ask;
use super::query::Query;
use super::sight::Sight;
use super::{HttpError, List, Response, blocking, filters, ok};
use crate::domain::{Scope, Seq};
use crate::service::Context;
use crate::service::Instant;
use crate::store::{NumberQuery, NumberRow, Page};

/// The filters of privacy numbers.
pub(super) const FILTERS: &[&str] = &["app!", "number!", "state!", "cause!"];

/// The states of a number that can be asked for; `none` where no platform ever told one.
pub(in crate::http) const STATES: [&str; 5] = ["normal", "paused", "unavailable", "frozen", "none"];

/// A privacy number with its states.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct NumberObject {
    number: String,
    app: String,
    state: Option<String>,
    cause: Option<String>,
    since: Option<Instant>,
    history: Vec<StateObject>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct StateObject {
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
    let (numbers, page) = asked(context, &ask.principal.scope, &ask.query)?;
    let store = context.store.clone();
    let listing = blocking(move || store.numbers(&numbers, &page)).await?;
    let items = listing.items.iter().map(|row| NumberObject::new(context, ask.sight(), row)).collect();
    ok(&List { items, next: listing.next })
}

/// Which numbers, and which page of them, an address asks for. The pages take the same.
pub(in crate::http) fn asked(context: &Context, scope: &Scope, raw: &str) -> Result<(NumberQuery, Page), HttpError> {
    let query = Query::parse(raw, &[FILTERS, filters::PAGING].concat())?;
    Ok((read(context, scope, &query)?, filters::page(&query)?))
}

/// Which numbers a query means.
pub(super) fn read(context: &Context, scope: &Scope, query: &Query) -> Result<NumberQuery, HttpError> {
    Ok(NumberQuery {
        app: filters::apps(context, scope, query)?,
        number: filters::numbers(query, "number")?,
        state: filters::named(query, "state", |text| STATES.contains(&text).then(|| text.to_owned()), &STATES)?,
        cause: filters::texts(query, "cause")?,
    })
}
