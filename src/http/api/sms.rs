//! `GET /sms`: text messages through privacy numbers.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::ask::Ask;
use super::{HttpError, Response};
use crate::domain::{Masking, Seq};
use crate::service::{Context, Instant, filters};
use crate::store::{SmsQuery, SmsRow};

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
    pub(super) fn new(context: &Context, masking: Masking, row: &SmsRow) -> Self {
        let sms = &row.sms;
        let text = |text: &str| masking.text_of(text, sms.parties());
        Self {
            callback: row.callback,
            received_at: Instant(row.received_at),
            app: filters::app_name(context, row.app),
            provider: row.provider.0,
            sms_id: text(&sms.sms_id),
            mode: sms.mode.name(),
            from: masking.maybe(sms.from.as_ref()),
            to: masking.maybe(sms.to.as_ref()),
            x_number: masking.maybe(sms.x.as_ref()),
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
    super::lists::list::<SmsQuery, _>(context, ask, SmsObject::new).await
}
