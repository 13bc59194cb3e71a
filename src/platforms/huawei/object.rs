//! One JSON object of a push, read leniently.
//!
//! Numbers come as strings and strings as numbers; `null` and `""` mean absent. Names are case-sensitive
//! on this platform, and integrations get that wrong: a name that differs only by case is reported as a
//! [`Suspicion`]. [`Object::identifying`] does not accept it (an event placed by a guess is worse than
//! one that waits for a person); every other reader does.
//!
//! Nothing here fails: unreadable values are absent and reported, long texts are cut, unreadable
//! characters are replaced.

use std::cell::RefCell;

use serde_json::{Map, Value};

use super::time;
use crate::domain::{PhoneNumber, Stamp};
use crate::limits;
use crate::platforms::body::{SOMEWHERE, is_damaged};
use crate::platforms::{Suspicion, text};

/// Suspicions about one push, each once.
#[derive(Debug, Default)]
pub(in crate::platforms) struct Notes(RefCell<Vec<Suspicion>>);

impl Notes {
    pub(in crate::platforms) fn add(&self, suspicion: Suspicion) {
        let mut all = self.0.borrow_mut();
        if all.len() < limits::SUSPICIONS_MAX && !all.contains(&suspicion) {
            all.push(suspicion);
        }
    }

    /// In the order found. A repair of the body is noted if no field was blamed for it.
    pub(in crate::platforms) fn into_inner(self, mended: bool) -> Vec<Suspicion> {
        let all = self.0.borrow();
        let is_blamed = all.iter().any(|suspicion| matches!(suspicion, Suspicion::BadValue(_)));
        drop(all);
        if mended && !is_blamed {
            self.add(Suspicion::BadValue(SOMEWHERE.into()));
        }
        self.0.into_inner()
    }
}

#[derive(Debug, Clone, Copy)]
pub(in crate::platforms) struct Object<'a> {
    map: &'a Map<String, Value>,
    notes: &'a Notes,
}

impl<'a> Object<'a> {
    pub(in crate::platforms) fn new(map: &'a Map<String, Value>, notes: &'a Notes) -> Self {
        Self { map, notes }
    }

    pub(in crate::platforms) fn each(list: &'a [Map<String, Value>], notes: &'a Notes) -> impl Iterator<Item = Self> {
        list.iter().map(move |map| Self::new(map, notes))
    }

    pub(in crate::platforms) fn notes(&self) -> &'a Notes {
        self.notes
    }

    /// A required field, under its exact name. Its absence is noted.
    pub(in crate::platforms) fn identifying(&self, name: &'static str) -> Option<&'a Value> {
        let exact = self.map.get(name).filter(|value| !is_absent(value));
        if exact.is_none() && !self.note_other_case(name) {
            self.notes.add(Suspicion::Missing(name.into()));
        }
        exact
    }

    /// The same as trimmed text; an id beyond the documented length is shortened.
    pub(in crate::platforms) fn identifying_text(&self, name: &'static str) -> Option<String> {
        let value = self.identifying(name)?;
        self.taken(name, scalar(value).map(|text| text::id(text.trim().to_owned())))
    }

    /// Whether the field has a value; notes nothing.
    pub(in crate::platforms) fn has(&self, name: &str) -> bool {
        self.map.get(name).is_some_and(|value| !is_absent(value))
    }

    /// Notes a field that differs from `name` only by case; `false` when there is none.
    pub(in crate::platforms) fn note_other_case(&self, name: &'static str) -> bool {
        let Some((found, _)) = self.other_case(name) else { return false };
        self.notes.add(Suspicion::WrongCase { found: found.clone(), meant: name.into() });
        true
    }

    /// A field's value, also where its name is written in another case.
    pub(in crate::platforms) fn value(&self, name: &'static str) -> Option<&'a Value> {
        if let Some(value) = self.map.get(name) {
            return (!is_absent(value)).then_some(value);
        }
        let (found, value) = self.other_case(name)?;
        self.notes.add(Suspicion::WrongCase { found: found.clone(), meant: name.into() });
        Some(value)
    }

    /// A string, number or boolean as sent. The customer's own reference may be JSON without quotes.
    pub(in crate::platforms) fn verbatim(&self, name: &'static str) -> Option<String> {
        let value = self.value(name)?;
        let text = match value {
            Value::Array(_) | Value::Object(_) if name == "userData" => Some(value.to_string()),
            _ => scalar(value),
        };
        self.taken(name, text.map(text::field))
    }

    /// Notes a text that is missing, cut or partly unreadable.
    fn taken(&self, name: &'static str, text: Option<(String, bool)>) -> Option<String> {
        if text.as_ref().is_none_or(|(text, is_cut)| *is_cut || is_damaged(text)) {
            self.notes.add(Suspicion::BadValue(name.into()));
        }
        text.map(|(text, _)| text)
    }

    pub(in crate::platforms) fn text(&self, name: &'static str) -> Option<String> {
        self.verbatim(name).map(|text| text.trim().to_owned())
    }

    pub(in crate::platforms) fn number(&self, name: &'static str) -> Option<PhoneNumber> {
        PhoneNumber::parse(&self.text(name)?)
    }

    /// A code as text; `"0480"` and `480.0` are `480`.
    pub(in crate::platforms) fn code(&self, name: &'static str) -> Option<String> {
        let text = self.text(name)?;
        Some(text.parse::<i64>().map_or(text, |number| number.to_string()))
    }

    /// A whole number.
    pub(in crate::platforms) fn integer(&self, name: &'static str) -> Option<i64> {
        let number = self.text(name)?.parse().ok();
        if number.is_none() {
            self.notes.add(Suspicion::BadValue(name.into()));
        }
        number
    }

    /// A time with its text. A zero means that it did not happen.
    pub(in crate::platforms) fn stamp(&self, name: &'static str) -> Option<Stamp> {
        self.dated(name).filter(|stamp| !stamp.is_zero())
    }

    /// Also takes a zero that reads like a date.
    pub(in crate::platforms) fn dated(&self, name: &'static str) -> Option<Stamp> {
        let stamp = time::read(&self.text(name)?);
        stamp.is_dated().then(|| self.readable(name, stamp))
    }

    /// The time of something that did happen, zeros too.
    pub(in crate::platforms) fn stamp_as_sent(&self, name: &'static str) -> Option<Stamp> {
        Some(self.readable(name, time::read(&self.text(name)?)))
    }

    fn readable(&self, name: &'static str, stamp: Stamp) -> Stamp {
        if stamp.at.is_none() {
            self.notes.add(Suspicion::BadValue(name.into()));
        }
        stamp
    }

    fn other_case(&self, name: &str) -> Option<(&'a String, &'a Value)> {
        self.map.iter().find(|(key, value)| *key != name && key.eq_ignore_ascii_case(name) && !is_absent(value))
    }
}

fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
    }
}

/// The text of a scalar; `480.0` becomes `480`. A number so large that digits were lost is none.
pub(in crate::platforms) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => {
            let text = number.to_string();
            let whole = text.strip_suffix(".0").unwrap_or(&text);
            (!whole.contains('e')).then(|| whole.to_owned())
        }
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(body: &Value, read: impl FnOnce(Object<'_>), noted: &[Suspicion]) {
        let notes = Notes::default();
        read(Object::new(body.as_object().expect("an object"), &notes));
        assert_eq!(notes.into_inner(false), noted);
    }

    #[test]
    fn numbers_and_strings_stand_in_for_each_other() {
        check(
            &json!({"a": "518", "b": 518, "c": 518.0, "d": " 0518 ", "e": 42}),
            |object| {
                for name in ["a", "b", "c", "d"] {
                    assert_eq!(object.code(name).as_deref(), Some("518"), "{name}");
                    assert_eq!(object.integer(name), Some(518), "{name}");
                }
                assert_eq!(object.text("e").as_deref(), Some("42"));
            },
            &[],
        );
    }

    #[test]
    fn null_and_blank_are_absent() {
        check(
            &json!({"a": null, "b": "", "c": "  "}),
            |object| {
                for name in ["a", "b", "c", "d"] {
                    assert_eq!(object.text(name), None, "{name}");
                    assert_eq!(object.stamp(name), None, "{name}");
                }
            },
            &[],
        );
    }

    #[test]
    fn a_name_in_the_wrong_case_is_used_unless_it_identifies() {
        check(
            &json!({"sessionid": "s", "usERdata": "u"}),
            |object| {
                assert_eq!(object.identifying_text("sessionId"), None);
                assert_eq!(object.text("userData").as_deref(), Some("u"));
            },
            &[
                Suspicion::WrongCase { found: "sessionid".to_owned(), meant: "sessionId".into() },
                Suspicion::WrongCase { found: "usERdata".to_owned(), meant: "userData".into() },
            ],
        );
    }

    #[test]
    fn the_exact_name_wins_over_another_case() {
        check(
            &json!({"sessionid": "wrong", "sessionId": "right"}),
            |object| assert_eq!(object.identifying_text("sessionId").as_deref(), Some("right")),
            &[],
        );
    }

    #[test]
    fn what_is_longer_than_any_real_value_is_cut() {
        let (id, text) = ("x".repeat(limits::SESSION_MAX + 1), "长".repeat(limits::FIELD_MAX + 1));
        check(
            &json!({"sessionId": id, "userData": text, "icid": 1e300}),
            |object| {
                let id = object.identifying_text("sessionId").expect("an id");
                assert_eq!(id.chars().count(), limits::SESSION_MAX);
                assert_eq!(object.text("userData"), Some("长".repeat(limits::FIELD_MAX)));
                assert_eq!(object.text("icid"), None);
            },
            &[
                Suspicion::BadValue("sessionId".into()),
                Suspicion::BadValue("userData".into()),
                Suspicion::BadValue("icid".into()),
            ],
        );
    }

    #[test]
    fn what_cannot_be_read_is_noted_once() {
        check(
            &json!({"a": {"b": 1}, "t": "yesterday"}),
            |object| {
                assert_eq!(object.text("a"), None);
                assert_eq!(object.integer("a"), None);
                assert_eq!(object.stamp("t"), Some(Stamp { at: None, text: "yesterday".to_owned() }));
            },
            &[Suspicion::BadValue("a".into()), Suspicion::BadValue("t".into())],
        );
    }
}
