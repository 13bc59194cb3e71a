//! `/system`: how this installation is doing; its copy and its rebuild.
//!
//! [`System`] is all that is known about it, for programs, for the command line and for the
//! page: the page shows what stands here and nothing else.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::StatusCode;
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::Ask;
use super::{HttpError, Instant, Response, blocking, json, ok};
use crate::control::Trouble;
use crate::domain::Wording;
use crate::journal::{self, CopyError, Damage, Loss};
use crate::limits::DAMAGE_SHOWN;
use crate::service::Context;
use crate::service::disk;
use crate::service::disk::Disk;
use crate::service::problems;
use crate::service::problems::Fault;
use crate::service::{Misdirected, MisdirectedRequest};
use crate::state::{Author, NotRecorded};
use crate::store::{self, Span};

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

/// One thing that is wrong.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct ProblemObject {
    /// `journal_failing`, `rebuilding`, `journal_missing`, `journal_damaged`, `segment_given_up`,
    /// `state_damaged`, `bindings_damaged`, `changes_failing`, `disk_full` or `disk_low`.
    pub(in crate::http) code: &'static str,
    /// `failing` when callbacks are not taken or the store is rebuilt, otherwise `warning`.
    pub(in crate::http) severity: &'static str,
    /// What it is, and what to do.
    pub(in crate::http) message: String,
    #[serde(skip)]
    #[schemars(skip)]
    pub(in crate::http) text: Wording,
}

/// Numbers of records, both ends included.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct MissingObject {
    /// The first.
    pub(in crate::http) from: u64,
    /// The last.
    pub(in crate::http) to: u64,
}

/// One of the company's own systems that does not answer as it should.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct OwnSystem {
    /// The app whose rule asks it.
    pub(in crate::http) app: String,
    /// The machine; the rest of the address may hold secrets.
    pub(in crate::http) host: String,
    /// How many questions in a row it failed.
    pub(in crate::http) failures: u32,
    /// The first of them.
    #[schemars(with = "String")]
    pub(in crate::http) since: Instant,
    /// How the last one went, as in a decision's `asked`.
    pub(in crate::http) asking: &'static str,
    /// Why, where there is more to say.
    pub(in crate::http) problem: Option<String>,
}

/// Requests that came to none of this server's addresses: to another path, with a token that no app
/// has, or with a first line that cannot be read.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct MisdirectedStatus {
    /// How many since the start.
    pub(in crate::http) count: u64,
    /// The last of them, newest first.
    pub(in crate::http) recent: Vec<MisdirectedItem>,
}

/// One of them.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct MisdirectedItem {
    /// When it came.
    #[schemars(with = "String")]
    pub(in crate::http) at: Instant,
    /// Who sent it.
    pub(in crate::http) peer: String,
    /// Where to, without its query, and without what could be a token.
    pub(in crate::http) path: String,
    /// What was wrong: `address`, `token`, `request_line`.
    pub(in crate::http) missed: &'static str,
}

impl MisdirectedStatus {
    fn of(misdirected: &Misdirected) -> Self {
        let (count, recent) = misdirected.seen();
        let item = |request: MisdirectedRequest| MisdirectedItem {
            at: Instant(request.at),
            peer: request.peer.to_string(),
            path: request.path,
            missed: request.missed.name(),
        };
        Self { count, recent: recent.into_iter().map(item).collect() }
    }
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

/// The journal.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct JournalStatus {
    /// The number of the last durable record.
    pub(in crate::http) durable: u64,
    /// Segments on disk.
    pub(in crate::http) segments: u64,
    /// How many of them are compressed; null where they cannot be listed.
    pub(in crate::http) compressed: Option<u64>,
    /// Bytes of all segments.
    pub(in crate::http) bytes: u64,
    /// Why the last write failed, if it did.
    pub(in crate::http) failing: Option<String>,
    /// Bytes held back for a full disk.
    pub(in crate::http) reserve_bytes: u64,
    /// Whether the reserve was given up because the disk is full.
    pub(in crate::http) reserve_used: bool,
    /// Half-written ends that were set aside at the last start: of callbacks that were never
    /// acknowledged.
    pub(in crate::http) torn: u64,
    /// Records that were acknowledged and are not there.
    pub(in crate::http) missing: Vec<MissingObject>,
    /// Damaged lines, as far as the journal was read.
    pub(in crate::http) damaged: usize,
    /// The first of them.
    pub(in crate::http) damage: Vec<DamageObject>,
}

/// A damaged line of the journal.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct DamageObject {
    /// The segment's file.
    pub(in crate::http) segment: String,
    /// The line, from 1; 0 where it is not a line that is damaged.
    pub(in crate::http) line: u64,
    /// The number of the record.
    pub(in crate::http) seq: u64,
    /// What is wrong with it.
    pub(in crate::http) reason: &'static str,
    /// What is lost by it: `nothing`, `unread` (a record of another version, which reads it),
    /// `record` or `records`.
    pub(in crate::http) loss: &'static str,
}

/// The store.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct StoreStatus {
    /// The last record that was applied.
    pub(in crate::http) applied: u64,
    /// Durable records that wait to be applied.
    pub(in crate::http) waiting: u64,
    /// While the store is rebuilt: how much is done, from 0 to 1.
    pub(in crate::http) rebuilding: Option<f64>,
    /// Calls known.
    pub(in crate::http) calls: u64,
    /// Callbacks known.
    pub(in crate::http) callbacks: u64,
    /// Bytes on disk.
    pub(in crate::http) bytes: u64,
    /// The notation of its rows; a store of another one is rebuilt at the start.
    pub(in crate::http) format: u32,
}

/// The bindings.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct BindingsStatus {
    /// How many there are, ended ones too; null while they are read.
    pub(in crate::http) count: Option<u64>,
    /// While they are read from their log: how much is done, from 0 to 1. Nobody is looked up
    /// until then.
    pub(in crate::http) reading: Option<f64>,
}

/// Where a copy goes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BackupWanted {
    /// An absolute path on the server; nothing is there yet, or an empty directory.
    dest: PathBuf,
}

/// A copy that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct BackupMade {
    /// Where it is.
    pub(in crate::http) dest: String,
    /// Segments of both logs.
    pub(in crate::http) segments: u64,
    /// Other files: recordings, keys, certificates.
    pub(in crate::http) files: u64,
    /// Bytes of all of them.
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

/// `POST /system/backup`: a copy on the server's own disk.
pub(super) async fn backup(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.admin()?;
    let wanted: BackupWanted = ask.json()?;
    if !wanted.dest.is_absolute() {
        return Err(HttpError::BadRequest("dest must be an absolute path on the server".into()));
    }
    match copy(context, &ask.author(context), wanted.dest).await? {
        Ok(made) => ok(&made),
        Err(error @ (CopyError::NotEmpty(_) | CopyError::Inside(_) | CopyError::NoJournal(_))) => {
            Err(HttpError::BadRequest(error.to_string().into()))
        }
        Err(error @ CopyError::Io { .. }) => Err(HttpError::Internal(Box::new(error))),
    }
}

/// `POST /system/reindex`: the store is emptied and built anew; the answer does not wait for it.
pub(super) async fn reindex(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.admin()?;
    context.rebuild(&ask.author(context).on_record().await?);
    let context = context.clone();
    Ok(json(StatusCode::ACCEPTED, &blocking(move || System::of(&context)).await))
}

/// Copies the data directory to `dest`, an absolute path on the server's own disk.
///
/// # Errors
/// When `dest` is not fit for it, or a file cannot be read or written.
pub(in crate::http) async fn copy(
    context: &Context,
    by: &Author,
    dest: PathBuf,
) -> Result<Result<BackupMade, CopyError>, NotRecorded> {
    by.on_record().await?;
    let (by, data, to) = (by.clone(), context.server.data.clone(), dest.clone());
    // A task of its own: it goes on when whoever asked hangs up, and says how it ended.
    let copying = tokio::spawn(async move {
        let copied = blocking(move || journal::copy(&data, &to)).await;
        if copied.is_err() {
            by.failed("not_copied").await;
        }
        copied
    });
    let copied = copying.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    let dest = dest.display().to_string();
    Ok(copied.map(|copied| BackupMade { dest, segments: copied.segments, files: copied.files, bytes: copied.bytes }))
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

impl OwnSystem {
    fn of(context: &Context, trouble: &Trouble) -> Self {
        Self {
            app: context.state.app(trouble.app).map_or_else(|| trouble.app.0.to_string(), |app| app.name.clone()),
            host: crate::control::host(&trouble.url).to_owned(),
            failures: trouble.failures,
            since: Instant(trouble.since),
            asking: trouble.asking.name(),
            problem: trouble.problem.as_ref().map(|problem| problem.en.clone()),
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

impl JournalStatus {
    fn of(context: &Context, reserve_bytes: u64) -> Self {
        let (health, damage) = (context.journal.health(), context.journal.damage());
        Self {
            durable: *context.journal.durable().borrow(),
            segments: health.segments,
            compressed: journal::compressed(&context.server.data.join("journal")).ok(),
            bytes: health.bytes,
            failing: health.failing,
            reserve_bytes,
            reserve_used: health.reserve_used,
            torn: health.torn,
            missing: health
                .missing
                .iter()
                .map(|missing| MissingObject { from: missing.from, to: missing.to })
                .collect(),
            damaged: damage.len(),
            damage: damage.into_iter().take(DAMAGE_SHOWN).map(DamageObject::from).collect(),
        }
    }
}

impl StoreStatus {
    fn of(context: &Context) -> Self {
        let status = context.store.status();
        Self {
            applied: status.applied,
            waiting: context.journal.durable().borrow().saturating_sub(status.applied),
            rebuilding: status.rebuilding,
            calls: status.calls,
            callbacks: status.callbacks,
            bytes: status.bytes,
            format: store::FORMAT,
        }
    }
}

impl BindingsStatus {
    fn of(context: &Context) -> Self {
        Self { count: context.bindings.count().ok(), reading: context.bindings.reading() }
    }
}

impl From<Fault> for ProblemObject {
    fn from(fault: Fault) -> Self {
        let Fault { code, weight, text } = fault;
        Self { code, severity: weight.name(), message: text.en.clone(), text }
    }
}

impl From<disk::Room> for Room {
    fn from(room: disk::Room) -> Self {
        let disk::Room { name, files, bytes } = room;
        Self { name, files, bytes }
    }
}

impl From<Damage> for DamageObject {
    fn from(damage: Damage) -> Self {
        let loss = match damage.loss() {
            Loss::Nothing => "nothing",
            Loss::Unread => "unread",
            Loss::Record => "record",
            Loss::Records => "records",
        };
        let Damage { segment, line, seq, reason } = damage;
        Self { segment, line, seq, reason, loss }
    }
}
