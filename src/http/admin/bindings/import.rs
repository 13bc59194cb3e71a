//! 导入绑定 Import: a CSV of some megabytes by a form; for more there is the command line.
//!
//! The answer is a page with the result of each line; it is not kept.

use std::convert::Infallible;

use askama::Template;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, StatusCode};

use crate::bindings::Refused;
use crate::domain::Role;
use crate::http::admin::bindings::new::app_names;
use crate::http::admin::bindings::words as binding_words;
use crate::http::admin::parts::{count, size};
use crate::http::admin::reply;
use crate::http::admin::request::Request;
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::view::{Section, View};
use crate::http::transport::body;
use crate::http::{HttpError, Response};
use crate::limits::UPLOAD_MAX;
use crate::service::{
    bindings,
    bindings::{Field, Report},
    keeping::NotDone,
};

#[derive(Debug, Template)]
#[template(path = "admin/bindings/import.html")]
pub(crate) struct ImportPage {
    view: View,
    apps: Vec<(String, bool)>,
    /// Columns: name, title, hint.
    columns: Vec<(&'static str, &'static str, &'static str)>,
    most: String,
    command: String,
    curl: String,
    problem: Option<String>,
    report: Option<Told>,
}

#[derive(Debug)]
struct Told {
    made: String,
    unchanged: String,
    refused_total: u64,
    refused: Vec<(u64, String)>,
    /// Refused lines that are not shown.
    more: u64,
    app_href: String,
}

/// `GET /bindings/import`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    request.require(Role::Operator)?;
    reply::page(&ImportPage::of(request))
}

/// `POST /bindings/import`
pub(crate) async fn import(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let mut page = ImportPage::of(request);
    let wanted = request.field("app").unwrap_or_default();
    let Some(app) = request.apps().into_iter().find(|app| app.name == wanted) else {
        page.problem = Some(request.lang.t("请选择应用。", "Choose an app.").to_owned());
        return reply::page_with(StatusCode::BAD_REQUEST, &page);
    };
    let pasted = || Bytes::copy_from_slice(request.raw_field("lines").as_bytes());
    let file = request.upload.clone().unwrap_or_else(pasted);
    let pieces = stream::iter([Ok::<_, Infallible>(file)]);
    let headers = HeaderMap::new();
    let pour = |give| body::pour(&headers, pieces, body::UPLOAD, give);
    match bindings::import(request.ctx(), request.actor(&by), &app, pour, || Ok(())).await {
        Ok(report) => {
            page.report = Some(Told::new(&page.view, report, &app.name));
            reply::page(&page)
        }
        Err(NotDone::Refused(problem)) => {
            page.problem = Some(problem.get(request.lang).to_owned());
            reply::page_with(StatusCode::BAD_REQUEST, &page)
        }
        Err(NotDone::Failed(error)) => Err(error.into()),
    }
}

impl ImportPage {
    fn of(request: &Request) -> Self {
        let view = View::of(request, Section::Bindings);
        let chosen = request.field("app").or_else(|| request.param("app")).unwrap_or_default();
        Self::new(view, &request.ctx().server.base(), &app_names(request), chosen)
    }

    fn new(view: View, base: &str, apps: &[String], chosen: &str) -> Self {
        let lang = view.lang;
        let column = |field: Field| {
            let words = (binding_words::label(field).get(lang), binding_words::hint(field).get(lang));
            (field.name(), words.0, words.1)
        };
        let app = apps.iter().find(|name| *name == chosen).or(apps.first()).map_or("APP", String::as_str);
        Self {
            columns: Field::ALL.map(column).to_vec(),
            most: size(UPLOAD_MAX as u64),
            command: format!("ringback bindings import bindings.csv --app '{app}'"),
            curl: format!(
                "curl -T bindings.csv -X POST -H 'Content-Type: text/csv' -H \"Authorization: Bearer $TOKEN\" \
                 '{base}/api/v1/bindings/import?{}'",
                form_urlencoded::Serializer::new(String::new()).append_pair("app", app).finish()
            ),
            apps: apps.iter().map(|name| (name.clone(), name == chosen)).collect(),
            problem: None,
            report: None,
            view,
        }
    }
}

impl Told {
    fn new(view: &View, report: Report, app: &str) -> Self {
        let shown = |refused: Refused| {
            let why = binding_words::line(view.lang, &refused);
            // The text of a rule holds nothing from the file.
            (refused.line, if refused.field.is_some() { why } else { view.masking().text(&why) })
        };
        let told = report.refused.len() as u64;
        Self {
            made: count(report.made),
            unchanged: count(report.unchanged),
            refused_total: report.refused_total,
            refused: report.refused.into_iter().map(shown).collect(),
            more: report.refused_total - told,
            app_href: crate::http::admin::request::link("/bindings", &[("app", app)]),
        }
    }
}

#[cfg(test)]
impl ImportPage {
    pub(crate) fn sample(lang: crate::domain::Lang) -> Self {
        let view = View { here: "/bindings/import".to_owned(), ..View::sample(lang, Section::Bindings) };
        Self::new(view, "https://calls.example.com:8443", &samples::app_names(), "courier")
    }

    pub(crate) fn sample_done(lang: crate::domain::Lang) -> Self {
        use crate::bindings::BindingError;
        use crate::domain::{BindingId, Text};
        let mut page = Self::sample(lang);
        let after = Text::new("应晚于生效时间", "comes after valid_from");
        let report = Report {
            made: 128_400,
            unchanged: 12,
            refused: vec![
                Refused { field: Some("valid_to"), ..Refused::new(17, after) },
                Refused::new(903, BindingError::Exists(BindingId(12)).wording()),
            ],
            refused_total: 1_402,
        };
        page.report = Some(Told::new(&page.view, report, "courier"));
        page
    }
}
