//! The command line: one file a command.
//!
//! Every command but `serve`, `demo`, `simulate`, `verify`, `config` and `providers` speaks
//! `/api/v1`, to the running server or in this process ([`client`]). It acts as administrator,
//! because whoever may read the data directory may do anything. Results go to standard output,
//! messages to standard error. Exit status 0 done, 1 failed (one line says why), 2 wrong usage.

mod app;
mod arguments;
mod audit;
mod backup;
mod bindings;
mod callbacks;
mod calls;
mod cells;
mod client;
mod config;
mod decisions;
mod demo;
mod erase;
mod evidence;
mod export;
mod filters;
mod generate;
mod healthcheck;
mod here;
mod log;
mod logging;
mod login;
mod owner;
mod password;
mod place;
mod platform;
mod providers;
mod reindex;
mod reply;
mod retention;
mod rules;
mod search;
mod serve;
mod settings;
mod simulate;
mod socket;
mod stats;
mod system;
mod table;
mod tail;
mod token;
mod typed_time;
mod upload;
mod user;
mod verify;

#[cfg(test)]
mod tests;

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use self::arguments::{Arguments, Command};

/// What a person asked for is not possible as asked: exit status 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

/// Does what the arguments of the process say.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(dispatch(arguments)),
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(code) => code,
        Err(error) => report(&error),
    }
}

/// Says why it failed: in one line, or in one for each problem of a configuration. A reader that
/// went away (`ringback calls | head`) is none.
fn report(error: &anyhow::Error) -> ExitCode {
    let broken_pipe = |e: &(dyn std::error::Error + 'static)| {
        e.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
    };
    if error.chain().any(broken_pipe) {
        return ExitCode::SUCCESS;
    }
    // Several problems of one file stand on a line each.
    for (n, line) in format!("{error:#}").lines().enumerate() {
        eprintln!("{}{}", if n == 0 { "ringback: " } else { "  " }, table::plain(line));
    }
    if error.is::<Usage>() { ExitCode::from(2) } else { ExitCode::FAILURE }
}

async fn dispatch(arguments: Arguments) -> Result<ExitCode> {
    let (place, command) = arguments.settle()?;
    if !matches!(command, Command::Serve(_) | Command::Demo(_)) {
        quiet_log();
    }
    let done = match command {
        Command::Serve(flags) => return serve::run(flags).await,
        Command::Demo(flags) => return demo::run(flags).await,
        Command::Simulate(flags) => return simulate::run(flags).await,
        Command::Verify(flags) => return verify::run(&place, &flags),
        Command::Healthcheck => return healthcheck::run(&place).await,
        Command::App(command) => app::run(&place, command).await,
        Command::User(command) => user::run(&place, command).await,
        Command::Token(command) => token::run(&place, command).await,
        Command::Calls(flags) => calls::run(&place, flags).await,
        Command::Callbacks(flags) => callbacks::run(&place, flags).await,
        Command::Bindings(flags) => bindings::run(&place, *flags).await,
        Command::Rules(command) => rules::run(&place, *command).await,
        Command::Decisions(flags) => decisions::run(&place, flags).await,
        Command::Login(command) => login::run(&place, command).await,
        Command::Audit(flags) => audit::run(&place, flags).await,
        Command::Stats(flags) => stats::run(&place, flags).await,
        Command::Tail(flags) => tail::run(&place, &flags).await,
        Command::Backup(flags) => backup::run(&place, &flags),
        Command::Reindex => reindex::run(&place).await,
        Command::Evidence(flags) => evidence::run(&place, flags).await,
        Command::Retention(command) => retention::run(&place, command).await,
        Command::Erase(flags) => erase::run(&place, &flags).await,
        Command::Settings(flags) => settings::run(&place, &flags).await,
        Command::Search(command) => search::run(&place, command).await,
        Command::Platform(command) => platform::run(&place, command).await,
        Command::System => system::run(&place).await,
        Command::Log(flags) => log::run(&place, &flags).await,
        Command::Export(command) => export::run(&place, command).await,
        Command::Config(command) => config::run(command),
        Command::Providers(flags) => providers::run(&flags),
        Command::Completions { shell } => generate::completions(shell),
        Command::Man => generate::man(),
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// Warnings of the rooms below go to standard error; a command has nothing else to log.
fn quiet_log() {
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(colours);
    let log = log.with_max_level(tracing::Level::WARN);
    // A second subscriber in one process, as in tests, is no reason to fail.
    let _ = log.without_time().with_target(false).try_init();
}
