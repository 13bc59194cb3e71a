//! What may be written behind `ringback`.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use super::filters::ListFlags;
use super::place::Place;
use super::{
    Usage, app, backup, bindings, config, demo, erase, evidence, export, log, login, platform, providers, retention,
    rules, search, serve, settings, simulate, stats, tail, token, user, verify,
};
use crate::config::DEFAULT_DATA;
use crate::store::{AuditQuery, CallQuery, CallbackQuery, DecisionQuery};

/// Receives the callbacks of phone platforms, loses none, and shows what happened to every call
#[derive(Debug, Parser)]
#[command(name = "ringback", version, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: GivenPlace,
    #[command(flatten)]
    serve: serve::Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct GivenPlace {
    /// The data directory [default: ./data]
    #[arg(long, global = true, env = "RINGBACK_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// Show phone numbers masked
    #[arg(long, global = true)]
    masked: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the appliance (what happens when no command is given)
    Serve(serve::Flags),
    /// Run a throw-away installation with two weeks of simulated calls, and more as you look
    Demo(demo::Flags),
    /// Play a platform against any address
    Simulate(simulate::Flags),
    /// Connections to platforms
    #[command(subcommand)]
    App(app::Command),
    /// People
    #[command(subcommand)]
    User(user::Command),
    /// The access of programs
    #[command(subcommand)]
    Token(token::Command),
    /// The browsers that are logged in
    #[command(subcommand)]
    Login(login::Command),
    /// Show calls, newest first
    Calls(ListFlags<CallQuery>),
    /// Show callbacks, newest first
    Callbacks(ListFlags<CallbackQuery>),
    /// Show bindings, newest first; make, change, end and import them
    Bindings(Box<bindings::Flags>),
    /// How the questions of an app are decided
    #[command(subcommand)]
    Rules(Box<rules::Command>),
    /// Show what platforms asked and what was answered, newest first
    Decisions(ListFlags<DecisionQuery>),
    /// Show who did what, and who looked at what, newest first
    Audit(ListFlags<AuditQuery>),
    /// Count calls: answer rate, mean talk, causes …
    Stats(stats::Flags),
    /// Follow what happens
    Tail(tail::Flags),
    /// Make a consistent copy, also while the server runs
    Backup(backup::Flags),
    /// Check every record, without changing anything
    Verify(verify::Flags),
    /// Rebuild store/ from the journal
    Reindex,
    /// Write all rows of a list
    #[command(subcommand)]
    Export(export::Command),
    /// Write all there is about one call into one ZIP
    Evidence(evidence::Flags),
    /// What is kept for how long, what is held, and runs that make room
    #[command(subcommand)]
    Retention(retention::Command),
    /// Take everything of one person out
    Erase(erase::Flags),
    /// What is set while the server runs
    Settings(settings::Flags),
    /// Searches of lists, saved under a name
    #[command(subcommand, visible_alias = "searches")]
    Search(search::Command),
    /// Ask an app's platform: bind, change, unbind, query, stop a call
    #[command(subcommand, after_help = platform::HOW_TO_ASK)]
    Platform(platform::Command),
    /// How this installation is doing
    System,
    /// Show the last lines of the running server's log
    Log(log::Flags),
    /// The configuration file
    #[command(subcommand)]
    Config(config::Command),
    /// What each platform sends: addresses, fields, codes
    Providers(providers::Flags),
    /// Ask the running server whether it is well
    Healthcheck,
    /// Print completions for a shell: bash, zsh, fish …
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

impl Arguments {
    /// The installation and the command; `serve` when none is given.
    pub(super) fn settle(self) -> Result<(Place, Command)> {
        let given = self.place.data.clone();
        let place =
            Place { data: self.place.data.unwrap_or_else(|| PathBuf::from(DEFAULT_DATA)), masked: self.place.masked };
        match self.command {
            None => Ok((place, Command::Serve(self.serve.with_data(given)))),
            Some(_) if self.serve != serve::Flags::default() => {
                Err(Usage("flags of `serve` stand behind the command `serve`".to_owned()).into())
            }
            Some(Command::Serve(flags)) => Ok((place, Command::Serve(flags.with_data(given)))),
            Some(command) => Ok((place, command)),
        }
    }
}
