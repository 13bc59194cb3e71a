//! The evidence pack: one ZIP with all there is about one call, for a dispute with a platform,
//! a carrier or before a court.
//!
//! ```text
//! index.html            what happened, printable, complete in itself
//! call.json             the call as the API shows it
//! callbacks/001.json    what the platform sent, byte for byte (.json, .xml or .bin)
//! callbacks/001.meta.json   when, from where, with which headers, and what we answered
//! manifest.json         who made the pack, when, why; which journal lines, with their checksums
//! SHA256SUMS            of all of them: `sha256sum -c SHA256SUMS`
//! ```
//!
//! [`gather`] reads from the journal, never from what was computed from it; [`Folder`] writes.
//! The same order over the same journal gives the same bytes. A masked pack holds neither
//! checksums of journal lines nor hashes of bodies: with all else known, trying ten thousand
//! numbers against one would find the digits that are hidden. Who may order a pack, and the
//! audit entry before it, are the caller's business.

mod folder;
mod manifest;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub use folder::{Folder, FolderError};

use crate::domain::{ActorId, CallId, Lang, Masking, PhoneNumber, ProviderId, RecordingState, Seq, mask_numbers_and};
use crate::journal::{Body, CallbackRecord, Journal, ReadError};
use crate::limits;

/// Of which call, who wants a pack, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub call: CallId,
    pub provider: ProviderId,
    pub recording: Option<RecordingState>,
    /// A user's or a token's name.
    pub by: ActorId,
    pub at: Timestamp,
    /// Why, in their own words.
    pub reason: String,
    pub numbers: Masking,
    pub lang: Lang,
    /// The entry of the audit trail that says so.
    pub audit: Seq,
    pub installation: String,
    /// The name of the call's app.
    pub app: String,
    /// The numbers of the call: where numbers are masked they are, wherever they stand.
    pub parties: Vec<PhoneNumber>,
}

/// A callback behind the call, with the proof that it is the journal's.
#[derive(Debug, Clone, PartialEq)]
pub struct Exhibit {
    pub seq: Seq,
    pub at: Timestamp,
    /// What came, and what we answered.
    pub callback: CallbackRecord,
    /// The checksum at the end of its line in the journal.
    pub crc: String,
    /// The file of its body in the pack; `None` where it cannot be shown masked.
    pub file: Option<String>,
}

/// Everything behind a call.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gathered {
    /// In the order in which they were received.
    pub exhibits: Vec<Exhibit>,
    /// What could not be put in: erased, damaged, removed, or beyond the pack's bounds.
    pub missing: Vec<Seq>,
}

/// Reads the callbacks with these numbers from the journal.
pub fn gather(callbacks: &[Seq], journal: &dyn Journal, numbers: Masking) -> Result<Gathered, ReadError> {
    let mut gathered = Gathered::default();
    let mut room = limits::EVIDENCE_BYTES;
    for seq in callbacks {
        match exhibit(*seq, gathered.exhibits.len() + 1, journal, numbers, room)? {
            Some(exhibit) if gathered.exhibits.len() < limits::EVIDENCE_CALLBACKS => {
                room -= exhibit.callback.body.len();
                gathered.exhibits.push(exhibit);
            }
            _ => gathered.missing.push(*seq),
        }
    }
    Ok(gathered)
}

fn exhibit(
    seq: Seq,
    n: usize,
    journal: &dyn Journal,
    numbers: Masking,
    room: usize,
) -> Result<Option<Exhibit>, ReadError> {
    let (Some(record), Some(line)) = (journal.get(seq)?, journal.line(seq)?) else { return Ok(None) };
    let Body::Callback(callback) = record.body else { return Ok(None) };
    if callback.body.len() > room {
        return Ok(None);
    }
    let content = callback.content();
    let shown = numbers == Masking::Whole || std::str::from_utf8(&content).is_ok();
    // What came compressed is kept so, as its checksum says; masked, only its content can be.
    let packed = if numbers == Masking::Whole && callback.is_packed() { ".packed" } else { "" };
    let file = shown.then(|| format!("callbacks/{n:03}.{}{packed}", ending(&content)));
    Ok(Some(Exhibit { seq, at: record.at, callback: *callback, crc: crc_of(&line), file }))
}

/// What a body looks like, whatever its header claims.
fn ending(body: &[u8]) -> &'static str {
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => "json",
        Some(b'<') => "xml",
        _ => "bin",
    }
}

/// The checksum as the line itself carries it: `…,"crc":"9ae0daaf"}`.
fn crc_of(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    text.trim_end().trim_end_matches("\"}").rsplit('"').next().unwrap_or_default().to_owned()
}

/// The pack of a call: everything but its page, which the caller adds as `index.html`.
#[must_use]
pub fn folder(call_json: &str, order: &Order, gathered: &Gathered) -> Folder {
    let mut folder = Folder::default();
    folder.add("call.json", call_json.as_bytes().to_vec());
    for exhibit in &gathered.exhibits {
        if let Some(file) = &exhibit.file {
            let body = match order.numbers {
                Masking::Whole => exhibit.callback.body.clone(),
                Masking::Masked => {
                    let content = exhibit.callback.content();
                    mask_numbers_and(&String::from_utf8_lossy(&content), &order.parties).into_bytes()
                }
            };
            folder.add(file, body);
        }
    }
    for (n, exhibit) in (1..).zip(&gathered.exhibits) {
        folder.add(&format!("callbacks/{n:03}.meta.json"), manifest::meta(exhibit, order));
    }
    folder.add("manifest.json", manifest::manifest(order, gathered));
    folder
}
