//! An import: a CSV of any length from a body to the bindings, in the memory of some chunks.
//!
//! ```text
//! body ─► pieces ─► lines (a thread) ─► chunks ─► Bindings ─► report
//! ```
//!
//! Each stage waits for the next, so a sender who is faster than the disk is slowed down. What
//! was made before a body broke off stays made; the same file may be sent again.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::audit::AuditAction;
use crate::bindings::{Imported, Refused};
use crate::domain::App;
use crate::limits::{BINDINGS_IMPORT_PIECES, BINDINGS_REFUSED_TOLD};
use crate::service::{
    Actor, BodyError, Context, ServiceError,
    bindings::import_act,
    bindings::lines,
    bindings::lines::{Arriving, Chunk, NotDone, Wanted},
};
use crate::state::Author;

pub(crate) type Pieces = mpsc::Sender<Result<Bytes, BodyError>>;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) made: u64,
    pub(crate) unchanged: u64,
    pub(crate) refused: Vec<Refused>,
    pub(crate) refused_total: u64,
}

impl Report {
    fn add(&mut self, unread: Vec<Refused>, done: Imported) {
        self.made += done.made;
        self.unchanged += done.unchanged;
        let mut refused = [unread, done.refused].concat();
        refused.sort_by_key(|refused| refused.line);
        self.refused_total += refused.len() as u64;
        let room = BINDINGS_REFUSED_TOLD - self.refused.len();
        self.refused.extend(refused.into_iter().take(room));
    }
}

/// Makes the bindings that a CSV names, which `pour` hands over, of one app, as long as whoever sends it is `admitted`.
///
/// # Errors
/// When the body is no CSV of bindings or breaks off, and when they cannot be kept.
pub(crate) async fn import<P: Future<Output = Result<(), BodyError>>>(
    context: &Context,
    actor: Actor<'_>,
    app: &Arc<App>,
    pour: impl FnOnce(Pieces) -> P,
    admitted: impl FnMut() -> Result<(), ServiceError>,
) -> Result<Report, NotDone> {
    let by = actor.author(context, import_act(actor, app, AuditAction::BindingImport))?;
    by.on_record().await.map_err(ServiceError::from)?;
    match imported(context, &by, app, pour, admitted).await {
        Ok(report) => {
            let act = import_act(actor, app, AuditAction::BindingImported).with("made", report.made);
            let act = act.with("unchanged", report.unchanged).with("refused", report.refused_total);
            context.audit.record(act).await.map_err(ServiceError::from)?;
            Ok(report)
        }
        Err(error) => {
            // What was made before stays made.
            by.failed("broken_off").await;
            Err(error)
        }
    }
}

async fn imported<P: Future<Output = Result<(), BodyError>>>(
    context: &Context,
    by: &Author,
    app: &Arc<App>,
    pour: impl FnOnce(Pieces) -> P,
    mut admitted: impl FnMut() -> Result<(), ServiceError>,
) -> Result<Report, NotDone> {
    let (give, pieces) = mpsc::channel(BINDINGS_IMPORT_PIECES);
    let (hand_on, mut chunks) = mpsc::channel::<Chunk>(1);
    let wanted = Wanted { app: app.name.clone(), now: context.clock.now() };
    let reading = tokio::task::spawn_blocking(move || lines::read(Arriving::new(pieces), &wanted, &hand_on));
    let making = async {
        // Closed at the first failure, which ends the reading as well.
        let mut report = Report::default();
        let mut import = context.bindings.importing(by, app);
        while let Some(Chunk { lines, refused }) = chunks.recv().await {
            let done = match admitted() {
                Ok(()) => import.lines(lines).await.map_err(ServiceError::from),
                Err(error) => Err(error),
            };
            match done {
                Ok(done) => report.add(refused, done),
                Err(error) => {
                    chunks.close();
                    return Err(error);
                }
            }
        }
        import.finish().await?;
        Ok(report)
    };
    let (poured, read, made) = tokio::join!(pour(give), reading, making);
    let report = made?;
    read.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?;
    poured.map_err(ServiceError::from)?;
    Ok(report)
}
