//! The logins that are open: listed, ended one by one or all at once.
//!
//! Lists name a login by a public id that is a hash of a hash: it ends the login and opens
//! nothing. When a login was last used is known since the server started and is not worth a write.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::fact::{Fact, LoginFact, UserFact};
use super::random::{self, Hash};
use super::{Author, Login, OpenLogin, State, StateError, Visit};
use crate::domain::Secret;
use crate::limits::LOGINS_SEEN_MAX;

#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<HashMap<Hash, Timestamp>>);

impl Seen {
    pub(super) fn note(&self, login: Hash, now: Timestamp) {
        let mut seen = self.lock();
        if seen.len() >= LOGINS_SEEN_MAX && !seen.contains_key(&login) {
            // What is lost is a time on a page.
            seen.clear();
        }
        seen.insert(login, now);
    }

    fn of(&self, login: &Hash) -> Option<Timestamp> {
        self.lock().get(login).copied()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Hash, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The logins that are open, of one user or of all, newest first.
    #[must_use]
    pub fn logins(&self, user: Option<&str>) -> Vec<OpenLogin> {
        let (book, now) = (self.book(), self.shared.clock.now());
        let open = book.logins.values().filter(|login| login.expires_at > now);
        let of_user = open.filter(|login| user.is_none_or(|user| login.user == user));
        let mut logins: Vec<OpenLogin> = of_user.map(|login| self.open_of(login)).collect();
        logins.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
        logins
    }

    fn open_of(&self, login: &LoginFact) -> OpenLogin {
        OpenLogin {
            id: random::login_id(&login.hash),
            user: login.user.clone(),
            created_at: login.created_at,
            seen_at: self.shared.seen.of(&login.hash),
            expires_at: login.expires_at,
            peer: login.peer,
            agent: login.agent.clone(),
        }
    }

    pub async fn end_login(&self, by: &Author, id: &str) -> Result<(), StateError> {
        let id = id.to_owned();
        self.change(by, move |book| {
            let found = book.logins.keys().find(|hash| random::login_id(hash) == id);
            Ok((Fact::LoginEnded(*found.ok_or_else(no_login)?), ()))
        })
        .await
    }

    /// Ends all logins of a user but one; gives how many there were.
    ///
    /// # Errors
    /// The log cannot be written; some may be ended then.
    pub async fn end_logins(&self, by: &Author, user: &str, but: Option<&str>) -> Result<usize, StateError> {
        let mut ended = 0;
        for login in self.logins(Some(user)) {
            if but == Some(login.id.as_str()) {
                continue;
            }
            match self.end_login(by, &login.id).await {
                Ok(()) => ended += 1,
                // It ended by itself meanwhile.
                Err(StateError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(ended)
    }

    /// Sets someone's own password: the old one must be right. Ends every login of theirs and
    /// opens a new one for the browser that asked. `None` when the old one is wrong.
    pub async fn change_own_password(
        &self,
        by: &Author,
        visit: &Visit,
        old: &Secret,
        new: &Secret,
    ) -> Result<Option<(Secret, Login)>, StateError> {
        let name = by.who().name.clone();
        let Some(known) = self.book().users.get(&name).map(|user| user.password.clone()) else { return Ok(None) };
        if !self.shared.passwords.check(old, Some(known.reveal())).await {
            return Ok(None);
        }
        self.fit_password(&name, new).await?;
        let hash = Secret::new(self.shared.passwords.hash(new).await);
        let (user, password) = (name.clone(), hash.clone());
        self.change(by, move |book| {
            let user = book.users.get(&user).ok_or_else(|| StateError::NotFound(format!("user named {user}")))?;
            Ok((Fact::User(UserFact { password: password.clone(), ..UserFact::clone(user) }), ()))
        })
        .await?;
        self.open_login(visit, name, hash).await
    }
}

fn no_login() -> StateError {
    StateError::NotFound("login of that id".to_owned())
}
