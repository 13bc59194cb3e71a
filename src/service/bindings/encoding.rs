//! In which of two encodings a whole file is written.
//!
//! Some characters of GBK are characters of UTF-8 as well (模式 is ģʽ there), so no cell is judged
//! alone. The first line that can be only one of the two decides for all behind it; that is the
//! first line of the file wherever the headings are Chinese.

use std::borrow::Cow;

use encoding_rs::{Encoding, GBK, UTF_8};

/// `None` until a line decides it.
#[derive(Debug, Default)]
pub(crate) struct Reading(Option<&'static Encoding>);

impl Reading {
    pub(crate) fn look_at(&mut self, line: &[u8]) {
        if self.0.is_none() && !line.is_ascii() {
            self.0 = decided(line);
        }
    }

    /// `None` where the bytes are invalid in this encoding.
    pub(crate) fn text<'a>(&self, cell: &'a [u8]) -> Option<Cow<'a, str>> {
        self.0.unwrap_or(UTF_8).decode_without_bom_handling_and_without_replacement(cell)
    }
}

fn decided(line: &[u8]) -> Option<&'static Encoding> {
    match std::str::from_utf8(line) {
        // In UTF-8 Chinese takes three bytes a character, and no run of them is two of GBK by chance.
        Ok(text) => text.chars().any(|c| c >= '\u{800}').then_some(UTF_8),
        Err(_) => GBK.decode_without_bom_handling_and_without_replacement(line).map(|_| GBK),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_can_be_one_only_decides_for_all_behind_it() {
        let gbk = |text: &str| GBK.encode(text).0.into_owned();
        let mut reading = Reading::default();
        reading.look_at(b"a,x");
        reading.look_at(&gbk("模式"));
        assert_eq!(reading.text(&gbk("模式")).unwrap(), "ģʽ", "it can be either");
        reading.look_at(&gbk("模式,主叫"));
        assert_eq!(reading.text(&gbk("模式")).unwrap(), "模式");
        reading.look_at("彩铃".as_bytes());
        assert_eq!(reading.text(&gbk("模式")).unwrap(), "模式", "once is enough");

        let mut reading = Reading::default();
        reading.look_at(b"\xff");
        reading.look_at("\u{feff}模式".as_bytes());
        assert_eq!(reading.text("é".as_bytes()).unwrap(), "é");
        assert_eq!(reading.text(&gbk("主叫")), None);
    }
}
