//! The highest number ever given out of a kind, kept in a file beside the log.
//!
//! A log that lost its end would give out a number twice. So the number is written to `marks/` before it
//! is used, as one line with the CRC-32C of what precedes it: `apps 00000000000000000012 9ae0daaf`. It
//! only grows, so an old copy of it is harmless.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

use super::disk::sync_dir;
use super::watermark::sealed;

pub const APPS: &str = "apps";

const LINE_MAX: u64 = 128;

/// `None` if there is no readable file.
pub fn highest_given(marks: &Path, kind: &str) -> io::Result<Option<u64>> {
    // Do not block on a pipe or follow a link.
    let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits().cast_signed();
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(marks.join(kind)) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("marks/{kind} is no file")));
    }
    let mut text = Vec::new();
    file.take(LINE_MAX).read_to_end(&mut text)?;
    let line = str::from_utf8(&text).ok().and_then(|text| sealed(text.trim_end()));
    Ok(line.and_then(|line| line.strip_prefix(kind)?.strip_prefix(' ')?.parse().ok()))
}

/// Records that numbers up to `highest` are taken; ignores a lower one.
pub fn note_given(marks: &Path, kind: &str, highest: u64) -> io::Result<()> {
    if highest_given(marks, kind)?.is_some_and(|noted| noted >= highest) {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(marks)?;
    let line = format!("{kind} {highest:020}");
    let unfinished = marks.join(format!("{kind}.new"));
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    writeln!(file, "{line} {:08x}", crc32c::crc32c(line.as_bytes()))?;
    file.sync_all()?;
    fs::rename(&unfinished, marks.join(kind))?;
    sync_dir(marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_number_only_grows_and_a_damaged_line_is_ignored() {
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

    #[test]
    fn a_pipe_or_a_link_is_neither_waited_for_nor_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (marks, elsewhere) = (dir.path().join("marks"), dir.path().join("elsewhere"));
        note_given(&marks, APPS, 3).unwrap();
        fs::rename(marks.join(APPS), &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, marks.join(APPS)).unwrap();
        assert!(highest_given(&marks, APPS).is_err(), "a link");
        fs::remove_file(marks.join(APPS)).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, marks.join(APPS), rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR)
            .unwrap();
        assert!(highest_given(&marks, APPS).is_err(), "a pipe");
        fs::remove_file(marks.join(APPS)).unwrap();
        std::os::unix::fs::symlink(&elsewhere, marks.join("apps.new")).unwrap();
        let before = fs::read(&elsewhere).unwrap();
        note_given(&marks, APPS, 9).unwrap();
        assert_eq!((highest_given(&marks, APPS).unwrap(), fs::read(&elsewhere).unwrap()), (Some(9), before));
    }
}
