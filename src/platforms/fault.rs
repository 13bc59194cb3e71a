//! Why a body could not be read at all: a text for the platform, a variant for our pages.

use std::fmt;

use super::BodyForm;

/// The text is sent to the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{fault} at byte {at}")]
pub struct DecodeError {
    pub fault: Fault,
    /// At which byte, counted from 0.
    pub at: usize,
    /// The probable notation; the answer uses the same.
    pub form: Option<BodyForm>,
}

/// The texts hold nothing of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// No bytes, or only blanks.
    Empty,
    /// UTF-16.
    Utf16,
    /// Compressed in another way than gzip or deflate.
    Encoding,
    /// Compressed, and it does not unpack.
    Packed,
    /// It begins with what begins neither notation.
    NeitherNotation,
    /// More levels than are read.
    TooDeep,
    /// JSON of which the end is missing.
    JsonEnds,
    /// One JSON value, and something behind it.
    JsonMore,
    /// Any other JSON that is not well-formed.
    Json,
    Doctype,
    /// A `<` without its `>`, a comment or a CDATA section without its end.
    XmlMarkup,
    /// XML that ends with elements open.
    XmlEnds,
    /// An end tag that is not the one of the element that is open.
    XmlEndTag,
    /// A tag whose name is none.
    XmlName,
    /// Text or an element beside the root.
    XmlMore,
    XmlNoElement,
    /// Any other XML that is not well-formed.
    Xml,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the body is empty",
            Self::Utf16 => "the body is UTF-16 where UTF-8 is expected",
            Self::Encoding => "the content encoding is neither gzip nor deflate",
            Self::Packed => "the compressed body is damaged",
            Self::NeitherNotation => "the body is neither JSON nor XML",
            Self::TooDeep => "JSON nested too deeply",
            Self::JsonEnds => "JSON that ends too early",
            Self::JsonMore => "JSON with something behind its end",
            Self::Json => "JSON that is not well-formed",
            Self::Doctype => "XML with a DOCTYPE",
            Self::XmlMarkup => "XML markup that does not end (a `<` without its `>`)",
            Self::XmlEnds => "XML that ends inside an element",
            Self::XmlEndTag => "an XML end tag that closes nothing open",
            Self::XmlName => "an XML element without a proper name",
            Self::XmlMore => "XML with something beside its root element",
            Self::XmlNoElement => "XML without an element",
            Self::Xml => "XML that is not well-formed",
        })
    }
}
