//! Every method of every address, a row each, in the order in which they are shown.
//!
//! A row says what its handler in `table` does; the table is the other list of the same
//! addresses, and a test compares the two.

use super::operation::Operation;
use crate::domain::Role::{Admin, Operator};
use crate::http::api::{
    apps, audit, callbacks, calls, events, filters, ledger, lists, logins, numbers, recordings, searches, sms, stats,
    system, tokens, users,
};

/// What a list can be exported as.
const EXPORTS: &[&str] = &[
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/jsonl",
];

/// Every operation.
pub(super) fn all() -> Vec<Operation> {
    [calls(), figures(), apps(), people(), system()].concat()
}

fn calls() -> Vec<Operation> {
    let rows = vec![
        Operation::get("/calls", "listCalls", "Calls, newest first")
            .takes(calls::FILTERS)
            .takes(filters::PAGING)
            .lists::<calls::CallObject>(),
        Operation::get("/calls/count", "countCalls", "How many calls a query finds")
            .takes(calls::FILTERS)
            .answers::<lists::CountObject>(),
        Operation::get("/calls/export", "exportCalls", "Every call of a query, as a file")
            .takes(calls::FILTERS)
            .takes(EXPORT)
            .streams(EXPORTS),
        Operation::get("/calls/{id}", "getCall", "One call with its events").answers::<calls::CallObject>(),
    ];
    rows.into_iter().map(|row| row.of("calls")).collect()
}
