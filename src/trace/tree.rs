//! The spans of a trace as trees: in reading order, parents before children, siblings by start.
//!
//! Owns the shape that finds, comparison and filters ask for. What keeps a trace from being a tree
//! is opened and marked, as in the waterfall: an orphan and the earliest span of a cycle are roots.
//! Moves nothing to where it was probably meant to be: that is the waterfall's.

use crate::Timestamp;
use crate::columns::Columns;
use crate::waterfall::Marks;
use crate::waterfall::forest::{Forest, NONE};

/// Spans as trees, a row for each.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    forest: Forest,
    /// The row of each span.
    rows: Vec<u32>,
    start: u64,
    length: u64,
}

impl Tree {
    /// Orders spans, given in any order. A sort, otherwise linear; no recursion.
    #[must_use]
    pub fn grow(spans: &Columns) -> Self {
        let forest = Forest::grow(spans);
        let mut rows = vec![0; spans.len()];
        for (row, at) in (0..).zip(&forest.spans) {
            rows[*at as usize] = row;
        }
        let (start, length) = spans.bounds();
        Self { forest, rows, start: start.nanos(), length }
    }

    /// Rows, as many as spans.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// When the first span that has a time began.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        Timestamp::from_nanos(self.start)
    }

    /// Nanoseconds from there to the last end.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The span of a row, as an index into the columns.
    #[must_use]
    #[inline]
    pub fn span(&self, row: usize) -> usize {
        self.forest.spans[row] as usize
    }

    /// The row of a span.
    #[must_use]
    pub fn row(&self, span: usize) -> Option<usize> {
        self.rows.get(span).map(|row| *row as usize)
    }

    /// The row of a row's parent; `None` for a root.
    #[must_use]
    #[inline]
    pub fn parent(&self, row: usize) -> Option<usize> {
        Some(self.forest.parents[row]).filter(|parent| *parent != NONE).map(|row| row as usize)
    }

    /// One past the last row below a row.
    #[must_use]
    #[inline]
    pub fn end(&self, row: usize) -> usize {
        self.forest.ends[row] as usize
    }

    /// Rows above a row; stops counting at the type's end.
    #[must_use]
    pub fn depth(&self, row: usize) -> u16 {
        self.forest.depths[row]
    }

    /// What keeps a row from its place in a tree: no parent, a cycle, a doubled id.
    #[must_use]
    pub fn marks(&self, row: usize) -> Marks {
        self.forest.marks[row]
    }

    /// The rows of a row's children, by start.
    pub fn children(&self, row: usize) -> impl Iterator<Item = usize> {
        let end = self.end(row);
        let next = |child: &usize| self.forest.ends.get(*child).map(|end| *end as usize);
        std::iter::successors(Some(row + 1), next).take_while(move |child| *child < end)
    }

    /// The rows without a parent, by start.
    pub fn roots(&self) -> impl Iterator<Item = usize> {
        self.forest.roots()
    }

    /// The root with most rows below it: what the trace is about. Of two, the earlier.
    #[must_use]
    pub fn main(&self) -> Option<usize> {
        let size = |row: &usize| self.end(*row) - row;
        self.roots().reduce(|best, row| if size(&row) > size(&best) { row } else { best })
    }
}
