//! Bodies as platforms and strangers send them: what is read, and the byte at which the rest is
//! refused. Each expectation is the text that the platform would be sent; none of them may
//! quote the body.

use super::*;

/// The error of a body, as the platform would read it.
fn refused(body: impl AsRef<[u8]>) -> String {
    let body = body.as_ref();
    sniff(body).expect_err(&format!("{:?} was taken", String::from_utf8_lossy(body))).to_string()
}

fn check_refused(cases: &[(&[u8], &str)]) {
    for (body, expected) in cases {
        assert_eq!(refused(body), *expected, "{:?}", String::from_utf8_lossy(body));
    }
}

fn check_xml(body: &[u8], root: &str, fields: &[(&str, &str)]) {
    assert!(!read_xml(body, root, fields), "{:?}", String::from_utf8_lossy(body));
}

/// Reads XML that is as expected; says whether it was mended.
fn read_xml(body: &[u8], root: &str, fields: &[(&str, &str)]) -> bool {
    let Ok(Sniffed { tree: Tree::Xml(flat), mended }) = sniff(body) else {
        panic!("{:?}: {:?}", String::from_utf8_lossy(body), sniff(body))
    };
    let seen: Vec<(&str, &str)> = flat.fields.iter().map(|f| (f.name.as_str(), f.text.as_str())).collect();
    assert_eq!((flat.root.as_str(), seen.as_slice()), (root, fields));
    mended
}

fn check_json(body: &[u8], expected: &Value) {
    let expected = Ok(Sniffed { tree: Tree::Json(expected.clone()), mended: false });
    assert_eq!(sniff(body), expected, "{:?}", String::from_utf8_lossy(body));
}

/// What can only be read by mending it, and is said to be so.
fn check_mended(cases: &[(&[u8], Value)]) {
    for (body, expected) in cases {
        let expected = Ok(Sniffed { tree: Tree::Json(expected.clone()), mended: true });
        assert_eq!(sniff(body), expected, "{:?}", String::from_utf8_lossy(body));
    }
}

fn check_mended_xml(cases: &[(&[u8], &str)]) {
    for (body, text) in cases {
        assert!(read_xml(body, "req", &[("a", text)]), "{:?}", String::from_utf8_lossy(body));
    }
}

#[test]
fn the_notation_is_told_by_the_first_byte_that_is_not_blank() {
    check_json(b" \r\n\t{\"a\":1} \n", &serde_json::json!({"a": 1}));
    check_json("\u{FEFF}[1]".as_bytes(), &serde_json::json!([1]));
    check_json(b"42", &serde_json::json!(42));
    check_json(b"-1", &serde_json::json!(-1));
    check_json(b"null", &Value::Null);
    check_json(b"\"x\"", &serde_json::json!("x"));
    check_xml(b" \r\n<req/>", "req", &[]);
    check_xml("\u{FEFF}<?xml version='1.0'?>\n<req><a>1</a></req>\n".as_bytes(), "req", &[("a", "1")]);
}

#[test]
fn of_a_repeated_key_the_last_value_counts() {
    check_json(br#"{"a":1,"a":2}"#, &serde_json::json!({"a": 2}));
}

#[test]
fn what_is_no_text_is_refused_at_its_first_bad_byte() {
    check_refused(&[
        (b"", "the body is empty at byte 0"),
        (b" \r\n ", "the body is empty at byte 4"),
        (b"\xEF\xBB\xBF", "the body is empty at byte 3"),
        (b"\xFF\xFE<\0r\0", "the body is UTF-16 where UTF-8 is expected at byte 0"),
        (b"\xFE\xFF\0<\0r", "the body is UTF-16 where UTF-8 is expected at byte 0"),
        (b"<\0r\0", "the body is UTF-16 where UTF-8 is expected at byte 0"),
        (b"\0{\0}", "the body is UTF-16 where UTF-8 is expected at byte 0"),
        (b"action=Hangup", "the body is neither JSON nor XML at byte 0"),
        (b"  \xEF\xBB\xBF{}", "the body is neither JSON nor XML at byte 2"),
    ]);
}

#[test]
fn broken_json_is_refused_with_its_byte() {
    check_refused(&[
        (b"{\"a\":1", "JSON that ends too early at byte 6"),
        (b"{\"a\":1,}", "JSON that is not well-formed at byte 7"),
        (b"\n\n  {\"a\":\n x}", "JSON that is not well-formed at byte 11"),
        (b"\xEF\xBB\xBF{x}", "JSON that is not well-formed at byte 4"),
        (b"{}{}", "JSON with something behind its end at byte 2"),
        (b"{\"a\":\"1\n2\",}", "JSON that is not well-formed at byte 11"),
        ("{\"a\":\"中\u{6587}".as_bytes().split_last().unwrap().1, "JSON that ends too early at byte 11"),
        (b"nul", "JSON that ends too early at byte 3"),
        (b"{'a':1}", "JSON that is not well-formed at byte 1"),
    ]);
}

#[test]
fn json_is_read_to_a_limited_depth() {
    let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    let limit = crate::limits::JSON_DEPTH;
    assert!(sniff(nested(limit).as_bytes()).is_ok());
    assert_eq!(refused(nested(limit + 1)), format!("JSON nested too deeply at byte {limit}"));
    assert_eq!(refused("[".repeat(1 << 20)), format!("JSON nested too deeply at byte {limit}"));
    let brackets_in_text = format!("[\"{}\\\"{}\"]", "[".repeat(200), "{".repeat(200));
    assert!(sniff(brackets_in_text.as_bytes()).is_ok());
}

#[test]
fn flat_xml_joins_text_cdata_and_references() {
    check_xml(
        b"<?xml version='1.0' encoding='GBK' ?><!-- c --><req a='&lt;1'>\n <a> 1&amp;2 <![CDATA[<3> ]]>&#52;&#x35;\r\n</a>\n\
          <b/><c></c> <a>again</a><d>x<e>deep</e>y</d><?pi?></req>",
        "req",
        &[("a", "1&2 <3> 45"), ("b", ""), ("c", ""), ("a", "again"), ("d", "xy")],
    );
    check_xml(b"<req><u>&quot;&apos;&lt;&gt;</u></req>", "req", &[("u", "\"'<>")]);
    check_xml("<req><名>玖云</名></req>".as_bytes(), "req", &[("名", "玖云")]);
}

#[test]
fn a_declared_encoding_does_not_matter_where_the_bytes_are_utf_8() {
    for encoding in ["utf-8", "UTF-8", "Utf8", "GBK", "gb2312", "UTF-16"] {
        let body = format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?><req><u>玖云</u></req>");
        check_xml(body.as_bytes(), "req", &[("u", "玖云")]);
    }
}

#[test]
fn gbk_is_read_where_the_whole_body_is_gbk() {
    check_xml(b"<?xml version='1.0' encoding='GBK'?><req><u>\xD6\xD0\xCE\xC4</u></req>", "req", &[("u", "中文")]);
    check_json(b" {\"a\":\"\xD6\xD0\xCE\xC4\"}", &serde_json::json!({"a": "中文"}));
    check_refused(&[
        (b"{\"a\":\"\xD6\xD0\xCE\xC4\",}", "JSON that is not well-formed at byte 12"),
        (b"<r>\xD6\xD0<!DOCTYPE x></r>", "XML with a DOCTYPE at byte 5"),
    ]);
}

#[test]
fn a_cut_character_alone_is_no_gbk() {
    for body in [&b"{\"a\":\"order \xE6\xB5\"}"[..], b"{\"a\":\"order \xF0\x9F\x98\"}"] {
        let text = Text::of(body).unwrap();
        assert!(text.replaced && text.text.contains("order \u{fffd}"), "{}", text.text);
    }
}

#[test]
fn half_a_character_costs_that_character_and_nothing_else() {
    // As a program cuts a text of UTF-16 that ends in an emoji.
    check_mended(&[
        (
            br#"{"a":"x\ud83d","b":"\uDE00\ud83d\ude00","c":"\\ud83d"}"#,
            serde_json::json!({"a": "x\u{FFFD}", "b": "\u{FFFD}\u{1F600}", "c": "\\ud83d"}),
        ),
        (br#"["\ud83d\ud83d\ude00","\ud83d\n"]"#, serde_json::json!(["\u{FFFD}\u{1F600}", "\u{FFFD}\n"])),
        (br#"{"a":"\ud8"}"#, serde_json::json!({"a": "\u{FFFD}"})),
        // As one cuts a text behind any byte.
        (b"{\"a\":\"\xE4\xB8\xAD\xE6\x96\",\"b\":1}", serde_json::json!({"a": "中\u{FFFD}", "b": 1})),
        (b"{\"a\":\"\xFF\"}", serde_json::json!({"a": "\u{FFFD}"})),
    ]);
    check_mended_xml(&[
        (b"<req><a>\xE4\xB8\xAD\xE6\x96</a></req>", "中\u{FFFD}"),
        ("<req><a>中\u{B}\u{0}文\u{FFFE}</a></req>".as_bytes(), "中\u{FFFD}\u{FFFD}文\u{FFFD}"),
        (b"<req><a>1&#0;&#xFFFF;2</a></req>", "1\u{FFFD}\u{FFFD}2"),
        // A C program counts the zero behind its text, too.
        (b"<req><a>1</a></req>\0", "1"),
    ]);
    check_refused(&[
        (br#"{"a":"\ud83d"#, "JSON that ends too early at byte 12"),
        (br#"{"a":"\ud83d",}"#, "JSON that is not well-formed at byte 14"),
        (b"<req>\xE4\xB8\xAD\x0B\xE6\x96</r>", "an XML end tag that closes nothing open at byte 11"),
    ]);
}

#[test]
fn what_was_meant_is_read_so_where_that_is_plain() {
    check_mended(&[
        (b"{\"a\":\"1\r\n\t2\"}", serde_json::json!({"a": "1\r\n\t2"})),
        (b"{\"a\":\"1\x0B\x002\"}", serde_json::json!({"a": "1\u{FFFD}\u{FFFD}2"})),
        (br#"{"a":"C:\dir\'","b":"\\"}"#, serde_json::json!({"a": "C:\\dir\\'", "b": "\\"})),
        (
            br#"{"a":+8613800000021,"b":007,"c":1e999}"#,
            serde_json::json!({"a": "+8613800000021", "b": "007", "c": "1e999"}),
        ),
        (
            br#"{"a":NaN,"b":-Infinity,"c":undefined,"d":-1.5e3}"#,
            serde_json::json!({"a": null, "b": null, "c": null, "d": -1.5e3}),
        ),
        // An id of which every digit counts.
        (br#"[12345678901234567890123,-1]"#, serde_json::json!(["12345678901234567890123", -1])),
        ("{\u{A0}\"a\":\u{FEFF}1\u{B}}\0".as_bytes(), serde_json::json!({"a": 1})),
    ]);
    check_mended_xml(&[
        (b"<req><a>http://h/d?f=a.mp3&t=1</a></req>", "http://h/d?f=a.mp3&t=1"),
        (b"<req><a>&nbsp;1&amp;2&copy=3;&amp</a></req>", "&nbsp;1&2&copy=3;&amp"),
        (b"<req><a>A & B &&</a></req>", "A & B &&"),
    ]);
    check_xml(b"<req><a>]]></a></req>", "req", &[("a", "]]>")]);
    check_xml(b"<req x=1 x='2' y='&z;<'><a b=1/></req>", "req", &[("a", "")]);
}

#[test]
fn the_encoding_is_guessed_from_all_of_the_body() {
    let gbk = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    // One character that was cut, at the front, does not make GBK of UTF-8, wherever it stands.
    let mut cut = b"<req><a>\xE8\xAE</a><b>".to_vec();
    cut.extend_from_slice("订单测试</b></req>".as_bytes());
    assert!(read_xml(&cut, "req", &[("a", "\u{FFFD}"), ("b", "订单测试")]));
    // Nor does one make UTF-8 of GBK.
    let mut cut = b"<req><a>".to_vec();
    cut.extend(gbk("订单测试，请尽快处理"));
    cut.extend_from_slice(b"\xD6</a></req>");
    assert!(read_xml(&cut, "req", &[("a", "订单测试，请尽快处理\u{FFFD}")]));
    // The famous text that looks like UTF-8.
    let body = gbk("<req><a>联通</a></req>");
    assert!(!read_xml(&body, "req", &[("a", "联通")]));
}

#[test]
fn the_byte_of_an_error_is_that_of_the_body_in_any_encoding() {
    let body = encoding_rs::GB18030.encode(&"中a文😀".repeat(999)).0.into_owned();
    let wrong = [b"{\"a\":\"".as_slice(), &body, b"\",}"].concat();
    check_refused(&[(&wrong, &format!("JSON that is not well-formed at byte {}", wrong.len() - 1))]);
    let mut broken = "中文".repeat(999).into_bytes();
    broken.pop();
    let wrong = [b"\xEF\xBB\xBF{\"a\":\"".as_slice(), &broken, b"\x0B\\x\",}"].concat();
    check_refused(&[(&wrong, &format!("JSON that is not well-formed at byte {}", wrong.len() - 1))]);
}

/// The worst that a megabyte can hold is read in one walk or two: a square of its length would
/// take minutes.
#[test]
fn a_megabyte_of_what_must_be_mended_is_read_in_no_time() {
    let begun = std::time::Instant::now();
    for piece in ["\\ud83d", "\u{B}", "\\x", "\n"] {
        let text = piece.repeat((1 << 20) / piece.len());
        assert!(sniff(format!("{{\"a\":\"{text}\"}}").as_bytes()).expect("readable").mended);
        assert!(sniff(format!("{{\"a\":\"{text}\",}}").as_bytes()).is_err());
    }
    for piece in ["&", "&a;", "\u{B}", "&#0;"] {
        let text = piece.repeat((1 << 20) / piece.len());
        assert!(sniff(format!("<req><a>{text}</a></req>").as_bytes()).expect("readable").mended);
        assert!(sniff(format!("<req><a>{text}</b></req>").as_bytes()).is_err());
    }
    let gbk = encoding_rs::GB18030.encode(&"中".repeat(1 << 19)).0.into_owned();
    assert!(sniff(&[b"{\"a\":\"".as_slice(), &gbk, b"\",}"].concat()).is_err());
    let numbers = "+1,".repeat(1 << 18);
    assert!(sniff(format!("[{numbers}1]").as_bytes()).expect("readable").mended);
    assert!(begun.elapsed() < std::time::Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[test]
fn any_doctype_is_refused_with_its_byte() {
    check_refused(&[
        (b"<!DOCTYPE req><req/>", "XML with a DOCTYPE at byte 0"),
        (b"<?xml version='1.0'?>\n<!doctype req [<!ENTITY a 'b'>]><req>&a;</req>", "XML with a DOCTYPE at byte 22"),
        (b"<req><a>1</a><!DOCTYPE x></req>", "XML with a DOCTYPE at byte 13"),
        (b"<!DOCTYPE>", "XML with a DOCTYPE at byte 0"),
        (b"<!DOCTYPE req [<!ENTITY", "XML with a DOCTYPE at byte 0"),
    ]);
    check_xml(b"<req><!-- <!DOCTYPE x> --><a><![CDATA[<!DOCTYPE x>]]></a></req>", "req", &[("a", "<!DOCTYPE x>")]);
}

#[test]
fn broken_xml_is_refused_with_its_byte() {
    check_refused(&[
        (b"<", "XML markup that does not end (a `<` without its `>`) at byte 0"),
        (b"<req", "XML markup that does not end (a `<` without its `>`) at byte 0"),
        (b"<req><a>1</a>", "XML that ends inside an element at byte 13"),
        (b" <req><a>1</b></req>", "an XML end tag that closes nothing open at byte 10"),
        (b"<req></req></req>", "an XML end tag that closes nothing open at byte 11"),
        (b"<req/><req/>", "XML with something beside its root element at byte 6"),
        (b"<req/>text", "XML with something beside its root element at byte 6"),
        (b"<req/>&amp;", "XML with something beside its root element at byte 6"),
        (b"<req/><![CDATA[ ]]>", "XML with something beside its root element at byte 6"),
        (b"<!-- only -->", "XML without an element at byte 13"),
        (b"<req>< a></ a></req>", "an XML element without a proper name at byte 5"),
        (b"<req/><?xml version='1.0'?>", "XML with something beside its root element at byte 6"),
        (b"<>x</>", "an XML element without a proper name at byte 0"),
        (b"<req><![CDATA[x</req>", "XML markup that does not end (a `<` without its `>`) at byte 5"),
    ]);
}

#[test]
fn an_error_never_quotes_the_body() {
    let number = "13800000021";
    for body in [
        format!("<req><{number}></{number}></req>"),
        format!("<req><a{number}></b{number}></req>"),
        format!("<req>&a{number};</r{number}>"),
        format!("{{\"{number}\":{number}x}}"),
        format!("{{\"a\":\"{number}\\x\",}}"),
        number.replace('1', "x1"),
    ] {
        assert!(!refused(&body).contains("13800"), "{body}");
    }
}

#[test]
fn the_form_of_a_broken_body_is_guessed() {
    let cases: [(&[u8], Option<BodyForm>); 8] = [
        (b"<req>", Some(BodyForm::Xml)),
        (b"\xEF\xBB\xBF \n{", Some(BodyForm::Json)),
        (b"[", Some(BodyForm::Json)),
        (b"\xFF\xFE<\0", Some(BodyForm::Xml)),
        (b"\0{", Some(BodyForm::Json)),
        (b"", None),
        (b"  ", None),
        (b"action=Hangup", None),
    ];
    for (body, form) in cases {
        assert_eq!(guess_form(body), form, "{body:?}");
        assert_eq!(sniff(body).expect_err("broken").form, form, "{body:?}");
    }
}
