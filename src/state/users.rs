//! Users: people with a role, the apps they may see, and a password.
//!
//! Whoever logs in at a provider of ours (`outside`) has no password here: nobody can log in
//! under that name with one, and it cannot be given one.

use super::book::Book;
use super::fact::{Fact, UserFact};
use super::{
    Author, Entering, Login, NewUser, OutsideId, Principal, State, StateError, Strength, User, UserChange, Visit, rules,
};
use crate::domain::{ActorKind, Role, Scope, Secret, Text, Wording};
use crate::limits::SET_MAX;

/// A user as others see it.
pub(super) fn shown(book: &Book, user: &UserFact) -> User {
    User {
        name: user.name.clone(),
        role: user.role,
        scope: user.scope.clone(),
        second_factor: book.second_factors.contains_key(&user.name),
        outside: user.outside.clone(),
        created_at: user.created_at,
        last_login_at: user.last_login_at,
    }
}

/// What messages call a user.
const USER: Text = Text::new("用户", "a user");

impl State {
    /// Every user, by name.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        let book = self.book();
        book.users.values().map(|user| shown(&book, user)).collect()
    }

    #[must_use]
    pub fn user(&self, name: &str) -> Option<User> {
        let book = self.book();
        book.users.get(name).map(|user| shown(&book, user))
    }

    /// Adds a user who may see all apps.
    pub async fn add_user(&self, by: &Author, name: &str, role: Role, password: &Secret) -> Result<User, StateError> {
        let new = NewUser { name: name.to_owned(), role, scope: Scope::All, password: password.clone() };
        self.add_user_within(by, new).await
    }

    /// Adds a user.
    ///
    /// # Errors
    /// A name in use, a password that is too short, or apps that there are not.
    pub async fn add_user_within(&self, by: &Author, new: NewUser) -> Result<User, StateError> {
        let user = self.new_user(new).await?;
        self.change(by, move |book| {
            rules::scope(book, &user.scope)?;
            admit(book, &user.name)?;
            Ok((Fact::User(user.clone()), shown(book, &user)))
        })
        .await
    }

    /// Changes a user. A new password and a loss of rights end the user's logins.
    ///
    /// # Errors
    /// No such user, a password that is too short, apps that there are not, or nobody would be
    /// left who may do everything.
    pub async fn change_user(&self, by: &Author, name: &str, change: UserChange) -> Result<User, StateError> {
        let name = name.trim().to_owned();
        if !self.book().users.contains_key(&name) {
            return Err(no_user(&name));
        }
        let password = match change.password {
            Some(password) => {
                self.fit_password(&name, &password).await?;
                Some(Secret::new(self.shared.passwords.hash(&password).await))
            }
            None => None,
        };
        self.change(by, move |book| {
            let old = book.users.get(&name).ok_or_else(|| no_user(&name))?;
            if old.outside.is_some() && password.is_some() {
                let text = Text::new(
                    "这个用户在别处登录，在这里没有密码",
                    "this user logs in elsewhere and has no password here",
                );
                return Err(StateError::Invalid(text.into()));
            }
            let user = UserFact {
                role: change.role.unwrap_or(old.role),
                scope: change.scope.clone().unwrap_or_else(|| old.scope.clone()),
                password: password.clone().unwrap_or_else(|| old.password.clone()),
                ..UserFact::clone(old)
            };
            if user.scope != old.scope {
                rules::scope(book, &user.scope)?;
            }
            if book.is_last_admin(&name) && (user.role < Role::Admin || !user.scope.is_all()) {
                return Err(StateError::LastAdmin);
            }
            let shown = shown(book, &user);
            Ok((Fact::User(user), shown))
        })
        .await
    }

    /// Sets a password and ends that user's logins.
    pub async fn set_password(&self, by: &Author, name: &str, password: &Secret) -> Result<(), StateError> {
        let change = UserChange { password: Some(password.clone()), ..UserChange::default() };
        self.change_user(by, name, change).await.map(drop)
    }

    /// Removes a user.
    ///
    /// # Errors
    /// No such user, or the last administrator.
    pub async fn remove_user(&self, by: &Author, name: &str) -> Result<(), StateError> {
        let name = name.trim().to_owned();
        self.change(by, move |book| {
            if !book.users.contains_key(&name) {
                return Err(no_user(&name));
            }
            if book.is_last_admin(&name) {
                return Err(StateError::LastAdmin);
            }
            Ok((Fact::UserRemoved(name.clone()), ()))
        })
        .await
    }

    /// The user whom a provider of logins knows by `id`, made when new; the role is the
    /// provider's from now on, the apps stay as they were set here. A name that somebody has is
    /// not taken over.
    ///
    /// # Errors
    /// The name is somebody else's or breaks a rule.
    pub async fn admit_outside(
        &self,
        visit: &Visit,
        id: OutsideId,
        name: &str,
        role: Role,
    ) -> Result<User, StateError> {
        let known = self.book().user_outside(&id).map(|known| shown(&self.book(), known));
        let by = match known {
            Some(known) if known.role == role => return Ok(known),
            Some(known) => visit.author(&known.principal(), Entering::Ranked(&id.issuer)),
            None => {
                let who = Principal { kind: ActorKind::User, name: rules::actor(USER, name)?, role, scope: Scope::All };
                visit.author(&who, Entering::Admitted(&id.issuer))
            }
        };
        let (name, created_at) = (by.who().name.clone(), self.shared.clock.now());
        self.change(&by, move |book| {
            let known = book.user_outside(&id);
            let user = match known {
                // The name stays as it was made: the provider may change what it calls somebody.
                Some(known) => UserFact { role, ..UserFact::clone(known) },
                None => {
                    admit(book, &name)?;
                    let (name, password, outside) = (name.clone(), Secret::new(""), Some(id.clone()));
                    UserFact { name, role, scope: Scope::All, password, outside, created_at, last_login_at: None }
                }
            };
            let shown = shown(book, &user);
            Ok((Fact::User(user), shown))
        })
        .await
    }

    /// Opens a login for a user whom a provider has just vouched for.
    pub async fn log_in_outside(&self, visit: &Visit, user: &User) -> Result<Option<(Secret, Login)>, StateError> {
        if user.outside.is_none() {
            return Ok(None);
        }
        self.open_login(visit, user.name.clone(), Secret::new("")).await
    }

    /// How hard a password is to guess, for the user of this name.
    pub async fn strength(&self, name: &str, password: &Secret) -> Strength {
        let (name, password) = (name.trim().to_owned(), password.clone());
        self.shared.passwords.run(move |_| Strength::of(&name, password.reveal())).await
    }

    /// Refuses a password that breaks a rule or is easy to guess: wherever one is set, it passes here.
    pub(super) async fn fit_password(&self, name: &str, password: &Secret) -> Result<(), StateError> {
        rules::password(name, password)?;
        match self.strength(name, password).await.problem {
            Some(problem) => Err(StateError::Invalid(problem)),
            None => Ok(()),
        }
    }

    /// A user whose name and password follow the rules.
    pub(super) async fn new_user(&self, new: NewUser) -> Result<UserFact, StateError> {
        let name = rules::actor(USER, &new.name)?;
        self.fit_password(&name, &new.password).await?;
        let password = Secret::new(self.shared.passwords.hash(&new.password).await);
        let created_at = self.shared.clock.now();
        Ok(UserFact {
            name,
            role: new.role,
            scope: new.scope,
            password,
            outside: None,
            created_at,
            last_login_at: None,
        })
    }
}

/// Whether there is room for a user of this name.
fn admit(book: &Book, name: &str) -> Result<(), StateError> {
    if book.users.contains_key(name) {
        return Err(StateError::Exists(Wording::new(format!("名为 {name} 的用户"), format!("a user named {name}"))));
    }
    if book.users.len() >= SET_MAX {
        return Err(StateError::Invalid(Wording::new(
            format!("已有 {SET_MAX} 个用户，不能再多"),
            format!("there are {SET_MAX} users already, which is the most"),
        )));
    }
    Ok(())
}

pub(super) fn no_user(name: &str) -> StateError {
    StateError::NotFound(format!("user named {name}"))
}
