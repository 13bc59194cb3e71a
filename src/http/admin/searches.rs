//! Saves and removes searches of lists.

use super::reply;
use super::request::{Request, SAVING, is_local};
use crate::domain::{Lang, Wording};
use crate::http::{HttpError, Response};
use crate::limits::NAME_CHARS_MAX;
use crate::service::{lists::ListKind, searches};

/// `POST /searches`
pub(super) async fn save(request: &Request) -> Result<Response, HttpError> {
    let principal = request.principal()?;
    let which = request.field("list").and_then(ListKind::parse);
    let which =
        which.ok_or_else(|| HttpError::BadRequest(Wording::new("没有说明是哪个列表", "which list is searched?")))?;
    let new = searches::NewSearch {
        list: which,
        name: request.field("name").unwrap_or_default().to_owned(),
        query: request.field("query").unwrap_or_default().to_owned(),
        shared: request.field("shared").is_some(),
    };
    if !(1..=NAME_CHARS_MAX).contains(&new.name.chars().count()) {
        return Ok(said(request, "name"));
    }
    let who = principal.id();
    let owner = (!new.shared).then_some(&who);
    let present = request.ctx().state.searches(&who, Some(which.name()));
    let mut present = present.iter().filter(|search| search.owner.as_ref() == owner);
    let word = if present.any(|search| search.name == new.name) { "replaced" } else { "made" };
    searches::save(request.ctx(), request.actor(&principal), new).await?;
    Ok(said(request, word))
}

pub(super) fn words(lang: Lang, word: &str) -> Option<(String, bool)> {
    Some(match word {
        "made" => (lang.t("已保存，就在下面。", "Saved; it stands below.").to_owned(), true),
        "replaced" => {
            let text = lang.t("同名的查询已换成现在的条件。", "The search of that name now has these filters.");
            (text.to_owned(), true)
        }
        "name" => {
            let text = match lang {
                Lang::Zh => format!("没有保存：名称应为 1 到 {NAME_CHARS_MAX} 个字符。"),
                Lang::En => format!("Not saved: a name has 1 to {NAME_CHARS_MAX} characters."),
            };
            (text, false)
        }
        _ => return None,
    })
}

/// `POST /searches/{id}/remove`
pub(super) async fn remove(request: &Request) -> Result<Response, HttpError> {
    let principal = request.principal()?;
    searches::forget(request.ctx(), request.actor(&principal), request.segment(1)).await?;
    Ok(back(request))
}

fn back(request: &Request) -> Response {
    reply::see_other(list(request))
}

fn said(request: &Request, word: &str) -> Response {
    let list = list(request);
    let sign = if list.contains('?') { '&' } else { '?' };
    reply::see_other(&format!("{list}{sign}{SAVING}={word}"))
}

fn list(request: &Request) -> &str {
    request.field("back").filter(|path| is_local(path)).unwrap_or("/calls")
}
