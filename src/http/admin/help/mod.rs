//! Help: the documents of `docs/`, and pages made from the tables of the platforms.

pub(super) mod documents;
#[cfg(test)]
mod generated;
mod markdown;
pub(super) mod page;
