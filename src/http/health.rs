//! `/healthz` and `/readyz`: for monitors and load balancers.
//!
//! `/healthz` says whether this process can keep a callback. `/readyz` lists every problem of
//! [`crate::service::problems`]; it is 503 when callbacks are not accepted and while the store is
//! rebuilt. A server that accepts callbacks stays in service when its disk fills up or something old
//! cannot be read: that is a warning, 200.

use std::sync::Arc;

use http::StatusCode;
use serde::Serialize;
use warp::Filter;

use super::{Response, Routes, respond};
use crate::service::{
    Context,
    disk::Disk,
    problems::{Fault, Weight, faults},
};

#[derive(Debug, Serialize)]
struct Report {
    /// `ok`, `warning` or `failing`: the worst of the problems.
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Problem>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Problem {
    code: &'static str,
    severity: &'static str,
    message: String,
}

#[must_use]
pub(super) fn routes(context: &Arc<Context>) -> Routes {
    healthz(context).or(readyz(context)).unify().boxed()
}

fn healthz(context: &Arc<Context>) -> Routes {
    let context = context.clone();
    address("healthz").map(move || report(faults(&context), |fault| fault.weight == Weight::NotTaken)).boxed()
}

fn readyz(context: &Arc<Context>) -> Routes {
    let context = context.clone();
    address("readyz").map(move || report(faults(&context), |_| true)).boxed()
}

fn address(name: &'static str) -> impl Filter<Extract = (), Error = warp::Rejection> + Clone {
    warp::path(name).and(warp::path::end()).and(warp::get().or(warp::head()).unify())
}

fn report(mut faults: Vec<Fault>, of_concern: impl Fn(&Fault) -> bool) -> Response {
    faults.retain(of_concern);
    let failing = faults.iter().any(|fault| matches!(fault.weight, Weight::NotTaken | Weight::NotReady));
    let (status, word) = match (failing, faults.is_empty()) {
        (true, _) => (StatusCode::SERVICE_UNAVAILABLE, "failing"),
        (false, false) => (StatusCode::OK, "warning"),
        (false, true) => (StatusCode::OK, "ok"),
    };
    let problems = faults.into_iter().map(|fault| {
        let severity = fault.weight.name();
        Problem { code: fault.code, severity, message: fault.text.en }
    });
    let report = Report { status: word, problems: problems.collect() };
    respond(status, "application/json", serde_json::to_string(&report).expect("a report is always JSON"))
}

/// Free bytes of the file system of `data`; `None` if unknown.
pub(super) fn free_bytes(data: &std::path::Path) -> Option<u64> {
    Disk::of(data).map(|disk| disk.free)
}
