//! Who did something: a person, a program's token, the command line, or this server itself.
//!
//! Names alone do not say: a token may be called as a person is. Records that were written
//! before the kind was noted have it only where it is certain.

use std::fmt;

use super::vocabulary;

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum ActorKind {
        /// A person with a login.
        User "user",
        Token "token",
        /// Whoever sits at the machine itself.
        CommandLine "command_line",
        /// This server, by itself.
        System "system",
        /// Somebody who has not said who it is.
        Unknown "unknown",
    }
}

/// One who does things.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActorId {
    /// What kind; `None` in what was written before that was noted.
    pub kind: Option<ActorKind>,
    /// The name: unique among those of its kind.
    pub name: String,
}

impl ActorId {
    /// The name under which the command line's acts stand.
    pub const COMMAND_LINE: &str = "command line";

    #[must_use]
    pub fn new(kind: ActorKind, name: impl Into<String>) -> Self {
        Self { kind: Some(kind), name: name.into() }
    }

    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { kind: None, name: name.into() }
    }

    /// One as it was written: a name, and a kind where there was one.
    #[must_use]
    pub fn written(name: impl Into<String>, kind: Option<&str>) -> Self {
        Self { kind: kind.and_then(ActorKind::parse), name: name.into() }
    }
}

impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Some(ActorKind::Token) => write!(f, "token {}", self.name),
            _ => f.write_str(&self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_told_from_a_person_of_the_same_name() {
        assert_eq!(ActorId::new(ActorKind::User, "crm").to_string(), "crm");
        assert_eq!(ActorId::new(ActorKind::Token, "crm").to_string(), "token crm");
        for kind in ActorKind::ALL {
            assert_eq!(ActorId::written("crm", Some(kind.name())), ActorId::new(kind, "crm"));
        }
        assert_eq!(ActorId::written("crm", Some("a later kind")), ActorId::named("crm"));
    }
}
