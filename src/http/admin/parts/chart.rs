//! The day's calls hour by hour, and the ledger's strips: geometry for inline SVG.
//!
//! Colours and fonts are the style sheet's; the page has every figure in a table as well.

use jiff::Timestamp;

use crate::domain::Lang;
use crate::http::admin::parts::{count, local, percent};
use crate::http::admin::query::hours_later;
use crate::http::admin::request::link;
use crate::store::StatRow;

const WIDTH: u32 = 456;
const HEIGHT: u32 = 260;
const BASE: u32 = 238;
const TOP: u32 = 14;
const SLOT: u32 = 19;

#[derive(Debug)]
pub(crate) struct DayChart {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) base: u32,
    pub(crate) bars: Vec<HourBar>,
    /// Whether there was any call a week ago: without, there is no line to draw.
    pub(crate) compares: bool,
    /// The top of the scale, as text and as height.
    pub(crate) most: String,
    pub(crate) top: u32,
}

#[derive(Debug)]
pub(crate) struct HourBar {
    pub(crate) x: u32,
    pub(crate) width: u32,
    pub(crate) hour: String,
    pub(crate) named: bool,
    pub(crate) label_x: u32,
    pub(crate) calls_y: u32,
    pub(crate) calls_height: u32,
    pub(crate) answered_y: u32,
    pub(crate) answered_height: u32,
    pub(crate) before_y: u32,
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) counts: u64,
    pub(crate) calls: String,
    pub(crate) answered: String,
    pub(crate) rate: String,
    pub(crate) before: String,
    pub(crate) begun: bool,
}

impl DayChart {
    /// The day that starts at `midnight`, from its hours and those of a week before.
    pub(crate) fn new(lang: Lang, midnight: Timestamp, now: Timestamp, today: &[StatRow], before: &[StatRow]) -> Self {
        let of = |rows: &[StatRow], at| {
            rows.iter().filter(|r| r.at == at).fold(StatRow::default(), |mut sum, row| {
                sum.add(row);
                sum
            })
        };
        let hours: Vec<_> = (0..24)
            .map(|h| {
                let at = hours_later(midnight, h);
                (at, of(today, at), of(before, hours_later(at, -7 * 24)).calls)
            })
            .collect();
        let most = hours.iter().map(|(_, sums, before)| sums.calls.max(*before)).max().unwrap_or(0).max(4);
        let compares = hours.iter().any(|(_, _, before)| *before > 0);
        let bars = hours.into_iter().enumerate().map(|(i, (at, sums, before))| {
            HourBar::new(lang, i as u32, at, &sums, compares.then_some(before), most, at <= now)
        });
        Self { width: WIDTH, height: HEIGHT, base: BASE, top: TOP, compares, bars: bars.collect(), most: count(most) }
    }
}

impl HourBar {
    fn new(lang: Lang, slot: u32, at: Timestamp, sums: &StatRow, before: Option<u64>, most: u64, begun: bool) -> Self {
        let (calls, answered) = (sums.calls, sums.answered);
        let height = |n: u64| (n * u64::from(BASE - TOP)).div_ceil(most) as u32;
        let hour = local(at, "%H");
        let (from, to) = (at.to_string(), hours_later(at, 1).to_string());
        let was = before.map_or_else(String::new, |n| match lang {
            Lang::Zh => format!("（上周 {n}）"),
            Lang::En => format!(" (last week {n})"),
        });
        Self {
            x: slot * SLOT + 3,
            width: SLOT - 6,
            named: slot.is_multiple_of(3),
            label_x: slot * SLOT + 3 + (SLOT - 6) / 2,
            calls_y: BASE - height(calls),
            calls_height: height(calls),
            answered_y: BASE - height(answered),
            answered_height: height(answered),
            before_y: BASE - height(before.unwrap_or(0)),
            href: link("/calls", &[("from", from), ("to", to)]),
            title: match lang {
                Lang::Zh => format!("{hour} 时：{calls} 通，接通 {answered}{was}"),
                Lang::En => format!("{hour}:00 – {calls} calls, {answered} answered{was}"),
            },
            calls: count(calls),
            answered: count(answered),
            rate: percent(sums.asr().part, sums.asr().whole),
            counts: calls,
            before: before.map_or_else(|| "–".to_owned(), count),
            hour,
            begun,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(at: &str, calls: u64, answered: u64) -> StatRow {
        StatRow { at: at.parse().unwrap(), calls, answered, ..StatRow::default() }
    }

    #[test]
    fn the_largest_hour_fills_the_chart_and_every_hour_leads_to_its_calls() {
        let midnight = "2026-11-20T16:00:00Z".parse().unwrap();
        let now = "2026-11-21T02:20:00Z".parse().unwrap();
        let today = [row("2026-11-20T17:00:00Z", 50, 25)];
        let before = [row("2026-11-13T17:00:00Z", 100, 60)];
        let chart = DayChart::new(Lang::En, midnight, now, &today, &before);
        assert_eq!(chart.bars.len(), 24);
        let bar = &chart.bars[1];
        assert_eq!((bar.before_y, bar.calls_height, bar.answered_height), (TOP, (BASE - TOP) / 2, (BASE - TOP) / 4));
        assert_eq!(bar.href, "/calls?from=2026-11-20T17%3A00%3A00Z&to=2026-11-20T18%3A00%3A00Z");
        assert!(chart.bars[10].begun && !chart.bars[11].begun);
        assert!(chart.compares);
    }

    #[test]
    fn a_week_without_calls_is_not_drawn_as_zero() {
        let midnight = "2026-11-20T16:00:00Z".parse().unwrap();
        let now = "2026-11-21T02:20:00Z".parse().unwrap();
        let chart = DayChart::new(Lang::En, midnight, now, &[row("2026-11-20T17:00:00Z", 5, 2)], &[]);
        assert!(!chart.compares);
        assert_eq!((chart.bars[1].before.as_str(), chart.bars[1].title.as_str()), ("–", "01:00 – 5 calls, 2 answered"));
    }
}
