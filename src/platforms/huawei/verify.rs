//! Checks the signature of a push against the app's secret.
//!
//! The platform signs the address as it was configured there, which a server behind a proxy
//! cannot see: the configured public address and each of our names that the request was sent to
//! stand in for it, with the request's target: with and without the default port, in capitals and
//! not, percent-encoded and not.
//! `Created` is documented as UTC by some pages and as UTC+8 (still with a `Z`) by others, so
//! both are believed. Retries may come half a day late with the first signature, and a nonce
//! seen before is no reason to refuse one: what protects against replays is that a repeat of
//! the same body changes nothing.

use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use subtle::ConstantTimeEq;

use super::signature::{Parts, Recipe, Signed, digest};
use super::time;
use crate::domain::{BEIJING_OFFSET, Callback, address};
use crate::limits;
use crate::platforms::{Secrets, Verdict, VerifyError};

/// How far the clock of those who write UTC+8 with a `Z` is ahead.
const BEIJING: Duration = Duration::from_secs(BEIJING_OFFSET.seconds() as u64);

/// Checks whichever signature header is there.
pub(in crate::platforms) fn verify(callback: &Callback, secrets: &Secrets<'_>) -> Verdict {
    let Some(secret) = secrets.app_secret.filter(|secret| !secret.is_empty()) else { return Verdict::Unchecked };
    let headers = [("x-aksk", Recipe::AKSK), ("x-wsse", Recipe::WSSE)];
    let mut failure = None;
    for (name, recipes) in headers {
        let Some(header) = find(callback, name) else { continue };
        match check(header, &recipes, secret, callback, secrets) {
            Ok(recipe) => return Verdict::Passed(recipe.name()),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    Verdict::Failed(failure.unwrap_or(VerifyError::MissingHeader))
}

fn find<'a>(callback: &'a Callback, name: &str) -> Option<&'a str> {
    callback.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

fn check(
    header: &str,
    recipes: &[Recipe],
    secret: &str,
    callback: &Callback,
    secrets: &Secrets<'_>,
) -> Result<Recipe, VerifyError> {
    let parts = Parts::read(header);
    let claimed = parts.digest.ok_or(VerifyError::MissingPart("PasswordDigest"))?;
    let nonce = parts.nonce.ok_or(VerifyError::MissingPart("Nonce"))?;
    let created = parts.created.ok_or(VerifyError::MissingPart("Created"))?;
    if let Some(app_key) = secrets.app_key {
        let username = parts.username.ok_or(VerifyError::MissingPart("Username"))?;
        if !bool::from(username.as_bytes().ct_eq(app_key.as_bytes())) {
            return Err(VerifyError::OtherApp);
        }
    }
    let at = time::instant(created).ok_or(VerifyError::Created)?;
    let urls = urls(callback, secrets);
    let matches = |recipe: Recipe, url: &str| {
        let expected = digest(recipe, secret, &Signed { url, nonce, created });
        bool::from(expected.as_bytes().ct_eq(claimed.as_bytes()))
    };
    let recipe = recipes
        .iter()
        .copied()
        .find(|&recipe| match recipe.covers_url() {
            true => urls.iter().any(|url| matches(recipe, url)),
            false => matches(recipe, ""),
        })
        .ok_or(VerifyError::Digest)?;
    let (oldest, newest) = (secrets.now - limits::SIGNATURE_AGE, secrets.now + limits::SIGNATURE_AHEAD + BEIJING);
    if at < oldest || at > newest {
        return Err(VerifyError::Stale);
    }
    Ok(recipe)
}

/// The addresses the platform may have signed: each of our bases, in every spelling, with the request's
/// target, in every spelling, and with that without its query.
fn urls(callback: &Callback, secrets: &Secrets<'_>) -> Vec<String> {
    let hosts = callback.hosts.iter().flat_map(|host| [format!("https://{host}"), format!("http://{host}")]);
    let bases = secrets.public_url.map(|base| base.trim_end_matches('/').to_owned()).into_iter().chain(hosts);
    let target = callback.target.as_str();
    let path = target.split('?').next().unwrap_or(target);
    let targets: Vec<String> = [target, path].into_iter().flat_map(encodings).collect();
    let mut urls = Vec::new();
    for base in bases.flat_map(|base| spellings(&base)) {
        for target in &targets {
            let url = format!("{base}{target}");
            if !urls.contains(&url) {
                urls.push(url);
            }
        }
    }
    urls
}

/// A base as it is written, and with scheme and host in small or large letters, each with its default
/// port written out and left out: consoles take all of them, and sign what they were given.
fn spellings(base: &str) -> Vec<String> {
    let Some((scheme, host, prefix)) = address::split(base) else { return vec![base.to_owned()] };
    let cases = |text: &str| [text.to_ascii_lowercase(), text.to_ascii_uppercase()];
    let (schemes, hosts) = (cases(scheme), cases(host));
    let cases = schemes.iter().flat_map(|scheme| hosts.iter().map(move |host| format!("{scheme}://{host}{prefix}")));
    let written = std::iter::once(base.to_owned()).chain(cases);
    written.flat_map(|base| [address::without_default_port(&base), address::with_default_port(&base)]).collect()
}

/// What no address holds unencoded.
const UNSENT: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>');

/// A target as it was sent; where something in it is encoded, or might have been, also unencoded and
/// encoded in both spellings: a console takes `/热线` and sends `/%E7%83%AD%E7%BA%BF`.
fn encodings(target: &str) -> Vec<String> {
    let mut encodings = vec![target.to_owned()];
    if let Ok(decoded) = percent_decode_str(target).decode_utf8()
        && (decoded != target || !target.is_ascii())
    {
        let large = utf8_percent_encode(&decoded, UNSENT).to_string();
        let small = large.split('%').enumerate().map(|(n, part)| match part.split_at_checked(2) {
            Some((code, rest)) if n > 0 => format!("{}{rest}", code.to_ascii_lowercase()),
            _ => part.to_owned(),
        });
        let small = small.collect::<Vec<_>>().join("%");
        encodings.extend([decoded.into_owned(), large, small]);
    }
    encodings
}
