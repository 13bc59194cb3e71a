//! AXE: one X with extensions; whoever calls X types E and reaches its A.

use super::shared::{
    AREA, DISPLAY, LONG_NUMBER, RECORD, RECORD_TONE, SUBSCRIPTION, SUBSCRIPTION_QUERY, TONE, USER_DATA,
};
use crate::domain::Text;
use crate::platforms::outbound::operation::{Effect, Field, Kind, Mode, Operation, Rule, Verb, choice, field, query};

const PATH: &str = "/rest/caas/extendnumber/v1.0";

const EXTENSION: Kind = Kind::Digits { least: 1, most: 4 };
const X: Field = field("virtualNum", LONG_NUMBER, "X 号码", "X");
const X_QUERY: Field = query("virtualNum", LONG_NUMBER, "X 号码", "X");
const E: Field = field("extendNum", EXTENSION, "分机号 E，最多 4 位", "Extension E, 4 digits at most");
const E_QUERY: Field = query("extendNum", EXTENSION, "分机号 E，最多 4 位", "Extension E, 4 digits at most");
const SHOWN: Field = field(
    "displayNumMode",
    Kind::Choice(DISPLAY),
    "别人呼叫 X 时，A 看到的号码",
    "Which number A sees when others call X",
);
const BACK_TONE: Field = field(
    "callbackTone",
    TONE,
    "A 呼叫 X 而没有回呼记录时播放的文件",
    "Announcement where A calls X and nobody called before",
);
const BACK_NUMBER: Field = field(
    "callbackNum",
    LONG_NUMBER,
    "A 呼叫 X 而没有回呼记录时转接的号码",
    "Who is reached where A calls X and nobody called before",
);
const UNIT: Field = field(
    "timeUnit",
    Kind::Choice(&[choice("0", "小时", "hours"), choice("1", "分钟", "minutes")]),
    "下面两个时间的单位，缺省小时",
    "The unit of the two times below; hours by default",
);
const STAYS: Field = field(
    "bindExpiredTime",
    // 720 hours, or as many minutes.
    Kind::Integer { least: 0, most: 43_200 },
    "绑定有效时间，最长 720 小时；0 为永久",
    "How long the binding stays, 720 hours at most; 0 is for ever",
);
const BACK_STAYS: Field = field(
    "callbackExpiredTime",
    Kind::Integer { least: 0, most: 43_200 },
    "回呼记录有效时间",
    "How long a caller is remembered for calling back",
);
const WHICH: &[Rule] = &[Rule::AnyOf(&[&["subscriptionId"], &["virtualNum", "extendNum"]])];

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "axe.bind",
        mode: Mode::Axe,
        title: Text::new("AXE 绑定", "AXE: bind"),
        about: Text::new(
            "给 A 一个 X 上的分机号；不填 E 时由平台分配。",
            "Gives A an extension of X; without E the platform picks one.",
        ),
        effect: Effect::Binds,
        verb: Verb::Post,
        path: PATH,
        fields: &[
            X,
            AREA,
            field("bindNum", LONG_NUMBER, "A 号码", "A's number").must(),
            E,
            SHOWN,
            RECORD,
            RECORD_TONE,
            BACK_TONE,
            BACK_NUMBER,
            UNIT,
            STAYS,
            BACK_STAYS,
            USER_DATA,
        ],
        rules: &[Rule::AnyOf(&[&["virtualNum"], &["areaCode"]]), Rule::Differ("virtualNum", "bindNum")],
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0022.html",
    },
    Operation {
        id: "axe.modify",
        mode: Mode::Axe,
        title: Text::new("AXE 修改", "AXE: change"),
        about: Text::new("修改一组绑定；未填写的不变。", "Changes a binding; what is left out stays."),
        effect: Effect::Changes,
        verb: Verb::Put,
        path: PATH,
        fields: &[
            SUBSCRIPTION,
            X,
            E,
            field("bindNum", LONG_NUMBER, "A 号码", "A's number"),
            SHOWN,
            RECORD,
            RECORD_TONE,
            BACK_TONE,
            BACK_NUMBER,
            UNIT,
            STAYS,
            BACK_STAYS,
            USER_DATA,
        ],
        rules: WHICH,
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0023_1.html",
    },
    Operation {
        id: "axe.unbind",
        mode: Mode::Axe,
        title: Text::new("AXE 解绑", "AXE: unbind"),
        about: Text::new("收回一个分机号。", "Takes an extension back."),
        effect: Effect::Unbinds,
        verb: Verb::Delete,
        path: PATH,
        fields: &[SUBSCRIPTION_QUERY, X_QUERY, E_QUERY],
        rules: WHICH,
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0023.html",
    },
    Operation {
        id: "axe.query",
        mode: Mode::Axe,
        title: Text::new("AXE 查询", "AXE: query"),
        about: Text::new("按绑定 ID，或 X 和 E 查询。", "Looks a binding up by id, or by X and E."),
        effect: Effect::Reads,
        verb: Verb::Get,
        path: PATH,
        fields: &[SUBSCRIPTION_QUERY, X_QUERY, E_QUERY],
        rules: WHICH,
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0024.html",
    },
];
