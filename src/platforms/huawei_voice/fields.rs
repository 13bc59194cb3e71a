//! Every documented field of 语音通话, and the ones only seen.
//!
//! `message` is the object the field stands in; `body` is the outermost one. Lengths that no
//! page shows are left out.

use crate::platforms::FieldDoc;
use crate::platforms::huawei::table::fields;

pub(super) const FIELDS: &[FieldDoc] = fields! {
    "body" {
        "eventType" "String" required -> "events.kind":
            "事件类型：callout、alerting、answer、collectInfo、disconnect 或 fee",
            "The event: callout, alerting, answer, collectInfo, disconnect or fee";
        "statusInfo" "Object" optional:
            "呼叫状态信息，eventType 为状态事件时携带",
            "The call's state, with every event but fee";
        "feeLst" "FeeInfo[1-50]" optional:
            "话单列表，eventType 为 fee 时携带",
            "The call records, with fee";
    }
    "statusInfo" {
        "timestamp" "String" required -> "events.at":
            "事件发生时间，UTC，yyyy-MM-dd HH:mm:ss",
            "When it happened, UTC, yyyy-MM-dd HH:mm:ss";
        "sessionId" "String(1-256)" required -> "session_id":
            "呼叫的唯一标识，与接口响应和话单一致",
            "The call's id, the same in the API response and the record";
        "userData" "String(1-256)" optional -> "user_data":
            "请求中的用户附属信息，原样带回",
            "The reference of the request, echoed";
        "caller" "String(1-32)" optional:
            "主叫号码，平台外呼时为显示号码",
            "The calling number: for legs the platform dials, the number shown";
        "called" "String(1-32)" optional -> "events.leg":
            "被叫号码；disconnect 事件中为 A 的号码",
            "The called number; on disconnect A's number";
        "partyType" "String" optional -> "release.by":
            "挂机方，仅语音回呼的 disconnect，且请求中要求携带",
            "Who hung up: only on disconnect of a callback that asked for it";
        "stateCode" "Integer" optional -> "release.code":
            "挂机原因值，仅 disconnect",
            "Why it ended, only on disconnect";
        "stateDesc" "String(1-128)" optional:
            "挂机原因描述，仅 disconnect",
            "The reason in words, only on disconnect";
        "digitInfo" "String" optional -> "events.digits":
            "用户所按数字，仅语音通知的 collectInfo",
            "The digits pressed, only on collectInfo of a notice";
        "displayCallerNum" "String" optional:
            "显示号码，旧版示例中出现",
            "The number shown; only in older samples";
        "origCalleeNum" "String" optional -> "x_number":
            "原始被叫号码，旧版示例中出现",
            "The original callee; only in older samples";
    }
    "feeLst" {
        "direction" "Integer(0-1)" required:
            "通话方向，从平台看：0 外呼，1 回呼",
            "Direction as the platform sees it: 0 outbound, 1 call back";
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
            "发起呼叫的固话号码",
            "The fixed number that made the call";
        "sessionId" "String(1-256)" required -> "session_id":
            "呼叫的唯一标识",
            "The call's id";
        "callerNum" "String(1-32)" required -> "caller":
            "主叫号码；语音回呼中通常为 A 看到的号码",
            "The calling number; in a callback usually the one A was shown";
        "calleeNum" "String(1-32)" required -> "callee":
            "被叫号码；语音回呼中为 A 的号码",
            "The called number; in a callback A's phone";
        "fwdDisplayNum" "String(1-32)" optional:
            "语音回呼中 B 看到的号码",
            "The number B was shown in a callback";
        "fwdDstNum" "String(1-32)" optional -> "callee":
            "语音回呼中 B 的号码",
            "B's phone in a callback";
        "origCalleeNum" "String" optional:
            "原始被叫号码，旧版示例中出现",
            "The original callee; only in older samples";
        "callInTime" "String(1-128)" optional:
            "呼入开始时间，UTC",
            "When an inbound call began, UTC";
        "fwdStartTime" "String(1-128)" optional -> "setup_at":
            "呼叫 B 的开始时间，UTC",
            "When B was dialled, UTC";
        "fwdAlertingTime" "String(1-128)" optional -> "alerting_at":
            "B 振铃时间，UTC",
            "When B's phone rang, UTC";
        "fwdAnswerTime" "String(1-128)" optional -> "answered_at":
            "B 应答时间，UTC",
            "When B answered, UTC";
        "callEndTime" "String(1-128)" optional -> "released_at":
            "呼叫结束时间，UTC",
            "When the call ended, UTC";
        "fwdUnaswRsn" "Integer" optional -> "release.code":
            "呼叫 B 失败的 Q850 原因值",
            "Q.850 cause why B could not be reached";
        "failTime" "String(1-128)" optional -> "released_at":
            "呼叫失败时间，UTC",
            "When the call failed, UTC";
        "ulFailReason" "Integer" optional -> "release.code":
            "呼叫拆线点",
            "The release point";
        "sipStatusCode" "Integer" optional -> "release.code":
            "失败的 SIP 状态码，0 表示无",
            "SIP status of the failure, 0 for none";
        "callOutStartTime" "String(1-128)" optional -> "setup_at":
            "呼叫 A（或唯一一方）的开始时间，UTC",
            "When A, or the only party, was dialled, UTC";
        "callOutAlertingTime" "String(1-128)" optional -> "alerting_at":
            "A（或唯一一方）振铃时间，UTC",
            "When that phone rang, UTC";
        "callOutAnswerTime" "String(1-128)" optional -> "answered_at":
            "A（或唯一一方）应答时间，UTC",
            "When that party answered, UTC";
        "callOutUnaswRsn" "Integer" optional -> "release.code":
            "呼叫 A（或唯一一方）失败的 Q850 原因值",
            "Q.850 cause why that party could not be reached";
        "dynIVRStartTime" "String(1-128)" optional:
            "动态 IVR 开始时间，UTC",
            "When the dynamic menu began, UTC";
        "dynIVRPath" "String" optional:
            "动态 IVR 按键路径，如 0-2-3",
            "The keys pressed in the menu: 0-2-3";
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
        "ttsPlayTimes" "Integer" optional:
            "TTS 使用次数",
            "How often text-to-speech was used";
        "ttsTransDuration" "Integer" optional:
            "TTS 转换时长，秒",
            "Seconds of text-to-speech";
        "serviceType" "String(1-32)" optional -> "product":
            "业务类型：001 语音播放（通知、验证码），002 语音回呼",
            "001 voice play (notice, code), 002 callback";
        "hostName" "String(1-128)" optional:
            "生成话单的主机",
            "The host that made the record";
        "userData" "String(1-256)" optional -> "user_data":
            "请求中的用户附属信息，原样带回",
            "The reference of the request, echoed";
        "createMptyTime" "String" optional:
            "旧平台字段：会议创建时间",
            "Older platform: when the conference was made";
        "joinMptyTime" "String" optional:
            "旧平台字段：加入会议时间",
            "Older platform: when the conference was joined";
        "mptyId" "String" optional:
            "旧平台字段：会议标识",
            "Older platform: id of the conference";
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
};
