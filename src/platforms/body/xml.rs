//! XML as platforms use it: one root, one level of elements, text in them.
//!
//! quick-xml gives events; this module checks the rest: one root, names, references. Only the five
//! predefined entities and character references are resolved, and DOCTYPE is refused, so nothing can be
//! expanded or fetched.
//!
//! An ampersand without a reference (`?f=a&t=1` in an address) and an undefined entity stand for
//! themselves; a character that XML does not allow is U+FFFD. Attributes are ignored.
//!
//! The declared encoding is ignored: the bytes are decoded already.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{Fault, is_blank, is_damaged};

/// The root's name and the elements directly below it, in their order, repeated ones too.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FlatXml {
    pub(crate) root: String,
    pub(crate) fields: Vec<FlatField>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FlatField {
    pub(crate) name: String,
    /// Its text, with CDATA and references joined, trimmed; without deeper elements.
    pub(crate) text: String,
    pub(crate) mended: bool,
}

/// Reads a whole document; says whether anything in it was mended. Offsets count from the first
/// byte of the text as it came.
pub(super) fn flat(xml: &str) -> Result<(FlatXml, bool), (Fault, usize)> {
    let allowed = only_xml_chars(xml);
    match document(&allowed) {
        Ok(document) => {
            let mended = document.mended || matches!(allowed, Cow::Owned(_));
            Ok((document.flat, mended))
        }
        Err((fault, at)) => Err((fault, if matches!(allowed, Cow::Owned(_)) { byte(xml, at) } else { at })),
    }
}

fn document(xml: &str) -> Result<Document, (Fault, usize)> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().allow_dangling_amp = true;
    let mut document = Document::default();
    loop {
        let at = offset(reader.buffer_position());
        let event = match reader.read_event() {
            Ok(Event::Eof) => return document.finish(xml.len()),
            Ok(event) => event,
            Err(_) if starts_doctype(&xml[at..]) => return Err((Fault::Doctype, at)),
            Err(e) => return Err((fault(&e), offset(reader.error_position()))),
        };
        document.take(event, at).map_err(|fault| (fault, at))?;
    }
}

#[derive(Default)]
struct Document {
    flat: FlatXml,
    /// How many elements are open.
    depth: usize,
    rooted: bool,
    mended: bool,
}

impl Document {
    fn take(&mut self, event: Event<'_>, at: usize) -> Result<(), Fault> {
        match event {
            Event::Start(tag) => self.open(&tag),
            Event::Empty(tag) => {
                self.open(&tag)?;
                self.close();
                Ok(())
            }
            Event::End(_) => {
                self.close();
                Ok(())
            }
            Event::Text(text) => self.text(&text.xml10_content(), text.contains('&')),
            Event::CData(_) | Event::GeneralRef(_) if self.depth == 0 => Err(Fault::XmlMore),
            Event::CData(text) => self.text(&text.xml10_content(), false),
            Event::GeneralRef(reference) => {
                let (text, is_read) = resolve(&reference);
                self.append(&text, !is_read);
                Ok(())
            }
            Event::DocType(_) => Err(Fault::Doctype),
            Event::Decl(_) if at > 0 => Err(Fault::XmlMore),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Eof => Ok(()),
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), Fault> {
        let name = tag.name().0;
        if !is_name(name) {
            return Err(Fault::XmlName);
        }
        match self.depth {
            0 if self.rooted => return Err(Fault::XmlMore),
            0 => {
                self.rooted = true;
                name.clone_into(&mut self.flat.root);
            }
            1 => self.flat.fields.push(FlatField { name: name.to_owned(), text: String::new(), mended: false }),
            _ => {}
        }
        self.depth += 1;
        Ok(())
    }

    fn close(&mut self) {
        self.depth -= 1;
        if let (1, Some(FlatField { text, .. })) = (self.depth, self.flat.fields.last_mut()) {
            let trimmed = text.trim_matches(is_blank);
            if trimmed.len() < text.len() {
                *text = trimmed.to_owned();
            }
        }
    }

    fn text(&mut self, text: &str, mended: bool) -> Result<(), Fault> {
        let is_nothing = |c| is_blank(c) || c == char::REPLACEMENT_CHARACTER;
        if self.depth == 0 && !text.chars().all(is_nothing) {
            return Err(Fault::XmlMore);
        }
        self.append(text, mended);
        Ok(())
    }

    fn append(&mut self, text: &str, mended: bool) {
        self.mended |= mended;
        if let (2, Some(field)) = (self.depth, self.flat.fields.last_mut()) {
            field.text.push_str(text);
            field.mended |= mended || is_damaged(text);
        }
    }

    fn finish(self, end: usize) -> Result<Self, (Fault, usize)> {
        match (self.depth, self.rooted) {
            (0, true) => Ok(self),
            (0, false) => Err((Fault::XmlNoElement, end)),
            _ => Err((Fault::XmlEnds, end)),
        }
    }
}

/// The text of a reference; `false` if it is none.
fn resolve<'a>(reference: &'a BytesRef<'_>) -> (Cow<'a, str>, bool) {
    match reference.resolve_char_ref() {
        Ok(Some(c)) if is_xml_char(c) => (Cow::Owned(c.to_string()), true),
        Ok(Some(_)) | Err(_) => (Cow::Borrowed("\u{FFFD}"), false),
        Ok(None) => match resolve_xml_entity(reference) {
            Some(text) => (Cow::Borrowed(text), true),
            None => (Cow::Owned(format!("&{};", &**reference)), false),
        },
    }
}

fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | ':'))
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '-' | '.'))
}

/// The text with U+FFFD for what XML does not allow.
fn only_xml_chars(xml: &str) -> Cow<'_, str> {
    if xml.chars().all(is_xml_char) {
        return Cow::Borrowed(xml);
    }
    Cow::Owned(xml.chars().map(|c| if is_xml_char(c) { c } else { char::REPLACEMENT_CHARACTER }).collect())
}

/// The byte of the original at which this place of [`only_xml_chars`] stands.
fn byte(xml: &str, at: usize) -> usize {
    let mut read = 0;
    for (byte, c) in xml.char_indices() {
        if read >= at {
            return byte;
        }
        read += if is_xml_char(c) { c.len_utf8() } else { char::REPLACEMENT_CHARACTER.len_utf8() };
    }
    xml.len()
}

/// <https://www.w3.org/TR/xml/#charsets>
fn is_xml_char(c: char) -> bool {
    is_blank(c) || (c >= ' ' && !matches!(c, '\u{FFFE}' | '\u{FFFF}'))
}

fn starts_doctype(xml: &str) -> bool {
    xml.as_bytes().get(..9).is_some_and(|head| head.eq_ignore_ascii_case(b"<!DOCTYPE"))
}

/// quick-xml's own texts may quote names from the body.
fn fault(error: &quick_xml::Error) -> Fault {
    use quick_xml::errors::IllFormedError;
    match error {
        quick_xml::Error::Syntax(_) => Fault::XmlMarkup,
        quick_xml::Error::IllFormed(IllFormedError::MismatchedEndTag { .. } | IllFormedError::UnmatchedEndTag(_)) => {
            Fault::XmlEndTag
        }
        _ => Fault::Xml,
    }
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
