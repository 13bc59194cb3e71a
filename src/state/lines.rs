//! The lines of the state log: a fact's own shape in JSON, written and read.
//!
//! One line a kind of [`Fact`](super::fact::Fact) that has more than a name to say. A field is
//! added with `#[serde(default)]`, never renamed: logs of every earlier version are read with
//! these. Secrets stand here sealed, each under the name of where it stands; nothing else of the
//! room sees a sealed text.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fact::{LoginFact, SearchFact, TokenFact, UserFact};
use super::random;
use super::seal::SealKey;
use super::{OutsideId, StateError};
use crate::domain::{ActorId, AllowFrom, AnswerForm, App, AppId, ProviderId, Role, Scope, Secret, VerifyMode};
use crate::journal::Entry;
use crate::platforms::{self, Provider};

pub(super) fn fields(line: &impl Serialize) -> Map<String, Value> {
    let Ok(Value::Object(map)) = serde_json::to_value(line) else {
        panic!("a line is a struct of plain data");
    };
    map
}

/// `None` when the entry has another shape.
pub(super) fn line<T: for<'de> Deserialize<'de>>(entry: &Entry) -> Option<T> {
    serde_json::from_value(Value::Object(entry.fields.clone())).ok()
}

#[derive(Serialize, Deserialize)]
pub(super) struct AppLine {
    id: u32,
    name: String,
    provider: String,
    token: String,
    app_key: Option<String>,
    app_secret: Option<String>,
    verify: String,
    #[serde(default)]
    allow_from: Vec<String>,
    #[serde(default)]
    answer_form: Option<String>,
    #[serde(default)]
    close_tone: Option<String>,
    created_at: Instant,
}

impl AppLine {
    pub(super) fn of(app: &App, key: &SealKey) -> Self {
        let id = app.id.0;
        Self {
            id,
            name: app.name.clone(),
            provider: app.provider.0.to_owned(),
            token: key.seal(&format!("app/{id}/token"), &app.token),
            app_key: app.app_key.clone(),
            app_secret: app.app_secret.as_ref().map(|secret| key.seal(&format!("app/{id}/secret"), secret)),
            verify: app.verify.name().to_owned(),
            allow_from: app.allow_from.0.iter().map(ToString::to_string).collect(),
            answer_form: Some(app.answer_form.name().to_owned()),
            close_tone: app.close_tone.clone(),
            created_at: Instant(app.created_at),
        }
    }

    pub(super) fn read(line: Self, key: &SealKey) -> Result<Option<App>, StateError> {
        let id = line.id;
        let token = key.unseal(&format!("app/{id}/token"), &line.token)?;
        let app_secret = match &line.app_secret {
            Some(sealed) => Some(key.unseal(&format!("app/{id}/secret"), sealed)?),
            None => None,
        };
        let networks: Result<Vec<_>, _> = line.allow_from.iter().map(|net| net.parse()).collect();
        let (Some(verify), Ok(networks)) = (VerifyMode::parse(&line.verify), networks) else {
            return Ok(None);
        };
        Ok(Some(App {
            id: AppId(id),
            name: line.name,
            provider: provider_id(&line.provider),
            token,
            app_key: line.app_key,
            app_secret,
            verify,
            allow_from: AllowFrom(networks),
            answer_form: line.answer_form.as_deref().and_then(AnswerForm::parse).unwrap_or_default(),
            close_tone: line.close_tone,
            created_at: line.created_at.0,
        }))
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct UserLine {
    name: String,
    role: String,
    password: String,
    created_at: Instant,
    #[serde(default)]
    last_login_at: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    apps: Option<Vec<u32>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
}

impl UserLine {
    pub(super) fn of(user: &UserFact) -> Self {
        Self {
            name: user.name.clone(),
            role: user.role.name().to_owned(),
            password: user.password.reveal().to_owned(),
            created_at: Instant(user.created_at),
            last_login_at: user.last_login_at.map(Instant),
            apps: ids(&user.scope),
            issuer: user.outside.as_ref().map(|id| id.issuer.clone()),
            subject: user.outside.as_ref().map(|id| id.subject.clone()),
        }
    }

    pub(super) fn read(line: Self) -> Option<UserFact> {
        Some(UserFact {
            role: Role::parse(&line.role)?,
            scope: scope(line.apps),
            outside: line.issuer.zip(line.subject).map(|(issuer, subject)| OutsideId { issuer, subject }),
            name: line.name,
            password: Secret::new(line.password),
            created_at: line.created_at.0,
            last_login_at: line.last_login_at.map(|at| at.0),
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct TokenLine {
    name: String,
    role: String,
    sha256: String,
    created_at: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    apps: Option<Vec<u32>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Instant>,
}

impl TokenLine {
    pub(super) fn of(token: &TokenFact) -> Self {
        Self {
            name: token.name.clone(),
            role: token.role.name().to_owned(),
            sha256: random::hex(&token.hash),
            created_at: Instant(token.created_at),
            apps: ids(&token.scope),
            expires_at: token.expires_at.map(Instant),
            last_used_at: token.last_used_at.map(Instant),
        }
    }

    pub(super) fn read(line: Self) -> Option<TokenFact> {
        Some(TokenFact {
            role: Role::parse(&line.role)?,
            scope: scope(line.apps),
            hash: random::from_hex(&line.sha256)?,
            name: line.name,
            created_at: line.created_at.0,
            expires_at: line.expires_at.map(|at| at.0),
            last_used_at: line.last_used_at.map(|at| at.0),
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct LoginLine {
    sha256: String,
    user: String,
    created_at: Instant,
    expires_at: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    peer: Option<IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
}

impl LoginLine {
    pub(super) fn of(login: &LoginFact) -> Self {
        Self {
            sha256: random::hex(&login.hash),
            user: login.user.clone(),
            created_at: Instant(login.created_at),
            expires_at: Instant(login.expires_at),
            peer: login.peer,
            agent: login.agent.clone(),
        }
    }

    pub(super) fn read(line: Self) -> Option<LoginFact> {
        Some(LoginFact {
            hash: random::from_hex(&line.sha256)?,
            user: line.user,
            created_at: line.created_at.0,
            expires_at: line.expires_at.0,
            peer: line.peer,
            agent: line.agent,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct SearchLine {
    id: String,
    list: String,
    name: String,
    query: String,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner_kind: Option<String>,
    created_at: Instant,
}

impl SearchLine {
    pub(super) fn of(search: &SearchFact) -> Self {
        Self {
            id: search.id.clone(),
            list: search.list.clone(),
            name: search.name.clone(),
            query: search.query.clone(),
            owner: search.owner.as_ref().map(|owner| owner.name.clone()),
            owner_kind: search.owner.as_ref().and_then(|owner| owner.kind).map(|kind| kind.name().to_owned()),
            created_at: Instant(search.created_at),
        }
    }

    pub(super) fn read(line: Self) -> SearchFact {
        let Self { id, list, name, query, owner, owner_kind, created_at } = line;
        let owner = owner.map(|owner| ActorId::written(owner, owner_kind.as_deref()));
        SearchFact { id, list, name, query, owner, created_at: created_at.0 }
    }
}

/// A named value of the installation; which names there are, [`Fact`](super::fact::Fact) knows.
#[derive(Serialize, Deserialize)]
pub(super) struct SettingLine {
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sealed: Option<String>,
}

/// An instant as RFC 3339.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Instant(Timestamp);

impl TryFrom<String> for Instant {
    type Error = jiff::Error;

    fn try_from(text: String) -> Result<Self, jiff::Error> {
        text.parse().map(Self)
    }
}

impl From<Instant> for String {
    fn from(instant: Instant) -> Self {
        instant.0.to_string()
    }
}

/// A provider that this version does not know keeps its name, which lives as long as the program: its
/// callbacks are still stored, and the apps are few.
fn provider_id(name: &str) -> ProviderId {
    platforms::by_name(name).map_or_else(|| ProviderId(Box::leak(name.into())), Provider::id)
}

/// A scope as its line has it: absent means all apps.
fn ids(scope: &Scope) -> Option<Vec<u32>> {
    match scope {
        Scope::All => None,
        Scope::Apps(apps) => Some(apps.iter().map(|app| app.0).collect()),
    }
}

fn scope(apps: Option<Vec<u32>>) -> Scope {
    apps.map_or(Scope::All, |apps| Scope::Apps(apps.into_iter().map(AppId).collect()))
}
