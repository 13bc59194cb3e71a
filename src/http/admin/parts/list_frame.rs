//! What stands around the rows of a list: the form, how many there are, ways to take them away
//! or to come back to them, the pages before and after.
//!
//! All four lists have the same; a page adds its boxes and its rows.

use http::StatusCode;
use jiff::Timestamp;

use crate::domain::{Lang, Masking, Role};
use crate::http::admin::parts::list_form::Form;
use crate::http::admin::parts::local;
use crate::http::admin::query::{self, canonical, instant};
use crate::http::admin::request::{Pairs, Request, find, link};
use crate::http::admin::view::View;
use crate::http::admin::{parts, reply, searches};
use crate::http::{HttpError, Response};
use crate::limits;
use crate::service::{
    self, ServiceError, filters,
    lists::{ListKind, RowQuery},
};
use crate::state::Search;
use crate::store::{Count, Listing, Span};

#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) form: Form,
    pub(crate) ranges: Vec<Range>,
    /// The span of time in words.
    pub(crate) present: String,
    /// How many rows there are: `12,345`, `100,000+`.
    pub(crate) count: Option<String>,
    pub(crate) rows: u64,
    pub(crate) exports: Vec<Export>,
    pub(crate) saved: Vec<Saved>,
    /// What saving this search would save; nothing while nothing is asked for.
    pub(crate) save: Option<Save>,
    /// The next, older page.
    pub(crate) next: Option<String>,
    /// The newest page, when this is not it.
    pub(crate) first: Option<String>,
    pub(crate) filtered: bool,
    pub(crate) problem: Option<String>,
    pub(crate) saving: Option<(String, bool)>,
}

#[derive(Debug)]
pub(crate) struct Range {
    pub(crate) label: &'static str,
    pub(crate) href: String,
    pub(crate) current: bool,
}

#[derive(Debug)]
pub(crate) struct Export {
    pub(crate) label: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) href: String,
}

#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) shared: bool,
    pub(crate) current: bool,
    pub(crate) removable: bool,
}

#[derive(Debug)]
pub(crate) struct Save {
    pub(crate) list: &'static str,
    pub(crate) query: String,
    pub(crate) back: String,
    pub(crate) may_share: bool,
}

#[derive(Debug)]
pub(crate) struct Around {
    pub(crate) which: ListKind,
    pub(crate) now: Timestamp,
    pub(crate) apps: Vec<String>,
    pub(crate) count: Option<Count>,
    pub(crate) saved: Vec<Search>,
    pub(crate) problem: Option<String>,
    pub(crate) saving: Option<(String, bool)>,
}

/// `GET` of a list: sends the browser to its canonical address, or shows what `page` makes of the rows.
/// A wrong value is no failure of the page: it stands on it, in words, and there is no query then.
pub(crate) fn show<Q: RowQuery, P: askama::Template>(
    request: &Request,
    path: &str,
    page: impl FnOnce(Option<&Q>, Listing<Q::Item>, Around) -> Result<P, HttpError>,
) -> Result<Response, HttpError> {
    if let Some(pairs) = canonical::<Q>(&request.query) {
        return Ok(reply::see_other(&link(path, &pairs)));
    }
    let (context, principal) = (request.ctx(), request.principal()?);
    let masking = if principal.role >= Role::Operator { Masking::Whole } else { Masking::Masked };
    let mut around = Around {
        which: Q::KIND,
        now: request.now(),
        apps: request.app_names(),
        count: None,
        saved: service::searches::seen(context, &principal, masking, Some(Q::KIND.name())),
        problem: None,
        saving: request.saving.as_deref().and_then(|word| searches::words(request.lang, word)),
    };
    match filters::asked::<Q>(context, &principal.scope, &request.raw_query())
        .and_then(|(query, page)| Ok((query.rows(context, &page)?, query)))
    {
        Ok((listing, query)) => {
            around.count = Some(query.count(context)?);
            reply::page(&page(Some(&query), listing, around)?)
        }
        Err(ServiceError::BadRequest(problem)) => {
            around.problem = Some(problem.get(request.lang).to_owned());
            let page = page(None, Listing { items: Vec::new(), next: None }, around)?;
            reply::page_with(StatusCode::BAD_REQUEST, &page)
        }
        Err(error) => Err(error.into()),
    }
}

impl Found {
    pub(crate) fn new(view: &View, pairs: &Pairs, form: Form, next: Option<&String>, around: Around) -> Self {
        let path = form.path;
        let rest: Pairs = pairs.iter().filter(|(n, _)| n != "cursor").cloned().collect();
        let next = next.map(|cursor| {
            let cursor = ("cursor".to_owned(), cursor.clone());
            link(path, &rest.iter().cloned().chain([cursor]).collect::<Pairs>())
        });
        let asked: Pairs = rest.iter().filter(|(n, _)| n != "limit").cloned().collect();
        let saved = around.saved.iter().map(|search| Saved::of(view, path, &asked, search)).collect();
        let ranges = if form.span.is_some() { ranges(view.lang, path, pairs, around.now) } else { Vec::new() };
        Self {
            present: present(view.lang, pairs, &ranges),
            ranges,
            count: around.count.map(shown),
            rows: around.count.map_or(0, |count| count.rows),
            exports: exports(view.lang, around.which, &asked),
            saved,
            save: (!asked.is_empty() && around.problem.is_none()).then(|| Save {
                list: around.which.name(),
                query: text(&asked),
                back: view.here.clone(),
                may_share: view.may(Role::Admin) && view.sees_all(),
            }),
            next,
            first: (rest.len() < pairs.len()).then(|| link(path, &rest)),
            filtered: !asked.is_empty(),
            problem: around.problem,
            saving: around.saving,
            form,
        }
    }
}

impl Saved {
    fn of(view: &View, path: &str, asked: &Pairs, search: &Search) -> Self {
        Self {
            id: search.id.clone(),
            name: view.masking().text(&search.name),
            href: if search.query.is_empty() { path.to_owned() } else { format!("{path}?{}", search.query) },
            shared: search.owner.is_none(),
            current: search.query == text(asked),
            removable: search.owner.is_some() || (view.may(Role::Admin) && view.sees_all()),
        }
    }
}

fn text(pairs: &Pairs) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A count as it stands on a page; beyond its bound it says that it stops there.
fn shown(count: Count) -> String {
    debug_assert!(count.exact || count.rows <= limits::COUNT_MAX as u64);
    format!("{}{}", parts::count(count.rows), if count.exact { "" } else { "+" })
}

fn exports(lang: Lang, which: ListKind, asked: &Pairs) -> Vec<Export> {
    let formats = [
        ("csv", "CSV", lang.t("任何表格软件", "any spreadsheet")),
        ("xlsx", "Excel", lang.t("数字和时间带类型", "typed numbers and times")),
        ("jsonl", "JSONL", lang.t("供程序读取", "for programs")),
    ];
    let export = |(format, label, hint): (&str, &'static str, &'static str)| {
        let ways = [("format", format), ("lang", lang.t("zh", "en"))].map(|(n, v)| (n.to_owned(), v.to_owned()));
        let pairs: Pairs =
            ways.into_iter().filter(|(n, _)| n != "lang" || format != "jsonl").chain(asked.iter().cloned()).collect();
        Export { label, hint, href: link(&format!("/api/v1/{}/export", which.name()), &pairs) }
    };
    formats.map(export).into()
}

/// The name of a ready range, or both ends.
pub(crate) fn present(lang: Lang, pairs: &Pairs, ranges: &[Range]) -> String {
    if let Some(range) = ranges.iter().find(|range| range.current) {
        return range.label.to_owned();
    }
    let end = |name| find(pairs, name).and_then(instant).map(|t| local(t, "%m-%d %H:%M"));
    match (end("from"), end("to")) {
        (Some(from), Some(to)) => format!("{from} – {to}"),
        (Some(from), None) => format!("{} {from}", lang.t("从", "since")),
        (None, Some(to)) => format!("{} {to}", lang.t("到", "until")),
        (None, None) => lang.t("全部", "All").to_owned(),
    }
}

pub(crate) fn ranges(lang: Lang, path: &str, pairs: &Pairs, now: Timestamp) -> Vec<Range> {
    let value = |name| find(pairs, name).and_then(instant);
    let present = Span { from: value("from"), to: value("to") };
    let others = pairs.iter().filter(|(n, _)| !matches!(n.as_str(), "from" | "to" | "cursor"));
    let others: Pairs = others.cloned().collect();
    let range = |(label, span): &(crate::domain::Text, Span)| {
        let mut pairs = Pairs::new();
        pairs.extend(span.from.map(|t| ("from".to_owned(), t.to_string())));
        pairs.extend(span.to.map(|t| ("to".to_owned(), t.to_string())));
        pairs.extend(others.iter().cloned());
        Range { label: label.get(lang), href: link(path, &pairs), current: *span == present }
    };
    query::ranges(now).iter().map(range).collect()
}

#[cfg(test)]
impl Around {
    pub(crate) fn sample(which: ListKind, rows: u64) -> Self {
        use crate::domain::{ActorId, ActorKind};
        use crate::http::admin::samples;
        let search = |id: &str, name: &str, query: &str, owner: Option<&str>| Search {
            id: id.to_owned(),
            list: which.name().to_owned(),
            name: name.to_owned(),
            query: query.to_owned(),
            owner: owner.map(|owner| ActorId::new(ActorKind::User, owner)),
            created_at: samples::now(),
        };
        Self {
            which,
            now: samples::now(),
            apps: samples::app_names(),
            count: Some(Count { rows, exact: rows < 100_000 }),
            saved: vec![
                search("0a", "0021", "outcome=no_answer&callee=0021", Some("lin")),
                search("0b", "not_bound", "outcome=not_bound", None),
            ],
            problem: None,
            saving: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_says_where_it_stops() {
        assert_eq!(shown(Count { rows: 12_345, exact: true }), "12,345");
        assert_eq!(shown(Count { rows: 100_000, exact: false }), "100,000+");
    }

    #[test]
    fn an_export_asks_for_the_rows_of_the_page() {
        let pairs = vec![("outcome".to_owned(), "busy".to_owned()), ("not_app".to_owned(), "a b".to_owned())];
        let hrefs: Vec<String> = exports(Lang::Zh, ListKind::Calls, &pairs).into_iter().map(|e| e.href).collect();
        assert_eq!(hrefs[0], "/api/v1/calls/export?format=csv&lang=zh&outcome=busy&not_app=a+b");
        assert_eq!(hrefs[2], "/api/v1/calls/export?format=jsonl&outcome=busy&not_app=a+b");
    }
}
