//! Folding by level, and what a minimap asks of every row.
//!
//! A level is what Jaeger UI means by it: collapsing takes the deepest rows in view away, expanding
//! brings back what the shallowest folds hide.

use super::forest::NONE;
use super::{Marks, Waterfall, index};

/// What becomes of a waterfall's folds at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The deepest parents in view are folded.
    CollapseOne,
    /// The shallowest folded rows are unfolded.
    ExpandOne,
    /// Every parent is folded: roots are left.
    CollapseAll,
    /// Nothing is folded.
    ExpandAll,
}

/// A row's bar, for who draws all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strip {
    /// Nanoseconds from the trace's start to the row's.
    pub offset: u64,
    /// Nanoseconds it took.
    pub length: u64,
    /// Index into [`Waterfall::services`].
    pub service: u16,
    /// Whether the span failed.
    pub failed: bool,
}

impl Waterfall {
    /// Folds or unfolds a level, or all. Whether anything changed.
    pub fn level(&mut self, level: Level) -> bool {
        let folds = matches!(level, Level::CollapseOne | Level::CollapseAll);
        let one = matches!(level, Level::CollapseOne | Level::ExpandOne);
        let rows: Vec<u32> = match one {
            true => self.visible.clone(),
            false => (0..index(self.size())).collect(),
        };
        let change = |row: &u32| {
            let row = *row as usize;
            self.last(row) > row + 1 && self.marks[row].has(Marks::FOLDED) != folds
        };
        let mut rows: Vec<u32> = rows.into_iter().filter(change).collect();
        let depth = |row: &u32| self.forest.depths[*row as usize];
        let wanted = match level {
            Level::CollapseOne => rows.iter().map(depth).max(),
            Level::ExpandOne => rows.iter().map(depth).min(),
            Level::CollapseAll | Level::ExpandAll => None,
        };
        rows.retain(|row| wanted.is_none_or(|wanted| depth(row) == wanted));
        for row in &rows {
            self.marks[*row as usize].set(Marks::FOLDED, folds);
        }
        self.show();
        !rows.is_empty()
    }

    /// The place of a span's row or, where a fold hides it, of the nearest row above it that is in
    /// view.
    #[must_use]
    pub fn shown(&self, span: usize) -> Option<usize> {
        let row = self.forest.spans.iter().position(|at| *at as usize == span)?;
        let mut row = index(row);
        while row != NONE {
            if let Some(at) = self.place(row) {
                return Some(at);
            }
            row = self.forest.parents[row as usize];
        }
        None
    }

    /// The bars of all rows in reading order, folded away or not.
    pub fn strips(&self) -> impl ExactSizeIterator<Item = Strip> {
        (0..self.size()).map(|row| Strip {
            offset: self.starts[row],
            length: self.lengths[row],
            service: self.labels[row],
            failed: self.marks[row].has(Marks::ERROR),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{resource, span};
    use super::*;
    use crate::Span;
    use crate::columns::Columns;

    /// ```text
    /// 0
    /// ├ 1
    /// │ └ 2
    /// ├ 3
    /// │ └ 4
    /// │   └ 5
    /// └ 6
    /// ```
    fn tree() -> Waterfall {
        let parents = [None, Some(0), Some(1), Some(0), Some(3), Some(4), Some(0)];
        let spans: Vec<Span> = parents
            .iter()
            .enumerate()
            .map(|(at, parent)| Span {
                resource: resource("shop"),
                ..span(at, *parent, at as f64, 90.0)
            })
            .collect();
        Waterfall::build(&Columns::of(&spans))
    }

    fn rows(waterfall: &Waterfall) -> Vec<usize> {
        waterfall.rows(0..99).map(|row| row.span).collect()
    }

    #[test]
    fn levels_go_from_the_deepest_and_come_back_from_the_shallowest() {
        let mut tree = tree();
        assert!(tree.level(Level::CollapseOne));
        assert_eq!(rows(&tree), [0, 1, 2, 3, 4, 6]);
        assert!(tree.level(Level::CollapseOne));
        assert_eq!(rows(&tree), [0, 1, 3, 6]);
        assert!(tree.level(Level::CollapseOne));
        assert_eq!(rows(&tree), [0]);
        assert!(!tree.level(Level::CollapseOne), "nothing is left to fold");
        assert!(tree.level(Level::ExpandOne));
        assert_eq!(rows(&tree), [0, 1, 3, 6]);
        assert!(tree.level(Level::ExpandOne));
        assert_eq!(rows(&tree), [0, 1, 2, 3, 4, 6]);
        assert!(tree.level(Level::ExpandOne) && !tree.level(Level::ExpandOne));
        assert_eq!(rows(&tree), [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn all_at_once_leaves_roots_or_everything() {
        let mut tree = tree();
        assert!(tree.level(Level::CollapseAll) && !tree.level(Level::CollapseAll));
        assert_eq!(rows(&tree), [0]);
        assert_eq!((tree.shown(5), tree.shown(0), tree.shown(99)), (Some(0), Some(0), None));
        tree.fold(0, false);
        assert_eq!(rows(&tree), [0, 1, 3, 6], "what is below stays folded");
        assert_eq!(tree.shown(5), Some(2), "its nearest ancestor in view");
        assert!(tree.level(Level::ExpandAll));
        assert_eq!(rows(&tree).len(), 7);
        assert!(!Waterfall::default().level(Level::CollapseAll));
    }

    #[test]
    fn a_strip_tells_of_folded_rows_too() {
        let mut tree = tree();
        tree.level(Level::CollapseAll);
        let strips: Vec<Strip> = tree.strips().collect();
        assert_eq!(strips.len(), 7);
        assert_eq!((strips[6].offset, strips[6].length), (6_000_000, 84_000_000));
    }
}
