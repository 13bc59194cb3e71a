//! Who may ask an address; checked in one place, and said in `openapi.json` and on the Help page.

use super::HttpError;
use crate::domain::{Role, Text};
use crate::state::Principal;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http::api) enum Rights {
    /// Everybody who is known; the handler may narrow it down to what is one's own.
    Viewer,
    /// What somebody does day by day with the apps he sees.
    Operator,
    /// The same, refused in words of its own.
    OperatorFor(Text),
    /// What all apps share.
    OperatorOfAll,
    /// What belongs to an app.
    Admin,
    /// What concerns the installation: it is not for those who see some apps only.
    AdminOfAll,
}

impl Rights {
    pub(in crate::http::api) fn role(self) -> Role {
        match self {
            Self::Viewer => Role::Viewer,
            Self::Operator | Self::OperatorFor(_) | Self::OperatorOfAll => Role::Operator,
            Self::Admin | Self::AdminOfAll => Role::Admin,
        }
    }

    /// Whether it takes somebody who sees every app.
    pub(in crate::http::api) fn takes_all_apps(self) -> bool {
        matches!(self, Self::OperatorOfAll | Self::AdminOfAll)
    }

    pub(in crate::http::api) fn who(self) -> Text {
        match self {
            Self::Viewer => Text::new("任何用户或令牌", "any user or token"),
            Self::Operator | Self::OperatorFor(_) => Text::new("操作员", "operators"),
            Self::OperatorOfAll => Text::new("能看到全部应用的操作员", "operators of all apps"),
            Self::Admin => Text::new("管理员", "administrators"),
            Self::AdminOfAll => Text::new("能管理全部应用的管理员", "administrators of all apps"),
        }
    }

    pub(in crate::http::api) fn check(self, who: &Principal) -> Result<(), HttpError> {
        let (has_role, sees_all) = (who.role >= self.role(), who.scope.is_all());
        Err(HttpError::Forbidden(match self {
            _ if has_role && (sees_all || !self.takes_all_apps()) => return Ok(()),
            Self::OperatorFor(refusal) => refusal,
            Self::OperatorOfAll if has_role => {
                Text::new("需要能看到全部应用的人", "this takes somebody who sees every app")
            }
            Self::AdminOfAll if has_role => {
                Text::new("需要能管理全部应用的管理员", "this takes an administrator of all apps")
            }
            Self::Admin | Self::AdminOfAll => Text::new("需要管理员权限", "this takes an administrator"),
            Self::Viewer | Self::Operator | Self::OperatorOfAll => {
                Text::new("需要操作员权限", "this takes an operator")
            }
        }))
    }
}
