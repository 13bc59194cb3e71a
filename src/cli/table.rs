//! Tables for people: columns that line up, also with Chinese in them.
//!
//! Values come from strangers; a control character in one, and one that nobody sees or that turns
//! the direction of writing, is shown as `?`: no callback can write escape sequences to a terminal.

use std::io::{self, Write};

use crate::domain::plain_text;

/// Writes a table with two blanks between columns; nothing at all where there are no rows.
pub(super) fn write(out: &mut impl Write, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let head: Vec<String> = head.iter().map(|name| (*name).to_owned()).collect();
    let shown = rows.iter().map(|row| row.iter().map(|cell| plain(cell)).collect::<Vec<_>>());
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(shown).collect();
    let widths: Vec<usize> = (0..lines[0].len())
        .map(|column| lines.iter().filter_map(|line| line.get(column)).map(|cell| width(cell)).max().unwrap_or(0))
        .collect();
    for line in &lines {
        let mut text = String::new();
        for (cell, column) in line.iter().zip(&widths) {
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', column - width(cell) + 2));
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

/// A text without control characters and those that nobody sees.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if is_obeyed(c) { '?' } else { c }).collect()
}

/// Whether a terminal does something with a character instead of showing it.
fn is_obeyed(c: char) -> bool {
    c.is_control() || plain_text::is_unseen(c)
}

/// CSV as it may be shown: to a terminal without what it would obey but the ends of lines, to a file
/// as it is.
pub(super) fn csv(text: Vec<u8>, to_terminal: bool) -> Vec<u8> {
    if !to_terminal {
        return text;
    }
    let text = String::from_utf8_lossy(&text).into_owned();
    let shown = |c: char| if is_obeyed(c) && !matches!(c, '\r' | '\n' | '\t') { '?' } else { c };
    text.chars().map(shown).collect::<String>().into_bytes()
}

/// JSON in which what a terminal would obey is escaped: another spelling of the same values.
pub(super) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_obeyed(c) && !matches!(c, '\n' | '\r' | '\t') {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// How many columns of a terminal a text takes.
fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Unicode's East Asian Width, as far as names of apps and people go: wide and full-width
/// characters take two columns, marks that combine take none.
fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f | 0x200b..=0x200f | 0x20d0..=0x20ff | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(rows: &[&[&str]]) -> String {
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        let mut out = Vec::new();
        write(&mut out, &["NAME", "ROLE"], &rows).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_line_up_with_wide_characters() {
        assert_eq!(
            text(&[&["客服热线", "admin"], &["li", "viewer"]]),
            "NAME      ROLE\n客服热线  admin\nli        viewer\n"
        );
        assert_eq!(text(&[]), "");
    }

    #[test]
    fn a_terminal_is_not_written_to_by_strangers() {
        assert_eq!(text(&[&["\u{1b}[31mred\n", "x"]]), "NAME       ROLE\n?[31mred?  x\n");
        assert_eq!(text(&[&["a\u{202e}b\u{200b}\u{9b}c", "x"]]), "NAME    ROLE\na?b??c  x\n");
        let written = "a,\u{1b}[31m\u{9b}\u{202e}b\r\n";
        assert_eq!(csv(written.into(), true), b"a,?[31m??b\r\n");
        assert_eq!(csv(written.into(), false), written.as_bytes());
        let object = serde_json::json!({ "a": "\u{9b}31m\u{202e}\u{e0001}呼" });
        let shown = json(&object.to_string());
        assert_eq!(shown, r#"{"a":"\u009b31m\u202e\udb40\udc01呼"}"#);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), object);
    }
}
