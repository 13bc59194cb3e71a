//! `ringback decisions`: what platforms asked and what was answered, newest first.

use anyhow::Result;

use super::arguments::{ListFlags, Place};
use super::calls;
use crate::export;
use crate::store::DecisionQuery;

pub(super) async fn run(place: &Place, flags: ListFlags<DecisionQuery>) -> Result<()> {
    calls::show(place, flags, "/decisions", &export::DECISIONS).await
}
