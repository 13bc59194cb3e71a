use super::{Endpoint, FILES, act, look};
use crate::audit::AuditAction::*;
use crate::domain::Rights::{Admin, AdminOfAll, Viewer};
use crate::http::api::{audit, logins, tokens, users};
use crate::http::export;
use crate::service::trail;
use crate::store::{AuditQuery, FilterTable as _};

#[rustfmt::skip]
pub(super) fn people() -> Vec<Endpoint> {
    vec![
        look("GET /users", "listUsers", AdminOfAll, run!(users::list)).lists::<users::UserObject>()
            .says("用户列表", "People"),
        act("POST /users", "addUser", UserAdd, run!(users::add))
            .reads::<users::UserToAdd>().makes::<users::UserObject>().says("新建用户", "Adds a person"),
        act("PATCH /users/{name}", "changeUser", UserChange, run!(users::change, name))
            .reads::<users::UserToChange>().answers::<users::UserObject>()
            .says("修改用户；未写的字段不变", "Changes a person; what is not there stays"),
        act("DELETE /users/{name}", "removeUser", UserRemove, run!(users::remove, name))
            .answers::<users::UserObject>().says("移除用户并结束其登录", "Removes a person and ends their logins"),
        act("DELETE /users/{name}/second-factor", "resetSecondFactor", SecondFactorReset, run!(users::reset, name))
            .answers::<users::UserObject>().says("清除用户的两步验证", "Takes a second factor away"),
        look("GET /second-factor", "getSecondFactor", AdminOfAll, run!(users::required))
            .answers::<users::SecondFactorObject>().says("谁必须启用两步验证", "Who must have a second factor"),
        act("PATCH /second-factor", "requireSecondFactor", SecondFactorRequire, run!(users::require))
            .reads::<users::SecondFactorObject>().answers::<users::SecondFactorObject>()
            .says("设定谁必须启用两步验证", "Says who must have one"),
        look("GET /logins", "listLogins", Viewer, run!(logins::list))
            .takes(logins::KNOWN).lists::<logins::LoginObject>()
            .says("当前登录：自己的，或所有人的", "Browsers that are logged in: your own, or everybody's"),
        act("DELETE /logins/{id}", "endLogin", LoginEnd, run!(logins::end, id))
            .answers::<logins::LoginObject>().says("结束一个登录", "Ends a login"),
        look("GET /tokens", "listTokens", AdminOfAll, run!(tokens::list)).lists::<tokens::TokenObject>()
            .says("API 令牌列表", "API tokens"),
        act("POST /tokens", "addToken", TokenAdd, run!(tokens::add))
            .reads::<tokens::TokenToAdd>().makes::<tokens::TokenObject>()
            .says("新建 API 令牌；只显示这一次", "Makes an API token; it is told this once"),
        act("DELETE /tokens/{name}", "revokeToken", TokenRevoke, run!(tokens::revoke, name))
            .answers::<tokens::TokenObject>().says("吊销 API 令牌", "Takes an API token back"),
        look("GET /audit", "listAudit", Admin, run!(audit::list)).pages::<trail::AuditObject>(AuditQuery::parameters())
            .says("谁做了什么、看了什么，最新的在前", "Who did what, and who looked at what, newest first"),
        act("GET /audit/export", "exportAudit", Export, run!(audit::export)).needs(Admin)
            .takes(AuditQuery::parameters()).takes(export::AUDIT_CHOICES).streams(FILES).says("审计记录，导出为文件", "The same as a file"),
    ]
}
