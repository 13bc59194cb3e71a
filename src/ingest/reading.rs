//! What a callback turned out to be: verified, decoded, and how it will be answered.
//!
//! Pure and synchronous. A provider that panics is caught here: its callback is then a notice
//! that nobody understood, which is kept, or, where the app enforces signatures and it was the
//! check that panicked, one that did not verify. Neither must ever lose the bytes.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{Ack, App, Callback, Outcome, Question, QuestionKind, VerifyMode};
use crate::journal::{self, ContentError};
use crate::platforms::{
    self, BodyForm, DecodeError, Decoded, Fault, Item, Occasion, Provider, Secrets, Verdict, VerifyError,
};

#[derive(Debug)]
pub(super) struct Reading {
    /// `None` when no signature was checked.
    pub(super) verified: Option<bool>,
    /// Application keys in it that are not the app's.
    pub(super) foreign: Vec<String>,
    /// As far as one callback tells: a repeat still counts as accepted.
    pub(super) outcome: Outcome,
    pub(super) reply: Reply,
    /// The platform pushes this again after a 503.
    pub(super) comes_again: bool,
}

#[derive(Debug)]
pub(super) enum Reply {
    Now(Ack),
    Ask(&'static dyn Provider, Question),
}

impl Reading {
    pub(super) fn of(app: &App, callback: &Callback, public_url: Option<&str>, now: Timestamp) -> Self {
        let Some(provider) = platforms::by_id(app.provider) else {
            // An app of a later version, after a step back: its callbacks are kept for it.
            let ack = Ack { status: 200, content_type: "text/plain; charset=utf-8".to_owned(), body: String::new() };
            return Self::kept(None, Outcome::Unrecognised, ack);
        };
        Self::by(provider, app, callback, public_url, now)
    }

    pub(super) fn by(
        provider: &'static dyn Provider,
        app: &App,
        callback: &Callback,
        public_url: Option<&str>,
        now: Timestamp,
    ) -> Self {
        let unpacked = journal::unpack(&callback.headers, &callback.body);
        let content = match &unpacked {
            Ok(Cow::Owned(content)) => Cow::Owned(Callback { body: content.clone(), ..callback.clone() }),
            Ok(Cow::Borrowed(_)) | Err(_) => Cow::Borrowed(callback),
        };
        let callback = content.as_ref();
        let verdict = verify(provider, app, callback, public_url, now);
        let verified = verdict.verified();
        let admitted = match platforms::admit(callback, &verdict, app.verify) {
            Ok(admitted) => admitted,
            Err(error) => {
                tracing::debug!(app = app.id.0, %error, "a signature did not hold");
                return Self::kept(verified, Outcome::Unverified, provider.ack(&Occasion::Unverified));
            }
        };
        if let Err(error) = unpacked {
            return Self::kept(verified, Outcome::Unparsable, refusal(provider, error));
        }
        match caught(|| provider.decode(&admitted)) {
            Some(Ok(decoded)) => Self::decoded(provider, app, verified, decoded),
            Some(Err(error)) => Self::kept(verified, Outcome::Unparsable, provider.ack(&Occasion::Unparsable(&error))),
            None => {
                tracing::error!(app = app.id.0, provider = %app.provider, "decoding a callback panicked; it is kept");
                let ack = provider.ack(&Occasion::Kept(probable_form(&callback.body)));
                Self::kept(verified, Outcome::Unrecognised, ack)
            }
        }
    }

    fn decoded(provider: &'static dyn Provider, app: &App, verified: Option<bool>, decoded: Decoded) -> Self {
        let foreign = app.app_key.as_deref().map(|key| decoded.foreign_applications(key)).unwrap_or_default();
        let outcome = if decoded.recognised() { Outcome::Accepted } else { Outcome::Unrecognised };
        let comes_again = comes_again(provider, &decoded);
        let reply = match decoded.question {
            Some(question) => Reply::Ask(provider, question),
            None => Reply::Now(provider.ack(&Occasion::Kept(decoded.form))),
        };
        Self { verified, foreign, outcome, reply, comes_again }
    }

    fn kept(verified: Option<bool>, outcome: Outcome, ack: Ack) -> Self {
        Self { verified, foreign: Vec::new(), outcome, reply: Reply::Now(ack), comes_again: false }
    }
}

/// Answers a body that cannot be unpacked, in its provider's form.
fn refusal(provider: &dyn Provider, error: ContentError) -> Ack {
    let (status, fault) = match error {
        ContentError::UnknownEncoding => (415, Fault::Encoding),
        ContentError::Damaged | ContentError::TooLarge => (400, Fault::Packed),
    };
    let error = DecodeError { fault, at: 0, form: None };
    Ack { status, ..provider.ack(&Occasion::Unparsable(&error)) }
}

fn verify(
    provider: &dyn Provider,
    app: &App,
    callback: &Callback,
    public_url: Option<&str>,
    now: Timestamp,
) -> Verdict {
    if app.verify == VerifyMode::Off {
        return Verdict::Unchecked;
    }
    let secrets = Secrets {
        app_key: app.app_key.as_deref(),
        app_secret: app.app_secret.as_ref().map(crate::domain::Secret::reveal),
        public_url,
        now,
    };
    caught(|| provider.verify(callback, &secrets)).unwrap_or_else(|| {
        tracing::error!(app = app.id.0, provider = %app.provider, "checking a signature panicked; the callback is kept");
        Verdict::Failed(VerifyError::Digest)
    })
}

/// Runs a provider on untrusted bytes; `None` when it panicked. A provider keeps nothing between calls,
/// so nothing is left half changed.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

/// The notation of an undecoded body.
fn probable_form(body: &[u8]) -> BodyForm {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'<') => BodyForm::Xml,
        _ => BodyForm::Json,
    }
}

/// Whether the platform pushes everything in this callback again.
fn comes_again(provider: &dyn Provider, decoded: &Decoded) -> bool {
    let schedule = provider.retry();
    let tried_again = |gaps: &[Duration]| !gaps.is_empty();
    let items = decoded.items.iter().all(|item| match item {
        Item::Event(_) => tried_again(schedule.events),
        Item::Record(_) => tried_again(schedule.records),
        Item::Sms(_) => tried_again(schedule.sms),
        // No platform says what happens to a number's state that did not arrive.
        Item::Number(_) => false,
    });
    let question = decoded.question.as_ref().is_none_or(|question| match question.kind {
        QuestionKind::Call { .. } => tried_again(schedule.events),
        QuestionKind::Sms { .. } => tried_again(schedule.sms),
    });
    decoded.recognised() && items && question
}
