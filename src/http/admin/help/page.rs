//! 帮助 Help: the documents, the platforms' fields and codes, the API, and what the figures mean.
//!
//! Everything about a platform comes from its provider's own tables, so that it cannot say
//! anything else than the code does.

use askama::Template;

use super::documents::{self, Document, DocumentPage};
use crate::domain::{Lang, Text, metrics};
use crate::http::admin::parts::Coded;
use crate::http::admin::reply;
use crate::http::admin::request::Request;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response, api};
use crate::platforms::{self, CodeTable, FieldDoc, Provider};

#[derive(Debug, Template)]
#[template(path = "admin/help/page.html")]
pub(crate) struct HelpPage {
    view: View,
    documents: &'static [Document],
    providers: Vec<(&'static str, &'static str)>,
    definitions: Vec<(&'static str, &'static str)>,
    api: Vec<(&'static str, String, Coded, &'static str)>,
}

#[derive(Debug, Template)]
#[template(path = "admin/help/provider.html")]
pub(crate) struct ProviderPage {
    view: View,
    id: &'static str,
    title: &'static str,
    addresses: Vec<(&'static str, &'static str, &'static str)>,
    retry: &'static str,
    recording_days: u32,
    tables: Vec<Table>,
}

/// The fields of one platform's messages: a page of its own, because both together are heavy.
#[derive(Debug, Template)]
#[template(path = "admin/help/fields.html")]
pub(crate) struct FieldsPage {
    view: View,
    id: &'static str,
    title: &'static str,
    messages: Vec<Message>,
}

#[derive(Debug)]
struct Message {
    name: &'static str,
    fields: Vec<(&'static FieldDoc, &'static str)>,
}

#[derive(Debug)]
struct Table {
    name: &'static str,
    title: &'static str,
    source: &'static str,
    codes: Vec<Code>,
}

#[derive(Debug)]
struct Code {
    code: &'static str,
    text: &'static str,
    who: &'static str,
    advice: &'static str,
}

/// What the ledger's words mean; the figures of calls have their sentences in [`metrics`].
const DEFINITIONS: &[(Text, Text)] = &[
    (
        Text::new("回调完整性", "Delivery ledger"),
        Text::new(
            "每个写入日志的回调只有一个去向；状态“一致”表示它们都关联到了通话、短信或号码，其余在“待处理”。",
            "Every callback in the journal became exactly one of these; balanced means that each belongs to a call, a message or a number, and the others are under Attention.",
        ),
    ),
    (
        Text::new("可能丢失", "possibly lost"),
        Text::new(
            "我方答复了 503，而该平台不会再推。只有队列满或磁盘满时才会发生。",
            "Answered 503 where the platform does not push again. Happens only when the queue or the disk is full.",
        ),
    ),
    (
        Text::new("重复", "duplicate"),
        Text::new(
            "内容全部已知的回调。照常应答，照常留存，只计一次通话。",
            "A callback in which everything was known. Answered and kept like any other, counted once in calls.",
        ),
    ),
];

/// What monitors ask: not part of the API.
const MONITORS: &str = "/healthz · /readyz · /metrics";

/// `GET /help`
pub(crate) fn index(request: &Request) -> Result<Response, HttpError> {
    reply::page(&HelpPage::new(View::of(request, Section::Help)))
}

/// `GET /help/{document}` and `GET /help/{provider}`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    let (view, name) = (View::of(request, Section::Help), request.segment(1));
    if let Some(document) = documents::by_name(view.lang, name) {
        return reply::page(&DocumentPage::new(view, document));
    }
    let provider = platforms::by_name(name).ok_or(HttpError::NotFound)?;
    reply::page(&ProviderPage::new(view, provider))
}

/// `GET /help/{provider}/fields`
pub(crate) fn fields(request: &Request) -> Result<Response, HttpError> {
    let provider = platforms::by_name(request.segment(1)).ok_or(HttpError::NotFound)?;
    reply::page(&FieldsPage::new(View::of(request, Section::Help), provider))
}

impl HelpPage {
    fn new(view: View) -> Self {
        let providers = platforms::ALL.iter().map(|p| (p.id().0, p.title(view.lang))).collect();
        let open = [
            ("/api/v1/openapi.json", view.lang.t("以上全部的说明（OpenAPI 3.1）", "all of this, as OpenAPI 3.1")),
            (MONITORS, view.lang.t("监控", "monitoring")),
        ];
        let open = open.map(|(path, does)| ("GET", path.to_owned(), does, view.lang.t("任何人", "anyone")));
        let listed = api::describe::listed(view.lang).chain(open);
        let api = listed.map(|(method, path, does, who)| (method, path, Coded::new(does), who)).collect();
        Self {
            documents: documents::all(view.lang),
            providers,
            definitions: metrics::METRICS
                .iter()
                .map(|metric| (metric.title, metric.meaning))
                .chain([(Text::new("收到", "Received"), metrics::LEDGER)])
                .chain(DEFINITIONS.iter().copied())
                .map(|(name, text)| (name.get(view.lang), text.get(view.lang)))
                .collect(),
            api,
            view,
        }
    }
}

impl ProviderPage {
    fn new(view: View, provider: &'static dyn Provider) -> Self {
        let lang = view.lang;
        let address = |a: &platforms::Address| (a.console_field.get(lang), a.receives.get(lang), a.tail);
        Self {
            id: provider.id().0,
            title: provider.title(lang),
            addresses: provider.addresses().iter().map(address).collect(),
            retry: provider.retry().text.get(lang),
            recording_days: provider.recording_days(),
            tables: tables(provider).map(|t| Table::of(lang, t)).collect(),
            view,
        }
    }
}

/// The codes that it pushes, and those that its own interfaces answer.
fn tables(provider: &'static dyn Provider) -> impl Iterator<Item = &'static CodeTable> {
    provider.codes().iter().chain(provider.outbound().map(platforms::outbound::Outbound::results))
}

impl FieldsPage {
    fn new(view: View, provider: &'static dyn Provider) -> Self {
        let lang = view.lang;
        let mut messages: Vec<Message> = Vec::new();
        for field in provider.fields() {
            let row = (field, field.meaning.get(lang));
            match messages.iter_mut().find(|m| m.name == field.message) {
                Some(message) => message.fields.push(row),
                None => messages.push(Message { name: field.message, fields: vec![row] }),
            }
        }
        Self { id: provider.id().0, title: provider.title(lang), messages, view }
    }
}

impl Table {
    fn of(lang: Lang, table: &'static CodeTable) -> Self {
        let code = |c: &'static platforms::CodeDoc| Code {
            code: c.code,
            text: c.text.get(lang),
            who: c.who.word().get(lang),
            advice: c.advice.get(lang),
        };
        Self {
            name: table.name,
            title: table.title.get(lang),
            source: table.source,
            codes: table.codes.iter().map(code).collect(),
        }
    }
}

#[cfg(test)]
impl HelpPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        Self::new(View { here: "/help".to_owned(), ..View::sample(lang, Section::Help) })
    }
}

#[cfg(test)]
impl ProviderPage {
    pub(crate) fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let page = |p: &&'static dyn Provider| (p.id().0, Self::new(View::sample(lang, Section::Help), *p));
        platforms::ALL.iter().map(page).collect()
    }
}

#[cfg(test)]
impl FieldsPage {
    pub(crate) fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let page = |p: &&'static dyn Provider| (p.id().0, Self::new(View::sample(lang, Section::Help), *p));
        platforms::ALL.iter().map(page).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples::selector;

    #[test]
    fn every_code_and_field_of_a_provider_is_on_its_pages() {
        for (id, page) in ProviderPage::samples(Lang::Zh) {
            let provider = platforms::by_name(id).unwrap();
            let html = scraper::Html::parse_document(&page.render().unwrap());
            let codes: usize = tables(provider).map(|t| t.codes.len()).sum();
            assert_eq!(html.select(&selector("table.codes tbody tr")).count(), codes, "{id}");
        }
        for (id, page) in FieldsPage::samples(Lang::Zh) {
            let provider = platforms::by_name(id).unwrap();
            let html = scraper::Html::parse_document(&page.render().unwrap());
            assert_eq!(html.select(&selector("table.fields tbody tr")).count(), provider.fields().len(), "{id}");
        }
    }
}
