//! Passwords: argon2id, off the async threads, a few at a time.
//!
//! 19 MiB, two passes, one lane: the first choice of OWASP's cheat sheet for a small server. A
//! name that nobody has is checked against a fixed hash, so that it costs the same time as one
//! that somebody has.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::random;
use crate::domain::Secret;
use crate::limits::PASSWORD_CHECKS;

/// A hash of nothing anybody could type, with the parameters of every other one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$cmluZ2JhY2stbm9ib2R5$0M5ZP3vXyGm1J0gn9QYVdEq4sFjL7uTbKcRw2HxNaoI";

/// Hashes and checks passwords.
#[derive(Debug)]
pub(super) struct Passwords {
    places: Arc<Semaphore>,
}

impl Passwords {
    pub(super) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(PASSWORD_CHECKS)) }
    }

    /// The hash of a password, as a PHC text.
    pub(super) async fn hash(&self, password: &Secret) -> String {
        let password = password.clone();
        self.run(move || {
            let salt: [u8; 16] = random::bytes();
            let hash = argon2().hash_password_with_salt(password.reveal().as_bytes(), &salt);
            hash.expect("fixed parameters and a bounded password").to_string()
        })
        .await
    }

    /// Whether `password` is the one of `hash`; `None` takes the same time and is never right.
    pub(super) async fn check(&self, password: &Secret, hash: Option<&str>) -> bool {
        let known = hash.is_some();
        let hash = hash.unwrap_or(NOBODY).to_owned();
        let password = password.clone();
        let right = self
            .run(move || {
                PasswordHash::new(&hash)
                    .is_ok_and(|hash| argon2().verify_password(password.reveal().as_bytes(), &hash).is_ok())
            })
            .await;
        known && right
    }

    /// Waits for a place, then works on a thread that may block.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let place = Arc::clone(&self.places).acquire_owned().await.expect("the semaphore is never closed");
        let done = spawn_blocking(move || {
            let _place = place;
            work()
        });
        match done.await {
            Ok(value) => value,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("these parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let passwords = Passwords::new();
        let hash = passwords.hash(&Secret::new("correct horse")).await;
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.check(&Secret::new("correct horse"), Some(&hash)).await);
        assert!(!passwords.check(&Secret::new("correct house"), Some(&hash)).await);
        assert!(!passwords.check(&Secret::new("correct horse"), None).await);
    }

    #[test]
    fn the_hash_of_nobody_can_be_read_and_costs_what_others_cost() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        let params = Params::try_from(&hash).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (19_456, 2, 1));
        assert!(hash.hash.is_some());
    }
}
