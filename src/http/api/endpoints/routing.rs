use super::{Endpoint, act, look};
use crate::audit::AuditAction::*;
use crate::bindings::BindingQuery;
use crate::domain::Rights::{Operator, Viewer};
use crate::http::api::{bindings, decisions, rules};
use crate::http::transport::body::CALLBACK;
use crate::limits::BINDINGS_IMPORT_HELD;
use crate::service::rules::QuestionToTry;
use crate::store::{DecisionQuery, FilterTable as _};

#[rustfmt::skip]
pub(super) fn routing() -> Vec<Endpoint> {
    vec![
        look("GET /bindings", "listBindings", Viewer, run!(bindings::list))
            .pages::<bindings::BindingObject>(BindingQuery::parameters())
            .says("绑定列表，最新的在前，含已结束的", "Bindings, newest first; ended ones too"),
        act("POST /bindings", "addBinding", BindingAdd, run!(bindings::add))
            .reads::<bindings::BindingToAdd>().makes::<bindings::BindingObject>()
            .says("新建绑定；应答返回即生效", "Makes a binding; it holds from the answer on"),
        look("GET /bindings/{id}", "getBinding", Viewer, run!(bindings::one, id)).answers::<bindings::BindingObject>()
            .says("一个绑定", "One binding"),
        act("PATCH /bindings/{id}", "changeBinding", BindingChange, run!(bindings::change, id))
            .reads::<bindings::BindingToChange>().answers::<bindings::BindingObject>()
            .says("修改绑定；未写的字段不变", "Changes a binding; what is not there stays"),
        act("DELETE /bindings/{id}", "endBinding", BindingEnd, run!(bindings::end, id))
            .answers::<bindings::BindingObject>().says("结束绑定；记录保留", "Ends a binding; it is kept"),
        act("POST /bindings/import", "importBindings", BindingImport, run!(bindings::import, ..))
            .streamed(BINDINGS_IMPORT_HELD).takes(bindings::IMPORT).reads_file("text/csv").answers::<bindings::ImportObject>()
            .says("由 CSV 批量导入绑定，最大 1 GiB", "Makes the bindings of a CSV, up to 1 GiB"),
        look("GET /rules", "getRules", Viewer, run!(rules::show)).takes(rules::KNOWN).answers::<rules::RulesObject>()
            .says("一个应用的询问按什么规则、什么顺序回答", "How an app's questions are decided, in order"),
        act("PUT /rules", "setRules", RulesChange, run!(rules::set))
            .takes(rules::KNOWN).reads::<rules::RulesToSet>().answers::<rules::RulesObject>()
            .says("设置一个应用的规则；应答返回即生效", "Sets an app's rules; they hold from the answer on"),
        look("GET /rules/versions", "listRulesVersions", Viewer, run!(rules::versions))
            .takes(rules::KNOWN).lists::<rules::RulesObject>()
            .says("保留的规则版本", "The versions of an app's rules that are kept"),
        look("POST /rules/try", "tryRules", Operator, run!(rules::try_out))
            .takes(rules::KNOWN).reads::<QuestionToTry>().answers::<rules::TrialObject>()
            .says("试一个询问：哪条规则会回答、回答的原文；什么都不留",
                  "Which rule would answer a question, and how; keeps nothing"),
        act("POST /rules/secret", "makeAskSecret", RulesSecret, run!(rules::new_secret))
            .takes(rules::KNOWN).answers::<rules::SecretObject>()
            .says("更换询问公司系统时签名用的密钥；只显示这一次", "Another secret for asking the company's own system"),
        look("GET /lists", "listLists", Viewer, run!(rules::lists)).lists::<rules::ListObject>()
            .says("规则引用的名单（节假日、地区、号码）", "The lists that rules look into"),
        // The longest list that rules look into is some hundred kilobytes.
        act("PUT /lists/{name}", "setList", ListChange, run!(rules::set_list, name))
            .reads::<rules::ListToSet>().up_to(CALLBACK).answers::<rules::ListObject>()
            .says("保存一个名单；同名的被替换", "Keeps a list, in the place of one of the same name"),
        act("DELETE /lists/{name}", "removeList", ListRemove, run!(rules::remove_list, name))
            .says("删除没有规则引用的名单", "Removes a list that no rule looks into"),
        look("GET /decisions", "listDecisions", Viewer, run!(decisions::list))
            .pages::<decisions::DecisionObject>(DecisionQuery::parameters())
            .says("平台询问了什么、怎么回答的，最新的在前", "What platforms asked and was answered, newest first"),
    ]
}
