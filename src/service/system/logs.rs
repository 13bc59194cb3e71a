//! What is kept: the journal, the store computed from it, and the bindings.

use schemars::JsonSchema;
use serde::Serialize;

use crate::journal::{self, Damage, Loss};
use crate::limits::DAMAGE_SHOWN;
use crate::service::Context;
use crate::store;

/// The journal.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct JournalStatus {
    /// The number of the last durable record.
    pub(crate) durable: u64,
    /// Segments on disk.
    pub(crate) segments: u64,
    /// How many of them are compressed; null where they cannot be listed.
    pub(crate) compressed: Option<u64>,
    /// Bytes of all segments.
    pub(crate) bytes: u64,
    /// Why the last write failed, if it did.
    pub(crate) failing: Option<String>,
    /// Bytes held back for a full disk.
    pub(crate) reserve_bytes: u64,
    /// Whether the reserve was given up because the disk is full.
    pub(crate) reserve_used: bool,
    /// Half-written ends that were set aside at the last start: of callbacks that were never
    /// acknowledged.
    pub(crate) torn: u64,
    /// Records that were acknowledged and are not there.
    pub(crate) missing: Vec<MissingObject>,
    /// Damaged lines, as far as the journal was read.
    pub(crate) damaged: usize,
    /// The first of them.
    pub(crate) damage: Vec<DamageObject>,
}

/// Numbers of records, both ends included.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MissingObject {
    /// The first.
    pub(crate) from: u64,
    /// The last.
    pub(crate) to: u64,
}

/// A damaged line of the journal.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DamageObject {
    /// The segment's file.
    pub(crate) segment: String,
    /// The line, from 1; 0 where it is not a line that is damaged.
    pub(crate) line: u64,
    /// The number of the record.
    pub(crate) seq: u64,
    /// What is wrong with it.
    pub(crate) reason: &'static str,
    /// What is lost by it: `nothing`, `unread` (a record of another version, which reads it),
    /// `record` or `records`.
    pub(crate) loss: &'static str,
}

/// The store.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StoreStatus {
    /// The last record that was applied.
    pub(crate) applied: u64,
    /// Durable records that wait to be applied.
    pub(crate) waiting: u64,
    /// While the store is rebuilt: how much is done, from 0 to 1.
    pub(crate) rebuilding: Option<f64>,
    /// Calls known.
    pub(crate) calls: u64,
    /// Callbacks known.
    pub(crate) callbacks: u64,
    /// Bytes on disk.
    pub(crate) bytes: u64,
    /// The notation of its rows; a store of another one is rebuilt at the start.
    pub(crate) format: u32,
}

/// The bindings.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BindingsStatus {
    /// How many there are, ended ones too; null while they are read.
    pub(crate) count: Option<u64>,
    /// While they are read from their log: how much is done, from 0 to 1. Nobody is looked up
    /// until then.
    pub(crate) reading: Option<f64>,
}

impl JournalStatus {
    pub(crate) fn of(context: &Context, reserve_bytes: u64) -> Self {
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
    pub(crate) fn of(context: &Context) -> Self {
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
    pub(crate) fn of(context: &Context) -> Self {
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
