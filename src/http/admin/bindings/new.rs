//! 新建绑定 A new binding: the form, and the form again where something is wrong with it.

use askama::Template;
use http::StatusCode;

use crate::domain::{BindingKind, Role};
use crate::http::admin::bindings::form as binding_form;
use crate::http::admin::bindings::form::{BindingForm, Input};
use crate::http::admin::bindings::page::{back, said};
use crate::http::admin::reply;
use crate::http::admin::request::{Pairs, Request};
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::platforms;
use crate::service::{bindings, bindings::Field};

#[derive(Debug, Template)]
#[template(path = "admin/bindings/new.html")]
pub(crate) struct NewBindingPage {
    view: View,
    /// Names, and which is chosen.
    apps: Vec<(String, bool)>,
    form: BindingForm,
    problem: Option<String>,
}

/// `GET /bindings/new`: parameters of the address are filled in.
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    request.require(Role::Operator)?;
    reply::page(&NewBindingPage::of(request, &request.query, None))
}

/// `POST /bindings`
pub(crate) async fn add(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let wrong = |problem: String| {
        let page = NewBindingPage::of(request, &request.form, Some(problem));
        reply::page_with(StatusCode::BAD_REQUEST, &page)
    };
    let wanted = request.field("app").unwrap_or_default();
    let Some(app) = request.apps().into_iter().find(|app| app.name == wanted) else {
        return wrong(request.lang.t("请选择应用。", "Choose an app.").to_owned());
    };
    let terms = match binding_form::read(request, None) {
        Ok(terms) => terms,
        Err(problem) => return wrong(problem),
    };
    match bindings::add(request.ctx(), request.actor(&by), &app, terms).await {
        Ok(made) => Ok(back(&made, "added")),
        Err(error) => wrong(said(request.lang, error)?),
    }
}

/// Apps for the choice. The default is the first whose platform asks.
pub(crate) fn app_names(request: &Request) -> Vec<String> {
    let mut apps = request.apps();
    apps.sort_by_key(|app| !platforms::by_id(app.provider).is_some_and(platforms::Provider::asks));
    apps.iter().map(|app| app.name.clone()).collect()
}

impl NewBindingPage {
    fn of(request: &Request, said: &Pairs, problem: Option<String>) -> Self {
        let view = View::of(request, Section::Bindings);
        Self::new(view, &app_names(request), said, problem)
    }

    fn new(view: View, apps: &[String], said: &Pairs, problem: Option<String>) -> Self {
        let value = |name: &str| crate::http::admin::request::find(said, name).unwrap_or_default().to_owned();
        let form = BindingForm::new(
            view.lang,
            |_| true,
            |field| match (field, value(field.name())) {
                (Field::Kind, said) if said.is_empty() => BindingKind::X.name().to_owned(),
                (_, said) => said,
            },
        );
        let app = value("app");
        Self { apps: apps.iter().map(|name| (name.clone(), *name == app)).collect(), form, problem, view }
    }
}

#[cfg(test)]
impl NewBindingPage {
    pub(crate) fn sample(lang: crate::domain::Lang) -> Self {
        let view = View { here: "/bindings/new".to_owned(), ..View::sample(lang, Section::Bindings) };
        Self::new(view, &samples::app_names(), &Pairs::new(), None)
    }

    pub(crate) fn sample_empty(lang: crate::domain::Lang) -> Self {
        Self::new(View::sample(lang, Section::Bindings), &[], &Pairs::new(), None)
    }
}
