//! 玖云's side: the numbers of 专号通, and calls that the platform was asked to place.
//!
//! ```text
//! POST /2016-01-01/Accounts/{accountSid}/{function}?sig=MD5(accountSid ‖ authToken ‖ timestamp)
//! Authorization: Base64(accountSid ":" timestamp)         timestamp: Beijing, within 12 h
//! {"req":{"appId":…,…}}                              ◄─   {"resp":{"statusCode":"000000",…}}
//! ```
//!
//! MD5 is the platform's choice. What protects the token is TLS; a digest that leaked would still
//! be good for half a day, so that no address is ever logged or shown.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, header};
use jiff::Timestamp;
use md5::{Digest, Md5};

use super::results;
use crate::domain::{Secret, Text};
use crate::platforms::CodeTable;
use crate::platforms::outbound::operation::{Effect, Field, Kind, Mode, Operation, Rule, Verb, choice, field};
use crate::platforms::outbound::{AnswerShape, Credentials, Outbound, PlatformError, SignedWith, check};

/// The version that stands in every path.
const VERSION: &str = "2016-01-01";
const SOURCE: &str = "https://www.33e9cloud.com API_RESTInterface";

const A: Field = field("realNumA", Kind::National, "A 号码", "A's number").must();
const B: Field = field("realNumB", Kind::National, "B 号码", "B's number").must();
const AREA: Field = field("areaCode", Kind::Digits { least: 3, most: 4 }, "城市码，如 0755", "City code such as 0755");

const OPERATIONS: &[Operation] = &[
    Operation {
        id: "number.apply",
        mode: Mode::Number,
        title: Text::new("专号通：申请号码", "Privacy number: apply"),
        about: Text::new(
            "为 A 和 B 申请一个隐私号码；已有映射时平台答 900409。",
            "Asks for a privacy number for A and B; 900409 where there is one already.",
        ),
        effect: Effect::Binds,
        verb: Verb::Post,
        path: "/MaskNumber/apply",
        fields: &[
            A,
            B,
            field(
                "validTime",
                Kind::Integer { least: 1, most: 2_147_483_647 },
                "有效秒数，缺省 24 小时",
                "Seconds it is valid, 24 hours by default",
            ),
            field(
                "needRecord",
                Kind::Code(&[choice("0", "不录音", "no recording"), choice("1", "录音", "recorded")]),
                "是否录音",
                "Whether calls are recorded",
            ),
            AREA,
        ],
        rules: &[Rule::Differ("realNumA", "realNumB")],
        source: SOURCE,
    },
    Operation {
        id: "number.query",
        mode: Mode::Number,
        title: Text::new("专号通：查询号码", "Privacy number: query"),
        about: Text::new(
            "查询 A 和 B 的隐私号码，以及剩余有效秒数。",
            "The number of A and B, and the seconds it has left.",
        ),
        effect: Effect::Reads,
        verb: Verb::Post,
        path: "/MaskNumber/query",
        fields: &[A, B],
        rules: &[Rule::Differ("realNumA", "realNumB")],
        source: SOURCE,
    },
    Operation {
        id: "number.release",
        mode: Mode::Number,
        title: Text::new("专号通：释放号码", "Privacy number: release"),
        about: Text::new("释放 A 和 B 的隐私号码。", "Gives the number of A and B back."),
        effect: Effect::Unbinds,
        verb: Verb::Post,
        path: "/MaskNumber/release",
        fields: &[A, B],
        rules: &[Rule::Differ("realNumA", "realNumB")],
        source: SOURCE,
    },
    Operation {
        id: "number.list",
        mode: Mode::Number,
        title: Text::new("专号通：号码列表", "Privacy number: list"),
        about: Text::new("应用可用的隐私号码。", "The privacy numbers that the application has."),
        effect: Effect::Reads,
        verb: Verb::Post,
        path: "/MaskNumber/queryAll",
        fields: &[AREA],
        rules: &[],
        source: SOURCE,
    },
    Operation {
        id: "call.cancel",
        mode: Mode::Callback,
        title: Text::new("取消通话", "Cancel a call"),
        about: Text::new("取消一次由 REST 发起的通话。", "Cancels a call that the platform was asked to place."),
        effect: Effect::EndsCall,
        verb: Verb::Post,
        path: "/Calls/CancelCallback",
        fields: &[field("callId", Kind::Id { most: 32 }, "发起通话时返回的 callId", "The callId of the call").must()],
        rules: &[],
        source: SOURCE,
    },
];

impl Outbound for super::Jiuyun {
    fn hosts(&self) -> &'static [&'static str] {
        &["api.33e9cloud.com"]
    }

    fn operations(&self) -> &'static [&'static [Operation]] {
        &[OPERATIONS]
    }

    fn results(&self) -> &'static CodeTable {
        &results::RESULTS
    }

    fn signs_with(&self) -> SignedWith {
        SignedWith::Account
    }

    fn answers(&self) -> AnswerShape {
        AnswerShape { within: Some("resp"), code: "statusCode", words: "represent", good: "000000" }
    }

    fn message(
        &self,
        base: &str,
        credentials: &Credentials,
        request: &check::Request,
        now: Timestamp,
    ) -> Result<Request<Bytes>, PlatformError> {
        let operation = request.operation();
        let app = credentials.app_key.as_deref().ok_or(PlatformError::Missing("app_key"))?;
        let account = credentials.account_sid.as_deref().ok_or(PlatformError::Missing("account_sid"))?;
        let token = credentials.auth_token.as_ref().ok_or(PlatformError::Missing("auth_token"))?;
        let timestamp = now.to_zoned(crate::domain::BEIJING).strftime("%Y%m%d%H%M%S").to_string();
        let path = format!("/{VERSION}/Accounts/{account}{}", operation.path);
        let address = check::address(base, &path, &[("sig", signature(account, token, &timestamp))]);
        let mut body = request.body();
        body["appId"] = app.into();
        Request::post(address)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/json;charset=utf-8")
            .header(header::AUTHORIZATION, STANDARD.encode(format!("{account}:{timestamp}")))
            .body(Bytes::from(serde_json::json!({ "req": body }).to_string()))
            .map_err(|_| PlatformError::Unsendable)
    }
}

fn signature(account: &str, token: &Secret, timestamp: &str) -> String {
    let digest = Md5::new().chain_update(account).chain_update(token.reveal()).chain_update(timestamp).finalize();
    digest.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_md5_in_capitals_over_account_token_and_time() {
        // md5("abc"), RFC 1321, A.5.
        assert_eq!(signature("a", &Secret::new("b"), "c"), "900150983CD24FB0D6963F7D28E17F72");
    }
}
