//! Writes flat JSON objects and XML elements into a byte buffer, escaping as needed.
//!
//! A serialiser would need a struct for each of some dozen nearly equal bodies, whose fields
//! come and go by call; here a field is written where it exists. Neighbours: one file a
//! platform says which fields those are.

use super::stamp::{self, Millis};

/// A JSON object under construction. [`Object::end`] closes it.
#[derive(Debug)]
pub(super) struct Object<'a> {
    buf: &'a mut Vec<u8>,
    empty: bool,
    blanks: usize,
}

impl<'a> Object<'a> {
    /// Opens an object; `blanks` stand between date and time in its stamps.
    pub(super) fn new(buf: &'a mut Vec<u8>, blanks: usize) -> Self {
        buf.push(b'{');
        Self { buf, empty: true, blanks }
    }

    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        push_json_text(self.buf, value);
    }

    pub(super) fn text_if(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    pub(super) fn number(&mut self, name: &str, value: u64) {
        self.name(name);
        stamp::push_padded(self.buf, value, 1);
    }

    /// `yyyy-MM-dd HH:mm:ss`, UTC.
    pub(super) fn utc(&mut self, name: &str, at: Millis) {
        self.name(name);
        self.buf.push(b'"');
        stamp::push_utc(self.buf, at, self.blanks);
        self.buf.push(b'"');
    }

    pub(super) fn utc_if(&mut self, name: &str, at: Option<Millis>) {
        if let Some(at) = at {
            self.utc(name, at);
        }
    }

    /// A text in quotes that needs no escaping, written by `write`.
    pub(super) fn plain(&mut self, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
        self.name(name);
        self.buf.push(b'"');
        write(self.buf);
        self.buf.push(b'"');
    }

    /// Anything, written by `write`.
    pub(super) fn raw(&mut self, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
        self.name(name);
        write(self.buf);
    }

    pub(super) fn end(self) {
        self.buf.push(b'}');
    }

    fn name(&mut self, name: &str) {
        if !std::mem::take(&mut self.empty) {
            self.buf.push(b',');
        }
        self.buf.push(b'"');
        self.buf.extend_from_slice(name.as_bytes());
        self.buf.extend_from_slice(b"\":");
    }
}

/// A JSON string with its quotes.
pub(super) fn push_json_text(buf: &mut Vec<u8>, text: &str) {
    buf.push(b'"');
    if text.bytes().all(|b| b >= b' ' && b != b'"' && b != b'\\') {
        buf.extend_from_slice(text.as_bytes());
    } else {
        for c in text.chars() {
            match c {
                '"' | '\\' => buf.extend_from_slice(&[b'\\', c as u8]),
                c if c < ' ' => buf.extend_from_slice(format!("\\u{:04x}", u32::from(c)).as_bytes()),
                c => buf.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
    }
    buf.push(b'"');
}

/// `<name>value</name>`.
pub(super) fn push_element(buf: &mut Vec<u8>, name: &str, value: &[u8]) {
    buf.push(b'<');
    buf.extend_from_slice(name.as_bytes());
    buf.push(b'>');
    for &byte in value {
        match byte {
            b'<' => buf.extend_from_slice(b"&lt;"),
            b'>' => buf.extend_from_slice(b"&gt;"),
            b'&' => buf.extend_from_slice(b"&amp;"),
            byte => buf.push(byte),
        }
    }
    buf.extend_from_slice(b"</");
    buf.extend_from_slice(name.as_bytes());
    buf.push(b'>');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_cannot_break_out_of_its_field() {
        let mut buf = Vec::new();
        let mut object = Object::new(&mut buf, 1);
        object.text("userData", "a\"b\\c\nd你");
        object.number("n", 0);
        object.end();
        let value: serde_json::Value = serde_json::from_slice(&buf).unwrap();
        assert_eq!(value["userData"], "a\"b\\c\nd你");
        assert_eq!(value["n"], 0);
        let mut xml = Vec::new();
        push_element(&mut xml, "userData", br#"{"a":"<&>"}"#);
        assert_eq!(String::from_utf8(xml).unwrap(), r#"<userData>{"a":"&lt;&amp;&gt;"}</userData>"#);
    }
}
