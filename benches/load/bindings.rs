//! Bindings by the million: how fast they are imported, looked up, opened and read anew.
//!
//! Straight on the room, without HTTP: what a file of them costs, and a question among them.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use ringback::audit::{Act, Audit, AuditAction};
use ringback::bindings::Bindings;
use ringback::clock::Clock;
use ringback::domain::{App, BindingTerms, Direction, PhoneNumber};
use ringback::journal::{CompactJournal, FileJournal, Journal as _, Options};
use ringback::simulator::Platform;
use ringback::state::{Principal, State};

use super::server::add_app;

/// Look-ups that are timed one by one.
const LOOKUPS: usize = 100_000;
/// Bindings imported at a time.
const CHUNK: usize = 200_000;
/// After so many a line tells how far it is.
const TOLD: u64 = 1_000_000;

/// Who asks at which privacy number.
pub(crate) type Pairs = Vec<(PhoneNumber, PhoneNumber)>;

/// Measures the bindings alone, and prints what came of it.
pub(crate) fn run(wanted: u64) -> anyhow::Result<()> {
    let data = tempfile::tempdir().context("making a data directory")?;
    add_app(data.path(), Platform::HuaweiPrivate)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    fill(&runtime, data.path(), &Pairs::new(), wanted)?;
    println!("log {} MiB, index {} MiB", mib(&data.path().join("bindings"))?, mib(&data.path().join("store"))?);
    for what in ["opened", "read anew from the log"] {
        let begun = Instant::now();
        let (bindings, app) = open(data.path())?;
        println!("{what} in {:.2} s", begun.elapsed().as_secs_f64());
        time_lookups(&bindings, &app, &Pairs::new(), wanted);
        bindings.close();
        drop(bindings);
        fs::remove_dir_all(data.path().join("store/bindings")).context("removing the index")?;
    }
    println!("resident: {} MiB", resident("self")?);
    Ok(())
}

/// Binds these pairs and as many others as are wanted; times look-ups among them.
pub(crate) fn fill(runtime: &tokio::runtime::Runtime, data: &Path, pairs: &Pairs, wanted: u64) -> anyhow::Result<()> {
    let (bindings, app) = open(data)?;
    let begun = Instant::now();
    let others = (pairs.len() as u64..wanted).map(|n| {
        let (a, x) = other(n);
        terms(a, x)
    });
    let mut all = others.chain(pairs.iter().map(|(from, x)| terms(from.clone(), x.clone())));
    let (mut made, mut told) = (0, 0);
    let options = Options { segment_bytes: 1 << 20, marks: None, ..Options::within(data) };
    let journal = Arc::new(FileJournal::open(&data.join("journal"), options)?);
    let by = Principal::command_line();
    let by =
        Audit::new(journal.clone(), Clock::system()).author(&by, Act::new(&by, AuditAction::BindingImport, "app 1"));
    let mut import = bindings.importing(&by, &app);
    loop {
        let lines: Vec<(u64, BindingTerms)> = (0..).zip(all.by_ref().take(CHUNK)).collect();
        if lines.is_empty() {
            break;
        }
        let imported = runtime.block_on(import.lines(lines))?;
        ensure!(imported.refused.is_empty(), "refused: {:?}", imported.refused.first());
        made += imported.made;
        if made / TOLD > told {
            told = made / TOLD;
            println!("{made} bindings made after {:.1} s, {} MiB", begun.elapsed().as_secs_f64(), resident("self")?);
        }
    }
    runtime.block_on(import.finish())?;
    journal.close();
    println!("{made} bindings made in {:.1} s", begun.elapsed().as_secs_f64());
    time_lookups(&bindings, &app, pairs, wanted);
    bindings.close();
    Ok(())
}

fn open(data: &Path) -> anyhow::Result<(Bindings, Arc<App>)> {
    let clock = Clock::system();
    let state = State::open(Arc::new(CompactJournal::open(data)?), &data.join("keys"), clock.clone())?;
    let log = Arc::new(FileJournal::open_bindings(data)?);
    let bindings = Bindings::open(log, data.join("store"), &state.installation(), clock)?;
    Ok((bindings, state.apps().into_iter().next().context("the app")?))
}

fn time_lookups(bindings: &Bindings, app: &Arc<App>, pairs: &Pairs, wanted: u64) {
    let now = Clock::system().now();
    let mut random = fastrand::Rng::with_seed(7);
    let mut micros: Vec<u128> = (0..LOOKUPS)
        .map(|n| {
            let (from, x) = if n % 2 == 0 && !pairs.is_empty() {
                pairs[random.usize(0..pairs.len())].clone()
            } else {
                other(random.u64(pairs.len() as u64..wanted.max(pairs.len() as u64 + 1)))
            };
            let begun = Instant::now();
            let found = bindings.find(app.id, &x, Some(&from), now);
            let took = begun.elapsed().as_nanos();
            assert!(found.expect("the index is read").is_some());
            took
        })
        .collect();
    micros.sort_unstable();
    let at = |share: f64| micros[((micros.len() - 1) as f64 * share) as usize] as f64 / 1_000.0;
    println!("a look-up: median {:.1} µs, p99 {:.1} µs, longest {:.1} µs", at(0.5), at(0.99), at(1.0));
}

/// The nth of those who only have to be there.
fn other(n: u64) -> (PhoneNumber, PhoneNumber) {
    let a = PhoneNumber::from_stored(format!("+86180{n:08}"));
    (a, PhoneNumber::from_stored(format!("+861720000{:04}", n % 10_000)))
}

fn terms(a: PhoneNumber, x: PhoneNumber) -> BindingTerms {
    let b = PhoneNumber::from_stored(format!("+86199{}", &a.national()[3..]));
    BindingTerms {
        direction: Some(Direction::AToB),
        max_minutes: Some(60),
        user_data: Some("order-20000017".to_owned()),
        ..BindingTerms::new(a, x, Some(b))
    }
}

fn mib(dir: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { mib(&entry.path())? << 20 } else { metadata.len() };
    }
    Ok(bytes >> 20)
}

/// What a process holds in memory, in MiB.
pub(crate) fn resident(process: &str) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse::<u64>()? / 1_024)
}
