//! What people do, a row each: its name in the trail, the rights it takes and its label.

use crate::domain::Rights::{self, Admin, AdminOfAll, Operator, OperatorFor, OperatorOfAll, Viewer};
use crate::domain::Text;

macro_rules! actions {
    ($($action:ident $name:literal $rights:ident $(($refusal:expr))? $($zh:literal $en:literal)?,)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum AuditAction {
            $($action),*
        }

        impl AuditAction {
            /// In the form's order.
            pub const ALL: &[Self] = &[$(Self::$action),*];

            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$action => $name),*
                }
            }

            #[must_use]
            pub fn rights(self) -> Rights {
                match self {
                    $(Self::$action => $rights$(($refusal))?),*
                }
            }

            /// `None`: show the name.
            #[must_use]
            pub fn title(self) -> Option<Text> {
                match self {
                    $(Self::$action => None$(.or(Some(Text::new($zh, $en))))?),*
                }
            }
        }
    };
}

const TAKES_OPERATOR: Text =
    Text::new("证据包里有完整号码，需要操作员权限", "evidence holds whole numbers; this takes an operator");

actions! {
    Login "login" Viewer "登录" "Logged in",
    LoginFailed "login.failed" Viewer "登录失败" "Login failed",
    LoginThrottled "login.throttled" Viewer "登录受限" "Logins held up",
    Logout "logout" Viewer "退出" "Logged out",
    LoginEnd "login.end" Viewer "结束登录" "Login ended",
    Setup "setup" Viewer "初始化" "Set up",
    PasswordChange "password.change" Viewer "修改密码" "Password changed",
    Reveal "reveal" Operator "查看号码" "Numbers shown",
    Export "export" Viewer "导出" "Exported",
    EvidenceExport "evidence.export" OperatorFor(TAKES_OPERATOR) "导出证据包" "Evidence taken",
    Play "play" Viewer "播放录音" "Recording played",
    AppAdd "app.add" AdminOfAll "添加应用" "App added",
    AppChange "app.change" Admin "修改应用" "App changed",
    AppRotate "app.rotate" Admin "更换回调地址" "Address changed",
    AppRemove "app.remove" Admin "删除应用" "App removed",
    AppTest "app.test" Operator "测试回调" "Test callback",
    PlatformSettings "platform.settings" Admin "修改平台接口设置" "Platform settings changed",
    PlatformCall "platform.call" Operator "调用平台接口" "Platform asked",
    PlatformOutcome "platform.outcome" Operator "平台接口结果" "Platform answered",
    PlatformCompare "platform.compare" Operator "与平台核对" "Compared with the platform",
    BindingAdd "binding.add" Operator "新建绑定" "Binding made",
    BindingChange "binding.change" Operator "修改绑定" "Binding changed",
    BindingEnd "binding.end" Operator "解除绑定" "Binding ended",
    BindingImport "binding.import" Operator "开始导入绑定" "Import begun",
    BindingImported "binding.imported" Operator "导入绑定完成" "Import done",
    RulesChange "rules.change" Operator "修改规则" "Rules changed",
    RulesSecret "rules.secret" Admin "更换询问密钥" "Secret for asking made",
    ListChange "list.change" OperatorOfAll "修改名单" "List changed",
    ListRemove "list.remove" OperatorOfAll "删除名单" "List removed",
    UserAdd "user.add" AdminOfAll "添加用户" "User added",
    UserChange "user.change" AdminOfAll "修改用户" "User changed",
    UserRemove "user.remove" AdminOfAll "删除用户" "User removed",
    SecondFactorOn "second_factor.on" Viewer,
    SecondFactorOff "second_factor.off" Viewer,
    SecondFactorCodes "second_factor.codes" Viewer,
    SecondFactorReset "second_factor.reset" AdminOfAll,
    SecondFactorRequire "second_factor.require" AdminOfAll,
    TokenAdd "token.add" AdminOfAll "添加令牌" "Token added",
    TokenRevoke "token.revoke" AdminOfAll "撤销令牌" "Token revoked",
    SettingsChange "settings.change" AdminOfAll "修改设置" "Settings changed",
    RetentionChange "retention.change" AdminOfAll "修改保留期限" "Retention changed",
    RetentionRun "retention.run" AdminOfAll "清理到期数据" "Nightly run",
    HoldAdd "hold.add" AdminOfAll,
    HoldEnd "hold.end" AdminOfAll,
    AuditTrim "audit.trim" AdminOfAll "清理旧审计" "Old entries removed",
    ErasureSearch "erasure.search" AdminOfAll,
    ErasureBegin "erasure.begin" AdminOfAll,
    Erase "erase" AdminOfAll "删除个人数据" "Person erased",
    SearchSave "search.save" Viewer "保存搜索" "Search saved",
    SearchRemove "search.remove" Viewer "删除搜索" "Search removed",
    SystemBackup "system.backup" AdminOfAll "备份" "Backup",
    SystemReindex "system.reindex" AdminOfAll "重建索引" "Rebuild",
    Outcome "outcome" Viewer "执行结果" "Outcome",
    Change "change" Viewer,
}
