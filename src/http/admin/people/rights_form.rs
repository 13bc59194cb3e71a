//! The boxes for a role and for the apps that somebody may see: of a user and of a token.
//!
//! All apps, also those that are made later, is a choice of its own. What contradicts itself is
//! refused by [`crate::service::rights`], and said beside the boxes it is about.

use crate::domain::{AppId, Lang, Role, Scope, Text};
use crate::http::admin::request::{Request, find};
use crate::service::rights;

#[derive(Debug)]
pub(crate) struct RightsForm {
    pub(crate) roles: Vec<RoleChoice>,
    pub(crate) all: bool,
    pub(crate) apps: Vec<AppChoice>,
    pub(crate) wrong_role: Option<&'static str>,
    pub(crate) wrong_scope: Option<&'static str>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Wrong {
    Role(Text),
    Scope(Text),
}

#[derive(Debug)]
pub(crate) struct RoleChoice {
    pub(crate) value: &'static str,
    pub(crate) label: &'static str,
    pub(crate) meaning: &'static str,
    pub(crate) chosen: bool,
}

#[derive(Debug)]
pub(crate) struct AppChoice {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) chosen: bool,
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

pub(crate) fn role_word(lang: Lang, role: Role) -> &'static str {
    match role {
        Role::Admin => lang.t("管理员", "Administrator"),
        Role::Operator => lang.t("操作员", "Operator"),
        Role::Viewer => lang.t("只读", "Viewer"),
    }
}

impl RightsForm {
    /// The boxes with these rights in them; `apps` are all there are.
    pub(crate) fn new(lang: Lang, role: Role, scope: &Scope, apps: &[(AppId, String)]) -> Self {
        let chosen = |app: AppId| matches!(scope, Scope::Apps(chosen) if chosen.contains(&app));
        let roles = MEANINGS.iter().map(|(known, meaning)| RoleChoice {
            value: known.name(),
            label: role_word(lang, *known),
            meaning: meaning.get(lang),
            chosen: *known == role,
        });
        let apps = apps.iter().map(|(id, name)| AppChoice { id: id.0, name: name.clone(), chosen: chosen(*id) });
        let (roles, apps) = (roles.collect(), apps.collect());
        Self { roles, all: scope.is_all(), apps, wrong_role: None, wrong_scope: None }
    }

    pub(crate) fn of(request: &Request, role: Role, scope: &Scope) -> Self {
        let apps = request.ctx().state.apps();
        let apps: Vec<_> = apps.iter().map(|app| (app.id, app.name.clone())).collect();
        Self::new(request.lang, role, scope, &apps)
    }

    /// As they were filled in, for a form that is shown again.
    pub(crate) fn entered(request: &Request, wrong: Option<Wrong>) -> Self {
        let mut form = Self::of(request, Role::Viewer, &Scope::All);
        let entered = |name: &str, value: &str| request.form.iter().any(|(n, v)| n == name && v.trim() == value);
        form.roles.iter_mut().for_each(|role| role.chosen = entered("role", role.value));
        form.apps.iter_mut().for_each(|app| app.chosen = entered("app", &app.id.to_string()));
        form.all = find(&request.form, "scope") != Some("some");
        match wrong {
            Some(Wrong::Role(why)) => form.wrong_role = Some(why.get(request.lang)),
            Some(Wrong::Scope(why)) => form.wrong_scope = Some(why.get(request.lang)),
            None => {}
        }
        form
    }
}

impl Wrong {
    pub(crate) fn said(self, lang: Lang) -> String {
        let (Self::Role(why) | Self::Scope(why)) = self;
        why.get(lang).to_owned()
    }
}

pub(crate) fn read(request: &Request) -> Result<(Role, Scope), Wrong> {
    let choose = Text::new("请选择角色", "role is one of viewer, operator, admin");
    let role = request.field("role").and_then(Role::parse).ok_or(Wrong::Role(choose))?;
    let apps = request.form.iter().filter(|(name, _)| name == "app");
    let apps: Result<Vec<AppId>, _> = apps.map(|(_, id)| id.trim().parse().map(AppId)).collect();
    let apps = apps.map_err(|_| Wrong::Scope(Text::new("没有这个应用", "there is no such app")))?;
    // A page says either; without one of the two it is not known which was meant.
    let reach = request.field("scope").ok_or(Wrong::Scope(Text::new("请选择可见应用", "choose the apps")))?;
    rights::scope(Some(reach), Some(apps)).map(|scope| (role, scope)).map_err(Wrong::Scope)
}

pub(crate) fn scope_words(lang: Lang, scope: &Scope, name: &dyn Fn(AppId) -> String) -> String {
    match scope {
        Scope::All => lang.t("全部应用", "all apps").to_owned(),
        Scope::Apps(apps) => apps.iter().map(|app| name(*app)).collect::<Vec<_>>().join(lang.t("、", ", ")),
    }
}
