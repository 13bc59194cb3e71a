//! The disk under the data directory: its room, who takes how much, and how long it lasts.
//!
//! One place for the home page, the system page, the API and the monitors, so that they never
//! disagree. Looks at sizes only; opens no file and follows no link.

use std::fs;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::limits;
use crate::store::LedgerRow;

pub(crate) const ROOMS: [&str; 11] =
    ["journal", "state", "bindings", "marks", "store", "recordings", "certs", "keys", "torn", "tmp", "reserve"];

#[derive(Debug, Clone, Copy)]
pub(crate) struct Disk {
    /// Bytes that we may still write.
    pub(crate) free: u64,
    pub(crate) total: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    /// One of [`ROOMS`].
    pub(crate) name: &'static str,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

impl Disk {
    /// `None` where the system does not say.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let stat = rustix::fs::statvfs(path).ok()?;
        let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
        Some(Self { free: bytes(stat.f_bavail), total: bytes(stat.f_blocks) })
    }

    /// Less than a tenth is left: one busy day can fill that.
    pub(crate) fn is_low(self) -> bool {
        self.free < self.total / 10
    }

    /// Days until it is full at the rate of the last day; `None` when nothing came.
    pub(crate) fn days_left(self, ledger: &[LedgerRow], now: Timestamp) -> Option<u64> {
        let day_ago = now - SignedDuration::from_hours(25);
        let a_day: u64 = ledger.iter().filter(|row| row.at > day_ago).map(|row| row.bytes).sum();
        // A kept body takes about three times its size: the line, and what is known from it.
        self.free.checked_div(a_day * 3)
    }
}

/// Size of each part; `false` when there are more files than are counted.
pub(crate) fn rooms(data: &Path) -> (Vec<Room>, bool) {
    let mut left = limits::DISK_FILES_MAX;
    let rooms = ROOMS.iter().map(|name| room(name, &data.join(name), &mut left)).collect();
    (rooms, left > 0)
}

fn room(name: &'static str, path: &Path, left: &mut usize) -> Room {
    let mut room = Room { name, files: 0, bytes: 0 };
    let mut waiting = vec![path.to_owned()];
    while let Some(path) = waiting.pop() {
        // Files come and go while they are looked at: what is gone takes no room.
        let Ok(found) = fs::symlink_metadata(&path) else { continue };
        if *left == 0 {
            break;
        }
        *left -= 1;
        if found.is_dir() {
            let entries = fs::read_dir(&path).into_iter().flatten().take(*left);
            waiting.extend(entries.filter_map(|entry| Some(entry.ok()?.path())));
        } else {
            room.files += 1;
            room.bytes += found.len();
        }
    }
    room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_room_has_its_files_and_links_lead_nowhere() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path();
        fs::create_dir_all(data.join("recordings/2026/11")).unwrap();
        fs::write(data.join("recordings/2026/11/a.mp3"), [0; 700]).unwrap();
        fs::write(data.join("recordings/2026/b.mp3"), [0; 300]).unwrap();
        fs::write(data.join("reserve"), [0; 64]).unwrap();
        std::os::unix::fs::symlink(data, data.join("recordings/again")).unwrap();
        let (rooms, all) = rooms(data);
        assert!(all);
        let of = |name| rooms.iter().find(|room| room.name == name).unwrap();
        assert_eq!((of("recordings").files, of("reserve").bytes, of("journal").files), (3, 64, 0));
        assert!((1_000..2_000).contains(&of("recordings").bytes));
    }

    #[test]
    fn the_disk_lasts_as_the_last_day_says() {
        let now: Timestamp = "2026-11-21T10:20:00Z".parse().unwrap();
        let row = |hours: i64, bytes| LedgerRow {
            at: "2026-11-21T10:00:00Z".parse::<Timestamp>().unwrap() - SignedDuration::from_hours(hours),
            app: None,
            outcomes: [0; 5],
            joined: 0,
            not_calls: 0,
            refused: 0,
            possibly_lost: 0,
            bytes,
        };
        let disk = Disk { free: 9_000, total: 10_000 };
        assert_eq!(disk.days_left(&[row(0, 100), row(24, 200), row(25, 9_999)], now), Some(10));
        assert_eq!(disk.days_left(&[row(40, 100)], now), None);
        assert!(!disk.is_low() && Disk { free: 999, ..disk }.is_low());
    }
}
