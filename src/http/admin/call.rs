//! 一次通话 Call: what happened.
//!
//! The ladder, every instant in both zones, every cause in both languages with who should act,
//! and behind each line the callback that said so.

use askama::Template;
use jiff::Timestamp;

use super::ladder::Ladder;
use super::parts::{Badge, Phone, When, local, phone, session, span, text};
use super::request::{Request, link};
use super::view::{Section, View};
use super::{body_text, reply, words};
use crate::domain::{Call, CallId, CauseCode, Lang, Seq, Who};
use crate::http::{HttpError, Response};
use crate::journal::Body;
use crate::limits;
use crate::providers;
use crate::store::CallbackRow;

/// One call.
#[derive(Debug, Template)]
#[template(path = "admin/call.html")]
pub(super) struct CallPage {
    view: View,
    title: String,
    id: String,
    caller: Option<Phone>,
    callee: Option<Phone>,
    badge: Badge,
    at: When,
    day: String,
    by: Option<&'static str>,
    facts: Vec<Fact>,
    figures: Vec<(&'static str, String, &'static str)>,
    ladder: Option<Ladder>,
    description: String,
    lines: Vec<Line>,
    causes: Vec<Cause>,
    anomalies: Vec<(&'static str, &'static str)>,
    recording: Option<Recording>,
    callbacks: Vec<Raw>,
    /// Callbacks whose bodies do not stand here.
    more_callbacks: usize,
    around: Vec<(String, String)>,
}

/// A name and a value, with a link where the value can be searched for.
#[derive(Debug)]
struct Fact {
    label: &'static str,
    value: String,
    href: Option<String>,
}

/// One line of the history.
#[derive(Debug)]
struct Line {
    kind: &'static str,
    leg: &'static str,
    digits: String,
    shanghai: String,
    utc: String,
    /// Since the line before.
    gap: String,
    sent: String,
    callback: Seq,
}

/// Why it ended.
#[derive(Debug)]
struct Cause {
    table: String,
    code: String,
    who: Option<Badge>,
    /// In the reader's language, then in the other: language tag, meaning, advice.
    texts: [(&'static str, &'static str, &'static str); 2],
}

/// Where its recording is.
#[derive(Debug)]
struct Recording {
    badge: Badge,
    expires: When,
    left: String,
    object: String,
}

/// A callback that named the call.
#[derive(Debug)]
struct Raw {
    seq: Seq,
    at: When,
    delay: String,
    label: String,
    badge: Badge,
    status: u16,
    body: Option<String>,
}

/// A callback as the store and the journal know it.
pub(super) struct Source {
    pub(super) row: CallbackRow,
    pub(super) body: Option<Vec<u8>>,
}

/// `GET /calls/{id}`
pub(super) fn show(request: &Request) -> Result<Response, HttpError> {
    let id = CallId::parse(request.segment(1)).ok_or(HttpError::NotFound)?;
    let call = request.ctx().store.call(id)?.ok_or(HttpError::NotFound)?;
    let view = View::of(request, Section::Calls);
    let sources = sources(request, &call, view.may_read_bodies())?;
    let app = request.app_name(call.app);
    reply::page(&CallPage::new(view, &call, app, sources, request.now()))
}

fn sources(request: &Request, call: &Call, bodies: bool) -> Result<Vec<Source>, HttpError> {
    let mut sources = Vec::new();
    for seq in call.callbacks.iter().take(limits::CALL_BODIES) {
        let Some(row) = request.ctx().store.callback(*seq)? else { continue };
        let record = if bodies { request.ctx().journal.get(*seq)? } else { None };
        let body = record.and_then(|r| match r.body {
            Body::Callback(callback) => Some(callback.body),
            _ => None,
        });
        sources.push(Source { row, body });
    }
    Ok(sources)
}

impl CallPage {
    fn new(view: View, call: &Call, app: String, sources: Vec<Source>, now: Timestamp) -> Self {
        let (lang, eyes) = (view.lang, view.eyes());
        let number = |n: &Option<crate::domain::PhoneNumber>| n.as_ref().map(|n| Phone::new(n, eyes));
        let badge = words::call_badge(lang, call.outcome, call.state);
        let title = |n: &Option<_>| n.as_ref().map_or_else(|| "?".to_owned(), |n| phone(n, eyes));
        let title = format!("{} → {}", title(&call.caller), title(&call.callee));
        let lines = lines(lang, call, eyes);
        Self {
            description: describe(lang, &lines),
            title,
            id: call.id.to_string(),
            caller: number(&call.caller),
            callee: number(&call.callee),
            badge,
            at: When::clock(call.t),
            day: super::calls::day_title(lang, call.t),
            by: call.release.as_ref().and_then(|r| r.by).map(|p| words::party(p).get(lang)),
            facts: facts(&view, call, app),
            figures: figures(lang, call),
            ladder: Ladder::of(lang, call, eyes),
            lines,
            causes: causes(lang, call, eyes),
            anomalies: call.anomalies.iter().map(|a| (a.name(), words::anomaly(*a).get(lang))).collect(),
            recording: call.recording.as_ref().map(|r| recording(lang, r, now, eyes)),
            more_callbacks: call.callbacks.len().saturating_sub(sources.len()),
            callbacks: sources.into_iter().map(|s| raw(lang, call, s)).collect(),
            around: around(&view, call),
            view,
        }
    }
}

fn facts(view: &View, call: &Call, app: String) -> Vec<Fact> {
    let (lang, eyes) = (view.lang, view.eyes());
    let provider = providers::by_id(call.provider).map_or(call.provider.0, |p| p.title(lang));
    let mut facts = vec![
        Fact { label: lang.t("应用", "App"), href: Some(link("/calls", &[("app", &app)])), value: app },
        Fact {
            label: lang.t("平台", "Platform"),
            value: provider.to_owned(),
            href: Some(format!("/help/{}", call.provider)),
        },
    ];
    let mut add = |label, value: Option<String>, href| {
        facts.extend(value.map(|value| Fact { label, value, href }));
    };
    add(lang.t("产品", "Product"), call.product.map(|p| words::product(p).get(lang).to_owned()), None);
    let x_calls = call.x.as_ref().map(|x| link("/calls", &[("x", x.national())]));
    let may_link = view.may_read_bodies();
    add(lang.t("X 号码", "X number"), call.x.as_ref().map(|n| phone(n, eyes)), x_calls.filter(|_| may_link));
    add(lang.t("Y 号码", "Y number"), call.y.as_ref().map(|n| phone(n, eyes)), None);
    add(lang.t("分机", "Extension"), call.extension.as_ref().map(|e| text(e, eyes)), None);
    add(lang.t("会话号", "Session"), Some(session(&call.session, eyes)), None);
    add(lang.t("随路数据", "Your reference"), call.user_data.as_ref().map(|d| text(d, eyes)), None);
    add(lang.t("绑定", "Binding"), call.binding_id.as_ref().map(|b| text(b, eyes)), None);
    facts
}

/// Ring, talk and post-dial delay, each with its definition.
fn figures(lang: Lang, call: &Call) -> Vec<(&'static str, String, &'static str)> {
    let seconds = |s: u64| span(lang, s);
    let mut figures = Vec::new();
    figures.push((
        lang.t("通话", "Talk"),
        if call.talk_seconds > 0 { seconds(u64::from(call.talk_seconds)) } else { "–".to_owned() },
        lang.t("平台给出的通话时长，未接通为零", "as the platform counts it; none when unanswered"),
    ));
    if let Some(ring) = call.ring_seconds {
        let meaning = lang.t("从被叫振铃到接听或结束", "from the callee's ringing to answer or end");
        figures.push((lang.t("振铃", "Ring"), seconds(u64::from(ring)), meaning));
    }
    if let (Some(setup), Some(alerting)) = (call.setup_at, call.alerting_at)
        && let Ok(delay) = u64::try_from(alerting.duration_since(setup).as_secs())
    {
        let meaning = lang.t("接续时延 PDD：从呼入到振铃", "post-dial delay: from setup to ringing");
        figures.push((lang.t("接续", "PDD"), seconds(delay), meaning));
    }
    figures
}

fn lines(lang: Lang, call: &Call, eyes: super::view::Eyes) -> Vec<Line> {
    let mut before: Option<Timestamp> = None;
    let line = |event: &crate::domain::CallEventView| {
        let gap = match (before, event.at) {
            (Some(before), Some(at)) => at.duration_since(before).as_secs(),
            _ => 0,
        };
        before = event.at.or(before);
        Line {
            kind: words::event(event.kind).get(lang),
            leg: event.leg.map_or("", |p| words::party(p).get(lang)),
            digits: event.digits.as_ref().map_or_else(String::new, |d| text(d, eyes)),
            shanghai: event.at.map_or_else(String::new, |t| local(t, "%Y-%m-%d %H:%M:%S")),
            utc: event.at.map_or_else(String::new, |t| t.strftime("%Y-%m-%d %H:%M:%S").to_string()),
            gap: if gap > 0 { format!("+{}", span(lang, gap.unsigned_abs())) } else { String::new() },
            // What is no time may be anything.
            sent: match (&event.at_text, event.at) {
                (Some(sent), None) => text(sent, eyes),
                (sent, _) => sent.clone().unwrap_or_default(),
            },
            callback: event.callback,
        }
    };
    call.events.iter().map(line).collect()
}

/// The drawing in words, for whoever cannot see it.
fn describe(lang: Lang, lines: &[Line]) -> String {
    let words: Vec<String> = lines.iter().map(|l| format!("{} {} {}", l.shanghai, l.leg, l.kind)).collect();
    words.join(lang.t(";", "; "))
}

fn causes(lang: Lang, call: &Call, eyes: super::view::Eyes) -> Vec<Cause> {
    let Some(release) = &call.release else { return Vec::new() };
    let known = if release.causes.is_empty() { std::slice::from_ref(&release.cause) } else { &release.causes };
    known.iter().map(|cause| explained(lang, call, cause, eyes)).collect()
}

fn explained(lang: Lang, call: &Call, code: &CauseCode, eyes: super::view::Eyes) -> Cause {
    let doc = providers::explain(call.provider, code);
    let zh = doc.map_or(("平台文档没有列出这个代码", ""), |d| (d.text.zh, d.advice.zh));
    let en = doc.map_or(("No table of the platform lists this code", ""), |d| (d.text.en, d.advice.en));
    let (zh, en) = ((Lang::Zh.tag(), zh.0, zh.1), (Lang::En.tag(), en.0, en.1));
    let who = doc.map(|d| {
        let tone = match d.who {
            Who::Nobody => super::parts::Tone::Good,
            Who::Us => super::parts::Tone::Bad,
            Who::Caller | Who::Callee | Who::Carrier | Who::Platform => super::parts::Tone::Warn,
        };
        Badge::new(tone, words::who(d.who).get(lang))
    });
    Cause {
        table: text(&code.table, eyes),
        code: text(&code.code, eyes),
        who,
        texts: match lang {
            Lang::Zh => [zh, en],
            Lang::En => [en, zh],
        },
    }
}

fn recording(
    lang: Lang,
    recording: &crate::domain::RecordingView,
    now: Timestamp,
    eyes: super::view::Eyes,
) -> Recording {
    let left = u64::try_from(recording.expires_at.duration_since(now).as_secs()).ok();
    let source = &recording.source;
    Recording {
        badge: words::recording_badge(lang, recording.state),
        expires: When::full(recording.expires_at),
        left: left.map_or_else(|| lang.t("已过期", "past").to_owned(), |s| span(lang, s)),
        // Platforms build names of recordings from numbers.
        object: source.object.as_ref().or(source.url.as_ref()).map(|o| text(o, eyes)).unwrap_or_default(),
    }
}

fn raw(lang: Lang, call: &Call, source: Source) -> Raw {
    let row = source.row;
    let said = call.events.iter().filter(|e| e.callback == row.seq).filter_map(|e| e.at).max();
    let delay = said.map_or(0, |said| row.received_at.duration_since(said).as_secs());
    Raw {
        seq: row.seq,
        at: When::full(row.received_at),
        delay: if delay > 0 { span(lang, delay.unsigned_abs()) } else { String::new() },
        label: words::label(lang, &row.label),
        badge: words::callback_badge(lang, row.outcome),
        status: row.status,
        body: source.body.map(|body| body_text::pretty(&body)),
    }
}

/// Other calls and messages of the same people, a day around it.
fn around(view: &View, call: &Call) -> Vec<(String, String)> {
    let lang = view.lang;
    let (from, to) = (super::query::hours_later(call.t, -24), super::query::hours_later(call.t, 24));
    let (from, to) = (from.to_string(), to.to_string());
    let mut links = Vec::new();
    // An address holds the whole number, so whoever may not see it gets no link.
    if !view.may_read_bodies() {
        return links;
    }
    for number in [&call.caller, &call.callee].into_iter().flatten() {
        let shown = phone(number, view.eyes());
        let pairs = [("number", number.national()), ("from", &from), ("to", &to)];
        links.push((format!("{} {shown}", lang.t("前后一天的通话", "Calls a day around:")), link("/calls", &pairs)));
        links.push((
            format!("{} {shown}", lang.t("前后一天的短信", "Messages a day around:")),
            link("/messages", &pairs),
        ));
    }
    links
}

#[cfg(test)]
impl CallPage {
    pub(super) fn sample(lang: Lang) -> Self {
        Self::sample_of(lang, &super::samples::answered_call())
    }

    /// A call that did not come about, with everything that can be odd.
    pub(super) fn sample_failed(lang: Lang) -> Self {
        Self::sample_of(lang, &super::samples::failed_call())
    }

    fn sample_of(lang: Lang, call: &Call) -> Self {
        use super::samples;
        let view = View { here: format!("/calls/{}", call.id), ..View::sample(lang, Section::Calls) };
        Self::new(view, call, samples::app_name(call.app), samples::sources(call), samples::now())
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, selector};
    use super::*;

    #[test]
    fn every_line_leads_to_the_callback_behind_it_and_shows_both_zones() {
        let html = scraper::Html::parse_document(&CallPage::sample(Lang::En).render().unwrap());
        let rows = html.select(&selector("table.lines tbody tr")).count();
        assert_eq!(rows, samples::answered_call().events.len());
        assert_eq!(html.select(&selector("table.lines a[href^='/callbacks/']")).count(), rows);
        let text: String = html.select(&selector("table.lines")).next().unwrap().text().collect();
        assert!(text.contains("2026-11-21 10:13:21") && text.contains("2026-11-21 02:13:21"), "{text}");
        assert_eq!(html.select(&selector("svg.ladder[role=img] title")).count(), 1);
    }

    #[test]
    fn a_viewer_reads_no_body_and_no_whole_number() {
        let call = samples::answered_call();
        let mut view = View::sample(Lang::Zh, Section::Calls);
        view.who.as_mut().unwrap().role = crate::domain::Role::Viewer;
        let sources = samples::sources(&call).into_iter().map(|s| Source { body: None, ..s }).collect();
        let html = CallPage::new(view, &call, "hotline".to_owned(), sources, samples::now()).render().unwrap();
        for number in [&call.caller, &call.callee].into_iter().flatten() {
            assert!(!html.contains(number.national()), "{}", number.national());
            assert!(!html.contains(&phone(number, super::super::view::Eyes::Whole)));
        }
    }

    #[test]
    fn a_cause_that_no_table_knows_is_said_to_be_unknown() {
        let mut call = samples::failed_call();
        call.release.as_mut().unwrap().causes = vec![CauseCode::new("byeType", "no-such-code")];
        let html = CallPage::sample_of(Lang::Zh, &call).render().unwrap();
        assert!(html.contains("no-such-code") && html.contains("平台文档没有列出这个代码"));
    }

    #[test]
    fn every_anomaly_is_explained() {
        let html = scraper::Html::parse_document(&CallPage::sample_failed(Lang::Zh).render().unwrap());
        let shown = html.select(&selector(".anomalies li")).count();
        assert_eq!(shown, samples::failed_call().anomalies.len());
        assert!(shown > 0);
    }
}
