//! Logging in: name and password first, then a code for whoever has a second factor.
//!
//! ```text
//! name, password ─► a pass of some minutes ─► code ─► login
//!              └──► login, without a second factor
//! ```
//!
//! A code works once: the step of the last one is part of the fact, and it is checked where no
//! two changes cross. Setting a second factor up is in [`super::second_factor`].

use jiff::Timestamp;

use super::fact::{Fact, UserFact};
use super::second_factor::{SecondFactorFact, find, recovery_hash};
use super::{Login, State, StateError, Visit, random, totp};
use crate::domain::{Secret, Wording};
use crate::limits::LOGIN_CODE_TIME;

/// What comes of a name and a password.
#[derive(Debug, Clone)]
pub enum FirstStep {
    /// A login: the cookie's value.
    In(Secret, Box<Login>),
    /// A code is asked for; with this pass, for some minutes.
    Code(Secret),
}

impl State {
    /// Checks name and password. `None` when they do not match: which of the two was wrong is
    /// not said. Slow by design, off the async threads.
    pub async fn first_step(
        &self,
        visit: &Visit,
        name: &str,
        password: &Secret,
    ) -> Result<Option<FirstStep>, StateError> {
        let Some(hash) = self.checked_password(name, password).await else {
            return Ok(None);
        };
        let name = name.trim();
        if self.book().second_factors.contains_key(name) {
            let text = format!("{}\n{name}", random::hex(&random::hash(hash.reveal())));
            return Ok(Some(FirstStep::Code(self.seal_ticket("login", &text, LOGIN_CODE_TIME))));
        }
        let login = self.open_login(visit, name.to_owned(), hash).await?;
        Ok(login.map(|(cookie, login)| FirstStep::In(cookie, Box::new(login))))
    }

    /// Whose pass this is, while it is good.
    #[must_use]
    pub fn pass_of(&self, pass: &str) -> Option<String> {
        self.read_pass(pass).map(|(user, _)| user)
    }

    /// Opens a login with a pass of [`State::first_step`] and a code, or a recovery code, which
    /// is then spent. `None` when either is wrong.
    pub async fn second_step(
        &self,
        visit: &Visit,
        pass: &str,
        code: &str,
    ) -> Result<Option<(Secret, Login)>, StateError> {
        let Some((user, password)) = self.read_pass(pass) else {
            return Ok(None);
        };
        // The code is spent for the login, so both are on record as that.
        let Some(prepared) = self.prepare_login(visit, &user) else { return Ok(None) };
        let (now, code, name) = (self.shared.clock.now(), Secret::new(code.trim()), user);
        let spent = self.change(&prepared.by, move |book| {
            let factor = find(book, &name)?;
            let spent = spend(factor, code.reveal(), now)
                .ok_or_else(|| StateError::Invalid(Wording::new("验证码不对", "a wrong code")))?;
            Ok((Fact::SecondFactor(spent), ()))
        });
        match spent.await {
            Ok(()) => self.open_prepared(prepared, password).await,
            Err(StateError::Invalid(_) | StateError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The user of a pass and the hash of the password it was given for; `None` when it is too
    /// old, not ours, or the password was changed since.
    fn read_pass(&self, pass: &str) -> Option<(String, Secret)> {
        let text = self.open_ticket("login", pass)?;
        let (hash, name) = text.reveal().split_once('\n')?;
        let book = self.book();
        let user: &UserFact = book.users.get(name)?;
        let same = random::hex(&random::hash(user.password.reveal())) == hash;
        same.then(|| (name.to_owned(), user.password.clone()))
    }
}

/// The factor after a code was taken; `None` when it is wrong or was taken already.
fn spend(mut factor: SecondFactorFact, code: &str, now: Timestamp) -> Option<SecondFactorFact> {
    if let Some(step) = totp::step_of(factor.secret.reveal(), code, now) {
        return (step > factor.last_step).then_some(SecondFactorFact { last_step: step, ..factor });
    }
    let hash = recovery_hash(code);
    let place = factor.recovery.iter().position(|known| *known == hash)?;
    factor.recovery.remove(place);
    Some(factor)
}
