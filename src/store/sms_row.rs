//! A text message's row as bytes, and as a row that can be found.
//!
//! A message is found by its end of a number like a call. Its id is made of the app and the
//! provider's identity of it, so that a repeat finds its row.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::encoding::{self, RowError};
use super::indexed_row::IndexedRow;
use super::stamp::StampRow;
use super::terms::{Field, term};
use super::{FilterTable as _, SmsQuery, SmsRow};
use crate::correlate::Catalog;
use crate::domain::{AppId, Identity, PhoneNumber, SmsEvent, SmsMode};

#[derive(Serialize, Deserialize)]
struct EncodedSms {
    callback: u64,
    app: u32,
    provider: String,
    received_us: i64,
    test: bool,
    identity: u64,
    sms_id: String,
    block: bool,
    numbers: [Option<String>; 3],
    at: Option<StampRow>,
    binding_id: Option<String>,
    content: Option<String>,
    result: Option<String>,
    kind: Option<String>,
    parts: Option<u32>,
}

/// The id of a message's row: one for each identity in an app.
pub(super) fn id(app: AppId, identity: Identity) -> [u8; 16] {
    let mut hash = Xxh3::new();
    hash.update(b"sms");
    hash.update(&app.0.to_be_bytes());
    hash.update(&identity.0.to_be_bytes());
    hash.digest128().to_be_bytes()
}

pub(super) fn id_term(id: &[u8; 16]) -> u64 {
    term(Field::Id, id)
}

/// The row of a message; `place` tells messages of one callback apart.
pub(super) fn index(row: &SmsRow, place: usize) -> IndexedRow {
    let id = id(row.app, row.sms.identity);
    let mut terms = vec![id_term(&id)];
    SmsQuery::index(row, &mut terms);
    let encoded = EncodedSms {
        callback: row.callback,
        app: row.app.0,
        provider: row.provider.0.to_owned(),
        received_us: row.received_at.as_microsecond(),
        test: row.test,
        identity: row.sms.identity.0,
        sms_id: row.sms.sms_id.clone(),
        block: row.sms.mode == SmsMode::Block,
        numbers: [&row.sms.from, &row.sms.to, &row.sms.x]
            .map(|number| number.as_ref().map(|number| number.reveal().to_owned())),
        at: row.sms.at.as_ref().map(|stamp| StampRow::new(stamp, row.received_at)),
        binding_id: row.sms.binding_id.clone(),
        content: row.sms.content.clone(),
        result: row.sms.result.clone(),
        kind: row.sms.kind.clone(),
        parts: row.sms.parts,
    };
    // One callback may bring several messages; each has a place of its own.
    let k = i64::try_from(row.callback).unwrap_or(i64::MAX >> 8) * 256 + i64::try_from(place.min(255)).unwrap_or(0);
    IndexedRow::new((k, id), row.received_at, row.callback, terms, encoding::encode(&encoded))
}

pub(super) fn read(indexed: &IndexedRow, catalog: &Catalog) -> Result<SmsRow, RowError> {
    let row: EncodedSms = encoding::decode(&indexed.row)?;
    let received_at = Timestamp::from_microsecond(row.received_us).map_err(|_| RowError(None))?;
    let [from, to, x] = row.numbers.map(|number| number.map(PhoneNumber::from_stored));
    Ok(SmsRow {
        callback: row.callback,
        app: AppId(row.app),
        provider: (catalog.provider)(&row.provider).ok_or(RowError(None))?,
        received_at,
        test: row.test,
        sms: SmsEvent {
            identity: Identity(row.identity),
            sms_id: row.sms_id,
            mode: if row.block { SmsMode::Block } else { SmsMode::Notify },
            from,
            to,
            x,
            at: row.at.map(|stamp| stamp.read(received_at)),
            binding_id: row.binding_id,
            content: row.content,
            result: row.result,
            kind: row.kind,
            parts: row.parts,
        },
    })
}
