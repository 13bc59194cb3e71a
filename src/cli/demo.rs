//! `ringback demo`: a throw-away installation with a lively day of calls.
//!
//! The real server on a data directory that is removed at the end, an app for each provider,
//! and the simulator pushing a past day and then live calls to its real HTTPS listener.

use std::io::{Write as _, stderr, stdout};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::{Config, Overrides};
use crate::domain::{AllowFrom, Role, Secret};
use crate::run::{self, Running};
use crate::simulator::{self, DemoApp, Platform};
use crate::state::{NewApp, Principal, State};

/// The same day for everybody.
const SEED: u64 = 20;
/// The administrator of the demonstration.
const NAME: &str = "demo";

/// Where to show it.
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// Where HTTPS is listened on; port 0 picks a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8443")]
    listen: String,
}

/// Does it, until a signal.
pub(super) async fn run(flags: Flags) -> Result<ExitCode> {
    let scratch =
        tempfile::Builder::new().prefix("ringback-demo-").tempdir().context("making a directory for the demo")?;
    let overrides = Overrides {
        data: Some(scratch.path().join("data")),
        listen: Some(flags.listen),
        log_level: Some("warn".to_owned()),
        ..Overrides::default()
    };
    let config = Config::load(None, overrides)?;
    run::logging::start(config.log);
    let clock = Clock::system();
    let asked_to_end = run::asked_to_end()?;
    let running = Running::start(config, clock.clone()).await?;
    let password = super::password::make();
    let state = &running.context().state;
    state.add_user(&Principal::command_line(), NAME, Role::Admin, &password).await?;
    let mut apps = Vec::new();
    for platform in Platform::ALL {
        apps.push(add_app(state, &running, platform).await?);
    }
    writeln!(stdout(), "listening on https://{}", running.address())?;
    writeln!(stderr(), "log in as {NAME} with the password {}", password.reveal())?;
    writeln!(stderr(), "the certificate vouches only for itself: your browser will ask once; Ctrl-C ends the demo")?;

    let stop = CancellationToken::new();
    let day = tokio::spawn(simulator::demo_day(apps, SEED, clock, stop.clone(), |_, _| ()));
    asked_to_end.await;
    stop.cancel();
    let ledgers = day.await.context("the simulator panicked")??;
    running.stop().await;
    for (platform, ledger) in ledgers {
        writeln!(stderr(), "\n{}\n{ledger}", platform.name())?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn add_app(state: &State, running: &Running, platform: Platform) -> Result<DemoApp> {
    let (name, key) = match platform {
        Platform::Jiuyun => ("快递热线 courier line", "8a2af988536458c301537d7197320004"),
        Platform::HuaweiVoice => ("验证码与通知 codes and notices", "DemoVoiceKey0000000000000001"),
        Platform::HuaweiPrivate => ("打车隐私号 ride privacy", "DemoPrivateKey00000000000001"),
    };
    let secret = (platform != Platform::Jiuyun).then(|| Secret::new("demo-app-secret-0123456789abcdef"));
    let new = NewApp {
        name: name.to_owned(),
        provider: platform.provider(),
        token: None,
        app_key: Some(key.to_owned()),
        app_secret: secret.clone(),
        verify: None,
        allow_from: AllowFrom::default(),
    };
    let app = state.add_app(&Principal::command_line(), new).await?;
    let address = running.context().server.callback_url(app.token.reveal(), "");
    Ok(DemoApp { platform, to: address.parse()?, app_key: app.app_key.clone(), app_secret: secret })
}
