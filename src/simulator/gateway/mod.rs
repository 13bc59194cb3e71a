//! The platforms' own interfaces, played over real TLS: what `ringback platform` asks.
//!
//! ```text
//! TLS ─ HTTP/1.1 ─ who asks (signature) ─ may they (mode) ─ what (bindings in memory) ─ result code
//! ```
//!
//! Written from the platforms' documents and apart from [`crate::platforms::outbound`], so that one mistake
//! does not confirm the other. It keeps bindings for as long as it runs and nothing beyond.

mod auth;
mod huawei;
mod jiuyun;
mod serve;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderMap, Method, StatusCode};
use serde_json::{Map, Value};

use super::platform::Platform;
use crate::clock::Clock;
use crate::domain::Secret;

pub use self::serve::{Gateway, GatewayError};

#[derive(Debug, Clone)]
pub struct GatewayPlan {
    pub platform: Platform,
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Huawei's `APP_Key`, 玖云's appId.
    pub app_key: String,
    /// Huawei's `APP_Secret`, 玖云's authToken.
    pub secret: Secret,
    /// 玖云's accountSid.
    pub account: String,
    /// The one mode the application is of: `axb`; `None` is of all, as no real one is.
    pub mode: Option<String>,
    /// The privacy numbers that the application has.
    pub numbers: Vec<String>,
    pub clock: Clock,
}

/// A request, as far as it matters.
#[derive(Debug)]
struct Asked {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Map<String, Value>,
}

type Said = (StatusCode, Value);

#[derive(Debug)]
struct Desk {
    plan: GatewayPlan,
    huawei: Mutex<huawei::Book>,
    jiuyun: Mutex<jiuyun::Book>,
}

impl Desk {
    fn new(plan: GatewayPlan) -> Arc<Self> {
        Arc::new(Self { plan, huawei: Mutex::default(), jiuyun: Mutex::default() })
    }

    fn answer(&self, asked: &Asked) -> Said {
        match self.plan.platform {
            Platform::Jiuyun => {
                let mut book = self.jiuyun.lock().unwrap_or_else(PoisonError::into_inner);
                book.answer(&self.plan, asked)
            }
            Platform::HuaweiPrivate | Platform::HuaweiVoice => {
                if let Err(said) = auth::huawei(&self.plan, asked) {
                    return said;
                }
                let mut book = self.huawei.lock().unwrap_or_else(PoisonError::into_inner);
                book.answer(&self.plan, asked)
            }
        }
    }
}

impl Asked {
    fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
