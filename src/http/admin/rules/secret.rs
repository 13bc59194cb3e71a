//! The secret that questions to the company's own system are signed with: made anew, and shown this
//! once. The present one cannot be shown; whoever lost it makes another.

use crate::http::admin::reply;
use crate::http::admin::request::Request;
use crate::http::admin::rules::page::RulesPage;
use crate::http::{HttpError, Response};
use crate::service::rules;

/// `POST /rules/{app}/secret`
pub(crate) async fn renew(request: &Request) -> Result<Response, HttpError> {
    let (by, app) = (request.principal()?, request.app(1)?);
    let secret = rules::new_secret(request.ctx(), request.actor(&by), &app).await?;
    let page = RulesPage::of(request, Some(&app.name))?.with_secret(secret.reveal().to_owned());
    reply::page(&page)
}
