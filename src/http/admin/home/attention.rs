//! 待处理 Attention: what we kept and did not understand, grouped by cause, with a guess.
//!
//! A group is an outcome, an app and a cause in words; it leads to its latest callback and to
//! all of them. Everything here was answered and is in the journal: nothing waits for a person.
//! Why a body could not be read is found out from its kept bytes ([`crate::http::admin::callbacks::unreadable`]).

use std::collections::BTreeMap;

use askama::Template;
use jiff::Timestamp;

use crate::domain::{AppId, Lang, Outcome, Seq, Suspicion};
use crate::http::admin::callbacks::unreadable::{Explained, Unreadable};
use crate::http::admin::parts::words;
use crate::http::admin::parts::{Badge, When, count, local};
use crate::http::admin::query::{hours_later, instant};
use crate::http::admin::reply;
use crate::http::admin::request::{Request, link};
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::journal::{Body, ReadError};
use crate::limits;
use crate::store::{CallbackQuery, CallbackRow, Filter, Page, Span};

#[derive(Debug, Template)]
#[template(path = "admin/home/attention.html")]
pub(crate) struct AttentionPage {
    view: View,
    groups: Vec<Group>,
    total: String,
    found: usize,
    /// Whether there is more than was looked at.
    cut: bool,
    span: String,
}

struct Found<'a> {
    rows: &'a [CallbackRow],
    cut: bool,
    from: &'a str,
    span: String,
}

#[derive(Debug)]
struct Group {
    badge: Badge,
    app: String,
    cause: String,
    /// Of an unreadable body, where the error stands in the example, and what stands there.
    place: Option<(String, String)>,
    advice: &'static str,
    count: String,
    counts: usize,
    first: When,
    last: When,
    example: Seq,
    /// Others of it that are linked one by one, where no filter finds them alone.
    some: Vec<Seq>,
    alone: bool,
    href: String,
}

/// `GET /attention`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    let asked = request.param("from").and_then(instant);
    let from = asked.unwrap_or_else(|| hours_later(request.now(), -24 * limits::ATTENTION_DAYS));
    let query = CallbackQuery {
        span: Span { from: Some(from), to: None },
        app: Filter::default().within(&request.scope()),
        outcome: Filter::any(Outcome::ALL.into_iter().filter(|outcome| outcome.wants_attention()).collect()),
        ..CallbackQuery::default()
    };
    let page = Page { limit: limits::ATTENTION_ROWS, cursor: None };
    let listing = request.ctx().store.callbacks(&query, &page)?;
    let why = unreadable(request, &listing.items)?;
    let view = View::of(request, Section::Attention);
    let span = span(view.lang, asked);
    let found = Found { rows: &listing.items, cut: listing.next.is_some(), from: &from.to_string(), span };
    reply::page(&AttentionPage::new(view, found, &why, &|id| request.app_name(id)))
}

fn span(lang: Lang, asked: Option<Timestamp>) -> String {
    match (asked, lang) {
        (Some(from), Lang::Zh) => format!("{} 以来", local(from, "%m-%d %H:%M")),
        (Some(from), Lang::En) => format!("since {}", local(from, "%m-%d %H:%M")),
        (None, Lang::Zh) => format!("近 {} 天", limits::ATTENTION_DAYS),
        (None, Lang::En) => format!("last {} days", limits::ATTENTION_DAYS),
    }
}

/// Why the latest unreadable bodies could not be read; an empty one says so itself.
fn unreadable(request: &Request, rows: &[CallbackRow]) -> Result<BTreeMap<Seq, Explained>, ReadError> {
    let journal = &request.ctx().journal;
    let wanted = rows.iter().filter(|row| row.outcome == Outcome::Unparsable && row.size_bytes > 0);
    let read = |row: &CallbackRow| {
        let why = match journal.get(row.seq)?.map(|record| record.body) {
            Some(Body::Callback(callback)) => Explained::of(*callback, row.received_at),
            _ => Unreadable::Gone.into(),
        };
        Ok((row.seq, why))
    };
    wanted.take(limits::ATTENTION_BODIES).map(read).collect()
}

impl AttentionPage {
    fn new(view: View, found: Found<'_>, why: &BTreeMap<Seq, Explained>, app: &dyn Fn(AppId) -> String) -> Self {
        let (lang, masking) = (view.lang, view.masking());
        let Found { rows, cut, from, span } = found;
        let mut groups: BTreeMap<(Outcome, AppId, Cause), Vec<&CallbackRow>> = BTreeMap::new();
        for row in rows {
            for cause in causes(lang, row, why) {
                groups.entry((row.outcome, row.app, cause)).or_default().push(row);
            }
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
        let group = |((outcome, id, cause), rows): ((Outcome, AppId, Cause), Vec<&CallbackRow>)| {
            let app = app(id);
            let mut pairs = vec![("outcome", outcome.name()), ("app", &app)];
            pairs.extend(cause.filter.iter().map(|(name, value)| (*name, value.as_str())));
            pairs.push(("from", from));
            // Rows come newest first, so the ends of a group are its ends in time.
            let (last, first) = (rows[0], rows[rows.len() - 1]);
            Group {
                badge: words::callback_badge(lang, outcome),
                href: link("/callbacks", &pairs),
                some: match cause.alone {
                    true => Vec::new(),
                    // The first is the example.
                    false => rows.iter().skip(1).map(|row| row.seq).take(limits::ATTENTION_LINKS).collect(),
                },
                alone: cause.alone,
                app,
                cause: masking.text(&cause.words),
                place: why
                    .get(&last.seq)
                    .and_then(|why| why.place.as_ref())
                    .map(|place| (place.words(lang), place.excerpt())),
                advice: cause.advice,
                count: count(rows.len() as u64),
                counts: rows.len(),
                first: When::short(first.received_at),
                last: When::short(last.received_at),
                example: last.seq,
            }
        };
        let groups = groups.into_iter().map(group).collect();
        Self { view, groups, total: count(rows.len() as u64), found: rows.len(), cut, span }
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cause {
    words: String,
    advice: &'static str,
    filter: Vec<(&'static str, String)>,
    alone: bool,
}

fn causes(lang: Lang, row: &CallbackRow, why: &BTreeMap<Seq, Explained>) -> Vec<Cause> {
    if !row.suspicions.is_empty() {
        let cause = |s: &Suspicion| Cause {
            words: words::suspicion(lang, s),
            advice: hint(lang, s).unwrap_or_else(|| advice(lang, row.outcome)),
            filter: vec![("suspicion", format!("{}:{}", s.name(), s.about()))],
            alone: true,
        };
        return row.suspicions.iter().map(cause).collect();
    }
    let plain = ("suspicious", "false".to_owned());
    let cause = |words: &str, advice| Cause { words: words.to_owned(), advice, filter: vec![plain], alone: true };
    vec![match row.outcome {
        Outcome::Unparsable => unparsable(lang, row, why),
        Outcome::Unverified => cause(lang.t("签名不符", "The signature does not hold"), advice(lang, row.outcome)),
        Outcome::Unrecognised | Outcome::Accepted | Outcome::Duplicate => {
            cause(lang.t("格式正确，但不是已知事件", "Well-formed, but no event we know"), advice(lang, row.outcome))
        }
    }]
}

fn unparsable(lang: Lang, row: &CallbackRow, why: &BTreeMap<Seq, Explained>) -> Cause {
    let (why, size) = match row.size_bytes {
        0 => (Unreadable::Empty, ("max_size", "0")),
        _ => (why.get(&row.seq).map_or(Unreadable::NotRead, |why| why.why), ("min_size", "1")),
    };
    Cause {
        words: why.words(lang).to_owned(),
        advice: why.advice(lang),
        filter: vec![("suspicious", "false".to_owned()), (size.0, size.1.to_owned())],
        alone: row.size_bytes == 0,
    }
}

/// What to do about a field that is not as documented, where the outcome alone does not tell.
fn hint(lang: Lang, suspicion: &Suspicion) -> Option<&'static str> {
    match suspicion {
        Suspicion::WrongCase { .. } => Some(lang.t(
            "文档里是另一种写法。看来源地址：是平台、代理，还是自己的测试脚本？原文已保存。",
            "The platform documents it the other way. See the peer: is it the platform, a proxy, or a test script? It is kept.",
        )),
        Suspicion::OtherApplication(_) => Some(lang.t(
            "核对平台控制台里该应用的回调地址，或改正本应用的 App Key。",
            "Check that application's callback address in the platform's console, or correct this app's key.",
        )),
        Suspicion::Missing(_) | Suspicion::UnknownEvent(_) | Suspicion::BadValue(_) => None,
    }
}

fn advice(lang: Lang, outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Unverified => lang.t(
            "核对应用的 APP_Secret，以及对外地址是否与平台上填写的一致。",
            "Compare the app's APP_Secret, and whether the public address is the one pasted at the platform.",
        ),
        Outcome::Unparsable => Unreadable::NotRead.advice(lang),
        Outcome::Unrecognised | Outcome::Accepted | Outcome::Duplicate => lang
            .t("原文已保存；认识它的新版本会重新解析。", "It is kept; a version that knows it will decode it again."),
    }
}

#[cfg(test)]
impl AttentionPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples;
        use crate::journal::CallbackRecord;
        let view = View { here: "/attention".to_owned(), ..View::sample(lang, Section::Attention) };
        let (_, record) = samples::record();
        let of = |body: &[u8]| Explained::of(CallbackRecord { body: body.to_vec(), ..record.clone() }, samples::now());
        let why = [(95, of(b"body=%7B%7D")), (92, of(b"\x1f\x8b\x08")), (91, of(b"body=%7B%22a%22%7D"))].into();
        let (rows, span) = (samples::strange_callbacks(), span(lang, None));
        let found = Found { rows: &rows, cut: false, from: "2026-11-07T02:20:00Z", span };
        Self::new(view, found, &why, &samples::app_name)
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        let view = View { here: "/attention".to_owned(), ..View::sample(lang, Section::Attention) };
        let found = Found { rows: &[], cut: false, from: "2026-11-07T02:20:00Z", span: span(lang, None) };
        Self::new(view, found, &BTreeMap::new(), &samples::app_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples::selector;

    #[test]
    fn a_field_in_the_wrong_case_is_guessed_and_counted_once_a_group() {
        let html = scraper::Html::parse_document(&AttentionPage::sample(Lang::En).render().unwrap());
        let first = html.select(&selector(".group")).next().unwrap();
        let text: String = first.text().collect();
        assert!(text.contains("did you mean sessionId? Case matters"), "{text}");
        let count: String = first.select(&selector(".count")).next().unwrap().text().collect();
        assert_eq!(count.trim(), "3");
        let list = first.select(&selector("a[href^='/callbacks?outcome=unrecognised&app=']")).next().unwrap();
        assert!(list.attr("href").unwrap().contains("&suspicion=wrong_case%3Asessionid&from="));
    }

    #[test]
    fn unreadable_bodies_are_grouped_by_what_is_wrong_with_them() {
        let html = scraper::Html::parse_document(&AttentionPage::sample(Lang::En).render().unwrap());
        let groups: Vec<String> = html.select(&selector(".group")).map(|group| group.text().collect()).collect();
        let form = groups.iter().find(|text| text.contains("Sent as a form")).unwrap();
        assert!(
            form.contains("wrapped it in a form") && form.contains("#91") && form.contains("all unparsable callbacks"),
            "{form}"
        );
        assert!(
            groups.iter().any(|text| text.contains("compressed") && text.contains("Content-Encoding: gzip")),
            "{groups:?}"
        );
        assert!(!groups.iter().any(|text| text.contains("Neither JSON nor XML")), "{groups:?}");
    }
}
