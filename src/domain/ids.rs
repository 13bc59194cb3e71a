//! What things are called: apps, providers, sessions, calls, events.
//!
//! Ours are given out by us (apps, records) or follow from what they name (calls, events), so that
//! a rebuild makes the same ones again. A session id is the platform's and may hold phone numbers:
//! it prints itself masked.

use std::borrow::Cow;
use std::fmt;

use super::mask_numbers;

/// The number of a record in the journal: unique, growing, never reused.
pub type Seq = u64;

/// An app: one connection to one platform. Given out by us, never reused, so that a renamed
/// app keeps its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AppId(pub u32);

impl AppId {
    /// No app: the first one is 1.
    pub const NONE: Self = Self(0);
}

/// A provider's short name as it stands in addresses, records and commands: `jiuyun`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProviderId(pub &'static str);

impl fmt::Debug for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The platform's id of a call. Opaque, up to 256 characters, may hold `@`, `+`, `_`, and
/// **phone numbers**: it hides them when printed.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(String);

impl SessionId {
    /// Takes the id as the platform sent it.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({self})")
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask_numbers(&self.0))
    }
}

/// What makes two events the same call: the product family and the session within one app.
///
/// The family keeps apart what may share a session id: two calls of different 玖云 `type` carry
/// the same `callId` and stay two calls (`jiuyun/1`, `jiuyun/22`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallKey {
    /// `jiuyun/22`, `huawei-voice`, `huawei-private`; of a test `test/` and one of these.
    pub family: Cow<'static, str>,
    /// The platform's session.
    pub session: SessionId,
}

/// What the family of a test begins with. No provider's family has it: theirs begin with their names.
const TEST: &str = "test/";

impl CallKey {
    /// The key of a test: whatever session it names, it is no call of the platform.
    #[must_use]
    pub fn of_test(self) -> Self {
        if self.is_test() {
            return self;
        }
        Self { family: Cow::Owned(format!("{TEST}{}", self.family)), session: self.session }
    }

    #[must_use]
    pub fn is_test(&self) -> bool {
        self.family.starts_with(TEST)
    }
}

/// Our id of a call: a hash of app, family and session, so that any callback of a call finds
/// it, in any order, also after the store was rebuilt. Prints as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallId(pub [u8; 16]);

impl CallId {
    /// Reads 32 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        u128::from_str_radix(text, 16).ok().map(|n| Self(n.to_be_bytes()))
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallId({self})")
    }
}

/// A provider's own identity of an event, hashed: two events with the same identity are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_id_hides_the_phone_numbers_in_it() {
        let id = SessionId::new("+8613444440001_+8615000000002_4_627e5c1f_963036_669_1_0");
        let shown = id.to_string();
        assert!(!shown.contains("13444440001") && !shown.contains("15000000002"), "{shown}");
        assert!(shown.ends_with("_963036_669_1_0"), "{shown}");
        assert_eq!(shown.len(), id.reveal().len());
    }

    #[test]
    fn a_session_id_without_a_number_can_be_quoted_to_the_platform() {
        for id in
            ["1201_271_4294967295_20261130015911132@callenabler246.huaweicaas.com", "5a59f26513813812340021000725ff00"]
        {
            assert_eq!(SessionId::new(id).to_string(), id);
        }
    }

    #[test]
    fn a_call_id_reads_what_it_prints() {
        let id = CallId([7; 16]);
        assert_eq!(CallId::parse(&id.to_string()), Some(id));
        assert_eq!(CallId::parse("+0707070707070707070707070707070"), None);
        assert_eq!(CallId::parse("xyz"), None);
    }
}
