//! What makes two notices of this platform one.
//!
//! | notice | identity |
//! | --- | --- |
//! | all but `IncomeHangup` | `appId`, `type`, `callId`, `action`, and of an invite `userFlag` |
//! | `IncomeHangup` | `appId`, `maskNumber`, `caller`, `called`, `startTime`, `endTime` |
//!
//! `appId` and `callId` alone are not enough: the two published hang-ups share both and differ
//! in `type`, and both invites of a call share a `callId`. `dateCreated` is in none of it: a
//! notice that is sent again may carry another one.

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::domain::{Identity, SessionId};

pub(super) fn identity(parts: &[&str]) -> Identity {
    Identity(xxh3_64(&joined(parts)))
}

/// A session for a call that the platform gave no id: 32 hexadecimal digits, as its own are.
pub(super) fn session(parts: &[&str]) -> SessionId {
    SessionId::new(format!("{:032x}", xxh3_128(&joined(parts))))
}

/// Every part behind its length, so that (`ab`, `c`) and (`a`, `bc`) differ.
fn joined(parts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(identity(&["ab", "c"]), identity(&["a", "bc"]));
        assert_ne!(identity(&["a", ""]), identity(&["", "a"]));
        assert_eq!(identity(&["a", "b"]), identity(&["a", "b"]));
    }

    /// A session is stored and shared with people: it must be the same in every later version.
    #[test]
    fn a_made_session_never_changes() {
        assert_eq!(session(&["app", "13800000021"]).reveal(), "52579870e9c2e13b668c9889b898390f");
    }
}
