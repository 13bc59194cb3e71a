//! 审计 Audit: who did what, and who looked at what. For administrators.
//!
//! Newest first, by who, what, which object and when. What is personal in an entry is masked
//! like everything else until the page is revealed, and may have been erased since.

use askama::Template;
use jiff::Timestamp;
use serde_json::Value;

use crate::audit::AuditAction;
use crate::domain::{ActorId, AppId, Lang, Masking, Role, Text};
use crate::http::admin::parts::When;
use crate::http::admin::parts::list_form::{Form, Maker};
use crate::http::admin::parts::list_frame::{Range, present, ranges};
use crate::http::admin::people::audit_words as words;
use crate::http::admin::query::canonical;
use crate::http::admin::reply;
use crate::http::admin::request::{Pairs, Request, link};
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response, export};
use crate::service::{filters, reveals, trail};
use crate::state::Principal;
use crate::store::AuditQuery;

#[derive(Debug, Template)]
#[template(path = "admin/people/audit.html")]
pub(crate) struct AuditPage {
    view: View,
    form: Form,
    ranges: Vec<Range>,
    present: String,
    rows: Vec<Row>,
    next: Option<String>,
    first: Option<String>,
    exports: [(&'static str, String); 3],
}

#[derive(Debug)]
struct Row {
    n: u64,
    at: When,
    by: String,
    by_href: String,
    action: String,
    /// How it ended, where it did not simply come about.
    outcome: Option<String>,
    object: String,
    href: Option<String>,
    app: String,
    peer: String,
    /// `None` once it was erased.
    details: Option<Vec<(String, String)>>,
}

/// `GET /audit`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    let by = administrator(request)?;
    if let Some(pairs) = canonical::<AuditQuery>(&request.query) {
        return Ok(reply::see_other(&link("/audit", &pairs)));
    }
    let (query, page) = filters::asked::<AuditQuery>(request.ctx(), &by.scope, &request.raw_query())?;
    let (found, next) = trail::entries(request.ctx(), &query, &page)?;
    let view = View::of(request, Section::Audit);
    let app = |id| request.app_name(id);
    reply::page(&AuditPage::new(view, &request.query, &found, next, &app, request.now()))
}

/// `GET /audit/export?format=csv|xlsx|jsonl`: every entry of the query, masked unless that page of
/// the trail is revealed.
pub(crate) async fn export(request: &Request) -> Result<Response, HttpError> {
    let by = administrator(request)?;
    let (query, format) = export::asked_audit(request.ctx(), &by.scope, &request.raw_query())?;
    let rest: Pairs = request.query.iter().filter(|(name, _)| name != "format").cloned().collect();
    let page = reveals::page("/audit", &rest);
    let login = request.login.as_ref().ok_or(HttpError::Unauthorised)?;
    let masking = match request.ctx().audit.revealed(&login.id, &page) {
        Some(_) => Masking::Whole,
        None => Masking::Masked,
    };
    let act = request.actor(&by).act(AuditAction::Export, "audit").with("query", request.raw_query());
    request.ctx().audit.record(act).await?;
    export::audit(request.admission(&by)?, masking, query, format)
}

/// Who asks, if an administrator, be it of some apps: the query is narrowed to those.
fn administrator(request: &Request) -> Result<Principal, HttpError> {
    let by = request.principal()?;
    if by.role == Role::Admin {
        Ok(by)
    } else {
        Err(HttpError::Forbidden(Text::new("需要管理员权限", "this takes an administrator")))
    }
}

impl AuditPage {
    fn new(
        view: View,
        pairs: &Pairs,
        found: &[trail::Entry],
        next: Option<String>,
        app: &dyn Fn(AppId) -> String,
        now: Timestamp,
    ) -> Self {
        let lang = view.lang;
        let rest: Pairs = pairs.iter().filter(|(n, _)| n != "cursor").cloned().collect();
        let with = |path: &str, name: &str, value: &str| {
            let more = (name.to_owned(), value.to_owned());
            link(path, &rest.iter().cloned().chain([more]).collect::<Pairs>())
        };
        let export = |format: &str| with("/audit/export", "format", format);
        let make = Maker { lang, pairs };
        // An action is chosen by its word.
        let options = AuditAction::ALL
            .iter()
            .filter_map(|action| Some((action.name().to_owned(), action.title()?.get(lang).to_owned())));
        let form = Form::of::<AuditQuery>(make, "/audit", Text::new("查找审计记录", "Find entries"), &[]);
        let ranges = ranges(lang, "/audit", pairs, now);
        Self {
            present: present(lang, pairs, &ranges),
            ranges,
            form: form.with_lead(make.choices("action", Text::new("做了什么", "What"), options)),
            rows: found.iter().map(|found| Row::of(&view, found, app)).collect(),
            next: next.map(|cursor| with("/audit", "cursor", &cursor)),
            first: (rest.len() < pairs.len()).then(|| link("/audit", &rest)),
            exports: [("CSV", export("csv")), ("Excel", export("xlsx")), ("JSONL", export("jsonl"))],
            view,
        }
    }
}

impl Row {
    fn of(view: &View, (row, personal): &trail::Entry, app: &dyn Fn(AppId) -> String) -> Self {
        let (lang, masking) = (view.lang, view.masking());
        let (word, name) = match row.subject.as_str() {
            whole @ "list of rules" => (whole, ""),
            subject => subject.split_once(' ').unwrap_or((subject, "")),
        };
        let page = personal.as_ref().and_then(|personal| personal.get("page")?.as_str());
        let name = match word {
            "app" => {
                // What was asked of its platform stands behind it.
                let (id, asked) = name.split_once(' ').unwrap_or((name, ""));
                let known = id.parse().map_or_else(|_| id.to_owned(), |id| app(AppId(id)));
                format!("{known} {asked}").trim_end().to_owned()
            }
            // Ids of ours are long and lead on by a link.
            "call" => name.chars().take(8).collect(),
            "list" => words::listed(lang, name).to_owned(),
            _ => name.to_owned(),
        };
        Self {
            n: row.n,
            at: When::full(row.at),
            by: words::who(lang, &row.by),
            by_href: link("/audit", &who(&row.by)),
            outcome: row.ended.as_ref().map(|ended| words::ended(lang, &ended.how, ended.code.as_deref())),
            action: words::action(lang, &row.action),
            object: format!("{} {name}", words::object(lang, word)).trim_end().to_owned(),
            href: href(&row.subject, page, masking),
            app: row.app.map(app).unwrap_or_default(),
            peer: row.peer.map(|peer| peer.to_string()).unwrap_or_default(),
            details: personal.as_ref().map(|personal| {
                let detail =
                    |(name, value): (&String, &Value)| (words::detail(lang, name), shown(lang, name, value, masking));
                personal.iter().map(detail).collect()
            }),
        }
    }
}

fn who(by: &ActorId) -> Vec<(&'static str, String)> {
    let kind = by.kind.map(|kind| ("by_kind", kind.name().to_owned()));
    [("by", by.name.clone())].into_iter().chain(kind).collect()
}

/// Where the object of an entry is, if it is one of ours. A list is named by its whole query,
/// which may hold a number.
fn href(subject: &str, page: Option<&str>, masking: Masking) -> Option<String> {
    match subject.split_once(' ')? {
        ("call", id) => Some(format!("/calls/{id}")),
        ("callback", seq) => Some(format!("/callbacks/{seq}")),
        ("app", id) => Some(format!("/apps/{}", id.split(' ').next().unwrap_or(id))),
        ("list", _) if masking == Masking::Whole => {
            page.filter(|page| crate::http::admin::request::is_local(page)).map(str::to_owned)
        }
        _ => None,
    }
}

fn shown(lang: Lang, name: &str, value: &Value, masking: Masking) -> String {
    match value {
        Value::String(field) if name == "fields" => words::field(lang, field).to_owned(),
        Value::String(agent) if name == "agent" => words::browser(agent),
        Value::String(page) if name == "page" => match page.split_once('?') {
            Some((path, query)) => format!("{path}?{}", masking.text(query)),
            None => page.clone(),
        },
        Value::String(value) => masking.text(value),
        Value::Array(items) => items.iter().map(|item| shown(lang, name, item, masking)).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let each = fields
                .iter()
                .map(|(name, value)| format!("{} {}", words::field(lang, name), shown(lang, name, value, masking)));
            each.collect::<Vec<_>>().join(", ")
        }
        other => masking.text(&other.to_string()),
    }
}

#[cfg(test)]
impl AuditPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        Self::sample_of(lang, &samples(), None)
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        Self::sample_of(lang, &[], None)
    }

    fn sample_of(lang: Lang, found: &[trail::Entry], revealed: Option<Timestamp>) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/audit".to_owned(), revealed, ..View::sample(lang, Section::Audit) };
        Self::new(view, &Pairs::new(), found, None, &samples::app_name, samples::now())
    }
}

#[cfg(test)]
fn samples() -> Vec<trail::Entry> {
    use serde_json::Map;

    use crate::store::AuditRow;

    use crate::domain::ActorKind;
    use crate::store::Ended;
    let entry = |n, by: &str, action: &str, subject: &str, app: Option<u32>, personal: Option<Value>| {
        let row = AuditRow {
            seq: 120 + n,
            at: samples::now(),
            n,
            by: match by {
                "?" => ActorId::new(ActorKind::Unknown, by),
                "crm" => ActorId::new(ActorKind::Token, by),
                _ => ActorId::new(ActorKind::User, by),
            },
            ended: None,
            action: action.to_owned(),
            subject: subject.to_owned(),
            app: app.map(AppId),
            peer: Some("203.0.113.7".parse().unwrap()),
        };
        (row, personal.map(|personal| personal.as_object().unwrap().clone()))
    };
    vec![
        entry(
            5,
            "lin",
            "reveal",
            "list calls",
            None,
            Some(serde_json::json!({"page": "/calls?number=13812340021", "reason": "A customer asked"})),
        ),
        entry(4, "wang", "reveal", "callback 121", Some(2), None),
        (
            AuditRow {
                ended: Some(Ended { of: 0, how: "failed".to_owned(), code: Some("state_not_written".to_owned()) }),
                ..entry(6, "crm", "token.revoke", "token report", None, None).0
            },
            Some(Map::new()),
        ),
        entry(3, "lin", "app.change", "app 2", Some(2), Some(serde_json::json!({"fields": ["verify", "app_secret"]}))),
        entry(2, "?", "login.failed", "login", None, Some(serde_json::json!({"name": "lim"}))),
        entry(
            1,
            "lin",
            "login",
            "user lin",
            None,
            Some(
                serde_json::json!({"agent": "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"}),
            ),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples::selector;

    #[test]
    fn entries_lead_to_their_objects_and_say_what_was_erased() {
        let html = AuditPage::sample(Lang::En).render().unwrap();
        assert!(!html.contains("13812340021"), "masked until the page is revealed");
        let html = scraper::Html::parse_document(&html);
        let links: Vec<&str> = html.select(&selector("td a.object")).filter_map(|a| a.attr("href")).collect();
        assert_eq!(links, ["/callbacks/121", "/apps/2"]);
        assert_eq!(html.select(&selector("td .erased")).count(), 1);
    }

    #[test]
    fn a_token_is_called_one_and_what_failed_says_so() {
        let html = scraper::Html::parse_document(&AuditPage::sample(Lang::Zh).render().unwrap());
        let rows: Vec<String> = html.select(&selector("tbody tr")).map(|row| row.text().collect()).collect();
        let failed: Vec<_> = rows.iter().filter(|row| row.contains("未生效：设置未能写入磁盘")).collect();
        assert!(failed.len() == 1 && failed[0].contains("令牌 crm"), "{rows:?}");
        assert!(rows.iter().any(|row| row.contains("未登录")), "{rows:?}");
    }

    #[test]
    fn a_revealed_trail_shows_what_was_typed_and_leads_to_the_list() {
        let until = Some(samples::now());
        let html = AuditPage::sample_of(Lang::Zh, &samples(), until).render().unwrap();
        assert!(html.contains("/calls?number=13812340021"), "{html}");
    }
}
