//! Lists as addresses: what a form sends becomes exactly the parameters of the API.
//!
//! A browser's form can send neither `not_number` nor an instant in UTC. So a list's handler
//! first asks [`canonical`]: where the address is not in the API's words yet, the browser is
//! sent on to the one that is, and the address bar can be pasted into a script.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::parts::{SHANGHAI, local};
use super::request::{Pairs, find};
use crate::domain::PhoneNumber;
use crate::domain::plain_text::bare;
use crate::store::Span;

/// Parameters whose values are ends of phone numbers.
const NUMBERS: [&str; 9] = ["number", "caller", "callee", "a", "b", "x", "y", "sender", "receiver"];
/// Parameters of which one box may hold several words.
const WORDS: [&str; 12] = [
    "session",
    "cause",
    "main_cause",
    "hour",
    "label",
    "peer",
    "status",
    "suspicion",
    "sms_id",
    "platform_id",
    "rule",
    "binding",
];
/// Parameters with a least and a most.
const AMOUNTS: [&str; 4] = ["talk", "ring", "pdd", "size"];
/// What stands between several values in one box.
const BETWEEN: [char; 5] = [',', ';', '、', '\u{ff0c}', '\u{ff1b}'];

/// The numbers in one box. An address may hold what stands between several: `<sip:…@host>;tag=1`.
fn numbers(value: &str) -> Vec<String> {
    let mut numbers: Vec<String> = value.split(BETWEEN).map(PhoneNumber::tidy).collect();
    numbers.retain(|number| !number.is_empty());
    let is_number = |number: &String| PhoneNumber::typed(number.trim_end_matches('*')).is_some();
    if !numbers.iter().all(is_number) && PhoneNumber::typed(value).is_some() {
        numbers = vec![PhoneNumber::tidy(value)];
    }
    numbers
}

/// Whether a parameter's values are ends of phone numbers.
pub(super) fn is_number(name: &str) -> bool {
    NUMBERS.contains(&name)
}

/// Whether one box may hold several values of a parameter.
pub(super) fn is_split(name: &str) -> bool {
    is_number(name) || WORDS.contains(&name)
}

/// The address's parameters in the API's words; `None` when they are already.
///
/// Empty boxes go, `not=NAME` turns NAME into `not_NAME`, several values in one box become
/// repeats, an amount that is negated becomes a range, and local times become UTC.
pub(super) fn canonical(pairs: &Pairs) -> Option<Pairs> {
    let negated = |name: &str| pairs.iter().any(|(n, v)| n == "not" && v == name);
    let mut made = Pairs::new();
    for (name, value) in pairs {
        let value = bare(value);
        if name == "not" || value.is_empty() {
            continue;
        }
        let bare = name.strip_prefix("not_").unwrap_or(name);
        let key = if negated(name) { format!("not_{name}") } else { name.clone() };
        if is_number(bare) {
            made.extend(numbers(value).into_iter().map(|number| (key.clone(), number)));
        } else if WORDS.contains(&bare) {
            let words = value.split(BETWEEN).map(str::trim).filter(|word| !word.is_empty());
            made.extend(words.map(|word| (key.clone(), word.to_owned())));
        } else if let Some(amount) = bound_of(name).filter(|amount| negated(amount)) {
            let bound = |side: &str| find(pairs, &format!("{side}_{amount}")).unwrap_or_default().trim();
            let range = (format!("not_{amount}"), format!("{}..{}", bound("min"), bound("max")));
            if !made.contains(&range) {
                made.push(range);
            }
        } else if matches!(bare, "from" | "to" | "expires_before") {
            made.push((key, instant(value).map_or_else(|| value.to_owned(), |t| t.to_string())));
        } else {
            made.push((key, value.to_owned()));
        }
    }
    (made != *pairs).then_some(made)
}

/// The amount that `min_talk` or `max_talk` bounds.
fn bound_of(name: &str) -> Option<&str> {
    let amount = name.strip_prefix("min_").or_else(|| name.strip_prefix("max_"))?;
    AMOUNTS.contains(&amount).then_some(amount)
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
