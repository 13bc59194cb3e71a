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
//! only the last of each. `by` and `by_kind` name who set it. The shapes that more than a name is written in
//! are in [`super::lines`].

use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::lines::{AppLine, LoginLine, SearchLine, SettingLine, TokenLine, UserLine, fields, line};
use super::random::{self, Hash};
use super::seal::SealKey;
use super::second_factor::{self, SecondFactorFact};
use super::{Demand, OutsideId, Search, StateError};
use crate::domain::{ActorId, App, AppId, Role, Scope, Secret};
use crate::journal::Entry;

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
    /// Null when it was removed.
    Value(String, Value),
    SealedValue(String, Secret),
}

#[derive(Debug, Clone)]
pub(super) struct UserFact {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) scope: Scope,
    /// Empty for someone who logs in at a provider: no password has an empty hash.
    pub(super) password: Secret,
    pub(super) outside: Option<OutsideId>,
    pub(super) created_at: Timestamp,
    pub(super) last_login_at: Option<Timestamp>,
}

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

#[derive(Debug, Clone)]
pub(super) struct LoginFact {
    pub(super) hash: Hash,
    pub(super) user: String,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) peer: Option<IpAddr>,
    /// The browser's `User-Agent`, cut.
    pub(super) agent: Option<String>,
}

pub(super) type SearchFact = Search;

#[derive(Debug)]
pub(super) enum Reading {
    Fact(Box<Fact>),
    /// Of an unknown kind or shape: kept and ignored.
    Foreign,
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

    pub(super) fn write(&self, by: Option<&ActorId>, key: &SealKey) -> Entry {
        let mut fields = match self {
            Self::Installation(id) => one("id", id.as_str()),
            Self::App(app) => fields(&AppLine::of(app, key)),
            Self::AppRemoved(id) => one("id", id.0),
            Self::User(user) => fields(&UserLine::of(user)),
            Self::UserRemoved(name) | Self::TokenRevoked(name) | Self::SecondFactorOff(name) => {
                one("name", name.as_str())
            }
            Self::Token(token) => fields(&TokenLine::of(token)),
            Self::Login(login) => fields(&LoginLine::of(login)),
            Self::LoginEnded(hash) => one("sha256", random::hex(hash)),
            Self::SetupCode(code) => {
                let sealed = Some(key.seal("setting/setup_code", code));
                fields(&SettingLine { name: SETUP_CODE.to_owned(), value: None, sealed })
            }
            Self::Address(address) => {
                fields(&SettingLine { name: ADDRESS.to_owned(), value: Some(address.clone()), sealed: None })
            }
            Self::Search(search) => fields(&SearchLine::of(search)),
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
            if let Some(kind) = by.kind {
                fields.insert("by_kind".to_owned(), kind.name().into());
            }
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
                Some(line) => AppLine::read(line, key)?.map(Self::App),
                None => None,
            },
            "app_removed" => line_id(entry).map(Self::AppRemoved),
            "user" => line(entry).and_then(UserLine::read).map(Self::User),
            "user_removed" => text("name").map(Self::UserRemoved),
            "token" => line(entry).and_then(TokenLine::read).map(Self::Token),
            "token_revoked" => text("name").map(Self::TokenRevoked),
            "login" => line(entry).and_then(LoginLine::read).map(Self::Login),
            "login_ended" => text("sha256").and_then(|hex| random::from_hex(&hex)).map(Self::LoginEnded),
            "setting" => read_setting(entry, key)?,
            "search" => line(entry).map(SearchLine::read).map(Self::Search),
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

pub(super) fn is_sealed(entry: &Entry) -> bool {
    entry.kind == "app" || entry.fields.contains_key("sealed")
}

fn one(name: &str, value: impl Into<Value>) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value.into())])
}

fn line_id(entry: &Entry) -> Option<AppId> {
    entry.fields.get("id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok()).map(AppId)
}
