//! Answers to what a platform asks while the phone rings.
//!
//! [`decide`] says what the answer is, [`Answers`] that it stays the same however often and
//! however simultaneously the question is asked. Deciding reads nothing slow and asks nobody:
//! a caller is waiting. The write path ([`crate::ingest`]) makes an answer durable before it
//! is given.

mod answers;

pub use answers::{Answers, Asked, LoadError, Ticket};

use crate::domain::{Ack, App, Question};
use crate::providers::Provider;

/// What a question to `app` is answered: without a rule that says otherwise, the provider's
/// default, which closes a call and discards a message.
#[must_use]
pub fn decide(provider: &dyn Provider, app: &App, question: &Question) -> Ack {
    provider.answer(&provider.default_decision(question, app), app.answer_form)
}
