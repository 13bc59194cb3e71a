//! How Huawei wants to be asked: AKSK today, WSSE before the end of 2024 and at gateways that are
//! not renewed.
//!
//! | scheme | digest, in Base64 |
//! | --- | --- |
//! | AKSK | HMAC-SHA256(APP_Secret, Nonce ‖ Created) |
//! | WSSE | SHA-256(Nonce ‖ Created ‖ APP_Secret) |
//!
//! `Created` is UTC to the second. The nonce must be new and need not be secret: the key is what
//! nobody else has.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::domain::Secret;
use crate::platforms::outbound::Scheme;

/// `Authorization` and its companion.
pub(super) fn headers(scheme: Scheme, key: &str, secret: &Secret, now: Timestamp) -> [(&'static str, String); 2] {
    let nonce = format!("{:032x}", fastrand::u128(..));
    signed(scheme, key, secret, &nonce, &now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn signed(scheme: Scheme, key: &str, secret: &Secret, nonce: &str, created: &str) -> [(&'static str, String); 2] {
    let secret = secret.reveal().as_bytes();
    let (word, name, digest) = match scheme {
        Scheme::Aksk => {
            let mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
            let mac = mac.chain_update(nonce).chain_update(created);
            ("AKSK", "x-aksk", STANDARD.encode(mac.finalize().into_bytes()))
        }
        Scheme::Wsse => {
            let hash = Sha256::new().chain_update(nonce).chain_update(created).chain_update(secret);
            ("WSSE", "x-wsse", STANDARD.encode(hash.finalize()))
        }
    };
    let token =
        format!("UsernameToken Username=\"{key}\",PasswordDigest=\"{digest}\",Nonce=\"{nonce}\",Created=\"{created}\"");
    [("authorization", format!("{word} realm=\"SDP\",profile=\"UsernameToken\",type=\"Appkey\"")), (name, token)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_schemes_give_the_digests_of_the_worked_example() {
        let secret = Secret::new("made-up-app-secret-0123456789abcd");
        for (scheme, word, name, digest) in [
            (Scheme::Aksk, "AKSK ", "x-aksk", "X8fArIXYPKItfnjJvd6JE13pXPm1RfaPaHv5OMxlFSc="),
            (Scheme::Wsse, "WSSE ", "x-wsse", "XuAC7LPUT/RzI5oK1Wf+hhlUHRrcDlMd0I8khIwli+U="),
        ] {
            let nonce = "66C92B11FF8A425FB8D4CCFE0ED9ED1F";
            let [authorization, token] = signed(scheme, "key", &secret, nonce, "2018-02-12T15:30:20Z");
            assert!(authorization.1.starts_with(word), "{}", authorization.1);
            assert_eq!(token.0, name);
            assert!(token.1.contains(&format!("PasswordDigest=\"{digest}\"")), "{}", token.1);
        }
    }

    #[test]
    fn every_request_has_a_nonce_of_its_own_and_the_time_in_utc() {
        let now = "2026-11-21T02:20:00.9Z".parse().unwrap();
        let token = || headers(Scheme::Aksk, "key", &Secret::new("s"), now)[1].1.clone();
        let (one, other) = (token(), token());
        assert_ne!(one, other);
        assert!(one.ends_with("Created=\"2026-11-21T02:20:00Z\""), "{one}");
    }
}
