//! The query of a request: known names only, and every refusal names what was wrong.
//!
//! A misspelt filter that is passed over shows everything, which is worse than an error; so an
//! unknown parameter is refused, with the list of those that there are.

use std::fmt::Display;
use std::ops::RangeInclusive;

use jiff::Timestamp;

use super::HttpError;
use crate::limits::FILTER_VALUES_MAX;
use crate::store::Filter;

/// The parameters of a request.
#[derive(Debug)]
pub(super) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads a query that may hold only the names in `known`. A name with a `!` behind it may
    /// also be negated: `outcome!` lets `not_outcome` in.
    pub(super) fn parse(raw: &str, known: &[&str]) -> Result<Self, HttpError> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(raw.as_bytes()).into_owned().collect();
        for (name, _) in &pairs {
            if !is_known(name, known) {
                return Err(HttpError::BadRequest(unknown(name, known)));
            }
        }
        Ok(Self { pairs })
    }

    /// The last value of a parameter; an empty one counts as absent, as forms send it.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        let mut values = self.pairs.iter().rev().filter(|(n, v)| n == name && !v.is_empty());
        values.next().map(|(_, v)| v.as_str())
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.pairs.iter().filter(move |(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str())
    }

    /// A filter: the parameter any number of times, and its negation likewise.
    pub(super) fn filter<T>(
        &self,
        name: &str,
        read: impl Fn(&str, &str) -> Result<T, HttpError>,
    ) -> Result<Filter<T>, HttpError> {
        let negated = format!("not_{name}");
        let values = |name: &str| self.all(name).map(|value| read(name, value)).collect::<Result<Vec<T>, _>>();
        let filter = Filter { any: values(name)?, none: values(&negated)? };
        if filter.any.len() + filter.none.len() > FILTER_VALUES_MAX {
            return Err(HttpError::BadRequest(format!("{name} has more than {FILTER_VALUES_MAX} values")));
        }
        Ok(filter)
    }

    /// A number within bounds.
    pub(super) fn number<T>(&self, name: &str, bounds: RangeInclusive<T>) -> Result<Option<T>, HttpError>
    where
        T: std::str::FromStr + PartialOrd + Display,
    {
        let Some(text) = self.one(name) else { return Ok(None) };
        match text.parse::<T>() {
            Ok(number) if bounds.contains(&number) => Ok(Some(number)),
            _ => Err(bad(name, text, &format!("a whole number from {} to {}", bounds.start(), bounds.end()))),
        }
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self, name: &str) -> Result<Option<bool>, HttpError> {
        match self.one(name) {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(text) => Err(bad(name, text, "true or false")),
        }
    }

    /// An instant in RFC 3339 with any offset. A `+` that came in plain was read as a blank.
    pub(super) fn instant(&self, name: &str) -> Result<Option<Timestamp>, HttpError> {
        let Some(text) = self.one(name) else { return Ok(None) };
        let instant = text.replace(' ', "+").parse::<Timestamp>().or_else(|_| text.parse());
        instant.map(Some).map_err(|_| bad(name, text, "a time such as 2026-11-21T10:00:00+08:00"))
    }

    /// One word of several.
    pub(super) fn word<T>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, HttpError>
    where
        T: Copy,
    {
        let Some(text) = self.one(name) else { return Ok(None) };
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        let list = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        found.map(Some).ok_or_else(|| bad(name, text, &format!("one of {}", list())))
    }
}

/// The error for a value that is not what it should be.
pub(super) fn bad(name: &str, value: &str, expected: &str) -> HttpError {
    let shown: String = value.chars().take(80).collect();
    HttpError::BadRequest(format!("{name}={shown} is not {expected}"))
}

fn is_known(name: &str, known: &[&str]) -> bool {
    known.iter().any(|k| match k.strip_suffix('!') {
        Some(base) => name == base || name.strip_prefix("not_") == Some(base),
        None => name == *k,
    })
}

fn unknown(name: &str, known: &[&str]) -> String {
    let shown: String = name.chars().take(80).collect();
    if known.is_empty() {
        return format!("there is no parameter {shown} here; this address takes none");
    }
    let mut list = Vec::new();
    for k in known {
        match k.strip_suffix('!') {
            Some(base) => list.extend([base.to_owned(), format!("not_{base}")]),
            None => list.push((*k).to_owned()),
        }
    }
    format!("there is no parameter {shown} here; there are: {}", list.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(_: &str, value: &str) -> Result<String, HttpError> {
        Ok(value.to_owned())
    }

    fn message(result: Result<impl std::fmt::Debug, HttpError>) -> String {
        result.unwrap_err().message()
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
        let query = Query::parse("limit=5000&by=week&has=maybe", &["limit", "by", "has"]).unwrap();
        assert_eq!(message(query.number("limit", 1..=1000)), "limit=5000 is not a whole number from 1 to 1000");
        assert_eq!(message(query.word("by", &[("hour", 1), ("day", 2)])), "by=week is not one of hour, day");
        assert_eq!(message(query.boolean("has")), "has=maybe is not true or false");
    }
}
