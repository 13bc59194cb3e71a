//! The rights that something takes: a role, and for some things every app in sight.

use super::{Role, Scope, Text};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
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
    #[must_use]
    pub fn role(self) -> Role {
        match self {
            Self::Viewer => Role::Viewer,
            Self::Operator | Self::OperatorFor(_) | Self::OperatorOfAll => Role::Operator,
            Self::Admin | Self::AdminOfAll => Role::Admin,
        }
    }

    /// Whether it takes somebody who sees every app.
    #[must_use]
    pub fn takes_all_apps(self) -> bool {
        matches!(self, Self::OperatorOfAll | Self::AdminOfAll)
    }

    #[must_use]
    pub fn who(self) -> Text {
        match self {
            Self::Viewer => Text::new("任何用户或令牌", "any user or token"),
            Self::Operator | Self::OperatorFor(_) => Text::new("操作员", "operators"),
            Self::OperatorOfAll => Text::new("能看到全部应用的操作员", "operators of all apps"),
            Self::Admin => Text::new("管理员", "administrators"),
            Self::AdminOfAll => Text::new("能管理全部应用的管理员", "administrators of all apps"),
        }
    }

    /// Why somebody with this role and scope may not; `None` where they may.
    #[must_use]
    pub fn refusal(self, role: Role, scope: &Scope) -> Option<Text> {
        let (has_role, sees_all) = (role >= self.role(), scope.is_all());
        Some(match self {
            _ if has_role && (sees_all || !self.takes_all_apps()) => return None,
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
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AppId;

    #[test]
    fn each_right_admits_whom_it_names_and_says_what_is_missing() {
        let own = Text::new("不行", "no");
        let some = || Scope::Apps([AppId(1)].into());
        let all: [(Role, fn() -> Scope); 6] = [
            (Role::Viewer, some),
            (Role::Viewer, || Scope::All),
            (Role::Operator, some),
            (Role::Operator, || Scope::All),
            (Role::Admin, some),
            (Role::Admin, || Scope::All),
        ];
        let (operator, of_all) = ("this takes an operator", "this takes somebody who sees every app");
        let (admin, whole) = ("this takes an administrator", "this takes an administrator of all apps");
        for (rights, said) in [
            (Rights::Viewer, ["", "", "", "", "", ""]),
            (Rights::Operator, [operator, operator, "", "", "", ""]),
            (Rights::OperatorFor(own), ["no", "no", "", "", "", ""]),
            (Rights::OperatorOfAll, [operator, operator, of_all, "", of_all, ""]),
            (Rights::Admin, [admin, admin, admin, admin, "", ""]),
            (Rights::AdminOfAll, [admin, admin, admin, admin, whole, ""]),
        ] {
            for ((role, scope), said) in all.iter().zip(said) {
                assert_eq!(rights.refusal(*role, &scope()).map_or("", |text| text.en), said, "{rights:?} {role:?}");
            }
        }
    }
}
