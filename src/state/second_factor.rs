//! The second factor of a user: a secret shared with an authenticator, and recovery codes.
//!
//! ```text
//! begin: a secret, sealed, that the browser holds meanwhile ─► confirm with a code ─► fact
//! ```
//!
//! Recovery codes are random and long, so their SHA-256 keeps them safe. Logging in with one is
//! in [`super::two_steps`], the arithmetic in [`super::totp`].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::book::Book;
use super::fact::Fact;
use super::random::{self, Hash};
use super::seal::SealKey;
use super::{Author, Demand, State, StateError, User, totp};
use crate::domain::{Secret, Wording};
use crate::limits::RECOVERY_CODES;

#[derive(Debug, Clone)]
pub(super) struct SecondFactorFact {
    pub(super) user: String,
    /// In Base32, as authenticators take it.
    pub(super) secret: Secret,
    pub(super) recovery: Vec<Hash>,
    pub(super) last_step: u64,
    pub(super) created_at: Timestamp,
}

/// How the log writes it.
#[derive(Serialize, Deserialize)]
pub(super) struct SecondFactorLine {
    name: String,
    sealed: String,
    recovery: Vec<String>,
    last_step: u64,
    created_at: String,
}

/// A second factor that is being set up.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The secret in Base32, to be shown.
    pub secret: Secret,
    /// The same for nobody but us: what comes back with the code.
    pub sealed: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondFactor {
    pub since: Timestamp,
    /// Recovery codes that are left.
    pub recovery_left: usize,
}

pub(super) fn line(factor: &SecondFactorFact, key: &SealKey) -> SecondFactorLine {
    SecondFactorLine {
        name: factor.user.clone(),
        sealed: key.seal(&place(&factor.user), &factor.secret),
        recovery: factor.recovery.iter().map(|hash| random::hex(hash)).collect(),
        last_step: factor.last_step,
        created_at: factor.created_at.to_string(),
    }
}

/// Reads [`line()`].
pub(super) fn read(line: SecondFactorLine, key: &SealKey) -> Result<Option<SecondFactorFact>, StateError> {
    let secret = key.unseal(&place(&line.name), &line.sealed)?;
    let Ok(created_at) = line.created_at.parse() else { return Ok(None) };
    Ok(Some(SecondFactorFact {
        secret,
        recovery: line.recovery.iter().filter_map(|hex| random::from_hex(hex)).collect(),
        last_step: line.last_step,
        created_at,
        user: line.name,
    }))
}

fn place(user: &str) -> String {
    format!("second_factor/{user}")
}

impl State {
    #[must_use]
    pub fn second_factor(&self, name: &str) -> Option<SecondFactor> {
        let book = self.book();
        let factor = book.second_factors.get(name)?;
        Some(SecondFactor { since: factor.created_at, recovery_left: factor.recovery.len() })
    }

    #[must_use]
    pub fn required_second_factor(&self) -> Demand {
        self.book().require_second_factor
    }

    /// Demands one of others.
    pub async fn require_second_factor(&self, by: &Author, demand: Demand) -> Result<(), StateError> {
        self.change(by, move |_| Ok((Fact::RequireSecondFactor(demand), ()))).await
    }

    /// Whether a user must set one up before anything else. Whoever logs in elsewhere has it there.
    #[must_use]
    pub fn owes_second_factor(&self, user: &User) -> bool {
        !user.second_factor && user.outside.is_none() && self.required_second_factor().includes(user.role)
    }

    /// Makes a secret for a user to set up.
    #[must_use]
    pub fn begin_second_factor(&self, name: &str) -> Enrolment {
        let secret = Secret::new(totp::base32(&random::bytes::<20>()));
        let sealed = self.shared.log.key().seal(&format!("enrolment/{name}"), &secret);
        Enrolment { secret, sealed }
    }

    /// The enrolment that [`State::begin_second_factor`] began; `None` for anything else.
    #[must_use]
    pub fn enrolment(&self, name: &str, sealed: &str) -> Option<Enrolment> {
        let secret = self.shared.log.key().unseal(&format!("enrolment/{name}"), sealed).ok()?;
        Some(Enrolment { secret, sealed: sealed.to_owned() })
    }

    /// Switches it on with a first code, and gives the recovery codes, once. `None` when the
    /// code is wrong.
    pub async fn confirm_second_factor(
        &self,
        by: &Author,
        enrolment: &Enrolment,
        code: &str,
    ) -> Result<Option<Vec<Secret>>, StateError> {
        let now = self.shared.clock.now();
        let Some(last_step) = totp::step_of(enrolment.secret.reveal(), code, now) else {
            return Ok(None);
        };
        let (codes, recovery) = recovery_codes();
        let (user, secret) = (by.who().name.clone(), enrolment.secret.clone());
        self.change(by, move |book| {
            let known = book.users.get(&user).ok_or_else(|| super::users::no_user(&user))?;
            if known.outside.is_some() {
                return Err(StateError::Invalid(Wording::new(
                    "在别处登录的人，两步验证也在那里",
                    "whoever logs in elsewhere has the second factor there",
                )));
            }
            if book.second_factors.contains_key(&user) {
                return Err(StateError::Exists(Wording::new(
                    "两步验证，请先关闭",
                    "a second factor; switch it off first",
                )));
            }
            let (user, secret, recovery) = (user.clone(), secret.clone(), recovery.clone());
            let factor = SecondFactorFact { user, secret, recovery, last_step, created_at: now };
            Ok((Fact::SecondFactor(factor), Some(codes.clone())))
        })
        .await
    }

    /// Makes new recovery codes for a user with the password; the old ones are void. `None`
    /// when the password is wrong.
    pub async fn renew_recovery_codes(
        &self,
        by: &Author,
        password: &Secret,
    ) -> Result<Option<Vec<Secret>>, StateError> {
        let user = by.who().name.clone();
        if !self.is_password(&user, password).await {
            return Ok(None);
        }
        let (codes, recovery) = recovery_codes();
        self.change(by, move |book| {
            let factor = find(book, &user)?;
            Ok((Fact::SecondFactor(SecondFactorFact { recovery: recovery.clone(), ..factor }), Some(codes.clone())))
        })
        .await
    }

    /// Switches a user's own second factor off, with the password; whether that was right.
    pub async fn switch_off_second_factor(&self, by: &Author, password: &Secret) -> Result<bool, StateError> {
        let user = by.who().name.clone();
        if !self.is_password(&user, password).await {
            return Ok(false);
        }
        self.change(by, move |book| find(book, &user).map(|factor| (Fact::SecondFactorOff(factor.user), true))).await
    }

    /// Takes the second factor of someone who lost it away.
    pub async fn reset_second_factor(&self, by: &Author, name: &str) -> Result<(), StateError> {
        let name = name.trim().to_owned();
        self.change(by, move |book| find(book, &name).map(|factor| (Fact::SecondFactorOff(factor.user), ()))).await
    }
}

pub(super) fn find(book: &Book, name: &str) -> Result<SecondFactorFact, StateError> {
    let factor = book.second_factors.get(name);
    factor
        .map(|factor| SecondFactorFact::clone(factor))
        .ok_or_else(|| StateError::NotFound(format!("second factor of {name}")))
}

/// Recovery codes as they are told, and as they are kept.
fn recovery_codes() -> (Vec<Secret>, Vec<Hash>) {
    let code = || {
        let text = totp::base32(&random::bytes::<10>()).to_lowercase();
        let groups: Vec<&str> = (0..4).map(|i| &text[4 * i..4 * i + 4]).collect();
        Secret::new(groups.join("-"))
    };
    let codes: Vec<Secret> = (0..RECOVERY_CODES).map(|_| code()).collect();
    let hashes = codes.iter().map(|code| recovery_hash(code.reveal())).collect();
    (codes, hashes)
}

/// Blanks and hyphens do not count, nor does the case.
pub(super) fn recovery_hash(code: &str) -> Hash {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    random::hash(&plain)
}
