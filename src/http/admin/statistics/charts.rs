//! Volume over time and the week's heat map: geometry for inline SVG.
//!
//! Colours and fonts are the style sheet's; the page has every figure in a table as well.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::Lang;
use crate::http::admin::parts::{count, local, percent};
use crate::http::admin::query::{hours_later, midnight};
use crate::http::admin::statistics::ranges::{Range, Ranges};
use crate::store::{HeatRow, StatRow, Step};

const WIDTH: i64 = 960;
const HEIGHT: u64 = 190;
const BASE: u64 = 166;
const TOP: u64 = 16;

/// Calls by hour or day, with those of the compared range as a line across each bar.
#[derive(Debug)]
pub(crate) struct Volume {
    pub(crate) width: i64,
    pub(crate) height: u64,
    pub(crate) base: u64,
    pub(crate) top: u64,
    pub(crate) bars: Vec<Bar>,
    pub(crate) compares: bool,
    pub(crate) most: String,
}

#[derive(Debug)]
pub(crate) struct Bar {
    pub(crate) slot_x: i64,
    pub(crate) slot: i64,
    pub(crate) x: i64,
    pub(crate) width: i64,
    /// What stands below it: the hour, or month and day.
    pub(crate) label: String,
    pub(crate) named: bool,
    /// The same with its day, for the table.
    pub(crate) when: String,
    pub(crate) label_x: i64,
    pub(crate) calls_y: u64,
    pub(crate) calls_height: u64,
    pub(crate) answered_y: u64,
    pub(crate) answered_height: u64,
    pub(crate) before_y: u64,
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) counts: u64,
    pub(crate) calls: String,
    pub(crate) answered: String,
    pub(crate) rate: String,
    pub(crate) before: String,
}

#[derive(Debug)]
pub(crate) struct Heat {
    pub(crate) days: Vec<HeatDay>,
    pub(crate) hours: Vec<String>,
    pub(crate) most: String,
}

#[derive(Debug)]
pub(crate) struct HeatDay {
    pub(crate) y: usize,
    pub(crate) label: &'static str,
    pub(crate) href: String,
    pub(crate) cells: Vec<HeatCell>,
}

#[derive(Debug)]
pub(crate) struct HeatCell {
    pub(crate) x: usize,
    /// `h0` to `h5`.
    pub(crate) class: String,
    pub(crate) calls: String,
    pub(crate) counts: u64,
    pub(crate) title: String,
    pub(crate) href: String,
}

impl Volume {
    pub(crate) fn new(
        lang: Lang,
        ranges: Ranges,
        now: &[StatRow],
        before: &[StatRow],
        href: &dyn Fn(Range) -> String,
    ) -> Self {
        let width = if ranges.step() == Step::Hour { 1 } else { 24 };
        let first = |range: Range| if width == 1 { range.from } else { midnight(range.from) };
        fn of(rows: &[StatRow]) -> BTreeMap<Timestamp, &StatRow> {
            rows.iter().map(|row| (row.at, row)).collect()
        }
        let compares = !before.is_empty();
        let (now, before) = (of(now), of(before));
        let steps = (ranges.now.to.duration_since(first(ranges.now)).as_hours() + width - 1) / width;
        let slots: Vec<_> = (0..steps)
            .map(|n| {
                let at = hours_later(first(ranges.now), n * width);
                let old = ranges.before.map(|range| hours_later(first(range), n * width));
                let old = old.map(|at| before.get(&at).map_or(0, |row| row.calls));
                (at, now.get(&at).copied().cloned().unwrap_or_default(), old)
            })
            .collect();
        let most = slots.iter().map(|(_, sums, old)| sums.calls.max(old.unwrap_or(0))).max().unwrap_or(0).max(4);
        let place = Place { lang, steps, width, most, ranges };
        let bars = (0..).zip(slots).map(|(n, (at, sums, old))| place.bar(n, at, &sums, old, href));
        Self {
            width: WIDTH,
            height: HEIGHT,
            base: BASE,
            top: TOP,
            bars: bars.collect(),
            // A range without a call is not drawn as a line of nothing.
            compares,
            most: count(most),
        }
    }
}

struct Place {
    lang: Lang,
    steps: i64,
    /// Hours of a bar.
    width: i64,
    most: u64,
    ranges: Ranges,
}

impl Place {
    fn bar(&self, n: i64, at: Timestamp, sums: &StatRow, old: Option<u64>, href: &dyn Fn(Range) -> String) -> Bar {
        let (calls, answered) = (sums.calls, sums.answered);
        let (x, end) = (n * WIDTH / self.steps, (n + 1) * WIDTH / self.steps);
        let gap = ((end - x) / 5).clamp(0, 6);
        let height = |calls: u64| (calls * (BASE - TOP)).div_ceil(self.most);
        let hourly = self.width == 1;
        let label = local(at, if hourly { "%H" } else { "%m-%d" });
        // About twenty words fit below the bars.
        let every = if hourly { (self.steps + 15) / 16 } else { (self.steps + 13) / 14 };
        let range =
            Range { from: at.max(self.ranges.now.from), to: hours_later(at, self.width).min(self.ranges.now.to) };
        let when = local(at, if hourly { "%m-%d %H:00" } else { "%m-%d" });
        let was = old.map_or_else(String::new, |old| match self.lang {
            Lang::Zh => format!("（对比 {}）", count(old)),
            Lang::En => format!(" (compared: {})", count(old)),
        });
        Bar {
            slot_x: x,
            slot: end - x,
            x: x + gap,
            width: (end - x - 2 * gap).max(1),
            named: n % every.max(1) == 0,
            label_x: (x + end) / 2,
            calls_y: BASE - height(calls),
            calls_height: height(calls),
            answered_y: BASE - height(answered),
            answered_height: height(answered),
            before_y: BASE - height(old.unwrap_or(0)),
            href: href(range),
            title: match self.lang {
                Lang::Zh => format!("{when}：{} 通，接通 {}{was}", count(calls), count(answered)),
                Lang::En => format!("{when} – {} calls, {} answered{was}", count(calls), count(answered)),
            },
            calls: count(calls),
            answered: count(answered),
            rate: percent(sums.asr().part, sums.asr().whole),
            counts: calls,
            before: old.map_or_else(|| "–".to_owned(), count),
            label,
            when,
        }
    }
}

impl Heat {
    /// `href` leads to the calls of a weekday (Monday is 1), of an hour of the day, or of both.
    pub(crate) fn new(lang: Lang, rows: &[HeatRow], href: &dyn Fn(Option<usize>, Option<usize>) -> String) -> Self {
        let of: BTreeMap<(usize, usize), &StatRow> =
            rows.iter().map(|row| ((row.weekday, row.hour), &row.sums)).collect();
        let most = rows.iter().map(|row| row.sums.calls).max().unwrap_or(0);
        let day = |weekday: usize| HeatDay {
            y: weekday * 20,
            label: weekday_name(lang, weekday),
            href: href(Some(weekday + 1), None),
            cells: (0..24)
                .map(|hour| {
                    let sums = of.get(&(weekday, hour)).copied();
                    let calls = sums.map_or(0, |sums| sums.calls);
                    let asr = sums.map(StatRow::asr).map_or_else(|| "–".to_owned(), |asr| percent(asr.part, asr.whole));
                    let when = format!("{} {hour:02}:00", weekday_name(lang, weekday));
                    HeatCell {
                        x: hour * 20,
                        class: format!("h{}", (calls * 5).div_ceil(most.max(1))),
                        title: match lang {
                            Lang::Zh => format!("{when}：{} 通，接通率 {asr}", count(calls)),
                            Lang::En => format!("{when} – {} calls, ASR {asr}", count(calls)),
                        },
                        calls: count(calls),
                        counts: calls,
                        href: href(Some(weekday + 1), Some(hour)),
                    }
                })
                .collect(),
        };
        Self {
            hours: (0..24).map(|hour| href(None, Some(hour))).collect(),
            days: (0..7).map(day).collect(),
            most: count(most),
        }
    }
}

/// Monday is 0.
fn weekday_name(lang: Lang, weekday: usize) -> &'static str {
    const ZH: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    const EN: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    match lang {
        Lang::Zh => ZH[weekday % 7],
        Lang::En => EN[weekday % 7],
    }
}
