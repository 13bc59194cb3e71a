//! `ringback verify`: reads every record of a data directory or a backup, changes nothing and
//! takes no lock. Says to which second the directory restores, and whether the audit trail is
//! whole.

use std::io::{Write, stdout};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::arguments::{Place, VerifyFlags};
use super::cells;
use crate::audit::{Chain, ChainReport};
use crate::journal::{self, Report};

/// Does it: 0 when every record is sound, 1 when one is damaged.
pub(super) fn run(place: &Place, flags: &VerifyFlags) -> Result<ExitCode> {
    let dir = flags.dir.as_deref().unwrap_or(&place.data);
    if !dir.join("journal").is_dir() {
        bail!("{} has no journal; is it a data directory?", dir.display());
    }
    let mut chain = Chain::default();
    let mut reports = vec![("journal", journal::verify_each(&dir.join("journal"), &mut |record| chain.check(record))?)];
    let audit = chain.finish();
    for log in ["state", "bindings"] {
        if dir.join(log).is_dir() {
            reports.push((log, journal::verify(&dir.join(log))?));
        }
    }
    let sound = reports.iter().all(|(_, report)| report.is_sound()) && audit.is_whole();
    match flags.json {
        true => writeln!(stdout(), "{}", object(dir, sound, &reports, &audit))?,
        false => {
            print(&mut stdout(), &reports)?;
            print_chain(&mut stdout(), &audit)?;
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(out: &mut impl Write, reports: &[(&str, Report)]) -> Result<()> {
    for (name, report) in reports {
        writeln!(out, "{name}: {} records in {} segments, {} bytes", report.total(), report.segments, report.bytes)?;
        for (kind, count) in &report.records {
            writeln!(out, "  {count} {kind}")?;
        }
        if let Some((first, last)) = report.numbers {
            writeln!(out, "  numbers {first} to {last}, {} without a record", report.missing)?;
        }
        if let Some((_, last)) = report.instants {
            writeln!(out, "  restores to {last}")?;
        }
        if let Some(torn) = &report.torn {
            writeln!(out, "  {} bytes at the end of {} are an unfinished write", torn.bytes, torn.segment)?;
        }
        for damage in &report.damages {
            writeln!(
                out,
                "  damaged: segment {}, line {}, number {}: {}",
                damage.segment, damage.line, damage.seq, damage.reason
            )?;
        }
        writeln!(out, "  {}", if report.is_sound() { "sound" } else { "DAMAGED" })?;
    }
    Ok(())
}

fn print_chain(out: &mut impl Write, audit: &ChainReport) -> Result<()> {
    writeln!(out, "audit: {}", cells::many(audit.entries, "entry", "entries"))?;
    for (count, what) in [
        (audit.removed, "older ones were removed because of their age"),
        (audit.erased, "without their personal part"),
        (audit.aside, "that the disk had refused"),
    ] {
        if count > 0 {
            writeln!(out, "  {count} {what}")?;
        }
    }
    if let Some((n, hash)) = &audit.head {
        writeln!(out, "  the last one is number {n}, {hash}")?;
    }
    match &audit.broken {
        None => writeln!(out, "  whole")?,
        Some(broken) => {
            writeln!(out, "  BROKEN at entry {}, record {}: {}", broken.n, broken.seq, broken.reason)?;
        }
    }
    Ok(())
}

fn object(dir: &Path, sound: bool, reports: &[(&str, Report)], audit: &ChainReport) -> Value {
    let logs = reports.iter().map(|(name, report)| {
        let damages = report.damages.iter().map(|damage| {
            json!({ "segment": damage.segment, "line": damage.line, "seq": damage.seq, "reason": damage.reason })
        });
        let report = json!({
            "records": report.total(),
            "kinds": report.records,
            "segments": report.segments,
            "bytes": report.bytes,
            "first_seq": report.numbers.map(|(first, _)| first),
            "last_seq": report.numbers.map(|(_, last)| last),
            "missing": report.missing,
            "restores_to": report.instants.map(|(_, last)| last.to_string()),
            "torn_bytes": report.torn.as_ref().map_or(0, |torn| torn.bytes),
            "damaged": report.damaged,
            "damages": damages.collect::<Vec<_>>(),
        });
        ((*name).to_owned(), report)
    });
    let mut object = json!({ "directory": dir.display().to_string(), "sound": sound });
    object.as_object_mut().into_iter().for_each(|fields| fields.extend(logs.clone()));
    object["audit"] = json!({
        "entries": audit.entries,
        "removed": audit.removed,
        "erased": audit.erased,
        "aside": audit.aside,
        "head": audit.head.as_ref().map(|(n, hash)| json!({ "n": n, "hash": hash })),
        "broken": audit.broken.as_ref().map(|b| json!({ "n": b.n, "seq": b.seq, "reason": b.reason })),
    });
    object
}
