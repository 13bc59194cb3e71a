//! What happens now: Home, Live, what needs attention.

pub(super) mod attention;
pub(super) mod facts;
pub(super) mod ledger;
pub(super) mod live;
pub(super) mod page;
pub(super) mod vitals;
