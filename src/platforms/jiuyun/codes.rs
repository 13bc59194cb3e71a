//! `byeType`: why a call ended. The same list stands on every page of the manual.
//!
//! The list is open: the manual's own 专线语音 sample carries 200, which is not in it. The code
//! tells which side or machine was the cause, not who hung up; only the two ends that the
//! platform makes itself say so.
//!
//! "A" is the caller, whom the platform may dial first; "B" is the called party.

use crate::domain::{CallOutcome, Party, Text, Who};
use crate::platforms::{CodeDoc, CodeTable};

pub(super) const TABLES: &[CodeTable] = &[BYE_TYPE];

pub(super) const BYE_TYPE: CodeTable = CodeTable {
    name: "byeType",
    title: Text::new("挂机类型 byeType", "byeType: why the call ended"),
    source: "https://www.33e9cloud.com 回调接口",
    codes: &[
        CodeDoc {
            code: "0",
            text: Text::new("正常挂机", "Hung up normally"),
            who: Who::Nobody,
            advice: Text::new("", ""),
            // Nobody talked and nothing failed: the platform does not say who gave up.
            outcome: Some(CallOutcome::NoAnswer),
            by: None,
        },
        CodeDoc {
            code: "1",
            text: Text::new("主叫（A）不可及", "The caller (A) could not be reached"),
            who: Who::Caller,
            advice: Text::new(
                "确认主叫手机已开机且有信号后重新发起呼叫",
                "Make sure that the caller's phone is on and has signal, then place the call again",
            ),
            outcome: Some(CallOutcome::Unreachable),
            by: None,
        },
        CodeDoc {
            code: "2",
            text: Text::new("被叫（B）不可及", "The called party (B) could not be reached"),
            who: Who::Callee,
            advice: Text::new(
                "被叫关机、停机或无信号：稍后重拨；持续出现时核对号码",
                "The phone is off, suspended or without signal: try later; if it goes on, check the number",
            ),
            outcome: Some(CallOutcome::Unreachable),
            by: None,
        },
        CodeDoc {
            code: "3",
            text: Text::new("主叫（A）忙", "The caller (A) was busy"),
            who: Who::Caller,
            advice: Text::new(
                "主叫正在通话或拒接了平台的呼叫：空闲后重新发起",
                "The caller was in another call or declined the platform's: place the call again later",
            ),
            outcome: Some(CallOutcome::Busy),
            by: None,
        },
        CodeDoc {
            code: "4",
            text: Text::new("被叫（B）忙", "The called party (B) was busy"),
            who: Who::Callee,
            advice: Text::new("被叫正在通话或拒接：稍后重拨", "In another call, or declined: try later"),
            outcome: Some(CallOutcome::Busy),
            by: None,
        },
        CodeDoc {
            code: "5",
            text: Text::new("达到最大通话时长", "The longest allowed talk time was reached"),
            who: Who::Us,
            advice: Text::new(
                "通话被平台按 maxCallTime 切断：需要更长时请调大该参数（上限 8 小时）",
                "The platform cut the call at maxCallTime: raise it if calls need longer (8 hours at most)",
            ),
            // Only a call that was answered can last too long.
            outcome: None,
            by: Some(Party::Platform),
        },
        CodeDoc {
            code: "6",
            text: Text::new("服务器错误", "Server error"),
            who: Who::Platform,
            advice: Text::new(
                "平台内部故障：重试；反复出现时带 callId 联系平台支持",
                "A fault inside the platform: try again; if it repeats, send the callId to the platform's support",
            ),
            outcome: Some(CallOutcome::Failed),
            by: Some(Party::Platform),
        },
        CodeDoc {
            code: "7",
            text: Text::new("网络错误", "Network error"),
            who: Who::Carrier,
            advice: Text::new(
                "线路或运营商网络故障：重试；反复出现时带 callId 联系平台支持",
                "A fault of the line or the carrier: try again; if it repeats, send the callId to the platform's support",
            ),
            outcome: Some(CallOutcome::Failed),
            by: None,
        },
        CodeDoc {
            code: "255",
            text: Text::new("其他原因", "Another reason"),
            who: Who::Platform,
            advice: Text::new(
                "平台未说明原因：带 callId 询问平台支持",
                "The platform does not say which: ask its support, with the callId",
            ),
            outcome: Some(CallOutcome::Failed),
            by: None,
        },
    ],
};
