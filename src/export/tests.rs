//! Files read back as the programs that open them do.

use std::io::{Cursor, Read as _};

use serde_json::json;

use super::*;

fn calls(n: usize) -> Vec<Value> {
    (0..n)
        .map(|i| {
            json!({
                "id": format!("{i:032x}"), "caller": "+8613812340021", "talk_seconds": i,
                "answered_at": "2026-11-21T02:13:21Z", "user_data": "=1+1 <&> \u{1}",
            })
        })
        .collect()
}

fn export(format: Format, pages: &[Vec<Value>]) -> Vec<u8> {
    let mut rows = Rows::begin(format, &CALLS, None).unwrap();
    let mut bytes: Vec<u8> = pages.iter().flat_map(|page| rows.page(page).unwrap()).collect();
    bytes.extend(rows.end().unwrap());
    bytes
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_workbook_is_read_back_with_its_types() {
    let bytes = export(Format::Xlsx, &[calls(2_000), calls(3_000)]);
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    assert_eq!(sheet.matches("<row>").count(), 5_001);
    assert!(sheet.contains(r#"state="frozen""#) && sheet.contains("<cols>"));
    let row = sheet.split("<row>").nth(3).unwrap();
    assert_eq!(row.matches("<c").count(), CALLS.columns.len(), "a cell for every column");
    assert!(row.contains(r#"<c s="3" t="inlineStr"><is><t xml:space="preserve">+8613812340021</t>"#), "{row}");
    assert!(row.contains(r#"<c s="0"><v>1</v></c>"#), "{row}");
    assert!(row.contains("=1+1 &lt;&amp;&gt; \u{fffd}"), "{row}");
    // 2026-11-21 10:13:21 is day 46347 of the spreadsheets' calendar.
    assert!(row.contains(r#"<c s="1"><v>46347.4259"#), "{row}");
    for name in ["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"]
    {
        assert!(part(&bytes, name).starts_with("<?xml"), "{name}");
    }
}

#[test]
fn a_workbook_without_its_end_cannot_be_opened() {
    let mut rows = Rows::begin(Format::Xlsx, &CALLS, Some(PEOPLE)).unwrap();
    let bytes = rows.page(&calls(5_000)).unwrap();
    assert!(!bytes.is_empty(), "bytes are given away before the end");
    assert!(zip::ZipArchive::new(Cursor::new(bytes)).is_err());
}

#[test]
fn csv_begins_with_a_mark_for_excel_and_has_a_heading_even_without_rows() {
    for pages in [&[][..], &[vec![]], &[calls(1), calls(1)]] {
        let text = String::from_utf8(export(Format::Csv, pages)).unwrap();
        let rows = pages.iter().map(Vec::len).sum::<usize>();
        assert!(text.starts_with("\u{feff}at,at_shanghai,id,app,"), "{text}");
        assert_eq!(text.matches("\r\n").count(), rows + 1);
        assert_eq!(text.matches('\u{feff}').count(), 1);
    }
}

#[test]
fn json_lines_are_the_objects_of_the_api() {
    let objects = calls(3);
    let text = String::from_utf8(export(Format::Jsonl, std::slice::from_ref(&objects))).unwrap();
    let read: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read, objects);
}

const PEOPLE: ForPeople = ForPeople {
    lang: Lang::Zh,
    word: |_, column, code| (column.name == "outcome" && code == "busy").then(|| "忙线".to_owned()),
};

#[test]
fn a_file_for_people_has_words_where_the_api_has_codes() {
    let object = json!({ "outcome": "busy", "state": "released", "at": "2026-11-21T02:13:21Z" });
    for (people, word) in [(Some(PEOPLE), "忙线"), (None, "busy")] {
        let mut rows = Rows::begin(Format::Csv, &CALLS, people).unwrap();
        let text = String::from_utf8(rows.page(std::slice::from_ref(&object)).unwrap()).unwrap();
        assert!(text.contains(&format!(",released,{word},")), "{text}");
        let mut book = Rows::begin(Format::Xlsx, &CALLS, people).unwrap();
        let mut bytes = book.page(std::slice::from_ref(&object)).unwrap();
        bytes.extend(book.end().unwrap());
        assert!(part(&bytes, "xl/worksheets/sheet1.xml").contains(&format!(">{word}<")));
    }
}

#[test]
fn a_cell_of_a_workbook_says_what_was_written() {
    for (text, written) in [
        ("第一行\r\n第二行\r第三行\n第四行", "第一行\n第二行\n第三行\n第四行"),
        ("a_x000D_b", "a_x005F_x000D_b"),
        ("_x_x41_ _x00zz_", "_x_x41_ _x00zz_"),
        ("_x005F_", "_x005F_x005F_"),
    ] {
        let bytes = export(Format::Xlsx, &[vec![json!({ "user_data": text })]]);
        let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(sheet.contains(&format!(">{written}</t>")), "{text:?}");
    }
}
