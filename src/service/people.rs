//! Users, their second factors and logins, and the tokens of programs.

use crate::audit::AuditAction;
use crate::domain::Secret;
use crate::service::{Actor, Context, ServiceError};
use crate::state::{Author, Demand, Enrolment, Login, NewToken, NewUser, OpenLogin, User, UserChange, Visit};

/// Makes the entry of a change to the user of this name.
fn author(context: &Context, actor: Actor<'_>, action: AuditAction, name: &str) -> Result<Author, ServiceError> {
    actor.author(context, actor.change(action, format!("user {name}")))
}

pub(crate) async fn add_user(context: &Context, actor: Actor<'_>, new: NewUser) -> Result<User, ServiceError> {
    let by = author(context, actor, AuditAction::UserAdd, new.name.trim())?;
    Ok(context.state.add_user_within(&by, new).await?)
}

pub(crate) async fn change_user(
    context: &Context,
    actor: Actor<'_>,
    name: &str,
    change: UserChange,
) -> Result<User, ServiceError> {
    let by = author(context, actor, AuditAction::UserChange, name)?;
    Ok(context.state.change_user(&by, name, change).await?)
}

pub(crate) async fn remove_user(context: &Context, actor: Actor<'_>, name: &str) -> Result<(), ServiceError> {
    let by = author(context, actor, AuditAction::UserRemove, name)?;
    Ok(context.state.remove_user(&by, name).await?)
}

/// For somebody who lost it.
pub(crate) async fn reset_second_factor(context: &Context, actor: Actor<'_>, name: &str) -> Result<(), ServiceError> {
    let by = author(context, actor, AuditAction::SecondFactorReset, name)?;
    Ok(context.state.reset_second_factor(&by, name).await?)
}

pub(crate) async fn require_second_factor(
    context: &Context,
    actor: Actor<'_>,
    demand: Demand,
) -> Result<(), ServiceError> {
    let by = actor.author(context, actor.change(AuditAction::SecondFactorRequire, "second-factor"))?;
    Ok(context.state.require_second_factor(&by, demand).await?)
}

/// The same as a change of a setting.
pub(crate) async fn set_required_second_factor(
    context: &Context,
    actor: Actor<'_>,
    demand: Demand,
) -> Result<(), ServiceError> {
    let by = actor.author(context, actor.act(AuditAction::SettingsChange, "access.second_factor"))?;
    Ok(context.state.require_second_factor(&by, demand).await?)
}

/// Switches one's own on with a first code, and gives the recovery codes; `None` where the code is wrong.
pub(crate) async fn confirm_second_factor(
    context: &Context,
    actor: Actor<'_>,
    enrolment: &Enrolment,
    code: &str,
) -> Result<Option<Vec<Secret>>, ServiceError> {
    let by = author(context, actor, AuditAction::SecondFactorOn, &actor.by.name)?;
    Ok(context.state.confirm_second_factor(&by, enrolment, code).await?)
}

/// `None` where the password is wrong.
pub(crate) async fn renew_recovery_codes(
    context: &Context,
    actor: Actor<'_>,
    password: &Secret,
) -> Result<Option<Vec<Secret>>, ServiceError> {
    let by = author(context, actor, AuditAction::SecondFactorCodes, &actor.by.name)?;
    Ok(context.state.renew_recovery_codes(&by, password).await?)
}

/// False where the password is wrong.
pub(crate) async fn switch_off_second_factor(
    context: &Context,
    actor: Actor<'_>,
    password: &Secret,
) -> Result<bool, ServiceError> {
    let by = author(context, actor, AuditAction::SecondFactorOff, &actor.by.name)?;
    Ok(context.state.switch_off_second_factor(&by, password).await?)
}

/// Ends every login of one's own and opens a new one; `None` where the old password is wrong.
pub(crate) async fn change_own_password(
    context: &Context,
    actor: Actor<'_>,
    visit: &Visit,
    old: &Secret,
    new: &Secret,
) -> Result<Option<(Secret, Login)>, ServiceError> {
    let by = author(context, actor, AuditAction::PasswordChange, &actor.by.name)?;
    Ok(context.state.change_own_password(&by, visit, old, new).await?)
}

pub(crate) async fn log_out(context: &Context, actor: Actor<'_>, cookie: &str) -> Result<(), ServiceError> {
    let by = actor.author(context, actor.change(AuditAction::Logout, "logout"))?;
    Ok(context.state.log_out(&by, cookie).await?)
}

/// A login of one's own, or anybody's for an administrator of all apps.
pub(crate) fn login(context: &Context, actor: Actor<'_>, is_person: bool, id: &str) -> Result<OpenLogin, ServiceError> {
    let open = context.state.logins(None).into_iter().find(|login| login.id == id);
    // A token may bear the name of a person; it is not that person.
    let own = |login: &OpenLogin| is_person && login.user == actor.by.name;
    open.filter(|login| actor.by.is_full_admin() || own(login)).ok_or(ServiceError::NotFound)
}

pub(crate) async fn end_login(context: &Context, actor: Actor<'_>, login: &OpenLogin) -> Result<(), ServiceError> {
    let act = actor.act(AuditAction::LoginEnd, format!("user {}", login.user)).with("login", login.id.as_str());
    Ok(context.state.end_login(&actor.author(context, act)?, &login.id).await?)
}

/// Ends the logins of a user, but this one.
pub(crate) async fn end_logins(
    context: &Context,
    actor: Actor<'_>,
    user: &str,
    this: Option<&str>,
) -> Result<(), ServiceError> {
    if user != actor.by.name {
        actor.may(AuditAction::UserChange)?;
    }
    let open = context.state.logins(Some(user)).iter().filter(|login| Some(login.id.as_str()) != this).count();
    let act = actor.act(AuditAction::LoginEnd, format!("user {user}")).with("logins", open);
    context.state.end_logins(&actor.author(context, act)?, user, this).await?;
    Ok(())
}

/// Gives the token out, once.
pub(crate) async fn add_token(context: &Context, actor: Actor<'_>, new: NewToken) -> Result<Secret, ServiceError> {
    let act = actor.change(AuditAction::TokenAdd, format!("token {}", new.name.trim()));
    Ok(context.state.add_token_within(&actor.author(context, act)?, new).await?)
}

pub(crate) async fn revoke_token(context: &Context, actor: Actor<'_>, name: &str) -> Result<(), ServiceError> {
    let act = actor.change(AuditAction::TokenRevoke, format!("token {name}"));
    Ok(context.state.revoke_token(&actor.author(context, act)?, name).await?)
}
