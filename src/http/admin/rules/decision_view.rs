//! One decision told in words: what was asked, what was answered, by what, how fast.
//!
//! The page of the callback that asked and the page of its call say the same from here; the log
//! of all decisions is [`crate::http::admin::rules::decisions`]. Numbers are as much as the reader may see, and what
//! people wrote, names of rules and of tones, is masked like any text.

use crate::domain::{AskedNote, CallDecision, Decision, DecisionNote, Lang, Masking, PhoneNumber, Seq};
use crate::http::admin::parts::{Badge, Phone, When};
use crate::http::admin::request::link;
use crate::http::admin::rules::decisions;
use crate::journal::CallbackRecord;
use crate::platforms;
use crate::store::CallbackRow;

#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) callback: Seq,
    pub(crate) href: Option<String>,
    pub(crate) at: When,
    pub(crate) asks: &'static str,
    pub(crate) from: Option<Phone>,
    pub(crate) x: Option<Phone>,
    pub(crate) action: Badge,
    pub(crate) to: Option<Phone>,
    /// Whatever else was answered: a tone, a recording, a limit.
    pub(crate) more: Vec<String>,
    /// The rule as it is named; `None` is the default.
    pub(crate) rule: Option<String>,
    pub(crate) rules_href: Option<String>,
    /// The version of the rules; 0 while nobody had set any.
    pub(crate) version: u64,
    pub(crate) binding: Option<(u64, Option<String>)>,
    /// Each time that the company's own system was asked: by which rule, how it went, milliseconds.
    pub(crate) asked: Vec<(u32, Badge, u32)>,
    pub(crate) millis: String,
}

impl Decided {
    /// The decision of a callback; `None` where it asked nothing that was decided.
    ///
    /// `app` names its app where links may lead to its rules: `None` on paper and in a pack.
    pub(crate) fn of(lang: Lang, masking: Masking, row: &CallbackRow, app: Option<&str>) -> Option<Self> {
        let decided = row.decision.as_deref()?;
        let note = &decided.note;
        let number = |number: &Option<PhoneNumber>| number.as_ref().map(|number| Phone::new(number, masking));
        let asked = |asked: &AskedNote| (asked.rule, decisions::asking_badge(lang, asked.asking), asked.millis);
        Some(Self {
            callback: row.seq,
            href: app.map(|_| format!("/callbacks/{}#decision", row.seq)),
            at: When::full(row.received_at),
            asks: decided.asks.word().get(lang),
            from: number(&decided.from),
            x: number(&decided.x),
            action: decisions::badge(lang, note.action),
            to: number(&note.to),
            more: Vec::new(),
            rule: note.rule.as_ref().map(|(number, name)| format!("{number}. {}", masking.text(name))),
            rules_href: app.map(|app| rules(app, note)),
            version: note.version,
            binding: note.binding.map(|id| (id.0, app.map(|_| format!("/bindings/{}", id.0)))),
            asked: note.asked.iter().map(asked).collect(),
            millis: decisions::millis(note.micros),
        })
    }

    /// The same with what only the bytes of the answer tell.
    pub(crate) fn with_answer(mut self, lang: Lang, masking: Masking, callback: &CallbackRecord) -> Self {
        let provider = platforms::by_name(&callback.provider);
        let decision = provider.and_then(|provider| provider.answered(&callback.reply));
        self.more = decision.map(|decision| more(lang, masking, &decision)).unwrap_or_default();
        self
    }
}

fn rules(app: &str, note: &DecisionNote) -> String {
    match note.version {
        0 => link("/rules", &[("app", app)]),
        version => link("/rules", &[("app", app), ("version", &version.to_string())]),
    }
}

fn more(lang: Lang, masking: Masking, decision: &Decision) -> Vec<String> {
    let said =
        |label: &str, value: &Option<String>| value.as_ref().map(|value| format!("{label} {}", masking.text(value)));
    let parts = match decision {
        Decision::Call(CallDecision::Connect(connect)) => vec![
            connect.record.then(|| lang.t("录音", "recorded").to_owned()),
            connect
                .max_minutes
                .filter(|minutes| *minutes > 0)
                .map(|minutes| format!("{} {minutes} {}", lang.t("最长", "at most"), lang.t("分钟", "min"))),
            said(lang.t("等待音", "waiting tone"), &connect.wait_tone),
            said(lang.t("录音提示音", "recording notice"), &connect.hint_tone),
            said(lang.t("最后一分钟提示音", "last-minute tone"), &connect.last_minute_tone),
            said(lang.t("随路数据", "your reference"), &connect.user_data),
        ],
        Decision::Call(CallDecision::Close { tone, user_data }) => vec![
            Some(tone.as_ref().map_or_else(
                || lang.t("不放音", "without a tone").to_owned(),
                |tone| format!("{} {}", lang.t("放音", "after the tone"), masking.text(tone)),
            )),
            said(lang.t("随路数据", "your reference"), user_data),
        ],
        Decision::Sms(_) => Vec::new(),
    };
    parts.into_iter().flatten().collect()
}
