use super::{Endpoint, FILES, act, look};
use crate::audit::AuditAction::*;
use crate::bindings::BindingQuery;
use crate::domain::Rights::{OperatorFor, Viewer};
use crate::http::api::{
    callbacks, calls, events, evidence, export, ledger, lists, numbers, recordings, searches, sms, stats,
};
use crate::store::{CallQuery, CallbackQuery, DecisionQuery, FilterTable as _, NumberQuery, SmsQuery};

#[rustfmt::skip]
pub(super) fn calls() -> Vec<Endpoint> {
    vec![
        look("GET /calls", "listCalls", Viewer, run!(calls::list)).pages::<calls::CallObject>(CallQuery::parameters())
            .says("通话列表，最新的在前；参数与“通话”页面的地址栏相同", "Calls, newest first"),
        look("GET /calls/{id}", "getCall", Viewer, run!(calls::one, id)).answers::<calls::WholeCall>()
            .says("一次通话及其事件和决策", "One call with its events and decisions"),
        act("POST /calls/{id}/evidence", "packEvidence", EvidenceExport,
            run!(evidence::make, id))
            .reads::<evidence::EvidenceToMake>().streams(&["application/zip"])
            .says("一次通话的全部材料，打成一个 ZIP", "All there is about one call, as one ZIP"),
        look("GET /callbacks", "listCallbacks", Viewer, run!(callbacks::list))
            .pages::<callbacks::CallbackObject>(CallbackQuery::parameters())
            .says("回调列表，最新的在前", "Callbacks, newest first"),
        look("GET /callbacks/{seq}", "getCallback", Viewer, run!(callbacks::one, seq))
            .answers::<callbacks::CallbackObject>().says("一个回调", "One callback"),
        look("GET /callbacks/{seq}/raw", "getCallbackBody", OperatorFor(callbacks::TAKES_OPERATOR),
            run!(callbacks::raw, seq))
            .streams(&["text/plain"]).says("回调原文，逐字节，以纯文本返回", "Its body, byte for byte, as plain text"),
        look("GET /sms", "listMessages", Viewer, run!(sms::list)).pages::<sms::SmsObject>(SmsQuery::parameters())
            .says("短信列表，最新的在前", "Text messages, newest first"),
        look("GET /numbers", "listNumbers", Viewer, run!(numbers::list))
            .pages::<numbers::NumberObject>(NumberQuery::parameters())
            .says("隐私号码及其状态", "Privacy numbers and their states"),
        look("GET /recordings", "listRecordings", Viewer, run!(recordings::list))
            .pages::<recordings::RecordingOfCall>(CallQuery::parameters())
            .says("录音列表，按最新的通话排列", "Recordings, by the newest call"),
    ]
}

#[rustfmt::skip]
pub(super) fn lists() -> Vec<Endpoint> {
    let lists = [
        ("GET /calls/count", "countCalls", "GET /calls/export", "exportCalls", CallQuery::parameters()),
        ("GET /callbacks/count", "countCallbacks", "GET /callbacks/export", "exportCallbacks", CallbackQuery::parameters()),
        ("GET /sms/count", "countMessages", "GET /sms/export", "exportMessages", SmsQuery::parameters()),
        ("GET /numbers/count", "countNumbers", "GET /numbers/export", "exportNumbers", NumberQuery::parameters()),
        ("GET /bindings/count", "countBindings", "GET /bindings/export", "exportBindings", BindingQuery::parameters()),
        ("GET /decisions/count", "countDecisions", "GET /decisions/export", "exportDecisions", DecisionQuery::parameters()),
    ];
    let both = |(count, count_id, file, file_id, filters)| {
        [
            look(count, count_id, Viewer, run!(lists::count, 0)).takes(filters).answers::<lists::CountObject>()
                .says("查询命中多少行", "How many rows a query has"),
            act(file, file_id, Export, run!(export::get, 0))
                .takes(filters).takes(export::CHOICES).streams(FILES)
                .says("查询命中的每一行，导出为文件；先留审计记录，再发出第一个字节",
                      "Every row of a query, as a file; on record before its first byte"),
        ]
    };
    let mut rows: Vec<Endpoint> = lists.into_iter().flat_map(both).collect();
    rows.extend([
        look("GET /searches", "listSearches", Viewer, run!(searches::list)).lists::<searches::SearchObject>()
            .says("保存的查询：自己的和共享的", "Saved searches: your own, and those for everybody"),
        act("POST /searches", "saveSearch", SearchSave, run!(searches::add))
            .reads::<searches::SearchToSave>().makes::<searches::SearchObject>()
            .says("保存一个查询", "Saves a search"),
        act("DELETE /searches/{id}", "removeSearch", SearchRemove, run!(searches::remove, id))
            .says("删除保存的查询", "Removes a saved search"),
    ]);
    rows
}

#[rustfmt::skip]
pub(super) fn figures() -> Vec<Endpoint> {
    vec![
        look("GET /stats", "getStatistics", Viewer, run!(stats::list))
            .takes(&stats::known()).lists::<stats::StatObject>()
            .says("通话、接通与时长，按时段和分组统计", "Calls, answers and times, by step and group"),
        look("GET /ledger", "getLedger", Viewer, run!(ledger::list)).takes(ledger::KNOWN).answers::<ledger::Ledger>()
            .says("收到什么、去向如何，按应用和小时记账", "What was received and what became of it, by app and hour"),
        look("GET /events", "followEvents", Viewer, run!(events::follow))
            .takes(events::KNOWN).streams(&["text/event-stream"])
            .says("实时变化（SSE）：callback、call、decision、sms、number，数据即对象",
                  "Changes as they happen: server-sent events `callback`, `call`, `decision`, `sms`, `number`, each with its object as data"),
    ]
}
