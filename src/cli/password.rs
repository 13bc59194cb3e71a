//! A password from standard input, from a person at a terminal, or made here.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context as _, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use crate::domain::Secret;
use crate::state::random;

#[derive(Debug)]
pub(super) enum Password {
    /// A person or a program gave it.
    Given(Secret),
    Made(Secret),
}

impl Password {
    /// Reads one line with `--password-stdin`, asks twice at a terminal, and makes one
    /// otherwise.
    pub(super) fn get(from_stdin: bool, name: &str) -> Result<Self> {
        if from_stdin {
            return read_line().map(Self::Given);
        }
        if !io::stdin().is_terminal() {
            return Ok(Self::Made(make()));
        }
        let first = ask(&format!("Password of {name}: "))?;
        if ask("Once more: ")? != first {
            bail!("the two are not the same");
        }
        Ok(Self::Given(first))
    }

    pub(super) fn secret(&self) -> &Secret {
        match self {
            Self::Given(secret) | Self::Made(secret) => secret,
        }
    }
}

/// A password of 120 random bits.
pub(super) fn make() -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(random::bytes::<15>()))
}

fn read_line() -> Result<Secret> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).context("reading the password from standard input")?;
    let line = line.strip_prefix('\u{feff}').unwrap_or(&line);
    Ok(Secret::new(line.trim_end_matches(['\r', '\n'])))
}

/// Asks at the terminal; what is typed is not shown.
fn ask(prompt: &str) -> Result<Secret> {
    let mut messages = io::stderr();
    write!(messages, "{prompt}")?;
    messages.flush()?;
    let stdin = io::stdin();
    let shown = tcgetattr(&stdin).context("asking the terminal")?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    hidden.local_modes.insert(LocalModes::ECHONL);
    tcsetattr(&stdin, OptionalActions::Flush, &hidden).context("hiding what is typed")?;
    let line = read_line();
    tcsetattr(&stdin, OptionalActions::Flush, &shown).context("showing again what is typed")?;
    line
}
