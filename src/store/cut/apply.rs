//! Applies a cut to the rows, and lets go of segments that nothing lives in any more.

use std::collections::HashSet;

use super::{Cut, CutError, living_sms};
use crate::correlate::join;
use crate::domain::{AppId, CallId, PhoneNumber};
use crate::store::collection::segment_key;
use crate::store::contribution::Contribution;
use crate::store::kv::KvBatch;
use crate::store::writer::{WriteError, Writer};
use crate::store::{callback_row, index_call};

impl Writer {
    /// Takes away what the cut names, and adds what it says these had counted.
    pub(in crate::store) fn cut(&mut self, cut: &Cut) -> Result<(), WriteError> {
        self.take_rows(cut).map_err(WriteError::new)
    }

    fn take_rows(&mut self, cut: &Cut) -> Result<(), CutError> {
        let shared = self.shared.clone();
        let (catalog, kv) = (&shared.catalog, &shared.kv());
        let rows = shared.rows();
        let calls = cut.calls_in(&rows.calls.view, catalog)?;
        let sms = cut.sms_in(&rows.sms.view)?;
        let sms_alive = living_sms(&rows.sms.view, cut.bounds.callbacks_before(), &sms)?;
        let gone: HashSet<CallId> = calls.iter().map(|call| CallId(call.indexed.id)).collect();
        let alive = |id: CallId| Ok(!gone.contains(&id) && cut.is_alive(id, &rows.calls, catalog)?);
        let callbacks = cut.callbacks_in(&rows.callbacks.view, catalog, &alive, &sms_alive)?;
        let callback_rows: Vec<_> =
            callbacks.iter().map(|(indexed, _)| callback_row::read(indexed, catalog)).collect::<Result<_, _>>()?;
        drop(rows);

        let mut hours = shared.hours();
        for sum in &cut.hours {
            hours.change(kv, (sum.hour, sum.app), |hour| sum.change(hour, u64::saturating_add))?;
        }
        for sum in super::sums::callbacks(callback_rows.iter()) {
            hours.change(kv, (sum.hour, sum.app), |hour| sum.change(hour, u64::saturating_sub))?;
        }
        for sum in &cut.calls {
            for contribution in sum.contributions(catalog) {
                hours.count(kv, &contribution, 1)?;
            }
        }
        let mut rests = Vec::new();
        for call in &calls {
            hours.count(kv, &Contribution::of(&join(&call.facts, catalog)), -1)?;
            if let Some(rest) = &call.rest {
                let joined = join(rest, catalog);
                hours.count(kv, &Contribution::of(&joined), 1)?;
                rests.push(index_call(rest, &joined));
            }
        }
        drop(hours);
        let mut numbers = shared.numbers();
        for (app, number) in &cut.numbers {
            numbers.used(AppId(*app), &PhoneNumber::from_stored(number.clone()));
        }
        drop(numbers);

        let mut rows = shared.rows_mut();
        for call in &calls {
            rows.calls.remove(&call.indexed.id, call.found);
            self.chunks.release(&call.indexed.id);
            self.calls.remove(&CallId(call.indexed.id));
        }
        for rest in rests {
            self.calls.insert(CallId(rest.id));
            rows.calls.put(rest);
        }
        for (indexed, found) in &sms {
            rows.sms.remove(&indexed.id, *found);
        }
        for (indexed, found) in &callbacks {
            rows.callbacks.remove(&indexed.id, *found);
        }
        for (app, at) in &cut.seen {
            let last = rows.last_seen.entry(AppId(*app)).or_insert(*at);
            *last = (*at).max(*last);
            self.apps.insert(AppId(*app));
        }
        Ok(())
    }

    /// Removes the segments that nothing lives in.
    pub(in crate::store) fn drop_empty_segments(&mut self) -> Result<(), WriteError> {
        let mut batch = KvBatch::default();
        let mut files = Vec::new();
        {
            let mut rows = self.shared.rows_mut();
            for collection in rows.collections_mut() {
                for number in collection.empty_segments() {
                    batch.remove(segment_key(collection, Some(number)));
                    files.push(collection.file(number));
                    collection.detach(number);
                }
            }
        }
        if files.is_empty() {
            return Ok(());
        }
        self.commit(batch)?;
        for file in files {
            // A reader may still hold it open; its bytes go when the last one lets go.
            std::fs::remove_file(file).map_err(WriteError::new)?;
        }
        Ok(())
    }
}
