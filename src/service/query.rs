//! The query of a request: known names only, and every refusal names what was wrong.
//!
//! A misspelt filter that is passed over shows everything, which is worse than an error; so an
//! unknown parameter is refused, with the list of those that there are.

use std::fmt::Display;
use std::ops::RangeInclusive;

use jiff::Timestamp;

use crate::domain::{Text, Wording};
use crate::limits::FILTER_VALUES_MAX;
use crate::service::ServiceError;
use crate::store::{Bounds, Filter, Names, one_of, whole_number};

#[derive(Debug)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads a query with only the names in `known`. `outcome!` may be negated and repeated:
    /// `not_outcome`.
    pub(crate) fn parse(raw: &str, known: &[&str]) -> Result<Self, ServiceError> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(raw.as_bytes()).into_owned().collect();
        for (at, (name, value)) in pairs.iter().enumerate() {
            if !is_known(name, known) {
                return Err(ServiceError::BadRequest(unknown(name, known)));
            }
            let again = || pairs[..at].iter().any(|(n, v)| n == name && !v.is_empty());
            if known.contains(&name.as_str()) && !value.is_empty() && again() {
                return Err(ServiceError::BadRequest(Wording::new(
                    format!("{name} 只能写一次"),
                    format!("{name} stands here more than once; it takes one value"),
                )));
            }
        }
        Ok(Self { pairs })
    }

    /// An empty value counts as absent, as forms send it.
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.pairs.iter().filter(move |(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str())
    }

    /// The parameter and its negation, each any number of times.
    pub(crate) fn filter<T>(
        &self,
        name: &str,
        read: impl Fn(&str, &str) -> Result<T, ServiceError>,
    ) -> Result<Filter<T>, ServiceError> {
        let negated = format!("not_{name}");
        let values = |name: &str| self.all(name).map(|value| read(name, value)).collect::<Result<Vec<T>, _>>();
        let filter = Filter { any: values(name)?, none: values(&negated)? };
        if filter.any.len() + filter.none.len() > FILTER_VALUES_MAX {
            return Err(ServiceError::BadRequest(Wording::new(
                format!("{name} 最多 {FILTER_VALUES_MAX} 个值"),
                format!("{name} has more than {FILTER_VALUES_MAX} values"),
            )));
        }
        Ok(filter)
    }

    pub(crate) fn number<T>(&self, name: &str, bounds: RangeInclusive<T>) -> Result<Option<T>, ServiceError>
    where
        T: std::str::FromStr + PartialOrd + Display,
    {
        let Some(text) = self.one(name) else { return Ok(None) };
        match text.parse::<T>() {
            Ok(number) if bounds.contains(&number) => Ok(Some(number)),
            _ => Err(bad(name, text, whole_number(bounds.start(), bounds.end()))),
        }
    }

    /// `true` or `false`; `not_NAME` is the opposite; both at once are refused.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, ServiceError> {
        let Filter { any, none } = self.filter(name, |name, text| match text {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(bad(name, text, Text::new("true 或 false", "true or false"))),
        })?;
        let mut said = any.into_iter().chain(none.into_iter().map(|no| !no));
        let first = said.next();
        match said.find(|other| Some(*other) != first) {
            Some(_) => Err(ServiceError::BadRequest(Wording::new(
                format!("{name} 同时要求了是和否"),
                format!("{name} is asked for both ways"),
            ))),
            None => Ok(first),
        }
    }

    /// `talk=10..60`, `talk=60..`, `talk=..10` or `talk=0`, repeated and negated; or `min_talk` and
    /// `max_talk`.
    pub(crate) fn bounds(&self, names: &Names) -> Result<Filter<Bounds>, ServiceError> {
        let Names { name, min: least, max: most, .. } = *names;
        let mut filter = self.filter(name, |name, text| {
            let (min, max) = text.split_once("..").unwrap_or((text, text));
            let bound = |text: &str, open: u32| if text.is_empty() { Some(open) } else { text.parse().ok() };
            match (bound(min, 0), bound(max, u32::MAX)) {
                (Some(min), Some(max)) if min <= max && text != ".." => Ok(Bounds { min, max }),
                _ => Err(bad(
                    name,
                    text,
                    Text::new("数值范围，如 10..60、60..、..10 或 0", "an amount such as 10..60, 60.., ..10 or 0"),
                )),
            }
        })?;
        let (min, max) = (self.number(least, 0..=u32::MAX)?, self.number(most, 0..=u32::MAX)?);
        if min.is_none() && max.is_none() {
            return Ok(filter);
        }
        if !filter.any.is_empty() {
            return Err(ServiceError::BadRequest(Wording::new(
                format!("{name} 与 {least}、{most} 只能用一种"),
                format!("{name} stands beside {least} or {most}; use one of them"),
            )));
        }
        let bounds = Bounds { min: min.unwrap_or(0), max: max.unwrap_or(u32::MAX) };
        if bounds.min > bounds.max {
            return Err(ServiceError::BadRequest(Wording::new(
                format!("{least} 大于 {most}"),
                format!("{least} is more than {most}"),
            )));
        }
        filter.any.push(bounds);
        Ok(filter)
    }

    /// An instant in RFC 3339 with any offset. A `+` that came in plain was read as a blank.
    pub(crate) fn instant(&self, name: &str) -> Result<Option<Timestamp>, ServiceError> {
        let Some(text) = self.one(name) else { return Ok(None) };
        let instant = text.replace(' ', "+").parse::<Timestamp>().or_else(|_| text.parse());
        instant.map(Some).map_err(|_| {
            bad(name, text, Text::new("时间，如 2026-11-21T10:00:00+08:00", "a time such as 2026-11-21T10:00:00+08:00"))
        })
    }

    pub(crate) fn word<T>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, ServiceError>
    where
        T: Copy,
    {
        let Some(text) = self.one(name) else { return Ok(None) };
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        let list = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        found.map(Some).ok_or_else(|| bad(name, text, one_of(&list())))
    }
}

pub(crate) fn bad(name: &str, value: &str, expected: impl Into<Wording>) -> ServiceError {
    let (shown, expected) = (value.chars().take(80).collect::<String>(), expected.into());
    ServiceError::BadRequest(Wording::new(
        format!("{name}={shown} 不对，应为：{}", expected.zh),
        format!("{name}={shown} is not {}", expected.en),
    ))
}

fn is_known(name: &str, known: &[&str]) -> bool {
    known.iter().any(|k| match k.strip_suffix('!') {
        Some(base) => name == base || name.strip_prefix("not_") == Some(base),
        None => name == *k,
    })
}

fn unknown(name: &str, known: &[&str]) -> Wording {
    let shown: String = name.chars().take(80).collect();
    if known.is_empty() {
        return Wording::new(
            format!("没有参数 {shown}：这个地址不带参数"),
            format!("there is no parameter {shown} here; this address takes none"),
        );
    }
    let mut list = Vec::new();
    for k in known {
        match k.strip_suffix('!') {
            Some(base) => list.extend([base.to_owned(), format!("not_{base}")]),
            None => list.push((*k).to_owned()),
        }
    }
    let list = list.join(" ");
    Wording::new(
        format!("没有参数 {shown}；可用的有：{list}"),
        format!("there is no parameter {shown} here; there are: {list}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(_: &str, value: &str) -> Result<String, ServiceError> {
        Ok(value.to_owned())
    }

    fn message(result: Result<impl std::fmt::Debug, ServiceError>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn a_repeated_parameter_means_any_and_not_means_none() {
        let query = Query::parse("app=a&app=b+c&not_app=d&app=", &["app!"]).unwrap();
        let filter = query.filter("app", text).unwrap();
        assert_eq!((filter.any, filter.none), (vec!["a".to_owned(), "b c".to_owned()], vec!["d".to_owned()]));
    }

    #[test]
    fn an_unknown_parameter_is_refused_with_the_list_of_those_there_are() {
        let said = message(Query::parse("appp=a", &["app!", "limit"]));
        assert_eq!(said, "there is no parameter appp here; there are: app not_app limit");
        assert!(message(Query::parse("not_limit=1", &["limit"])).contains("not_limit"));
        assert!(message(Query::parse("x=1", &[])).contains("takes none"));
    }

    #[test]
    fn a_parameter_that_takes_one_value_is_refused_twice() {
        let known = &["app!", "from", "limit"];
        for (raw, name) in [("from=a&from=b", "from"), ("limit=1&app=x&limit=1", "limit")] {
            assert_eq!(
                message(Query::parse(raw, known)),
                format!("{name} stands here more than once; it takes one value")
            );
        }
        assert!(Query::parse("app=a&app=b&not_app=c&not_app=d&limit=&limit=5&from=", known).is_ok());
    }

    #[test]
    fn amounts_are_bounds_open_at_either_end() {
        let known = &["talk!", "min_talk", "max_talk"];
        let names = Names { name: "talk", many: "talk!", not: "not_talk", min: "min_talk", max: "max_talk" };
        let read = |raw: &str| Query::parse(raw, known).unwrap().bounds(&names);
        let bounds = |min, max| Bounds { min, max };
        let filter = read("talk=10..60&talk=0&not_talk=20..&not_talk=..5").unwrap();
        assert_eq!(filter.any, [bounds(10, 60), bounds(0, 0)]);
        assert_eq!(filter.none, [bounds(20, u32::MAX), bounds(0, 5)]);
        assert_eq!(read("min_talk=3").unwrap().any, [bounds(3, u32::MAX)]);
        assert_eq!(read("min_talk=3&max_talk=9&not_talk=5").unwrap().any, [bounds(3, 9)]);
        for raw in ["talk=", "max_talk=&min_talk="] {
            assert!(read(raw).unwrap().is_empty(), "{raw}");
        }
        assert_eq!(message(read("talk=9..3")), "talk=9..3 is not an amount such as 10..60, 60.., ..10 or 0");
        assert!(message(read("talk=..")).contains("is not an amount"));
        assert!(message(read("talk=soon")).contains("is not an amount"));
        assert!(message(read("talk=5&min_talk=3")).contains("use one of them"));
        assert_eq!(message(read("min_talk=9&max_talk=3")), "min_talk is more than max_talk");
    }

    #[test]
    fn a_flag_may_be_negated_and_not_contradict_itself() {
        let read = |raw: &str| Query::parse(raw, &["has!"]).unwrap().flag("has");
        assert_eq!(read("has=true&not_has=false").unwrap(), Some(true));
        assert_eq!(read("not_has=true").unwrap(), Some(false));
        assert_eq!(read("has=").unwrap(), None);
        assert!(message(read("has=true&not_has=true")).contains("both ways"));
        assert_eq!(message(read("has=maybe")), "has=maybe is not true or false");
    }

    #[test]
    fn times_are_read_with_any_offset_also_when_the_plus_was_not_encoded() {
        for raw in ["2026-11-21T10:00:00%2B08:00", "2026-11-21T10:00:00+08:00", "2026-11-21T02:00:00Z"] {
            let query = Query::parse(&format!("from={raw}"), &["from"]).unwrap();
            assert_eq!(query.instant("from").unwrap().unwrap().to_string(), "2026-11-21T02:00:00Z", "{raw}");
        }
        let query = Query::parse("from=yesterday", &["from"]).unwrap();
        assert!(message(query.instant("from")).starts_with("from=yesterday is not a time such as"));
    }

    #[test]
    fn numbers_and_words_say_what_is_expected() {
        let query = Query::parse("limit=5000&by=week", &["limit", "by"]).unwrap();
        assert_eq!(message(query.number("limit", 1..=1000)), "limit=5000 is not a whole number from 1 to 1000");
        assert_eq!(message(query.word("by", &[("hour", 1), ("day", 2)])), "by=week is not one of hour, day");
    }
}
