//! Trying rules: which would answer a question, and with which bytes.
//!
//! It goes the same way as a real question and leaves no trace: nothing is kept, and the company's
//! own system is asked only where that is wanted.

use jiff::Timestamp;

use super::run::Mode;
use super::{Control, ControlError, Decided, RuleSet, Step};
use crate::domain::{App, Question};
use crate::platforms;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    pub decided: Decided,
    pub steps: Vec<Step>,
}

impl Control {
    pub async fn try_rules(
        &self,
        app: &App,
        question: &Question,
        at: Timestamp,
        set: Option<RuleSet>,
        ask: bool,
    ) -> Result<Trial, ControlError> {
        let book = &self.0.book;
        let provider = platforms::by_id(app.provider).filter(|provider| provider.asks());
        let provider = provider.ok_or_else(|| ControlError::NoQuestions(app.name.clone()))?;
        let mode = Mode::Trial(at, ask);
        let (decided, steps) = match set {
            Some(set) => {
                book.check(app, &set)?;
                self.0.run(provider, app, question, Some(&book.ready(set)), mode).await
            }
            None => self.0.run(provider, app, question, book.rules(app.id).as_deref(), mode).await,
        };
        Ok(Trial { decided, steps })
    }
}
