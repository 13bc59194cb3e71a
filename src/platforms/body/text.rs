//! The bytes of a body as text, whatever stands in them, and the way back from a place in the
//! text to the byte of the body.
//!
//! What is not UTF-8 is UTF-8 with some broken characters, as a program leaves them that cuts a
//! text behind any byte, or GBK, as old systems in China still write. All of the body is asked:
//! Chinese in UTF-8 has characters of three bytes which text in GBK has by accident only, and
//! text in GBK breaks UTF-8 at nearly every character. What can be read in neither is U+FFFD.

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
    /// Byte for byte as received, behind a byte order mark.
    Same,
    /// UTF-8 in which some bytes are no character.
    Broken,
    Gbk,
}

/// Cut characters in a body that is UTF-8 all the same, though nothing else in it says so: one at the
/// end of a value or two.
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
        // A character that was cut, not one of another encoding: its beginning is there.
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

    /// The byte of the body, counted from 0 and with its byte order mark, that stands at this
    /// place of the text. Walks once over what is before it.
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

/// Decodes again, piece by piece, until so much text came out.
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
