//! Equal steps of a range, for what is drawn over time.

use trace::Timestamp;

use super::Range;

/// Steps, at most.
const MOST: u64 = 48;
/// Nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;
/// Lengths of steps that a person can read, seconds.
const LENGTHS: [u64; 18] = [
    1, 5, 10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
    604_800, 2_592_000,
];

/// Where steps begin, and how long each is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Steps {
    since: u64,
    length: u64,
    pub(super) count: usize,
}

impl Steps {
    /// Of a range, in which these moments lie. An end of it that is open is where they end; without
    /// any there is no step.
    pub(super) fn of(range: Range, moments: impl Iterator<Item = Timestamp>) -> Self {
        let Some((since, until)) = closed(range, moments) else { return Self::default() };
        let all = until.saturating_sub(since).max(1);
        let fits =
            LENGTHS.iter().map(|length| length * SECOND).find(|it| all.div_ceil(*it) <= MOST);
        let length = fits.unwrap_or_else(|| all.div_ceil(MOST));
        let count = usize::try_from(all.div_ceil(length)).unwrap_or_default();
        Self { since, length, count }
    }

    /// The step of a moment in the range.
    pub(super) fn place(&self, moment: Timestamp) -> usize {
        let after = moment.nanos().saturating_sub(self.since);
        let place = usize::try_from(after / self.length.max(1)).unwrap_or(usize::MAX);
        place.min(self.count.saturating_sub(1))
    }

    /// When a step begins.
    pub(super) fn since(&self, place: usize) -> Timestamp {
        let after = (place as u64).saturating_mul(self.length);
        Timestamp::from_nanos(self.since.saturating_add(after))
    }
}

/// The ends of a range; where one is open (the beginning or the end of time), that of the moments.
/// `None` where there are none.
pub(super) fn closed(
    range: Range,
    mut moments: impl Iterator<Item = Timestamp>,
) -> Option<(u64, u64)> {
    let (since, until) = (range.since.nanos(), range.until.nanos());
    if since > 0 && until < u64::MAX {
        return moments.next().map(|_| (since, until));
    }
    let (mut first, mut last) = (u64::MAX, 0);
    for moment in moments {
        (first, last) = (first.min(moment.nanos()), last.max(moment.nanos()));
    }
    if first > last {
        return None;
    }
    let until = if until == u64::MAX { last.saturating_add(1) } else { until };
    Some((if since == 0 { first } else { since }, until))
}
