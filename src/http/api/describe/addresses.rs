//! Every method of every address, a row each, in the order in which they are shown.
//!
//! A row says what its handler in `table` does; the table is the other list of the same
//! addresses, and a test compares the two.

use super::operation::Operation;
use crate::domain::Role::{Operator, Viewer};
use crate::erasure::Certificate;
use crate::http::api::{
    apps, audit, bindings, callbacks, calls, decisions, erasures, events, evidence, export, filters, ledger, lists,
    log, logins, numbers, platform, recordings, retention, rules, searches, settings, sms, stats, system, tokens,
    users,
};
use crate::retention::{Hold, Policy};

/// What a list can be exported as.
const FILES: &[&str] =
    &["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/x-ndjson"];

/// Every operation.
pub(super) fn all() -> Vec<Operation> {
    let parts = [
        ("calls", calls()),
        ("lists", counts_and_exports()),
        ("figures", figures()),
        ("routing", bindings()),
        ("routing", rules()),
        ("apps", apps()),
        ("people", people()),
        ("system", system()),
        ("system", keeping()),
    ];
    parts.into_iter().flat_map(|(tag, rows)| rows.into_iter().map(move |row| row.of(tag))).collect()
}

fn calls() -> Vec<Operation> {
    vec![
        Operation::get("/calls", "listCalls", "Calls, newest first")
            .takes(calls::FILTERS)
            .takes(filters::PAGING)
            .lists::<calls::CallObject>(),
        Operation::get("/calls/{id}", "getCall", "One call with its events and decisions")
            .answers::<calls::WholeCall>(),
        Operation::change("POST", "/calls/{id}/evidence", "packEvidence", "All there is about one call, as one ZIP")
            .by(Operator)
            .reads::<evidence::EvidenceToMake>()
            .streams(&["application/zip"]),
        Operation::get("/callbacks", "listCallbacks", "Callbacks, newest first")
            .takes(callbacks::FILTERS)
            .takes(filters::PAGING)
            .lists::<callbacks::CallbackObject>(),
        Operation::get("/callbacks/{seq}", "getCallback", "One callback").answers::<callbacks::CallbackObject>(),
        Operation::get("/callbacks/{seq}/raw", "getCallbackBody", "Its body, byte for byte, as plain text")
            .by(Operator)
            .streams(&["text/plain"]),
        Operation::get("/sms", "listMessages", "Text messages, newest first")
            .takes(sms::FILTERS)
            .takes(filters::PAGING)
            .lists::<sms::SmsObject>(),
        Operation::get("/numbers", "listNumbers", "Privacy numbers and their states")
            .takes(numbers::FILTERS)
            .takes(filters::PAGING)
            .lists::<numbers::NumberObject>(),
        Operation::get("/recordings", "listRecordings", "Recordings, by the newest call")
            .takes(calls::FILTERS)
            .takes(filters::PAGING)
            .lists::<recordings::RecordingOfCall>(),
    ]
}

fn counts_and_exports() -> Vec<Operation> {
    let lists = [
        ("/calls/count", "countCalls", "/calls/export", "exportCalls", calls::FILTERS),
        ("/callbacks/count", "countCallbacks", "/callbacks/export", "exportCallbacks", callbacks::FILTERS),
        ("/sms/count", "countMessages", "/sms/export", "exportMessages", sms::FILTERS),
        ("/numbers/count", "countNumbers", "/numbers/export", "exportNumbers", numbers::FILTERS),
        ("/bindings/count", "countBindings", "/bindings/export", "exportBindings", bindings::FILTERS),
        ("/decisions/count", "countDecisions", "/decisions/export", "exportDecisions", decisions::FILTERS),
    ];
    let both = |(count, count_id, file, file_id, filters)| {
        [
            Operation::get(count, count_id, "How many rows a query has").takes(filters).answers::<lists::CountObject>(),
            Operation::get(file, file_id, "Every row of a query, as a file; on record before its first byte")
                .takes(filters)
                .takes(export::CHOICES)
                .streams(FILES),
        ]
    };
    let mut rows: Vec<Operation> = lists.into_iter().flat_map(both).collect();
    rows.extend([
        Operation::get("/searches", "listSearches", "Saved searches: your own, and those for everybody")
            .lists::<searches::SearchObject>(),
        Operation::change("POST", "/searches", "saveSearch", "Saves a search")
            .by(Viewer)
            .reads::<searches::SearchToSave>()
            .makes::<searches::SearchObject>(),
        Operation::change("DELETE", "/searches/{id}", "removeSearch", "Removes a saved search").by(Viewer),
    ]);
    rows
}

fn figures() -> Vec<Operation> {
    vec![
        Operation::get("/stats", "getStatistics", "Calls, answers and times, by step and group")
            .takes(stats::KNOWN)
            .lists::<stats::StatObject>(),
        Operation::get("/ledger", "getLedger", "What was received and what became of it, by app and hour")
            .takes(ledger::KNOWN)
            .answers::<ledger::Ledger>(),
        Operation::get(
            "/events",
            "followEvents",
            "Changes as they happen: server-sent events `callback`, `call`, `decision`, `sms`, `number`, each with its object as data",
        )
        .takes(events::KNOWN)
        .streams(&["text/event-stream"]),
    ]
}

fn bindings() -> Vec<Operation> {
    vec![
        Operation::get("/bindings", "listBindings", "Bindings, newest first; ended ones too")
            .takes(bindings::FILTERS)
            .takes(filters::PAGING)
            .lists::<bindings::BindingObject>(),
        Operation::change("POST", "/bindings", "addBinding", "Makes a binding; it holds from the answer on")
            .by(Operator)
            .reads::<bindings::BindingToAdd>()
            .makes::<bindings::BindingObject>(),
        Operation::get("/bindings/{id}", "getBinding", "One binding").answers::<bindings::BindingObject>(),
        Operation::change("PATCH", "/bindings/{id}", "changeBinding", "Changes a binding; what is not there stays")
            .by(Operator)
            .reads::<bindings::BindingToChange>()
            .answers::<bindings::BindingObject>(),
        Operation::change("DELETE", "/bindings/{id}", "endBinding", "Ends a binding; it is kept")
            .by(Operator)
            .answers::<bindings::BindingObject>(),
        Operation::change("POST", "/bindings/import", "importBindings", "Makes the bindings of a CSV, up to 1 GiB")
            .by(Operator)
            .takes(bindings::IMPORT)
            .reads_file("text/csv")
            .answers::<bindings::ImportObject>(),
    ]
}

fn rules() -> Vec<Operation> {
    vec![
        Operation::get("/rules", "getRules", "How an app's questions are decided, in order")
            .takes(rules::KNOWN)
            .answers::<rules::RulesObject>(),
        Operation::change("PUT", "/rules", "setRules", "Sets an app's rules; they hold from the answer on")
            .by(Operator)
            .takes(rules::KNOWN)
            .reads::<rules::RulesToSet>()
            .answers::<rules::RulesObject>(),
        Operation::get("/rules/versions", "listRulesVersions", "The versions of an app's rules that are kept")
            .takes(rules::KNOWN)
            .lists::<rules::RulesObject>(),
        Operation::change(
            "POST",
            "/rules/try",
            "tryRules",
            "Which rule would answer a question, and how; keeps nothing",
        )
        .by(Operator)
        .takes(rules::KNOWN)
        .reads::<crate::service::rules::QuestionToTry>()
        .answers::<rules::TrialObject>(),
        Operation::change(
            "POST",
            "/rules/secret",
            "makeAskSecret",
            "Another secret for asking the company's own system",
        )
        .takes(rules::KNOWN)
        .answers::<rules::SecretObject>(),
        Operation::get("/lists", "listLists", "The lists that rules look into").lists::<rules::ListObject>(),
        Operation::change("PUT", "/lists/{name}", "setList", "Keeps a list, in the place of one of the same name")
            .by(Operator)
            .reads::<rules::ListToSet>()
            .answers::<rules::ListObject>(),
        Operation::change("DELETE", "/lists/{name}", "removeList", "Removes a list that no rule looks into")
            .by(Operator),
        Operation::get("/decisions", "listDecisions", "What platforms asked and was answered, newest first")
            .takes(decisions::FILTERS)
            .takes(filters::PAGING)
            .lists::<decisions::DecisionObject>(),
    ]
}

fn apps() -> Vec<Operation> {
    vec![
        Operation::get("/apps", "listApps", "Apps by name").lists::<apps::AppObject>(),
        Operation::change("POST", "/apps", "addApp", "Adds an app; the answer tells its address")
            .reads::<apps::AppToAdd>()
            .makes::<apps::AppObject>(),
        Operation::get("/apps/{app}", "getApp", "One app").answers::<apps::AppObject>(),
        Operation::change("PATCH", "/apps/{app}", "changeApp", "Changes an app; what is not there stays")
            .reads::<apps::AppToChange>()
            .answers::<apps::AppObject>(),
        Operation::change("DELETE", "/apps/{app}", "removeApp", "Removes an app; its calls stay")
            .answers::<apps::AppObject>(),
        Operation::change("POST", "/apps/{app}/rotate", "rotateApp", "A new address; the old one stops at once")
            .may_read::<apps::AppToRotate>()
            .answers::<apps::AppObject>(),
        Operation::get("/apps/{app}/platform", "getPlatformSettings", "What asking an app's platform takes")
            .for_admins()
            .answers::<platform::PlatformSettings>(),
        Operation::change(
            "PATCH",
            "/apps/{app}/platform",
            "changePlatformSettings",
            "Changes it; what is absent stays",
        )
        .reads::<platform::PlatformSettingsChange>()
        .answers::<platform::PlatformSettings>(),
        Operation::get(
            "/platform/operations",
            "listPlatformOperations",
            "What platforms can be asked, with every field",
        )
        .lists::<platform::OperationObject>(),
        Operation::change(
            "POST",
            "/platform/{app}/{operation}",
            "callPlatform",
            "Asks an app's platform: bind, change, unbind, query, stop a call",
        )
        .by(Operator)
        .may_read::<platform::PlatformFields>()
        .answers::<platform::PlatformAnswer>(),
        Operation::change(
            "POST",
            "/platform/{app}/compare",
            "comparePlatform",
            "Compares our bindings with the platform's, a page at a time",
        )
        .by(Operator)
        .reads::<platform::CompareFrom>()
        .answers::<platform::Comparison>(),
    ]
}

fn people() -> Vec<Operation> {
    vec![
        Operation::get("/users", "listUsers", "People").for_admins().lists::<users::UserObject>(),
        Operation::change("POST", "/users", "addUser", "Adds a person")
            .reads::<users::UserToAdd>()
            .makes::<users::UserObject>(),
        Operation::change("PATCH", "/users/{name}", "changeUser", "Changes a person; what is not there stays")
            .reads::<users::UserToChange>()
            .answers::<users::UserObject>(),
        Operation::change("DELETE", "/users/{name}", "removeUser", "Removes a person and ends their logins")
            .answers::<users::UserObject>(),
        Operation::change("DELETE", "/users/{name}/second-factor", "resetSecondFactor", "Takes a second factor away")
            .answers::<users::UserObject>(),
        Operation::get("/second-factor", "getSecondFactor", "Who must have a second factor")
            .for_admins()
            .answers::<users::SecondFactorObject>(),
        Operation::change("PATCH", "/second-factor", "requireSecondFactor", "Says who must have one")
            .reads::<users::SecondFactorObject>()
            .answers::<users::SecondFactorObject>(),
        Operation::get("/logins", "listLogins", "Browsers that are logged in: your own, or everybody's")
            .takes(logins::KNOWN)
            .lists::<logins::LoginObject>(),
        Operation::change("DELETE", "/logins/{id}", "endLogin", "Ends a login")
            .by(Viewer)
            .answers::<logins::LoginObject>(),
        Operation::get("/tokens", "listTokens", "API tokens").for_admins().lists::<tokens::TokenObject>(),
        Operation::change("POST", "/tokens", "addToken", "Makes an API token; it is told this once")
            .reads::<tokens::TokenToAdd>()
            .makes::<tokens::TokenObject>(),
        Operation::change("DELETE", "/tokens/{name}", "revokeToken", "Takes an API token back")
            .answers::<tokens::TokenObject>(),
        Operation::get("/audit", "listAudit", "Who did what, and who looked at what, newest first")
            .for_admins()
            .takes(audit::KNOWN)
            .lists::<audit::AuditObject>(),
        Operation::get("/audit/export", "exportAudit", "The same as a file")
            .for_admins()
            .takes(audit::KNOWN_EXPORT)
            .streams(FILES),
    ]
}

fn system() -> Vec<Operation> {
    vec![
        Operation::get("/system", "getSystem", "How this installation is doing")
            .for_admins()
            .answers::<crate::service::system::System>(),
        Operation::get("/system/log", "getLog", "The last lines of the server's log, newest first")
            .for_admins()
            .takes(log::KNOWN)
            .lists::<log::LogObject>(),
        Operation::change("POST", "/system/backup", "makeBackup", "Copies the data directory to another on the server")
            .reads::<system::BackupWanted>()
            .answers::<crate::service::system::BackupMade>(),
        Operation::change("POST", "/system/reindex", "rebuildStore", "Rebuilds what is known from the journal")
            .begins::<crate::service::system::System>(),
    ]
}

fn keeping() -> Vec<Operation> {
    vec![
        Operation::get("/settings", "getSettings", "What is set while the server runs")
            .for_admins()
            .answers::<settings::Settings>(),
        Operation::change("PATCH", "/settings", "changeSettings", "Changes what is set; what is not there stays")
            .reads::<settings::SettingsChange>()
            .answers::<settings::Settings>(),
        Operation::get("/retention", "getRetention", "What is kept for how long, what is held, and how runs went")
            .for_admins()
            .answers::<retention::RetentionObject>(),
        Operation::change("PATCH", "/retention", "changeRetention", "Says for how long each kind is kept")
            .reads::<Policy>()
            .answers::<retention::RetentionObject>(),
        Operation::change("POST", "/retention/runs", "runRetention", "Begins a run, or a dry one")
            .reads::<retention::RunWanted>()
            .begins::<retention::RunObject>(),
        Operation::change("POST", "/retention/holds", "addHold", "Holds something beyond its time")
            .reads::<retention::HoldWanted>()
            .makes::<Hold>(),
        Operation::change("DELETE", "/retention/holds/{id}", "endHold", "Ends a hold").answers::<Hold>(),
        Operation::get("/erasures", "listErasures", "Certificates of erasures, and the one under way")
            .for_admins()
            .answers::<erasures::Erasures>(),
        Operation::change("POST", "/erasures", "beginErasure", "Takes everything of one person out, or only looks")
            .reads::<erasures::ErasureWanted>()
            .begins::<erasures::ErasureJob>(),
        Operation::get("/erasures/{id}", "getErasure", "The certificate of an erasure")
            .for_admins()
            .answers::<Certificate>(),
    ]
}
