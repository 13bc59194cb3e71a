//! Claims and discovery by their tables; a whole login over TLS is tested in `http/admin`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn config() -> OidcConfig {
    OidcConfig {
        issuer: "https://id.example".into(),
        client_id: "ringback".into(),
        client_secret_file: "secret".into(),
        scopes: "openid".into(),
        name: "公司账号".into(),
        name_claim: "preferred_username".into(),
        role_claim: "realm_access.roles".into(),
        roles: vec![("support".into(), Role::Viewer), ("ops".into(), Role::Operator)],
        default_role: None,
        allowed_domains: vec!["example.com".into()],
        extra_roots: None,
    }
}

fn claims() -> Value {
    json!({
        "iss": "https://id.example", "aud": "ringback", "sub": "7", "nonce": "n",
        "iat": 1_799_999_990, "exp": 1_800_000_300, "preferred_username": "赵敏",
        "email": "zhao@Example.com", "email_verified": true, "realm_access": {"roles": ["support", "ops", "other"]},
    })
}

fn read(config: &OidcConfig, claims: &Value) -> Result<Identity, OidcError> {
    let token = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims.to_string()));
    claims::identity(config, &token, "n", now())
}

#[test]
fn a_valid_token_gives_the_person_and_the_highest_mapped_role() {
    let who = read(&config(), &claims()).unwrap();
    let (issuer, subject) = ("https://id.example".to_owned(), "7".to_owned());
    assert_eq!(who, Identity { issuer, subject, name: "赵敏".to_owned(), role: Role::Operator });
}

#[test]
fn every_wrong_claim_is_refused() {
    for (name, value, said) in [
        ("iss", json!("https://id.example/"), "iss"),
        ("aud", json!("another"), "aud"),
        ("aud", json!(["ringback", "another"]), "azp"),
        ("aud", Value::Null, "aud"),
        ("azp", json!("another"), "azp"),
        ("exp", json!(1_799_999_900), "exp"),
        ("exp", Value::Null, "exp"),
        ("iat", json!(1_800_000_100), "iat"),
        ("iat", json!(1_799_990_000), "iat"),
        ("iat", json!("yesterday"), "iat"),
        ("nonce", json!("m"), "nonce"),
        ("nonce", Value::Null, "nonce"),
        ("sub", json!(""), "sub"),
    ] {
        let mut claims = claims();
        claims[name] = value;
        match read(&config(), &claims) {
            Err(OidcError::Claim(text)) => assert!(text.starts_with(said), "{name}: {text}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    for token in ["", "a.b", "a.!.c", "a.e30.c.d"] {
        assert!(claims::identity(&config(), token, "n", now()).is_err(), "{token}");
    }
}

#[test]
fn a_valid_token_does_not_admit_everybody() {
    let denied = |config: &OidcConfig, name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        matches!(read(config, &claims), Err(OidcError::Denied(_)))
    };
    assert!(denied(&config(), "email", json!("zhao@elsewhere.example")));
    assert!(denied(&config(), "email_verified", json!(false)));
    assert!(denied(&config(), "email_verified", json!("true")));
    assert!(denied(&config(), "realm_access", json!({"roles": ["other"]})));
    let lenient = OidcConfig { default_role: Some(Role::Viewer), ..config() };
    assert!(!denied(&lenient, "realm_access", Value::Null));
}

#[test]
fn a_discovery_of_another_issuer_or_without_tls_is_refused() {
    let document = |issuer: &str, endpoint: &str| {
        let document = json!({"issuer": issuer, "authorization_endpoint": endpoint, "token_endpoint": endpoint});
        discovery::read("https://id.example", document.as_object().unwrap())
    };
    let found = document("https://id.example", "https://id.example/x").unwrap();
    assert!(found.takes_basic);
    assert!(document("https://evil.example", "https://id.example/x").is_err());
    assert!(document("https://id.example", "http://id.example/x").is_err());
}
