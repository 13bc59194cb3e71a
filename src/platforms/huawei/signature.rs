//! How a push is signed: the recipes, the header, and the signer.
//!
//! ```text
//! Authorization: AKSK realm="SDP",profile="UsernameToken",type="Appkey"
//! X-AKSK: UsernameToken Username="<APP_Key>", PasswordDigest="…", Nonce="…", Created="…"
//! ```
//!
//! The manuals of products and years name different digests; [`Recipe`] has all that were seen. Verifier
//! and simulator use the same signer. Secrets leave only as digests.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::domain::vocabulary;

vocabulary! {
    /// How a digest is made. `n` is the nonce, `c` the time of creation, `k` the app secret.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Recipe {
        /// `Base64(HMAC(k, n c))`: 隐私保护通话 since 2024, and requests to the platform.
        Aksk "aksk",
        /// `Base64(HMAC(k, url n c))`: 语音通话, manuals of 2022 and 2023.
        AkskUrl "aksk-url",
        /// `Base64(HMAC(k, url \n n \n c))`: 语音通话 since 2025.
        AkskUrlLines "aksk-url-lines",
        /// `Base64(SHA-256(n c k))`: 隐私保护通话 before 2025.
        Wsse "wsse",
        /// `Base64(hex(SHA-256(n c k)))`, lower case: seen in clients of 语音通话.
        WsseHex "wsse-hex",
        WsseHexUpper "wsse-hex-upper",
    }
}

impl Recipe {
    /// What `X-AKSK` may hold.
    pub const AKSK: [Self; 3] = [Self::Aksk, Self::AkskUrl, Self::AkskUrlLines];
    /// What `X-WSSE` may hold.
    pub const WSSE: [Self; 3] = [Self::Wsse, Self::WsseHex, Self::WsseHexUpper];

    /// Whether the address is part of the digest.
    #[must_use]
    pub fn covers_url(self) -> bool {
        matches!(self, Self::AkskUrl | Self::AkskUrlLines)
    }

    /// The scheme in `Authorization` and the header (lower case) of the digest.
    fn scheme(self) -> (&'static str, &'static str) {
        match self {
            Self::Aksk | Self::AkskUrl | Self::AkskUrlLines => ("AKSK", "x-aksk"),
            Self::Wsse | Self::WsseHex | Self::WsseHexUpper => ("WSSE", "x-wsse"),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The whole address that is pushed to, as configured at the platform. Only some recipes
    /// cover it.
    pub url: &'a str,
    /// 1 to 128 digits and letters.
    pub nonce: &'a str,
    /// `2018-02-12T15:30:20Z`.
    pub created: &'a str,
}

/// The two headers of a signed push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureHeaders {
    /// The value of `Authorization`.
    pub authorization: String,
    /// The name of the other header, in lower case: `x-aksk` or `x-wsse`.
    pub name: &'static str,
    pub value: String,
}

/// Signs a push as the platform does.
#[must_use]
pub fn sign(recipe: Recipe, app_key: &str, app_secret: &str, signed: &Signed<'_>) -> SignatureHeaders {
    let (scheme, name) = recipe.scheme();
    let digest = digest(recipe, app_secret, signed);
    let Signed { nonce, created, .. } = signed;
    SignatureHeaders {
        authorization: format!(r#"{scheme} realm="SDP",profile="UsernameToken",type="Appkey""#),
        name,
        value: format!(
            r#"UsernameToken Username="{app_key}", PasswordDigest="{digest}", Nonce="{nonce}", Created="{created}""#
        ),
    }
}

/// The `PasswordDigest`.
pub(super) fn digest(recipe: Recipe, app_secret: &str, signed: &Signed<'_>) -> String {
    let Signed { url, nonce, created } = signed;
    match recipe {
        Recipe::Aksk => hmac(app_secret, &[nonce, created]),
        Recipe::AkskUrl => hmac(app_secret, &[url, nonce, created]),
        Recipe::AkskUrlLines => hmac(app_secret, &[url, "\n", nonce, "\n", created]),
        Recipe::Wsse => STANDARD.encode(sha256(&[nonce, created, app_secret])),
        Recipe::WsseHex => STANDARD.encode(hex(&sha256(&[nonce, created, app_secret]))),
        Recipe::WsseHexUpper => STANDARD.encode(hex(&sha256(&[nonce, created, app_secret])).to_uppercase()),
    }
}

fn hmac(key: &str, parts: &[&str]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part.as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

fn sha256(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The parts of a signature header by key: separators, blanks, order and quotes vary.
#[derive(Debug, Default)]
pub(super) struct Parts<'a> {
    pub(super) username: Option<&'a str>,
    pub(super) digest: Option<&'a str>,
    pub(super) nonce: Option<&'a str>,
    pub(super) created: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// Reads a header's value. The first of repeated parts counts.
    pub(super) fn read(header: &'a str) -> Self {
        let mut parts = Self::default();
        let mut rest = header;
        while let Some((before, after)) = rest.split_once('=') {
            // `UsernameToken Username`, `, Nonce`: the key is the last word before the sign.
            let key = before.trim_end().rsplit([' ', '\t', ',', ';']).next().unwrap_or_default();
            let (value, remaining) = value(after.trim_start());
            rest = remaining;
            let slot = match key.to_ascii_lowercase().as_str() {
                "username" => &mut parts.username,
                "passworddigest" => &mut parts.digest,
                "nonce" => &mut parts.nonce,
                "created" => &mut parts.created,
                _ => continue,
            };
            if slot.is_none() && !value.is_empty() {
                *slot = Some(value);
            }
        }
        parts
    }
}

/// A value and the rest. Base64 ends in `=`, so an unquoted value ends only at a separator.
fn value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            let (value, rest) = inner.split_once(quote).unwrap_or((inner, ""));
            return (value.trim(), rest);
        }
    }
    let end = text.find([',', ';', ' ', '\t']).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "made-up-app-secret-0123456789abcd";
    const SIGNED: Signed<'_> = Signed {
        url: "https://a.example/x",
        nonce: "66C92B11FF8A425FB8D4CCFE0ED9ED1F",
        created: "2018-02-12T15:30:20Z",
    };

    #[test]
    fn the_digests_are_those_of_the_test_vectors() {
        assert_eq!(digest(Recipe::Aksk, SECRET, &SIGNED), "X8fArIXYPKItfnjJvd6JE13pXPm1RfaPaHv5OMxlFSc=");
        assert_eq!(digest(Recipe::Wsse, SECRET, &SIGNED), "XuAC7LPUT/RzI5oK1Wf+hhlUHRrcDlMd0I8khIwli+U=");
    }

    #[test]
    fn the_hex_recipes_wrap_the_hex_text_of_the_plain_one() {
        let raw = STANDARD.decode(digest(Recipe::Wsse, SECRET, &SIGNED)).expect("Base64");
        let lower = STANDARD.decode(digest(Recipe::WsseHex, SECRET, &SIGNED)).expect("Base64");
        let upper = STANDARD.decode(digest(Recipe::WsseHexUpper, SECRET, &SIGNED)).expect("Base64");
        assert_eq!(String::from_utf8(lower).expect("hex"), hex(&raw));
        assert_eq!(String::from_utf8(upper).expect("hex"), hex(&raw).to_uppercase());
    }

    fn check(header: &str) {
        let parts = Parts::read(header);
        assert_eq!(parts.username, Some("key"), "{header}");
        assert_eq!(parts.digest, Some("ab+/=="), "{header}");
        assert_eq!(parts.nonce, Some("66C9"), "{header}");
        assert_eq!(parts.created, Some("2018-02-12T15:30:20Z"), "{header}");
    }

    #[test]
    fn a_header_is_read_by_key_whatever_its_dress() {
        check(r#"UsernameToken Username="key", PasswordDigest="ab+/==", Nonce="66C9", Created="2018-02-12T15:30:20Z""#);
        check(r#"UsernameToken Username="key",PasswordDigest="ab+/==",Nonce="66C9",Created="2018-02-12T15:30:20Z""#);
        check(r#"Created = "2018-02-12T15:30:20Z"; nonce='66C9';PasswordDigest="ab+/==" , USERNAME="key""#);
        check("UsernameToken Username=key,PasswordDigest=ab+/==,Nonce=66C9,Created=2018-02-12T15:30:20Z");
        check(r#"UsernameToken Username="key" PasswordDigest="ab+/==" Nonce="66C9" Created="2018-02-12T15:30:20Z""#);
        check(r#"Username="key",Username="other",PasswordDigest="ab+/==",Nonce="66C9",Created="2018-02-12T15:30:20Z"#);
    }

    #[test]
    fn a_header_of_anything_else_has_no_parts() {
        for header in ["", "UsernameToken", "=", "====", "\"=\"", "Nonce=", "Nonce=\"", "a=b,c"] {
            let parts = Parts::read(header);
            assert!(parts.username.is_none() && parts.digest.is_none() && parts.nonce.is_none(), "{header}");
        }
    }
}
