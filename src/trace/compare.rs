//! Compares traces by path: what a span is called and by whom, from the root down.
//!
//! Owns what is the same span in two traces or in many, and what became of it. A span is told by
//! its service and its name, by what is above it, and by how many alike came before it under the
//! same parent; never by its id, which is another one each time. Colours and words are the view's.

mod paths;
mod spread;

use crate::columns::Columns;
use crate::tree::Tree;

pub use paths::{Build, Path, Paths};
pub use spread::{Spread, quantile, spreads};

/// What became of a span from one trace to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Only the second trace has it.
    Added,
    /// Only the first has it.
    Gone,
    /// It took longer.
    Slower,
    /// It took less time.
    Faster,
    /// Neither.
    Same,
}

/// From when on a difference counts: from both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Nanoseconds.
    pub absolute: u64,
    /// A share of the shorter one: 0.1 for a tenth.
    pub relative: f64,
}

impl Default for Threshold {
    /// A millisecond and a tenth: less than that differs from one run to the next.
    fn default() -> Self {
        Self { absolute: 1_000_000, relative: 0.1 }
    }
}

/// A span of two traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its path, as an index into the [`Paths`].
    pub path: usize,
    /// The span in the first trace, as an index into its columns.
    pub before: Option<usize>,
    /// The span in the second.
    pub after: Option<usize>,
    /// What became of it.
    pub verdict: Verdict,
    /// Nanoseconds that it takes more; below zero, less. Of one that is added or gone, all of it.
    pub by: i64,
}

/// Two traces, span by span, in reading order. `paths` are those of both.
#[must_use]
pub fn compare(
    paths: &Paths,
    before: &Columns,
    after: &Columns,
    threshold: Threshold,
) -> Vec<Change> {
    let change = |path: usize| {
        let (one, other) = (paths.span(path, 0), paths.span(path, 1));
        let length = |of: &Columns, at: Option<usize>| at.map_or(0, |at| of.lengths[at]);
        let (was, is) = (length(before, one), length(after, other));
        let verdict = match (one, other) {
            (None, _) => Verdict::Added,
            (_, None) => Verdict::Gone,
            _ => threshold.judge(was, is),
        };
        let by = i64::try_from(is.abs_diff(was)).unwrap_or(i64::MAX);
        let by = if is < was { -by } else { by };
        Change { path, before: one, after: other, verdict, by }
    };
    (0..paths.len()).map(change).collect()
}

impl Threshold {
    #[allow(clippy::cast_precision_loss, reason = "a share needs no more than a double's digits")]
    fn judge(self, was: u64, is: u64) -> Verdict {
        let apart = was.abs_diff(is);
        let counts =
            apart >= self.absolute.max(1) && apart as f64 >= was.min(is) as f64 * self.relative;
        match (counts, is > was) {
            (false, _) => Verdict::Same,
            (true, true) => Verdict::Slower,
            (true, false) => Verdict::Faster,
        }
    }
}

/// A trace to be compared.
pub type Grown<'a> = (&'a Columns, &'a Tree);

#[cfg(test)]
mod tests;
