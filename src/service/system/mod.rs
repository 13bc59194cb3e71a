//! How this installation is doing, and its copy.
//!
//! [`System`] is all that is known about it, for programs, for the command line and for the
//! page: the page shows what stands here and nothing else.

mod backup;
mod logs;
mod trouble;

use std::sync::atomic::Ordering;

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) use self::backup::{BackupMade, copy, rebuild};
pub(crate) use self::logs::{BindingsStatus, DamageObject, JournalStatus, StoreStatus};
pub(crate) use self::trouble::{MisdirectedStatus, OwnSystem, ProblemObject};
use super::disk::{self, Disk};
use super::{Context, Instant, problems};
use crate::store::Span;

/// How this installation is doing.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct System {
    /// The version of the program.
    pub(crate) version: &'static str,
    /// How the program was built.
    pub(crate) build: Build,
    /// When the server started.
    #[schemars(with = "String")]
    pub(crate) started_at: Instant,
    /// Seconds since then.
    pub(crate) uptime_seconds: i64,
    /// The data directory.
    pub(crate) data: String,
    /// The address that the platforms use, if it was set.
    pub(crate) public_url: Option<String>,
    /// Where HTTPS is listened on.
    pub(crate) listen: String,
    /// Where callbacks are taken without TLS, if anywhere.
    pub(crate) plain_listen: Option<String>,
    /// Connections to this server.
    pub(crate) connections: Connections,
    /// The certificate in use.
    pub(crate) certificate: Certificate,
    /// The disk under the data directory; null where the system does not say.
    pub(crate) disk: Option<DiskStatus>,
    /// What each part of the data directory takes.
    pub(crate) rooms: Vec<Room>,
    /// Whether all files were counted in `rooms`.
    pub(crate) rooms_whole: bool,
    /// The journal: what was received, as it was received.
    pub(crate) journal: JournalStatus,
    /// The store: what is known from the journal, and can be rebuilt from it.
    pub(crate) store: StoreStatus,
    /// The bindings.
    pub(crate) bindings: BindingsStatus,
    /// The company's own systems that a rule asks and that failed the last time, longest first.
    pub(crate) own_systems: Vec<OwnSystem>,
    /// Requests since the start that came to none of this server's addresses.
    pub(crate) misdirected: MisdirectedStatus,
    /// What is wrong, the worst first: what `/readyz` says.
    pub(crate) problems: Vec<ProblemObject>,
    /// Apps that were set up.
    pub(crate) apps: usize,
    /// Whether there is an administrator.
    pub(crate) set_up: bool,
}

/// How the program was built.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Build {
    /// Processor, system and C library.
    pub(crate) target: String,
    /// `release` or `debug`.
    pub(crate) profile: &'static str,
}

/// Connections to this server since its start.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Connections {
    /// Open now.
    pub(crate) open: u64,
    /// Accepted.
    pub(crate) accepted: u64,
    /// Handshakes that failed or took too long.
    pub(crate) handshakes_failed: u64,
    /// Requests.
    pub(crate) requests: u64,
}

/// The certificate in use.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Certificate {
    /// The names it is for.
    pub(crate) names: Vec<String>,
    /// Who issued it.
    pub(crate) issuer: String,
    /// When it ends.
    #[schemars(with = "Option<String>")]
    pub(crate) not_after: Option<Instant>,
    /// Whether it vouches only for itself: platforms do not accept that.
    pub(crate) self_signed: bool,
    /// The file it came from.
    pub(crate) source: String,
}

/// The disk under the data directory.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DiskStatus {
    /// Bytes that may still be written.
    pub(crate) free: u64,
    /// Bytes in all.
    pub(crate) total: u64,
    /// Days until it is full at the rate of the last day; null when nothing came.
    pub(crate) days_left: Option<u64>,
}

/// One part of the data directory.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Room {
    /// Its name: `journal`, `state`, `store`, `recordings` and so on.
    pub(crate) name: &'static str,
    /// Its files.
    pub(crate) files: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
}

impl System {
    /// Reads files, so it blocks.
    pub(crate) fn of(context: &Context) -> Self {
        let (server, now) = (&context.server, context.clock.now());
        let (rooms, rooms_whole) = disk::rooms(&server.data);
        let reserve = rooms.iter().find(|room| room.name == "reserve").map_or(0, |room| room.bytes);
        let certificate = server.certificate.load();
        // Without the counters of the last day it is not known how long the disk lasts.
        let day = Span { from: Some(now - SignedDuration::from_hours(25)), to: None };
        let ledger = context.store.ledger(day).unwrap_or_default();
        let gauge = |gauge: &std::sync::atomic::AtomicU64| gauge.load(Ordering::Relaxed);
        Self {
            version: env!("CARGO_PKG_VERSION"),
            build: Build::this(),
            started_at: Instant(server.started_at),
            uptime_seconds: now.as_second() - server.started_at.as_second(),
            data: server.data.display().to_string(),
            public_url: server.public_url.clone(),
            listen: server.listen.to_string(),
            plain_listen: server.plain_listen.map(|address| address.to_string()),
            connections: Connections {
                open: server.gauges.open(),
                accepted: gauge(&server.gauges.accepted),
                handshakes_failed: gauge(&server.gauges.handshakes_failed),
                requests: gauge(&server.gauges.requests),
            },
            certificate: Certificate {
                names: certificate.names.clone(),
                issuer: certificate.issuer.clone(),
                not_after: certificate.not_after.map(Instant),
                self_signed: certificate.self_signed,
                source: certificate.source.clone(),
            },
            disk: Disk::of(&server.data).map(|disk| DiskStatus {
                free: disk.free,
                total: disk.total,
                days_left: disk.days_left(&ledger, now),
            }),
            rooms: rooms.into_iter().map(Room::from).collect(),
            rooms_whole,
            journal: JournalStatus::of(context, reserve),
            store: StoreStatus::of(context),
            bindings: BindingsStatus::of(context),
            own_systems: context.control.troubles().iter().map(|trouble| OwnSystem::of(context, trouble)).collect(),
            misdirected: MisdirectedStatus::of(&server.misdirected),
            problems: problems::faults(context).into_iter().map(ProblemObject::from).collect(),
            apps: context.state.apps().len(),
            set_up: context.state.setup_code().is_none(),
        }
    }
}

impl Build {
    fn this() -> Self {
        let libc = if cfg!(target_env = "musl") {
            "-musl"
        } else if cfg!(target_env = "gnu") {
            "-gnu"
        } else {
            ""
        };
        Self {
            target: format!("{}-{}{libc}", std::env::consts::ARCH, std::env::consts::OS),
            profile: if cfg!(debug_assertions) { "debug" } else { "release" },
        }
    }
}

impl From<disk::Room> for Room {
    fn from(room: disk::Room) -> Self {
        let disk::Room { name, files, bytes } = room;
        Self { name, files, bytes }
    }
}
