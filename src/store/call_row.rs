//! The facts of a call as bytes.
//!
//! A call has some ten events that repeat the same few texts, so texts stand once, in a table,
//! and everything else refers to them; instants are seconds from the first receipt, with their
//! text only where it cannot be written again from the instant. About 350 bytes a call before
//! compression, 150 after.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::encoding::{self, RowError};
use super::stamp::StampRow;
use super::words;
use crate::correlate::{EventFact, Facts, RecordFact};
use crate::domain::{
    AppId, CallEvent, CallId, CallKey, CallRecord, CauseCode, Identity, PhoneNumber, ProviderId, RecordingRef,
    SessionId,
};

#[derive(Serialize, Deserialize)]
struct CallRow<'a> {
    #[serde(borrow)]
    texts: Vec<&'a str>,
    app: u32,
    provider: u16,
    family: u16,
    session: u16,
    received_us: i64,
    callbacks: Vec<u64>,
    events: Vec<EventRow>,
    records: Vec<RecordRow>,
}

/// A text of the table, counted from 1; 0 is none.
type Text = u16;

#[derive(Serialize, Deserialize)]
struct EventRow {
    identity: u64,
    callback: u64,
    kind: u8,
    product: u8,
    leg: u8,
    by: u8,
    at: Option<StampRow>,
    dialled: Text,
    caller: Text,
    callee: Text,
    x: Text,
    digits: Text,
    causes: Vec<(Text, Text)>,
    user_data: Text,
    binding_id: Text,
}

#[derive(Serialize, Deserialize)]
struct RecordRow {
    identity: u64,
    callback: u64,
    received_us: i64,
    flags: u8,
    product: u8,
    direction: u8,
    by: u8,
    numbers: [Text; 4],
    extension: Text,
    setup: Option<StampRow>,
    alerting: Option<StampRow>,
    answered: Option<StampRow>,
    released: Option<StampRow>,
    others: Vec<StampRow>,
    talk_seconds: u32,
    causes: Vec<(Text, Text)>,
    recording: Option<RecordingRow>,
    user_data: Text,
    binding_id: Text,
    anomalies: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct RecordingRow {
    texts: [Text; 4],
    started: Option<StampRow>,
}

const CONFLICTING: u8 = 1;
const IS_RELEASE: u8 = 2;

pub(super) fn encode(facts: &Facts) -> Vec<u8> {
    let mut texts = Texts::default();
    let base = facts.received_at;
    let first = facts.callbacks.first().copied().unwrap_or(0);
    let callbacks = facts.callbacks.iter().scan(0, |last, seq| Some(seq - std::mem::replace(last, *seq))).collect();
    let (provider, family, session) =
        (texts.put(facts.provider.0), texts.put(&facts.key.family), texts.put(facts.key.session.reveal()));
    let events = facts.events.iter().map(|fact| event_row(&mut texts, fact, base, first)).collect();
    let records = facts.records.iter().map(|fact| record_row(&mut texts, fact, base, first)).collect();
    let row = CallRow {
        texts: texts.list,
        app: facts.app.0,
        provider,
        family,
        session,
        received_us: base.as_microsecond(),
        callbacks,
        events,
        records,
    };
    encoding::encode(&row)
}

fn event_row<'a>(texts: &mut Texts<'a>, fact: &'a EventFact, base: Timestamp, first: u64) -> EventRow {
    let event = &fact.event;
    EventRow {
        identity: event.identity.0,
        callback: fact.callback.wrapping_sub(first),
        kind: words::byte(event.kind),
        product: words::byte_if(event.product),
        leg: words::byte_if(event.leg),
        by: words::byte_if(event.by),
        at: event.at.as_ref().map(|stamp| StampRow::new(stamp, base)),
        dialled: texts.number(event.dialled.as_ref()),
        caller: texts.number(event.caller.as_ref()),
        callee: texts.number(event.callee.as_ref()),
        x: texts.number(event.x.as_ref()),
        digits: texts.option(event.digits.as_deref()),
        causes: texts.causes(&event.causes),
        user_data: texts.option(event.user_data.as_deref()),
        binding_id: texts.option(event.binding_id.as_deref()),
    }
}

fn record_row<'a>(texts: &mut Texts<'a>, fact: &'a RecordFact, base: Timestamp, first: u64) -> RecordRow {
    let record = &fact.record;
    let stamp = |stamp: &Option<crate::domain::Stamp>| stamp.as_ref().map(|stamp| StampRow::new(stamp, base));
    let mut flags = 0;
    if fact.conflicting {
        flags |= CONFLICTING;
    }
    if record.is_release {
        flags |= IS_RELEASE;
    }
    RecordRow {
        identity: record.identity.0,
        callback: fact.callback.wrapping_sub(first),
        received_us: fact.received_at.as_microsecond() - base.as_microsecond(),
        flags,
        product: words::byte_if(record.product),
        direction: words::byte_if(record.direction),
        by: words::byte_if(record.by),
        numbers: [&record.caller, &record.callee, &record.x, &record.y].map(|number| texts.number(number.as_ref())),
        extension: texts.option(record.extension.as_deref()),
        setup: stamp(&record.setup_at),
        alerting: stamp(&record.alerting_at),
        answered: stamp(&record.answered_at),
        released: stamp(&record.released_at),
        others: record.other_times.iter().map(|stamp| StampRow::new(stamp, base)).collect(),
        talk_seconds: record.talk_seconds,
        causes: texts.causes(&record.causes),
        recording: record.recording.as_ref().map(|recording| RecordingRow {
            texts: [&recording.url, &recording.object, &recording.domain, &recording.bucket]
                .map(|text| texts.option(text.as_deref())),
            started: stamp(&recording.started_at),
        }),
        user_data: texts.option(record.user_data.as_deref()),
        binding_id: texts.option(record.binding_id.as_deref()),
        anomalies: record.anomalies.iter().map(|anomaly| words::byte(*anomaly)).collect(),
    }
}

/// The id is the row's name and not in the row.
pub(super) fn decode(id: CallId, bytes: &[u8], provider: fn(&str) -> Option<ProviderId>) -> Result<Facts, RowError> {
    let row: CallRow<'_> = encoding::decode(bytes)?;
    let reader = Reader {
        base: Timestamp::from_microsecond(row.received_us).map_err(|_| RowError(None))?,
        first: row.callbacks.first().copied().unwrap_or(0),
        key: CallKey {
            family: Cow::Owned(text(&row.texts, row.family).unwrap_or_default().to_owned()),
            session: SessionId::new(text(&row.texts, row.session).unwrap_or_default()),
        },
        texts: &row.texts,
    };
    let mut seq = 0u64;
    let callbacks = row.callbacks.iter().map(|delta| {
        seq = seq.wrapping_add(*delta);
        seq
    });
    Ok(Facts {
        id,
        app: AppId(row.app),
        provider: text(&row.texts, row.provider).and_then(provider).ok_or(RowError(None))?,
        received_at: reader.base,
        callbacks: callbacks.collect(),
        events: row.events.iter().map(|event| reader.event(event)).collect::<Result<_, _>>()?,
        records: row.records.iter().map(|record| reader.record(record)).collect::<Result<_, _>>()?,
        key: reader.key,
    })
}

struct Reader<'a> {
    base: Timestamp,
    first: u64,
    key: CallKey,
    texts: &'a [&'a str],
}

impl Reader<'_> {
    fn event(&self, row: &EventRow) -> Result<EventFact, RowError> {
        Ok(EventFact {
            callback: self.first.wrapping_add(row.callback),
            event: CallEvent {
                key: self.key.clone(),
                identity: Identity(row.identity),
                kind: words::read(row.kind).ok_or(RowError(None))?,
                at: row.at.as_ref().map(|stamp| stamp.read(self.base)),
                product: words::read(row.product),
                leg: words::read(row.leg),
                dialled: self.number(row.dialled),
                caller: self.number(row.caller),
                callee: self.number(row.callee),
                x: self.number(row.x),
                digits: self.owned(row.digits),
                causes: self.causes(&row.causes),
                by: words::read(row.by),
                user_data: self.owned(row.user_data),
                binding_id: self.owned(row.binding_id),
            },
        })
    }

    fn record(&self, row: &RecordRow) -> Result<RecordFact, RowError> {
        let stamp = |stamp: &Option<StampRow>| stamp.as_ref().map(|stamp| stamp.read(self.base));
        let received = self.base.as_microsecond().checked_add(row.received_us).ok_or(RowError(None))?;
        let [caller, callee, x, y] = row.numbers.map(|number| self.number(number));
        Ok(RecordFact {
            callback: self.first.wrapping_add(row.callback),
            received_at: Timestamp::from_microsecond(received).map_err(|_| RowError(None))?,
            conflicting: row.flags & CONFLICTING != 0,
            record: CallRecord {
                key: self.key.clone(),
                identity: Identity(row.identity),
                product: words::read(row.product),
                is_release: row.flags & IS_RELEASE != 0,
                caller,
                callee,
                x,
                y,
                extension: self.owned(row.extension),
                direction: words::read(row.direction),
                setup_at: stamp(&row.setup),
                alerting_at: stamp(&row.alerting),
                answered_at: stamp(&row.answered),
                released_at: stamp(&row.released),
                other_times: row.others.iter().map(|stamp| stamp.read(self.base)).collect(),
                talk_seconds: row.talk_seconds,
                causes: self.causes(&row.causes),
                by: words::read(row.by),
                recording: row.recording.as_ref().map(|recording| {
                    let [url, object, domain, bucket] = recording.texts.map(|text| self.owned(text));
                    RecordingRef { url, object, domain, bucket, started_at: stamp(&recording.started) }
                }),
                user_data: self.owned(row.user_data),
                binding_id: self.owned(row.binding_id),
                anomalies: row.anomalies.iter().filter_map(|word| words::read(*word)).collect(),
            },
        })
    }

    fn owned(&self, index: Text) -> Option<String> {
        text(self.texts, index).map(str::to_owned)
    }

    fn number(&self, index: Text) -> Option<PhoneNumber> {
        text(self.texts, index).map(PhoneNumber::from_stored)
    }

    fn causes(&self, causes: &[(Text, Text)]) -> Vec<CauseCode> {
        let cause = |(table, code): &(Text, Text)| {
            Some(CauseCode { table: Cow::Owned(self.owned(*table)?), code: self.owned(*code)? })
        };
        causes.iter().filter_map(cause).collect()
    }
}

fn text<'a>(texts: &[&'a str], index: Text) -> Option<&'a str> {
    texts.get(usize::from(index).checked_sub(1)?).copied()
}

/// The table of texts while a row is written. A call has so few that a walk beats a map.
#[derive(Default)]
struct Texts<'a> {
    list: Vec<&'a str>,
}

impl<'a> Texts<'a> {
    fn put(&mut self, text: &'a str) -> Text {
        let place = self.list.iter().position(|known| *known == text).unwrap_or_else(|| {
            self.list.push(text);
            self.list.len() - 1
        });
        // Events, records and the texts of each are bounded far below this.
        Text::try_from(place + 1).unwrap_or(0)
    }

    fn option(&mut self, text: Option<&'a str>) -> Text {
        text.map_or(0, |text| self.put(text))
    }

    fn number(&mut self, number: Option<&'a PhoneNumber>) -> Text {
        self.option(number.map(PhoneNumber::reveal))
    }

    fn causes(&mut self, causes: &'a [CauseCode]) -> Vec<(Text, Text)> {
        causes.iter().map(|cause| (self.put(&cause.table), self.put(&cause.code))).collect()
    }
}
