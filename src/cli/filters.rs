//! The filters of lists as flags: `--app N`, `--not-app N`, `--from T` …
//!
//! They are the query parameters of the API under the same names, with `-` for `_`, and are
//! handed over as they stand, times as people type them apart: the API says what is wrong with a value.

use std::marker::PhantomData;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

use super::typed_time;
use crate::clock::Clock;

/// One filter.
#[derive(Debug)]
pub(super) struct FilterDoc {
    /// The query parameter.
    name: &'static str,
    /// The flag.
    long: &'static str,
    value: &'static str,
    help: &'static str,
    /// The negated parameter and its flag, where there are; both may then be repeated.
    negated: Option<(&'static str, &'static str)>,
}

/// A filter that may be repeated and negated; the flag is said where it is not the name.
macro_rules! many {
    ($name:literal, $value:literal, $help:literal) => {
        many!($name, $name, $value, $help)
    };
    ($name:literal, $long:literal, $value:literal, $help:literal) => {
        FilterDoc {
            name: $name,
            long: $long,
            value: $value,
            help: $help,
            negated: Some((concat!("not_", $name), concat!("not-", $long))),
        }
    };
}

const fn one(name: &'static str, long: &'static str, value: &'static str, help: &'static str) -> FilterDoc {
    FilterDoc { name, long, value, help, negated: None }
}

const FROM: FilterDoc = one(
    "from",
    "from",
    "TIME",
    "From this instant on: today, yesterday, -2h, -7d, 2026-11-30 18:00 (Beijing), RFC 3339",
);
const TO: FilterDoc = one("to", "to", "TIME", "Before this instant");
const APP: FilterDoc = many!("app", "APP", "Of this app, by name or id");
const PROVIDER: FilterDoc = many!("provider", "PROVIDER", "Of this provider");
const SESSION: FilterDoc = many!("session", "ID", "With this session id");
const TEST: FilterDoc =
    one("test", "test", "WORD", "Test callbacks: false (left out, unless said otherwise), true, any");
const NUMBER: FilterDoc = many!("number", "DIGITS", "With a number that ends so: four digits or more");

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
        many!("product", "PRODUCT", "Of this product"),
        SESSION,
        NUMBER,
        many!("caller", "DIGITS", "With a caller that ends so"),
        many!("callee", "DIGITS", "With a callee that ends so"),
        many!("x", "DIGITS", "With a privacy number that ends so"),
        many!("y", "DIGITS", "With a second privacy number (AXYB) that ends so"),
        many!("outcome", "OUTCOME", "That ended so: answered, no_answer, busy …"),
        many!("answered", "BOOL", "Whose parties talk or talked, or did not"),
        FROM,
        TO,
        many!("direction", "DIRECTION", "In this direction: a_to_b, b_to_a"),
        many!("state", "STATE", "That got so far: offered, dialled, alerting, answered, released"),
        many!("cause", "CODE", "Released with this code: 7014, or in one table stateCode:7014"),
        many!(
            "main_cause",
            "main-cause",
            "CODE",
            "Released with this most telling code; unlisted where no table lists it"
        ),
        many!("anomaly", "WORD", "With this oddity: missing_record, duration_mismatch …"),
        many!("talk", "RANGE", "With so many seconds of talk: 10..60, 60.., ..10, 0"),
        one("min_talk", "min-talk", "SECONDS", "With at least so much talk"),
        one("max_talk", "max-talk", "SECONDS", "With at most so much talk"),
        many!("ring", "RANGE", "That rang for so many seconds"),
        one("min_ring", "min-ring", "SECONDS", "That rang for at least so long"),
        one("max_ring", "max-ring", "SECONDS", "That rang for at most so long"),
        many!("pdd", "RANGE", "With so many seconds from setup to ringing"),
        one("min_pdd", "min-pdd", "SECONDS", "With at least so many seconds from setup to ringing"),
        one("max_pdd", "max-pdd", "SECONDS", "With at most so many seconds from setup to ringing"),
        many!("weekday", "DAY", "On this day of the week in Asia/Shanghai: 1 (Monday) to 7"),
        many!("hour", "HOUR", "In this hour of the day in Asia/Shanghai: 0 to 23"),
        many!("has_recording", "has-recording", "BOOL", "With a recording, or without one"),
        many!("recording_state", "recording-state", "STATE", "Whose recording is archived, waiting, expired, failed"),
        one("expires_before", "expires-before", "TIME", "Whose recording the platform deletes before this instant"),
        many!("q", "TEXT", "End of a number or reference, beginning of a session or our id"),
        TEST,
    ];
}

/// Callbacks.
#[derive(Debug, Clone)]
pub(super) struct Callbacks;

impl Filtered for Callbacks {
    const FILTERS: &'static [FilterDoc] = &[
        APP,
        PROVIDER,
        many!("outcome", "OUTCOME", "That became so: accepted, duplicate, unrecognised, unparsable, unverified"),
        SESSION,
        many!("verified", "WORD", "Whose signature held: yes, no, unchecked"),
        many!("suspicious", "BOOL", "In which something looks wrong, or nothing does"),
        many!("suspicion", "KIND", "In which this looks wrong: wrong_case, missing:sessionId …"),
        many!("label", "WORD", "That are this: answered, record, sms …"),
        many!("peer", "ADDRESS", "From this IP address"),
        many!("status", "CODE", "Answered so: 200, 401 …"),
        many!("size", "RANGE", "With a body of so many bytes: 0, 1000.."),
        one("min_size", "min-size", "BYTES", "With a body of at least so many bytes"),
        one("max_size", "max-size", "BYTES", "With a body of at most so many bytes"),
        many!("question", "BOOL", "That asked something, or did not"),
        many!("test", "BOOL", "That were marked as tests, or were not"),
        many!("joined", "WORD", "That joined a call, or hold a message or a number: call, not_call, nothing"),
        FROM,
        TO,
    ];
}

/// Text messages.
#[derive(Debug, Clone)]
pub(super) struct Sms;

impl Filtered for Sms {
    const FILTERS: &'static [FilterDoc] = &[
        APP,
        PROVIDER,
        NUMBER,
        many!("sender", "DIGITS", "From a number that ends so"),
        many!("receiver", "DIGITS", "To a number that ends so"),
        many!("x", "DIGITS", "Through a privacy number that ends so"),
        many!("mode", "MODE", "That were told or asked: notify, block"),
        many!("sms_id", "sms-id", "ID", "With this id of the platform"),
        TEST,
        FROM,
        TO,
    ];
}

/// Privacy numbers.
#[derive(Debug, Clone)]
pub(super) struct Numbers;

impl Filtered for Numbers {
    const FILTERS: &'static [FilterDoc] = &[
        APP,
        NUMBER,
        many!("state", "STATE", "In this state: normal, paused, unavailable, frozen, none"),
        many!("cause", "CODE", "With this cause of their state"),
    ];
}

/// Bindings.
#[derive(Debug, Clone)]
pub(super) struct Bindings;

impl Filtered for Bindings {
    const FILTERS: &'static [FilterDoc] = &[
        APP,
        many!("kind", "MODE", "Of this mode: x, ax, axb, axe, axyb"),
        many!("state", "STATE", "That stand so: active, scheduled, expired, ended"),
        NUMBER,
        many!("a", "DIGITS", "With an A that ends so"),
        many!("x", "DIGITS", "With a privacy number that ends so"),
        many!("b", "DIGITS", "With a B that ends so"),
        many!("y", "DIGITS", "With a privacy number of B that ends so"),
        many!("platform_id", "platform-id", "ID", "With this id of the platform"),
        many!("user_data", "user-data", "TEXT", "With this user data, exactly"),
    ];
}

/// Decisions.
#[derive(Debug, Clone)]
pub(super) struct Decisions;

impl Filtered for Decisions {
    const FILTERS: &'static [FilterDoc] = &[
        APP,
        many!("asks", "WORD", "About this: call, sms"),
        NUMBER,
        many!("caller", "DIGITS", "Of a caller or sender that ends so"),
        many!("callee", "DIGITS", "Answered with a number that ends so"),
        many!("x", "DIGITS", "At a privacy number that ends so"),
        many!("action", "ACTION", "Answered so: connect, close, forward, discard"),
        many!("rule", "NAME", "By this rule; `default` where none decided"),
        many!("binding", "ID", "By this binding"),
        many!("asking", "WORD", "Where our own system was asked and did this: decided, late …"),
        SESSION,
        FROM,
        TO,
    ];
}

/// Entries of the audit trail.
#[derive(Debug, Clone)]
pub(super) struct Entries;

impl Filtered for Entries {
    const FILTERS: &'static [FilterDoc] = &[
        many!("by", "NAME", "By this user or token"),
        many!("by_kind", "KIND", "By this kind: user, token, command_line, system, unknown"),
        many!("action", "ACTION", "That did this: reveal, export, login, app.change …"),
        many!("subject", "OBJECT", "To this object: `app 3`, or any `app`"),
        APP,
        FROM,
        TO,
    ];
}

/// Counted calls.
#[derive(Debug, Clone)]
pub(super) struct Stats;

impl Filtered for Stats {
    const FILTERS: &'static [FilterDoc] = &[
        APP,
        PROVIDER,
        many!("product", "PRODUCT", "Of this product"),
        many!("outcome", "OUTCOME", "That ended so: answered, no_answer, busy …"),
        many!("x", "DIGITS", "With a privacy number that ends so"),
        FROM,
        TO,
    ];
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
            let arg = |name: &'static str, long: &'static str| {
                Arg::new(name).long(long).value_name(filter.value).help_heading("Filters")
            };
            // An instant may be so long ago: -2h.
            let time = matches!(filter.name, "from" | "to");
            let plain = arg(filter.name, filter.long).help(filter.help).allow_hyphen_values(time);
            let Some((name, long)) = filter.negated else {
                return command.arg(plain);
            };
            let negated = arg(name, long).help("Not so").hide_short_help(true);
            command.arg(plain.action(ArgAction::Append)).arg(negated.action(ArgAction::Append))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<T: Filtered> FromArgMatches for Filters<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut query = Vec::new();
        let now = Clock::system().now();
        for filter in T::FILTERS {
            for name in [Some(filter.name), filter.negated.map(|(name, _)| name)].into_iter().flatten() {
                let values = matches.get_many::<String>(name).into_iter().flatten();
                let is_time = matches!(name, "from" | "to");
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
