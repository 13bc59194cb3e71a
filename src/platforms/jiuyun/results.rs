//! What 玖云's interfaces answer when they refuse.

use crate::domain::{Text, Who};
use crate::platforms::outbound::code::{CORRECT, SUPPORT, code};
use crate::platforms::{CodeDoc, CodeTable};

pub(super) static RESULTS: CodeTable = CodeTable {
    name: "statusCode",
    title: Text::new("玖云接口结果码（statusCode）", "Results of 玖云's interfaces (statusCode)"),
    source: "https://www.33e9cloud.com API_globalErrorCode",
    codes: CODES,
};

const GONE: [&str; 2] = [
    "先查询；可能已解绑、已到期，或属于另一个应用。",
    "Query it; it may have ended, be over, or belong to another application.",
];
const ACCOUNT: [&str; 2] = ["核对 accountSid。", "Check accountSid."];
const APP: [&str; 2] = ["核对应用的 appId。", "Check the app's appId."];
const NUMBER: [&str; 2] = ["核对号码的写法。", "Check how the number is written."];

const CODES: &[CodeDoc] = &[
    code("900000", Who::Platform, ["未知错误", "An unknown error"], SUPPORT),
    code("900098", Who::Us, ["参数错误", "A parameter is wrong"], CORRECT),
    code("900099", Who::Us, ["接口版本错误", "The version in the path is wrong"], SUPPORT),
    code("900100", Who::Us, ["sig 为空", "sig is empty"], SUPPORT),
    code("900101", Who::Us, ["Authorization 无法解码", "Authorization cannot be decoded"], SUPPORT),
    code("900103", Who::Us, ["accountSid 为空", "accountSid is empty"], ACCOUNT),
    code("900104", Who::Us, ["accountSid 长度错误", "accountSid has the wrong length"], ACCOUNT),
    code("900105", Who::Us, ["accountSid 格式错误", "accountSid has the wrong form"], ACCOUNT),
    code(
        "900109",
        Who::Us,
        ["时间戳无效", "The time is not valid"],
        ["核对本机时间，与北京时间相差不得超过 12 小时。", "Check this server's clock: within 12 hours of Beijing's."],
    ),
    code("900110", Who::Us, ["账号不存在", "There is no such account"], ACCOUNT),
    code(
        "900111",
        Who::Us,
        ["sig 不匹配", "sig does not match"],
        ["核对 accountSid 和 authToken。", "Check accountSid and authToken."],
    ),
    code("900112", Who::Us, ["appId 为空", "appId is empty"], APP),
    code("900113", Who::Us, ["appId 不存在", "There is no such appId"], APP),
    code(
        "900114",
        Who::Us,
        ["应用状态不正常", "The application is not in order"],
        ["到玖云控制台查看应用状态。", "See the application in the platform's console."],
    ),
    code(
        "900115",
        Who::Us,
        ["应用未启用回调地址", "The application's callback address is not enabled"],
        ["到玖云控制台填写并启用回调地址。", "Set and enable it in the platform's console."],
    ),
    code("900116", Who::Us, ["appId 属于另一个账号", "The appId is another account's"], APP),
    code("900117", Who::Us, ["账号欠费", "The account is in arrears"], ["到玖云控制台充值。", "Pay at the platform."]),
    code("900122", Who::Us, ["账号状态不正常", "The account is not in order"], SUPPORT),
    code("900123", Who::Us, ["应用超出限额", "The application is over its limit"], SUPPORT),
    code("900213", Who::Us, ["callId 为空", "callId is empty"], CORRECT),
    code("900217", Who::Us, ["callId 无效", "The callId is not valid"], ["通话可能已结束。", "The call may be over."]),
    code("900400", Who::Us, ["没有这组号码映射", "A and B have no number"], GONE),
    code("900401", Who::Us, ["realNumA 为空", "realNumA is empty"], NUMBER),
    code("900402", Who::Us, ["realNumA 格式错误", "realNumA has the wrong form"], NUMBER),
    code("900403", Who::Us, ["realNumB 为空", "realNumB is empty"], NUMBER),
    code("900404", Who::Us, ["realNumB 格式错误", "realNumB has the wrong form"], NUMBER),
    code("900405", Who::Us, ["validTime 错误", "validTime is wrong"], CORRECT),
    code(
        "900406",
        Who::Us,
        ["没有空闲的号码", "No number is free"],
        ["释放不用的，或增加号码。", "Release what is not needed, or order more."],
    ),
    code("900407", Who::Us, ["A 与 B 相同", "A is B"], NUMBER),
    code("900408", Who::Us, ["areaCode 错误", "areaCode is wrong"], CORRECT),
    code(
        "900409",
        Who::Us,
        ["已有映射", "A and B have a number already"],
        ["先查询已有的号码。", "Query the number they have."],
    ),
];
