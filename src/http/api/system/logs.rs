//! What is kept: the journal, the store computed from it, and the bindings.

use schemars::JsonSchema;
use serde::Serialize;

use crate::journal::{self, Damage, Loss};
use crate::limits::DAMAGE_SHOWN;
use crate::service::Context;
use crate::store;

/// The journal.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct JournalStatus {
    /// The number of the last durable record.
    pub(in crate::http) durable: u64,
    /// Segments on disk.
    pub(in crate::http) segments: u64,
    /// How many of them are compressed; null where they cannot be listed.
    pub(in crate::http) compressed: Option<u64>,
    /// Bytes of all segments.
    pub(in crate::http) bytes: u64,
    /// Why the last write failed, if it did.
    pub(in crate::http) failing: Option<String>,
    /// Bytes held back for a full disk.
    pub(in crate::http) reserve_bytes: u64,
    /// Whether the reserve was given up because the disk is full.
    pub(in crate::http) reserve_used: bool,
    /// Half-written ends that were set aside at the last start: of callbacks that were never
    /// acknowledged.
    pub(in crate::http) torn: u64,
    /// Records that were acknowledged and are not there.
    pub(in crate::http) missing: Vec<MissingObject>,
    /// Damaged lines, as far as the journal was read.
    pub(in crate::http) damaged: usize,
    /// The first of them.
    pub(in crate::http) damage: Vec<DamageObject>,
}

/// Numbers of records, both ends included.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct MissingObject {
    /// The first.
    pub(in crate::http) from: u64,
    /// The last.
    pub(in crate::http) to: u64,
}

/// A damaged line of the journal.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct DamageObject {
    /// The segment's file.
    pub(in crate::http) segment: String,
    /// The line, from 1; 0 where it is not a line that is damaged.
    pub(in crate::http) line: u64,
    /// The number of the record.
    pub(in crate::http) seq: u64,
    /// What is wrong with it.
    pub(in crate::http) reason: &'static str,
    /// What is lost by it: `nothing`, `unread` (a record of another version, which reads it),
    /// `record` or `records`.
    pub(in crate::http) loss: &'static str,
}

/// The store.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct StoreStatus {
    /// The last record that was applied.
    pub(in crate::http) applied: u64,
    /// Durable records that wait to be applied.
    pub(in crate::http) waiting: u64,
    /// While the store is rebuilt: how much is done, from 0 to 1.
    pub(in crate::http) rebuilding: Option<f64>,
    /// Calls known.
    pub(in crate::http) calls: u64,
    /// Callbacks known.
    pub(in crate::http) callbacks: u64,
    /// Bytes on disk.
    pub(in crate::http) bytes: u64,
    /// The notation of its rows; a store of another one is rebuilt at the start.
    pub(in crate::http) format: u32,
}

/// The bindings.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct BindingsStatus {
    /// How many there are, ended ones too; null while they are read.
    pub(in crate::http) count: Option<u64>,
    /// While they are read from their log: how much is done, from 0 to 1. Nobody is looked up
    /// until then.
    pub(in crate::http) reading: Option<f64>,
}

impl JournalStatus {
    pub(super) fn of(context: &Context, reserve_bytes: u64) -> Self {
        let (health, damage) = (context.journal.health(), context.journal.damage());
        Self {
            durable: *context.journal.durable().borrow(),
            segments: health.segments,
            compressed: journal::compressed(&context.server.data.join("journal")).ok(),
            bytes: health.bytes,
            failing: health.failing,
            reserve_bytes,
            reserve_used: health.reserve_used,
            torn: health.torn,
            missing: health
                .missing
                .iter()
                .map(|missing| MissingObject { from: missing.from, to: missing.to })
                .collect(),
            damaged: damage.len(),
            damage: damage.into_iter().take(DAMAGE_SHOWN).map(DamageObject::from).collect(),
        }
    }
}

impl StoreStatus {
    pub(super) fn of(context: &Context) -> Self {
        let status = context.store.status();
        Self {
            applied: status.applied,
            waiting: context.journal.durable().borrow().saturating_sub(status.applied),
            rebuilding: status.rebuilding,
            calls: status.calls,
            callbacks: status.callbacks,
            bytes: status.bytes,
            format: store::FORMAT,
        }
    }
}

impl BindingsStatus {
    pub(super) fn of(context: &Context) -> Self {
        Self { count: context.bindings.count().ok(), reading: context.bindings.reading() }
    }
}

impl From<Damage> for DamageObject {
    fn from(damage: Damage) -> Self {
        let loss = match damage.loss() {
            Loss::Nothing => "nothing",
            Loss::Unread => "unread",
            Loss::Record => "record",
            Loss::Records => "records",
        };
        let Damage { segment, line, seq, reason } = damage;
        Self { segment, line, seq, reason, loss }
    }
}
