//! Audit actions: the stored name and the label.

use crate::domain::Text;

macro_rules! actions {
    ($($action:ident $name:literal $($zh:literal $en:literal)?,)*) => {
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

actions! {
    Login "login" "登录" "Logged in",
    LoginFailed "login.failed" "登录失败" "Login failed",
    LoginThrottled "login.throttled" "登录受限" "Logins held up",
    Logout "logout" "退出" "Logged out",
    LoginEnd "login.end" "结束登录" "Login ended",
    Setup "setup" "初始化" "Set up",
    PasswordChange "password.change" "修改密码" "Password changed",
    Reveal "reveal" "查看号码" "Numbers shown",
    Export "export" "导出" "Exported",
    EvidenceExport "evidence.export" "导出证据包" "Evidence taken",
    Play "play" "播放录音" "Recording played",
    AppAdd "app.add" "添加应用" "App added",
    AppChange "app.change" "修改应用" "App changed",
    AppRotate "app.rotate" "更换回调地址" "Address changed",
    AppRemove "app.remove" "删除应用" "App removed",
    AppTest "app.test" "测试回调" "Test callback",
    PlatformSettings "platform.settings" "修改平台接口设置" "Platform settings changed",
    PlatformCall "platform.call" "调用平台接口" "Platform asked",
    PlatformOutcome "platform.outcome" "平台接口结果" "Platform answered",
    PlatformCompare "platform.compare" "与平台核对" "Compared with the platform",
    BindingAdd "binding.add" "新建绑定" "Binding made",
    BindingChange "binding.change" "修改绑定" "Binding changed",
    BindingEnd "binding.end" "解除绑定" "Binding ended",
    BindingImport "binding.import" "开始导入绑定" "Import begun",
    BindingImported "binding.imported" "导入绑定完成" "Import done",
    RulesChange "rules.change" "修改规则" "Rules changed",
    RulesSecret "rules.secret" "更换询问密钥" "Secret for asking made",
    ListChange "list.change" "修改名单" "List changed",
    ListRemove "list.remove" "删除名单" "List removed",
    UserAdd "user.add" "添加用户" "User added",
    UserChange "user.change" "修改用户" "User changed",
    UserRemove "user.remove" "删除用户" "User removed",
    SecondFactorOn "second_factor.on",
    SecondFactorOff "second_factor.off",
    SecondFactorCodes "second_factor.codes",
    SecondFactorReset "second_factor.reset",
    SecondFactorRequire "second_factor.require",
    TokenAdd "token.add" "添加令牌" "Token added",
    TokenRevoke "token.revoke" "撤销令牌" "Token revoked",
    SettingsChange "settings.change" "修改设置" "Settings changed",
    RetentionChange "retention.change" "修改保留期限" "Retention changed",
    RetentionRun "retention.run" "清理到期数据" "Nightly run",
    HoldAdd "hold.add",
    HoldEnd "hold.end",
    AuditTrim "audit.trim" "清理旧审计" "Old entries removed",
    ErasureSearch "erasure.search",
    ErasureBegin "erasure.begin",
    Erase "erase" "删除个人数据" "Person erased",
    SearchSave "search.save" "保存搜索" "Search saved",
    SearchRemove "search.remove" "删除搜索" "Search removed",
    SystemBackup "system.backup" "备份" "Backup",
    SystemReindex "system.reindex" "重建索引" "Rebuild",
    Outcome "outcome" "执行结果" "Outcome",
    Change "change",
}
