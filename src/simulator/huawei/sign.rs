//! Signs pushes as Huawei does, in each recipe that its pages have described over the years.
//!
//! | recipe | digest | `Created` |
//! | --- | --- | --- |
//! | `Aksk` | HMAC-SHA256(secret, nonce + created) | UTC |
//! | `AkskUrl` | HMAC-SHA256(secret, url + nonce + created) | UTC |
//! | `AkskUrlLines` | HMAC-SHA256(secret, url, nonce, created, joined by line feeds) | UTC+8 with a `Z` |
//! | `Wsse` | SHA-256(nonce + created + secret) | UTC |
//!
//! All digests are raw bytes in Base64. 玖云 signs nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::domain::{Secret, vocabulary};
use crate::simulator::stamp::{self, BEIJING_MS};

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum Recipe {
        /// The one of 隐私保护通话 since 2024.
        #[default]
        Aksk "aksk",
        /// 语音通话 in 2022 and 2023.
        AkskUrl "aksk-url",
        /// 语音通话 since 2025.
        AkskUrlLines "aksk-url-lines",
        /// Before the end of 2024.
        Wsse "wsse",
    }
}

impl Recipe {
    /// `Created`, written as this recipe writes it.
    #[must_use]
    pub fn created(self, now: Timestamp) -> String {
        let ahead = if self == Self::AkskUrlLines { BEIJING_MS } else { 0 };
        format!("{}Z", stamp::iso_seconds(now.as_millisecond() + ahead))
    }

    pub(crate) fn digest(self, secret: &Secret, url: &str, nonce: &str, created: &str) -> String {
        let secret = secret.reveal().as_bytes();
        let hmac = |parts: &[&str]| {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
            parts.iter().for_each(|part| mac.update(part.as_bytes()));
            STANDARD.encode(mac.finalize().into_bytes())
        };
        match self {
            Self::Aksk => hmac(&[nonce, created]),
            Self::AkskUrl => hmac(&[url, nonce, created]),
            Self::AkskUrlLines => hmac(&[url, "\n", nonce, "\n", created]),
            Self::Wsse => {
                let hash = Sha256::new().chain_update(nonce).chain_update(created).chain_update(secret);
                STANDARD.encode(hash.finalize())
            }
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Signer {
    pub recipe: Recipe,
    pub key: String,
    pub secret: Secret,
    /// The address pushed to, exactly as configured at the platform.
    pub url: String,
}

impl Signer {
    /// `authorization` and `x-aksk` (or `x-wsse`) for one try.
    pub(crate) fn headers(&self, nonce: &str, now: Timestamp) -> [(&'static str, String); 2] {
        let created = self.recipe.created(now);
        let digest = self.recipe.digest(&self.secret, &self.url, nonce, &created);
        let (scheme, header) = match self.recipe {
            Recipe::Wsse => ("WSSE", "x-wsse"),
            _ => ("AKSK", "x-aksk"),
        };
        let token = format!(
            "UsernameToken Username=\"{}\", PasswordDigest=\"{digest}\", Nonce=\"{nonce}\", Created=\"{created}\"",
            self.key
        );
        let authorization = format!("{scheme} realm=\"SDP\",profile=\"UsernameToken\",type=\"Appkey\"");
        [("authorization", authorization), (header, token)]
    }

    /// The same signer with a secret that the receiver does not know.
    pub(crate) fn forged(&self) -> Self {
        Self { secret: Secret::new(format!("not-{}", self.secret.reveal())), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_match_the_published_test_vectors() {
        let secret = Secret::new("made-up-app-secret-0123456789abcd");
        let now: Timestamp = "2018-02-12T15:30:20Z".parse().unwrap();
        for (recipe, digest, header) in [
            (Recipe::Aksk, "X8fArIXYPKItfnjJvd6JE13pXPm1RfaPaHv5OMxlFSc=", "x-aksk"),
            (Recipe::Wsse, "XuAC7LPUT/RzI5oK1Wf+hhlUHRrcDlMd0I8khIwli+U=", "x-wsse"),
        ] {
            let signer = Signer { recipe, key: "k".into(), secret: secret.clone(), url: "https://x/".into() };
            let [authorization, token] = signer.headers("66C92B11FF8A425FB8D4CCFE0ED9ED1F", now);
            assert!(authorization.1.ends_with(" realm=\"SDP\",profile=\"UsernameToken\",type=\"Appkey\""));
            assert_eq!(token.0, header);
            assert!(token.1.contains(&format!("PasswordDigest=\"{digest}\"")), "{}", token.1);
            assert!(token.1.ends_with("Created=\"2018-02-12T15:30:20Z\""), "{}", token.1);
        }
    }

    #[test]
    fn the_newest_recipe_writes_beijing_time_and_covers_the_address() {
        let now: Timestamp = "2018-02-12T15:30:20Z".parse().unwrap();
        assert_eq!(Recipe::AkskUrlLines.created(now), "2018-02-12T23:30:20Z");
        let secret = Secret::new("s");
        let digest = |recipe: Recipe, url| recipe.digest(&secret, url, "n", "c");
        assert_ne!(digest(Recipe::AkskUrlLines, "https://a/"), digest(Recipe::AkskUrlLines, "https://b/"));
        assert_ne!(digest(Recipe::AkskUrl, "https://a/"), digest(Recipe::AkskUrlLines, "https://a/"));
        assert_eq!(digest(Recipe::AkskUrl, ""), digest(Recipe::Aksk, "https://b/"));
    }
}
