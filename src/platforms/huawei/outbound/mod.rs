//! Huawei's side: 隐私保护通话 in the modes where it keeps the bindings, and calls under way.
//!
//! One gateway, one way to sign ([`sign`]), JSON in and out. An app belongs to one mode, and the
//! gateway refuses it the others' operations (1010040).

mod ax;
mod axb;
mod axe;
mod axyb;
mod results;
mod shared;
mod sign;

use bytes::Bytes;
use http::{Method, Request, header};
use jiff::Timestamp;

use crate::domain::Text;
use crate::platforms::CodeTable;
use crate::platforms::outbound::operation::{Effect, Kind, Mode, Operation, Verb, choice, field};
use crate::platforms::outbound::{AnswerShape, Credentials, Outbound, PlatformError, SignedWith, check};

/// Calls under way, of every mode and of 语音通话.
const CALL: &[Operation] = &[Operation {
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

/// What apps of a product may ask, beside which everything is the same.
#[derive(Debug)]
pub(in crate::platforms) struct HuaweiOutbound(&'static [&'static [Operation]]);

/// 隐私保护通话: bindings of four modes, and calls.
pub(in crate::platforms) static PRIVATE: HuaweiOutbound =
    HuaweiOutbound(&[ax::OPERATIONS, axb::OPERATIONS, axe::OPERATIONS, axyb::OPERATIONS, CALL]);
/// 语音通话: calls.
pub(in crate::platforms) static VOICE: HuaweiOutbound = HuaweiOutbound(&[CALL]);

impl Outbound for HuaweiOutbound {
    fn hosts(&self) -> &'static [&'static str] {
        &["rtcpns.cn-north-1.myhuaweicloud.com"]
    }

    fn operations(&self) -> &'static [&'static [Operation]] {
        self.0
    }

    fn results(&self) -> &'static CodeTable {
        &results::RESULTS
    }

    fn signs_with(&self) -> SignedWith {
        SignedWith::AppSecret
    }

    fn answers(&self) -> AnswerShape {
        AnswerShape { within: None, code: "resultcode", words: "resultdesc", good: "0" }
    }

    fn message(
        &self,
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
}
