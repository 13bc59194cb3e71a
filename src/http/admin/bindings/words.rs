//! The words for bindings: their fields, their states, and what may be wrong with one.

use crate::bindings::{BindingError, Refused};
use crate::domain::{BindingKind, BindingState, Direction, Lang, Text};
use crate::http::admin::parts::{Badge, Tone};
use crate::platforms::InvalidAnswer;
use crate::service::bindings::Field;

pub(crate) fn badge(lang: Lang, state: BindingState) -> Badge {
    let tone = match state {
        BindingState::Active => Tone::Good,
        BindingState::Scheduled => Tone::Busy,
        BindingState::Expired | BindingState::Ended => Tone::Quiet,
    };
    Badge::new(tone, state.word().get(lang))
}

pub(crate) fn direction(direction: Option<Direction>) -> Text {
    match direction {
        None => Text::new("双向", "Both ways"),
        Some(Direction::AToB) => Text::new("只能 A 呼 B", "Only A to B"),
        Some(Direction::BToA) => Text::new("只能 B 呼 A", "Only B to A"),
    }
}

pub(crate) fn choice(lang: Lang, field: Field) -> Vec<(&'static str, &'static str)> {
    match field {
        Field::Kind => BindingKind::ALL.map(|known| (known.name(), known.word().get(lang))).to_vec(),
        Field::Direction => {
            let both = [("", direction(None).get(lang))];
            let one = Direction::ALL.map(|known| (known.name(), direction(Some(known)).get(lang)));
            both.into_iter().chain(one).collect()
        }
        _ => vec![("false", lang.t("不录音", "no")), ("true", lang.t("录音", "yes"))],
    }
}

pub(crate) fn label(field: Field) -> Text {
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

pub(crate) fn hint(field: Field) -> Text {
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

pub(crate) fn wrong(lang: Lang, error: &InvalidAnswer) -> String {
    of_field(lang, error.field, error.rule.get(lang))
}

pub(crate) fn line(lang: Lang, refused: &Refused) -> String {
    let reason = refused.reason.get(lang);
    refused.field.map_or_else(|| reason.to_owned(), |field| of_field(lang, field, reason))
}

fn of_field(lang: Lang, field: &str, rule: &str) -> String {
    let name = Field::parse(field).map_or(field, |field| label(field).get(lang));
    format!("{name}{}{rule}", lang.t("：", ": "))
}

pub(crate) fn refused(lang: Lang, error: &BindingError) -> Option<String> {
    match error {
        BindingError::Invalid(error) => Some(wrong(lang, error)),
        BindingError::Exists(_) | BindingError::Twice | BindingError::Ended(_) => {
            Some(error.wording().get(lang).to_owned())
        }
        BindingError::NotFound(_)
        | BindingError::Reading
        | BindingError::NotRecorded(_)
        | BindingError::Write(_)
        | BindingError::Index(_) => None,
    }
}
