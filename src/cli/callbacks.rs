//! `ringback callbacks`: one page of callbacks.

use anyhow::Result;

use super::calls;
use super::filters::ListFlags;
use super::place::Place;
use crate::export;
use crate::store::CallbackQuery;

pub(super) async fn run(place: &Place, flags: ListFlags<CallbackQuery>) -> Result<()> {
    calls::show(place, flags, "/callbacks", &export::CALLBACKS).await
}
