//! The form of an operation, with the choice of app, operation and mode.
//!
//! Made from the operation's table; [`crate::http::admin::apps::platform`] fills in values and errors.

use crate::domain::{App, Lang};
use crate::http::admin::request::link;
use crate::platforms::outbound::{self, Effect, Field, FieldProblem, Kind, Mode, Operation, of_provider};

#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) href: String,
    pub(crate) label: String,
    pub(crate) current: bool,
}

#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) is_on: bool,
    pub(crate) operations: Vec<Choice>,
    /// The modes whose bindings can be compared.
    pub(super) modes: Vec<&'static str>,
}

#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) title: &'static str,
    pub(crate) about: &'static str,
    pub(crate) source: &'static str,
    pub(crate) fields: Vec<FieldRow>,
    pub(crate) ends: bool,
}

#[derive(Debug)]
pub(crate) struct FieldRow {
    pub(crate) name: &'static str,
    pub(crate) meaning: &'static str,
    pub(crate) kind: String,
    pub(crate) required: bool,
    pub(crate) value: String,
    pub(crate) problem: Option<String>,
    pub(crate) options: Vec<(&'static str, &'static str, bool)>,
    pub(crate) numeric: bool,
}

pub(crate) const MODES: [Mode; 4] = [Mode::Ax, Mode::Axb, Mode::Axe, Mode::Axyb];

pub(crate) fn href(app: &App, operation: Option<&str>) -> String {
    let id = app.id.0.to_string();
    let mut pairs = vec![("app", id.as_str())];
    pairs.extend(operation.map(|operation| ("op", operation)));
    link("/platform", &pairs)
}

impl Chosen {
    pub(crate) fn of(lang: Lang, app: &App, is_on: bool, chosen: Option<&Operation>) -> Self {
        let operation = |one: &Operation| Choice {
            href: href(app, Some(one.id)),
            label: one.title.get(lang).to_owned(),
            current: chosen.is_some_and(|chosen| chosen.id == one.id),
        };
        let modes = MODES.iter().filter(|mode| of_provider(app.provider.0).any(|operation| operation.mode == **mode));
        Self {
            id: app.id.0,
            name: app.name.clone(),
            is_on,
            operations: of_provider(app.provider.0).map(operation).collect(),
            modes: modes.map(|mode| mode.name()).collect(),
        }
    }
}

impl Form {
    pub(crate) fn of(
        lang: Lang,
        app: &App,
        operation: &Operation,
        problems: &[FieldProblem],
        given: &dyn Fn(&str) -> String,
    ) -> Self {
        let row = |field: &Field| {
            let value = given(field.name);
            let only = field.required && field.kind.choices().len() == 1;
            let option =
                |choice: &outbound::Choice| (choice.value, choice.meaning.get(lang), choice.value == value || only);
            let problem = problems.iter().find(|problem| problem.field == field.name);
            FieldRow {
                name: field.name,
                meaning: field.meaning.get(lang),
                kind: field.kind.documented(),
                required: field.required,
                options: field.kind.choices().iter().map(option).collect(),
                problem: problem.map(|problem| lang.t(&problem.zh, &problem.en).to_owned()),
                numeric: field.kind.is_number() || matches!(field.kind, Kind::Integer { .. } | Kind::Digits { .. }),
                value,
            }
        };
        Self {
            action: format!("/platform/{}/{}", app.id.0, operation.id),
            title: operation.title.get(lang),
            about: operation.about.get(lang),
            source: operation.source,
            fields: operation.fields.iter().map(row).collect(),
            ends: matches!(operation.effect, Effect::Unbinds | Effect::EndsCall),
        }
    }
}
