//! Rows as files: CSV, a workbook, JSON lines. Pure: the API's objects in, bytes out.
//!
//! Rows come page by page and their bytes are given away page by page, so a million rows take
//! the memory of one page. What ends a file is written by [`Rows::end`] alone: a file whose rows
//! broke off has no end and can be told from a whole one.
//!
//! | format | times | numbers | its end |
//! | --- | --- | --- | --- |
//! | CSV | twice: RFC 3339 in UTC, and Asia/Shanghai as spreadsheets read it | as text | none: the transfer is broken off |
//! | XLSX | dates in Asia/Shanghai | typed | the directory of the archive: without it no program opens it |
//! | JSONL | as the API | as the API | none: the transfer is broken off |
//!
//! Whole phone numbers are in here only if they are in the objects: masking is done before.

mod columns;
pub mod csv;
mod xlsx;

use jiff::Timestamp;
use serde_json::Value;

pub use columns::{AUDIT, BINDINGS, CALLBACKS, CALLS, Column, DECISIONS, NUMBERS, SMS, STATS, Sheet, call_at, second};

use crate::domain::{BEIJING, Lang, vocabulary};

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Format {
        /// Comma-separated values that Excel opens with a double click.
        Csv "csv",
        /// A workbook with types.
        Xlsx "xlsx",
        /// One JSON object a line.
        Jsonl "jsonl",
    }
}

impl Format {
    pub const NAMED: [(&'static str, Self); 3] = [("csv", Self::Csv), ("xlsx", Self::Xlsx), ("jsonl", Self::Jsonl)];

    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Jsonl => "application/x-ndjson",
        }
    }
}

/// A file for people: headings and words in their language.
#[derive(Debug, Clone, Copy)]
pub struct ForPeople {
    pub lang: Lang,
    /// The word for a value of a column, where it is a code of ours.
    pub word: fn(Lang, &Column, &str) -> Option<String>,
}

impl ForPeople {
    /// The value of a column as text, each of a list by its word.
    fn text(people: Option<Self>, column: &Column, value: &Value) -> String {
        let Some(Self { lang, word }) = people else { return text(value) };
        match value {
            Value::String(code) => word(lang, column, code).unwrap_or_else(|| code.clone()),
            Value::Array(items) => {
                items.iter().map(|item| Self::text(people, column, item)).collect::<Vec<_>>().join(" ")
            }
            Value::Bool(yes) => lang.t(if *yes { "是" } else { "否" }, if *yes { "yes" } else { "no" }).to_owned(),
            other => text(other),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("writing a row of CSV")]
    Csv(#[from] ::csv::Error),
    #[error("packing a workbook")]
    Zip(#[from] zip::result::ZipError),
    #[error("writing a workbook")]
    Write(#[from] std::io::Error),
}

#[derive(Debug)]
pub struct Rows(Kind);

#[derive(Debug)]
enum Kind {
    Csv { sheet: &'static Sheet, people: Option<ForPeople>, begun: bool },
    Xlsx(Box<xlsx::Workbook>),
    Jsonl,
}

impl Rows {
    /// A file without rows, for people, or with the names and codes of the API.
    pub fn begin(format: Format, sheet: &'static Sheet, people: Option<ForPeople>) -> Result<Self, ExportError> {
        Ok(Self(match format {
            Format::Csv => Kind::Csv { sheet, people, begun: false },
            Format::Xlsx => Kind::Xlsx(Box::new(xlsx::Workbook::begin(sheet, people)?)),
            Format::Jsonl => Kind::Jsonl,
        }))
    }

    /// Adds rows and gives the bytes that are ready, which may be none yet.
    pub fn page(&mut self, objects: &[Value]) -> Result<Vec<u8>, ExportError> {
        match &mut self.0 {
            Kind::Csv { sheet, people, begun } => {
                let mut out = Vec::new();
                if !std::mem::replace(begun, true) {
                    // Excel takes a file without it for one in the local code page.
                    out.extend_from_slice("\u{feff}".as_bytes());
                    out.extend(csv::head(sheet, people.map(|people| people.lang))?);
                }
                out.extend(csv::rows(sheet, objects, *people)?);
                Ok(out)
            }
            Kind::Xlsx(workbook) => {
                for object in objects {
                    workbook.row(object)?;
                }
                Ok(workbook.take())
            }
            Kind::Jsonl => Ok(objects.iter().flat_map(|object| format!("{object}\n").into_bytes()).collect()),
        }
    }

    pub fn end(self) -> Result<Vec<u8>, ExportError> {
        match self.0 {
            Kind::Csv { begun: true, .. } | Kind::Jsonl => Ok(Vec::new()),
            Kind::Csv { begun: false, .. } => self_head(self.0),
            Kind::Xlsx(workbook) => workbook.end(),
        }
    }
}

/// The heading of a file that had no page at all.
fn self_head(kind: Kind) -> Result<Vec<u8>, ExportError> {
    Rows(kind).page(&[])
}

/// Where a value stands in an object; nothing where it is null or missing.
fn value<'a>(object: &'a Value, pointer: &str) -> Option<&'a Value> {
    object.pointer(pointer).filter(|value| !value.is_null())
}

/// A value as text; a list with blanks between.
#[must_use]
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(" "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

fn instant(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

/// An instant as a spreadsheet in China reads it.
fn shanghai(at: Timestamp) -> String {
    at.to_zoned(BEIJING).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests;
