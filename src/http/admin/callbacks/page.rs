//! One callback: bytes, headers, our answer, and the call it belongs to.
//!
//! Everybody sees the body with its numbers masked, and the names in it that were not understood marked.
//! The bytes as received and the headers, which hold signatures, take a reveal; `/callbacks/{seq}/raw` is
//! 403 before. Nothing from a platform is served as something a browser would run.

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, header};

use crate::domain::{Lang, Masking, Outcome, PhoneNumber, Role, Seq, Suspicion, TEST_HEADER, Text, marks_test};
use crate::http::admin::callbacks::unreadable::{Explained, Unreadable};
use crate::http::admin::parts::body_text;
use crate::http::admin::parts::words;
use crate::http::admin::parts::{Badge, When, size};
use crate::http::admin::reply;
use crate::http::admin::request::{Request, link};
use crate::http::admin::rules::decision_view::Decided;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::journal::{Body, CallbackRecord, CallbackSummary, Gone, Record};
use crate::limits;
use crate::service::lists;
use crate::store::CallbackRow;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Pretty,
    Raw,
    Hex,
}

#[derive(Debug, Template)]
#[template(path = "admin/callbacks/page.html")]
pub(crate) struct CallbackPage {
    view: View,
    seq: Seq,
    at: When,
    app: String,
    app_href: String,
    provider: String,
    badge: Badge,
    label: String,
    test: bool,
    verified: &'static str,
    peer: String,
    tail: String,
    size: String,
    sessions: Vec<(String, String)>,
    calls: Vec<String>,
    suspicions: Vec<String>,
    unreadable: Option<Why>,
    decided: Option<Decided>,
    /// Of a repeated question: the callback that asked first, if known.
    repeated: Option<Option<Seq>>,
    /// `None` where numbers cannot be masked for certain: the body could not be read.
    body: Option<Shown>,
    /// Why the body is gone.
    gone: Option<&'static str>,
    status: u16,
    answer_type: String,
    answer: String,
}

/// Why a body could not be read, where, and what to do.
#[derive(Debug)]
struct Why {
    cause: &'static str,
    place: Option<(String, String)>,
    advice: &'static str,
}

#[derive(Debug)]
struct Shown {
    /// Not masked: with the ways to show it, headers and a command.
    whole: bool,
    form: &'static str,
    tabs: Vec<(&'static str, &'static str)>,
    /// Pieces of the text, and whether each is marked.
    text: Vec<(String, bool)>,
    packed: bool,
    cut: bool,
    headers: Vec<(String, String)>,
    curl: String,
    base64: String,
}

/// `GET /callbacks/{seq}`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    let (record, callback) = find(request)?;
    let row = request.ctx().store.callback(record.seq)?;
    let first = first_to_ask(request, record.seq, row.as_ref())?;
    let view = View::of(request, Section::Callbacks);
    let form = match request.param("view") {
        Some("raw") => Form::Raw,
        Some("hex") => Form::Hex,
        _ => Form::Pretty,
    };
    let app = request.ctx().state.app(callback.app);
    let token = match &app {
        Some(app) if view.may_administer() => app.token.reveal().to_owned(),
        _ => "TOKEN".to_owned(),
    };
    let url = request.ctx().server.callback_url(&token, callback.tail.trim_start_matches('/'));
    let name = request.app_name(callback.app);
    let parties = row.as_ref().map(|row| lists::parties(request.ctx(), row)).unwrap_or_default();
    let known = row.as_ref().map(|row| (row, parties.as_slice()));
    let mut page = CallbackPage::new(view, &record, &callback, known, name, form, &url);
    page.repeated = first;
    reply::page(&page)
}

/// Of a repeated question, the earlier one that was decided: a repeat gets the same bytes.
fn first_to_ask(request: &Request, seq: Seq, row: Option<&CallbackRow>) -> Result<Option<Option<Seq>>, HttpError> {
    let Some(row) = row.filter(|row| row.question && row.decision.is_none()) else { return Ok(None) };
    let Some(session) = row.sessions.first() else { return Ok(Some(None)) };
    let decided = lists::decisions_of_session(request.ctx(), row.app, session)?;
    Ok(Some(decided.iter().map(|row| row.seq).find(|first| *first < seq)))
}

/// `GET /callbacks/{seq}/raw`: the bytes as received, as a download.
pub(crate) fn raw(request: &Request) -> Result<Response, HttpError> {
    request.require(Role::Operator)?;
    if request.revealed().is_none() {
        return Err(HttpError::Forbidden(Text::new(
            "请先在回调页面点“显示号码”，这会记入审计",
            "show the numbers on the callback's page first; that is put on record",
        )));
    }
    let (record, callback) = find(request)?;
    if !matches!(record.body, Body::Callback(_)) {
        return Err(HttpError::NotFound);
    }
    let mut response = Response::new(callback.body.into());
    let headers = response.headers_mut();
    crate::http::transport::assets::page_headers(headers);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    let name = format!("attachment; filename=\"callback-{}\"", record.seq);
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

fn find(request: &Request) -> Result<(Record, CallbackRecord), HttpError> {
    let seq: Seq = request.segment(1).parse().map_err(|_| HttpError::NotFound)?;
    let record = request.ctx().journal.get(seq)?.ok_or(HttpError::NotFound)?;
    let callback = match &record.body {
        Body::Callback(callback) => CallbackRecord::clone(callback),
        Body::Entry(entry) => without_bytes(&CallbackSummary::read(entry).ok_or(HttpError::NotFound)?),
        Body::Tally(_) | Body::Erased { .. } => return Err(HttpError::NotFound),
    };
    if !request.scope().allows(callback.app) {
        return Err(HttpError::NotFound);
    }
    Ok((record, callback))
}

fn without_bytes(summary: &CallbackSummary) -> CallbackRecord {
    CallbackRecord {
        app: summary.app,
        provider: summary.provider.clone(),
        peer: summary.peer,
        tail: summary.tail.clone(),
        headers: Vec::new(),
        body: Vec::new(),
        verified: summary.verified,
        reply: crate::domain::Ack { status: summary.status, content_type: String::new(), body: String::new() },
        question: None,
        decision: None,
        foreign: Vec::new(),
    }
}

fn gone(lang: Lang, record: &Record) -> Option<&'static str> {
    let Body::Entry(entry) = &record.body else { return None };
    Some(match CallbackSummary::read(entry)?.why {
        Gone::Retention => lang.t("原始内容已按保留期删除。", "The bytes were removed when their time was over."),
        Gone::Erasure => lang.t("原始内容已随个人信息删除。", "The bytes were removed when a person was erased."),
    })
}

fn unreadable(lang: Lang, record: &Record, callback: &CallbackRecord, row: Option<&CallbackRow>) -> Option<Why> {
    row.filter(|row| row.outcome == Outcome::Unparsable)?;
    let why = match record.body {
        Body::Callback(_) => Explained::of(callback.clone(), record.at),
        _ => Unreadable::Gone.into(),
    };
    Some(Why {
        cause: why.why.words(lang),
        place: why.place.map(|place| (place.words(lang), place.excerpt())),
        advice: why.why.advice(lang),
    })
}

/// Our answer, masked: the answer to a question holds numbers. Answers to notices and refusals hold none.
fn answer(callback: &CallbackRecord, masking: Masking) -> String {
    let told = &callback.reply.body;
    if callback.question.is_some() { masking.text(told) } else { told.clone() }
}

impl CallbackPage {
    fn new(
        view: View,
        record: &Record,
        callback: &CallbackRecord,
        row: Option<(&CallbackRow, &[PhoneNumber])>,
        app: String,
        form: Form,
        url: &str,
    ) -> Self {
        let (lang, masking) = (view.lang, view.masking());
        let (row, parties) = row.map_or((None, &[][..]), |(row, parties)| (Some(row), parties));
        let waiting = Badge::new(crate::http::admin::parts::Tone::Busy, lang.t("待处理", "Pending"));
        let provider = crate::platforms::by_name(&callback.provider).map(|p| p.title(lang).to_owned());
        let session = |s: &String| (masking.text_of(s, parties), link("/callbacks", &[("session", s)]));
        let decided = row.and_then(|row| Decided::of(lang, masking, row, Some(&app)));
        Self {
            decided: decided.map(|decided| decided.with_answer(lang, masking, callback)),
            repeated: None,
            unreadable: unreadable(lang, record, callback, row),
            seq: record.seq,
            at: When::full(record.at),
            app_href: format!("/apps/{}", callback.app.0),
            app,
            provider: provider.unwrap_or_else(|| callback.provider.clone()),
            badge: row.map_or(waiting, |r| words::callback_badge(lang, r.outcome)),
            label: row.map(|r| words::label(lang, &r.label)).unwrap_or_default(),
            verified: match callback.verified {
                Some(true) => lang.t("签名正确", "Signature holds"),
                Some(false) => lang.t("签名不符", "Signature does not hold"),
                None => lang.t("未验签", "Not checked"),
            },
            test: row.is_some_and(|row| row.test) || marks_test(&callback.headers),
            peer: callback.peer.to_string(),
            tail: masking.text_of(&callback.tail, parties),
            size: size(row.map_or(callback.body.len() as u64, |row| row.size_bytes)),
            sessions: row.map(|r| r.sessions.iter().map(session).collect()).unwrap_or_default(),
            calls: row.map(|r| r.calls.iter().map(ToString::to_string).collect()).unwrap_or_default(),
            suspicions: row
                .map(|r| r.suspicions.iter().map(|s| masking.text(&words::suspicion(lang, s))).collect())
                .unwrap_or_default(),
            gone: gone(lang, record),
            body: match (view.may_read_bodies(), row) {
                (true, _) => Some(Shown::of(lang, callback, row, form, url)),
                (false, Some(row)) if row.outcome != Outcome::Unparsable => {
                    Some(Shown::masked(callback, row, masking, parties))
                }
                (false, _) => None,
            },
            status: callback.reply.status,
            answer_type: callback.reply.content_type.clone(),
            answer: answer(callback, masking),
            view,
        }
    }
}

impl Shown {
    fn masked(callback: &CallbackRecord, row: &CallbackRow, masking: Masking, parties: &[PhoneNumber]) -> Self {
        let content = callback.content();
        let text = masking.text_of(&body_text::pretty(&content), parties);
        Self {
            whole: false,
            form: "pretty",
            tabs: Vec::new(),
            text: marked(&text, Some(row)),
            packed: false,
            cut: content.len() > limits::SHOWN_BODY,
            headers: Vec::new(),
            curl: String::new(),
            base64: String::new(),
        }
    }

    fn of(lang: Lang, callback: &CallbackRecord, row: Option<&CallbackRow>, form: Form, url: &str) -> Self {
        let content_type = callback.headers.iter().find(|(n, _)| n == "content-type").map_or("", |(_, v)| v.as_str());
        let content = callback.content();
        // A test stays a test.
        let test = marks_test(&callback.headers).then_some((TEST_HEADER, "1"));
        let again: Vec<(&str, &str)> = std::iter::once(("Content-Type", content_type)).chain(test).collect();
        let is_text = std::str::from_utf8(&content).is_ok();
        Self {
            whole: true,
            form: match form {
                Form::Pretty => "pretty",
                Form::Raw => "raw",
                Form::Hex => "hex",
            },
            tabs: vec![
                ("pretty", lang.t("排版", "Pretty")),
                ("raw", lang.t("原文", "Raw")),
                ("hex", lang.t("十六进制", "Hex")),
            ],
            text: match form {
                Form::Pretty => marked(&body_text::pretty(&content), row),
                Form::Raw => marked(&body_text::raw(&content), row),
                Form::Hex => marked(&body_text::hex(&content), None),
            },
            packed: callback.is_packed(),
            cut: content.len() > limits::SHOWN_BODY,
            headers: callback.headers.clone(),
            curl: body_text::curl(url, &again, body_text::Check::Certificate, &content),
            base64: if is_text { String::new() } else { STANDARD.encode(&content) },
        }
    }
}

/// The text in pieces, with the names marked that were not understood.
fn marked(text: &str, row: Option<&CallbackRow>) -> Vec<(String, bool)> {
    let names: Vec<&str> = row.map_or(&[][..], |row| &row.suspicions).iter().filter_map(name_in_body).collect();
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut pieces = Vec::new();
    let mut rest = text;
    loop {
        let first = names.iter().filter_map(|name| {
            let mut places = rest.match_indices(name);
            let stands_alone = |(at, _): &(usize, &str)| {
                !rest[..*at].ends_with(is_name) && !rest[at + name.len()..].starts_with(is_name)
            };
            places.find(stands_alone).map(|(at, _)| (at, name.len()))
        });
        let Some((at, length)) = first.min() else { break };
        pieces.push((rest[..at].to_owned(), false));
        pieces.push((rest[at..at + length].to_owned(), true));
        rest = &rest[at + length..];
    }
    pieces.push((rest.to_owned(), false));
    pieces
}

/// How a repair of the body as a whole is named.
const SOMEWHERE: &str = "body";

/// What a suspicion is about, as it stands in the body.
fn name_in_body(suspicion: &Suspicion) -> Option<&str> {
    match suspicion {
        Suspicion::WrongCase { found: name, .. } | Suspicion::UnknownEvent(name) => Some(name.as_str()),
        Suspicion::BadValue(name) => Some(name.as_ref()),
        Suspicion::Missing(_) | Suspicion::OtherApplication(_) => None,
    }
    .filter(|name| !name.is_empty() && *name != SOMEWHERE)
}

#[cfg(test)]
impl CallbackPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        Self::sample_as(lang, Role::Admin)
    }

    fn sample_as(lang: Lang, role: Role) -> Self {
        use crate::http::admin::samples;
        let mut view = View { here: "/callbacks/121".to_owned(), ..View::sample(lang, Section::Callbacks) };
        view.who.as_mut().unwrap().role = role;
        let (record, callback) = samples::record();
        let row = samples::callbacks().remove(0);
        let url = "https://calls.example.com:8443/callbacks/sample-token-0123456789/status";
        Self::new(view, &record, &callback, Some((&row, &[])), "order-hotline".to_owned(), Form::Pretty, url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples;
    use crate::http::admin::samples::selector;

    #[test]
    fn our_answer_and_the_kept_headers_are_shown() {
        let html = scraper::Html::parse_document(&CallbackPage::sample(Lang::En).render().unwrap());
        let answer: String = html.select(&selector("pre.answer")).next().unwrap().text().collect();
        assert_eq!(answer.trim(), samples::record().1.reply.body);
        assert!(html.select(&selector("table.headers tbody tr")).count() >= 2);
    }

    #[test]
    fn a_viewer_sees_the_body_masked_and_no_headers() {
        let html = scraper::Html::parse_document(&CallbackPage::sample_as(Lang::En, Role::Viewer).render().unwrap());
        let body: String = html.select(&selector("pre.body")).next().unwrap().text().collect();
        assert!(body.contains("eventType") && body.contains("****"), "{body}");
        assert!(!body.contains("13812340021"), "{body}");
        assert!(html.select(&selector("table.headers, pre.curl, a[href$='/raw']")).next().is_none());
    }

    #[test]
    fn no_mobile_number_of_any_sample_is_left_in_a_masked_body() {
        let samples = crate::platforms::ALL.iter().flat_map(|provider| provider.samples());
        for sample in samples {
            let text = Masking::Masked.text(&body_text::pretty(sample.body.as_bytes()));
            let runs = text.split(|c: char| !c.is_ascii_digit());
            let mobile = |run: &&str| {
                let national = run.strip_prefix("86").unwrap_or(run);
                national.len() == 11 && matches!(national.as_bytes(), [b'1', b'3'..=b'9', ..])
            };
            assert_eq!(runs.clone().find(mobile), None, "{}: {text}", sample.name);
        }
    }

    #[test]
    fn names_that_were_not_understood_are_marked_where_they_stand_alone() {
        let found = |found: &str| Suspicion::WrongCase { found: found.to_owned(), meant: "sessionId".into() };
        let row =
            CallbackRow { suspicions: vec![found("sessionid"), found("calle")], ..samples::callbacks().remove(0) };
        let pieces = marked(r#"{"sessionid": "1", "mysessionid": "sessionid", "callee": 2}"#, Some(&row));
        let marks: Vec<&str> = pieces.iter().filter(|(_, marked)| *marked).map(|(text, _)| text.as_str()).collect();
        assert_eq!(marks, ["sessionid", "sessionid"]);
        assert_eq!(pieces.iter().map(|(text, _)| text.as_str()).collect::<String>().len(), 59);
    }
}
