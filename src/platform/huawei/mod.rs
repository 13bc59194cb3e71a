//! Huawei's side: 隐私保护通话 in the modes where it keeps the bindings, and calls under way.
//!
//! One gateway, one way to sign ([`sign`]), JSON in and out. An app belongs to one mode, and the
//! gateway refuses it the others' operations (1010040).

pub(super) mod ax;
pub(super) mod axb;
pub(super) mod axe;
pub(super) mod axyb;
mod shared;
mod sign;

use bytes::Bytes;
use http::{Method, Request, header};
use jiff::Timestamp;

use super::check;
use super::operation::{Effect, Kind, Mode, Operation, Verb, choice, field};
use super::{Credentials, PlatformError};
use crate::domain::Text;

/// Calls under way, of every mode and of 语音通话.
pub(super) const CALL: &[Operation] = &[Operation {
    id: "call.stop",
    mode: Mode::Call,
    title: Text::new("终止呼叫", "Stop a call"),
    about: Text::new(
        "立即挂断一次正在进行的通话。通话已结束时平台答 1020152。",
        "Ends a call under way, at once. For a call that is over the platform answers 1020152.",
    ),
    effect: Effect::EndsCall,
    verb: Verb::Post,
    path: "/rest/httpsessions/callStop/v2.0",
    fields: &[
        // Written so, unlike the pushes' sessionId.
        field("sessionid", Kind::Id { most: 256 }, "推送里的 sessionId", "The sessionId of the pushes").must(),
        field("signal", Kind::Choice(&[choice("call_stop", "终止", "stop")]), "固定为 call_stop", "Always call_stop")
            .must(),
    ],
    rules: &[],
    source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_axyb_0023.html",
}];

/// The signed request.
pub(super) fn message(
    base: &str,
    credentials: &Credentials,
    request: &check::Request,
    now: Timestamp,
) -> Result<Request<Bytes>, PlatformError> {
    let operation = request.operation();
    let key = credentials.app_key.as_deref().ok_or(PlatformError::Missing("app_key"))?;
    let secret = credentials.app_secret.as_ref().ok_or(PlatformError::Missing("app_secret"))?;
    let mut query = request.query();
    if operation.mode == Mode::Axyb {
        query.push(("app_key", key.to_owned()));
    }
    let address = check::address(base, operation.path, &query);
    let [authorization, (name, token)] = sign::headers(credentials.scheme, key, secret, now);
    let body = match operation.verb.method() {
        Method::GET | Method::DELETE => Bytes::new(),
        _ => Bytes::from(request.body().to_string()),
    };
    Request::builder()
        .method(operation.verb.method())
        .uri(address)
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/json;charset=UTF-8")
        .header(authorization.0, authorization.1)
        .header(name, token)
        .body(body)
        .map_err(|_| PlatformError::Unsendable)
}
