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
//! Time runs downwards; a gap's height grows with its logarithm, so that four seconds of ringing are
//! visible beside an hour of talk; long gaps are broken. A call made by the platform itself (a notice, a
//! code) has one leg and two lanes. This module is geometry only:
//! [`crate::http::admin::calls::ladder_steps`] finds the steps, the style sheet has the colours, and a
//! table on the page has every line.

use crate::domain::Seq;
use crate::domain::{Call, EventKind, Lang, Masking, Party};
use crate::http::admin::calls::ladder_steps::{Step, is_one_legged, steps};
use crate::http::admin::parts::{local, phone, span};
use crate::limits;
use std::collections::BTreeMap;

#[derive(Debug)]
pub(crate) enum Behind {
    Pages,
    Files(BTreeMap<Seq, String>),
}

impl Behind {
    /// `None` if the pack leaves the callback out.
    pub(crate) fn href(&self, seq: Seq) -> Option<String> {
        match self {
            Self::Pages => Some(format!("/callbacks/{seq}")),
            Self::Files(files) => files.get(&seq).cloned(),
        }
    }
}

/// The width of a phone's column, so that text keeps its size.
const WIDTH: u32 = 366;
const LANES: [(Party, u32); 3] = [(Party::Caller, 108), (Party::Platform, 212), (Party::Callee, 316)];
const LANES_OF_ONE_LEG: [(Party, u32); 2] = [(Party::Platform, 138), (Party::Callee, 290)];
const TOP: u32 = 62;
/// Between two steps at one instant.
const STEP: u32 = 34;
/// The largest growth of a gap.
const GAP_MAX: f64 = 78.0;
/// Seconds from which a gap is drawn broken.
const BROKEN: i64 = 600;

#[derive(Debug)]
pub(crate) struct Ladder {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) top: u32,
    pub(crate) bottom: u32,
    pub(crate) lanes: Vec<Lane>,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) bands: Vec<Band>,
    pub(crate) arrows: Vec<Arrow>,
    /// Steps that only the table shows.
    pub(crate) left_out: usize,
}

#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) x: u32,
    pub(crate) title: &'static str,
    pub(crate) number: String,
}

#[derive(Debug)]
pub(crate) struct Tick {
    pub(crate) y: u32,
    pub(crate) text_y: u32,
    pub(crate) time: String,
}

#[derive(Debug)]
pub(crate) struct Gap {
    pub(crate) y: u32,
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) text: String,
    pub(crate) broken: bool,
}

#[derive(Debug)]
pub(crate) struct Band {
    pub(crate) class: &'static str,
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) label: String,
    pub(crate) label_x: u32,
    pub(crate) label_y: u32,
}

#[derive(Debug)]
pub(crate) struct Arrow {
    pub(crate) class: &'static str,
    pub(crate) x1: u32,
    pub(crate) x2: u32,
    pub(crate) y: u32,
    /// The arrow's head; empty if nobody is known.
    pub(crate) head: String,
    pub(crate) label: String,
    pub(crate) label_x: u32,
    pub(crate) label_y: u32,
    pub(crate) href: Option<String>,
    /// For screen readers.
    pub(crate) spoken: String,
}

impl Ladder {
    /// `None` without any known instant.
    pub(crate) fn of(lang: Lang, call: &Call, masking: Masking, behind: &Behind) -> Option<Self> {
        let mut steps = steps(lang, call, masking);
        let left_out = steps.len().saturating_sub(limits::LADDER_STEPS);
        steps.truncate(limits::LADDER_STEPS);
        if steps.is_empty() {
            return None;
        }
        let lanes = lanes_of(call);
        let (ys, ticks, gaps) = scale(lang, &steps);
        let bottom = ys.last().copied().unwrap_or(TOP) + 20;
        Some(Self {
            width: WIDTH,
            height: bottom + 8,
            top: TOP - 14,
            bottom,
            lanes: lanes.iter().map(|lane| named(lang, call, masking, *lane)).collect(),
            ticks,
            gaps,
            bands: bands(lang, call, lanes, &steps, &ys),
            arrows: steps.iter().zip(&ys).map(|(step, y)| arrow(lang, lanes, step, *y, behind)).collect(),
            left_out,
        })
    }
}

fn lanes_of(call: &Call) -> &'static [(Party, u32)] {
    if is_one_legged(call) { &LANES_OF_ONE_LEG } else { &LANES }
}

fn named(lang: Lang, call: &Call, masking: Masking, (party, x): (Party, u32)) -> Lane {
    let number = match party {
        Party::Caller => call.caller.as_ref(),
        Party::Platform => call.x.as_ref().or(call.caller.as_ref().filter(|_| is_one_legged(call))),
        Party::Callee => call.callee.as_ref(),
    };
    let title = match (party, &call.x) {
        (Party::Platform, Some(_)) if !is_one_legged(call) => lang.t("平台 · X 号码", "Platform · X"),
        _ => party.word().get(lang),
    };
    Lane { x, title, number: number.map_or_else(String::new, |n| shortened(&phone(n, masking))) }
}

/// Shortens a text in the middle to fit a heading.
fn shortened(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= LANE_CHARS {
        return text.to_owned();
    }
    let half = LANE_CHARS / 2;
    let part = |from: usize, to: usize| chars[from..to].iter().collect::<String>();
    format!("{}…{}", part(0, half), part(chars.len() + 1 - half, chars.len()))
}

/// Characters of a number that fit a lane.
const LANE_CHARS: usize = 18;

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

fn x_of(lanes: &[(Party, u32)], party: Party) -> u32 {
    lanes.iter().find(|(p, _)| *p == party).or(lanes.first()).map_or(0, |(_, x)| *x)
}

fn ends(lanes: &[(Party, u32)]) -> (u32, u32) {
    (lanes.first().map_or(0, |(_, x)| *x), lanes.last().map_or(WIDTH, |(_, x)| *x))
}

fn arrow(lang: Lang, lanes: &[(Party, u32)], step: &Step, y: u32, behind: &Behind) -> Arrow {
    let class = match step.kind {
        EventKind::Answered => "answered",
        EventKind::Released => "released",
        EventKind::Alerted => "alerted",
        _ => "plain",
    };
    let (x1, x2, head) = match step.way {
        Some((from, to)) => {
            let (x1, x2) = (x_of(lanes, from), x_of(lanes, to));
            let (tip, back) = if x2 > x1 { (x2 - 1, x2 - 9) } else { (x2 + 1, x2 + 9) };
            (x1, back, format!("{tip},{y} {back},{} {back},{}", y - 4, y + 4))
        }
        None => (ends(lanes).0, ends(lanes).1, String::new()),
    };
    let who = step.way.map_or("", |(from, _)| from.word().get(lang));
    let spoken = format!("{} {who} {}", local(step.at, "%H:%M:%S"), step.label);
    // Between the first two lanes if it spans all: the band's label is in the middle of the third.
    let label_x = match step.way {
        None if lanes.len() > 2 => u32::midpoint(lanes[0].1, lanes[1].1),
        _ => u32::midpoint(x1, x2),
    };
    Arrow {
        class,
        x1,
        x2,
        y,
        head,
        label: fitting(&step.label),
        label_x,
        label_y: y - 6,
        href: step.callback.and_then(|seq| behind.href(seq)),
        spoken,
    }
}

/// Cuts a label to fit between two lanes; the table has all of it.
fn fitting(label: &str) -> String {
    const ROOM: u32 = 94;
    let width = |c: char| if c.is_ascii() { 7 } else { 12 };
    let mut left = ROOM;
    for (at, c) in label.char_indices() {
        match left.checked_sub(width(c)) {
            Some(rest) => left = rest,
            None => return format!("{}…", label[..at].trim_end()),
        }
    }
    label.to_owned()
}

fn bands(lang: Lang, call: &Call, lanes: &[(Party, u32)], steps: &[Step], ys: &[u32]) -> Vec<Band> {
    let y_of = |kind, party| steps.iter().position(|s| s.kind == kind && s.is_of(party)).map(|i| ys[i]);
    let end = steps.iter().position(|s| s.kind == EventKind::Released).map(|i| ys[i]);
    let band = |class, x, y, width, to: u32| {
        let label = String::new();
        Band { class, x, y, width, height: to - y, label, label_x: 0, label_y: 0 }
    };
    let mut bands = Vec::new();
    for &(party, x) in lanes.iter().filter(|(party, _)| *party != Party::Platform) {
        let from = y_of(EventKind::Alerted, party);
        let to = y_of(EventKind::Answered, party).or(end).or(ys.last().copied());
        if let (Some(from), Some(to)) = (from, to)
            && to > from
        {
            bands.push(band("ringing", x - 5, from, 10, to));
        }
    }
    let talk_from = y_of(EventKind::Answered, Party::Callee).filter(|_| call.talk_seconds > 0);
    if let (Some(from), Some(to)) = (talk_from, end)
        && to > from
    {
        let (left, right) = ends(lanes);
        bands.push(Band {
            label: format!("{} {}", lang.t("通话", "Talk"), span(lang, u64::from(call.talk_seconds))),
            label_x: u32::midpoint(left, right),
            label_y: widest_gap(ys, from, to),
            ..band("talk", left, from, right - left, to)
        });
    }
    bands
}

/// The middle of the widest gap between `from` and `to`, where a label meets no arrow.
fn widest_gap(ys: &[u32], from: u32, to: u32) -> u32 {
    let inside: Vec<u32> = ys.iter().copied().filter(|y| (from..=to).contains(y)).collect();
    let widest = inside.windows(2).max_by_key(|pair| pair[1] - pair[0]);
    let (above, below) = widest.map_or((from, to), |pair| (pair[0], pair[1]));
    if below - above > 56 { u32::midpoint(above, below) + 2 } else { above + 16 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Product;
    use crate::http::admin::samples;

    fn drawn(lang: Lang, call: &Call) -> Ladder {
        Ladder::of(lang, call, Masking::Whole, &Behind::Pages).unwrap()
    }

    #[test]
    fn time_runs_downwards_and_every_gap_is_named() {
        let ladder = drawn(Lang::En, &samples::answered_call());
        assert!(ladder.arrows.windows(2).all(|w| w[0].y < w[1].y));
        let texts: Vec<_> = ladder.gaps.iter().map(|g| g.text.replace('\u{a0}', " ")).collect();
        assert_eq!(texts, ["1 s", "2 s", "6 s", "1 min 18 s"]);
        assert_eq!(ladder.lanes[1].number, "0755 2878 0808");
    }

    #[test]
    fn a_call_of_which_only_the_record_is_known_is_drawn_from_it() {
        let mut call = samples::answered_call();
        call.events.retain(|event| event.kind == EventKind::Rated);
        let ladder = drawn(Lang::Zh, &call);
        let labels: Vec<_> = ladder.arrows.iter().map(|a| a.label.as_str()).collect();
        assert_eq!(labels, ["呼入", "振铃", "接听", "挂机"]);
        assert!(ladder.bands.iter().any(|b| b.class == "talk"));
        assert!(ladder.arrows.iter().all(|a| a.href.as_deref() == Some("/callbacks/126")), "{:?}", ladder.arrows);
    }

    #[test]
    fn a_call_without_any_instant_has_no_drawing() {
        let mut call = samples::answered_call();
        call.events.clear();
        (call.setup_at, call.alerting_at, call.answered_at, call.released_at) = (None, None, None, None);
        assert!(Ladder::of(Lang::Zh, &call, Masking::Whole, &Behind::Pages).is_none());
    }

    #[test]
    fn a_call_that_the_platform_makes_has_one_leg() {
        let mut call = samples::answered_call();
        call.product = Some(Product::new("notify"));
        let ladder = drawn(Lang::En, &call);
        assert_eq!(ladder.lanes.len(), 2);
        let lanes = [ladder.lanes[0].x, ladder.lanes[1].x];
        assert!(ladder.arrows.iter().all(|a| lanes.contains(&a.x1)), "{:?}", ladder.arrows);
    }

    #[test]
    fn labels_meet_neither_each_other_nor_an_arrow() {
        let mut call = samples::answered_call();
        let mut digits = call.events[3].clone();
        digits.kind = EventKind::DigitsCollected;
        digits.digits = Some("12345678901234567890#".to_owned());
        digits.at = digits.at.map(|at| at + jiff::SignedDuration::from_secs(3));
        call.events.insert(4, digits);
        for lang in [Lang::Zh, Lang::En] {
            let ladder = drawn(lang, &call);
            let band = ladder.bands.iter().find(|b| b.class == "talk").unwrap();
            for arrow in &ladder.arrows {
                assert!(arrow.y.abs_diff(band.label_y) > 12, "{} lies on {}", band.label, arrow.label);
                assert!(arrow.label.chars().count() <= 14, "{}", arrow.label);
            }
        }
    }

    #[test]
    fn an_endless_story_is_drawn_to_a_bound_and_says_so() {
        let mut call = samples::answered_call();
        let again = call.events[1].clone();
        call.events.extend(std::iter::repeat_n(again, 500));
        let ladder = drawn(Lang::En, &call);
        assert_eq!(ladder.arrows.len(), limits::LADDER_STEPS);
        assert_eq!(ladder.left_out, 505 - limits::LADDER_STEPS);
    }
}
