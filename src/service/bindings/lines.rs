//! A CSV with bindings, line by line, in the memory of one line.
//!
//! The first line names the columns: fields by their names or by the headings of an export in
//! either language, in any order. An export may come back as it was: what it tells of a binding
//! beside its terms is looked at and never set. Runs on a thread that may wait.
//!
//! Spreadsheets write it as they like: cells end with commas, semicolons or tabs, as the first
//! line says (`sep=;`, which Excel writes) or does, and Excel in China writes GBK, in which no byte
//! of a character is one of these. Lines end with LF, CRLF or, of old Macs and WPS, CR alone.

use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use csv::{ByteRecord, ReaderBuilder};
use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::bindings::Refused;
use crate::domain::{BindingTerms, Lang, Text, Wording, many, mask_numbers, plain_text};
use crate::export::{self, csv as cells};
use crate::limits::{BINDINGS_IMPORT_CHUNK, BINDINGS_IMPORT_LINE_MAX};
use crate::platforms::InvalidAnswer;
use crate::service::{
    BodyError,
    bindings::encoding::Reading,
    bindings::{Draft, Field, local_instant},
    keeping,
};

pub(crate) type NotDone = keeping::NotDone<Wording>;

const NO_TEXT: Text = Text::new("既不是 UTF-8 也不是 GBK 编码", "is neither UTF-8 nor GBK");
const OVER: Text = Text::new("已解除：不会重新建立", "has ended: it is not made again");
/// What an export writes as the state of an ended binding.
const OVER_WORDS: [&str; 2] = ["ended", "已解除"];
const PASSED: Text = Text::new("失效时间已过：永远不会生效", "valid_to has passed: it would never hold");

#[derive(Debug, Default)]
pub(crate) struct Chunk {
    pub(crate) lines: Vec<(u64, BindingTerms)>,
    pub(crate) refused: Vec<Refused>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Set(Field),
    /// The local time that an export writes beside.
    Local(Field),
    /// Must be the app of the import.
    App,
    State,
    /// Ignored: what an export adds.
    Told,
    /// A column without a heading: must be empty.
    Unnamed,
}

/// The body as it arrives. It measures the present line, so that a line without an end takes no memory.
#[derive(Debug)]
pub(crate) struct Arriving {
    pieces: mpsc::Receiver<Result<Bytes, BodyError>>,
    piece: Bytes,
    taken: u64,
    last: u8,
    /// The last byte was a CR that ended a line; an LF may follow.
    after_cr: bool,
    line_begins: Arc<AtomicU64>,
}

impl Arriving {
    pub(crate) fn new(pieces: mpsc::Receiver<Result<Bytes, BodyError>>) -> Self {
        Self { pieces, piece: Bytes::new(), taken: 0, last: b'\n', after_cr: false, line_begins: Arc::default() }
    }
}

impl Read for Arriving {
    /// Ends every line, also the last, with one LF, so that line numbers are right.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken.saturating_sub(self.line_begins.load(Ordering::Relaxed)) > BINDINGS_IMPORT_LINE_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut length = 0;
        while length == 0 && !buffer.is_empty() {
            while self.piece.is_empty() {
                match self.pieces.blocking_recv() {
                    None if self.last == b'\n' => return Ok(0),
                    None => self.piece = Bytes::from_static(b"\n"),
                    Some(Ok(piece)) => self.piece = piece,
                    Some(Err(error)) => return Err(io::Error::other(error)),
                }
            }
            let part = self.piece.split_to(buffer.len().min(self.piece.len()));
            for byte in part {
                let ended = std::mem::replace(&mut self.after_cr, byte == b'\r');
                if ended && byte == b'\n' {
                    continue;
                }
                self.last = if byte == b'\r' { b'\n' } else { byte };
                buffer[length] = self.last;
                length += 1;
            }
        }
        self.taken += length as u64;
        Ok(length)
    }
}

#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) app: String,
    pub(crate) now: Timestamp,
}

/// Reads all lines and gives them away in chunks; ends early where nobody takes them.
///
/// # Errors
/// When the body is no such CSV. What was given before stays given.
pub(crate) fn read(mut body: Arriving, wanted: &Wanted, give: &mpsc::Sender<Chunk>) -> Result<(), NotDone> {
    let line_begins = body.line_begins.clone();
    let (head, delimiter) = head(&mut body)?;
    let mut reader = ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).delimiter(delimiter);
    let mut reader = reader.from_reader(Cursor::new(head).chain(body));
    let (mut record, mut columns) = (ByteRecord::new(), None);
    let mut reading = Reading::default();
    let mut chunk = Chunk::default();
    loop {
        line_begins.store(reader.position().byte(), Ordering::Relaxed);
        let line = reader.position().line();
        if !reader.read_byte_record(&mut record).map_err(|error| broken(line, &error))? {
            break;
        }
        reading.look_at(record.as_slice());
        let Some(columns) = &columns else {
            columns = Some(columns_of(&reading, &record)?);
            continue;
        };
        // What a spreadsheet leaves of an empty row.
        if filled(&record) == 0 {
            continue;
        }
        // Counted from its end: blank lines before it are no part of it. The end of the file also
        // ends a line whose quotation mark is missing.
        let within = memchr::memchr_iter(b'\n', record.as_slice()).count() as u64;
        let line = line.max(reader.position().line() - 1 - within);
        match terms_of(columns, &reading, &record, wanted) {
            Ok(terms) => chunk.lines.push((line, terms)),
            Err(NoTerms { field, reason }) => chunk.refused.push(Refused { field, ..Refused::new(line, reason) }),
        }
        if chunk.lines.len() + chunk.refused.len() >= BINDINGS_IMPORT_CHUNK
            && give.blocking_send(std::mem::take(&mut chunk)).is_err()
        {
            return Ok(());
        }
    }
    if columns.is_none() {
        let words = Text::new("文件是空的；首行应写列名", "the file is empty; its first line names the columns");
        return Err(NotDone::Refused(words.into()));
    }
    // Whoever took them is gone only with the request.
    let _ = give.blocking_send(chunk);
    Ok(())
}

/// The heading line, the blank lines before it, and the delimiter: as the file says, or the most
/// frequent one in that line.
fn head(body: &mut Arriving) -> Result<(Vec<u8>, u8), NotDone> {
    let mut head = first_line(body)?;
    let Some(said) = said_delimiter(&head) else {
        let delimiter = delimiter(&head);
        return Ok((head, delimiter));
    };
    if !DELIMITERS.contains(&said) {
        let said = char::from(said);
        return Err(NotDone::Refused(Wording::new(
            format!("首行 sep= 指定的分隔符是 {said}；请改用逗号、分号或制表符"),
            format!("the first line says that cells end with {said}; use commas, semicolons or tabs"),
        )));
    }
    head.retain(|byte| *byte == b'\n');
    head.extend(first_line(body)?);
    Ok((head, said))
}

/// Reads Excel's `sep=;` line.
fn said_delimiter(line: &[u8]) -> Option<u8> {
    let line = plain_text::without_mark(line).trim_ascii_start();
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match line.split_at_checked(4)? {
        (name, [said]) if name.eq_ignore_ascii_case(b"sep=") => Some(*said),
        _ => None,
    }
}

fn first_line(body: &mut Arriving) -> Result<Vec<u8>, NotDone> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while body.read(&mut byte).map_err(|error| broken(1, &error.into()))? > 0 {
        head.push(byte[0]);
        if byte[0] == b'\n' && head.iter().any(|byte| !byte.is_ascii_whitespace()) {
            break;
        }
    }
    let other = [
        (&b"\xff\xfe"[..], Text::new("UTF-16 文本", "UTF-16 text")),
        (b"\xfe\xff", Text::new("UTF-16 文本", "UTF-16 text")),
        (b"PK\x03\x04", Text::new("工作簿或压缩包", "a workbook or an archive")),
        (b"\xd0\xcf\x11\xe0", Text::new("旧式工作簿", "an old workbook")),
    ];
    match other.iter().find(|(beginning, _)| head.starts_with(beginning)) {
        Some((_, what)) => Err(NotDone::Refused(Wording::new(
            format!("这个文件是{}；请另存为 UTF-8 或 GBK 的 CSV 再导入", what.zh),
            format!("the file is {}; save it as CSV, in UTF-8 or GBK, and import that", what.en),
        ))),
        None => Ok(head),
    }
}

/// None is a byte of a GBK character.
const DELIMITERS: [u8; 3] = [b'\t', b';', b','];

/// The most frequent one; a heading may hold one comma.
fn delimiter(head: &[u8]) -> u8 {
    let times = |delimiter: &u8| memchr::memchr_iter(*delimiter, head).count();
    // Of equals the last is taken.
    DELIMITERS.into_iter().max_by_key(times).unwrap_or(b',')
}

fn broken(line: u64, error: &csv::Error) -> NotDone {
    match error.kind() {
        csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => NotDone::Refused(Wording::new(
            format!("第 {line} 行超过 {BINDINGS_IMPORT_LINE_MAX} 字节；是不是少了一个引号？"),
            format!("line {line} is longer than {BINDINGS_IMPORT_LINE_MAX} bytes; is a quotation mark missing?"),
        )),
        csv::ErrorKind::Io(error) => {
            let of_body = error.get_ref().and_then(|error| error.downcast_ref::<BodyError>());
            NotDone::Failed(of_body.copied().unwrap_or(BodyError::Broken).into())
        }
        _ => NotDone::Refused(Wording::new(format!("第 {line} 行不是 CSV"), format!("line {line} is not CSV"))),
    }
}

fn columns_of(reading: &Reading, head: &ByteRecord) -> Result<Vec<Column>, NotDone> {
    let mut columns = Vec::with_capacity(head.len());
    let mut unknown = Vec::new();
    for (n, name) in head.iter().enumerate().take(filled(head)) {
        let name = if n == 0 { plain_text::without_mark(name) } else { name };
        let name = reading.text(name).unwrap_or_else(|| String::from_utf8_lossy(name));
        let name = plain_text::bare(&name);
        if name.is_empty() {
            columns.push(Column::Unnamed);
            continue;
        }
        let Some(column) = column(name) else {
            unknown.push(mask_numbers(&name.chars().take(80).collect::<String>()));
            continue;
        };
        if column != Column::Told && columns.contains(&column) {
            let words = Wording::new(format!("列 {name} 出现了两次"), format!("the column {name} stands there twice"));
            return Err(NotDone::Refused(words));
        }
        columns.push(column);
    }
    if !unknown.is_empty() {
        let fields = |lang| Field::ALL.map(|field| heading(field, lang)).join(" ");
        return Err(NotDone::Refused(Wording::new(
            format!("没有列 {}；请删去或改名。可用的列有：{}", unknown.join("、"), fields(Some(Lang::Zh))),
            format!("there is no column {} here; there are: {}", unknown.join(", "), fields(None)),
        )));
    }
    // Alone it says all there is to say.
    let alone: Vec<bool> = columns
        .iter()
        .map(|column| matches!(column, Column::Local(field) if !columns.contains(&Column::Set(*field))))
        .collect();
    for (column, alone) in columns.iter_mut().zip(alone) {
        if let (Column::Local(field), true) = (*column, alone) {
            *column = Column::Set(field);
        }
    }
    for needed in [Field::A, Field::X] {
        if !columns.contains(&Column::Set(needed)) {
            let name = needed.name();
            return Err(NotDone::Refused(Wording::new(
                format!("缺少列 {name}：首行应写列名"),
                format!("the column {name} is missing: the first line names the columns"),
            )));
        }
    }
    Ok(columns)
}

fn heading(field: Field, lang: Option<Lang>) -> String {
    let column = export::BINDINGS.columns.iter().find(|column| column.name == field.name());
    column.map_or_else(|| field.name().to_owned(), |column| column.head(lang).to_owned())
}

const BOXES: [(&str, Field); 6] = [
    ("x号码（隐私号）", Field::X),
    ("分机号", Field::Extension),
    ("生效时间", Field::ValidFrom),
    ("失效时间", Field::ValidTo),
    ("最长通话（分钟）", Field::MaxMinutes),
    ("最后一分钟提示音", Field::LastMinuteTone),
];

/// Reads a heading as programs or people write it, without regard to blanks and case.
fn column(name: &str) -> Option<Column> {
    let plain_of = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
    let name = plain_of(name);
    if let Some((_, field)) = BOXES.iter().find(|(label, _)| *label == name) {
        return Some(Column::Set(*field));
    }
    let headed = |lang: Option<Lang>, suffix: &str| {
        let bare = name.strip_suffix(&plain_of(suffix))?;
        export::BINDINGS.columns.iter().find(|column| plain_of(column.head(lang)) == bare).map(|column| column.name)
    };
    let local = [(None, "_shanghai"), (Some(Lang::Zh), "（北京时间）"), (Some(Lang::En), " (Asia/Shanghai)")];
    let plain =
        [(None, ""), (Some(Lang::Zh), ""), (Some(Lang::En), ""), (Some(Lang::Zh), " UTC"), (Some(Lang::En), " UTC")];
    if let Some(field) = local.iter().find_map(|(lang, suffix)| headed(*lang, suffix)) {
        return Some(Field::parse(field).map_or(Column::Told, Column::Local));
    }
    let name = plain.iter().find_map(|(lang, suffix)| headed(*lang, suffix))?;
    Some(match (Field::parse(name), name) {
        (Some(field), _) => Column::Set(field),
        (None, "app") => Column::App,
        (None, "state") => Column::State,
        (None, _) => Column::Told,
    })
}

struct NoTerms {
    field: Option<&'static str>,
    reason: Wording,
}

impl From<InvalidAnswer> for NoTerms {
    fn from(error: InvalidAnswer) -> Self {
        Self { field: Some(error.field), reason: error.rule }
    }
}

impl From<Wording> for NoTerms {
    fn from(reason: Wording) -> Self {
        Self { field: None, reason }
    }
}

impl From<Text> for NoTerms {
    fn from(reason: Text) -> Self {
        Wording::from(reason).into()
    }
}

/// Cells up to the last one with content: a spreadsheet writes the width of its widest row.
fn filled(record: &ByteRecord) -> usize {
    let is_empty = |cell: &[u8]| std::str::from_utf8(cell).is_ok_and(|cell| plain_text::bare(cell).is_empty());
    record.iter().rposition(|cell| !is_empty(cell)).map_or(0, |last| last + 1)
}

fn terms_of(
    columns: &[Column],
    reading: &Reading,
    record: &ByteRecord,
    wanted: &Wanted,
) -> Result<BindingTerms, NoTerms> {
    // Cells behind the last column are none as long as nothing stands in them; a row that lacks some
    // was cut.
    if record.len() < columns.len() || filled(record) > columns.len() {
        let (has, head) = (record.len(), columns.len());
        let en = format!("has {} where the first line has {head}", many(has as u64, "cell", "cells"));
        return Err(Wording::new(format!("有 {has} 格，而首行有 {head} 格"), en).into());
    }
    let mut draft = Draft::default();
    for (n, (column, cell)) in columns.iter().zip(record).enumerate() {
        let cell = reading.text(cell).ok_or(NO_TEXT)?;
        let cell = cells::unguard(plain_text::bare(&cell));
        match column {
            Column::Set(field) => draft.set_local(*field, cell)?,
            Column::App if !cell.is_empty() && cell != wanted.app => {
                let (zh, app) = (format!("属于应用 {cell}，而本次导入的是 {}", wanted.app), &wanted.app);
                return Err(Wording::new(zh, format!("is of the app {cell}, and this import is for {app}")).into());
            }
            Column::Unnamed if !cell.is_empty() => {
                let en = format!("something stands in column {}, which has no heading", n + 1);
                return Err(Wording::new(format!("第 {} 列没有列名，却填了内容", n + 1), en).into());
            }
            Column::State if OVER_WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word)) => return Err(OVER.into()),
            Column::App | Column::State | Column::Local(_) | Column::Told | Column::Unnamed => {}
        }
    }
    // Whoever edits an export may have edited the other column of the two.
    for (column, cell) in columns.iter().zip(record) {
        let Column::Local(field) = column else { continue };
        let local = std::str::from_utf8(cell).ok().and_then(|cell| local_instant(*field, cell.trim()));
        if local.map(Timestamp::as_second) != draft.instant(*field).map(Timestamp::as_second) {
            let name = field.name();
            let en = format!("{name} and {name}_shanghai say different times");
            return Err(Wording::new(format!("{name} 与 {name}_shanghai 的时间不一致"), en).into());
        }
    }
    let terms = draft.terms()?;
    if terms.valid_to.is_some_and(|to| to <= wanted.now) {
        return Err(PASSED.into());
    }
    Ok(terms)
}
