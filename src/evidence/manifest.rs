//! What the pack says of itself, and of each callback in it. Names are part of the pack's form,
//! which `format` numbers: whoever reads packs with a program may rely on them.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Exhibit, Gathered, Order};
use crate::domain::{ActorKind, Lang, Masking, RecordingState, Seq, mask_numbers_and};

const FORMAT: &str = "ringback-evidence-1";

#[derive(Serialize)]
struct Manifest<'a> {
    format: &'static str,
    call: String,
    app: &'a str,
    provider: &'static str,
    exported_at: String,
    exported_by: &'a str,
    /// What kind of one that is.
    exported_by_kind: Option<&'static str>,
    reason: &'a str,
    numbers: &'static str,
    language: &'static str,
    version: &'static str,
    installation: &'a str,
    /// The entry of the audit trail about this pack.
    audit: Seq,
    recording: Option<&'static str>,
    callbacks: Vec<Listed<'a>>,
    /// Callbacks that named the call and are not in the pack.
    missing: &'a [Seq],
}

#[derive(Serialize)]
struct Listed<'a> {
    seq: Seq,
    file: Option<&'a str>,
    /// CRC-32C of the journal's line up to its checksum.
    line_crc32c: Option<&'a str>,
}

#[derive(Serialize)]
struct Meta<'a> {
    seq: Seq,
    received_at: String,
    peer: String,
    tail: String,
    provider: &'a str,
    signature_held: Option<bool>,
    headers: Vec<(&'a str, String)>,
    size_bytes: usize,
    sha256: Option<String>,
    line_crc32c: Option<&'a str>,
    answer: Answer<'a>,
}

#[derive(Serialize)]
struct Answer<'a> {
    status: u16,
    content_type: &'a str,
    body: String,
}

pub(super) fn manifest(order: &Order, gathered: &Gathered) -> Vec<u8> {
    let listed = gathered.exhibits.iter().map(|exhibit| Listed {
        seq: exhibit.seq,
        file: exhibit.file.as_deref(),
        line_crc32c: shown(&exhibit.crc, order.numbers),
    });
    pretty(&Manifest {
        format: FORMAT,
        call: order.call.to_string(),
        app: &order.app,
        provider: order.provider.0,
        exported_at: order.at.to_string(),
        exported_by: &order.by.name,
        exported_by_kind: order.by.kind.map(ActorKind::name),
        reason: &order.reason,
        numbers: match order.numbers {
            Masking::Whole => "whole",
            Masking::Masked => "masked",
        },
        language: match order.lang {
            Lang::Zh => "zh",
            Lang::En => "en",
        },
        version: env!("CARGO_PKG_VERSION"),
        installation: &order.installation,
        audit: order.audit,
        recording: order.recording.map(RecordingState::name),
        callbacks: listed.collect(),
        missing: &gathered.missing,
    })
}

pub(super) fn meta(exhibit: &Exhibit, order: &Order) -> Vec<u8> {
    let numbers = order.numbers;
    let callback = &exhibit.callback;
    let text = |text: &str| match numbers {
        Masking::Whole => text.to_owned(),
        Masking::Masked => mask_numbers_and(text, &order.parties),
    };
    pretty(&Meta {
        seq: exhibit.seq,
        received_at: exhibit.at.to_string(),
        peer: callback.peer.to_string(),
        tail: text(&callback.tail),
        provider: &callback.provider,
        signature_held: callback.verified,
        headers: callback.headers.iter().map(|(name, value)| (name.as_str(), text(value))).collect(),
        size_bytes: callback.body.len(),
        sha256: (numbers == Masking::Whole).then(|| hex(&Sha256::digest(&callback.body))),
        line_crc32c: shown(&exhibit.crc, numbers),
        answer: Answer {
            status: callback.reply.status,
            content_type: &callback.reply.content_type,
            body: text(&callback.reply.body),
        },
    })
}

/// A checksum would tell masked digits to whoever tries them all.
fn shown(crc: &str, numbers: Masking) -> Option<&str> {
    (numbers == Masking::Whole).then_some(crc)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a String takes every write");
    }
    text
}

fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).expect("the pack's own types are plain data");
    text.push(b'\n');
    text
}
