//! Everything that a server has but the server.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use tempfile::TempDir;

use super::{CertificateInfo, Context, Misdirected, ServerInfo};
use crate::clock::Clock;
use crate::control::Control;
use crate::domain::{AllowFrom, App, Callback};
use crate::oidc::Oidc;
use crate::platforms;
use crate::platforms::outbound::{Hosts, Platform};
use crate::run::{Data, Opening, Surroundings};
use crate::state::{Author, NewApp};

/// How long a test waits for what must happen; only a failing test waits so long.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// How often it is looked whether the projector has come to the end.
const LOOK: Duration = Duration::from_millis(5);

/// A data directory with all its services.
pub(crate) struct Installation {
    pub(crate) context: Arc<Context>,
    data: Data,
    _dir: TempDir,
}

impl Installation {
    pub(crate) fn open() -> Self {
        let server = |data: &Path, clock: &Clock| ServerInfo {
            public_url: Some("https://callbacks.example.com".to_owned()),
            listen: "127.0.0.1:8443".parse().unwrap(),
            plain_listen: None,
            data: data.to_owned(),
            started_at: clock.now(),
            certificate: ArcSwap::from_pointee(CertificateInfo::default()),
            gauges: Arc::default(),
            misdirected: Misdirected::default(),
            log: Arc::default(),
        };
        Self::with(None, server)
    }

    pub(crate) fn with(oidc: Option<Oidc>, server: impl FnOnce(&Path, &Clock) -> ServerInfo) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::system();
        let opening = Opening { segment_bytes: 1 << 20, ..Opening::COMMAND };
        let data = Data::open(dir.path(), opening, &clock).unwrap();
        let surroundings = Surroundings {
            answers: data.answers(clock.now()).unwrap(),
            control: Control::new(data.state.clone(), data.bindings.clone(), clock.clone(), None).unwrap(),
            platform: Platform::new(Hosts::default(), None, clock.clone()).unwrap(),
            oidc,
            server: server(dir.path(), &clock),
        };
        Self { context: data.context(&clock, surroundings), data, _dir: dir }
    }

    /// From now on the journal takes nothing.
    pub(crate) fn refuse_records(&self) {
        self.data.refuse_records();
    }

    /// Every byte of what people set: the logs of state and bindings.
    pub(crate) fn set_by_people(&self) -> Vec<u8> {
        let mut files: Vec<_> = ["state", "bindings"]
            .iter()
            .flat_map(|room| std::fs::read_dir(self.context.server.data.join(room)).unwrap())
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        files.iter().flat_map(|path| std::fs::read(path).unwrap()).collect()
    }

    pub(crate) async fn app(&self, name: &str, provider: &str) -> Arc<App> {
        let new = NewApp {
            name: name.to_owned(),
            provider: platforms::by_name(provider).unwrap().id(),
            token: None,
            app_key: None,
            app_secret: None,
            verify: None,
            allow_from: AllowFrom::default(),
        };
        self.context.state.add_app(&Author::of_tests(), new).await.unwrap()
    }

    pub(crate) async fn receive(&self, app: &Arc<App>, content_type: &str, body: &str) {
        let callback = Callback {
            app: app.id,
            provider: app.provider,
            received_at: self.context.clock.now(),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
            tail: String::new(),
            target: String::new(),
            hosts: Vec::new(),
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.as_bytes().to_vec(),
        };
        self.context.ingest.receive(app.clone(), callback).await.unwrap();
    }

    /// Waits until everything received is projected.
    pub(crate) async fn settle(&self) {
        let durable = *self.context.journal.durable().borrow();
        let began = Instant::now();
        let mut look = tokio::time::interval(LOOK);
        while self.context.store.status().applied < durable {
            assert!(began.elapsed() < SOON, "the projector is stuck");
            look.tick().await;
        }
    }
}
