//! `ringback verify`: reads every record of a data directory or a backup, changes nothing and
//! takes no lock. Says to which second the directory restores, whether records are missing, and
//! whether the audit trail is whole. The last line is the one verdict.

use clap::Args;
use std::io::{Write, stdout};
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::cells;
use super::place::Place;
use crate::audit::{Chain, ChainReport};
use crate::journal::{self, LogReport, Missing};

/// `ringback verify`
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// The data directory to check [default: that of --data]
    pub(super) dir: Option<PathBuf>,
    /// Print one object
    #[arg(long)]
    pub(super) json: bool,
}

struct Found {
    logs: Vec<(&'static str, LogReport)>,
    audit: ChainReport,
    /// Whether nothing is left of the state, beside a journal that has records.
    no_state: bool,
}

/// Does it: 0 when every record is there and sound, 1 when not.
pub(super) fn run(place: &Place, flags: &Flags) -> Result<ExitCode> {
    let dir = flags.dir.as_deref().unwrap_or(&place.data);
    let had = |log: &str| journal::had_records(dir, log).map(|records| records > 0);
    if !dir.join("journal").is_dir() && !had("journal")? {
        bail!("{} has no journal; is it a data directory?", dir.display());
    }
    let mut chain = Chain::default();
    let mut logs = vec![("journal", journal::verify_each(&dir.join("journal"), &mut |record| chain.check(record))?)];
    let audit = chain.finish();
    for log in ["state", "bindings"] {
        if dir.join(log).is_dir() || had(log)? {
            logs.push((log, journal::verify(&dir.join(log))?));
        }
    }
    let no_state = logs[0].1.total() > 0 && journal::is_empty(&dir.join("state"))?;
    let found = Found { logs, audit, no_state };
    let problems = found.problems();
    match flags.json {
        true => writeln!(stdout(), "{}", object(dir, &found, problems))?,
        false => {
            print(&mut stdout(), &found.logs)?;
            print_chain(&mut stdout(), &found.audit)?;
            print_verdict(&mut stdout(), &found, problems)?;
        }
    }
    Ok(if problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Found {
    fn problems(&self) -> u64 {
        let of_log = |report: &LogReport| report.damaged + report.lost.len() as u64;
        let logs: u64 = self.logs.iter().map(|(_, report)| of_log(report)).sum();
        logs + u64::from(!self.audit.is_whole()) + u64::from(self.no_state)
    }
}

fn print_verdict(out: &mut impl Write, found: &Found, problems: u64) -> Result<()> {
    if found.no_state {
        writeln!(out, "state: nothing is left of it, though the journal has records; put state/ back from a backup")?;
    }
    match problems {
        0 => {
            let records: u64 = found.logs.iter().map(|(_, report)| report.total()).sum();
            writeln!(out, "ok: {} and no problem", cells::many(records, "record", "records"))?;
        }
        _ => writeln!(out, "DAMAGED: {}", cells::many(problems, "problem", "problems"))?,
    }
    Ok(())
}

fn print(out: &mut impl Write, reports: &[(&str, LogReport)]) -> Result<()> {
    for (name, report) in reports {
        let records = cells::many(report.total(), "record", "records");
        let segments = cells::many(report.segments, "segment", "segments");
        writeln!(out, "{name}: {records} in {segments}, {}", cells::many(report.bytes, "byte", "bytes"))?;
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
            let (bytes, are) = (cells::many(torn.bytes, "byte", "bytes"), if torn.bytes == 1 { "is" } else { "are" });
            writeln!(out, "  {bytes} at the end of {} {are} an unfinished write", torn.segment)?;
        }
        if let Some(last) = report.original {
            writeln!(out, "  a copy: the original went on to number {last} while it was made")?;
        }
        for Missing { from, to } in &report.lost {
            match from == to {
                true => writeln!(out, "  missing: record {from} was acknowledged and is not there")?,
                false => writeln!(out, "  missing: records {from} to {to} were acknowledged and are not there")?,
            }
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
    for (count, one, more) in [
        (audit.removed, "older one was removed because of its age", "older ones were removed because of their age"),
        (audit.erased, "without its personal part", "without their personal part"),
        (audit.aside, "that the disk had refused", "that the disk had refused"),
    ] {
        if count > 0 {
            writeln!(out, "  {}", cells::many(count, one, more))?;
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

fn object(dir: &Path, found: &Found, problems: u64) -> Value {
    let audit = &found.audit;
    let logs = found.logs.iter().map(|(name, report)| {
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
            "lost": report.lost.iter().map(|Missing { from, to }| json!([from, to])).collect::<Vec<_>>(),
            "copy_of": report.original,
            "torn_bytes": report.torn.as_ref().map_or(0, |torn| torn.bytes),
            "damaged": report.damaged,
            "damages": damages.collect::<Vec<_>>(),
        });
        ((*name).to_owned(), report)
    });
    let mut object = json!({ "directory": dir.display().to_string(), "sound": problems == 0, "problems": problems });
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
