//! `ringback demo`: a throw-away installation, one app for each platform, two weeks of calls behind
//! it, and the simulator playing on against the real listener until stopped. Nothing of it stays.

use std::fs::{self, DirBuilder};
use std::io::{IsTerminal, Write, stderr, stdout};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::here::Here;
use super::{logging, password, serve};
use crate::audit::{Act, AuditAction};
use crate::clock::Clock;
use crate::config::Overrides;
use crate::control::NamedList;
use crate::domain::{AllowFrom, App, BindingTerms, Callback, Lang, PhoneNumber, Role, Secret};
use crate::limits::DEMO_UNDER_WAY;
use crate::platforms;
use crate::run::{self, Running};
use crate::service::Context;
use crate::simulator::{Demo, DemoApp, Platform, numbers};
use crate::state::{Author, NewApp, Principal, random};

const ADMIN: &str = "admin";
/// Which calls are played.
const SEED: u64 = 1;
/// The installation was made this long before now: the day before its first call.
const MADE_BEFORE: SignedDuration = SignedDuration::from_hours(15 * 24);
/// Where the platforms' pushes of the past came from: an address of those kept for examples.
const PEER: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 24);
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

pub(super) async fn run(flags: Flags) -> Result<ExitCode> {
    let ended = run::asked_to_end()?;
    tokio::pin!(ended);
    let data = ThrowAway::make()?;
    let overrides = Overrides {
        data: Some(data.path().to_owned()),
        listen: Some(flags.listen),
        log_level: Some("warn".to_owned()),
        ..Overrides::default()
    };
    let config = serve::load(None, overrides)?;
    let clock = Clock::system();
    let log = logging::start(config.log, &clock);

    let stop = CancellationToken::new();
    let (path, at, ending) = (data.path().to_owned(), clock.now(), stop.clone());
    let mut preparing = tokio::task::spawn_blocking(move || prepare(&path, at, &ending));
    let prepared = tokio::select! {
        prepared = &mut preparing => prepared??,
        () = &mut ended => {
            stop.cancel();
            preparing.await??;
            return Ok(ExitCode::SUCCESS);
        }
    };
    let Some(Prepared { demo, tokens, password }) = prepared else { return Ok(ExitCode::SUCCESS) };
    let running = Running::start(config, clock.clone(), log.tail.clone()).await?;
    let to = |token: &String| format!("https://{}/callbacks/{token}", reachable(running.address())).parse();
    let to = tokens.iter().map(to).collect::<Result<Vec<_>, _>>()?;
    writeln!(stdout(), "listening on https://{}", running.address())?;
    writeln!(stdout(), "log in as {ADMIN} with the password {}", password.reveal())?;

    let playing = tokio::spawn(demo.play(to, clock, stop.clone(), |_, _| {}));
    ended.await;
    stop.cancel();
    playing.await??;
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// An installation with a past.
struct Prepared {
    demo: Demo,
    /// The secret part of each app's address, in the order of the demo's apps.
    tokens: Vec<String>,
    password: Secret,
}

/// Makes the installation and lives through its past, with a clock that runs through it: callbacks
/// come in by the ordinary way, are signed, answered and kept, only not through a socket. `None` when
/// it is told to stop.
///
/// The runtime has one thread, on which callbacks begin in the order in which they arrive.
fn prepare(path: &Path, now: Timestamp, stop: &CancellationToken) -> Result<Option<Prepared>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let clock = Clock::fixed(now);
        let here = Here::open_at(path, &clock)?;
        let context = here.context();
        let password = password::make();
        let subject = format!("user {ADMIN}");
        context.state.add_user(&author(context, AuditAction::UserAdd, &subject), ADMIN, Role::Admin, &password).await?;
        let began = now.checked_sub(MADE_BEFORE)?;
        clock.set(began);
        let (apps, ours) = apps(context).await?;
        route(context).await?;
        let mut demo = Demo::new(apps, SEED, now);
        let lived = live(context, &mut demo, &ours, &clock, stop).await;
        clock.set(now);
        here.catch_up().await?;
        here.close().await?;
        let tokens = ours.iter().map(|app| app.token.reveal().to_owned()).collect();
        Ok(lived?.then_some(Prepared { demo, tokens, password }))
    })
}

/// Lives through the past; says whether it came to its end.
async fn live(
    context: &Context,
    demo: &mut Demo,
    apps: &[Arc<App>],
    clock: &Clock,
    stop: &CancellationToken,
) -> Result<bool> {
    let mut said = Said::default();
    let mut under_way = Vec::with_capacity(DEMO_UNDER_WAY);
    while let Some(arrival) = demo.arrival() {
        if stop.is_cancelled() {
            return Ok(false);
        }
        clock.set(arrival.at);
        let app = &apps[arrival.app];
        let callback = Callback {
            app: app.id,
            provider: app.provider,
            received_at: arrival.at,
            peer: PEER.into(),
            tail: String::new(),
            target: String::new(),
            hosts: Vec::new(),
            headers: arrival.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            body: arrival.body().to_vec(),
        };
        let (ingest, app) = (context.ingest.clone(), app.clone());
        let receiving = tokio::spawn(async move { ingest.receive(app, callback).await });
        if arrival.asks {
            let ack = receiving.await??;
            demo.answered(&arrival, ack.status, ack.body.as_bytes());
            continue;
        }
        under_way.push(receiving);
        if under_way.len() == DEMO_UNDER_WAY {
            for receiving in under_way.drain(..) {
                receiving.await??;
            }
            said.progress(demo.progress())?;
        }
    }
    for receiving in under_way {
        receiving.await??;
    }
    said.progress(1.0)?;
    Ok(true)
}

/// What was said of the progress: a line that grows on a terminal, a few lines elsewhere.
#[derive(Default)]
struct Said(Option<u32>);

impl Said {
    fn progress(&mut self, share: f64) -> Result<()> {
        let percent = (share * 100.0) as u32;
        let terminal = stderr().is_terminal();
        let step = if terminal { 1 } else { 25 };
        if self.0.is_none_or(|last| percent >= last + step) {
            let (begin, end) = if terminal { ("\r", "") } else { ("", "\n") };
            write!(stderr(), "{begin}preparing two weeks of sample calls: {percent} %{end}")?;
            self.0 = Some(percent - percent % step);
            if terminal && percent == 100 {
                writeln!(stderr())?;
            }
        }
        Ok(())
    }
}

/// One app for each platform; those that can sign do.
async fn apps(context: &Context) -> Result<(Vec<DemoApp>, Vec<Arc<App>>)> {
    let (mut apps, mut ours) = (Vec::new(), Vec::new());
    for platform in Platform::ALL {
        let Some(provider) = platforms::by_name(platform.name()) else { continue };
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
        ours.push(context.state.add_app(&author(context, AuditAction::AppAdd, "apps"), new).await?);
        apps.push(DemoApp { platform, app_key, app_secret });
    }
    Ok((apps, ours))
}

/// Who stands behind each privacy number that asks, and some rules beside: X mode as a company has it.
async fn route(context: &Context) -> Result<()> {
    let asks = |app: &Arc<App>| platforms::by_id(app.provider).is_some_and(platforms::Provider::asks);
    let Some(app) = context.state.apps().into_iter().find(asks) else { return Ok(()) };
    let lines = numbers(Platform::HuaweiPrivate, SEED).into_iter().map(|owned| BindingTerms {
        max_minutes: Some(60),
        record: true,
        hint_tone: Some("recorded.wav".to_owned()),
        ..BindingTerms::new(PhoneNumber::from_stored(owned.owner), PhoneNumber::from_stored(owned.x), None)
    });
    let by = |action| author(context, action, &format!("app {}", app.id.0));
    context.bindings.import(&by(AuditAction::BindingImport), &app, (1..).zip(lines).collect()).await?;
    let lists: Vec<NamedList> = serde_json::from_str(LISTS).context("the demo's lists")?;
    for list in lists {
        context.control.set_list(&by(AuditAction::ListChange), list).await?;
    }
    let rules = serde_json::from_str(RULES).context("the demo's rules")?;
    context.control.set_rules(&by(AuditAction::RulesChange), &app, rules, None).await?;
    Ok(())
}

/// Whoever sits at the machine, about to do that.
fn author(context: &Context, action: AuditAction, subject: &str) -> Author {
    let by = Principal::command_line();
    context.audit.author(&by, Act::new(&by, action, subject))
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
