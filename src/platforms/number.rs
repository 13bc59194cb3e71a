//! A number where a platform writes an address: `sip:+8613800000021@ims.example;user=phone`.
//!
//! The gateway of an operator passes on what its network calls a party: a `sip:`, `sips:` or
//! `tel:` address, perhaps in angle brackets behind a name. The number is the part before the
//! `@`, without parameters; the rest says which network it came from. What is no number there
//! (`sip:anonymous@anonymous.invalid`) stays as it was sent. The text is kept in the callback.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::domain::PhoneNumber;

/// Reads a number as any platform writes one; `None` when there is none.
pub(in crate::platforms) fn read(text: &str) -> Option<PhoneNumber> {
    let number = user(text).filter(|user| is_number(user));
    PhoneNumber::parse(number.as_deref().unwrap_or(text))
}

/// The part of an address that names the party.
fn user(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    // `"Name" <sip:…>;tag=1`
    let address = match text.split_once('<') {
        Some((_, inner)) => inner.split_once('>').map_or(inner, |(inner, _)| inner).trim(),
        None => text,
    };
    let (scheme, rest) = address.split_once(':').unwrap_or(("", address));
    let is_scheme = ["sip", "sips", "tel"].iter().any(|known| scheme.trim().eq_ignore_ascii_case(known));
    // Somebody may have cut off the scheme, and only then.
    let rest = if is_scheme { rest } else { address.contains('@').then_some(address)? };
    let user = rest.split(['@', ';', '?', ':']).next().unwrap_or_default();
    Some(percent_decode_str(user.trim()).decode_utf8_lossy())
}

/// Digits as RFC 3966 writes them, and the stars of a number that the platform masked.
fn is_number(user: &str) -> bool {
    let digits = user.strip_prefix('+').unwrap_or(user);
    digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'(' | b')' | b' ' | b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sent: &str, number: &str) {
        assert_eq!(read(sent).expect("a number").reveal(), number, "{sent}");
    }

    #[test]
    fn the_number_of_an_address_is_read_and_the_network_left_out() {
        for sent in [
            "sip:+8613800000021@ims.mnc000.mcc460.3gppnetwork.org",
            "SIP:13800000021@10.0.0.1:5060;transport=udp",
            "sips:+86-138-0000-0021;phone-context=x@host;user=phone?subject=a",
            "tel:+86-138-0000-0021",
            "tel:13800000021;phone-context=+86",
            "\"张三\" <sip:+8613800000021@host>;tag=88",
            "<tel:+8613800000021>",
            "sip:%2B8613800000021@host",
            "+8613800000021@ims.example",
            "13800000021",
        ] {
            check(sent, "+8613800000021");
        }
        check("tel:10086", "10086");
        check("sip:+86138****0021@host", "+86138****0021");
    }

    #[test]
    fn what_names_no_number_stays_as_it_was_sent() {
        for sent in ["sip:anonymous@anonymous.invalid", "anonymous", "alice@example.com", "sip:", "<>", "a:b"] {
            check(sent, sent);
        }
        assert_eq!(read("  "), None);
    }
}
