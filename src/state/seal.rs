//! Seals the secrets that must be read again: app tokens and app secrets.
//!
//! ChaCha20-Poly1305 with a random nonce; the text that names the place of a value is bound to
//! it, so that a sealed value moved to another place does not open. The key is a file of its
//! own, `keys/seal` (0600, 64 hexadecimal digits), made once: a copy of `state/` without
//! `keys/` tells no secret. What never has to be read again (passwords, cookies, API tokens) is
//! hashed instead and never comes here.
//!
//! ```text
//! base64( nonce 12 │ ciphertext │ tag 16 )
//! ```

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::StateError;
use super::random;
use crate::domain::Secret;

const KEY_BYTES: usize = 32;

pub(super) struct SealKey {
    key: LessSafeKey,
    path: PathBuf,
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealKey").field("path", &self.path).finish_non_exhaustive()
    }
}

impl SealKey {
    /// Reads the key in `keys`; makes one when there is none and nothing was sealed yet.
    pub(super) fn open(keys: &Path, something_is_sealed: bool) -> Result<Self, StateError> {
        let path = keys.join("seal");
        let bytes = match fs::read_to_string(&path) {
            Ok(text) => parse(&text).ok_or_else(|| StateError::BadKey { path: path.clone() })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if something_is_sealed {
                    return Err(StateError::NoKey { path });
                }
                make(keys, &path).map_err(|source| StateError::Key { path: path.clone(), source })?
            }
            Err(source) => return Err(StateError::Key { path, source }),
        };
        let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes).expect("the key has the length of the cipher's key");
        Ok(Self { key: LessSafeKey::new(key), path })
    }

    /// Seals `secret` for `place`.
    pub(super) fn seal(&self, place: &str, secret: &Secret) -> String {
        let nonce: [u8; NONCE_LEN] = random::bytes();
        let mut text = secret.reveal().as_bytes().to_vec();
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), &mut text)
            .expect("a secret is far shorter than the cipher's limit");
        let mut sealed = nonce.to_vec();
        sealed.append(&mut text);
        STANDARD_NO_PAD.encode(sealed)
    }

    /// Opens what [`SealKey::seal`] made for the same place.
    pub(super) fn unseal(&self, place: &str, sealed: &str) -> Result<Secret, StateError> {
        self.try_unseal(place, sealed).ok_or_else(|| StateError::WrongKey { path: self.path.clone() })
    }

    fn try_unseal(&self, place: &str, sealed: &str) -> Option<Secret> {
        let sealed = STANDARD_NO_PAD.decode(sealed).ok()?;
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let mut text = text.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let open = self.key.open_in_place(nonce, Aad::from(place), &mut text).ok()?;
        Some(Secret::new(std::str::from_utf8(open).ok()?))
    }
}

/// Makes a key and returns only when it is whole on disk: a value sealed with a key that a
/// power failure took is lost.
fn make(keys: &Path, path: &Path) -> io::Result<[u8; KEY_BYTES]> {
    DirBuilder::new().recursive(true).mode(0o700).create(keys)?;
    let bytes: [u8; KEY_BYTES] = random::bytes();
    let unfinished = keys.join("seal.unfinished");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    writeln!(file, "{}", random::hex(&bytes))?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    fs::File::open(keys)?.sync_all()?;
    Ok(bytes)
}

fn parse(text: &str) -> Option<[u8; KEY_BYTES]> {
    random::from_hex(text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_at_its_own_place_only() {
        let keys = tempfile::tempdir().unwrap();
        let key = SealKey::open(keys.path(), false).unwrap();
        let sealed = key.seal("app/1/token", &Secret::new("abcdefghijklmnop"));
        assert!(!sealed.contains("abcdefgh"));
        assert_eq!(key.unseal("app/1/token", &sealed).unwrap().reveal(), "abcdefghijklmnop");
        assert!(matches!(key.unseal("app/2/token", &sealed), Err(StateError::WrongKey { .. })));
        assert!(matches!(key.unseal("app/1/token", "AAAA"), Err(StateError::WrongKey { .. })));
    }

    #[test]
    fn the_key_is_made_once_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let keys = dir.path().join("keys");
        let sealed = SealKey::open(&keys, false).unwrap().seal("here", &Secret::new("x"));
        assert_eq!(fs::metadata(keys.join("seal")).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(SealKey::open(&keys, true).unwrap().unseal("here", &sealed).unwrap().reveal(), "x");
    }

    #[test]
    fn a_lost_key_is_not_replaced_while_something_is_sealed_with_it() {
        let keys = tempfile::tempdir().unwrap();
        assert!(matches!(SealKey::open(keys.path(), true), Err(StateError::NoKey { .. })));
        assert!(!keys.path().join("seal").exists());
        fs::write(keys.path().join("seal"), "not a key").unwrap();
        assert!(matches!(SealKey::open(keys.path(), true), Err(StateError::BadKey { .. })));
    }
}
