//! `ringback demo`: a throw-away installation, one app for each platform, and the simulator
//! playing a lively day against the real listener until stopped. Nothing of it stays.

use std::fs::{self, DirBuilder};
use std::io::{Write, stdout};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Args;
use tokio_util::sync::CancellationToken;

use super::{logging, password};
use crate::clock::Clock;
use crate::config::{Config, Overrides};
use crate::control::NamedList;
use crate::domain::{AllowFrom, App, BindingTerms, Lang, PhoneNumber, Role};
use crate::http::Context;
use crate::providers;
use crate::run::{self, Running};
use crate::simulator::{DemoApp, Platform, demo_day, numbers};
use crate::state::{NewApp, Principal, State, random};

/// The demo's administrator.
const ADMIN: &str = "admin";
/// Which day is played.
const SEED: u64 = 1;
/// How its questions are answered besides by bindings.
const RULES: &str = r#"{"rules": [
  {"name": "夜间 night", "when": {"asks": "call", "caller": ["+86130*"], "time": [{"from": "23:00", "to": "06:00"}]},
   "then": {"do": "close", "tone": "night.wav"}},
  {"name": "节假日 holiday", "when": {"asks": "call", "holiday": ["节假日 holidays"]},
   "then": {"do": "close", "tone": "holiday.wav"}},
  {"name": "拒接 unwanted", "when": {"region": ["拒接名单 unwanted"]}, "then": {"do": "close", "tone": "refused.wav"}}
]}"#;
/// What they look into.
const LISTS: &str = r#"[
  {"name": "节假日 holidays", "kind": "days",
   "entries": ["2027-01-01/2027-01-03", "2027-02-05/2027-02-11", "2027-10-01/2027-10-07"]},
  {"name": "拒接名单 unwanted", "kind": "numbers", "entries": ["188*"]}
]"#;

/// Where to show it.
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// Where HTTPS is listened on; port 0 picks a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8443")]
    listen: String,
}

/// A directory that goes away with its value.
struct ThrowAway(PathBuf);

impl ThrowAway {
    fn make() -> Result<Self> {
        let name = u64::from_ne_bytes(random::bytes());
        let path = std::env::temp_dir().join(format!("ringback-demo-{name:016x}"));
        DirBuilder::new().mode(0o700).create(&path).with_context(|| format!("making {}", path.display()))?;
        Ok(Self(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ThrowAway {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(path = %self.0.display(), %error, "the demo's directory was not removed");
        }
    }
}

/// Does it, until a signal.
pub(super) async fn run(flags: Flags) -> Result<ExitCode> {
    let ended = run::asked_to_end()?;
    let data = ThrowAway::make()?;
    let overrides = Overrides {
        data: Some(data.path().to_owned()),
        listen: Some(flags.listen),
        log_level: Some("warn".to_owned()),
        ..Overrides::default()
    };
    let config = Config::load(None, overrides)?;
    let clock = Clock::system();
    let log = logging::start(config.log, &clock);
    let running = Running::start(config, clock.clone(), log.tail.clone()).await?;

    let state = &running.context().state;
    let secret = password::make();
    state.add_user(&Principal::command_line(), ADMIN, Role::Admin, &secret).await?;
    let apps = apps(state, reachable(running.address())).await?;
    route(running.context()).await?;
    writeln!(stdout(), "listening on https://{}", running.address())?;
    writeln!(stdout(), "log in as {ADMIN} with the password {}", secret.reveal())?;

    let stop = CancellationToken::new();
    let playing = tokio::spawn(demo_day(apps, SEED, clock, stop.clone(), |_, _| {}));
    ended.await;
    stop.cancel();
    playing.await??;
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// One app for each platform; those that can sign do.
async fn apps(state: &State, address: SocketAddr) -> Result<Vec<DemoApp>> {
    let mut apps = Vec::new();
    for platform in Platform::ALL {
        let Some(provider) = providers::by_name(platform.name()) else { continue };
        let signs = platform != Platform::Jiuyun;
        let app_key = signs.then(|| format!("demo-{}", platform.name()));
        let app_secret = signs.then(password::make);
        let new = NewApp {
            name: provider.title(Lang::Zh).to_owned(),
            provider: provider.id(),
            token: None,
            app_key: app_key.clone(),
            app_secret: app_secret.clone(),
            verify: None,
            allow_from: AllowFrom::default(),
        };
        let app = state.add_app(&Principal::command_line(), new).await?;
        let to = format!("https://{address}/callbacks/{}", app.token.reveal()).parse()?;
        apps.push(DemoApp { platform, to, app_key, app_secret });
    }
    Ok(apps)
}

/// Who stands behind each privacy number that asks, and some rules beside: X mode as a company has it.
async fn route(context: &Context) -> Result<()> {
    let by = Principal::command_line();
    let asks = |app: &Arc<App>| providers::by_id(app.provider).is_some_and(providers::Provider::asks);
    let Some(app) = context.state.apps().into_iter().find(asks) else { return Ok(()) };
    let lines = numbers(Platform::HuaweiPrivate, SEED).into_iter().map(|owned| BindingTerms {
        max_minutes: Some(60),
        record: true,
        hint_tone: Some("recorded.wav".to_owned()),
        ..BindingTerms::new(PhoneNumber::from_stored(owned.owner), PhoneNumber::from_stored(owned.x), None)
    });
    context.bindings.import(&by, &app, (1..).zip(lines).collect()).await?;
    let lists: Vec<NamedList> = serde_json::from_str(LISTS).context("the demo's lists")?;
    for list in lists {
        context.control.set_list(&by, list).await?;
    }
    let rules = serde_json::from_str(RULES).context("the demo's rules")?;
    context.control.set_rules(&by, &app, rules, None).await?;
    Ok(())
}

/// An address to reach a listener at: one that listens everywhere is reached on this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
