//! Logins: a browser's cookie, and the setup link of a new installation.
//!
//! A cookie's value is 256 random bits and is kept as its SHA-256 only, so that a copy of the
//! data directory lets nobody in. Logins survive a restart.

use super::book::Book;
use super::fact::{Fact, LoginFact};
use super::{Author, Entering, FirstStep, Login, NewUser, State, StateError, Visit, random, users};
use crate::domain::{Role, Scope, Secret, Wording};
use crate::limits::LOGIN_TIME;

impl State {
    /// Opens a login with name and password; gives the cookie's value. `None` when they do not
    /// match, and where a second factor is on: with that, see [`State::first_step`].
    pub async fn log_in(
        &self,
        visit: &Visit,
        name: &str,
        password: &Secret,
    ) -> Result<Option<(Secret, Login)>, StateError> {
        match self.first_step(visit, name, password).await? {
            Some(FirstStep::In(cookie, login)) => Ok(Some((cookie, *login))),
            Some(FirstStep::Code(_)) | None => Ok(None),
        }
    }

    /// Whether this is the password of the user of this name.
    pub async fn is_password(&self, name: &str, password: &Secret) -> bool {
        self.checked_password(name, password).await.is_some()
    }

    /// The hash of the password if it is the right one. Takes the same time for a name that
    /// nobody has, and for one whose user has no password here.
    pub(super) async fn checked_password(&self, name: &str, password: &Secret) -> Option<Secret> {
        let hash = self.book().users.get(name.trim()).map(|user| user.password.clone());
        let hash = hash.filter(|hash| !hash.reveal().is_empty());
        let right = self.shared.passwords.check(password, hash.as_ref().map(Secret::reveal)).await;
        hash.filter(|_| right)
    }

    /// The login behind a cookie's value.
    #[must_use]
    pub fn login(&self, cookie: &str) -> Option<Login> {
        let book = self.book();
        let login = book.logins.get(&random::hash(cookie))?;
        let now = self.shared.clock.now();
        if login.expires_at <= now {
            return None;
        }
        let user = users::shown(&book, book.users.get(&login.user)?);
        self.shared.seen.note(login.hash, now);
        let id = random::login_id(&login.hash);
        Some(Login { id, user, csrf: random::csrf(cookie), expires_at: login.expires_at })
    }

    pub async fn log_out(&self, by: &Author, cookie: &str) -> Result<(), StateError> {
        let hash = random::hash(cookie);
        if !self.book().logins.contains_key(&hash) {
            return Ok(());
        }
        self.change(by, move |_| Ok((Fact::LoginEnded(hash), ()))).await
    }

    /// The one-time code of the setup link while there is no user yet.
    #[must_use]
    pub fn setup_code(&self) -> Option<Secret> {
        setup_code(&self.book())
    }

    /// Makes the first administrator with that code and logs in.
    ///
    /// # Errors
    /// A wrong or used code, or a bad name or password.
    pub async fn set_up(
        &self,
        visit: &Visit,
        code: &str,
        name: &str,
        password: &Secret,
    ) -> Result<(Secret, Login), StateError> {
        let code = random::hash(code);
        check_setup_code(&self.book(), &code)?;
        let first = NewUser { name: name.to_owned(), role: Role::Admin, scope: Scope::All, password: password.clone() };
        let user = self.new_user(first).await?;
        let (name, hash) = (user.name.clone(), user.password.clone());
        let by = visit.author(&users::shown(&self.book(), &user).principal(), Entering::SetUp);
        self.change(&by, move |book| {
            check_setup_code(book, &code)?;
            Ok((Fact::User(user.clone()), ()))
        })
        .await?;
        let login = self.open_login(visit, name, hash).await?;
        login.ok_or_else(|| {
            StateError::Invalid(Wording::new("新管理员刚被删除", "the new administrator was removed meanwhile"))
        })
    }

    /// Opens a login for a user whose password still is the one that was checked.
    pub(super) async fn open_login(
        &self,
        visit: &Visit,
        user: String,
        password: Secret,
    ) -> Result<Option<(Secret, Login)>, StateError> {
        match self.prepare_login(visit, &user) {
            Some(prepared) => self.open_prepared(prepared, password).await,
            None => Ok(None),
        }
    }

    /// A login that is not open yet; `None` where nobody has this name.
    pub(super) fn prepare_login(&self, visit: &Visit, user: &str) -> Option<Prepared> {
        let book = self.book();
        let who = users::shown(&book, book.users.get(user)?).principal();
        let cookie = Secret::new(random::text::<32>());
        let created_at = self.shared.clock.now();
        let login = LoginFact {
            hash: random::hash(cookie.reveal()),
            user: user.to_owned(),
            created_at,
            expires_at: created_at + LOGIN_TIME,
            peer: visit.peer,
            agent: visit.agent.clone(),
        };
        let by = visit.author(&who, Entering::LogIn(&random::login_id(&login.hash)));
        Some(Prepared { by, cookie, login })
    }

    /// Opens it, if the password still is this one.
    pub(super) async fn open_prepared(
        &self,
        prepared: Prepared,
        password: Secret,
    ) -> Result<Option<(Secret, Login)>, StateError> {
        let Prepared { by, cookie, login } = prepared;
        let opened = self.change(&by, move |book| match book.users.get(&login.user) {
            Some(known) if known.password == password => Ok((Fact::Login(login.clone()), ())),
            _ => Err(StateError::NotFound(format!("user named {}", login.user))),
        });
        match opened.await {
            Ok(()) => Ok(self.login(cookie.reveal()).map(|login| (cookie, login))),
            Err(StateError::NotFound(_)) => {
                // A code may have been spent for it, which is on record as this login.
                by.failed("password_changed").await;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

pub(super) struct Prepared {
    pub(super) by: Author,
    cookie: Secret,
    login: LoginFact,
}

fn setup_code(book: &Book) -> Option<Secret> {
    if book.users.is_empty() { book.setup_code.clone() } else { None }
}

/// Compares by hash, so that the time tells nothing about the code.
fn check_setup_code(book: &Book, code: &random::Hash) -> Result<(), StateError> {
    match setup_code(book) {
        Some(real) if random::hash(real.reveal()) == *code => Ok(()),
        _ => Err(StateError::Invalid(Wording::new(
            "设置链接无效，或已经用过",
            "this setup link is not valid, or was used already",
        ))),
    }
}
