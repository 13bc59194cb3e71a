//! The codes of 语音通话: `stateCode` of a hang-up and `ulFailReason` of a record.
//!
//! The 7xxx and 8xxx numbers mean the same in both, so the second table is the release points,
//! the raw SIP codes and these. 8001 lumps "frequency control, line fault, off, no answer,
//! busy" together: it has no outcome, the Q.850 or SIP code beside it has.

use crate::domain::CallOutcome::{
    Blocked, Busy, CallerGaveUp, Failed, NoAnswer, NoSuchNumber, NotBound, PoweredOff, Suspended, Unreachable,
};
use crate::domain::Party::{Caller as ByCaller, Platform as ByPlatform};
use crate::domain::Text;
use crate::domain::Who::{Callee, Caller, Carrier, Platform, Us};
use crate::platforms::huawei::codes::{q850, release_points, sip};
use crate::platforms::huawei::table::{code, join};
use crate::platforms::{CodeDoc, CodeTable};

pub(super) static TABLES: [CodeTable; 4] = [
    CodeTable {
        name: "stateCode",
        title: Text::new("通话挂机原因值（stateCode）", "Hang-up reasons (stateCode)"),
        source: "https://support.huaweicloud.com/api-VoiceCall/rtc_05_0022_1.html",
        codes: &STATE,
    },
    CodeTable {
        name: "ulFailReason",
        title: Text::new("呼叫拆线点（ulFailReason）", "Release points (ulFailReason)"),
        source: "https://support.huaweicloud.com/api-VoiceCall/rtc_05_0019.html",
        codes: &REASON,
    },
    q850::TABLE,
    sip::TABLE,
];

static STATE: [CodeDoc; 1 + CONTROL.len() + SERVICE.len()] = join(&[&[HUNG_UP], CONTROL, SERVICE]);

static REASON: [CodeDoc;
    1 + release_points::POINTS.len()
        + sip::REQUEST.len()
        + sip::GLOBAL.len()
        + release_points::MENUS.len()
        + CONTROL.len()
        + CONTROL_OF_RECORDS.len()
        + SERVICE.len()] = join(&[
    &[release_points::NORMAL],
    release_points::POINTS,
    sip::REQUEST,
    sip::GLOBAL,
    release_points::MENUS,
    CONTROL,
    CONTROL_OF_RECORDS,
    SERVICE,
]);

const HUNG_UP: CodeDoc = code("0", "接通后正常挂机", "Hung up after a connected call");

/// A rate limit or a list that stopped the call.
const fn blocked(number: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    code(number, zh, en)
        .act(
            Us,
            "降低呼叫频率或检查名单；确有需要时联系平台调整。",
            "Call less often or check the lists; ask the platform to adjust them if needed.",
        )
        .ends(Blocked)
        .ended_by(ByPlatform)
}

/// A setting or a file of ours that is wrong.
const fn setting(number: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    code(number, zh, en)
        .act(Us, "检查应用的配置、权限和放音文件。", "Check the app's settings, permissions and announcements.")
        .ends(Failed)
        .ended_by(ByPlatform)
}

/// A fault inside the platform.
const fn fault(number: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    code(number, zh, en)
        .act(
            Platform,
            "稍后重试；持续出现时带上 sessionId 向平台报障。",
            "Try again later; report it with the session id if it persists.",
        )
        .ends(Failed)
        .ended_by(ByPlatform)
}

const CONTROL: &[CodeDoc] = &[
    blocked("7001", "开发者呼叫频次受限", "The developer's call rate is limited"),
    blocked("7002", "应用呼叫频次受限", "The app's call rate is limited"),
    blocked("7003", "固话号码呼叫频次受限", "The fixed number's call rate is limited"),
    blocked("7004", "被叫号码在黑名单中", "The callee is on a blacklist"),
    setting("7108", "用户被冻结（欠费）", "The account is frozen: in arrears").ends(Blocked),
    setting("7109", "语音端口不足", "No voice ports left")
        .act(Us, "错开呼叫高峰，或申请更多端口。", "Spread the calls, or apply for more ports.")
        .ends(Blocked),
];

const CONTROL_OF_RECORDS: &[CodeDoc] = &[
    blocked("7005", "主叫号码在黑名单中", "The caller is on a blacklist"),
    setting("7100", "应用信息不存在", "The app's information is missing"),
    setting("7105", "业务类型不匹配", "The service type does not match"),
    setting("7106", "应用未申请该能力", "The app has not applied for this capability"),
    setting("7107", "呼控放音失败", "The control announcement failed"),
];

const SERVICE: &[CodeDoc] = &[
    fault("8000", "内部错误", "Internal error"),
    code(
        "8001",
        "用户未接通（频次控制、线路故障、关机、无应答或忙）",
        "Not connected: rate limit, line fault, off, no answer or busy",
    )
    .act(
        Us,
        "查看话单中的 Q850 和 SIP 码以确定原因。",
        "See the Q.850 and SIP codes of the record for the reason.",
    ),
    code("8002", "对端播放失败提示音", "The far end played a failure announcement").act(
        Carrier,
        "查看话单中的 Q850 和 SIP 码以确定原因。",
        "See the Q.850 and SIP codes of the record for the reason.",
    ),
    code("8003", "振铃超时", "Ringing timed out").ends(NoAnswer).ended_by(ByPlatform),
    code("8004", "振铃时挂机", "Hung up while ringing").ends(CallerGaveUp),
    setting("8005", "TTS 转换失败", "Text-to-speech failed"),
    setting("8006", "放音文件不存在", "The announcement file is missing"),
    fault("8007", "放音失败", "Playing the announcement failed"),
    code(
        "8008",
        "放音收号失败（须在放音结束后 5 秒内按键）",
        "Play-and-collect failed: keys must be pressed within 5 s after the prompt",
    )
    .act(Callee, "", ""),
    code("8009", "接通前主叫挂机", "The caller hung up before the call was connected")
        .ends(CallerGaveUp)
        .ended_by(ByCaller),
    code("8010", "达到最大通话时长", "The maximum duration was reached").ended_by(ByPlatform),
    setting("8012", "app_key 无效", "The app_key is not valid"),
    code("8013", "无临时被叫", "No temporary callee")
        .act(Us, "检查绑定关系。", "Check the binding.")
        .ends(NotBound)
        .ended_by(ByPlatform),
    code("8014", "绑定关系不存在", "No binding")
        .act(Us, "检查绑定关系。", "Check the binding.")
        .ends(NotBound)
        .ended_by(ByPlatform),
    fault("8015", "录音失败", "Recording failed"),
    blocked("8016", "呼叫方向不允许", "This direction of calling is not allowed"),
    code("8017", "用户指示挂机", "Hung up on the customer's instruction").ended_by(ByPlatform),
    blocked("8018", "无呼叫权限", "No permission to call"),
    code("8019", "无回呼记录", "No record to call back")
        .act(Us, "检查绑定关系。", "Check the binding.")
        .ends(NotBound)
        .ended_by(ByPlatform),
    fault("8020", "业务异常", "The service is abnormal"),
    code("8022", "绑定关系不存在或已过期", "The binding does not exist or has expired")
        .act(Us, "检查绑定关系。", "Check the binding.")
        .ends(NotBound)
        .ended_by(ByPlatform),
    code("8100", "被叫号码不存在", "The callee's number does not exist")
        .act(Us, "核对被叫号码。", "Check the called number.")
        .ends(NoSuchNumber),
    code("8101", "被叫无应答", "The callee did not answer").ends(NoAnswer),
    code("8102", "被叫忙", "The callee was busy").ends(Busy),
    code("8103", "被叫暂时无法接通", "The callee could not be reached").ends(Unreachable),
    code("8104", "被叫已关机", "The callee's phone is off").ends(PoweredOff),
    code("8105", "被叫挂机或停机", "The callee hung up or is suspended"),
    code("8106", "主叫号码不存在", "The caller's number does not exist")
        .act(Us, "核对主叫号码。", "Check the caller's number.")
        .ends(NoSuchNumber),
    code("8107", "主叫无应答", "The caller did not answer").act(Caller, "", "").ends(NoAnswer),
    code("8108", "主叫忙", "The caller was busy").act(Caller, "", "").ends(Busy),
    code("8109", "主叫暂时无法接通", "The caller could not be reached").act(Caller, "", "").ends(Unreachable),
    code("8110", "主叫已关机", "The caller's phone is off").act(Caller, "", "").ends(PoweredOff),
    code("8111", "主叫停机", "The caller's number is suspended").act(Caller, "", "").ends(Suspended),
];
