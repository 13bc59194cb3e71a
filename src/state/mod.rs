//! What people set: apps, users, tokens, logins, settings.
//!
//! Kept as records of a second log, `state/`, beside the journal: small, read whole before the
//! server says that it listens, never touched by retention. So a lost `store/` loses no secret.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{AllowFrom, AnswerForm, App, AppId, ProviderId, Role, Secret, VerifyMode};

/// What people set, in memory, with its log behind it. Clones share everything.
#[derive(Debug, Clone)]
pub struct State {}

/// A new app.
#[derive(Debug, Clone)]
pub struct NewApp {
    /// Its name, unique.
    pub name: String,
    /// Its platform.
    pub provider: ProviderId,
    /// Its token; made when absent.
    pub token: Option<Secret>,
    /// Huawei `APP_Key`, 玖云 `appId`.
    pub app_key: Option<String>,
    /// Huawei `APP_Secret`.
    pub app_secret: Option<Secret>,
    /// `off` by default, `log` once a secret is set.
    pub verify: Option<VerifyMode>,
    /// Where callbacks may come from.
    pub allow_from: AllowFrom,
}

/// Changes to an app; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct AppChange {
    /// A new name.
    pub name: Option<String>,
    /// A new key; `Some(None)` removes it.
    pub app_key: Option<Option<String>>,
    /// A new secret; `Some(None)` removes it.
    pub app_secret: Option<Option<Secret>>,
    /// Another mode.
    pub verify: Option<VerifyMode>,
    /// Other networks.
    pub allow_from: Option<AllowFrom>,
    /// Another form of answers.
    pub answer_form: Option<AnswerForm>,
    /// Another announcement of the default `close`; `Some(None)` removes it.
    pub close_tone: Option<Option<String>>,
}

/// A person.
#[derive(Debug, Clone)]
pub struct User {
    /// The name, unique, shown.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// Last login.
    pub last_login_at: Option<Timestamp>,
}

/// A program's access. The token itself is shown once and kept only as a hash.
#[derive(Debug, Clone)]
pub struct ApiToken {
    /// Its name, unique.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Who is asking, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// A user's or token's name, or `command line`.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// A browser's login.
#[derive(Debug, Clone)]
pub struct Login {
    /// Who.
    pub user: User,
    /// The token that forms carry against forged requests.
    pub csrf: Secret,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Why something could not be set.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// There is one of that name already.
    #[error("there is already {0}")]
    Exists(String),
    /// There is none of that name.
    #[error("there is no {0}")]
    NotFound(String),
    /// A value breaks a rule; the text says which.
    #[error("{0}")]
    Invalid(String),
    /// The last administrator may not go.
    #[error("this is the last administrator; add another one first")]
    LastAdmin,
    /// The state log could not be written.
    #[error("writing the state")]
    Write(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The state log could not be read.
    #[error("reading the state")]
    Read(#[source] Box<dyn std::error::Error + Send + Sync>),
}

#[expect(clippy::todo, clippy::unused_async, reason = "the skeleton that the rooms above are built against")]
impl State {
    /// Every app, by name.
    #[must_use]
    pub fn apps(&self) -> Vec<Arc<App>> {
        todo!()
    }
    /// One app.
    #[must_use]
    pub fn app(&self, _id: AppId) -> Option<Arc<App>> {
        todo!()
    }
    /// One app by its name.
    #[must_use]
    pub fn app_named(&self, _name: &str) -> Option<Arc<App>> {
        todo!()
    }
    /// The app of a token; the look-up's time does not depend on how much of the token is right.
    #[must_use]
    pub fn app_by_token(&self, _token: &str) -> Option<Arc<App>> {
        todo!()
    }
    /// Adds an app.
    ///
    /// # Errors
    /// A name or token in use, or a value that breaks a rule.
    pub async fn add_app(&self, _by: &Principal, _new: NewApp) -> Result<Arc<App>, StateError> {
        todo!()
    }
    /// Changes an app.
    ///
    /// # Errors
    /// As [`State::add_app`].
    pub async fn change_app(&self, _by: &Principal, _id: AppId, _change: AppChange) -> Result<Arc<App>, StateError> {
        todo!()
    }
    /// Gives an app a new token; the old address stops working at once.
    ///
    /// # Errors
    /// No such app.
    pub async fn rotate_app(
        &self,
        _by: &Principal,
        _id: AppId,
        _token: Option<Secret>,
    ) -> Result<Arc<App>, StateError> {
        todo!()
    }
    /// Removes an app; its calls stay.
    ///
    /// # Errors
    /// No such app.
    pub async fn remove_app(&self, _by: &Principal, _id: AppId) -> Result<(), StateError> {
        todo!()
    }

    /// Every user, by name.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        todo!()
    }
    /// Adds a user.
    ///
    /// # Errors
    /// A name in use, or a password that is too short.
    pub async fn add_user(
        &self,
        _by: &Principal,
        _name: &str,
        _role: Role,
        _password: &Secret,
    ) -> Result<User, StateError> {
        todo!()
    }
    /// Sets a password and ends that user's logins.
    ///
    /// # Errors
    /// No such user, or a password that is too short.
    pub async fn set_password(&self, _by: &Principal, _name: &str, _password: &Secret) -> Result<(), StateError> {
        todo!()
    }
    /// Removes a user.
    ///
    /// # Errors
    /// No such user, or the last administrator.
    pub async fn remove_user(&self, _by: &Principal, _name: &str) -> Result<(), StateError> {
        todo!()
    }

    /// Checks name and password and opens a login; gives the cookie's value. `None` when they
    /// do not match: which of the two was wrong is not said. Slow by design (argon2), off the
    /// async threads.
    ///
    /// # Errors
    /// The log cannot be written.
    pub async fn log_in(&self, _name: &str, _password: &Secret) -> Result<Option<(Secret, Login)>, StateError> {
        todo!()
    }
    /// The login behind a cookie's value.
    #[must_use]
    pub fn login(&self, _cookie: &str) -> Option<Login> {
        todo!()
    }
    /// Ends a login.
    ///
    /// # Errors
    /// The log cannot be written.
    pub async fn log_out(&self, _cookie: &str) -> Result<(), StateError> {
        todo!()
    }
    /// The one-time code of the setup link while there is no user yet.
    #[must_use]
    pub fn setup_code(&self) -> Option<Secret> {
        todo!()
    }
    /// Makes the first administrator with that code and logs in.
    ///
    /// # Errors
    /// A wrong or used code, or a bad name or password.
    pub async fn set_up(&self, _code: &str, _name: &str, _password: &Secret) -> Result<(Secret, Login), StateError> {
        todo!()
    }

    /// Every API token, by name.
    #[must_use]
    pub fn tokens(&self) -> Vec<ApiToken> {
        todo!()
    }
    /// Makes an API token and gives it out, once.
    ///
    /// # Errors
    /// A name in use.
    pub async fn add_token(&self, _by: &Principal, _name: &str, _role: Role) -> Result<Secret, StateError> {
        todo!()
    }
    /// Takes an API token back.
    ///
    /// # Errors
    /// No such token.
    pub async fn revoke_token(&self, _by: &Principal, _name: &str) -> Result<(), StateError> {
        todo!()
    }
    /// Whose API token this is.
    #[must_use]
    pub fn bearer(&self, _token: &str) -> Option<Principal> {
        todo!()
    }

    /// This installation's id, made once: binds `store/` to its journal.
    #[must_use]
    pub fn installation(&self) -> String {
        todo!()
    }
}
