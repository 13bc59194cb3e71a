//! What each operation does, in Chinese: for the Help page, which shows both languages.
//!
//! The published description is in English, as programmers' tools expect. A test sees to it that
//! no operation lacks its line here.

/// What an operation does, by its name.
pub(super) fn summary(id: &str) -> Option<&'static str> {
    Some(match id {
        "listCalls" => "通话列表，最新的在前；参数与“通话”页面的地址栏相同",
        "getCall" => "一次通话及其事件",
        "packEvidence" => "一次通话的全部材料，打成一个 ZIP",
        "listCallbacks" => "回调列表，最新的在前",
        "getCallback" => "一个回调",
        "getCallbackBody" => "回调原文，逐字节，以纯文本返回",
        "listMessages" => "短信列表，最新的在前",
        "listNumbers" => "隐私号码及其状态",
        "listRecordings" => "录音列表，按最新的通话排列",
        "countCalls" | "countCallbacks" | "countMessages" | "countNumbers" => "查询命中多少行",
        "exportCalls" | "exportCallbacks" | "exportMessages" | "exportNumbers" => {
            "查询命中的每一行，导出为文件；先留审计记录，再发出第一个字节"
        }
        "listSearches" => "保存的查询：自己的和共享的",
        "saveSearch" => "保存一个查询",
        "removeSearch" => "删除保存的查询",
        "getStatistics" => "通话、接通与时长，按时段和分组统计",
        "getLedger" => "收到什么、去向如何，按应用和小时记账",
        "followEvents" => "实时变化（SSE）：callback、call、sms、number，数据即对象",
        "listApps" => "应用列表",
        "addApp" => "新建应用；应答中给出回调地址",
        "getApp" => "一个应用",
        "changeApp" => "修改应用；未写的字段不变",
        "removeApp" => "移除应用；通话保留",
        "rotateApp" => "更换地址；旧地址立即失效",
        "getPlatformSettings" => "应用的平台接口设置；密钥只进不出",
        "changePlatformSettings" => "修改平台接口设置；未写的字段不变",
        "listPlatformOperations" => "可以向平台发起的操作及其字段",
        "callPlatform" => "向应用的平台发起一个操作：绑定、修改、解绑、查询、终止呼叫",
        "comparePlatform" => "把本机的绑定与平台逐一核对，一页一页进行",
        "listUsers" => "用户列表",
        "addUser" => "新建用户",
        "changeUser" => "修改用户；未写的字段不变",
        "removeUser" => "移除用户并结束其登录",
        "resetSecondFactor" => "清除用户的两步验证",
        "getSecondFactor" => "谁必须启用两步验证",
        "requireSecondFactor" => "设定谁必须启用两步验证",
        "listLogins" => "当前登录：自己的，或所有人的",
        "endLogin" => "结束一个登录",
        "listTokens" => "API 令牌列表",
        "addToken" => "新建 API 令牌；只显示这一次",
        "revokeToken" => "吊销 API 令牌",
        "listAudit" => "谁做了什么、看了什么，最新的在前",
        "exportAudit" => "审计记录，导出为文件",
        "getSystem" => "本机运行状况",
        "getLog" => "服务器日志的最后若干行，最新的在前",
        "makeBackup" => "把数据目录复制到服务器上的另一个目录",
        "rebuildStore" => "由日志重建索引",
        "getSettings" => "运行时设置，以及配置文件的内容",
        "changeSettings" => "修改运行时设置",
        "getRetention" => "各类数据保留多久、冻结了什么",
        "changeRetention" => "修改保留期",
        "runRetention" => "按保留期清理一次，或试算",
        "addHold" => "新增法律冻结",
        "endHold" => "解除法律冻结",
        "listErasures" => "个人信息删除的证明列表",
        "beginErasure" => "查找或删除某个号码的全部信息",
        "getErasure" => "一份删除证明",
        _ => return None,
    })
}
