//! Somebody who comes in: from where, with what, and how each step of it is put on record.

use std::fmt;
use std::net::IpAddr;

use super::{Author, Principal};
use crate::limits::AGENT_CHARS_MAX;

/// What of coming in is an act of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entering<'a> {
    SetUp,
    /// A person whom this provider vouches for is made here.
    Admitted(&'a str),
    /// This provider gives a known person another role.
    Ranked(&'a str),
    /// A login of this public id is opened.
    LogIn(&'a str),
}

/// Makes the author of a step, of the person who comes in.
type Telling = dyn Fn(&Principal, Entering<'_>) -> Author + Send + Sync;

pub struct Visit {
    pub(super) peer: Option<IpAddr>,
    /// With what: the browser's own words, cut.
    pub(super) agent: Option<String>,
    telling: Box<Telling>,
}

impl Visit {
    /// One from this address with this browser, whose steps `telling` puts on record.
    pub fn new(
        peer: Option<IpAddr>,
        agent: Option<&str>,
        telling: impl Fn(&Principal, Entering<'_>) -> Author + Send + Sync + 'static,
    ) -> Self {
        let agent = agent.map(|agent| agent.chars().take(AGENT_CHARS_MAX).collect());
        Self { peer, agent, telling: Box::new(telling) }
    }

    pub(super) fn author(&self, who: &Principal, step: Entering<'_>) -> Author {
        (self.telling)(who, step)
    }
}

impl fmt::Debug for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit").field("peer", &self.peer).field("agent", &self.agent).finish_non_exhaustive()
    }
}

#[cfg(test)]
impl Visit {
    /// One that is told to nobody.
    pub(crate) fn of_tests() -> Self {
        Self::new(None, None, |who, _| Author::untold(who.clone()))
    }
}
