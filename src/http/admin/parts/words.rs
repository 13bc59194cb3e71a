//! The words for what the domain names: outcomes, states, products, anomalies, and their tone.
//!
//! Codes of a platform are not here: the provider's tables explain those.

use crate::domain::{
    Anomaly, CallOutcome, CallState, Lang, NumberState, Outcome, RecordingState, Suspicion, Text, label_word,
};
use crate::http::admin::parts::{Badge, Tone, When};

/// How serious an outcome is: a callee who is busy is nobody's fault, a missing binding is ours.
pub(crate) fn outcome_tone(outcome: CallOutcome) -> Tone {
    match outcome {
        CallOutcome::Answered => Tone::Good,
        CallOutcome::NoAnswer | CallOutcome::Busy | CallOutcome::Rejected | CallOutcome::CallerGaveUp => Tone::Quiet,
        CallOutcome::Unreachable | CallOutcome::PoweredOff | CallOutcome::Suspended | CallOutcome::NoSuchNumber => {
            Tone::Warn
        }
        CallOutcome::NotBound | CallOutcome::Blocked | CallOutcome::Failed => Tone::Bad,
    }
}

pub(crate) fn call_badge(lang: Lang, ended: Option<CallOutcome>, state: CallState) -> Badge {
    match ended {
        Some(ended) => Badge::new(outcome_tone(ended), ended.word().get(lang)),
        None => Badge::new(Tone::Busy, state.word().get(lang)),
    }
}

/// What a callback told first, as a word; a label we do not know stays as it is.
pub(crate) fn label(lang: Lang, label: &str) -> String {
    label_word(label).map_or_else(|| label.to_owned(), |word| word.get(lang).to_owned())
}

pub(crate) fn callback_badge(lang: Lang, outcome: Outcome) -> Badge {
    let tone = match outcome {
        Outcome::Accepted => Tone::Good,
        Outcome::Duplicate => Tone::Quiet,
        Outcome::Unrecognised => Tone::Warn,
        Outcome::Unparsable | Outcome::Unverified => Tone::Bad,
    };
    Badge::new(tone, outcome.word().get(lang))
}

pub(crate) fn recording_badge(lang: Lang, state: RecordingState) -> Badge {
    let tone = match state {
        RecordingState::Archived => Tone::Good,
        RecordingState::Waiting => Tone::Busy,
        RecordingState::Expired => Tone::Warn,
        RecordingState::Failed => Tone::Bad,
    };
    Badge::new(tone, state.word().get(lang))
}

/// An instant that stands as RFC 3339.
pub(crate) fn instant(text: Option<&str>) -> Option<When> {
    text?.parse().ok().map(When::full)
}

pub(crate) fn stopped(lang: Lang) -> Badge {
    Badge::new(Tone::Bad, lang.t("停了", "stopped"))
}

pub(crate) fn number_badge(lang: Lang, state: &NumberState) -> Badge {
    let tone = match state {
        NumberState::Normal => Tone::Good,
        NumberState::Paused | NumberState::Unavailable => Tone::Bad,
        NumberState::Frozen | NumberState::Unknown(_) => Tone::Warn,
    };
    Badge::new(tone, state.word().map_or(state.name(), |word| word.get(lang)))
}

pub(crate) fn unlisted_code() -> Text {
    Text::new("未列出的代码", "a code that no table lists")
}

pub(crate) fn anomaly(anomaly: Anomaly) -> Text {
    match anomaly {
        Anomaly::EndsBeforeStart => Text::new(
            "结束时间早于开始时间。时间按平台原样保存，时长以平台给出的为准。",
            "The end lies before the start. Times are kept as sent; the platform's own duration counts.",
        ),
        Anomaly::DurationMismatch => Text::new(
            "平台给出的时长与起止时间对不上。对账时请以原始话单为证。",
            "The stated duration and the times disagree. Settle with the original record in hand.",
        ),
        Anomaly::ConflictingRecord => Text::new(
            "同一话单推送了两次而内容不同；采用结束时间较晚的一份，两份原文都保留。",
            "The same record came twice with different contents; the one that ends later counts, both are kept.",
        ),
        Anomaly::MissingRecord => Text::new(
            "通话已结束但话单还没到。平台可能稍后补推；久等不到请联系平台。",
            "The call ended and its record has not come. It may be pushed later; if not, ask the platform.",
        ),
        Anomaly::MissingRelease => Text::new(
            "话单到了而挂机通知没到。请检查平台上的状态接收地址。",
            "The record came, the hang-up notice did not. Check the status address in the platform's console.",
        ),
        Anomaly::UnknownCode => Text::new(
            "出现了平台文档没有列出的代码，已原样保存。",
            "It carries a code that no table of the platform explains; it is kept as sent.",
        ),
        Anomaly::PartyMismatch => Text::new(
            "状态通知与话单里的号码不一致；以话单为准。",
            "Events and record name different parties; the record counts.",
        ),
        Anomaly::TimeMismatch => Text::new(
            "状态通知与话单的时间不一致；以话单为准。相差 8 小时多半是时区问题。",
            "Events and record disagree about a time; the record counts. Eight hours apart is a time zone.",
        ),
        Anomaly::UnreadableTime => {
            Text::new("有一个时间无法识别，见下表“原文”。", "A time could not be read; see “as sent” below.")
        }
        Anomaly::AppKeyMismatch => Text::new(
            "话单里的 appKey 与本应用的不同：平台上的地址可能填错了应用。",
            "The record's appKey is not this app's: the address may be pasted into another application.",
        ),
        Anomaly::ImplausibleTime => Text::new(
            "有一个时间不可能为真：与其余时间相差太远、晚于收到时刻，或是 1970 年之类的零值。它不参与时长、排序和统计，原文在话单里。",
            "A time cannot be true: far from the others, after we received it, or a zero such as 1970. It counts for no duration, order or statistics; it stands in the record as sent.",
        ),
        Anomaly::ImplausibleDuration => Text::new(
            "通话超过 24 小时或振铃超过 1 小时，不可能为真；能由时间算出的按时间计，其余不计。",
            "A talk of more than 24 hours or a ringing of more than one cannot be true; where the times tell the talk they count, else nothing does.",
        ),
    }
}

pub(crate) fn suspicion(lang: Lang, suspicion: &Suspicion) -> String {
    match (suspicion, lang) {
        (Suspicion::WrongCase { found, meant }, Lang::Zh) => {
            format!("字段 {found}：是否应为 {meant}？字段名区分大小写")
        }
        (Suspicion::WrongCase { found, meant }, Lang::En) => {
            format!("{found}: did you mean {meant}? Case matters")
        }
        (Suspicion::Missing(name), Lang::Zh) => format!("缺少字段 {name}，无法关联到通话"),
        (Suspicion::Missing(name), Lang::En) => format!("{name} is missing; without it the event cannot be placed"),
        (Suspicion::UnknownEvent(name), Lang::Zh) => format!("未知的事件或类型 {name}，文档中没有"),
        (Suspicion::UnknownEvent(name), Lang::En) => format!("{name} is not a documented event or type"),
        (Suspicion::BadValue(name), Lang::Zh) if *name == "body" => {
            "内容里有不合规定的字符或写法，已修补后解析；原文照存".to_owned()
        }
        (Suspicion::BadValue(name), Lang::En) if *name == "body" => {
            "somewhere it is not written as it should be, and was mended to be read; it is kept as received".to_owned()
        }
        (Suspicion::BadValue(name), Lang::Zh) => format!("字段 {name} 的值不合规定"),
        (Suspicion::BadValue(name), Lang::En) => format!("{name} has a value it cannot have"),
        (Suspicion::OtherApplication(name), Lang::Zh) => format!("来自平台上的另一个应用 {name}，地址可能填错了应用"),
        (Suspicion::OtherApplication(name), Lang::En) => {
            format!(
                "it names {name}, another application of the platform: the address may be pasted into the wrong one"
            )
        }
    }
}
