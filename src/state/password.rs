//! Passwords: argon2id, off the async threads, a few at a time.
//!
//! 19 MiB, two passes, one lane: the first choice of OWASP's cheat sheet for a small server. A
//! name that nobody has is checked against a fixed hash, so that it costs the same time as one
//! that somebody has.
//!
//! The 19 MiB are taken once for each place and used again. Taken and freed for each password,
//! on whichever thread, they stay with the allocator: it keeps an arena for every thread, and
//! thirty failed logins cost 250 MB for good.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq;
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
    memory: Arc<Memory>,
}

/// What argon2 works in: as many as there were passwords at once, for as long as we live.
#[derive(Debug, Default)]
struct Memory(Mutex<Vec<Vec<Block>>>);

impl Memory {
    /// Lends one out; no two are larger together than their places.
    fn with<T>(&self, work: impl FnOnce(&mut Vec<Block>) -> T) -> T {
        let free = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut blocks = free().pop().unwrap_or_default();
        let done = work(&mut blocks);
        free().push(blocks);
        done
    }
}

impl Passwords {
    pub(super) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(PASSWORD_CHECKS)), memory: Arc::default() }
    }

    /// The hash of a password, as a PHC text.
    pub(super) async fn hash(&self, password: &Secret) -> String {
        let password = password.clone();
        self.run(move |memory| {
            let salt: [u8; 16] = random::bytes();
            hashed(password.reveal().as_bytes(), &salt, memory).expect("fixed parameters and a bounded password")
        })
        .await
    }

    /// Whether `password` is the one of `hash`; `None` takes the same time and is never right.
    pub(super) async fn check(&self, password: &Secret, hash: Option<&str>) -> bool {
        let known = hash.is_some();
        let hash = hash.unwrap_or(NOBODY).to_owned();
        let password = password.clone();
        let right = self.run(move |memory| is_of(password.reveal().as_bytes(), &hash, memory).unwrap_or(false)).await;
        known && right
    }

    /// Waits for a place, then works on a thread that may block.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut Vec<Block>) -> T + Send + 'static) -> T {
        let place = Arc::clone(&self.places).acquire_owned().await.expect("the semaphore is never closed");
        let memory = Arc::clone(&self.memory);
        let done = spawn_blocking(move || {
            let _place = place;
            memory.with(work)
        });
        match done.await {
            Ok(value) => value,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

fn hashed(password: &[u8], salt: &[u8], memory: &mut Vec<Block>) -> argon2::password_hash::Result<String> {
    let params = Params::new(19 * 1024, 2, 1, None)?;
    let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
    fill(Algorithm::Argon2id, Version::V0x13, params.clone(), (password, salt), &mut out, memory)?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params)?,
        salt: Some(Salt::new(salt)?),
        hash: Some(Output::new(&out)?),
    };
    Ok(hash.to_string())
}

/// Whether a PHC text is of this password, by the parameters that it names.
fn is_of(password: &[u8], hash: &str, memory: &mut Vec<Block>) -> argon2::password_hash::Result<bool> {
    let hash = PasswordHash::new(hash)?;
    let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else { return Ok(false) };
    let algorithm = Algorithm::try_from(hash.algorithm.as_str())?;
    let version = hash.version.map(Version::try_from).transpose()?.unwrap_or_default();
    let params = Params::try_from(&hash)?;
    let mut out = [0; Output::MAX_LENGTH];
    let out = &mut out[..expected.len()];
    fill(algorithm, version, params, (password, salt), out, memory)?;
    Ok(bool::from(out.ct_eq(expected.as_bytes())))
}

fn fill(
    algorithm: Algorithm,
    version: Version,
    params: Params,
    (password, salt): (&[u8], &[u8]),
    out: &mut [u8],
    memory: &mut Vec<Block>,
) -> argon2::password_hash::Result<()> {
    let blocks = params.block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::new());
    }
    let argon2 = Argon2::new(algorithm, version, params);
    Ok(argon2.hash_password_into_with_memory(password, salt, out, &mut memory[..blocks])?)
}

#[cfg(test)]
mod tests {
    use argon2::{PasswordHasher, PasswordVerifier};

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

    /// Installations have hashes that the crate's own functions made.
    #[tokio::test]
    async fn hashes_are_those_of_everybody_else() {
        let passwords = Passwords::new();
        let theirs = Argon2::default().hash_password_with_salt(b"correct horse", b"ringback-anybody").unwrap();
        assert!(passwords.check(&Secret::new("correct horse"), Some(&theirs.to_string())).await);
        let older = Params::new(4_096, 3, 1, Some(16)).unwrap();
        let older = Argon2::new(Algorithm::Argon2i, Version::V0x10, older);
        let older = older.hash_password_with_salt(b"correct horse", b"ringback-anybody").unwrap();
        assert!(passwords.check(&Secret::new("correct horse"), Some(&older.to_string())).await);
        assert!(!passwords.check(&Secret::new("correct house"), Some(&older.to_string())).await);
        let ours = passwords.hash(&Secret::new("correct horse")).await;
        let ours = PasswordHash::new(&ours).unwrap();
        assert!(Argon2::default().verify_password(b"correct horse", &ours).is_ok());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn the_memory_of_a_check_is_used_again() {
        let passwords = Arc::new(Passwords::new());
        let wrong = |n: usize| {
            let passwords = passwords.clone();
            tokio::spawn(async move { passwords.check(&Secret::new(format!("wrong {n}")), None).await })
        };
        for check in (0..8).map(wrong).collect::<Vec<_>>() {
            assert!(!check.await.unwrap());
        }
        let kept: Vec<usize> = passwords.memory.0.lock().unwrap().iter().map(Vec::len).collect();
        assert!((1..=PASSWORD_CHECKS).contains(&kept.len()) && kept.iter().all(|len| *len == 19_456), "{kept:?}");
    }

    #[test]
    fn the_hash_of_nobody_can_be_read_and_costs_what_others_cost() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        let params = Params::try_from(&hash).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (19_456, 2, 1));
        assert!(hash.hash.is_some());
    }
}
