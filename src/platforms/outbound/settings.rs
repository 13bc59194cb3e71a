//! What an app needs to ask its platform: what may be shown, and what is sealed.
//!
//! [`Settings`] is kept in clear and holds no secret; [`Credentials`] is made of it, the app and the
//! sealed token for one question, and prints none.

use serde::{Deserialize, Serialize};

use crate::domain::{Secret, vocabulary};

vocabulary! {
    /// How Huawei's requests are signed.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum Scheme {
        /// HMAC, since 2024.
        #[default]
        Aksk "aksk",
        /// SHA-256 of nonce, time and secret, before.
        Wsse "wsse",
    }
}

/// What is set for an app, as far as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settings {
    /// Where the platform stands; empty calls nothing.
    #[serde(default)]
    pub base_url: String,
    /// How Huawei's requests are signed.
    #[serde(default)]
    pub scheme: Scheme,
    /// Our account at 玖云.
    #[serde(default)]
    pub account_sid: Option<String>,
}

/// Everything that one question needs.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Where the platform stands.
    pub base_url: String,
    /// How Huawei's requests are signed.
    pub scheme: Scheme,
    /// Huawei's `APP_Key`, 玖云's appId.
    pub app_key: Option<String>,
    /// Huawei's `APP_Secret`.
    pub app_secret: Option<Secret>,
    /// 玖云's accountSid.
    pub account_sid: Option<String>,
    /// 玖云's authToken.
    pub auth_token: Option<Secret>,
}
