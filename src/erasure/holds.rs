//! Whether a legal hold keeps something of a person.
//!
//! Calls and messages are looked at one by one, newest first: a hold may cover an app, a span or
//! a session, so that the person's number alone does not tell. The first that is covered is
//! enough: what is held is not erased in part.

use super::needle::Needle;
use super::{Erasure, ErasureError};
use crate::limits::PAGE_MAX;
use crate::retention::Hold;
use crate::store::{CallQuery, Filter, Listing, Page, QueryError, SmsQuery, Tests};

/// The name of a hold that keeps something of this person.
pub(super) fn held(erasure: &Erasure, needle: &Needle) -> Result<Option<String>, ErasureError> {
    let (holds, store) = (erasure.0.retention.holds(), &erasure.0.store);
    if holds.is_empty() {
        return Ok(None);
    }
    let number = Filter::any(vec![needle.number().national().to_owned()]);
    let calls = CallQuery { number: number.clone(), test: Tests::With, ..CallQuery::default() };
    let of_call = first(
        |page| store.calls(&calls, page),
        |call| {
            let parties = [&call.caller, &call.callee, &call.x, &call.y];
            let theirs = parties.into_iter().flatten().any(|party| needle.is(party));
            holds.iter().find(|hold| theirs && hold.covers_call(call))
        },
    )?;
    if of_call.is_some() {
        return Ok(of_call);
    }
    let messages = SmsQuery { number, test: Tests::With, ..SmsQuery::default() };
    first(
        |page| store.sms(&messages, page),
        |row| {
            let parties = [&row.sms.from, &row.sms.to, &row.sms.x];
            let theirs = parties.into_iter().flatten().any(|party| needle.is(party));
            holds.iter().find(|hold| theirs && hold.covers_sms(row))
        },
    )
}

/// The first hold that covers a row of a listing.
fn first<'a, T>(
    read: impl Fn(&Page) -> Result<Listing<T>, QueryError>,
    covers: impl Fn(&T) -> Option<&'a Hold>,
) -> Result<Option<String>, ErasureError> {
    let mut cursor = None;
    loop {
        let listing = read(&Page { limit: PAGE_MAX, cursor })?;
        if let Some(hold) = listing.items.iter().find_map(&covers) {
            return Ok(Some(hold.name.clone()));
        }
        cursor = listing.next;
        if cursor.is_none() {
            return Ok(None);
        }
    }
}
