//! What Huawei's interfaces answer when they refuse.

use crate::domain::{Text, Who};
use crate::platforms::outbound::code::{CORRECT, SUPPORT, code};
use crate::platforms::{CodeDoc, CodeTable};

pub(super) static RESULTS: CodeTable = CodeTable {
    name: "resultcode",
    title: Text::new("华为云接口结果码（resultcode）", "Results of Huawei's interfaces (resultcode)"),
    source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0002.html",
    codes: CODES,
};

const SECRET: [&str; 2] =
    ["核对 APP_Key、APP_Secret 和签名方式。", "Check APP_Key, APP_Secret and the way of signing."];
const SIGNING: [&str; 2] = [
    "核对签名方式（AKSK 或 WSSE），以及中间的代理是否去掉了请求头。",
    "Check the way of signing, AKSK or WSSE, and whether a proxy drops headers.",
];
const GONE: [&str; 2] = [
    "先查询；可能已解绑、已到期，或属于另一个应用。",
    "Query it; it may have ended, be over, or belong to another application.",
];

const CODES: &[CodeDoc] = &[
    code("1010001", Who::Platform, ["平台内部错误", "An error inside the platform"], SUPPORT),
    code("1010002", Who::Us, ["请求参数无效", "A parameter is not valid"], CORRECT),
    code("1010003", Who::Us, ["APP_Key 无效", "The APP_Key is not valid"], SECRET),
    code(
        "1010010",
        Who::Us,
        ["平台流控", "The platform limits how often it is asked"],
        ["等一分钟再试。", "Wait a minute."],
    ),
    code(
        "1010013",
        Who::Us,
        ["时间相差过大", "Our clock is too far off"],
        ["核对本机时间。", "Check this server's clock."],
    ),
    code(
        "1010029",
        Who::Us,
        ["账号已冻结（欠费）", "The account is frozen, in arrears"],
        ["到华为云费用中心充值。", "Pay at Huawei Cloud's billing centre."],
    ),
    code(
        "1010040",
        Who::Us,
        ["该应用无权调用此接口（模式不符）", "The application may not use this interface: it is of another mode"],
        ["用与应用模式相符的接口。", "Use the interfaces of the application's own mode."],
    ),
    code(
        "1011001",
        Who::Us,
        ["号码不存在或不属于该应用", "The number does not exist or is another application's"],
        ["在控制台“号码管理”核对 X 号码。", "Check X in the platform's console."],
    ),
    code(
        "1011003",
        Who::Us,
        ["A 已绑定 5 个 X 号码", "A has 5 X already"],
        ["先解绑一个再绑定。", "End one of them first."],
    ),
    code("1011004", Who::Us, ["绑定的号码不存在", "There is no such number bound"], GONE),
    code(
        "1011005",
        Who::Us,
        ["X 号码已被其他 A 占用", "X is bound to another A"],
        ["换一个 X 号码。", "Use another X."],
    ),
    code(
        "1012001",
        Who::Us,
        [
            "号码资源不足（绑定时），或号码、绑定不存在",
            "No number is free (bind), or there is no such number or binding",
        ],
        [
            "绑定时：换城市码或 areaMatchMode=1，或订购号码；其他：先查询。",
            "On bind: another areaCode, areaMatchMode 1, or more numbers; otherwise query it.",
        ],
    ),
    code("1012007", Who::Us, ["记录或绑定不存在", "There is no such record or binding"], GONE),
    code(
        "1012010",
        Who::Us,
        ["X 号码上已有 A 或 B 的绑定", "A or B is bound on this X already"],
        ["先查询已有的绑定，或换一个 X 号码。", "Query what is bound, or use another X."],
    ),
    code(
        "1020152",
        Who::Nobody,
        ["通话会话无效，多半已结束", "The call is not valid, most likely over"],
        ["看通话页是否已挂机。", "See whether the call has ended."],
    ),
    code(
        "1020166",
        Who::Us,
        ["来源 IP 不在平台的白名单", "Our address is not on the platform's list"],
        ["请平台加入这台服务器的出口 IP。", "Have the platform add this server's outward address."],
    ),
    code(
        "1020176",
        Who::Us,
        ["鉴权失败次数过多，IP 封禁 30 分钟", "Too many failures: our address is blocked for 30 minutes"],
        ["先改正密钥，30 分钟后再试。", "Correct the key first, then wait 30 minutes."],
    ),
    code(
        "1023006",
        Who::Us,
        ["没有 Authorization，或鉴权失败", "Authorization is missing, or the signature does not hold"],
        [
            "核对 APP_Key、APP_Secret、签名方式和本机时间。",
            "Check APP_Key, APP_Secret, the way of signing and this server's clock.",
        ],
    ),
    code("1023007", Who::Us, ["Authorization 缺少 realm", "Authorization lacks realm"], SIGNING),
    code("1023008", Who::Us, ["Authorization 缺少 profile", "Authorization lacks profile"], SIGNING),
    code("1023009", Who::Us, ["realm 不是 SDP", "realm is not SDP"], SIGNING),
    code("1023010", Who::Us, ["profile 不是 UsernameToken", "profile is not UsernameToken"], SIGNING),
    code("1023011", Who::Us, ["type 不是 Appkey", "type is not Appkey"], SIGNING),
    code("1023012", Who::Us, ["Authorization 缺少 type", "Authorization lacks type"], SIGNING),
    code("1023026", Who::Us, ["没有 X-WSSE", "X-WSSE is missing"], SIGNING),
    code("1023027", Who::Us, ["X-WSSE 缺少 Username", "X-WSSE lacks Username"], SIGNING),
    code("1023028", Who::Us, ["X-WSSE 缺少 Nonce", "X-WSSE lacks Nonce"], SIGNING),
    code("1023029", Who::Us, ["X-WSSE 缺少 Created", "X-WSSE lacks Created"], SIGNING),
    code("1023030", Who::Us, ["X-WSSE 缺少 PasswordDigest", "X-WSSE lacks PasswordDigest"], SIGNING),
    code("1023033", Who::Us, ["没有 X-AKSK / X-WSSE", "X-AKSK or X-WSSE is missing"], SIGNING),
    code("1023034", Who::Us, ["签名头缺少 Username", "The signature lacks Username"], SIGNING),
    code("1023035", Who::Us, ["签名头缺少 Nonce", "The signature lacks Nonce"], SIGNING),
];
