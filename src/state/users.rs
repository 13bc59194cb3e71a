//! Users: people with a password and a role.

use super::fact::{Fact, UserFact};
use super::{Principal, State, StateError, User, rules};
use crate::domain::{Role, Secret};
use crate::limits::SET_MAX;

impl From<&UserFact> for User {
    fn from(user: &UserFact) -> Self {
        Self {
            name: user.name.clone(),
            role: user.role,
            created_at: user.created_at,
            last_login_at: user.last_login_at,
        }
    }
}

impl State {
    /// Every user, by name.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        self.book().users.values().map(|user| User::from(&**user)).collect()
    }

    /// Adds a user.
    ///
    /// # Errors
    /// A name in use, or a password that is too short.
    pub async fn add_user(
        &self,
        by: &Principal,
        name: &str,
        role: Role,
        password: &Secret,
    ) -> Result<User, StateError> {
        let user = self.new_user(name, role, password).await?;
        self.change(Some(by), move |book| {
            if book.users.contains_key(&user.name) {
                return Err(StateError::Exists(format!("a user named {}", user.name)));
            }
            if book.users.len() >= SET_MAX {
                return Err(StateError::Invalid(format!("there are {SET_MAX} users already, which is the most")));
            }
            let shown = User::from(&user);
            Ok((Fact::User(user), shown))
        })
        .await
    }

    /// Sets a password and ends that user's logins.
    ///
    /// # Errors
    /// No such user, or a password that is too short.
    pub async fn set_password(&self, by: &Principal, name: &str, password: &Secret) -> Result<(), StateError> {
        let name = name.trim().to_owned();
        if !self.book().users.contains_key(&name) {
            return Err(no_user(&name));
        }
        rules::password(&name, password)?;
        let hash = Secret::new(self.shared.passwords.hash(password).await);
        self.change(Some(by), move |book| {
            let user = book.users.get(&name).ok_or_else(|| no_user(&name))?;
            Ok((Fact::User(UserFact { password: hash, ..UserFact::clone(user) }), ()))
        })
        .await
    }

    /// Removes a user.
    ///
    /// # Errors
    /// No such user, or the last administrator.
    pub async fn remove_user(&self, by: &Principal, name: &str) -> Result<(), StateError> {
        let name = name.trim().to_owned();
        self.change(Some(by), move |book| {
            if !book.users.contains_key(&name) {
                return Err(no_user(&name));
            }
            if book.is_last_admin(&name) {
                return Err(StateError::LastAdmin);
            }
            Ok((Fact::UserRemoved(name), ()))
        })
        .await
    }

    /// A user whose name and password follow the rules.
    pub(super) async fn new_user(&self, name: &str, role: Role, password: &Secret) -> Result<UserFact, StateError> {
        let name = rules::name("a user", name)?;
        rules::password(&name, password)?;
        let password = Secret::new(self.shared.passwords.hash(password).await);
        Ok(UserFact { name, role, password, created_at: self.shared.clock.now(), last_login_at: None })
    }
}

fn no_user(name: &str) -> StateError {
    StateError::NotFound(format!("user named {name}"))
}
