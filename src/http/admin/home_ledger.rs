//! The loss ledger, per app and hour: pushed = kept + refused + possibly lost, and
//! kept = joined + messages and numbers + attention.
//!
//! A platform pushes a callback; it is kept when the journal has it; it is joined when it found
//! its call, or is a message or a number state and needs none. What was kept and not understood
//! is under Attention, what was not kept at all is refused or possibly lost. Nothing may fall
//! between these.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::parts::{Badge, Tone, count, local};
use super::query::{hour, hours_later};
use super::request::link;
use crate::domain::{AppId, Lang, Outcome};
use crate::store::LedgerRow;

/// Hours on the page.
pub(super) const HOURS: i64 = 24;
const STRIP_HEIGHT: u64 = 22;

/// One app's account over the last hours.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) app: String,
    pub(super) app_href: Option<String>,
    pub(super) sums: Sums,
    pub(super) received_href: String,
    pub(super) attention_href: String,
    pub(super) calls_href: String,
    pub(super) messages_href: String,
    pub(super) strip: Vec<StripBar>,
    pub(super) hours: Vec<Hour>,
}

/// Figures of one account or hour, ready to be shown.
#[derive(Debug)]
pub(super) struct Sums {
    pub(super) pushed: String,
    pub(super) kept: String,
    pub(super) joined: String,
    pub(super) not_calls: String,
    pub(super) attention: String,
    pub(super) duplicates: String,
    pub(super) refused: String,
    pub(super) lost: String,
    pub(super) any_attention: bool,
    pub(super) any_lost: bool,
    pub(super) standing: Badge,
}

/// One hour as a bar.
#[derive(Debug)]
pub(super) struct StripBar {
    pub(super) x: usize,
    pub(super) y: u64,
    pub(super) height: u64,
    /// Of its height, what should be looked at.
    pub(super) odd: u64,
    pub(super) class: &'static str,
    pub(super) href: String,
    pub(super) title: String,
}

/// One hour as a row.
#[derive(Debug)]
pub(super) struct Hour {
    pub(super) title: String,
    pub(super) href: String,
    pub(super) sums: Sums,
}

/// Figures as numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) received: u64,
    pub(super) joined: u64,
    pub(super) not_calls: u64,
    pub(super) attention: u64,
    pub(super) duplicates: u64,
    pub(super) refused: u64,
    pub(super) lost: u64,
}

impl Totals {
    pub(super) fn add(&mut self, row: &LedgerRow) {
        let of = |outcome| Outcome::ALL.iter().position(|o| *o == outcome).map_or(0, |i| row.outcomes[i]);
        self.received += row.outcomes.iter().sum::<u64>();
        self.joined += row.joined;
        self.not_calls += row.not_calls;
        self.attention += of(Outcome::Unrecognised) + of(Outcome::Unparsable) + of(Outcome::Unverified);
        self.duplicates += of(Outcome::Duplicate);
        self.refused += row.refused;
        self.lost += row.possibly_lost;
    }

    /// Whether everything kept found its place. A batch may hold calls and messages, so more
    /// may be placed than was received.
    pub(super) fn balanced(&self) -> bool {
        self.joined + self.not_calls + self.attention >= self.received
    }

    /// What the account says: nothing that was kept may be without its place.
    fn standing(&self, lang: Lang) -> Badge {
        match self {
            Self { lost: 1.., .. } => Badge::new(Tone::Bad, lang.t("可能丢失", "possibly lost")),
            totals if !totals.balanced() => Badge::new(Tone::Busy, lang.t("归入中", "joining")),
            Self { received: 0, .. } => Badge::new(Tone::Quiet, lang.t("均被拒绝", "all refused")),
            _ => Badge::new(Tone::Good, lang.t("账平", "balanced")),
        }
    }

    fn shown(&self, lang: Lang) -> Sums {
        Sums {
            pushed: count(self.received + self.refused + self.lost),
            kept: count(self.received),
            joined: count(self.joined),
            not_calls: count(self.not_calls),
            attention: count(self.attention),
            duplicates: count(self.duplicates),
            refused: count(self.refused),
            lost: count(self.lost),
            any_attention: self.attention > 0,
            any_lost: self.lost > 0,
            standing: self.standing(lang),
        }
    }
}

/// When something was last possibly lost, or since when nothing was: as far back as `rows` go.
pub(super) fn nothing_lost_since(rows: &[LedgerRow]) -> Option<(Timestamp, bool)> {
    let last_loss = rows.iter().filter(|r| r.possibly_lost > 0).map(|r| r.at).max();
    match last_loss {
        Some(at) => Some((hours_later(at, 1), true)),
        None => rows.iter().map(|r| r.at).min().map(|at| (at, false)),
    }
}

/// The accounts of the hours up to `now`: every app with traffic, then unknown addresses.
pub(super) fn accounts(lang: Lang, rows: &[LedgerRow], now: Timestamp, name: &dyn Fn(AppId) -> String) -> Vec<Account> {
    let start = hours_later(hour(now), 1 - HOURS);
    let mut apps: BTreeMap<(bool, Option<AppId>), Vec<&LedgerRow>> = BTreeMap::new();
    for row in rows.iter().filter(|r| r.at >= start) {
        apps.entry((row.app.is_none(), row.app)).or_default().push(row);
    }
    apps.into_iter().map(|((_, app), rows)| account(lang, app, &rows, start, name)).collect()
}

fn account(
    lang: Lang,
    app: Option<AppId>,
    rows: &[&LedgerRow],
    start: Timestamp,
    name: &dyn Fn(AppId) -> String,
) -> Account {
    let known = app.is_some();
    let title = app.map_or_else(|| lang.t("未知地址", "Unknown address").to_owned(), name);
    let from = start.to_string();
    let mut totals = Totals::default();
    let mut by_hour: BTreeMap<Timestamp, Totals> = BTreeMap::new();
    for row in rows {
        totals.add(row);
        by_hour.entry(row.at).or_default().add(row);
    }
    let most = by_hour.values().map(|t| t.received).max().unwrap_or(0).max(1);
    let links = Links { app: known.then_some(title.as_str()), from: &from };
    let strip = (0..HOURS).map(|h| {
        let at = hours_later(start, h);
        StripBar::new(h as usize, at, by_hour.get(&at).copied().unwrap_or_default(), most, &links)
    });
    let hours = by_hour.iter().rev().map(|(at, totals)| Hour {
        title: local(*at, "%m-%d %H:00"),
        href: links.hour(*at),
        sums: totals.shown(lang),
    });
    Account {
        app_href: app.map(|id| format!("/apps/{}", id.0)),
        sums: totals.shown(lang),
        received_href: links.to("/callbacks", &[]),
        attention_href: links.to("/callbacks", &ATTENTION.map(|outcome| ("outcome", outcome.name()))),
        calls_href: links.to("/calls", &[]),
        messages_href: links.to("/messages", &[]),
        strip: strip.collect(),
        hours: hours.collect(),
        app: title.clone(),
    }
}

/// What a person should look at.
const ATTENTION: [Outcome; 3] = [Outcome::Unrecognised, Outcome::Unparsable, Outcome::Unverified];

/// Where the figures of one account lead.
struct Links<'a> {
    /// What came to an unknown address was not kept under any app.
    app: Option<&'a str>,
    from: &'a str,
}

impl Links<'_> {
    fn to(&self, path: &str, more: &[(&str, &str)]) -> String {
        let app = self.app.map(|app| ("app", app));
        link(path, &app.into_iter().chain([("from", self.from)]).chain(more.iter().copied()).collect::<Vec<_>>())
    }

    /// The callbacks of one hour.
    fn hour(&self, at: Timestamp) -> String {
        let (from, to) = (at.to_string(), hours_later(at, 1).to_string());
        Links { app: self.app, from: &from }.to("/callbacks", &[("to", &to)])
    }
}

impl StripBar {
    fn new(place: usize, at: Timestamp, totals: Totals, most: u64, links: &Links<'_>) -> Self {
        let height = (totals.received * STRIP_HEIGHT).div_ceil(most).max(1);
        Self {
            x: place * 6,
            y: STRIP_HEIGHT - height + 1,
            height,
            odd: (totals.attention * height).div_ceil(totals.received.max(1)).min(height),
            class: match totals {
                Totals { lost: 1.., .. } => "lost",
                Totals { received: 0, .. } => "none",
                _ => "kept",
            },
            href: links.hour(at),
            title: format!("{} · {}", local(at, "%m-%d %H:00"), count(totals.received)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(at: &str, received: u64, joined: u64, lost: u64) -> LedgerRow {
        let at = at.parse().unwrap();
        LedgerRow {
            at,
            app: Some(AppId(1)),
            outcomes: [received, 0, 0, 0, 0],
            joined,
            possibly_lost: lost,
            ..LedgerRow::default()
        }
    }

    #[test]
    fn an_account_balances_only_when_everything_kept_found_its_place() {
        let mut totals = Totals::default();
        totals.add(&row("2026-11-21T01:00:00Z", 10, 9, 0));
        assert!(!totals.balanced());
        totals.add(&LedgerRow { not_calls: 1, ..row("2026-11-21T02:00:00Z", 0, 0, 0) });
        assert!(totals.balanced());
    }

    #[test]
    fn what_was_refused_is_its_own_term_and_no_account_of_it_alone_is_balanced() {
        let mut totals = Totals::default();
        totals.add(&LedgerRow { refused: 2, ..row("2026-11-21T01:00:00Z", 10, 10, 0) });
        let sums = totals.shown(Lang::En);
        assert_eq!((sums.pushed.as_str(), sums.kept.as_str(), sums.refused.as_str()), ("12", "10", "2"));
        assert_eq!(sums.standing, Badge::new(Tone::Good, "balanced"));
        let refused = Totals { refused: 1, ..Totals::default() };
        assert_eq!(refused.standing(Lang::En), Badge::new(Tone::Quiet, "all refused"));
        let lost = Totals { lost: 1, ..totals };
        assert_eq!(lost.standing(Lang::En), Badge::new(Tone::Bad, "possibly lost"));
    }

    #[test]
    fn nothing_is_said_to_be_lost_since_the_hour_after_the_last_loss() {
        let rows = [row("2026-11-20T01:00:00Z", 1, 1, 2), row("2026-11-20T05:00:00Z", 1, 1, 0)];
        assert_eq!(nothing_lost_since(&rows), Some(("2026-11-20T02:00:00Z".parse().unwrap(), true)));
        assert_eq!(nothing_lost_since(&rows[1..]), Some(("2026-11-20T05:00:00Z".parse().unwrap(), false)));
        assert_eq!(nothing_lost_since(&[]), None);
    }

    #[test]
    fn every_hour_of_the_strip_leads_to_its_callbacks() {
        let now = "2026-11-21T02:20:00Z".parse().unwrap();
        let accounts = accounts(Lang::En, &[row("2026-11-21T02:00:00Z", 8, 8, 0)], now, &|_| "a b".to_owned());
        assert_eq!(accounts[0].strip.len(), 24);
        let last = accounts[0].strip.last().unwrap();
        assert_eq!(last.class, "kept");
        assert_eq!(last.href, "/callbacks?app=a+b&from=2026-11-21T02%3A00%3A00Z&to=2026-11-21T03%3A00%3A00Z");
    }
}
