//! Why a use case did not do what it was asked.
//!
//! Each variant is something that a face tells its reader in its own way: a page with a status, an
//! object of the API, a line of a command. What is ours to know (`Internal`, `NotRecorded`) is
//! logged by the face and never shown.

use crate::domain::{Text, Wording};
use crate::erasure::ErasureError;
use crate::ingest::NotKept;
use crate::journal::{AppendError, ReadError};
use crate::retention::RetentionError;
use crate::state::{NotRecorded, StateError};
use crate::store::QueryError;

#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The text says what is wrong and is shown.
    #[error("{}", .0.en)]
    BadRequest(Wording),
    #[error("log in, or send a token")]
    Unauthorised,
    /// The text says which right is needed.
    #[error("{}", .0.en)]
    Forbidden(Text),
    /// There is no such object, or none that the actor may see.
    #[error("there is no such thing")]
    NotFound,
    /// The text says how it conflicts and is shown.
    #[error("{}", .0.en)]
    Conflict(Wording),
    /// Such an object exists; the text says which and is shown.
    #[error("{}", .0.en)]
    Exists(Wording),
    /// Too many do this at once; the text says what and is shown.
    #[error("{}", .0.en)]
    Busy(Text),
    /// The platform refused or did not answer; the text is shown.
    #[error("{message}")]
    Platform {
        /// `platform_refused`, `platform_unreachable`.
        code: &'static str,
        message: String,
    },
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The audit entry was refused: nothing was shown or changed.
    #[error("the audit trail could not be written")]
    NotRecorded(#[source] AppendError),
    /// The callback was not accepted.
    #[error("the callback could not be kept")]
    NotKept(#[source] NotKept),
    /// The source is logged, never shown.
    #[error("answering a request")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    #[error("the body is too large")]
    TooLarge,
    #[error("the body took too long")]
    Timeout,
    /// The client hung up or broke the framing.
    #[error("the body ended early")]
    Broken,
    /// All bodies together are at their limit.
    #[error("there is no room for the body")]
    NoRoom,
}

impl From<QueryError> for ServiceError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Cursor => {
                Self::BadRequest(Wording::new("翻页标记不属于这个查询：请从第一页重新开始", error.to_string()))
            }
            QueryError::Stale => {
                Self::BadRequest(Wording::new("翻页标记已失效，索引正在重建：请从第一页重新开始", error.to_string()))
            }
            QueryError::Rebuilding => Self::Busy(Text::new(
                "要看的内容正在重建，请一分钟后再试",
                "what is asked for is being rebuilt; try again in a minute",
            )),
            QueryError::Damaged(_) => Self::Internal(Box::new(error)),
        }
    }
}

impl From<StateError> for ServiceError {
    fn from(error: StateError) -> Self {
        match error {
            StateError::Exists(_) | StateError::LastAdmin | StateError::Stale => Self::Conflict(error.wording()),
            StateError::NotFound(_) => Self::NotFound,
            StateError::Rebuilding => Self::Busy(Text::new(
                "正在从日志核对已用过的应用编号，请一分钟后再试",
                "the journal is being read for the ids that apps had; try again in a minute",
            )),
            StateError::Invalid(wording) => Self::BadRequest(wording),
            StateError::NotRecorded(error) => error.into(),
            StateError::Write(_)
            | StateError::Read(_)
            | StateError::Key { .. }
            | StateError::NoKey { .. }
            | StateError::BadKey { .. }
            | StateError::WrongKey { .. } => Self::Internal(Box::new(error)),
        }
    }
}

impl From<NotKept> for ServiceError {
    fn from(error: NotKept) -> Self {
        Self::NotKept(error)
    }
}

impl From<ReadError> for ServiceError {
    fn from(error: ReadError) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl From<AppendError> for ServiceError {
    fn from(error: AppendError) -> Self {
        Self::NotRecorded(error)
    }
}

impl From<NotRecorded> for ServiceError {
    fn from(error: NotRecorded) -> Self {
        Self::NotRecorded(error.0)
    }
}

impl From<Wording> for ServiceError {
    fn from(words: Wording) -> Self {
        Self::BadRequest(words)
    }
}

impl From<ErasureError> for ServiceError {
    fn from(error: ErasureError) -> Self {
        match error {
            ErasureError::Busy | ErasureError::Rebuilding | ErasureError::Held(_) => {
                Self::Conflict(error.to_string().into())
            }
            ErasureError::NotAPerson | ErasureError::NoReason => Self::BadRequest(error.to_string().into()),
            ErasureError::NotRecorded(error) | ErasureError::State(StateError::NotRecorded(error)) => error.into(),
            error => Self::Internal(Box::new(error)),
        }
    }
}

impl From<RetentionError> for ServiceError {
    fn from(error: RetentionError) -> Self {
        match error {
            RetentionError::Busy | RetentionError::Rebuilding => Self::Conflict(error.to_string().into()),
            RetentionError::Invalid(problem) => Self::BadRequest(problem),
            RetentionError::NoHold(_) => Self::NotFound,
            RetentionError::NotRecorded(error) | RetentionError::State(StateError::NotRecorded(error)) => error.into(),
            error => Self::Internal(Box::new(error)),
        }
    }
}
