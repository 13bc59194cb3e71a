//! The form of one operation, and the choices around it: app, operation, mode.
//!
//! Made from the operation's table alone; [`super::platform`] fills in what was given and what was
//! wrong with it.

use super::request::link;
use crate::domain::{App, Lang};
use crate::platforms::outbound::{self, Effect, Field, FieldProblem, Kind, Mode, Operation, of_provider};

/// A link of which one is chosen.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) href: String,
    pub(super) label: String,
    pub(super) current: bool,
}

/// The app that is asked.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) id: u32,
    pub(super) name: String,
    /// Whether anything can be asked yet.
    pub(super) is_on: bool,
    pub(super) operations: Vec<Choice>,
    /// The modes whose bindings can be compared.
    pub(super) modes: Vec<&'static str>,
}

/// The form of one operation.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) action: String,
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    pub(super) source: &'static str,
    pub(super) fields: Vec<FieldRow>,
    /// Whether a call or a binding ends by it.
    pub(super) ends: bool,
}

#[derive(Debug)]
pub(super) struct FieldRow {
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
    pub(super) kind: String,
    pub(super) required: bool,
    pub(super) value: String,
    pub(super) problem: Option<String>,
    /// Words to choose from; empty for a box to write in.
    pub(super) options: Vec<(&'static str, &'static str, bool)>,
    pub(super) numeric: bool,
}

pub(super) const MODES: [Mode; 4] = [Mode::Ax, Mode::Axb, Mode::Axe, Mode::Axyb];

pub(super) fn href(app: &App, operation: Option<&str>) -> String {
    let id = app.id.0.to_string();
    let mut pairs = vec![("app", id.as_str())];
    pairs.extend(operation.map(|operation| ("op", operation)));
    link("/platform", &pairs)
}

impl Chosen {
    pub(super) fn of(lang: Lang, app: &App, is_on: bool, chosen: Option<&Operation>) -> Self {
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
    pub(super) fn of(
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
