//! One entry: its notation in the journal, and its hashes.
//!
//! ```text
//! {"seq":17,"at":"…","kind":"audit","n":3,"prev":"…","by":"lin","by_kind":"user","action":"reveal",
//!  "subject":"call 8f0c…","app":2,"peer":"203.0.113.7",
//!  "personal":{"salt":"…","page":"/calls/8f0c…","reason":"…"},"personal_hash":"…","hash":"…","crc":"…"}
//! ```
//!
//! An entry of the action `outcome` also has `of`, the number of the entry whose act ended so,
//! `outcome` (`failed` or `done`) and `code`, why, in a word. Entries of earlier versions have no
//! `by_kind`.
//!
//! Both hashes are SHA-256 of JSON written compactly with sorted keys, so that anybody can
//! check them: `personal_hash` of `.personal`, and `hash` of the line without what another
//! part covers, `jq -cjS 'del(.seq,.crc,.personal,.hash)' | sha256sum`. The salt goes with
//! the personal part: without it nobody can find out by trying what stood there.

use std::net::IpAddr;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::Act;
use crate::domain::{ActorId, ActorKind, AppId, Seq};
use crate::journal::{Body, Entry, Record};
use crate::state::random;
use crate::store::Ended;

pub const KIND: &str = "audit";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Done, to this entry's object.
    Done,
    /// Nothing was changed; the reason in a word.
    Failed(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndingOf {
    pub of: Seq,
    pub ending: Ending,
}

/// `personal` has its own hash.
const NOT_COVERED: [&str; 2] = ["hash", "personal"];

/// The last entry removed by retention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    pub n: u64,
    pub hash: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    pub seq: Seq,
    pub at: Timestamp,
    /// Position in the chain, from 1.
    pub n: u64,
    pub prev: String,
    pub hash: String,
    pub by: ActorId,
    pub action: String,
    pub subject: String,
    pub peer: Option<IpAddr>,
    pub app: Option<AppId>,
    /// May hold personal data; `None` if erased.
    pub personal: Option<Map<String, Value>>,
    /// Where the chain begins after retention.
    pub anchor: Option<Anchor>,
    /// Set on entries that report another entry's outcome.
    pub ended: Option<Ended>,
}

/// What the next entry of the chain follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) n: u64,
    pub(super) hash: String,
}

impl Default for Head {
    fn default() -> Self {
        Self { n: 0, hash: "0".repeat(64) }
    }
}

impl From<AuditEntry> for Head {
    fn from(entry: AuditEntry) -> Self {
        Self { n: entry.n, hash: entry.hash }
    }
}

/// Also returns the new head.
pub(super) fn write(act: Act, anchor: Option<Anchor>, at: Timestamp, head: &Head) -> (Entry, Head) {
    let mut fields = Map::new();
    let mut set = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    set("n", (head.n + 1).into());
    set("prev", head.hash.as_str().into());
    set("by", act.by.name.into());
    if let Some(kind) = act.by.kind {
        set("by_kind", kind.name().into());
    }
    set("action", act.action.name().into());
    set("subject", act.subject.into());
    set("app", act.app.map(|app| app.0).into());
    set("peer", act.peer.map(|peer| peer.to_string()).into());
    if let Some(EndingOf { of, ending }) = act.outcome {
        set("of", of.into());
        match ending {
            Ending::Done => set("outcome", "done".into()),
            Ending::Failed(code) => {
                set("code", code.into());
                set("outcome", "failed".into())
            }
        };
    }
    if let Some(anchor) = anchor {
        set("anchor", serde_json::json!({"n": anchor.n, "hash": anchor.hash}));
    }
    let mut personal = act.personal;
    if personal.is_empty() {
        set("personal_hash", Value::Null);
    } else {
        personal.insert("salt".to_owned(), random::hex(&random::bytes::<16>()).into());
        let personal = Value::Object(personal);
        set("personal_hash", sha256(&personal).into());
        set("personal", personal);
    }
    let hash = public_hash(at, &fields);
    fields.insert("hash".to_owned(), hash.as_str().into());
    (Entry { kind: KIND.to_owned(), fields }, Head { n: head.n + 1, hash })
}

impl AuditEntry {
    /// `None` if it is not a well-formed audit entry.
    #[must_use]
    pub fn read(record: &Record) -> Option<Self> {
        let Body::Entry(Entry { kind, fields }) = &record.body else { return None };
        if kind != KIND {
            return None;
        }
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let anchor = fields.get("anchor").and_then(|anchor| {
            Some(Anchor { n: anchor.get("n")?.as_u64()?, hash: anchor.get("hash")?.as_str()?.to_owned() })
        });
        let personal = match fields.get("personal") {
            Some(Value::Object(personal)) => {
                let shown = personal.iter().filter(|(name, _)| *name != "salt");
                Some(shown.map(|(name, value)| (name.clone(), value.clone())).collect())
            }
            Some(_) => None,
            // There was no personal part, unless a hash says otherwise.
            None => fields.get("personal_hash").is_none_or(Value::is_null).then(Map::new),
        };
        let ended = || {
            let (of, how) = (fields.get("of")?.as_u64()?, text("outcome")?);
            Some(Ended { of, how, code: text("code") })
        };
        let (action, peer) = (text("action")?, text("peer").and_then(|peer| peer.parse().ok()));
        Some(Self {
            seq: record.seq,
            at: record.at,
            by: by(text("by")?, text("by_kind").as_deref(), &action, peer),
            n: fields.get("n")?.as_u64()?,
            prev: text("prev")?,
            hash: text("hash")?,
            action,
            subject: text("subject")?,
            peer,
            app: fields.get("app").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok()).map(AppId),
            personal,
            anchor,
            ended: ended(),
        })
    }
}

/// Earlier versions stored no kind; it is deduced where certain: the command line has no address, and a
/// token does not log in.
fn by(name: String, kind: Option<&str>, action: &str, peer: Option<IpAddr>) -> ActorId {
    let kind = kind.and_then(ActorKind::parse).or_else(|| match (name.as_str(), action) {
        ("?", _) => Some(ActorKind::Unknown),
        (ActorId::COMMAND_LINE, _) if peer.is_none() => Some(ActorKind::CommandLine),
        (_, "login" | "logout" | "setup" | "password.change" | "reveal") => Some(ActorKind::User),
        _ => None,
    });
    ActorId { kind, name }
}

/// The public part stays, and with it the chain.
#[must_use]
pub fn without_personal(entry: &Entry) -> Entry {
    entry.without("personal")
}

pub(super) fn public_hash(at: Timestamp, fields: &Map<String, Value>) -> String {
    let mut covered: Map<String, Value> = Map::new();
    covered.insert("at".to_owned(), instant(at).into());
    covered.insert("kind".to_owned(), KIND.into());
    let fields = fields.iter().filter(|(name, _)| !NOT_COVERED.contains(&name.as_str()));
    covered.extend(fields.map(|(name, value)| (name.clone(), value.clone())));
    sha256(&Value::Object(covered))
}

pub(super) fn sha256(value: &Value) -> String {
    let mut text = String::new();
    canonical(value, &mut text);
    random::hex(&Sha256::digest(text))
}

fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut fields: Vec<_> = map.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| name.as_str());
            out.push('{');
            for (place, (name, value)) in fields.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (place, value) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                canonical(value, out);
            }
            out.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => out.push_str(&value.to_string()),
    }
}

fn instant(at: Timestamp) -> String {
    let mut text = String::new();
    DateTimePrinter::new().precision(Some(6)).print_timestamp(&at, &mut text).expect("a String takes every write");
    text
}
