//! AXB: one X stands between many pairs; A who calls X reaches B, and B reaches A.

use super::shared::{
    AREA, AREA_MATCH, CALLEE_TONE, CALLER_TONE, LAST_MINUTE, MAX_MINUTES, NUMBER, PAIR, RECORD, RECORD_TONE, SECONDS,
    SMS, SUBSCRIPTION, SUBSCRIPTION_QUERY, USER_DATA,
};
use crate::domain::Text;
use crate::platforms::outbound::operation::{Effect, Field, Kind, Mode, Operation, Rule, Verb, field, query};

const PATH: &str = "/rest/caas/relationnumber/partners/v1.0";

const A: Field = field("callerNum", NUMBER, "A 号码", "A's number");
const B: Field = field("calleeNum", NUMBER, "B 号码", "B's number");
const X_QUERY: Field = query("relationNum", NUMBER, "X 号码", "X");
const DIRECTION: Field = field("callDirection", PAIR, "允许的呼叫方向，缺省双向", "Who may call; both ways by default");

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "axb.bind",
        mode: Mode::Axb,
        title: Text::new("AXB 绑定", "AXB: bind"),
        about: Text::new(
            "让 A 和 B 经 X 互相联系。不填 X 和城市码时，按 A 的区号选号。一个 X 最多 5000 对，号码不可重复。",
            "Lets A and B reach each other through X. Without X and city code one of A's city is picked. An X has at \
             most 5,000 pairs, and a number only once.",
        ),
        effect: Effect::Binds,
        verb: Verb::Post,
        path: PATH,
        fields: &[
            A.must(),
            B.must(),
            field("relationNum", NUMBER, "X 号码", "X"),
            AREA,
            AREA_MATCH,
            DIRECTION,
            SECONDS,
            RECORD,
            RECORD_TONE,
            MAX_MINUTES,
            LAST_MINUTE,
            SMS,
            CALLER_TONE,
            CALLEE_TONE,
            USER_DATA,
        ],
        rules: &[
            Rule::Differ("callerNum", "calleeNum"),
            Rule::Differ("callerNum", "relationNum"),
            Rule::Differ("calleeNum", "relationNum"),
        ],
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0002.html",
    },
    Operation {
        id: "axb.modify",
        mode: Mode::Axb,
        title: Text::new("AXB 修改", "AXB: change"),
        about: Text::new("修改一组绑定；未填写的不变。", "Changes a binding; what is left out stays."),
        effect: Effect::Changes,
        verb: Verb::Put,
        path: PATH,
        fields: &[
            SUBSCRIPTION.must(),
            A,
            B,
            DIRECTION,
            SECONDS,
            RECORD,
            RECORD_TONE,
            MAX_MINUTES,
            LAST_MINUTE,
            SMS,
            USER_DATA,
        ],
        rules: &[Rule::Differ("callerNum", "calleeNum")],
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0004.html",
    },
    Operation {
        id: "axb.unbind",
        mode: Mode::Axb,
        title: Text::new("AXB 解绑", "AXB: unbind"),
        about: Text::new(
            "解除一组绑定；只填 X 时解除该号码上的全部绑定。",
            "Ends a binding; with X alone every binding of that number.",
        ),
        effect: Effect::Unbinds,
        verb: Verb::Delete,
        path: PATH,
        fields: &[SUBSCRIPTION_QUERY, X_QUERY],
        rules: &[Rule::AnyOf(&[&["subscriptionId"], &["relationNum"]])],
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0003.html",
    },
    Operation {
        id: "axb.query",
        mode: Mode::Axb,
        title: Text::new("AXB 查询", "AXB: query"),
        about: Text::new(
            "按绑定 ID 查一组，或按 X 分页查全部。",
            "Looks one binding up by id, or the bindings of an X page by page.",
        ),
        effect: Effect::Reads,
        verb: Verb::Get,
        path: PATH,
        fields: &[
            SUBSCRIPTION_QUERY,
            X_QUERY,
            query("pageIndex", Kind::Integer { least: 1, most: 1_000_000 }, "第几页，从 1 开始", "The page, from 1"),
            query(
                "pageSize",
                Kind::Integer { least: 10, most: 100 },
                "每页条数，缺省 50",
                "Rows of a page, 50 by default",
            ),
        ],
        rules: &[Rule::AnyOf(&[&["subscriptionId"], &["relationNum"]])],
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0005.html",
    },
];
