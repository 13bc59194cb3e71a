//! 概览 Home: is everything all right?
//!
//! One sentence answers it; below stand the day's calls beside the same weekday last week, why
//! calls failed, and the ledger in which nothing may be missing. Figures come from counters.
//! What else may go wrong before long stands at the top, in `src/http/admin/home/vitals.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use askama::Template;
use jiff::Timestamp;

use crate::domain::metrics::{self, Metric};
use crate::domain::{AppId, CallOutcome, CauseCode, Lang, Outcome, mask_numbers};
use crate::http::admin::home::facts::Facts;
use crate::http::admin::home::facts::is_unlisted;
use crate::http::admin::home::ledger::{Account, Totals, accounts, nothing_lost_since};
use crate::http::admin::home::vitals::{Vital, vitals};
use crate::http::admin::parts::chart::DayChart;
use crate::http::admin::parts::figure;
use crate::http::admin::parts::figure::{Figure, Rows};
use crate::http::admin::parts::words;
use crate::http::admin::parts::{Badge, Tone, count, local, percent, span};
use crate::http::admin::query::{hours_later, midnight};
use crate::http::admin::reply;
use crate::http::admin::request::{Request, link};
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::limits;
use crate::platforms;
use crate::service::problems::Weight;
use crate::store::{Ratio, StatRow};

#[derive(Debug, Template)]
#[template(path = "admin/home/page.html")]
pub(crate) struct HomePage {
    view: View,
    date: String,
    verdict: Verdict,
    figures: Vec<Figure>,
    chart: DayChart,
    failures: Vec<Failure>,
    rest: Option<Rest>,
    failed: String,
    failed_count: u64,
    failed_href: String,
    formula: &'static str,
    terms: Vec<&'static str>,
    accounts: Vec<Account>,
    vitals: Vec<Vital>,
    has_apps: bool,
    has_calls: bool,
}

#[derive(Debug)]
struct Verdict {
    tone: Tone,
    sentence: String,
    detail: String,
}

/// Ways of failing that stand in lines of their own.
const FAILURES: usize = 6;

#[derive(Debug)]
struct Failure {
    badge: Badge,
    count: String,
    counts: u64,
    share: String,
    /// Of the widest bar, in percent.
    width: u64,
    causes: Vec<(String, String)>,
    href: String,
}

#[derive(Debug)]
struct Rest {
    names: String,
    count: String,
    counts: u64,
    share: String,
    href: String,
}

/// `GET /`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    let facts = Facts::read(request)?;
    let view = View::of(request, Section::Home);
    reply::page(&HomePage::new(view, &facts, request.now(), &|id| request.app_name(id)))
}

impl HomePage {
    fn new(view: View, facts: &Facts, now: Timestamp, name: &dyn Fn(AppId) -> String) -> Self {
        let lang = view.lang;
        let today = midnight(now);
        let (failures, rest) = failures(lang, facts, today);
        let failed: u64 = facts.outcomes.iter().filter(|r| is_failure(&r.key)).map(|r| r.calls).sum();
        let from = today.to_string();
        Self {
            date: crate::http::admin::parts::days::day_title(lang, now),
            verdict: verdict(lang, facts),
            figures: figures(lang, facts, now),
            chart: DayChart::new(lang, today, now, &facts.today, &facts.before),
            failures,
            rest,
            failed: count(failed),
            failed_count: failed,
            failed_href: calls_of(&from, figure::UNANSWERED),
            formula: metrics::LEDGER.get(lang),
            terms: Outcome::ALL.map(|outcome| outcome.word().get(lang)).to_vec(),
            accounts: accounts(lang, &facts.ledger, now, name),
            // They are the installation's, not an app's.
            vitals: if view.sees_all() { vitals(lang, facts, now) } else { Vec::new() },
            has_apps: facts.apps > 0,
            has_calls: facts.status.calls > 0 || facts.status.callbacks > 0,
            view,
        }
    }
}

fn verdict(lang: Lang, facts: &Facts) -> Verdict {
    if let Some(why) = &facts.health.failing {
        let sentence =
            lang.t("日志写入失败，回调没有被接收。", "The journal cannot be written; callbacks are not being taken.");
        return Verdict { tone: Tone::Bad, sentence: sentence.to_owned(), detail: why.clone() };
    }
    // What was kept once and is gone weighs more than all that came since.
    let mut lost = facts.faults.iter().filter(|fault| fault.weight == Weight::Lost);
    if let Some(fault) = lost.next() {
        let sentence = lang.t("有已保存的内容读不出来。", "Something that was kept cannot be read.");
        let detail = [Some(fault), lost.next()].into_iter().flatten().map(|fault| fault.text.get(lang));
        let detail = detail.collect::<Vec<_>>().join(lang.t("。", ". "));
        return Verdict { tone: Tone::Bad, sentence: sentence.to_owned(), detail };
    }
    let Some((since, after_loss)) = nothing_lost_since(&facts.ledger) else {
        let sentence = lang.t("还没有收到回调。", "No callback has come yet.");
        return Verdict { tone: Tone::Busy, sentence: sentence.to_owned(), detail: String::new() };
    };
    let mut totals = Totals::default();
    facts.ledger.iter().for_each(|row| totals.add(row));
    let since = local(since, "%Y-%m-%d %H:%M");
    let days = limits::HOME_LEDGER_DAYS;
    let (received, lost) = (count(totals.received()), count(totals.lost));
    let detail = match (lang, after_loss) {
        (Lang::Zh, false) => format!("近 {days} 天收到 {received} 个回调，全部写入日志。"),
        (Lang::En, false) => format!("{received} callbacks in the last {days} days, each one in the journal."),
        (Lang::Zh, true) => format!("此前有 {lost} 个回调答复了 503 且平台不会重推；可在平台侧按时段核对。"),
        (Lang::En, true) => format!(
            "Before that {lost} were answered 503 by us where the platform does not push again; compare that hour with the platform."
        ),
    };
    Verdict {
        tone: if after_loss { Tone::Warn } else { Tone::Good },
        sentence: match lang {
            Lang::Zh => format!("自 {since} 起，没有丢失任何回调。"),
            Lang::En => format!("Nothing lost since {since}."),
        },
        detail,
    }
}

fn sum<'a>(rows: impl Iterator<Item = &'a StatRow>) -> StatRow {
    rows.fold(StatRow::default(), |mut sum, row| {
        sum.add(row);
        sum
    })
}

fn calls_of(from: &str, filters: &[(&str, &str)]) -> String {
    link("/calls", &iter::once(("from", from)).chain(filters.iter().copied()).collect::<Vec<_>>())
}

const FIGURES: [Metric; 4] = [metrics::CALLS, metrics::ASR, metrics::ACD, metrics::PDD];

fn figures(lang: Lang, facts: &Facts, now: Timestamp) -> Vec<Figure> {
    let by_now = hours_later(now, -7 * 24);
    let (day, week) = (sum(facts.today.iter()), sum(facts.before.iter().filter(|row| row.at <= by_now)));
    let from = midnight(now).to_string();
    let mean = |ratio: Ratio| match ratio.value() {
        Some(seconds) => span(lang, seconds.round() as u64),
        None => "–".to_owned(),
    };
    let value = |metric: &Metric, sum: &StatRow| match metric.name {
        name if name == metrics::CALLS.name => count(sum.calls),
        name if name == metrics::ASR.name => percent(sum.asr().part, sum.asr().whole),
        name if name == metrics::ACD.name => mean(sum.acd()),
        _ => mean(sum.pdd()),
    };
    let figure = |metric: &Metric| {
        let is_first = metric.name == metrics::CALLS.name;
        Figure {
            label: if is_first { lang.t("今日通话", "Calls today") } else { metric.title.get(lang) },
            value: value(metric, &day),
            // Where there is nothing to compare with, it is said once.
            before: match (week.calls, is_first) {
                (0, true) => lang.t("上周同日同期没有通话", "no calls by then a week ago").to_owned(),
                (0, false) => String::new(),
                _ => format!("{} {}", lang.t("上周同日同期", "same weekday last week"), value(metric, &week)),
            },
            change: String::new(),
            meaning: match is_first {
                true => lang.t(
                    "今天开始的通话；上周数字截至同一小时",
                    "Calls that began today; last week up to the same hour.",
                ),
                false => metric.meaning.get(lang),
            },
            rows: figure::rows_of(metric, &day)
                .map(|(filters, counts)| Rows { href: calls_of(&from, filters), counts }),
            aside: figure::aside_of(lang, metric, &day, |filters| calls_of(&from, filters)),
        }
    };
    FIGURES.iter().map(figure).collect()
}

fn is_failure(key: &str) -> bool {
    CallOutcome::parse(key).is_some_and(|o| o != CallOutcome::Answered)
}

fn failures(lang: Lang, facts: &Facts, today: Timestamp) -> (Vec<Failure>, Option<Rest>) {
    let mut counts: BTreeMap<CallOutcome, u64> = BTreeMap::new();
    for row in facts.outcomes.iter().filter(|r| is_failure(&r.key)) {
        *counts.entry(CallOutcome::parse(&row.key).unwrap_or(CallOutcome::Failed)).or_default() += row.calls;
    }
    let total: u64 = counts.values().sum();
    let mut counts: Vec<_> = counts.into_iter().filter(|(_, n)| *n > 0).collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let most = counts.first().map_or(1, |(_, n)| *n);
    let from = today.to_string();
    let failure = |(place, (outcome, n)): (usize, &(CallOutcome, u64))| Failure {
        badge: Badge::new(words::outcome_tone(*outcome), outcome.word().get(lang)),
        count: count(*n),
        counts: *n,
        share: percent(*n, total),
        width: (n * 100).div_ceil(most),
        causes: causes(lang, facts, *outcome).into_iter().take(if place < 3 { 2 } else { 1 }).collect(),
        href: link("/calls", &[("from", from.as_str()), ("outcome", outcome.name())]),
    };
    let (first, last) = counts.split_at(if counts.len() > FAILURES + 1 { FAILURES } else { counts.len() });
    let sum: u64 = last.iter().map(|(_, n)| n).sum();
    let outcomes = last.iter().map(|(outcome, _)| ("outcome", outcome.name()));
    let rest = (sum > 0).then(|| Rest {
        names: last.iter().map(|(o, _)| o.word().get(lang)).collect::<Vec<_>>().join(lang.t("、", ", ")),
        count: count(sum),
        counts: sum,
        share: percent(sum, total),
        href: link("/calls", &iter::once(("from", from.as_str())).chain(outcomes).collect::<Vec<_>>()),
    });
    (first.iter().enumerate().map(failure).collect(), rest)
}

/// The two commonest causes of calls that ended so: the code and its meaning.
fn causes(lang: Lang, facts: &Facts, outcome: CallOutcome) -> Vec<(String, String)> {
    let rows = facts.causes.iter().find(|(of, _)| *of == outcome).map_or(&[][..], |(_, rows)| rows);
    let unlisted: Vec<String> = facts
        .unlisted
        .iter()
        .filter(|(of, _)| *of == outcome)
        .map(|(_, cause)| format!("{} {}", cause.table, mask_numbers(&cause.code)))
        .collect();
    let mut found: Vec<(u64, String, String)> = rows
        .iter()
        .filter_map(|row| {
            if is_unlisted(&row.key) {
                let codes = unlisted.join(lang.t("、", ", "));
                return Some((row.calls, codes, words::unlisted_code().get(lang).to_owned()));
            }
            let mut parts = row.key.splitn(3, ' ');
            let (provider, table, code) = (parts.next()?, parts.next()?, parts.next()?);
            let cause = CauseCode { table: table.to_owned().into(), code: code.to_owned() };
            let doc = platforms::explain(platforms::by_name(provider)?.id(), &cause)?;
            Some((row.calls, format!("{table} {code}"), doc.text.get(lang).to_owned()))
        })
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    // Two platforms may call the same thing the same.
    let mut told = BTreeSet::new();
    found.retain(|(_, code, text)| told.insert((code.clone(), text.clone())));
    found.into_iter().take(2).map(|(_, code, text)| (code, text)).collect()
}

#[cfg(test)]
impl HomePage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View::sample(lang, Section::Home);
        Self::new(view, &samples::facts(), samples::now(), &samples::app_name)
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View::sample(lang, Section::Home);
        Self::new(view, &samples::no_facts(), samples::now(), &samples::app_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples;
    use crate::http::admin::samples::selector;

    #[test]
    fn every_figure_leads_to_its_rows() {
        let html = scraper::Html::parse_document(&HomePage::sample(Lang::En).render().unwrap());
        assert_eq!(html.select(&selector(".figures dd > a[href^='/calls']")).count(), 4);
        assert_eq!(html.select(&selector("svg.day a[href^='/calls?from=']")).count(), 24);
        for row in html.select(&selector("table.failures tbody tr")) {
            assert!(row.select(&selector("a[href*='outcome=']")).next().is_some());
        }
        for row in html.select(&selector("table.ledger:not(.hourly) tbody tr")) {
            // What came to an unknown address was not kept, so that there are no rows of it.
            let name: String = row.select(&selector("th")).next().unwrap().text().collect();
            let leads = row.select(&selector("a[href^='/callbacks?']")).next().is_some();
            assert_eq!(leads, name != "Unknown address", "{name}");
        }
    }

    #[test]
    fn a_chart_has_its_table_behind_it() {
        let html = scraper::Html::parse_document(&HomePage::sample(Lang::Zh).render().unwrap());
        assert_eq!(html.select(&selector("details.behind table.hours tbody tr")).count(), 24);
    }

    #[test]
    fn a_loss_is_said_and_not_softened() {
        let mut facts = samples::facts();
        facts.ledger[3].possibly_lost = 2;
        let verdict = verdict(Lang::En, &facts);
        assert_eq!(verdict.tone, Tone::Warn);
        assert!(verdict.detail.contains('2'), "{}", verdict.detail);
    }

    #[test]
    fn last_week_is_summed_up_to_the_same_hour() {
        let week_ago = hours_later(midnight(samples::now()), -7 * 24);
        let before = (0..24).map(|h| StatRow { at: hours_later(week_ago, h), calls: 1, ..StatRow::default() });
        let facts = Facts { before: before.collect(), ..samples::facts() };
        assert_eq!(figures(Lang::En, &facts, samples::now())[0].before, "same weekday last week 11");
    }

    #[test]
    fn a_call_in_talk_is_answered_and_one_that_rings_is_left_out_of_the_rate() {
        let row = StatRow { calls: 43, answered: 20, talking: 11, ringing: 9, talk_seconds: 900, ..StatRow::default() };
        let facts = Facts { today: vec![row], before: Vec::new(), ..samples::facts() };
        let figures = figures(Lang::En, &facts, samples::now());
        assert_eq!(figures[1].value, "58.8%", "20 of 34");
        assert_eq!(figures[2].value, "1\u{a0}min 40\u{a0}s", "900 seconds in the nine that are over");
        let aside = |n: usize| figures[n].aside.as_ref().map(|aside| aside.text.as_str());
        assert_eq!((aside(0), aside(1)), (Some("20 of them under way"), Some("9 ringing, left out")));
    }

    #[test]
    fn a_code_that_no_table_lists_is_named() {
        let mut facts = samples::facts();
        facts.unlisted = vec![(CallOutcome::NoAnswer, CauseCode::new("stateCode", "7016"))];
        facts.causes[0].1.retain(|row| is_unlisted(&row.key));
        let named = causes(Lang::Zh, &facts, CallOutcome::NoAnswer);
        assert_eq!(named, [("stateCode 7016".to_owned(), "未列出的代码".to_owned())]);
    }

    #[test]
    fn the_ledger_is_headed_by_the_terms_of_its_formula() {
        for lang in [Lang::Zh, Lang::En] {
            let page = HomePage::sample(lang);
            let formula = page.terms.join(" + ").to_lowercase();
            assert!(page.formula.ends_with(&format!("= {formula}")), "{}", page.formula);
        }
    }

    #[test]
    fn without_an_app_the_page_says_how_to_begin() {
        let html = scraper::Html::parse_document(&HomePage::sample_empty(Lang::En).render().unwrap());
        assert!(html.select(&selector(".empty a[href='/apps']")).next().is_some());
    }
}
