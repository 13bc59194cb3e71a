//! An app: one connection to one platform, with its address and its secrets.
//!
//! A company has one for each application it registered at a platform. What may call its address,
//! and how seriously a signature is taken, is part of it; who may see its calls is part of a user.

use ipnet::IpNet;
use jiff::Timestamp;

use super::{AppId, ProviderId, Secret, vocabulary};

vocabulary! {
    /// How seriously a callback's signature is taken.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub enum VerifyMode {
        #[default]
        Off "off" "不验签" "Not checked",
        /// Checked and flagged, answered as usual.
        Log "log" "验签，只标记" "Checked and flagged",
        /// A callback that fails is kept as `unverified` and answered 401.
        Enforce "enforce" "验签，失败即拒" "Enforced",
    }
}

vocabulary! {
    /// How Huawei's `connectInfo` and `closeInfo` are written: its documents say object, its
    /// samples send a one-element array.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub enum AnswerForm {
        /// `[{…}]`, as the official samples do.
        #[default]
        Array "array",
        /// `{…}`, as the tables say.
        Object "object",
    }
}

/// The networks callbacks may come from; empty allows all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllowFrom(pub Vec<IpNet>);

impl AllowFrom {
    /// Whether `peer` may call. An IPv4 address mapped into IPv6 counts as IPv4.
    #[must_use]
    pub fn allows(&self, peer: std::net::IpAddr) -> bool {
        self.0.is_empty() || self.0.iter().any(|net| net.contains(&peer.to_canonical()))
    }
}

/// One connection to one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Its id, for life.
    pub id: AppId,
    /// Its name, unique, changeable.
    pub name: String,
    pub provider: ProviderId,
    /// The secret part of its address: 16 to 64 of `[A-Za-z0-9_-]`.
    pub token: Secret,
    /// Huawei `APP_Key`, 玖云 `appId`.
    pub app_key: Option<String>,
    /// Huawei `APP_Secret`.
    pub app_secret: Option<Secret>,
    /// How signatures are treated.
    pub verify: VerifyMode,
    /// Where callbacks may come from.
    pub allow_from: AllowFrom,
    /// How decisions are written.
    pub answer_form: AnswerForm,
    /// The announcement of the default `close` decision; none hangs up at once.
    pub close_tone: Option<String>,
    pub created_at: Timestamp,
}

#[cfg(test)]
impl App {
    /// One that nothing was set for, of a platform.
    pub(crate) fn sample(provider: ProviderId) -> Self {
        Self {
            id: AppId(1),
            name: "hotline".to_owned(),
            provider,
            token: Secret::new("0123456789abcdef"),
            app_key: None,
            app_secret: None,
            verify: VerifyMode::Off,
            allow_from: AllowFrom::default(),
            answer_form: AnswerForm::Array,
            close_tone: None,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }
}

vocabulary! {
    /// What a person or a token may do.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Role {
        /// Sees, with numbers masked.
        Viewer "viewer",
        /// Also reveals, plays, re-decodes, replays.
        Operator "operator",
        Admin "admin",
    }
}
