//! The form of the statistics page: what its address asks for, as boxes and ready ranges.

use jiff::Timestamp;

use super::found::Range as ReadyRange;
use super::query::{input, instant};
use super::request::{Pairs, find, link};
use super::statistics::OURS;
use super::statistics_ranges::{Ranges, Versus, ready};
use crate::domain::{Lang, Product, Text};
use crate::providers;
use crate::store::Span;

/// What may be chosen.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) vs_from: String,
    pub(super) vs_to: String,
    pub(super) versus: Vec<Choice>,
    pub(super) apps: Vec<Choice>,
    pub(super) providers: Vec<Choice>,
    pub(super) products: Vec<Choice>,
    pub(super) x: String,
    pub(super) not_x: bool,
    pub(super) open: bool,
}

/// One of several.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

impl Form {
    pub(super) fn of(lang: Lang, pairs: &Pairs, ranges: Ranges, apps: &[String]) -> Self {
        let set = |name: &str, value: &str| pairs.iter().any(|(n, v)| n == name && v == value);
        let choice = |name: &str, value: &str, label: String| Choice {
            chosen: set(name, value),
            value: value.to_owned(),
            label,
        };
        let one = |name| find(pairs, name).unwrap_or_default().to_owned();
        let moment = |name| input(find(pairs, name).and_then(instant));
        let open = pairs
            .iter()
            .any(|(name, _)| matches!(name.trim_start_matches("not_"), "app" | "provider" | "product" | "x"));
        Self {
            from: moment("from"),
            to: moment("to"),
            vs_from: moment("vs_from"),
            vs_to: moment("vs_to"),
            versus: Versus::ALL
                .into_iter()
                .map(|versus| Choice {
                    value: versus.name().to_owned(),
                    label: versus.title().get(lang).to_owned(),
                    chosen: versus == ranges.versus,
                })
                .collect(),
            apps: apps.iter().map(|app| choice("app", app, app.clone())).collect(),
            providers: providers::ALL
                .iter()
                .map(|provider| choice("provider", provider.id().0, provider.title(lang).to_owned()))
                .collect(),
            products: Product::ALL
                .into_iter()
                .map(|product| choice("product", product.name(), product.word().get(lang).to_owned()))
                .collect(),
            not_x: find(pairs, "x").is_none() && find(pairs, "not_x").is_some(),
            x: if find(pairs, "x").is_some() { one("x") } else { one("not_x") },
            open,
        }
    }
}

/// The ready ranges as links that keep every filter.
pub(super) fn ready_ranges(lang: Lang, pairs: &Pairs, now: Timestamp) -> Vec<ReadyRange> {
    let others: Pairs = pairs
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "from" | "to") && !OURS.contains(&name.as_str()))
        .cloned()
        .collect();
    let value = |name| find(pairs, name).and_then(instant);
    let asked = (value("from"), value("to"));
    let range = |(n, (label, span)): (usize, (Text, Span))| {
        let mut pairs = Pairs::new();
        pairs.extend(span.from.map(|t| ("from".to_owned(), t.to_string())));
        pairs.extend(span.to.map(|t| ("to".to_owned(), t.to_string())));
        pairs.extend(others.iter().cloned());
        let current = asked == (span.from, span.to) || (n == 0 && asked == (None, None));
        ReadyRange { label: label.get(lang), href: link("/statistics", &pairs), current }
    };
    ready(now).into_iter().enumerate().map(range).collect()
}
