//! Drives the real binary over TLS with prepared callbacks and prints what it acknowledged.
//!
//! ```text
//! cargo bench --bench load [-- [--seconds N] [--connections N] [--rate PER_SECOND] [--provider P]…]
//! cargo bench --bench load -- --decisions BINDINGS [--seconds N] [--connections N]
//! cargo bench --bench load -- --bindings BINDINGS
//! ```
//!
//! A server of its own in a directory of its own, on a free port of loopback; both are gone
//! afterwards. Client and server share the machine, so the figures are a floor. Nothing is
//! ever sent anywhere else.

mod bindings;
mod decisions;
mod drive;
mod server;
mod wire;

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use ringback::clock::Clock;
use ringback::simulator::{Platform, script};

use self::drive::{Load, load, prepare};
use self::server::{Server, add_app};

/// Calls whose pushes are made beforehand; after them the same come again, as duplicates.
const CALLS: u64 = 40_000;

fn main() -> anyhow::Result<()> {
    let asked = Asked::read(std::env::args().skip(1))?;
    if let Some(bindings) = asked.decisions {
        return decisions::run(&asked, bindings);
    }
    if let Some(wanted) = asked.bindings {
        return bindings::run(wanted);
    }
    let data = tempfile::tempdir().context("making a data directory")?;
    let mut server = Server::start(data.path())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    for &platform in &asked.platforms {
        let to: http::Uri = add_app(data.path(), platform)?.parse().context("the callback address")?;
        ensure!(to.host() == Some("127.0.0.1"), "a load goes to loopback only");
        let pushes = script(platform, 1, CALLS, Clock::system().now());
        let requests = prepare(&to, &pushes);
        let distinct = requests.len();
        let driven =
            Load { to, connections: asked.connections, rate: asked.rate, time: asked.time, requests_max: None };
        let report = runtime.block_on(load(&driven, requests))?;
        println!("{:<15} {report}", platform.name());
        println!("{:<15} {:.2} laps over {distinct} pushes", "", report.sent as f64 / distinct as f64);
        ensure!(report.answered > 0, "nothing was acknowledged");
    }
    server.stop()
}

/// What the command line asks for.
struct Asked {
    platforms: Vec<Platform>,
    connections: usize,
    rate: Option<f64>,
    time: Duration,
    /// With how many bindings questions are decided, if that is to be measured.
    decisions: Option<u64>,
    /// How many bindings are imported and looked up, without a server.
    bindings: Option<u64>,
}

impl Asked {
    fn read(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut asked = Self {
            platforms: Vec::new(),
            connections: 64,
            rate: None,
            time: Duration::from_secs(10),
            decisions: None,
            bindings: None,
        };
        while let Some(name) = arguments.next() {
            // Cargo itself adds this one.
            if name == "--bench" {
                continue;
            }
            let value = arguments.next().with_context(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--seconds" => asked.time = Duration::from_secs_f64(value.parse()?),
                "--connections" => asked.connections = value.parse()?,
                "--rate" => asked.rate = Some(value.parse()?),
                "--decisions" => asked.decisions = Some(value.parse()?),
                "--bindings" => asked.bindings = Some(value.parse()?),
                "--provider" => asked.platforms.push(Platform::parse(&value).context("no such provider")?),
                _ => bail!("unknown argument {name}"),
            }
        }
        if asked.platforms.is_empty() {
            asked.platforms = Platform::ALL.to_vec();
        }
        Ok(asked)
    }
}
