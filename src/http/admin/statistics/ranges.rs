//! Which two ranges the statistics page compares, read from its address.
//!
//! `from` and `to` are the API's; `vs` says what to compare with: `week` the same days a week
//! (or as many weeks as it takes) before, `previous` the time right before, `custom` whatever
//! `vs_from` and `vs_to` say, `none` nothing. A range that goes on is compared with a range cut
//! at the same hour, so that a morning is not measured against a whole day.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::domain::BEIJING;
use crate::domain::{Lang, Text, vocabulary};
use crate::http::admin::parts::local;
use crate::http::admin::query::{hour, hours_later, instant, midnight};
use crate::http::admin::request::{Pairs, find};
use crate::store::{Span, Step};

/// Hours up to which bars are hours; longer ranges have bars of days.
const HOURS_SHOWN: i64 = 48;

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum Versus {
        Week "week",
        Previous "previous",
        Custom "custom",
        None "none",
    }
}

impl Versus {
    pub(crate) fn title(self) -> Text {
        match self {
            Self::Week => Text::new("上周同日", "same weekday before"),
            Self::Previous => Text::new("上一时段", "the time before"),
            Self::Custom => Text::new("自选时段", "another range"),
            Self::None => Text::new("不对比", "nothing"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

impl Range {
    pub(crate) fn hours(self) -> i64 {
        self.to.duration_since(self.from).as_hours()
    }

    pub(crate) fn span(self) -> Span {
        Span { from: Some(self.from), to: Some(self.to) }
    }

    fn back(self, by: i64) -> Self {
        Self { from: hours_later(self.from, -by), to: hours_later(self.to, -by) }
    }

    /// `11-14 00:00 – 11-21 00:00`, or one day.
    pub(crate) fn title(self, lang: Lang) -> String {
        let whole_day = midnight(self.from) == self.from && self.hours() <= 24;
        let format = lang.t("%-m月%-d日", "%-d %b");
        if whole_day {
            return local(self.from, lang.t("%Y年%-m月%-d日", "%-d %b %Y"));
        }
        let last = self.to.checked_sub(SignedDuration::from_secs(1)).unwrap_or(self.to);
        if midnight(self.from) == self.from && self.hours() > HOURS_SHOWN {
            return format!("{} – {}", local(self.from, format), local(last, format));
        }
        format!("{} – {}", local(self.from, "%m-%d %H:%M"), local(self.to, "%m-%d %H:%M"))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ranges {
    pub(crate) now: Range,
    pub(crate) versus: Versus,
    pub(crate) before: Option<Range>,
}

impl Ranges {
    /// Reads the address; today beside the same day last week when it says nothing.
    pub(crate) fn read(pairs: &Pairs, now: Timestamp) -> Self {
        let value = |name| find(pairs, name).and_then(instant);
        let from = value("from").map_or_else(|| midnight(now), hour);
        // A range that goes on ends with the hour that is not over yet.
        let going_on = hours_later(hour(now), 1);
        let to = value("to").map_or(going_on, |to| if hour(to) == to { to } else { hours_later(hour(to), 1) });
        let range = Range { from, to: to.clamp(hours_later(from, 1), hours_later(from, 10 * 366 * 24)) };
        let asked = find(pairs, "vs").and_then(Versus::parse);
        let versus = asked.unwrap_or(if range.hours() <= 24 { Versus::Week } else { Versus::Previous });
        let (days, weeks) = ((range.hours() + 23) / 24, (range.hours() + 167) / 168);
        let before = match versus {
            Versus::Week => Some(range.back(weeks * 168)),
            // Whole days stay whole days; a few hours are compared with the hours before them.
            Versus::Previous if midnight(from) == from => Some(range.back(days * 24)),
            Versus::Previous => Some(range.back(range.hours())),
            Versus::Custom => value("vs_from").map(|from| {
                let to = value("vs_to").unwrap_or_else(|| hours_later(from, range.hours()));
                Range { from: hour(from), to: to.max(hours_later(hour(from), 1)) }
            }),
            Versus::None => None,
        };
        Self { now: range, versus, before }
    }

    pub(crate) fn step(self) -> Step {
        if self.now.hours() <= HOURS_SHOWN { Step::Hour } else { Step::Day }
    }
}

pub(crate) fn unused(pairs: &Pairs) -> Option<Text> {
    let (versus, of_range) = (find(pairs, "vs"), ["vs_from", "vs_to"].map(|name| find(pairs, name)));
    let custom = versus == Some(Versus::Custom.name());
    if !custom && of_range.iter().any(Option::is_some) {
        return Some(Text::new(
            "你填写了对比时段，但对比没有选“自选时段”：请改选它，或清空对比时段。",
            "Another range is entered, but it is not what is compared with: choose another range, or empty it.",
        ));
    }
    if of_range.iter().flatten().any(|text| instant(text).is_none()) || (custom && of_range[0].is_none()) {
        return Some(Text::new(
            "请填写自选对比时段的开始时间，如 2026-11-21 10:00。",
            "Enter when the other range begins, such as 2026-11-21 10:00.",
        ));
    }
    (versus.is_some() && !Versus::ALL.into_iter().any(|known| Some(known.name()) == versus))
        .then_some(Text::new("没有这种对比。", "There is no such comparison."))
}

pub(crate) fn ready(now: Timestamp) -> [(Text, Span); 5] {
    let today = midnight(now);
    let since = |from| Span { from: Some(from), to: None };
    [
        (Text::new("今天", "Today"), since(today)),
        (Text::new("昨天", "Yesterday"), Span { from: Some(hours_later(today, -24)), to: Some(today) }),
        (Text::new("近 7 天", "7 days"), since(hours_later(today, -6 * 24))),
        (Text::new("近 30 天", "30 days"), since(hours_later(today, -29 * 24))),
        (Text::new("本月", "This month"), since(month(today))),
    ]
}

fn month(t: Timestamp) -> Timestamp {
    let first: Date = t.to_zoned(BEIJING).date().first_of_month();
    first.to_zoned(BEIJING).map_or(t, |first| first.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, now: &str, before: Option<&str>) {
        let at = "2026-11-21T02:20:00Z".parse().unwrap();
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let ranges = Ranges::read(&pairs, at);
        let shown = |r: Range| format!("{} {}", local(r.from, "%m-%dT%H"), local(r.to, "%m-%dT%H"));
        assert_eq!(shown(ranges.now), now, "{query}");
        assert_eq!(ranges.before.map(shown).as_deref(), before, "{query}");
    }

    #[test]
    fn a_range_is_compared_with_one_of_its_own_length() {
        check("", "11-21T00 11-21T11", Some("11-14T00 11-14T11"));
        check("vs=previous", "11-21T00 11-21T11", Some("11-20T00 11-20T11"));
        check("from=2026-11-14T16:00:00Z", "11-15T00 11-21T11", Some("11-08T00 11-14T11"));
        check("from=2026-11-14T16:00:00Z&vs=week", "11-15T00 11-21T11", Some("11-08T00 11-14T11"));
        check(
            "from=2026-11-21T01:00:00Z&to=2026-11-21T02:00:00Z&vs=previous",
            "11-21T09 11-21T10",
            Some("11-21T08 11-21T09"),
        );
        check("vs=custom&vs_from=2026-10-01", "11-21T00 11-21T11", Some("10-01T00 10-01T11"));
        check("vs=none", "11-21T00 11-21T11", None);
        check("from=2026-11-22T00:00:00Z", "11-22T08 11-22T09", Some("11-15T08 11-15T09"));
    }

    #[test]
    fn another_range_that_is_entered_and_not_compared_with_is_said_and_not_dropped() {
        for (query, fine) in [
            ("", true),
            ("vs=week", true),
            ("vs=custom&vs_from=2026-10-01", true),
            ("vs=custom&vs_from=2026-10-01T00:00&vs_to=2026-10-02T00:00", true),
            ("vs=week&vs_from=2026-10-01", false),
            ("vs_to=2026-10-01", false),
            ("vs=none&vs_from=2026-10-01", false),
            ("vs=custom", false),
            ("vs=custom&vs_from=soon", false),
            ("vs=month", false),
        ] {
            let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            assert_eq!(unused(&pairs).is_none(), fine, "{query}");
        }
    }

    #[test]
    fn a_month_begins_on_its_first_day_in_shanghai() {
        assert_eq!(month("2026-10-31T16:30:00Z".parse().unwrap()), "2026-10-31T16:00:00Z".parse().unwrap());
        assert_eq!(month("2026-11-21T02:20:00Z".parse().unwrap()), "2026-10-31T16:00:00Z".parse().unwrap());
    }
}
