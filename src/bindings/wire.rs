//! Records of kind `binding` in the log.
//!
//! Each record holds the whole binding: the last one of an id counts. The first has no `id`; its number
//! is the id. A released name never changes its meaning.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{AppId, Binding, BindingId, BindingKind, BindingTerms, Direction, PhoneNumber, Seq};
use crate::journal::{Body, Entry, Record};
use crate::state::OnRecord;

pub(super) const KIND: &str = "binding";

#[derive(Serialize, Deserialize)]
struct Fields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Seq>,
    app: u32,
    binding: String,
    a: String,
    x: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    b: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    extension: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    direction: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_minutes: Option<u16>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    record: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hint_tone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wait_tone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_minute_tone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    platform_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by_kind: Option<String>,
}

pub(super) fn made(app: AppId, terms: &BindingTerms, recorded: &OnRecord) -> Entry {
    let (by, by_kind) = by(recorded);
    entry(&Fields { by, by_kind, ..fields(app, terms) })
}

pub(super) fn changed(binding: &Binding, recorded: &OnRecord) -> Entry {
    let (by, by_kind) = by(recorded);
    entry(&Fields {
        id: Some(binding.id.0),
        created_at: Some(binding.created_at.to_string()),
        ended_at: binding.ended_at.map(|at| at.to_string()),
        by,
        by_kind,
        ..fields(binding.app, &binding.terms)
    })
}

/// `None`: another kind, or a newer version.
pub(super) fn read(record: &Record) -> Option<Binding> {
    let Body::Entry(entry) = &record.body else { return None };
    if entry.kind != KIND {
        return None;
    }
    let fields = Fields::deserialize(serde_json::Value::Object(entry.fields.clone())).ok()?;
    let instant = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    let number = PhoneNumber::from_stored;
    Some(Binding {
        id: BindingId(fields.id.unwrap_or(record.seq)),
        app: AppId(fields.app),
        created_at: instant(&fields.created_at).unwrap_or(record.at),
        changed_at: record.at,
        ended_at: instant(&fields.ended_at),
        terms: BindingTerms {
            kind: BindingKind::parse(&fields.binding)?,
            a: number(fields.a),
            x: number(fields.x),
            b: fields.b.map(number),
            y: fields.y.map(number),
            extension: fields.extension,
            direction: fields.direction.as_deref().and_then(Direction::parse),
            valid_from: instant(&fields.valid_from),
            valid_to: instant(&fields.valid_to),
            max_minutes: fields.max_minutes,
            record: fields.record,
            hint_tone: fields.hint_tone,
            wait_tone: fields.wait_tone,
            last_minute_tone: fields.last_minute_tone,
            user_data: fields.user_data,
            platform_id: fields.platform_id,
        },
    })
}

fn fields(app: AppId, terms: &BindingTerms) -> Fields {
    let number = |number: &PhoneNumber| number.reveal().to_owned();
    Fields {
        id: None,
        app: app.0,
        binding: terms.kind.name().to_owned(),
        a: number(&terms.a),
        x: number(&terms.x),
        b: terms.b.as_ref().map(number),
        y: terms.y.as_ref().map(number),
        extension: terms.extension.clone(),
        direction: terms.direction.map(|direction| direction.name().to_owned()),
        valid_from: terms.valid_from.map(|at| at.to_string()),
        valid_to: terms.valid_to.map(|at| at.to_string()),
        max_minutes: terms.max_minutes,
        record: terms.record,
        hint_tone: terms.hint_tone.clone(),
        wait_tone: terms.wait_tone.clone(),
        last_minute_tone: terms.last_minute_tone.clone(),
        user_data: terms.user_data.clone(),
        platform_id: terms.platform_id.clone(),
        created_at: None,
        ended_at: None,
        by: None,
        by_kind: None,
    }
}

fn by(recorded: &OnRecord) -> (Option<String>, Option<String>) {
    let by = recorded.by();
    (by.map(|by| by.name.clone()), by.and_then(|by| by.kind).map(|kind| kind.name().to_owned()))
}

fn entry(fields: &Fields) -> Entry {
    match serde_json::to_value(fields) {
        Ok(serde_json::Value::Object(fields)) => Entry { kind: KIND.to_owned(), fields },
        _ => unreachable!("a struct is an object"),
    }
}
