//! An entry still to be written, carried by an [`Author`](crate::state::Author).

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use tokio::sync::OnceCell;

use super::{Act, Audit, Ending};
use crate::domain::{AppId, Seq};
use crate::journal::AppendError;
use crate::state::{Witness, Writing};

#[derive(Debug)]
pub(super) struct DraftEntry {
    audit: Audit,
    act: Mutex<Act>,
    seq: OnceCell<Seq>,
    ended: AtomicBool,
}

impl DraftEntry {
    pub(super) fn new(audit: Audit, act: Act) -> Self {
        Self { audit, act: Mutex::new(act), seq: OnceCell::new(), ended: AtomicBool::new(false) }
    }

    fn act(&self) -> std::sync::MutexGuard<'_, Act> {
        self.act.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends the outcome if the entry was written.
    async fn end(&self, ending: Ending, subject: Option<String>) {
        let Some(of) = self.seq.get().copied() else { return };
        if self.ended.swap(true, Ordering::Relaxed) {
            return;
        }
        let mut act = self.act().outcome(of, ending);
        if let Some(subject) = subject {
            act.subject = subject;
        }
        self.audit.write_outcome(act).await;
    }
}

impl Witness for DraftEntry {
    fn write(&self) -> Writing<'_, Result<(), AppendError>> {
        Box::pin(async {
            let write = || async {
                let act = self.act().clone();
                self.audit.record(act).await
            };
            self.seq.get_or_try_init(write).await.map(drop)
        })
    }

    fn about(&self, subject: String, app: Option<AppId>) {
        let mut act = self.act();
        (act.subject, act.app) = (subject, app);
    }

    fn note(&self, name: &'static str, value: Value) {
        self.act().personal.insert(name.to_owned(), value);
    }

    fn failed(&self, code: &'static str) -> Writing<'_, ()> {
        Box::pin(self.end(Ending::Failed(code), None))
    }

    fn made(&self, subject: String) -> Writing<'_, ()> {
        Box::pin(self.end(Ending::Done, Some(subject)))
    }
}
