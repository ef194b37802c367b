//! A trace in numbers: what each operation of each service cost, all in all.
//!
//! Owns sums and percentiles. Refuses an order for readers and shares in words: those are a view's.

use crate::columns::{Columns, Flags};
use crate::filter::Bits;
use crate::order;

/// Spans of one service that have one name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operation {
    /// The word for its service.
    pub service: u32,
    /// The word for its name.
    pub name: u32,
    /// How many spans.
    pub spans: u64,
    /// Those that failed.
    pub errors: u64,
    /// How long they took together, nanoseconds. What ran at the same time counts each time.
    pub total: u64,
    /// Their self times together, nanoseconds.
    pub own: u64,
    /// The shortest, nanoseconds.
    pub least: u64,
    /// Half of them took no longer, nanoseconds.
    pub middle: u64,
    /// Of twenty, nineteen took no longer, nanoseconds.
    pub high: u64,
    /// The longest, nanoseconds.
    pub most: u64,
    /// The longest one, as an index into the columns.
    pub slowest: usize,
}

/// The operations of the spans that are let through, by service and name in order of appearance.
/// A sort, otherwise linear.
#[must_use]
pub fn operations(spans: &Columns, own: &[u64], through: Option<&Bits>) -> Vec<Operation> {
    let passes = |at: &u32| through.is_none_or(|bits| bits.has(*at as usize));
    let key = |at: u32| {
        let place = at as usize;
        let service = spans.owner_of(place).service;
        (service, spans.names[place], spans.lengths[place], at)
    };
    let mut keyed: Vec<_> = (0..).take(spans.len()).filter(passes).map(key).collect();
    order::sort(&mut keyed, |it| order::both(it.0, it.1), Ord::cmp);
    let groups = keyed.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1));
    groups.filter_map(|group| sum(group, spans, own)).collect()
}

/// One operation, of its spans by length.
fn sum(group: &[(u32, u32, u64, u32)], spans: &Columns, own: &[u64]) -> Option<Operation> {
    let (&(service, name, least, _), &(_, _, most, slowest)) = (group.first()?, group.last()?);
    let mut sum = Operation { service, name, least, most, ..Operation::default() };
    (sum.spans, sum.slowest) = (group.len() as u64, slowest as usize);
    (sum.middle, sum.high) = (group[rank(group.len(), 50)].2, group[rank(group.len(), 95)].2);
    for (_, _, length, at) in group {
        let at = *at as usize;
        sum.total = sum.total.saturating_add(*length);
        sum.own = sum.own.saturating_add(own.get(at).copied().unwrap_or_default());
        sum.errors += u64::from(spans.flags[at].has(Flags::ERROR));
    }
    Some(sum)
}

/// The place of a percentile among so many, at least one, that are in order: the nearest rank.
pub(crate) fn rank(many: usize, percent: usize) -> usize {
    many.saturating_mul(percent).div_ceil(100).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Status;
    use crate::find::own_times;
    use crate::tree::Tree;
    use crate::waterfall::tests::{span, spans};

    fn told(columns: &Columns, through: Option<&Bits>) -> Vec<Operation> {
        operations(columns, &own_times(columns, &Tree::grow(columns)), through)
    }

    #[test]
    fn an_operation_is_counted_summed_and_ranked() {
        let mut spans = spans(
            "\
page   |==========|
  sql  | =        |
  sql  |  ===     |
  sql  |     ==   |
",
        );
        spans[2].status = Status::Error(String::new());
        let columns = Columns::of(&spans);
        let all = told(&columns, None);
        let ms = 1_000_000;
        let sql = all.iter().find(|it| it.spans == 3).unwrap();
        assert_eq!((sql.errors, sql.total, sql.own, sql.slowest), (1, 6 * ms, 6 * ms, 2));
        assert_eq!((sql.least, sql.middle, sql.high, sql.most), (ms, 2 * ms, 3 * ms, 3 * ms));
        let page = all.iter().find(|it| it.spans == 1).unwrap();
        assert_eq!((page.total, page.own, page.high), (10 * ms, 4 * ms, 10 * ms));
        let failed = told(&columns, Some(&Bits::of(4, |at| at == 2)));
        assert_eq!((failed.len(), failed[0].spans, failed[0].least), (1, 1, 3 * ms));
        assert_eq!(told(&Columns::default(), None), []);
    }

    #[test]
    fn percentiles_are_nearest_ranks() {
        let ranks = |percent| [1, 2, 20, 100].map(|many| rank(many, percent));
        assert_eq!((ranks(50), ranks(95)), ([0, 0, 9, 49], [0, 1, 18, 94]));
        assert_eq!(rank(0, 50), 0);
    }

    #[test]
    fn a_hundred_thousand_spans_of_centuries_do_not_overflow() {
        let mut many: Vec<_> = (0..100_000).map(|at| span(at, None, 0.0, 0.0)).collect();
        for one in &mut many {
            one.end = crate::Timestamp::from_nanos(u64::MAX);
            "same".clone_into(&mut one.name);
        }
        let all = told(&Columns::of(&many), None);
        assert_eq!((all.len(), all[0].spans, all[0].total), (1, 100_000, u64::MAX));
    }
}
