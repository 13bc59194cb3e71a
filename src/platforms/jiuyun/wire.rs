//! The fields of one notice, whichever notation they came in.
//!
//! Elements come in any order, so everything is found by name. JSON is not shown in the manual:
//! `{"req":{…}}` as on the platform's REST side, another single key, and the bare object are
//! all read; numbers stand for their digits. Of a repeated field the last one counts.
//!
//! Names are case-sensitive. One that differs only by case is noted as a suspicion; its value
//! is used where nothing depends on it, never to place an event ([`Notice::exact`]).
//! Nothing here keeps an unknown name or a value of unbounded length: a longer one is cut.
//! A value in which something could not be read is used, and remarked.

use serde_json::{Map, Value};

use crate::platforms::body::{self, SOMEWHERE, Tree, is_damaged};
use crate::platforms::{BodyForm, DecodeError, Suspicion, text};

/// 2 to the 53rd: from here on a fractional number cannot tell one whole number from the next.
const EXACT_BELOW: f64 = 9_007_199_254_740_992.0;

/// Every field name that means something to us.
const NAMES: [&str; 19] = [
    "action",
    "type",
    "appId",
    "callId",
    "telX",
    "maskNumber",
    "caller",
    "called",
    "userFlag",
    "subType",
    "startTime",
    "startTimeA",
    "startTimeB",
    "endTime",
    "duration",
    "byeType",
    "dateCreated",
    "recordUrl",
    "userData",
];

#[derive(Debug)]
pub(super) struct Notice {
    /// The notation it came in.
    pub(super) form: BodyForm,
    fields: Vec<Field>,
    suspicions: Vec<Suspicion>,
}

#[derive(Debug)]
struct Field {
    name: &'static str,
    /// Whether the body wrote the name as documented.
    exact: bool,
    text: String,
}

pub(super) fn read(bytes: &[u8]) -> Result<Notice, DecodeError> {
    let mut notice = Notice { form: BodyForm::Xml, fields: Vec::new(), suspicions: Vec::new() };
    let read = body::sniff(bytes)?;
    match read.tree {
        Tree::Xml(xml) => {
            for field in xml.fields {
                notice.put(&field.name, field.mended, |_| Some(field.text));
            }
        }
        Tree::Json(value) => {
            notice.form = BodyForm::Json;
            for (name, value) in object(&value).into_iter().flatten() {
                notice.put(name, false, |meant| plain(meant, value));
            }
        }
    }
    if read.mended && !notice.suspicions.iter().any(|suspicion| matches!(suspicion, Suspicion::BadValue(_))) {
        notice.note(Suspicion::BadValue(SOMEWHERE.into()));
    }
    Ok(notice)
}

impl Notice {
    /// The text of a field, also under a name of the wrong case; `None` when absent or empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.field(name).map(|field| field.text.as_str())
    }

    pub(super) fn exact(&self, name: &str) -> Option<&str> {
        self.field(name).filter(|field| field.exact).map(|field| field.text.as_str())
    }

    /// The text of a field without which the notice cannot be placed. That it is missing is
    /// noted, unless something else about it was.
    pub(super) fn identifying(&mut self, name: &'static str) -> Option<String> {
        let found = self.exact(name).map(str::to_owned);
        if found.is_none() && !self.suspicions.iter().any(|suspicion| is_about(suspicion, name)) {
            self.note(Suspicion::Missing(name.into()));
        }
        found
    }

    /// Whether a field came, but only under a name of the wrong case.
    pub(super) fn is_miswritten(&self, name: &str) -> bool {
        self.field(name).is_some_and(|field| !field.exact)
    }

    pub(super) fn note(&mut self, suspicion: Suspicion) {
        if !self.suspicions.contains(&suspicion) {
            self.suspicions.push(suspicion);
        }
    }

    pub(super) fn into_suspicions(self) -> Vec<Suspicion> {
        self.suspicions
    }

    fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name).filter(|field| !field.text.is_empty())
    }

    /// Takes a field in, if its name is known; `read` makes a text of its value, or says that
    /// it has none.
    fn put(&mut self, found: &str, mended: bool, read: impl FnOnce(&str) -> Option<String>) {
        let Some(name) = NAMES.into_iter().find(|name| name.eq_ignore_ascii_case(found)) else { return };
        let exact = found == name;
        if !exact && !self.suspicions.iter().any(|s| matches!(s, Suspicion::WrongCase { meant, .. } if *meant == name))
        {
            self.note(Suspicion::WrongCase { found: found.to_owned(), meant: name.into() });
        }
        let Some(text) = read(name) else {
            self.note(Suspicion::BadValue(name.into()));
            return;
        };
        let is_id = matches!(name, "callId");
        let (text, is_cut) = if is_id { text::id(text) } else { text::field(text) };
        if mended || is_cut || is_damaged(&text) {
            self.note(Suspicion::BadValue(name.into()));
        }
        let field = Field { name, exact, text };
        match self.fields.iter_mut().find(|other| other.name == name) {
            Some(other) if other.exact && !exact => {}
            Some(other) => *other = field,
            None => self.fields.push(field),
        }
    }
}

fn object(value: &Value) -> Option<&Map<String, Value>> {
    let outer = value.as_object()?;
    if let Some(Value::Object(inner)) = outer.get("req") {
        return Some(inner);
    }
    match outer.values().next() {
        Some(Value::Object(inner)) if outer.len() == 1 => Some(inner),
        _ => Some(outer),
    }
}

/// A value as the text that XML would hold; `22.0` is `22`. A number too large for an integer
/// is refused: it arrives with digits lost.
fn plain(name: &str, value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(bool) => Some(bool.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        Value::Number(number) => number.as_f64().filter(|n| n.abs() < EXACT_BELOW).map(|n| n.to_string()),
        Value::Array(_) | Value::Object(_) if name == "userData" => Some(value.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

fn is_about(suspicion: &Suspicion, name: &str) -> bool {
    match suspicion {
        Suspicion::WrongCase { meant, .. } => *meant == name,
        Suspicion::Missing(field) | Suspicion::BadValue(field) => *field == name,
        Suspicion::UnknownEvent(_) | Suspicion::OtherApplication(_) => false,
    }
}
