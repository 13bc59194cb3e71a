//! What there is to ask: one operation a row, with every field it takes.
//!
//! Names, lengths and forms are the platforms' own, from the pages that a row names. What pages,
//! the API and the command line offer is made from these rows, so that nothing is offered that
//! is not checked, and nothing checked that is not shown.

use http::Method;

use crate::domain::{Text, vocabulary};

/// One thing that a platform can be asked.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// Its name: `axb.bind`.
    pub id: &'static str,
    /// The product it belongs to: an application of one mode may use its mode's only.
    pub mode: Mode,
    pub title: Text,
    /// What it does, and what one should know before.
    pub about: Text,
    pub effect: Effect,
    pub verb: Verb,
    /// The path behind the base URL.
    pub path: &'static str,
    pub fields: &'static [Field],
    /// What holds between fields.
    pub rules: &'static [Rule],
    /// Where the platform documents it.
    pub source: &'static str,
}

/// The method of a request, as a row can say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// `GET`.
    Get,
    /// `POST`.
    Post,
    /// `PUT`.
    Put,
    /// `DELETE`.
    Delete,
}

vocabulary! {
    /// A product of a platform.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Mode {
        /// 隐私保护通话, one X for one A.
        Ax "ax",
        /// 隐私保护通话, one X for a pair.
        Axb "axb",
        /// 隐私保护通话, one X with extensions.
        Axe "axe",
        /// 隐私保护通话, an X and a Y for a pair.
        Axyb "axyb",
        /// Calls of Huawei under way, in every mode.
        Call "call",
        Number "number",
        /// 玖云 calls that the platform places.
        Callback "callback",
    }
}

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Effect {
        /// Nothing: it tells.
        Reads "reads",
        Binds "binds",
        Changes "changes",
        /// A binding ends.
        Unbinds "unbinds",
        EndsCall "ends_call",
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    pub place: Place,
    pub required: bool,
    pub kind: Kind,
    pub meaning: Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Query,
    /// In the body's object.
    Body,
    /// In an object of this name within the body's.
    Within(&'static str),
}

/// What may stand in a field.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A number with `+` and country code, of so many characters.
    Global {
        least: usize,
        most: usize,
    },
    /// A Chinese number as it is dialled: a mobile, or 0, area code and number.
    National,
    Text {
        least: usize,
        most: usize,
    },
    /// Letters, digits and marks without blanks, of so many characters.
    Id {
        most: usize,
    },
    Digits {
        least: usize,
        most: usize,
    },
    /// A whole number, sent as one.
    Integer {
        least: u64,
        most: u64,
    },
    Choice(&'static [Choice]),
    /// One of these, sent as a number.
    Code(&'static [Choice]),
}

/// One of several words.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    pub value: &'static str,
    pub meaning: Text,
}

/// What holds between fields.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// All fields of one of these lists are there.
    AnyOf(&'static [&'static [&'static str]]),
    /// Two numbers differ.
    Differ(&'static str, &'static str),
}

impl Verb {
    #[must_use]
    pub fn method(self) -> Method {
        match self {
            Self::Get => Method::GET,
            Self::Post => Method::POST,
            Self::Put => Method::PUT,
            Self::Delete => Method::DELETE,
        }
    }
}

impl Kind {
    /// The kind in the platform's own words: `String(1-64)`.
    #[must_use]
    pub fn documented(&self) -> String {
        match self {
            Self::Global { least, most } | Self::Text { least, most } | Self::Digits { least, most } => {
                format!("String({least}-{most})")
            }
            Self::National => "String".to_owned(),
            Self::Id { most } => format!("String(1-{most})"),
            Self::Integer { least, most } => format!("Integer({least}-{most})"),
            Self::Choice(_) => "String(enum)".to_owned(),
            Self::Code(_) => "Integer(enum)".to_owned(),
        }
    }

    /// The words there are to choose from.
    #[must_use]
    pub fn choices(&self) -> &'static [Choice] {
        match self {
            Self::Choice(choices) | Self::Code(choices) => choices,
            _ => &[],
        }
    }

    /// Whether a phone number stands in it.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Global { .. } | Self::National)
    }
}

/// A field of the body, for the tables.
pub(in crate::platforms) const fn field(name: &'static str, kind: Kind, zh: &'static str, en: &'static str) -> Field {
    Field { name, place: Place::Body, required: false, kind, meaning: Text::new(zh, en) }
}

/// A field of the address, for the tables.
pub(in crate::platforms) const fn query(name: &'static str, kind: Kind, zh: &'static str, en: &'static str) -> Field {
    Field { name, place: Place::Query, required: false, kind, meaning: Text::new(zh, en) }
}

pub(in crate::platforms) const fn choice(value: &'static str, zh: &'static str, en: &'static str) -> Choice {
    Choice { value, meaning: Text::new(zh, en) }
}

impl Field {
    pub(in crate::platforms) const fn must(self) -> Self {
        Self { required: true, ..self }
    }

    pub(in crate::platforms) const fn within(self, object: &'static str) -> Self {
        Self { place: Place::Within(object), ..self }
    }
}
