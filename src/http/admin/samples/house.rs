//! The installation: people, apps, the certificate, and what the system says of itself.

use super::*;

/// Users: one of each kind.
pub(in crate::http::admin) fn users() -> Vec<User> {
    let user = |name: &str, role, scope, second_factor, issuer: Option<&str>| User {
        name: name.to_owned(),
        role,
        scope,
        second_factor,
        outside: issuer.map(|issuer| OutsideId { issuer: issuer.to_owned(), subject: "7".to_owned() }),
        created_at: now(),
        last_login_at: second_factor.then(now),
    };
    let one = Scope::Apps([AppId(2)].into());
    vec![
        user("lin", Role::Admin, Scope::All, true, None),
        user("wang", Role::Viewer, one.clone(), false, None),
        user("赵敏", Role::Operator, one, false, Some("https://id.example.com")),
    ]
}

pub(in crate::http::admin) fn apps() -> Vec<App> {
    let app = |id, name: &str, provider, verify| App {
        id: AppId(id),
        name: name.to_owned(),
        provider,
        token: Secret::new(format!("sample-token-{id}-7fKq2mZx")),
        app_key: (id == 2).then(|| "sample-key".to_owned()),
        app_secret: (id == 2).then(|| Secret::new("sample-secret")),
        verify,
        allow_from: AllowFrom::default(),
        answer_form: AnswerForm::Array,
        close_tone: None,
        created_at: at("2026-10-03T01:00:00Z"),
    };
    vec![
        app(1, "order-hotline", ProviderId("jiuyun"), VerifyMode::Off),
        app(2, "courier", PRIVATE, VerifyMode::Enforce),
        app(3, "notices", ProviderId("huawei-voice"), VerifyMode::Log),
    ]
}

pub(in crate::http::admin) fn last_seen() -> Vec<Option<Timestamp>> {
    vec![Some(at("2026-11-21T02:19:48Z")), Some(at("2026-11-21T02:14:49Z")), None]
}

pub(in crate::http::admin) fn certificate() -> CertificateInfo {
    CertificateInfo {
        names: vec!["calls.example.com".to_owned()],
        issuer: "Example Trust CA".to_owned(),
        not_after: Some(at("2027-01-20T00:00:00Z")),
        self_signed: false,
        source: "certs/server.crt".to_owned(),
    }
}

pub(in crate::http::admin) fn server() -> ServerInfo {
    ServerInfo {
        public_url: Some("https://calls.example.com:8443".to_owned()),
        listen: "0.0.0.0:8443".parse().unwrap(),
        plain_listen: Some("0.0.0.0:8080".parse().unwrap()),
        data: PathBuf::from("/var/lib/ringback"),
        started_at: at("2026-11-18T02:00:00Z"),
        certificate: ArcSwap::from_pointee(certificate()),
        gauges: Arc::default(),
        misdirected: crate::service::Misdirected::default(),
        log: Arc::default(),
    }
}

/// A server that has run for three days.
pub(in crate::http::admin) fn system() -> System {
    let (server, certificate) = (server(), certificate());
    let room = |name, files, bytes| Room { name, files, bytes };
    System {
        version: "0.1.0",
        build: Build { target: "x86_64-linux-musl".to_owned(), profile: "release" },
        started_at: Instant(server.started_at),
        uptime_seconds: now().as_second() - server.started_at.as_second(),
        data: server.data.display().to_string(),
        public_url: server.public_url,
        listen: server.listen.to_string(),
        plain_listen: server.plain_listen.map(|address| address.to_string()),
        connections: Connections { open: 12, accepted: 48_210, handshakes_failed: 31, requests: 1_302_771 },
        certificate: Certificate {
            names: certificate.names,
            issuer: certificate.issuer,
            not_after: certificate.not_after.map(Instant),
            self_signed: certificate.self_signed,
            source: certificate.source,
        },
        disk: Some(DiskStatus { free: 38 << 30, total: 80 << 30, days_left: Some(214) }),
        rooms: vec![
            room("journal", 42, 2_400_000_000),
            room("state", 1, 184_320),
            room("bindings", 2, 48 << 20),
            room("marks", 4, 1_024),
            room("store", 311, 940_000_000),
            room("recordings", 0, 0),
            room("certs", 2, 4_096),
            room("keys", 1, 32),
            room("torn", 0, 0),
            room("tmp", 0, 0),
            room("reserve", 1, 64 << 20),
        ],
        rooms_whole: true,
        journal: JournalStatus {
            durable: 1_284_013,
            segments: 42,
            compressed: Some(41),
            bytes: 2_400_000_000,
            failing: None,
            reserve_bytes: 64 << 20,
            reserve_used: false,
            torn: 0,
            missing: Vec::new(),
            damaged: 0,
            damage: Vec::new(),
        },
        bindings: BindingsStatus { count: Some(20_480), reading: None },
        store: StoreStatus {
            applied: 1_284_011,
            waiting: 2,
            rebuilding: None,
            calls: 214_002,
            callbacks: 1_284_011,
            bytes: 940_000_000,
            format: 3,
        },
        own_systems: vec![OwnSystem {
            app: "courier".to_owned(),
            host: "crm.example.com".to_owned(),
            failures: 7,
            since: Instant(at("2026-11-21T02:11:00Z")),
            asking: "late",
            problem: None,
        }],
        misdirected: MisdirectedStatus { count: 0, recent: Vec::new() },
        problems: Vec::new(),
        apps: 3,
        set_up: true,
    }
}

pub(in crate::http::admin) fn health() -> Health {
    Health { segments: 42, bytes: 2_400_000_000, ..Health::default() }
}

pub(in crate::http::admin) fn status() -> Status {
    Status {
        applied: 1_284_011,
        durable: 1_284_013,
        calls: 214_002,
        callbacks: 1_284_011,
        bytes: 940_000_000,
        ..Status::default()
    }
}
