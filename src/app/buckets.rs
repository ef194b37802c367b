//! Requests in time: how many began in each of some sixty stretches, by the class of their status;
//! and the brush over them.
//!
//! Counts in milliseconds since 1970. Knows neither pixels nor the page: places are shares.

use Class::{Broken, Fine, Moved, Refused, Silent};

/// What a status says, in its first digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// 2xx
    Fine,
    /// 3xx
    Moved,
    /// 4xx
    Refused,
    /// 5xx
    Broken,
    /// There is none.
    Silent,
}

impl Class {
    /// All of them, as they are stacked from below.
    pub const ALL: [Self; 5] = [Fine, Moved, Refused, Broken, Silent];

    /// That of a status.
    #[must_use]
    pub const fn of(status: Option<u16>) -> Self {
        match status {
            Some(200..=299) => Fine,
            Some(300..=399) => Moved,
            Some(400..=499) => Refused,
            Some(500..) => Broken,
            _ => Silent,
        }
    }

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Fine => "2xx",
            Moved => "3xx",
            Refused => "4xx",
            Broken => "5xx",
            Silent => "none",
        }
    }

    /// Its class in the style sheet.
    #[must_use]
    pub const fn look(self) -> &'static str {
        match self {
            Fine => "s2",
            Moved => "s3",
            Refused => "s4",
            Broken => "s5",
            Silent => "s0",
        }
    }
}

/// How many of each class.
pub type Counts = [u32; Class::ALL.len()];

/// Lengths of a stretch, milliseconds: such as people count in.
const STEPS: [u64; 30] = [
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    28 * DAY,
];
const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// Stretches, at most.
const MOST: u64 = 60;

/// Requests in time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Where the first stretch begins.
    pub since: u64,
    /// How long each is.
    pub step: u64,
    /// What began in each.
    pub counts: Vec<Counts>,
}

impl Histogram {
    /// An empty one that covers a time. Stretches begin where a reader's clock, so many minutes east
    /// of UTC, is round.
    #[must_use]
    pub fn new((since, until): (u64, u64), zone: i32) -> Self {
        let length = until.saturating_sub(since).max(1);
        let fits = |step: &u64| length.div_ceil(*step) < MOST;
        let step = STEPS.into_iter().find(fits);
        let step = step.unwrap_or_else(|| length.div_ceil(MOST - 1).next_multiple_of(DAY));
        let east = u64::from(zone.unsigned_abs()) * MINUTE % step;
        let shift = if zone < 0 { (step - east) % step } else { east };
        let since = ((since + shift) / step * step).saturating_sub(shift);
        let count = usize::try_from((until.saturating_sub(since)) / step + 1).unwrap_or(1);
        Self { since, step, counts: vec![Counts::default(); count] }
    }

    /// Counts a request that began then. One that began at another time is not in the picture.
    pub fn add(&mut self, millis: u64, class: Class) {
        let at = millis.checked_sub(self.since).map(|it| it / self.step.max(1));
        let at = at.and_then(|at| usize::try_from(at).ok());
        if let Some(counts) = at.and_then(|at| self.counts.get_mut(at)) {
            counts[class as usize] += 1;
        }
    }

    /// Where the last stretch ends.
    #[must_use]
    pub fn until(&self) -> u64 {
        self.since + self.step * self.counts.len() as u64
    }

    /// The highest column.
    #[must_use]
    pub fn most(&self) -> u32 {
        self.counts.iter().map(|counts| counts.iter().sum()).max().unwrap_or_default()
    }

    /// How many of each class there are.
    #[must_use]
    pub fn totals(&self) -> Counts {
        let mut all = Counts::default();
        for counts in &self.counts {
            all.iter_mut().zip(counts).for_each(|(all, count)| *all += count);
        }
        all
    }

    /// Where a moment is, as a share of all.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a place in a picture some hundred pixels wide")]
    pub fn place(&self, millis: u64) -> f64 {
        let length = (self.until() - self.since).max(1);
        (millis.saturating_sub(self.since) as f64 / length as f64).min(1.0)
    }

    /// The boundary of stretches that is next to a share of all.
    #[must_use]
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "sixty stretches at most; a float cast saturates"
    )]
    pub fn edge(&self, share: f64) -> u64 {
        let nth = (share.clamp(0.0, 1.0) * self.counts.len() as f64).round() as u64;
        self.since + nth * self.step
    }

    /// The stretch that a share of all lies in.
    #[must_use]
    pub fn stretch(&self, share: f64) -> Brush {
        let half = 0.5 / f64::from(u32::try_from(self.counts.len().max(1)).unwrap_or(1));
        let since = self.edge((share - half).max(0.0)).min(self.until() - self.step);
        Brush { since, until: since + self.step }
    }
}

/// A part of the time that is chosen, from one moment to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brush {
    /// What began before is left out.
    pub since: u64,
    /// What began then or later is left out.
    pub until: u64,
}

/// What a key does to a brush.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Push {
    /// To the right, or to the left.
    Move {
        /// Whether to the left.
        left: bool,
    },
    /// Wider, or narrower.
    Size {
        /// Whether narrower.
        less: bool,
    },
}

impl Brush {
    /// What is drawn between two shares of all: whole stretches, one at least.
    #[must_use]
    pub fn drawn(histogram: &Histogram, from: f64, to: f64) -> Self {
        let (from, to) = (from.min(to), from.max(to));
        let (since, until) = (histogram.stretch(from).since, histogram.stretch(to).until);
        Self { since, until }
    }

    /// It, after a key: by whole stretches, within the picture. Without one, the last stretch is
    /// taken first.
    #[must_use]
    pub fn pushed(now: Option<Self>, histogram: &Histogram, push: Push) -> Self {
        let (first, last, step) = (histogram.since, histogram.until(), histogram.step);
        let Some(Self { since, until }) = now else { return histogram.stretch(1.0) };
        let width = until.saturating_sub(since).max(step);
        match push {
            Push::Move { left: true } => {
                let since = since.saturating_sub(step).max(first);
                Self { since, until: since + width }
            }
            Push::Move { left: false } => {
                let until = (until + step).min(last.max(first + width));
                Self { since: until - width, until }
            }
            Push::Size { less: false } if until + step <= last => {
                Self { since, until: until + step }
            }
            Push::Size { less: false } => {
                Self { since: since.saturating_sub(step).max(first), until }
            }
            Push::Size { less: true } => {
                Self { since, until: (since + step).max(until.saturating_sub(step)) }
            }
        }
    }
}

/// The time that a picture shows: of all that is known, what a range names, or what is about a part
/// of it that would be too small to be seen.
#[must_use]
pub fn domain(
    extent: Option<(u64, u64)>,
    (since, until): (Option<u64>, Option<u64>),
    now: u64,
) -> (u64, u64) {
    /// The least share of the picture that a part of it takes.
    const SEEN: u64 = 25;
    let (first, last) = extent.unwrap_or((now.saturating_sub(HOUR), now));
    match (since, until) {
        (None, None) => (first, last.max(first)),
        (Some(since), None) => (since, now.max(last).max(since)),
        (since, Some(until)) => {
            let since = since.unwrap_or(first).min(until);
            let width = (until - since).max(1);
            let all = (first.min(since), last.max(until));
            if (all.1 - all.0) / width <= SEEN {
                return all;
            }
            let beside = width * (SEEN - 1) / 2;
            (since.saturating_sub(beside).max(all.0), until.saturating_add(beside).min(all.1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> Histogram {
        let mut histogram = Histogram::new((0, 50 * SECOND), 0);
        for (at, status) in [(0, Some(200)), (999, Some(304)), (1_000, None), (50_000, Some(503))] {
            histogram.add(at, Class::of(status));
        }
        histogram
    }

    #[test]
    fn requests_are_counted_where_they_began_by_the_class_of_their_status() {
        let histogram = filled();
        assert_eq!((histogram.step, histogram.counts.len()), (SECOND, 51));
        assert_eq!(histogram.counts[0], [1, 1, 0, 0, 0]);
        assert_eq!(histogram.counts[1], [0, 0, 0, 0, 1]);
        assert_eq!(histogram.counts[50], [0, 0, 0, 1, 0]);
        assert_eq!((histogram.most(), histogram.totals()), (2, [1, 1, 0, 1, 1]));
        let names: Vec<_> =
            [101, 204, 308, 404, 599, 999].map(|it| Class::of(Some(it)).name()).into();
        assert_eq!(names, ["none", "2xx", "3xx", "4xx", "5xx", "5xx"]);
    }

    #[test]
    fn stretches_are_round_on_the_reader_s_clock_and_few() {
        let (from, to) = (1_795_271_002_123, 1_795_271_002_123 + DAY);
        for zone in [0, 60, 330, -570, 14 * 60] {
            let histogram = Histogram::new((from, to), zone);
            let local = histogram.since as i64 + i64::from(zone) * MINUTE as i64;
            assert_eq!((histogram.step, local % (30 * MINUTE as i64)), (30 * MINUTE, 0), "{zone}");
            assert!(histogram.since <= from && histogram.until() > to);
        }
        for length in [0, 1, 59, 60, 12_345, DAY, 400 * DAY, u64::MAX / 2_000_000] {
            let histogram = Histogram::new((from, from + length), 60);
            assert!(histogram.counts.len() <= 61, "{length}: {}", histogram.counts.len());
            assert!(histogram.since <= from && histogram.until() > from + length, "{length}");
        }
    }

    #[test]
    fn what_lies_outside_is_not_in_the_picture() {
        let mut histogram = filled();
        let before = histogram.clone();
        histogram.add(51 * SECOND, Class::Fine);
        histogram.add(u64::MAX, Class::Fine);
        assert_eq!(histogram, before);
    }

    #[test]
    fn a_brush_takes_whole_stretches_whichever_way_it_is_drawn() {
        let histogram = filled();
        let drawn = Brush { since: 5 * SECOND, until: 11 * SECOND };
        assert_eq!(Brush::drawn(&histogram, 5.2 / 51.0, 10.7 / 51.0), drawn);
        assert_eq!(Brush::drawn(&histogram, 10.7 / 51.0, 5.2 / 51.0), drawn);
        assert_eq!(Brush::drawn(&histogram, 1.0, 9.0).until, 51 * SECOND);
        assert_eq!(Brush::drawn(&histogram, -1.0, 0.0), Brush { since: 0, until: SECOND });
    }

    #[test]
    fn keys_move_and_size_a_brush_within_the_picture() {
        let histogram = filled();
        let pushed = |now, push| Brush::pushed(now, &histogram, push);
        let of = |since, until| Brush { since: since * SECOND, until: until * SECOND };
        let (left, right) = (Push::Move { left: true }, Push::Move { left: false });
        let (less, more) = (Push::Size { less: true }, Push::Size { less: false });
        assert_eq!(pushed(None, left), of(50, 51), "the last stretch is taken first");
        assert_eq!(pushed(Some(of(50, 51)), left), of(49, 50));
        assert_eq!(pushed(Some(of(50, 51)), right), of(50, 51));
        assert_eq!(pushed(Some(of(0, 3)), left), of(0, 3));
        assert_eq!(pushed(Some(of(4, 6)), more), of(4, 7));
        assert_eq!(pushed(Some(of(49, 51)), more), of(48, 51), "to the other side at the end");
        assert_eq!(pushed(Some(of(4, 6)), less), of(4, 5));
        assert_eq!(pushed(Some(of(4, 5)), less), of(4, 5));
    }

    #[test]
    fn the_picture_shows_all_or_what_is_about_a_small_part() {
        let extent = Some((1_000, 9_000));
        assert_eq!(domain(extent, (None, None), 10_000), (1_000, 9_000));
        assert_eq!(domain(extent, (Some(8_000), None), 10_000), (8_000, 10_000));
        assert_eq!(domain(extent, (Some(4_000), Some(6_000)), 10_000), (1_000, 9_000));
        assert_eq!(domain(extent, (Some(4_000), Some(4_010)), 10_000), (3_880, 4_130));
        assert_eq!(domain(None, (None, None), HOUR + 5), (5, HOUR + 5));
    }
}
