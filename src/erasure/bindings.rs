//! Ends a person's bindings and removes the number from their log, segment by segment. The index is
//! rebuilt afterwards, because its file keeps the bytes of replaced rows.

use super::needle::Needle;
use super::scrub::Scrub;
use super::{ErasureError, rows};
use crate::bindings::{BindingError, BindingQuery, Bindings};
use crate::domain::Binding;
use crate::journal::{Body, Decide, Packing, Record, RecordAction};
use crate::state::Behalf;
use crate::store::Filter;

pub(super) fn of(bindings: &Bindings, needle: &Needle) -> Result<Vec<Binding>, ErasureError> {
    let number = Filter::any(vec![needle.number().national().to_owned()]);
    let query = BindingQuery { number, ..BindingQuery::default() };
    let mut found = Vec::new();
    for binding in rows(|page| bindings.list(&query, page)) {
        let binding = binding?;
        let terms = &binding.terms;
        if needle.is(&terms.a) || needle.is(&terms.x) || needle.is_any([&terms.b, &terms.y]) {
            found.push(binding);
        }
    }
    Ok(found)
}

/// Safe to repeat.
pub(super) fn erase(bindings: &Bindings, scrub: &Scrub) -> Result<(), ErasureError> {
    let runtime = tokio::runtime::Handle::current();
    for binding in of(bindings, &scrub.needle)?.iter().filter(|binding| binding.ended_at.is_none()) {
        match runtime.block_on(bindings.end(Behalf::House, binding.app, binding.id)) {
            Ok(_) | Err(BindingError::Ended(_)) => {}
            Err(error) => return Err(ErasureError::Bindings(Box::new(error))),
        }
    }
    let log = bindings.log();
    log.roll().map_err(ErasureError::Roll)?;
    let (mut changed, open) = (0, log.segments().last().copied());
    for first in log.segments().into_iter().filter(|first| Some(*first) != open) {
        let rewritten = log.rewrite(first, Packing::Fast, &mut Eraser(scrub))?;
        changed += rewritten.replaced + rewritten.dropped;
    }
    if changed > 0 {
        bindings.make_index_anew().map_err(|error| ErasureError::Bindings(Box::new(error)))?;
    }
    Ok(())
}

struct Eraser<'a>(&'a Scrub);

impl Decide for Eraser<'_> {
    fn record(&mut self, record: &Record) -> RecordAction {
        match &record.body {
            Body::Entry(entry) if self.0.is_in_entry(entry) => RecordAction::Replace(Body::Entry(self.0.entry(entry))),
            _ => RecordAction::Keep,
        }
    }

    fn unreadable(&mut self, bytes: &[u8]) -> RecordAction {
        if self.0.needle.is_in(bytes) { RecordAction::Drop } else { RecordAction::Keep }
    }
}
