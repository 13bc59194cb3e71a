//! SIP status codes: how the network's SIP side answered the failed leg (`sipStatusCode`).
//!
//! `ulFailReason` also carries them raw, 400 to 699, when the network gave no Q.850 cause. The
//! numbers of [`OVERLAPPING`] mean something else there (501 is a recording that could not be
//! set up), so they are kept apart and stand only in the table of `sipStatusCode`.

use crate::domain::CallOutcome::{Blocked, Busy, CallerGaveUp, Failed, NoAnswer, NoSuchNumber, Rejected, Unreachable};
use crate::domain::Party::{Callee, Caller};
use crate::domain::Text;
use crate::domain::Who::{Carrier, Platform, Us};
use crate::platforms::huawei::table::{code, join};
use crate::platforms::{CodeDoc, CodeTable};

/// The table, under the name by which causes refer to it.
pub(in crate::platforms) const TABLE: CodeTable = CodeTable {
    name: "sip",
    title: Text::new("SIP 状态码（sipStatusCode）", "SIP status codes (sipStatusCode)"),
    source: "https://www.iana.org/assignments/sip-parameters",
    codes: &CODES,
};

static CODES: [CodeDoc; 2 + REQUEST.len() + OVERLAPPING.len() + GLOBAL.len()] =
    join(&[&[code("0", "无", "None"), code("200", "成功", "OK: nothing failed")], REQUEST, OVERLAPPING, GLOBAL]);

/// A number or an address that is wrong as given.
const fn ours(number: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    code(number, zh, en).act(Us, "核对被叫号码。", "Check the called number.").ends(NoSuchNumber)
}

/// A disagreement between two exchanges.
const fn signalling(number: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    code(number, zh, en)
        .act(Platform, "带上 sessionId 向平台报障。", "Report it to the platform with the session id.")
        .ends(Failed)
}

/// A fault of the network that may pass.
const fn network(number: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    code(number, zh, en)
        .act(Carrier, "稍后重试；持续出现时向平台报障。", "Try again later; report it to the platform if it persists.")
        .ends(Failed)
}

/// 400 to 500: nothing else has these numbers.
pub(in crate::platforms) const REQUEST: &[CodeDoc] = &[
    signalling("400", "错误的请求", "Bad request"),
    signalling("401", "需要鉴权", "Unauthorised"),
    signalling("402", "需要付费", "Payment required"),
    network("403", "被禁止（运营商拦截）", "Forbidden: barred by the carrier").ends(Blocked),
    ours("404", "未找到用户（空号）", "Not found: no such number"),
    signalling("405", "方法不允许", "Method not allowed"),
    signalling("406", "不可接受", "Not acceptable"),
    signalling("407", "需要代理鉴权", "Proxy authentication required"),
    code("408", "请求超时（无应答）", "Request timeout: no answer").ends(NoAnswer),
    ours("410", "号码已不存在", "Gone: the number is no longer in use"),
    signalling("413", "请求内容过大", "Request entity too large"),
    signalling("414", "请求地址过长", "Request address too long"),
    signalling("415", "不支持的媒体类型", "Unsupported media type"),
    signalling("416", "不支持的地址方案", "Unsupported address scheme"),
    signalling("420", "不支持的扩展", "Bad extension"),
    signalling("421", "需要扩展", "Extension required"),
    signalling("422", "会话时长过短", "Session interval too small"),
    signalling("423", "时长过短", "Interval too brief"),
    signalling("433", "不允许匿名", "Anonymity disallowed"),
    code("480", "暂时无法接通", "Temporarily unavailable").ends(Unreachable),
    signalling("481", "呼叫或事务不存在", "Call or transaction does not exist"),
    signalling("482", "检测到环路", "Loop detected"),
    signalling("483", "跳数过多", "Too many hops"),
    ours("484", "号码不完整", "Address incomplete"),
    ours("485", "号码不明确", "Ambiguous address"),
    code("486", "用户忙", "Busy here").ends(Busy),
    code("487", "呼叫已取消（主叫放弃）", "Request terminated: the caller gave up").ends(CallerGaveUp).ended_by(Caller),
    signalling("488", "媒体协商失败", "Not acceptable here"),
    signalling("491", "请求冲突", "Request pending"),
    signalling("493", "无法解密", "Undecipherable"),
    network("500", "服务器内部错误", "Server internal error"),
];

/// These numbers are release points of the platform when they stand in `ulFailReason`.
const OVERLAPPING: &[CodeDoc] = &[
    signalling("501", "未实现", "Not implemented"),
    network("502", "网关错误", "Bad gateway"),
    network("503", "服务不可用", "Service unavailable"),
    network("504", "服务器超时", "Server timeout"),
    signalling("505", "SIP 版本不支持", "SIP version not supported"),
    signalling("513", "消息过大", "Message too large"),
];

/// 580 and the global failures: nothing else has these numbers.
pub(in crate::platforms) const GLOBAL: &[CodeDoc] = &[
    network("580", "前置条件失败", "Precondition failure"),
    code("600", "用户处处忙", "Busy everywhere").ends(Busy),
    code("603", "被拒绝", "Declined").ends(Rejected).ended_by(Callee),
    ours("604", "用户不存在", "Does not exist anywhere"),
    signalling("606", "不可接受", "Not acceptable"),
];
