//! Questions of X mode against many bindings: how many decisions a second, and how late.
//!
//! Every question is a new one, so that each is looked up, decided and made durable. First as
//! fast as answers come, then at half of that rate, where a latency counts from the instant at
//! which the question was due.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use ringback::bindings::Bindings;
use ringback::clock::Clock;
use ringback::domain::{App, BindingTerms, Direction, PhoneNumber};
use ringback::journal::{Body, FileJournal, Journal as _, Options};
use ringback::simulator::{Load, LoadReport, Plan, Platform, Push, load, prepare, questions};
use ringback::state::{Principal, State};

use super::Asked;
use super::server::{Server, add_app};

/// Calls whose questions are made beforehand; with them come messages, a quarter as many.
const CALLS: u64 = 240_000;
/// Look-ups that are timed one by one.
const LOOKUPS: usize = 100_000;
/// Bindings imported at a time.
const CHUNK: u64 = 200_000;

/// Measures, and prints what came of it.
pub(crate) fn run(asked: &Asked, bindings: u64) -> anyhow::Result<()> {
    let data = tempfile::tempdir().context("making a data directory")?;
    let platform = Platform::HuaweiPrivate;
    let path = add_app(data.path(), platform)?;
    let (_, token) = path.split_once("/callbacks/").context("the callback address")?;
    let pushes = questions(1, CALLS, Clock::system().now());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    prepare_bindings(&runtime, data.path(), &pushes, bindings)?;

    let begun = Instant::now();
    let mut server = Server::start(data.path())?;
    println!("started with {bindings} bindings in {:.2} s", begun.elapsed().as_secs_f64());
    let to: http::Uri = format!("{}/callbacks/{token}", server.address).parse()?;
    ensure!(to.host() == Some("127.0.0.1"), "a load goes to loopback only");
    let plan = Plan::new(platform, to.clone(), Clock::system());
    let (first, second) = pushes.split_at(pushes.len() / 3 * 2);
    let drive = |pushes: &[Push], rate: Option<f64>| -> anyhow::Result<LoadReport> {
        let driven = Load {
            to: to.clone(),
            connections: asked.connections,
            rate,
            time: asked.time,
            requests_max: Some(pushes.len() as u64),
            insecure: true,
        };
        let report = runtime.block_on(load(&driven, prepare(&plan, pushes)))?;
        ensure!(report.answered == report.sent, "not every question was answered: {report}");
        Ok(report)
    };
    let fast = drive(first, None)?;
    println!("as fast as it goes  {fast}");
    let half = drive(second, Some(fast.per_second() / 2.0))?;
    println!("at half that rate   {half}");
    println!("resident: {} MiB", resident(&server)?);
    server.stop()?;
    let connected = connected(data.path())?;
    println!("connected: {connected} of {}", fast.answered + half.answered);
    ensure!(connected > 0, "no binding was followed");
    Ok(())
}

/// Binds every pair that will ask, and as many others as are wanted; times look-ups among them.
fn prepare_bindings(
    runtime: &tokio::runtime::Runtime,
    data: &Path,
    pushes: &[Push],
    wanted: u64,
) -> anyhow::Result<()> {
    let clock = Clock::system();
    let state = State::open(&data.join("state"), &data.join("keys"), clock.clone())?;
    let bindings = Bindings::open(data, &state.installation(), clock.clone())?;
    let app = state.apps().into_iter().next().context("the app")?;
    let pairs: BTreeSet<(String, String)> = pushes.iter().filter_map(|push| pair(&push.body)).collect();
    let begun = Instant::now();
    let others = (pairs.len() as u64..wanted).map(|n| {
        let a = PhoneNumber::from_stored(format!("+86180{n:08}"));
        terms(a, PhoneNumber::from_stored(format!("+861720000{:04}", n % 10_000)))
    });
    let pairs: Vec<_> =
        pairs.into_iter().map(|(from, x)| (PhoneNumber::from_stored(from), PhoneNumber::from_stored(x))).collect();
    let mut all = others.chain(pairs.iter().map(|(from, x)| terms(from.clone(), x.clone())));
    let mut made = 0;
    loop {
        let lines: Vec<(u64, BindingTerms)> = (0..).zip(all.by_ref().take(CHUNK as usize)).collect();
        if lines.is_empty() {
            break;
        }
        let imported = runtime.block_on(bindings.import(&Principal::command_line(), &app, lines))?;
        ensure!(imported.refused.is_empty(), "refused: {:?}", imported.refused.first());
        made += imported.made;
    }
    println!("{made} bindings made in {:.1} s", begun.elapsed().as_secs_f64());
    time_lookups(&bindings, &app, &pairs, wanted, &clock);
    bindings.close();
    Ok(())
}

fn time_lookups(bindings: &Bindings, app: &Arc<App>, pairs: &[(PhoneNumber, PhoneNumber)], wanted: u64, clock: &Clock) {
    let now = clock.now();
    let mut random = fastrand::Rng::with_seed(7);
    let mut micros: Vec<u128> = (0..LOOKUPS)
        .map(|n| {
            let (from, x) = if n % 2 == 0 {
                pairs[random.usize(0..pairs.len())].clone()
            } else {
                let n = random.u64(pairs.len() as u64..wanted.max(pairs.len() as u64 + 1));
                let a = PhoneNumber::from_stored(format!("+86180{n:08}"));
                (a, PhoneNumber::from_stored(format!("+861720000{:04}", n % 10_000)))
            };
            let begun = Instant::now();
            let found = bindings.find(app.id, &x, Some(&from), now);
            let took = begun.elapsed().as_nanos();
            assert!(found.is_ok());
            took
        })
        .collect();
    micros.sort_unstable();
    let at = |share: f64| micros[((micros.len() - 1) as f64 * share) as usize] as f64 / 1_000.0;
    println!("a look-up: median {:.1} µs, p99 {:.1} µs, longest {:.1} µs", at(0.5), at(0.99), at(1.0));
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

/// Who asks at which number.
fn pair(body: &[u8]) -> Option<(String, String)> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let (call, sms) = (&body["statusInfo"], &body["smsEvent"]);
    text(&call["caller"]).zip(text(&call["called"])).or_else(|| text(&sms["calling"]).zip(text(&sms["virtualNumber"])))
}

/// Calls that were connected and messages forwarded, by the journal.
fn connected(data: &Path) -> anyhow::Result<u64> {
    let options = Options {
        reserve: None,
        torn: data.join("torn"),
        tmp: data.join("tmp"),
        segment_bytes: 64 << 20,
        compress: false,
    };
    let journal = FileJournal::open(&data.join("journal"), options)?;
    let (mut from, mut connected) = (1, 0);
    loop {
        let records = journal.read(from, 8 << 20)?;
        let Some(last) = records.last() else { return Ok(connected) };
        from = last.seq + 1;
        let decided = records.iter().filter_map(|record| match &record.body {
            Body::Callback(callback) => callback.decision.as_ref(),
            _ => None,
        });
        connected += decided.filter(|note| note.binding.is_some()).count() as u64;
    }
}

fn resident(server: &Server) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse::<u64>()? / 1_024)
}
