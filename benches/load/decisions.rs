//! Questions of X mode against many bindings: how many decisions a second, and how late.
//!
//! Every question is a new one, so that each is looked up, decided and made durable. First as
//! fast as answers come, then at half of that rate, where a latency counts from the instant at
//! which the question was due.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, ensure};
use ringback::clock::Clock;
use ringback::domain::PhoneNumber;
use ringback::journal::{Body, FileJournal, Journal as _, Options};
use ringback::simulator::{Platform, Push, questions};

use super::Asked;
use super::bindings::{self, Pairs, resident};
use super::drive::{Load, LoadReport, load, prepare};
use super::server::{Server, add_app};

/// Calls whose questions are made beforehand; with them come messages, a quarter as many.
const CALLS: u64 = 240_000;

/// Measures, and prints what came of it.
pub(crate) fn run(asked: &Asked, bindings: u64) -> anyhow::Result<()> {
    let data = tempfile::tempdir().context("making a data directory")?;
    let platform = Platform::HuaweiPrivate;
    let path = add_app(data.path(), platform)?;
    let (_, token) = path.split_once("/callbacks/").context("the callback address")?;
    let pushes = questions(1, CALLS, Clock::system().now());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let pairs: BTreeSet<(String, String)> = pushes.iter().filter_map(|push| pair(&push.body)).collect();
    let pairs: Pairs =
        pairs.into_iter().map(|(from, x)| (PhoneNumber::from_stored(from), PhoneNumber::from_stored(x))).collect();
    bindings::fill(&runtime, data.path(), &pairs, bindings)?;

    let begun = Instant::now();
    let mut server = Server::start(data.path())?;
    println!("started with {bindings} bindings in {:.2} s", begun.elapsed().as_secs_f64());
    let to: http::Uri = format!("{}/callbacks/{token}", server.address).parse()?;
    ensure!(to.host() == Some("127.0.0.1"), "a load goes to loopback only");
    let (first, second) = pushes.split_at(pushes.len() / 3 * 2);
    let drive = |pushes: &[Push], rate: Option<f64>| -> anyhow::Result<LoadReport> {
        let driven = Load {
            to: to.clone(),
            connections: asked.connections,
            rate,
            time: asked.time,
            requests_max: Some(pushes.len() as u64),
        };
        let report = runtime.block_on(load(&driven, prepare(&to, pushes)))?;
        ensure!(report.answered == report.sent, "not every question was answered: {report}");
        Ok(report)
    };
    let fast = drive(first, None)?;
    println!("as fast as it goes  {fast}");
    let half = drive(second, Some(fast.per_second() / 2.0))?;
    println!("at half that rate   {half}");
    println!("resident: {} MiB", resident(&server.id().to_string())?);
    server.stop()?;
    let connected = connected(data.path())?;
    println!("connected: {connected} of {}", fast.answered + half.answered);
    ensure!(connected > 0, "no binding was followed");
    Ok(())
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
    let options = Options { marks: None, ..Options::within(data) };
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
