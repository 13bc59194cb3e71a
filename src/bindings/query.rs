//! Lists of bindings, newest first.
//!
//! Numbers are found by their last four digits and compared; apps by key; other filters compare row by
//! row, a bounded number for each page. A cursor is an id: ids only grow, so no row is shown twice.

use std::collections::BTreeSet;
use std::iter::Peekable;

use jiff::Timestamp;
use redb::{Key, Range, Value};
use xxhash_rust::xxh3::xxh3_64;

use super::filters::{BindingNow, BindingQuery};
use super::index::{APPS, ENDS, IndexError, Look, ROWS};
use super::keys::{self, End};
use super::row;
use crate::domain::{AppId, Binding, Seq};
use crate::limits::BINDINGS_SCAN_MAX;
use crate::store::{Count, FilterTable as _, Listing, Page, QueryError};

/// Ids in falling order from ranges of one table; an error ends its range and is returned once.
struct Ids<'a>(Vec<Peekable<OneRange<'a>>>);

type OneRange<'a> = Box<dyn Iterator<Item = Result<Seq, IndexError>> + 'a>;

impl Look {
    pub(super) fn list(
        &self,
        query: &BindingQuery,
        page: &Page,
        now: Timestamp,
    ) -> Result<Listing<Binding>, QueryError> {
        let digest = xxh3_64(format!("{query:?}").as_bytes());
        let below = page.cursor.as_deref().map(|text| read_cursor(text, digest)).transpose()?;
        let rows = self.transaction().open_table(ROWS).map_err(damaged)?;
        let mut ids = self.ids(query, below.unwrap_or(Seq::MAX)).map_err(damaged)?;
        let mut found = Vec::new();
        let mut looked = 0;
        while let Some(id) = ids.next().map_err(damaged)? {
            let Some(row) = rows.get(id).map_err(damaged)? else { continue };
            let binding = row::read(id, row.value()).ok_or_else(|| damaged(IndexError::Row(id)))?;
            looked += 1;
            let seen = BindingNow { state: binding.state(now), binding };
            if query.takes(&seen) {
                found.push(seen.binding);
            }
            if found.len() >= page.limit || looked >= BINDINGS_SCAN_MAX {
                let next = (id > 0).then(|| write_cursor(id, digest));
                return Ok(Listing { items: found, next });
            }
        }
        Ok(Listing { items: found, next: None })
    }

    pub(super) fn count_of(&self, query: &BindingQuery, now: Timestamp) -> Result<Count, QueryError> {
        if *query == BindingQuery::default() {
            return Ok(Count { rows: self.count().map_err(damaged)?, exact: true });
        }
        let rows = self.transaction().open_table(ROWS).map_err(damaged)?;
        let mut ids = self.ids(query, Seq::MAX).map_err(damaged)?;
        let (mut found, mut looked) = (0, 0);
        while let Some(id) = ids.next().map_err(damaged)? {
            if looked >= BINDINGS_SCAN_MAX {
                return Ok(Count { rows: found, exact: false });
            }
            let Some(row) = rows.get(id).map_err(damaged)? else { continue };
            let binding = row::read(id, row.value()).ok_or_else(|| damaged(IndexError::Row(id)))?;
            looked += 1;
            found += u64::from(query.takes(&BindingNow { state: binding.state(now), binding }));
        }
        Ok(Count { rows: found, exact: true })
    }

    fn ids(&self, query: &BindingQuery, below: Seq) -> Result<Ids<'_>, IndexError> {
        let mut ids = Ids(Vec::new());
        let numbers = [&query.number, &query.a, &query.b, &query.y, &query.x];
        if let Some(filter) = numbers.into_iter().find(|filter| !filter.any.is_empty()) {
            let table = self.transaction().open_table(ENDS)?;
            for to in filter.any.iter().filter_map(|text| keys::end(text, below)).collect::<BTreeSet<End>>() {
                let mut from = to;
                from[2..].fill(0);
                ids.push(table.range(from..to)?, |key| keys::id(&key));
            }
        } else if !query.app.any.is_empty() {
            let table = self.transaction().open_table(APPS)?;
            for app in query.app.any.iter().copied().collect::<BTreeSet<AppId>>() {
                ids.push(table.range(keys::of_app(app, 0)..keys::of_app(app, below))?, |key| keys::id(&key));
            }
        } else {
            ids.push(self.transaction().open_table(ROWS)?.range(..below)?, |key| key);
        }
        Ok(ids)
    }
}

impl<'a> Ids<'a> {
    fn push<K, V>(&mut self, range: Range<'a, K, V>, id: impl Fn(K) -> Seq + 'a)
    where
        K: for<'k> Key<SelfType<'k> = K> + 'static,
        V: Value + 'static,
    {
        let ids = range.rev().map(move |row| Ok(id(row?.0.value())));
        let ids: OneRange<'a> = Box::new(ids);
        self.0.push(ids.peekable());
    }

    fn next(&mut self) -> Result<Option<Seq>, IndexError> {
        let mut greatest = None;
        for range in &mut self.0 {
            if let Some(Ok(id)) = range.peek() {
                greatest = greatest.max(Some(*id));
            } else if let Some(failed) = range.next() {
                return failed.map(Some);
            }
        }
        for range in &mut self.0 {
            range.next_if(|next| next.as_ref().ok() == greatest.as_ref());
        }
        Ok(greatest)
    }
}

fn write_cursor(id: Seq, digest: u64) -> String {
    format!("{digest:016x}{id:016x}")
}

fn read_cursor(text: &str, digest: u64) -> Result<Seq, QueryError> {
    let number = |part: Option<&str>| part.and_then(|hex| u64::from_str_radix(hex, 16).ok());
    match (number(text.get(..16)), number(text.get(16..32)), text.len()) {
        (Some(of), Some(id), 32) if of == digest => Ok(id),
        _ => Err(QueryError::Cursor),
    }
}

fn damaged(error: impl Into<IndexError>) -> QueryError {
    QueryError::Damaged(Box::new(error.into()))
}
