//! Saved searches: who sees which, and how much of them.

use super::lists::ListKind;
use super::query::Query;
use super::{Context, ServiceError};
use crate::audit::AuditAction;
use crate::domain::{AppId, Masking, PhoneNumber, Scope, Text};
use crate::service::Actor;
use crate::state::{NewSearch as Kept, Principal, Search};

#[derive(Debug)]
pub(crate) struct NewSearch {
    pub(crate) list: ListKind,
    pub(crate) name: String,
    pub(crate) query: String,
    pub(crate) shared: bool,
}

/// One's own searches, and shared ones that name no app out of sight; numbers in shared ones are
/// masked.
pub(crate) fn seen(context: &Context, by: &Principal, masking: Masking, list: Option<&str>) -> Vec<Search> {
    let mut searches = context.state.searches(&by.id(), list);
    let hidden = hidden_apps(context, &by.scope);
    searches.retain(|search| search.owner.is_some() || !names_app_beyond(context, &by.scope, &hidden, search));
    for search in searches.iter_mut().filter(|search| search.owner.is_none() && masking == Masking::Masked) {
        search.name = masking.text(&search.name);
        search.query = masked(masking, &search.query);
    }
    searches
}

fn hidden_apps(context: &Context, scope: &Scope) -> Vec<String> {
    let apps = context.state.apps();
    apps.iter().filter(|app| !scope.allows(app.id)).map(|app| app.name.to_lowercase()).collect()
}

/// Whether a search names an app out of sight: as a filter, or in any word.
fn names_app_beyond(context: &Context, scope: &Scope, hidden: &[String], search: &Search) -> bool {
    if scope.is_all() {
        return false;
    }
    let said: Vec<(String, String)> = form_urlencoded::parse(search.query.as_bytes()).into_owned().collect();
    let app = |text: &str| {
        let by_id = || context.state.app(AppId(text.strip_prefix('#').unwrap_or(text).parse().ok()?));
        context.state.app_named(text).or_else(by_id)
    };
    let filters = said.iter().filter(|(name, _)| name == "app" || name == "not_app");
    let names = |text: &str| {
        let text = text.to_lowercase();
        hidden.iter().any(|app| text == *app || (app.chars().count() > 1 && text.contains(app.as_str())))
    };
    // An app that there is no more is nobody's.
    filters.into_iter().any(|(_, value)| app(value).is_none_or(|app| !scope.allows(app.id)))
        || names(&search.name)
        || said.iter().any(|(_, value)| names(value))
}

/// Masks numbers so that the query still finds them, by the digits that a mask shows.
fn masked(masking: Masking, query: &str) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let shown = masking.text(&value);
        let number = PhoneNumber::parse(&value).filter(|number| shown != value && number.national().len() >= 8);
        match number.as_ref().and_then(|number| number.national().get(number.national().len() - 4..)) {
            Some(end) if end.bytes().all(|byte| byte.is_ascii_digit()) => out.append_pair(&name, end),
            _ => out.append_pair(&name, &shown),
        };
    }
    out.finish()
}

pub(crate) async fn save(context: &Context, actor: Actor<'_>, new: NewSearch) -> Result<Search, ServiceError> {
    let NewSearch { list, name, query, shared } = new;
    if shared && !actor.by.is_full_admin() {
        return Err(ServiceError::Forbidden(Text::new(
            "只有能管理全部应用的管理员可以保存给所有人",
            "sharing a search takes an administrator of all apps",
        )));
    }
    list.read(context, &actor.by.scope, &Query::parse(&query, list.parameters())?)?;
    let kept = Kept { list: list.name().to_owned(), name, query, shared };
    let by = actor.author(context, actor.change(AuditAction::SearchSave, "searches"))?;
    Ok(context.state.save_search(&by, kept).await?)
}

/// Removing a shared search takes an administrator of all apps.
pub(crate) async fn forget(context: &Context, actor: Actor<'_>, id: &str) -> Result<(), ServiceError> {
    let by = actor.author(context, actor.change(AuditAction::SearchRemove, "searches"))?;
    Ok(context.state.remove_search(&by, id, actor.by.is_full_admin()).await?)
}
