//! The signs of health at the top of Home: what is not wrong yet and may become so.
//!
//! What waits to be joined, when the certificate ends, how long the disk lasts at the present
//! rate, what needs attention, and which recordings their platform is about to delete. Parts
//! that are not there (nothing is forwarded) have no sign.

use jiff::Timestamp;

use crate::control::{Trouble, host};
use crate::domain::Lang;
use crate::http::admin::home::facts::{Expiring, Facts};
use crate::http::admin::home::ledger::Totals;
use crate::http::admin::parts::{Tone, count, span};
use crate::http::admin::query::{hour, hours_later};
use crate::http::admin::request::link;

/// Days before its end at which a certificate should have been renewed.
const CERTIFICATE_DAYS: i64 = 14;
/// Days of disk below which somebody should look.
pub(crate) const DISK_DAYS: u64 = 30;
/// Callbacks that may wait to be joined: a second of the fastest sender.
const WAITING: u64 = 1_000;

/// Own systems in trouble that are named one by one.
const TROUBLES: usize = 3;

#[derive(Debug)]
pub(crate) struct Vital {
    pub(crate) label: &'static str,
    pub(crate) value: String,
    pub(crate) tone: Tone,
    pub(crate) href: String,
    /// How many rows it leads to, where it counts rows.
    pub(crate) counts: Option<u64>,
}

pub(crate) fn vitals(lang: Lang, facts: &Facts, now: Timestamp) -> Vec<Vital> {
    let mut totals = Totals::default();
    let from = hours_later(hour(now), -23);
    facts.ledger.iter().filter(|row| row.at >= from).for_each(|row| totals.add(row));
    let attention = totals.attention();
    let mut vitals = vec![Vital {
        label: lang.t("待处理积压", "Backlog"),
        value: count(facts.waiting),
        tone: if facts.waiting < WAITING { Tone::Good } else { Tone::Warn },
        href: "/system".to_owned(),
        counts: None,
    }];
    vitals.push(certificate(lang, facts, now));
    vitals.extend(disk(lang, facts, now));
    vitals.extend(expiring(lang, facts.expiring, now));
    vitals.extend(facts.troubles.iter().take(TROUBLES).map(|trouble| own_system(lang, trouble, now)));
    vitals.push(Vital {
        label: lang.t("24 小时待处理", "Attention, 24 h"),
        value: count(attention),
        tone: if attention == 0 { Tone::Good } else { Tone::Warn },
        // The same hours as are counted here.
        href: link("/attention", &[("from", from.to_string())]),
        counts: Some(attention),
    });
    vitals
}

fn certificate(lang: Lang, facts: &Facts, now: Timestamp) -> Vital {
    let days = facts.certificate.not_after.map(|end| end.duration_since(now).as_hours() / 24);
    let soon = days.is_some_and(|days| days < CERTIFICATE_DAYS);
    Vital {
        label: lang.t("证书剩余", "Certificate ends in"),
        value: match (facts.certificate.self_signed, days) {
            (true, _) => lang.t("自签名", "self-signed").to_owned(),
            (false, Some(days)) => span(lang, days.max(0).unsigned_abs() * 86_400),
            (false, None) => "–".to_owned(),
        },
        tone: if facts.certificate.self_signed || soon { Tone::Warn } else { Tone::Good },
        href: "/system".to_owned(),
        counts: None,
    }
}

fn disk(lang: Lang, facts: &Facts, now: Timestamp) -> Option<Vital> {
    let disk = facts.disk?;
    let days = disk.days_left(&facts.ledger, now);
    let enough = days.is_none_or(|days| days > DISK_DAYS) && !disk.is_low();
    Some(Vital {
        label: lang.t("磁盘可用", "Disk lasts"),
        value: lasts(lang, days),
        tone: if enough { Tone::Good } else { Tone::Warn },
        href: "/system".to_owned(),
        counts: None,
    })
}

/// Days of disk in words; nobody plans beyond two years.
pub(crate) fn lasts(lang: Lang, days: Option<u64>) -> String {
    match days {
        Some(days) if days <= 730 => span(lang, days * 86_400),
        _ => lang.t("两年以上", "two years and more").to_owned(),
    }
}

/// The company's own system leaves its callers to other rules.
fn own_system(lang: Lang, trouble: &Trouble, now: Timestamp) -> Vital {
    let lasts = now.duration_since(trouble.since).as_secs().max(0).unsigned_abs();
    let since = lang.t("已", "for");
    Vital {
        label: lang.t("公司系统没有作出决定", "Your own system does not decide"),
        value: format!(
            "{} · {} × {} · {since} {}",
            host(&trouble.url),
            trouble.asking.word().get(lang),
            count(trouble.failures.into()),
            span(lang, lasts)
        ),
        tone: Tone::Bad,
        href: link("/decisions", &[("asking", trouble.asking.name().to_owned())]),
        counts: None,
    }
}

fn expiring(lang: Lang, expiring: Expiring, now: Timestamp) -> Option<Vital> {
    let left = expiring.first?.duration_since(now).as_secs().max(0).unsigned_abs();
    let more = if expiring.more { "+" } else { "" };
    Some(Vital {
        label: lang.t("平台 24 小时内删除的录音", "Recordings the platform deletes in 24 h"),
        value: format!("{}{more} · {} {}", count(expiring.recordings), lang.t("最早", "first in"), span(lang, left)),
        tone: Tone::Warn,
        href: link("/calls", &[("expires_before", expiring.before.to_string())]),
        counts: Some(expiring.recordings),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Asking;
    use crate::http::admin::samples;

    #[test]
    fn a_recording_about_to_go_is_a_warning_with_the_time_left() {
        let now = samples::now();
        let mut facts = samples::facts();
        assert!(vitals(Lang::En, &facts, now).iter().all(|vital| !vital.label.contains("Recordings")));
        facts.expiring =
            Expiring { recordings: 3, more: false, first: Some(hours_later(now, 5)), before: hours_later(now, 24) };
        let vitals = vitals(Lang::En, &facts, now);
        let vital = vitals.iter().find(|vital| vital.label.contains("Recordings")).unwrap();
        assert_eq!((vital.value.as_str(), vital.tone), ("3 · first in 5\u{a0}h", Tone::Warn));
        assert_eq!(vital.href, "/calls?expires_before=2026-11-22T02%3A20%3A00Z");
    }

    #[test]
    fn an_own_system_that_does_not_decide_is_named_with_how_and_how_long() {
        let now = samples::now();
        let trouble = Trouble {
            app: crate::domain::AppId(1),
            url: "https://crm.example.com/ask?key=secret".to_owned(),
            failures: 7,
            since: hours_later(now, -2),
            asking: Asking::Late,
            problem: None,
        };
        let facts = Facts { troubles: vec![trouble], ..samples::facts() };
        let vitals = vitals(Lang::En, &facts, now);
        let vital = vitals.iter().find(|vital| vital.tone == Tone::Bad).unwrap();
        assert_eq!(vital.value, "crm.example.com · too late × 7 · for 2\u{a0}h");
        assert_eq!(vital.href, "/decisions?asking=late");
    }

    #[test]
    fn what_waits_counts_callbacks_and_not_records() {
        let facts = Facts { waiting: 1_000, ..samples::facts() };
        let waiting = &vitals(Lang::En, &facts, samples::now())[0];
        assert_eq!((waiting.value.as_str(), waiting.tone), ("1,000", Tone::Warn));
    }
}
