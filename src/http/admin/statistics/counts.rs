//! The counters of a range, and the lists that their rows lead to.

use crate::domain::Product;
use crate::http::HttpError;
use crate::http::admin::request::{Pairs, link};
use crate::http::admin::statistics::ranges::Range;
use crate::store::{Group, HeatRow, PeakRow, StatQuery, StatRow, Step, Store, TalkRow};
use std::collections::BTreeMap;

const GROUPS: [Group; 4] = [Group::App, Group::Provider, Group::Product, Group::X];

/// What the form adds to the filters.
pub(crate) const OURS: [&str; 3] = ["vs", "vs_from", "vs_to"];

#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) steps: Vec<StatRow>,
    pub(crate) peak: Option<Option<PeakRow>>,
    pub(crate) outcomes: Vec<StatRow>,
    pub(crate) causes: Vec<StatRow>,
    pub(crate) groups: Vec<(Group, Vec<StatRow>)>,
    pub(crate) heat: Vec<HeatRow>,
    pub(crate) talk: Option<Vec<TalkRow>>,
}

impl Counts {
    pub(crate) fn read(store: &Store, query: &StatQuery, range: Range, step: Step) -> Result<Self, HttpError> {
        let query = StatQuery { span: range.span(), ..query.clone() };
        Ok(Self {
            causes: store.stats(&query, Step::Whole, Some(Group::Cause))?,
            heat: store.heat(&query)?,
            talk: store.talk(&query)?,
            ..Self::read_before(store, &query, range, step)?
        })
    }

    pub(crate) fn read_before(store: &Store, query: &StatQuery, range: Range, step: Step) -> Result<Self, HttpError> {
        let query = StatQuery { span: range.span(), ..query.clone() };
        let of = |group| Ok((group, store.stats(&query, Step::Whole, Some(group))?));
        Ok(Self {
            steps: store.stats(&query, step, None)?,
            peak: store.peaks(&query, Step::Whole)?.map(|rows| rows.first().copied()),
            outcomes: store.stats(&query, Step::Whole, Some(Group::Outcome))?,
            groups: GROUPS.into_iter().map(of).collect::<Result<_, HttpError>>()?,
            ..Self::default()
        })
    }

    pub(crate) fn total(&self) -> StatRow {
        self.steps.iter().fold(StatRow::default(), |mut sum, row| {
            sum.add(row);
            sum
        })
    }

    pub(crate) fn of(&self, group: Group) -> &[StatRow] {
        self.groups.iter().find(|(of, _)| *of == group).map_or(&[], |(_, rows)| rows)
    }
}

pub(crate) struct Links {
    filters: Pairs,
    /// Whether some calls have a Y: the list takes an X for either, the counters know X alone.
    has_y: bool,
}

impl Links {
    pub(crate) fn new(pairs: &Pairs, counts: &Counts) -> Self {
        let ours = |name: &str| OURS.contains(&name) || matches!(name, "from" | "to");
        let has_y = counts
            .of(Group::Product)
            .iter()
            .any(|row| Product::parse(&row.key).is_some_and(|product| product.info().has_y));
        Self { filters: pairs.iter().filter(|(name, _)| !ours(name)).cloned().collect(), has_y }
    }

    /// The calls of a range with further filters; one that is set already gives way.
    pub(crate) fn calls(&self, range: Range, more: &[(&str, &str)]) -> String {
        let pairs = self.pairs(range, more);
        let only_x = pairs.iter().filter(|(name, _)| self.has_y && name == "x");
        let not_y: Pairs = only_x.map(|(_, x)| ("not_y".to_owned(), x.clone())).collect();
        link("/calls", &[pairs, not_y].concat())
    }

    pub(crate) fn to(&self, path: &str, range: Range, more: &[(&str, &str)]) -> String {
        link(path, &self.pairs(range, more))
    }

    pub(crate) fn pairs(&self, range: Range, more: &[(&str, &str)]) -> Pairs {
        let mut pairs = vec![("from".to_owned(), range.from.to_string()), ("to".to_owned(), range.to.to_string())];
        let replaced = |name: &str| more.iter().any(|(more, _)| *more == name);
        pairs.extend(self.filters.iter().filter(|(name, _)| !replaced(name)).cloned());
        pairs.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        pairs
    }
}

pub(crate) fn by_key(rows: &[StatRow]) -> BTreeMap<&str, &StatRow> {
    rows.iter().map(|row| (row.key.as_str(), row)).collect()
}
