//! Which interval lies in which.

use crate::order::{order, rank};

/// Intervals that are open at the same time and looked at, the innermost ones: what overlaps more
/// of them was made to cost time.
const DEEP: usize = 64;

/// A stretch of time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interval {
    /// The page in which it began: nothing lies in an interval of another page.
    pub(super) part: usize,
    pub(super) start: f64,
    pub(super) end: f64,
    /// Whether others may lie in it.
    pub(super) holds: bool,
}

/// For each interval the innermost one around it. Of two that are the same, the first given is
/// around the other.
///
/// ```text
/// 0 |==========|
/// 1   |====|          in 0
/// 2     |=|           in 1
/// 3       |==|        in 0: it overlaps 1 and does not lie in it
/// ```
pub(super) fn nest(intervals: &[Interval]) -> Vec<Option<usize>> {
    let begun = |at: usize| rank(intervals[at].start);
    // Parts follow each other in time, so that those of one are together.
    let sorted = order(intervals.len(), &begun, &|a, b| {
        let (a, b) = (&intervals[a], &intervals[b]);
        a.part.cmp(&b.part).then(b.end.total_cmp(&a.end))
    });
    let mut around = vec![None; intervals.len()];
    let mut open: Vec<usize> = Vec::new();
    for at in sorted {
        let Interval { part, start, end, holds } = intervals[at];
        let over = |other: &Interval| other.part != part || other.end < start;
        while open.pop_if(|last| over(&intervals[*last])).is_some() {}
        around[at] = open.iter().rev().copied().find(|other| intervals[*other].end >= end);
        if holds {
            if open.len() == DEEP {
                open.remove(0);
            }
            open.push(at);
        }
    }
    around
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn interval(start: f64, end: f64) -> Interval {
        Interval { part: 0, start, end, holds: true }
    }

    #[test]
    fn intervals_nest_as_drawn() {
        let drawn = [(0.0, 10.0), (2.0, 6.0), (4.0, 5.0), (5.5, 8.0), (0.0, 10.0), (11.0, 12.0)];
        let drawn = drawn.map(|(start, end)| interval(start, end));
        assert_eq!(nest(&drawn), [None, Some(4), Some(1), Some(4), Some(0), None]);
        let other_page = Interval { part: 1, ..interval(4.0, 5.0) };
        assert_eq!(nest(&[interval(0.0, 10.0), other_page]), [None, None]);
        let closed = Interval { holds: false, ..interval(0.0, 10.0) };
        assert_eq!(nest(&[closed, interval(4.0, 5.0)]), [None, None]);
    }

    #[test]
    fn a_flood_of_overlaps_takes_no_more_than_its_share_of_time() {
        let flood: Vec<_> =
            (0..50_000_u32).map(f64::from).map(|at| interval(at, at + 1e6)).collect();
        assert!(nest(&flood).iter().all(Option::is_none));
    }

    proptest! {
        #[test]
        fn what_is_around_is_around(
            drawn in prop::collection::vec((0_u8..2, 0_u8..20, 0_u8..20), 0..40),
        ) {
            let drawn: Vec<_> = drawn.into_iter().map(|(part, start, length)| {
                let (start, length) = (f64::from(start), f64::from(length));
                Interval { part: part.into(), start, end: start + length, holds: true }
            }).collect();
            for (inner, outer) in drawn.iter().zip(nest(&drawn)) {
                let Some(outer) = outer.map(|at| drawn[at]) else { continue };
                prop_assert!(outer.part == inner.part);
                prop_assert!(outer.start <= inner.start && outer.end >= inner.end);
            }
        }
    }
}
