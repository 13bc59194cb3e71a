//! The second factor of a user: a secret shared with an authenticator, and recovery codes.
//!
//! ```text
//! begin: a secret, sealed, that the browser holds meanwhile ─► confirm with a code ─► fact
//! log in: name, password ─► a pass of some minutes ─► code ─► login
//! ```
//!
//! A code works once: the step of the last one is part of the fact, and it is checked where no
//! two changes cross. Recovery codes are random and long, so their SHA-256 keeps them safe. The
//! arithmetic is in [`super::totp`].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::book::Book;
use super::fact::{Fact, UserFact};
use super::random::{self, Hash};
use super::seal::SealKey;
use super::{Demand, Login, Principal, State, StateError, User, totp};
use crate::domain::Secret;
use crate::limits::{LOGIN_CODE_TIME, RECOVERY_CODES};

/// A second factor that is on.
#[derive(Debug, Clone)]
pub(super) struct SecondFactorFact {
    pub(super) user: String,
    /// In Base32, as authenticators take it.
    pub(super) secret: Secret,
    pub(super) recovery: Vec<Hash>,
    /// The step of the last code that was taken.
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

/// What a user has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondFactor {
    /// Since when.
    pub since: Timestamp,
    /// Recovery codes that are left.
    pub recovery_left: usize,
}

/// What comes of a name and a password.
#[derive(Debug, Clone)]
pub enum FirstStep {
    /// A login: the cookie's value.
    In(Secret, Box<Login>),
    /// A code is asked for; with this pass, for some minutes.
    Code(Secret),
}

/// The line of a second factor.
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
    /// What the user of this name has, if anything.
    #[must_use]
    pub fn second_factor(&self, name: &str) -> Option<SecondFactor> {
        let book = self.book();
        let factor = book.second_factors.get(name)?;
        Some(SecondFactor { since: factor.created_at, recovery_left: factor.recovery.len() })
    }

    /// Who must have a second factor.
    #[must_use]
    pub fn required_second_factor(&self) -> Demand {
        self.book().require_second_factor
    }

    /// Demands one of others.
    ///
    /// # Errors
    /// The log cannot be written.
    pub async fn require_second_factor(&self, by: &Principal, demand: Demand) -> Result<(), StateError> {
        self.change(Some(by), move |_| Ok((Fact::RequireSecondFactor(demand), ()))).await
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
    ///
    /// # Errors
    /// No such user, or one that has a second factor already.
    pub async fn confirm_second_factor(
        &self,
        name: &str,
        enrolment: &Enrolment,
        code: &str,
    ) -> Result<Option<Vec<Secret>>, StateError> {
        let now = self.shared.clock.now();
        let Some(last_step) = totp::step_of(enrolment.secret.reveal(), code, now) else {
            return Ok(None);
        };
        let (codes, recovery) = recovery_codes();
        let (user, secret) = (name.to_owned(), enrolment.secret.clone());
        self.change(None, move |book| {
            let known = book.users.get(&user).ok_or_else(|| super::users::no_user(&user))?;
            if known.outside.is_some() {
                return Err(StateError::Invalid("whoever logs in elsewhere has the second factor there".to_owned()));
            }
            if book.second_factors.contains_key(&user) {
                return Err(StateError::Exists("a second factor; switch it off first".to_owned()));
            }
            let factor = SecondFactorFact { user, secret, recovery, last_step, created_at: now };
            Ok((Fact::SecondFactor(factor), Some(codes)))
        })
        .await
    }

    /// Makes new recovery codes for a user with the password; the old ones are void. `None`
    /// when the password is wrong.
    ///
    /// # Errors
    /// The user has no second factor.
    pub async fn renew_recovery_codes(&self, name: &str, password: &Secret) -> Result<Option<Vec<Secret>>, StateError> {
        if !self.is_password(name, password).await {
            return Ok(None);
        }
        let (codes, recovery) = recovery_codes();
        let user = name.to_owned();
        self.change(None, move |book| {
            let factor = find(book, &user)?;
            Ok((Fact::SecondFactor(SecondFactorFact { recovery, ..factor }), Some(codes)))
        })
        .await
    }

    /// Switches a user's own second factor off, with the password; whether that was right.
    ///
    /// # Errors
    /// The user has none.
    pub async fn switch_off_second_factor(&self, name: &str, password: &Secret) -> Result<bool, StateError> {
        if !self.is_password(name, password).await {
            return Ok(false);
        }
        let user = name.to_owned();
        self.change(None, move |book| find(book, &user).map(|factor| (Fact::SecondFactorOff(factor.user), true))).await
    }

    /// Takes the second factor of someone who lost it away.
    ///
    /// # Errors
    /// No such user, or one without.
    pub async fn reset_second_factor(&self, by: &Principal, name: &str) -> Result<(), StateError> {
        let name = name.trim().to_owned();
        self.change(Some(by), move |book| find(book, &name).map(|factor| (Fact::SecondFactorOff(factor.user), ())))
            .await
    }

    /// Checks name and password. `None` when they do not match: which of the two was wrong is
    /// not said. Slow by design, off the async threads.
    ///
    /// # Errors
    /// The log cannot be written.
    pub async fn first_step(&self, name: &str, password: &Secret) -> Result<Option<FirstStep>, StateError> {
        let Some(hash) = self.checked_password(name, password).await else {
            return Ok(None);
        };
        let name = name.trim();
        if self.book().second_factors.contains_key(name) {
            let text = format!("{}\n{name}", random::hex(&random::hash(hash.reveal())));
            return Ok(Some(FirstStep::Code(self.seal_ticket("login", &text, LOGIN_CODE_TIME))));
        }
        let login = self.open_login(name.to_owned(), hash).await?;
        Ok(login.map(|(cookie, login)| FirstStep::In(cookie, Box::new(login))))
    }

    /// Whose pass this is, while it is good.
    #[must_use]
    pub fn pass_of(&self, pass: &str) -> Option<String> {
        self.read_pass(pass).map(|(user, _)| user)
    }

    /// Opens a login with a pass of [`State::first_step`] and a code, or a recovery code, which
    /// is then spent. `None` when either is wrong.
    ///
    /// # Errors
    /// The log cannot be written.
    pub async fn second_step(&self, pass: &str, code: &str) -> Result<Option<(Secret, Login)>, StateError> {
        let Some((user, password)) = self.read_pass(pass) else {
            return Ok(None);
        };
        let (now, code, name) = (self.shared.clock.now(), Secret::new(code.trim()), user.clone());
        let spent = self.change(None, move |book| {
            let factor = find(book, &name)?;
            let spent =
                spend(factor, code.reveal(), now).ok_or_else(|| StateError::Invalid("a wrong code".to_owned()))?;
            Ok((Fact::SecondFactor(spent), ()))
        });
        match spent.await {
            Ok(()) => self.open_login(user, password).await,
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

fn find(book: &Book, name: &str) -> Result<SecondFactorFact, StateError> {
    let factor = book.second_factors.get(name);
    factor
        .map(|factor| SecondFactorFact::clone(factor))
        .ok_or_else(|| StateError::NotFound(format!("second factor of {name}")))
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
fn recovery_hash(code: &str) -> Hash {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    random::hash(&plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::domain::Role;

    const PASSWORD: &str = "correct horse battery";

    struct House {
        state: State,
        clock: Clock,
        dir: tempfile::TempDir,
    }

    impl House {
        async fn new() -> Self {
            let clock = Clock::fixed("2026-11-21T02:13:05Z".parse().unwrap());
            let dir = tempfile::tempdir().unwrap();
            let state = open(&dir, &clock);
            state.add_user(&Principal::command_line(), "li", Role::Operator, &Secret::new(PASSWORD)).await.unwrap();
            Self { state, clock, dir }
        }

        fn later(&self, seconds: i64) {
            self.clock.set(self.clock.now() + jiff::SignedDuration::from_secs(seconds));
        }

        async fn pass(&self) -> String {
            match self.state.first_step("li", &Secret::new(PASSWORD)).await.unwrap() {
                Some(FirstStep::Code(pass)) => pass.reveal().to_owned(),
                other => panic!("{other:?}"),
            }
        }

        /// Sets it up; gives the secret and the recovery codes.
        async fn enrol(&self) -> (Secret, Vec<Secret>) {
            let begun = self.state.begin_second_factor("li");
            let code = totp::now(begun.secret.reveal(), self.clock.now());
            let codes = self.state.confirm_second_factor("li", &begun, &code).await.unwrap();
            (begun.secret, codes.expect("the code is right"))
        }
    }

    fn open(dir: &tempfile::TempDir, clock: &Clock) -> State {
        State::open(&dir.path().join("state"), &dir.path().join("keys"), clock.clone()).unwrap()
    }

    #[tokio::test]
    async fn a_code_works_once_and_also_not_again_after_a_restart() {
        let house = House::new().await;
        let (secret, _) = house.enrol().await;
        let code = |at| totp::now(secret.reveal(), at);
        let now = house.clock.now();
        let pass = house.pass().await;
        assert!(house.state.second_step(&pass, &code(now)).await.unwrap().is_none(), "it confirmed the factor");
        house.later(30);
        let code = code(house.clock.now());
        assert!(house.state.second_step(&pass, "000000").await.unwrap().is_none());
        assert!(house.state.second_step(&pass, &code).await.unwrap().is_some());
        assert!(house.state.second_step(&pass, &code).await.unwrap().is_none());
        let House { state, clock, dir } = house;
        drop(state);
        let state = open(&dir, &clock);
        assert!(state.second_step(&pass, &code).await.unwrap().is_none());
        assert_eq!(state.second_factor("li").unwrap().recovery_left, RECOVERY_CODES);
    }

    #[tokio::test]
    async fn of_many_who_send_the_same_code_at_once_one_gets_in() {
        let house = House::new().await;
        let (secret, _) = house.enrol().await;
        house.later(60);
        let (pass, code) = (house.pass().await, totp::now(secret.reveal(), house.clock.now()));
        let tries = (0..8).map(|_| house.state.second_step(&pass, &code));
        let opened = futures_util::future::join_all(tries).await;
        assert_eq!(opened.into_iter().filter(|login| login.as_ref().unwrap().is_some()).count(), 1);
    }

    #[tokio::test]
    async fn a_recovery_code_works_once_however_it_is_typed() {
        let house = House::new().await;
        let (_, codes) = house.enrol().await;
        assert_eq!(codes.len(), RECOVERY_CODES);
        let typed = codes[3].reveal().to_uppercase().replace('-', " ");
        let pass = house.pass().await;
        assert!(house.state.second_step(&pass, &typed).await.unwrap().is_some());
        assert!(house.state.second_step(&pass, codes[3].reveal()).await.unwrap().is_none());
        assert_eq!(house.state.second_factor("li").unwrap().recovery_left, RECOVERY_CODES - 1);
        let renewed = house.state.renew_recovery_codes("li", &Secret::new(PASSWORD)).await.unwrap().unwrap();
        assert!(house.state.second_step(&pass, codes[4].reveal()).await.unwrap().is_none());
        assert!(house.state.second_step(&pass, renewed[4].reveal()).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_pass_is_good_for_minutes_and_for_the_password_it_was_given_for() {
        let house = House::new().await;
        let (_, codes) = house.enrol().await;
        let old = house.pass().await;
        assert_eq!(house.state.pass_of(&old).as_deref(), Some("li"));
        house.later(i64::try_from(LOGIN_CODE_TIME.as_secs()).unwrap());
        assert!(house.state.second_step(&old, codes[0].reveal()).await.unwrap().is_none());
        let pass = house.pass().await;
        let by = Principal::command_line();
        house.state.set_password(&by, "li", &Secret::new("another long password")).await.unwrap();
        assert!(house.state.second_step(&pass, codes[0].reveal()).await.unwrap().is_none());
        assert!(house.state.pass_of("made up").is_none());
    }

    #[tokio::test]
    async fn neither_secret_nor_recovery_codes_stand_in_the_log() {
        let house = House::new().await;
        let (secret, codes) = house.enrol().await;
        let bytes: Vec<u8> = std::fs::read_dir(house.dir.path().join("state"))
            .unwrap()
            .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
            .collect();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(secret.reveal()));
        assert!(codes.iter().all(|code| !text.contains(code.reveal())));
    }

    #[tokio::test]
    async fn it_goes_off_with_the_password_or_by_an_administrator() {
        let house = House::new().await;
        house.enrol().await;
        assert!(!house.state.switch_off_second_factor("li", &Secret::new("wrong")).await.unwrap());
        assert!(house.state.switch_off_second_factor("li", &Secret::new(PASSWORD)).await.unwrap());
        let first = house.state.first_step("li", &Secret::new(PASSWORD)).await.unwrap();
        assert!(matches!(first, Some(FirstStep::In(..))));
        house.enrol().await;
        house.state.reset_second_factor(&Principal::command_line(), "li").await.unwrap();
        assert!(house.state.second_factor("li").is_none());
        assert!(house.state.reset_second_factor(&Principal::command_line(), "li").await.is_err());
    }

    #[tokio::test]
    async fn an_enrolment_is_for_the_user_it_was_begun_for() {
        let house = House::new().await;
        let begun = house.state.begin_second_factor("li");
        assert_eq!(house.state.enrolment("li", &begun.sealed).unwrap().secret, begun.secret);
        assert!(house.state.enrolment("wang", &begun.sealed).is_none());
        assert!(house.state.confirm_second_factor("li", &begun, "12345").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn it_is_owed_by_the_roles_that_must_have_one() {
        let house = House::new().await;
        let owes = || house.state.owes_second_factor(&house.state.users()[0]);
        for (demand, owed) in
            [(Demand::None, false), (Demand::Admin, false), (Demand::Operator, true), (Demand::All, true)]
        {
            house.state.require_second_factor(&Principal::command_line(), demand).await.unwrap();
            assert_eq!(owes(), owed, "{demand:?}");
        }
        house.enrol().await;
        assert!(!owes());
    }
}
