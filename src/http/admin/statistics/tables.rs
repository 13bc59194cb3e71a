//! The tables of the statistics page: outcomes, causes, lengths of talk, and the groups.

use std::collections::BTreeMap;

use crate::domain::{AppId, CallOutcome, CallState, CauseCode, Lang, Masking, PhoneNumber, Product, Who, metrics};
use crate::http::admin::parts::figure;
use crate::http::admin::parts::words;
use crate::http::admin::parts::{Badge, Phone, Tone, count, percent};
use crate::http::admin::statistics::counts::{Counts, Links, by_key};
use crate::http::admin::statistics::ranges::Range;
use crate::http::admin::view::View;
use crate::limits::STATISTICS_ROWS;
use crate::platforms::{self, Provider};
use crate::store::{Group, MainCause, Ratio, StatRow, TalkRow};

#[derive(Debug)]
pub(crate) struct OutcomeRow {
    pub(crate) badge: Badge,
    pub(crate) calls: String,
    pub(crate) share: String,
    pub(crate) before: String,
    /// Of the widest bar, in percent.
    pub(crate) width: u64,
    pub(crate) counts: u64,
    pub(crate) href: String,
}

#[derive(Debug)]
pub(crate) struct CauseRow {
    pub(crate) provider: &'static str,
    pub(crate) code: String,
    pub(crate) text: String,
    pub(crate) who: Option<&'static str>,
    pub(crate) ours: bool,
    pub(crate) advice: &'static str,
    pub(crate) calls: String,
    pub(crate) counts: u64,
    pub(crate) share: String,
    pub(crate) href: String,
}

#[derive(Debug)]
pub(crate) struct TalkBar {
    pub(crate) label: String,
    pub(crate) calls: String,
    pub(crate) share: String,
    pub(crate) width: u64,
    pub(crate) counts: u64,
    pub(crate) href: String,
}

#[derive(Debug)]
pub(crate) struct GroupTable {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<GroupRow>,
    /// How many rows are not shown, and where all are.
    pub(crate) more: Option<(String, String)>,
}

#[derive(Debug)]
pub(crate) struct GroupRow {
    pub(crate) name: String,
    pub(crate) phone: Option<Phone>,
    /// This page of it alone.
    pub(crate) only: Option<String>,
    pub(crate) href: Option<String>,
    pub(crate) calls: String,
    pub(crate) counts: u64,
    pub(crate) before: String,
    pub(crate) answered: String,
    pub(crate) asr: String,
    pub(crate) acd: String,
    pub(crate) pdd: String,
    pub(crate) minutes: String,
}

pub(crate) fn outcomes(
    lang: Lang,
    range: Range,
    now: &Counts,
    before: Option<&Counts>,
    links: &Links,
) -> Vec<OutcomeRow> {
    let total = now.total().calls;
    let old = before.map(|counts| {
        let rows = counts.outcomes.iter().flat_map(|row| ways(lang, row));
        rows.map(|way| (way.name, way.calls)).collect::<BTreeMap<_, _>>()
    });
    let mut ways: Vec<Way> = now.outcomes.iter().flat_map(|row| ways(lang, row)).filter(|way| way.calls > 0).collect();
    ways.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| a.name.cmp(b.name)));
    let most = ways.first().map_or(1, |way| way.calls);
    let row = |way: Way| OutcomeRow {
        calls: count(way.calls),
        counts: way.calls,
        share: percent(way.calls, total),
        before: was(old.as_ref().map(|old| old.get(way.name).copied().unwrap_or(0))),
        width: (way.calls * 100).div_ceil(most),
        href: links.calls(range, &way.filters),
        badge: way.badge,
    };
    ways.into_iter().map(row).collect()
}

struct Way {
    name: &'static str,
    badge: Badge,
    calls: u64,
    filters: Vec<(&'static str, &'static str)>,
}

/// The ways in a row of the outcomes: what is not over either rings or is in talk.
fn ways(lang: Lang, row: &StatRow) -> Vec<Way> {
    match CallOutcome::parse(&row.key) {
        Some(outcome) => vec![Way {
            name: outcome.name(),
            badge: Badge::new(words::outcome_tone(outcome), outcome.word().get(lang)),
            calls: row.calls,
            filters: vec![("outcome", outcome.name())],
        }],
        None => vec![
            Way {
                name: "talking",
                badge: Badge::new(Tone::Busy, CallState::Answered.word().get(lang)),
                calls: row.talking,
                filters: figure::TALKING.to_vec(),
            },
            Way {
                name: "ringing",
                badge: Badge::new(Tone::Busy, metrics::RINGING.title.get(lang)),
                calls: row.ringing,
                filters: figure::RINGING.to_vec(),
            },
        ],
    }
}

/// Why calls ended, the commonest first; calls without a code are left to the outcomes.
pub(crate) fn causes(lang: Lang, range: Range, now: &Counts, total: u64, links: &Links) -> Vec<CauseRow> {
    let coded: Vec<StatRow> = now.causes.iter().filter(|row| row.key != "none").cloned().collect();
    let cause = |row: &StatRow| {
        let mut parts = row.key.splitn(3, ' ');
        let (provider, table, code) = (parts.next()?, parts.next()?, parts.next());
        let provider = platforms::by_name(provider)?;
        let cause = code.map(|code| CauseCode { table: table.to_owned().into(), code: code.to_owned() });
        let doc = cause.as_ref().and_then(|cause| platforms::explain(provider.id(), cause));
        let filter = cause.as_ref().map(|cause| format!("{}:{}", cause.table, cause.code));
        Some(CauseRow {
            provider: provider.title(lang),
            code: cause.map_or_else(String::new, |cause| format!("{} {}", cause.table, cause.code)),
            text: doc.map_or(words::unlisted_code().get(lang), |doc| doc.text.get(lang)).to_owned(),
            who: doc.map(|doc| doc.who.word().get(lang)),
            ours: doc.is_some_and(|doc| doc.who == Who::Us),
            advice: doc.map_or("", |doc| doc.advice.get(lang)),
            calls: count(row.calls),
            counts: row.calls,
            share: percent(row.calls, total),
            // The code that is counted, not any of those that a call may have beside it.
            href: links.calls(
                range,
                &[("provider", provider.id().0), ("main_cause", filter.as_deref().unwrap_or(MainCause::UNLISTED))],
            ),
        })
    };
    sorted(&coded).take(STATISTICS_ROWS).filter_map(cause).collect()
}

pub(crate) fn talk(lang: Lang, range: Range, rows: &[TalkRow], links: &Links) -> Vec<TalkBar> {
    let total: u64 = rows.iter().map(|row| row.calls).sum();
    let most = rows.iter().map(|row| row.calls).max().unwrap_or(0).max(1);
    let bar = |row: &TalkRow| {
        let (from, to) = (row.from.to_string(), row.to.map(|to| to.to_string()));
        let mut bounds = vec![("min_talk", from.as_str())];
        bounds.extend(to.as_deref().map(|to| ("max_talk", to)));
        TalkBar {
            label: match (row.from, &to) {
                (0, _) => lang.t("没有通话", "no talk").to_owned(),
                (_, Some(to)) => format!("{from}–{to} {}", lang.t("秒", "s")),
                (_, None) => format!("≥ {from} {}", lang.t("秒", "s")),
            },
            calls: count(row.calls),
            share: percent(row.calls, total),
            width: (row.calls * 100).div_ceil(most),
            counts: row.calls,
            href: links.calls(range, &bounds),
        }
    };
    rows.iter().filter(|row| row.calls > 0).map(bar).collect()
}

pub(crate) fn groups(
    view: &View,
    range: Range,
    now: &Counts,
    before: Option<&Counts>,
    links: &Links,
    name: &dyn Fn(AppId) -> String,
) -> Vec<GroupTable> {
    let lang = view.lang;
    let heads = [
        (Group::App, "app", lang.t("按应用", "By app")),
        (Group::Provider, "provider", lang.t("按平台", "By provider")),
        (Group::Product, "product", lang.t("按产品", "By product")),
        (Group::X, "x", lang.t("按 X 号码", "By X number")),
    ];
    let table = |(group, id, title): (Group, &'static str, &'static str)| {
        let old = before.map(|counts| by_key(counts.of(group)));
        let rows = now.of(group);
        let row = |row: &StatRow| {
            let member = Member::of(view, group, &row.key, name);
            let filter = member.filter.as_deref().map(|value| [(id, value)]);
            GroupRow {
                only: filter.map(|filter| links.to("/statistics", range, &filter)),
                href: filter.map(|filter| links.calls(range, &filter)),
                name: member.name,
                phone: member.phone,
                calls: count(row.calls),
                counts: row.calls,
                before: was(old.as_ref().map(|old| old.get(row.key.as_str()).map_or(0, |row| row.calls))),
                answered: count(row.answered),
                asr: percent(row.asr().part, row.asr().whole),
                acd: mean(row.acd()),
                pdd: mean(row.pdd()),
                minutes: count((row.talk_seconds + 30) / 60),
            }
        };
        let more = rows.len().saturating_sub(STATISTICS_ROWS);
        let all = || links.to("/api/v1/stats", range, &[("by", "all"), ("group", id)]);
        GroupTable {
            id,
            title,
            rows: sorted(rows).take(STATISTICS_ROWS).map(row).collect(),
            more: (more > 0).then(|| (count(more as u64), all())),
        }
    };
    heads.into_iter().map(table).collect()
}

/// Digits with which hardly two numbers end alike.
const DISTINCT: usize = 7;

struct Member {
    name: String,
    phone: Option<Phone>,
    filter: Option<String>,
}

impl Member {
    fn of(view: &View, group: Group, key: &str, name: &dyn Fn(AppId) -> String) -> Self {
        let lang = view.lang;
        let named = |name: String| Self { name, phone: None, filter: Some(key.to_owned()) };
        if key == "none" {
            return Self { name: lang.t("未知", "unknown").to_owned(), phone: None, filter: None };
        }
        match group {
            Group::App => {
                let name = key.parse().map_or_else(|_| key.to_owned(), |id| name(AppId(id)));
                Self { filter: Some(name.clone()), name, phone: None }
            }
            Group::Provider => named(platforms::by_name(key).map_or(key, |p| Provider::title(p, lang)).to_owned()),
            Group::Product => named(Product::parse(key).map_or(key, |p| p.word().get(lang)).to_owned()),
            Group::X => {
                let number = PhoneNumber::from_stored(key);
                // A link must not give away what the page masks.
                // And a short number is the end of others.
                let whole = view.masking() == Masking::Whole && number.national().len() >= DISTINCT;
                Self {
                    name: String::new(),
                    filter: whole.then(|| number.national().to_owned()),
                    phone: Some(Phone::new(&number, view.masking())),
                }
            }
            Group::Outcome | Group::Cause => named(key.to_owned()),
        }
    }
}

fn sorted(rows: &[StatRow]) -> impl Iterator<Item = &StatRow> {
    let mut rows: Vec<&StatRow> = rows.iter().collect();
    rows.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| a.key.cmp(&b.key)));
    rows.into_iter()
}

fn was(calls: Option<u64>) -> String {
    calls.map_or_else(String::new, count)
}

fn mean(ratio: Ratio) -> String {
    ratio.value().map_or_else(|| "–".to_owned(), |mean| format!("{mean:.1}"))
}
