//! `GET /sms`: text messages through privacy numbers.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::ask::Ask;
use super::query::Query;
use super::sight::Sight;
use super::{HttpError, List, Response, blocking, filters, ok};
use crate::domain::{Scope, Seq, SmsMode};
use crate::service::Context;
use crate::service::Instant;
use crate::store::{Page, SmsQuery, SmsRow};

/// The filters of messages. Sender and receiver are `from` and `to` in the object; as parameters
/// those are times everywhere.
pub(super) const FILTERS: &[&str] =
    &["app!", "provider!", "number!", "sender!", "receiver!", "x!", "mode!", "sms_id!", "test", "from", "to"];

/// A text message.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SmsObject {
    callback: Seq,
    received_at: Instant,
    app: String,
    provider: &'static str,
    sms_id: String,
    mode: &'static str,
    from: Option<String>,
    to: Option<String>,
    x_number: Option<String>,
    at: Option<Instant>,
    content: Option<String>,
    result: Option<String>,
    kind: Option<String>,
    parts: Option<u32>,
    binding_id: Option<String>,
    /// Whether a test callback brought it.
    test: bool,
}

impl SmsObject {
    /// A message as someone with this sight sees it.
    pub(super) fn new(context: &Context, sight: Sight, row: &SmsRow) -> Self {
        let sms = &row.sms;
        let text = |text: &str| sight.text_of(text, sms.parties());
        Self {
            callback: row.callback,
            received_at: Instant(row.received_at),
            app: filters::app_name(context, row.app),
            provider: row.provider.0,
            sms_id: text(&sms.sms_id),
            mode: sms.mode.name(),
            from: sight.maybe(sms.from.as_ref()),
            to: sight.maybe(sms.to.as_ref()),
            x_number: sight.maybe(sms.x.as_ref()),
            at: sms.at.as_ref().and_then(|stamp| stamp.at).map(Instant),
            content: sms.content.as_deref().map(text),
            result: sms.result.as_deref().map(text),
            kind: sms.kind.as_deref().map(text),
            parts: sms.parts,
            binding_id: sms.binding_id.as_deref().map(text),
            test: row.test,
        }
    }
}

/// `GET /sms`
pub(super) async fn list(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let (sms, page) = asked(context, &ask.principal.scope, &ask.query)?;
    let store = context.store.clone();
    let listing = blocking(move || store.sms(&sms, &page)).await?;
    let items = listing.items.iter().map(|row| SmsObject::new(context, ask.sight(), row)).collect();
    ok(&List { items, next: listing.next })
}

/// Which messages, and which page of them, an address asks for. The pages take the same.
pub(in crate::http) fn asked(context: &Context, scope: &Scope, raw: &str) -> Result<(SmsQuery, Page), HttpError> {
    let query = Query::parse(raw, &[FILTERS, filters::PAGING].concat())?;
    Ok((read(context, scope, &query)?, filters::page(&query)?))
}

/// Which messages a query means.
pub(super) fn read(context: &Context, scope: &Scope, query: &Query) -> Result<SmsQuery, HttpError> {
    let modes = SmsMode::ALL.map(SmsMode::name);
    Ok(SmsQuery {
        span: filters::span(query)?,
        app: filters::apps(context, scope, query)?,
        provider: filters::providers(query)?,
        number: filters::numbers(query, "number")?,
        sender: filters::numbers(query, "sender")?,
        receiver: filters::numbers(query, "receiver")?,
        x: filters::numbers(query, "x")?,
        mode: filters::named(query, "mode", SmsMode::parse, &modes)?,
        sms_id: filters::texts(query, "sms_id")?,
        test: filters::tests(query)?,
    })
}
