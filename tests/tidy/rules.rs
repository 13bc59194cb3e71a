//! The rules. Each looks at one file, or at all of them, and complains.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::source::*;
use crate::tables::*;

pub(crate) fn room_rule(file: &File) -> Vec<Complaint> {
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

pub(crate) fn face_rule(file: &File) -> Vec<Complaint> {
    let path = file.path.to_string_lossy();
    if is_test(&file.path) || BETWEEN_FACES.iter().any(|(known, _)| *known == path) {
        return Vec::new();
    }
    let text = without_tests(file);
    let mut complaints = Vec::new();
    for (_, others) in FACES.iter().filter(|(part, _)| path.starts_with(part)) {
        for (n, line) in text.lines().enumerate() {
            let names = |other: &&&str| {
                let mut found = line.match_indices(**other).map(|(at, _)| &line[..at]);
                found.any(|before| !before.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
            };
            if let Some(other) = others.iter().find(names) {
                let rule = format!("`{other}` is named: a face asks the service, never another face");
                complaints.push(Complaint::new(&file.path, n + 1, rule));
            }
        }
    }
    complaints
}

pub(crate) fn platform_rule(file: &File) -> Vec<Complaint> {
    let path = file.path.to_string_lossy();
    let knows = |known: &&str| path.starts_with(*known);
    if is_test(&file.path) || KNOWS_PLATFORMS.iter().any(|(known, _)| knows(known)) {
        return Vec::new();
    }
    let tested = without_tests(file);
    let lines = file.text.lines().zip(tested.lines()).enumerate();
    let code = lines.filter(|(_, (_, code))| !code.trim().is_empty());
    let named = code.filter_map(|(n, (line, _))| {
        let line = line.split("// ").next().unwrap_or(line).to_lowercase();
        let name = PLATFORM_NAMES.iter().find(|name| line.contains(**name))?;
        let rule = format!("`{name}` is a platform: what is its own stands in its folder and its tables");
        Some(Complaint::new(&file.path, n + 1, rule))
    });
    named.collect()
}

pub(crate) fn home_rule(file: &File) -> Vec<Complaint> {
    let room = room_of(&file.path);
    let text = without_tests(file);
    let mut complaints = Vec::new();
    let lives_here = |place: &&str| **place == room || file.path == Path::new("src").join(place);
    for home in HOMES.iter().filter(|home| !home.rooms.iter().any(lives_here)) {
        for line in uses_of(&text, home.crate_name) {
            let why = format!("`{}` lives in {} only: {}", home.crate_name, home.rooms.join(", "), home.why);
            complaints.push(Complaint::new(&file.path, line, why));
        }
    }
    let (types, rooms) = OPENED_IN;
    for (at, name) in words(&text).filter(|(_, word)| types.contains(word) && !rooms.contains(&room.as_str())) {
        let why = format!("`{name}` is named where a directory is opened, in {}: take a trait", rooms.join(", "));
        complaints.push(Complaint::new(&file.path, line_of(&text, at), why));
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

pub(crate) fn name_rule(file: &File) -> Vec<Complaint> {
    let stem = file.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if !EMPTY_NAMES.contains(&stem.as_str()) {
        return Vec::new();
    }
    vec![Complaint::new(&file.path, 1, format!("`{stem}` says nothing about what is inside"))]
}

pub(crate) fn word_rule(file: &File) -> Vec<Complaint> {
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
            if !numbered && !file.path.starts_with(HERE) {
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

pub(crate) fn sleep_rule(file: &File) -> Vec<Complaint> {
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

pub(crate) fn sleeps(text: &str) -> Vec<usize> {
    let calls = ["thread::sleep", "time::sleep(", " sleep(Duration", "(sleep(Duration"];
    text.lines().enumerate().filter(|(_, l)| calls.iter().any(|c| l.contains(c))).map(|(n, _)| n + 1).collect()
}

pub(crate) fn place_rule(file: &File) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    if file.path.starts_with(HERE) {
        return complaints;
    }
    for (n, line) in file.text.lines().enumerate() {
        for home in ["/home/", "/root/", "/Users/"] {
            // Not a folder of that name within a path of ours: `src/http/admin/home/`.
            let mut found = line.match_indices(home).map(|(at, _)| &line[..at]);
            if found.any(|before| !before.ends_with(|c: char| c.is_alphanumeric())) {
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
pub(crate) fn orphans(dir: &str, roots: &[&str]) -> Vec<Complaint> {
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
pub(crate) fn mods(text: &str) -> Vec<String> {
    let all: Vec<(usize, &str)> = words(text).collect();
    let named = all.windows(2).filter(|w| w[0].1 == "mod");
    named.filter(|w| text[w[1].0 + w[1].1.len()..].trim_start().starts_with(';')).map(|w| w[1].1.to_owned()).collect()
}
