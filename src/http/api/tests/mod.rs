//! The API over a real state, journal, store and projector, fed with the platforms' samples.

mod accounts;
mod audit;
mod bindings;
mod lists;
mod live;
mod masks;
mod rules;
mod system;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower_service::Service;

use super::*;
use crate::audit::Audit;
use crate::bindings::Bindings;
use crate::clock::Clock;
use crate::control::{Answers, Control};
use crate::domain::{AllowFrom, App, Callback, Role, Scope, Secret};
use crate::http::{CertificateInfo, ServerInfo};
use crate::ingest::Ingest;
use crate::journal::{FileJournal, Options};
use crate::platform::{Hosts, Platform};
use crate::projector::{self, Projector};
use crate::providers;
use crate::state::{NewApp, State};
use crate::store::Store;

const DEADLINE: Duration = Duration::from_secs(20);
const PASSWORD: &str = "correct horse battery";

/// An installation without a server.
struct House {
    context: Arc<Context>,
    _projector: Projector,
    _dir: TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    fn refused(&self, status: u16, code: &str, message: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        let error = &self.json()["error"];
        assert_eq!(error["code"], code);
        let said = error["message"].as_str().unwrap();
        assert!(said.contains(message), "{said}");
    }
}

fn principal(role: Role) -> Principal {
    Principal { name: "someone".to_owned(), role, scope: Scope::All }
}

impl House {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (data, clock) = (dir.path(), Clock::system());
        let state = State::open(&data.join("state"), &data.join("keys"), clock.clone()).unwrap();
        let options = Options {
            reserve: None,
            torn: data.join("torn"),
            tmp: data.join("tmp"),
            segment_bytes: 1 << 20,
            compress: false,
        };
        let journal = Arc::new(FileJournal::open(&data.join("journal"), options).unwrap());
        let (store, writer, _) =
            Store::open(&data.join("store"), &state.installation(), projector::catalog(), &clock, &|_| None).unwrap();
        let bindings = Bindings::open(data, &state.installation(), clock.clone()).unwrap();
        let projector = Projector::start(writer, journal.clone()).unwrap();
        let server = ServerInfo {
            public_url: Some("https://callbacks.example.com".to_owned()),
            listen: "127.0.0.1:8443".parse().unwrap(),
            plain_listen: None,
            data: data.to_owned(),
            started_at: clock.now(),
            certificate: ArcSwap::from_pointee(CertificateInfo::default()),
            gauges: Arc::default(),
            log: Arc::default(),
        };
        let control = Control::new(state.clone(), bindings.clone(), clock.clone(), None).unwrap();
        let ingest =
            Ingest::new(journal.clone(), Answers::default(), control.clone(), clock.clone(), server.public_url.clone());
        let audit = Audit::new(journal.clone(), clock.clone());
        let (retention, erasure) = Context::keepers(&journal, &store, &bindings, &state, &clock, server.data.clone());
        let context = Arc::new(Context {
            store,
            state,
            bindings,
            control,
            journal,
            audit,
            retention,
            erasure,
            ingest,
            platform: Platform::new(Hosts::default(), None, clock.clone()).unwrap(),
            oidc: None,
            clock,
            server,
        });
        Self { context, _projector: projector, _dir: dir }
    }

    async fn app(&self, name: &str, provider: &str) -> Arc<App> {
        let new = NewApp {
            name: name.to_owned(),
            provider: providers::by_name(provider).unwrap().id(),
            token: None,
            app_key: None,
            app_secret: None,
            verify: None,
            allow_from: AllowFrom::default(),
        };
        self.context.state.add_app(&Principal::command_line(), new).await.unwrap()
    }

    async fn receive(&self, app: &Arc<App>, content_type: &str, body: &str) {
        let callback = Callback {
            app: app.id,
            provider: app.provider,
            received_at: self.context.clock.now(),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
            tail: String::new(),
            target: String::new(),
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.as_bytes().to_vec(),
        };
        self.context.ingest.receive(app.clone(), callback).await.unwrap();
    }

    /// An app of every provider, each with every sample of its platform.
    async fn with_samples() -> Self {
        let house = Self::open();
        for provider in providers::ALL {
            let app = house.app(provider.id().0, provider.id().0).await;
            for sample in provider.samples() {
                house.receive(&app, sample.content_type, sample.body).await;
            }
        }
        for (a, x, b) in [("13812345601", "17012345602", "13912345603"), ("13812345604", "17012345605", "")] {
            let said = format!("order 7, ring {a}");
            let body = json!({"app": "huawei-private", "a": a, "x": x, "b": b, "user_data": said});
            assert_eq!(house.ask(Role::Operator, "POST", "/bindings", body).await.status, 201);
        }
        house.settle().await;
        house
    }

    /// Waits until everything received is projected.
    async fn settle(&self) {
        let durable = *self.context.journal.durable().borrow();
        let began = Instant::now();
        let mut look = tokio::time::interval(Duration::from_millis(5));
        while self.context.store.status().applied < durable {
            assert!(began.elapsed() < DEADLINE, "the projector is stuck");
            look.tick().await;
        }
    }

    async fn call(&self, routes: Routes, request: Request<Full<Bytes>>) -> Answer {
        let Ok(response) = warp::service(routes).call(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn ask(&self, role: Role, method: &str, path: &str, body: Value) -> Answer {
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let request = Request::builder().method(method).uri(format!("/api/v1{path}")).body(Full::new(body)).unwrap();
        self.call(routes_as(self.context.clone(), principal(role)), request).await
    }

    async fn get(&self, role: Role, path: &str) -> Answer {
        self.ask(role, "GET", path, Value::Null).await
    }

    async fn list(&self, role: Role, path: &str) -> Vec<Value> {
        let answer = self.get(role, path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()["items"].as_array().unwrap().clone()
    }
}
