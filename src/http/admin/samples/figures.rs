//! What is counted: statistics and the facts of the home page.

use super::*;

fn stats(start: Timestamp, hours: i64, scale: u64) -> Vec<StatRow> {
    const SHAPE: [u64; 24] = [3, 2, 1, 1, 1, 2, 6, 18, 42, 61, 70, 64, 40, 52, 66, 63, 58, 60, 66, 48, 30, 20, 12, 6];
    let row = |h: i64| {
        let calls = SHAPE[h as usize] * scale / 10;
        StatRow {
            at: hours_later(start, h),
            calls,
            answered: calls * 7 / 10,
            talk_seconds: calls * 55,
            with_pdd: calls,
            pdd_seconds: calls * 3,
            ..StatRow::default()
        }
    };
    (0..hours).map(row).collect()
}

/// Causes of two platforms, one of them listed nowhere.
fn causes(at: Timestamp) -> Vec<StatRow> {
    let cause = |key: &str, calls| StatRow { at, key: key.to_owned(), calls, ..StatRow::default() };
    vec![
        cause("huawei-private stateCode 8101", 34),
        cause("huawei-private stateCode 7003", 11),
        cause("huawei-voice stateCode 7001", 4),
        cause("huawei-voice other", 2),
        cause("none", 9),
    ]
}

/// A good Saturday with something to look at.
pub(in crate::http::admin) fn facts() -> Facts {
    let today = midnight(now());
    let outcome = |key: &str, calls| StatRow { at: today, key: key.to_owned(), calls, ..StatRow::default() };
    let mut ledger = Vec::new();
    for h in 0..30 * 24 {
        let at = hours_later(hour(now()), h - 30 * 24 + 1);
        let shape = stats(midnight(at), 24, 10).into_iter().find(|s| s.at == at).map_or(0, |s| s.calls);
        for app in [1, 2, 3] {
            let received = shape * (4 - u64::from(app)) + u64::from(app);
            let odd = if app == 2 && h % 61 == 0 { 2 } else { 0 };
            let not_calls = if app == 2 { received / 20 } else { 0 };
            ledger.push(LedgerRow {
                at,
                app: Some(AppId(app)),
                outcomes: [received - odd - received / 25, received / 25, odd, 0, 0],
                joined: received - odd - not_calls,
                not_calls,
                bytes: received * 900,
                ..LedgerRow::default()
            });
        }
    }
    ledger.push(LedgerRow { at: hour(now()), refused: 3, ..LedgerRow::default() });
    Facts {
        today: stats(today, 11, 10),
        before: stats(hours_later(today, -7 * 24), 24, 9),
        outcomes: vec![
            outcome("answered", 192),
            outcome("no_answer", 34),
            outcome("busy", 19),
            outcome("powered_off", 11),
            outcome("caller_gave_up", 9),
            outcome("not_bound", 4),
            outcome("none", 2),
        ],
        causes: vec![(CallOutcome::NoAnswer, causes(today))],
        unlisted: Vec::new(),
        ledger,
        status: status(),
        health: health(),
        certificate: certificate(),
        disk: Some(crate::service::disk::Disk { free: 38 << 30, total: 80 << 30 }),
        apps: 3,
        waiting: 0,
        expiring: Expiring::default(),
        troubles: Vec::new(),
        faults: Vec::new(),
    }
}

/// A morning's counters beside those of a week before.
pub(in crate::http::admin) fn counts() -> (Counts, Counts) {
    let today = midnight(now());
    let row = |key: &str, calls: u64| StatRow {
        at: today,
        key: key.to_owned(),
        calls,
        answered: calls * 7 / 10,
        talk_seconds: calls * 55,
        with_pdd: calls,
        pdd_seconds: calls * 3,
        ..StatRow::default()
    };
    let of = |scale: u64| Counts {
        steps: stats(today, 11, scale),
        peak: Some(Some(PeakRow { at: today, peak: scale * 3, peak_at: hours_later(today, 9) })),
        outcomes: facts().outcomes,
        causes: causes(today),
        groups: vec![
            (Group::App, vec![row("1", 90 * scale), row("2", 12 * scale)]),
            (Group::Provider, vec![row("huawei-private", 90 * scale), row("jiuyun", 12 * scale)]),
            (Group::Product, vec![row("axb", 99 * scale), row("none", 3 * scale)]),
            (Group::X, vec![row("+8675528780808", 60 * scale), row("none", 42 * scale)]),
        ],
        heat: (0..7 * 24)
            .map(|n| HeatRow { weekday: n / 24, hour: n % 24, sums: row("", (n % 24) as u64 * scale) })
            .collect(),
        talk: Some(vec![
            TalkRow { from: 0, to: Some(0), calls: 3 * scale },
            TalkRow { from: 1, to: Some(5), calls: 9 * scale },
            TalkRow { from: 601, to: None, calls: scale },
        ]),
    };
    let mut before = of(9);
    before.steps = stats(hours_later(today, -7 * 24), 11, 9);
    (of(10), before)
}

/// A server that was just started.
pub(in crate::http::admin) fn no_facts() -> Facts {
    Facts {
        today: Vec::new(),
        before: Vec::new(),
        outcomes: Vec::new(),
        causes: Vec::new(),
        unlisted: Vec::new(),
        ledger: Vec::new(),
        status: Status::default(),
        health: Health::default(),
        certificate: CertificateInfo { self_signed: true, ..certificate() },
        disk: None,
        apps: 0,
        waiting: 0,
        expiring: Expiring::default(),
        troubles: Vec::new(),
        faults: Vec::new(),
    }
}
