//! Applies a cut to the rows, and lets go of segments that nothing lives in any more.

use std::collections::HashSet;

use super::{Cut, CutError, living_sms};
use crate::correlate::join;
use crate::domain::{AppId, CallId, PhoneNumber};
use crate::store::kv::KvBatch;
use crate::store::open::segment_key;
use crate::store::share::Share;
use crate::store::writer::{WriteError, Writer};
use crate::store::{call_doc, callback_row};

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
        let gone: HashSet<CallId> = calls.iter().map(|call| CallId(call.doc.id)).collect();
        let alive = |id: CallId| Ok(!gone.contains(&id) && cut.is_alive(id, &rows.calls, catalog)?);
        let callbacks = cut.callbacks_in(&rows.callbacks.view, catalog, &alive, &sms_alive)?;
        let callback_rows: Vec<_> =
            callbacks.iter().map(|(doc, _)| callback_row::read(doc, catalog)).collect::<Result<_, _>>()?;
        drop(rows);

        let mut hours = shared.hours();
        for sum in &cut.hours {
            hours.change(kv, (sum.hour, sum.app), |hour| sum.put(hour))?;
        }
        for sum in super::sums::callbacks(callback_rows.iter()) {
            hours.change(kv, (sum.hour, sum.app), |hour| sum.take(hour))?;
        }
        for sum in &cut.calls {
            for share in sum.shares(catalog) {
                hours.count(kv, &share, 1)?;
            }
        }
        let mut rests = Vec::new();
        for call in &calls {
            hours.count(kv, &Share::of(&join(&call.facts, catalog)), -1)?;
            if let Some(rest) = &call.rest {
                let joined = join(rest, catalog);
                hours.count(kv, &Share::of(&joined), 1)?;
                rests.push(call_doc(rest, &joined));
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
            rows.calls.remove(&call.doc.id, call.found);
            self.note_removed(call.found);
            self.chunks.release(&call.doc.id);
            self.calls.remove(&CallId(call.doc.id));
        }
        for rest in rests {
            self.calls.insert(CallId(rest.id));
            rows.calls.put(rest);
        }
        for (doc, found) in &sms {
            rows.sms.remove(&doc.id, *found);
            self.rewrite_sms |= !self.note_removed(*found);
        }
        for (doc, found) in &callbacks {
            rows.callbacks.remove(&doc.id, *found);
            self.rewrite_callbacks |= !self.note_removed(*found);
        }
        for (app, at) in &cut.seen {
            let last = rows.last_seen.entry(AppId(*app)).or_insert(*at);
            *last = (*at).max(*last);
            self.apps.insert(AppId(*app));
        }
        Ok(())
    }

    /// Remembers which segment has more dead rows; says whether it was one.
    fn note_removed(&mut self, found: super::Found) -> bool {
        match found {
            super::Found::Sealed { number, .. } => {
                self.buried.insert(number);
                true
            }
            super::Found::Hot => false,
        }
    }

    /// Removes the segments that nothing lives in.
    pub(in crate::store) fn drop_dead_segments(&mut self) -> Result<(), WriteError> {
        let mut batch = KvBatch::default();
        let mut files = Vec::new();
        {
            let mut rows = self.shared.rows_mut();
            let rows = &mut *rows;
            for collection in [&mut rows.calls, &mut rows.callbacks, &mut rows.sms] {
                for number in collection.dead_segments() {
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
