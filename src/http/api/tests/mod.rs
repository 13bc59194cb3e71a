//! The API over a real state, journal, store and projector, fed with the platforms' samples.

mod accounts;
mod audit;
mod bindings;
mod lists;
mod live;
mod masks;
mod record;
mod rules;
mod system;

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use tower_service::Service;

use super::*;
use crate::domain::{ActorId, ActorKind, Role, Scope, Secret};
use crate::http::testing::SOON;
use crate::platforms;
use crate::service::testing::Installation;

const PASSWORD: &str = "correct horse battery";

/// An installation, and whoever asks it.
struct House(Installation);

impl std::ops::Deref for House {
    type Target = Installation;

    fn deref(&self) -> &Installation {
        &self.0
    }
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
    Principal { kind: ActorKind::User, name: "someone".to_owned(), role, scope: Scope::All }
}

impl House {
    fn open() -> Self {
        Self(Installation::open())
    }

    /// An app of every provider, each with every sample of its platform.
    async fn with_samples() -> Self {
        let house = Self::open();
        for provider in platforms::ALL {
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
