//! What there is to ask: one operation a row, with every field it takes.
//!
//! Names, lengths and forms are the platforms' own, from the pages that a row names. What pages,
//! the API and the command line offer is made from these rows, so that nothing is offered that
//! is not checked, and nothing checked that is not shown.

use http::Method;

use crate::domain::Text;

/// One thing that a platform can be asked.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// Its name: `axb.bind`.
    pub id: &'static str,
    /// The product it belongs to: an application of one mode may use its mode's only.
    pub mode: Mode,
    /// What it is called.
    pub title: Text,
    /// What it does, and what one should know before.
    pub about: Text,
    /// What it does to bindings.
    pub effect: Effect,
    /// How it is sent.
    pub verb: Verb,
    /// The path behind the base URL.
    pub path: &'static str,
    /// What it takes.
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

/// A product of a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// 隐私保护通话, one X for one A.
    Ax,
    /// 隐私保护通话, one X for a pair.
    Axb,
    /// 隐私保护通话, one X with extensions.
    Axe,
    /// 隐私保护通话, an X and a Y for a pair.
    Axyb,
    /// Calls of Huawei under way, in every mode.
    Call,
    /// 玖云 专号通 numbers.
    Number,
    /// 玖云 calls that the platform places.
    Callback,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: it tells.
    Reads,
    /// A binding begins.
    Binds,
    /// A binding changes.
    Changes,
    /// A binding ends.
    Unbinds,
    /// A call ends.
    EndsCall,
}

/// One field.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Where it is sent.
    pub place: Place,
    /// Whether it must be there.
    pub required: bool,
    /// What may stand in it.
    pub kind: Kind,
    /// What it means.
    pub meaning: Text,
}

/// Where a field is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the address.
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
        /// The shortest.
        least: usize,
        /// The longest.
        most: usize,
    },
    /// A Chinese number as it is dialled: a mobile, or 0, area code and number.
    National,
    /// A text of so many characters.
    Text {
        /// The fewest.
        least: usize,
        /// The most.
        most: usize,
    },
    /// A text of so many bytes.
    Bytes {
        /// The most.
        most: usize,
    },
    /// Letters, digits and marks without blanks, of so many characters.
    Id {
        /// The most.
        most: usize,
    },
    /// Digits only, so many.
    Digits {
        /// The fewest.
        least: usize,
        /// The most.
        most: usize,
    },
    /// A whole number, sent as one.
    Integer {
        /// The least.
        least: u64,
        /// The greatest.
        most: u64,
    },
    /// One of these words.
    Choice(&'static [Choice]),
    /// One of these, sent as a number.
    Code(&'static [Choice]),
}

/// One of several words.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// What is sent.
    pub value: &'static str,
    /// What it means.
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

impl Mode {
    /// `ax`, `axb` …
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ax => "ax",
            Self::Axb => "axb",
            Self::Axe => "axe",
            Self::Axyb => "axyb",
            Self::Call => "call",
            Self::Number => "number",
            Self::Callback => "callback",
        }
    }
}

impl Effect {
    /// `reads`, `binds` …
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::Binds => "binds",
            Self::Changes => "changes",
            Self::Unbinds => "unbinds",
            Self::EndsCall => "ends_call",
        }
    }
}

impl Verb {
    /// The method itself.
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
            Self::Bytes { most } => format!("String(≤{most} bytes)"),
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

/// A choice, for the tables.
pub(in crate::platforms) const fn choice(value: &'static str, zh: &'static str, en: &'static str) -> Choice {
    Choice { value, meaning: Text::new(zh, en) }
}

impl Field {
    /// The same, and it must be there.
    pub(in crate::platforms) const fn must(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same, within an object of the body.
    pub(in crate::platforms) const fn within(self, object: &'static str) -> Self {
        Self { place: Place::Within(object), ..self }
    }
}
