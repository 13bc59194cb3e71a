//! Errors of bindings, with texts for the log and for people in both languages.
//!
//! The text does not name the field: forms show it at the field's box.

use std::sync::Arc;

use super::index::IndexError;
use crate::domain::{BindingId, Wording};
use crate::journal::{self, AppendError, ReadError};
use crate::platforms::InvalidAnswer;
use crate::state::NotRecorded;

#[derive(Debug, thiserror::Error)]
pub enum BindingError {
    #[error(transparent)]
    Invalid(#[from] InvalidAnswer),
    #[error("binding {} already answers one of its parties at that time; end or change it first", .0.0)]
    Exists(BindingId),
    #[error("an earlier line already binds one of its parties on that number")]
    Twice,
    #[error("there is no binding {}", .0.0)]
    NotFound(BindingId),
    #[error("binding {} has ended; make a new one", .0.0)]
    Ended(BindingId),
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
    #[error("writing the bindings")]
    Write(#[source] Arc<AppendError>),
    #[error("the bindings are being read from their log; try again in a minute")]
    Reading,
    /// The index cannot be read or written; it is made again at the next start.
    #[error("the index of bindings; it is made again at the next start")]
    Index(#[source] Box<dyn std::error::Error + Send + Sync>),
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the log of bindings")]
    Log(#[from] journal::OpenError),
    #[error("reading the log of bindings")]
    Read(#[from] ReadError),
    #[error("the index of bindings")]
    Index(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl BindingError {
    /// For people; without the name of the field.
    #[must_use]
    pub fn wording(&self) -> Wording {
        let zh = match self {
            Self::Invalid(error) => return error.rule.clone(),
            Self::Exists(id) => format!("绑定 {} 在这段时间已经占用了同一隐私号上的某一方，请先解除或修改它", id.0),
            Self::Twice => "前面的某一行已经占用了同一隐私号上的某一方".to_owned(),
            Self::NotFound(id) => format!("没有编号为 {} 的绑定", id.0),
            Self::Ended(id) => format!("绑定 {} 已解除，请新建一个", id.0),
            Self::NotRecorded(_) => "审计记录未能写入，没有做任何改动".to_owned(),
            Self::Write(_) => "绑定未能写入".to_owned(),
            Self::Reading => "正在读取绑定，请一分钟后再试".to_owned(),
            Self::Index(_) => "绑定的索引有问题，下次启动时重建".to_owned(),
        };
        Wording::new(zh, self.to_string())
    }

    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Invalid(error) => Some(error.field),
            _ => None,
        }
    }
}

impl From<IndexError> for BindingError {
    fn from(error: IndexError) -> Self {
        Self::Index(Box::new(error))
    }
}
