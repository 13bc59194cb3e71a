//! The program under load, as a child process, and its one app.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail, ensure};
use ringback::simulator::Platform;

const RINGBACK: &str = env!("CARGO_BIN_EXE_ringback");

/// The binary under load; killed when dropped.
pub(crate) struct Server {
    child: Child,
    /// Where it listens: `https://127.0.0.1:…`.
    pub(crate) address: String,
}

impl Server {
    /// Starts it and waits for the line that says where it listens.
    pub(crate) fn start(data: &Path) -> anyhow::Result<Self> {
        let mut child = Command::new(RINGBACK)
            .arg("--data")
            .arg(data)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("starting the server")?;
        let output = child.stdout.take().context("the server's output")?;
        let mut server = Self { child, address: String::new() };
        let mut lines = BufReader::new(output).lines();
        for line in &mut lines {
            if let Some(address) = line.context("reading the server's output")?.strip_prefix("listening on ") {
                address.clone_into(&mut server.address);
                // The rest is read so that a full pipe never stops the server.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(server);
            }
        }
        bail!("the server ended before it listened")
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn stop(&mut self) -> anyhow::Result<()> {
        self.child.kill().context("stopping the server")?;
        self.child.wait().context("waiting for the server")?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}

/// Adds an app over the control socket; its callback address is what the command prints.
pub(crate) fn add_app(data: &Path, platform: Platform) -> anyhow::Result<String> {
    let made = Command::new(RINGBACK)
        .arg("--data")
        .arg(data)
        .args(["app", "add", "--provider", platform.name(), "--name", &format!("load-{}", platform.name())])
        .output()
        .context("adding an app")?;
    ensure!(made.status.success(), "adding an app failed: {}", String::from_utf8_lossy(&made.stderr));
    Ok(String::from_utf8(made.stdout)?.trim().to_owned())
}
