//! 华为云 隐私保护通话: calls and messages through a privacy number X.
//!
//! | mode | binding | asks us |
//! | --- | --- | --- |
//! | AX | X belongs to A | SMS without a receiver |
//! | AXB | X stands between A and B | never |
//! | AXE | X and an extension lead to A | never |
//! | AXYB | X is A's, Y is B's | never |
//! | X | none | every call and every SMS |
//!
//! A question is a notice as well: a blocked `callin` is an event of its call besides. Texts
//! and the state of numbers exist only in this product. The envelope, the signature and the
//! answers are shared with 语音通话, see [`super::huawei`].

mod codes;
mod event;
mod fields;
mod number;
mod record;
mod samples;
mod sms;
#[cfg(test)]
mod tests;

use std::time::Duration;

use super::huawei::envelope::{self, Envelope, Opened};
use super::huawei::fee;
use super::huawei::object::{Notes, Object};
use super::huawei::status::Status;
use super::huawei::verify::verify;
use super::huawei::{self, answer, answered, check};
use super::outbound::Outbound;
use super::{
    Address, CallShape, CodeTable, DecodeError, Decoded, FieldDoc, InvalidAnswer, Item, Occasion, ProductInfo,
    Provider, RetrySchedule, Sample, Secrets, Verdict, Verified,
};
use crate::domain::{Ack, AnswerForm, App, Callback, Decision, Lang, Product, ProviderId, Question, Text};

/// Sessions of this product are their own family.
const FAMILY: &str = "huawei-private";

const AX: Product = Product::new("ax");
const AXB: Product = Product::new("axb");
const AXE: Product = Product::new("axe");
const AXYB: Product = Product::new("axyb");
const X: Product = Product::new("x");

static PRODUCTS: [ProductInfo; 5] = [
    ProductInfo::new(AX, 8, CallShape::Direct, "AX", "AX"),
    ProductInfo::new(AXB, 1, CallShape::Direct, "AXB", "AXB"),
    ProductInfo::new(AXE, 9, CallShape::Direct, "AXE", "AXE"),
    ProductInfo { has_y: true, ..ProductInfo::new(AXYB, 10, CallShape::Direct, "AXYB", "AXYB") },
    ProductInfo::new(X, 11, CallShape::Direct, "X 模式", "X mode"),
];

#[derive(Debug)]
pub(super) struct HuaweiPrivate;

impl Provider for HuaweiPrivate {
    fn id(&self) -> ProviderId {
        ProviderId(FAMILY)
    }

    fn title(&self, lang: Lang) -> &'static str {
        lang.t("华为云 隐私保护通话", "Huawei Cloud Private Number")
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
            events: &GAPS,
            records: &GAPS,
            sms: &GAPS,
            text: Text::new(
                "呼叫状态和话单在未收到 200 时于 1、4、9、106、203、300 分钟后重推，最多 6 次（文档未说明是累计还是间隔）；\
                 X 模式 callin 是否重推文档表述不清。短信最多重推 6 次，间隔由平台管理员设定，此处按相同间隔估计。\
                 号码状态是否重推未说明。",
                "Call status and records without a 200 are pushed again after 1, 4, 9, 106, 203 and 300 minutes, six \
                 times at most (whether these are gaps or offsets is not said); for the callin of X mode the manual \
                 is unclear. SMS are pushed again up to six times at intervals the platform's administrator sets: \
                 the same gaps are assumed. Nothing is said of number states.",
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
        let (items, question) = match &envelope {
            Envelope::Call { event_type, info } => match Status::read(event_type, info, &notes) {
                Some(status) => (vec![Item::Event(Box::new(event::interpret(&status)))], event::question(&status)),
                None => (Vec::new(), None),
            },
            Envelope::Fee(list) => {
                let (items, named) = fee::items(list, &notes, record::read);
                applications = named;
                (items, None)
            }
            Envelope::Numbers(list) => {
                (Object::each(list, &notes).filter_map(number::read).map(Item::Number).collect(), None)
            }
            Envelope::Sms { app_key, event } => match sms::read(app_key, event, &notes) {
                Some(sms) => {
                    let question = sms::question(&sms);
                    applications.push(app_key.clone());
                    (vec![Item::Sms(Box::new(sms))], question)
                }
                None => (Vec::new(), None),
            },
            Envelope::Unknown => (Vec::new(), None),
        };
        Ok(Decoded { form, items, question, applications, suspicions: notes.into_inner(mended) })
    }

    fn ack(&self, occasion: &Occasion<'_>) -> Ack {
        answer::ack(occasion)
    }

    fn default_decision(&self, question: &Question, app: &App) -> Decision {
        answer::default_decision(question, app)
    }

    fn asks(&self) -> bool {
        true
    }

    fn check(&self, decision: &Decision) -> Result<(), InvalidAnswer> {
        check::check(decision)
    }

    fn outbound(&self) -> Option<&'static dyn Outbound> {
        Some(&huawei::outbound::PRIVATE)
    }

    fn answer(&self, decision: &Decision, form: AnswerForm) -> Ack {
        answer::answer(decision, form)
    }

    fn answered(&self, answer: &Ack) -> Option<Decision> {
        answered::answered(&answer.body)
    }
}

/// Read as gaps: the longer reading, so that nothing is given up on too early.
static GAPS: [Duration; 6] = [minutes(1), minutes(4), minutes(9), minutes(106), minutes(203), minutes(300)];

const fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}

static ADDRESSES: [Address; 5] = [
    Address {
        tail: "status",
        console_field: Text::new("呼叫状态接收地址", "呼叫状态接收地址 (call status)"),
        receives: Text::new(
            "呼入、收号、呼出、振铃、应答、挂机事件；X 模式的呼入询问；默认还有号码状态",
            "Events of calls; the question of an X-mode call; by default number states too",
        ),
    },
    Address {
        tail: "fee",
        console_field: Text::new("呼叫话单接收地址", "呼叫话单接收地址 (call records)"),
        receives: Text::new("每通呼叫结束后的话单，每次最多 50 条", "The record of every call, up to 50 a push"),
    },
    Address {
        tail: "number",
        console_field: Text::new("X号码状态接收地址", "X号码状态接收地址 (number states)"),
        receives: Text::new("隐私号码的状态变化", "Changes of a privacy number's state"),
    },
    Address {
        tail: "sms",
        console_field: Text::new("短信通知地址", "短信通知地址 (SMS notices)"),
        receives: Text::new("已转发短信的通知", "Notices of forwarded text messages"),
    },
    Address {
        tail: "sms-block",
        console_field: Text::new("短信控制地址", "短信控制地址 (SMS questions)"),
        receives: Text::new(
            "短信如何处理的询问（AX、X 模式），应答决定转发或丢弃",
            "Questions what to do with a message (AX, X): the answer forwards or drops it",
        ),
    },
];
