//! How sources are read: files, words, paths, and what is code in them.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{fmt, fs};

use crate::rules::mods;

/// One Rust source, by its path from the root of the repository.
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// What is wrong, and where.
pub(crate) struct Complaint {
    pub(crate) path: PathBuf,
    pub(crate) line: usize,
    pub(crate) rule: String,
}

impl Complaint {
    pub(crate) fn new(path: impl AsRef<Path>, line: usize, rule: String) -> Self {
        Self { path: path.as_ref().to_owned(), line, rule }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.rule)
    }
}

pub(crate) fn report(complaints: &[Complaint]) {
    let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{} to tidy up:\n{}\n", lines.len(), lines.join("\n"));
}

pub(crate) fn each(files: &[File], rule: fn(&File) -> Vec<Complaint>) -> Vec<Complaint> {
    files.iter().flat_map(rule).collect()
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub(crate) fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "rs")
}

/// Whether a whole file is test code: below `tests/` or `benches/`, or in a module that `src/`
/// declares for tests only.
pub(crate) fn is_test(path: &Path) -> bool {
    static ONLY_FOR_TESTS: LazyLock<Vec<PathBuf>> = LazyLock::new(test_modules);
    !path.starts_with("src")
        || ONLY_FOR_TESTS.iter().any(|module| path.starts_with(module) || path == module.with_extension("rs"))
}

/// What stands behind `#[cfg(test)] mod name;` in `src/`, without the ending.
pub(crate) fn test_modules() -> Vec<PathBuf> {
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
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    let is_root = path.file_name().is_some_and(|n| n == "mod.rs" || n == "main.rs" || n == "lib.rs");
    if is_root { path.parent().expect("has a folder").into() } else { path.with_extension("") }
}

pub(crate) fn everything() -> Vec<File> {
    ["src", "tests", "benches"].into_iter().flat_map(sources).collect()
}

pub(crate) fn sources(dir: &str) -> Vec<File> {
    files(dir, "rs").into_iter().map(|path| File { text: read(&path), path }).collect()
}

/// Every file below `dir` with this extension (any, if empty), in a stable order.
pub(crate) fn files(dir: &str, extension: &str) -> Vec<PathBuf> {
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
pub(crate) fn room_of(path: &Path) -> String {
    let first = path.components().nth(1).map(|c| c.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
    first.trim_end_matches(".rs").to_owned()
}

/// The code of a file with its unit tests blanked: they may build whatever they need.
pub(crate) fn without_tests(file: &File) -> String {
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
pub(crate) fn block_length(text: &str) -> usize {
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
pub(crate) fn code(source: &str) -> String {
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

pub(crate) fn block_comment(rest: &[char]) -> usize {
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

pub(crate) fn quoted(rest: &[char]) -> usize {
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

pub(crate) fn raw_string(rest: &[char]) -> usize {
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return 0;
    }
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let body = &rest[2 + hashes..];
    body.windows(end.len()).position(|w| w == end).map_or(rest.len(), |n| 2 + hashes + n + end.len())
}

pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Every word with its byte offset.
pub(crate) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(is_word)?;
        let end = text[start..].find(|c| !is_word(c)).map_or(text.len(), |n| start + n);
        at = end;
        Some((start, &text[start..end]))
    })
}

pub(crate) fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The first segments after `crate::`, also those in `crate::{…}`, with their lines.
pub(crate) fn paths_after(text: &str, start: &str) -> Vec<(usize, String)> {
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
pub(crate) fn top_level(list: &str) -> Vec<&str> {
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
pub(crate) fn uses_of(text: &str, name: &str) -> Vec<usize> {
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
