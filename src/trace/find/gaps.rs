//! Gaps: time within a trace about which nothing is known but what it was part of.

use crate::columns::Columns;
use crate::order;
use crate::tree::Tree;

/// Gaps that are told, at most: the longest. For each, all rows are looked at once.
const MOST: usize = 20;

/// Time in which no span ran that has none below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// When it begins, nanoseconds since 1970.
    pub from: u64,
    /// When it ends.
    pub to: u64,
    /// The deepest span that ran all the time: who would have to be traced better.
    pub within: usize,
}

impl Gap {
    /// How long it is, nanoseconds.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.to - self.from
    }
}

/// The gaps below a row that are at least so long, the longest first. A sort, otherwise linear.
#[must_use]
pub fn gaps(spans: &Columns, tree: &Tree, root: usize, least: u64) -> Vec<Gap> {
    if root >= tree.len() || tree.end(root) == root + 1 {
        return Vec::new();
    }
    let at = tree.span(root);
    let (first, last) = (spans.starts[at], spans.end(at));
    let rows = root + 1..tree.end(root);
    let leaf = |row: &usize| tree.end(*row) == row + 1;
    let times = |row: usize| (spans.starts[tree.span(row)], spans.end(tree.span(row)));
    let mut leaves: Vec<(u64, u64)> = rows.filter(leaf).map(times).collect();
    leaves.retain(|(from, _)| *from > 0);
    order::sort(&mut leaves, |leaf| leaf.0, Ord::cmp);
    leaves.push((last, last));
    let mut found = Vec::new();
    let mut until = first;
    for (from, to) in leaves {
        let from = from.min(last);
        if from > until && from - until >= least.max(1) {
            found.push(Gap { from: until, to: from, within: at });
        }
        until = until.max(to);
    }
    order::sort(&mut found, |gap| !gap.length(), |one, other| one.from.cmp(&other.from));
    found.truncate(MOST);
    for gap in &mut found {
        gap.within = owner(spans, tree, root, *gap);
    }
    found
}

/// The deepest row that ran all through a gap.
fn owner(spans: &Columns, tree: &Tree, root: usize, gap: Gap) -> usize {
    let mut best = root;
    for row in root + 1..tree.end(root) {
        let at = tree.span(row);
        let ran = spans.starts[at] > 0 && spans.starts[at] <= gap.from && spans.end(at) >= gap.to;
        if ran && tree.depth(row) > tree.depth(best) {
            best = row;
        }
    }
    tree.span(best)
}
