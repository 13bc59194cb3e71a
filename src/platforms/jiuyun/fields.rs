//! Every documented field of every notice.
//!
//! `message` is the product's `type` and the `action`, `22/Hangup`; `*` stands for JSON bodies of
//! any product. What a field means is said once; which notice carries it, and whether it must,
//! stands in the list at the top.

use crate::domain::Text;
use crate::platforms::FieldDoc;

macro_rules! messages {
    ($($message:literal { must: [$($must:ident),*], may: [$($may:ident),*] })*) => {
        &[$($($must.of($message, true),)* $($may.of($message, false),)*)*]
    };
}

pub(super) const FIELDS: &[FieldDoc] = messages! {
    "*" { must: [], may: [REQ] }
    "22/Hangup" {
        must: [ACTION, TYPE, APP_ID, CALL_ID, TEL_X, END_TIME, DURATION, BYE_TYPE, DATE_CREATED, RECORD_URL],
        may: [CALLER, CALLED, TALK_START]
    }
    "1/CallInvite" {
        must: [ACTION, TYPE, APP_ID, CALL_ID, CALLER, CALLED, USER_FLAG, SUB_TYPE, EVENT_TIME],
        may: [USER_DATA]
    }
    "1/CallEstablish" {
        must: [ACTION, TYPE, APP_ID, CALL_ID, CALLER, CALLED, SUB_TYPE, EVENT_TIME],
        may: [USER_DATA]
    }
    "1/Hangup" {
        must: [
            ACTION, TYPE, APP_ID, CALL_ID, CALLER, CALLED, RECORD_SUB_TYPE, START_TIME_A, START_TIME_B, END_TIME,
            DURATION, BYE_TYPE, DATE_CREATED
        ],
        may: [USER_DATA, RECORD_URL]
    }
    "2/CallInvite" {
        must: [ACTION, TYPE, APP_ID, CALL_ID, CALLER, CALLED, MASK_NUMBER, USER_FLAG, EVENT_TIME],
        may: [USER_DATA]
    }
    "2/CallEstablish" {
        must: [ACTION, TYPE, APP_ID, CALL_ID, CALLER, CALLED, MASK_NUMBER, EVENT_TIME],
        may: [USER_DATA]
    }
    "2/Hangup" {
        must: [
            ACTION, TYPE, APP_ID, CALL_ID, CALLER, CALLED, MASK_NUMBER, START_TIME_A, START_TIME_B, END_TIME, DURATION,
            BYE_TYPE, DATE_CREATED
        ],
        may: [USER_DATA, RECORD_URL]
    }
    "2/IncomeHangup" {
        must: [
            ACTION, TYPE, APP_ID, CALLER, CALLED, MASK_NUMBER, TALK_START, END_TIME, DURATION, BYE_TYPE, DATE_CREATED
        ],
        may: [RECORD_URL]
    }
};

struct Field {
    name: &'static str,
    kind: &'static str,
    meaning: Text,
    maps_to: &'static str,
}

impl Field {
    const fn of(&self, message: &'static str, required: bool) -> FieldDoc {
        FieldDoc { message, name: self.name, kind: self.kind, required, meaning: self.meaning, maps_to: self.maps_to }
    }
}

const fn field(
    name: &'static str,
    kind: &'static str,
    maps_to: &'static str,
    zh: &'static str,
    en: &'static str,
) -> Field {
    Field { name, kind, meaning: Text::new(zh, en), maps_to }
}

const REQ: Field = field(
    "req",
    "Object",
    "",
    "JSON 回调的外层对象；XML 中为根元素，也接受没有外层的 JSON",
    "The object around the fields in JSON, the root element in XML; JSON without it is read too",
);
const ACTION: Field = field(
    "action",
    "String",
    "events.kind",
    "事件：CallInvite 呼叫、CallEstablish 应答、Hangup 挂机、IncomeHangup 回拨挂机",
    "The event: CallInvite dialled, CallEstablish answered, Hangup ended, IncomeHangup a call back ended",
);
const TYPE: Field = field(
    "type",
    "int",
    "product",
    "业务类型：1 专线语音，2 专号通（文档亦写作 1），22 云呼AXB",
    "The product: 1 dedicated line, 2 privacy number (the manual also says 1), 22 AXB",
);
const APP_ID: Field = field("appId", "String(32)", "", "应用标识", "The id of the application");
const CALL_ID: Field = field(
    "callId",
    "String(32)",
    "session_id",
    "呼叫标识，与发起呼叫的 REST 接口返回的一致",
    "The id of the call, the same that the REST request was answered with",
);
const TEL_X: Field =
    field("telX", "String", "x_number", "呼叫所用的中间号 X", "The middle number X that the call went through");
const MASK_NUMBER: Field = field("maskNumber", "String", "x_number", "隐私号码", "The privacy number");
const CALLER: Field = field("caller", "String", "caller", "主叫号码", "The calling party's number");
const CALLED: Field = field("called", "String", "callee", "被叫号码", "The called party's number");
const USER_FLAG: Field = field(
    "userFlag",
    "int",
    "events.leg",
    "呼叫的是哪一方：0 主叫（A），1 被叫（B）",
    "Whom the platform dials: 0 the caller (A), 1 the called party (B)",
);
const SUB_TYPE: Field =
    field("subType", "int", "", "是否显号：0 不显号，1 显号", "Whether the number is shown: 0 no, 1 yes");
const RECORD_SUB_TYPE: Field = field(
    "subType",
    "String",
    "",
    "显号方式：0 不显号，1 单方显号，2 双方显号",
    "To whom the number was shown: 0 nobody, 1 one side, 2 both sides",
);
const START_TIME_A: Field = field(
    "startTimeA",
    "String(14)",
    "setup_at",
    "主叫应答时间，北京时间 yyyyMMddHHmmss",
    "When the caller picked up, Beijing time, yyyyMMddHHmmss",
);
const START_TIME_B: Field = field(
    "startTimeB",
    "String(14)",
    "answered_at",
    "被叫应答时间，未应答时为空",
    "When the called party picked up; empty when it did not",
);
const TALK_START: Field =
    field("startTime", "String(14)", "answered_at", "通话开始时间", "When the talk began, the called party picked up");
const END_TIME: Field = field("endTime", "String(14)", "released_at", "通话结束时间", "When the call ended");
const DURATION: Field = field(
    "duration",
    "String",
    "talk_seconds",
    "通话时长，秒，从被叫应答起算，未应答为 0",
    "Seconds of talk from the called party's answer; 0 when it did not answer",
);
const BYE_TYPE: Field = field(
    "byeType",
    "String",
    "release.code",
    "挂机类型，见 byeType 码表",
    "Why the call ended: see the byeType table",
);
const EVENT_TIME: Field = field("dateCreated", "String(14)", "events.at", "事件时间", "When this happened");
const DATE_CREATED: Field = field(
    "dateCreated",
    "String(14)",
    "",
    "本条回调的生成时间，重发时可能不同",
    "When this notice was made; a repeat may differ",
);
const RECORD_URL: Field = field(
    "recordUrl",
    "String",
    "recording",
    "录音下载地址，未录音时为空；文件约在通话结束 10 分钟后可下载，保留 30 天",
    "Where the recording is, empty without one; ready about 10 minutes after the call, kept for 30 days",
);
const USER_DATA: Field = field(
    "userData",
    "String(128)",
    "user_data",
    "发起呼叫时传入的用户数据，原样返回，可能是 JSON 文本",
    "The reference given when the call was placed, echoed; may be JSON text",
);
