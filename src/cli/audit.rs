//! `ringback audit`: one page of the audit trail. Whether it is whole is for `ringback verify`.

use anyhow::Result;

use super::calls;
use super::filters::ListFlags;
use super::place::Place;
use crate::export;
use crate::store::AuditQuery;

pub(super) async fn run(place: &Place, flags: ListFlags<AuditQuery>) -> Result<()> {
    calls::show(place, flags, "/audit", &export::AUDIT).await
}
