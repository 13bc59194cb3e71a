//! What people set, in memory: the sum of all facts of the log.
//!
//! A book is never changed in place: a write makes a new one and swaps it in, so that a reader
//! on the way of a callback never waits. It is small (hundreds of apps), so copying it is
//! cheaper than a lock on every look-up.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::Demand;
use super::fact::{Fact, LoginFact, SearchFact, TokenFact, UserFact};
use super::random;
use super::random::Hash;
use super::second_factor::SecondFactorFact;
use crate::domain::{ActorId, ActorKind, App, AppId, Role, Scope, Secret, Seq};
use crate::journal::Entry;
use crate::limits::LOGINS_PER_USER;

#[derive(Debug, Clone, Default)]
pub(super) struct Book {
    /// Applied up to this number of the log.
    pub(super) through: Seq,
    pub(super) installation: Option<String>,
    pub(super) apps: BTreeMap<AppId, Arc<App>>,
    pub(super) users: BTreeMap<String, Arc<UserFact>>,
    pub(super) tokens: BTreeMap<String, Arc<TokenFact>>,
    pub(super) logins: HashMap<Hash, Arc<LoginFact>>,
    pub(super) searches: BTreeMap<String, Arc<SearchFact>>,
    pub(super) second_factors: BTreeMap<String, Arc<SecondFactorFact>>,
    pub(super) require_second_factor: Demand,
    pub(super) setup_code: Option<Secret>,
    pub(super) address: Option<String>,
    pub(super) values: BTreeMap<String, Arc<serde_json::Value>>,
    pub(super) sealed_values: BTreeMap<String, Secret>,
    /// Ids are not reused, also after a removal.
    highest_app: u32,
    /// By the hash of the token: the time of a look-up says nothing about it.
    by_app_token: HashMap<Hash, AppId>,
    by_bearer: HashMap<Hash, String>,
    /// Entries of unknown kinds; a rewrite of the log keeps them.
    foreign: Vec<Arc<Entry>>,
}

impl Book {
    /// Applying a fact twice changes nothing.
    pub(super) fn apply(&mut self, fact: Fact) {
        match fact {
            Fact::Installation(id) => self.installation = Some(id),
            Fact::App(app) => self.put_app(app),
            Fact::AppRemoved(id) => {
                self.highest_app = self.highest_app.max(id.0);
                if let Some(app) = self.apps.remove(&id) {
                    self.by_app_token.remove(&random::hash(app.token.reveal()));
                }
            }
            Fact::User(user) => self.put_user(user),
            Fact::UserRemoved(name) => {
                self.users.remove(&name);
                self.second_factors.remove(&name);
                self.logins.retain(|_, login| login.user != name);
                self.forget_searches(&ActorId::new(ActorKind::User, name));
            }
            Fact::Token(token) => {
                self.by_bearer.insert(token.hash, token.name.clone());
                self.tokens.insert(token.name.clone(), Arc::new(token));
            }
            Fact::TokenRevoked(name) => {
                if let Some(token) = self.tokens.remove(&name) {
                    self.by_bearer.remove(&token.hash);
                }
                self.forget_searches(&ActorId::new(ActorKind::Token, name));
            }
            Fact::Login(login) => self.put_login(login),
            Fact::LoginEnded(hash) => {
                self.logins.remove(&hash);
            }
            Fact::SetupCode(code) => self.setup_code = Some(code),
            Fact::Address(address) => self.address = Some(address),
            Fact::Value(name, serde_json::Value::Null) => {
                self.values.remove(&name);
                self.sealed_values.remove(&name);
            }
            Fact::Value(name, value) => {
                self.values.insert(name, Arc::new(value));
            }
            Fact::SealedValue(name, value) => {
                self.sealed_values.insert(name, value);
            }
            Fact::Search(search) => {
                let search = self.with_kind(search);
                self.searches.insert(search.id.clone(), Arc::new(search));
            }
            Fact::SearchRemoved(id) => {
                self.searches.remove(&id);
            }
            Fact::SecondFactor(factor) => {
                self.second_factors.insert(factor.user.clone(), Arc::new(factor));
            }
            Fact::SecondFactorOff(name) => {
                self.second_factors.remove(&name);
            }
            Fact::RequireSecondFactor(demand) => self.require_second_factor = demand,
        }
    }

    pub(super) fn keep_foreign(&mut self, entry: Entry) {
        self.foreign.push(Arc::new(entry));
    }

    fn forget_searches(&mut self, owner: &ActorId) {
        self.searches.retain(|_, search| search.owner.as_ref() != Some(owner));
    }

    /// Older searches do not say the kind of their owner: a user of that name is preferred to a token,
    /// since a person's searches must not be read by others.
    fn with_kind(&self, mut search: SearchFact) -> SearchFact {
        if let Some(ActorId { kind: kind @ None, name }) = &mut search.owner {
            *kind = Some(match () {
                () if self.users.contains_key(name) => ActorKind::User,
                () if self.tokens.contains_key(name) => ActorKind::Token,
                () if name == ActorId::COMMAND_LINE => ActorKind::CommandLine,
                () => ActorKind::User,
            });
        }
        search
    }

    fn put_app(&mut self, app: App) {
        self.highest_app = self.highest_app.max(app.id.0);
        if let Some(old) = self.apps.get(&app.id) {
            self.by_app_token.remove(&random::hash(old.token.reveal()));
        }
        self.by_app_token.insert(random::hash(app.token.reveal()), app.id);
        self.apps.insert(app.id, Arc::new(app));
    }

    /// A new password or a loss of rights ends the user's logins: they were opened with the old ones.
    fn put_user(&mut self, mut user: UserFact) {
        if let Some(old) = self.users.get(&user.name) {
            if old.password != user.password || user.role < old.role || !user.scope.covers(&old.scope) {
                self.logins.retain(|_, login| login.user != user.name);
            }
            user.last_login_at = user.last_login_at.max(old.last_login_at);
        }
        self.users.insert(user.name.clone(), Arc::new(user));
    }

    fn put_login(&mut self, login: LoginFact) {
        let Some(user) = self.users.get_mut(&login.user) else {
            return;
        };
        let last = user.last_login_at.max(Some(login.created_at));
        if user.last_login_at != last {
            Arc::make_mut(user).last_login_at = last;
        }
        let mut of_user: Vec<_> =
            self.logins.values().filter(|l| l.user == login.user).map(|l| (l.created_at, l.hash)).collect();
        if of_user.len() >= LOGINS_PER_USER {
            of_user.sort_unstable();
            for (_, hash) in &of_user[..=of_user.len() - LOGINS_PER_USER] {
                self.logins.remove(hash);
            }
        }
        self.logins.insert(login.hash, Arc::new(login));
    }

    /// Removes expired logins. Where the clock had gone ahead and was set back they stay removed:
    /// logging in again costs a minute.
    ///
    /// Where the clock had gone ahead and was set back, what it ended stays ended: a login that is
    /// over is never opened again by a clock, and logging in once more costs a minute.
    pub(super) fn prune(&mut self, now: Timestamp) {
        self.logins.retain(|_, login| login.expires_at > now);
    }

    pub(super) fn facts(&self) -> (Vec<Fact>, &[Arc<Entry>]) {
        let mut facts: Vec<Fact> = self.installation.iter().cloned().map(Fact::Installation).collect();
        facts.extend(self.address.iter().cloned().map(Fact::Address));
        // The highest id is remembered even when its app is gone.
        if self.highest_app > 0 && !self.apps.contains_key(&AppId(self.highest_app)) {
            facts.push(Fact::AppRemoved(AppId(self.highest_app)));
        }
        facts.extend(self.apps.values().map(|app| Fact::App(App::clone(app))));
        facts.extend(self.users.values().map(|user| Fact::User(UserFact::clone(user))));
        facts.extend(self.second_factors.values().map(|factor| Fact::SecondFactor(SecondFactorFact::clone(factor))));
        if self.require_second_factor != Demand::None {
            facts.push(Fact::RequireSecondFactor(self.require_second_factor));
        }
        facts.extend(self.tokens.values().map(|token| Fact::Token(TokenFact::clone(token))));
        facts.extend(self.logins.values().map(|login| Fact::Login(LoginFact::clone(login))));
        facts.extend(self.searches.values().map(|search| Fact::Search(SearchFact::clone(search))));
        facts
            .extend(self.values.iter().map(|(name, value)| Fact::Value(name.clone(), serde_json::Value::clone(value))));
        facts.extend(self.sealed_values.iter().map(|(name, value)| Fact::SealedValue(name.clone(), value.clone())));
        if self.users.is_empty() {
            facts.extend(self.setup_code.iter().cloned().map(Fact::SetupCode));
        }
        (facts, &self.foreign)
    }

    pub(super) fn next_app_id(&self) -> AppId {
        AppId(self.highest_app + 1)
    }

    pub(super) fn app_named(&self, name: &str) -> Option<&Arc<App>> {
        self.apps.values().find(|app| app.name == name)
    }

    pub(super) fn app_by_token(&self, token: &str) -> Option<&Arc<App>> {
        self.apps.get(self.by_app_token.get(&random::hash(token))?)
    }

    pub(super) fn bearer(&self, token: &str) -> Option<&Arc<TokenFact>> {
        self.tokens.get(self.by_bearer.get(&random::hash(token))?)
    }

    /// Whether nobody else could administer everything with a password of ours: an administrator of
    /// some apps, or one who logs in through a provider, does not count.
    pub(super) fn is_last_admin(&self, name: &str) -> bool {
        let is_admin = |user: &UserFact| user.role == Role::Admin && user.scope == Scope::All && user.outside.is_none();
        self.users.get(name).is_some_and(|user| is_admin(user))
            && self.users.values().filter(|user| is_admin(user)).count() == 1
    }

    pub(super) fn user_outside(&self, id: &super::OutsideId) -> Option<&Arc<UserFact>> {
        self.users.values().find(|user| user.outside.as_ref() == Some(id))
    }
}
