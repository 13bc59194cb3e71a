//! Explains why a body could not be read: what is wrong, where, the likely sender, and what to do.
//!
//! The decoder reads the kept bytes again and gives the error and its byte. The cause follows from what
//! is around that byte: a body that closes properly was not cut off, whatever the parser calls it. Only a
//! few characters around the place are shown, with numbers masked.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::domain::{Callback, Lang, mask_numbers};
use crate::journal::{self, CallbackRecord, ContentError};
use crate::limits;
use crate::platforms::{self, BodyForm, DecodeError, Fault, Verified};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Explained {
    pub(crate) why: Unreadable,
    /// `None`: the body as a whole.
    pub(crate) place: Option<Place>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// From 0, as in the answer.
    byte: usize,
    /// From 1, as in editors.
    line: usize,
    column: usize,
    /// The text around it, numbers masked.
    before: String,
    behind: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unreadable {
    Empty,
    Compressed,
    /// Compressed without `Content-Encoding`.
    Encoding,
    /// Compressed and damaged.
    Packed,
    Utf16,
    Html,
    Doctype,
    Form,
    Multipart,
    CutOff,
    Unclosed,
    More,
    TrailingComma,
    SingleQuotes,
    TooDeep,
    Json,
    XmlTags,
    XmlMarkup,
    Xml,
    Neither,
    /// Readable by the present decoder.
    ReadableNow,
    Gone,
    /// Not read again: there are too many.
    NotRead,
}

impl Explained {
    pub(crate) fn of(record: CallbackRecord, received_at: jiff::Timestamp) -> Self {
        let Some(provider) = platforms::by_name(&record.provider) else { return Unreadable::NotRead.into() };
        let content = match journal::unpack(&record.headers, &record.body) {
            Ok(content) => content.into_owned(),
            Err(ContentError::UnknownEncoding) => return Unreadable::Encoding.into(),
            Err(ContentError::Damaged | ContentError::TooLarge) => return Unreadable::Packed.into(),
        };
        let callback = Callback {
            app: record.app,
            provider: provider.id(),
            received_at,
            peer: record.peer,
            tail: record.tail,
            target: String::new(),
            hosts: Vec::new(),
            headers: record.headers,
            body: content,
        };
        // A panic of the decoder is a bug of ours; the page is shown all the same.
        match catch_unwind(AssertUnwindSafe(|| provider.decode(&Verified::from_journal(&callback)))) {
            Ok(Err(error)) => {
                let why = Unreadable::because(&error, &callback.body);
                Self { why, place: why.has_place().then(|| Place::of(&callback.body, error.at)) }
            }
            Ok(Ok(_)) => Unreadable::ReadableNow.into(),
            Err(_) => Unreadable::NotRead.into(),
        }
    }
}

impl From<Unreadable> for Explained {
    fn from(why: Unreadable) -> Self {
        Self { why, place: None }
    }
}

impl Place {
    fn of(body: &[u8], byte: usize) -> Self {
        let byte = byte.min(body.len());
        let line_start = body[..byte].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        // Masked before it is cut, so that no part of a number remains; a number at the place itself is
        // left out.
        let far = byte.saturating_sub(limits::EXCERPT_LOOK)..(byte + limits::EXCERPT_LOOK).min(body.len());
        let shown = |bytes: &[u8]| -> Vec<char> {
            let text = String::from_utf8_lossy(bytes);
            text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
        };
        let (mut before, mut behind) = (shown(&body[far.start..byte]), shown(&body[byte..far.end]));
        let is_digit = |c: &&mut char| c.is_ascii_digit();
        if before.last().is_some_and(char::is_ascii_digit) && behind.first().is_some_and(char::is_ascii_digit) {
            before.iter_mut().rev().take_while(is_digit).for_each(|c| *c = '*');
            behind.iter_mut().take_while(is_digit).for_each(|c| *c = '*');
        }
        let masked = |chars: Vec<char>| -> Vec<char> { mask_numbers(&String::from_iter(chars)).chars().collect() };
        let (before, behind) = (masked(before), masked(behind));
        let from = before.len().saturating_sub(limits::EXCERPT_CHARS);
        let to = behind.len().min(limits::EXCERPT_CHARS);
        Self {
            byte,
            line: 1 + memchr::memchr_iter(b'\n', &body[..line_start]).count(),
            column: 1 + String::from_utf8_lossy(&body[line_start..byte]).chars().count(),
            before: before[from..].iter().collect(),
            behind: behind[..to].iter().collect(),
        }
    }

    pub(crate) fn words(&self, lang: Lang) -> String {
        let Self { byte, line, column, .. } = self;
        match lang {
            Lang::Zh => format!("第 {line} 行第 {column} 个字符（字节 {byte}）"),
            Lang::En => format!("line {line}, character {column} (byte {byte})"),
        }
    }

    /// The text around the place, with a mark.
    pub(crate) fn excerpt(&self) -> String {
        format!("{} ▸ {}", self.before, self.behind)
    }
}

impl Unreadable {
    fn because(error: &DecodeError, body: &[u8]) -> Self {
        let is_multipart = body.starts_with(b"--") && memchr::memmem::find(body, b"Content-Disposition").is_some();
        match error.fault {
            _ if is_multipart => Self::Multipart,
            _ if is_compressed(body) => Self::Compressed,
            Fault::Empty => Self::Empty,
            Fault::Utf16 => Self::Utf16,
            Fault::Encoding => Self::Encoding,
            Fault::Packed => Self::Packed,
            Fault::Doctype if is_html(body) => Self::Html,
            Fault::Doctype => Self::Doctype,
            Fault::TooDeep => Self::TooDeep,
            Fault::NeitherNotation if is_form(body) => Self::Form,
            Fault::NeitherNotation => Self::Neither,
            _ if error.form == Some(BodyForm::Xml) && is_html(body) => Self::Html,
            Fault::JsonEnds | Fault::XmlEnds | Fault::XmlMarkup if !closes(body) => Self::CutOff,
            Fault::JsonEnds | Fault::XmlEnds => Self::Unclosed,
            Fault::XmlMarkup => Self::XmlMarkup,
            Fault::JsonMore | Fault::XmlMore => Self::More,
            Fault::XmlEndTag => Self::XmlTags,
            Fault::XmlName => Self::XmlMarkup,
            Fault::XmlNoElement | Fault::Xml => Self::Xml,
            Fault::Json => match body.get(error.at) {
                Some(b'}' | b']') if follows_comma(&body[..error.at]) => Self::TrailingComma,
                Some(b'\'') => Self::SingleQuotes,
                _ => Self::Json,
            },
        }
    }

    fn has_place(self) -> bool {
        use Unreadable as U;
        !matches!(
            self,
            U::Empty
                | U::Compressed
                | U::Utf16
                | U::Html
                | U::Form
                | U::Multipart
                | U::Neither
                | U::ReadableNow
                | U::Gone
                | U::NotRead
        )
    }

    pub(crate) fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::Empty => lang.t("内容为空", "The body is empty"),
            Self::Compressed => lang.t("内容是压缩过的", "The body is compressed"),
            Self::Encoding => lang.t("压缩格式不支持", "Compressed in a way that is not supported"),
            Self::Packed => lang.t("压缩内容损坏，无法解压", "Compressed, and damaged: it does not unpack"),
            Self::Utf16 => lang.t("编码是 UTF-16，不是 UTF-8", "Written in UTF-16, not UTF-8"),
            Self::Html => lang.t("是一个网页（HTML）", "A web page (HTML)"),
            Self::Doctype => lang.t("XML 带有 DOCTYPE", "XML with a DOCTYPE"),
            Self::Form => {
                lang.t("按表单提交（名=值），不是 JSON 或 XML", "Sent as a form (name=value), not as JSON or XML")
            }
            Self::Multipart => lang.t("按带附件的表单（multipart）提交", "Sent as a form with files (multipart)"),
            Self::CutOff => lang.t("内容不完整，中途断了", "Cut off before its end"),
            Self::Unclosed => lang.t("有引号、括号或标签没有闭合", "A quote, a bracket or a tag that is never closed"),
            Self::More => lang.t("结束之后还有内容", "Something stands behind its end"),
            Self::TrailingComma => lang.t("JSON 里多了一个结尾逗号", "JSON with a comma before a closing bracket"),
            Self::SingleQuotes => lang.t("JSON 用了单引号", "JSON with single quotes"),
            Self::TooDeep => lang.t("JSON 嵌套过深", "JSON nested too deeply"),
            Self::Json => lang.t("JSON 格式有错", "JSON that is not well-formed"),
            Self::XmlTags => lang.t("XML 的开始和结束标签不配对", "XML whose tags do not match"),
            Self::XmlMarkup => lang.t("XML 里有不成标签的 <", "XML with a < that begins no tag"),
            Self::Xml => lang.t("XML 格式有错", "XML that is not well-formed"),
            Self::Neither => lang.t("既不是 JSON 也不是 XML", "Neither JSON nor XML"),
            Self::ReadableNow => lang.t("当时无法解析，当前版本可以解析", "Unreadable then; this version reads it"),
            Self::Gone => lang.t("原文已删除，无法再看原因", "The bytes are gone, and the cause with them"),
            Self::NotRead => lang.t("更早的，没有逐个查看原因", "Earlier ones, whose cause was not looked into"),
        }
    }

    pub(crate) fn advice(self, lang: Lang) -> &'static str {
        match self {
            Self::Empty => lang.t(
                "多半是探活或浏览器、监控工具的请求。看来源地址；若来自平台，请平台核对推送内容。",
                "Probably a health check or a monitoring tool. See the peer; if it is the platform, ask what it pushed.",
            ),
            Self::Compressed => lang.t(
                "请求头没有写 Content-Encoding，所以没有解压。让推送方或中间的代理加上 Content-Encoding: gzip，或不压缩。",
                "It came without Content-Encoding, so it was not unpacked. Have the sender or the proxy add Content-Encoding: gzip, or not compress.",
            ),
            Self::Encoding => lang.t(
                "只支持 gzip 和 deflate。请在平台、CDN 或代理上改用其中一种，或关闭压缩。",
                "Only gzip and deflate are supported. Choose one of them at the platform, the CDN or the proxy, or switch compression off.",
            ),
            Self::Packed => lang.t(
                "多半是中间的代理改动或截断了内容。请检查代理，并请平台重推。",
                "Probably a proxy changed it or cut it off. Check the proxy, and ask the platform to push again.",
            ),
            Self::Utf16 => lang.t(
                "多半是测试脚本或转发程序改了编码。让它原样转发字节，或改用 UTF-8。",
                "Probably a script or relay that writes another encoding. Let it pass the bytes on unchanged, or write UTF-8.",
            ),
            Self::Html => lang.t(
                "不是平台推送：多半是代理、网关的错误页或扫描器。看来源地址和中间的代理。",
                "No push of a platform: probably an error page of a proxy or gateway, or a scanner. See the peer and what stands between.",
            ),
            Self::Doctype => lang.t(
                "平台的 XML 没有 DOCTYPE，带它的一律拒绝：可能是攻击试探。看来源地址，必要时设置允许的来源。",
                "No platform sends a DOCTYPE, and it is always refused: perhaps somebody is probing. See the peer; limit who may call if need be.",
            ),
            Self::Form | Self::Multipart => lang.t(
                "平台直接以 JSON 或 XML 作正文：多半是测试工具或转发程序包了一层表单。让它原样发送正文。",
                "Platforms send JSON or XML as the body itself: probably a test tool or relay wrapped it in a form. Let it send the body as it is.",
            ),
            Self::CutOff => lang.t(
                "多半在途中被截断：核对代理的请求体大小限制和超时。平台会重推的，等下一次；否则到平台核对。",
                "Probably cut on its way: check a proxy's limit of body size and its timeouts. Where the platform pushes again, wait for it; else compare there.",
            ),
            Self::TrailingComma | Self::SingleQuotes => lang.t(
                "平台的程序不会这样写：多半是手写的测试内容。改正后再发。",
                "No platform's program writes this: probably a test written by hand. Correct it and send it again.",
            ),
            Self::TooDeep => lang.t(
                "平台的内容只有几层：多半是攻击试探或测试。看来源地址。",
                "Platforms nest a few levels: probably somebody is probing, or a test. See the peer.",
            ),
            Self::Unclosed => lang.t(
                "内容的结尾是完整的，不像被截断：多半是转发程序或测试脚本拼接时漏写、漏转义。从标出的位置往前找。",
                "Its end is whole, so it was hardly cut: probably a relay or script that left out or did not escape something. Look before the place shown.",
            ),
            Self::More => lang.t(
                "多半是两份内容连在了一起，或转发程序在末尾多加了字节。标出的位置之后的不属于这份回调。",
                "Probably two bodies in one, or a relay that appends bytes. What stands behind the place shown does not belong to this callback.",
            ),
            Self::XmlTags | Self::XmlMarkup => lang.t(
                "多半是某个字段的值里有未转义的 <，或手写的测试漏了标签。看标出的位置；平台自己发的请连同原文反馈给平台。",
                "Probably an unescaped < inside a value, or a tag missing in a test written by hand. See the place shown; if the platform wrote it, send it these bytes.",
            ),
            Self::Json | Self::Xml => lang.t(
                "多半在途中被改动，或是手写的测试。看标出的位置，对照原文和来源地址。",
                "Probably changed on its way, or a test written by hand. See the place shown, and compare the bytes and the peer.",
            ),
            Self::Neither => lang.t(
                "多半不是平台发来的，或者内容在途中被改动。看一眼原文和来源地址。",
                "Probably not from the platform, or changed on its way. Look at the bytes and the peer.",
            ),
            Self::ReadableNow => lang.t(
                "重建数据后会关联到通话：可在系统页重建。",
                "It finds its call when the store is rebuilt: the System page does that.",
            ),
            Self::Gone => lang.t("不需要处理；记录还在。", "Nothing to do; its entry is still there."),
            Self::NotRead => lang.t(
                "先处理上面的；打开单个回调可看原因。",
                "See to those above first; the page of a callback says its cause.",
            ),
        }
    }
}

/// Whether a body ends properly: with a bracket or the end tag of its root.
fn closes(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let body = body.trim_ascii();
    match body.first() {
        Some(b'{') => body.ends_with(b"}"),
        Some(b'[') => body.ends_with(b"]"),
        Some(b'<') => root(body).is_some_and(|name| {
            let tag = body.strip_suffix(b">").map(<[u8]>::trim_ascii_end);
            tag.and_then(|tag| tag.strip_suffix(name)).is_some_and(|rest| rest.ends_with(b"</"))
        }),
        _ => false,
    }
}

fn root(body: &[u8]) -> Option<&[u8]> {
    let mut starts = memchr::memchr_iter(b'<', body).map(|at| &body[at + 1..]);
    let tag = starts.find(|tag| !matches!(tag.first(), None | Some(b'?' | b'!')))?;
    let is_name = |byte: &u8| !byte.is_ascii_whitespace() && !matches!(byte, b'>' | b'/' | b'<');
    Some(&tag[..tag.iter().position(|byte| !is_name(byte))?]).filter(|name| !name.is_empty())
}

/// The first bytes of gzip, zlib and Zstandard.
fn is_compressed(body: &[u8]) -> bool {
    !body.is_ascii()
        && matches!(body, [0x1F, 0x8B, ..] | [0x78, 0x01 | 0x5E | 0x9C | 0xDA, ..] | [0x28, 0xB5, 0x2F, 0xFD, ..])
}

fn is_html(body: &[u8]) -> bool {
    let body = body.trim_ascii_start();
    let begins = |with: &[u8]| body.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with));
    begins(b"<!doctype html") || begins(b"<html")
}

/// A name, then an equals sign.
fn is_form(body: &[u8]) -> bool {
    let body = body.trim_ascii_start();
    let name = body.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"_-.%+[]".contains(byte));
    name.is_some_and(|end| end > 0 && body[end] == b'=')
}

fn follows_comma(before: &[u8]) -> bool {
    before.trim_ascii_end().last() == Some(&b',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples;

    #[track_caller]
    fn check(body: &[u8], expected: Unreadable) {
        for provider in platforms::ALL {
            let record =
                CallbackRecord { provider: provider.id().0.to_owned(), body: body.to_vec(), ..samples::record().1 };
            assert_eq!(Explained::of(record, samples::now()).why, expected, "{}", provider.id());
        }
    }

    #[test]
    fn every_cause_is_told_apart() {
        check(b"", Unreadable::Empty);
        check(b" \r\n", Unreadable::Empty);
        check(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", Unreadable::Compressed);
        check(b"\xff\xfe{\x00}\x00", Unreadable::Utf16);
        check(b"{\"caller\":\"\xe4\xb8", Unreadable::CutOff);
        check(b"<!DOCTYPE html><html></html>", Unreadable::Html);
        check(b"<html><br></html>", Unreadable::Html);
        check(b"<!DOCTYPE x [<!ENTITY a \"b\">]><x/>", Unreadable::Doctype);
        check(b"body=%7B%22eventType%22%3A%22fee%22%7D", Unreadable::Form);
        check(b"--b7\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{}\r\n--b7--", Unreadable::Multipart);
        check(br#"{"eventType":"fee","feeLst":["#, Unreadable::CutOff);
        check(b"<Request><type>1</type>", Unreadable::CutOff);
        check(br#"{"eventType":"fee",}"#, Unreadable::TrailingComma);
        check(b"{\"a\":[1,\n ]}", Unreadable::TrailingComma);
        check(b"{'eventType':'fee'}", Unreadable::SingleQuotes);
        check("[".repeat(limits::JSON_DEPTH + 1).as_bytes(), Unreadable::TooDeep);
        check(br#"{"eventType":fee}"#, Unreadable::Json);
        check(b"<Request><a></b></Request>", Unreadable::XmlTags);
        check(b"<Request><a>1 < 2</a></Request>", Unreadable::XmlMarkup);
        check(b"<Request></Request><Request></Request>", Unreadable::More);
        check(br#"{"eventType":"fee"}{"eventType":"fee"}"#, Unreadable::More);
        check("回调".as_bytes(), Unreadable::Neither);
        check(br#"{"eventType":"fee"}"#, Unreadable::ReadableNow);
    }
    #[test]
    fn a_body_that_closes_as_it_should_was_not_cut_off() {
        check(br#"{"eventType":"fee","feeLst":[{"a":"x]}"#, Unreadable::Unclosed);
        check(br#"{"eventType":"fee,"feeLst":[]}"#, Unreadable::Json);
        check(br#"{"eventType":"fee}"#, Unreadable::Unclosed);
        check(br#"{"a":{"b":1}"#, Unreadable::Unclosed);
        check(b"<?xml version='1.0'?><req><a>1<b>2</b></req>", Unreadable::XmlTags);
        check(b"<req><a><![CDATA[x</a></req>", Unreadable::XmlMarkup);
        check(b"<req><a><!-- x</a></req >", Unreadable::XmlMarkup);
        check(b"<req><a>1</a></re", Unreadable::CutOff);
        check(b"<req><a>1</a><b", Unreadable::CutOff);
        check(b"<?xml version='1.0'", Unreadable::CutOff);
    }

    #[test]
    fn the_place_is_told_with_what_stands_there_and_no_number() {
        let body = "{\n \"名\": \"13800000021\",\n \"号\": \"13812345678\" x\"13800000021\"}";
        let record = CallbackRecord { body: body.into(), ..samples::record().1 };
        let Explained { why, place } = Explained::of(record, samples::now());
        let place = place.expect("a place");
        assert_eq!(why, Unreadable::Json);
        assert_eq!((place.line, place.column, place.byte), (3, 21, body.find("x\"").unwrap()));
        assert_eq!(place.words(Lang::En), "line 3, character 21 (byte 47)");
        let excerpt = place.excerpt();
        assert!(excerpt.contains("138****5678\"  ▸ x\"138****0021"), "{excerpt}");
        assert!(!excerpt.contains("13800000021"), "{excerpt}");
    }
}
