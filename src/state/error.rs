//! Why something could not be set or read.
//!
//! The texts are for the person who tried: which rule, which name, what would do. None holds a
//! secret, since they go to browsers and terminals.

use std::path::PathBuf;

use crate::domain::Wording;

#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("there is already {}", .0.en)]
    Exists(Wording),
    #[error("there is no {0}")]
    NotFound(String),
    /// The text says which rule.
    #[error("{}", .0.en)]
    Invalid(Wording),
    /// The journal is still being read for the ids that apps had.
    #[error("the journal is being read for the ids that apps had; try again in a minute")]
    Rebuilding,
    #[error("this is the last administrator; add another one first")]
    LastAdmin,
    /// The change was decided from an old version.
    #[error("somebody else changed it meanwhile; look at it and try again")]
    Stale,
    /// The audit entry was refused: nothing was changed.
    #[error(transparent)]
    NotRecorded(#[from] super::NotRecorded),
    #[error("writing the state")]
    Write(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("reading the state")]
    Read(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the key file {}", path.display())]
    Key {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the key file {} is missing, and state/ holds secrets sealed with it; put keys/ back from the backup", path.display())]
    NoKey { path: PathBuf },
    #[error("the key file {} is damaged; put keys/ back from the backup", path.display())]
    BadKey { path: PathBuf },
    #[error("the key in {} is not the one that sealed the secrets in state/; put the keys/ back that belongs to it", path.display())]
    WrongKey { path: PathBuf },
}

impl StateError {
    /// What the person is told.
    #[must_use]
    pub fn wording(&self) -> Wording {
        match self {
            Self::Invalid(wording) => wording.clone(),
            Self::Exists(what) => Wording::new(format!("已经有{}", what.zh), self.to_string()),
            Self::Rebuilding => Wording::new("正在从日志核对已用过的应用编号，请一分钟后再试", self.to_string()),
            Self::LastAdmin => Wording::new("这是最后一位能管理一切的管理员，请先添加另一位", self.to_string()),
            Self::Stale => Wording::new("已被别人改动，请查看后重试", self.to_string()),
            Self::NotFound(_)
            | Self::NotRecorded(_)
            | Self::Write(_)
            | Self::Read(_)
            | Self::Key { .. }
            | Self::NoKey { .. }
            | Self::BadKey { .. }
            | Self::WrongKey { .. } => self.to_string().into(),
        }
    }
}
