//! XML as far as platforms use it: one root, one flat level of elements, text in them.
//!
//! quick-xml splits the text into events; what it leaves to its callers is checked here: one
//! root and nothing beside it, names, attributes, characters, references. Only the five
//! predefined entities and character references are resolved, and a DOCTYPE is refused
//! wherever it stands, so nothing can be expanded, fetched or read from elsewhere.
//!
//! An encoding that the declaration names does not matter: the bytes were UTF-8 already.

use quick_xml::Reader;
use quick_xml::escape::{resolve_xml_entity, unescape};
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{BodyForm, DecodeError, is_blank};

/// The root's name and the elements directly below it, in their order, repeated ones too.
/// Texts are joined over CDATA and references and trimmed; attributes and deeper elements are
/// checked and passed over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FlatXml {
    /// The name of the root element.
    pub(crate) root: String,
    /// Name and text of each element below it.
    pub(crate) fields: Vec<(String, String)>,
}

/// Reads a whole document.
///
/// # Errors
/// When it is not well-formed to its end, or has a DOCTYPE. Offsets count from its first byte.
pub(crate) fn flat(xml: &str) -> Result<FlatXml, DecodeError> {
    if let Some((at, _)) = xml.char_indices().find(|(_, c)| !is_xml_char(*c)) {
        return Err(error("a character that XML does not allow", at));
    }
    let mut reader = Reader::from_str(xml);
    let mut document = Document::default();
    loop {
        let at = offset(reader.buffer_position());
        let event = match reader.read_event() {
            Ok(Event::Eof) => return document.finish(xml.len()),
            Ok(event) => event,
            Err(_) if starts_doctype(&xml[at..]) => return Err(error(DOCTYPE, at)),
            Err(e) => return Err(error(reason(&e), offset(reader.error_position()))),
        };
        document.take(event, at).map_err(|reason| error(reason, at))?;
    }
}

const DOCTYPE: &str = "XML with a DOCTYPE";
const OUTSIDE: &str = "XML with text outside its root element";

/// What has been read so far.
#[derive(Default)]
struct Document {
    flat: FlatXml,
    /// How many elements are open.
    depth: usize,
    rooted: bool,
}

impl Document {
    fn take(&mut self, event: Event<'_>, at: usize) -> Result<(), &'static str> {
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
            Event::Text(text) if text.contains("]]>") => Err("XML text with `]]>`"),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(_) if self.depth == 0 => Err(OUTSIDE),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(_) if self.depth == 0 => Err(OUTSIDE),
            Event::GeneralRef(reference) => {
                let mut buffer = [0; 4];
                let text = resolve(&reference, &mut buffer)?;
                self.append(text);
                Ok(())
            }
            Event::DocType(_) => Err(DOCTYPE),
            Event::Decl(_) if at > 0 => Err("an XML declaration that is not at the start"),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Eof => Ok(()),
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), &'static str> {
        let name = tag.name().0;
        check_tag(name, tag)?;
        match self.depth {
            0 if self.rooted => return Err("XML with a second root element"),
            0 => {
                self.rooted = true;
                name.clone_into(&mut self.flat.root);
            }
            1 => self.flat.fields.push((name.to_owned(), String::new())),
            _ => {}
        }
        self.depth += 1;
        Ok(())
    }

    fn close(&mut self) {
        self.depth -= 1;
        if let (1, Some((_, text))) = (self.depth, self.flat.fields.last_mut()) {
            let trimmed = text.trim_matches(is_blank);
            if trimmed.len() < text.len() {
                *text = trimmed.to_owned();
            }
        }
    }

    fn text(&mut self, text: &str) -> Result<(), &'static str> {
        if self.depth == 0 && !text.chars().all(is_blank) {
            return Err(OUTSIDE);
        }
        self.append(text);
        Ok(())
    }

    fn append(&mut self, text: &str) {
        if let (2, Some((_, field))) = (self.depth, self.flat.fields.last_mut()) {
            field.push_str(text);
        }
    }

    fn finish(self, end: usize) -> Result<FlatXml, DecodeError> {
        match (self.depth, self.rooted) {
            (0, true) => Ok(self.flat),
            (0, false) => Err(error("XML without an element", end)),
            _ => Err(error("XML that ends inside an element", end)),
        }
    }
}

fn check_tag(name: &str, tag: &BytesStart<'_>) -> Result<(), &'static str> {
    if !is_name(name) {
        return Err("an XML element without a proper name");
    }
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| "a malformed XML attribute")?;
        let proper = is_name(attribute.key.0) && !attribute.value.contains('<') && unescape(&attribute.value).is_ok();
        if !proper {
            return Err("a malformed XML attribute");
        }
    }
    Ok(())
}

fn resolve<'b>(reference: &BytesRef<'_>, buffer: &'b mut [u8; 4]) -> Result<&'b str, &'static str> {
    match reference.resolve_char_ref() {
        Ok(Some(c)) if is_xml_char(c) => Ok(c.encode_utf8(buffer)),
        Ok(Some(_)) | Err(_) => Err("a character reference to what is no XML character"),
        Ok(None) => resolve_xml_entity(reference).ok_or("an XML entity that is not defined"),
    }
}

fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | ':'))
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '-' | '.'))
}

/// <https://www.w3.org/TR/xml/#charsets>
fn is_xml_char(c: char) -> bool {
    is_blank(c) || (c >= ' ' && !matches!(c, '\u{FFFE}' | '\u{FFFF}'))
}

fn starts_doctype(xml: &str) -> bool {
    xml.as_bytes().get(..9).is_some_and(|head| head.eq_ignore_ascii_case(b"<!DOCTYPE"))
}

/// quick-xml's own texts may quote names from the body.
fn reason(error: &quick_xml::Error) -> &'static str {
    use quick_xml::errors::IllFormedError;
    match error {
        quick_xml::Error::Syntax(_) => "XML markup that does not end",
        quick_xml::Error::IllFormed(IllFormedError::MismatchedEndTag { .. } | IllFormedError::UnmatchedEndTag(_)) => {
            "an XML end tag that closes nothing open"
        }
        quick_xml::Error::IllFormed(IllFormedError::UnclosedReference) => "an XML reference that does not end",
        _ => "XML that is not well-formed",
    }
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

fn error(reason: &str, at: usize) -> DecodeError {
    DecodeError { reason: reason.to_owned(), at, form: Some(BodyForm::Xml) }
}
