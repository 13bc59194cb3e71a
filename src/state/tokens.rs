//! API tokens: a program's access. `rb_` and 32 random bytes, given out once, kept as SHA-256.
//!
//! The prefix lets a scanner for leaked secrets know one when it sees it. When a token was last
//! used is written at most once an hour: often enough to find the ones that nobody needs, and
//! no write for each request.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::book::Book;
use super::fact::{Fact, TokenFact};
use super::{ApiToken, Author, Behalf, NewToken, Principal, State, StateError, random, rules};
use crate::domain::{ActorKind, Role, Scope, Secret, Text, Wording};
use crate::limits::{SET_MAX, TOKEN_USE_EVERY};

#[derive(Debug, Default)]
pub(super) struct Uses(Mutex<HashMap<random::Hash, Timestamp>>);

impl Uses {
    /// Whether a use at `now` is to be written; from then on it counts as written.
    fn is_due(&self, token: &TokenFact, now: Timestamp) -> bool {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = written.get(&token.hash).copied().max(token.last_used_at);
        let due = last.is_none_or(|last| now.duration_since(last) >= TOKEN_USE_EVERY);
        if due {
            written.insert(token.hash, now);
        }
        due
    }
}

impl State {
    /// Every API token, by name.
    #[must_use]
    pub fn tokens(&self) -> Vec<ApiToken> {
        let shown = |token: &TokenFact| ApiToken {
            name: token.name.clone(),
            role: token.role,
            scope: token.scope.clone(),
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
        };
        self.book().tokens.values().map(|token| shown(token)).collect()
    }

    /// Makes an API token that sees all apps and does not end, and gives it out, once.
    pub async fn add_token(&self, by: &Author, name: &str, role: Role) -> Result<Secret, StateError> {
        self.add_token_within(by, NewToken { name: name.to_owned(), role, scope: Scope::All, expires_at: None }).await
    }

    /// Makes an API token and gives it out, once.
    ///
    /// # Errors
    /// A name in use, or one that breaks a rule; apps that there are not; an end in the past.
    pub async fn add_token_within(&self, by: &Author, new: NewToken) -> Result<Secret, StateError> {
        let name = rules::actor(Text::new("令牌", "a token"), &new.name)?;
        let secret = Secret::new(format!("rb_{}", random::text::<32>()));
        let hash = random::hash(secret.reveal());
        let created_at = self.shared.clock.now();
        if new.expires_at.is_some_and(|end| end <= created_at) {
            return Err(StateError::Invalid(Wording::new("令牌的到期时间应在将来", "a token ends in the future")));
        }
        self.change(by, move |book| {
            rules::scope(book, &new.scope)?;
            if book.tokens.contains_key(&name) {
                return Err(StateError::Exists(Wording::new(
                    format!("名为 {name} 的令牌"),
                    format!("a token named {name}"),
                )));
            }
            if book.tokens.len() >= SET_MAX {
                return Err(StateError::Invalid(Wording::new(
                    format!("已有 {SET_MAX} 个令牌，不能再多"),
                    format!("there are {SET_MAX} tokens already, which is the most"),
                )));
            }
            let NewToken { role, scope, expires_at, .. } = new.clone();
            let token = TokenFact { name: name.clone(), role, scope, hash, created_at, expires_at, last_used_at: None };
            Ok((Fact::Token(token), secret.clone()))
        })
        .await
    }

    /// Takes an API token back.
    pub async fn revoke_token(&self, by: &Author, name: &str) -> Result<(), StateError> {
        let name = name.trim().to_owned();
        self.change(by, move |book| {
            if !book.tokens.contains_key(&name) {
                return Err(no_token(&name));
            }
            Ok((Fact::TokenRevoked(name.clone()), ()))
        })
        .await
    }

    /// Whose API token this is; `None` also when its time is over.
    #[must_use]
    pub fn bearer(&self, token: &str) -> Option<Principal> {
        let book = self.book();
        let known = book.bearer(token)?;
        let token = self.live_token(&book, &known.name)?;
        self.note_use(token);
        Some(Principal {
            kind: ActorKind::Token,
            name: token.name.clone(),
            role: token.role,
            scope: token.scope.clone(),
        })
    }

    /// A token whose time is not over.
    pub(super) fn live_token<'a>(&self, book: &'a Book, name: &str) -> Option<&'a TokenFact> {
        let token = book.tokens.get(name)?;
        let now = self.shared.clock.now();
        token.expires_at.is_none_or(|end| now < end).then_some(token)
    }

    /// Writes that it was used, when that is due; nobody waits for it.
    fn note_use(&self, token: &TokenFact) {
        let now = self.shared.clock.now();
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if !self.shared.uses.is_due(token, now) {
            return;
        }
        let (state, name, hash) = (self.clone(), token.name.clone(), token.hash);
        runtime.spawn(async move {
            let written = state.change(Behalf::House, move |book| {
                let token = book.tokens.get(&name).filter(|token| token.hash == hash).ok_or_else(|| no_token(&name))?;
                Ok((Fact::Token(TokenFact { last_used_at: Some(now), ..TokenFact::clone(token) }), ()))
            });
            match written.await {
                Ok(()) | Err(StateError::NotFound(_)) => {}
                Err(error) => tracing::warn!(%error, "the use of a token was not written"),
            }
        });
    }
}

fn no_token(name: &str) -> StateError {
    StateError::NotFound(format!("token named {name}"))
}
