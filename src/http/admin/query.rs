//! The filters of a form as the API's parameters.
//!
//! A form can send neither `not_number` nor an instant in UTC. So a list's handler calls [`canonical`]
//! first and redirects to the address in the API's words, which can be pasted into a script.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use super::parts::local;
use super::request::{Pairs, find};
use crate::domain::PhoneNumber;
use crate::domain::plain_text::bare;
use crate::domain::{BEIJING, BEIJING_OFFSET};
use crate::store::{FilterDoc, FilterTable, Names, Shape, Span};

/// Separators of several values in one box.
const BETWEEN: [char; 5] = [',', ';', '、', '\u{ff0c}', '\u{ff1b}'];

/// Splits the numbers in one box. A SIP address may contain a separator: `<sip:…@host>;tag=1`.
fn numbers(value: &str) -> Vec<String> {
    let mut numbers: Vec<String> = value.split(BETWEEN).map(PhoneNumber::tidy).collect();
    numbers.retain(|number| !number.is_empty());
    let is_number = |number: &String| PhoneNumber::typed(number.trim_end_matches('*')).is_some();
    if !numbers.iter().all(is_number) && PhoneNumber::typed(value).is_some() {
        numbers = vec![PhoneNumber::tidy(value)];
    }
    numbers
}

/// The address's parameters in the API's words; `None` when they are already.
///
/// Empty boxes go, `not=NAME` turns NAME into `not_NAME`, several values in one box become
/// repeats, an amount that is negated becomes a range, and local times become UTC.
pub(super) fn canonical<T: FilterTable>(pairs: &Pairs) -> Option<Pairs> {
    let negated = |name: &str| pairs.iter().any(|(n, v)| n == "not" && v == name);
    let mut made = Pairs::new();
    for (name, value) in pairs {
        let value = bare(value);
        if name == "not" || value.is_empty() {
            continue;
        }
        let plain = name.strip_prefix("not_").unwrap_or(name);
        let key = if negated(name) { format!("not_{name}") } else { name.clone() };
        let amount = T::docs().iter().find(|doc| name == doc.names.min || name == doc.names.max);
        if let Some(Names { not, min, max, .. }) = amount.map(|doc| doc.names).filter(|of| negated(of.name)) {
            let bound = |side| find(pairs, side).unwrap_or_default().trim();
            let range = (not.to_owned(), format!("{}..{}", bound(min), bound(max)));
            if !made.contains(&range) {
                made.push(range);
            }
            continue;
        }
        let doc = T::docs().iter().find(|doc| match doc.shape {
            Shape::Span => matches!(plain, "from" | "to"),
            _ => doc.names.name == plain,
        });
        match doc.map(|doc| &doc.shape) {
            Some(Shape::Ending) => {
                made.extend(numbers(value).into_iter().map(|number| (key.clone(), number)));
            }
            Some(_) if doc.is_some_and(FilterDoc::is_split) => {
                let words = value.split(BETWEEN).map(str::trim).filter(|word| !word.is_empty());
                made.extend(words.map(|word| (key.clone(), word.to_owned())));
            }
            Some(Shape::Span | Shape::Instant) => {
                made.push((key, instant(value).map_or_else(|| value.to_owned(), |t| t.to_string())));
            }
            _ => made.push((key, value.to_owned())),
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
    civil.to_zoned(BEIJING).ok().map(|z| z.timestamp())
}

pub(super) fn input(t: Option<Timestamp>) -> String {
    t.map_or_else(String::new, |t| {
        local(t, if t.as_second() % 60 == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" })
    })
}

pub(super) fn midnight(t: Timestamp) -> Timestamp {
    const DAY: i64 = 86_400;
    let shift = i64::from(BEIJING_OFFSET.seconds());
    let local = t.as_second() + shift;
    Timestamp::from_second(local - local.rem_euclid(DAY) - shift).unwrap_or(t)
}

pub(super) fn hour(t: Timestamp) -> Timestamp {
    Timestamp::from_second(t.as_second() - t.as_second().rem_euclid(3600)).unwrap_or(t)
}

/// Saturates at the end of the calendar.
pub(super) fn hours_later(t: Timestamp, hours: i64) -> Timestamp {
    t.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(t)
}

pub(super) fn ranges(now: Timestamp) -> [(crate::domain::Text, Span); 7] {
    use crate::domain::Text;
    let today = midnight(now);
    let since = |from| Span { from: Some(from), to: None };
    [
        (Text::new("本小时", "This hour"), since(hour(now))),
        (Text::new("近 1 小时", "Last hour"), since(hours_later(hour(now), -1))),
        (Text::new("昨晚", "Last night"), Span { from: Some(hours_later(today, -6)), to: Some(hours_later(today, 8)) }),
        (Text::new("今天", "Today"), since(today)),
        (Text::new("昨天", "Yesterday"), Span { from: Some(hours_later(today, -24)), to: Some(today) }),
        (Text::new("近 7 天", "7 days"), since(hours_later(today, -6 * 24))),
        (Text::new("全部", "All"), Span::default()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::CallQuery;

    fn pairs(text: &str) -> Pairs {
        form_urlencoded::parse(text.as_bytes()).into_owned().collect()
    }

    fn check(sent: &str, canonical_form: &str) {
        assert_eq!(canonical::<CallQuery>(&pairs(sent)), Some(pairs(canonical_form)), "{sent}");
        assert_eq!(canonical::<CallQuery>(&pairs(canonical_form)), None, "{canonical_form} is canonical");
    }

    #[test]
    fn a_form_becomes_the_parameters_of_the_api() {
        check("number=138+0000-0021&q=&from=", "number=13800000021");
        check("number=%E2%80%AD13800000021%E2%80%AC", "number=13800000021");
        check("caller=138%E2%80%910000%E2%80%910021&callee=138.0000.0021", "caller=13800000021&callee=13800000021");
        check("x=tel%3A%2B8613800000021&q=%E2%81%A813800000021%E2%81%A9", "x=%2B8613800000021&q=13800000021");
        check("number=0021%2C0022&not=number", "not_number=0021&not_number=0022");
        check("number=tel%3A0021%3B0022*", "number=0021&number=0022*");
        check("number=%22Zhang%2C+San%22+%3Csip%3A%2B8613800000021%40host%3E%3Btag%3D1", "number=%2B8613800000021");
        check(
            "from=2026-11-21T10%3A13&outcome=busy&outcome=failed",
            "from=2026-11-21T02%3A13%3A00Z&outcome=busy&outcome=failed",
        );
        check("outcome=busy&not=outcome&q=order+7", "not_outcome=busy&q=order+7");
        check("not=caller", "");
        check("cause=7014%EF%BC%8CstateCode%3A7&not=cause", "not_cause=7014&not_cause=stateCode%3A7");
        check("min_talk=10&max_talk=60&not=talk", "not_talk=10..60");
        check("min_talk=10&max_talk=&not=talk&not=ring", "not_talk=10..");
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
