//! Which of the company's own systems does not answer as it should, since when and why.
//!
//! What failed the last time it was asked is in trouble; one good answer ends that. It is said in
//! the log when an address begins to be left alone and when it answers again, and on pages, by
//! the API and in `/metrics` for as long as it lasts.

use jiff::Timestamp;

use super::Heard;
use crate::domain::{AppId, Asking, Wording};
use crate::limits::ASK_FAILURES;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub app: AppId,
    pub url: String,
    /// In a row.
    pub failures: u32,
    pub since: Timestamp,
    pub asking: Asking,
    pub problem: Option<Wording>,
}

pub(super) fn after(before: Option<Trouble>, app: AppId, url: &str, heard: &Heard, now: Timestamp) -> Option<Trouble> {
    let address = host(url);
    // A decision that makes no sense is a fault of that system as much as silence is.
    if heard.is_well() {
        if before.is_some_and(|before| before.failures >= ASK_FAILURES) {
            tracing::info!(app = app.0, address, "the company's own system answers again");
        }
        return None;
    }
    let (failures, since) = before.map_or((1, now), |before| (before.failures.saturating_add(1), before.since));
    let (asking, problem) = (heard.asking, heard.problem.as_ref().map(|problem| problem.en.as_str()));
    if failures == ASK_FAILURES {
        tracing::warn!(
            app = app.0,
            address,
            asking = asking.name(),
            problem,
            failures,
            "the company's own system fails; it is left alone for a while, and other rules decide",
        );
    } else {
        tracing::debug!(
            app = app.0,
            address,
            asking = asking.name(),
            problem,
            "the company's own system did not decide"
        );
    }
    Some(Trouble { app, url: url.to_owned(), failures, since, asking, problem: heard.problem.clone() })
}

/// The rest of an address may hold secrets.
#[must_use]
pub fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lasts_from_the_first_failure_to_the_first_answer() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let heard = |asking| Heard { asking, then: None, problem: None };
        let url = "https://user:secret@crm.example.com:8443/ask?key=1";
        let mut trouble = None;
        for second in 1..=ASK_FAILURES {
            trouble = after(trouble, AppId(1), url, &heard(Asking::Late), at(second.into()));
        }
        let known = trouble.clone().unwrap();
        assert_eq!((known.failures, known.since, known.asking), (ASK_FAILURES, at(1), Asking::Late));
        assert_eq!(after(trouble, AppId(1), url, &heard(Asking::Passed), at(9)), None);
        assert_eq!(host(url), "crm.example.com:8443");
        assert_eq!(host("http://127.0.0.1:9/x"), "127.0.0.1:9");
    }
}
