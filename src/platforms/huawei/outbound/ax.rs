//! AX: one X belongs to one A. Whoever calls X reaches A; for A's own calls a callee is set first.

use super::shared::{
    AREA, AREA_MATCH, CALLEE_TONE, CALLER_TONE, DISPLAY, LAST_MINUTE, LONG_NUMBER, MAX_MINUTES, NUMBER, RECORD,
    RECORD_TONE, SMS, SUBSCRIPTION, SUBSCRIPTION_QUERY, USER_DATA,
};
use crate::domain::Text;
use crate::platforms::outbound::operation::{Effect, Field, Kind, Mode, Operation, Rule, Verb, choice, field, query};

const PATH: &str = "/rest/provision/caas/privatenumber/v1.0";

const A: Field = field("origNum", NUMBER, "A 号码", "A's number");
const X: Field = field("privateNum", NUMBER, "X 号码", "X");
const X_QUERY: Field = query("privateNum", LONG_NUMBER, "X 号码", "X");
const DIRECTION: Field = field(
    "callDirection",
    Kind::Code(&[
        choice("0", "双向", "both ways"),
        choice("1", "只允许 A 呼叫 X", "A calls X only"),
        choice("2", "只允许其他人呼叫 X", "others call X only"),
    ]),
    "允许的呼叫方向，缺省双向",
    "Who may call; both ways by default",
);
const WHICH: &[Rule] = &[Rule::AnyOf(&[&["subscriptionId"], &["privateNum"]])];

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "ax.bind",
        mode: Mode::Ax,
        title: Text::new("AX 绑定", "AX: bind"),
        about: Text::new(
            "把 X 号码给 A 专用，不会自行到期。一个 A 最多同时有 5 个 X。",
            "Gives X to A alone; it does not end by itself. An A has at most 5 X at once.",
        ),
        effect: Effect::Binds,
        verb: Verb::Post,
        path: PATH,
        fields: &[
            A.must(),
            X,
            AREA,
            AREA_MATCH,
            field(
                "calleeNumDisplay",
                Kind::Choice(DISPLAY),
                "别人呼叫 X 时，A 看到的号码",
                "Which number A sees when others call X",
            )
            .must(),
            DIRECTION,
            RECORD,
            RECORD_TONE,
            SMS,
            CALLER_TONE,
            CALLEE_TONE,
            MAX_MINUTES,
            LAST_MINUTE,
            USER_DATA,
        ],
        rules: &[Rule::AnyOf(&[&["privateNum"], &["areaCode"]]), Rule::Differ("origNum", "privateNum")],
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0011.html",
    },
    Operation {
        id: "ax.modify",
        mode: Mode::Ax,
        title: Text::new("AX 修改", "AX: change"),
        about: Text::new("修改一组绑定；未填写的不变。", "Changes a binding; what is left out stays."),
        effect: Effect::Changes,
        verb: Verb::Put,
        path: PATH,
        fields: &[SUBSCRIPTION, X, A, SMS.must(), DIRECTION, RECORD, RECORD_TONE, MAX_MINUTES, LAST_MINUTE, USER_DATA],
        rules: WHICH,
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0013.html",
    },
    Operation {
        id: "ax.unbind",
        mode: Mode::Ax,
        title: Text::new("AX 解绑", "AX: unbind"),
        about: Text::new("解除绑定；正在进行的通话不受影响。", "Ends a binding; a call under way goes on."),
        effect: Effect::Unbinds,
        verb: Verb::Delete,
        path: PATH,
        fields: &[SUBSCRIPTION_QUERY, query("origNum", LONG_NUMBER, "A 号码", "A's number"), X_QUERY],
        rules: WHICH,
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0012.html",
    },
    Operation {
        id: "ax.query",
        mode: Mode::Ax,
        title: Text::new("AX 查询", "AX: query"),
        about: Text::new("按绑定 ID、A 或 X 查询绑定。", "Looks bindings up by id, A or X."),
        effect: Effect::Reads,
        verb: Verb::Get,
        path: PATH,
        fields: &[SUBSCRIPTION_QUERY, query("origNum", LONG_NUMBER, "A 号码", "A's number"), X_QUERY],
        rules: &[Rule::AnyOf(&[&["subscriptionId"], &["origNum"], &["privateNum"]])],
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0014.html",
    },
    Operation {
        id: "ax.callee",
        mode: Mode::Ax,
        title: Text::new("AX 设置临时被叫", "AX: set the next callee"),
        about: Text::new(
            "A 拨打 X 前一分钟内设置这次要接通的号码；再次设置会覆盖。",
            "Sets whom A reaches by calling X within the next minute; setting it again replaces it.",
        ),
        effect: Effect::Changes,
        verb: Verb::Put,
        path: "/rest/caas/privatenumber/calleenumber/v1.0",
        fields: &[
            SUBSCRIPTION,
            X,
            field("calleeNum", NUMBER, "临时被叫号码", "Whom A is to reach").must(),
            field(
                "duration",
                Kind::Integer { least: 0, most: 7_776_000 },
                "临时被叫保持的秒数",
                "Seconds for which it holds",
            ),
            USER_DATA,
        ],
        rules: WHICH,
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0015.html",
    },
];
