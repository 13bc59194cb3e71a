//! Tables for people: columns that line up, also with Chinese in them.
//!
//! On a terminal a table is as wide as that at most: its widest columns are cut, with `…` where
//! something is missing. Into a file or a pipe it goes whole.
//!
//! Values come from strangers; a control character in one, and one that nobody sees or that turns
//! the direction of writing, is shown as `?`: no callback can write escape sequences to a terminal.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write, stdout};

use crate::domain::plain_text;

/// Writes a table with two blanks between columns; nothing at all where there are no rows.
pub(super) fn write(out: &mut impl Write, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    write_within(out, head, rows, terminal_width())
}

/// How wide standard output is, where it is a terminal.
fn terminal_width() -> Option<usize> {
    let out = stdout();
    let size = out.is_terminal().then(|| rustix::termios::tcgetwinsize(&out).ok()).flatten()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

fn write_within(out: &mut impl Write, head: &[&str], rows: &[Vec<String>], room: Option<usize>) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let head: Vec<String> = head.iter().map(|name| (*name).to_owned()).collect();
    let shown = rows.iter().map(|row| row.iter().map(|cell| plain(cell)).collect::<Vec<_>>());
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(shown).collect();
    let mut widths: Vec<usize> = (0..lines[0].len())
        .map(|column| lines.iter().filter_map(|line| line.get(column)).map(|cell| width(cell)).max().unwrap_or(0))
        .collect();
    if let Some(room) = room {
        narrow(&mut widths, &lines, room);
    }
    for line in &lines {
        let mut text = String::new();
        for (cell, column) in line.iter().zip(&widths) {
            let cell = cut(cell, *column);
            text.push_str(&cell);
            text.extend(std::iter::repeat_n(' ', column - width(&cell) + 2));
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

/// Takes from the widest column until all fit: first what is beyond the width of a time, then more,
/// and from none so much that its heading is cut. Columns of instants stay whole: half of one tells
/// nothing.
fn narrow(widths: &mut [usize], lines: &[Vec<String>], room: usize) {
    let between = 2 * widths.len().saturating_sub(1);
    let mut over = (widths.iter().sum::<usize>() + between).saturating_sub(room);
    let is_time = |column: usize| {
        let cell = lines.get(1).and_then(|row| row.get(column)).map_or("", String::as_str);
        cell.len() <= LEAST[0] && cell.get(..11).is_some_and(|start| start.ends_with(['T', ' ']) && &start[4..5] == "-")
    };
    for least in LEAST {
        let least = |column: usize| width(&lines[0][column]).max(least);
        while over > 0 {
            let spare = (0..widths.len()).filter(|column| widths[*column] > least(*column) && !is_time(*column));
            let Some(widest) = spare.max_by_key(|column| widths[*column]) else { break };
            widths[widest] -= 1;
            over -= 1;
        }
    }
}

/// How narrow columns become, one after the other, while there is not room for all.
const LEAST: [usize; 3] = [20, 12, 6];

/// The beginning of a text that fits into `room` columns, with `…` where it does not all fit.
fn cut(text: &str, room: usize) -> Cow<'_, str> {
    if width(text) <= room {
        return text.into();
    }
    let mut used = 1;
    let fits = text.chars().take_while(|c| {
        used += char_width(*c);
        used <= room
    });
    fits.chain(['…']).collect::<String>().into()
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
    fn a_table_is_as_wide_as_the_terminal_at_most() {
        let row = |name: &str, text: &str| vec![name.to_owned(), text.to_owned()];
        let rows =
            [row("客服热线", &"long ".repeat(30)), row("li", "短消息短消息短消息短消息短消息短消息短消息短消息")];
        let within = |room| {
            let mut out = Vec::new();
            write_within(&mut out, &["NAME", "DETAILS"], &rows, room).unwrap();
            String::from_utf8(out).unwrap()
        };
        for room in [24, 30, 40, 80] {
            let text = within(Some(room));
            assert!(text.lines().all(|line| width(line) <= room), "{room}: {text}");
            assert!(text.contains("客服热线") && text.contains('…'), "{room}: {text}");
        }
        assert!(within(Some(10)).lines().count() == 3, "too narrow for anything is still a table");
        assert_eq!(within(None), within(Some(500)), "where there is room, nothing is cut");
        assert!(!within(None).contains('…'));
        let mut out = Vec::new();
        let timed = [vec!["2026-12-01T01:08:37Z".to_owned(), "x".repeat(60), "y".repeat(30)]];
        write_within(&mut out, &["AT", "ONE", "TWO"], &timed, Some(40)).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("2026-12-01T01:08:37Z  x") && text.lines().all(|line| width(line) <= 40), "{text}");
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
