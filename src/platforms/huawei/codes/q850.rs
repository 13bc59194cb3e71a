//! Q.850: what the telephone network says about a leg that was not answered.
//!
//! Both products document the same list for `fwdUnaswRsn` and `callOutUnaswRsn`. 16 and 31 are
//! ordinary ends and tell nothing about an unanswered call, so they leave the outcome to the
//! next code.

use crate::domain::CallOutcome::{Busy, Failed, NoAnswer, NoSuchNumber, Rejected, Unreachable};
use crate::domain::Party::Callee;
use crate::domain::Text;
use crate::domain::Who::{self, Carrier, Us};
use crate::platforms::huawei::table::code;
use crate::platforms::{CodeDoc, CodeTable};

const RETRY_ZH: &str = "稍后重试；持续出现时向平台报障。";
const RETRY_EN: &str = "Try again later; report it to the platform if it persists.";
const NUMBER_ZH: &str = "核对被叫号码。";
const NUMBER_EN: &str = "Check the called number.";
const REPORT_ZH: &str = "带上 sessionId 向平台报障。";
const REPORT_EN: &str = "Report it to the platform with the session id.";

/// A fault of the network that may pass.
const fn network(number: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    code(number, zh, en).act(Carrier, RETRY_ZH, RETRY_EN).ends(Failed)
}

/// A disagreement between two exchanges that only their owners can settle.
const fn signalling(number: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    code(number, zh, en).act(Who::Platform, REPORT_ZH, REPORT_EN).ends(Failed)
}

/// A number that does not lead anywhere.
const fn wrong_number(number: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    code(number, zh, en).act(Us, NUMBER_ZH, NUMBER_EN).ends(NoSuchNumber)
}

/// The table, under the name by which causes refer to it.
pub(in crate::platforms) const TABLE: CodeTable = CodeTable {
    name: "q850",
    title: Text::new("Q850 原因值（fwdUnaswRsn、callOutUnaswRsn）", "Q.850 causes (fwdUnaswRsn, callOutUnaswRsn)"),
    source: "https://support.huaweicloud.com/api-VoiceCall/rtc_05_0018.html",
    codes: CODES,
};

const CODES: &[CodeDoc] = &[
    code("0", "不适用", "Not applicable"),
    wrong_number("1", "号码未分配（空号）", "Unallocated number"),
    network("2", "无到指定网络的路由", "No route to the transit network").ends(Unreachable),
    network("3", "无到目的地的路由", "No route to the destination").ends(Unreachable),
    code("4", "发送专用信息音", "Special information tone sent"),
    wrong_number("5", "误拨长途字冠", "Wrong trunk prefix").ends(Failed),
    network("6", "通路不可接受", "Channel unacceptable"),
    code("7", "呼叫已在已建立的通路上接续", "Call delivered in an established channel"),
    network("8", "呼叫被抢占", "Pre-emption"),
    network("9", "呼叫被抢占，电路预留", "Pre-emption, circuit reserved"),
    code("16", "正常的呼叫清除", "Normal call clearing"),
    code("17", "用户忙", "User busy").ends(Busy),
    code("18", "无用户响应", "No user responding").ends(NoAnswer),
    code("19", "已振铃，用户未应答", "Alerted, but no answer").ends(NoAnswer),
    code("20", "用户缺席（不在服务区或关机）", "Subscriber absent: out of reach or off").ends(Unreachable),
    code("21", "呼叫被拒绝", "Call rejected").ends(Rejected).ended_by(Callee),
    wrong_number("22", "号码已改变", "Number changed"),
    code("23", "重定向到新的目的地", "Redirected to a new destination"),
    network("25", "交换机路由错误", "Exchange routing error").ends(Unreachable),
    code("26", "未被选中的用户清除", "Non-selected user clearing"),
    network("27", "目的地故障", "Destination out of order").ends(Unreachable),
    wrong_number("28", "号码格式无效（号码不全）", "Invalid or incomplete number format"),
    network("29", "设施被拒绝", "Facility rejected"),
    code("30", "对状态询问的响应", "Response to a status enquiry"),
    code("31", "正常，未指明", "Normal, unspecified"),
    network("34", "无电路或通路可用", "No circuit or channel available"),
    network("38", "网络故障", "Network out of order"),
    network("39", "永久性帧模式连接故障", "Permanent frame mode connection out of service"),
    network("40", "永久性帧模式连接可用", "Permanent frame mode connection operational"),
    network("41", "临时故障", "Temporary failure"),
    network("42", "交换设备拥塞", "Switching equipment congestion"),
    network("43", "接入信息被丢弃", "Access information discarded"),
    network("44", "请求的电路或通路不可用", "Requested circuit or channel not available"),
    network("46", "优先呼叫被阻塞", "Precedence call blocked"),
    network("47", "资源不可用，未指明", "Resource unavailable, unspecified"),
    network("49", "服务质量不可用", "Quality of service not available"),
    network("50", "未预订请求的设施", "Requested facility not subscribed"),
    network("53", "闭合用户群内禁止呼出", "Outgoing calls barred within the closed user group"),
    network("55", "闭合用户群内禁止呼入", "Incoming calls barred within the closed user group"),
    network("57", "承载能力未授权", "Bearer capability not authorised"),
    network("58", "承载能力目前不可用", "Bearer capability not presently available"),
    network("62", "接入信息与用户类别不一致", "Access information and subscriber class inconsistent"),
    network("63", "服务不可用，未指明", "Service not available, unspecified"),
    signalling("65", "承载能力未实现", "Bearer capability not implemented"),
    signalling("66", "通路类型未实现", "Channel type not implemented"),
    signalling("69", "请求的设施未实现", "Requested facility not implemented"),
    signalling("70", "仅能获得受限的数字信息承载能力", "Only restricted digital information is available"),
    signalling("79", "服务未实现，未指明", "Service not implemented, unspecified"),
    signalling("81", "无效的呼叫参考值", "Invalid call reference"),
    signalling("82", "标识的通路不存在", "Identified channel does not exist"),
    signalling("83", "有挂起的呼叫，但标识不对", "A suspended call exists, but not with this identity"),
    signalling("84", "呼叫标识正在使用", "Call identity in use"),
    signalling("85", "没有挂起的呼叫", "No call suspended"),
    signalling("86", "该标识的呼叫已清除", "The call with this identity has been cleared"),
    signalling("87", "用户不是闭合用户群成员", "User is not a member of the closed user group"),
    signalling("88", "目的地不兼容", "Incompatible destination"),
    signalling("90", "闭合用户群不存在", "The closed user group does not exist"),
    signalling("91", "无效的转接网络选择", "Invalid transit network selection"),
    signalling("95", "无效消息，未指明", "Invalid message, unspecified"),
    signalling("96", "缺少必选信息单元", "Mandatory information element missing"),
    signalling("97", "消息类型不存在或未实现", "Message type unknown or not implemented"),
    signalling("98", "消息与呼叫状态不符", "Message not compatible with the call state"),
    signalling("99", "信息单元或参数不存在", "Information element or parameter unknown"),
    signalling("100", "信息单元内容无效", "Invalid information element contents"),
    signalling("101", "消息与呼叫状态不兼容", "Message incompatible with the call state"),
    signalling("102", "定时器超时恢复", "Recovery on timer expiry"),
    signalling("103", "参数不存在，已传递", "Unknown parameter, passed on"),
    signalling("110", "含未识别参数的消息被丢弃", "Message with an unrecognised parameter discarded"),
    signalling("111", "协议错误，未指明", "Protocol error, unspecified"),
    signalling("127", "互通，未指明", "Interworking, unspecified"),
];
