//! The highest number ever given to something of a kind, noted apart from the log that gave it.
//!
//! A log that lost its end would give out a number again that is taken. So the highest is noted in
//! `marks/` before it is used, as one line: `apps 00000000000000000012 9ae0daaf`, with the CRC-32C of
//! what stands before. It only grows, so a copy of it is at worst behind, and never wrong.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use super::disk::sync_dir;
use super::watermark::sealed;

/// The kind that ids of apps are.
pub const APPS: &str = "apps";

/// The highest number that is noted in `marks`; `None` where nothing is, or nothing that can be read.
///
/// # Errors
/// A file that is there cannot be read.
pub fn highest_given(marks: &Path, kind: &str) -> io::Result<Option<u64>> {
    let text = match fs::read(marks.join(kind)) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let line = str::from_utf8(&text).ok().and_then(|text| sealed(text.trim_end()));
    Ok(line.and_then(|line| line.strip_prefix(kind)?.trim_start().parse().ok()))
}

/// Notes in `marks` that numbers up to this one are taken; a lower one than before changes nothing.
///
/// # Errors
/// A file cannot be read or written.
pub fn note_given(marks: &Path, kind: &str, highest: u64) -> io::Result<()> {
    if highest_given(marks, kind)?.is_some_and(|noted| noted >= highest) {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(marks)?;
    let line = format!("{kind} {highest:020}");
    let unfinished = marks.join(format!("{kind}.new"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    writeln!(file, "{line} {:08x}", crc32c::crc32c(line.as_bytes()))?;
    file.sync_all()?;
    fs::rename(&unfinished, marks.join(kind))?;
    sync_dir(marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_only_grows_and_a_damaged_line_says_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let marks = dir.path().join("marks");
        assert_eq!(highest_given(&marks, APPS).unwrap(), None);
        for (given, highest) in [(7, 7), (3, 7), (12, 12)] {
            note_given(&marks, APPS, given).unwrap();
            assert_eq!(highest_given(&marks, APPS).unwrap(), Some(highest));
        }
        let written = fs::read_to_string(marks.join(APPS)).unwrap();
        fs::write(marks.join(APPS), written.replace("12 ", "11 ")).unwrap();
        assert_eq!(highest_given(&marks, APPS).unwrap(), None);
    }
}
