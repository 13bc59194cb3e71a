//! The steps that [`crate::http::admin::calls::ladder`] draws.
//!
//! Steps come from events. If a platform pushes only the record, its four instants are the steps and link
//! to its callback. A step is drawn from one party only if it is known who did it: an end by nobody known
//! spans all lanes.

use jiff::Timestamp;

use crate::domain::{Call, CallEventView, EventKind, Lang, Masking, Party, Seq};
use crate::platforms::CallShape;

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) at: Timestamp,
    pub(crate) kind: EventKind,
    /// From whom to whom; `None` if neither is known.
    pub(crate) way: Option<(Party, Party)>,
    pub(crate) label: String,
    pub(crate) callback: Option<Seq>,
}

impl Step {
    pub(crate) fn is_of(&self, party: Party) -> bool {
        self.way.is_some_and(|(from, to)| from == party || to == party)
    }
}

pub(crate) fn is_one_legged(call: &Call) -> bool {
    call.product.is_some_and(|product| product.info().shape == CallShape::Announcement)
}

pub(crate) fn steps(lang: Lang, call: &Call, masking: Masking) -> Vec<Step> {
    let seen = |kind, leg: Option<Party>| {
        call.events
            .iter()
            .any(|e| e.kind == kind && e.at.is_some() && (leg.is_none() || e.leg.is_none() || e.leg == leg))
    };
    let mut steps: Vec<Step> = call.events.iter().filter_map(|e| of_event(lang, call, e, masking)).collect();
    let record = call.events.iter().find(|e| e.kind == EventKind::Rated).map(|e| e.callback);
    let known = [
        (call.setup_at, EventKind::Offered, None),
        (call.alerting_at, EventKind::Alerted, Some(Party::Callee)),
        (call.answered_at, EventKind::Answered, Some(Party::Callee)),
        (call.released_at, EventKind::Released, None),
    ];
    for (at, kind, leg) in known {
        let told = seen(kind, leg) || (kind == EventKind::Offered && seen(EventKind::Dialled, None));
        if let (Some(at), false) = (at, told) {
            // The platform made the call itself.
            let kind = if kind == EventKind::Offered && is_one_legged(call) { EventKind::Dialled } else { kind };
            steps.push(step(lang, call, at, kind, leg, "", record));
        }
    }
    steps.sort_by_key(|s| (s.at, s.kind));
    steps
}

fn of_event(lang: Lang, call: &Call, event: &CallEventView, masking: Masking) -> Option<Step> {
    if matches!(event.kind, EventKind::Recorded | EventKind::Rated) {
        return None;
    }
    let digits = event.digits.as_ref().map_or_else(String::new, |d| format!(" {}", masking.text_of(d, call.parties())));
    Some(step(lang, call, event.at?, event.kind, event.leg, &digits, Some(event.callback)))
}

fn step(
    lang: Lang,
    call: &Call,
    at: Timestamp,
    kind: EventKind,
    leg: Option<Party>,
    more: &str,
    callback: Option<Seq>,
) -> Step {
    let way = if is_one_legged(call) { way_of_one_leg(call, kind, leg) } else { way(call, kind, leg) };
    let unknown = kind == EventKind::Released && way.is_none();
    let word = if unknown { lang.t("结束", "Ends") } else { kind.word().get(lang) };
    Step { at, kind, way, label: format!("{word}{more}"), callback }
}

fn way(call: &Call, kind: EventKind, leg: Option<Party>) -> Option<(Party, Party)> {
    let side = leg.filter(|l| *l != Party::Platform);
    Some(match kind {
        EventKind::Offered | EventKind::DigitsCollected => (side.unwrap_or(Party::Caller), Party::Platform),
        EventKind::Dialled => (Party::Platform, side.unwrap_or(Party::Callee)),
        EventKind::Alerted | EventKind::Answered => (side.unwrap_or(Party::Callee), Party::Platform),
        EventKind::Released | EventKind::Recorded | EventKind::Rated => match ended_by(call, side)? {
            // A leg that was never dialled has no end.
            Party::Platform if reached_callee(call) => (Party::Platform, Party::Callee),
            Party::Platform => (Party::Platform, Party::Caller),
            party => (party, Party::Platform),
        },
    })
}

fn way_of_one_leg(call: &Call, kind: EventKind, leg: Option<Party>) -> Option<(Party, Party)> {
    Some(match kind {
        EventKind::Offered | EventKind::Dialled => (Party::Platform, Party::Callee),
        EventKind::DigitsCollected | EventKind::Alerted | EventKind::Answered => (Party::Callee, Party::Platform),
        EventKind::Released | EventKind::Recorded | EventKind::Rated => match ended_by(call, leg)? {
            Party::Callee => (Party::Callee, Party::Platform),
            Party::Caller | Party::Platform => (Party::Platform, Party::Callee),
        },
    })
}

fn ended_by(call: &Call, side: Option<Party>) -> Option<Party> {
    call.release.as_ref().and_then(|release| release.by).or(side)
}

fn reached_callee(call: &Call) -> bool {
    let reached = |e: &CallEventView| {
        matches!(e.kind, EventKind::Dialled | EventKind::Alerted | EventKind::Answered) && e.leg != Some(Party::Caller)
    };
    call.alerting_at.is_some() || call.answered_at.is_some() || call.events.iter().any(reached)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Product;
    use crate::domain::Release;
    use crate::http::admin::samples;

    fn ways(call: &Call) -> Vec<Option<(Party, Party)>> {
        steps(Lang::En, call, Masking::Whole).into_iter().map(|s| s.way).collect()
    }

    #[test]
    fn an_end_that_nobody_is_known_to_have_made_is_nobodys() {
        let mut call = samples::answered_call();
        call.release = None;
        call.events[4].leg = None;
        let steps = steps(Lang::En, &call, Masking::Whole);
        let end = steps.last().unwrap();
        assert_eq!((end.way, end.label.as_str()), (None, "Ends"));
    }

    #[test]
    fn a_call_refused_before_dialling_is_ended_towards_its_caller() {
        let call = samples::failed_call();
        assert_eq!(ways(&call).last(), Some(&Some((Party::Platform, Party::Caller))));
    }

    #[test]
    fn digits_in_a_notice_come_from_whoever_was_called() {
        let mut call = samples::answered_call();
        call.product = Some(Product::new("notify"));
        call.events[3].kind = EventKind::DigitsCollected;
        call.events[3].leg = None;
        call.release = Some(Release { by: Some(Party::Caller), ..call.release.unwrap() });
        let ways = ways(&call);
        assert!(ways.contains(&Some((Party::Callee, Party::Platform))));
        assert!(ways.iter().flatten().all(|(from, to)| *from != Party::Caller && *to != Party::Caller), "{ways:?}");
    }
}
