//! 玖云 (33e9cloud.com): 云呼AXB, 专线语音, 专号通, and whatever shares their envelope.
//!
//! One address per application takes every event: flat XML, of 云呼AXB also JSON, told apart by
//! `type` (the product) and `action`. The platform signs nothing, asks nothing, and does not
//! say that it pushes again; the reply is documented but not read. So the secret part of the
//! address is what keeps strangers out, and `appId` is compared where the app knows its own.
//!
//! ```text
//! body ─ wire: fields by name ─ decode: action ─┬─ CallInvite, CallEstablish ──► event
//!                               time, identity  └─ Hangup, IncomeHangup ───────► record and release
//! ```

mod ack;
mod codes;
mod decode;
mod fields;
mod identity;
mod outbound;
mod results;
mod samples;
#[cfg(test)]
mod tests;
mod time;
mod wire;

use super::outbound::Outbound;
use super::{
    Address, BodyForm, CallShape, CodeTable, DecodeError, Decoded, FieldDoc, Occasion, ProductInfo, Provider,
    RetrySchedule, Sample, Secrets, Verdict, Verified, VerifyError,
};
use crate::domain::{
    Ack, AnswerForm, App, CallDecision, Callback, Decision, Lang, Product, ProviderId, Question, QuestionKind,
    SmsDecision, Text,
};

const AXB: Product = Product::new("axb");
/// Type 1 without a `maskNumber`.
const DEDICATED: Product = Product::new("dedicated");
const MASK: Product = Product::new("mask");

static PRODUCTS: [ProductInfo; 3] = [
    ProductInfo::new(AXB, 1, CallShape::Direct, "AXB", "AXB"),
    ProductInfo::new(DEDICATED, 2, CallShape::Direct, "专线语音", "Dedicated line"),
    ProductInfo::new(MASK, 3, CallShape::Direct, "专号通", "Masked number"),
];

#[derive(Debug)]
pub(super) struct Jiuyun;

impl Provider for Jiuyun {
    fn id(&self) -> ProviderId {
        ProviderId("jiuyun")
    }

    fn title(&self, lang: Lang) -> &'static str {
        lang.t("玖云", "Jiuyun (33e9cloud)")
    }

    fn products(&self) -> &'static [ProductInfo] {
        &PRODUCTS
    }

    fn addresses(&self) -> &'static [Address] {
        ADDRESSES
    }

    fn fields(&self) -> &'static [FieldDoc] {
        fields::FIELDS
    }

    fn codes(&self) -> &'static [CodeTable] {
        codes::TABLES
    }

    fn samples(&self) -> &'static [Sample] {
        samples::SAMPLES
    }

    fn retry(&self) -> RetrySchedule {
        RETRY
    }

    fn recording_days(&self) -> u32 {
        30
    }

    fn can_verify(&self, app: &App) -> bool {
        app.app_key.is_some()
    }

    /// A body that cannot be read is not judged here: it is answered as what it is.
    fn verify(&self, callback: &Callback, secrets: &Secrets<'_>) -> Verdict {
        let (Some(expected), Ok(notice)) = (secrets.app_key, wire::read(&callback.body)) else {
            return Verdict::Unchecked;
        };
        match notice.exact("appId") {
            Some(found) if found == expected => Verdict::Passed("appId"),
            _ => Verdict::Failed(VerifyError::OtherAppId),
        }
    }

    fn decode(&self, callback: &Verified<'_>) -> Result<Decoded, DecodeError> {
        decode::decode(&callback.callback().body)
    }

    fn ack(&self, occasion: &Occasion<'_>) -> Ack {
        ack::ack(occasion)
    }

    /// This platform asks nothing; what no rule allowed is not connected.
    fn default_decision(&self, question: &Question, app: &App) -> Decision {
        match question.kind {
            QuestionKind::Call { .. } => {
                Decision::Call(CallDecision::Close { tone: app.close_tone.clone(), user_data: None })
            }
            QuestionKind::Sms { .. } => Decision::Sms(SmsDecision::Discard),
        }
    }

    /// This platform reads no decisions; it is told that its request was taken.
    fn outbound(&self) -> Option<&'static dyn Outbound> {
        Some(&Self)
    }

    fn answer(&self, _decision: &Decision, _form: AnswerForm) -> Ack {
        ack::ack(&Occasion::Kept(BodyForm::Json))
    }
}

const ADDRESSES: &[Address] = &[Address {
    tail: "",
    console_field: Text::new("应用的回调地址（AS 地址）", "Callback URL of the application (AS address)"),
    receives: Text::new(
        "该应用的全部事件：呼叫、应答、挂机话单、回拨话单",
        "Every event of the application: invites, answers, hang-ups with their record, calls back",
    ),
}];

const RETRY: RetrySchedule = RetrySchedule {
    events: &[],
    records: &[],
    sms: &[],
    text: Text::new(
        "平台文档未说明是否重推，按不重推处理：未收到的挂机话单可在 48 小时内用话单查询接口补取（仅专线语音、专号通）",
        "The platform does not document pushing again, so none is counted on: a missing hang-up record can be queried \
         for 48 hours (专线语音 and 专号通 only)",
    ),
};
