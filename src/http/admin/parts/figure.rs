//! A figure with its definition and the rows behind it, as Home and the statistics page show it.
//!
//! The definition comes from [`metrics`] and the rows from the one place that says how: so no
//! figure can mean one thing here, another there, and lead to a third.

use crate::domain::Lang;
use crate::domain::metrics::{self, Metric};
use crate::http::admin::parts::count;
use crate::store::StatRow;

#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) label: &'static str,
    pub(crate) value: String,
    /// What it was in the compared range; empty where nothing is compared.
    pub(crate) before: String,
    /// `+12.0%`, `−1.3 pp`, `×32`; empty where nothing can be said.
    pub(crate) change: String,
    pub(crate) meaning: &'static str,
    pub(crate) rows: Option<Rows>,
    /// What it leaves out, or when it was.
    pub(crate) aside: Option<Aside>,
}

#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) href: String,
    pub(crate) counts: u64,
}

#[derive(Debug)]
pub(crate) struct Aside {
    pub(crate) text: String,
    pub(crate) href: String,
    pub(crate) counts: Option<u64>,
}

pub(crate) type Filters = &'static [(&'static str, &'static str)];

pub(crate) const UNDER_WAY: Filters = &[("not_state", "released")];
/// Calls in which the parties talk now.
pub(crate) const TALKING: Filters = &[("state", "answered")];
/// Calls that nobody has answered yet and that are not over.
pub(crate) const RINGING: Filters = &[("state", "offered"), ("state", "dialled"), ("state", "alerting")];
/// Calls that ended unanswered.
pub(crate) const UNANSWERED: Filters = &[("answered", "false"), ("state", "released")];

pub(crate) fn rows_of(metric: &Metric, sum: &StatRow) -> Option<(Filters, u64)> {
    Some(match metric.name {
        name if name == metrics::CALLS.name => (&[], sum.calls),
        name if name == metrics::ANSWERED.name || name == metrics::ASR.name => (&[("answered", "true")], sum.answered),
        name if name == metrics::ACD.name || name == metrics::TALK.name => {
            (&[("outcome", "answered")], sum.acd().whole)
        }
        name if name == metrics::PDD.name => (&[("min_pdd", "0")], sum.with_pdd),
        _ => return None,
    })
}

/// What stands beside a figure: how many calls are still under way, and how many of them a rate
/// leaves out.
pub(crate) fn aside_of(lang: Lang, metric: &Metric, sum: &StatRow, href: impl Fn(Filters) -> String) -> Option<Aside> {
    let (n, filters, text) = match metric.name {
        name if name == metrics::CALLS.name => {
            let n = sum.under_way();
            let text = match lang {
                Lang::Zh => format!("其中 {} 通进行中", count(n)),
                Lang::En => format!("{} of them under way", count(n)),
            };
            (n, UNDER_WAY, text)
        }
        name if name == metrics::ASR.name => {
            let text = match lang {
                Lang::Zh => format!("另有 {} 通振铃中，不计入", count(sum.ringing)),
                Lang::En => format!("{} ringing, left out", count(sum.ringing)),
            };
            (sum.ringing, RINGING, text)
        }
        _ => return None,
    };
    (n > 0).then(|| Aside { text, href: href(filters), counts: Some(n) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CallState;

    #[test]
    fn the_states_that_ring_and_those_that_talk_are_all_that_are_not_over() {
        let listed: Vec<&str> = RINGING.iter().chain(TALKING).map(|(_, state)| *state).collect();
        let not_over = CallState::ALL.into_iter().filter(|state| *state != CallState::Released);
        assert_eq!(listed, not_over.map(CallState::name).collect::<Vec<_>>());
    }

    #[test]
    fn what_still_rings_is_told_beside_the_rate_that_leaves_it_out() {
        let sum = StatRow { calls: 10, answered: 6, talking: 2, ringing: 3, ..StatRow::default() };
        let aside = |metric| aside_of(Lang::Zh, metric, &sum, |filters| format!("{filters:?}")).unwrap();
        let (calls, asr) = (aside(&metrics::CALLS), aside(&metrics::ASR));
        assert_eq!((calls.text.as_str(), calls.counts), ("其中 5 通进行中", Some(5)));
        assert_eq!((asr.text.as_str(), asr.counts), ("另有 3 通振铃中，不计入", Some(3)));
        assert!(aside_of(Lang::Zh, &metrics::ASR, &StatRow::default(), |_| String::new()).is_none());
    }
}
