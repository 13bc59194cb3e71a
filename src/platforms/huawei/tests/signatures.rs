//! Pushes that are signed, unsigned, signed wrongly or long ago.
//!
//! Both providers are asked each time: they share the verifier, and must go on sharing it.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::domain::{Callback, VerifyMode};
use crate::platforms::huawei::testing::{now, push};
use crate::platforms::huawei::{Recipe, SignatureHeaders, Signed, sign};
use crate::platforms::{Provider, Secrets, Verdict, VerifyError, admit, by_name};

const KEY: &str = "ka4k2fXd5A9Wcd1Ad6ndo6b8dEoX";
const SECRET: &str = "made-up-app-secret-0123456789abcd";
const BASE: &str = "https://calls.example:8443";
const TARGET: &str = "/callbacks/0123456789abcdef/fee?region=north";
const URL: &str = "https://calls.example:8443/callbacks/0123456789abcdef/fee?region=north";
const URL_WITHOUT_QUERY: &str = "https://calls.example:8443/callbacks/0123456789abcdef/fee";
const NONCE: &str = "66C92B11FF8A425FB8D4CCFE0ED9ED1F";

fn provider() -> &'static dyn Provider {
    by_name("huawei-voice").expect("a registered provider")
}

fn secrets() -> Secrets<'static> {
    Secrets { app_key: Some(KEY), app_secret: Some(SECRET), public_url: Some(BASE), now: now() }
}

fn created(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Headers made `hours` after the push arrives.
fn signed_hours_later(recipe: Recipe, hours: i64) -> SignatureHeaders {
    let created = created(now() + SignedDuration::from_hours(hours));
    sign(recipe, KEY, SECRET, &Signed { url: URL, nonce: NONCE, created: &created })
}

fn with_header(name: &str, value: &str) -> Callback {
    let mut callback = push(provider(), "{}");
    callback.target = TARGET.to_owned();
    callback.headers.push((name.to_owned(), value.to_owned()));
    callback
}

fn with(headers: &SignatureHeaders) -> Callback {
    with_header(headers.name, &headers.value)
}

#[track_caller]
fn check(callback: &Callback, secrets: &Secrets<'_>, verdict: &Verdict) {
    for name in ["huawei-voice", "huawei-private"] {
        let provider = by_name(name).expect("a registered provider");
        assert_eq!(provider.verify(callback, secrets), *verdict, "{name}");
    }
}

#[test]
fn every_recipe_passes_under_its_own_name() {
    for recipe in Recipe::AKSK.into_iter().chain(Recipe::WSSE) {
        check(&with(&signed_hours_later(recipe, 0)), &secrets(), &Verdict::Passed(recipe.name()));
    }
}

#[test]
fn the_address_may_be_signed_without_its_query() {
    let created = created(now());
    for recipe in [Recipe::AkskUrl, Recipe::AkskUrlLines] {
        let headers = sign(recipe, KEY, SECRET, &Signed { url: URL_WITHOUT_QUERY, nonce: NONCE, created: &created });
        check(&with(&headers), &secrets(), &Verdict::Passed(recipe.name()));
    }
}

#[test]
fn a_slash_at_the_end_of_the_public_address_does_not_matter() {
    let secrets = Secrets { public_url: Some("https://calls.example:8443/"), ..secrets() };
    check(&with(&signed_hours_later(Recipe::AkskUrl, 0)), &secrets, &Verdict::Passed("aksk-url"));
}

#[test]
fn a_digest_over_another_address_fails() {
    for public_url in [Some("https://other.example"), None] {
        let secrets = Secrets { public_url, ..secrets() };
        let failed = Verdict::Failed(VerifyError::Digest);
        check(&with(&signed_hours_later(Recipe::AkskUrlLines, 0)), &secrets, &failed);
        check(&with(&signed_hours_later(Recipe::Aksk, 0)), &secrets, &Verdict::Passed("aksk"));
    }
}

#[test]
fn any_of_our_names_that_the_request_was_sent_to_may_be_signed() {
    let secrets = Secrets { public_url: None, ..secrets() };
    let created = created(now());
    for base in ["https://calls.example:8443", "http://calls.example:8443"] {
        for recipe in [Recipe::AkskUrl, Recipe::AkskUrlLines] {
            let url = format!("{base}{TARGET}");
            let mut callback = with(&sign(recipe, KEY, SECRET, &Signed { url: &url, nonce: NONCE, created: &created }));
            check(&callback, &secrets, &Verdict::Failed(VerifyError::Digest));
            callback.hosts = vec!["calls.example:8443".to_owned()];
            check(&callback, &secrets, &Verdict::Passed(recipe.name()));
            let configured = Secrets { public_url: Some("https://other.example"), ..secrets };
            check(&callback, &configured, &Verdict::Passed(recipe.name()));
        }
    }
}

#[test]
fn the_default_port_may_be_written_out_or_left_out() {
    let created = created(now());
    let pairs = [
        ("https://calls.example", "https://calls.example:443"),
        ("http://calls.example/in", "http://calls.example:80/in"),
    ];
    for (one, other) in pairs.into_iter().flat_map(|(one, other)| [(one, other), (other, one)]) {
        let secrets = Secrets { public_url: Some(one), ..secrets() };
        let url = format!("{other}{TARGET}");
        let signed = Signed { url: &url, nonce: NONCE, created: &created };
        check(&with(&sign(Recipe::AkskUrl, KEY, SECRET, &signed)), &secrets, &Verdict::Passed("aksk-url"));
    }
    let secrets = Secrets { public_url: Some("https://calls.example:8443"), ..secrets() };
    let url = format!("https://calls.example:443{TARGET}");
    let signed = Signed { url: &url, nonce: NONCE, created: &created };
    check(&with(&sign(Recipe::AkskUrl, KEY, SECRET, &signed)), &secrets, &Verdict::Failed(VerifyError::Digest));
}

#[test]
fn every_spelling_in_which_a_console_may_have_been_given_the_address_is_one_of_it() {
    let created = created(now());
    let passes = |callback: &Callback, secrets: &Secrets<'_>, url: &str| {
        let mut callback = callback.clone();
        let signed = sign(Recipe::AkskUrl, KEY, SECRET, &Signed { url, nonce: NONCE, created: &created });
        callback.headers = vec![(signed.name.to_owned(), signed.value)];
        provider().verify(&callback, secrets) == Verdict::Passed("aksk-url")
    };
    let mut callback = push(provider(), "{}");
    callback.target = "/callbacks/Token_1/%E7%83%AD%e7%ba%bf%20a?Region=%E5%8C%97".to_owned();
    for base in ["https://calls.example", "https://Calls.Example", "HTTPS://CALLS.EXAMPLE:443"] {
        let secrets = Secrets { public_url: Some(base), ..secrets() };
        for given in
            ["https://calls.example", "HTTPS://calls.example", "https://CALLS.EXAMPLE:443", "HTTPS://CALLS.EXAMPLE"]
        {
            for target in [
                callback.target.as_str(),
                "/callbacks/Token_1/热线 a?Region=北",
                "/callbacks/Token_1/%E7%83%AD%E7%BA%BF%20a?Region=%E5%8C%97",
                "/callbacks/Token_1/%e7%83%ad%e7%ba%bf%20a?Region=%e5%8c%97",
                "/callbacks/Token_1/热线 a",
                "/callbacks/Token_1/%e7%83%ad%e7%ba%bf%20a",
            ] {
                assert!(passes(&callback, &secrets, &format!("{given}{target}")), "{base} as {given}{target}");
            }
            for other in ["/callbacks/token_1/热线 a", "/callbacks/Token_1/热线", "/CALLBACKS/Token_1/热线 a"] {
                assert!(!passes(&callback, &secrets, &format!("{given}{other}")), "{given}{other}");
            }
        }
        assert!(!passes(&callback, &secrets, &format!("http://calls.example{}", callback.target)));
    }
    // What nobody configured is told by the request, as it was sent there.
    callback.hosts = vec!["Calls.Example:8443".to_owned()];
    let unknown = Secrets { public_url: None, ..secrets() };
    for given in ["https://Calls.Example:8443", "https://calls.example:8443", "HTTP://CALLS.EXAMPLE:8443"] {
        assert!(passes(&callback, &unknown, &format!("{given}{}", callback.target)), "{given}");
    }
}

#[test]
fn a_wrong_secret_fails_under_every_recipe() {
    let secrets = Secrets { app_secret: Some("another-made-up-secret"), ..secrets() };
    for recipe in Recipe::AKSK.into_iter().chain(Recipe::WSSE) {
        check(&with(&signed_hours_later(recipe, 0)), &secrets, &Verdict::Failed(VerifyError::Digest));
    }
}

#[test]
fn a_push_for_another_app_fails() {
    let secrets = Secrets { app_key: Some("another-app-key"), ..secrets() };
    check(&with(&signed_hours_later(Recipe::Aksk, 0)), &secrets, &Verdict::Failed(VerifyError::OtherApp));
    let any_app = Secrets { app_key: None, ..secrets };
    check(&with(&signed_hours_later(Recipe::Aksk, 0)), &any_app, &Verdict::Passed("aksk"));
}

#[test]
fn created_may_be_a_day_old_or_written_in_beijing_time() {
    for hours in [-23, -8, 0, 8] {
        check(&with(&signed_hours_later(Recipe::Aksk, hours)), &secrets(), &Verdict::Passed("aksk"));
    }
    for hours in [-25, 9] {
        check(&with(&signed_hours_later(Recipe::Aksk, hours)), &secrets(), &Verdict::Failed(VerifyError::Stale));
    }
}

#[test]
fn a_wrong_digest_is_not_called_stale() {
    let secrets = Secrets { app_secret: Some("another-made-up-secret"), ..secrets() };
    check(&with(&signed_hours_later(Recipe::Aksk, -48)), &secrets, &Verdict::Failed(VerifyError::Digest));
}

#[test]
fn the_header_is_read_whatever_its_dress() {
    let headers = signed_hours_later(Recipe::Aksk, 0);
    let dresses = [
        headers.value.replace(", ", ","),
        headers.value.replace('"', ""),
        headers.value.replace(", ", " ;  "),
        headers.value.replace("UsernameToken ", ""),
        format!("  {}  ", headers.value.replace("Nonce=", "Nonce = ").replace("Created=", "CREATED =")),
    ];
    for value in dresses {
        check(&with_header("x-aksk", &value), &secrets(), &Verdict::Passed("aksk"));
        check(&with_header("X-AKSK", &value), &secrets(), &Verdict::Passed("aksk"));
    }
}

#[test]
fn a_header_without_a_part_says_which() {
    let value = signed_hours_later(Recipe::Aksk, 0).value;
    for part in ["Username", "PasswordDigest", "Nonce", "Created"] {
        let without = value.replace(&format!("{part}=\""), "Nothing=\"");
        check(&with_header("x-aksk", &without), &secrets(), &Verdict::Failed(VerifyError::MissingPart(part)));
    }
    let no_time = value.replace("2026-11-20", "someday");
    check(&with_header("x-aksk", &no_time), &secrets(), &Verdict::Failed(VerifyError::Created));
}

#[test]
fn a_push_without_a_header_fails_only_when_there_is_a_secret() {
    let bare = push(provider(), "{}");
    check(&bare, &secrets(), &Verdict::Failed(VerifyError::MissingHeader));
    for app_secret in [None, Some("")] {
        check(&bare, &Secrets { app_secret, ..secrets() }, &Verdict::Unchecked);
        let signed = with(&signed_hours_later(Recipe::Aksk, 0));
        check(&signed, &Secrets { app_secret, ..secrets() }, &Verdict::Unchecked);
    }
}

#[test]
fn one_good_header_of_two_is_enough() {
    let mut callback = with(&signed_hours_later(Recipe::WsseHex, 0));
    callback.headers.insert(0, ("x-aksk".to_owned(), "UsernameToken Username=\"nonsense\"".to_owned()));
    check(&callback, &secrets(), &Verdict::Passed("wsse-hex"));
}

#[test]
fn only_an_app_that_enforces_refuses() {
    let bare = push(provider(), "{}");
    let verdict = provider().verify(&bare, &secrets());
    assert!(admit(&bare, &verdict, VerifyMode::Log).is_ok());
    assert_eq!(admit(&bare, &verdict, VerifyMode::Enforce).err(), Some(VerifyError::MissingHeader));
}

#[test]
fn the_signer_writes_both_headers_as_documented() {
    let signed = Signed { url: "", nonce: NONCE, created: "2018-02-12T15:30:20Z" };
    let aksk = sign(Recipe::Aksk, "key", SECRET, &signed);
    assert_eq!(aksk.authorization, r#"AKSK realm="SDP",profile="UsernameToken",type="Appkey""#);
    assert_eq!(aksk.name, "x-aksk");
    assert_eq!(
        aksk.value,
        r#"UsernameToken Username="key", PasswordDigest="X8fArIXYPKItfnjJvd6JE13pXPm1RfaPaHv5OMxlFSc=", Nonce="66C92B11FF8A425FB8D4CCFE0ED9ED1F", Created="2018-02-12T15:30:20Z""#
    );
    let wsse = sign(Recipe::Wsse, "key", SECRET, &signed);
    assert_eq!(wsse.authorization, r#"WSSE realm="SDP",profile="UsernameToken",type="Appkey""#);
    assert_eq!(wsse.name, "x-wsse");
    assert!(wsse.value.contains(r#"PasswordDigest="XuAC7LPUT/RzI5oK1Wf+hhlUHRrcDlMd0I8khIwli+U=""#), "{}", wsse.value);
}

proptest! {
    #[test]
    fn an_arbitrary_header_never_passes(header in "(Username|PasswordDigest|Nonce|Created|[ =,;\"'A-Za-z0-9:é-]){0,24}") {
        let verdict = provider().verify(&with_header("x-aksk", &header), &secrets());
        prop_assert!(matches!(verdict, Verdict::Failed(_)), "{:?}", verdict);
    }
}
