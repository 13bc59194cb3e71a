//! Browsers that somebody logged in with before: what they try is counted apart.
//!
//! Whoever floods the login of somebody with wrong passwords must not keep them out. So a browser
//! that was logged in remembers, sealed, as whom: a random id and some names. It opens nothing;
//! its tries of these names are counted by that id and not with those of strangers. Taken away it
//! is worth as many tries as any other browser has.

use crate::http::Response;
use crate::http::admin::reply;
use crate::http::admin::request::Request;
use crate::http::admin::throttle::Who;
use crate::limits::{KNOWN_BROWSER_NAMES, KNOWN_BROWSER_TIME};

pub(crate) const COOKIE: &str = "__Host-ringback_known";

const PURPOSE: &str = "browser";

#[derive(Debug)]
struct Known {
    id: String,
    names: Vec<String>,
}

impl Known {
    fn of(request: &Request) -> Option<Self> {
        let ticket = request.ctx().state.open_ticket(PURPOSE, request.cookie(COOKIE)?)?;
        let mut lines = ticket.reveal().split('\n').map(str::to_owned);
        Some(Self { id: lines.next()?, names: lines.collect() })
    }
}

/// Who tries a password or a code of this name: somebody inside, a browser that was, a stranger.
pub(crate) fn who_tries(request: &Request, name: &str) -> Who {
    match (&request.login, id(request, name)) {
        (Some(login), _) if login.user.name == name => Who::Inside,
        (_, Some(id)) => Who::Known(id),
        _ => Who::Stranger(request.peer),
    }
}

/// The id of this browser, if it was logged in with that name before.
fn id(request: &Request, name: &str) -> Option<String> {
    Known::of(request).filter(|known| known.names.iter().any(|known| known == name)).map(|known| known.id)
}

/// What a browser that is logged in should remember from now on; `None` where it does already.
pub(crate) fn to_remember(request: &Request) -> Option<String> {
    let name = &request.login.as_ref()?.user.name;
    let state = &request.ctx().state;
    let mut known = Known::of(request).unwrap_or_else(|| Known { id: state.unguessable(), names: Vec::new() });
    if known.names.contains(name) {
        return None;
    }
    known.names.insert(0, name.clone());
    known.names.truncate(KNOWN_BROWSER_NAMES);
    let text = [std::slice::from_ref(&known.id), &known.names].concat().join("\n");
    Some(state.seal_ticket(PURPOSE, &text, KNOWN_BROWSER_TIME).reveal().to_owned())
}

pub(crate) fn remember(response: Response, what: &str) -> Response {
    reply::with_login_cookie(response, COOKIE, what, KNOWN_BROWSER_TIME)
}
