//! Whether a legal hold covers something of a person.
//!
//! Checks each call and message: a hold may cover an app, a span or a session, so the number alone is
//! not enough. One held row prevents the whole erasure.

use super::needle::Needle;
use super::{Erasure, ErasureError, rows};
use crate::store::{CallQuery, Filter, SmsQuery, Tests};

/// The name of a hold that keeps something of this person.
pub(super) fn held(erasure: &Erasure, needle: &Needle) -> Result<Option<String>, ErasureError> {
    let (holds, store) = (erasure.0.retention.holds(), &erasure.0.store);
    if holds.is_empty() {
        return Ok(None);
    }
    let number = Filter::any(vec![needle.number().national().to_owned()]);
    let calls = CallQuery { number: number.clone(), test: Tests::With, ..CallQuery::default() };
    for call in rows(|page| store.calls(&calls, page)) {
        let call = call?;
        let theirs = needle.is_any([&call.caller, &call.callee, &call.x, &call.y]);
        if let Some(hold) = holds.iter().find(|hold| theirs && hold.covers_call(&call)) {
            return Ok(Some(hold.name.clone()));
        }
    }
    let messages = SmsQuery { number, test: Tests::With, ..SmsQuery::default() };
    for row in rows(|page| store.sms(&messages, page)) {
        let row = row?;
        let theirs = needle.is_any([&row.sms.from, &row.sms.to, &row.sms.x]);
        if let Some(hold) = holds.iter().find(|hold| theirs && hold.covers_sms(&row)) {
            return Ok(Some(hold.name.clone()));
        }
    }
    Ok(None)
}
