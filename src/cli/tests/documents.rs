//! The commands and configurations that README and `docs/` show, held against what is there.

use std::collections::BTreeSet;
use std::path::Path;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser as _};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::cli::arguments::Arguments;
use crate::config::{Config, Overrides};

/// Every text for people, by its name.
fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documents = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let paths = documents.chain(["README.md", "README.zh.md"].map(|name| root.join(name)));
    paths.map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap())).collect()
}

/// The fenced blocks, each with its language, and the code within lines (language empty).
fn code(text: &str) -> Vec<(String, String)> {
    let (mut found, mut block) = (Vec::new(), None::<(String, String)>);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(lang))) => {
                block = Some((lang.to_string(), String::new()));
            }
            Event::Text(text) => block.iter_mut().for_each(|(_, code)| code.push_str(&text)),
            Event::End(TagEnd::CodeBlock) => found.extend(block.take()),
            Event::Code(code) => found.push((String::new(), code.to_string())),
            _ => {}
        }
    }
    found
}

/// The words of a command within a line of a shell, as far as the command goes.
fn command(line: &str) -> Option<Vec<String>> {
    let at = ["", "$(", "<("].iter().find_map(|before| {
        let start = format!("{before}ringback ");
        if before.is_empty() { line.starts_with(&start).then_some(0) } else { line.find(&start).map(|at| at + 2) }
    })?;
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line[at..].chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            '>' | '|' | ')' if !quoted => break,
            c => words.last_mut()?.push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    Some(words)
}

/// Whether what begins so can be written: subcommands that are there, and flags that they have.
fn begins_well(words: &[String]) -> bool {
    let mut at = Arguments::command();
    at.build();
    let mut at = &at;
    for word in &words[1..] {
        match (at.find_subcommand(word), word.strip_prefix("--")) {
            (Some(next), _) => at = next,
            (None, Some(flag)) => {
                let flag = flag.split('=').next().unwrap_or(flag);
                if !at.get_arguments().any(|argument| argument.get_long() == Some(flag)) {
                    return false;
                }
            }
            (None, None) if at.get_positionals().next().is_none() && !at.is_allow_external_subcommands_set() => {
                return false;
            }
            (None, None) => return true,
        }
    }
    true
}

#[test]
fn every_command_in_a_document_can_be_given() {
    let mut given = 0;
    for (name, text) in texts() {
        for (lang, code) in code(&text) {
            for line in code.replace("\\\n", " ").lines() {
                let Some(words) = command(line) else { continue };
                if lang.is_empty() {
                    assert!(begins_well(&words), "{name}: `{line}`");
                } else if let Err(error) = Arguments::try_parse_from(&words) {
                    let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
                    assert!(is_help, "{name}: {line}\n{error}");
                }
                given += 1;
            }
        }
    }
    assert!(given > 100, "{given} commands");
}

#[test]
fn every_configuration_in_a_document_is_read() {
    let mut read = 0;
    for (name, text) in texts() {
        for (_, toml) in code(&text).iter().filter(|(lang, _)| lang == "toml") {
            let config = Config::from_toml(toml, &Overrides::default());
            assert!(config.is_ok(), "{name}: {toml}{config:?}");
            read += 1;
        }
    }
    assert!(read > 4, "{read} configurations");
}

#[test]
fn the_document_of_the_command_line_names_every_command() {
    let command = Arguments::command();
    let names: BTreeSet<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    for (name, text) in texts().iter().filter(|(name, _)| name.contains("command-line")) {
        let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
        let rows: Vec<(&str, &str)> = rows.collect();
        assert_eq!(rows.iter().map(|(command, _)| *command).collect::<BTreeSet<_>>(), names, "{name}");
        for (of, does) in rows {
            let within = command.find_subcommand(of).unwrap().get_subcommands().map(clap::Command::get_name);
            for word in within {
                assert!(does.contains(&format!("`{word}`")), "{name}: {of} {word} is not named");
            }
        }
    }
}
