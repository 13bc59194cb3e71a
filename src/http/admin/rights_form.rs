//! The boxes for a role and for the apps that somebody may see: of a user and of a token.
//!
//! All apps, also those that are made later, is a choice of its own; none at all is refused by
//! the service behind it.

use super::request::Request;
use crate::domain::{AppId, Lang, Role, Scope, Text, Wording};
use crate::http::HttpError;

/// The boxes, as they are filled in.
#[derive(Debug)]
pub(super) struct RightsForm {
    pub(super) roles: Vec<RoleChoice>,
    pub(super) all: bool,
    pub(super) apps: Vec<AppChoice>,
}

/// A role to choose.
#[derive(Debug)]
pub(super) struct RoleChoice {
    pub(super) value: &'static str,
    pub(super) label: &'static str,
    pub(super) meaning: &'static str,
    pub(super) chosen: bool,
}

/// An app to choose.
#[derive(Debug)]
pub(super) struct AppChoice {
    pub(super) id: u32,
    pub(super) name: String,
    pub(super) chosen: bool,
}

const MEANINGS: [(Role, Text); 3] = [
    (Role::Viewer, Text::new("查看，号码始终打码", "looks; numbers stay masked")),
    (
        Role::Operator,
        Text::new("还可查看完整号码（留痕）、发送测试", "also reveals numbers, on record, and sends tests"),
    ),
    (
        Role::Admin,
        Text::new("管理；全部应用的管理员可管理一切", "manages; an administrator of all apps manages everything"),
    ),
];

/// A role in words.
pub(super) fn role_word(lang: Lang, role: Role) -> &'static str {
    match role {
        Role::Admin => lang.t("管理员", "Administrator"),
        Role::Operator => lang.t("操作员", "Operator"),
        Role::Viewer => lang.t("只读", "Viewer"),
    }
}

impl RightsForm {
    /// The boxes with these rights in them; `apps` are all there are.
    pub(super) fn new(lang: Lang, role: Role, scope: &Scope, apps: &[(AppId, String)]) -> Self {
        let chosen = |app: AppId| matches!(scope, Scope::Apps(chosen) if chosen.contains(&app));
        let roles = MEANINGS.iter().map(|(known, meaning)| RoleChoice {
            value: known.name(),
            label: role_word(lang, *known),
            meaning: meaning.get(lang),
            chosen: *known == role,
        });
        let apps = apps.iter().map(|(id, name)| AppChoice { id: id.0, name: name.clone(), chosen: chosen(*id) });
        Self { roles: roles.collect(), all: scope.is_all(), apps: apps.collect() }
    }

    /// The same for a request.
    pub(super) fn of(request: &Request, role: Role, scope: &Scope) -> Self {
        let apps = request.ctx().state.apps();
        let apps: Vec<_> = apps.iter().map(|app| (app.id, app.name.clone())).collect();
        Self::new(request.lang, role, scope, &apps)
    }
}

/// The rights that a form names.
pub(super) fn read(request: &Request) -> Result<(Role, Scope), HttpError> {
    let role = request.field("role").and_then(Role::parse);
    let role = role
        .ok_or_else(|| HttpError::BadRequest(Wording::new("请选择角色", "role is one of viewer, operator, admin")))?;
    if request.field("scope") != Some("some") {
        return Ok((role, Scope::All));
    }
    let chosen = request.form.iter().filter(|(name, _)| name == "app").filter_map(|(_, id)| id.parse().ok());
    Ok((role, Scope::Apps(chosen.map(AppId).collect())))
}

/// A scope in words: the names of its apps, or that they are all.
pub(super) fn scope_words(lang: Lang, scope: &Scope, name: &dyn Fn(AppId) -> String) -> String {
    match scope {
        Scope::All => lang.t("全部应用", "all apps").to_owned(),
        Scope::Apps(apps) => apps.iter().map(|app| name(*app)).collect::<Vec<_>>().join(lang.t("、", ", ")),
    }
}
