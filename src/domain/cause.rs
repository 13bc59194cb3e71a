//! Why a call ended, and who should act on it.
//!
//! A platform's code keeps its table and its number; what they mean stands in the provider's own
//! tables, because the same number means different things to different platforms.

use std::borrow::Cow;

use super::vocabulary;

/// A code as the platform sent it, with the table that explains it.
///
/// The set of codes is open on every platform: the published 玖云 sample itself carries a
/// `byeType` that is not in its list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CauseCode {
    /// The platform's field name: `stateCode`, `ulFailReason`, `q850`, `sip`, `byeType`.
    pub table: Cow<'static, str>,
    pub code: String,
}

impl CauseCode {
    #[must_use]
    pub fn new(table: &'static str, code: impl Into<String>) -> Self {
        Self { table: Cow::Borrowed(table), code: code.into() }
    }
}

vocabulary! {
    /// One side of a call. A called leg belongs to `Callee`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Party {
        /// The one who called (leg A).
        Caller "caller" "主叫" "Caller",
        /// The one who was called (leg B).
        Callee "callee" "被叫" "Callee",
        Platform "platform" "平台" "Platform",
    }
}

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Who {
        /// Nobody needs to: the call ended as calls do.
        Nobody "nobody" "无需处理" "nobody needs to act",
        Caller "caller" "主叫方处理" "the caller should act",
        Callee "callee" "被叫方处理" "the callee should act",
        /// The phone company.
        Carrier "carrier" "运营商处理" "the carrier should act",
        /// The platform's support.
        Platform "platform" "联系平台支持" "ask the platform's support",
        /// Us: our binding, our setting, our account.
        Us "us" "我方处理" "we should act",
    }
}
