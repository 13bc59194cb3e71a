//! 平台接口 Platform: asking an app's platform by a form made from the operation's table.
//!
//! The answer is shown on the page of the form: it cannot be requested again. The page knows no fields; a
//! new operation is a row in its platform's folder.

use askama::Template;
use http::StatusCode;
use serde_json::{Map, Value};

use crate::domain::{App, Lang, Role};
use crate::http::admin::apps::platform_form::{Choice, Chosen, Form, MODES, href};
use crate::http::admin::parts::{Badge, Tone, phone};
use crate::http::admin::reply;
use crate::http::admin::request::{Request, link};
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::platforms::outbound::{FieldProblem, Mode, Operation, PlatformError, of_provider};
use crate::service::{
    platform as service,
    platform::{Done, Failure, Verdict},
};

#[derive(Debug, Template)]
#[template(path = "admin/apps/platform.html")]
pub(crate) struct PlatformPage {
    view: View,
    apps: Vec<Choice>,
    app: Option<Chosen>,
    form: Option<Form>,
    outcome: Option<Outcome>,
    problem: Option<Problem>,
    compared: Option<Compared>,
}

#[derive(Debug)]
struct Outcome {
    code: String,
    description: String,
    fields: Vec<(String, String)>,
    kept: usize,
    not_kept: Option<String>,
}

#[derive(Debug)]
struct Problem {
    what: String,
    advice: &'static str,
}

#[derive(Debug)]
struct Compared {
    mode: &'static str,
    rows: Vec<ComparedRow>,
    same: usize,
    next: Option<String>,
}

#[derive(Debug)]
struct ComparedRow {
    badge: Badge,
    binding: String,
    platform_id: String,
    x: String,
    what: String,
}

/// `GET /platform`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    request.require(Role::Operator)?;
    let apps = askable(request);
    let app = match request.param("app").filter(|id| !id.is_empty()) {
        Some(id) => Some(apps.iter().find(|app| app.id.0.to_string() == id).ok_or(HttpError::NotFound)?),
        None => apps.first(),
    };
    let operation = app.and_then(|app| match request.param("op").filter(|id| !id.is_empty()) {
        Some(id) => of_provider(app.provider.0).find(|operation| operation.id == id),
        None => of_provider(app.provider.0).next(),
    });
    reply::page(&PlatformPage::of(request, app.map(AsRef::as_ref), operation, &[]))
}

/// `POST /platform/{app}/{operation}`
pub(crate) async fn call(request: &Request) -> Result<Response, HttpError> {
    let (by, app) = (request.principal()?, request.app(1)?);
    let operation = service::operation(&app, request.segment(2))?;
    let fields: Vec<_> = request.form.iter().filter(|(name, _)| name != "csrf").cloned().collect();
    let answered = service::call(request.ctx(), request.actor(&by), &app, operation, &fields).await;
    let problems: &[FieldProblem] = match &answered {
        Err(Failure::Platform(PlatformError::Fields(problems))) => problems,
        _ => &[],
    };
    let mut page = PlatformPage::of(request, Some(&app), Some(operation), problems);
    let status = match answered {
        Ok(done) => {
            page.outcome = Some(Outcome::of(done));
            StatusCode::OK
        }
        Err(Failure::Ours(error)) => return Err(error.into()),
        Err(Failure::Platform(error)) => {
            page.problem = Some(Problem::of(request.lang, &error));
            HttpError::from(Failure::Platform(error)).status()
        }
    };
    reply::page_with(status, &page)
}

/// `POST /platform/{app}/compare`
pub(crate) async fn compare(request: &Request) -> Result<Response, HttpError> {
    let (by, app) = (request.principal()?, request.app(1)?);
    let mode = MODES.into_iter().find(|mode| Some(mode.name()) == request.field("mode")).ok_or(HttpError::NotFound)?;
    let cursor = request.field("cursor").map(str::to_owned);
    let found = service::reconcile(request.ctx(), request.actor(&by), &app, mode, cursor).await;
    let mut page = PlatformPage::of(request, Some(&app), None, &[]);
    let status = match found {
        Ok(found) => {
            page.compared = Some(Compared::of(&page.view, mode, found));
            StatusCode::OK
        }
        Err(Failure::Ours(error)) => return Err(error.into()),
        Err(Failure::Platform(error)) => {
            page.problem = Some(Problem::of(request.lang, &error));
            HttpError::from(Failure::Platform(error)).status()
        }
    };
    reply::page_with(status, &page)
}

/// `POST /calls/{id}/stop`: hangs a call up at its platform.
pub(crate) async fn stop(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let call = crate::http::admin::calls::page::find(request)?;
    let app = request.ctx().state.app(call.app).ok_or(HttpError::NotFound)?;
    let operation = service::operation(&app, "call.stop")?;
    let fields = [("sessionid", call.session.reveal()), ("signal", "call_stop")];
    let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    service::call(request.ctx(), request.actor(&by), &app, operation, &fields).await?;
    Ok(reply::see_other(&link(&format!("/calls/{}", call.id), &[("done", "stopped")])))
}

fn askable(request: &Request) -> Vec<std::sync::Arc<App>> {
    let mut apps = request.apps();
    apps.retain(|app| of_provider(app.provider.0).next().is_some());
    apps
}

impl PlatformPage {
    fn of(request: &Request, app: Option<&App>, operation: Option<&Operation>, problems: &[FieldProblem]) -> Self {
        let mut view = View::of(request, Section::Platform);
        if let Some(app) = app {
            // A change of language does not repeat the operation.
            view.here = href(app, operation.map(|operation| operation.id));
        }
        let is_on = app.is_some_and(|app| !service::of(request.ctx(), app.id).base_url.is_empty());
        let given = |name: &str| request.field(name).unwrap_or_default().to_owned();
        Self::new(view, &askable(request), app, is_on, operation, problems, &given)
    }

    fn new(
        view: View,
        apps: &[std::sync::Arc<App>],
        app: Option<&App>,
        is_on: bool,
        operation: Option<&Operation>,
        problems: &[FieldProblem],
        given: &dyn Fn(&str) -> String,
    ) -> Self {
        let lang = view.lang;
        let choice = |one: &std::sync::Arc<App>| Choice {
            href: href(one, None),
            label: one.name.clone(),
            current: app.is_some_and(|app| app.id == one.id),
        };
        Self {
            apps: apps.iter().map(choice).collect(),
            app: app.map(|app| Chosen::of(lang, app, is_on, operation)),
            form: app.zip(operation).map(|(app, operation)| Form::of(lang, app, operation, problems, given)),
            outcome: None,
            problem: None,
            compared: None,
            view,
        }
    }
}

impl Outcome {
    fn of(done: Done) -> Self {
        let mut fields = Vec::new();
        flatten("", &done.answer.fields, &mut fields);
        Self {
            code: done.answer.code,
            description: done.answer.description,
            fields,
            kept: done.kept.len(),
            not_kept: done.not_kept,
        }
    }
}

/// Values by path: `relationNumList[0].callerNum`.
fn flatten(path: &str, fields: &Map<String, Value>, out: &mut Vec<(String, String)>) {
    for (name, value) in fields {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        flatten_value(path, value, out);
    }
}

fn flatten_value(path: String, value: &Value, out: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => flatten(&path, fields, out),
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                flatten_value(format!("{path}[{place}]"), item, out);
            }
        }
        Value::String(text) => out.push((path, text.clone())),
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) => out.push((path, value.to_string())),
    }
}

impl Problem {
    fn of(lang: Lang, error: &PlatformError) -> Self {
        let what = match error {
            PlatformError::Fields(problems) => {
                let each = |problem: &FieldProblem| format!("{}: {}", problem.field, lang.t(&problem.zh, &problem.en));
                problems.iter().map(each).collect::<Vec<_>>().join(lang.t("；", "; "))
            }
            PlatformError::Refused { code, description, known } => {
                let known = known.map_or("", |known| known.text.get(lang));
                format!("{} {code} {known} {description}", lang.t("平台拒绝：", "The platform refused:"))
            }
            _ => crate::error_chain::Chain(error).to_string(),
        };
        Self { what, advice: error.advice().get(lang) }
    }
}

impl Compared {
    fn of(view: &View, mode: Mode, page: service::Page) -> Self {
        let lang = view.lang;
        let same = page.rows.iter().filter(|row| row.verdict == Verdict::Same).count();
        let row = |row: service::Row| ComparedRow {
            badge: match row.verdict {
                Verdict::Same => Badge::new(Tone::Good, lang.t("一致", "same")),
                Verdict::Different => Badge::new(Tone::Warn, lang.t("不同", "different")),
                Verdict::Missing => Badge::new(Tone::Bad, lang.t("平台没有", "missing there")),
                Verdict::Unknown => Badge::new(Tone::Warn, lang.t("本机没有", "unknown here")),
                Verdict::Failed => Badge::new(Tone::Bad, lang.t("未查到", "not told")),
            },
            binding: row.binding.map_or(String::new(), |id| format!("#{}", id.0)),
            platform_id: row.platform_id,
            x: row.x.map_or(String::new(), |x| phone(&x, view.masking())),
            what: row.what.join(lang.t("、", ", ")),
        };
        let rows = page.rows.into_iter().filter(|row| row.verdict != Verdict::Same).map(row).collect();
        Self { mode: mode.name(), rows, same, next: page.next }
    }
}

#[cfg(test)]
impl PlatformPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/platform?app=2".to_owned(), ..View::sample(lang, Section::Platform) };
        let apps: Vec<_> = samples::apps().into_iter().map(std::sync::Arc::new).collect();
        let problem =
            FieldProblem { field: "callerNum".to_owned(), zh: "必填".to_owned(), en: "is missing".to_owned() };
        let mut page = Self::new(
            view,
            &apps,
            Some(&apps[1]),
            true,
            crate::platforms::outbound::find("axb.bind"),
            &[problem],
            &|_| String::new(),
        );
        let fields = vec![("subscriptionId".to_owned(), "sub-1".to_owned())];
        let description = "Success".to_owned();
        page.outcome = Some(Outcome { code: "0".to_owned(), description, fields, kept: 1, not_kept: None });
        let row = service::Row {
            verdict: Verdict::Missing,
            binding: Some(crate::domain::BindingId(7)),
            platform_id: "sub-7".to_owned(),
            x: crate::domain::PhoneNumber::parse("17000000001"),
            what: Vec::new(),
        };
        let found = service::Page { rows: vec![row], next: Some("next".to_owned()) };
        page.compared = Some(Compared::of(&page.view, Mode::Axb, found));
        page
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        let view = View { here: "/platform".to_owned(), ..View::sample(lang, Section::Platform) };
        Self::new(view, &[], None, false, None, &[], &|_| String::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples;
    use crate::http::admin::samples::selector;

    #[test]
    fn every_operation_has_a_form_with_every_field_of_its_table() {
        let apps: Vec<_> = samples::apps().into_iter().map(std::sync::Arc::new).collect();
        for app in &apps {
            for operation in of_provider(app.provider.0) {
                let view = View::sample(Lang::En, Section::Platform);
                let page = PlatformPage::new(view, &apps, Some(app), true, Some(operation), &[], &|_| String::new());
                let html = scraper::Html::parse_document(&page.render().unwrap());
                for field in operation.fields {
                    let css = format!("form.operation [name='{}']", field.name);
                    let found = html.select(&selector(&css)).next();
                    let found = found.unwrap_or_else(|| panic!("{}: {} is missing", operation.id, field.name));
                    assert_eq!(found.attr("required").is_some(), field.required, "{}: {}", operation.id, field.name);
                }
            }
        }
    }

    #[test]
    fn a_field_that_was_refused_says_why() {
        let html = PlatformPage::sample(Lang::Zh).render().unwrap();
        let html = scraper::Html::parse_document(&html);
        let said: String = html.select(&selector("#p-callerNum")).flat_map(|found| found.text()).collect();
        assert_eq!(said, "必填");
        let field = html.select(&selector("[name='callerNum']")).next().unwrap();
        assert_eq!(field.attr("aria-describedby"), Some("p-callerNum"));
    }
}
