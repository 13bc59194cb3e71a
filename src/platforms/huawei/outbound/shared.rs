//! Fields that several modes have, with the lengths that their pages give.

use crate::platforms::outbound::operation::{Choice, Field, Kind, choice, field, query};

/// A number with its country code.
pub(super) const NUMBER: Kind = Kind::Global { least: 4, most: 31 };
/// A number on the pages that allow one character more.
pub(super) const LONG_NUMBER: Kind = Kind::Global { least: 4, most: 32 };
pub(super) const ID: Kind = Kind::Id { most: 64 };
/// A file of an announcement.
pub(super) const TONE: Kind = Kind::Text { least: 1, most: 128 };

/// `true` and `false`, as words.
pub(super) const YES_NO: Kind = Kind::Choice(&[choice("true", "是", "yes"), choice("false", "否", "no")]);
/// How a number is looked for in a city.
pub(super) const MATCH: Kind = Kind::Choice(&[
    choice("0", "严格匹配：没有该城市的号码就失败", "strict: fails without a number of that city"),
    choice("1", "允许随机分配其他城市的号码", "a number of another city will do"),
]);
/// Which number A sees.
pub(super) const DISPLAY: &[Choice] =
    &[choice("0", "显示 X 号码", "X"), choice("1", "显示真实主叫号码", "the real caller")];
/// Who may call through a pair's X.
pub(super) const PAIR: Kind = Kind::Code(&[
    choice("0", "双向", "both ways"),
    choice("1", "只允许 A 呼叫 B", "A calls B only"),
    choice("2", "只允许 B 呼叫 A", "B calls A only"),
]);

pub(super) const SUBSCRIPTION: Field =
    field("subscriptionId", ID, "绑定 ID，绑定时平台返回", "The binding's id, as the platform gave it");
pub(super) const SUBSCRIPTION_QUERY: Field =
    query("subscriptionId", ID, "绑定 ID，绑定时平台返回", "The binding's id, as the platform gave it");
pub(super) const AREA: Field = field(
    "areaCode",
    Kind::Digits { least: 3, most: 32 },
    "城市码，如 0755：由平台在该城市选 X 号码",
    "City code such as 0755: the platform picks an X of that city",
);
pub(super) const AREA_MATCH: Field =
    field("areaMatchMode", MATCH, "选号方式，缺省为严格", "How a number is picked; strict by default");
pub(super) const RECORD: Field =
    field("recordFlag", YES_NO, "是否录音；应用须已开通录音", "Whether calls are recorded; the app must have it");
pub(super) const RECORD_TONE: Field =
    field("recordHintTone", TONE, "录音提示音文件，录音时有效", "Announcement before a recording begins");
pub(super) const MAX_MINUTES: Field = field(
    "maxDuration",
    Kind::Integer { least: 0, most: 1440 },
    "单次通话最长分钟数，0 为不限",
    "Longest call in minutes; 0 is no limit",
);
pub(super) const LAST_MINUTE: Field =
    field("lastMinVoice", TONE, "剩一分钟时的提示音文件", "Announcement when a minute is left");
pub(super) const SMS: Field =
    field("privateSms", YES_NO, "是否支持短信，缺省支持", "Whether messages go through; they do by default");
pub(super) const USER_DATA: Field = field(
    "userData",
    Kind::Text { least: 1, most: 256 },
    "附带数据，推送时原样带回；使用前须向平台申请",
    "Comes back with pushes; has to be arranged with the platform",
);
pub(super) const CALLER_TONE: Field =
    field("callerHintTone", TONE, "A 拨打 X 时的等待音文件", "Announcement while A calls").within("preVoice");
pub(super) const CALLEE_TONE: Field =
    field("calleeHintTone", TONE, "其他人拨打 X 时的等待音文件", "Announcement while others call").within("preVoice");
pub(super) const SECONDS: Field = field(
    "duration",
    Kind::Integer { least: 0, most: 7_776_000 },
    "绑定保持秒数，最长 90 天；0 为永久",
    "Seconds the binding stays, 90 days at most; 0 is for ever",
);
