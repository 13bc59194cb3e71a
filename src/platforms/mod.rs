//! The platforms: what each sends, how it signs, which answers it expects, and its own interfaces.
//!
//! A platform is one folder. A new one adds two lines here: its `mod` and its place in [`ALL`]. Shared
//! code never names a platform.
//!
//! Documentation is data: [`Provider::fields`] and [`Provider::codes`] feed the help pages, the
//! explanations of a call, `ringback providers`, and the tests that walk every table. The other
//! direction is [`outbound`].

mod body;
mod docs;
mod fault;
mod fresh;
pub mod huawei;
mod huawei_private;
mod huawei_voice;
mod jiuyun;
pub mod outbound;
mod products;
#[cfg(test)]
mod tests;
mod text;

use std::fmt::Debug;

pub use self::docs::{Address, CodeDoc, CodeTable, FieldDoc, RetrySchedule, Sample};
pub use self::fault::{DecodeError, Fault};
pub use self::fresh::{fresh, telling};
use self::outbound::Outbound;
pub use self::products::{CallShape, ProductInfo};
use crate::domain::{Ack, AnswerForm, App, Callback, CauseCode, Decision, Lang, ProviderId, Question, Wording};
pub use crate::domain::{Item, Suspicion};
use jiff::Timestamp;

/// Every provider, in the order in which they are shown.
pub static ALL: &[&dyn Provider] = &[&jiuyun::Jiuyun, &huawei_voice::HuaweiVoice, &huawei_private::HuaweiPrivate];

#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Provider> {
    ALL.iter().copied().find(|p| p.id().0 == name)
}

/// The provider of this id. Ids are only made from [`ALL`].
#[must_use]
pub fn by_id(id: ProviderId) -> Option<&'static dyn Provider> {
    by_name(id.0)
}

/// What a code of a provider means, if a table of it knows.
#[must_use]
pub fn explain(provider: ProviderId, cause: &CauseCode) -> Option<&'static CodeDoc> {
    by_id(provider)?.codes().iter().find(|t| t.name == cause.table)?.find(&cause.code)
}

pub trait Provider: Debug + Sync {
    fn id(&self) -> ProviderId;
    fn title(&self, lang: Lang) -> &'static str;
    /// Which addresses its console asks for, and what arrives there.
    fn addresses(&self) -> &'static [Address];
    fn fields(&self) -> &'static [FieldDoc];
    fn codes(&self) -> &'static [CodeTable];
    fn products(&self) -> &'static [ProductInfo];
    /// One body of every kind it sends.
    fn samples(&self) -> &'static [Sample];
    fn retry(&self) -> RetrySchedule;
    fn recording_days(&self) -> u32;

    /// Whether there is a secret or a known application to check callbacks against. Without it nothing
    /// can fail, whatever the mode.
    fn can_verify(&self, app: &App) -> bool;
    /// Checks the signature, or what the platform has instead. [`admit`] decides, by the app's mode.
    fn verify(&self, callback: &Callback, secrets: &Secrets<'_>) -> Verdict;
    /// Reads a callback. Never panics, whatever the bytes.
    ///
    /// # Errors
    /// Where the body is empty, neither JSON nor XML, broken beyond single values, or XML with a DOCTYPE.
    fn decode(&self, callback: &Verified<'_>) -> Result<Decoded, DecodeError>;
    /// The answer that the platform expects.
    fn ack(&self, occasion: &Occasion<'_>) -> Ack;
    /// The answer when no rule decides: close, discard.
    fn default_decision(&self, question: &Question, app: &App) -> Decision;
    /// Whether it asks questions that a decision answers.
    fn asks(&self) -> bool {
        false
    }
    /// Checks a decision against the documented length and format of every field of its answer.
    ///
    /// # Errors
    /// The field and its rule.
    fn check(&self, _decision: &Decision) -> Result<(), InvalidAnswer> {
        Ok(())
    }
    fn answer(&self, decision: &Decision, form: AnswerForm) -> Ack;
    /// Its own interfaces; `None` if it has none.
    fn outbound(&self) -> Option<&'static dyn Outbound> {
        None
    }
    /// The decision in an answer, for people; `None` if it holds none.
    fn answered(&self, _answer: &Ack) -> Option<Decision> {
        None
    }
}

/// Why the platform would not accept the answer to a decision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {}", .rule.en)]
pub struct InvalidAnswer {
    pub field: &'static str,
    /// Follows the name of the field.
    pub rule: Wording,
}

#[derive(Debug, Clone, Copy)]
pub struct Secrets<'a> {
    /// Huawei `APP_Key`, 玖云 `appId`.
    pub app_key: Option<&'a str>,
    /// Huawei `APP_Secret`.
    pub app_secret: Option<&'a str>,
    /// `https://host:port` as the platform knows us: the digest may cover the whole address.
    pub public_url: Option<&'a str>,
    pub now: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// There was nothing to check against, or the platform signs nothing.
    Unchecked,
    /// The recipe that matched.
    Passed(&'static str),
    Failed(VerifyError),
}

impl Verdict {
    /// `true`, `false`, or `None` when nothing was checked: how it stands in the journal.
    #[must_use]
    pub fn verified(&self) -> Option<bool> {
        match self {
            Self::Unchecked => None,
            Self::Passed(_) => Some(true),
            Self::Failed(_) => Some(false),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    #[error("no X-AKSK or X-WSSE header")]
    MissingHeader,
    #[error("the signature header has no {0}")]
    MissingPart(&'static str),
    #[error("the signature is for another app key")]
    OtherApp,
    #[error("the digest does not match: wrong app secret, or the public address is not what the platform was given")]
    Digest,
    /// Too old, or too far in the future.
    #[error("Created lies too far from now: is the clock right?")]
    Stale,
    /// `Created` is not a time.
    #[error("Created is not a time")]
    Created,
    /// The body names another application than the one configured.
    #[error("the body names another application")]
    OtherAppId,
}

/// Only [`admit`] and [`Verified::from_journal`] make one.
#[derive(Debug)]
pub struct Verified<'a>(&'a Callback);

impl<'a> Verified<'a> {
    #[must_use]
    pub fn from_journal(callback: &'a Callback) -> Self {
        Self(callback)
    }

    #[must_use]
    pub fn callback(&self) -> &'a Callback {
        self.0
    }
}

/// Admits or refuses a callback by the app's mode.
///
/// # Errors
/// The reason, when the signature failed and the app enforces signatures. Where there is nothing
/// to check against, as for an app without a secret, nothing can fail either.
pub fn admit<'a>(
    callback: &'a Callback,
    verdict: &Verdict,
    mode: crate::domain::VerifyMode,
) -> Result<Verified<'a>, VerifyError> {
    use crate::domain::VerifyMode;
    match (mode, verdict) {
        (VerifyMode::Enforce, Verdict::Failed(error)) => Err(error.clone()),
        _ => Ok(Verified(callback)),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyForm {
    Json,
    Xml,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The answer uses the same.
    pub form: BodyForm,
    /// Empty, and no question: unrecognised.
    pub items: Vec<Item>,
    /// The application that each item names (Huawei `appKey`, 玖云 `appId`), beside the items;
    /// empty where this kind of callback names none.
    pub applications: Vec<String>,
    pub question: Option<Question>,
    /// For the Attention page. Not empty if anything in a batch was not understood.
    pub suspicions: Vec<Suspicion>,
}

impl Decoded {
    #[must_use]
    pub fn recognised(&self) -> bool {
        !self.items.is_empty() || self.question.is_some()
    }

    /// Other applications that it names, each once: the address was pasted into another application's
    /// box.
    #[must_use]
    pub fn foreign_applications(&self, expected: &str) -> Vec<String> {
        let mut foreign: Vec<String> = self.applications.iter().filter(|name| *name != expected).cloned().collect();
        foreign.retain(|name| !name.is_empty());
        foreign.sort_unstable();
        foreign.dedup();
        foreign.truncate(crate::limits::FOREIGN_APPLICATIONS_MAX);
        foreign
    }
}

#[derive(Debug)]
pub enum Occasion<'a> {
    /// A notice was kept, understood or not.
    Kept(BodyForm),
    /// The body could not be read: 400.
    Unparsable(&'a DecodeError),
    /// The signature did not hold: 401.
    Unverified,
}
