//! The words of this room: what is added, changed and given out.
//!
//! Plain values without behaviour; `fact` says how they are written to the log, `book` how
//! they are kept in memory.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::domain::{Actor, ActorKind, AllowFrom, AnswerForm, ProviderId, Role, Scope, Secret, VerifyMode};

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
    /// Which apps the person may see.
    pub scope: Scope,
    /// Whether logging in takes a code as well.
    pub second_factor: bool,
    /// Who it is at the provider that the person logs in with; `None` for a password of ours.
    pub outside: Option<OutsideId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Last login.
    pub last_login_at: Option<Timestamp>,
}

/// Who somebody is at a provider of logins: never given to anybody else there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideId {
    /// The provider's own address.
    pub issuer: String,
    /// Its word for the person.
    pub subject: String,
}

/// A new person.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The name, unique.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Which apps the person may see.
    pub scope: Scope,
    /// The password.
    pub password: Secret,
}

/// Changes to a person; `None` leaves something as it is.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    /// Another role.
    pub role: Option<Role>,
    /// Other apps.
    pub scope: Option<Scope>,
    /// Another password.
    pub password: Option<Secret>,
}

/// Who must have a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Demand {
    /// Nobody.
    #[default]
    None,
    /// Administrators.
    Admin,
    /// Operators and administrators.
    Operator,
    /// Everyone.
    All,
}

impl Demand {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::None, Self::Admin, Self::Operator, Self::All];

    /// `none`, `admin`, `operator`, `all`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Admin => "admin",
            Self::Operator => "operator",
            Self::All => "all",
        }
    }

    /// Reads [`Demand::name`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|demand| demand.name() == name)
    }

    /// Whether someone of this role must have one.
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
    /// What it may do.
    pub role: Role,
    /// Which apps it may see.
    pub scope: Scope,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the hour or so.
    pub last_used_at: Option<Timestamp>,
}

/// A new token.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its name, unique.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Which apps it may see.
    pub scope: Scope,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
}

/// A query of a list under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Its id: the same name saved again has the same.
    pub id: String,
    /// The list: `calls`, `callbacks`, `sms`, `numbers`.
    pub list: String,
    /// The name.
    pub name: String,
    /// The filters, as the query of an address.
    pub query: String,
    /// Whose it is; `None` is everybody's.
    pub owner: Option<Actor>,
    /// When it was saved.
    pub created_at: Timestamp,
}

/// A search to keep.
#[derive(Debug, Clone)]
pub struct NewSearch {
    /// The list.
    pub list: String,
    /// The name.
    pub name: String,
    /// The filters, as the query of an address.
    pub query: String,
    /// Whether it is everybody's.
    pub shared: bool,
}

/// Who is asking, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// What kind of one.
    pub kind: ActorKind,
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

impl User {
    /// This person as the one who asks.
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal { kind: ActorKind::User, name: self.name.clone(), role: self.role, scope: self.scope.clone() }
    }
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
    /// Who that is, without what they may.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::new(self.kind, self.name.as_str())
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
        let name = Actor::COMMAND_LINE.to_owned();
        Self { kind: ActorKind::CommandLine, name, role: Role::Admin, scope: Scope::All }
    }
}
