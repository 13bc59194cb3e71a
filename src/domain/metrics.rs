//! What the figures mean: one sentence each, and the only place where it stands.
//!
//! The statistics page, Home, Help, the API's description, `ringback stats --help` and `docs/calls.md`
//! all take it from here; a figure that is computed in one way and explained in another is worse than
//! none. How each is computed stands in the store's `StatRow`.

use super::Text;

/// A figure with its definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    pub name: &'static str,
    /// What people call it.
    pub title: Text,
    /// Its definition, in one sentence.
    pub meaning: Text,
}

pub const CALLS: Metric = Metric {
    name: "calls",
    title: Text::new("通话", "Calls"),
    meaning: Text::new("在此时段开始的全部通话。", "All calls that began in the span."),
};

/// How many of them the parties talk or talked in.
pub const ANSWERED: Metric = Metric {
    name: "answered",
    title: Text::new("接通", "Answered"),
    meaning: Text::new("双方通上话的通话，含正在通话的。", "Calls in which the parties talked, or are talking now."),
};

pub const UNDER_WAY: Metric = Metric {
    name: "under_way",
    title: Text::new("进行中", "Under way"),
    meaning: Text::new(
        "还没有收到结束通知的通话：接续、振铃或通话中。",
        "Calls of which no end was told yet: set up, ringing or in talk.",
    ),
};

/// How many of these nobody has answered.
pub const RINGING: Metric = Metric {
    name: "ringing",
    title: Text::new("振铃中", "Ringing"),
    meaning: Text::new("进行中而尚未接通的通话。", "Calls under way that nobody has answered yet."),
};

/// The answer rate.
pub const ASR: Metric = Metric {
    name: "asr",
    title: Text::new("接通率 ASR", "Answer rate (ASR)"),
    meaning: Text::new(
        "接通 ÷（接通 + 未接通而已结束）；正在通话的算接通，还在振铃的不计入。",
        "Answered calls ÷ (answered calls + calls that ended unanswered); a call in talk is answered, and one that still rings is left out.",
    ),
};

/// The mean talk.
pub const ACD: Metric = Metric {
    name: "acd",
    title: Text::new("平均通话 ACD", "Mean talk (ACD)"),
    meaning: Text::new(
        "通话秒数 ÷ 已结束的接通通话数；秒数按平台自己的口径。",
        "Seconds of talk ÷ answered calls that are over; the seconds are the platform's own.",
    ),
};

/// The post-dial delay.
pub const PDD: Metric = Metric {
    name: "pdd",
    title: Text::new("接续时延 PDD", "Post-dial delay (PDD)"),
    meaning: Text::new(
        "从呼入到被叫振铃的平均秒数，只计两个时间都知道的通话。",
        "Mean seconds from setup to the callee's ringing, over calls of which both are known.",
    ),
};

/// How long it rang.
pub const RING: Metric = Metric {
    name: "ring",
    title: Text::new("平均振铃", "Mean ringing"),
    meaning: Text::new(
        "从被叫振铃到接听或结束的平均秒数，只计知道振铃时间的通话。",
        "Mean seconds from the callee's ringing to answer or end, over calls of which the ringing is known.",
    ),
};

pub const TALK: Metric = Metric {
    name: "talk_seconds",
    title: Text::new("通话分钟", "Talk minutes"),
    meaning: Text::new("平台给出的通话时长之和。", "The platform's own talk time, summed."),
};

/// The most at once.
pub const PEAK: Metric = Metric {
    name: "peak",
    title: Text::new("最大并发", "Peak concurrency"),
    meaning: Text::new(
        "同一秒内同时通话的最多路数；通话结束后计入。",
        "The most calls in talk in one second; a call counts once it is over.",
    ),
};

/// Every figure, in the order in which they are explained.
pub const METRICS: [Metric; 10] = [CALLS, ANSWERED, UNDER_WAY, RINGING, ASR, ACD, PDD, RING, TALK, PEAK];

/// How the ledger adds up, in the words that callbacks have everywhere.
pub const LEDGER: Text = Text::new(
    "收到 = 有效 + 重复 + 未识别 + 无法解析 + 验签失败",
    "received = accepted + duplicate + unrecognised + unparsable + unverified",
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Outcome;

    #[test]
    fn the_ledgers_formula_names_every_outcome_of_a_callback() {
        let terms: Vec<&str> = LEDGER.en.split(['=', '+']).map(str::trim).skip(1).collect();
        assert_eq!(terms, Outcome::ALL.map(Outcome::name));
    }
}
