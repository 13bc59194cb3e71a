//! The 7xxx and 8xxx numbers: why a call over a privacy number ended.
//!
//! They stand in `stateCode` of the hang-up notice and in `ulFailReason` of the record. A few
//! (8044, 8046, 8056, 8057, 7102, 8011, 8040) are listed by the manual without a text that
//! says more than its group; they are explained by that group.

use crate::domain::CallOutcome::{
    Blocked, Busy, CallerGaveUp, Failed, NoAnswer, NoSuchNumber, NotBound, PoweredOff, Rejected, Suspended, Unreachable,
};
use crate::domain::Party::{Callee as ByCallee, Caller as ByCaller, Platform as ByPlatform};
use crate::domain::Who::{Callee, Caller, Platform, Us};
use crate::platforms::CodeDoc;
use crate::platforms::huawei::table::code;

/// A rate limit, a list or a rule that stopped the call.
const fn blocked(number: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    code(number, zh, en)
        .act(
            Us,
            "检查频次、名单与呼叫规则；确有需要时联系平台调整。",
            "Check rates, lists and rules; ask the platform to adjust them if needed.",
        )
        .ends(Blocked)
        .ended_by(ByPlatform)
}

/// A setting or a file of ours that is wrong.
const fn setting(number: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    code(number, zh, en)
        .act(Us, "检查应用的号码、能力和放音文件。", "Check the app's numbers, capabilities and announcements.")
        .ends(Failed)
        .ended_by(ByPlatform)
}

/// A binding of ours that is missing.
const fn unbound(number: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    code(number, zh, en)
        .act(
            Us,
            "检查绑定关系是否存在、是否过期、号码格式是否正确。",
            "Check that the binding exists, has not expired and names the numbers correctly.",
        )
        .ends(NotBound)
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

/// The caller hung up before there was a talk.
const fn gave_up(number: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    code(number, zh, en).ends(CallerGaveUp).ended_by(ByCaller)
}

/// 7001 to 7109: the tenant, the app, its limits.
pub(super) const TENANT: &[CodeDoc] = &[
    blocked("7001", "开发者呼叫频次受限", "The developer's call rate is limited"),
    blocked("7002", "应用呼叫频次受限", "The app's call rate is limited"),
    blocked("7003", "显示号码呼叫频次受限", "The shown number's call rate is limited"),
    blocked("7004", "被叫号码在黑名单中", "The callee is on a blacklist"),
    blocked("7005", "主叫号码在黑名单中", "The caller is on a blacklist"),
    setting("7100", "应用不存在", "There is no such app"),
    setting("7101", "应用没有号码", "The app has no numbers"),
    fault("7102", "内部错误", "Internal error"),
    setting("7105", "业务类型错误", "The service type is wrong"),
    setting("7106", "应用未开通该能力", "The app lacks this capability"),
    setting("7107", "呼控放音失败", "The control announcement failed"),
    setting("7108", "用户被冻结（欠费）", "The account is frozen: in arrears").ends(Blocked),
    setting("7109", "语音端口不足", "No voice ports left")
        .act(Us, "错开呼叫高峰，或申请更多端口。", "Spread the calls, or apply for more ports.")
        .ends(Blocked),
];

/// What caller and callee did, and in what state their phones were.
pub(super) const PARTIES: &[CodeDoc] = &[
    blocked("7500", "号码前缀受限", "The number's prefix is barred"),
    gave_up("7501", "振铃前主叫挂机", "The caller hung up before it rang"),
    gave_up("7502", "振铃时主叫挂机", "The caller hung up while it rang"),
    code("7503", "被叫拒接", "The callee declined").ends(Rejected).ended_by(ByCallee),
    code("7504", "被叫拒绝（拒接、勿扰或拦截软件）", "Refused: declined, do-not-disturb or a blocking app")
        .ends(Rejected)
        .ended_by(ByCallee),
    setting("7507", "放音文件不存在", "The tone file is missing"),
    gave_up(
        "7516",
        "转接前主叫挂机（如未输入分机号）",
        "The caller hung up before forwarding, e.g. before the extension",
    ),
    code("8100", "被叫号码不存在", "The callee's number does not exist")
        .act(Us, "核对绑定中的被叫号码。", "Check the callee in the binding.")
        .ends(NoSuchNumber),
    code("8101", "被叫无应答", "The callee did not answer").ends(NoAnswer),
    code("8102", "被叫忙", "The callee was busy").ends(Busy),
    code("8103", "被叫无法接通（信号）", "The callee could not be reached: no signal").ends(Unreachable),
    code("8104", "被叫关机或飞行模式", "The callee's phone is off or in flight mode").ends(PoweredOff),
    code("8105", "被叫停机", "The callee's number is suspended")
        .act(Callee, "被叫需向其运营商恢复服务。", "The callee has to settle it with the carrier.")
        .ends(Suspended),
];

/// 8006 to 8057: bindings, rules, the platform itself.
pub(super) const SERVICE: &[CodeDoc] = &[
    setting("8006", "X 模式放音文件不存在", "The tone file of X mode is missing"),
    fault("8007", "最后一分钟放音失败", "The last-minute announcement failed"),
    fault("8008", "放音收号失败", "Play-and-collect failed"),
    gave_up("8009", "接通前主叫挂机", "The caller hung up before the call was connected"),
    code("8010", "达到最大通话时长", "The maximum duration was reached").ended_by(ByPlatform),
    fault("8011", "内部错误", "Internal error"),
    setting("8012", "app_key 无效", "The app_key is not valid"),
    unbound("8013", "AX 已绑定但未设置临时被叫", "AX: bound, but no temporary callee"),
    unbound("8014", "AXB/X 无绑定关系或号码格式错误", "AXB/X: no binding, or a bad number format"),
    fault("8015", "录音失败", "Recording failed"),
    blocked("8016", "AX/AXB 呼叫方向不允许", "AX/AXB: this direction of calling is not allowed"),
    code("8017", "客户指示挂机", "Hung up on the customer's instruction").ends(Blocked).ended_by(ByPlatform),
    blocked("8018", "无呼叫权限（或 AX 无绑定关系）", "No permission to call, or no AX binding"),
    unbound("8019", "无回呼记录（A 呼叫 X）", "A calls X, but there is no record to call back"),
    fault("8020", "业务异常", "The service is abnormal"),
    unbound("8022", "AXE 绑定关系不存在或已过期", "AXE: the binding does not exist or has expired"),
    code("8023", "固话不能作主叫", "Landlines cannot be callers")
        .act(Caller, "请主叫改用手机。", "The caller has to use a mobile.")
        .ends(Blocked)
        .ended_by(ByPlatform),
    blocked("8024", "不允许显示真实主叫号码", "Showing the true caller is not allowed"),
    code("8025", "X 号码不存在（AXE）", "AXE: X does not exist")
        .act(Us, "核对 X 号码。", "Check the X number.")
        .ends(NoSuchNumber)
        .ended_by(ByPlatform),
    unbound("8030", "AXYB 无绑定关系", "AXYB: no binding"),
    fault("8031", "AXYB 分配 Y 号码失败", "AXYB: no Y number could be allocated"),
    code("8032", "AXYB 呼叫自己的隐私号码", "AXYB: a number called its own privacy number")
        .act(Caller, "请拨打对方的隐私号码。", "Dial the other party's privacy number.")
        .ends(Failed)
        .ended_by(ByPlatform),
    code("8033", "分机号为空", "The extension was empty")
        .act(Caller, "按提示输入分机号。", "Enter the extension when prompted.")
        .ends(Failed)
        .ended_by(ByPlatform),
    code("8035", "平台接续超时（转接后约 90 秒）", "Not connected about 90 s after forwarding")
        .ends(NoAnswer)
        .ended_by(ByPlatform),
    fault("8040", "平台错误（8040）", "Platform error (8040)"),
    fault("8041", "录音失败", "Recording failed"),
    blocked("8042", "国际来话受限", "Incoming international calls are barred"),
    blocked("8043", "国际去话受限", "Outgoing international calls are barred"),
    blocked("8044", "呼叫受控", "Barred by call control (8044)"),
    blocked("8046", "呼叫受控", "Barred by call control (8046)"),
    blocked("8047", "主叫频次受限", "The caller's rate is limited"),
    blocked("8048", "被叫频次受限", "The callee's rate is limited"),
    blocked("8049", "业务号码频次受限", "The service number's rate is limited"),
    blocked("8050", "该时段不允许呼叫", "Calls are not allowed at this time of day"),
    blocked("8051", "子公司已停用", "The sub-company is suspended"),
    blocked("8055", "X 号码不可用", "X cannot be used"),
    blocked("8056", "呼叫受控", "Barred by call control (8056)"),
    blocked("8057", "呼叫受控", "Barred by call control (8057)"),
];
