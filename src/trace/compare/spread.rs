//! The same page traced several times: what each span takes, and how much that varies.

use super::Paths;
use crate::columns::Columns;

/// A span of several traces. Times in nanoseconds, of those traces that have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// Its path, as an index into the [`Paths`].
    pub path: usize,
    /// How many traces have it.
    pub count: usize,
    /// The shortest.
    pub least: u64,
    /// A quarter is at most so long.
    pub low: u64,
    /// Half are at most so long.
    pub median: u64,
    /// Three quarters are at most so long.
    pub high: u64,
    /// The longest.
    pub most: u64,
    /// The trace whose span is the nearest to the median: what to look at for an ordinary one.
    pub usual: usize,
}

impl Spread {
    /// The middle half's width: how much it varies, without the odd one out.
    #[must_use]
    pub const fn width(&self) -> u64 {
        self.high - self.low
    }
}

/// Several traces, span by span, in reading order. `paths` are those of all.
#[must_use]
pub fn spreads(paths: &Paths, traces: &[&Columns]) -> Vec<Spread> {
    let mut times = Vec::with_capacity(traces.len());
    let spread = |path: usize| {
        times.clear();
        times.extend(traces.iter().enumerate().filter_map(|(trace, columns)| {
            Some((*columns.lengths.get(paths.span(path, trace)?)?, trace))
        }));
        times.sort_unstable();
        let (least, most) = (times.first()?.0, times.last()?.0);
        let [low, median, high] = [1, 2, 3].map(|quarter| quantile(&times, quarter));
        let near = times.iter().min_by_key(|(time, _)| time.abs_diff(median))?;
        Some(Spread { path, count: times.len(), least, low, median, high, most, usual: near.1 })
    };
    (0..paths.len()).filter_map(spread).collect()
}

/// So many quarters of the way through a sorted list, between two of it where it falls there.
fn quantile(times: &[(u64, usize)], quarters: usize) -> u64 {
    let place = times.len().saturating_sub(1) * quarters;
    let (at, rest) = (place / 4, place % 4);
    let one = times.get(at).map_or(0, |time| time.0);
    let other = times.get(at + 1).map_or(one, |time| time.0);
    let part = u128::from(other - one) * rest as u128 / 4;
    one + u64::try_from(part).unwrap_or_default()
}
