//! Sums up a cut before it is written: which rows it will take, and what they count.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{Cut, CutBounds, Removed, living_sms, sums};
use crate::correlate::join;
use crate::domain::{Call, CallId, Seq};
use crate::store::contribution::Contribution;
use crate::store::{CallbackRow, QueryError, SmsRow, Store, callback_row, sms_row};

impl Store {
    /// How often the store began anew since it was opened. Whoever takes the absence of a row for
    /// the word of a cut asks before and after: rows are absent in a rebuild as well.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.shared.rows().generation
    }

    /// Sums up a cut with these bounds. What one of the questions says yes to stays.
    pub fn plan_cut(
        &self,
        bounds: CutBounds,
        held: &dyn Fn(&Call) -> bool,
        sms_held: &dyn Fn(&SmsRow) -> bool,
    ) -> Result<Cut, QueryError> {
        let catalog = &self.shared.catalog;
        let (calls, sms, callbacks, as_of) = {
            let rows = self.shared.rows();
            (rows.calls.clone(), rows.sms.view.clone(), rows.callbacks.view.clone(), rows.applied)
        };
        let mut cut = Cut { bounds, as_of, ..Cut::default() };
        let mut contributions = Vec::new();
        let mut numbers = BTreeSet::new();
        let mut gone: HashSet<CallId> = HashSet::new();
        for call in cut.calls_in(&calls.view, catalog).map_err(QueryError::damaged)? {
            let call = join(&call.facts, catalog);
            if held(&call) {
                cut.kept_calls.push(call.id.to_string());
                continue;
            }
            gone.insert(call.id);
            let used = [&call.x, &call.y].into_iter().flatten().filter(|_| !call.test);
            numbers.extend(used.map(|x| (call.app.0, x.reveal().to_owned())));
            if !call.test {
                contributions.push(Contribution::of(&call));
            }
        }
        let mut sms_gone = Vec::new();
        for (indexed, found) in cut.sms_in(&sms).map_err(QueryError::damaged)? {
            let row = sms_row::read(&indexed, catalog).map_err(QueryError::damaged)?;
            if sms_held(&row) {
                cut.kept_sms.push(row.callback);
            } else {
                sms_gone.push((indexed, found));
            }
        }
        // One message that is held keeps all that came with it.
        let kept: HashSet<Seq> = cut.kept_sms.iter().copied().collect();
        cut.kept_sms = kept.iter().copied().collect();
        cut.kept_sms.sort_unstable();
        sms_gone.retain(|(indexed, _)| !kept.contains(&indexed.last));
        let sms_alive = living_sms(&sms, bounds.callbacks_before(), &sms_gone).map_err(QueryError::damaged)?;
        let alive = |id: CallId| Ok(!gone.contains(&id) && cut.is_alive(id, &calls, catalog)?);
        let callbacks = cut.callbacks_in(&callbacks, catalog, &alive, &sms_alive).map_err(QueryError::damaged)?;
        let callbacks: Vec<CallbackRow> = callbacks
            .iter()
            .map(|(indexed, _)| callback_row::read(indexed, catalog).map_err(QueryError::damaged))
            .collect::<Result<_, _>>()?;
        let mut seen: BTreeMap<u32, i64> = BTreeMap::new();
        for row in callbacks.iter().filter(|row| !row.test) {
            let at = row.received_at.as_microsecond();
            seen.entry(row.app.0).and_modify(|last| *last = at.max(*last)).or_insert(at);
        }
        cut.removed =
            Removed { calls: gone.len() as u64, sms: sms_gone.len() as u64, callbacks: callbacks.len() as u64 };
        cut.calls = sums::calls(contributions.into_iter());
        cut.hours = sums::callbacks(callbacks.iter());
        cut.numbers = numbers.into_iter().collect();
        cut.seen = seen.into_iter().collect();
        Ok(cut)
    }
}
