//! The words of this room: what is added, changed and given out.
//!
//! Plain values without behaviour; `fact` says how they are written to the log, `book` how
//! they are kept in memory.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::domain::{AllowFrom, AnswerForm, ProviderId, Role, Scope, Secret, VerifyMode};

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
    /// Which apps they may see.
    pub scope: Scope,
}

/// A browser's login.
#[derive(Debug, Clone)]
pub struct Login {
    /// Its public id: names it and opens nothing.
    pub id: String,
    /// Who.
    pub user: User,
    /// The token that forms carry against forged requests.
    pub csrf: Secret,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A login as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLogin {
    /// Its public id.
    pub id: String,
    /// Whose.
    pub user: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used; `None` while it was not since the server started.
    pub seen_at: Option<Timestamp>,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// From where it was opened.
    pub peer: Option<IpAddr>,
    /// With what: the browser's own words, cut.
    pub agent: Option<String>,
}

impl Principal {
    /// The person at the machine itself: whoever may read the data directory may do anything.
    #[must_use]
    pub fn command_line() -> Self {
        Self { name: "command line".to_owned(), role: Role::Admin, scope: Scope::All }
    }
}
