//! `/metrics`: what Prometheus collects, in its text format.
//!
//! Requests need an API token of any role that sees all apps, or come from this machine. Label values are
//! names of apps and words of ours: no number, session or token ever becomes a label.

use std::fmt::{Display, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::{HeaderMap, StatusCode, header};
use warp::Filter;

use super::{HttpError, Routes, health, respond};
use crate::control::host;
use crate::domain::AppId;
use crate::http::transport::peer::{Peer, peer};
use crate::limits;
use crate::service::{Context, Gauges};

#[must_use]
pub(super) fn routes(context: &Arc<Context>, gauges: &Arc<Gauges>) -> Routes {
    let (context, gauges) = (context.clone(), gauges.clone());
    warp::path("metrics")
        .and(warp::path::end())
        .and(warp::get().or(warp::head()).unify())
        .and(warp::header::headers_cloned())
        .and(peer())
        .map(move |headers: HeaderMap, peer: Peer| match may_see(&context, &headers, peer) {
            true => respond(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", exposition(&context, &gauges)),
            false => HttpError::Unauthorised.into_text_response(),
        })
        .boxed()
}

fn may_see(context: &Context, headers: &HeaderMap, peer: Peer) -> bool {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    peer.is_local() || bearer.and_then(|token| context.state.bearer(token.trim())).is_some_and(|who| who.scope.is_all())
}

fn exposition(context: &Context, gauges: &Gauges) -> String {
    let mut out = Exposition::default();
    callbacks(&mut out, context);
    own_systems(&mut out, context);
    journal(&mut out, context);
    store(&mut out, context);
    machine(&mut out, context);
    connections(&mut out, gauges);
    log(&mut out, context);
    out.text
}

fn callbacks(out: &mut Exposition, context: &Context) {
    let app_name = |app: AppId| context.state.app(app).map_or_else(|| app.0.to_string(), |app| app.name.clone());

    let counts = context.ingest.counts();
    out.family("ringback_callbacks_total", "counter", "Callbacks kept, by app, outcome and status.");
    for c in counts.callbacks() {
        let (app, status) = (app_name(c.app), c.status.to_string());
        out.sample(&[("app", &app), ("outcome", c.outcome.name()), ("status", &status)], c.count);
    }
    out.family("ringback_callbacks_not_kept_total", "counter", "Callbacks answered 503, by app.");
    for (app, count) in counts.callbacks_not_kept() {
        out.sample(&[("app", &app_name(app))], count);
    }
    let append = counts.append_seconds();
    out.family("ringback_append_seconds", "histogram", "From handing a callback to the journal until it is durable.");
    for (bound, count) in append.buckets {
        out.line("_bucket", &[("le", &bound.to_string())], count);
    }
    out.line("_bucket", &[("le", "+Inf")], append.count);
    out.line("_sum", &[], append.sum_seconds);
    out.line("_count", &[], append.count);
    out.single("ringback_callbacks_under_way", "gauge", "Callbacks being kept now.", context.ingest.under_way());

    out.family("ringback_tally_pending", "gauge", "Refused or possibly lost, not yet written to the journal.");
    for pending in context.ingest.pending() {
        let app = pending.app.map(app_name).unwrap_or_default();
        out.sample(&[("app", &app), ("kind", "refused")], pending.refused);
        out.sample(&[("app", &app), ("kind", "possibly_lost")], pending.possibly_lost);
    }
}

fn own_systems(out: &mut Exposition, context: &Context) {
    out.family("ringback_own_system_failures", "gauge", "Questions in a row that the company's own system failed.");
    for trouble in context.control.troubles() {
        let app = context.state.app(trouble.app).map_or_else(|| trouble.app.0.to_string(), |app| app.name.clone());
        out.sample(&[("app", &app), ("host", host(&trouble.url))], trouble.failures);
    }
}

fn journal(out: &mut Exposition, context: &Context) {
    let journal = context.journal.health();
    out.single("ringback_journal_bytes", "gauge", "Size of the journal on disk.", journal.bytes);
    out.single("ringback_journal_segments", "gauge", "Segments of the journal.", journal.segments);
    out.single(
        "ringback_journal_failing",
        "gauge",
        "1 while the journal cannot be written.",
        u8::from(journal.failing.is_some()),
    );
    out.single(
        "ringback_journal_reserve_used",
        "gauge",
        "1 once the reserve was given up.",
        u8::from(journal.reserve_used),
    );
}

fn store(out: &mut Exposition, context: &Context) {
    let store = context.store.status();
    let lag = store.durable.saturating_sub(store.applied);
    out.single("ringback_projector_lag_records", "gauge", "Durable records that the store does not know yet.", lag);
    out.single("ringback_store_bytes", "gauge", "Size of the store on disk.", store.bytes);
    out.single(
        "ringback_store_rebuilding",
        "gauge",
        "1 while the store is rebuilt.",
        u8::from(store.rebuilding.is_some()),
    );
    out.single(
        "ringback_bindings_reading",
        "gauge",
        "1 while the bindings are read from their log, and nobody is looked up.",
        u8::from(context.bindings.reading().is_some()),
    );
}

fn machine(out: &mut Exposition, context: &Context) {
    if let Some(free) = health::free_bytes(&context.server.data) {
        out.single("ringback_disk_free_bytes", "gauge", "Free space of the data directory's file system.", free);
    }
    if let Some(end) = context.server.certificate.load().not_after {
        out.single(
            "ringback_certificate_ends_seconds",
            "gauge",
            "When the certificate ends, Unix time.",
            end.as_second(),
        );
    }
}

fn log(out: &mut Exposition, context: &Context) {
    let dropped = context.server.log.dropped();
    out.single(
        "ringback_log_lines_dropped_total",
        "counter",
        "Lines of the log not written, because whoever reads standard error was too slow.",
        dropped,
    );
}

fn connections(out: &mut Exposition, gauges: &Gauges) {
    let relaxed = Ordering::Relaxed;
    out.single("ringback_connections_open", "gauge", "Connections open now.", gauges.open());
    out.single("ringback_connections_total", "counter", "Connections accepted.", gauges.accepted.load(relaxed));
    let failed = gauges.handshakes_failed.load(relaxed);
    out.single("ringback_handshakes_failed_total", "counter", "TLS handshakes that failed or took too long.", failed);
    let refused = gauges.connections_refused.load(relaxed);
    out.single(
        "ringback_connections_refused_total",
        "counter",
        "Connections closed at once, because their address had its share.",
        refused,
    );
    out.single("ringback_requests_total", "counter", "Requests.", gauges.requests.load(relaxed));
    let refused = gauges.requests_refused.load(relaxed);
    out.single(
        "ringback_requests_refused_total",
        "counter",
        "Requests answered 503 at once, because their address had its share under way.",
        refused,
    );
    let (bodies, most) = (gauges.bodies_held(), limits::BODIES_MAX);
    out.single("ringback_bodies_bytes", "gauge", "Bytes that the bodies under way hold.", bodies);
    out.single("ringback_bodies_limit_bytes", "gauge", "Bytes that they may hold together.", most);
}

/// The text so far; the samples after [`Exposition::family`] belong to that family.
#[derive(Debug, Default)]
struct Exposition {
    text: String,
    name: &'static str,
}

impl Exposition {
    fn family(&mut self, name: &'static str, kind: &str, help: &str) {
        self.name = name;
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn single(&mut self, name: &'static str, kind: &str, help: &str, value: impl Display) {
        self.family(name, kind, help);
        self.sample(&[], value);
    }

    fn sample(&mut self, labels: &[(&str, &str)], value: impl Display) {
        self.line("", labels, value);
    }

    fn line(&mut self, suffix: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let _ = match labels.is_empty() {
            true => writeln!(self.text, "{}{suffix} {value}", self.name),
            false => writeln!(self.text, "{}{suffix}{{{}}} {value}", self.name, labels.join(",")),
        };
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_stand_under_their_family_with_escaped_labels() {
        let mut out = Exposition::default();
        out.family("a_total", "counter", "What a is.");
        out.sample(&[("app", "x\"\\\ny"), ("status", "200")], 3);
        out.line("_sum", &[], 0.5);
        assert_eq!(
            out.text,
            "# HELP a_total What a is.\n# TYPE a_total counter\na_total{app=\"x\\\"\\\\\\ny\",status=\"200\"} 3\na_total_sum 0.5\n"
        );
    }
}
