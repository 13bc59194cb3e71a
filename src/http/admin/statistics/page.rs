//! 统计 Statistics: how much, how well, why not, and compared with when.
//!
//! Every figure comes from the counters and leads to the calls it counts. What the counters do
//! not know of a single privacy number (causes, lengths of talk, calls at once) is said to be
//! unknown there instead of being looked for in a scan.

use askama::Template;
use http::StatusCode;
use jiff::Timestamp;

use crate::domain::AppId;
use crate::http::admin::parts::figure::Figure;
use crate::http::admin::parts::list_frame::Range as ReadyRange;
use crate::http::admin::query::canonical;
use crate::http::admin::reply;
use crate::http::admin::request::{Pairs, Request, link};
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::statistics::charts::{Heat, Volume};
use crate::http::admin::statistics::counts::{Counts, Links, OURS};
use crate::http::admin::statistics::figures::figures;
use crate::http::admin::statistics::form::{Form, ready_ranges};
use crate::http::admin::statistics::ranges::{Range, Ranges, unused};
use crate::http::admin::statistics::tables::{
    CauseRow, GroupTable, OutcomeRow, TalkBar, causes, groups, outcomes, talk,
};
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::service::filters;
use crate::store::StatQuery;

#[derive(Debug, Template)]
#[template(path = "admin/statistics/page.html")]
pub(crate) struct StatisticsPage {
    view: View,
    form: Form,
    ready: Vec<ReadyRange>,
    title: String,
    versus: Option<String>,
    figures: Vec<Figure>,
    volume: Volume,
    /// Nothing where a week can have no shape yet.
    heat: Option<Heat>,
    outcomes: Vec<OutcomeRow>,
    causes: Option<Vec<CauseRow>>,
    talk: Option<Vec<TalkBar>>,
    groups: Vec<GroupTable>,
    any: bool,
    problem: Option<String>,
}

/// Hours from which on the week's heat map is shown: before, most of it is empty.
const HEAT_HOURS: i64 = 48;

/// `GET /statistics`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    if let Some(pairs) = canonical::<StatQuery>(&request.query) {
        return Ok(reply::see_other(&link("/statistics", &pairs)));
    }
    let ranges = Ranges::read(&request.query, request.now());
    let scope = request.scope();
    let raw: Pairs = request.query.iter().filter(|(name, _)| !OURS.contains(&name.as_str())).cloned().collect();
    let raw = form_urlencoded::Serializer::new(String::new()).extend_pairs(&raw).finish();
    let store = &request.ctx().store;
    let counted =
        filters::asked_whole::<StatQuery>(request.ctx(), &scope, &raw).map_err(HttpError::from).and_then(|query| {
            let now = Counts::read(store, &query, ranges.now, ranges.step())?;
            let before =
                ranges.before.map(|range| Counts::read_before(store, &query, range, ranges.step())).transpose()?;
            Ok((now, before))
        });
    let apps = request.ctx().state.apps();
    let apps: Vec<String> = apps.iter().filter(|app| scope.allows(app.id)).map(|app| app.name.clone()).collect();
    let view = View::of(request, Section::Statistics);
    let page = |counts: (Counts, Option<Counts>)| {
        StatisticsPage::new(view, (&request.query, request.now()), ranges, &counts.0, counts.1.as_ref(), &apps, &|id| {
            request.app_name(id)
        })
    };
    match counted {
        Ok(counts) => {
            let mut page = page(counts);
            page.problem = unused(&request.query).map(|problem| problem.get(request.lang).to_owned());
            let status = if page.problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
            reply::page_with(status, &page)
        }
        Err(error) if error.status() == StatusCode::BAD_REQUEST => {
            let mut page = page((Counts::default(), None));
            page.problem = Some(error.wording().get(request.lang).to_owned());
            reply::page_with(StatusCode::BAD_REQUEST, &page)
        }
        Err(error) => Err(error),
    }
}

impl StatisticsPage {
    fn new(
        view: View,
        (pairs, at): (&Pairs, Timestamp),
        ranges: Ranges,
        now: &Counts,
        before: Option<&Counts>,
        apps: &[String],
        name: &dyn Fn(AppId) -> String,
    ) -> Self {
        let (lang, links) = (view.lang, Links::new(pairs, now));
        let (total, old) = (now.total(), before.map(Counts::total));
        let steps_before = before.map_or(&[][..], |counts| &counts.steps);
        let href = |range: Range| links.calls(range, &[]);
        let week = |weekday: Option<usize>, hour: Option<usize>| {
            let (weekday, hour) = (weekday.map(|n| n.to_string()), hour.map(|n| n.to_string()));
            let filters = [("weekday", weekday.as_deref()), ("hour", hour.as_deref())];
            let filters: Vec<_> = filters.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
            links.calls(ranges.now, &filters)
        };
        let any = total.calls > 0 || old.as_ref().is_some_and(|old| old.calls > 0);
        Self {
            form: Form::of(lang, pairs, ranges, apps),
            ready: ready_ranges(lang, pairs, at),
            title: ranges.now.title(lang),
            versus: ranges.before.map(|range| range.title(lang)),
            figures: figures(lang, ranges, now, before, &links),
            volume: Volume::new(lang, ranges, &now.steps, steps_before, &href),
            heat: (ranges.now.hours() >= HEAT_HOURS).then(|| Heat::new(lang, &now.heat, &week)),
            outcomes: outcomes(lang, ranges.now, now, before, &links),
            causes: now.talk.is_some().then(|| causes(lang, ranges.now, now, total.calls, &links)),
            talk: now.talk.as_ref().map(|rows| talk(lang, ranges.now, rows, &links)),
            groups: groups(&view, ranges.now, now, before, &links, name),
            any,
            problem: None,
            view,
        }
    }
}

#[cfg(test)]
impl StatisticsPage {
    fn made(lang: crate::domain::Lang, query: &str, now: &Counts, before: Option<&Counts>) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/statistics".to_owned(), ..View::sample(lang, Section::Statistics) };
        let pairs: Pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let ranges = Ranges::read(&pairs, samples::now());
        let asked = (&pairs, samples::now());
        Self::new(view, asked, ranges, now, before, &samples::app_names(), &samples::app_name)
    }

    pub(crate) fn sample(lang: crate::domain::Lang) -> Self {
        let (now, before) = samples::counts();
        Self::made(lang, "app=order-hotline", &now, Some(&before))
    }

    /// Of one privacy number, of which the counters know less.
    pub(crate) fn sample_of_number(lang: crate::domain::Lang) -> Self {
        let (now, _) = samples::counts();
        let now = Counts { talk: None, peak: None, causes: Vec::new(), ..now };
        Self::made(lang, "x=0808&vs=none", &now, None)
    }

    pub(crate) fn sample_empty(lang: crate::domain::Lang) -> Self {
        Self::made(lang, "", &Counts::default(), Some(&Counts::default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Lang, Role};
    use crate::http::admin::samples::selector;

    fn dom(page: &StatisticsPage) -> scraper::Html {
        scraper::Html::parse_document(&page.render().unwrap())
    }

    #[test]
    fn every_figure_bar_cell_and_row_leads_to_its_calls() {
        let html = dom(&StatisticsPage::sample(Lang::Zh));
        let calls = |css: &str| {
            let links: Vec<_> = html.select(&selector(css)).filter_map(|a| a.attr("href")).collect();
            assert!(links.iter().all(|href| href.starts_with("/calls?from=")), "{css}: {links:?}");
            assert!(links.iter().all(|href| href.contains("app=order-hotline")), "{css}: {links:?}");
            links.len()
        };
        assert_eq!(calls(".figures.seven dd > a:not(.aside)"), 6, "the peak leads to its hour");
        assert_eq!(calls("svg.day a"), 11, "today so far, hour by hour");
        assert!(calls("table.causes a") > 0 && calls("table.failures a") > 0);
        let cause = html.select(&selector("table.causes a[href*='main_cause=stateCode%3A']")).next();
        assert!(cause.is_some(), "a cause leads to the calls with it");
    }

    #[test]
    fn a_chart_has_its_table_behind_it() {
        let html = dom(&StatisticsPage::sample(Lang::En));
        assert_eq!(html.select(&selector("details.behind table.hours tbody tr")).count(), 11);
    }

    #[test]
    fn the_week_has_a_heat_map_once_there_are_two_days() {
        let (now, _) = samples::counts();
        let today = dom(&StatisticsPage::sample(Lang::En));
        assert_eq!(today.select(&selector("svg.heat, #week")).count(), 0);
        let query = "app=order-hotline&from=2026-11-14T16:00:00Z";
        let week = dom(&StatisticsPage::made(Lang::En, query, &now, None));
        let cells = week.select(&selector("svg.heat a[href*='weekday=']")).count();
        assert_eq!(cells, 7 * 23, "every hour with calls; the first of a day has none");
        assert_eq!(week.select(&selector("details.behind table.week tbody tr")).count(), 7);
    }

    #[test]
    fn rows_of_nothing_are_left_out() {
        let (mut now, _) = samples::counts();
        now.talk.as_mut().unwrap()[1].calls = 0;
        let html = dom(&StatisticsPage::made(Lang::En, "vs=none", &now, None));
        let cells = selector("table.failures td.n");
        let rows: Vec<String> = html.select(&cells).map(|cell| cell.text().collect()).collect();
        assert!(!rows.is_empty() && rows.iter().all(|row| !row.starts_with("0 ")), "{rows:?}");
    }

    #[test]
    fn an_x_number_leads_to_its_own_calls_where_others_have_it_as_y() {
        let (mut now, _) = samples::counts();
        let x = |counts: &Counts| {
            let html = dom(&StatisticsPage::made(Lang::En, "vs=none", counts, None));
            let link = html.select(&selector("section[aria-labelledby=by-x] td a")).next().unwrap();
            link.attr("href").unwrap().to_owned()
        };
        assert!(x(&now).ends_with("&x=75528780808"), "{}", x(&now));
        now.groups[2].1[0].key = "axyb".to_owned();
        assert!(x(&now).ends_with("&x=75528780808&not_y=75528780808"), "{}", x(&now));
    }

    #[test]
    fn what_is_not_counted_by_number_is_said_and_not_shown_as_nothing() {
        let html = dom(&StatisticsPage::sample_of_number(Lang::En));
        assert!(html.select(&selector("#causes")).next().is_none());
        assert!(html.root_element().text().any(|text| text.contains("not counted by X number")));
    }

    #[test]
    fn a_viewer_sees_no_whole_number_and_gets_no_link_that_holds_one() {
        let (now, _) = samples::counts();
        let mut view = View::sample(Lang::Zh, Section::Statistics);
        view.who.as_mut().unwrap().role = Role::Viewer;
        let ranges = Ranges::read(&Pairs::new(), samples::now());
        let asked = (&Pairs::new(), samples::now());
        let html = StatisticsPage::new(view, asked, ranges, &now, None, &[], &samples::app_name);
        let html = html.render().unwrap();
        assert!(html.contains("+86755****0808") && !html.contains("28780808"));
    }
}
