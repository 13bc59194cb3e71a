//! A workbook, written as it comes: one pass, nothing kept but the end of the last page.
//!
//! ```text
//! xl/worksheets/sheet1.xml …   rows with inline texts; a further sheet when one is full
//! xl/styles.xml, xl/workbook.xml, their relations, [Content_Types].xml
//! the archive's directory      what makes it readable at all
//! ```
//!
//! Texts are cells of type text, so nothing in them is ever run. Times are dates in
//! Asia/Shanghai, as the heading says.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::columns::Holds;
use super::{Column, ExportError, ForPeople, Sheet, instant, value};
use crate::domain::Lang;
use crate::limits::{SHEET_BYTES_MAX, SHEET_ROWS_MAX, SHEET_TEXT_MAX};

pub(super) struct Workbook {
    zip: ZipWriter<StreamWriter<Pipe>>,
    pipe: Pipe,
    sheet: &'static Sheet,
    people: Option<ForPeople>,
    sheets: u32,
    /// Rows and bytes of the present sheet.
    rows: u32,
    bytes: u64,
    line: String,
}

impl std::fmt::Debug for Workbook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workbook").field("sheets", &self.sheets).field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// What the archive has written and nobody has taken yet.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The styles of cells, by their place in `styles.xml`.
const PLAIN: u8 = 0;
const DATE: u8 = 1;
const HEAD: u8 = 2;
const WORDS: u8 = 3;

const STYLES: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
    r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">"#,
    r#"<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts>"#,
    r#"<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>"#,
    r#"<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>"#,
    r#"<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"#,
    r#"<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>"#,
    r#"<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>"#,
    r#"<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>"#,
    r#"<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>"#,
    r#"<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>"#,
    r#"</styleSheet>"#
);
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const XML: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;

impl Workbook {
    pub(super) fn begin(sheet: &'static Sheet, people: Option<ForPeople>) -> Result<Self, ExportError> {
        let pipe = Pipe::default();
        let zip = ZipWriter::new_stream(pipe.clone());
        let mut workbook = Self { zip, pipe, sheet, people, sheets: 0, rows: 0, bytes: 0, line: String::new() };
        workbook.open_sheet()?;
        Ok(workbook)
    }

    /// Adds a row, on a further sheet when this one is full.
    pub(super) fn row(&mut self, object: &Value) -> Result<(), ExportError> {
        if self.rows >= SHEET_ROWS_MAX || self.bytes >= SHEET_BYTES_MAX {
            self.close_sheet()?;
            self.open_sheet()?;
        }
        self.line.push_str("<row>");
        for column in self.sheet.columns {
            cell(&mut self.line, self.people, column, value(object, column.pointer));
        }
        self.line.push_str("</row>");
        self.rows += 1;
        self.flush_line()
    }

    fn lang(&self) -> Option<Lang> {
        self.people.map(|people| people.lang)
    }

    pub(super) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.pipe.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn end(mut self) -> Result<Vec<u8>, ExportError> {
        self.close_sheet()?;
        let sheets = 1..=self.sheets;
        let title = self.sheet.title.get(self.lang().unwrap_or(Lang::En));
        let (mut list, mut relations, mut types) = (String::new(), String::new(), String::new());
        for n in sheets {
            let name = if n == 1 { title.to_owned() } else { format!("{title} {n}") };
            let _ = write!(list, r#"<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>"#);
            let _ = write!(
                relations,
                r#"<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>"#
            );
            let _ = write!(
                types,
                r#"<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>"#
            );
        }
        self.part("xl/styles.xml", STYLES)?;
        self.part(
            "xl/workbook.xml",
            &format!(r#"{XML}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{list}</sheets></workbook>"#),
        )?;
        self.part(
            "xl/_rels/workbook.xml.rels",
            &format!(
                r#"{XML}<Relationships xmlns="{PACKAGE}/relationships">{relations}<Relationship Id="styles" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>"#
            ),
        )?;
        self.part(
            "_rels/.rels",
            &format!(
                r#"{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        )?;
        self.part(
            "[Content_Types].xml",
            &format!(
                r#"{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>{types}</Types>"#
            ),
        )?;
        let Self { zip, pipe, .. } = self;
        zip.finish()?;
        let bytes = std::mem::take(&mut *pipe.0.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(bytes)
    }

    /// Begins a sheet: frozen heading, widths, headings.
    fn open_sheet(&mut self) -> Result<(), ExportError> {
        self.sheets += 1;
        self.zip.start_file(format!("xl/worksheets/sheet{}.xml", self.sheets), options())?;
        let _ = write!(
            self.line,
            r#"{XML}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>"#
        );
        for (i, column) in self.sheet.columns.iter().enumerate() {
            let _ = write!(
                self.line,
                r#"<col min="{n}" max="{n}" width="{width}" customWidth="1"/>"#,
                n = i + 1,
                width = column.width
            );
        }
        self.line.push_str("</cols><sheetData><row>");
        for column in self.sheet.columns {
            let zone = match (column.holds, self.lang()) {
                (Holds::Instant, None) => "_shanghai",
                (Holds::Instant, Some(lang)) => lang.t("（北京时间）", " (Asia/Shanghai)"),
                _ => "",
            };
            let head = format!("{}{zone}", column.head(self.lang()));
            words(&mut self.line, HEAD, &head);
        }
        self.line.push_str("</row>");
        (self.rows, self.bytes) = (1, 0);
        self.flush_line()
    }

    fn close_sheet(&mut self) -> Result<(), ExportError> {
        self.line.push_str("</sheetData></worksheet>");
        self.flush_line()
    }

    fn flush_line(&mut self) -> Result<(), ExportError> {
        self.zip.write_all(self.line.as_bytes())?;
        self.bytes += self.line.len() as u64;
        self.line.clear();
        Ok(())
    }

    fn part(&mut self, name: &str, text: &str) -> Result<(), ExportError> {
        self.zip.start_file(name, options())?;
        Ok(self.zip.write_all(text.as_bytes())?)
    }
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated)
}

/// One cell; an empty one keeps its place.
fn cell(out: &mut String, people: Option<ForPeople>, column: &Column, value: Option<&Value>) {
    let Some(value) = value else {
        out.push_str("<c/>");
        return;
    };
    let written = match column.holds {
        Holds::Whole => value.as_i64().map(|n| write!(out, r#"<c s="{PLAIN}"><v>{n}</v></c>"#)),
        Holds::Flag => value.as_bool().map(|yes| write!(out, r#"<c t="b"><v>{}</v></c>"#, u8::from(yes))),
        Holds::Instant => instant(value).map(|at| write!(out, r#"<c s="{DATE}"><v>{}</v></c>"#, serial(at))),
        Holds::Text | Holds::Phone => None,
    };
    if written.is_none() {
        words(out, WORDS, &ForPeople::text(people, column, value));
    }
}

/// Days since the end of 1899 in Asia/Shanghai: how spreadsheets count.
fn serial(at: jiff::Timestamp) -> f64 {
    let offset = i64::from(crate::domain::BEIJING_OFFSET.seconds()) * 1_000_000;
    (at.as_microsecond() + offset) as f64 / 86_400_000_000.0 + 25_569.0
}

/// A cell of text. Control characters cannot stand in XML, an end of a line is one character, and
/// `_x000D_` would be read as one if it were written so. What is longer than a cell may be makes
/// spreadsheets repair the file.
fn words(out: &mut String, style: u8, text: &str) {
    let _ = write!(out, r#"<c s="{style}" t="inlineStr"><is><t xml:space="preserve">"#);
    let mut chars = text.char_indices().take(SHEET_TEXT_MAX).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => {
                chars.next_if(|(_, next)| *next == '\n');
                out.push('\n');
            }
            '_' if is_escape(&text[at..]) => out.push_str("_x005F_"),
            '\n' | '\t' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out.push_str("</t></is></c>");
}

/// Whether a text begins as a character is escaped in a workbook: `_xHHHH_` (ECMA-376, ST_Xstring).
fn is_escape(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes, [b'_', b'x', _, _, _, _, b'_', ..]) && bytes[2..6].iter().all(u8::is_ascii_hexdigit)
}
