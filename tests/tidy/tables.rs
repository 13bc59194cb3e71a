//! What the rules go by: who may name whom, where crates live, which words are not written.

/// Where these rules stand: they write out what they forbid.
pub(crate) const HERE: &str = "tests/tidy";

/// One room of `src/` and the rooms it may name.
pub(crate) struct Room {
    pub(crate) name: &'static str,
    pub(crate) may_name: &'static [&'static str],
}

/// Rooms that anyone but `domain` may name.
pub(crate) const COMMON: &[&str] = &["limits", "clock", "error_chain"];

/// Who may name whom.
pub(crate) const ROOMS: &[Room] = &[
    Room { name: "domain", may_name: &[] },
    Room { name: "limits", may_name: &[] },
    Room { name: "clock", may_name: &[] },
    Room { name: "error_chain", may_name: &[] },
    Room { name: "correlate", may_name: &["domain"] },
    Room { name: "platforms", may_name: &["domain", "outgoing"] },
    Room { name: "journal", may_name: &["domain"] },
    Room { name: "export", may_name: &["domain"] },
    Room { name: "store", may_name: &["domain", "correlate", "platforms"] },
    Room { name: "state", may_name: &["domain", "platforms", "journal"] },
    Room { name: "bindings", may_name: &["domain", "platforms", "journal", "store", "state"] },
    Room { name: "audit", may_name: &["domain", "journal", "store", "state"] },
    Room { name: "evidence", may_name: &["domain", "journal"] },
    Room {
        name: "control",
        may_name: &["domain", "correlate", "platforms", "journal", "store", "state", "bindings", "outgoing"],
    },
    Room { name: "ingest", may_name: &["domain", "correlate", "platforms", "journal", "store", "state", "control"] },
    Room { name: "projector", may_name: &["domain", "correlate", "platforms", "journal", "store", "state", "audit"] },
    Room { name: "retention", may_name: &["domain", "correlate", "journal", "store", "state", "projector"] },
    Room {
        name: "erasure",
        may_name: &["domain", "correlate", "journal", "store", "state", "bindings", "projector", "retention"],
    },
    Room { name: "simulator", may_name: &["domain", "platforms"] },
    Room {
        name: "service",
        may_name: &[
            "domain",
            "platforms",
            "journal",
            "store",
            "state",
            "bindings",
            "audit",
            "evidence",
            "export",
            "ingest",
            "projector",
            "control",
            "oidc",
            "retention",
            "erasure",
        ],
    },
    Room {
        name: "http",
        may_name: &[
            "domain",
            "service",
            "platforms",
            "journal",
            "store",
            "state",
            "bindings",
            "audit",
            "evidence",
            "export",
            "ingest",
            "projector",
            "control",
            "oidc",
            "retention",
            "erasure",
        ],
    },
    Room { name: "config", may_name: &["domain", "platforms"] },
    Room { name: "outgoing", may_name: &["domain"] },
    Room { name: "oidc", may_name: &["domain", "config", "outgoing"] },
];

/// Rooms at the top, which put the parts together and may name them all.
pub(crate) const TOP: &[&str] = &["cli", "run", "lib", "main"];

/// One outside crate, the rooms or files of `src/` it lives in, and why only there.
pub(crate) struct Home {
    pub(crate) crate_name: &'static str,
    pub(crate) rooms: &'static [&'static str],
    pub(crate) why: &'static str,
}

/// The homes of outside crates. Crates that are not listed may be used anywhere but in `domain`.
pub(crate) const HOMES: &[Home] = &[
    Home { crate_name: "sled", rooms: &["store/kv.rs"], why: "the store is derived and must stay replaceable" },
    Home {
        crate_name: "redb",
        rooms: &["bindings"],
        why: "the index of bindings is derived and must stay replaceable",
    },
    Home {
        crate_name: "postcard",
        rooms: &["store", "bindings"],
        why: "only rows of what is derived are written in it",
    },
    Home { crate_name: "roaring", rooms: &["store"], why: "postings are the store's business" },
    Home { crate_name: "xorf", rooms: &["store"], why: "filters over sealed segments are the store's business" },
    Home { crate_name: "warp", rooms: &["http"], why: "the rest must not know which server serves it" },
    Home { crate_name: "askama", rooms: &["http"], why: "pages are made in one place" },
    Home { crate_name: "rust_embed", rooms: &["http"], why: "assets are served in one place" },
    Home { crate_name: "rcgen", rooms: &["http", "simulator"], why: "certificates belong to the listener" },
    Home { crate_name: "x509_parser", rooms: &["http"], why: "certificates belong to the listener" },
    Home {
        crate_name: "rustls",
        rooms: &["http", "outgoing", "simulator", "cli"],
        why: "TLS is spoken at the edges only",
    },
    Home { crate_name: "tokio_rustls", rooms: &["http", "simulator", "cli"], why: "TLS is spoken at the edges only" },
    Home { crate_name: "hyper_rustls", rooms: &["outgoing", "simulator"], why: "others are asked by one client" },
    Home { crate_name: "webpki_roots", rooms: &["outgoing", "simulator"], why: "others are asked by one client" },
    Home { crate_name: "quick_xml", rooms: &["platforms", "simulator"], why: "XML is a platform's notation" },
    Home {
        crate_name: "hmac",
        rooms: &["control", "platforms", "simulator"],
        why: "signatures are the platforms' business",
    },
    Home { crate_name: "md5", rooms: &["platforms", "simulator"], why: "nobody but a platform asks for it" },
    Home { crate_name: "argon2", rooms: &["state"], why: "passwords are hashed in one place" },
    Home { crate_name: "zxcvbn", rooms: &["state"], why: "passwords are judged in one place" },
    Home { crate_name: "crc32c", rooms: &["journal", "store"], why: "checksums belong to files" },
    Home { crate_name: "zstd", rooms: &["journal", "store"], why: "compressed files have one reader" },
    Home { crate_name: "toml", rooms: &["config"], why: "settings are read in one place" },
    Home { crate_name: "clap", rooms: &["cli", "main"], why: "arguments are read at the door" },
    Home { crate_name: "clap_complete", rooms: &["cli"], why: "arguments are read at the door" },
    Home { crate_name: "clap_mangen", rooms: &["cli"], why: "arguments are read at the door" },
    Home { crate_name: "anyhow", rooms: &["cli", "main"], why: "rooms have error enums of their own" },
    Home { crate_name: "tracing_subscriber", rooms: &["cli", "main"], why: "a library does not decide who logs" },
    Home { crate_name: "tracing_appender", rooms: &["cli", "main"], why: "a library does not decide who logs" },
];

/// Types that only those rooms name who open a data directory: everybody else takes a trait, because
/// another kind of log may stand behind it.
pub(crate) const OPENED_IN: (&[&str], &[&str]) = (&["FileJournal", "CompactJournal"], &["journal", "run"]);

/// What `domain` must not touch besides other rooms: it is words, not machinery.
pub(crate) const NOT_IN_DOMAIN: &[(&str, &str)] = &[
    ("serde", "stored rows and wire structs are separate types that convert"),
    ("serde_json", "stored rows and wire structs are separate types that convert"),
    ("tokio", "domain does no I/O"),
    ("tracing", "domain does nothing worth logging"),
    ("std::fs", "domain does no I/O"),
    ("std::io", "domain does no I/O"),
];

/// Words no source may hold, with the reason. In tests `unwrap` is how an expectation is stated.
pub(crate) const FORBIDDEN: &[Forbidden] = &[
    Forbidden { text: ".unwrap()", in_tests: false, why: "handle it, or `expect` the invariant that excludes it" },
    Forbidden { text: "todo!", in_tests: true, why: "finish it or leave it out" },
    Forbidden { text: "unimplemented!", in_tests: true, why: "finish it or leave it out" },
    Forbidden { text: "dbg!", in_tests: true, why: "left over from a search" },
    Forbidden { text: "#[ignore", in_tests: true, why: "a test that does not run proves nothing" },
    Forbidden { text: "getrandom::", in_tests: false, why: "fails in an empty root; use state::random" },
    Forbidden { text: "SystemTime::now", in_tests: false, why: "use the Clock that is passed in" },
    Forbidden { text: "Timestamp::now", in_tests: false, why: "use the Clock that is passed in" },
];

pub(crate) struct Forbidden {
    pub(crate) text: &'static str,
    pub(crate) in_tests: bool,
    pub(crate) why: &'static str,
}

/// The only files in which a test may pause between two looks at a condition.
pub(crate) const PAUSES: &[&str] = &["tests/it/wait.rs"];

/// File names that say nothing about what is inside.
pub(crate) const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "manager", "misc"];

/// What may stand at the top of the repository beside dotfiles and what git ignores.
pub(crate) const TOP_LEVEL: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "src",
    "templates",
    "static",
    "certs",
    "tests",
    "benches",
    "fuzz",
    "docs",
    "README.md",
    "README.zh.md",
    "CHANGELOG.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "askama.toml",
    "clippy.toml",
    "rustfmt.toml",
    "deny.toml",
    "target",
    "data",
];

/// What platforms are called in code.
pub(crate) const PLATFORM_NAMES: &[&str] = &["jiuyun", "huawei", "玖云", "华为"];

/// Places that name platforms, and why.
pub(crate) const KNOWS_PLATFORMS: &[(&str, &str)] = &[
    ("src/platforms/", "their own folders"),
    ("src/simulator/", "plays each of them"),
    ("src/cli/", "examples in help texts, and what the simulator plays"),
    ("src/control/asking/contract.rs", "a signed example with a session as a platform writes it"),
];

/// Parts of `http` and what they may not name: a face knows no other face, and what carries bytes
/// knows no face.
pub(crate) const FACES: &[(&str, &[&str])] = &[
    ("src/http/admin/", &["http::api", "api::"]),
    ("src/http/api/", &["http::admin", "admin::"]),
    ("src/http/transport/", &["http::admin", "http::api"]),
    ("src/service/", &["crate::http"]),
];

/// Files that name another face all the same, and why.
pub(crate) const BETWEEN_FACES: &[(&str, &str)] =
    &[("src/http/admin/help/page.rs", "Help lists the addresses of the API")];
