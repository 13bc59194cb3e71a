//! `ringback simulate`: plays a platform against any address, and says what came of it.

use std::fs::File;
use std::io::{BufWriter, Write, stdout};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Args;
use http::Uri;

use super::{Usage, app, cells};
use crate::clock::Clock;
use crate::domain::{PhoneNumber, Secret};
use crate::limits::SIMULATOR_PROGRESS;
use crate::simulator::{
    Gateway, GatewayPlan, Ledger, Line, Outlook, Plan, Platform, PlayError, Receipts, Recipe, Unreached, outlook, play,
};

/// What to play.
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// Which platform: jiuyun, huawei-voice, huawei-private
    provider: String,
    /// The callback address
    #[arg(long, value_name = "URL", required_unless_present = "serve")]
    to: Option<String>,
    /// Play the platform's own interfaces at this address instead: bind, query, stop a call
    #[arg(long, value_name = "ADDR:PORT", conflicts_with = "to", requires_all = ["app_key", "app_secret_file"])]
    serve: Option<SocketAddr>,
    /// With --serve: the only mode the application is of: ax, axb, axe, axyb
    #[arg(long, value_name = "MODE", requires = "serve", value_parser = ["ax", "axb", "axe", "axyb"])]
    mode: Option<String>,
    /// With --serve: a privacy number that the application has; repeat for more
    #[arg(long = "number", value_name = "NUMBER", requires = "serve", value_parser = number)]
    numbers: Vec<String>,
    /// With --serve: the accountSid (玖云); --app-secret-file holds the authToken then
    #[arg(long, value_name = "SID", requires = "serve")]
    account: Option<String>,
    /// With --serve: where to write the certificate that was made for it
    #[arg(long, value_name = "FILE", requires = "serve")]
    certificate: Option<PathBuf>,
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
    fn platform(&self) -> Result<Platform> {
        let known = || Platform::ALL.iter().map(|platform| platform.name()).collect::<Vec<_>>().join(", ");
        let unknown = || Usage(format!("there is no platform {}; there are: {}", self.provider, known()));
        Ok(Platform::parse(&self.provider).ok_or_else(unknown)?)
    }

    /// The other direction: the platform is asked and does not push.
    fn gateway(self, listen: SocketAddr) -> Result<GatewayPlan> {
        let secret = app::secret(self.app_secret_file.as_deref())?;
        Ok(GatewayPlan {
            platform: self.platform()?,
            listen,
            app_key: self.app_key.unwrap_or_default(),
            secret: Secret::new(secret.unwrap_or_default()),
            account: self.account.unwrap_or_default(),
            mode: self.mode,
            numbers: self.numbers,
            clock: Clock::system(),
        })
    }

    fn plan(self) -> Result<Plan> {
        let platform = self.platform()?;
        let to: Uri = self.to.unwrap_or_default().trim().parse().map_err(|_| wrong(&PlayError::Address))?;
        let mut plan = Plan::new(platform, to, Clock::system());
        plan.calls = self.calls;
        plan.rate = self.rate.unwrap_or(plan.rate);
        plan.seed = self.seed;
        plan.questions = self.questions;
        plan.chaos = self.chaos;
        plan.time_scale = self.time_scale;
        plan.app_key = self.app_key;
        plan.app_secret = app::secret(self.app_secret_file.as_deref())?.map(Secret::new);
        plan.insecure = self.insecure;
        plan.first_must_connect = true;
        if let Some(recipe) = &self.recipe {
            plan.recipe = Recipe::parse(recipe).ok_or_else(|| {
                let known: Vec<&str> = Recipe::ALL.iter().map(|recipe| recipe.name()).collect();
                Usage(format!("there is no recipe {recipe}; there are: {}", known.join(", ")))
            })?;
        }
        plan.check().map_err(|error| wrong(&error))?;
        if let Some(path) = &self.receipts {
            let file = File::create(path).with_context(|| format!("making {}", path.display()))?;
            plan.acknowledged = Some(Receipts(Box::new(BufWriter::new(file))));
        }
        Ok(plan)
    }
}

/// What cannot be played, whoever is there.
fn wrong(error: &PlayError) -> Usage {
    Usage(format!("{}{error}", if matches!(error, PlayError::Address) { "--to: " } else { "" }))
}

/// A number as it was typed: it is compared as a text.
fn number(text: &str) -> Result<String, &'static str> {
    PhoneNumber::typed(text).map(|_| text.to_owned()).ok_or("a number is digits, such as 17000000001 or +8617000000001")
}

/// Does it: 0 when every push was acknowledged in the end, 1 when one was given up.
pub(super) async fn run(flags: Flags) -> Result<ExitCode> {
    if let Some(listen) = flags.serve {
        return serve(flags, listen).await;
    }
    let chaos = flags.chaos;
    let plan = flags.plan()?;
    let stop = plan.stop.clone();
    tokio::spawn(async move {
        // Without a signal handler the play just goes on to its end.
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.cancel();
        }
    });
    let ledger = play_aloud(plan).await?;
    writeln!(stdout(), "{ledger}")?;
    // Chaos sends what must be refused.
    let lost = ledger.total().given_up > 0 && !chaos;
    Ok(if lost { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Plays it, and says on standard error what to expect, once somebody is there, and every few seconds
/// how far it is.
async fn play_aloud(plan: Plan) -> Result<Ledger> {
    let foreseen = outlook(&plan);
    let from = Instant::now();
    let long = foreseen.filter(|outlook| outlook.takes > SIMULATOR_PROGRESS);
    let mut expected = long.map(|outlook| expected(&plan, outlook));
    let so_far = Mutex::new(Line::default());
    let playing = play(plan, |ledger| {
        if let Some(expected) = expected.take() {
            eprintln!("{expected}");
        }
        *so_far.lock().unwrap_or_else(PoisonError::into_inner) = ledger.total();
    });
    tokio::pin!(playing);
    let played = loop {
        match tokio::time::timeout(SIMULATOR_PROGRESS, &mut playing).await {
            Ok(played) => break played,
            Err(_) => {
                let line = *so_far.lock().unwrap_or_else(PoisonError::into_inner);
                eprintln!("{}", told(from.elapsed(), &line, foreseen));
            }
        }
    };
    played.map_err(|error| {
        let hint = match &error {
            PlayError::Unreachable { reason: Unreached { tls: true, .. }, .. } => {
                Some("its certificate is not accepted, or it does not speak TLS: try --insecure, or http:// in --to")
            }
            PlayError::Unreachable { .. } => Some("is the server running, and are host and port in --to right?"),
            _ => None,
        };
        let error = anyhow::Error::from(error);
        match hint {
            Some(hint) => anyhow::anyhow!("{error} ({hint})"),
            None => error,
        }
    })
}

/// What a play will be, in one line.
fn expected(plan: &Plan, Outlook { pushes, takes }: Outlook) -> String {
    let faster = if plan.time_scale < 2.0 { "; a higher --time-scale is faster" } else { "" };
    let (calls, pushes) = (cells::many(plan.calls, "call", "calls"), cells::many(pushes, "push", "pushes"));
    format!("playing {calls}: {pushes} in about {:.0} s{faster}", takes.as_secs_f64())
}

/// How far a play is, in one line.
fn told(elapsed: Duration, line: &Line, foreseen: Option<Outlook>) -> String {
    let pushes = match foreseen {
        Some(outlook) => format!("{} of about {}", line.answered, cells::many(outlook.pushes, "push", "pushes")),
        None => cells::many(line.answered, "push", "pushes"),
    };
    let failed = line.errors + line.refused + line.timed_out + line.not_delivered;
    let failed = if failed > 0 { format!(", {} failed", cells::many(failed, "try", "tries")) } else { String::new() };
    let left = foreseen.map(|outlook| outlook.takes.saturating_sub(elapsed)).filter(|left| !left.is_zero());
    let left = left.map(|left| format!("; about {:.0} s to go", left.as_secs_f64())).unwrap_or_default();
    format!("{:.0} s: {pushes} acknowledged{failed}{left}", elapsed.as_secs_f64())
}

/// Plays the platform's own interfaces until the process is asked to end.
async fn serve(flags: Flags, listen: SocketAddr) -> Result<ExitCode> {
    let certificate = flags.certificate.clone();
    let gateway = Gateway::listen(flags.gateway(listen)?).await?;
    if let Some(path) = certificate {
        std::fs::write(&path, gateway.certificate()).with_context(|| format!("writing {}", path.display()))?;
    }
    writeln!(stdout(), "listening on https://{}", gateway.address())?;
    let end = crate::run::asked_to_end()?;
    tokio::select! {
        () = gateway.run() => {}
        () = end => {}
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_says_how_far_it_is_and_how_long_it_takes() {
        let line = Line { pushes: 60, sent: 45, answered: 41, errors: 3, timed_out: 1, ..Line::default() };
        let foreseen = Some(Outlook { pushes: 96, takes: Duration::from_secs(78) });
        let at = Duration::from_secs;
        assert_eq!(
            told(at(8), &line, foreseen),
            "8 s: 41 of about 96 pushes acknowledged, 4 tries failed; about 70 s to go"
        );
        assert_eq!(told(at(90), &Line { answered: 96, ..Line::default() }, None), "90 s: 96 pushes acknowledged");
        let one = Line { answered: 1, errors: 1, ..Line::default() };
        assert_eq!(told(at(9), &one, None), "9 s: 1 push acknowledged, 1 try failed");
        let plan = Plan { calls: 1, ..Plan::new(Platform::Jiuyun, Uri::from_static("http://h/"), Clock::system()) };
        let outlook = Outlook { pushes: 1, takes: at(53) };
        assert_eq!(expected(&plan, outlook), "playing 1 call: 1 push in about 53 s; a higher --time-scale is faster");
    }
}
