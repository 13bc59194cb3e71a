//! The whole appliance in one process: real sockets, real TLS, real files.
//!
//! Several houses run in one process here, which is why nothing in the program is global.

mod answers;
mod lifecycle;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Response;
use rustls_pki_types::ServerName;
use tempfile::TempDir;
use tokio::net::TcpStream;

use super::*;
use crate::config::Overrides;
use crate::domain::{App, Secret};
use crate::http::testing::{Client, SOON, connector};
use crate::journal::{Body, CallbackRecord, Record};
use crate::platforms::{self, Sample};
use crate::state::{Author, NewApp};

/// A running server with its own data directory.
struct Appliance {
    running: Running,
    dir: TempDir,
}

impl Appliance {
    async fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), "").await
    }

    async fn start_in(dir: TempDir, toml: &str) -> Self {
        let running = Running::start(config(dir.path(), toml), Clock::system(), Arc::default()).await.unwrap();
        Self { running, dir }
    }

    async fn restart(self) -> Self {
        self.running.stop().await;
        Self::start_in(self.dir, "").await
    }

    async fn tls(&self) -> tokio_rustls::client::TlsStream<TcpStream> {
        let root = self.dir.path().join("data/certs/self-signed.crt");
        let connector = connector(&root, rustls::ALL_VERSIONS, None, &[]);
        let stream = TcpStream::connect(self.running.address()).await.unwrap();
        connector.connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap()
    }

    async fn client(&self) -> Client {
        Client::new(self.tls().await).await
    }

    async fn add(&self, provider: &str) -> Arc<App> {
        self.add_like(provider, |_| {}).await
    }

    async fn add_like(&self, provider: &str, change: impl FnOnce(&mut NewApp)) -> Arc<App> {
        let mut new = NewApp {
            name: format!("app {}", self.running.context().state.apps().len()),
            provider: platforms::by_name(provider).unwrap().id(),
            token: None,
            app_key: None,
            app_secret: None,
            verify: None,
            allow_from: crate::domain::AllowFrom::default(),
        };
        change(&mut new);
        self.running.context().state.add_app(&Author::of_tests(), new).await.unwrap()
    }

    async fn post(&self, app: &App, content_type: &str, body: impl Into<Bytes>) -> Response<Bytes> {
        self.client().await.post(&address(app), content_type, body).await
    }

    fn records(&self) -> Vec<Record> {
        self.running.context().journal.read(1, usize::MAX).unwrap()
    }

    fn callbacks(&self) -> Vec<CallbackRecord> {
        self.records()
            .into_iter()
            .filter_map(|record| match record.body {
                Body::Callback(callback) => Some(*callback),
                _ => None,
            })
            .collect()
    }

    /// Waits until the journal holds what `found` looks for.
    async fn until(&self, found: impl Fn(&[Record]) -> bool) {
        let deadline = Instant::now() + SOON;
        let mut durable = self.running.context().journal.durable();
        while !found(&self.records()) {
            assert!(Instant::now() < deadline, "it did not come: {:?}", self.records());
            let _ = tokio::time::timeout(Duration::from_millis(100), durable.changed()).await;
        }
    }
}

fn config(dir: &Path, toml: &str) -> Config {
    let overrides =
        Overrides { data: Some(dir.join("data")), listen: Some("127.0.0.1:0".to_owned()), ..Overrides::default() };
    let file = dir.join("ringback.toml");
    std::fs::write(&file, toml).unwrap();
    Config::load(Some(&file), overrides).unwrap()
}

fn address(app: &App) -> String {
    format!("/callbacks/{}", app.token.reveal())
}

fn sample(provider: &str, name: &str) -> &'static Sample {
    platforms::by_name(provider).unwrap().samples().iter().find(|sample| sample.name == name).unwrap()
}

fn secret(text: &str) -> Option<Secret> {
    Some(Secret::new(text))
}
