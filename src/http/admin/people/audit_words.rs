//! The audit trail's words: what an action is called, and what the parts of its personal side are.
//!
//! An action that is not listed is shown by its own name, so a new one is never hidden.

use crate::audit::AuditAction;
use crate::domain::{ActorId, ActorKind, Lang};

pub(crate) fn action(lang: Lang, name: &str) -> String {
    let known = AuditAction::ALL.iter().find(|known| known.name() == name).and_then(|known| known.title());
    known.map_or(name, |title| title.get(lang)).to_owned()
}

pub(crate) fn detail(lang: Lang, name: &str) -> String {
    match name {
        "page" => lang.t("页面", "page"),
        "reason" => lang.t("原因", "reason"),
        "query" => lang.t("条件", "query"),
        "fields" => lang.t("改动", "fields"),
        "name" => lang.t("填写的用户名", "name typed"),
        "login" => lang.t("登录号", "login"),
        "agent" => lang.t("浏览器", "browser"),
        "number" => lang.t("号码", "number"),
        "format" => lang.t("格式", "format"),
        "version" => lang.t("版本", "version"),
        "list" => lang.t("名单", "list"),
        "entries" => lang.t("条数", "entries"),
        "made" => lang.t("新建", "made"),
        "unchanged" => lang.t("已有", "there already"),
        "refused" => lang.t("未导入", "refused"),
        "rows" => lang.t("行数", "rows"),
        "said" => lang.t("填写的内容", "what was said"),
        "subscription" => lang.t("平台绑定 ID", "platform's id"),
        other => return other.to_owned(),
    }
    .to_owned()
}

/// What a field that was changed is called; one that is not listed is shown by its own name.
pub(crate) fn field(lang: Lang, name: &str) -> &str {
    match name {
        "name" => lang.t("名称", "name"),
        "role" => lang.t("角色", "role"),
        "app" | "apps" | "scope" => lang.t("可见应用", "apps in sight"),
        "password" | "again" => lang.t("密码", "password"),
        "provider" => lang.t("平台", "platform"),
        "token" => lang.t("回调密钥", "secret part of the address"),
        "app_key" => "App Key",
        "app_secret" => "App Secret",
        "verify" => lang.t("验签", "signatures"),
        "allow_from" => lang.t("来源地址", "allowed from"),
        "answer_form" => lang.t("应答格式", "form of answers"),
        "close_tone" => lang.t("挂断放音", "closing announcement"),
        "base_url" => lang.t("接口地址", "base URL"),
        "scheme" => lang.t("签名方式", "signing"),
        "expires_at" | "expires" | "days" => lang.t("到期", "expiry"),
        "required" => lang.t("两步验证要求", "second factor demanded"),
        "list" => lang.t("列表", "list"),
        "query" => lang.t("条件", "query"),
        "shared" => lang.t("给所有人", "for everybody"),
        "a" | "b" | "x" | "y" => name,
        "valid_from" => lang.t("生效时间", "valid from"),
        "valid_to" => lang.t("失效时间", "valid to"),
        "direction" => lang.t("方向", "direction"),
        "extension" => lang.t("分机号", "extension"),
        "max_minutes" => lang.t("最长分钟", "longest, minutes"),
        "record" => lang.t("录音", "recording"),
        "hint_tone" => lang.t("录音提示音", "recording announcement"),
        "wait_tone" => lang.t("等待音", "waiting tone"),
        "last_minute_tone" => lang.t("最后一分钟提示音", "last minute tone"),
        "user_data" => lang.t("随路数据", "user data"),
        other => other,
    }
}

/// Who it was: a user by name, a program by the name of its token, and who has no name of its own
/// by what it is.
pub(crate) fn who(lang: Lang, by: &ActorId) -> String {
    match by.kind {
        Some(ActorKind::Token) => format!("{} {}", lang.t("令牌", "token"), by.name),
        Some(ActorKind::CommandLine) => lang.t("命令行", "command line").to_owned(),
        Some(ActorKind::System) => lang.t("系统", "system").to_owned(),
        Some(ActorKind::Unknown) => lang.t("未登录", "not logged in").to_owned(),
        Some(ActorKind::User) => by.name.clone(),
        // Of an earlier version: no user and no token may be called so any more.
        None if by.name == ActorId::COMMAND_LINE => lang.t("命令行", "command line").to_owned(),
        None => by.name.clone(),
    }
}

pub(crate) fn set_by(lang: Lang, name: Option<&str>, kind: Option<&str>) -> Option<String> {
    Some(who(lang, &ActorId::written(name?, kind)))
}

/// How an act ended that did not simply come about.
pub(crate) fn ended(lang: Lang, how: &str, code: Option<&str>) -> String {
    let how = match how {
        "failed" => lang.t("未生效", "failed"),
        "done" => lang.t("已生效", "done"),
        other => other,
    };
    let code = match code {
        None => return how.to_owned(),
        Some("state_not_written") => lang.t("设置未能写入磁盘", "the settings could not be written"),
        Some("bindings_not_written") => lang.t("绑定未能写入磁盘", "the bindings could not be written"),
        Some("not_copied") => lang.t("没有备份完整", "not everything was copied"),
        Some("not_found") => lang.t("对象已不存在", "it was gone already"),
        Some("password_changed") => lang.t("密码刚被改过", "the password was just changed"),
        Some("broken_off") => lang.t("中途断开", "broken off midway"),
        Some(other) => other,
    };
    format!("{how}{}{code}", lang.t("：", ": "))
}

pub(crate) fn object(lang: Lang, word: &str) -> String {
    match word {
        "call" => lang.t("通话", "Call"),
        "callback" => lang.t("回调", "Callback"),
        "app" => lang.t("应用", "App"),
        "binding" => lang.t("绑定", "Binding"),
        "user" => lang.t("用户", "User"),
        "token" => lang.t("令牌", "Token"),
        "list" => lang.t("列表", "List"),
        "list of rules" => lang.t("规则的名单", "List of rules"),
        "hold" => lang.t("冻结", "Hold"),
        "retention" => lang.t("保留期限", "Retention"),
        "calls" | "callbacks" | "sms" | "numbers" | "recordings" | "bindings" | "decisions" | "live" => {
            return listed(lang, word).to_owned();
        }
        "searches" => lang.t("保存的查询", "Saved search"),
        "second-factor" => lang.t("两步验证", "Second factor"),
        "audit" => lang.t("审计", "Audit trail"),
        "system" => lang.t("系统", "System"),
        "login" => lang.t("登录页", "Login page"),
        other => return other.to_owned(),
    }
    .to_owned()
}

pub(crate) fn listed(lang: Lang, name: &str) -> &str {
    match name {
        "calls" => lang.t("通话", "calls"),
        "callbacks" => lang.t("回调", "callbacks"),
        "sms" | "messages" => lang.t("短信", "messages"),
        "numbers" => lang.t("号码", "numbers"),
        "recordings" => lang.t("录音", "recordings"),
        "bindings" => lang.t("绑定", "bindings"),
        "decisions" => lang.t("决策", "decisions"),
        "live" => lang.t("实时", "live"),
        other => other,
    }
}

/// A browser in a few words: `Chrome · Windows`.
pub(crate) fn browser(agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| known.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, n)| *n);
    let program = first(&[
        ("MicroMessenger", "WeChat"),
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = first(&[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("HarmonyOS", "HarmonyOS"),
        ("Linux", "Linux"),
    ]);
    match (program, system) {
        (Some(program), Some(system)) => format!("{program} · {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_by_what_it_says() {
        for (agent, words) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0",
                "Edge · Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari · iPhone",
            ),
            ("curl/8.5.0", "curl"),
            ("something", "something"),
        ] {
            assert_eq!(browser(agent), words);
        }
    }

    #[test]
    fn fields_and_lists_are_called_by_their_names_in_both_languages() {
        assert_eq!((field(Lang::Zh, "password"), field(Lang::En, "max_minutes")), ("密码", "longest, minutes"));
        assert_eq!(field(Lang::Zh, "something_new"), "something_new");
        assert_eq!((object(Lang::Zh, "list of rules"), listed(Lang::Zh, "calls")), ("规则的名单".to_owned(), "通话"));
        let who = |kind, name: &str| who(Lang::Zh, &ActorId::new(kind, name));
        assert_eq!(who(ActorKind::CommandLine, ActorId::COMMAND_LINE), "命令行");
        assert_eq!(who(ActorKind::User, "crm"), "crm");
        assert_eq!(who(ActorKind::Token, "crm"), "令牌 crm");
    }

    #[test]
    fn an_action_without_a_name_is_shown_as_it_is() {
        assert_eq!(action(Lang::En, "something.new"), "something.new");
        assert_eq!(action(Lang::Zh, "reveal"), "查看号码");
    }
}
