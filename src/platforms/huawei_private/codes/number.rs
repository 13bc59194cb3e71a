//! What the notice of a privacy number says: its `status` and the `cause` of being unavailable.
//!
//! The manual ties causes to `10` only, yet lists "barring lifted" among them: any pair is kept.

use crate::domain::Text;
use crate::domain::Who::{Carrier, Platform, Us};
use crate::platforms::huawei::table::code;
use crate::platforms::{CodeDoc, CodeTable};

const SOURCE: &str = "https://support.huaweicloud.com/api-PrivateNumber/numstatus_notify_axb.html";

/// `numInfo.status`.
pub(super) const STATUS: CodeTable =
    CodeTable {
        name: "status",
        title: Text::new("X 号码状态（status）", "State of a privacy number (status)"),
        source: SOURCE,
        codes: &[
            code("5", "正常", "Normal"),
            code("9", "暂停：绑定、呼叫和短信均失败", "Paused: bindings, calls and SMS fail").act(
                Platform,
                "向平台确认原因，暂用其他号码。",
                "Ask the platform why; use another number meanwhile.",
            ),
            code("10", "不可用：绑定、呼叫和短信均失败", "Unavailable: bindings, calls and SMS fail").act(
                Us,
                "查看 cause；把绑定迁移到其他号码。",
                "See the cause; move the bindings to another number.",
            ),
            code("11", "冻结绑定：不能新增绑定，已有绑定可继续使用", "Frozen: no new bindings, existing ones go on")
                .act(Us, "新绑定改用其他号码。", "Use another number for new bindings."),
        ],
    };

/// `numInfo.cause`.
pub(super) const CAUSE: CodeTable = CodeTable {
    name: "cause",
    title: Text::new("X 号码状态原因（cause）", "Why a privacy number changed its state (cause)"),
    source: SOURCE,
    codes: CAUSES,
};

const CAUSES: &[CodeDoc] = &[
    code("1", "号码已删除", "The number was deleted").act(Us, "停止使用该号码。", "Stop using the number."),
    code("2", "号码欠费", "The number is in arrears").act(Us, "充值或联系平台。", "Pay, or ask the platform."),
    code("3", "号码停机", "The number is stopped").act(Platform, "联系平台复机。", "Ask the platform to restore it."),
    code("5", "号码被运营商限制呼叫", "The carrier bars calls of the number").act(
        Carrier,
        "联系平台向运营商申诉。",
        "Ask the platform to appeal to the carrier.",
    ),
    code("6", "号码呼叫限制已解除", "The barring was lifted"),
    code("7", "号码开通了无条件前转", "Unconditional forwarding was switched on").act(
        Platform,
        "联系平台取消前转。",
        "Ask the platform to switch it off.",
    ),
    code("8", "号码开通了无应答前转", "Forwarding on no answer was switched on").act(
        Platform,
        "联系平台取消前转。",
        "Ask the platform to switch it off.",
    ),
    code("9", "号码开通了遇忙前转", "Forwarding on busy was switched on").act(
        Platform,
        "联系平台取消前转。",
        "Ask the platform to switch it off.",
    ),
];
