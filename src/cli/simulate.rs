//! `ringback simulate`: plays a platform against any address, and says what came of it.

use std::fs::File;
use std::io::{BufWriter, Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use http::Uri;

use super::{Usage, app};
use crate::clock::Clock;
use crate::domain::Secret;
use crate::simulator::{Plan, Platform, Receipts, Recipe, play};

/// What to play.
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// Which platform: jiuyun, huawei-voice, huawei-private
    provider: String,
    /// The callback address
    #[arg(long, value_name = "URL")]
    to: Uri,
    /// How many calls
    #[arg(long, default_value_t = 10, value_name = "N")]
    calls: u64,
    /// Calls that begin in a second
    #[arg(long, value_name = "PER_SECOND")]
    rate: Option<f64>,
    /// The same seed plays the same calls
    #[arg(long, default_value_t = 1, value_name = "S")]
    seed: u64,
    /// Nothing but questions: X mode, and messages that ask
    #[arg(long)]
    questions: bool,
    /// Also duplicates, disorder, late retries, dropped connections, garbage
    #[arg(long)]
    chaos: bool,
    /// How many seconds of a call pass in a real one
    #[arg(long, default_value_t = 1.0, value_name = "X")]
    time_scale: f64,
    /// Huawei APP_Key, 玖云 appId
    #[arg(long, value_name = "K")]
    app_key: Option<String>,
    /// A file that holds the Huawei APP_Secret; without it nothing is signed
    #[arg(long, value_name = "F")]
    app_secret_file: Option<PathBuf>,
    /// How to sign: aksk, aksk-url, aksk-url-lines, wsse
    #[arg(long, value_name = "RECIPE")]
    recipe: Option<String>,
    /// Accept any certificate; implied for addresses of this machine
    #[arg(long)]
    insecure: bool,
    /// Write one line of JSON for every acknowledged push
    #[arg(long, value_name = "FILE")]
    receipts: Option<PathBuf>,
}

impl Flags {
    fn plan(self) -> Result<Plan> {
        let platform = Platform::parse(&self.provider).ok_or_else(|| {
            let known: Vec<&str> = Platform::ALL.iter().map(|platform| platform.name()).collect();
            Usage(format!("there is no platform {}; there are: {}", self.provider, known.join(", ")))
        })?;
        let mut plan = Plan::new(platform, self.to, Clock::system());
        plan.calls = self.calls;
        plan.rate = self.rate.unwrap_or(plan.rate);
        plan.seed = self.seed;
        plan.questions = self.questions;
        plan.chaos = self.chaos;
        plan.time_scale = self.time_scale;
        plan.app_key = self.app_key;
        plan.app_secret = app::secret(self.app_secret_file.as_deref())?.map(Secret::new);
        plan.insecure = self.insecure;
        if let Some(recipe) = &self.recipe {
            plan.recipe = Recipe::parse(recipe).ok_or_else(|| {
                let known: Vec<&str> = Recipe::ALL.iter().map(|recipe| recipe.name()).collect();
                Usage(format!("there is no recipe {recipe}; there are: {}", known.join(", ")))
            })?;
        }
        if let Some(path) = &self.receipts {
            let file = File::create(path).with_context(|| format!("making {}", path.display()))?;
            plan.acknowledged = Some(Receipts(Box::new(BufWriter::new(file))));
        }
        Ok(plan)
    }
}

/// Does it: 0 when every push was acknowledged in the end, 1 when one was given up.
pub(super) async fn run(flags: Flags) -> Result<ExitCode> {
    let chaos = flags.chaos;
    let plan = flags.plan()?;
    let stop = plan.stop.clone();
    tokio::spawn(async move {
        // Without a signal handler the play just goes on to its end.
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.cancel();
        }
    });
    let ledger = play(plan, |_| {}).await?;
    writeln!(stdout(), "{ledger}")?;
    // Chaos sends what must be refused.
    let lost = ledger.total().given_up > 0 && !chaos;
    Ok(if lost { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
