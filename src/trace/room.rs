//! How much may be kept, and what went because it was more: the oldest pages first.
//!
//! The browser tells what the journal takes on its disk, where what is removed may stay for a while:
//! so what went is taken off what it tells until the disk has caught up, or nothing would be left.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Key of the [`Room`] in local storage, where the dashboard reads what went.
pub const KEY: &str = "room";

/// What went so far, and what is known of the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Room {
    /// Pages that were removed for want of room.
    pub pages: u64,
    /// Their spans.
    pub spans: u64,
    /// When the first of them went, milliseconds since 1970; 0 for never.
    pub since: u64,
    /// When the last of them went.
    pub last: u64,
    /// Bytes that were removed and may be on the disk still.
    owed: u64,
    /// Bytes on the disk, as they were told last.
    seen: u64,
}

impl Room {
    /// How many bytes should go, where so many are on the disk and so many megabytes may be: a tenth
    /// more than are too many, so that this is not asked at every page; 0 where all may stay.
    pub fn excess(&mut self, bytes: u64, megabytes: u32) -> u64 {
        let most = u64::from(megabytes) * 1_000_000;
        // What the disk gave back was owed. And it never owes more than half: it tidies up by itself.
        let back = self.seen.saturating_sub(bytes);
        self.owed = self.owed.saturating_sub(back).min(most / 2);
        self.seen = bytes;
        let kept = bytes.saturating_sub(self.owed);
        if kept > most { kept - (most - most / 10) } else { 0 }
    }

    /// Notes that a page went.
    pub fn note(&mut self, now: Timestamp, spans: u64, bytes: u64) {
        self.last = now.millis();
        self.since = if self.since == 0 { self.last } else { self.since };
        self.pages += 1;
        self.spans += spans;
        self.owed += bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_nanos(1_795_271_002_123_000_000);
    const MB: u64 = 1_000_000;

    #[test]
    fn what_fits_stays_and_of_what_does_not_a_tenth_more_goes() {
        let mut room = Room::default();
        assert_eq!(room.excess(10 * MB, 10), 0);
        assert_eq!(room.excess(12 * MB, 10), 3 * MB);
        assert_eq!(room.excess(0, 10), 0);
    }

    #[test]
    fn a_disk_that_gives_nothing_back_yet_costs_no_more_pages() {
        let mut room = Room::default();
        assert_eq!(room.excess(12 * MB, 10), 3 * MB);
        room.note(NOW, 100, 3 * MB);
        assert_eq!(room.excess(12 * MB, 10), 0);
        assert_eq!(room.excess(13 * MB, 10), 0, "a megabyte was written");
        assert_eq!(room.excess(14 * MB, 10), 2 * MB);
    }

    #[test]
    fn what_the_disk_gives_back_is_owed_no_more() {
        let mut room = Room::default();
        room.excess(12 * MB, 10);
        room.note(NOW, 100, 3 * MB);
        assert_eq!(room.excess(9 * MB, 10), 0);
        assert_eq!(room.excess(11 * MB, 10), 2 * MB, "nothing is owed");
    }

    #[test]
    fn a_disk_that_never_gives_back_is_believed_up_to_half_of_the_room() {
        let mut room = Room::default();
        room.excess(90 * MB, 10);
        room.note(NOW, 100, 81 * MB);
        assert_eq!(room.excess(90 * MB, 10), 76 * MB);
    }

    #[test]
    fn what_went_is_counted_since_the_first() {
        let mut room = Room::default();
        room.note(NOW, 3, 10);
        room.note(Timestamp::from_millis(1_795_271_999_000.0), 4, 10);
        assert_eq!((room.pages, room.spans), (2, 7));
        assert_eq!((room.since, room.last), (1_795_271_002_123, 1_795_271_999_000));
        assert_eq!(crate::json::read(&crate::json::write(&room)), Ok(room));
    }
}
