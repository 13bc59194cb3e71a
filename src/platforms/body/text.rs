//! Decodes a body as text, and maps places in the text back to bytes.
//!
//! Text that is not UTF-8 is either UTF-8 with some cut characters, or GBK, as old systems in China
//! write. The whole body decides: Chinese in UTF-8 has three-byte characters that GBK text has only by
//! accident, and GBK text breaks UTF-8 at nearly every character. What is neither becomes U+FFFD.

use std::borrow::Cow;

use encoding_rs::GB18030;

use super::Fault;

pub(super) struct Text<'a> {
    body: &'a [u8],
    /// The text, without its byte order mark.
    pub(super) text: Cow<'a, str>,
    encoding: Encoding,
    /// Whether a character could not be read and is U+FFFD now.
    pub(super) replaced: bool,
}

#[derive(Clone, Copy)]
enum Encoding {
    /// As received, after a byte order mark.
    Same,
    /// UTF-8 in which some bytes are no character.
    Broken,
    Gbk,
}

/// How many cut characters a body may have and still be UTF-8 without other evidence.
const CUT_MAX: usize = 2;

impl<'a> Text<'a> {
    pub(super) fn of(body: &'a [u8]) -> Result<Self, Fault> {
        if matches!(
            body,
            [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, b'<' | b'{' | b'[', ..] | [b'<' | b'{' | b'[', 0, ..]
        ) {
            return Err(Fault::Utf16);
        }
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        if let Ok(text) = std::str::from_utf8(body) {
            return Ok(Self { body, text: Cow::Borrowed(text), encoding: Encoding::Same, replaced: false });
        }
        let (mut read, mut broken) = (0_usize, 0_usize);
        // A cut character: its beginning is there.
        let mut cut = 0_usize;
        for chunk in body.utf8_chunks() {
            cut += usize::from(matches!(chunk.invalid(), [0xE0..=0xF4, _, ..]));
            read += chunk.valid().bytes().filter(|byte| *byte >= 0xE0).count();
            broken += usize::from(!chunk.invalid().is_empty());
        }
        if broken > read && !(broken <= CUT_MAX && cut == broken) {
            let (text, has_errors) = GB18030.decode_without_bom_handling(body);
            let wrong = if has_errors { text.matches(char::REPLACEMENT_CHARACTER).count() } else { 0 };
            // A half character in GBK is one; of UTF-8 read as GBK most are wrong.
            if 2 * wrong < broken {
                return Ok(Self { body, text, encoding: Encoding::Gbk, replaced: has_errors });
            }
        }
        Ok(Self { body, text: String::from_utf8_lossy(body), encoding: Encoding::Broken, replaced: true })
    }

    /// The byte of the body at this place of the text. Linear.
    pub(super) fn byte(&self, whole: usize, at: usize) -> usize {
        let mark = whole - self.body.len();
        mark + match self.encoding {
            Encoding::Same => at.min(self.body.len()),
            Encoding::Broken => byte_of_broken(self.body, at),
            Encoding::Gbk => byte_of_gbk(self.body, at),
        }
    }
}

fn byte_of_broken(body: &[u8], at: usize) -> usize {
    let (mut byte, mut left) = (0, at);
    for chunk in body.utf8_chunks() {
        if left <= chunk.valid().len() {
            return byte + left;
        }
        byte += chunk.valid().len();
        left -= chunk.valid().len();
        if left < char::REPLACEMENT_CHARACTER.len_utf8() {
            return byte;
        }
        byte += chunk.invalid().len();
        left -= char::REPLACEMENT_CHARACTER.len_utf8();
    }
    body.len()
}

fn byte_of_gbk(body: &[u8], at: usize) -> usize {
    let mut decoder = GB18030.new_decoder_without_bom_handling();
    let mut text = [0; 1024];
    let (mut byte, mut written) = (0, 0);
    while byte < body.len() && written < at {
        // A byte becomes at most three; the last stretch goes byte by byte.
        let length = ((at - written) / 3).clamp(1, text.len() / 4).min(body.len() - byte);
        let (_, read, wrote, _) = decoder.decode_to_utf8(&body[byte..byte + length], &mut text, false);
        byte += read;
        written += wrote;
    }
    byte
}
