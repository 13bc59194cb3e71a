//! 统计 Statistics: how much, how well, why not, and compared with when.
//!
//! Every figure comes from the counters and leads to the calls it counts. What the counters do
//! not know of a single privacy number (causes, lengths of talk, calls at once) is said to be
//! unknown there instead of being looked for in a scan.

use std::collections::BTreeMap;

use askama::Template;
use http::StatusCode;
use jiff::Timestamp;

use super::calls::Range as ReadyRange;
use super::parts::count;
use super::query::{canonical, input};
use super::request::{Pairs, Request, find, link};
use super::statistics_charts::{Heat, Volume};
use super::statistics_ranges::{Range, Ranges, Versus, ready};
use super::statistics_tables::{CauseRow, GroupTable, OutcomeRow, TalkBar, causes, groups, outcomes, talk};
use super::view::{Section, View};
use super::{reply, words};
use crate::domain::{AppId, Lang, Product};
use crate::http::{HttpError, Response, api};
use crate::providers;
use crate::store::{Group, HeatRow, PeakRow, StatQuery, StatRow, Step, Store, TalkRow};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/statistics.html")]
pub(super) struct StatisticsPage {
    view: View,
    form: Form,
    ready: Vec<ReadyRange>,
    title: String,
    versus: Option<String>,
    figures: Vec<Figure>,
    volume: Volume,
    heat: Heat,
    outcomes: Vec<OutcomeRow>,
    causes: Option<Vec<CauseRow>>,
    talk: Option<Vec<TalkBar>>,
    groups: Vec<GroupTable>,
    /// Whether there was a call in either range.
    any: bool,
    problem: Option<String>,
}

/// What may be chosen.
#[derive(Debug)]
struct Form {
    from: String,
    to: String,
    vs_from: String,
    vs_to: String,
    versus: Vec<Choice>,
    apps: Vec<Choice>,
    providers: Vec<Choice>,
    products: Vec<Choice>,
    x: String,
    not_x: bool,
    open: bool,
}

/// One of several.
#[derive(Debug)]
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

/// A figure with what it was, how far that is, and what it means.
#[derive(Debug)]
struct Figure {
    label: &'static str,
    value: String,
    before: String,
    /// `+12.0%`, `−1.3 pp`; empty where nothing is compared.
    change: String,
    meaning: &'static str,
    href: String,
}

/// What one range counts.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) steps: Vec<StatRow>,
    pub(super) peak: Option<Option<PeakRow>>,
    pub(super) outcomes: Vec<StatRow>,
    pub(super) causes: Vec<StatRow>,
    pub(super) groups: Vec<(Group, Vec<StatRow>)>,
    pub(super) heat: Vec<HeatRow>,
    pub(super) talk: Option<Vec<TalkRow>>,
}

/// The groups that have a table, in its order.
const GROUPS: [Group; 4] = [Group::App, Group::Provider, Group::Product, Group::X];

/// The parameters that only this page knows.
const OURS: [&str; 3] = ["vs", "vs_from", "vs_to"];

/// `GET /statistics`
pub(super) fn show(request: &Request) -> Result<Response, HttpError> {
    if let Some(pairs) = canonical(&request.query) {
        return Ok(reply::see_other(&link("/statistics", &pairs)));
    }
    let ranges = Ranges::read(&request.query, request.now());
    let scope = request.scope();
    let raw: Pairs = request.query.iter().filter(|(name, _)| !OURS.contains(&name.as_str())).cloned().collect();
    let raw = form_urlencoded::Serializer::new(String::new()).extend_pairs(&raw).finish();
    let store = &request.ctx().store;
    let counted = api::stats::asked(request.ctx(), &scope, &raw).and_then(|query| {
        let now = Counts::read(store, &query, ranges.now, ranges.step())?;
        let before = ranges.before.map(|range| Counts::read_before(store, &query, range, ranges.step())).transpose()?;
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
        Ok(counts) => reply::page(&page(counts)),
        Err(error) if error.status() == StatusCode::BAD_REQUEST => {
            let mut page = page((Counts::default(), None));
            page.problem = Some(error.message());
            reply::page_with(StatusCode::BAD_REQUEST, &page)
        }
        Err(error) => Err(error),
    }
}

impl Counts {
    fn read(store: &Store, query: &StatQuery, range: Range, step: Step) -> Result<Self, HttpError> {
        let query = StatQuery { span: range.span(), ..query.clone() };
        Ok(Self {
            causes: store.stats(&query, Step::Whole, Some(Group::Cause))?,
            heat: store.heat(&query)?,
            talk: store.talk(&query)?,
            ..Self::read_before(store, &query, range, step)?
        })
    }

    /// What the compared range is asked for.
    fn read_before(store: &Store, query: &StatQuery, range: Range, step: Step) -> Result<Self, HttpError> {
        let query = StatQuery { span: range.span(), ..query.clone() };
        let of = |group| Ok((group, store.stats(&query, Step::Whole, Some(group))?));
        Ok(Self {
            steps: store.stats(&query, step, None)?,
            peak: store.peaks(&query, Step::Whole)?.map(|rows| rows.first().copied()),
            outcomes: store.stats(&query, Step::Whole, Some(Group::Outcome))?,
            groups: GROUPS.into_iter().map(of).collect::<Result<_, HttpError>>()?,
            ..Self::default()
        })
    }

    /// All steps together.
    pub(super) fn total(&self) -> StatRow {
        self.steps.iter().fold(StatRow::default(), |mut sum, row| {
            sum.add(row);
            sum
        })
    }

    /// The rows of a group.
    pub(super) fn of(&self, group: Group) -> &[StatRow] {
        self.groups.iter().find(|(of, _)| *of == group).map_or(&[], |(_, rows)| rows)
    }
}

/// Links to the calls behind figures: the page's own filters, a range, and more.
pub(super) struct Links {
    filters: Pairs,
}

impl Links {
    fn new(pairs: &Pairs) -> Self {
        let ours = |name: &str| OURS.contains(&name) || matches!(name, "from" | "to");
        Self { filters: pairs.iter().filter(|(name, _)| !ours(name)).cloned().collect() }
    }

    /// The calls of a range with further filters; one that is set already gives way.
    pub(super) fn calls(&self, range: Range, more: &[(&str, &str)]) -> String {
        self.to("/calls", range, more)
    }

    pub(super) fn to(&self, path: &str, range: Range, more: &[(&str, &str)]) -> String {
        let mut pairs = vec![("from".to_owned(), range.from.to_string()), ("to".to_owned(), range.to.to_string())];
        let replaced = |name: &str| more.iter().any(|(more, _)| *more == name);
        pairs.extend(self.filters.iter().filter(|(name, _)| !replaced(name)).cloned());
        pairs.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        link(path, &pairs)
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
        let (lang, links) = (view.lang, Links::new(pairs));
        let (total, old) = (now.total(), before.map(Counts::total));
        let steps_before = before.map_or(&[][..], |counts| &counts.steps);
        let href = |range: Range| links.calls(range, &[]);
        let week = |weekday: usize, hour: usize| {
            links.calls(ranges.now, &[("weekday", &weekday.to_string()), ("hour", &hour.to_string())])
        };
        let any = total.calls > 0 || old.as_ref().is_some_and(|old| old.calls > 0);
        Self {
            form: Form::of(lang, pairs, ranges, apps),
            ready: ready_ranges(lang, pairs, at),
            title: ranges.now.title(lang),
            versus: ranges.before.map(|range| range.title(lang)),
            figures: figures(lang, ranges, (now, &total), before.zip(old.as_ref()), &links),
            volume: Volume::new(lang, ranges, &now.steps, steps_before, &href),
            heat: Heat::new(lang, &now.heat, &week),
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

impl Form {
    fn of(lang: Lang, pairs: &Pairs, ranges: Ranges, apps: &[String]) -> Self {
        let set = |name: &str, value: &str| pairs.iter().any(|(n, v)| n == name && v == value);
        let choice = |name: &str, value: &str, label: String| Choice {
            chosen: set(name, value),
            value: value.to_owned(),
            label,
        };
        let one = |name| find(pairs, name).unwrap_or_default().to_owned();
        let moment = |name| input(find(pairs, name).and_then(super::query::instant));
        let open = pairs
            .iter()
            .any(|(name, _)| matches!(name.trim_start_matches("not_"), "app" | "provider" | "product" | "x"));
        Self {
            from: moment("from"),
            to: moment("to"),
            vs_from: moment("vs_from"),
            vs_to: moment("vs_to"),
            versus: Versus::ALL
                .into_iter()
                .map(|versus| Choice {
                    value: versus.name().to_owned(),
                    label: versus.title().get(lang).to_owned(),
                    chosen: versus == ranges.versus,
                })
                .collect(),
            apps: apps.iter().map(|app| choice("app", app, app.clone())).collect(),
            providers: providers::ALL
                .iter()
                .map(|provider| choice("provider", provider.id().0, provider.title(lang).to_owned()))
                .collect(),
            products: Product::ALL
                .into_iter()
                .map(|product| choice("product", product.name(), words::product(product).get(lang).to_owned()))
                .collect(),
            not_x: find(pairs, "x").is_none() && find(pairs, "not_x").is_some(),
            x: if find(pairs, "x").is_some() { one("x") } else { one("not_x") },
            open,
        }
    }
}

fn ready_ranges(lang: Lang, pairs: &Pairs, now: Timestamp) -> Vec<ReadyRange> {
    let others: Pairs = pairs
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "from" | "to") && !OURS.contains(&name.as_str()))
        .cloned()
        .collect();
    let value = |name| find(pairs, name).and_then(super::query::instant);
    let asked = (value("from"), value("to"));
    let range = |(n, (label, span)): (usize, (crate::domain::Text, crate::store::Span))| {
        let mut pairs = Pairs::new();
        pairs.extend(span.from.map(|t| ("from".to_owned(), t.to_string())));
        pairs.extend(span.to.map(|t| ("to".to_owned(), t.to_string())));
        pairs.extend(others.iter().cloned());
        let current = asked == (span.from, span.to) || (n == 0 && asked == (None, None));
        ReadyRange { label: label.get(lang), href: link("/statistics", &pairs), current }
    };
    ready(now).into_iter().enumerate().map(range).collect()
}

fn figures(
    lang: Lang,
    ranges: Ranges,
    (now, total): (&Counts, &StatRow),
    before: Option<(&Counts, &StatRow)>,
    links: &Links,
) -> Vec<Figure> {
    let all = links.calls(ranges.now, &[]);
    let answered = links.calls(ranges.now, &[("outcome", "answered")]);
    let peak = |counts: &Counts| counts.peak.map(|peak| peak.map_or(0, |peak| peak.peak) as f64);
    let old = before.map(|(_, old)| old);
    let figure = |label, meaning, href: &String, unit: Unit, now: Option<f64>, old: Option<Option<f64>>| Figure {
        label,
        meaning,
        href: href.clone(),
        value: unit.show(now),
        before: old.map_or_else(String::new, |old| format!("{} {}", lang.t("对比", "was"), unit.show(old))),
        change: unit.change(now, old.flatten()),
    };
    let of = |value: fn(&StatRow) -> Option<f64>| (value(total), old.map(value));
    let (calls, answers) = (of(|row| Some(row.calls as f64)), of(|row| Some(row.answered as f64)));
    let asr = of(|row| quotient(row.answered * 100, row.calls));
    let acd = of(|row| quotient(row.talk_seconds, row.answered));
    let pdd = of(|row| quotient(row.pdd_seconds, row.with_pdd));
    let minutes = of(|row| Some(row.talk_seconds as f64 / 60.0));
    let at_peak = now.peak.flatten().map(|peak| Range {
        from: peak.peak_at,
        to: peak.peak_at.saturating_add(jiff::SignedDuration::from_hours(1)).unwrap_or(peak.peak_at),
    });
    let peak_href = at_peak.map_or_else(
        || answered.clone(),
        |hour| {
            let hour = Range { from: super::query::hour(hour.from), to: super::query::hour(hour.to) };
            links.calls(hour, &[("outcome", "answered")])
        },
    );
    vec![
        figure(
            lang.t("通话", "Calls"),
            lang.t("在此时段开始的通话", "calls that began in the range"),
            &all,
            Unit::Count,
            calls.0,
            calls.1,
        ),
        figure(
            lang.t("接通", "Answered"),
            lang.t("双方通上话的", "of these, both sides talked"),
            &answered,
            Unit::Count,
            answers.0,
            answers.1,
        ),
        figure(
            lang.t("接通率 ASR", "Answer rate (ASR)"),
            lang.t("接通 ÷ 全部通话", "answered ÷ all calls"),
            &answered,
            Unit::Percent,
            asr.0,
            asr.1,
        ),
        figure(
            lang.t("平均通话 ACD", "Mean talk (ACD)"),
            lang.t("通话秒数 ÷ 接通数", "seconds of talk ÷ answered calls"),
            &answered,
            Unit::Seconds,
            acd.0,
            acd.1,
        ),
        figure(
            lang.t("接续时延 PDD", "Post-dial delay"),
            lang.t(
                "从呼入到被叫振铃的平均秒数，两者皆知时",
                "mean seconds from setup to ringing, where both are known",
            ),
            &all,
            Unit::Seconds,
            pdd.0,
            pdd.1,
        ),
        figure(
            lang.t("通话分钟", "Talk minutes"),
            lang.t("平台给出的通话时长之和", "the platform's own talk time, summed"),
            &answered,
            Unit::Count,
            minutes.0,
            minutes.1,
        ),
        figure(
            lang.t("最高并发", "Most at once"),
            lang.t("同一秒内通话中的最多路数，挂机后计入", "most calls in talk in one second; counted once ended"),
            &peak_href,
            Unit::Count,
            peak(now),
            before.map(|(old, _)| peak(old)),
        ),
    ]
}

/// How a figure is written.
#[derive(Debug, Clone, Copy)]
enum Unit {
    Count,
    Percent,
    Seconds,
}

impl Unit {
    fn show(self, value: Option<f64>) -> String {
        match (self, value) {
            (_, None) => "–".to_owned(),
            (Self::Count, Some(n)) => count(n.round().max(0.0) as u64),
            (Self::Percent, Some(n)) => format!("{n:.1}%"),
            (Self::Seconds, Some(n)) => format!("{n:.1} s"),
        }
    }

    /// Rates differ by points, everything else by a share of what it was.
    fn change(self, now: Option<f64>, old: Option<f64>) -> String {
        let signed = |n: f64, unit: &str| {
            let sign = if n < 0.0 { "−" } else { "+" };
            format!("{sign}{:.1}{unit}", n.abs())
        };
        match (self, now, old) {
            (Self::Percent, Some(now), Some(old)) => signed(now - old, " pp"),
            (Self::Count | Self::Seconds, Some(now), Some(old)) if old > 0.0 => signed((now - old) * 100.0 / old, "%"),
            _ => String::new(),
        }
    }
}

fn quotient(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// What a compared row was, by its key.
pub(super) fn by_key(rows: &[StatRow]) -> BTreeMap<&str, &StatRow> {
    rows.iter().map(|row| (row.key.as_str(), row)).collect()
}

#[cfg(test)]
impl StatisticsPage {
    fn made(lang: Lang, query: &str, now: &Counts, before: Option<&Counts>) -> Self {
        use super::samples;
        let view = View { here: "/statistics".to_owned(), ..View::sample(lang, Section::Statistics) };
        let pairs: Pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let ranges = Ranges::read(&pairs, samples::now());
        let asked = (&pairs, samples::now());
        Self::new(view, asked, ranges, now, before, &samples::app_names(), &samples::app_name)
    }

    pub(super) fn sample(lang: Lang) -> Self {
        let (now, before) = super::samples::counts();
        Self::made(lang, "app=order-hotline", &now, Some(&before))
    }

    /// Of one privacy number, of which the counters know less.
    pub(super) fn sample_of_number(lang: Lang) -> Self {
        let (now, _) = super::samples::counts();
        let now = Counts { talk: None, peak: None, causes: Vec::new(), ..now };
        Self::made(lang, "x=0808&vs=none", &now, None)
    }

    pub(super) fn sample_empty(lang: Lang) -> Self {
        Self::made(lang, "", &Counts::default(), Some(&Counts::default()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::selector;
    use super::*;
    use crate::domain::Role;

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
        assert_eq!(calls(".figures.seven a"), 7);
        assert_eq!(calls("svg.day a"), 11, "today so far, hour by hour");
        assert_eq!(calls("svg.heat a"), 7 * 24);
        assert!(calls("table.causes a") > 0 && calls("table.failures a") > 0);
        let cause = html.select(&selector("table.causes a[href*='cause=stateCode%3A']")).next();
        assert!(cause.is_some(), "a cause leads to the calls with it");
    }

    #[test]
    fn a_chart_has_its_table_behind_it() {
        let html = dom(&StatisticsPage::sample(Lang::En));
        assert_eq!(html.select(&selector("details.behind table.hours tbody tr")).count(), 11);
        assert_eq!(html.select(&selector("details.behind table.week tbody tr")).count(), 7);
    }

    #[test]
    fn rates_differ_by_points_and_counts_by_a_share() {
        assert_eq!(Unit::Percent.change(Some(70.0), Some(72.5)), "−2.5 pp");
        assert_eq!(Unit::Count.change(Some(110.0), Some(100.0)), "+10.0%");
        assert_eq!(Unit::Count.change(Some(5.0), Some(0.0)), "");
        assert_eq!(Unit::Seconds.show(None), "–");
    }

    #[test]
    fn what_is_not_counted_by_number_is_said_and_not_shown_as_nothing() {
        let html = dom(&StatisticsPage::sample_of_number(Lang::En));
        assert!(html.select(&selector("#causes")).next().is_none());
        assert!(html.root_element().text().any(|text| text.contains("not counted by X number")));
    }

    #[test]
    fn a_viewer_sees_no_whole_number_and_gets_no_link_that_holds_one() {
        let (now, _) = super::super::samples::counts();
        let mut view = View::sample(Lang::Zh, Section::Statistics);
        view.who.as_mut().unwrap().role = Role::Viewer;
        let ranges = Ranges::read(&Pairs::new(), super::super::samples::now());
        let asked = (&Pairs::new(), super::super::samples::now());
        let html = StatisticsPage::new(view, asked, ranges, &now, None, &[], &super::super::samples::app_name);
        let html = html.render().unwrap();
        assert!(html.contains("0755 **** 0808") && !html.contains("28780808"));
    }
}
