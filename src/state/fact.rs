//! What a record of the state log says, and its notation.
//!
//! | kind | says |
//! | --- | --- |
//! | `installation` | this installation's id |
//! | `app` `app_removed` | an app as it is from now on; that it is gone |
//! | `user` `user_removed` | likewise |
//! | `token` `token_revoked` | an API token, by its hash |
//! | `login` `login_ended` | a browser's login, by the hash of its cookie |
//! | `second_factor` `second_factor_off` | a user's second factor; that there is none any more |
//! | `setting` | a named value, sealed where it is a secret |
//! | `search` `search_removed` | a saved query, by its id |
//! | `value` | a named value of a service, sealed where it must be; `null` when it is gone |
//!
//! Each fact is whole in itself and the last one wins, so that the log may be rewritten with
//! only the last of each. `by` names who set it. The shapes here are the log's own: a field
//! is added with `#[serde(default)]`, never renamed.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::random::{self, Hash};
use super::seal::SealKey;
use super::second_factor::{self, SecondFactorFact};
use super::{Demand, OutsideId, Principal, Search, StateError};
use crate::domain::{AllowFrom, AnswerForm, App, AppId, ProviderId, Role, Scope, Secret, VerifyMode};
use crate::journal::Entry;
use crate::providers::{self, Provider};

/// One thing that is so from now on.
#[derive(Debug, Clone)]
pub(super) enum Fact {
    Installation(String),
    App(App),
    AppRemoved(AppId),
    User(UserFact),
    UserRemoved(String),
    Token(TokenFact),
    TokenRevoked(String),
    Login(LoginFact),
    LoginEnded(Hash),
    SetupCode(Secret),
    Address(String),
    Search(SearchFact),
    SearchRemoved(String),
    SecondFactor(SecondFactorFact),
    SecondFactorOff(String),
    RequireSecondFactor(Demand),
    /// Null when it is gone.
    Value(String, Value),
    SealedValue(String, Secret),
}

/// A user with the hash of the password.
#[derive(Debug, Clone)]
pub(super) struct UserFact {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) scope: Scope,
    /// Empty for someone who logs in elsewhere: no password has an empty hash.
    pub(super) password: Secret,
    pub(super) outside: Option<OutsideId>,
    pub(super) created_at: Timestamp,
    pub(super) last_login_at: Option<Timestamp>,
}

/// An API token by its hash.
#[derive(Debug, Clone)]
pub(super) struct TokenFact {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) scope: Scope,
    pub(super) hash: Hash,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) last_used_at: Option<Timestamp>,
}

/// A login by the hash of its cookie.
#[derive(Debug, Clone)]
pub(super) struct LoginFact {
    pub(super) hash: Hash,
    pub(super) user: String,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    /// From where it was opened.
    pub(super) peer: Option<IpAddr>,
    /// With what: the browser's own words, cut.
    pub(super) agent: Option<String>,
}

/// A saved search as it is given out: nothing of it is secret.
pub(super) type SearchFact = Search;

/// What became of reading an entry.
#[derive(Debug)]
pub(super) enum Reading {
    /// Understood.
    Fact(Box<Fact>),
    /// Of a kind this version does not know, or not of its shape: kept, and passed over.
    Foreign,
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

#[derive(Serialize, Deserialize)]
struct AppLine {
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

#[derive(Serialize, Deserialize)]
struct UserLine {
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

#[derive(Serialize, Deserialize)]
struct TokenLine {
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

#[derive(Serialize, Deserialize)]
struct LoginLine {
    sha256: String,
    user: String,
    created_at: Instant,
    expires_at: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    peer: Option<IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct SettingLine {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct SearchLine {
    id: String,
    list: String,
    name: String,
    query: String,
    #[serde(default)]
    owner: Option<String>,
    created_at: Instant,
}

const SETUP_CODE: &str = "setup_code";
const ADDRESS: &str = "address";
const REQUIRE_SECOND_FACTOR: &str = "require_second_factor";

impl Fact {
    fn kind(&self) -> &'static str {
        match self {
            Self::Installation(_) => "installation",
            Self::App(_) => "app",
            Self::AppRemoved(_) => "app_removed",
            Self::User(_) => "user",
            Self::UserRemoved(_) => "user_removed",
            Self::Token(_) => "token",
            Self::TokenRevoked(_) => "token_revoked",
            Self::Login(_) => "login",
            Self::LoginEnded(_) => "login_ended",
            Self::Search(_) => "search",
            Self::SearchRemoved(_) => "search_removed",
            Self::SetupCode(_) | Self::Address(_) | Self::RequireSecondFactor(_) => "setting",
            Self::SecondFactor(_) => "second_factor",
            Self::SecondFactorOff(_) => "second_factor_off",
            Self::Value(..) | Self::SealedValue(..) => "value",
        }
    }

    /// The entry that says this.
    pub(super) fn write(&self, by: Option<&Principal>, key: &SealKey) -> Entry {
        let mut fields = match self {
            Self::Installation(id) => one("id", id.as_str()),
            Self::App(app) => fields(&app_line(app, key)),
            Self::AppRemoved(id) => one("id", id.0),
            Self::User(user) => fields(&UserLine {
                name: user.name.clone(),
                role: user.role.name().to_owned(),
                password: user.password.reveal().to_owned(),
                created_at: Instant(user.created_at),
                last_login_at: user.last_login_at.map(Instant),
                apps: ids(&user.scope),
                issuer: user.outside.as_ref().map(|id| id.issuer.clone()),
                subject: user.outside.as_ref().map(|id| id.subject.clone()),
            }),
            Self::UserRemoved(name) | Self::TokenRevoked(name) | Self::SecondFactorOff(name) => {
                one("name", name.as_str())
            }
            Self::Token(token) => fields(&TokenLine {
                name: token.name.clone(),
                role: token.role.name().to_owned(),
                sha256: random::hex(&token.hash),
                created_at: Instant(token.created_at),
                apps: ids(&token.scope),
                expires_at: token.expires_at.map(Instant),
                last_used_at: token.last_used_at.map(Instant),
            }),
            Self::Login(login) => fields(&LoginLine {
                sha256: random::hex(&login.hash),
                user: login.user.clone(),
                created_at: Instant(login.created_at),
                expires_at: Instant(login.expires_at),
                peer: login.peer,
                agent: login.agent.clone(),
            }),
            Self::LoginEnded(hash) => one("sha256", random::hex(hash)),
            Self::SetupCode(code) => {
                let sealed = Some(key.seal("setting/setup_code", code));
                fields(&SettingLine { name: SETUP_CODE.to_owned(), value: None, sealed })
            }
            Self::Address(address) => {
                fields(&SettingLine { name: ADDRESS.to_owned(), value: Some(address.clone()), sealed: None })
            }
            Self::Search(search) => fields(&SearchLine {
                id: search.id.clone(),
                list: search.list.clone(),
                name: search.name.clone(),
                query: search.query.clone(),
                owner: search.owner.clone(),
                created_at: Instant(search.created_at),
            }),
            Self::SearchRemoved(id) => one("id", id.as_str()),
            Self::SecondFactor(factor) => fields(&second_factor::line(factor, key)),
            Self::RequireSecondFactor(demand) => {
                let value = Some(demand.name().to_owned());
                fields(&SettingLine { name: REQUIRE_SECOND_FACTOR.to_owned(), value, sealed: None })
            }
            Self::Value(name, value) => {
                Map::from_iter([("name".to_owned(), name.as_str().into()), ("value".to_owned(), value.clone())])
            }
            Self::SealedValue(name, value) => {
                let sealed = key.seal(&format!("value/{name}"), value);
                Map::from_iter([("name".to_owned(), name.as_str().into()), ("sealed".to_owned(), sealed.into())])
            }
        };
        if let Some(by) = by {
            fields.insert("by".to_owned(), by.name.as_str().into());
        }
        Entry { kind: self.kind().to_owned(), fields }
    }

    /// Reads an entry.
    ///
    /// # Errors
    /// When a sealed value does not open: then the key is another one, and going on would
    /// answer every platform with 404.
    pub(super) fn read(entry: &Entry, key: &SealKey) -> Result<Reading, StateError> {
        let text = |name: &str| entry.fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let fact = match entry.kind.as_str() {
            "installation" => text("id").map(Self::Installation),
            "app" => match line::<AppLine>(entry) {
                Some(line) => read_app(line, key)?.map(Self::App),
                None => None,
            },
            "app_removed" => line_id(entry).map(Self::AppRemoved),
            "user" => line(entry).and_then(read_user).map(Self::User),
            "user_removed" => text("name").map(Self::UserRemoved),
            "token" => line(entry).and_then(read_token).map(Self::Token),
            "token_revoked" => text("name").map(Self::TokenRevoked),
            "login" => line(entry).and_then(read_login).map(Self::Login),
            "login_ended" => text("sha256").and_then(|hex| random::from_hex(&hex)).map(Self::LoginEnded),
            "setting" => read_setting(entry, key)?,
            "search" => line(entry).map(read_search).map(Self::Search),
            "search_removed" => text("id").map(Self::SearchRemoved),
            "value" => read_value(entry, key)?,
            "second_factor" => match line(entry) {
                Some(line) => second_factor::read(line, key)?.map(Self::SecondFactor),
                None => None,
            },
            "second_factor_off" => text("name").map(Self::SecondFactorOff),
            _ => None,
        };
        Ok(fact.map_or(Reading::Foreign, |fact| Reading::Fact(Box::new(fact))))
    }
}

fn read_setting(entry: &Entry, key: &SealKey) -> Result<Option<Fact>, StateError> {
    let Some(SettingLine { name, value, sealed }) = line(entry) else {
        return Ok(None);
    };
    Ok(match (name.as_str(), value, sealed) {
        (SETUP_CODE, None, Some(sealed)) => Some(Fact::SetupCode(key.unseal("setting/setup_code", &sealed)?)),
        (ADDRESS, Some(address), None) => Some(Fact::Address(address)),
        (REQUIRE_SECOND_FACTOR, Some(demand), None) => Demand::parse(&demand).map(Fact::RequireSecondFactor),
        _ => None,
    })
}

fn read_value(entry: &Entry, key: &SealKey) -> Result<Option<Fact>, StateError> {
    let Some(name) = entry.fields.get("name").and_then(Value::as_str) else { return Ok(None) };
    Ok(match (entry.fields.get("sealed").and_then(Value::as_str), entry.fields.get("value")) {
        (Some(sealed), _) => Some(Fact::SealedValue(name.to_owned(), key.unseal(&format!("value/{name}"), sealed)?)),
        (None, Some(value)) => Some(Fact::Value(name.to_owned(), value.clone())),
        (None, None) => None,
    })
}

/// Whether an entry holds something sealed.
pub(super) fn is_sealed(entry: &Entry) -> bool {
    entry.kind == "app" || entry.fields.contains_key("sealed")
}

fn fields(line: &impl Serialize) -> Map<String, Value> {
    let Ok(Value::Object(map)) = serde_json::to_value(line) else {
        panic!("a line is a struct of plain data");
    };
    map
}

fn one(name: &str, value: impl Into<Value>) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value.into())])
}

fn line<T: for<'de> Deserialize<'de>>(entry: &Entry) -> Option<T> {
    serde_json::from_value(Value::Object(entry.fields.clone())).ok()
}

fn line_id(entry: &Entry) -> Option<AppId> {
    entry.fields.get("id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok()).map(AppId)
}

fn app_line(app: &App, key: &SealKey) -> AppLine {
    let id = app.id.0;
    AppLine {
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

fn read_app(line: AppLine, key: &SealKey) -> Result<Option<App>, StateError> {
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

/// The id of a provider by its name. One that this version does not know keeps its name, which
/// then lives as long as the program: its callbacks are still kept, and the apps are few.
fn provider_id(name: &str) -> ProviderId {
    providers::by_name(name).map_or_else(|| ProviderId(Box::leak(name.into())), Provider::id)
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

fn read_user(line: UserLine) -> Option<UserFact> {
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

fn read_token(line: TokenLine) -> Option<TokenFact> {
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

fn read_search(line: SearchLine) -> SearchFact {
    let SearchLine { id, list, name, query, owner, created_at } = line;
    SearchFact { id, list, name, query, owner, created_at: created_at.0 }
}

fn read_login(line: LoginLine) -> Option<LoginFact> {
    Some(LoginFact {
        hash: random::from_hex(&line.sha256)?,
        user: line.user,
        created_at: line.created_at.0,
        expires_at: line.expires_at.0,
        peer: line.peer,
        agent: line.agent,
    })
}
