//! Every documented field of 隐私保护通话, and the ones only seen.
//!
//! `message` is the object the field stands in; `body` is the outermost one. Lengths that no
//! page shows are left out.

use crate::platforms::FieldDoc;
use crate::platforms::huawei::table::fields;

pub(super) const FIELDS: &[FieldDoc] = fields! {
    "body" {
        "eventType" "String" required -> "events.kind":
            "事件类型：callin、collectInfo、callout、alerting、answer、disconnect、fee 或 numStatus；短信没有此字段",
            "The event: callin, collectInfo, callout, alerting, answer, disconnect, fee or numStatus; messages have none";
        "statusInfo" "Object" optional:
            "呼叫状态信息，eventType 为呼叫事件时携带",
            "The call's state, with every call event";
        "feeLst" "FeeInfo[1-50]" optional:
            "话单列表，eventType 为 fee 时携带",
            "The call records, with fee";
        "numInfo" "numInfo[1-100]" optional:
            "号码状态列表，eventType 为 numStatus 时携带",
            "The states of numbers, with numStatus";
        "appKey" "String" optional:
            "短信所属应用的 app_key",
            "The app of a message";
        "smsEvent" "Object" optional:
            "短信通知",
            "A message";
    }
    "statusInfo" {
        "timestamp" "String(1-128)" required -> "events.at":
            "事件发生时间，UTC，yyyy-MM-dd HH:mm:ss",
            "When it happened, UTC, yyyy-MM-dd HH:mm:ss";
        "sessionId" "String(1-256)" required -> "session_id":
            "呼叫的唯一标识，与话单一致，可能含有电话号码",
            "The call's id, the same as in the record; may hold phone numbers";
        "caller" "String(1-32)" optional -> "caller":
            "主叫号码，不一定是真实主叫，以话单为准",
            "The calling number, not always the real one: the record is";
        "called" "String(1-32)" optional -> "callee":
            "被叫号码；callin 中为 X 号码",
            "The called number; on callin X";
        "subscriptionId" "String(1-64)" optional -> "binding_id":
            "绑定关系标识；AXE 和 X 的 callin 不携带，无绑定时为空",
            "The binding's id; not on callin of AXE and X, empty without a binding";
        "userData" "String(1-256)" optional -> "user_data":
            "绑定或应答时给出的附属信息，原样带回",
            "The reference given with the binding or the answer, echoed";
        "notifyMode" "String" optional -> "product":
            "Block 或 Notify，仅 X 模式 callin；Block 需要应答",
            "Block or Notify, only on callin of X; Block wants an answer";
        "digitInfo" "String" optional -> "events.digits":
            "输入的数字，仅 AXE 的 collectInfo",
            "The digits entered, only on collectInfo of AXE";
        "stateCode" "Integer" optional -> "release.code":
            "挂机原因值，仅 disconnect",
            "Why it ended, only on disconnect";
        "stateDesc" "String(1-128)" optional:
            "挂机原因描述，仅 disconnect",
            "The reason in words, only on disconnect";
        "origCalleeNum" "String" optional -> "x_number":
            "原始被叫（X）号码，旧版示例中出现",
            "The number dialled first, X; only in older samples";
        "displayCallerNum" "String" optional:
            "显示号码，旧版示例中出现",
            "The number shown; only in older samples";
    }
    "feeLst" {
        "direction" "Integer" required -> "direction":
            "AX：0 被叫为 A，1 A 发起，2 异常；其他模式未定义",
            "AX: 0 someone calls A, 1 A calls, 2 abnormal; not defined for other modes";
        "spId" "String(1-32)" required:
            "客户的云服务账号",
            "The customer's cloud account";
        "appKey" "String(1-32)" required:
            "应用的 app_key",
            "The app's app_key";
        "icid" "String(1-64)" optional:
            "话单的唯一标识",
            "The record's unique id";
        "bindNum" "String(1-32)" required -> "x_number":
            "隐私号码 X",
            "The privacy number X";
        "sessionId" "String(1-256)" required -> "session_id":
            "呼叫的唯一标识",
            "The call's id";
        "subscriptionId" "String(1-64)" optional -> "binding_id":
            "绑定关系标识，无绑定时缺失或为空",
            "The binding's id, missing or empty without one";
        "callerNum" "String(1-32)" required -> "caller":
            "真实主叫号码",
            "The real caller";
        "calleeNum" "String(1-32)" required -> "callee":
            "被拨打的号码，示例中为 X",
            "The number dialled, X in samples";
        "fwdDisplayNum" "String(1-32)" optional -> "y_number":
            "被叫看到的号码；AXYB 中为 Y",
            "The number the callee was shown; Y in AXYB";
        "fwdDstNum" "String(1-32)" optional -> "callee":
            "真实被叫号码",
            "The real callee";
        "origCalleeNum" "String" optional:
            "原始被叫号码，旧版字段",
            "The original callee; older field";
        "callInTime" "String(1-128)" optional -> "setup_at":
            "呼入开始时间，UTC",
            "When the inbound leg began, UTC";
        "fwdStartTime" "String(1-128)" optional -> "setup_at":
            "呼叫被叫的开始时间，UTC",
            "When the callee was dialled, UTC";
        "fwdAlertingTime" "String(1-128)" optional -> "alerting_at":
            "被叫振铃时间，UTC",
            "When the callee's phone rang, UTC";
        "fwdAnswerTime" "String(1-128)" optional -> "answered_at":
            "被叫应答时间，UTC；未接通时缺失",
            "When the callee answered, UTC; missing when not connected";
        "callEndTime" "String(1-128)" optional -> "released_at":
            "呼叫结束时间，UTC",
            "When the call ended, UTC";
        "fwdUnaswRsn" "Integer" optional -> "release.code":
            "呼叫被叫失败的 Q850 原因值",
            "Q.850 cause why the callee could not be reached";
        "failTime" "String(1-128)" optional -> "released_at":
            "呼入或呼出失败时间，UTC",
            "When either leg failed, UTC";
        "ulFailReason" "Integer" optional -> "release.code":
            "呼叫拆线点，0 为接通后挂机",
            "The release point, 0 hung up after a talk";
        "sipStatusCode" "Integer" optional -> "release.code":
            "失败的 SIP 状态码，正常为 0",
            "SIP status of the failure, 0 when all went well";
        "callOutStartTime" "String(1-128)" optional:
            "其他产品的字段：呼出开始时间，UTC",
            "Another product's field: when the outbound leg began, UTC";
        "callOutAlertingTime" "String(1-128)" optional:
            "其他产品的字段：呼出振铃时间，UTC",
            "Another product's field: when it rang, UTC";
        "callOutAnswerTime" "String(1-128)" optional:
            "其他产品的字段：呼出应答时间，UTC",
            "Another product's field: when it was answered, UTC";
        "callOutUnaswRsn" "Integer" optional -> "release.code":
            "呼出失败的 Q850 原因值，实际话单中出现",
            "Q.850 cause of a failed outbound leg, seen in live records";
        "dynIVRStartTime" "String(1-128)" optional:
            "其他产品的字段：动态 IVR 开始时间，UTC",
            "Another product's field: when the dynamic menu began, UTC";
        "dynIVRPath" "String" optional:
            "其他产品的字段：动态 IVR 按键路径",
            "Another product's field: the keys pressed in the menu";
        "recordFlag" "Integer(0-1)" optional -> "recording":
            "是否录音，1 为是",
            "Whether it was recorded, 1 for yes";
        "recordStartTime" "String(1-128)" optional -> "recording":
            "录音开始时间，UTC",
            "When recording began, UTC";
        "recordObjectName" "String(1-128)" optional -> "recording":
            "录音文件名",
            "Name of the recording";
        "recordBucketName" "String" optional -> "recording":
            "录音所在目录",
            "Directory of the recording";
        "recordDomain" "String(1-128)" optional -> "recording":
            "录音存储域名",
            "Storage domain of the recording";
        "recordFileDownloadUrl" "String(1-1024)" optional -> "recording":
            "录音下载地址，特殊场景携带",
            "Direct address of the recording, in special cases";
        "recordPushURL" "String" optional:
            "录音推送地址，旧版示例中出现",
            "Address recordings were pushed to; only in older samples";
        "serviceType" "String(1-32)" optional -> "product":
            "业务类型：003 AX，004 AXB；其他未公布",
            "003 AX, 004 AXB; others are not published";
        "hostName" "String(1-128)" optional:
            "生成话单的主机",
            "The host that made the record";
        "userData" "String(1-256)" optional -> "user_data":
            "绑定或应答时给出的附属信息，原样带回",
            "The reference given with the binding or the answer, echoed";
        "notifyMode" "String" optional -> "product":
            "仅 X 模式，固定为 Block，表示 X 模式话单",
            "Only X mode, always Block: marks its records";
        "extendNum" "String" optional -> "extension":
            "仅 AXE：分机号",
            "Only AXE: the extension";
        "areaCode" "String" optional:
            "X 号码所属城市码，按应用设置携带",
            "City code of X, if the app has it switched on";
        "callDuration" "Integer" optional -> "talk_seconds":
            "通话时长，秒，按应用设置携带",
            "Seconds of talk, if the app has it switched on";
        "ttsPlayTimes" "Integer" optional:
            "TTS 使用次数，实际话单中出现",
            "How often text-to-speech was used; seen in live records";
        "ttsTransDuration" "Integer" optional:
            "TTS 转换时长，秒，实际话单中出现",
            "Seconds of text-to-speech; seen in live records";
        "mptyId" "String" optional:
            "实际话单中出现，等于 subscriptionId",
            "Seen in live records, equal to subscriptionId";
        "voiceCheckType" "Integer" optional:
            "实际话单中出现，与语音质检有关",
            "Seen in live records, about the speech check";
        "createMptyTime" "String" optional:
            "旧平台字段：会议创建时间",
            "Older platform: when the conference was made";
        "joinMptyTime" "String" optional:
            "旧平台字段：加入会议时间",
            "Older platform: when the conference was joined";
        "callType" "String" optional:
            "旧平台字段：呼叫类型",
            "Older platform: type of call";
        "endToEndID" "String" optional:
            "旧平台字段：端到端标识",
            "Older platform: end-to-end id";
        "billType" "String" optional:
            "旧平台字段：话单类型",
            "Older platform: type of record";
        "subbillType" "String" optional:
            "旧平台字段：话单子类型",
            "Older platform: sub-type of record";
        "callerType" "String" optional:
            "旧平台字段：主叫类型",
            "Older platform: type of caller";
        "calleeType" "String" optional:
            "旧平台字段：被叫类型",
            "Older platform: type of callee";
    }
    "numInfo" {
        "number" "String" required -> "number":
            "隐私号码",
            "The privacy number";
        "status" "String" required -> "state":
            "5 正常，9 暂停，10 不可用，11 冻结绑定",
            "5 normal, 9 paused, 10 unavailable, 11 binding frozen";
        "cause" "String" optional -> "cause":
            "不可用的原因",
            "Why it is unavailable";
    }
    "smsEvent" {
        "smsIdentifier" "String(1-64)" required -> "sms_id":
            "短信的唯一标识，询问与通知相同",
            "The message's id, the same in question and notice";
        "notificationMode" "String(1-8)" required -> "mode":
            "Notify 通知，Block 询问",
            "Notify tells, Block asks";
        "calling" "String(1-64)" required -> "from":
            "真实发送方",
            "The real sender";
        "called" "String(1-64)" optional -> "to":
            "真实接收方，Block 中没有",
            "The real receiver, not on Block";
        "virtualNumber" "String" required -> "x_number":
            "隐私号码 X",
            "The privacy number X";
        "event" "String" required -> "kind":
            "短信类型，如 Text SMS",
            "The kind, e.g. Text SMS";
        "timeStamp" "String" required -> "at":
            "时间，ISO 8601，带毫秒和 Z",
            "When, ISO 8601 with milliseconds and Z";
        "subscriptionId" "String(1-64)" optional -> "binding_id":
            "绑定关系标识",
            "The binding's id";
        "smsContent" "String" optional -> "content":
            "短信内容，需联系平台开通",
            "The text, only when the platform has it switched on";
        "sendResult" "Integer" optional -> "result":
            "发送结果，取值未公布",
            "Result of sending; values are not published";
        "extInfo" "Object" optional:
            "扩展信息",
            "Extra information";
    }
    "extInfo" {
        "extParas" "Object[]" optional:
            "扩展参数，键值对列表；旧版为对象",
            "Extra parameters: a list of pairs, in older samples an object";
    }
    "extParas" {
        "key" "String" optional:
            "参数名：splitNum、direction",
            "Name of a parameter: splitNum, direction";
        "value" "String" optional:
            "参数值",
            "Its value";
        "splitNum" "String" optional -> "parts":
            "长短信的拆分条数",
            "The parts of a long message";
        "direction" "String" optional:
            "短信方向，取值未公布",
            "Direction of the message; values are not published";
    }
};
