//! The seven figures at the top of the statistics page, each with its definition, what it was in
//! the compared range and how far that is.

use crate::domain::Lang;
use crate::domain::metrics::{self, Metric};
use crate::http::admin::parts::figure;
use crate::http::admin::parts::figure::{Aside, Figure, Rows};
use crate::http::admin::parts::{count, local};
use crate::http::admin::query::{hour, hours_later};
use crate::http::admin::statistics::counts::{Counts, Links};
use crate::http::admin::statistics::ranges::{Range, Ranges};
use crate::store::PeakRow;

const FIGURES: [(Metric, Unit); 7] = [
    (metrics::CALLS, Unit::Count),
    (metrics::ANSWERED, Unit::Count),
    (metrics::ASR, Unit::Percent),
    (metrics::ACD, Unit::Seconds),
    (metrics::PDD, Unit::Seconds),
    (metrics::TALK, Unit::Count),
    (metrics::PEAK, Unit::Count),
];

pub(crate) fn figures(lang: Lang, ranges: Ranges, now: &Counts, old: Option<&Counts>, links: &Links) -> Vec<Figure> {
    let (total, peak) = (now.total(), now.peak.flatten());
    let (now, old) = (values(now), old.map(values));
    let calls = |filters| links.calls(ranges.now, filters);
    let figure = |(n, (metric, unit)): (usize, &(Metric, Unit))| Figure {
        label: metric.title.get(lang),
        meaning: metric.meaning.get(lang),
        value: unit.show(now[n]),
        before: old.map_or_else(String::new, |old| format!("{} {}", lang.t("对比", "was"), unit.show(old[n]))),
        change: unit.change(now[n], old.and_then(|old| old[n])),
        rows: figure::rows_of(metric, &total).map(|(filters, counts)| Rows { href: calls(filters), counts }),
        aside: match metric.name {
            name if name == metrics::PEAK.name => peak.map(|peak| at_peak(lang, peak, links)),
            _ => figure::aside_of(lang, metric, &total, calls),
        },
    };
    FIGURES.iter().enumerate().map(figure).collect()
}

/// When the peak was. Which calls were in talk in that second no list can say; those of its hour it
/// can.
fn at_peak(lang: Lang, peak: PeakRow, links: &Links) -> Aside {
    let from = hour(peak.peak_at);
    let at = local(peak.peak_at, "%m-%d %H:%M:%S");
    Aside {
        text: match lang {
            Lang::Zh => format!("出现在 {at}"),
            Lang::En => format!("at {at}"),
        },
        href: links.calls(Range { from, to: hours_later(from, 1) }, &[("answered", "true")]),
        counts: None,
    }
}

fn values(counts: &Counts) -> [Option<f64>; 7] {
    let total = counts.total();
    [
        Some(total.calls as f64),
        Some(total.answered as f64),
        total.asr().value().map(|rate| rate * 100.0),
        total.acd().value(),
        total.pdd().value(),
        Some(total.talk_seconds as f64 / 60.0),
        counts.peak.map(|peak| peak.map_or(0, |peak| peak.peak) as f64),
    ]
}

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

    /// Rates differ by points, everything else by a share of what it was. Of a handful no share is
    /// told, and what grew tenfold is told as a multiple.
    fn change(self, now: Option<f64>, old: Option<f64>) -> String {
        let signed = |n: f64, unit: &str| {
            let sign = if n < 0.0 { "−" } else { "+" };
            format!("{sign}{:.1}{unit}", n.abs())
        };
        match (self, now, old) {
            (Self::Percent, Some(now), Some(old)) => signed(now - old, " pp"),
            (Self::Count, Some(_), Some(old)) if old < HANDFUL => "–".to_owned(),
            (Self::Count | Self::Seconds, Some(now), Some(old)) if old > 0.0 && now >= old * MANIFOLD => {
                format!("×{:.0}", now / old)
            }
            (Self::Count | Self::Seconds, Some(now), Some(old)) if old > 0.0 => signed((now - old) * 100.0 / old, "%"),
            _ => String::new(),
        }
    }
}

/// Below this a share says more than there is to say.
const HANDFUL: f64 = 10.0;
/// From this on a multiple reads better than a share.
const MANIFOLD: f64 = 10.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_differ_by_points_and_counts_by_a_share() {
        assert_eq!(Unit::Percent.change(Some(70.0), Some(72.5)), "−2.5 pp");
        assert_eq!(Unit::Count.change(Some(110.0), Some(100.0)), "+10.0%");
        assert_eq!(Unit::Seconds.change(Some(3.0), Some(2.0)), "+50.0%", "a mean is of many calls");
        assert_eq!(Unit::Seconds.show(None), "–");
    }

    #[test]
    fn of_a_handful_no_share_is_told_and_tenfold_is_a_multiple() {
        assert_eq!(Unit::Count.change(Some(323.0), Some(1.0)), "–");
        assert_eq!(Unit::Count.change(Some(5.0), Some(0.0)), "–");
        assert_eq!(Unit::Count.change(Some(323.0), Some(10.0)), "×32");
        assert_eq!(Unit::Count.change(Some(99.0), Some(10.0)), "+890.0%");
    }
}
