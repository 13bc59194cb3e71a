//! The field's own words as types.
//!
//! Nothing here does I/O, reads a clock or knows how anything is serialised: providers turn
//! payloads into these types, [`crate::correlate`] turns them into calls, and the store, the
//! API and the pages each have rows of their own that convert from and to them.
//!
//! Phone numbers, session ids and secrets print themselves masked; `.reveal()` is the only
//! way to the whole text, so that a log line or a panic message cannot leak one.

mod actor;
pub mod address;
mod app;
mod binding;
mod call;
mod callback;
mod cause;
mod decision;
mod escapes;
mod event;
mod ids;
mod lang;
mod masking;
pub mod metrics;
mod named;
mod number;
pub mod plain_text;
mod question;
mod record;
mod rights;
mod scope;
mod secret;
mod sms;
mod spelling;

use jiff::tz::{Offset, TimeZone};

pub use actor::{ActorId, ActorKind};
pub use app::{AllowFrom, AnswerForm, App, Role, VerifyMode};
pub use binding::{Binding, BindingId, BindingKind, BindingState, BindingTerms};
pub use call::{Anomaly, Call, CallEventView, CallOutcome, CallState, RecordingState, RecordingView, Release};
pub use callback::{Ack, Callback, Item, Outcome, Suspicion, TEST_HEADER, marks_test};
pub use cause::{CauseCode, Party, Who};
pub use decision::{AskedNote, Asking, Asks, DecidedQuestion, DecisionAction, DecisionNote};
pub use escapes::Unescaped;
pub use event::{CallEvent, EventKind, Stamp, label_word};
pub use ids::{AppId, CallId, CallKey, Identity, ProviderId, Seq, SessionId};
pub use lang::{Lang, Text, Wording, many};
pub use masking::{Masking, mask_numbers, mask_numbers_and};
pub use named::Named;
pub(crate) use named::vocabulary;
pub use number::PhoneNumber;
pub use question::{CallDecision, Connect, Decision, Question, QuestionKind, SmsDecision};
pub use record::{CallRecord, Direction, Product, RecordingRef};
pub use rights::Rights;
pub use scope::Scope;
pub use secret::Secret;
pub use sms::{NumberState, NumberStatus, SmsEvent, SmsMode};
pub use spelling::{GAP_MAX, Sign};

/// The time zone of the platforms, of the pages and of files for people: Beijing's, which has had no
/// summer time since 1991, so that no database of time zones is needed.
pub const BEIJING: TimeZone = TimeZone::fixed(BEIJING_OFFSET);
pub const BEIJING_OFFSET: Offset = Offset::constant(8);
