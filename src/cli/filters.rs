//! The filters of lists as flags: `--app N`, `--not-app N`, `--from T` …
//!
//! They are the query parameters of the API under the same names, with `-` for `_`, and are
//! handed over as they stand, times as people type them apart: the API says what is wrong with a value.

use std::marker::PhantomData;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

use super::typed_time;
use crate::clock::Clock;
use crate::store::{FilterDoc, FilterTable, Names, Shape};

/// A parameter as a flag: its name, what stands for its value, its help.
type Flag = (&'static str, &'static str, &'static str);

/// The flags of a filter, and its negation where it has one; both may then be repeated.
fn flags(doc: &FilterDoc) -> (Vec<Flag>, Option<&'static str>) {
    let FilterDoc { names: Names { name, not, min, max, .. }, shape, text } = doc;
    let (one, bound) = ((*name, text.value, text.help), text.bound);
    match shape {
        Shape::Span => (vec![("from", "TIME", FROM), ("to", "TIME", "Before this instant")], None),
        Shape::Instant | Shape::Tests => (vec![one], None),
        Shape::Bounds => {
            let (least, most) = ((*min, bound.value, bound.least), (*max, bound.value, bound.most));
            (vec![one, least, most], Some(not))
        }
        _ => (vec![one], Some(not)),
    }
}

const FROM: &str = "From this instant on: today, yesterday, -2h, -7d, 2026-11-30 18:00 (Beijing), RFC 3339";

#[derive(Debug, Clone)]
pub(super) struct Filters<T> {
    pub(super) query: Vec<(String, String)>,
    of: PhantomData<T>,
}

impl<T: FilterTable> Args for Filters<T> {
    fn augment_args(command: Command) -> Command {
        T::docs().iter().fold(command, |command, doc| {
            let arg = |(name, value, help): Flag| {
                // An instant may be so long ago: -2h.
                let time = matches!(doc.shape, Shape::Span);
                let arg = Arg::new(name).long(name.replace('_', "-")).alias(name).value_name(value).help(help);
                arg.help_heading("Filters").allow_hyphen_values(time)
            };
            let (flags, negated) = flags(doc);
            let Some(not) = negated else { return command.args(flags.into_iter().map(arg)) };
            let value = flags[0].1;
            let negated = arg((not, value, "Not so")).hide_short_help(true).action(ArgAction::Append);
            let mut flags = flags.into_iter().map(arg);
            let one = flags.next().map(|one| one.action(ArgAction::Append));
            command.args(one).arg(negated).args(flags)
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<T: FilterTable> FromArgMatches for Filters<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut query = Vec::new();
        let now = Clock::system().now();
        for doc in T::docs() {
            let (flags, negated) = flags(doc);
            let mut names: Vec<&str> = flags.into_iter().map(|(name, ..)| name).collect();
            if let Some(not) = negated {
                names.insert(1, not);
            }
            for name in names {
                let values = matches.get_many::<String>(name).into_iter().flatten();
                let is_time = matches!(doc.shape, Shape::Span);
                let read = |value: &String| if is_time { typed_time::read(value, now) } else { value.clone() };
                query.extend(values.map(|value| (name.to_owned(), read(value))));
            }
        }
        Ok(Self { query, of: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// One page of a list.
#[derive(Debug, Args)]
pub(super) struct ListFlags<T: FilterTable> {
    #[command(flatten)]
    pub(super) filters: Filters<T>,
    /// How many rows, up to 1000
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<String>,
    /// Go on where the page before ended
    #[arg(long, value_name = "CURSOR")]
    pub(super) cursor: Option<String>,
    /// Print the API's answer
    #[arg(long, conflicts_with = "csv")]
    pub(super) json: bool,
    /// Print CSV
    #[arg(long)]
    pub(super) csv: bool,
}

impl<T: FilterTable> ListFlags<T> {
    pub(super) fn query(&self) -> Vec<(String, String)> {
        let mut query = self.filters.query.clone();
        let mut add = |name: &str, value: &Option<String>| {
            query.extend(value.iter().map(|value| (name.to_owned(), value.clone())));
        };
        add("limit", &self.limit);
        add("cursor", &self.cursor);
        query
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::bindings::BindingQuery;
    use crate::store::{AuditQuery, CallQuery, CallbackQuery, DecisionQuery, NumberQuery, SmsQuery, StatQuery};

    fn check<T: FilterTable>() {
        let mut parameters = BTreeSet::new();
        for doc in T::docs() {
            let (name, text) = (doc.names.name, doc.text);
            for parameter in doc.parameters() {
                assert!(parameters.insert(parameter), "{parameter} is there twice");
            }
            if matches!(doc.shape, Shape::Span) {
                continue;
            }
            let mut said = vec![text.title.zh, text.title.en, text.api, text.value, text.help];
            if matches!(doc.shape, Shape::Bounds) {
                said.extend([text.bound.examples, text.bound.value, text.bound.least, text.bound.most]);
            }
            assert!(said.iter().all(|said| !said.is_empty()), "{name}: {said:?}");
            let typed = matches!(doc.shape, Shape::Ending | Shape::Text { .. });
            let hint = text.form.map(|form| form.hint.zh);
            assert!(!typed || hint != Some(""), "the box of {name} does not say what to type");
        }
        assert_eq!(parameters, T::parameters().iter().copied().collect());
    }

    #[test]
    fn every_filter_is_told_in_both_languages_to_programs_and_on_the_command_line() {
        check::<CallQuery>();
        check::<CallbackQuery>();
        check::<SmsQuery>();
        check::<NumberQuery>();
        check::<BindingQuery>();
        check::<DecisionQuery>();
        check::<AuditQuery>();
        check::<StatQuery>();
    }

    /// It was `--by_kind` once, and scripts have it.
    #[test]
    fn a_flag_is_also_known_by_the_name_of_its_parameter() {
        let command = Filters::<AuditQuery>::augment_args(Command::new("audit"));
        for flag in ["--by-kind", "--by_kind"] {
            let matches = command.clone().try_get_matches_from(["audit", flag, "user"]).unwrap();
            let query = Filters::<AuditQuery>::from_arg_matches(&matches).unwrap().query;
            assert_eq!(query, [("by_kind".to_owned(), "user".to_owned())], "{flag}");
        }
    }
}
