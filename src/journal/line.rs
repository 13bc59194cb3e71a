//! A record as one line of JSON with its own checksum, and back.
//!
//! ```text
//! {"seq":17   ,"at":"…","kind":"callback",…   ,"crc":"9ae0daaf"}   \n
//! └ number ┘  └────────── Unsealed ────────┘  └──── seal ─────┘
//! ```
//!
//! The appending task writes [`Unsealed`], almost all of the work; the committer adds the number and the
//! checksum. The checksum is at a fixed distance from the end, so checking a line parses no JSON.
//! [`super::scan`] finds the lines and handles damaged ones.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde::Serialize;
use serde_json::{Map, Value};

use super::record::{Body, Entry, NewRecord, Record};
use super::wire::{CallbackFields, ErasedFields, TallyFields};
use crate::domain::Seq;

/// Every line begins so. Quotes in strings are escaped, so this in the middle of a line begins another
/// line whose predecessor lost its end.
pub(super) const BEGINNING: &[u8] = br#"{"seq":"#;
/// `,"crc":"9ae0daaf"}`
const SEAL_LEN: usize = 18;
const SEAL: &[u8] = br#","crc":""#;

pub(super) mod reason {
    pub(in super::super) const NOT_A_RECORD: &str = "not a record";
    pub(in super::super) const CHECKSUM: &str = "the checksum does not match";
    pub(in super::super) const NOT_UNDERSTOOD: &str = "the checksum matches, but the record is not understood";
    pub(in super::super) const ORDER: &str = "the sequence number is not above the one before";
    pub(in super::super) const LINE_END: &str = "the line's end is damaged; the record itself is whole";
    pub(in super::super) const FRAME: &str = "a compressed frame is damaged";
    pub(in super::super) const TABLE: &str = "the table of frames is damaged; the records are whole";
    pub(in super::super) const MISSING: &str = "the segment's file is missing";
    pub(in super::super) const NO_FILE: &str = "what has the segment's name is no file";
}

#[derive(Debug)]
pub(super) struct Unsealed(Vec<u8>);

impl Unsealed {
    pub(super) fn new(record: &NewRecord) -> Self {
        let room = match &record.body {
            Body::Callback(callback) => 512 + callback.body.len() + callback.body.len() / 4,
            Body::Tally(_) | Body::Entry(_) | Body::Erased { .. } => 256,
        };
        let mut line = Vec::with_capacity(room);
        line.extend_from_slice(br#","at":""#);
        write_at(record.at, &mut line);
        line.extend_from_slice(br#"","kind":"#);
        match &record.body {
            Body::Callback(callback) => {
                line.extend_from_slice(br#""callback""#);
                splice(&CallbackFields::from_record(callback), &mut line);
            }
            Body::Tally(tally) => {
                line.extend_from_slice(br#""tally""#);
                splice(&TallyFields::from(tally), &mut line);
            }
            Body::Erased { was } => {
                line.extend_from_slice(br#""erased""#);
                splice(&ErasedFields { was: was.into() }, &mut line);
            }
            Body::Entry(entry) => {
                to_json(&entry.kind, &mut line);
                for (name, value) in entry.fields.iter().filter(|(name, _)| !is_frame_field(name)) {
                    line.push(b',');
                    to_json(name, &mut line);
                    line.push(b':');
                    to_json(value, &mut line);
                }
            }
        }
        Self(line)
    }

    pub(super) fn len(&self) -> usize {
        BEGINNING.len() + 20 + self.0.len() + SEAL_LEN + 1
    }

    pub(super) fn seal(&self, seq: Seq, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(BEGINNING);
        out.extend_from_slice(seq.to_string().as_bytes());
        out.extend_from_slice(&self.0);
        let crc = crc32c::crc32c(&out[start..]);
        out.extend_from_slice(SEAL);
        for shift in (0..8).rev() {
            out.push(b"0123456789abcdef"[(crc >> (shift * 4)) as usize & 0xf]);
        }
        out.extend_from_slice(b"\"}\n");
    }
}

/// Takes a line without its line end; parses no JSON.
pub(super) fn check(line: &[u8]) -> Result<Seq, &'static str> {
    let body_len = line.len().checked_sub(SEAL_LEN).ok_or(reason::NOT_A_RECORD)?;
    let (body, seal) = line.split_at(body_len);
    let written = seal.strip_prefix(SEAL).and_then(|rest| rest.strip_suffix(b"\"}")).ok_or(reason::NOT_A_RECORD)?;
    let written = lower_hex(written).ok_or(reason::NOT_A_RECORD)?;
    let (seq, _) = number(body).ok_or(reason::NOT_A_RECORD)?;
    if crc32c::crc32c(body) == written { Ok(seq) } else { Err(reason::CHECKSUM) }
}

/// `None` if another version wrote it.
pub(super) fn decode(line: &[u8]) -> Option<Record> {
    let (seq, rest) = number(line)?;
    let rest = rest.strip_prefix(br#","at":""#)?;
    let (at, rest) = until_quote(rest)?;
    let at: Timestamp = at.parse().ok()?;
    let (kind, _) = until_quote(rest.strip_prefix(br#","kind":""#)?)?;
    let body = match kind {
        "callback" => {
            let fields: CallbackFields<'_> = serde_json::from_slice(line).ok()?;
            Body::Callback(Box::new(fields.into_record()?))
        }
        "tally" => Body::Tally(serde_json::from_slice::<TallyFields>(line).ok()?.into()),
        "erased" => Body::Erased { was: serde_json::from_slice::<ErasedFields<'_>>(line).ok()?.was.into_owned() },
        _ => Body::Entry(entry(line)?),
    };
    Some(Record { seq, at, body })
}

/// For a line that [`check`] accepted.
pub(super) fn kind(line: &[u8]) -> Option<&str> {
    let (_, rest) = number(line)?;
    let (_, rest) = until_quote(rest.strip_prefix(br#","at":""#)?)?;
    Some(until_quote(rest.strip_prefix(br#","kind":""#)?)?.0)
}

fn entry(line: &[u8]) -> Option<Entry> {
    let mut fields: Map<String, Value> = serde_json::from_slice(line).ok()?;
    let Some(Value::String(kind)) = fields.remove("kind") else { return None };
    fields.retain(|name, _| !is_frame_field(name));
    Some(Entry { kind, fields })
}

fn is_frame_field(name: &str) -> bool {
    matches!(name, "seq" | "at" | "kind" | "crc")
}

fn number(line: &[u8]) -> Option<(Seq, &[u8])> {
    let rest = line.strip_prefix(BEGINNING)?;
    let digits = rest.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
    let seq = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
    Some((seq, &rest[digits..]))
}

fn until_quote(text: &[u8]) -> Option<(&str, &[u8])> {
    let end = memchr::memchr(b'"', text)?;
    Some((std::str::from_utf8(&text[..end]).ok()?, &text[end + 1..]))
}

fn lower_hex(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0u32, |value, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        Some(value << 4 | u32::from(digit))
    })
}

/// Always with microseconds, so that lines sort and align.
fn write_at(at: Timestamp, line: &mut Vec<u8>) {
    DateTimePrinter::new().precision(Some(6)).print_timestamp(&at, line).expect("a Vec takes every write");
}

fn splice(fields: &impl Serialize, line: &mut Vec<u8>) {
    let start = line.len();
    to_json(fields, line);
    line[start] = b',';
    let end = line.pop();
    debug_assert_eq!(end, Some(b'}'), "a struct is written as an object");
}

fn to_json(value: &(impl Serialize + ?Sized), line: &mut Vec<u8>) {
    serde_json::to_writer(line, value).expect("our types have only string keys, and a Vec takes every write");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::journal::tests::{any_record, callback};

    fn sealed(record: &NewRecord, seq: Seq) -> Vec<u8> {
        let mut line = Vec::new();
        let unsealed = Unsealed::new(record);
        unsealed.seal(seq, &mut line);
        assert!(line.len() <= unsealed.len());
        line
    }

    #[test]
    fn a_line_reads_as_documented() {
        let record = NewRecord {
            at: "2026-11-21T02:13:21.123456Z".parse().unwrap(),
            body: Body::Tally(crate::journal::Tally { app: None, refused: 3, possibly_lost: 0 }),
        };
        let line = String::from_utf8(sealed(&record, 17)).unwrap();
        let expected = r#"{"seq":17,"at":"2026-11-21T02:13:21.123456Z","kind":"tally","refused":3,"possibly_lost":0"#;
        let crc = crc32c::crc32c(expected.as_bytes());
        assert_eq!(line, format!("{expected},\"crc\":\"{crc:08x}\"}}\n"));
    }

    #[test]
    fn bodies_come_back_byte_for_byte() {
        let mut bodies: Vec<Vec<u8>> = (0..=255u8).map(|byte| vec![byte, b'a', byte]).collect();
        bodies.push("\u{2028}\u{2029}\u{feff}\u{0}\r\n\t\"\\/\u{10ffff}回铃".into());
        bodies.push(vec![0; 1 << 20]);
        bodies.push(vec![b'"'; 1 << 20]);
        bodies.push(Vec::new());
        for body in bodies {
            let record = callback(1, body.clone());
            let line = sealed(&record, 1);
            assert!(line.len() < crate::limits::LINE_MAX / 4 * 3, "{} for {}", line.len(), body.len());
            let text = line.strip_suffix(b"\n").unwrap();
            assert_eq!(memchr::memchr(b'\n', text), None);
            assert_eq!(check(text), Ok(1));
            assert_eq!(decode(text).unwrap().body, record.body);
        }
    }

    #[test]
    fn fields_that_a_later_version_adds_are_passed_over() {
        let line = sealed(&callback(1, b"{}".to_vec()), 9);
        let text = String::from_utf8(line).unwrap().replace(r#","tail":"#, r#","novelty":{"a":[1]},"tail":"#);
        assert!(decode(text.trim_end().as_bytes()).is_some());
    }

    #[test]
    fn an_entry_cannot_pose_as_the_frame_of_a_line() {
        let mut fields = Map::new();
        for name in ["seq", "at", "kind", "crc", "x"] {
            fields.insert(name.into(), Value::from(name));
        }
        let record = NewRecord { at: Timestamp::UNIX_EPOCH, body: Body::Entry(Entry { kind: "audit".into(), fields }) };
        let line = sealed(&record, 5);
        let read = decode(line.strip_suffix(b"\n").unwrap()).unwrap();
        assert_eq!(read.seq, 5);
        let Body::Entry(entry) = read.body else { panic!("an entry") };
        assert_eq!(entry.fields.keys().collect::<Vec<_>>(), ["x"]);
    }

    proptest! {
        #[test]
        fn every_record_reads_as_it_was_written(record in any_record(), seq in any::<u64>()) {
            let line = sealed(&record, seq);
            let text = line.strip_suffix(b"\n").unwrap();
            prop_assert_eq!(check(text), Ok(seq));
            let read = decode(text).unwrap();
            prop_assert_eq!(read, Record { seq, at: record.at, body: record.body });
            let json: Value = serde_json::from_slice(text).unwrap();
            prop_assert_eq!(&json["seq"], &Value::from(seq));
        }

        #[test]
        fn arbitrary_bytes_are_refused_and_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(check(&bytes).is_err());
            let _ = decode(&bytes);
        }
    }
}
