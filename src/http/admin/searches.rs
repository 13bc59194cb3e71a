//! Saved searches: keep the query of a list under a name, and forget it again.
//!
//! They stand on their list as links; there is no page of their own.

use super::reply;
use super::request::{Request, is_local};
use crate::domain::Role;
use crate::http::api::lists::Which;
use crate::http::{HttpError, Response, api};

/// `POST /searches`
pub(super) async fn save(request: &Request) -> Result<Response, HttpError> {
    let principal = request.principal()?;
    let which = request.field("list").and_then(Which::parse);
    let which = which.ok_or_else(|| HttpError::BadRequest("which list is searched?".to_owned()))?;
    let new = api::searches::NewSearch {
        list: which,
        name: request.field("name").unwrap_or_default().to_owned(),
        query: request.field("query").unwrap_or_default().to_owned(),
        shared: request.field("shared").is_some(),
    };
    api::searches::save(request.ctx(), &principal, new).await?;
    Ok(back(request))
}

/// `POST /searches/{id}/remove`
pub(super) async fn remove(request: &Request) -> Result<Response, HttpError> {
    let principal = request.principal()?;
    let (id, any) = (request.segment(1), principal.role == Role::Admin);
    request.ctx().state.remove_search(&principal, id, any).await?;
    Ok(back(request))
}

fn back(request: &Request) -> Response {
    reply::see_other(request.field("back").filter(|path| is_local(path)).unwrap_or("/calls"))
}
