//! API tokens: a program's access. `rb_` and 32 random bytes, given out once, kept as SHA-256.
//!
//! The prefix lets a scanner for leaked secrets know one when it sees it.

use super::fact::{Fact, TokenFact};
use super::{ApiToken, Principal, State, StateError, random, rules};
use crate::domain::{Role, Scope, Secret};
use crate::limits::SET_MAX;

impl State {
    /// Every API token, by name.
    #[must_use]
    pub fn tokens(&self) -> Vec<ApiToken> {
        let shown =
            |token: &TokenFact| ApiToken { name: token.name.clone(), role: token.role, created_at: token.created_at };
        self.book().tokens.values().map(|token| shown(token)).collect()
    }

    /// Makes an API token and gives it out, once.
    ///
    /// # Errors
    /// A name in use, or one that breaks a rule.
    pub async fn add_token(&self, by: &Principal, name: &str, role: Role) -> Result<Secret, StateError> {
        let name = rules::name("a token", name)?;
        let secret = Secret::new(format!("rb_{}", random::text::<32>()));
        let hash = random::hash(secret.reveal());
        let created_at = self.shared.clock.now();
        self.change(Some(by), move |book| {
            if book.tokens.contains_key(&name) {
                return Err(StateError::Exists(format!("a token named {name}")));
            }
            if book.tokens.len() >= SET_MAX {
                return Err(StateError::Invalid(format!("there are {SET_MAX} tokens already, which is the most")));
            }
            Ok((Fact::Token(TokenFact { name, role, hash, created_at }), secret))
        })
        .await
    }

    /// Takes an API token back.
    ///
    /// # Errors
    /// No such token.
    pub async fn revoke_token(&self, by: &Principal, name: &str) -> Result<(), StateError> {
        let name = name.trim().to_owned();
        self.change(Some(by), move |book| {
            if !book.tokens.contains_key(&name) {
                return Err(StateError::NotFound(format!("token named {name}")));
            }
            Ok((Fact::TokenRevoked(name), ()))
        })
        .await
    }

    /// Whose API token this is.
    #[must_use]
    pub fn bearer(&self, token: &str) -> Option<Principal> {
        let book = self.book();
        let token = book.bearer(token)?;
        Some(Principal { name: token.name.clone(), role: token.role, scope: Scope::All })
    }
}
