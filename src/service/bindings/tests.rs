//! CSVs of bindings, read as they arrive in pieces.

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::bindings::Refused;
use crate::domain::{BindingTerms, Direction, Lang};
use crate::export::{BINDINGS, csv as cells};
use crate::limits::BINDINGS_IMPORT_LINE_MAX;
use crate::service::{
    BodyError, ServiceError,
    bindings::lines::{Arriving, Chunk, NotDone, Wanted, read},
    bindings::{Draft, Field},
};

fn wanted() -> Wanted {
    Wanted { app: "courier".to_owned(), now: "2026-11-21T02:20:00Z".parse().unwrap() }
}

/// As programs are told of it.
fn read_pieces(body: &[u8], size: usize, last: Option<BodyError>) -> (Result<(), ServiceError>, Vec<Chunk>) {
    let (done, chunks) = read_whole(body, size, last);
    (done.map_err(ServiceError::from), chunks)
}

/// Reads a body that arrives so many bytes at a time.
fn read_whole(body: &[u8], size: usize, last: Option<BodyError>) -> (Result<(), NotDone>, Vec<Chunk>) {
    let pieces: Vec<_> = body.chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let (give, take) = mpsc::channel(pieces.len() + 1);
    for piece in pieces.into_iter().chain(last.map(Err)) {
        give.try_send(piece).unwrap();
    }
    drop(give);
    let (hand_on, mut chunks) = mpsc::channel(1_000);
    let done = read(Arriving::new(take), &wanted(), &hand_on);
    let read = std::iter::from_fn(|| chunks.try_recv().ok()).collect();
    (done, read)
}

fn read_all(body: &str) -> (Vec<(u64, BindingTerms)>, Vec<Refused>) {
    let (done, chunks) = read_pieces(body.as_bytes(), 7, None);
    done.unwrap();
    let (mut lines, mut refused) = (Vec::new(), Vec::new());
    for chunk in chunks {
        lines.extend(chunk.lines);
        refused.extend(chunk.refused);
    }
    (lines, refused)
}

fn message(body: &str) -> String {
    let (done, chunks) = read_pieces(body.as_bytes(), 1_000, None);
    assert!(chunks.is_empty());
    done.unwrap_err().to_string()
}

#[test]
fn columns_stand_in_any_order_and_lines_keep_their_numbers() {
    let (lines, refused) = read_all(
        "\u{feff}x,b,a,record,valid_to,user_data\r\n\
         17000000001,,13800000001,true,2026-12-01T08:00:00+08:00,\"order=1,\r\ntwice\"\r\n\
         \r\n\
         17000000002,13900000002,13800000002,是,2026-12-01 08:00,'=1+1\r\n",
    );
    assert_eq!(refused, []);
    assert_eq!(lines.iter().map(|line| line.0).collect::<Vec<_>>(), [2, 5]);
    let until: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
    for (_, terms) in &lines {
        assert!(terms.record && terms.valid_to == Some(until));
    }
    assert_eq!(lines[0].1.user_data.as_deref(), Some("order=1,\ntwice"));
    assert_eq!((lines[0].1.b.is_none(), lines[1].1.user_data.as_deref()), (true, Some("=1+1")));
}

#[test]
fn a_line_that_cannot_be_read_is_refused_with_its_reason_and_the_others_are_not() {
    let (lines, refused) = read_all(
        "app,state,a,x,kind,max_minutes,valid_to\n\
         courier,active,13800000001,17000000001,x,30,\n\
         hotline,active,13800000002,17000000002,x,,\n\
         ,ended,13800000003,17000000003,x,,\n\
         ,,13800000004,17000000004,axz,,\n\
         ,,13800000005,17000000005,,soon,\n\
         ,,13800000006,17000000006,,,2026-11-21 10:20\n\
         ,,,17000000007,,,\n\
         ,,13800000008,17000000008\n\
         ,,13800000009,17000000009,,,tomorrow\n",
    );
    assert_eq!(lines.len(), 1);
    let reasons: Vec<(u64, String)> = refused.iter().map(|refused| (refused.line, refused.to_string())).collect();
    let reasons: Vec<(u64, &str)> = reasons.iter().map(|(line, reason)| (*line, reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            (3, "is of the app hotline, and this import is for courier"),
            (4, "has ended: it is not made again"),
            (5, "kind is one of x, ax, axb, axe, axyb"),
            (6, "max_minutes is a whole number of minutes"),
            (7, "valid_to has passed: it would never hold"),
            (8, "a is needed"),
            (9, "has 4 cells where the first line has 7"),
            (10, "valid_to is a time such as 2026-11-21T10:00:00+08:00"),
        ]
    );
}

#[test]
fn what_a_spreadsheet_leaves_beside_the_table_is_no_part_of_it() {
    let (lines, refused) = read_all(
        "kind,a,x,b,,\r\naxb,13800000113,13800009913,13800000213,,\r\n,,,,,\r\n\
         AXB,\u{200b}13800000116\u{a0},13800009916,13800000216,\u{feff},\r\n\
         AX 模式,13800000117,13800009917,,,\r\naxb,13800000118,13800009918,13800000218,,stray\r\n",
    );
    let kinds: Vec<(u64, &str)> = lines.iter().map(|(line, terms)| (*line, terms.kind.name())).collect();
    assert_eq!(kinds, [(2, "axb"), (4, "axb"), (5, "ax")]);
    let refused: Vec<(u64, String)> = refused.iter().map(|refused| (refused.line, refused.to_string())).collect();
    assert_eq!(refused, [(6, "has 6 cells where the first line has 4".to_owned())]);
}

#[test]
fn what_is_no_list_of_bindings_is_refused_as_a_whole() {
    assert!(message("").contains("is empty"));
    assert!(message("a,x,colour\n1,2,3\n").contains("there is no column colour here; there are: kind a x b"));
    assert!(message("a,b\n").contains("the column x is missing"));
    assert!(message("a,x,a\n").contains("the column a stands there twice"));
    let endless = format!("a,x\n1,\"{}", "2".repeat(3 * BINDINGS_IMPORT_LINE_MAX as usize));
    let (done, chunks) = read_pieces(endless.as_bytes(), 10_000, None);
    assert!(done.unwrap_err().to_string().contains("line 2 is longer than 65536 bytes; is a quotation mark missing?"));
    assert!(chunks.is_empty());
}

#[test]
fn whatever_is_wrong_with_a_file_or_a_line_is_said_in_both_languages() {
    let head = "app,state,a,x,kind,direction,max_minutes,record,valid_from,valid_to,valid_to_shanghai\n";
    let lines = [
        "hotline,,13800000001,17000000001,,,,,,,",
        ",ended,13800000001,17000000001,,,,,,,",
        ",,13800000001,17000000001,axz,,,,,,",
        ",,13800000001,17000000001,,sideways,,,,,",
        ",,13800000001,17000000001,,,soon,,,,",
        ",,13800000001,17000000001,,,,perhaps,,,",
        ",,13800000001,17000000001,,,,,now,,",
        ",,13800000001,17000000001,,,,,,2026-12-01 08:00,2026-12-02 08:00:00",
        ",,13800000001,17000000001,,,,,,2026-11-01 08:00,2026-11-01 08:00:00",
        ",,,17000000001,,,,,,,",
        "13800000001,17000000001",
    ];
    let mut body = [head, &lines.join("\n")].concat().into_bytes();
    body.extend(b"\n,,\xff,17000000001,,,,,,,\n");
    let (done, chunks) = read_pieces(&body, 1_000, None);
    done.unwrap();
    let refused: Vec<Refused> = chunks.into_iter().flat_map(|chunk| chunk.refused).collect();
    assert_eq!(refused.len(), lines.len() + 1);
    let distinct: std::collections::BTreeSet<String> = refused.iter().map(|line| line.reason.zh.clone()).collect();
    assert_eq!(distinct.len(), refused.len(), "each for its own reason: {distinct:?}");
    let endless = format!("a,x\n1,\"{}", "2".repeat(3 * BINDINGS_IMPORT_LINE_MAX as usize));
    let files = ["", "a,x,colour\n", "a,b\n", "a,x,a\n", endless.as_str()].map(|body| {
        let NotDone::Refused(words) = read_whole(body.as_bytes(), 10_000, None).0.unwrap_err() else {
            panic!("{body} is refused for what it says")
        };
        words
    });
    for words in refused.iter().map(|line| &line.reason).chain(&files) {
        assert!(words.is_in_both(), "{words:?}");
    }
}

#[test]
fn the_last_line_of_a_body_that_broke_off_is_not_taken_for_a_whole_one() {
    let body = b"a,x,b\n13800000001,17000000001,13900000001\n13800000002,17000000002,1390000";
    for error in [BodyError::Broken, BodyError::Timeout, BodyError::TooLarge] {
        let (done, chunks) = read_pieces(body, 9, Some(error));
        assert!(matches!(done.unwrap_err(), ServiceError::Body(said) if said == error), "{error}");
        assert!(chunks.is_empty(), "{chunks:?}");
    }
}

#[test]
fn a_file_is_read_as_spreadsheets_write_it() {
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let of = |text: &str| text.as_bytes().to_vec();
    let (head, row) = ("A 号码,x 号码,B号码,等待音\n", "13800000001,17000000001,13900000001,彩铃.wav\n");
    let both = [head, row].concat();
    for (what, body) in [
        ("GBK", gbk(&both)),
        ("UTF-8", of(&both)),
        ("semicolons", of(&both.replace(',', ";"))),
        ("tabs", of(&both.replace(',', "\t"))),
        ("rows left empty", of(&format!("\n\n{head},,,\n , ,,\n{row},,,\n"))),
        ("line ends of old Macs", of(&both.replace('\n', "\r"))),
        ("line ends of old Macs in GBK, without the last one", gbk(both.replace('\n', "\r").trim_end())),
        ("line ends of Windows", of(&both.replace('\n', "\r\n"))),
        ("sep=,", of(&format!("\u{feff}sep=,\r\n{both}"))),
        ("sep=; before headings full of commas", of(&format!("\nSEP=;\n{}", both.replace(',', ";")))),
        ("sep= and a tab", gbk(&format!("sep=\t\r{}", both.replace(',', "\t").replace('\n', "\r")))),
        ("sep=; in quotation marks", of(&format!("\"sep=;\"\n{}", both.replace(',', ";")))),
        (
            "a column without a heading",
            of("A号码,,x号码, ,B号码,等待音\n13800000001,,17000000001, ,13900000001,彩铃.wav"),
        ),
    ] {
        for size in 1..9 {
            let (done, chunks) = read_pieces(&body, size, None);
            assert_eq!((done.is_ok(), chunks[0].lines.len()), (true, 1), "{what} in pieces of {size}");
        }
        let (done, chunks) = read_pieces(&body, 7, None);
        done.unwrap();
        assert_eq!(chunks.iter().map(|chunk| chunk.refused.len()).sum::<usize>(), 0, "{what}");
        let lines: Vec<_> = chunks.into_iter().flat_map(|chunk| chunk.lines).collect();
        assert_eq!(lines.len(), 1, "{what}");
        assert_eq!(lines[0].1.wait_tone.as_deref(), Some("彩铃.wav"), "{what}");
    }
    // Of a character of GBK that is one of UTF-8 as well, the whole file decides.
    let (head, row) = ("A号码,X号码,录音,录音提示音\n", "13800000001,17000000001,true,模式.wav\n");
    let (done, chunks) = read_pieces(&gbk(&[head, row].concat()), 7, None);
    done.unwrap();
    assert_eq!(chunks[0].lines[0].1.hint_tone.as_deref(), Some("模式.wav"));
    let utf16: Vec<u8> = "\u{feff}a,x\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (done, _) = read_pieces(&utf16, 7, None);
    assert!(done.unwrap_err().to_string().contains("UTF-16"));
    assert!(message("PK\u{3}\u{4}\u{14}\n").contains("a workbook"));
}

#[test]
fn a_line_keeps_its_number_whatever_ends_lines_and_whatever_stands_before_the_headings() {
    for end in ["\n", "\r", "\r\n"] {
        let file =
            ["sep=,", "a,x,user_data", "", "13800000001,17000000001,\"one", "two\"", ",17000000001,", ""].join(end);
        let (lines, refused) = read_all(&file);
        assert_eq!((lines.len(), lines[0].0, lines[0].1.user_data.as_deref()), (1, 4, Some("one\ntwo")), "{end:?}");
        assert_eq!((refused.len(), refused[0].line), (1, 6), "{end:?}");
    }
    assert!(message("sep=|\na|x\n").contains("says that cells end with |; use commas, semicolons or tabs"));
    assert!(message("sep=;\n").contains("is empty"));
}

#[test]
fn what_stands_under_no_heading_is_refused_with_the_position_of_its_column() {
    let (lines, refused) = read_all("a,,x\n13800000001,,17000000001\n13800000002,stray,17000000002\n");
    assert_eq!(lines.iter().map(|line| line.0).collect::<Vec<_>>(), [2]);
    let refused: Vec<(u64, String)> = refused.iter().map(|refused| (refused.line, refused.to_string())).collect();
    assert_eq!(refused, [(3, "something stands in column 2, which has no heading".to_owned())]);
}

#[test]
fn the_names_of_the_boxes_of_forms_are_headings_too() {
    let (lines, refused) = read_all(
        "A 号码,X 号码（隐私号）,失效时间,最长通话（分钟）,最后一分钟提示音\n\
         13800000001,17000000001,2027/1/5 8:00,30,l.wav\n",
    );
    assert_eq!(refused, []);
    assert_eq!((lines[0].1.max_minutes, lines[0].1.last_minute_tone.as_deref()), (Some(30), Some("l.wav")));
}

#[test]
fn a_day_without_a_time_is_valid_as_a_whole() {
    let (lines, refused) = read_all(
        "a,x,valid_from,valid_to\n\
         13800000001,17000000001,2027-01-05,2027/1/6\n\
         13800000002,17000000001,,2027-02-30\n",
    );
    let valid = |at: &str| Some(at.parse().unwrap());
    let terms = &lines[0].1;
    assert_eq!(terms.valid_from, valid("2027-01-05T00:00:00+08:00"));
    assert_eq!(terms.valid_to, valid("2027-01-07T00:00:00+08:00"));
    assert_eq!((refused.len(), refused[0].line), (1, 3));
}

#[test]
fn a_time_of_beijing_stands_alone_where_the_other_column_is_left_out() {
    let (lines, refused) = read_all("A号码,X号码,失效（北京时间）\n13800000001,17000000001,2027-01-05 08:00:00\n");
    assert_eq!(refused, []);
    assert_eq!(lines[0].1.valid_to, Some("2027-01-05T00:00:00Z".parse().unwrap()));
}

#[test]
fn directions_are_read_as_pages_say_them() {
    let (lines, refused) = read_all(
        "a,x,direction\n13800000001,17000000001,双向\n13800000002,17000000001,只能A呼B\n\
         13800000003,17000000001,Only B to A\n13800000004,17000000001,\n",
    );
    let directions: Vec<_> = lines.iter().map(|(_, terms)| terms.direction).collect();
    assert_eq!(directions, [None, Some(Direction::AToB), Some(Direction::BToA), None]);
    assert_eq!(refused, []);
}

#[test]
fn a_number_that_a_spreadsheet_made_short_is_told_so() {
    let (lines, refused) = read_all("a,x\n1.38E+10,17000000001\n");
    assert!(lines.is_empty());
    assert!(refused[0].reason.en.contains("spreadsheet"), "{refused:?}");
}

#[test]
fn a_missing_quotation_mark_is_told_of_the_line_that_it_is_missing_in() {
    let (lines, refused) = read_all("a,x\n\"13800000001,17000000001\n13800000002,17000000002\n");
    assert!(lines.is_empty());
    assert_eq!((refused.len(), refused[0].line), (1, 2));
}

#[test]
fn an_export_is_read_back_whatever_the_language_of_its_headings() {
    let object = serde_json::json!({
        "id": 7, "app": "courier", "kind": "axe", "state": "active", "a": "+8613800000001", "x": "+8617000000001",
        "extension": "12", "direction": "a_to_b", "valid_from": "2026-11-21T02:00:00.5Z",
        "valid_to": "2026-12-21T02:00:00Z", "max_minutes": 30, "record": true, "hint_tone": "h.wav", "user_data": "=7",
        "created_at": "2026-11-20T02:00:00Z", "changed_at": "2026-11-20T02:00:00Z", "ended_at": null,
    });
    let row = cells::rows(&BINDINGS, std::slice::from_ref(&object), None).unwrap();
    let mut expected = Draft::default();
    for field in Field::ALL {
        let text = object.get(field.name()).map(crate::export::text);
        expected.set(field, text.as_deref()).unwrap();
    }
    let expected = expected.terms().unwrap();
    for lang in [None, Some(Lang::Zh), Some(Lang::En)] {
        let file = [cells::head(&BINDINGS, lang).unwrap(), row.clone()].concat();
        let (lines, refused) = read_all(std::str::from_utf8(&file).unwrap());
        assert_eq!((lines, refused), (vec![(2, expected.clone())], vec![]), "{lang:?}");
        // Of the two columns of an instant, somebody changed the one that is not read.
        let edited = String::from_utf8(file).unwrap().replace("2026-12-21 10:00:00", "2027-12-21 10:00:00");
        let (lines, refused) = read_all(&edited);
        assert!(lines.is_empty());
        assert_eq!(refused[0].reason.en, "valid_to and valid_to_shanghai say different times");
    }
}
