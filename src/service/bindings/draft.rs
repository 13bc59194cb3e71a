//! A binding while it is written: fields by their names, each read from the text that people
//! and programs write.
//!
//! Whether the whole may be kept is for [`crate::bindings`] to say; here only the notation is
//! checked. A refusal names the field as the API calls it.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};

use crate::domain::{BindingKind, BindingTerms, Direction, PhoneNumber, Text, vocabulary};
use crate::platforms::InvalidAnswer;

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum Field {
        Kind "kind",
        A "a",
        X "x",
        B "b",
        Y "y",
        Extension "extension",
        Direction "direction",
        ValidFrom "valid_from",
        ValidTo "valid_to",
        MaxMinutes "max_minutes",
        Record "record",
        HintTone "hint_tone",
        WaitTone "wait_tone",
        LastMinuteTone "last_minute_tone",
        UserData "user_data",
        PlatformId "platform_id",
    }
}

impl Field {
    /// May hold a phone number: masked until revealed.
    pub(crate) fn is_personal(self) -> bool {
        matches!(self, Self::A | Self::X | Self::B | Self::Y | Self::UserData)
    }

    pub(crate) fn is_instant(self) -> bool {
        matches!(self, Self::ValidFrom | Self::ValidTo)
    }
}

/// A binding with some fields written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    kind: BindingKind,
    a: Option<PhoneNumber>,
    x: Option<PhoneNumber>,
    b: Option<PhoneNumber>,
    y: Option<PhoneNumber>,
    extension: Option<String>,
    direction: Option<Direction>,
    valid_from: Option<Timestamp>,
    valid_to: Option<Timestamp>,
    max_minutes: Option<u16>,
    record: bool,
    hint_tone: Option<String>,
    wait_tone: Option<String>,
    last_minute_tone: Option<String>,
    user_data: Option<String>,
    platform_id: Option<String>,
}

impl From<&BindingTerms> for Draft {
    fn from(terms: &BindingTerms) -> Self {
        let terms = terms.clone();
        Self {
            kind: terms.kind,
            a: Some(terms.a),
            x: Some(terms.x),
            b: terms.b,
            y: terms.y,
            extension: terms.extension,
            direction: terms.direction,
            valid_from: terms.valid_from,
            valid_to: terms.valid_to,
            max_minutes: terms.max_minutes,
            record: terms.record,
            hint_tone: terms.hint_tone,
            wait_tone: terms.wait_tone,
            last_minute_tone: terms.last_minute_tone,
            user_data: terms.user_data,
            platform_id: terms.platform_id,
        }
    }
}

impl Draft {
    /// An empty text is none.
    pub(crate) fn set(&mut self, field: Field, text: Option<&str>) -> Result<(), InvalidAnswer> {
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        let wrong = |rule: Text| InvalidAnswer { field: field.name(), rule: rule.into() };
        let number = || match text {
            Some(text) if PhoneNumber::is_cut_by_spreadsheet(text) => Err(wrong(SHORTENED)),
            text => Ok(text.and_then(PhoneNumber::parse)),
        };
        let owned = || text.map(str::to_owned);
        match field {
            Field::Kind => {
                let kind = text.map(|text| kind(text).ok_or_else(|| wrong(KINDS)));
                self.kind = kind.transpose()?.unwrap_or_default();
            }
            Field::A => self.a = number()?,
            Field::X => self.x = number()?,
            Field::B => self.b = number()?,
            Field::Y => self.y = number()?,
            Field::Extension => self.extension = owned(),
            Field::Direction => {
                let direction = text.map(|text| Direction::parse(text).ok_or_else(|| wrong(DIRECTIONS)));
                self.direction = direction.transpose()?;
            }
            Field::ValidFrom | Field::ValidTo => {
                let instant = text.map(|text| text.parse().map_err(|_| wrong(INSTANT))).transpose()?;
                self.put_instant(field, instant);
            }
            Field::MaxMinutes => {
                let minutes = text.map(|text| text.parse().map_err(|_| wrong(MINUTES)));
                self.max_minutes = minutes.transpose()?;
            }
            Field::Record => {
                self.record = text.map_or(Ok(false), |text| yes(text).ok_or_else(|| wrong(FLAG)))?;
            }
            Field::HintTone => self.hint_tone = owned(),
            Field::WaitTone => self.wait_tone = owned(),
            Field::LastMinuteTone => self.last_minute_tone = owned(),
            Field::UserData => self.user_data = owned(),
            Field::PlatformId => self.platform_id = owned(),
        }
        Ok(())
    }

    /// As people write: a time without an offset is in Asia/Shanghai, a direction may be a word of the
    /// pages.
    pub(crate) fn set_local(&mut self, field: Field, text: &str) -> Result<(), InvalidAnswer> {
        let text = text.trim();
        let wrong = |rule: Text| InvalidAnswer { field: field.name(), rule: rule.into() };
        match field {
            _ if text.is_empty() => self.set(field, None),
            Field::ValidFrom | Field::ValidTo => {
                let instant = local_instant(field, text).ok_or_else(|| wrong(INSTANT))?;
                self.put_instant(field, Some(instant));
                Ok(())
            }
            Field::Direction => {
                let plain = text.split_whitespace().collect::<String>().to_lowercase();
                let said = DIRECTION_WORDS.iter().find(|(words, _)| *words == plain);
                self.set(field, said.map_or(Some(text), |(_, name)| *name))
            }
            _ => self.set(field, Some(text)),
        }
    }

    pub(crate) fn instant(&self, field: Field) -> Option<Timestamp> {
        if field == Field::ValidFrom { self.valid_from } else { self.valid_to }
    }

    fn put_instant(&mut self, field: Field, instant: Option<Timestamp>) {
        if field == Field::ValidFrom {
            self.valid_from = instant;
        } else {
            self.valid_to = instant;
        }
    }

    /// The terms, if no required field is missing.
    pub(crate) fn terms(self) -> Result<BindingTerms, InvalidAnswer> {
        let needed = |field: Field, number: Option<PhoneNumber>| {
            number.ok_or_else(|| InvalidAnswer { field: field.name(), rule: NEEDED.into() })
        };
        Ok(BindingTerms {
            kind: self.kind,
            a: needed(Field::A, self.a)?,
            x: needed(Field::X, self.x)?,
            b: self.b,
            y: self.y,
            extension: self.extension,
            direction: self.direction,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            max_minutes: self.max_minutes,
            record: self.record,
            hint_tone: self.hint_tone,
            wait_tone: self.wait_tone,
            last_minute_tone: self.last_minute_tone,
            user_data: self.user_data,
            platform_id: self.platform_id,
        })
    }
}

/// Words of the pages, lower case and without blanks.
const DIRECTION_WORDS: [(&str, Option<&str>); 10] = [
    ("双向", None),
    ("bothways", None),
    ("只能a呼b", Some("a_to_b")),
    ("onlyatob", Some("a_to_b")),
    ("只能b呼a", Some("b_to_a")),
    ("onlybtoa", Some("b_to_a")),
    ("a呼b", Some("a_to_b")),
    ("atob", Some("a_to_b")),
    ("b呼a", Some("b_to_a")),
    ("btoa", Some("b_to_a")),
];

/// As programs or people write it: `axb`, `AXB`, `X 模式`.
fn kind(text: &str) -> Option<BindingKind> {
    let plain = text.split_whitespace().collect::<String>().to_lowercase();
    let plain = plain.strip_suffix("模式").or_else(|| plain.strip_suffix("mode")).unwrap_or(&plain);
    BindingKind::parse(plain)
}

const SHORTENED: Text = Text::new(
    "被表格软件写成了科学计数法，末尾几位已丢失；请把该列设为文本后重新填写",
    "was shortened by a spreadsheet, and its last digits are lost; make the column text and fill it in anew",
);
const KINDS: Text = Text::new("应为 x、ax、axb、axe、axyb 之一", "is one of x, ax, axb, axe, axyb");
const DIRECTIONS: Text = Text::new("应为 a_to_b、b_to_a 之一", "is one of a_to_b, b_to_a");
const MINUTES: Text = Text::new("应为整数分钟", "is a whole number of minutes");
const FLAG: Text = Text::new("应为 true 或 false", "is true or false");
const NEEDED: Text = Text::new("必填", "is needed");
const INSTANT: Text = Text::new("应为时间，如 2026-11-21 10:00", "is a time such as 2026-11-21T10:00:00+08:00");

pub(crate) fn differing(one: &BindingTerms, other: &BindingTerms) -> Vec<&'static str> {
    let same = |field: Field| match field {
        Field::Kind => one.kind == other.kind,
        Field::A => one.a == other.a,
        Field::X => one.x == other.x,
        Field::B => one.b == other.b,
        Field::Y => one.y == other.y,
        Field::Extension => one.extension == other.extension,
        Field::Direction => one.direction == other.direction,
        Field::ValidFrom => one.valid_from == other.valid_from,
        Field::ValidTo => one.valid_to == other.valid_to,
        Field::MaxMinutes => one.max_minutes == other.max_minutes,
        Field::Record => one.record == other.record,
        Field::HintTone => one.hint_tone == other.hint_tone,
        Field::WaitTone => one.wait_tone == other.wait_tone,
        Field::LastMinuteTone => one.last_minute_tone == other.last_minute_tone,
        Field::UserData => one.user_data == other.user_data,
        Field::PlatformId => one.platform_id == other.platform_id,
    };
    Field::ALL.into_iter().filter(|field| !same(*field)).map(Field::name).collect()
}

/// An instant with its offset, or a local time in Asia/Shanghai. A day without a time counts as a
/// whole, from its first instant to its last.
pub(crate) fn local_instant(field: Field, text: &str) -> Option<Timestamp> {
    const DAYS: [&str; 2] = ["%Y-%m-%d", "%Y/%m/%d"];
    const FORMATS: [&str; 6] = [
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y/%m/%d %H:%M:%S",
        "%Y/%m/%d %H:%M",
    ];
    if let Ok(instant) = text.parse() {
        return Some(instant);
    }
    let timed = || FORMATS.iter().find_map(|format| DateTime::strptime(format, text).ok());
    let day = DAYS.iter().find_map(|format| Date::strptime(format, text).ok());
    let civil = match (day, field) {
        (Some(day), Field::ValidTo) => day.tomorrow().ok()?.to_datetime(Time::midnight()),
        (Some(day), _) => day.to_datetime(Time::midnight()),
        (None, _) => timed()?,
    };
    let local = civil.to_zoned(crate::domain::BEIJING).ok()?;
    Some(local.timestamp())
}

fn yes(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "是" => Some(true),
        "false" | "0" | "no" | "否" => Some(false),
        _ => None,
    }
}
