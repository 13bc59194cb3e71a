//! What a platform answered, read leniently: every field it sent is kept, whatever its name.

use http::StatusCode;
use serde_json::{Map, Value};

use super::{Outbound, PlatformError};
use crate::domain::plain_text;
use crate::limits::PLATFORM_TEXT_CHARS;

#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Its code: `0`, `000000`.
    pub code: String,
    pub description: String,
    /// Everything else that it sent.
    pub fields: Map<String, Value>,
}

/// A binding as an answer tells it. What a mode does not have is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bound {
    /// The platform's id.
    pub id: Option<String>,
    /// A's number.
    pub a: Option<String>,
    pub x: Option<String>,
    /// B's number.
    pub b: Option<String>,
    pub y: Option<String>,
    pub extension: Option<String>,
}

pub(super) fn read(outbound: &dyn Outbound, status: StatusCode, body: &[u8]) -> Result<Answer, PlatformError> {
    let none = PlatformError::NotAnAnswer { status: status.as_u16() };
    let Ok(Value::Object(mut object)) = serde_json::from_slice(plain_text::without_mark(body)) else {
        return Err(none);
    };
    let shape = outbound.answers();
    if let Some(Value::Object(inner)) = shape.within.and_then(|name| object.remove(name)) {
        object = inner;
    }
    let Some(code) = object.remove(shape.code).and_then(|code| text(&code)) else { return Err(none) };
    let description = object.remove(shape.words).and_then(|words| text(&words)).unwrap_or_default();
    let description: String = description.chars().filter(|c| !c.is_control()).take(PLATFORM_TEXT_CHARS).collect();
    if code != shape.good || !status.is_success() {
        let known = outbound.results().find(&code);
        return Err(PlatformError::Refused { code, description, known });
    }
    Ok(Answer { code, description, fields: object })
}

/// A code may be a text or a number.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl Answer {
    /// The bindings that it tells: its own fields, or those of each row of its lists.
    #[must_use]
    pub fn bindings(&self) -> Vec<Bound> {
        let rows = self.fields.values().filter_map(Value::as_array).flatten().filter_map(Value::as_object);
        let each = std::iter::once(&self.fields).chain(rows).map(Bound::of);
        each.filter(|bound| bound.x.is_some() || bound.id.is_some()).collect()
    }
}

impl Bound {
    fn of(fields: &Map<String, Value>) -> Self {
        let first = |names: &[&str]| {
            let found = names.iter().find_map(|name| text(fields.get(*name)?));
            found.filter(|text| !text.is_empty())
        };
        Self {
            id: first(&["subscriptionId"]),
            a: first(&["callerNum", "origNum", "bindNum", "realNumA", "aNum"]),
            x: first(&["relationNum", "privateNum", "virtualNum", "relationNumber", "maskNumber", "xNum"]),
            b: first(&["calleeNum", "realNumB", "bNum"]),
            y: first(&["yNum"]),
            extension: first(&["extendNum"]),
        }
    }
}
