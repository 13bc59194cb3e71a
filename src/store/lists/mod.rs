//! One table a list: a filter is one row, and everything that knows filters walks the rows.
//!
//! ```text
//!             ┌─ parameters of the API, their description, flags of the command line
//!  text ──────┼─ boxes above the list, words of the filters that are set, saved searches
//!  row: name, │
//!  value type,├─ values of a query: read from a request, or set by hand as a field of its struct
//!  kind ──────┼─ terms of a row in the index, and the terms that a query looks for
//!             └─ comparison of a row with a query
//! ```
//!
//! The rows of calls stand in `calls`, and so on, one file a list. A row is
//!
//! ```text
//! outcome: Filter<CallOutcome> as Choice<Call, CallOutcome>              name, value, kind
//!     = Choice::of(Field::Outcome, |call, outcome| …),                   its terms, its comparison
//!     title("结果", "outcome").api("…").flag("OUTCOME", "…").form(…);      what people are told of it
//! ```
//!
//! and the macro `filters!` makes of all rows the struct of a query and the functions of
//! [`FilterTable`]. The kinds are in `kinds`. Nothing is looked up by name while rows are compared.
//!
//! A row that indexes a term of its own takes a new `Field`, and a new version of the store.

mod audit;
mod callbacks;
mod calls;
mod decisions;
mod kinds;
mod numbers;
mod sms;
mod stats;
mod text;

use jiff::Timestamp;

pub use self::audit::AuditQuery;
pub use self::callbacks::CallbackQuery;
pub use self::calls::CallQuery;
pub use self::decisions::DecisionQuery;
pub use self::numbers::NumberQuery;
pub use self::sms::SmsQuery;
pub use self::stats::StatQuery;

pub(crate) use self::kinds::{Apps, Choice, Ending, Exact, Kind, NONE, NumberOf, Shape, one_of, whole_number};
pub(crate) use self::text::{APP, FilterText, FormBox, NUMBER, ends, title};

use super::query_plan::QueryPlan;
use super::{Bounds, Filter, Span, Tests};
use crate::domain::{AppId, Wording};

#[derive(Debug)]
pub(crate) struct FilterDoc {
    pub(crate) names: Names,
    pub(crate) shape: Shape,
    pub(crate) text: FilterText,
}

/// A filter's name, and the parameters that are made of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    pub(crate) name: &'static str,
    /// `app!`: the parameter, and that it may be repeated and negated.
    pub(crate) many: &'static str,
    pub(crate) not: &'static str,
    pub(crate) min: &'static str,
    pub(crate) max: &'static str,
}

/// The parameters of a request, as filters read them.
pub(crate) trait Parameters {
    type Error;

    /// The parameter and its negation, each any number of times.
    fn filter<T>(&self, names: &Names, read: impl Fn(&str) -> Result<T, Wording>) -> Result<Filter<T>, Self::Error>;

    /// Only those the actor may see.
    fn apps(&self, names: &Names) -> Result<Filter<AppId>, Self::Error>;

    /// Amounts between bounds.
    fn bounds(&self, names: &Names) -> Result<Filter<Bounds>, Self::Error>;

    fn flag(&self, names: &Names) -> Result<Option<bool>, Self::Error>;

    fn tests(&self, names: &Names) -> Result<Tests, Self::Error>;

    fn instant(&self, names: &Names) -> Result<Option<Timestamp>, Self::Error>;

    /// `from` and `to`.
    fn span(&self) -> Result<Span, Self::Error>;
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// A recording that waits expires.
    pub(crate) now: Timestamp,
    /// Whether there is any test to filter out.
    pub(crate) any_tests: bool,
}

pub(crate) trait FilterTable: Sized {
    type Row;

    /// Every filter, in the order in which parameters are listed.
    fn docs() -> &'static [FilterDoc];

    /// The parameters as requests are checked against them: `app!` may be negated.
    fn parameters() -> &'static [&'static str];

    fn read<P: Parameters>(from: &P) -> Result<Self, P::Error>;

    fn takes(&self, row: &Self::Row) -> bool;

    fn index(row: &Self::Row, terms: &mut Vec<u64>);

    fn plan(&self, moment: &Moment) -> QueryPlan;

    /// Whether the index alone decides.
    fn is_exact(&self, moment: &Moment) -> bool;
}

impl FilterDoc {
    /// Its parameters as requests are checked against them.
    pub(crate) fn parameters(&self) -> Vec<&'static str> {
        let Names { name, many, min, max, .. } = self.names;
        match self.shape {
            Shape::Span => vec!["from", "to"],
            Shape::Instant | Shape::Tests => vec![name],
            Shape::Bounds => vec![many, min, max],
            _ => vec![many],
        }
    }

    /// Whether one box may hold several of its values, with commas between.
    pub(crate) fn is_split(&self) -> bool {
        match self.shape {
            Shape::Ending => true,
            Shape::Whole { words, .. } => words.is_empty(),
            Shape::Text { several, .. } => several,
            _ => false,
        }
    }
}

/// Makes a list's query of its rows; see the head of this file.
macro_rules! filters {
    (
        $(#[$about:meta])*
        pub struct $query:ident of $row:ty {
            $($name:ident: $asked:ty as $kind:ty = $how:expr, $text:expr;)*
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct $query {
            $(#[doc = concat!("By `", stringify!($name), "`.")] pub $name: $asked,)*
        }

        struct Kinds {
            $($name: $kind,)*
        }

        static KINDS: Kinds = Kinds { $($name: $how,)* };

        impl Kinds {
            $(
                #[allow(non_upper_case_globals)]
                const $name: $crate::store::Names = $crate::store::Names {
                    name: stringify!($name),
                    many: concat!(stringify!($name), "!"),
                    not: concat!("not_", stringify!($name)),
                    min: concat!("min_", stringify!($name)),
                    max: concat!("max_", stringify!($name)),
                };
            )*
        }

        impl $crate::store::FilterTable for $query {
            type Row = $row;

            fn docs() -> &'static [$crate::store::FilterDoc] {
                static DOCS: std::sync::LazyLock<Vec<$crate::store::FilterDoc>> = std::sync::LazyLock::new(|| {
                    vec![$($crate::store::FilterDoc {
                        names: Kinds::$name,
                        shape: $crate::store::Kind::shape(&KINDS.$name),
                        text: $text,
                    },)*]
                });
                &DOCS
            }

            fn parameters() -> &'static [&'static str] {
                static NAMES: std::sync::LazyLock<Vec<&'static str>> = std::sync::LazyLock::new(|| {
                    $query::docs().iter().flat_map($crate::store::FilterDoc::parameters).collect()
                });
                &NAMES
            }

            fn read<P: $crate::store::Parameters>(from: &P) -> Result<Self, P::Error> {
                Ok(Self { $($name: $crate::store::Kind::read(&KINDS.$name, &Kinds::$name, from)?,)* })
            }

            fn takes(&self, row: &$row) -> bool {
                $($crate::store::Kind::takes(&KINDS.$name, &self.$name, row))&&*
            }

            fn index(row: &$row, terms: &mut Vec<u64>) {
                $($crate::store::Kind::index(&KINDS.$name, row, terms);)*
            }

            fn plan(&self, moment: &$crate::store::Moment) -> $crate::store::QueryPlan {
                let mut plan = $crate::store::QueryPlan::default();
                $($crate::store::Kind::plan(&KINDS.$name, &self.$name, moment, &mut plan);)*
                plan.sorted()
            }

            fn is_exact(&self, moment: &$crate::store::Moment) -> bool {
                $($crate::store::Kind::is_exact(&KINDS.$name, &self.$name, moment))&&*
            }
        }
    };
}

pub(crate) use filters;
