//! What an app needs to ask its platform, as it is kept: in clear what may be shown, sealed what
//! may not.
//!
//! `platform/{id}` holds [`Settings`], `platform/{id}/token` 玖云's authToken. Key and secret are the
//! app's own. A host that the configuration does not list is refused here already.

use crate::audit::AuditAction;
use crate::domain::{App, AppId, Secret, Wording};
use crate::limits::SECRET_BYTES_MAX;
use crate::platforms::outbound::{Credentials, PlatformError, Scheme, Settings};
use crate::service::{Actor, Context, ServiceError};
use crate::state::Author;

/// `None` stays; empty is removed.
#[derive(Debug, Default)]
pub(crate) struct Change {
    pub(crate) base_url: Option<String>,
    pub(crate) scheme: Option<String>,
    pub(crate) account_sid: Option<String>,
    pub(crate) auth_token: Option<Secret>,
}

fn name(app: AppId) -> String {
    format!("platform/{}", app.0)
}

fn token_name(app: AppId) -> String {
    format!("platform/{}/token", app.0)
}

pub(crate) fn of(context: &Context, app: AppId) -> Settings {
    context.state.value(&name(app)).unwrap_or_default()
}

/// Whether 玖云's authToken is set.
pub(crate) fn has_token(context: &Context, app: AppId) -> bool {
    token(context, app).is_some()
}

fn token(context: &Context, app: AppId) -> Option<Secret> {
    context.state.sealed_value(&token_name(app)).filter(|token| !token.reveal().is_empty())
}

pub(crate) fn credentials(context: &Context, app: &App) -> Credentials {
    let settings = of(context, app.id);
    Credentials {
        base_url: settings.base_url,
        scheme: settings.scheme,
        app_key: app.app_key.clone(),
        app_secret: app.app_secret.clone(),
        account_sid: settings.account_sid,
        auth_token: token(context, app.id),
    }
}

/// The audit entry names the fields.
pub(crate) async fn set(
    context: &Context,
    actor: Actor<'_>,
    app: &App,
    change: Change,
) -> Result<Settings, ServiceError> {
    let by = &actor.author(context, actor.change_app(AuditAction::PlatformSettings, app))?;
    let app = app.id;
    let mut settings = of(context, app);
    if let Some(base_url) = change.base_url {
        let base_url = base_url.trim();
        settings.base_url = match base_url {
            "" => String::new(),
            _ => context.platform.hosts().admit(base_url).map_err(|error| ServiceError::BadRequest(refused(&error)))?,
        };
    }
    if let Some(scheme) = change.scheme {
        settings.scheme = Scheme::parse(&scheme).ok_or_else(|| {
            ServiceError::BadRequest(Wording::new(
                format!("签名方式 {scheme:?} 不对，应为 aksk 或 wsse"),
                format!("scheme: {scheme:?} is none of aksk, wsse"),
            ))
        })?;
    }
    if let Some(account) = change.account_sid {
        let account = account.trim().to_owned();
        // It becomes a part of a path.
        if account.len() > 64 || !account.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(ServiceError::BadRequest(Wording::new(
                "accountSid 最多 64 个字母和数字",
                "account_sid: takes up to 64 letters and digits",
            )));
        }
        settings.account_sid = Some(account).filter(|account| !account.is_empty());
    }
    if let Some(token) = change.auth_token {
        if token.reveal().len() > SECRET_BYTES_MAX {
            return Err(ServiceError::BadRequest(Wording::new(
                format!("authToken 最多 {SECRET_BYTES_MAX} 字节"),
                format!("auth_token: is longer than {SECRET_BYTES_MAX} bytes"),
            )));
        }
        context.state.seal_value(by, &token_name(app), token).await?;
    }
    context.state.set_value(by, &name(app), &settings).await?;
    Ok(settings)
}

fn refused(error: &PlatformError) -> Wording {
    let advice = error.advice();
    Wording::new(format!("接口地址不能用。{}", advice.zh), format!("base_url: {error}. {}", advice.en))
}

/// Removes the secrets with the app.
pub(crate) async fn forget(context: &Context, by: &Author, app: AppId) -> Result<(), ServiceError> {
    if has_token(context, app) {
        context.state.forget_value(by, &token_name(app)).await?;
    }
    if of(context, app) != Settings::default() {
        context.state.forget_value(by, &name(app)).await?;
    }
    Ok(())
}
