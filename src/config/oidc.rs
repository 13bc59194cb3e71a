//! `[oidc]`: logins at the company's own provider. Off without `issuer`; every missing key of an incomplete
//! section is a problem.

use std::path::PathBuf;

use super::Problems;
use super::settings::Reader;
use crate::domain::Role;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcConfig {
    pub issuer: String,
    pub client_id: String,
    pub client_secret_file: PathBuf,
    pub scopes: String,
    /// Of the login button.
    pub name: String,
    pub name_claim: String,
    /// The claim with a person's groups; dots separate nested names.
    pub role_claim: String,
    pub roles: Vec<(String, Role)>,
    /// For people without a mapped group; `None` denies.
    pub default_role: Option<Role>,
    /// Mail domains that may log in; empty admits all.
    pub allowed_domains: Vec<String>,
    pub extra_roots: Option<PathBuf>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct OidcSettings {
    issuer: Option<String>,
    client_id: Option<String>,
    client_secret_file: Option<String>,
    scopes: Option<String>,
    name: Option<String>,
    name_claim: Option<String>,
    role_claim: Option<String>,
    roles: Option<Vec<String>>,
    default_role: Option<String>,
    allowed_domains: Option<Vec<String>>,
    extra_roots: Option<String>,
}

impl OidcSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let mut text = |key| reader.text("oidc", key);
        Self {
            issuer: text("issuer"),
            client_id: text("client_id"),
            client_secret_file: text("client_secret_file"),
            scopes: text("scopes"),
            name: text("name"),
            name_claim: text("name_claim"),
            role_claim: text("role_claim"),
            default_role: text("default_role"),
            extra_roots: text("extra_roots"),
            roles: reader.texts("oidc", "roles"),
            allowed_domains: reader.texts("oidc", "allowed_domains"),
        }
    }

    /// `None` without an issuer.
    pub(super) fn into_config(self, has_public_url: bool, problems: &mut Problems) -> Option<OidcConfig> {
        let roles = roles(&self.roles.unwrap_or_default(), problems);
        let default_role = match self.default_role.as_deref() {
            None | Some("deny") => None,
            Some(text) => role("oidc.default_role", text, "viewer, operator, admin or deny", problems),
        };
        let Some(issuer) = self.issuer else {
            if self.client_id.is_some() || self.client_secret_file.is_some() {
                problems.add("oidc.issuer", "is missing: the other keys say nothing without it");
            }
            return None;
        };
        if !issuer.starts_with("https://") || issuer.contains(['?', '#']) {
            problems.add("oidc.issuer", format!("{issuer:?} is not an address like https://id.example.com"));
        }
        if !has_public_url {
            problems.add("oidc.issuer", "needs server.public_url: the provider sends people back there");
        }
        let mut must = |key: &str, value: Option<String>| {
            if value.is_none() {
                problems.add(format!("oidc.{key}"), "is missing beside oidc.issuer");
            }
            value.unwrap_or_default()
        };
        let client_id = must("client_id", self.client_id);
        let client_secret_file = must("client_secret_file", self.client_secret_file).into();
        let or = |value: Option<String>, default: &str| value.unwrap_or_else(|| default.to_owned());
        let scopes = or(self.scopes, "openid profile email");
        if !scopes.split(' ').any(|scope| scope == "openid") {
            problems.add("oidc.scopes", format!("{scopes:?} lacks openid"));
        }
        Some(OidcConfig {
            issuer,
            client_id,
            client_secret_file,
            scopes,
            name: or(self.name, "OpenID Connect"),
            name_claim: or(self.name_claim, "preferred_username"),
            role_claim: or(self.role_claim, "groups"),
            roles,
            default_role,
            allowed_domains: self.allowed_domains.unwrap_or_default(),
            extra_roots: self.extra_roots.map(PathBuf::from),
        })
    }
}

fn roles(texts: &[String], problems: &mut Problems) -> Vec<(String, Role)> {
    let mut roles = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let key = format!("oidc.roles[{index}]");
        match text.rsplit_once('=') {
            Some((group, word)) if !group.trim().is_empty() => {
                let role = role(&key, word.trim(), "viewer, operator or admin", problems);
                roles.extend(role.map(|role| (group.trim().to_owned(), role)));
            }
            _ => problems.add(key, format!("{text:?} is not a group and its role like \"support = viewer\"")),
        }
    }
    roles
}

fn role(key: &str, text: &str, expected: &str, problems: &mut Problems) -> Option<Role> {
    let role = Role::parse(text);
    if role.is_none() {
        problems.add(key, format!("{text:?} is none of {expected}"));
    }
    role
}
