//! JSON objects as the platforms write them: their fields in an order of their own.
//!
//! A struct for each of some dozen nearly equal bodies would be long, as their fields come and go by
//! call; here a field is added where it exists.

use serde::{Serialize, Serializer};

use super::stamp::{self, Millis};

#[derive(Debug, Clone)]
pub(super) struct Object {
    fields: Vec<(&'static str, Field)>,
    blanks: usize,
}

#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
enum Field {
    Text(String),
    Number(u64),
    Object(Object),
    List(Vec<Object>),
}

impl Object {
    /// An empty object; `blanks` stand between date and time in its stamps.
    pub(super) fn new(blanks: usize) -> Self {
        Self { fields: Vec::new(), blanks }
    }

    pub(super) fn text(&mut self, name: &'static str, value: impl Into<String>) {
        self.fields.push((name, Field::Text(value.into())));
    }

    pub(super) fn text_if(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    pub(super) fn number(&mut self, name: &'static str, value: u64) {
        self.fields.push((name, Field::Number(value)));
    }

    /// `yyyy-MM-dd HH:mm:ss`, UTC.
    pub(super) fn utc(&mut self, name: &'static str, at: Millis) {
        self.text(name, stamp::utc(at, self.blanks));
    }

    pub(super) fn utc_if(&mut self, name: &'static str, at: Option<Millis>) {
        if let Some(at) = at {
            self.utc(name, at);
        }
    }

    pub(super) fn object(&mut self, name: &'static str, value: Self) {
        self.fields.push((name, Field::Object(value)));
    }

    pub(super) fn list(&mut self, name: &'static str, value: Vec<Self>) {
        self.fields.push((name, Field::List(value)));
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts and numbers are JSON")
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.fields.iter().map(|(name, value)| (name, value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_order_and_text_from_outside_cannot_break_out_of_its_field() {
        let mut inner = Object::new(1);
        inner.text("userData", "a\"b\\c\nd你");
        let mut object = Object::new(1);
        object.number("z", 0);
        object.list("a", vec![inner]);
        assert_eq!(String::from_utf8(object.bytes()).unwrap(), r#"{"z":0,"a":[{"userData":"a\"b\\c\nd你"}]}"#);
    }
}
