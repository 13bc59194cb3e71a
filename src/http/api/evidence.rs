//! `POST /calls/{id}/evidence`: the evidence pack of a call, as the page gives it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::ask::Ask;
use super::calls::WholeCall;
use super::{HttpError, Response};
use crate::domain::{Call, CallId, Lang, Masking};
use crate::http::evidence_pack::{self, Wish};
use crate::service::Context;

/// What to take along of a call, and why.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EvidenceToMake {
    /// Why: it stands in the pack and in the audit trail.
    reason: String,
    /// Whether phone numbers are masked; bodies are then not what the platform sent.
    #[serde(default)]
    masked: bool,
    /// The language of the page in it: `zh` (the default) or `en`.
    #[serde(default)]
    language: Option<String>,
}

pub(super) async fn make(context: &Arc<Context>, ask: &Ask, id: &str) -> Result<Response, HttpError> {
    ask.no_query()?;
    let id = CallId::parse(id).ok_or(HttpError::NotFound)?;
    let call = evidence_pack::call_for(context, ask.actor(), id).await?;
    let wanted: EvidenceToMake = ask.json()?;
    let lang = match wanted.language.as_deref() {
        None => Lang::Zh,
        Some(name) => Lang::parse(name)
            .ok_or_else(|| HttpError::BadRequest(format!("language: {name} is none of zh, en").into()))?,
    };
    let masked = wanted.masked || ask.masking() == Masking::Masked;
    let numbers = if masked { Masking::Masked } else { Masking::Whole };
    let wish = Wish { reason: wanted.reason, numbers, lang };
    let pack = evidence_pack::make(context, ask.actor(), call, wish).await?;
    Ok(evidence_pack::respond(pack))
}

pub(in crate::http) fn call_json(context: &Context, numbers: Masking, call: &Call) -> Result<String, HttpError> {
    let object = WholeCall::read(context, numbers, call)?;
    Ok(serde_json::to_string_pretty(&object).expect("the API's objects are plain data") + "\n")
}
