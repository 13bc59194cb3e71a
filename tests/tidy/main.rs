//! The rules of the house, as tests over the source itself.
//!
//! Which room may name which, where each outside crate lives, what every file must have and must
//! not have. The tables are the same as in the map of `src/lib.rs`; a rule that is only
//! written down is forgotten within a month. Each complaint names file, line, rule and reason.
//!
//! The rules look at tokens, not at types: comments and the insides of strings are blanked first
//! (see [`source::code`]). Each rule is itself tried on a source that breaks it.

mod rules;
mod source;
mod tables;
mod tried;

use std::collections::BTreeSet;
use std::path::Path;

use crate::rules::*;
use crate::source::*;
use crate::tables::*;

#[test]
fn no_room_names_a_room_it_should_not_know() {
    report(&each(&sources("src"), room_rule));
}

#[test]
fn faces_never_name_each_other() {
    report(&each(&sources("src"), face_rule));
    for (path, why) in BETWEEN_FACES {
        let text = read(Path::new(path));
        assert!(text.contains("admin") || text.contains("api"), "{path} is no exception any more: {why}");
    }
}

#[test]
fn shared_code_names_no_platform() {
    report(&each(&sources("src"), platform_rule));
    for (path, why) in KNOWS_PLATFORMS.iter().filter(|(path, _)| path.ends_with(".rs")) {
        let text = read(Path::new(path)).to_lowercase();
        assert!(PLATFORM_NAMES.iter().any(|name| text.contains(name)), "{path} is no exception any more: {why}");
    }
}

#[test]
fn outside_crates_stay_at_home() {
    report(&each(&sources("src"), home_rule));
}

/// What is changed for nobody leaves no entry of the audit trail, so that it takes a place in this
/// list, with what it is that the server notes for itself there.
const FOR_NOBODY: [(&str, &str); 7] = [
    ("src/state/author.rs", "what it is"),
    ("src/state/mod.rs", "the address that platforms know the server by"),
    ("src/state/tokens.rs", "when a token was last used"),
    ("src/retention/mod.rs", "how far a run came"),
    ("src/erasure/bindings.rs", "what belongs to an erasure that is on record"),
    ("src/erasure/notes.rs", "how far an erasure came"),
    ("src/erasure/run.rs", "that an erasure is done"),
];

#[test]
fn nothing_is_changed_for_nobody_but_what_the_server_notes_for_itself() {
    let mut complaints = Vec::new();
    for file in sources("src").iter().filter(|file| !is_test_file(&file.path)) {
        let listed = FOR_NOBODY.iter().any(|(path, _)| file.path == Path::new(path));
        for (n, line) in code(&file.text).lines().enumerate() {
            if line.contains("House") && line.contains("Behalf") && !listed {
                complaints.push(Complaint::new(
                    &file.path,
                    n + 1,
                    "a change without an author is not on record".into(),
                ));
            }
        }
    }
    report(&complaints);
}

/// Whether a file holds only tests.
fn is_test_file(path: &Path) -> bool {
    path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")))
}

#[test]
fn every_room_stands_in_the_table() {
    let known: BTreeSet<&str> = ROOMS.iter().map(|r| r.name).chain(TOP.iter().copied()).collect();
    let found: BTreeSet<String> = sources("src").iter().map(|f| room_of(&f.path)).collect();
    let unknown: Vec<_> = found.iter().filter(|r| !known.contains(r.as_str())).collect();
    assert!(unknown.is_empty(), "tests/tidy/tables.rs: add {unknown:?} to ROOMS and to the map in src/lib.rs");
}

#[test]
fn every_file_is_declared_by_a_mod() {
    let mut complaints = orphans("src", &["src/lib.rs", "src/main.rs"]);
    complaints.extend(orphans("tests/it", &["tests/it/main.rs"]));
    complaints.extend(orphans("tests/browser", &["tests/browser/main.rs"]));
    complaints.extend(orphans("tests/tidy", &["tests/tidy/main.rs"]));
    report(&complaints);
}

#[test]
fn every_file_has_a_name_that_says_what_is_inside() {
    report(&each(&everything(), name_rule));
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
    let (limits, others): (Vec<_>, Vec<_>) = sources("src").into_iter().partition(|f| room_of(&f.path) == "limits");
    let users: String = others.iter().map(|f| code(&f.text)).collect();
    let mut complaints = Vec::new();
    for file in &limits {
        for (n, line) in file.text.lines().enumerate() {
            let Some(name) = line.strip_prefix("pub const ").and_then(|rest| rest.split(':').next()) else { continue };
            if words(&users).all(|(_, word)| word != name) {
                complaints.push(Complaint::new(
                    &file.path,
                    n + 1,
                    format!("{name} bounds nothing: use it or remove it"),
                ));
            }
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
    for entry in std::fs::read_dir(root()).expect("the repository can be listed") {
        let name = entry.expect("an entry can be read").file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !TOP_LEVEL.contains(&name.as_str()) {
            complaints.push(Complaint::new(&name, 1, "does not belong at the top of the repository".into()));
        }
    }
    report(&complaints);
}
