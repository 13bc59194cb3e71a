//! `ulFailReason` below 7000: where inside the platform the call was released (呼叫拆线点).
//!
//! VoiceCall documents these; records of PrivateNumber carry some of them too (518 together
//! with SIP 480, 522), so both products use the list. 518 to 520 only say on which side it
//! failed: the outcome is left to the Q.850 or SIP code beside them.

use crate::domain::CallOutcome::{Blocked, CallerGaveUp, Failed, NoAnswer};
use crate::domain::Party::{Callee, Caller, Platform};
use crate::domain::Who::{self, Us};
use crate::platforms::CodeDoc;
use crate::platforms::huawei::table::code;

/// A fault inside the platform.
const fn fault(number: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    code(number, zh, en)
        .act(
            Who::Platform,
            "偶发可忽略；持续出现时带上 sessionId 向平台报障。",
            "Ignore it once; report it with the session id if it persists.",
        )
        .ends(Failed)
        .ended_by(Platform)
}

/// A recording that failed: the call itself need not have.
const fn recording(number: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    code(number, zh, en).act(
        Who::Platform,
        "该次通话可能没有录音；持续出现时向平台报障。",
        "The call may have no recording; report it if it persists.",
    )
}

/// An interactive menu that ended the call.
const fn menu(number: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    code(number, zh, en)
        .act(Us, "检查总机或语音菜单的配置。", "Check the switchboard or voice menu.")
        .ends(Failed)
        .ended_by(Platform)
}

/// 0: the ordinary end.
pub(in crate::platforms) const NORMAL: CodeDoc = code("0", "正常挂机", "Normal hang-up");

/// Too few voice ports: also a `stateCode` of PrivateNumber.
pub(in crate::platforms) const NO_PORTS: CodeDoc = code("522", "语音端口不足", "No voice ports left")
    .act(Us, "错开呼叫高峰，或申请更多端口。", "Spread the calls, or apply for more ports.")
    .ends(Blocked)
    .ended_by(Platform);

/// 100 to 553.
pub(in crate::platforms) const POINTS: &[CodeDoc] = &[
    code("100", "收号结果为空（用户未按键）", "Digit collection got nothing: no key was pressed"),
    recording("501", "录音会议或提示音建立失败", "Setting up the recording or its prompt failed (501)"),
    recording("502", "录音会议或提示音建立超时", "Setting up the recording or its prompt timed out (502)"),
    recording("503", "录音会议或提示音建立失败", "Setting up the recording or its prompt failed (503)"),
    recording("504", "录音会议或提示音建立超时", "Setting up the recording or its prompt timed out (504)"),
    recording("505", "录音会议或提示音建立失败", "Setting up the recording or its prompt failed (505)"),
    recording("506", "录音会议或提示音建立超时", "Setting up the recording or its prompt timed out (506)"),
    recording("507", "录音会议或提示音建立失败", "Setting up the recording or its prompt failed (507)"),
    recording("508", "录音会议或提示音建立超时", "Setting up the recording or its prompt timed out (508)"),
    recording("509", "录音会议或提示音建立失败", "Setting up the recording or its prompt failed (509)"),
    recording("510", "录音会议或提示音建立超时", "Setting up the recording or its prompt timed out (510)"),
    recording("512", "录音单元倒换", "The recording unit switched over"),
    code("513", "呼叫超时", "Call timed out").ends(NoAnswer).ended_by(Platform),
    code("514", "振铃超时", "Ringing timed out").ends(NoAnswer).ended_by(Platform),
    code("515", "远端取消呼叫", "Cancelled by the far end"),
    code("516", "近端取消呼叫", "Cancelled by the near end").ends(CallerGaveUp).ended_by(Caller),
    fault("517", "平台等待响应超时", "The platform waited too long for a response"),
    code("518", "呼叫远端失败，见 Q850", "Calling the far end failed: see the Q.850 cause"),
    code("519", "呼叫近端失败（0XX），见 Q850", "Calling the near end failed (0XX): see the Q.850 cause"),
    code("520", "呼叫近端失败（18X），见 Q850", "Calling the near end failed (18X): see the Q.850 cause"),
    code("521", "远端振铃前挂机", "Released before the far end rang").ends(CallerGaveUp),
    NO_PORTS,
    code("524", "放音文件不存在", "The announcement file is missing")
        .act(Us, "检查放音文件是否已上传并审核通过。", "Check that the file is uploaded and approved.")
        .ends(Failed),
    fault("526", "静音失败", "Muting failed"),
    fault("527", "取消静音失败", "Unmuting failed"),
    code("528", "号码前缀受限", "The number's prefix is restricted")
        .act(
            Us,
            "该号段不允许呼叫；确需呼叫时联系平台。",
            "Calls to this prefix are barred; ask the platform if needed.",
        )
        .ends(Blocked)
        .ended_by(Platform),
    code("529", "appKey 缺失", "The app key is missing")
        .act(Us, "检查应用的 APP_Key。", "Check the app's APP_Key.")
        .ends(Failed),
    code("530", "转接前主叫挂机", "The caller hung up before the call was forwarded")
        .ends(CallerGaveUp)
        .ended_by(Caller),
    code("539", "录音流程完成前主叫挂机", "The caller hung up before recording was set up").ended_by(Caller),
    code("540", "录音流程完成前被叫挂机", "The callee hung up before recording was set up").ended_by(Callee),
    fault("541", "媒体重协商失败", "Media renegotiation failed"),
    recording("542", "录音超时", "Recording timed out"),
    code("550", "近端振铃失败", "Ringing the near end failed").ends(Failed),
    code("551", "点击呼叫近端收到 0XX", "Click-to-call: the near end got 0XX").ends(Failed),
    code("552", "远端振铃时近端挂机", "The near end hung up while the far end rang")
        .ends(CallerGaveUp)
        .ended_by(Caller),
    code("553", "远端振铃前近端挂机", "The near end hung up before the far end rang")
        .ends(CallerGaveUp)
        .ended_by(Caller),
];

/// 1001 to 2914.
pub(in crate::platforms) const MENUS: &[CodeDoc] = &[
    code("1001", "坐席挂机", "The agent hung up"),
    code("1002", "用户挂机", "The user hung up"),
    code("1003", "SP 指示拆线", "The customer's server released the call"),
    code("1004", "盲转", "Blind transfer"),
    menu("2801", "总机流程拆线", "Released by the switchboard (2801)"),
    menu("2802", "总机流程拆线", "Released by the switchboard (2802)"),
    menu("2803", "总机流程拆线", "Released by the switchboard (2803)"),
    menu("2805", "总机流程拆线", "Released by the switchboard (2805)"),
    menu("2806", "总机流程拆线", "Released by the switchboard (2806)"),
    menu("2810", "总机流程拆线", "Released by the switchboard (2810)"),
    menu("2811", "总机流程拆线", "Released by the switchboard (2811)"),
    menu("2812", "总机流程拆线", "Released by the switchboard (2812)"),
    menu("2825", "总机流程拆线", "Released by the switchboard (2825)"),
    menu("2829", "总机流程拆线", "Released by the switchboard (2829)"),
    menu("2831", "总机流程拆线", "Released by the switchboard (2831)"),
    menu("2837", "总机流程拆线", "Released by the switchboard (2837)"),
    menu("2838", "总机流程拆线", "Released by the switchboard (2838)"),
    menu("2847", "总机流程拆线", "Released by the switchboard (2847)"),
    menu("2853", "总机流程拆线", "Released by the switchboard (2853)"),
    menu("2863", "总机流程拆线", "Released by the switchboard (2863)"),
    menu("2868", "总机流程拆线", "Released by the switchboard (2868)"),
    menu("2871", "总机流程拆线", "Released by the switchboard (2871)"),
    recording("2901", "录音失败", "Recording failed (2901)"),
    recording("2902", "录音失败", "Recording failed (2902)"),
    recording("2903", "录音失败", "Recording failed (2903)"),
    recording("2904", "录音失败", "Recording failed (2904)"),
    recording("2905", "录音失败", "Recording failed (2905)"),
    recording("2906", "录音失败", "Recording failed (2906)"),
    recording("2907", "录音失败", "Recording failed (2907)"),
    recording("2908", "录音失败", "Recording failed (2908)"),
    recording("2909", "录音失败", "Recording failed (2909)"),
    recording("2910", "录音失败", "Recording failed (2910)"),
    recording("2911", "录音失败", "Recording failed (2911)"),
    recording("2912", "录音失败", "Recording failed (2912)"),
    recording("2913", "录音失败", "Recording failed (2913)"),
    recording("2914", "录音失败", "Recording failed (2914)"),
];
