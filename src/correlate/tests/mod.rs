//! What becomes of a call: whole flows, few and contradictory facts, and instants that cannot be true.
//! The store's model test holds that order and repeats change nothing.

mod flow;
mod plausible;
mod sparse;

use super::{Catalog, Meaning};

/// Codes that say nothing, and no product that is special.
const CATALOG: Catalog = Catalog {
    meaning: |_, _| Some(Meaning { outcome: None, by: None }),
    recording_days: |_| 7,
    provider: |_| None,
    dials_caller: |_| false,
    with_digits: |product| product,
};
