//! The same page traced several times: what each span takes, and how much that varies.

use super::Paths;
use crate::columns::Columns;
use crate::order;

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
        order::sort_by_rank(&mut times, |(time, _)| *time);
        let (least, most) = (times.first()?.0, times.last()?.0);
        let quantile = |quarters| quantile(times.len(), |at| times[at].0, quarters);
        let [low, median, high] = [1, 2, 3].map(quantile);
        let near = times.iter().min_by_key(|(time, _)| time.abs_diff(median))?;
        Some(Spread { path, count: times.len(), least, low, median, high, most, usual: near.1 })
    };
    (0..paths.len()).filter_map(spread).collect()
}

/// So many quarters of the way through a sorted list of so many, between two of it where it falls
/// there. 0 of an empty one.
#[must_use]
pub fn quantile(count: usize, at: impl Fn(usize) -> u64, quarters: usize) -> u64 {
    let Some(last) = count.checked_sub(1) else { return 0 };
    let place = last * quarters.min(4);
    let (one, other) = (at(place / 4), at((place / 4 + 1).min(last)));
    let part = u128::from(other.saturating_sub(one)) * (place % 4) as u128 / 4;
    one + u64::try_from(part).unwrap_or_default()
}
