//! `/healthz` and `/readyz`: for monitors and load balancers.
//!
//! `/healthz` asks whether this process can do the one thing that matters, keep a callback.
//! `/readyz` is stricter: also not while the store is rebuilt, and not with a nearly full disk.
//! Both say what is wrong, in words that hold no path and no secret, because anyone may ask.

use std::sync::Arc;

use http::StatusCode;
use serde::Serialize;
use warp::Filter;

use super::disk::Disk;
use super::{Context, Response, Routes, respond};
use crate::limits;

/// The answer of both.
#[derive(Debug, Serialize)]
struct Report {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug, PartialEq, Serialize)]
struct Problem {
    code: &'static str,
    message: String,
}

/// Both addresses.
#[must_use]
pub(super) fn routes(context: &Arc<Context>) -> Routes {
    healthz(context).or(readyz(context)).unify().boxed()
}

fn healthz(context: &Arc<Context>) -> Routes {
    let context = context.clone();
    address("healthz").map(move || report(journal_problems(&context).collect())).boxed()
}

fn readyz(context: &Arc<Context>) -> Routes {
    let context = context.clone();
    address("readyz")
        .map(move || {
            let problems = journal_problems(&context).chain(rebuilding(&context)).chain(disk_is_low(&context));
            report(problems.collect())
        })
        .boxed()
}

fn address(name: &'static str) -> impl Filter<Extract = (), Error = warp::Rejection> + Clone {
    warp::path(name).and(warp::path::end()).and(warp::get().or(warp::head()).unify())
}

fn report(problems: Vec<Problem>) -> Response {
    let (status, word) = match problems.is_empty() {
        true => (StatusCode::OK, "ok"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "failing"),
    };
    let body = serde_json::to_string(&Report { status: word, problems }).expect("a report is always JSON");
    respond(status, "application/json", body)
}

fn journal_problems(context: &Context) -> impl Iterator<Item = Problem> {
    let failing = context.journal.health().failing;
    failing
        .map(|reason| Problem { code: "journal_failing", message: format!("callbacks cannot be kept: {reason}") })
        .into_iter()
}

fn rebuilding(context: &Context) -> Option<Problem> {
    let progress = context.rebuilding()?;
    let message = format!("the store is being rebuilt: {:.0} %", progress * 100.0);
    Some(Problem { code: "rebuilding", message })
}

fn disk_is_low(context: &Context) -> Option<Problem> {
    if context.journal.health().reserve_used {
        let message = "the disk is full; the space held back for this is in use".to_owned();
        return Some(Problem { code: "disk_full", message });
    }
    let free = free_bytes(&context.server.data)?;
    (free < limits::DISK_LOW_BYTES)
        .then(|| Problem { code: "disk_low", message: format!("{} MiB are free on the disk", free >> 20) })
}

/// What the file system of `data` still takes; `None` where it does not say.
pub(super) fn free_bytes(data: &std::path::Path) -> Option<u64> {
    Disk::of(data).map(|disk| disk.free)
}
