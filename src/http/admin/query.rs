//! Lists as addresses: what a form sends becomes exactly the parameters of the API.
//!
//! A browser's form can send neither `not_number` nor an instant in UTC. So a list's handler
//! first asks [`canonical`]: where the address is not in the API's words yet, the browser is
//! sent on to the one that is, and the address bar can be pasted into a script.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::parts::{SHANGHAI, local};
use super::request::Pairs;
use crate::store::Span;

/// Parameters whose values are ends of phone numbers.
const NUMBERS: [&str; 4] = ["number", "caller", "callee", "x"];

/// The address's parameters in the API's words; `None` when they are already.
///
/// Empty boxes go, `not=NAME` turns NAME into `not_NAME`, several numbers in one box become
/// repeats, and local times become UTC.
pub(super) fn canonical(pairs: &Pairs) -> Option<Pairs> {
    let negated = |name: &str| pairs.iter().any(|(n, v)| n == "not" && v == name);
    let mut made = Pairs::new();
    for (name, value) in pairs {
        let value = value.trim();
        if name == "not" || value.is_empty() {
            continue;
        }
        let bare = name.strip_prefix("not_").unwrap_or(name);
        let key = if negated(name) { format!("not_{name}") } else { name.clone() };
        if NUMBERS.contains(&bare) {
            let parts = value.split([',', ';', '、', '\u{ff0c}', '\u{ff1b}']);
            let numbers = parts.map(|n| n.replace([' ', '-', '(', ')', '\u{a0}'], "")).filter(|n| !n.is_empty());
            made.extend(numbers.map(|number| (key.clone(), number)));
        } else if matches!(bare, "from" | "to") {
            made.push((key, instant(value).map_or_else(|| value.to_owned(), |t| t.to_string())));
        } else {
            made.push((key, value.to_owned()));
        }
    }
    (made != *pairs).then_some(made)
}

/// An instant as the API writes it, or a date or local time as a form does.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    if let Ok(t) = text.parse() {
        return Some(t);
    }
    let civil: DateTime = match text.parse() {
        Ok(civil) => civil,
        Err(_) => text.parse::<jiff::civil::Date>().ok()?.to_datetime(jiff::civil::Time::midnight()),
    };
    civil.to_zoned(TimeZone::fixed(SHANGHAI)).ok().map(|z| z.timestamp())
}

/// An instant as the value of a `datetime-local` box.
pub(super) fn input(t: Option<Timestamp>) -> String {
    t.map_or_else(String::new, |t| {
        local(t, if t.as_second() % 60 == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" })
    })
}

/// The start of the day in Asia/Shanghai that holds `t`.
pub(super) fn midnight(t: Timestamp) -> Timestamp {
    const DAY: i64 = 86_400;
    let shift = i64::from(SHANGHAI.seconds());
    let local = t.as_second() + shift;
    Timestamp::from_second(local - local.rem_euclid(DAY) - shift).unwrap_or(t)
}

/// The start of the hour that holds `t`.
pub(super) fn hour(t: Timestamp) -> Timestamp {
    Timestamp::from_second(t.as_second() - t.as_second().rem_euclid(3600)).unwrap_or(t)
}

/// `t` so many hours later; the calendar's end stops it.
pub(super) fn hours_later(t: Timestamp, hours: i64) -> Timestamp {
    t.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(t)
}

/// Ready spans for a list: the name in both languages, and from and to.
pub(super) fn ranges(now: Timestamp) -> [(crate::domain::Text, Span); 5] {
    use crate::domain::Text;
    let today = midnight(now);
    let since = |from| Span { from: Some(from), to: None };
    [
        (Text::new("近 1 小时", "Last hour"), since(hours_later(hour(now), -1))),
        (Text::new("今天", "Today"), since(today)),
        (Text::new("昨天", "Yesterday"), Span { from: Some(hours_later(today, -24)), to: Some(today) }),
        (Text::new("近 7 天", "7 days"), since(hours_later(today, -6 * 24))),
        (Text::new("全部", "All"), Span::default()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Pairs {
        form_urlencoded::parse(text.as_bytes()).into_owned().collect()
    }

    fn check(sent: &str, canonical_form: &str) {
        assert_eq!(canonical(&pairs(sent)), Some(pairs(canonical_form)), "{sent}");
        assert_eq!(canonical(&pairs(canonical_form)), None, "{canonical_form} is canonical");
    }

    #[test]
    fn a_form_becomes_the_parameters_of_the_api() {
        check("number=138+0000-0021&q=&from=", "number=13800000021");
        check("number=0021%2C0022&not=number", "not_number=0021&not_number=0022");
        check(
            "from=2026-11-21T10%3A13&outcome=busy&outcome=failed",
            "from=2026-11-21T02%3A13%3A00Z&outcome=busy&outcome=failed",
        );
        check("outcome=busy&not=outcome&q=order+7", "not_outcome=busy&q=order+7");
        check("not=caller", "");
    }

    #[test]
    fn local_times_and_dates_are_read_in_shanghai() {
        let t: Timestamp = "2026-11-21T02:13:00Z".parse().unwrap();
        assert_eq!(instant("2026-11-21T10:13"), Some(t));
        assert_eq!(instant("2026-11-21T02:13:00Z"), Some(t));
        assert_eq!(instant("2026-11-21"), Some("2026-11-20T16:00:00Z".parse().unwrap()));
        assert_eq!(instant("yesterday"), None);
        assert_eq!(input(Some(t)), "2026-11-21T10:13");
        assert_eq!(midnight(t), "2026-11-20T16:00:00Z".parse().unwrap());
    }
}
