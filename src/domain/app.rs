//! An app: one connection to one platform, with its address and its secrets.
//!
//! A company has one for each application it registered at a platform. What may call its address,
//! and how seriously a signature is taken, is part of it; who may see its calls is part of a user.

use ipnet::IpNet;
use jiff::Timestamp;

use super::{AppId, ProviderId, Secret};

/// How seriously a callback's signature is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum VerifyMode {
    #[default]
    Off,
    /// Checked and flagged, answered as usual.
    Log,
    /// A callback that fails is kept as `unverified` and answered 401.
    Enforce,
}

impl VerifyMode {
    /// `off`, `log`, `enforce`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Log => "log",
            Self::Enforce => "enforce",
        }
    }

    /// Reads [`VerifyMode::name`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Off, Self::Log, Self::Enforce].into_iter().find(|m| m.name() == name)
    }
}

/// How Huawei's `connectInfo` and `closeInfo` are written: its documents say object, its
/// samples send a one-element array.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AnswerForm {
    /// `[{…}]`, as the official samples do.
    #[default]
    Array,
    /// `{…}`, as the tables say.
    Object,
}

impl AnswerForm {
    /// `array`, `object`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    /// Reads [`AnswerForm::name`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Array, Self::Object].into_iter().find(|m| m.name() == name)
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

/// What a person or a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Sees, with numbers masked.
    Viewer,
    /// Also reveals, plays, re-decodes, replays.
    Operator,
    Admin,
}

impl Role {
    /// `viewer`, `operator`, `admin`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// Reads [`Role::name`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Viewer, Self::Operator, Self::Admin].into_iter().find(|r| r.name() == name)
    }
}
