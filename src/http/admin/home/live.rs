//! 实时 Live: what is happening now.
//!
//! The page comes with the newest calls and those under way; `static/js/live.js` follows
//! `/api/v1/events` from exactly the record up to which the page knows, and puts a call's row in
//! the place of the row it had. Without a script the page is a list with a link to reload it.
//! Rows are masked here as on every page, and by the API there. The newest decisions
//! stand beside the calls where an app's platform asks.

use askama::Template;
use jiff::{SignedDuration, Timestamp};

use crate::domain::{AppId, Call, CallOutcome, CallState, DecisionAction, Lang, Product, Seq};
use crate::http::admin::calls::list_page::CallRow;
use crate::http::admin::parts::words;
use crate::http::admin::parts::{Badge, Tone, When, clock_seconds};
use crate::http::admin::query::canonical;
use crate::http::admin::reply;
use crate::http::admin::request::{Pairs, Request, find, link};
use crate::http::admin::rules::decisions;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::limits;
use crate::platforms;
use crate::service::{ServiceError, filters};
use crate::store::{CallQuery, CallbackRow, DecisionQuery, Page};

#[derive(Debug, Template)]
#[template(path = "admin/home/live.html")]
pub(crate) struct LivePage {
    view: View,
    /// The record up to which the rows know everything.
    told: Seq,
    query: String,
    reload: String,
    apps: Vec<Choice>,
    outcomes: Vec<Choice>,
    number: String,
    active: Vec<LiveRow>,
    recent: Vec<LiveRow>,
    /// The newest decisions; none where no platform asks.
    decided: Option<Vec<decisions::Row>>,
    /// A badge for every outcome and state, for the script to copy.
    badges: Vec<(&'static str, Badge)>,
    products: Vec<(&'static str, &'static str)>,
    problem: Option<String>,
}

#[derive(Debug)]
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

#[derive(Debug)]
struct LiveRow {
    id: String,
    /// The instant by which rows are ordered.
    at: String,
    call: CallRow,
    when: When,
    /// For how long it has been running.
    running: String,
}

struct Shown {
    told: Seq,
    active: Vec<Call>,
    recent: Vec<Call>,
    decided: Option<Vec<CallbackRow>>,
    problem: Option<String>,
}

/// `GET /live`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    if let Some(pairs) = canonical::<CallQuery>(&request.query) {
        return Ok(reply::see_other(&link("/live", &pairs)));
    }
    let (ctx, now, scope) = (request.ctx(), request.now(), request.scope());
    let apps = request.apps();
    let asks = apps.iter().any(|app| platforms::by_id(app.provider).is_some_and(platforms::Provider::asks));
    // Read first: what comes in between is told again, and takes its row's place.
    let told = ctx.store.status().applied;
    let shown = match filters::asked::<CallQuery>(ctx, &scope, &request.raw_query()) {
        Ok((query, _)) => {
            let since = now.saturating_sub(SignedDuration::from_hours(limits::LIVE_HOURS)).unwrap_or(now);
            let recent = ctx.store.calls(&query, &Page { limit: limits::PAGE_DEFAULT, cursor: None })?.items;
            let decided = if asks { Some(decided(request, &query)?) } else { None };
            let active = ctx.store.active(&query, since, limits::LIVE_ACTIVE)?;
            Shown { told, active, recent, decided, problem: None }
        }
        Err(ServiceError::BadRequest(problem)) => {
            let problem = Some(problem.get(request.lang).to_owned());
            Shown { told, active: Vec::new(), recent: Vec::new(), decided: None, problem }
        }
        Err(error) => return Err(error.into()),
    };
    let apps: Vec<String> = apps.iter().map(|app| app.name.clone()).collect();
    let view = View::of(request, Section::Live);
    reply::page(&LivePage::new(view, &request.query, shown, &apps, now, &|id| request.app_name(id)))
}

/// The newest decisions, narrowed down as the events are: by what a question knows of its call.
fn decided(request: &Request, calls: &CallQuery) -> Result<Vec<CallbackRow>, HttpError> {
    let calls = calls.clone();
    let query = DecisionQuery {
        app: calls.app,
        session: calls.session,
        number: calls.number,
        caller: calls.caller,
        callee: calls.callee,
        x: calls.x,
        ..DecisionQuery::default()
    };
    let page = Page { limit: limits::LIVE_DECISIONS, cursor: None };
    let mut rows = request.ctx().store.decisions(&query, &page)?.items;
    rows.retain(|row| calls.provider.takes(|provider| Some(*provider) == row.provider));
    Ok(rows)
}

impl LivePage {
    fn new(
        view: View,
        pairs: &Pairs,
        shown: Shown,
        apps: &[String],
        now: Timestamp,
        name: &dyn Fn(AppId) -> String,
    ) -> Self {
        let lang = view.lang;
        let set = |name: &str, value: &str| pairs.iter().any(|(n, v)| n == name && v == value);
        let choice = |name: &str, value: &str, label: String| Choice {
            chosen: set(name, value),
            value: value.to_owned(),
            label,
        };
        let row = |call: &Call| LiveRow::of(&view, call, name(call.app), now);
        let under_way =
            |call: &&Call| call.state == CallState::Released || !shown.active.iter().any(|a| a.id == call.id);
        Self {
            told: shown.told,
            query: form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish(),
            reload: link("/live", pairs),
            apps: apps.iter().map(|app| choice("app", app, app.clone())).collect(),
            outcomes: CallOutcome::ALL
                .into_iter()
                .map(|outcome| choice("outcome", outcome.name(), outcome.word().get(lang).to_owned()))
                .collect(),
            number: find(pairs, "number").unwrap_or_default().to_owned(),
            active: shown.active.iter().map(row).collect(),
            recent: shown.recent.iter().filter(under_way).map(row).collect(),
            decided: shown.decided.map(|rows| {
                let row = |row: CallbackRow| decisions::Row::of(&view, &(row, None), name);
                rows.into_iter().filter_map(row).collect()
            }),
            badges: badges(lang),
            products: Product::all().iter().map(|product| (product.name(), product.word().get(lang))).collect(),
            problem: shown.problem,
            view,
        }
    }
}

fn badges(lang: Lang) -> Vec<(&'static str, Badge)> {
    let states =
        [CallState::Offered, CallState::Dialled, CallState::Alerting, CallState::Answered, CallState::Released];
    let ended = CallOutcome::ALL
        .into_iter()
        .map(|outcome| (outcome.name(), Badge::new(words::outcome_tone(outcome), outcome.word().get(lang))));
    // A state and an outcome share the name `answered`: a call under way has its own badge.
    let states = states.into_iter().map(|state| match state {
        CallState::Answered => ("talking", Badge::new(Tone::Busy, words::call_badge(lang, None, state).word)),
        _ => (state.name(), words::call_badge(lang, None, state)),
    });
    let decided = DecisionAction::ALL.map(|action| (action.name(), decisions::badge(lang, action)));
    ended.chain(states).chain(decided).collect()
}

impl LiveRow {
    fn of(view: &View, call: &Call, app: String, now: Timestamp) -> Self {
        let seconds = now.duration_since(call.answered_at.unwrap_or(call.t)).as_secs().max(0);
        Self {
            id: call.id.to_string(),
            at: call.answered_at.filter(|_| call.state < CallState::Released).unwrap_or(call.t).to_string(),
            when: When::short(call.t),
            running: clock_seconds(seconds.unsigned_abs()),
            call: CallRow::of(view, call, app),
        }
    }
}

#[cfg(test)]
impl LivePage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/live".to_owned(), ..View::sample(lang, Section::Live) };
        let mut calls = samples::calls();
        let active = Call { state: CallState::Alerting, outcome: None, released_at: None, ..calls.remove(0) };
        let decided = samples::decisions().into_iter().map(|(row, _)| row).collect();
        let shown = Shown { told: 142, active: vec![active], recent: calls, decided: Some(decided), problem: None };
        let pairs = vec![("number".to_owned(), "0021".to_owned())];
        Self::new(view, &pairs, shown, &samples::app_names(), samples::now(), &samples::app_name)
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/live".to_owned(), ..View::sample(lang, Section::Live) };
        let shown = Shown { told: 0, active: Vec::new(), recent: Vec::new(), decided: Some(Vec::new()), problem: None };
        Self::new(view, &Pairs::new(), shown, &[], samples::now(), &samples::app_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples;
    use crate::http::admin::samples::selector;

    #[test]
    fn every_row_has_its_call_and_every_word_its_badge() {
        let html = scraper::Html::parse_document(&LivePage::sample(Lang::Zh).render().unwrap());
        let rows: Vec<_> = html.select(&selector("tr[data-call]")).filter_map(|row| row.attr("data-call")).collect();
        assert_eq!(rows.len(), samples::calls().len());
        let distinct: std::collections::BTreeSet<_> = rows.iter().collect();
        assert_eq!(distinct.len(), rows.len());
        assert_eq!(html.select(&selector("tbody[data-active] tr[data-call]")).count(), 1);
        let decided = html.select(&selector("[data-decisions] li[data-decision] a[href^='/callbacks/']")).count();
        assert_eq!(decided, samples::decisions().len());
        for action in DecisionAction::ALL {
            assert!(html.select(&selector(&format!("template[data-badge='{}']", action.name()))).next().is_some());
        }
        for outcome in CallOutcome::ALL {
            let template = format!("template[data-badge='{}']", outcome.name());
            assert!(html.select(&selector(&template)).next().is_some(), "{}", outcome.name());
        }
        assert_eq!(
            html.select(&selector("[data-live-query]")).next().unwrap().attr("data-live-query"),
            Some("number=0021")
        );
    }
}
