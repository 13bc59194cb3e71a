//! The claims of an ID token, with every check of OpenID Connect Core 1.0, "ID Token Validation", except
//! the signature: TLS of the token endpoint replaces it, as its point 6 allows.
//!
//! | claim | must be |
//! | --- | --- |
//! | `iss` | the configured issuer, letter by letter |
//! | `aud`, `azp` | us; with several audiences `azp` is there, and where it is there it is us |
//! | `exp`, `iat` | not over, and made a moment ago |
//! | `nonce` | the one of this login |
//! | `sub` | there |

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use super::{Identity, OidcError};
use crate::config::OidcConfig;
use crate::domain::Role;
use crate::limits::{NAME_CHARS_MAX, OIDC_CLOCK_SLACK, OIDC_TOKEN_AGE};

/// The longest subject, in characters: OpenID Connect Core 1.0, section 2.
const SUBJECT_MAX: usize = 255;

pub(super) fn identity(config: &OidcConfig, token: &str, nonce: &str, now: Timestamp) -> Result<Identity, OidcError> {
    let claims = payload(token)?;
    let subject = check(config, &claims, nonce, now)?;
    admit(config, &claims)?;
    let name = text(&claims, &config.name_claim).or_else(|| text(&claims, "email")).unwrap_or(subject);
    let role = role(config, &claims).ok_or(OidcError::Denied("no role is mapped for this person"))?;
    Ok(Identity {
        issuer: config.issuer.clone(),
        subject: subject.to_owned(),
        name: name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect(),
        role,
    })
}

fn payload(token: &str) -> Result<Map<String, Value>, OidcError> {
    const BAD: OidcError = OidcError::Malformed("ID token");
    let parts: Vec<&str> = token.split('.').collect();
    let [_, payload, _] = parts.as_slice() else { return Err(BAD) };
    let bytes = URL_SAFE_NO_PAD.decode(payload).map_err(|_| BAD)?;
    serde_json::from_slice(&bytes).map_err(|_| BAD)
}

fn check<'a>(
    config: &OidcConfig,
    claims: &'a Map<String, Value>,
    nonce: &str,
    now: Timestamp,
) -> Result<&'a str, OidcError> {
    let must = |holds: bool, what| if holds { Ok(()) } else { Err(OidcError::Claim(what)) };
    must(text(claims, "iss") == Some(&config.issuer), "iss is another issuer")?;
    let audiences: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    must(audiences.contains(&config.client_id.as_str()), "aud is not us")?;
    match claims.get("azp") {
        None => must(audiences.len() == 1, "azp is missing beside several aud")?,
        Some(azp) => must(azp.as_str() == Some(&config.client_id), "azp is not us")?,
    }
    let seconds = |name: &str| claims.get(name).and_then(Value::as_f64).map(|seconds| seconds as i64);
    let (now, slack) = (now.as_second(), OIDC_CLOCK_SLACK.as_secs());
    must(seconds("exp").is_some_and(|exp| now < exp.saturating_add(slack)), "exp is over")?;
    let iat = seconds("iat").ok_or(OidcError::Claim("iat is missing"))?;
    must(iat <= now.saturating_add(slack), "iat lies ahead")?;
    must(iat >= now - OIDC_TOKEN_AGE.as_secs(), "iat is long past")?;
    let same = text(claims, "nonce").is_some_and(|sent| bool::from(sent.as_bytes().ct_eq(nonce.as_bytes())));
    must(same, "nonce is another one")?;
    let subject = text(claims, "sub").filter(|subject| !subject.is_empty() && subject.len() <= SUBJECT_MAX);
    subject.ok_or(OidcError::Claim("sub is missing"))
}

fn admit(config: &OidcConfig, claims: &Map<String, Value>) -> Result<(), OidcError> {
    if config.allowed_domains.is_empty() {
        return Ok(());
    }
    if claims.get("email_verified") != Some(&Value::Bool(true)) {
        return Err(OidcError::Denied("the provider does not vouch for the mail address"));
    }
    let domain = text(claims, "email").and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain);
    let known = |domain: &str| config.allowed_domains.iter().any(|known| known.eq_ignore_ascii_case(domain));
    if domain.is_some_and(known) { Ok(()) } else { Err(OidcError::Denied("the mail address is of another domain")) }
}

/// The highest role of the person's groups, or the default; `None` denies.
fn role(config: &OidcConfig, claims: &Map<String, Value>) -> Option<Role> {
    let mut value = None;
    for (place, part) in config.role_claim.split('.').enumerate() {
        value = if place == 0 { claims.get(part) } else { value.and_then(|value: &Value| value.get(part)) };
    }
    let groups: Vec<&str> = match value {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let mapped = config.roles.iter().filter(|(group, _)| groups.contains(&group.as_str())).map(|(_, role)| *role);
    mapped.max().or(config.default_role)
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}
