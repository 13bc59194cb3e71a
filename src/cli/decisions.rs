//! `ringback decisions`: what platforms asked and what was answered, newest first.

use anyhow::Result;

use super::calls;
use super::filters::ListFlags;
use super::place::Place;
use crate::export;
use crate::store::DecisionQuery;

pub(super) async fn run(place: &Place, flags: ListFlags<DecisionQuery>) -> Result<()> {
    calls::show(place, flags, "/decisions", &export::DECISIONS).await
}
