//! The words for bindings: their fields, their states, and what may be wrong with one.

use super::parts::{Badge, Tone};
use crate::bindings::BindingError;
use crate::domain::{BindingKind, BindingState, Direction, Lang, Text};
use crate::http::bindings::Field;
use crate::providers::InvalidAnswer;

/// How a binding stands, with its tone.
pub(super) fn badge(lang: Lang, state: BindingState) -> Badge {
    let tone = match state {
        BindingState::Active => Tone::Good,
        BindingState::Scheduled => Tone::Busy,
        BindingState::Expired | BindingState::Ended => Tone::Quiet,
    };
    Badge::new(tone, self::state(state).get(lang))
}

/// How a binding stands, as a word.
pub(super) fn state(state: BindingState) -> Text {
    match state {
        BindingState::Active => Text::new("生效中", "In force"),
        BindingState::Scheduled => Text::new("未到时间", "Not yet"),
        BindingState::Expired => Text::new("已过期", "Expired"),
        BindingState::Ended => Text::new("已解除", "Ended"),
    }
}

/// A mode, as a word.
pub(super) fn kind(kind: BindingKind) -> Text {
    match kind {
        BindingKind::X => Text::new("X 模式", "X mode"),
        BindingKind::Ax => Text::new("AX", "AX"),
        BindingKind::Axb => Text::new("AXB", "AXB"),
        BindingKind::Axe => Text::new("AXE", "AXE"),
        BindingKind::Axyb => Text::new("AXYB", "AXYB"),
    }
}

/// Who may call, as words.
pub(super) fn direction(direction: Option<Direction>) -> Text {
    match direction {
        None => Text::new("双向", "Both ways"),
        Some(Direction::AToB) => Text::new("只能 A 呼 B", "Only A to B"),
        Some(Direction::BToA) => Text::new("只能 B 呼 A", "Only B to A"),
    }
}

/// What a field may be, by its value in a form.
pub(super) fn choice(lang: Lang, field: Field) -> Vec<(&'static str, &'static str)> {
    match field {
        Field::Kind => BindingKind::ALL.map(|known| (known.name(), kind(known).get(lang))).to_vec(),
        Field::Direction => {
            let both = [("", direction(None).get(lang))];
            let one = Direction::ALL.map(|known| (known.name(), direction(Some(known)).get(lang)));
            both.into_iter().chain(one).collect()
        }
        _ => vec![("false", lang.t("不录音", "no")), ("true", lang.t("录音", "yes"))],
    }
}

/// What a field is called.
pub(super) fn label(field: Field) -> Text {
    match field {
        Field::Kind => Text::new("模式", "Mode"),
        Field::A => Text::new("A 号码", "A"),
        Field::X => Text::new("X 号码（隐私号）", "X, the privacy number"),
        Field::B => Text::new("B 号码", "B"),
        Field::Y => Text::new("Y 号码", "Y"),
        Field::Extension => Text::new("分机号", "Extension"),
        Field::Direction => Text::new("方向", "Direction"),
        Field::ValidFrom => Text::new("生效时间", "Valid from"),
        Field::ValidTo => Text::new("失效时间", "Valid to"),
        Field::MaxMinutes => Text::new("最长通话（分钟）", "Longest call, minutes"),
        Field::Record => Text::new("录音", "Recorded"),
        Field::HintTone => Text::new("录音提示音", "Recording announcement"),
        Field::WaitTone => Text::new("等待音", "Waiting tone"),
        Field::LastMinuteTone => Text::new("最后一分钟提示音", "Last minute tone"),
        Field::UserData => Text::new("随路数据", "User data"),
        Field::PlatformId => Text::new("平台绑定号", "Platform's id"),
    }
}

/// What to put into a field.
pub(super) fn hint(field: Field) -> Text {
    match field {
        Field::Kind => Text::new("平台来询问我方的选 X 模式", "X mode is where the platform asks us"),
        Field::A => Text::new("一方的真实号码", "the real number of one party"),
        Field::X => Text::new("双方拨打和看到的号码", "what the two dial and see"),
        Field::B => {
            Text::new("另一方；留空则谁呼 X 都接到 A", "the other party; empty: everybody who calls X reaches A")
        }
        Field::Y => Text::new("B 的隐私号：A 拨它找 B", "B's own privacy number: A dials it for B"),
        Field::Extension => Text::new("1–4 位，仅 AXE", "1 to 4 digits, AXE only"),
        Field::Direction => Text::new("谁可以呼谁", "who may call whom"),
        Field::ValidFrom => Text::new("北京时间；留空立即生效", "Asia/Shanghai; empty: at once"),
        Field::ValidTo => {
            Text::new("北京时间，到点即失效；留空长期有效", "Asia/Shanghai, not included; empty: for ever")
        }
        Field::MaxMinutes => Text::new("从接通算起；留空不限", "from answer; empty: unlimited"),
        Field::Record => Text::new("通话是否录音", "whether calls are recorded"),
        Field::HintTone => Text::new("录音通话开头播放的文件名", "the file that a recorded call begins with"),
        Field::WaitTone => Text::new("代替回铃音的文件名", "the file instead of the ring-back tone"),
        Field::LastMinuteTone => Text::new("限时通话结束前一分钟播放", "played a minute before a limited call ends"),
        Field::UserData => Text::new("平台在事件和话单里原样带回", "the platform gives it back in events and records"),
        Field::PlatformId => Text::new("平台自己保存绑定时的编号", "where the platform keeps the binding itself"),
    }
}

/// What is wrong with a field, in words.
pub(super) fn wrong(lang: Lang, error: &InvalidAnswer) -> String {
    let field = Field::parse(error.field);
    let name = field.map_or(error.field, |field| label(field).get(lang));
    match lang {
        Lang::En => format!("{name}: {}", error.rule),
        Lang::Zh => format!("{name}：{}", rule(&error.rule)),
    }
}

/// Why a binding cannot be kept, where that is for whoever entered it to mend.
pub(super) fn refused(lang: Lang, error: &BindingError) -> Option<String> {
    Some(match error {
        BindingError::Invalid(error) => wrong(lang, error),
        BindingError::Exists(id) => match lang {
            Lang::Zh => format!("绑定 {} 在这段时间已经占用了同一隐私号上的某一方，请先解除或修改它。", id.0),
            Lang::En => format!("Binding {} already answers one of its parties then; end or change it first.", id.0),
        },
        BindingError::Ended(_) => {
            lang.t("这个绑定已解除，请新建一个。", "This binding has ended; make a new one.").to_owned()
        }
        _ => return None,
    })
}

/// A rule in Chinese; one that has no words yet stays as it is.
pub(super) fn rule(rule: &str) -> String {
    let known = [
        ("is a phone number", "应为 4 到 30 位的电话号码，如 +8613800000021"),
        ("is another number than a", "不能与 A 相同"),
        ("is a privacy number", "应为隐私号，不能是某一方的号码"),
        ("is another privacy number", "应与 X 不同"),
        ("has 1 to 4 digits", "应为 1 到 4 位数字"),
        ("comes after valid_from", "应晚于生效时间"),
        ("has 1 to 64 characters", "应为 1 到 64 个字符"),
        ("is needed for axb", "AXB 模式必填"),
        ("is needed for axe", "AXE 模式必填"),
        ("is needed", "必填"),
        ("and b come together", "AXYB 模式 Y 和 B 要一起填写"),
        ("has no place in ax:", "AX 模式不填 B：谁呼 X 都接到 A"),
        ("has no place in x", "X 模式没有分机号"),
        ("is a time such as", "应为时间，如 2026-11-21 10:00"),
        ("is a whole number of minutes", "应为整数分钟"),
        ("is one of", "请从列表中选择"),
        ("must name the announcement", "录音通话必须有提示音，否则会被运营商拦截"),
        ("is true or false", "请选择是或否"),
        ("is a number with its country code", "应为带国家码的号码，如 +8613800000021 或 +8675528780808"),
        ("has no 0 between", "+86 与区号之间没有 0，如 +8675528780808"),
        ("is no number of China", "不是中国号码：+86 后手机 11 位，固话 9 到 11 位"),
        ("is a number of at most", "应为不超过 64 位的号码"),
        ("is at most 1440 minutes", "最多 1440 分钟"),
        ("is the file name", "应为已审核放音的文件名，1 到 128 个字符"),
        ("goes with max_minutes", "限时 2 分钟及以上才有：在结束前一分钟播放"),
        ("has at most 256 characters", "最多 256 个字符"),
        ("holds no braces", "只能是 ASCII，且不含花括号；其他内容请用 Base64"),
    ];
    known.iter().find(|(en, _)| rule.starts_with(en)).map_or(rule, |(_, zh)| zh).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{BindingTerms, CallDecision, Decision, PhoneNumber, SmsDecision};

    /// Every refusal of an answer, made by breaking each rule once.
    #[test]
    fn what_an_answer_is_refused_for_is_said_in_chinese() {
        let provider = crate::providers::by_id(crate::domain::ProviderId("huawei-private")).unwrap();
        let number = |text: &str| PhoneNumber::from_stored(text);
        let terms = |callee: &str, change: &dyn Fn(&mut BindingTerms)| {
            let mut terms = BindingTerms::new(number(callee), number("+8617000000001"), None);
            change(&mut terms);
            Decision::Call(CallDecision::Connect(Box::new(terms.connect(&number(callee)))))
        };
        let good = "+8613800000021";
        let broken = [
            terms("13800000021", &|_| ()),
            terms("+8607552878080", &|_| ()),
            terms("+861380000002", &|_| ()),
            terms(good, &|terms| terms.max_minutes = Some(1_441)),
            terms(good, &|terms| terms.record = true),
            terms(good, &|terms| terms.wait_tone = Some(" ".to_owned())),
            terms(good, &|terms| terms.last_minute_tone = Some("l.wav".to_owned())),
            terms(good, &|terms| terms.user_data = Some("d".repeat(257))),
            terms(good, &|terms| terms.user_data = Some("订单".to_owned())),
            Decision::Sms(SmsDecision::Forward { to: number(good), from: number("Company") }),
        ];
        for decision in broken {
            let error = provider.check(&decision).unwrap_err();
            assert_ne!(rule(&error.rule), error.rule, "{error}");
        }
    }
}
