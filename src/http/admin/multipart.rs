//! `multipart/form-data` as browsers send it (RFC 7578).
//!
//! Parts share the body's memory. A malformed body has no parts at all, so that half an upload is never
//! taken for a whole one.

use bytes::Bytes;
use memchr::memmem;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    /// Whether it is a file.
    pub(super) is_file: bool,
    pub(super) data: Bytes,
}

/// `None` for another content type or a malformed body.
pub(super) fn parts(content_type: &str, body: &Bytes) -> Option<Vec<Part>> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameter(parameters, "boundary").filter(|boundary| !boundary.is_empty())?;
    let delimiter = format!("\r\n--{boundary}");
    // The first one stands at the very start.
    let mut at = body.strip_prefix(&delimiter.as_bytes()[2..]).map(|rest| body.len() - rest.len())?;
    let mut parts = Vec::new();
    loop {
        let rest = &body[at..];
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        let head = rest.strip_prefix(b"\r\n")?;
        let head_ends = memmem::find(head, b"\r\n\r\n")?;
        let data_begins = at + 2 + head_ends + 4;
        let length = memmem::find(&body[data_begins..], delimiter.as_bytes())?;
        let head = std::str::from_utf8(&head[..head_ends]).ok()?;
        let data = body.slice(data_begins..data_begins + length);
        parts.push(part(head, data)?);
        at = data_begins + length + delimiter.len();
    }
}

fn part(head: &str, data: Bytes) -> Option<Part> {
    let disposition = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let name = parameter(disposition, "name")?;
    let is_file = parameter(disposition, "filename").is_some_and(|file| !file.is_empty());
    Some(Part { name: name.to_owned(), is_file, data })
}

fn parameter<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.split(';').find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "multipart/form-data; boundary=----b7";

    fn read(body: &str) -> Option<Vec<Part>> {
        parts(KIND, &Bytes::from(body.to_owned()))
    }

    #[test]
    fn fields_and_files_are_told_apart() {
        let body = "------b7\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n\
            ------b7\r\ncontent-disposition: form-data; name=\"file\"; filename=\"绑定.csv\"\r\nContent-Type: text/csv\r\n\
            \r\na,x\r\n--1,2\r\n\r\n------b7\r\nContent-Disposition: form-data; name=\"none\"; filename=\"\"\r\n\r\n\r\n------b7--\r\n";
        let part =
            |name: &str, is_file, data: &'static str| Part { name: name.to_owned(), is_file, data: Bytes::from(data) };
        let expected =
            vec![part("csrf", false, "abc"), part("file", true, "a,x\r\n--1,2\r\n"), part("none", false, "")];
        assert_eq!(read(body), Some(expected));
        // Cut anywhere it is no form.
        for end in 0..body.len() - 5 {
            let whole = body.is_char_boundary(end).then(|| read(&body[..end])).flatten();
            assert_eq!(whole, None, "cut at {end}");
        }
    }

    #[test]
    fn another_content_type_is_no_such_form() {
        for kind in ["application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary="] {
            assert_eq!(parts(kind, &Bytes::from_static(b"--\r\n")), None, "{kind}");
        }
    }
}
