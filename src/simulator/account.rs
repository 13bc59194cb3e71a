//! The customer's account at the platform: what its pushes are stamped with.
//!
//! It knows no receiver and sends nothing; a push is stamped with it when it is written.

use super::people::mix;

/// `Content-Type` of Huawei's pushes.
pub(super) const JSON_UTF8: &str = "application/json;charset=UTF-8";

#[derive(Debug, Clone)]
pub(super) struct Account {
    /// Huawei `appKey`, 玖云 `appId`.
    pub key: String,
    /// Distinguishes the sessions of one run from those of another.
    pub host: u64,
}

impl Account {
    /// An account with this key, or one made up from the seed.
    pub(super) fn new(key: Option<&str>, seed: u64) -> Self {
        let (a, b) = (mix(seed ^ 0xa110), mix(seed ^ 0xb220));
        let key = key.map_or_else(|| format!("{a:016x}{b:016x}"), str::to_owned);
        Self { key, host: mix(seed) % 900 + 100 }
    }
}
