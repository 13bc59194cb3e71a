//! A body as people read it: indented, or byte by byte.
//!
//! Indenting never changes a character of content: JSON numbers keep their digits and names
//! their order, XML text stays as sent. What cannot be indented is shown as it is.

use std::fmt::Write;

use crate::limits;

/// The body as text; bytes that are no UTF-8 are replaced.
pub(crate) fn raw(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(limits::SHOWN_BODY)]).into_owned()
}

/// The body indented, where it is JSON or XML.
pub(crate) fn pretty(body: &[u8]) -> String {
    let text = raw(body);
    match text.trim_start().chars().next() {
        Some('{' | '[') if serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok() => json(&text),
        Some('<') => xml(&text),
        _ => text,
    }
}

fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '"' => {
                in_string = true;
                out.push(c);
            }
            '{' | '[' => {
                while chars.next_if(char::is_ascii_whitespace).is_some() {}
                out.push(c);
                if let Some(close) = chars.next_if(|c| matches!(c, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0_usize;
    let mut rest = text.trim();
    while let Some(start) = rest.find('<') {
        let content = &rest[..start];
        let tag = &rest[start..];
        let end = tag.find('>').map_or(tag.len(), |i| i + 1);
        let (tag, after) = tag.split_at(end);
        let closes = tag.starts_with("</");
        if closes {
            depth = depth.saturating_sub(1);
        }
        let alone = content.trim().is_empty() && !(closes && ends_with_open_tag(&out));
        out.push_str(if alone { "" } else { content });
        if alone && !out.is_empty() {
            line(&mut out, depth);
        }
        out.push_str(tag);
        if !closes && !tag.ends_with("/>") && !tag.starts_with("<?") && !tag.starts_with("<!") {
            depth += 1;
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn ends_with_open_tag(out: &str) -> bool {
    out.rfind('<').is_some_and(|i| out.ends_with('>') && !out[i..].starts_with("</") && !out.ends_with("/>"))
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth.min(limits::JSON_DEPTH)));
}

pub(crate) fn hex(body: &[u8]) -> String {
    let mut out = String::new();
    for (i, row) in body[..body.len().min(limits::SHOWN_BODY)].chunks(16).enumerate() {
        let _ = write!(out, "{:08x} ", i * 16);
        for n in 0..16 {
            let gap = if n % 8 == 0 { " " } else { "" };
            let _ = match row.get(n) {
                Some(byte) => write!(out, "{gap}{byte:02x} "),
                None => write!(out, "{gap}   "),
            };
        }
        out.push(' ');
        out.extend(row.iter().map(|b| if b.is_ascii_graphic() || *b == b' ' { char::from(*b) } else { '.' }));
        out.push('\n');
    }
    out
}

/// A command that sends the same bytes again.
pub(crate) fn curl(url: &str, headers: &[(&str, &str)], check: Check, body: &[u8]) -> String {
    // The end mark must not stand in the body; a quoted one keeps the shell from reading it.
    let text = raw(body);
    let mut mark = "BODY".to_owned();
    while text.contains(&mark) {
        mark.push('_');
    }
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let header = |(name, value): &(&str, &str)| format!("  -H {} \\\n", quoted(&format!("{name}: {value}")));
    let headers: String = headers.iter().map(header).collect();
    let insecure = if check == Check::Nothing { " -k" } else { "" };
    format!("curl -i{insecure} {} \\\n{headers}  --data-binary @- <<'{mark}'\n{text}\n{mark}", quoted(url))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    Certificate,
    /// Not at all: it would refuse the one there is.
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_indented_and_keeps_its_digits_and_order() {
        let body = br#"{"b":1.50,"a":[{"x":"a,\"b}"},[]],"e":{}}"#;
        let expected =
            "{\n  \"b\": 1.50,\n  \"a\": [\n    {\n      \"x\": \"a,\\\"b}\"\n    },\n    []\n  ],\n  \"e\": {}\n}";
        assert_eq!(pretty(body), expected);
    }

    #[test]
    fn xml_is_indented_and_its_text_stays_on_its_line() {
        let body = b"<?xml version='1.0'?><req><action>Hangup</action><userData></userData><n/></req>";
        let expected =
            "<?xml version='1.0'?>\n<req>\n  <action>Hangup</action>\n  <userData></userData>\n  <n/>\n</req>";
        assert_eq!(pretty(body), expected);
    }

    #[test]
    fn what_is_neither_is_shown_as_it_is() {
        assert_eq!(pretty(b"a=1&b=2"), "a=1&b=2");
        assert_eq!(pretty(b"{\"a\":"), "{\"a\":");
        assert_eq!(pretty(b""), "");
        assert_eq!(pretty(b"<a <b"), "<a <b");
    }

    #[test]
    fn bytes_stand_sixteen_to_a_row() {
        let shown = hex(b"{\"eventType\":\"fee\"}\xff");
        let rows: Vec<&str> = shown.lines().collect();
        assert_eq!(rows[0], "00000000  7b 22 65 76 65 6e 74 54  79 70 65 22 3a 22 66 65  {\"eventType\":\"fe");
        assert!(rows[1].starts_with("00000010  65 22 7d ff") && rows[1].ends_with("e\"}."), "{}", rows[1]);
    }

    #[test]
    fn a_body_cannot_break_out_of_its_command() {
        let command = curl("https://x/callbacks/t'", &[("A", "b")], Check::Certificate, b"$(rm)\nBODY\n'");
        assert!(command.contains("<<'BODY_'\n$(rm)\nBODY\n'\nBODY_"), "{command}");
        assert!(command.starts_with(r"curl -i 'https://x/callbacks/t'\'''"), "{command}");
    }
}
