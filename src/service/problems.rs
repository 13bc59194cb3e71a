//! What is wrong with this installation, in one table.
//!
//! The monitors' addresses, the API, Home and System all walk it, so that none says that all is
//! well while another knows better. The words hold no path and no secret, because anyone may ask
//! `/readyz`.

use crate::domain::{Wording, many};
use crate::journal::{Damage, Health, Loss, Missing};
use crate::limits;
use crate::service::{Context, disk::Disk};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// For programs.
    pub(crate) code: &'static str,
    pub(crate) weight: Weight,
    pub(crate) text: Wording,
}

/// What a fault means for new callbacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    NotTaken,
    /// They are taken; queries are incomplete.
    NotReady,
    /// They are taken; stored data is lost.
    Lost,
    Warning,
}

impl Weight {
    /// `failing` or `warning`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NotTaken | Self::NotReady => "failing",
            Self::Lost | Self::Warning => "warning",
        }
    }
}

/// The most ranges named one by one.
const RANGES: usize = 3;

/// Worst first.
pub(crate) fn faults(context: &Context) -> Vec<Fault> {
    let (health, state, bindings) = (context.journal.health(), context.state.health(), context.bindings.log().health());
    let mut faults = Vec::new();
    faults.extend(failing(&health));
    faults.extend(rebuilding(context));
    faults.extend(journal_missing(&health.missing));
    faults.extend(journal_damaged(&context.journal.damage()));
    faults.extend(given_up([&health, &state, &bindings]));
    faults.extend(state_damaged(context));
    faults.extend(bindings_damaged(&bindings, &context.bindings.log().damage()));
    faults.extend(settings_failing(&state, &bindings));
    faults.extend(disk(context, &health));
    faults
}

fn fault(code: &'static str, weight: Weight, zh: impl Into<String>, en: impl Into<String>) -> Fault {
    Fault { code, weight, text: Wording::new(zh, en) }
}

fn failing(health: &Health) -> Option<Fault> {
    let reason = health.failing.as_ref()?;
    let (zh, en) = (format!("回调无法保存：{reason}"), format!("callbacks cannot be kept: {reason}"));
    Some(fault("journal_failing", Weight::NotTaken, zh, en))
}

fn rebuilding(context: &Context) -> Option<Fault> {
    let progress = context.rebuilding()? * 100.0;
    let (zh, en) = (format!("索引正在重建：{progress:.0} %"), format!("the store is being rebuilt: {progress:.0} %"));
    Some(fault("rebuilding", Weight::NotReady, zh, en))
}

fn journal_missing(missing: &[Missing]) -> Option<Fault> {
    let numbers = ranges(missing)?;
    Some(fault(
        "journal_missing",
        Weight::Lost,
        format!("日志缺少已确认的记录，编号 {numbers}；请从备份放回日志段后重启，或用 serve --accept-loss 放弃它们"),
        format!(
            "records {numbers} of the journal were acknowledged and are missing; put their segments back from a \
             backup and start again, or go on without them with serve --accept-loss"
        ),
    ))
}

fn ranges(missing: &[Missing]) -> Option<String> {
    let named = missing.iter().take(RANGES).map(|Missing { from, to }| format!("{from}–{to}"));
    let named = named.collect::<Vec<_>>().join(", ");
    let more = if missing.len() > RANGES { ", …" } else { "" };
    (!missing.is_empty()).then(|| format!("{named}{more}"))
}

fn journal_damaged(damage: &[Damage]) -> Option<Fault> {
    let lost = damage.iter().filter(|damage| matches!(damage.loss(), Loss::Record | Loss::Records)).count();
    (lost > 0).then(|| {
        fault(
            "journal_damaged",
            Weight::Lost,
            format!("日志有 {lost} 处损坏，那里的记录读不出来；请从备份取回日志段，用 ringback verify 复核"),
            format!(
                "the journal is damaged in {}, and records there cannot be read; bring the segments back from a backup, \
                 and check with ringback verify",
                many(lost as u64, "place", "places")
            ),
        )
    })
}

fn given_up(logs: [&Health; 3]) -> Option<Fault> {
    let what = logs.into_iter().find_map(|log| log.given_up.as_ref())?;
    Some(fault(
        "segment_given_up",
        Weight::Warning,
        format!("正在写入的日志段被移走、替换或截断，已改写到新的一段：{what}"),
        format!("somebody changed a file under the server, which goes on in a new one: {what}"),
    ))
}

fn state_damaged(context: &Context) -> Option<Fault> {
    context.state.is_damaged().then(|| {
        fault(
            "state_damaged",
            Weight::Lost,
            "设置（state/）有记录读不出来，可能缺少应用、用户或令牌，所以未知地址的回调先答 503；\
             请从备份放回 state/ 后重启，或用 serve --accept-loss 放弃它们",
            "records of state/ cannot be read, so apps, users or tokens may be missing, and callbacks to unknown \
             addresses are answered 503; put state/ back from a backup and start again, or go on without them with \
             serve --accept-loss",
        )
    })
}

fn bindings_damaged(health: &Health, damage: &[Damage]) -> Option<Fault> {
    let damaged = damage.iter().any(|damage| matches!(damage.loss(), Loss::Record | Loss::Records));
    (damaged || !health.missing.is_empty()).then(|| {
        fault(
            "bindings_damaged",
            Weight::Lost,
            "绑定（bindings/）有记录读不出来，可能缺少绑定；请从备份放回 bindings/ 后重启，\
             或用 serve --accept-loss 放弃它们",
            "records of bindings/ cannot be read, so bindings may be missing; put bindings/ back from a backup and \
             start again, or go on without them with serve --accept-loss",
        )
    })
}

fn settings_failing(state: &Health, bindings: &Health) -> Option<Fault> {
    let reason = state.failing.as_ref().or(bindings.failing.as_ref())?;
    let (zh, en) = (
        format!("设置或绑定的更改无法保存：{reason}"),
        format!("changes of settings or bindings cannot be kept: {reason}"),
    );
    Some(fault("changes_failing", Weight::Warning, zh, en))
}

/// Callbacks are taken until the disk is full.
fn disk(context: &Context, health: &Health) -> Option<Fault> {
    if health.reserve_used {
        return Some(fault(
            "disk_full",
            Weight::Warning,
            "磁盘已满，正在使用为此预留的空间；请腾出空间",
            "the disk is full, and the space held back for this is in use; make room",
        ));
    }
    let free = Disk::of(&context.server.data)?.free;
    (free < limits::DISK_LOW_BYTES).then(|| {
        let free = free >> 20;
        let (zh, en) = (format!("磁盘只剩 {free} MiB"), format!("{free} MiB are free on the disk"));
        fault("disk_low", Weight::Warning, zh, en)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_document_explains_every_fault_and_no_other() {
        let (source, _) = include_str!("problems.rs").split_once("#[cfg(test)]").unwrap();
        let quoted = |rest: &'static str| rest.trim_start().strip_prefix('"')?.split('"').next();
        let codes: BTreeSet<&str> = source.split("fault(").filter_map(quoted).collect();
        assert!(codes.contains("rebuilding") && codes.len() > 8, "{codes:?}");
        for (document, heading) in [("operations.md", "## Messages"), ("operations.zh.md", "## 问题代码")] {
            let path = format!("{}/docs/{document}", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(path).unwrap();
            let section = text.split(heading).nth(1).unwrap().split("\n## ").next().unwrap();
            let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
            assert_eq!(rows.collect::<BTreeSet<_>>(), codes, "{document}");
        }
    }

    #[test]
    fn missing_records_are_named_by_their_numbers() {
        assert_eq!(journal_missing(&[]), None);
        let missing = |n: u64| Missing { from: n * 10, to: n * 10 + 4 };
        let fault = journal_missing(&[missing(1)]).unwrap();
        assert!(fault.text.en.starts_with("records 10–14 of the journal"), "{fault:?}");
        let fault = journal_missing(&(1..9).map(missing).collect::<Vec<_>>()).unwrap();
        assert!(fault.text.zh.contains("10–14, 20–24, 30–34, …") && fault.text.is_in_both(), "{fault:?}");
    }

    #[test]
    fn damage_that_loses_nothing_is_no_fault() {
        let damage = |reason| Damage { segment: "000000000001".to_owned(), line: 1, seq: 1, reason };
        assert_eq!(journal_damaged(&[damage("the table of frames is damaged; the records are whole")]), None);
        assert!(journal_damaged(&[damage("the checksum does not match")]).is_some());
    }
}
