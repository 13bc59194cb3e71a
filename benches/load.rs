//! Drives the real binary over TLS with prepared callbacks and prints what it acknowledged.
//!
//! ```text
//! cargo bench --bench load [-- [--seconds N] [--connections N] [--rate PER_SECOND] [--provider P]…]
//! ```
//!
//! A server of its own in a directory of its own, on a free port of loopback; both are gone
//! afterwards. Client and server share the machine, so the figures are a floor. Nothing is
//! ever sent anywhere else.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use ringback::clock::Clock;
use ringback::simulator::{Load, Plan, Platform, load, prepare, script};

const RINGBACK: &str = env!("CARGO_BIN_EXE_ringback");
/// Calls whose pushes are made beforehand; after them the same come again, as duplicates.
const CALLS: u64 = 40_000;

fn main() -> anyhow::Result<()> {
    let asked = Asked::read(std::env::args().skip(1))?;
    let data = tempfile::tempdir().context("making a data directory")?;
    let mut server = Server::start(data.path())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    for &platform in &asked.platforms {
        let to: http::Uri = add_app(data.path(), platform)?.parse().context("the callback address")?;
        ensure!(to.host() == Some("127.0.0.1"), "a load goes to loopback only");
        let clock = Clock::system();
        let pushes = script(platform, 1, CALLS, clock.now());
        let requests = prepare(&Plan::new(platform, to.clone(), clock), &pushes);
        let distinct = requests.len();
        let driven = Load {
            to,
            connections: asked.connections,
            rate: asked.rate,
            time: asked.time,
            requests_max: None,
            insecure: true,
        };
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
}

impl Asked {
    fn read(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut asked = Self { platforms: Vec::new(), connections: 64, rate: None, time: Duration::from_secs(10) };
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

/// The binary under load; killed when dropped.
struct Server(Child);

impl Server {
    /// Starts it and waits for the line that says where it listens.
    fn start(data: &Path) -> anyhow::Result<Self> {
        let mut child = Command::new(RINGBACK)
            .arg("--data")
            .arg(data)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("starting the server")?;
        let output = child.stdout.take().context("the server's output")?;
        let server = Self(child);
        let mut lines = BufReader::new(output).lines();
        for line in &mut lines {
            if line.context("reading the server's output")?.starts_with("listening on ") {
                // The rest is read so that a full pipe never stops the server.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(server);
            }
        }
        bail!("the server ended before it listened")
    }

    fn stop(&mut self) -> anyhow::Result<()> {
        self.0.kill().context("stopping the server")?;
        self.0.wait().context("waiting for the server")?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}

/// Adds an app over the control socket; its callback address is what the command prints.
fn add_app(data: &Path, platform: Platform) -> anyhow::Result<String> {
    let made = Command::new(RINGBACK)
        .arg("--data")
        .arg(data)
        .args(["app", "add", "--provider", platform.name(), "--name", &format!("load-{}", platform.name())])
        .output()
        .context("adding an app")?;
    ensure!(made.status.success(), "adding an app failed: {}", String::from_utf8_lossy(&made.stderr));
    Ok(String::from_utf8(made.stdout)?.trim().to_owned())
}
