//! What every handler is given.
//!
//! It is made once, when the server starts, and never changes but for the certificate: a handler
//! that needs something else asks a service, and a test builds one of real parts.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;

use super::{Gauges, LogTail};
use crate::audit::Audit;
use crate::bindings::Bindings;
use crate::clock::Clock;
use crate::control::Control;
use crate::erasure::Erasure;
use crate::error_chain::Chain;
use crate::ingest::Ingest;
use crate::journal::{FileJournal, Journal};
use crate::oidc::Oidc;
use crate::platform::Platform;
use crate::retention::Retention;
use crate::state::{OnRecord, State};
use crate::store::Store;

/// The services behind every address. Shared as `Arc<Context>`.
#[derive(Debug)]
pub struct Context {
    /// What we know.
    pub store: Store,
    /// What people set.
    pub state: State,
    /// Who reaches whom through which privacy number.
    pub bindings: Bindings,
    /// Decides what platforms ask.
    pub control: Control,
    /// The truth.
    pub journal: Arc<dyn Journal>,
    /// Who did what.
    pub audit: Audit,
    /// What is kept for how long.
    pub retention: Retention,
    /// How a person is erased.
    pub erasure: Erasure,
    /// The write path.
    pub ingest: Ingest,
    /// The way to the platforms.
    pub platform: Platform,
    /// The company's own provider of logins.
    pub oidc: Option<Oidc>,
    /// The time.
    pub clock: Clock,
    /// This server.
    pub server: ServerInfo,
}

impl Context {
    /// The services that keep and erase, over the installation in `data`.
    #[must_use]
    pub fn keepers(
        journal: &Arc<FileJournal>,
        store: &Store,
        bindings: &Bindings,
        state: &State,
        clock: &Clock,
        data: PathBuf,
    ) -> (Retention, Erasure) {
        let retention = Retention::new(journal.clone(), store.clone(), state.clone(), clock.clone());
        let erasure = Erasure::new(
            journal.clone(),
            store.clone(),
            bindings.clone(),
            state.clone(),
            retention.clone(),
            clock.clone(),
            data,
        );
        (retention, erasure)
    }

    /// Makes what is derived from the logs anew, while everything goes on: callbacks are taken,
    /// and the present index of bindings answers until the new one is whole. That somebody asked
    /// for it is on record.
    pub fn rebuild(&self, _: &OnRecord) {
        self.store.rebuild();
        let bindings = self.bindings.clone();
        tokio::task::spawn_blocking(move || {
            if let Err(error) = bindings.make_index_anew() {
                tracing::error!(error = %Chain(&error), "the index of bindings was not made anew");
            }
        });
    }

    /// How much of what is derived from the logs is rebuilt, from 0 to 1, while something is not.
    #[must_use]
    pub fn rebuilding(&self) -> Option<f64> {
        let parts = [self.store.status().rebuilding, self.bindings.reading()];
        parts.into_iter().flatten().reduce(f64::min)
    }
}

/// Facts about this server.
#[derive(Debug)]
pub struct ServerInfo {
    /// The address the platforms use, if configured, without a trailing slash.
    pub public_url: Option<String>,
    /// Where TLS is listened on.
    pub listen: SocketAddr,
    /// Where callbacks are taken without TLS, if anywhere.
    pub plain_listen: Option<SocketAddr>,
    /// The data directory.
    pub data: PathBuf,
    /// When the server started.
    pub started_at: Timestamp,
    /// The certificate in use; changes when it is reloaded.
    pub certificate: ArcSwap<CertificateInfo>,
    /// Its connections.
    pub gauges: Arc<Gauges>,
    /// The last lines of its log.
    pub log: Arc<LogTail>,
}

impl ServerInfo {
    /// Where this server is found from outside, without a trailing slash.
    #[must_use]
    pub fn base(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("https://{}", self.listen))
    }

    /// The address to paste into a platform's console for an app's token and a tail.
    #[must_use]
    pub fn callback_url(&self, token: &str, tail: &str) -> String {
        let base = self.base();
        if tail.is_empty() { format!("{base}/callbacks/{token}") } else { format!("{base}/callbacks/{token}/{tail}") }
    }
}

/// What a person needs to know about the certificate in use.
#[derive(Debug, Clone, Default)]
pub struct CertificateInfo {
    /// The names it is for.
    pub names: Vec<String>,
    /// Who issued it.
    pub issuer: String,
    /// When it ends.
    pub not_after: Option<Timestamp>,
    /// Whether it vouches only for itself; no platform should be expected to accept it.
    pub self_signed: bool,
    /// The file it came from.
    pub source: String,
}
