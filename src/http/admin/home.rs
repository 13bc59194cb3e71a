//! 概览 Home: is everything all right?
//!
//! One sentence answers it; below stand the day's calls beside the same weekday last week, why
//! calls failed, and the ledger in which nothing may be missing. Figures come from counters.
//! What else may go wrong before long stands at the top, in `src/http/admin/home_vitals.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use askama::Template;
use jiff::Timestamp;

use super::chart::DayChart;
use super::home_ledger::{Account, Totals, accounts, nothing_lost_since};
use super::home_vitals::{Expiring, Vital, vitals};
use super::parts::{Badge, Tone, count, local, percent, span};
use super::query::{hour, hours_later, midnight};
use super::request::{Request, link};
use super::view::{Section, View};
use super::{reply, words};
use crate::control::Trouble;
use crate::domain::{AppId, CallOutcome, CauseCode, Lang};
use crate::http::disk::Disk;
use crate::http::problems::{Fault, Weight, faults};
use crate::http::{CertificateInfo, HttpError, Response, api};
use crate::journal::Health;
use crate::limits;
use crate::providers;
use crate::store::{Filter, Group, LedgerRow, Span, StatQuery, StatRow, Status, Step};

/// The home page.
#[derive(Debug, Template)]
#[template(path = "admin/home.html")]
pub(super) struct HomePage {
    view: View,
    date: String,
    verdict: Verdict,
    figures: Vec<Figure>,
    chart: DayChart,
    failures: Vec<Failure>,
    rest: Option<Rest>,
    failed: String,
    failed_href: String,
    accounts: Vec<Account>,
    vitals: Vec<Vital>,
    has_apps: bool,
    has_calls: bool,
}

/// The answer in one sentence.
#[derive(Debug)]
struct Verdict {
    tone: Tone,
    sentence: String,
    detail: String,
}

/// A figure with what it was and what it means.
#[derive(Debug)]
struct Figure {
    label: &'static str,
    value: String,
    before: String,
    meaning: &'static str,
    href: String,
}

/// Ways of failing that stand in lines of their own.
const FAILURES: usize = 6;

/// Why calls failed.
#[derive(Debug)]
struct Failure {
    badge: Badge,
    count: String,
    share: String,
    /// Of the widest bar, in percent.
    width: u64,
    causes: Vec<(String, String)>,
    href: String,
}

/// How the fewest calls failed, in one line.
#[derive(Debug)]
struct Rest {
    names: String,
    count: String,
    share: String,
    href: String,
}

/// What the page is made from.
pub(super) struct Facts {
    pub(super) today: Vec<StatRow>,
    pub(super) before: Vec<StatRow>,
    pub(super) outcomes: Vec<StatRow>,
    /// Why calls failed, by how they ended.
    pub(super) causes: Vec<(CallOutcome, Vec<StatRow>)>,
    pub(super) ledger: Vec<LedgerRow>,
    pub(super) status: Status,
    pub(super) health: Health,
    pub(super) certificate: CertificateInfo,
    pub(super) disk: Option<Disk>,
    pub(super) apps: usize,
    /// Callbacks that are durable and in no row yet.
    pub(super) waiting: u64,
    /// Recordings that their platforms delete within a day.
    pub(super) expiring: Expiring,
    /// The company's own systems that do not answer as they should.
    pub(super) troubles: Vec<Trouble>,
    /// What is wrong with the installation.
    pub(super) faults: Vec<Fault>,
}

/// `GET /`
pub(super) fn show(request: &Request) -> Result<Response, HttpError> {
    let facts = Facts::read(request)?;
    let view = View::of(request, Section::Home);
    reply::page(&HomePage::new(view, &facts, request.now(), &|id| request.app_name(id)))
}

impl Facts {
    fn read(request: &Request) -> Result<Self, HttpError> {
        let (ctx, now, scope) = (request.ctx(), request.now(), request.scope());
        let today = midnight(now);
        let of = |span: Span| StatQuery { app: Filter::default().within(&scope), ..StatQuery::from(span) };
        let day = of(Span { from: Some(today), to: Some(hours_later(today, 24)) });
        let before = of(Span { from: Some(hours_later(today, -7 * 24)), to: Some(hours_later(today, -6 * 24)) });
        let ledger = Span { from: Some(hours_later(hour(now), -24 * limits::HOME_LEDGER_DAYS)), to: None };
        let mut ledger = ctx.store.ledger(ledger)?;
        // Requests with an unknown token belong to no app.
        ledger.retain(|row| row.app.map_or(scope.is_all(), |app| scope.allows(app)));
        let failed = CallOutcome::ALL.into_iter().filter(|outcome| *outcome != CallOutcome::Answered);
        let causes_of = |outcome| {
            let query = StatQuery { outcome: Filter::any(vec![outcome]), ..day.clone() };
            Ok((outcome, ctx.store.stats(&query, Step::Whole, Some(Group::Cause))?))
        };
        Ok(Self {
            today: ctx.store.stats(&day, Step::Hour, None)?,
            before: ctx.store.stats(&before, Step::Hour, None)?,
            outcomes: ctx.store.stats(&day, Step::Day, Some(Group::Outcome))?,
            causes: failed.map(causes_of).collect::<Result<_, HttpError>>()?,
            ledger,
            status: ctx.store.status(),
            health: ctx.journal.health(),
            certificate: CertificateInfo::clone(&ctx.server.certificate.load()),
            disk: Disk::of(&ctx.server.data),
            apps: request.apps().len(),
            waiting: api::ledger::waiting(ctx, &scope),
            expiring: Expiring::read(&ctx.store, &scope, now)?,
            troubles: ctx.control.troubles(),
            faults: faults(ctx),
        })
    }
}

impl HomePage {
    fn new(view: View, facts: &Facts, now: Timestamp, name: &dyn Fn(AppId) -> String) -> Self {
        let lang = view.lang;
        let today = midnight(now);
        let (failures, rest) = failures(lang, facts, today);
        let failed: u64 = facts.outcomes.iter().filter(|r| is_failure(&r.key)).map(|r| r.calls).sum();
        let from = today.to_string();
        Self {
            date: super::calls::day_title(lang, now),
            verdict: verdict(lang, facts),
            figures: figures(lang, facts, now),
            chart: DayChart::new(lang, today, now, &facts.today, &facts.before),
            failures,
            rest,
            failed: count(failed),
            failed_href: failed_href(facts, &from),
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
    let (received, lost) = (count(totals.received), count(totals.lost));
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

/// The sum of the hours up to and with that of `until`.
fn sum(rows: &[StatRow], until: Timestamp) -> StatRow {
    rows.iter().filter(|r| r.at <= until).fold(StatRow::default(), |mut sum, r| {
        sum.calls += r.calls;
        sum.answered += r.answered;
        sum.talk_seconds += r.talk_seconds;
        sum.with_pdd += r.with_pdd;
        sum.pdd_seconds += r.pdd_seconds;
        sum
    })
}

fn figures(lang: Lang, facts: &Facts, now: Timestamp) -> Vec<Figure> {
    let (day, week) = (sum(&facts.today, now), sum(&facts.before, hours_later(now, -7 * 24)));
    let from = midnight(now).to_string();
    let all = link("/calls", &[("from", &from)]);
    let answered = link("/calls", &[("from", from.as_str()), ("outcome", "answered")]);
    let mean =
        |sum: u64, n: u64| (sum + n / 2).checked_div(n).map_or_else(|| "–".to_owned(), |seconds| span(lang, seconds));
    // Where there is nothing to compare with, it is said once.
    let was = |value: String| match week.calls {
        0 => String::new(),
        _ => format!("{} {value}", lang.t("上周同日同期", "same weekday last week")),
    };
    vec![
        Figure {
            label: lang.t("今日通话", "Calls today"),
            value: count(day.calls),
            before: match week.calls {
                0 => lang.t("上周同日同期没有通话", "no calls by then a week ago").to_owned(),
                calls => was(count(calls)),
            },
            meaning: lang
                .t("今天开始的通话；上周数字截至同一小时", "calls that began today; last week up to the same hour"),
            href: all.clone(),
        },
        Figure {
            label: lang.t("接通率 ASR", "Answer rate (ASR)"),
            value: percent(day.answered, day.calls),
            before: was(percent(week.answered, week.calls)),
            meaning: lang.t("已接通 ÷ 全部通话", "answered ÷ all calls"),
            href: answered.clone(),
        },
        Figure {
            label: lang.t("平均通话 ACD", "Mean talk (ACD)"),
            value: mean(day.talk_seconds, day.answered),
            before: was(mean(week.talk_seconds, week.answered)),
            meaning: lang.t("通话秒数 ÷ 已接通", "talk time ÷ answered calls"),
            href: answered,
        },
        Figure {
            label: lang.t("接续时延 PDD", "Post-dial delay"),
            value: mean(day.pdd_seconds, day.with_pdd),
            before: was(mean(week.pdd_seconds, week.with_pdd)),
            meaning: lang.t("从呼入到被叫振铃", "from setup to the callee's ringing"),
            href: all,
        },
    ]
}

/// Whether a group of the outcome statistic is one of calls that ended unanswered.
fn is_failure(key: &str) -> bool {
    CallOutcome::parse(key).is_some_and(|o| o != CallOutcome::Answered)
}

/// The calls behind the sum: those that ended, where "not answered" would count running ones too.
fn failed_href(facts: &Facts, from: &str) -> String {
    let failures = facts.outcomes.iter().map(|r| r.key.as_str()).filter(|key| is_failure(key));
    let outcomes: BTreeSet<&str> = failures.chain(iter::once(CallOutcome::Failed.name())).collect();
    let query: Vec<_> = iter::once(("from", from)).chain(outcomes.into_iter().map(|key| ("outcome", key))).collect();
    link("/calls", &query)
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
        badge: Badge::new(words::outcome_tone(*outcome), words::outcome(*outcome).get(lang)),
        count: count(*n),
        share: percent(*n, total),
        width: (n * 100).div_ceil(most),
        causes: causes(lang, &facts.causes, *outcome).into_iter().take(if place < 3 { 2 } else { 1 }).collect(),
        href: link("/calls", &[("from", from.as_str()), ("outcome", outcome.name())]),
    };
    let (first, last) = counts.split_at(if counts.len() > FAILURES + 1 { FAILURES } else { counts.len() });
    let sum: u64 = last.iter().map(|(_, n)| n).sum();
    let outcomes = last.iter().map(|(outcome, _)| ("outcome", outcome.name()));
    let rest = (sum > 0).then(|| Rest {
        names: last.iter().map(|(o, _)| words::outcome(*o).get(lang)).collect::<Vec<_>>().join(lang.t("、", ", ")),
        count: count(sum),
        share: percent(sum, total),
        href: link("/calls", &iter::once(("from", from.as_str())).chain(outcomes).collect::<Vec<_>>()),
    });
    (first.iter().enumerate().map(failure).collect(), rest)
}

/// The two commonest causes of calls that ended so: the code and its meaning.
fn causes(lang: Lang, causes: &[(CallOutcome, Vec<StatRow>)], outcome: CallOutcome) -> Vec<(String, String)> {
    let rows = causes.iter().find(|(of, _)| *of == outcome).map_or(&[][..], |(_, rows)| rows);
    let mut found: Vec<(u64, String, String)> = rows
        .iter()
        .filter_map(|row| {
            let mut parts = row.key.splitn(3, ' ');
            let (provider, table, code) = (parts.next()?, parts.next()?, parts.next()?);
            let cause = CauseCode { table: table.to_owned().into(), code: code.to_owned() };
            let doc = providers::explain(providers::by_name(provider)?.id(), &cause)?;
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
    pub(super) fn sample(lang: Lang) -> Self {
        use super::samples;
        let view = View::sample(lang, Section::Home);
        Self::new(view, &samples::facts(), samples::now(), &samples::app_name)
    }

    pub(super) fn sample_empty(lang: Lang) -> Self {
        use super::samples;
        let view = View::sample(lang, Section::Home);
        Self::new(view, &samples::no_facts(), samples::now(), &samples::app_name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, selector};
    use super::*;

    #[test]
    fn every_figure_leads_to_its_rows() {
        let html = scraper::Html::parse_document(&HomePage::sample(Lang::En).render().unwrap());
        assert_eq!(html.select(&selector(".figures a[href^='/calls']")).count(), 4);
        assert_eq!(html.select(&selector("svg.day a[href^='/calls?from=']")).count(), 24);
        for row in html.select(&selector("table.failures tbody tr")) {
            assert!(row.select(&selector("a[href*='outcome=']")).next().is_some());
        }
        for row in html.select(&selector("table.ledger tbody tr")) {
            assert!(row.select(&selector("a[href^='/callbacks?']")).next().is_some());
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
        let rows: Vec<StatRow> = (0..24)
            .map(|h| StatRow { at: hours_later(midnight(samples::now()), h), calls: 1, ..StatRow::default() })
            .collect();
        assert_eq!(sum(&rows, samples::now()).calls, 11);
    }

    #[test]
    fn without_an_app_the_page_says_how_to_begin() {
        let html = scraper::Html::parse_document(&HomePage::sample_empty(Lang::En).render().unwrap());
        assert!(html.select(&selector(".empty a[href='/apps']")).next().is_some());
    }
}
