//! The filters of lists as flags: `--app N`, `--not-app N`, `--from T` …
//!
//! They are the query parameters of the API under the same names, with `-` for `_`, and are
//! handed over as they stand: the API says what is wrong with a value.

use std::marker::PhantomData;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

/// One filter.
#[derive(Debug)]
pub(super) struct FilterDoc {
    name: &'static str,
    value: &'static str,
    help: &'static str,
    /// Whether there is a `--not-…` as well, and both may be repeated.
    negatable: bool,
}

const fn many(name: &'static str, value: &'static str, help: &'static str) -> FilterDoc {
    FilterDoc { name, value, help, negatable: true }
}

const fn one(name: &'static str, value: &'static str, help: &'static str) -> FilterDoc {
    FilterDoc { name, value, help, negatable: false }
}

const FROM: FilterDoc = one("from", "TIME", "From this instant on: 2026-11-21T10:00:00+08:00");
const TO: FilterDoc = one("to", "TIME", "Before this instant");
const APP: FilterDoc = many("app", "APP", "Of this app, by name or id");
const PROVIDER: FilterDoc = many("provider", "PROVIDER", "Of this provider");
const SESSION: FilterDoc = many("session", "ID", "With this session id");
const NUMBER: FilterDoc = many("number", "DIGITS", "With a number that ends so: four digits or more");

/// A list that can be filtered.
pub(super) trait Filtered {
    /// Its filters, beside `limit` and `cursor`.
    const FILTERS: &'static [FilterDoc];
}

/// Calls.
#[derive(Debug, Clone)]
pub(super) struct Calls;

impl Filtered for Calls {
    const FILTERS: &'static [FilterDoc] = &[
        APP,
        PROVIDER,
        many("product", "PRODUCT", "Of this product"),
        SESSION,
        NUMBER,
        many("caller", "DIGITS", "With a caller that ends so"),
        many("callee", "DIGITS", "With a callee that ends so"),
        many("x", "DIGITS", "With a privacy number that ends so"),
        many("outcome", "OUTCOME", "That ended so: answered, no_answer, busy …"),
        FROM,
        TO,
        one("min_talk", "SECONDS", "With at least so much talk"),
        one("max_talk", "SECONDS", "With at most so much talk"),
        one("has_recording", "BOOL", "With a recording, or without one"),
        many("q", "TEXT", "Any of: session, our id, your reference, end of a number"),
    ];
}

/// Callbacks.
#[derive(Debug, Clone)]
pub(super) struct Callbacks;

impl Filtered for Callbacks {
    const FILTERS: &'static [FilterDoc] = &[
        APP,
        PROVIDER,
        many("outcome", "OUTCOME", "That became so: accepted, duplicate, unrecognised, unparsable, unverified"),
        SESSION,
        FROM,
        TO,
    ];
}

/// Text messages.
#[derive(Debug, Clone)]
pub(super) struct Sms;

impl Filtered for Sms {
    const FILTERS: &'static [FilterDoc] = &[APP, PROVIDER, NUMBER, FROM, TO];
}

/// The filters that were given, as a query.
#[derive(Debug, Clone)]
pub(super) struct Filters<T> {
    pub(super) query: Vec<(String, String)>,
    of: PhantomData<T>,
}

impl<T: Filtered> Args for Filters<T> {
    fn augment_args(command: Command) -> Command {
        T::FILTERS.iter().fold(command, |command, filter| {
            let arg = Arg::new(filter.name)
                .long(filter.name.replace('_', "-"))
                .value_name(filter.value)
                .help(filter.help)
                .help_heading("Filters");
            if !filter.negatable {
                return command.arg(arg);
            }
            let negated = Arg::new(format!("not_{}", filter.name))
                .long(format!("not-{}", filter.name))
                .value_name(filter.value)
                .help("Not so")
                .hide_short_help(true)
                .help_heading("Filters")
                .action(ArgAction::Append);
            command.arg(arg.action(ArgAction::Append)).arg(negated)
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<T: Filtered> FromArgMatches for Filters<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut query = Vec::new();
        for filter in T::FILTERS {
            let mut take = |name: String| {
                let values = matches.get_many::<String>(&name).into_iter().flatten();
                query.extend(values.map(|value| (name.clone(), value.clone())));
            };
            take(filter.name.to_owned());
            if filter.negatable {
                take(format!("not_{}", filter.name));
            }
        }
        Ok(Self { query, of: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
