//! A binding as a row of the index: compact, of this version only.
//!
//! The index is made again whenever its encoding changes ([`super::index`]), so no other version need
//! read a row.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{AppId, Binding, BindingId, BindingKind, BindingTerms, Direction, PhoneNumber, Seq};

#[derive(Serialize, Deserialize)]
struct Row<'a> {
    app: u32,
    kind: u8,
    a: &'a str,
    x: &'a str,
    b: Option<&'a str>,
    y: Option<&'a str>,
    extension: Option<&'a str>,
    direction: Option<bool>,
    valid: (Option<i64>, Option<i64>),
    max_minutes: Option<u16>,
    record: bool,
    tones: [Option<&'a str>; 3],
    user_data: Option<&'a str>,
    platform_id: Option<&'a str>,
    created: i64,
    changed: i64,
    ended: Option<i64>,
}

pub(super) fn write(binding: &Binding) -> Vec<u8> {
    let terms = &binding.terms;
    let kind = BindingKind::ALL.iter().position(|kind| *kind == terms.kind).unwrap_or_default();
    let micros = |at: Option<Timestamp>| at.map(Timestamp::as_microsecond);
    let row = Row {
        app: binding.app.0,
        kind: u8::try_from(kind).expect("there are five"),
        a: terms.a.reveal(),
        x: terms.x.reveal(),
        b: terms.b.as_ref().map(PhoneNumber::reveal),
        y: terms.y.as_ref().map(PhoneNumber::reveal),
        extension: terms.extension.as_deref(),
        direction: terms.direction.map(|direction| direction == Direction::AToB),
        valid: (micros(terms.valid_from), micros(terms.valid_to)),
        max_minutes: terms.max_minutes,
        record: terms.record,
        tones: [terms.hint_tone.as_deref(), terms.wait_tone.as_deref(), terms.last_minute_tone.as_deref()],
        user_data: terms.user_data.as_deref(),
        platform_id: terms.platform_id.as_deref(),
        created: binding.created_at.as_microsecond(),
        changed: binding.changed_at.as_microsecond(),
        ended: micros(binding.ended_at),
    };
    postcard::to_stdvec(&row).expect("a row holds nothing that postcard cannot write")
}

pub(super) fn read(id: Seq, bytes: &[u8]) -> Option<Binding> {
    let row: Row<'_> = postcard::from_bytes(bytes).ok()?;
    let at = |micros: i64| Timestamp::from_microsecond(micros).ok();
    let text = |text: Option<&str>| text.map(str::to_owned);
    let [hint_tone, wait_tone, last_minute_tone] = row.tones.map(text);
    Some(Binding {
        id: BindingId(id),
        app: AppId(row.app),
        created_at: at(row.created)?,
        changed_at: at(row.changed)?,
        ended_at: row.ended.and_then(at),
        terms: BindingTerms {
            kind: BindingKind::ALL.get(usize::from(row.kind)).copied()?,
            a: PhoneNumber::from_stored(row.a),
            x: PhoneNumber::from_stored(row.x),
            b: row.b.map(PhoneNumber::from_stored),
            y: row.y.map(PhoneNumber::from_stored),
            extension: text(row.extension),
            direction: row.direction.map(|a_to_b| if a_to_b { Direction::AToB } else { Direction::BToA }),
            valid_from: row.valid.0.and_then(at),
            valid_to: row.valid.1.and_then(at),
            max_minutes: row.max_minutes,
            record: row.record,
            hint_tone,
            wait_tone,
            last_minute_tone,
            user_data: text(row.user_data),
            platform_id: text(row.platform_id),
        },
    })
}
