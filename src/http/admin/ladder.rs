//! The ladder of a call: both legs over time, drawn.
//!
//! ```text
//!   time      caller        platform      callee
//!  10:13:21      ●──offered────▶│              │
//!     ┆ 1 s      │              │──dialled────▶│
//!  10:13:24      │              │◀──rings──────│
//!     ┆ 4 s      │              │              ▒   ringing
//!  10:13:28      │              │◀──answers────│
//!     ┆ 18 s     ████████████████████████████████   talk
//!  10:13:46      │──hangs up───▶│              │
//! ```
//!
//! Time runs downwards; a gap's height grows with its logarithm, so that four seconds of
//! ringing can be seen beside an hour of talk, and a long gap is drawn broken. This is geometry
//! only: colours are the style sheet's, and the page has every line in a table as well.

use jiff::Timestamp;

use super::parts::{local, phone, span};
use super::view::Eyes;
use super::words;
use crate::domain::{Call, CallEventView, EventKind, Lang, Party};

const WIDTH: u32 = 448;
const LANES: [(Party, u32); 3] = [(Party::Caller, 124), (Party::Platform, 258), (Party::Callee, 392)];
const TOP: u32 = 62;
/// Between two steps at one instant: room for a label.
const STEP: u32 = 34;
/// A gap's growth at most.
const GAP_MAX: f64 = 78.0;
/// Seconds from which a gap is drawn broken.
const BROKEN: i64 = 600;

/// A drawing, ready to be written out.
#[derive(Debug)]
pub(super) struct Ladder {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) top: u32,
    pub(super) bottom: u32,
    pub(super) lanes: Vec<Lane>,
    pub(super) ticks: Vec<Tick>,
    pub(super) gaps: Vec<Gap>,
    pub(super) bands: Vec<Band>,
    pub(super) arrows: Vec<Arrow>,
}

/// One party's line.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) x: u32,
    pub(super) title: &'static str,
    pub(super) number: String,
}

/// An instant on the scale.
#[derive(Debug)]
pub(super) struct Tick {
    pub(super) y: u32,
    /// Where its text stands.
    pub(super) text_y: u32,
    pub(super) time: String,
}

/// The time between two instants.
#[derive(Debug)]
pub(super) struct Gap {
    pub(super) y: u32,
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) text: String,
    pub(super) broken: bool,
}

/// A state that lasts: ringing, talk.
#[derive(Debug)]
pub(super) struct Band {
    pub(super) class: &'static str,
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) label: String,
    pub(super) label_x: u32,
    pub(super) label_y: u32,
}

/// Something that happened.
#[derive(Debug)]
pub(super) struct Arrow {
    pub(super) class: &'static str,
    pub(super) x1: u32,
    pub(super) x2: u32,
    pub(super) y: u32,
    /// The points of the head.
    pub(super) head: String,
    pub(super) label: String,
    pub(super) label_x: u32,
    pub(super) label_y: u32,
}

/// What happened, before it has a place.
struct Step {
    at: Timestamp,
    kind: EventKind,
    from: Party,
    to: Party,
    label: String,
}

impl Ladder {
    /// Draws a call; `None` where no instant of it is known.
    pub(super) fn of(lang: Lang, call: &Call, eyes: Eyes) -> Option<Self> {
        let steps = steps(lang, call, eyes);
        if steps.is_empty() {
            return None;
        }
        let (ys, ticks, gaps) = scale(lang, &steps);
        let bottom = ys.last().copied().unwrap_or(TOP) + 20;
        let arrows = steps.iter().zip(&ys).map(|(step, y)| arrow(step, *y)).collect();
        Some(Self {
            width: WIDTH,
            height: bottom + 8,
            top: TOP - 14,
            bottom,
            lanes: lanes(lang, call, eyes),
            ticks,
            gaps,
            bands: bands(lang, call, &steps, &ys),
            arrows,
        })
    }
}

fn lanes(lang: Lang, call: &Call, eyes: Eyes) -> Vec<Lane> {
    let number = |party| match party {
        Party::Caller => call.caller.as_ref(),
        Party::Platform => call.x.as_ref(),
        Party::Callee => call.callee.as_ref(),
    };
    let lane = |&(party, x): &(Party, u32)| Lane {
        x,
        title: match (party, &call.x) {
            (Party::Platform, Some(_)) => lang.t("平台 · X 号码", "Platform · X"),
            _ => words::party(party).get(lang),
        },
        number: number(party).map_or_else(String::new, |n| phone(n, eyes)),
    };
    LANES.iter().map(lane).collect()
}

fn steps(lang: Lang, call: &Call, eyes: Eyes) -> Vec<Step> {
    let seen = |kind, leg: Option<Party>| {
        call.events
            .iter()
            .any(|e| e.kind == kind && e.at.is_some() && (leg.is_none() || e.leg.is_none() || e.leg == leg))
    };
    let mut steps: Vec<Step> = call.events.iter().filter_map(|e| of_event(lang, call, e, eyes)).collect();
    // A platform that pushes only the record still tells these four.
    let known = [
        (call.setup_at, EventKind::Offered, None),
        (call.alerting_at, EventKind::Alerted, Some(Party::Callee)),
        (call.answered_at, EventKind::Answered, Some(Party::Callee)),
        (call.released_at, EventKind::Released, None),
    ];
    for (at, kind, leg) in known {
        let told = seen(kind, leg) || (kind == EventKind::Offered && seen(EventKind::Dialled, None));
        if let (Some(at), false) = (at, told) {
            steps.push(step(lang, call, at, kind, leg, ""));
        }
    }
    steps.sort_by_key(|s| (s.at, s.kind));
    steps
}

fn of_event(lang: Lang, call: &Call, event: &CallEventView, eyes: Eyes) -> Option<Step> {
    if matches!(event.kind, EventKind::Recorded | EventKind::Rated) {
        return None;
    }
    let digits = event.digits.as_ref().map_or_else(String::new, |d| format!(" {}", super::parts::text(d, eyes)));
    Some(step(lang, call, event.at?, event.kind, event.leg, &digits))
}

fn step(lang: Lang, call: &Call, at: Timestamp, kind: EventKind, leg: Option<Party>, more: &str) -> Step {
    let side = leg.filter(|l| *l != Party::Platform);
    let (from, to) = match kind {
        EventKind::Offered | EventKind::DigitsCollected => (side.unwrap_or(Party::Caller), Party::Platform),
        EventKind::Dialled => (Party::Platform, side.unwrap_or(Party::Callee)),
        EventKind::Alerted | EventKind::Answered => (side.unwrap_or(Party::Callee), Party::Platform),
        EventKind::Released | EventKind::Recorded | EventKind::Rated => {
            match call.release.as_ref().and_then(|r| r.by).or(side) {
                Some(Party::Callee) => (Party::Callee, Party::Platform),
                Some(Party::Platform) => (Party::Platform, Party::Callee),
                Some(Party::Caller) | None => (Party::Caller, Party::Platform),
            }
        }
    };
    let unknown = kind == EventKind::Released && call.release.as_ref().and_then(|r| r.by).or(side).is_none();
    let word = if unknown { lang.t("结束", "Ends") } else { words::event(kind).get(lang) };
    Step { at, kind, from, to, label: format!("{word}{more}") }
}

/// The height of every step, the instants, and the gaps between them.
fn scale(lang: Lang, steps: &[Step]) -> (Vec<u32>, Vec<Tick>, Vec<Gap>) {
    let (mut ys, mut ticks, mut gaps) = (Vec::new(), Vec::<Tick>::new(), Vec::new());
    let mut y = TOP + 16;
    for (i, step) in steps.iter().enumerate() {
        let seconds = if i == 0 { 0 } else { step.at.duration_since(steps[i - 1].at).as_secs().max(0) };
        if i > 0 {
            let before = y;
            y += STEP + (16.0 * (1.0 + seconds as f64).ln()).min(GAP_MAX) as u32;
            if seconds > 0 {
                gaps.push(Gap {
                    y: u32::midpoint(before, y) + 4,
                    from: before + 8,
                    to: y - 8,
                    text: span(lang, seconds.unsigned_abs()),
                    broken: seconds >= BROKEN,
                });
            }
        }
        if i == 0 || seconds > 0 {
            ticks.push(Tick { y, text_y: y + 4, time: local(step.at, "%H:%M:%S") });
        }
        ys.push(y);
    }
    (ys, ticks, gaps)
}

fn lane_x(party: Party) -> u32 {
    LANES.iter().find(|(p, _)| *p == party).map_or(0, |(_, x)| *x)
}

fn arrow(step: &Step, y: u32) -> Arrow {
    let (x1, x2) = (lane_x(step.from), lane_x(step.to));
    let (tip, back) = if x2 > x1 { (x2 - 1, x2 - 9) } else { (x2 + 1, x2 + 9) };
    let class = match step.kind {
        EventKind::Answered => "answered",
        EventKind::Released => "released",
        EventKind::Alerted => "alerted",
        _ => "plain",
    };
    Arrow {
        class,
        x1,
        x2: back,
        y,
        head: format!("{tip},{y} {back},{} {back},{}", y - 4, y + 4),
        label: step.label.clone(),
        label_x: u32::midpoint(x1, x2),
        label_y: y - 6,
    }
}

fn bands(lang: Lang, call: &Call, steps: &[Step], ys: &[u32]) -> Vec<Band> {
    let y_of = |kind, party| {
        let found = steps.iter().position(|s| s.kind == kind && (s.from == party || s.to == party));
        found.map(|i| ys[i])
    };
    let end = steps.iter().position(|s| s.kind == EventKind::Released).map(|i| ys[i]);
    let mut bands = Vec::new();
    for party in [Party::Caller, Party::Callee] {
        let from = y_of(EventKind::Alerted, party);
        let to = y_of(EventKind::Answered, party).or(end).or(ys.last().copied());
        if let (Some(from), Some(to)) = (from, to)
            && to > from
        {
            let x = lane_x(party) - 5;
            bands.push(Band {
                class: "ringing",
                x,
                y: from,
                width: 10,
                height: to - from,
                label: String::new(),
                label_x: 0,
                label_y: 0,
            });
        }
    }
    let talk_from = y_of(EventKind::Answered, Party::Callee).filter(|_| call.talk_seconds > 0);
    if let (Some(from), Some(to)) = (talk_from, end)
        && to > from
    {
        let (left, right) = (lane_x(Party::Caller), lane_x(Party::Callee));
        bands.push(Band {
            class: "talk",
            x: left,
            y: from,
            width: right - left,
            height: to - from,
            label: format!("{} {}", lang.t("通话", "Talk"), span(lang, u64::from(call.talk_seconds))),
            label_x: u32::midpoint(left, right),
            label_y: u32::midpoint(from, to) + 2,
        });
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples;

    #[test]
    fn time_runs_downwards_and_every_gap_is_named() {
        let ladder = Ladder::of(Lang::En, &samples::answered_call(), Eyes::Whole).unwrap();
        assert!(ladder.arrows.windows(2).all(|w| w[0].y < w[1].y));
        let texts: Vec<_> = ladder.gaps.iter().map(|g| g.text.replace('\u{a0}', " ")).collect();
        assert_eq!(texts, ["1 s", "2 s", "6 s", "1 min 18 s"]);
        assert_eq!(ladder.lanes[1].number, "0755 2878 0808");
    }

    #[test]
    fn a_call_of_which_only_the_record_is_known_is_drawn_from_it() {
        let mut call = samples::answered_call();
        call.events.clear();
        let ladder = Ladder::of(Lang::Zh, &call, Eyes::Masked).unwrap();
        let labels: Vec<_> = ladder.arrows.iter().map(|a| a.label.as_str()).collect();
        assert_eq!(labels, ["呼入", "振铃", "接听", "挂机"]);
        assert!(ladder.bands.iter().any(|b| b.class == "talk"));
    }

    #[test]
    fn a_call_without_any_instant_has_no_drawing() {
        let mut call = samples::answered_call();
        call.events.clear();
        (call.setup_at, call.alerting_at, call.answered_at, call.released_at) = (None, None, None, None);
        assert!(Ladder::of(Lang::Zh, &call, Eyes::Whole).is_none());
    }
}
