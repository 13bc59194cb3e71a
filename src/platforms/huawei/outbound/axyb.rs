//! AXYB: X is A's number and Y is B's; A calls Y and reaches B, B calls X and reaches A.
//!
//! Bound in two steps: first A with an X, then B with a Y on the binding of the first. There is no
//! operation that changes a binding: it is ended and made again. The app key stands in the address
//! of each besides its headers.

use super::shared::{
    AREA, AREA_MATCH, ID, LONG_NUMBER, PAIR, RECORD, RECORD_TONE, SECONDS, SUBSCRIPTION, SUBSCRIPTION_QUERY, TONE,
};
use crate::domain::Text;
use crate::platforms::outbound::operation::{Effect, Field, Kind, Mode, Operation, Rule, Verb, field, query};

const PATH: &str = "/rest/omp/xyrelationnumber/v1.0";

const DIRECTION: Field = field("callDirection", PAIR, "允许的呼叫方向，缺省双向", "Who may call; both ways by default");
const X_TONE: Field = field("preVoiceX", TONE, "拨打 X 时的等待音文件", "Announcement for whoever calls X");
const Y_TONE: Field = field("preVoiceY", TONE, "拨打 Y 时的等待音文件", "Announcement for whoever calls Y");

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "axyb.bind",
        mode: Mode::Axyb,
        title: Text::new("AXYB 绑定 A 和 X", "AXYB: bind A and X"),
        about: Text::new(
            "第一步：平台在该城市为 A 选一个 X。一个 A 最多 5 个 X；B 拨打 X 时平台会自动给 B 一个 Y。",
            "First step: the platform picks an X of that city for A, who has at most 5. When B calls X the platform \
             gives B a Y by itself.",
        ),
        effect: Effect::Binds,
        verb: Verb::Post,
        path: PATH,
        fields: &[
            field("origNum", LONG_NUMBER, "A 号码", "A's number").must(),
            AREA.must(),
            AREA_MATCH,
            DIRECTION,
            SECONDS,
            field(
                "ybDuration",
                Kind::Integer { least: 0, most: 7_776_000 },
                "Y 的绑定保持秒数，缺省随 AX",
                "Seconds a Y stays; with A and X by default",
            ),
            RECORD,
            RECORD_TONE,
            X_TONE,
            Y_TONE,
        ],
        rules: &[],
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_axyb_0017.html",
    },
    Operation {
        id: "axyb.bind-y",
        mode: Mode::Axyb,
        title: Text::new("AXYB 绑定 B 和 Y", "AXYB: bind B and Y"),
        about: Text::new(
            "第二步：在第一步的绑定上为 B 选一个 Y。",
            "Second step: picks a Y for B, on the binding of the first.",
        ),
        effect: Effect::Changes,
        verb: Verb::Post,
        path: PATH,
        fields: &[
            field("origNum", LONG_NUMBER, "B 号码", "B's number").must(),
            SUBSCRIPTION.must(),
            AREA,
            AREA_MATCH,
            SECONDS,
            Y_TONE,
        ],
        rules: &[],
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_axyb_0017.html",
    },
    Operation {
        id: "axyb.unbind",
        mode: Mode::Axyb,
        title: Text::new("AXYB 解绑", "AXYB: unbind"),
        about: Text::new(
            "解除 A 和 X 的绑定（连同 Y）；填写 Y 或 B 时只解除 Y 的部分。",
            "Ends the binding of A and X with its Ys; with Y or B only that part.",
        ),
        effect: Effect::Unbinds,
        verb: Verb::Delete,
        path: PATH,
        fields: &[
            query("subscriptionId", ID, "绑定 ID，绑定时平台返回", "The binding's id, as the platform gave it").must(),
            query("yNum", LONG_NUMBER, "Y 号码", "Y"),
            query("bNum", LONG_NUMBER, "B 号码", "B's number"),
        ],
        rules: &[],
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_axyb_0018.html",
    },
    Operation {
        id: "axyb.query",
        mode: Mode::Axyb,
        title: Text::new("AXYB 查询", "AXYB: query"),
        about: Text::new("按绑定 ID 或 X 查询。", "Looks bindings up by id or X."),
        effect: Effect::Reads,
        verb: Verb::Get,
        path: PATH,
        fields: &[SUBSCRIPTION_QUERY, query("relationNum", LONG_NUMBER, "X 号码", "X")],
        rules: &[Rule::AnyOf(&[&["subscriptionId"], &["relationNum"]])],
        source: "https://support.huaweicloud.com/api-PrivateNumber/privatenumber_axyb_0019.html",
    },
];
