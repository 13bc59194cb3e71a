//! One HTTP request of a platform as received, and what we answered.
//!
//! The bytes are kept as they came: what a later version understands better is decoded again from
//! them. Headers, body and target hold numbers and signatures and are never printed.

use std::borrow::Cow;
use std::net::IpAddr;

use jiff::Timestamp;

use super::{AppId, CallEvent, CallRecord, NumberStatus, ProviderId, SmsEvent, vocabulary};

/// The header that marks a callback as a test, with the value `1`. No platform sends it, and no box
/// of a console can be filled with it by mistake, as an address's tail can. Whoever knows the secret
/// address may send anything; with this he says that it is none of the platform's calls, and it joins
/// none of them.
pub const TEST_HEADER: &str = "x-ringback-test";

/// Whether headers, names in lower case, mark a test.
#[must_use]
pub fn marks_test(headers: &[(String, String)]) -> bool {
    headers.iter().any(|(name, value)| name == TEST_HEADER && value.trim() == "1")
}

/// One HTTP request of a platform, exactly as received.
#[derive(Clone)]
pub struct Callback {
    pub app: AppId,
    /// That app's provider.
    pub provider: ProviderId,
    /// When the body was complete, by our clock.
    pub received_at: Timestamp,
    /// Who called us, behind trusted proxies.
    pub peer: IpAddr,
    /// What stood behind the token in the address, with the query: `/status?x=1`; often empty.
    pub tail: String,
    /// The request's target as sent, with the token: needed by digests over the address. Never
    /// stored and never logged.
    pub target: String,
    /// The names, with ports, by which the request was sent to us, as far as they are ours: needed
    /// by digests over the address. Never stored.
    pub hosts: Vec<String>,
    /// The headers worth keeping, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte; in what a decoder is given, its content.
    pub body: Vec<u8>,
}

impl Callback {
    /// The first header of this (lower-case) name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

impl std::fmt::Debug for Callback {
    /// Neither body, headers nor target: they hold numbers, signatures and the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Callback")
            .field("app", &self.app)
            .field("provider", &self.provider)
            .field("received_at", &self.received_at)
            .field("peer", &self.peer)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Outcome {
        /// Understood, and new.
        Accepted "accepted" "有效" "Accepted",
        /// Understood, and everything in it was known already.
        Duplicate "duplicate" "重复" "Duplicate",
        /// Well-formed, but no event we know, or its identifying field is missing.
        Unrecognised "unrecognised" "未识别" "Unrecognised",
        /// Empty, neither JSON nor XML, or XML with a DOCTYPE.
        Unparsable "unparsable" "无法解析" "Unparsable",
        /// Its signature did not hold and the app enforces signatures.
        Unverified "unverified" "验签失败" "Unverified",
    }
}

impl Outcome {
    /// Whether it was kept without being understood, so that a person should look.
    #[must_use]
    pub fn wants_attention(self) -> bool {
        matches!(self, Self::Unrecognised | Self::Unparsable | Self::Unverified)
    }
}

/// Something in a body that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Suspicion {
    /// `found` stands where `meant` was probably meant: field names are case-sensitive.
    WrongCase {
        /// The name in the body.
        found: String,
        /// The documented name.
        meant: Cow<'static, str>,
    },
    /// A field without which an event cannot be placed is missing.
    Missing(Cow<'static, str>),
    /// An event or type that is not documented.
    UnknownEvent(String),
    /// A value that cannot be what the field says.
    BadValue(Cow<'static, str>),
    /// It names another application of the platform than the app's: the address may be pasted
    /// into the wrong application.
    OtherApplication(String),
}

impl Suspicion {
    /// The kinds of suspicions, as [`Suspicion::name`] gives them.
    pub const NAMES: [&'static str; 5] = ["wrong_case", "missing", "unknown_event", "bad_value", "other_application"];

    /// Its kind: `wrong_case`, `missing`, `unknown_event`, `bad_value`, `other_application`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::WrongCase { .. } => "wrong_case",
            Self::Missing(_) => "missing",
            Self::UnknownEvent(_) => "unknown_event",
            Self::BadValue(_) => "bad_value",
            Self::OtherApplication(_) => "other_application",
        }
    }

    /// The field or event it is about, as it stands in the body where it does.
    #[must_use]
    pub fn about(&self) -> &str {
        match self {
            Self::WrongCase { found, .. } => found,
            Self::Missing(name) | Self::BadValue(name) => name,
            Self::UnknownEvent(name) | Self::OtherApplication(name) => name,
        }
    }
}

/// One thing a callback says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    Event(Box<CallEvent>),
    Record(Box<CallRecord>),
    /// A text message.
    Sms(Box<SmsEvent>),
    Number(NumberStatus),
}

impl Item {
    /// What it is, in one word for lists: an event's kind, `record`, `sms`, `number`.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Event(event) => event.kind.name(),
            Self::Record(_) => "record",
            Self::Sms(_) => "sms",
            Self::Number(_) => "number",
        }
    }
}

/// What the platform is answered: plain data, turned into a response by `http`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    pub status: u16,
    /// The `Content-Type`.
    pub content_type: String,
    /// The body, always sent with its `Content-Length`.
    pub body: String,
}
