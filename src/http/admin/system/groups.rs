//! The parts of the system page: a verdict in a word, then the facts.
//!
//! Pure: from the object that the API answers to words. A fact that is bad stands first in its
//! group.

use jiff::Timestamp;

use crate::domain::{Asking, Lang};
use crate::http::admin::home::vitals::{DISK_DAYS, lasts};
use crate::http::admin::parts::{Badge, Tone, count, local, size, span};
use crate::http::admin::system::certificate::{Plain, host, verdict};
use crate::service::{
    CertificateInfo,
    system::{BindingsStatus, JournalStatus, OwnSystem, StoreStatus, System},
};

/// Records that may wait to be applied: a second of the fastest sender.
const WAITING: u64 = 1_000;
/// Days before its end at which a certificate should have been renewed.
const CERTIFICATE_DAYS: i64 = 14;

#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) title: &'static str,
    pub(crate) badge: Badge,
    pub(crate) facts: Vec<(&'static str, String)>,
}

pub(crate) fn program(lang: Lang, system: &System) -> Group {
    let up = u64::try_from(system.uptime_seconds).unwrap_or(0);
    let plain =
        system.plain_listen.as_ref().map_or_else(|| lang.t("未开启", "off").to_owned(), |a| format!("http://{a}"));
    let public = system.public_url.clone().unwrap_or_else(|| lang.t("未设置", "not set").to_owned());
    let connections = &system.connections;
    Group {
        title: lang.t("程序", "Program"),
        badge: Badge::new(Tone::Good, lang.t("运行中", "running")),
        facts: vec![
            (lang.t("版本", "Version"), system.version.to_owned()),
            (lang.t("构建", "Build"), format!("{} · {}", system.build.target, system.build.profile)),
            (lang.t("启动于", "Started"), local(system.started_at.0, "%Y-%m-%d %H:%M:%S")),
            (lang.t("已运行", "Up for"), span(lang, up)),
            (lang.t("数据目录", "Data directory"), system.data.clone()),
            (lang.t("监听", "Listens on"), format!("https://{}", system.listen)),
            (lang.t("明文回调", "Plain callbacks"), plain),
            (lang.t("对外地址", "Public address"), public),
            (lang.t("当前连接", "Open connections"), count(connections.open)),
            (lang.t("启动以来的请求", "Requests since the start"), count(connections.requests)),
            (lang.t("失败的握手", "Failed handshakes"), count(connections.handshakes_failed)),
        ],
    }
}

pub(crate) fn journal(lang: Lang, journal: &JournalStatus) -> Group {
    let badge = match (&journal.failing, journal.damaged) {
        (Some(_), _) => Badge::new(Tone::Bad, lang.t("写入失败", "writing fails")),
        _ if !journal.missing.is_empty() => Badge::new(Tone::Bad, lang.t("缺少记录", "records are missing")),
        (None, n) if n > 0 => Badge::new(Tone::Warn, lang.t("有损坏的行", "has damaged lines")),
        (None, _) => Badge::new(Tone::Good, lang.t("正常", "well")),
    };
    let reserve = match (journal.reserve_used, journal.reserve_bytes) {
        (true, _) => lang.t("磁盘已满，预留空间已释放", "the disk is full; the reserve was given up").to_owned(),
        (false, 0) => lang.t("未预留", "none").to_owned(),
        (false, bytes) => size(bytes),
    };
    let compressed = journal.compressed.map_or_else(|| "–".to_owned(), count);
    let mut facts = vec![
        (lang.t("最后一条", "Last record"), count(journal.durable)),
        (lang.t("日志段", "Segments"), count(journal.segments)),
        (lang.t("已压缩", "Compressed"), compressed),
        (lang.t("大小", "Size"), size(journal.bytes)),
        (lang.t("预留", "Reserve"), reserve),
        (lang.t("启动时移开的残尾", "Torn tails set aside"), count(journal.torn)),
        (lang.t("损坏的行", "Damaged lines"), count(journal.damaged as u64)),
    ];
    if !journal.missing.is_empty() {
        let numbers = journal.missing.iter().map(|missing| format!("{}–{}", missing.from, missing.to));
        facts.insert(0, (lang.t("缺少的编号", "Missing numbers"), numbers.collect::<Vec<_>>().join(", ")));
    }
    if let Some(failing) = &journal.failing {
        facts.insert(0, (lang.t("原因", "Why"), failing.clone()));
    }
    Group { title: lang.t("日志（原始记录）", "Journal (the truth)"), badge, facts }
}

pub(crate) fn store(lang: Lang, store: &StoreStatus) -> Group {
    let badge = match store.rebuilding {
        Some(progress) => {
            Badge::new(Tone::Busy, format!("{} {:.0}%", lang.t("重建中", "rebuilding"), progress * 100.0))
        }
        None if store.waiting > WAITING => Badge::new(Tone::Warn, lang.t("落后", "behind")),
        None => Badge::new(Tone::Good, lang.t("正常", "well")),
    };
    Group {
        title: lang.t("索引（可重建）", "Store (can be rebuilt)"),
        badge,
        facts: vec![
            (lang.t("通话", "Calls"), count(store.calls)),
            (lang.t("回调", "Callbacks"), count(store.callbacks)),
            (lang.t("已处理到", "Applied up to"), count(store.applied)),
            (lang.t("落后", "Lag"), format!("{} {}", count(store.waiting), lang.t("条记录", "records"))),
            (lang.t("大小", "Size"), size(store.bytes)),
            (lang.t("格式", "Format"), store.format.to_string()),
        ],
    }
}

pub(crate) fn bindings(lang: Lang, bindings: &BindingsStatus) -> Group {
    let badge = match bindings.reading {
        Some(progress) => {
            Badge::new(Tone::Busy, format!("{} {:.0}%", lang.t("读取中", "being read"), progress * 100.0))
        }
        None => Badge::new(Tone::Good, lang.t("正常", "well")),
    };
    let known = bindings.count.map_or_else(|| "–".to_owned(), count);
    Group {
        title: lang.t("绑定", "Bindings"),
        badge,
        facts: vec![(lang.t("绑定数（含已结束）", "Bindings, ended ones too"), known)],
    }
}

pub(crate) fn own_systems(lang: Lang, systems: &[OwnSystem]) -> Option<Group> {
    let fact = |system: &OwnSystem| {
        let how = Asking::parse(system.asking);
        let how = how.map_or(system.asking, |how| how.word().get(lang));
        let since = local(system.since.0, "%Y-%m-%d %H:%M:%S");
        let why = system.problem.as_ref().map_or_else(String::new, |why| format!(" · {why}"));
        let (host, times) = (&system.host, count(system.failures.into()));
        (lang.t("没有作出决定", "Does not decide"), format!("{} · {host} · {how} × {times} · {since}{why}", system.app))
    };
    (!systems.is_empty()).then(|| Group {
        title: lang.t("公司系统", "Your own systems"),
        badge: Badge::new(Tone::Bad, lang.t("不答复", "failing")),
        facts: systems.iter().map(fact).collect(),
    })
}

pub(crate) fn certificate(lang: Lang, system: &System, now: Timestamp) -> Group {
    let base = system.public_url.clone().unwrap_or_else(|| format!("https://{}", system.listen));
    let certificate = CertificateInfo {
        names: system.certificate.names.clone(),
        issuer: system.certificate.issuer.clone(),
        not_after: system.certificate.not_after.map(|end| end.0),
        self_signed: system.certificate.self_signed,
        source: system.certificate.source.clone(),
    };
    let plain = system.plain_listen.as_deref().and_then(|listen| listen.parse().ok());
    let verdict = verdict(lang, &certificate, host(&base), Plain::of(plain, system.public_url.as_deref()), now);
    let days = certificate.not_after.map(|end| end.duration_since(now).as_hours() / 24);
    let badge = match (verdict.accepted, days) {
        _ if verdict.elsewhere => Badge::new(Tone::Quiet, lang.t("平台看到的是代理的", "platforms see the proxy's")),
        (true, Some(days)) if days < CERTIFICATE_DAYS => Badge::new(Tone::Warn, lang.t("即将到期", "ends soon")),
        (true, _) => Badge::new(Tone::Good, lang.t("平台应当接受", "platforms should accept it")),
        (false, _) => Badge::new(Tone::Warn, lang.t("平台不会接受", "platforms will not accept it")),
    };
    let end = certificate.not_after.map_or_else(|| "–".to_owned(), |end| local(end, "%Y-%m-%d %H:%M:%S"));
    Group {
        title: lang.t("证书", "Certificate"),
        badge,
        facts: vec![
            (lang.t("结论", "Verdict"), verdict.reason),
            (lang.t("名称", "Names"), certificate.names.join(", ")),
            (lang.t("签发者", "Issuer"), certificate.issuer),
            (lang.t("到期", "Ends"), end),
            (lang.t("来源", "Source"), certificate.source),
        ],
    }
}

pub(crate) fn disk(lang: Lang, system: &System) -> Group {
    let title = lang.t("磁盘", "Disk");
    let Some(disk) = &system.disk else {
        return Group { title, badge: Badge::new(Tone::Quiet, lang.t("未知", "unknown")), facts: Vec::new() };
    };
    let low = disk.free < disk.total / 10 || disk.days_left.is_some_and(|days| days <= DISK_DAYS);
    let ours: u64 = system.rooms.iter().map(|room| room.bytes).sum();
    Group {
        title,
        badge: if low {
            Badge::new(Tone::Warn, lang.t("空间不足", "low"))
        } else {
            Badge::new(Tone::Good, lang.t("充足", "enough"))
        },
        facts: vec![
            (lang.t("可用", "Free"), size(disk.free)),
            (lang.t("总量", "Total"), size(disk.total)),
            (lang.t("本程序占用", "Taken by Ringback"), size(ours)),
            (lang.t("按最近一天的速度还够", "Lasts, at the rate of the last day"), lasts(lang, disk.days_left)),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples;

    #[test]
    fn a_journal_that_cannot_write_is_said_first() {
        let mut system = samples::system();
        system.journal.failing = Some("no space left on device".to_owned());
        let group = journal(Lang::En, &system.journal);
        assert_eq!(group.badge.tone, Tone::Bad);
        assert_eq!(group.facts[0].1, "no space left on device");
    }

    #[test]
    fn a_disk_that_is_full_within_a_month_is_a_warning_while_much_is_free() {
        let mut system = samples::system();
        assert_eq!(disk(Lang::En, &system).badge.tone, Tone::Good);
        system.disk.as_mut().unwrap().days_left = Some(DISK_DAYS);
        assert_eq!(disk(Lang::En, &system).badge.tone, Tone::Warn);
    }

    #[test]
    fn a_rebuild_says_how_far_it_is_and_a_long_queue_is_a_warning() {
        let mut system = samples::system();
        system.store.waiting = WAITING + 1;
        assert_eq!(store(Lang::En, &system.store).badge.tone, Tone::Warn);
        system.store.rebuilding = Some(0.42);
        assert_eq!(store(Lang::En, &system.store).badge.word, "rebuilding 42%");
        system.bindings.reading = Some(0.07);
        assert_eq!(bindings(Lang::En, &system.bindings).badge.word, "being read 7%");
    }
}
