//! CSV as RFC 4180 has it, for spreadsheets.
//!
//! Every instant stands in two columns: as the API writes it, and as `…_shanghai`, which a
//! spreadsheet takes for a date. A spreadsheet runs a cell that begins with `=`, `@`, `+` or `-`,
//! also of full width and behind blanks and characters that nobody sees, and splits one that begins
//! with a tab or the end of a line (OWASP, "CSV Injection"); such a cell gets a leading `'`. Phone
//! numbers begin with `+` and are excepted where they are nothing else.

use csv::{Terminator, Writer, WriterBuilder};
use serde_json::Value;

use super::columns::Holds;
use super::{ExportError, ForPeople, Sheet, instant, shanghai, value};
use crate::domain::{Lang, plain_text};

pub fn head(sheet: &Sheet, lang: Option<Lang>) -> Result<Vec<u8>, ExportError> {
    let mut cells = Vec::with_capacity(sheet.columns.len() + 8);
    for column in sheet.columns {
        let name = column.head(lang);
        if column.holds != Holds::Instant {
            cells.push(name.to_owned());
            continue;
        }
        let (utc, local) = match lang {
            None => (String::new(), "_shanghai"),
            Some(lang) => (" UTC".to_owned(), lang.t("（北京时间）", " (Asia/Shanghai)")),
        };
        cells.extend([format!("{name}{utc}"), format!("{name}{local}")]);
    }
    let mut out = writer();
    out.write_record(&cells)?;
    finish(out)
}

pub fn rows(sheet: &Sheet, objects: &[Value], people: Option<ForPeople>) -> Result<Vec<u8>, ExportError> {
    let mut out = writer();
    for object in objects {
        for column in sheet.columns {
            let value = value(object, column.pointer);
            out.write_field(value.map(|value| guard(ForPeople::text(people, column, value))).unwrap_or_default())?;
            if column.holds == Holds::Instant {
                out.write_field(value.and_then(instant).map(shanghai).unwrap_or_default())?;
            }
        }
        out.write_record(None::<&[u8]>)?;
    }
    finish(out)
}

fn writer() -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new())
}

fn finish(out: Writer<Vec<u8>>) -> Result<Vec<u8>, ExportError> {
    out.into_inner().map_err(|error| ExportError::Write(error.into_error()))
}

fn guard(text: String) -> String {
    if runs(&text) && !is_number(&text) { format!("'{text}") } else { text }
}

/// Whether a spreadsheet would do something with a cell instead of showing it.
fn runs(text: &str) -> bool {
    let shown = text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || plain_text::is_unseen(c));
    text.starts_with(['\t', '\r', '\n']) || shown.starts_with(['=', '@', '+', '-', '＝', '＠', '＋', '－'])
}

/// A cell as it was before it was guarded.
#[must_use]
pub fn unguard(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| runs(text)).unwrap_or(cell)
}

/// A phone number, whole or masked, or a number.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '•'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::CALLS;
    use super::*;

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_is_quoted_and_a_phone_number_is_not() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("\tx", "'\tx"),
            ("+8613812340021", "+8613812340021"),
            ("+86138****0021", "+86138****0021"),
            ("order 1", "order 1"),
            ("+", "'+"),
            ("\n=1", "'\n=1"),
            ("\r\n@x", "'\r\n@x"),
            ("＝1+1", "'＝1+1"),
            ("＋86", "'＋86"),
            ("－1", "'－1"),
            ("＠x", "'＠x"),
            ("\u{feff}=1", "'\u{feff}=1"),
            ("\u{200b}\u{a0} -1+2", "'\u{200b}\u{a0} -1+2"),
            ("-12", "-12"),
            (" order 1", " order 1"),
        ] {
            assert_eq!(guard(cell.to_owned()), written);
            assert_eq!(unguard(written), cell);
        }
    }

    #[test]
    fn a_row_has_a_cell_for_every_heading_and_times_in_both_zones() {
        let object = json!({
            "id": "a,b", "release": null, "callbacks": [1, 2], "answered_at": "2026-11-21T02:13:21Z",
            "user_data": "=HYPERLINK(1)", "caller": "+8613812340021",
        });
        let bytes = [head(&CALLS, None).unwrap(), rows(&CALLS, &[object], None).unwrap()].concat();
        assert_eq!(bytes.iter().filter(|b| **b == b'\r').count(), 2);
        let mut read = ::csv::Reader::from_reader(bytes.as_slice());
        let heads = read.headers().unwrap().clone();
        let row = read.records().next().unwrap().unwrap();
        let cell = |name: &str| &row[heads.iter().position(|head| head == name).unwrap()];
        assert_eq!((cell("id"), cell("release_by"), cell("callbacks")), ("a,b", "", "1 2"));
        assert_eq!((cell("user_data"), cell("caller")), ("'=HYPERLINK(1)", "+8613812340021"));
        assert_eq!(cell("answered_at"), "2026-11-21T02:13:21Z");
        assert_eq!(cell("answered_at_shanghai"), "2026-11-21 10:13:21");
        let people = String::from_utf8(head(&CALLS, Some(Lang::Zh)).unwrap()).unwrap();
        assert!(people.contains("接通 UTC,接通（北京时间）"), "{people}");
    }
}
