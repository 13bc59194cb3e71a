//! The form of the statistics page: what its address asks for, as boxes and ready ranges.

use jiff::Timestamp;

use crate::domain::{Lang, Product, Text};
use crate::http::admin::parts::list_frame::Range as ReadyRange;
use crate::http::admin::query::{input, instant};
use crate::http::admin::request::{Pairs, find, link};
use crate::http::admin::statistics::counts::OURS;
use crate::http::admin::statistics::ranges::{Ranges, Versus, ready};
use crate::platforms;
use crate::store::Span;

#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) vs_from: String,
    pub(crate) vs_to: String,
    pub(crate) versus: Vec<Choice>,
    pub(crate) apps: Vec<Choice>,
    pub(crate) providers: Vec<Choice>,
    pub(crate) products: Vec<Choice>,
    pub(crate) x: String,
    pub(crate) not_x: bool,
    pub(crate) open: bool,
}

#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

impl Form {
    pub(crate) fn of(lang: Lang, pairs: &Pairs, ranges: Ranges, apps: &[String]) -> Self {
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
            providers: platforms::ALL
                .iter()
                .map(|provider| choice("provider", provider.id().0, provider.title(lang).to_owned()))
                .collect(),
            products: Product::all()
                .iter()
                .map(|product| choice("product", product.name(), product.word().get(lang).to_owned()))
                .collect(),
            not_x: find(pairs, "x").is_none() && find(pairs, "not_x").is_some(),
            x: if find(pairs, "x").is_some() { one("x") } else { one("not_x") },
            open,
        }
    }
}

pub(crate) fn ready_ranges(lang: Lang, pairs: &Pairs, now: Timestamp) -> Vec<ReadyRange> {
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
