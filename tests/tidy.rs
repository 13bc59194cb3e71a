//! The rules of the house, as tests over the source itself.
//!
//! Which room may name which, where each outside crate lives, what every file must have and must
//! not have. The table below is the same as in the map of `src/lib.rs`; a rule that is only
//! written down is forgotten within a month. Each complaint names file, line, rule and reason.
//!
//! The rules look at tokens, not at types: comments and the insides of strings are blanked first
//! (see [`code`]). Each rule is itself tested at the end of this file on a source that breaks it.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// One room of `src/` and the rooms it may name.
struct Room {
    name: &'static str,
    may_name: &'static [&'static str],
}

/// Rooms that anyone but `domain` may name.
const COMMON: &[&str] = &["limits", "clock", "error_chain"];

/// Who may name whom.
const ROOMS: &[Room] = &[
    Room { name: "domain", may_name: &[] },
    Room { name: "limits", may_name: &[] },
    Room { name: "clock", may_name: &[] },
    Room { name: "error_chain", may_name: &[] },
    Room { name: "correlate", may_name: &["domain"] },
    Room { name: "providers", may_name: &["domain"] },
    Room { name: "journal", may_name: &["domain"] },
    Room { name: "export", may_name: &["domain"] },
    Room { name: "store", may_name: &["domain", "correlate", "providers"] },
    Room { name: "state", may_name: &["domain", "providers", "journal"] },
    Room { name: "bindings", may_name: &["domain", "providers", "journal", "store", "state"] },
    Room { name: "audit", may_name: &["domain", "journal", "store", "state"] },
    Room { name: "evidence", may_name: &["domain", "journal"] },
    Room {
        name: "control",
        may_name: &["domain", "correlate", "providers", "journal", "store", "state", "bindings", "outgoing"],
    },
    Room { name: "ingest", may_name: &["domain", "correlate", "providers", "journal", "store", "state", "control"] },
    Room { name: "projector", may_name: &["domain", "correlate", "providers", "journal", "store", "state", "audit"] },
    Room { name: "retention", may_name: &["domain", "correlate", "journal", "store", "state", "projector"] },
    Room {
        name: "erasure",
        may_name: &["domain", "correlate", "journal", "store", "state", "bindings", "projector", "retention"],
    },
    Room { name: "simulator", may_name: &["domain", "providers"] },
    Room {
        name: "http",
        may_name: &[
            "domain",
            "providers",
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
            "platform",
            "retention",
            "erasure",
        ],
    },
    Room { name: "config", may_name: &["domain", "providers", "platform"] },
    Room { name: "outgoing", may_name: &["domain"] },
    Room { name: "platform", may_name: &["domain", "providers", "outgoing"] },
    Room { name: "oidc", may_name: &["domain", "config", "outgoing"] },
];

/// Rooms at the top, which put the parts together and may name them all.
const TOP: &[&str] = &["cli", "run", "lib", "main"];

/// One outside crate, the rooms it lives in, and why only there.
struct Home {
    crate_name: &'static str,
    rooms: &'static [&'static str],
    why: &'static str,
}

/// The homes of outside crates. Crates that are not listed may be used anywhere but in `domain`.
const HOMES: &[Home] = &[
    Home { crate_name: "sled", rooms: &["store"], why: "the store is derived and must stay replaceable" },
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
    Home { crate_name: "quick_xml", rooms: &["providers", "simulator"], why: "XML is a platform's notation" },
    Home {
        crate_name: "hmac",
        rooms: &["control", "providers", "platform", "simulator"],
        why: "signatures are the platforms' business",
    },
    Home { crate_name: "md5", rooms: &["platform", "simulator"], why: "nobody but a platform asks for it" },
    Home { crate_name: "argon2", rooms: &["state"], why: "passwords are hashed in one place" },
    Home { crate_name: "crc32c", rooms: &["journal", "store"], why: "checksums belong to files" },
    Home { crate_name: "zstd", rooms: &["journal", "store"], why: "compressed files have one reader" },
    Home { crate_name: "toml", rooms: &["config"], why: "settings are read in one place" },
    Home { crate_name: "clap", rooms: &["cli", "main"], why: "arguments are read at the door" },
    Home { crate_name: "clap_complete", rooms: &["cli"], why: "arguments are read at the door" },
    Home { crate_name: "clap_mangen", rooms: &["cli"], why: "arguments are read at the door" },
    Home { crate_name: "anyhow", rooms: &["cli", "main"], why: "rooms have error enums of their own" },
    Home { crate_name: "tracing_subscriber", rooms: &["cli", "main"], why: "a library does not decide who logs" },
];

/// What `domain` must not touch besides other rooms: it is words, not machinery.
const NOT_IN_DOMAIN: &[(&str, &str)] = &[
    ("serde", "stored rows and wire structs are separate types that convert"),
    ("serde_json", "stored rows and wire structs are separate types that convert"),
    ("tokio", "domain does no I/O"),
    ("tracing", "domain does nothing worth logging"),
    ("std::fs", "domain does no I/O"),
    ("std::io", "domain does no I/O"),
];

/// Words no source may hold, with the reason. In tests `unwrap` is how an expectation is stated.
const FORBIDDEN: &[Forbidden] = &[
    Forbidden { text: ".unwrap()", in_tests: false, why: "handle it, or `expect` the invariant that excludes it" },
    Forbidden { text: "todo!", in_tests: true, why: "finish it or leave it out" },
    Forbidden { text: "unimplemented!", in_tests: true, why: "finish it or leave it out" },
    Forbidden { text: "dbg!", in_tests: true, why: "left over from a search" },
    Forbidden { text: "#[ignore", in_tests: true, why: "a test that does not run proves nothing" },
    Forbidden { text: "getrandom::", in_tests: false, why: "fails in an empty root; use state::random" },
    Forbidden { text: "SystemTime::now", in_tests: false, why: "use the Clock that is passed in" },
    Forbidden { text: "Timestamp::now", in_tests: false, why: "use the Clock that is passed in" },
];

struct Forbidden {
    text: &'static str,
    in_tests: bool,
    why: &'static str,
}

/// The only files in which a test may pause between two looks at a condition.
const PAUSES: &[&str] = &["tests/it/wait.rs"];

/// File names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "manager", "misc"];

/// What may stand at the top of the repository beside dotfiles and what git ignores.
const TOP_LEVEL: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "src",
    "templates",
    "static",
    "certs",
    "tests",
    "benches",
    "fuzz",
    "README.md",
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

/// The longest file outside tests.
const LINES_MAX: usize = 500;

/// Header lines: fewer say nothing, more belong in a type's documentation.
const HEADER_LINES: std::ops::RangeInclusive<usize> = 1..=20;

#[test]
fn no_room_names_a_room_it_should_not_know() {
    report(&each(&sources("src"), room_rule));
}

#[test]
fn outside_crates_stay_at_home() {
    report(&each(&sources("src"), home_rule));
}

#[test]
fn every_room_stands_in_the_table() {
    let known: BTreeSet<&str> = ROOMS.iter().map(|r| r.name).chain(TOP.iter().copied()).collect();
    let found: BTreeSet<String> = sources("src").iter().map(|f| room_of(&f.path)).collect();
    let unknown: Vec<_> = found.iter().filter(|r| !known.contains(r.as_str())).collect();
    assert!(unknown.is_empty(), "tests/tidy.rs: add {unknown:?} to ROOMS and to the map in src/lib.rs");
}

#[test]
fn every_file_is_declared_by_a_mod() {
    let mut complaints = orphans("src", &["src/lib.rs", "src/main.rs"]);
    complaints.extend(orphans("tests/it", &["tests/it/main.rs"]));
    complaints.extend(orphans("tests/browser", &["tests/browser/main.rs"]));
    report(&complaints);
}

#[test]
fn every_file_opens_with_a_header() {
    report(&each(&everything(), header_rule));
}

#[test]
fn no_file_is_longer_than_a_person_reads() {
    report(&each(&sources("src"), length_rule));
}

#[test]
fn nothing_forbidden_is_written() {
    report(&each(&everything(), word_rule));
}

#[test]
fn tests_wait_for_conditions_and_never_sleep() {
    report(&each(&everything(), sleep_rule));
}

#[test]
fn no_address_or_path_of_a_machine_is_written() {
    report(&each(&everything(), place_rule));
}

#[test]
fn every_bound_is_used() {
    let limits = read(Path::new("src/limits.rs"));
    let users: String = sources("src").iter().filter(|f| room_of(&f.path) != "limits").map(|f| code(&f.text)).collect();
    let mut complaints = Vec::new();
    for (n, line) in limits.lines().enumerate() {
        let Some(name) = line.strip_prefix("pub const ").and_then(|rest| rest.split(':').next()) else { continue };
        if words(&users).all(|(_, word)| word != name) {
            complaints.push(Complaint::new(
                "src/limits.rs",
                n + 1,
                format!("{name} bounds nothing: use it or remove it"),
            ));
        }
    }
    report(&complaints);
}

#[test]
fn every_template_and_fixture_is_used() {
    let templates = files("templates", "");
    let fixtures: Vec<_> = files("src", "").into_iter().filter(|p| !is_rust(p)).collect();
    let mut users: String = everything().iter().map(|f| f.text.as_str()).collect();
    users.extend(templates.iter().map(|p| read(p)));
    let mut complaints = Vec::new();
    for path in templates.iter().chain(&fixtures) {
        // Macros may add the ending, so the stem is what must be named.
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        if !users.contains(&name) {
            complaints.push(Complaint::new(path, 1, "no source names this file: use it or remove it".into()));
        }
    }
    report(&complaints);
}

#[test]
fn the_map_names_files_and_tests_that_are_there() {
    let map = read(Path::new("src/lib.rs"));
    let tests: String =
        everything().iter().filter(|f| f.path != Path::new("src/lib.rs")).map(|f| code(&f.text)).collect();
    let tests: BTreeSet<&str> = words(&tests).map(|(_, word)| word).collect();
    let mut complaints = Vec::new();
    for (n, line) in map.lines().enumerate() {
        for name in line.split('`').skip(1).step_by(2) {
            let is_file = name.ends_with(".rs") || name.ends_with('/');
            // A name with three underscores is a sentence, and a sentence is a test.
            let is_test = name.chars().all(is_word) && name.matches('_').count() >= 3;
            if (is_file && !root().join(name).exists()) || (is_test && !tests.contains(name)) {
                complaints.push(Complaint::new("src/lib.rs", n + 1, format!("there is no `{name}`")));
            }
        }
    }
    report(&complaints);
}

#[test]
fn only_what_belongs_there_stands_at_the_top() {
    let mut complaints = Vec::new();
    for entry in fs::read_dir(root()).expect("the repository can be listed") {
        let name = entry.expect("an entry can be read").file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !TOP_LEVEL.contains(&name.as_str()) {
            complaints.push(Complaint::new(&name, 1, "does not belong at the top of the repository".into()));
        }
    }
    report(&complaints);
}

// The rules.

fn room_rule(file: &File) -> Vec<Complaint> {
    let room = room_of(&file.path);
    let Some(entry) = ROOMS.iter().find(|r| r.name == room) else { return Vec::new() };
    let text = without_tests(file);
    let mut complaints = Vec::new();
    let mut named: Vec<(usize, String)> = paths_after(&text, "crate");
    if file.path.components().count() == 2 || file.path.ends_with("mod.rs") && file.path.components().count() == 3 {
        // From a room's own root file `super` is the crate.
        named.extend(paths_after(&text, "super"));
    }
    for (line, other) in named {
        let known = ROOMS.iter().any(|r| r.name == other) || TOP.contains(&other.as_str());
        let allowed = other == room
            || entry.may_name.contains(&other.as_str())
            || (room != "domain" && COMMON.contains(&other.as_str()));
        if known && !allowed {
            let may = if entry.may_name.is_empty() { "no other room".into() } else { entry.may_name.join(", ") };
            complaints.push(Complaint::new(
                &file.path,
                line,
                format!("`{room}` names `{other}`, but may name {may} only: rooms depend downwards"),
            ));
        }
    }
    complaints
}

fn home_rule(file: &File) -> Vec<Complaint> {
    let room = room_of(&file.path);
    let text = without_tests(file);
    let mut complaints = Vec::new();
    for home in HOMES.iter().filter(|h| !h.rooms.contains(&room.as_str())) {
        for line in uses_of(&text, home.crate_name) {
            let why = format!("`{}` lives in {} only: {}", home.crate_name, home.rooms.join(", "), home.why);
            complaints.push(Complaint::new(&file.path, line, why));
        }
    }
    if room == "domain" {
        for (name, why) in NOT_IN_DOMAIN {
            for line in uses_of(&text, name) {
                complaints.push(Complaint::new(&file.path, line, format!("`{name}` in domain: {why}")));
            }
        }
    }
    complaints
}

fn header_rule(file: &File) -> Vec<Complaint> {
    let lines = file.text.lines().take_while(|l| l.starts_with("//!")).count();
    let stem = file.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut complaints = Vec::new();
    // The map of the house is as long as it needs to be.
    let is_map = file.path == Path::new("src/lib.rs") && lines > 3;
    if !is_map && !HEADER_LINES.contains(&lines) {
        let rule = format!(
            "opens with {lines} lines of `//!`: {} to {} say what this is, why it is so and what it must never do",
            HEADER_LINES.start(),
            HEADER_LINES.end()
        );
        complaints.push(Complaint::new(&file.path, 1, rule));
    }
    if EMPTY_NAMES.contains(&stem.as_str()) {
        complaints.push(Complaint::new(&file.path, 1, format!("`{stem}` says nothing about what is inside")));
    }
    complaints
}

fn length_rule(file: &File) -> Vec<Complaint> {
    let lines = file.text.lines().count();
    if is_test(&file.path) || lines <= LINES_MAX {
        return Vec::new();
    }
    vec![Complaint::new(
        &file.path,
        LINES_MAX + 1,
        format!("{lines} lines, {LINES_MAX} at most: two things in one file"),
    )]
}

fn word_rule(file: &File) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let plain = without_tests(file);
    let all = code(&file.text);
    for rule in FORBIDDEN {
        let text = if rule.in_tests { &all } else { &plain };
        for (n, line) in text.lines().enumerate() {
            let clock = file.path == Path::new("src/clock.rs") && rule.text.ends_with("::now");
            if line.contains(rule.text) && !clock {
                complaints.push(Complaint::new(&file.path, n + 1, format!("`{}`: {}", rule.text, rule.why)));
            }
        }
    }
    for (n, line) in file.text.lines().enumerate() {
        if ["<<<<<<< ", ">>>>>>> "].iter().any(|marker| line.starts_with(marker)) {
            complaints.push(Complaint::new(&file.path, n + 1, "a merge was left half done".into()));
        }
        for mark in ["TODO", "FIXME", "XXX", "HACK"] {
            let found = words(line).find(|(_, w)| *w == mark).map(|(at, _)| &line[at + mark.len()..]);
            let numbered = found.is_none_or(|rest| rest.starts_with("(#"));
            if !numbered && file.path != Path::new("tests/tidy.rs") {
                complaints.push(Complaint::new(
                    &file.path,
                    n + 1,
                    format!("{mark} without an issue's number is forgotten"),
                ));
            }
        }
    }
    complaints
}

fn sleep_rule(file: &File) -> Vec<Complaint> {
    if PAUSES.iter().any(|p| file.path == Path::new(p)) {
        return Vec::new();
    }
    let plain = if is_test(&file.path) { String::new() } else { without_tests(file) };
    let quiet: BTreeSet<usize> = sleeps(&plain).into_iter().collect();
    sleeps(&code(&file.text))
        .into_iter()
        .filter(|line| !quiet.contains(line))
        .map(|line| Complaint::new(&file.path, line, "a test sleeps: wait for a condition with a deadline".into()))
        .collect()
}

fn sleeps(text: &str) -> Vec<usize> {
    let calls = ["thread::sleep", "time::sleep(", " sleep(Duration", "(sleep(Duration"];
    text.lines().enumerate().filter(|(_, l)| calls.iter().any(|c| l.contains(c))).map(|(n, _)| n + 1).collect()
}

fn place_rule(file: &File) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    if file.path == Path::new("tests/tidy.rs") {
        return complaints;
    }
    for (n, line) in file.text.lines().enumerate() {
        for home in ["/home/", "/root/", "/Users/"] {
            if line.contains(home) {
                complaints.push(Complaint::new(
                    &file.path,
                    n + 1,
                    format!("a path below {home} exists on one machine only"),
                ));
            }
        }
        for word in line.split(|c: char| !(c.is_ascii_digit() || c == '.')) {
            if let Ok(address) = word.trim_matches('.').parse::<std::net::Ipv4Addr>()
                && !(address.is_loopback()
                    || address.is_unspecified()
                    || address.is_documentation()
                    || address.is_private()
                    || address.is_broadcast()
                    || address.is_link_local()
                    || address.is_multicast())
            {
                let rule = format!("{address} may be somebody's: use 192.0.2.x, 198.51.100.x or 203.0.113.x");
                complaints.push(Complaint::new(&file.path, n + 1, rule));
            }
        }
    }
    complaints
}

/// Files below `dir` that no chain of `mod` declarations from `roots` reaches.
fn orphans(dir: &str, roots: &[&str]) -> Vec<Complaint> {
    let mut reached: BTreeSet<PathBuf> = BTreeSet::new();
    let mut open: Vec<PathBuf> = roots.iter().map(PathBuf::from).filter(|p| root().join(p).exists()).collect();
    while let Some(path) = open.pop() {
        let text = code(&read(&path));
        let folder = folder_of(&path);
        for name in mods(&text) {
            let candidates = [folder.join(format!("{name}.rs")), folder.join(&name).join("mod.rs")];
            open.extend(candidates.into_iter().filter(|c| root().join(c).exists() && !reached.contains(c)));
        }
        reached.insert(path);
    }
    files(dir, "rs")
        .into_iter()
        .filter(|p| !reached.contains(p))
        .map(|p| Complaint::new(&p, 1, "no `mod` declares this file, so it is never compiled".into()))
        .collect()
}

/// The names in `mod name;`.
fn mods(text: &str) -> Vec<String> {
    let all: Vec<(usize, &str)> = words(text).collect();
    let named = all.windows(2).filter(|w| w[0].1 == "mod");
    named.filter(|w| text[w[1].0 + w[1].1.len()..].trim_start().starts_with(';')).map(|w| w[1].1.to_owned()).collect()
}

// How sources are read.

/// One Rust source, by its path from the root of the repository.
struct File {
    path: PathBuf,
    text: String,
}

/// What is wrong, and where.
struct Complaint {
    path: PathBuf,
    line: usize,
    rule: String,
}

impl Complaint {
    fn new(path: impl AsRef<Path>, line: usize, rule: String) -> Self {
        Self { path: path.as_ref().to_owned(), line, rule }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.rule)
    }
}

fn report(complaints: &[Complaint]) {
    let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{} to tidy up:\n{}\n", lines.len(), lines.join("\n"));
}

fn each(files: &[File], rule: fn(&File) -> Vec<Complaint>) -> Vec<Complaint> {
    files.iter().flat_map(rule).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "rs")
}

/// Whether a whole file is test code: below `tests/` or `benches/`, or in a module that `src/`
/// declares for tests only.
fn is_test(path: &Path) -> bool {
    static ONLY_FOR_TESTS: LazyLock<Vec<PathBuf>> = LazyLock::new(test_modules);
    !path.starts_with("src")
        || ONLY_FOR_TESTS.iter().any(|module| path.starts_with(module) || path == module.with_extension("rs"))
}

/// What stands behind `#[cfg(test)] mod name;` in `src/`, without the ending.
fn test_modules() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in files("src", "rs") {
        let text = code(&read(&path));
        for (at, mark) in text.match_indices("#[cfg(test)]") {
            let rest = &text[at + mark.len()..];
            let end = rest.find([';', '{']).unwrap_or(rest.len());
            found.extend(mods(&rest[..rest.len().min(end + 1)]).into_iter().map(|name| folder_of(&path).join(name)));
        }
    }
    found
}

/// Where the files of a module's own modules stand.
fn folder_of(path: &Path) -> PathBuf {
    let is_root = path.file_name().is_some_and(|n| n == "mod.rs" || n == "main.rs" || n == "lib.rs");
    if is_root { path.parent().expect("has a folder").into() } else { path.with_extension("") }
}

fn everything() -> Vec<File> {
    ["src", "tests", "benches"].into_iter().flat_map(sources).collect()
}

fn sources(dir: &str) -> Vec<File> {
    files(dir, "rs").into_iter().map(|path| File { text: read(&path), path }).collect()
}

/// Every file below `dir` with this extension (any, if empty), in a stable order.
fn files(dir: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(dir)];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.map(|e| e.expect("an entry can be read").path()) {
            if path.is_dir() {
                open.push(path);
            } else if extension.is_empty() || path.extension().is_some_and(|e| e == extension) {
                found.push(path.strip_prefix(root()).expect("stands below the root").to_owned());
            }
        }
    }
    found.sort();
    found
}

/// `src/store/rows.rs` and `src/store.rs` are the room `store`.
fn room_of(path: &Path) -> String {
    let first = path.components().nth(1).map(|c| c.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
    first.trim_end_matches(".rs").to_owned()
}

/// The code of a file with its unit tests blanked: they may build whatever they need.
fn without_tests(file: &File) -> String {
    if is_test(&file.path) {
        return String::new();
    }
    let mut text = code(&file.text);
    while let Some(start) = text.find("#[cfg(test)]") {
        let rest = &text[start..];
        let open = rest.find('{');
        let length = match (open, rest.find(';')) {
            (Some(open), semicolon) if semicolon.is_none_or(|s| open < s) => open + block_length(&rest[open..]),
            (_, Some(semicolon)) => semicolon + 1,
            _ => rest.len(),
        };
        let blank: String = rest[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        text.replace_range(start..start + length, &blank);
    }
    text
}

/// The length of the block that `text` opens with.
fn block_length(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// The source with comments and the insides of strings and characters blanked, line for line.
fn code(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut i = 0;
    while i < chars.len() {
        let rest = &chars[i..];
        let length = match rest {
            ['/', '/', ..] => rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
            ['/', '*', ..] => block_comment(rest),
            ['"', ..] => quoted(rest),
            ['r', '"' | '#', ..] if i == 0 || !is_word(chars[i - 1]) || chars[i - 1] == 'b' => raw_string(rest),
            ['\'', '\\', ..] => 2 + rest[2..].iter().skip(1).position(|c| *c == '\'').map_or(0, |n| n + 2),
            ['\'', _, '\'', ..] => 3,
            _ => 0,
        };
        if length == 0 {
            out.push(chars[i]);
            i += 1;
        } else {
            out.extend(rest[..length].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            i += length;
        }
    }
    out
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut i) = (0_usize, 0);
    while i + 1 < rest.len() {
        match (rest[i], rest[i + 1]) {
            ('/', '*') => (depth, i) = (depth + 1, i + 2),
            ('*', '/') => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    rest.len()
}

fn quoted(rest: &[char]) -> usize {
    let mut i = 1;
    while i < rest.len() {
        match rest[i] {
            '\\' => i += 2,
            '"' => return i + 1,
            _ => i += 1,
        }
    }
    rest.len()
}

fn raw_string(rest: &[char]) -> usize {
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return 0;
    }
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let body = &rest[2 + hashes..];
    body.windows(end.len()).position(|w| w == end).map_or(rest.len(), |n| 2 + hashes + n + end.len())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Every word with its byte offset.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(is_word)?;
        let end = text[start..].find(|c| !is_word(c)).map_or(text.len(), |n| start + n);
        at = end;
        Some((start, &text[start..end]))
    })
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The first segments after `crate::`, also those in `crate::{…}`, with their lines.
fn paths_after(text: &str, start: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in words(text).filter(|(_, w)| *w == start) {
        let Some(rest) = text[at + start.len()..].strip_prefix("::") else { continue };
        let heads: Vec<&str> = match rest.strip_prefix('{') {
            Some(_) => top_level(&rest[1..block_length(rest) - 1]),
            None => vec![rest],
        };
        for head in heads {
            if let Some((0, word)) = words(head.trim_start()).next() {
                found.push((line_of(text, at), word.to_owned()));
            }
        }
    }
    found
}

/// Splits `a, b::{c, d}, e` at its outer commas.
fn top_level(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts
}

/// Lines on which the outside path `name` (`sled`, `std::fs`) is named.
fn uses_of(text: &str, name: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(name).map(|n| from + n) {
        from = at + name.len();
        let before = text[..at].chars().next_back().unwrap_or(' ');
        let after = &text[from..];
        let is_path = after.starts_with("::") || (text[..at].ends_with("use ") && after.starts_with([';', ' ']));
        if is_path && !is_word(before) && before != ':' && before != '.' {
            lines.push(line_of(text, at));
        }
    }
    lines.dedup();
    lines
}

// The rules, tried on sources that break them.

fn complaints(rule: fn(&File) -> Vec<Complaint>, path: &str, text: &str) -> Vec<String> {
    rule(&File { path: path.into(), text: text.into() }).iter().map(ToString::to_string).collect()
}

#[test]
fn the_room_rule_sees_plain_grouped_and_upward_names() {
    for text in ["use crate::store::Store;", "use crate::{limits, store};", "fn f() { crate::store::x() }"] {
        assert_eq!(complaints(room_rule, "src/providers/a.rs", text).len(), 1, "{text}");
    }
    assert_eq!(complaints(room_rule, "src/journal/mod.rs", "use super::http::Context;").len(), 1);
    assert_eq!(complaints(room_rule, "src/domain/call.rs", "use crate::limits;").len(), 1);
    for text in ["//! [`crate::store`]", "use crate::domain::App;", "#[cfg(test)]\nmod tests { use crate::store; }"] {
        assert!(complaints(room_rule, "src/providers/a.rs", text).is_empty(), "{text}");
    }
    assert!(complaints(room_rule, "src/store/keys.rs", "use super::rows;").is_empty());
}

#[test]
fn the_home_rule_sees_a_crate_that_left_home() {
    assert_eq!(
        complaints(home_rule, "src/http/mod.rs", "\nfn f(db: &sled::Db) {}"),
        ["src/http/mod.rs:2: `sled` lives in store only: the store is derived and must stay replaceable"]
    );
    assert_eq!(complaints(home_rule, "src/domain/app.rs", "use serde::Serialize;").len(), 1);
    assert!(complaints(home_rule, "src/store/mod.rs", "use sled::Db;").is_empty());
    assert!(complaints(home_rule, "src/http/a.rs", "let x = self.sled::<u8>(); // sled::Db").is_empty());
}

#[test]
fn the_other_rules_see_what_they_forbid() {
    assert_eq!(complaints(header_rule, "src/a.rs", "use b;").len(), 1);
    assert_eq!(complaints(header_rule, "src/utils.rs", "//! a\n//!\n//! b\n").len(), 1);
    assert_eq!(complaints(length_rule, "src/a.rs", &"\n".repeat(LINES_MAX + 1)).len(), 1);
    assert!(complaints(length_rule, "tests/it/a.rs", &"\n".repeat(LINES_MAX + 1)).is_empty());
    assert_eq!(complaints(word_rule, "src/a.rs", "x.unwrap();").len(), 1);
    assert!(complaints(word_rule, "src/a.rs", "#[cfg(test)]\nmod tests { fn f() { x.unwrap(); } }").is_empty());
    assert_eq!(complaints(word_rule, "src/a.rs", "#[cfg(test)]\nmod tests {\n#[ignore] fn f() {} }").len(), 1);
    assert_eq!(complaints(word_rule, "src/a.rs", "// TODO: later").len(), 1);
    assert!(complaints(word_rule, "src/a.rs", "// TODO(#7): later").is_empty());
    assert_eq!(complaints(word_rule, "src/a.rs", "use b;\n<<<<<<< HEAD\n=======\n>>>>>>> x").len(), 2);
    assert_eq!(complaints(sleep_rule, "tests/it/a.rs", "std::thread::sleep(x);").len(), 1);
    assert!(complaints(sleep_rule, "src/http/a.rs", "tokio::time::sleep(x).await;").is_empty());
    assert_eq!(complaints(place_rule, "src/a.rs", "\"8.8.8.8:53\"").len(), 1);
    assert!(complaints(place_rule, "src/a.rs", "\"127.0.0.1:0\" 203.0.113.7").is_empty());
}

#[test]
fn strings_and_comments_are_not_code() {
    let text = "let a = \"crate::x // \\\" y\"; let b = r#\"todo!\"#; /* a /* b */ c */ let c = '\"'; 'l: loop {}";
    let seen = code(text);
    assert_eq!(seen.len(), text.len());
    for gone in ["crate", "todo", "/*", "\""] {
        assert!(!seen.contains(gone), "{gone} in {seen}");
    }
    for kept in ["let a =", "let b =", "let c =", "'l: loop {}"] {
        assert!(seen.contains(kept), "{kept} not in {seen}");
    }
}
