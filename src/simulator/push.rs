//! One push: a request that the platform is going to send, and what may come after its answer.
//!
//! What a platform does after an answer (push again, give up, go on with the call) is part of the
//! push, because it differs by kind. Sending is `play`'s.

use std::time::Duration;

use super::account::Account;
use super::call::Call;
use super::json::Object;
use super::platform::{Platform, PushKind};
use super::sms::Message;
use super::stamp::Millis;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expectation {
    /// Status 200, and no `resultcode` but `"0"`.
    Success,
    /// Status 200 and where the call should go: `connect` or `close`.
    CallDecision,
    /// Status 200 and what becomes of the message: `vNumberRoute` or `DiscardMessage`.
    SmsDecision,
    /// Nothing: no platform sends this in earnest.
    Anything,
}

#[derive(Debug, Clone)]
pub struct Push {
    pub platform: Platform,
    /// When, counted from the start of the script, in the time of the calls.
    pub due: Duration,
    pub kind: PushKind,
    /// The sessions it names: one, several in a batch, an SMS's id, none in a number status.
    pub sessions: Vec<String>,
    /// Its `Content-Type`.
    pub content_type: &'static str,
    pub body: Vec<u8>,
    /// What answer it needs.
    pub expects: Expectation,
    /// The instant at which it is due.
    pub(super) at: Millis,
    /// What comes after the answer to a question.
    pub(super) next: Option<Box<Next>>,
}

#[derive(Debug, Clone)]
pub(super) enum Next {
    Call(Call, Account),
    Sms(Message, Account),
}

/// What a receiver decided about a question, as the platform understood it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    Connect {
        /// The real callee.
        callee: String,
        record: bool,
        /// To be echoed.
        user_data: Option<String>,
    },
    Close {
        /// To be echoed.
        user_data: Option<String>,
    },
    /// Pass the message on.
    Forward {
        /// The real receiver.
        to: String,
    },
    Discard,
}

impl Decided {
    /// In words: `connect +86…`, `close`, `forward +86…`, `discard`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Connect { callee, .. } => format!("connect {callee}"),
            Self::Close { .. } => "close".to_owned(),
            Self::Forward { to } => format!("forward {to}"),
            Self::Discard => "discard".to_owned(),
        }
    }
}

impl Push {
    /// The headers, unsigned, names in lower case.
    #[must_use]
    pub fn headers(&self) -> [(&'static str, &'static str); 1] {
        [("content-type", self.content_type)]
    }

    /// Everything the platform pushes after this question was decided so, in order; nothing
    /// after a push that asks nothing or was answered with the wrong kind of decision.
    #[must_use]
    pub fn follow(&self, decided: &Decided) -> Vec<Self> {
        let mut sink = Sink::default();
        match (self.next.as_deref(), decided) {
            (Some(Next::Call(call, account)), Decided::Connect { .. } | Decided::Close { .. }) => {
                super::private::write_decided(call, account, decided, &mut sink);
            }
            (Some(Next::Sms(message, account)), Decided::Forward { to }) => {
                super::sms::write_notice(message, account, Some(to), &mut sink);
            }
            _ => {}
        }
        for record in std::mem::take(&mut sink.records) {
            sink.pushes.push(super::batch::single(self.platform, record));
        }
        for push in &mut sink.pushes {
            push.due = self.due + Duration::from_millis((push.at - self.at).max(0).unsigned_abs());
        }
        sink.pushes
    }
}

/// Where the files that write calls put what they wrote.
#[derive(Debug, Default)]
pub(super) struct Sink {
    pub pushes: Vec<Push>,
    /// Huawei call records, which are merged into batches before they leave.
    pub records: Vec<FeeRecord>,
}

#[derive(Debug)]
pub(super) struct FeeRecord {
    pub session: String,
    /// The end of its call: records of one second leave together.
    pub released: Millis,
    pub fee: Object,
}

impl Sink {
    pub(super) fn push(
        &mut self,
        platform: Platform,
        kind: PushKind,
        at: Millis,
        session: &str,
        content_type: &'static str,
        body: Vec<u8>,
    ) {
        self.pushes.push(Push {
            platform,
            due: Duration::ZERO,
            kind,
            sessions: if session.is_empty() { Vec::new() } else { vec![session.to_owned()] },
            content_type,
            body,
            expects: Expectation::Success,
            at,
            next: None,
        });
    }
}
