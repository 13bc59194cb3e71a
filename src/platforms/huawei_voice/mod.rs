//! 华为云 语音通话: 语音回呼 (callback), 语音通知 (notify), 语音验证码 (verify).
//!
//! The platform dials everyone. A callback dials A, then B, and joins them; a notice or a
//! verification code dials one party and plays to it. Events do not name their leg: `caller` is
//! the number shown and `called` the phone that is dialled, so the legs are told apart by the
//! record. The product of a record follows from `serviceType`; notices and codes share one.
//!
//! Nothing here is ever asked: a `callin` is only a notice. The envelope, the signature and the
//! acknowledgement are shared with 隐私保护通话, see [`super::huawei`].

mod codes;
mod event;
mod fields;
mod record;
mod samples;
#[cfg(test)]
mod tests;

use std::time::Duration;

use super::huawei::envelope::{self, Envelope, Opened};
use super::huawei::fee;
use super::huawei::object::Notes;
use super::huawei::status::Status;
use super::huawei::verify::verify;
use super::huawei::{self, answer};
use super::outbound::Outbound;
use super::{
    Address, CallShape, CodeTable, DecodeError, Decoded, FieldDoc, Item, Occasion, ProductInfo, Provider,
    RetrySchedule, Sample, Secrets, Suspicion, Verdict, Verified,
};
use crate::domain::{Ack, AnswerForm, App, Callback, Decision, Lang, Product, ProviderId, Question, Text};

/// Sessions of this product are their own family.
const FAMILY: &str = "huawei-voice";

const CALLBACK: Product = Product::new("callback");
const NOTIFY: Product = Product::new("notify");
const VERIFY: Product = Product::new("verify");
/// A notice or a code, which share a service type: only notices collect digits.
const PLAY: Product = Product::new("play");

static PRODUCTS: [ProductInfo; 4] = [
    ProductInfo::new(CALLBACK, 4, CallShape::Callback, "语音回呼", "Voice callback"),
    ProductInfo::new(NOTIFY, 5, CallShape::Announcement, "语音通知", "Voice notice"),
    ProductInfo::new(VERIFY, 6, CallShape::Announcement, "语音验证码", "Voice code"),
    ProductInfo {
        with_digits: Some(NOTIFY),
        ..ProductInfo::new(PLAY, 7, CallShape::Announcement, "语音播放", "Voice play")
    },
];

#[derive(Debug)]
pub(super) struct HuaweiVoice;

impl Provider for HuaweiVoice {
    fn id(&self) -> ProviderId {
        ProviderId(FAMILY)
    }

    fn title(&self, lang: Lang) -> &'static str {
        lang.t("华为云 语音通话", "Huawei Cloud Voice Call")
    }

    fn products(&self) -> &'static [ProductInfo] {
        &PRODUCTS
    }

    fn addresses(&self) -> &'static [Address] {
        &ADDRESSES
    }

    fn fields(&self) -> &'static [FieldDoc] {
        fields::FIELDS
    }

    fn codes(&self) -> &'static [CodeTable] {
        &codes::TABLES
    }

    fn samples(&self) -> &'static [Sample] {
        samples::SAMPLES
    }

    fn retry(&self) -> RetrySchedule {
        RetrySchedule {
            events: &[],
            records: &[HOUR; 6],
            sms: &[],
            text: Text::new(
                "呼叫状态不重推。话单在未收到 200（或 resultcode 不为 \"0\"）时每小时重推一次，最多 6 次；\
                 之后需联系华为云客服手动重推。等待应答的时长未公布。",
                "Call status is never pushed again. A record without a 200 (or with a resultcode other than \"0\") \
                 is pushed again every hour, six times at most; after that support can push it by hand. How long \
                 the platform waits for an answer is not published.",
            ),
        }
    }

    fn recording_days(&self) -> u32 {
        7
    }

    fn can_verify(&self, app: &App) -> bool {
        app.app_secret.is_some()
    }

    fn verify(&self, callback: &Callback, secrets: &Secrets<'_>) -> Verdict {
        verify(callback, secrets)
    }

    fn decode(&self, callback: &Verified<'_>) -> Result<Decoded, DecodeError> {
        let notes = Notes::default();
        let Opened { form, envelope, mended } = envelope::open(&callback.callback().body, &notes)?;
        let mut applications = Vec::new();
        let items = match &envelope {
            Envelope::Call { event_type, info } => Status::read(event_type, info, &notes)
                .map(|status| Item::Event(Box::new(event::interpret(&status))))
                .into_iter()
                .collect(),
            Envelope::Fee(list) => {
                let (items, named) = fee::items(list, &notes, record::read);
                applications = named;
                items
            }
            Envelope::Numbers(_) => unknown(&notes, "numStatus"),
            Envelope::Sms { .. } => unknown(&notes, "smsEvent"),
            Envelope::Unknown => Vec::new(),
        };
        Ok(Decoded { form, items, question: None, applications, suspicions: notes.into_inner(mended) })
    }

    fn ack(&self, occasion: &Occasion<'_>) -> Ack {
        answer::ack(occasion)
    }

    fn default_decision(&self, question: &Question, app: &App) -> Decision {
        answer::default_decision(question, app)
    }

    fn outbound(&self) -> Option<&'static dyn Outbound> {
        Some(&huawei::outbound::VOICE)
    }

    fn answer(&self, decision: &Decision, form: AnswerForm) -> Ack {
        answer::answer(decision, form)
    }
}

/// What belongs to 隐私保护通话: the app was probably given the wrong provider.
fn unknown(notes: &Notes, what: &str) -> Vec<Item> {
    notes.add(Suspicion::UnknownEvent(what.to_owned()));
    Vec::new()
}

const HOUR: Duration = Duration::from_secs(3_600);

static ADDRESSES: [Address; 2] = [
    Address {
        tail: "status",
        console_field: Text::new("呼叫状态接收地址", "呼叫状态接收地址 (call status)"),
        receives: Text::new(
            "呼出、振铃、应答、收号、挂机事件",
            "Events: dialled, ringing, answered, digits collected, hung up",
        ),
    },
    Address {
        tail: "fee",
        console_field: Text::new("呼叫话单接收地址", "呼叫话单接收地址 (call records)"),
        receives: Text::new("每通呼叫结束后的话单，每次最多 50 条", "The record of every call, up to 50 a push"),
    },
];
