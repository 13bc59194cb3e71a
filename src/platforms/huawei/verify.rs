//! Checks the signature of a push against the app's secret.
//!
//! The platform signs the address as it was configured there, which a server behind a proxy
//! cannot see: the configured public address and each of our names that the request was sent to
//! stand in for it, with the request's target, with and without the default port.
//! `Created` is documented as UTC by some pages and as UTC+8 (still with a `Z`) by others, so
//! both are believed. Retries may come half a day late with the first signature, and a nonce
//! seen before is no reason to refuse one: what protects against replays is that a repeat of
//! the same body changes nothing.

use std::time::Duration;

use subtle::ConstantTimeEq;

use super::signature::{Parts, Recipe, Signed, digest};
use super::time;
use crate::domain::Callback;
use crate::limits;
use crate::platforms::{Secrets, Verdict, VerifyError};

/// How far the clock of those who write UTC+8 with a `Z` is ahead.
const BEIJING: Duration = Duration::from_secs(8 * 3600);

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

/// The addresses the platform may have signed: each of our bases with the request's target, and with
/// that without its query.
fn urls(callback: &Callback, secrets: &Secrets<'_>) -> Vec<String> {
    let hosts = callback.hosts.iter().flat_map(|host| [format!("https://{host}"), format!("http://{host}")]);
    let bases = secrets.public_url.map(|base| base.trim_end_matches('/').to_owned()).into_iter().chain(hosts);
    let target = callback.target.as_str();
    let path = target.split('?').next().unwrap_or(target);
    let targets = if path == target { vec![target] } else { vec![target, path] };
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

/// A base as it is written, and with its default port where it has none, or without it: consoles
/// take both, and sign what they were given.
fn spellings(base: &str) -> Vec<String> {
    let mut spellings = vec![base.to_owned()];
    let Some((scheme, rest)) = base.split_once("://") else { return spellings };
    let (host, prefix) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let port = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    match host.strip_suffix(port) {
        Some(bare) => spellings.push(format!("{scheme}://{bare}{prefix}")),
        None if !has_port => spellings.push(format!("{scheme}://{host}{port}{prefix}")),
        None => {}
    }
    spellings
}
