//! 系统 System: this server and its disk, journal, store and certificate.
//!
//! Read only. Each part has a verdict in a word before its facts, so that the page can be read
//! from across the room; what `/readyz` reports is judged there, not here.

use std::path::Path;

use askama::Template;
use jiff::Timestamp;

use super::certificate::{host, verdict};
use super::parts::{Badge, Tone, count, local, size, span};
use super::reply;
use super::request::Request;
use super::view::{Section, View};
use crate::domain::{Lang, Role};
use crate::http::{CertificateInfo, HttpError, Response, ServerInfo};
use crate::journal::{Damage, Health};
use crate::store::Status;

/// How the server is.
#[derive(Debug, Template)]
#[template(path = "admin/system.html")]
pub(super) struct SystemPage {
    view: View,
    groups: Vec<Group>,
    damage: Vec<Damage>,
}

/// Facts about one part.
#[derive(Debug)]
struct Group {
    title: &'static str,
    badge: Badge,
    facts: Vec<(&'static str, String)>,
}

/// Room on the file system that holds the data directory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Disk {
    pub(super) free: u64,
    pub(super) total: u64,
}

/// `GET /system`
pub(super) fn show(request: &Request) -> Result<Response, HttpError> {
    request.require(Role::Admin)?;
    let view = View::of(request, Section::System);
    let ctx = request.ctx();
    let page = SystemPage::new(
        view,
        &ctx.server,
        &ctx.server.certificate.load(),
        &ctx.journal.health(),
        &ctx.store.status(),
        disk(&ctx.server.data),
        ctx.journal.damage(),
        request.now(),
    );
    reply::page(&page)
}

/// Room on the file system that holds `path`; `None` where the system does not say.
pub(super) fn disk(path: &Path) -> Option<Disk> {
    let stat = rustix::fs::statvfs(path).ok()?;
    Some(Disk { free: stat.f_bavail * stat.f_frsize, total: stat.f_blocks * stat.f_frsize })
}

impl SystemPage {
    #[expect(clippy::too_many_arguments, reason = "one argument for each part that the page shows")]
    fn new(
        view: View,
        server: &ServerInfo,
        certificate: &CertificateInfo,
        health: &Health,
        status: &Status,
        disk: Option<Disk>,
        damage: Vec<Damage>,
        now: Timestamp,
    ) -> Self {
        let lang = view.lang;
        let groups = vec![
            program(lang, server, now),
            journal(lang, health, damage.len()),
            store(lang, status),
            tls(lang, server, certificate, now),
            room(lang, disk),
        ];
        Self { view, groups, damage }
    }
}

fn program(lang: Lang, server: &ServerInfo, now: Timestamp) -> Group {
    let up = u64::try_from(now.duration_since(server.started_at).as_secs()).unwrap_or(0);
    let plain = server.plain_listen.map_or_else(|| lang.t("未开启", "off").to_owned(), |a| format!("http://{a}"));
    let public = server.public_url.clone().unwrap_or_else(|| lang.t("未设置", "not set").to_owned());
    Group {
        title: lang.t("程序", "Program"),
        badge: Badge::new(Tone::Good, lang.t("运行中", "running")),
        facts: vec![
            (lang.t("版本", "Version"), env!("CARGO_PKG_VERSION").to_owned()),
            (lang.t("启动于", "Started"), local(server.started_at, "%Y-%m-%d %H:%M:%S")),
            (lang.t("已运行", "Up for"), span(lang, up)),
            (lang.t("数据目录", "Data directory"), server.data.display().to_string()),
            (lang.t("监听", "Listens on"), format!("https://{}", server.listen)),
            (lang.t("明文回调", "Plain callbacks"), plain),
            (lang.t("对外地址", "Public address"), public),
        ],
    }
}

fn journal(lang: Lang, health: &Health, damaged: usize) -> Group {
    let badge = match (&health.failing, damaged) {
        (Some(_), _) => Badge::new(Tone::Bad, lang.t("写入失败", "writing fails")),
        (None, n) if n > 0 => Badge::new(Tone::Warn, lang.t("有损坏的行", "has damaged lines")),
        (None, _) => Badge::new(Tone::Good, lang.t("正常", "well")),
    };
    let mut facts = vec![
        (lang.t("日志段", "Segments"), count(health.segments)),
        (lang.t("大小", "Size"), size(health.bytes)),
        (lang.t("启动时移开的残尾", "Torn tails set aside"), count(health.torn)),
    ];
    if let Some(failing) = &health.failing {
        facts.insert(0, (lang.t("原因", "Why"), failing.clone()));
    }
    if health.reserve_used {
        let text = lang.t("磁盘已满，预留空间已释放", "the disk is full; the reserve was given up");
        facts.insert(0, (lang.t("预留", "Reserve"), text.to_owned()));
    }
    Group { title: lang.t("日志（原始记录）", "Journal (the truth)"), badge, facts }
}

fn store(lang: Lang, status: &Status) -> Group {
    let lag = status.durable.saturating_sub(status.applied);
    let badge = match status.rebuilding {
        Some(progress) => {
            Badge::new(Tone::Busy, format!("{} {:.0}%", lang.t("重建中", "rebuilding"), progress * 100.0))
        }
        None if lag > 1_000 => Badge::new(Tone::Warn, lang.t("落后", "behind")),
        None => Badge::new(Tone::Good, lang.t("正常", "well")),
    };
    Group {
        title: lang.t("索引（可重建）", "Store (can be rebuilt)"),
        badge,
        facts: vec![
            (lang.t("通话", "Calls"), count(status.calls)),
            (lang.t("回调", "Callbacks"), count(status.callbacks)),
            (lang.t("已归入到", "Applied up to"), format!("{} / {}", status.applied, status.durable)),
            (lang.t("落后", "Lag"), count(lag)),
            (lang.t("大小", "Size"), size(status.bytes)),
        ],
    }
}

fn tls(lang: Lang, server: &ServerInfo, certificate: &CertificateInfo, now: Timestamp) -> Group {
    let base = server.callback_url("", "");
    let verdict = verdict(lang, certificate, host(&base), server.plain_listen.is_some(), now);
    let days = certificate.not_after.map(|end| end.duration_since(now).as_hours() / 24);
    let badge = match (verdict.accepted, days) {
        (true, Some(days)) if days < 14 => Badge::new(Tone::Warn, lang.t("即将到期", "ends soon")),
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
            (lang.t("签发者", "Issuer"), certificate.issuer.clone()),
            (lang.t("到期", "Ends"), end),
            (lang.t("来源", "Source"), certificate.source.clone()),
        ],
    }
}

fn room(lang: Lang, disk: Option<Disk>) -> Group {
    let Some(disk) = disk else {
        let badge = Badge::new(Tone::Quiet, lang.t("未知", "unknown"));
        return Group { title: lang.t("磁盘", "Disk"), badge, facts: Vec::new() };
    };
    // Below a tenth the rest can go in one busy day.
    let low = disk.free < disk.total / 10;
    Group {
        title: lang.t("磁盘", "Disk"),
        badge: if low {
            Badge::new(Tone::Warn, lang.t("空间不足", "low"))
        } else {
            Badge::new(Tone::Good, lang.t("充足", "enough"))
        },
        facts: vec![(lang.t("可用", "Free"), size(disk.free)), (lang.t("总量", "Total"), size(disk.total))],
    }
}

#[cfg(test)]
impl SystemPage {
    pub(super) fn sample(lang: Lang) -> Self {
        use super::samples;
        let view = View { here: "/system".to_owned(), ..View::sample(lang, Section::System) };
        let (health, status) = (samples::health(), samples::status());
        let disk = Some(Disk { free: 38 << 30, total: 80 << 30 });
        let damage =
            vec![Damage { segment: "000000000001".to_owned(), line: 88, seq: 88, reason: "the checksum differs" }];
        Self::new(view, &samples::server(), &samples::certificate(), &health, &status, disk, damage, samples::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_that_cannot_write_is_said_first() {
        let health = Health { failing: Some("no space left on device".to_owned()), ..Health::default() };
        let group = journal(Lang::En, &health, 0);
        assert_eq!(group.badge.tone, Tone::Bad);
        assert_eq!(group.facts[0].1, "no space left on device");
    }
}
