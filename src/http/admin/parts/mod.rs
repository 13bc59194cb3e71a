//! The small parts that pages are set from: a time, a phone number, a state.
//!
//! Each is a value with a template of its own, so that a time, a number and an outcome look
//! the same wherever they stand. [`phone`] is the only place that groups a number.

pub(super) mod body_text;
pub(super) mod chart;
pub(super) mod days;
pub(super) mod figure;
pub(super) mod list_form;
pub(super) mod list_frame;
pub(super) mod misdirected;
pub(super) mod words;

use crate::domain::BEIJING;
use askama::Template;
use askama::filters::HtmlSafe;
use jiff::Timestamp;

use crate::domain::{Lang, Masking, PhoneNumber};

pub(crate) fn local(t: Timestamp, format: &str) -> String {
    t.to_zoned(BEIJING).strftime(format).to_string()
}

pub(crate) fn utc(t: Timestamp) -> String {
    t.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// An instant: shown in Asia/Shanghai, in UTC on hover, on print, and where the reader asked
/// for it at the top of the page.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "admin/parts/when.html")]
pub(crate) struct When {
    iso: String,
    title: String,
    utc: String,
    shown: String,
}

impl When {
    fn new(t: Timestamp, format: &str) -> Self {
        let title = format!("{} · {}", local(t, "%Y-%m-%d %H:%M:%S +08"), utc(t));
        // A time of day alone still names the day where UTC has another one.
        let same_day = local(t, "%d") == t.strftime("%d").to_string();
        let format_utc = if format == "%H:%M:%S" && !same_day { "%m-%d %H:%M:%S" } else { format };
        let utc = t.strftime(format_utc).to_string();
        Self { iso: t.to_string(), title, utc, shown: local(t, format) }
    }

    pub(crate) fn full(t: Timestamp) -> Self {
        Self::new(t, "%Y-%m-%d %H:%M:%S")
    }

    /// The time of day, under a heading that has the date.
    pub(crate) fn clock(t: Timestamp) -> Self {
        Self::new(t, "%H:%M:%S")
    }

    /// Month, day, time.
    pub(crate) fn short(t: Timestamp) -> Self {
        Self::new(t, "%m-%d %H:%M:%S")
    }
}

impl HtmlSafe for When {}

#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "admin/parts/phone.html")]
pub(crate) struct Phone {
    shown: String,
    e164: String,
    /// Whether it may break: some platforms send whole addresses for numbers.
    long: bool,
}

/// Characters up to which a number stays on one line: E.164 with its blanks has 19.
const UNBROKEN: usize = 20;

impl Phone {
    pub(crate) fn new(number: &PhoneNumber, masking: Masking) -> Self {
        let e164 = masking.number(number);
        let shown = phone(number, masking);
        Self { long: shown.chars().count() > UNBROKEN, shown, e164 }
    }

    pub(crate) fn plain(&self) -> &str {
        &self.shown
    }
}

impl HtmlSafe for Phone {}

/// A text in which what stands in backticks is set as code.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "admin/parts/coded.html")]
pub(crate) struct Coded {
    parts: Vec<String>,
}

impl Coded {
    pub(crate) fn new(text: &str) -> Self {
        Self { parts: text.split('`').map(str::to_owned).collect() }
    }
}

impl HtmlSafe for Coded {}

/// A number as people read it: `138 0000 0021`, `0755 2878 0808`; where it must be masked, in the
/// one form in which the API, files and messages have it too: `+86138****0021`.
pub(crate) fn phone(number: &PhoneNumber, masking: Masking) -> String {
    let text = match masking {
        Masking::Whole => number.reveal().to_owned(),
        Masking::Masked => return number.masked(),
    };
    let Some(national) = text.strip_prefix("+86") else { return text };
    let chars: Vec<char> = national.chars().collect();
    let mobile = chars.len() == 11 && chars[0] == '1';
    let two_digit_area = chars.first() == Some(&'2') || (chars.len() == 10 && chars.starts_with(&['1', '0']));
    let (trunk, first) = match (mobile, two_digit_area, chars.len()) {
        (true, _, _) => ("", 3),
        (_, true, 9..=10) => ("0", 2),
        (_, false, 10..=11) => ("0", 3),
        _ => return national.to_owned(),
    };
    let last = chars.len() - 4;
    let part = |from: usize, to: usize| chars[from..to].iter().collect::<String>();
    format!("{trunk}{} {} {}", part(0, first), part(first, last), part(last, chars.len()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    /// Ended without a talk, as calls do.
    Quiet,
    Warn,
    Bad,
    Busy,
}

impl Tone {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Quiet => "quiet",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Busy => "busy",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "admin/parts/badge.html")]
pub(crate) struct Badge {
    pub(crate) tone: Tone,
    pub(crate) word: String,
}

impl Badge {
    pub(crate) fn new(tone: Tone, word: impl Into<String>) -> Self {
        Self { tone, word: word.into() }
    }
}

impl HtmlSafe for Badge {}

/// A count with its thousands apart: `12,345`.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Seconds as a talk is timed: `0:18`, `1:02:03`.
pub(crate) fn clock_seconds(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A span in the one or two largest units: `3 天 4 小时`.
pub(crate) fn span(lang: Lang, seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let unit = |n: u64, zh: &str, en: &str| format!("{n}\u{a0}{}", lang.t(zh, en));
    let two = |a: String, n: u64, b: String| if n == 0 { a } else { format!("{a} {b}") };
    match (days, hours, minutes) {
        (0, 0, 0) => unit(seconds, "秒", "s"),
        (0, 0, _) => two(unit(minutes, "分", "min"), seconds % 60, unit(seconds % 60, "秒", "s")),
        (0, _, _) => two(unit(hours, "小时", "h"), minutes, unit(minutes, "分", "min")),
        _ => two(unit(days, "天", "d"), hours, unit(hours, "小时", "h")),
    }
}

/// A size in binary units: `1.4 MiB`.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// A share in percent with one decimal, `–` of nothing.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{:.1}%", part as f64 * 100.0 / whole as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sent: &str, whole: &str, masked: &str) {
        let number = PhoneNumber::parse(sent).unwrap();
        assert_eq!(
            (phone(&number, Masking::Whole).as_str(), phone(&number, Masking::Masked).as_str()),
            (whole, masked)
        );
    }

    #[test]
    fn whole_numbers_are_grouped_and_masked_ones_look_as_everywhere() {
        check("13812340021", "138 1234 0021", "+86138****0021");
        check("075528780808", "0755 2878 0808", "+86755****0808");
        check("01088886666", "010 8888 6666", "+8610****6666");
        check("02088886666", "020 8888 6666", "+8620****6666");
        check("10086", "10086", "***86");
        check("4008001234", "4008001234", "40****1234");
        check("+85212345678", "+85212345678", "+852****5678");
    }

    #[test]
    fn an_address_in_the_place_of_a_number_may_break_and_a_number_may_not() {
        let html = |sent: &str| Phone::new(&PhoneNumber::from_stored(sent), Masking::Whole).to_string();
        assert!(html("sip:+8613800000021@ims.mnc000.mcc460.3gppnetwork.org").contains(r#"class="tel long""#));
        assert!(html("+8613812340021").contains(r#"class="tel""#));
    }

    #[test]
    fn a_time_is_shown_in_shanghai_with_utc_on_hover() {
        let html = When::full("2026-11-21T02:13:21Z".parse().unwrap()).to_string();
        assert!(html.contains(">2026-11-21 10:13:21<"), "{html}");
        assert!(html.contains("2026-11-21 02:13:21 UTC"), "{html}");
    }

    #[test]
    fn figures_read_as_people_write_them() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(999), "999");
        assert_eq!(clock_seconds(3_723), "1:02:03");
        assert_eq!(clock_seconds(18), "0:18");
        assert_eq!(span(Lang::En, 93_600), "1\u{a0}d 2\u{a0}h");
        assert_eq!(span(Lang::Zh, 61), "1\u{a0}分 1\u{a0}秒");
        assert_eq!(size(1_500_000), "1.4 MiB");
        assert_eq!(percent(2, 3), "66.7%");
        assert_eq!(percent(0, 0), "–");
    }
}
