//! The evidence pack of a call: the call as a page and as an object of the API, with the journal's
//! callbacks. It stands above both faces, and each hands it out.
//!
//! The audit entry is durable before the first byte of the pack leaves. A pack that fails afterwards
//! has left its entry: the trail says what was asked for.

use std::sync::Arc;

use http::{HeaderValue, header};

use crate::audit::AuditAction;
use crate::domain::{BEIJING, Call, CallId, Lang, Masking, Wording};
use crate::evidence::{self, Order};
use crate::http::transport::assets;
use crate::http::{HttpError, Response, admin, api};
use crate::limits;
use crate::service::{Actor, Context, lists};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) reason: String,
    pub(crate) numbers: Masking,
    pub(crate) lang: Lang,
}

#[derive(Debug)]
pub(crate) struct Pack {
    pub(crate) name: String,
    pub(crate) zip: Vec<u8>,
}

pub(crate) async fn call_for(context: &Context, actor: Actor<'_>, id: CallId) -> Result<Call, HttpError> {
    actor.may(AuditAction::EvidenceExport)?;
    let store = context.store.clone();
    let call = tokio::task::spawn_blocking(move || store.call(id)).await.map_err(broken)??;
    call.filter(|call| actor.by.scope.allows(call.app)).ok_or(HttpError::NotFound)
}

pub(crate) async fn make(context: &Arc<Context>, actor: Actor<'_>, call: Call, wish: Wish) -> Result<Pack, HttpError> {
    let (id, reason) = (call.id, reason(&wish.reason)?);
    let masked = wish.numbers == Masking::Masked;
    let act = actor.act(AuditAction::EvidenceExport, format!("call {id}")).of(call.app);
    let act = act.with("reason", reason.as_str()).with("masked", masked);
    let audit = context.audit.record(act).await?;
    let order = Order {
        parties: call.parties().cloned().collect(),
        call: id,
        provider: call.provider,
        recording: call.recording.as_ref().map(|recording| recording.state),
        by: actor.by.id(),
        at: context.clock.now(),
        reason,
        numbers: wish.numbers,
        lang: wish.lang,
        audit,
        installation: context.state.installation(),
        app: context.state.app(call.app).map_or_else(|| format!("#{}", call.app.0), |app| app.name.clone()),
    };
    let context = context.clone();
    tokio::task::spawn_blocking(move || write(&context, &call, order)).await.map_err(broken)?
}

pub(crate) fn respond(pack: Pack) -> Response {
    let mut response = Response::new(pack.zip.into());
    let headers = response.headers_mut();
    assets::page_headers(headers);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", pack.name)) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// Trims the reason and checks its length.
fn reason(text: &str) -> Result<String, HttpError> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(HttpError::BadRequest(Wording::new(
            "请填写原因：它会写进证据包和审计",
            "reason: say why; it stands in the pack and in the audit trail",
        ))),
        n if n > limits::REASON_CHARS_MAX => Err(HttpError::BadRequest(Wording::new(
            format!("原因最多 {} 个字符", limits::REASON_CHARS_MAX),
            format!("reason: at most {} characters", limits::REASON_CHARS_MAX),
        ))),
        _ => Ok(text.to_owned()),
    }
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> HttpError {
    HttpError::Internal(Box::new(error))
}

fn write(context: &Context, call: &Call, order: Order) -> Result<Pack, HttpError> {
    let gathered = evidence::gather(&call.callbacks, &*context.journal, order.numbers)?;
    // Local time, as in the names of exports.
    let name = format!(
        "evidence-{}-{}.zip",
        &order.call.to_string()[..8],
        order.at.to_zoned(BEIJING).strftime("%Y%m%d-%H%M%S")
    );
    let mut folder = evidence::folder(&api::evidence::call_json(context, order.numbers, call)?, &order, &gathered);
    let decided = lists::decisions_of_call(context, call)?;
    let page = admin::calls::evidence_pack::page(call, &decided, order, &gathered).map_err(broken)?;
    folder.add("index.html", page.into_bytes());
    Ok(Pack { name, zip: folder.zip().map_err(broken)? })
}
