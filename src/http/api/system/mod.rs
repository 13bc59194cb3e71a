//! `/system`: how this installation is doing; its copy and its rebuild.
//!
//! [`System`] is all that is known about it, for programs, for the command line and for the
//! page: the page shows what stands here and nothing else.

mod backup;
mod logs;
mod trouble;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::StatusCode;
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Serialize;

use super::ask::Ask;
use super::{HttpError, Instant, Response, blocking, json, ok};
use crate::service::Context;
use crate::service::disk::{self, Disk};
use crate::service::problems;
use crate::store::Span;

pub(in crate::http) use backup::{BackupMade, copy};
pub(super) use backup::{BackupWanted, backup};
pub(in crate::http) use logs::{BindingsStatus, DamageObject, JournalStatus, StoreStatus};
pub(in crate::http) use trouble::{MisdirectedStatus, OwnSystem, ProblemObject};

/// How this installation is doing.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct System {
    /// The version of the program.
    pub(in crate::http) version: &'static str,
    /// How the program was built.
    pub(in crate::http) build: Build,
    /// When the server started.
    #[schemars(with = "String")]
    pub(in crate::http) started_at: Instant,
    /// Seconds since then.
    pub(in crate::http) uptime_seconds: i64,
    /// The data directory.
    pub(in crate::http) data: String,
    /// The address that the platforms use, if it was set.
    pub(in crate::http) public_url: Option<String>,
    /// Where HTTPS is listened on.
    pub(in crate::http) listen: String,
    /// Where callbacks are taken without TLS, if anywhere.
    pub(in crate::http) plain_listen: Option<String>,
    /// Connections to this server.
    pub(in crate::http) connections: Connections,
    /// The certificate in use.
    pub(in crate::http) certificate: Certificate,
    /// The disk under the data directory; null where the system does not say.
    pub(in crate::http) disk: Option<DiskStatus>,
    /// What each part of the data directory takes.
    pub(in crate::http) rooms: Vec<Room>,
    /// Whether all files were counted in `rooms`.
    pub(in crate::http) rooms_whole: bool,
    /// The journal: what was received, as it was received.
    pub(in crate::http) journal: JournalStatus,
    /// The store: what is known from the journal, and can be rebuilt from it.
    pub(in crate::http) store: StoreStatus,
    /// The bindings.
    pub(in crate::http) bindings: BindingsStatus,
    /// The company's own systems that a rule asks and that failed the last time, longest first.
    pub(in crate::http) own_systems: Vec<OwnSystem>,
    /// Requests since the start that came to none of this server's addresses.
    pub(in crate::http) misdirected: MisdirectedStatus,
    /// What is wrong, the worst first: what `/readyz` says.
    pub(in crate::http) problems: Vec<ProblemObject>,
    /// Apps that were set up.
    pub(in crate::http) apps: usize,
    /// Whether there is an administrator.
    pub(in crate::http) set_up: bool,
}

/// How the program was built.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct Build {
    /// Processor, system and C library.
    pub(in crate::http) target: String,
    /// `release` or `debug`.
    pub(in crate::http) profile: &'static str,
}

/// Connections to this server since its start.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct Connections {
    /// Open now.
    pub(in crate::http) open: u64,
    /// Accepted.
    pub(in crate::http) accepted: u64,
    /// Handshakes that failed or took too long.
    pub(in crate::http) handshakes_failed: u64,
    /// Requests.
    pub(in crate::http) requests: u64,
}

/// The certificate in use.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct Certificate {
    /// The names it is for.
    pub(in crate::http) names: Vec<String>,
    /// Who issued it.
    pub(in crate::http) issuer: String,
    /// When it ends.
    #[schemars(with = "Option<String>")]
    pub(in crate::http) not_after: Option<Instant>,
    /// Whether it vouches only for itself: platforms do not accept that.
    pub(in crate::http) self_signed: bool,
    /// The file it came from.
    pub(in crate::http) source: String,
}

/// The disk under the data directory.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct DiskStatus {
    /// Bytes that may still be written.
    pub(in crate::http) free: u64,
    /// Bytes in all.
    pub(in crate::http) total: u64,
    /// Days until it is full at the rate of the last day; null when nothing came.
    pub(in crate::http) days_left: Option<u64>,
}

/// One part of the data directory.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct Room {
    /// Its name: `journal`, `state`, `store`, `recordings` and so on.
    pub(in crate::http) name: &'static str,
    /// Its files.
    pub(in crate::http) files: u64,
    /// Their bytes.
    pub(in crate::http) bytes: u64,
}

/// `GET /system`
pub(super) async fn status(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.admin()?;
    ask.no_query()?;
    let context = context.clone();
    let status = blocking(move || System::of(&context)).await;
    ok(&status)
}

/// `POST /system/reindex`: the store is emptied and built anew; the answer does not wait for it.
pub(super) async fn reindex(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.admin()?;
    context.rebuild(&ask.author(context).on_record().await?);
    let context = context.clone();
    Ok(json(StatusCode::ACCEPTED, &blocking(move || System::of(&context)).await))
}

impl System {
    /// How it is now. Looks at files, so that it blocks.
    pub(in crate::http) fn of(context: &Context) -> Self {
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
    /// How this program was built.
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
