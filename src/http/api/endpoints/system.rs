use super::Rights::AdminOfAll;
use super::{Endpoint, act, look};
use crate::audit::AuditAction::*;
use crate::erasure::Certificate;
use crate::http::api::{erasures, log, retention, settings, system};
use crate::retention::{Hold, Policy};
use crate::service::system::{BackupMade, System};

#[rustfmt::skip]
pub(super) fn system() -> Vec<Endpoint> {
    vec![
        look("GET /system", "getSystem", AdminOfAll, run!(system::status)).answers::<System>()
            .says("本机运行状况", "How this installation is doing"),
        look("GET /system/log", "getLog", AdminOfAll, run!(log::list)).takes(log::KNOWN).lists::<log::LogObject>()
            .says("服务器日志的最后若干行，最新的在前", "The last lines of the server's log, newest first"),
        act("POST /system/backup", "makeBackup", SystemBackup, run!(system::backup))
            .reads::<system::BackupWanted>().answers::<BackupMade>()
            .says("把数据目录复制到服务器上的另一个目录", "Copies the data directory to another on the server"),
        act("POST /system/reindex", "rebuildStore", SystemReindex, run!(system::reindex))
            .begins::<System>().says("由日志重建索引", "Rebuilds what is known from the journal"),
        look("GET /settings", "getSettings", AdminOfAll, run!(settings::show)).answers::<settings::Settings>()
            .says("运行时设置，以及配置文件的内容", "What is set while the server runs"),
        act("PATCH /settings", "changeSettings", SettingsChange, run!(settings::change))
            .reads::<settings::SettingsChange>().answers::<settings::Settings>()
            .says("修改运行时设置", "Changes what is set; what is not there stays"),
        look("GET /retention", "getRetention", AdminOfAll, run!(retention::show))
            .answers::<retention::RetentionObject>()
            .says("各类数据保留多久、冻结了什么", "What is kept for how long, what is held, and how runs went"),
        act("PATCH /retention", "changeRetention", RetentionChange, run!(retention::change))
            .reads::<Policy>().answers::<retention::RetentionObject>()
            .says("修改保留期", "Says for how long each kind is kept"),
        act("POST /retention/runs", "runRetention", RetentionRun, run!(retention::run))
            .reads::<retention::RunWanted>().begins::<retention::RunObject>()
            .says("按保留期清理一次，或试算", "Begins a run, or a dry one"),
        act("POST /retention/holds", "addHold", HoldAdd, run!(retention::hold))
            .reads::<retention::HoldWanted>().makes::<Hold>().says("新增法律冻结", "Holds something beyond its time"),
        act("DELETE /retention/holds/{id}", "endHold", HoldEnd, run!(retention::release, id))
            .answers::<Hold>().says("解除法律冻结", "Ends a hold"),
        look("GET /erasures", "listErasures", AdminOfAll, run!(erasures::list)).answers::<erasures::Erasures>()
            .says("个人信息删除的证明列表", "Certificates of erasures, and the one under way"),
        act("POST /erasures", "beginErasure", ErasureBegin, run!(erasures::begin))
            .reads::<erasures::ErasureWanted>().begins::<erasures::ErasureJob>()
            .says("查找或删除某个号码的全部信息", "Takes everything of one person out, or only looks"),
        look("GET /erasures/{id}", "getErasure", AdminOfAll, run!(erasures::one, id)).answers::<Certificate>()
            .says("一份删除证明", "The certificate of an erasure"),
    ]
}
