//! Why a body could not be read, in words, with a guess at who wrote it and what to do next.
//!
//! The decoder is the judge: it reads the kept bytes again and says what is wrong and where. What
//! stands at that place only tells apart what it calls by one name, as bytes that are no text:
//! compressed, or in another encoding. Nothing of a body is quoted.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::domain::{Callback, Lang};
use crate::journal::{self, CallbackRecord, ContentError};
use crate::providers::{self, BodyForm, DecodeError, Verified};

/// What is wrong with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unreadable {
    Empty,
    Compressed,
    /// In an encoding of content that nobody announced to us.
    Encoding,
    /// Compressed, and damaged on the way.
    Packed,
    Utf16,
    NotUtf8,
    Html,
    Doctype,
    Form,
    Multipart,
    CutOff,
    TrailingComma,
    SingleQuotes,
    TooDeep,
    Json,
    Xml,
    Neither,
    /// The decoder of today reads it.
    ReadableNow,
    /// Its bytes are no longer kept.
    Gone,
    /// It is one of too many, and was not read again.
    NotRead,
}

impl Unreadable {
    /// Reads a kept body again.
    pub(super) fn of(record: CallbackRecord, received_at: jiff::Timestamp) -> Self {
        let Some(provider) = providers::by_name(&record.provider) else { return Self::NotRead };
        let content = match journal::unpack(&record.headers, &record.body) {
            Ok(content) => content.into_owned(),
            Err(ContentError::UnknownEncoding) => return Self::Encoding,
            Err(ContentError::Damaged | ContentError::TooLarge) => return Self::Packed,
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
        // A decoder that panics is a bug of ours, and no reason to show no page.
        match catch_unwind(AssertUnwindSafe(|| provider.decode(&Verified::from_journal(&callback)))) {
            Ok(Err(error)) => Self::because(&error, &callback.body),
            Ok(Ok(_)) => Self::ReadableNow,
            Err(_) => Self::NotRead,
        }
    }

    fn because(error: &DecodeError, body: &[u8]) -> Self {
        let reason = error.reason.as_str();
        let is_multipart = body.starts_with(b"--") && memchr::memmem::find(body, b"Content-Disposition").is_some();
        match reason {
            _ if is_multipart => Self::Multipart,
            _ if is_compressed(body) => Self::Compressed,
            "the body is empty" => Self::Empty,
            "the body is UTF-16 where UTF-8 is expected" => Self::Utf16,
            "the body is not UTF-8" if ends_in_a_character(body) => Self::CutOff,
            "the body is not UTF-8" => Self::NotUtf8,
            "XML with a DOCTYPE" if is_html(body) => Self::Html,
            "XML with a DOCTYPE" => Self::Doctype,
            "JSON nested too deeply" => Self::TooDeep,
            "the body is neither JSON nor XML" if is_form(body) => Self::Form,
            "the body is neither JSON nor XML" => Self::Neither,
            _ if ends_early(reason) => Self::CutOff,
            _ => match (error.form, body.get(error.at)) {
                (Some(BodyForm::Xml), _) if is_html(body) => Self::Html,
                (Some(BodyForm::Xml), _) => Self::Xml,
                (_, Some(b'}' | b']')) if follows_comma(&body[..error.at]) => Self::TrailingComma,
                (_, Some(b'\'')) => Self::SingleQuotes,
                _ => Self::Json,
            },
        }
    }

    /// What is wrong, as a heading.
    pub(super) fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::Empty => lang.t("内容为空", "The body is empty"),
            Self::Compressed => lang.t("内容是压缩过的", "The body is compressed"),
            Self::Encoding => lang.t("压缩格式不支持", "Compressed in a way that is not supported"),
            Self::Packed => lang.t("压缩内容损坏，无法解压", "Compressed, and damaged: it does not unpack"),
            Self::Utf16 => lang.t("编码是 UTF-16，不是 UTF-8", "Written in UTF-16, not UTF-8"),
            Self::NotUtf8 => lang.t("不是文本：既非 UTF-8 也非 GBK", "No text: neither UTF-8 nor GBK"),
            Self::Html => lang.t("是一个网页（HTML）", "A web page (HTML)"),
            Self::Doctype => lang.t("XML 带有 DOCTYPE", "XML with a DOCTYPE"),
            Self::Form => {
                lang.t("按表单提交（名=值），不是 JSON 或 XML", "Sent as a form (name=value), not as JSON or XML")
            }
            Self::Multipart => lang.t("按带附件的表单（multipart）提交", "Sent as a form with files (multipart)"),
            Self::CutOff => lang.t("内容不完整，中途断了", "Cut off before its end"),
            Self::TrailingComma => lang.t("JSON 里多了一个结尾逗号", "JSON with a comma before a closing bracket"),
            Self::SingleQuotes => lang.t("JSON 用了单引号", "JSON with single quotes"),
            Self::TooDeep => lang.t("JSON 嵌套过深", "JSON nested too deeply"),
            Self::Json => lang.t("JSON 格式有错", "JSON that is not well-formed"),
            Self::Xml => lang.t("XML 格式有错", "XML that is not well-formed"),
            Self::Neither => lang.t("既不是 JSON 也不是 XML", "Neither JSON nor XML"),
            Self::ReadableNow => lang.t("当时读不懂，现在的版本能解析", "Unreadable then; this version reads it"),
            Self::Gone => lang.t("原文已删除，无法再看原因", "The bytes are gone, and the cause with them"),
            Self::NotRead => lang.t("更早的，没有逐个查看原因", "Earlier ones, whose cause was not looked into"),
        }
    }

    /// Who probably wrote it, and what to do next.
    pub(super) fn advice(self, lang: Lang) -> &'static str {
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
            Self::Utf16 | Self::NotUtf8 => lang.t(
                "多半是测试脚本或转发程序改了编码，或混用了几种。让它原样转发字节，或改用 UTF-8。",
                "Probably a script or relay that writes another encoding, or mixes several. Let it pass the bytes on unchanged, or write UTF-8.",
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
            Self::Json | Self::Xml => lang.t(
                "多半在途中被改动，或是手写的测试。回调页“我方的应答”写明出错的字节；对照原文和来源地址。",
                "Probably changed on its way, or a test written by hand. Its page says at which byte, under “What we answered”; compare the bytes and the peer.",
            ),
            Self::Neither => lang.t(
                "多半不是平台发来的，或者内容在途中被改动。看一眼原文和来源地址。",
                "Probably not from the platform, or changed on its way. Look at the bytes and the peer.",
            ),
            Self::ReadableNow => lang.t(
                "重建数据后它会归入通话：系统页可以重建。",
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

/// Whether the decoder found the end where something should have followed.
fn ends_early(reason: &str) -> bool {
    ["JSON that ends too early", "XML that ends inside an element", "XML markup that does not end"].contains(&reason)
        || reason == "an XML reference that does not end"
}

/// Whether the last character lacks its end.
fn ends_in_a_character(body: &[u8]) -> bool {
    std::str::from_utf8(body).is_err_and(|error| error.error_len().is_none())
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
    use super::super::samples;
    use super::*;

    #[track_caller]
    fn check(body: &[u8], expected: Unreadable) {
        for provider in providers::ALL {
            let record =
                CallbackRecord { provider: provider.id().0.to_owned(), body: body.to_vec(), ..samples::record().1 };
            assert_eq!(Unreadable::of(record, samples::now()), expected, "{}", provider.id());
        }
    }

    #[test]
    fn every_cause_is_told_apart() {
        check(b"", Unreadable::Empty);
        check(b" \r\n", Unreadable::Empty);
        check(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", Unreadable::Compressed);
        check(b"\xff\xfe{\x00}\x00", Unreadable::Utf16);
        check(b"{\"caller\":\"\xff\xff\"}", Unreadable::NotUtf8);
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
        check("[".repeat(crate::limits::JSON_DEPTH + 1).as_bytes(), Unreadable::TooDeep);
        check(br#"{"eventType":fee}"#, Unreadable::Json);
        check(b"<Request><a></b></Request>", Unreadable::Xml);
        check("回调".as_bytes(), Unreadable::Neither);
        check(br#"{"eventType":"fee"}"#, Unreadable::ReadableNow);
    }
}
