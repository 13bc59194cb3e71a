//! The words of this room: what is added, changed and given out.
//!
//! Plain values without behaviour; `fact` says how they are written to the log, `book` how
//! they are kept in memory.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::domain::{
    ActorId, ActorKind, AllowFrom, AnswerForm, ProviderId, Role, Scope, Secret, VerifyMode, vocabulary,
};

#[derive(Debug, Clone)]
pub struct NewApp {
    /// Its name, unique.
    pub name: String,
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
    pub name: Option<String>,
    /// A new key; `Some(None)` removes it.
    pub app_key: Option<Option<String>>,
    /// A new secret; `Some(None)` removes it.
    pub app_secret: Option<Option<Secret>>,
    pub verify: Option<VerifyMode>,
    pub allow_from: Option<AllowFrom>,
    pub answer_form: Option<AnswerForm>,
    /// Another announcement of the default `close`; `Some(None)` removes it.
    pub close_tone: Option<Option<String>>,
}

#[derive(Debug, Clone)]
pub struct User {
    /// The name, unique, shown.
    pub name: String,
    pub role: Role,
    pub scope: Scope,
    /// Whether logging in takes a code as well.
    pub second_factor: bool,
    /// Who it is at the provider that the person logs in with; `None` for a password of ours.
    pub outside: Option<OutsideId>,
    pub created_at: Timestamp,
    pub last_login_at: Option<Timestamp>,
}

/// Who somebody is at a provider of logins: never given to anybody else there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideId {
    pub issuer: String,
    /// Its word for the person.
    pub subject: String,
}

#[derive(Debug, Clone)]
pub struct NewUser {
    /// The name, unique.
    pub name: String,
    pub role: Role,
    pub scope: Scope,
    pub password: Secret,
}

/// Changes to a person; `None` leaves something as it is.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    pub role: Option<Role>,
    pub scope: Option<Scope>,
    pub password: Option<Secret>,
}

vocabulary! {
    /// Who must have a second factor.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum Demand {
        #[default]
        None "none",
        Admin "admin",
        /// Operators and administrators.
        Operator "operator",
        All "all",
    }
}

impl Demand {
    #[must_use]
    pub fn includes(self, role: Role) -> bool {
        match self {
            Self::None => false,
            Self::Admin => role >= Role::Admin,
            Self::Operator => role >= Role::Operator,
            Self::All => true,
        }
    }
}

/// A program's access. The token itself is shown once and kept only as a hash.
#[derive(Debug, Clone)]
pub struct ApiToken {
    /// Its name, unique.
    pub name: String,
    pub role: Role,
    pub scope: Scope,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the hour or so.
    pub last_used_at: Option<Timestamp>,
}

#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its name, unique.
    pub name: String,
    pub role: Role,
    pub scope: Scope,
    pub expires_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Its id: the same name saved again has the same.
    pub id: String,
    /// The list: `calls`, `callbacks`, `sms`, `numbers`.
    pub list: String,
    pub name: String,
    /// The filters, as the query of an address.
    pub query: String,
    /// Whose it is; `None` is everybody's.
    pub owner: Option<ActorId>,
    pub created_at: Timestamp,
}

#[derive(Debug, Clone)]
pub struct NewSearch {
    pub list: String,
    pub name: String,
    /// The filters, as the query of an address.
    pub query: String,
    /// Whether it is everybody's.
    pub shared: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    pub kind: ActorKind,
    /// A user's or token's name, or `command line`.
    pub name: String,
    pub role: Role,
    pub scope: Scope,
}

#[derive(Debug, Clone)]
pub struct Login {
    /// Its public id: names it and opens nothing.
    pub id: String,
    pub user: User,
    /// The token that forms carry against forged requests.
    pub csrf: Secret,
    pub expires_at: Timestamp,
}

impl User {
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal { kind: ActorKind::User, name: self.name.clone(), role: self.role, scope: self.scope.clone() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLogin {
    pub id: String,
    pub user: String,
    pub created_at: Timestamp,
    /// When it was last used; `None` while it was not since the server started.
    pub seen_at: Option<Timestamp>,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    pub peer: Option<IpAddr>,
    /// With what: the browser's own words, cut.
    pub agent: Option<String>,
}

impl Principal {
    #[must_use]
    pub fn id(&self) -> ActorId {
        ActorId::new(self.kind, self.name.as_str())
    }

    /// Whether they may do everything everywhere: what concerns the whole installation asks for it.
    #[must_use]
    pub fn is_full_admin(&self) -> bool {
        self.role == Role::Admin && self.scope.is_all()
    }

    /// This server, for what it does by itself.
    #[must_use]
    pub fn system() -> Self {
        Self { kind: ActorKind::System, name: "system".to_owned(), role: Role::Admin, scope: Scope::All }
    }

    /// The person at the machine itself: whoever may read the data directory may do anything.
    #[must_use]
    pub fn command_line() -> Self {
        let name = ActorId::COMMAND_LINE.to_owned();
        Self { kind: ActorKind::CommandLine, name, role: Role::Admin, scope: Scope::All }
    }
}
