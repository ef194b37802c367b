//! Self times: how long a span took while nothing below it ran.

use crate::columns::Columns;
use crate::order;
use crate::tree::Tree;

/// The self time of each span, nanoseconds: its length less the union of its children's, as far as
/// they lie within. Children at the same time count once. Linear: children come by start.
#[must_use]
pub fn own_times(spans: &Columns, tree: &Tree) -> Vec<u64> {
    let mut own = spans.lengths.clone();
    // Up to when a row's children have been counted.
    let mut until = vec![0; tree.len()];
    for row in 0..tree.len() {
        let (at, Some(parent)) = (tree.span(row), tree.parent(row)) else { continue };
        let above = tree.span(parent);
        let from = spans.starts[at].max(until[parent]).max(spans.starts[above]);
        let to = spans.end(at).min(spans.end(above));
        if spans.starts[at] > 0 && to > from {
            own[above] -= to - from;
            until[parent] = to;
        }
    }
    own
}

/// An operation of a service, by its self time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heavy {
    /// The word for its service.
    pub service: u32,
    /// The word for its name.
    pub name: u32,
    /// Its spans.
    pub spans: usize,
    /// The one of them with the biggest self time, as an index into the columns.
    pub worst: usize,
    /// Their self times together, nanoseconds.
    pub own: u64,
}

/// The operations that take the most time themselves, so many at most.
#[must_use]
pub fn heaviest(spans: &Columns, own: &[u64], most: usize) -> Vec<Heavy> {
    let mut keyed: Vec<(u32, u32, u32)> = (0..spans.len())
        .map(|at| (spans.owner_of(at).service, spans.names[at]))
        .zip(0..)
        .map(|((service, name), at)| (service, name, at))
        .collect();
    order::sort_by_rank(&mut keyed, |it| order::both(it.0, it.1));
    let time = |at: u32| own.get(at as usize).copied().unwrap_or_default();
    let groups = keyed.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1));
    let mut found: Vec<Heavy> = groups
        .map(|group| {
            let (service, name, first) = group[0];
            let worst = group
                .iter()
                .map(|(.., at)| *at)
                .fold(first, |best, at| if time(at) > time(best) { at } else { best });
            let own = group.iter().fold(0, |sum: u64, (.., at)| sum.saturating_add(time(*at)));
            Heavy { service, name, spans: group.len(), worst: worst as usize, own }
        })
        .collect();
    order::sort_by_rank(&mut found, |heavy| !heavy.own);
    found.truncate(most);
    found
}
