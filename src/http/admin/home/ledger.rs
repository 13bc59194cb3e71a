//! The delivery ledger, per app and hour: received = accepted + duplicate + unrecognised +
//! unparsable + unverified ([`metrics::LEDGER`]).
//!
//! Received is what the journal has. Of that, what holds events and records is joined to calls,
//! messages and number states are none, and what was not understood is under Attention. What was
//! not kept at all is refused or possibly lost. Every figure leads to exactly the rows it counts;
//! of what was not kept there are none.
//!
//! [`metrics::LEDGER`]: crate::domain::metrics::LEDGER

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{AppId, Lang, Outcome};
use crate::http::admin::parts::{Badge, Tone, count, local};
use crate::http::admin::query::{hour, hours_later};
use crate::http::admin::request::link;
use crate::store::{Joined, LedgerRow};

pub(crate) const HOURS: i64 = 24;
const STRIP_HEIGHT: u64 = 22;

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) app: String,
    pub(crate) app_href: Option<String>,
    pub(crate) sums: Sums,
    pub(crate) strip: Vec<StripBar>,
    pub(crate) hours: Vec<Hour>,
}

#[derive(Debug)]
pub(crate) struct Sums {
    pub(crate) received: Cell,
    /// In the order of [`Outcome::ALL`]; they add up to what was received.
    pub(crate) outcomes: Vec<Cell>,
    pub(crate) joined: Cell,
    pub(crate) not_calls: Cell,
    pub(crate) refused: Cell,
    pub(crate) lost: Cell,
    pub(crate) standing: Badge,
}

#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) counts: u64,
    pub(crate) shown: String,
    pub(crate) href: Option<String>,
    pub(crate) tone: Option<Tone>,
}

#[derive(Debug)]
pub(crate) struct StripBar {
    pub(crate) x: usize,
    pub(crate) y: u64,
    pub(crate) height: u64,
    /// Of its height, what should be looked at.
    pub(crate) odd: u64,
    pub(crate) class: &'static str,
    /// Its callbacks; none where it has none.
    pub(crate) href: Option<String>,
    pub(crate) counts: u64,
    pub(crate) title: String,
}

#[derive(Debug)]
pub(crate) struct Hour {
    pub(crate) title: String,
    pub(crate) sums: Sums,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// In the order of [`Outcome::ALL`].
    pub(crate) outcomes: [u64; 5],
    pub(crate) joined: u64,
    pub(crate) not_calls: u64,
    pub(crate) refused: u64,
    pub(crate) lost: u64,
}

impl Totals {
    pub(crate) fn add(&mut self, row: &LedgerRow) {
        for (sum, more) in self.outcomes.iter_mut().zip(row.outcomes) {
            *sum += more;
        }
        self.joined += row.joined;
        self.not_calls += row.not_calls;
        self.refused += row.refused;
        self.lost += row.possibly_lost;
    }

    pub(crate) fn received(&self) -> u64 {
        self.outcomes.iter().sum()
    }

    pub(crate) fn attention(&self) -> u64 {
        let odd = Outcome::ALL.into_iter().zip(self.outcomes).filter(|(outcome, _)| outcome.wants_attention());
        odd.map(|(_, n)| n).sum()
    }

    /// Whether everything kept found its place. A batch may hold calls and messages, so more
    /// may be placed than was received.
    pub(crate) fn balanced(&self) -> bool {
        self.joined + self.not_calls + self.attention() >= self.received()
    }

    /// What the account says: nothing that was kept may be without its place.
    fn standing(&self, lang: Lang) -> Badge {
        match self {
            Self { lost: 1.., .. } => Badge::new(Tone::Bad, lang.t("可能丢失", "possibly lost")),
            totals if !totals.balanced() => Badge::new(Tone::Busy, lang.t("关联中", "joining")),
            totals if totals.received() == 0 => Badge::new(Tone::Quiet, lang.t("均被拒绝", "all refused")),
            _ => Badge::new(Tone::Good, lang.t("一致", "balanced")),
        }
    }

    fn shown(&self, lang: Lang, links: Option<&Links<'_>>) -> Sums {
        let cell = |n: u64, more: &[(&str, &str)], tone: Option<Tone>| Cell {
            counts: n,
            shown: count(n),
            href: links.filter(|_| n > 0).map(|links| links.callbacks(more)),
            tone: tone.filter(|_| n > 0),
        };
        let of = |outcome: Outcome, n| {
            cell(n, &[("outcome", outcome.name())], outcome.wants_attention().then_some(Tone::Warn))
        };
        let unlinked = |n: u64, tone| Cell { href: None, ..cell(n, &[], tone) };
        Sums {
            received: cell(self.received(), &[], None),
            outcomes: Outcome::ALL.into_iter().zip(self.outcomes).map(|(outcome, n)| of(outcome, n)).collect(),
            joined: cell(self.joined, &[("joined", Joined::Call.name())], None),
            not_calls: cell(self.not_calls, &[("joined", Joined::NotCall.name())], None),
            refused: unlinked(self.refused, None),
            lost: unlinked(self.lost, Some(Tone::Bad)),
            standing: self.standing(lang),
        }
    }
}

/// When something was last possibly lost, or since when nothing was: as far back as `rows` go.
pub(crate) fn nothing_lost_since(rows: &[LedgerRow]) -> Option<(Timestamp, bool)> {
    let last_loss = rows.iter().filter(|r| r.possibly_lost > 0).map(|r| r.at).max();
    match last_loss {
        Some(at) => Some((hours_later(at, 1), true)),
        None => rows.iter().map(|r| r.at).min().map(|at| (at, false)),
    }
}

/// The accounts of the hours up to `now`: every app with traffic, then unknown addresses.
pub(crate) fn accounts(lang: Lang, rows: &[LedgerRow], now: Timestamp, name: &dyn Fn(AppId) -> String) -> Vec<Account> {
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
    let title = app.map_or_else(|| lang.t("未知地址", "Unknown address").to_owned(), name);
    let mut totals = Totals::default();
    let mut by_hour: BTreeMap<Timestamp, Totals> = BTreeMap::new();
    for row in rows {
        totals.add(row);
        by_hour.entry(row.at).or_default().add(row);
    }
    // What came to an unknown address was not kept: no row is of it.
    let links = |from: Timestamp, to: Option<Timestamp>| app.map(|_| Links { app: title.as_str(), from, to });
    let of_hour = |at: Timestamp| links(at, Some(hours_later(at, 1)));
    let most = by_hour.values().map(|t| bar_of(t, app)).max().unwrap_or(0).max(1);
    let strip = (0..HOURS).map(|h| {
        let at = hours_later(start, h);
        let totals = by_hour.get(&at).copied().unwrap_or_default();
        StripBar::new(h as usize, at, (totals, bar_of(&totals, app)), most, of_hour(at).as_ref())
    });
    let hours = by_hour
        .iter()
        .rev()
        .map(|(at, totals)| Hour { title: local(*at, "%m-%d %H:00"), sums: totals.shown(lang, of_hour(*at).as_ref()) });
    Account {
        app_href: app.map(|id| format!("/apps/{}", id.0)),
        sums: totals.shown(lang, links(start, None).as_ref()),
        strip: strip.collect(),
        hours: hours.collect(),
        app: title.clone(),
    }
}

/// How many a bar stands for: of an unknown address, what was refused.
fn bar_of(totals: &Totals, app: Option<AppId>) -> u64 {
    if app.is_some() { totals.received() } else { totals.refused + totals.lost }
}

struct Links<'a> {
    app: &'a str,
    from: Timestamp,
    to: Option<Timestamp>,
}

impl Links<'_> {
    fn callbacks(&self, more: &[(&str, &str)]) -> String {
        let (from, to) = (self.from.to_string(), self.to.map(|to| to.to_string()));
        let span = [("from", Some(from.as_str())), ("to", to.as_deref())];
        let span = span.into_iter().filter_map(|(name, value)| Some((name, value?)));
        link("/callbacks", &[("app", self.app)].into_iter().chain(span).chain(more.iter().copied()).collect::<Vec<_>>())
    }
}

impl StripBar {
    fn new(place: usize, at: Timestamp, (totals, n): (Totals, u64), most: u64, links: Option<&Links<'_>>) -> Self {
        let height = (n * STRIP_HEIGHT).div_ceil(most).max(1);
        Self {
            x: place * 6,
            y: STRIP_HEIGHT - height + 1,
            height,
            odd: (totals.attention() * height).div_ceil(n.max(1)).min(height),
            class: match totals {
                Totals { lost: 1.., .. } => "lost",
                _ if n == 0 => "none",
                _ if totals.received() == 0 => "refused",
                _ => "kept",
            },
            href: links.filter(|_| n > 0).map(|links| links.callbacks(&[])),
            counts: n,
            title: format!("{} · {}", local(at, "%m-%d %H:00"), count(n)),
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
    fn what_was_received_is_the_sum_of_what_became_of_it_and_of_what_was_not_kept_nothing_is_linked() {
        let mut totals = Totals::default();
        let outcomes = [7, 2, 1, 0, 0];
        totals.add(&LedgerRow { refused: 2, outcomes, ..row("2026-11-21T01:00:00Z", 10, 9, 0) });
        let at = "2026-11-21T01:00:00Z".parse().unwrap();
        let sums = totals.shown(Lang::En, Some(&Links { app: "a", from: at, to: None }));
        assert_eq!(sums.received.counts, sums.outcomes.iter().map(|cell| cell.counts).sum::<u64>());
        assert_eq!((sums.received.shown.as_str(), sums.refused.shown.as_str()), ("10", "2"));
        assert!(sums.refused.href.is_none() && sums.lost.href.is_none());
        assert!(sums.joined.href.as_deref().is_some_and(|href| href.ends_with("&joined=call")), "{:?}", sums.joined);
        assert_eq!(sums.outcomes[4].href, None, "nothing leads nowhere");
        assert_eq!(sums.standing, Badge::new(Tone::Good, "balanced"));
        let refused = Totals { refused: 1, ..Totals::default() };
        assert_eq!(refused.standing(Lang::En), Badge::new(Tone::Quiet, "all refused"));
        let lost = Totals { lost: 1, ..totals };
        assert_eq!(lost.standing(Lang::En), Badge::new(Tone::Bad, "possibly lost"));
    }

    #[test]
    fn what_came_to_an_unknown_address_was_not_kept_and_leads_to_no_row() {
        let now = "2026-11-21T02:20:00Z".parse().unwrap();
        let refused = LedgerRow { app: None, refused: 3, ..row("2026-11-21T02:00:00Z", 0, 0, 0) };
        let accounts = accounts(Lang::En, &[refused], now, &|_| String::new());
        let account = &accounts[0];
        assert!(account.sums.received.href.is_none() && account.strip.iter().all(|bar| bar.href.is_none()));
        assert_eq!((account.strip[23].counts, account.strip[23].class), (3, "refused"));
    }

    #[test]
    fn nothing_is_said_to_be_lost_since_the_hour_after_the_last_loss() {
        let rows = [row("2026-11-20T01:00:00Z", 1, 1, 2), row("2026-11-20T05:00:00Z", 1, 1, 0)];
        assert_eq!(nothing_lost_since(&rows), Some(("2026-11-20T02:00:00Z".parse().unwrap(), true)));
        assert_eq!(nothing_lost_since(&rows[1..]), Some(("2026-11-20T05:00:00Z".parse().unwrap(), false)));
        assert_eq!(nothing_lost_since(&[]), None);
    }

    #[test]
    fn every_hour_of_the_strip_with_callbacks_leads_to_them() {
        let now = "2026-11-21T02:20:00Z".parse().unwrap();
        let accounts = accounts(Lang::En, &[row("2026-11-21T02:00:00Z", 8, 8, 0)], now, &|_| "a b".to_owned());
        assert_eq!(accounts[0].strip.len(), 24);
        let last = accounts[0].strip.last().unwrap();
        assert_eq!(last.class, "kept");
        let href = "/callbacks?app=a+b&from=2026-11-21T02%3A00%3A00Z&to=2026-11-21T03%3A00%3A00Z";
        assert_eq!((last.href.as_deref(), last.counts), (Some(href), 8));
        assert_eq!(accounts[0].strip[0].href, None);
    }
}
