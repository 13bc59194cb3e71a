//! Time-based one-time passwords (RFC 6238) as every authenticator makes them: HMAC-SHA-1, six
//! digits, steps of thirty seconds. SHA-1 is what the applications on phones compute; its
//! weakness against collisions does not matter to an HMAC.
//!
//! Pure: that a code works once is the business of [`super::second_factor`].

use jiff::Timestamp;
use ring::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use subtle::ConstantTimeEq;

/// Seconds of one step.
const STEP: i64 = 30;
/// Steps before and after the present one whose codes count: clocks of phones differ, and
/// typing takes time.
const SLACK: u64 = 1;
const DIGITS: usize = 6;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step whose code this is, near `now`; `None` when it is nobody's. Blanks do not count.
pub(super) fn step_of(secret: &str, code: &str, now: Timestamp) -> Option<u64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != DIGITS {
        return None;
    }
    let secret = from_base32(secret)?;
    let present = step_at(now);
    // All are compared, so that the time does not tell which one it was.
    let steps = present.saturating_sub(SLACK)..=present + SLACK;
    steps.filter(|step| bool::from(code_of(&secret, *step).as_bytes().ct_eq(code.as_bytes()))).max()
}

/// The code of this moment.
#[cfg(test)]
pub(crate) fn now(secret: &str, at: Timestamp) -> String {
    code_of(&from_base32(secret).expect("a secret of ours"), step_at(at))
}

fn step_at(t: Timestamp) -> u64 {
    u64::try_from(t.as_second().div_euclid(STEP)).unwrap_or(0)
}

/// RFC 4226, section 5.3.
fn code_of(secret: &[u8], step: u64) -> String {
    let key = Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let at = usize::from(bytes[bytes.len() - 1] & 0x0f);
    let number = u32::from_be_bytes([bytes[at] & 0x7f, bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    format!("{:06}", number % 1_000_000)
}

/// RFC 4648 without padding; of whole groups of five bytes, as all of ours are.
pub(super) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for group in bytes.chunks(5) {
        let mut whole = [0; 5];
        whole[..group.len()].copy_from_slice(group);
        let bits = whole.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let letters = (group.len() * 8).div_ceil(5);
        text.extend((0..letters).map(|i| char::from(ALPHABET[(bits >> (35 - 5 * i) & 31) as usize])));
    }
    text
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut held, mut bytes) = (0_u64, 0, Vec::with_capacity(text.len() * 5 / 8));
    for letter in text.bytes() {
        let value = ALPHABET.iter().position(|known| *known == letter.to_ascii_uppercase())?;
        bits = bits << 5 | value as u64;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn the_codes_are_those_of_the_rfc() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let at = Timestamp::from_second(seconds).unwrap();
            assert_eq!(code_of(SECRET, step_at(at)), code, "{seconds}");
            assert_eq!(step_of(&base32(SECRET), code, at), Some(step_at(at)));
        }
    }

    #[test]
    fn a_clock_may_be_off_by_one_step_and_no_more() {
        let (secret, at) = (base32(SECRET), Timestamp::from_second(1_111_111_111).unwrap());
        let code = |steps: i64| now(&secret, Timestamp::from_second(1_111_111_111 + steps * STEP).unwrap());
        for (steps, taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            assert_eq!(step_of(&secret, &code(steps), at).is_some(), taken, "{steps}");
        }
        let spaced = format!(" {} {}", &code(0)[..3], &code(0)[3..]);
        assert!(step_of(&secret, &spaced, at).is_some());
        for wrong in ["", "12345", "1234567", "abcdef", "+12345"] {
            assert_eq!(step_of(&secret, wrong, at), None, "{wrong}");
        }
    }

    #[test]
    fn base32_is_that_of_the_rfc() {
        for (plain, text) in [("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB")]
        {
            assert_eq!(base32(plain.as_bytes()), text);
            assert_eq!(from_base32(text).unwrap(), plain.as_bytes());
        }
        assert_eq!(from_base32("MZXW1"), None);
    }
}
