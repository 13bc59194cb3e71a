//! The seven figures at the top of the statistics page, each with its definition, what it was in
//! the compared range and how far that is.

use super::parts::count;
use super::query::{hour, hours_later};
use super::statistics::{Counts, Links};
use super::statistics_ranges::{Range, Ranges};
use crate::domain::{Lang, Text};

/// A figure with what it was, how far that is, and what it means.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) before: String,
    /// `+12.0%`, `−1.3 pp`; empty where nothing is compared.
    pub(super) change: String,
    pub(super) meaning: &'static str,
    pub(super) href: String,
}

/// Label, definition and unit of each, in their order.
const FIGURES: [(Text, Text, Unit); 7] = [
    (Text::new("通话", "Calls"), Text::new("在此时段开始的通话", "calls that began in the range"), Unit::Count),
    (Text::new("接通", "Answered"), Text::new("双方通上话的", "of these, both sides talked"), Unit::Count),
    (Text::new("接通率 ASR", "Answer rate (ASR)"), Text::new("接通 ÷ 全部通话", "answered ÷ all calls"), Unit::Percent),
    (
        Text::new("平均通话 ACD", "Mean talk (ACD)"),
        Text::new("通话秒数 ÷ 接通数", "seconds of talk ÷ answered calls"),
        Unit::Seconds,
    ),
    (
        Text::new("接续时延 PDD", "Post-dial delay"),
        Text::new("从呼入到被叫振铃的平均秒数，两者皆知时", "mean seconds from setup to ringing, where both are known"),
        Unit::Seconds,
    ),
    (
        Text::new("通话分钟", "Talk minutes"),
        Text::new("平台给出的通话时长之和", "the platform's own talk time, summed"),
        Unit::Count,
    ),
    (
        Text::new("最高并发", "Most at once"),
        Text::new("同一秒内通话中的最多路数，挂机后计入", "most calls in talk in one second; counted once ended"),
        Unit::Count,
    ),
];

/// All of them; `old` is the compared range.
pub(super) fn figures(lang: Lang, ranges: Ranges, now: &Counts, old: Option<&Counts>, links: &Links) -> Vec<Figure> {
    let all = links.calls(ranges.now, &[]);
    let answered = links.calls(ranges.now, &[("outcome", "answered")]);
    let at_peak = now.peak.flatten().map_or_else(
        || answered.clone(),
        |peak| {
            let from = hour(peak.peak_at);
            links.calls(Range { from, to: hours_later(from, 1) }, &[("outcome", "answered")])
        },
    );
    let hrefs = [&all, &answered, &answered, &answered, &all, &answered, &at_peak];
    let (now, old) = (values(now), old.map(values));
    let figure = |(n, (label, meaning, unit)): (usize, &(Text, Text, Unit))| Figure {
        label: label.get(lang),
        meaning: meaning.get(lang),
        href: hrefs[n].clone(),
        value: unit.show(now[n]),
        before: old.map_or_else(String::new, |old| format!("{} {}", lang.t("对比", "was"), unit.show(old[n]))),
        change: unit.change(now[n], old.and_then(|old| old[n])),
    };
    FIGURES.iter().enumerate().map(figure).collect()
}

/// What the figures are in one range.
fn values(counts: &Counts) -> [Option<f64>; 7] {
    let total = counts.total();
    [
        Some(total.calls as f64),
        Some(total.answered as f64),
        quotient(total.answered * 100, total.calls),
        quotient(total.talk_seconds, total.answered),
        quotient(total.pdd_seconds, total.with_pdd),
        Some(total.talk_seconds as f64 / 60.0),
        counts.peak.map(|peak| peak.map_or(0, |peak| peak.peak) as f64),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_differ_by_points_and_counts_by_a_share() {
        assert_eq!(Unit::Percent.change(Some(70.0), Some(72.5)), "−2.5 pp");
        assert_eq!(Unit::Count.change(Some(110.0), Some(100.0)), "+10.0%");
        assert_eq!(Unit::Count.change(Some(5.0), Some(0.0)), "");
        assert_eq!(Unit::Seconds.show(None), "–");
    }
}
