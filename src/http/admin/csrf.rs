//! The CSRF token as a page carries it.
//!
//! A login has one token. Each page carries it under its own random pad, so that no two pages hold the
//! same bytes: pages are compressed, and a constant could be guessed from their lengths.
//!
//! ```text
//! field = base64(pad ‖ pad ⊕ token)
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use crate::domain::Secret;
use crate::state::random;

const LENGTH: usize = 32;

pub(crate) fn field(token: &Secret) -> String {
    let token = bytes(token);
    let mut field = random::bytes::<LENGTH>().to_vec();
    for n in 0..LENGTH {
        field.push(field[n] ^ token.get(n).copied().unwrap_or_default());
    }
    URL_SAFE_NO_PAD.encode(field)
}

pub(crate) fn carries(token: &Secret, field: &str) -> bool {
    let (token, field) = (bytes(token), URL_SAFE_NO_PAD.decode(field).unwrap_or_default());
    let Some((pad, padded)) = field.split_at_checked(LENGTH) else { return false };
    let found: Vec<u8> = pad.iter().zip(padded).map(|(pad, byte)| pad ^ byte).collect();
    token.len() == LENGTH && padded.len() == LENGTH && bool::from(found.ct_eq(&token))
}

fn bytes(token: &Secret) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(token.reveal()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_carries_the_token_in_other_bytes_and_no_other_token() {
        let token = |byte: u8| Secret::new(URL_SAFE_NO_PAD.encode([byte; LENGTH]));
        let (one, two) = (field(&token(7)), field(&token(7)));
        assert_ne!(one[..40], two[..40]);
        assert_ne!(one[60..], two[60..]);
        assert!(carries(&token(7), &one) && carries(&token(7), &two));
        assert!(!carries(&token(8), &one));
        for wrong in ["", "AAAA", token(7).reveal(), &one[..40], &format!("{one}AAAA")] {
            assert!(!carries(&token(7), wrong), "{wrong}");
            assert!(!carries(&Secret::new(""), wrong), "{wrong}");
        }
    }
}
