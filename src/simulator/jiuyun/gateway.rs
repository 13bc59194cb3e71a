//! 玖云's REST interface in memory: numbers of 专号通, and calls that are cancelled.
//!
//! Its answers are 200 whatever they say; the code tells.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use jiff::SignedDuration;
use jiff::civil::DateTime;
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};

use crate::simulator::gateway::{Asked, GatewayPlan, Said};

/// How far a clock may be off.
const SKEW: SignedDuration = SignedDuration::from_hours(12);

/// The numbers of one application.
#[derive(Debug, Default)]
pub(crate) struct Book {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    a: String,
    b: String,
    x: String,
    seconds: u64,
}

/// A code and what belongs to it.
type Told = Result<Value, (&'static str, &'static str)>;

impl Book {
    pub(crate) fn answer(&mut self, plan: &GatewayPlan, asked: &Asked) -> Said {
        let parts: Vec<&str> = asked.path.split('/').skip(1).collect();
        let ["2016-01-01", "Accounts", account, kind, function] = parts.as_slice() else {
            return (StatusCode::NOT_FOUND, Value::Null);
        };
        let empty = Map::new();
        let request = asked.body.get("req").and_then(Value::as_object).unwrap_or(&empty);
        let told = admit(plan, asked, account, request).and_then(|()| match (*kind, *function) {
            ("MaskNumber", "apply") => self.apply(plan, request),
            ("MaskNumber", "query") => self.query(request),
            ("MaskNumber", "release") => self.release(request),
            ("MaskNumber", "queryAll") => Ok(json!({"maskNumberList": plan.numbers})),
            ("Calls", "CancelCallback") => match text(request, "callId") {
                None => Err(("900213", "callId is empty")),
                Some(call) if call.len() != 32 => Err(("900217", "callId is wrong")),
                Some(call) => Ok(json!({"callId": call})),
            },
            _ => Err(("900098", "no such interface")),
        });
        let mut said = json!({"dateCreated": "2026/11/21 10:20:00"});
        match told {
            Ok(fields) => {
                said["statusCode"] = "000000".into();
                if let (Value::Object(said), Value::Object(fields)) = (&mut said, fields) {
                    said.extend(fields);
                }
            }
            Err((code, words)) => {
                said["statusCode"] = code.into();
                said["represent"] = words.into();
            }
        }
        (StatusCode::OK, json!({ "resp": said }))
    }

    fn apply(&mut self, plan: &GatewayPlan, request: &Map<String, Value>) -> Told {
        let (a, b) = parties(request)?;
        if self.find(&a, &b).is_some() {
            return Err(("900409", "the mapping exists"));
        }
        let x = plan.numbers.iter().find(|number| self.rows.iter().all(|row| row.x != **number));
        let x = x.ok_or(("900406", "no number is free"))?.clone();
        let seconds = request.get("validTime").and_then(Value::as_u64).unwrap_or(86_400);
        let told = json!({"maskNumber": x, "validTime": seconds});
        self.rows.push(Row { a, b, x, seconds });
        Ok(told)
    }

    fn query(&self, request: &Map<String, Value>) -> Told {
        let (a, b) = parties(request)?;
        let row = self.find(&a, &b).ok_or(("900400", "no mapping"))?;
        Ok(json!({"realNumA": row.a, "realNumB": row.b, "maskNumber": row.x, "validTime": row.seconds}))
    }

    fn release(&mut self, request: &Map<String, Value>) -> Told {
        let (a, b) = parties(request)?;
        let before = self.rows.len();
        self.rows.retain(|row| row.a != a || row.b != b);
        if self.rows.len() == before { Err(("900400", "no mapping")) } else { Ok(json!({})) }
    }

    fn find(&self, a: &str, b: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.a == a && row.b == b)
    }
}

/// Lets a request through that is signed for this account and names its application.
fn admit(
    plan: &GatewayPlan,
    asked: &Asked,
    account: &str,
    request: &Map<String, Value>,
) -> Result<(), (&'static str, &'static str)> {
    let sig = asked.param("sig").filter(|sig| !sig.is_empty()).ok_or(("900100", "sig is empty"))?;
    let decoded = asked.header("authorization").and_then(|text| STANDARD.decode(text).ok());
    let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(("900101", "Authorization"))?;
    let (named, timestamp) = decoded.split_once(':').ok_or(("900102", "not exactly one colon"))?;
    if account != plan.account || named != account {
        return Err(("900110", "no such account"));
    }
    let at = DateTime::strptime("%Y%m%d%H%M%S", timestamp).map_err(|_| ("900108", "timestamp"))?;
    let at = at.to_zoned(crate::domain::BEIJING).map_err(|_| ("900108", "timestamp"))?;
    if plan.clock.now().duration_since(at.timestamp()).abs() > SKEW {
        return Err(("900109", "timestamp"));
    }
    let digest = Md5::digest(format!("{account}{}{timestamp}", plan.secret.reveal()));
    let digest: String = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    if digest != sig {
        return Err(("900111", "sig does not match"));
    }
    match text(request, "appId") {
        None => Err(("900112", "appId is empty")),
        Some(app) if app != plan.app_key => Err(("900113", "no such appId")),
        Some(_) => Ok(()),
    }
}

fn parties(request: &Map<String, Value>) -> Result<(String, String), (&'static str, &'static str)> {
    let is_number = |text: &String| {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        digits
            && (text.len() == 11 && text.starts_with('1') || (11..=12).contains(&text.len()) && text.starts_with('0'))
    };
    let a = text(request, "realNumA").ok_or(("900401", "realNumA is empty"))?;
    let b = text(request, "realNumB").ok_or(("900403", "realNumB is empty"))?;
    match (is_number(&a), is_number(&b)) {
        (false, _) => Err(("900402", "realNumA")),
        (_, false) => Err(("900404", "realNumB")),
        _ if a == b => Err(("900407", "A is B")),
        _ => Ok((a, b)),
    }
}

fn text(fields: &Map<String, Value>, name: &str) -> Option<String> {
    fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}
