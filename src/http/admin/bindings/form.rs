//! The form of a binding.
//!
//! A field that the form lacks stays as it is: a page with masked numbers has no box for them, so that a
//! mask is never saved as a number.

use crate::domain::{BindingKind, BindingTerms, Lang};
use crate::http::admin::bindings::words as binding_words;
use crate::http::admin::bindings::words::{choice, label};
use crate::http::admin::query::input;
use crate::http::admin::request::{Request, find};
use crate::platforms::InvalidAnswer;
use crate::service::bindings::{Draft, Field};

#[derive(Debug)]
pub(crate) struct FormField {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) value: String,
    pub(crate) input: Input,
    pub(crate) required: bool,
}

#[derive(Debug)]
pub(crate) enum Input {
    Text,
    Number,
    Minutes,
    Time,
    Choice(Vec<(&'static str, &'static str, bool)>),
}

#[derive(Debug)]
pub(crate) struct BindingForm {
    pub(crate) main: Vec<FormField>,
    pub(crate) more: Vec<FormField>,
    pub(crate) open: bool,
}

const MAIN: [Field; 8] = [
    Field::A,
    Field::X,
    Field::B,
    Field::Direction,
    Field::ValidFrom,
    Field::ValidTo,
    Field::MaxMinutes,
    Field::Record,
];
const MORE: [Field; 8] = [
    Field::Kind,
    Field::Y,
    Field::Extension,
    Field::HintTone,
    Field::WaitTone,
    Field::LastMinuteTone,
    Field::UserData,
    Field::PlatformId,
];

impl BindingForm {
    pub(crate) fn new(lang: Lang, has: impl Fn(Field) -> bool, value: impl Fn(Field) -> String) -> Self {
        let fields = |all: &[Field]| -> Vec<FormField> {
            let wanted = all.iter().filter(|field| has(**field));
            wanted.map(|field| FormField::new(lang, *field, value(*field))).collect()
        };
        let more = fields(&MORE);
        let open = more.iter().any(|field| !field.value.is_empty() && field.value != BindingKind::X.name());
        Self { main: fields(&MAIN), more, open }
    }

    pub(crate) fn entered(request: &Request, has: impl Fn(Field) -> bool) -> Self {
        Self::new(request.lang, has, |field| find(&request.form, field.name()).unwrap_or_default().to_owned())
    }

    pub(crate) fn of(lang: Lang, terms: &BindingTerms, has: impl Fn(Field) -> bool) -> Self {
        Self::new(lang, has, |field| text(terms, field))
    }
}

impl FormField {
    fn new(lang: Lang, field: Field, value: String) -> Self {
        let input = match field {
            Field::A | Field::X | Field::B | Field::Y => Input::Number,
            Field::MaxMinutes => Input::Minutes,
            Field::ValidFrom | Field::ValidTo => Input::Time,
            Field::Kind | Field::Direction | Field::Record => {
                let options = choice(lang, field).into_iter();
                Input::Choice(options.map(|(name, word)| (name, word, name == value)).collect())
            }
            _ => Input::Text,
        };
        Self {
            name: field.name(),
            label: label(field).get(lang),
            hint: binding_words::hint(field).get(lang),
            value,
            input,
            required: matches!(field, Field::A | Field::X),
        }
    }
}

/// The form's fields written over `present`. The error is a text for people.
pub(crate) fn read(request: &Request, present: Option<&BindingTerms>) -> Result<BindingTerms, String> {
    let mut draft = present.map(Draft::from).unwrap_or_default();
    let said = |error: InvalidAnswer| binding_words::wrong(request.lang, &error);
    for field in Field::ALL {
        let Some(entered) = find(&request.form, field.name()) else { continue };
        // A box has no fractions of a second; an unchanged one changes nothing.
        if field.is_instant() && present.is_some_and(|present| text(present, field) == entered) {
            continue;
        }
        draft.set_local(field, entered).map_err(said)?;
    }
    draft.terms().map_err(said)
}

fn text(terms: &BindingTerms, field: Field) -> String {
    let number = |number: Option<&crate::domain::PhoneNumber>| number.map(|number| number.reveal().to_owned());
    let text = match field {
        Field::Kind => Some(terms.kind.name().to_owned()),
        Field::A => number(Some(&terms.a)),
        Field::X => number(Some(&terms.x)),
        Field::B => number(terms.b.as_ref()),
        Field::Y => number(terms.y.as_ref()),
        Field::Extension => terms.extension.clone(),
        Field::Direction => terms.direction.map(|direction| direction.name().to_owned()),
        Field::ValidFrom => Some(input(terms.valid_from)),
        Field::ValidTo => Some(input(terms.valid_to)),
        Field::MaxMinutes => terms.max_minutes.map(|minutes| minutes.to_string()),
        Field::Record => Some(terms.record.to_string()),
        Field::HintTone => terms.hint_tone.clone(),
        Field::WaitTone => terms.wait_tone.clone(),
        Field::LastMinuteTone => terms.last_minute_tone.clone(),
        Field::UserData => terms.user_data.clone(),
        Field::PlatformId => terms.platform_id.clone(),
    };
    text.unwrap_or_default()
}
