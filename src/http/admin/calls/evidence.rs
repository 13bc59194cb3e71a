//! 证据包 Evidence: asks why, and hands out one ZIP with all there is about a call.
//!
//! A page of its own, so that people see before they download it that it is recorded and what it
//! contains. [`evidence_pack`] makes it.

use askama::Template;
use http::StatusCode;

use crate::domain::{Call, CallId, Masking, Role};
use crate::http::admin::calls::page as call;
use crate::http::admin::parts::phone;
use crate::http::admin::reply;
use crate::http::admin::request::Request;
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::view::{Section, View};
use crate::http::evidence_pack::{self, Wish};
use crate::http::{HttpError, Response};
use crate::limits;

#[derive(Debug, Template)]
#[template(path = "admin/calls/evidence.html")]
pub(crate) struct EvidencePage {
    view: View,
    id: String,
    title: String,
    callbacks: usize,
    reason_max: usize,
    problem: Option<&'static str>,
}

/// `GET /calls/{id}/evidence`
pub(in crate::http::admin) fn show(request: &Request) -> Result<Response, HttpError> {
    request.require(Role::Operator)?;
    let call = call::find(request)?;
    reply::page(&EvidencePage::new(View::of(request, Section::Calls), &call, None))
}

/// `POST /calls/{id}/evidence`: the pack as a download.
pub(in crate::http::admin) async fn download(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let id = CallId::parse(request.segment(1)).ok_or(HttpError::NotFound)?;
    let call = evidence_pack::call_for(request.ctx(), request.actor(&by), id).await?;
    let Some(reason) = request.field("reason") else { return ask_again(request, &call) };
    let wish = Wish {
        reason: reason.to_owned(),
        numbers: if request.field("masked").is_some() { Masking::Masked } else { Masking::Whole },
        lang: request.lang,
    };
    let pack = evidence_pack::make(&request.site.ctx, request.actor(&by), call, wish).await?;
    Ok(evidence_pack::respond(pack))
}

fn ask_again(request: &Request, call: &Call) -> Result<Response, HttpError> {
    let view = View { here: format!("/calls/{}/evidence", call.id), ..View::of(request, Section::Calls) };
    let problem = view.lang.t("请写明事由。", "Say why.");
    reply::page_with(StatusCode::BAD_REQUEST, &EvidencePage::new(view, call, Some(problem)))
}

impl EvidencePage {
    fn new(view: View, call: &Call, problem: Option<&'static str>) -> Self {
        let masking = view.masking();
        let named = |n: &Option<_>| n.as_ref().map_or_else(|| "?".to_owned(), |n| phone(n, masking));
        Self {
            id: call.id.to_string(),
            title: format!("{} → {}", named(&call.caller), named(&call.callee)),
            callbacks: call.callbacks.len(),
            reason_max: limits::REASON_CHARS_MAX,
            problem,
            view,
        }
    }
}

#[cfg(test)]
impl EvidencePage {
    pub(crate) fn sample(lang: crate::domain::Lang) -> Self {
        let call = samples::answered_call();
        let here = format!("/calls/{}/evidence", call.id);
        Self::new(View { here, ..View::sample(lang, Section::Calls) }, &call, Some(lang.t("请写明事由。", "Say why.")))
    }
}
