//! Which apps someone may see. Part of a user's and of a token's rights, beside the role.
//!
//! Whoever has a scope sees nothing of other apps: no call, no callback, no message, no count.
//! Requests with an unknown token belong to no app and are for those who see all of them. The
//! store's filters are narrowed by it (`store::Filter::within`), single objects are checked with
//! [`Scope::allows`], so that a handler cannot forget one way and keep the other.

use std::collections::BTreeSet;

use super::AppId;

/// Which apps someone may see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scope {
    /// All, also those that are made later.
    #[default]
    All,
    Apps(BTreeSet<AppId>),
}

impl Scope {
    #[must_use]
    pub fn allows(&self, app: AppId) -> bool {
        match self {
            Self::All => true,
            Self::Apps(apps) => apps.contains(&app),
        }
    }

    /// Whether everything that `other` lets see is in sight.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Apps(_), Self::All) => false,
            (Self::Apps(apps), Self::Apps(others)) => others.is_subset(apps),
        }
    }

    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Self::All
    }
}
