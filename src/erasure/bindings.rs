//! The bindings of a person: they end, lose the number in their log, and are found no more.
//!
//! The log is rewritten as the journal is, segment by segment over its own name. The index is made
//! anew afterwards, because its file keeps the bytes of rows that were replaced.

use super::ErasureError;
use super::needle::Needle;
use super::scrub::Scrub;
use crate::bindings::{BindingError, BindingQuery, Bindings};
use crate::domain::Binding;
use crate::journal::{Body, Decide, Entry, Packing, Record, Verdict};
use crate::limits::PAGE_MAX;
use crate::state::Behalf;
use crate::store::{Filter, Page};

pub(super) fn of(bindings: &Bindings, needle: &Needle) -> Result<Vec<Binding>, ErasureError> {
    let number = Filter::any(vec![needle.number().national().to_owned()]);
    let query = BindingQuery { number, ..BindingQuery::default() };
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let listing = bindings.list(&query, &Page { limit: PAGE_MAX, cursor })?;
        found.extend(listing.items.into_iter().filter(|binding| {
            let terms = &binding.terms;
            let numbers = [Some(&terms.a), Some(&terms.x), terms.b.as_ref(), terms.y.as_ref()];
            numbers.into_iter().flatten().any(|number| needle.is(number))
        }));
        cursor = listing.next;
        if cursor.is_none() {
            return Ok(found);
        }
    }
}

/// Ends them and takes the number out of the log and the index. Safe to repeat.
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
    fn record(&mut self, record: &Record) -> Verdict {
        match &record.body {
            Body::Entry(entry) if entry.fields.values().any(|value| self.0.is_in_value(value)) => {
                let fields = entry.fields.clone().into_iter().map(|(name, value)| (name, self.0.value(value)));
                Verdict::Replace(Body::Entry(Entry { kind: entry.kind.clone(), fields: fields.collect() }))
            }
            _ => Verdict::Keep,
        }
    }

    fn unreadable(&mut self, bytes: &[u8]) -> Verdict {
        if self.0.needle.is_in(bytes) { Verdict::Drop } else { Verdict::Keep }
    }
}
