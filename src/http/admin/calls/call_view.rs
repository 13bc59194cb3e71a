//! What a call's page and its evidence pack share: the ladder, every instant in both zones, causes in
//! both languages with who should act, anomalies, the recording.
//!
//! They differ in where a line links to: a callback's page, or its file in the pack ([`Behind`]).

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    Anomaly, Call, CallEventView, CallState, CauseCode, Lang, Masking, PhoneNumber, RecordingView, Seq, Who,
};
use crate::http::admin::calls::ladder::{Behind, Ladder};
use crate::http::admin::parts::words;
use crate::http::admin::parts::{Badge, Phone, Tone, When, local, phone, span};
use crate::http::admin::rules::decision_view::Decided;
use crate::limits::LIVE_HOURS;
use crate::platforms;

#[derive(Debug)]
pub(crate) struct Story {
    pub(crate) title: String,
    pub(crate) caller: Option<Phone>,
    pub(crate) callee: Option<Phone>,
    /// The callee of our answer, until the platform names one.
    pub(crate) answered_to: Option<Phone>,
    pub(crate) decided: Vec<Decided>,
    pub(crate) badge: Badge,
    pub(crate) at: When,
    pub(crate) day: String,
    pub(crate) by: Option<&'static str>,
    pub(crate) figures: Vec<(&'static str, String, &'static str)>,
    pub(crate) ladder: Option<Ladder>,
    pub(crate) description: String,
    pub(crate) lines: Vec<Line>,
    /// The text above the causes, or in their place.
    pub(crate) why: &'static str,
    pub(crate) no_cause: &'static str,
    pub(crate) causes: Vec<Cause>,
    pub(crate) anomalies: Vec<(&'static str, &'static str)>,
    pub(crate) recording: Option<Recording>,
    pub(crate) facts: Vec<(&'static str, String)>,
}

#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) kind: &'static str,
    pub(crate) leg: &'static str,
    pub(crate) digits: String,
    pub(crate) shanghai: String,
    pub(crate) utc: String,
    /// Time since the line before.
    pub(crate) gap: String,
    pub(crate) sent: String,
    pub(crate) callback: Seq,
    pub(crate) href: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Cause {
    pub(crate) table: String,
    pub(crate) code: String,
    pub(crate) href: Option<String>,
    pub(crate) who: Option<Badge>,
    /// Language tag, meaning and advice in the reader's language, then in the other.
    pub(crate) texts: [(&'static str, String, &'static str); 2],
}

#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) badge: Badge,
    pub(crate) expires: When,
    pub(crate) past: bool,
    pub(crate) left: String,
    pub(crate) object: String,
}

impl Story {
    pub(crate) fn of(
        lang: Lang,
        masking: Masking,
        call: &Call,
        decided: Vec<Decided>,
        behind: &Behind,
        now: Timestamp,
    ) -> Self {
        let number = |n: &Option<PhoneNumber>| n.as_ref().map(|n| Phone::new(n, masking));
        let (caller, callee) = (number(&call.caller), number(&call.callee));
        let last_to = decided.iter().rev().find_map(|decided| decided.to.clone());
        let answered_to = if callee.is_none() { last_to } else { None };
        let named = |n: Option<&Phone>| n.map_or("?", Phone::plain).to_owned();
        let lines = lines(lang, call, masking, behind);
        Self {
            title: format!("{} → {}", named(caller.as_ref()), named(callee.as_ref().or(answered_to.as_ref()))),
            caller,
            callee,
            answered_to,
            decided,
            badge: words::call_badge(lang, call.outcome, call.state),
            at: When::clock(call.t),
            day: crate::http::admin::parts::days::day_title(lang, call.t),
            by: call.release.as_ref().and_then(|r| r.by).map(|p| p.word().get(lang)),
            figures: figures(lang, call),
            ladder: Ladder::of(lang, call, masking, behind),
            description: describe(lang, &lines),
            lines,
            why: match call.state {
                CallState::Released => lang.t("为什么结束", "Why it ended"),
                _ => lang.t("目前状态", "How it stands"),
            },
            no_cause: no_cause(lang, call, now),
            causes: causes(lang, masking, call, behind),
            anomalies: anomalies(lang, call),
            recording: call.recording.as_ref().map(|r| recording(lang, masking, call, r, now)),
            facts: facts(lang, masking, call),
        }
    }
}

fn facts(lang: Lang, masking: Masking, call: &Call) -> Vec<(&'static str, String)> {
    let provider = platforms::by_id(call.provider).map_or(call.provider.0, |p| p.title(lang));
    let number = |n: &Option<PhoneNumber>| n.as_ref().map(|n| phone(n, masking));
    let masked = |t: &Option<String>| t.as_ref().map(|t| masking.text_of(t, call.parties()));
    let known = [
        (lang.t("平台", "Platform"), Some(provider.to_owned())),
        (lang.t("产品", "Product"), call.product.map(|p| p.word().get(lang).to_owned())),
        (lang.t("X 号码", "X number"), number(&call.x)),
        (lang.t("Y 号码", "Y number"), number(&call.y)),
        (lang.t("分机", "Extension"), masked(&call.extension)),
        (lang.t("会话号", "Session"), Some(masking.text_of(call.session.reveal(), call.parties()))),
        (lang.t("随路数据", "Your reference"), masked(&call.user_data)),
        (lang.t("绑定", "Binding"), masked(&call.binding_id)),
    ];
    known.into_iter().filter_map(|(label, value)| Some((label, value?))).collect()
}

fn figures(lang: Lang, call: &Call) -> Vec<(&'static str, String, &'static str)> {
    let mut figures = Vec::new();
    figures.push((
        lang.t("通话", "Talk"),
        if call.talk_seconds > 0 { span(lang, u64::from(call.talk_seconds)) } else { "–".to_owned() },
        lang.t("平台给出的通话时长，未接通为零", "as the platform counts it; none when unanswered"),
    ));
    if let Some(ring) = call.ring_seconds {
        let meaning = lang.t("从被叫振铃到接听或结束", "from the callee's ringing to answer or end");
        figures.push((lang.t("振铃", "Ring"), span(lang, u64::from(ring)), meaning));
    }
    if let (Some(setup), Some(alerting)) = (call.setup_at, call.alerting_at)
        && let Ok(delay) = u64::try_from(alerting.duration_since(setup).as_secs())
    {
        let meaning = lang.t("接续时延 PDD：从呼入到振铃", "post-dial delay: from setup to ringing");
        figures.push((lang.t("接续", "PDD"), span(lang, delay), meaning));
    }
    figures
}

fn lines(lang: Lang, call: &Call, masking: Masking, behind: &Behind) -> Vec<Line> {
    let mut before: Option<Timestamp> = None;
    let line = |event: &CallEventView| {
        let gap = match (before, event.at) {
            (Some(before), Some(at)) => at.duration_since(before).as_secs(),
            _ => 0,
        };
        before = event.at.or(before);
        Line {
            kind: event.kind.word().get(lang),
            leg: event.leg.map_or("", |p| p.word().get(lang)),
            digits: event.digits.as_ref().map_or_else(String::new, |d| masking.text_of(d, call.parties())),
            shanghai: event.at.map_or_else(String::new, |t| local(t, "%Y-%m-%d %H:%M:%S")),
            utc: event.at.map_or_else(String::new, |t| t.strftime("%Y-%m-%d %H:%M:%S").to_string()),
            gap: if gap > 0 { format!("+{}", span(lang, gap.unsigned_abs())) } else { String::new() },
            // A text that is no time may hold anything.
            sent: match (&event.at_text, event.at) {
                (Some(sent), None) => masking.text(sent),
                (sent, _) => sent.clone().unwrap_or_default(),
            },
            callback: event.callback,
            href: behind.href(event.callback),
        }
    };
    call.events.iter().map(line).collect()
}

/// The drawing in words, for screen readers.
fn describe(lang: Lang, lines: &[Line]) -> String {
    let words: Vec<String> = lines.iter().map(|l| format!("{} {} {}", l.shanghai, l.leg, l.kind)).collect();
    words.join(lang.t(";", "; "))
}

fn anomalies(lang: Lang, call: &Call) -> Vec<(&'static str, &'static str)> {
    let words = |anomaly: &Anomaly| (anomaly.word().get(lang), words::anomaly(*anomaly).get(lang));
    call.anomalies.iter().map(words).collect()
}

/// The text when there is no cause: a call under way has none yet.
fn no_cause(lang: Lang, call: &Call, now: Timestamp) -> &'static str {
    let since = call.answered_at.unwrap_or(call.t);
    if call.state < CallState::Released && now.duration_since(since) > SignedDuration::from_hours(LIVE_HOURS) {
        return lang.t(
            "一直没有收到挂机通知；通话多半早已结束。请检查平台上的状态接收地址。",
            "No hang-up was ever told; the call is most likely over. Check the status address in the platform's console.",
        );
    }
    match call.state {
        CallState::Released => lang.t("平台没有给出原因代码。", "The platform gave no cause."),
        CallState::Answered => lang.t("仍在通话。", "Still in talk."),
        CallState::Alerting => lang.t("仍在振铃。", "Still ringing."),
        CallState::Offered | CallState::Dialled => {
            lang.t("正在接续，尚未振铃。", "Being set up; it does not ring yet.")
        }
    }
}

fn causes(lang: Lang, masking: Masking, call: &Call, behind: &Behind) -> Vec<Cause> {
    let Some(release) = &call.release else { return Vec::new() };
    let known = if release.causes.is_empty() { std::slice::from_ref(&release.cause) } else { &release.causes };
    known.iter().map(|cause| explained(lang, masking, call, cause, behind)).collect()
}

fn explained(lang: Lang, masking: Masking, call: &Call, code: &CauseCode, behind: &Behind) -> Cause {
    let doc = platforms::explain(call.provider, code);
    let shown = masking.text(&code.code);
    let told = |lang: Lang| {
        let unlisted = || match lang {
            Lang::Zh => format!("{} {shown}", words::unlisted_code().zh),
            Lang::En => format!("{shown}: {}", words::unlisted_code().en),
        };
        let words = doc.map_or_else(unlisted, |doc| doc.text.get(lang).to_owned());
        (lang.tag(), words, doc.map_or("", |doc| doc.advice.get(lang)))
    };
    let (zh, en) = (told(Lang::Zh), told(Lang::En));
    let who = doc.map(|d| {
        let tone = match d.who {
            Who::Nobody => Tone::Good,
            Who::Us => Tone::Bad,
            Who::Caller | Who::Callee | Who::Carrier | Who::Platform => Tone::Warn,
        };
        Badge::new(tone, d.who.word().get(lang))
    });
    Cause {
        table: masking.text(&code.table),
        code: shown,
        href: match behind {
            Behind::Pages if doc.is_some() => Some(format!("/help/{}#t-{}", call.provider, code.table)),
            Behind::Pages | Behind::Files(_) => None,
        },
        who,
        texts: match lang {
            Lang::Zh => [zh, en],
            Lang::En => [en, zh],
        },
    }
}

fn recording(lang: Lang, masking: Masking, call: &Call, recording: &RecordingView, now: Timestamp) -> Recording {
    let left = u64::try_from(recording.expires_at.duration_since(now).as_secs()).ok();
    let source = &recording.source;
    let object = source.object.as_ref().or(source.url.as_ref());
    Recording {
        badge: words::recording_badge(lang, recording.state),
        expires: When::full(recording.expires_at),
        past: left.is_none(),
        left: left.map_or_else(String::new, |s| span(lang, s)),
        object: object.map_or_else(String::new, |o| masking.text_of(o, call.parties())),
    }
}
