//! What a filter leaves of a waterfall: rows that it does not let through are pale, or go.
//!
//! Owns which rows are in view, by filter and folds. What the filter says is the caller's: a set of
//! spans. Linear, so that a keystroke on 100,000 spans is one pass over their marks.

use super::forest::NONE;
use super::{Marks, Waterfall, index};
use crate::filter::Bits;

impl Waterfall {
    /// Takes a filter in; `None` lets everything through. Rows of other spans are pale, and with
    /// `hide` they go, unless something below them is let through. A group's own row is no span and
    /// never let through.
    pub fn sift(&mut self, through: Option<&Bits>, hide: bool) {
        for (marks, span) in self.marks.iter_mut().zip(&self.forest.spans) {
            let pale = through.is_some_and(|bits| !bits.has(*span as usize));
            marks.set(Marks::PALE, pale);
            marks.set(Marks::HIDDEN, pale && hide);
        }
        // From the last row up: what stays keeps those above it.
        for row in (0..self.size()).rev().filter(|_| hide) {
            let parent = self.forest.parents[row];
            if parent != NONE && !self.marks[row].has(Marks::HIDDEN) {
                self.marks[parent as usize].set(Marks::HIDDEN, false);
            }
        }
        self.count();
        self.show();
    }

    /// Brings a row back that a filter hides, with those above it. They stay pale.
    pub(super) fn unhide(&mut self, row: usize) {
        if !self.marks[row].has(Marks::HIDDEN) {
            return;
        }
        let mut above = index(row);
        while above != NONE {
            self.marks[above as usize].set(Marks::HIDDEN, false);
            above = self.forest.parents[above as usize];
        }
        self.count();
    }

    /// Counts how many rows before each are not hidden; not at all where none is.
    fn count(&mut self) {
        self.kept.clear();
        if !self.marks.iter().any(|marks| marks.has(Marks::HIDDEN)) {
            return;
        }
        self.kept.push(0);
        let mut kept = 0;
        for marks in &self.marks {
            kept += u32::from(!marks.has(Marks::HIDDEN));
            self.kept.push(kept);
        }
    }

    /// Rows below a row that are not hidden.
    pub(super) fn below(&self, row: usize) -> usize {
        let (from, to) = (row + 1, self.last(row));
        match (self.kept.get(from), self.kept.get(to)) {
            (Some(before), Some(until)) => (until - before) as usize,
            _ => to - from,
        }
    }

    /// Lists the rows that neither filter nor fold hides.
    pub(super) fn show(&mut self) {
        self.visible.clear();
        let mut row = 0;
        while row < self.size() {
            let marks = self.marks[row];
            if !marks.has(Marks::HIDDEN) {
                self.visible.push(index(row));
            }
            row = if marks.has(Marks::FOLDED | Marks::HIDDEN) { self.last(row) } else { row + 1 };
        }
    }

    /// The next span in reading order that the filter lets through, folded away or not, or the one
    /// before; from the other end where there is none. With no span to begin at, the first or last.
    /// On demand only of those that failed.
    #[must_use]
    pub fn seek(&self, from: Option<usize>, back: bool, failed: bool) -> Option<usize> {
        let size = self.size();
        let at = from.and_then(|span| self.forest.spans.iter().position(|at| *at as usize == span));
        let lets = |row: &usize| {
            let marks = self.marks[*row];
            let fits = !marks.has(Marks::PALE) && (!failed || marks.has(Marks::ERROR));
            fits && self.group(*row).is_none()
        };
        let ahead = at.map_or(0, |at| at + 1);
        let found = match back {
            false => (ahead..size).chain(0..ahead).find(lets),
            true => {
                let behind = at.unwrap_or(size);
                (0..behind).rev().chain((behind..size).rev()).find(lets)
            }
        };
        found.map(|row| self.forest.spans[row] as usize)
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
    /// └ 5
    /// ```
    fn tree() -> Waterfall {
        let parents = [None, Some(0), Some(1), Some(0), Some(3), Some(0)];
        let start = |at: usize| at as f64;
        let spans: Vec<Span> = parents
            .iter()
            .enumerate()
            .map(|(at, parent)| Span {
                resource: resource("shop"),
                ..span(at, *parent, start(at), 90.0)
            })
            .collect();
        Waterfall::build(&Columns::of(&spans))
    }

    fn only(spans: &[usize]) -> Bits {
        Bits::of(6, |span| spans.contains(&span))
    }

    /// Rows in view, those that are pale in brackets.
    fn rows(waterfall: &Waterfall) -> String {
        let row = |row: super::super::Row| match row.marks.has(Marks::PALE) {
            true => format!("({})", row.span),
            false => row.span.to_string(),
        };
        waterfall.rows(0..99).map(row).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn dimmed_rows_stay_where_they_are_and_hidden_ones_leave_their_ancestors() {
        let mut waterfall = tree();
        waterfall.sift(Some(&only(&[4])), false);
        assert_eq!(rows(&waterfall), "(0) (1) (2) (3) 4 (5)");
        waterfall.sift(Some(&only(&[4])), true);
        assert_eq!(rows(&waterfall), "(0) (3) 4");
        let below: Vec<_> = waterfall.rows(0..9).map(|row| row.descendants).collect();
        assert_eq!(below, [2, 1, 0], "what is hidden is not counted");
        waterfall.sift(None, true);
        assert_eq!(rows(&waterfall), "0 1 2 3 4 5");
        assert_eq!(waterfall.row(0).unwrap().descendants, 5);
        waterfall.sift(Some(&only(&[])), true);
        assert_eq!(rows(&waterfall), "");
    }

    #[test]
    fn folds_hold_while_a_filter_comes_and_goes() {
        let mut waterfall = tree();
        waterfall.fold(3, true);
        assert_eq!(rows(&waterfall), "0 1 2 3 5");
        waterfall.sift(Some(&only(&[4, 5])), true);
        assert_eq!(rows(&waterfall), "(0) (3) 5");
        assert_eq!(waterfall.row(1).map(|row| (row.folded, row.descendants)), Some((true, 1)));
        waterfall.sift(None, false);
        assert_eq!(rows(&waterfall), "0 1 2 3 5");
    }

    #[test]
    fn what_a_link_leads_to_is_shown_whatever_the_filter_says() {
        let mut waterfall = tree();
        waterfall.sift(Some(&only(&[5])), true);
        assert_eq!(waterfall.reveal(2), Some(2));
        assert_eq!(rows(&waterfall), "(0) (1) (2) 5");
        assert_eq!(waterfall.row(0).unwrap().descendants, 3);
    }

    #[test]
    fn those_that_failed_are_walked_without_a_filter() {
        let mut spans = vec![span(0, None, 0.0, 90.0), span(1, Some(0), 1.0, 5.0)];
        assert_eq!(Waterfall::build(&Columns::of(&spans)).seek(None, false, true), None);
        spans[1].status = crate::span::Status::Error(String::new());
        let waterfall = Waterfall::build(&Columns::of(&spans));
        assert_eq!(waterfall.seek(None, false, true), Some(1));
        assert_eq!(waterfall.seek(Some(1), true, true), Some(1), "round to itself");
    }

    #[test]
    fn matches_are_walked_both_ways_and_around() {
        let mut waterfall = tree();
        waterfall.sift(Some(&only(&[2, 4])), true);
        let mut at = None;
        let mut next = |back| {
            at = waterfall.seek(at, back, false);
            at
        };
        assert_eq!([next(false), next(false), next(false)], [Some(2), Some(4), Some(2)]);
        assert_eq!([next(true), next(true), next(true)], [Some(4), Some(2), Some(4)]);
        assert_eq!(waterfall.seek(None, true, false), Some(4));
        assert_eq!(waterfall.seek(Some(5), false, false), Some(2), "from what is hidden, too");
        waterfall.sift(Some(&only(&[])), false);
        assert_eq!(waterfall.seek(Some(1), false, false), None);
    }

    #[test]
    fn a_chain_of_100_000_is_sifted_at_once() {
        let spans: Vec<Span> =
            (0..100_000_usize).map(|at| span(at, at.checked_sub(1), 0.0, 9.0)).collect();
        let mut waterfall = Waterfall::build(&Columns::of(&spans));
        waterfall.sift(Some(&Bits::of(100_000, |at| at == 99_999)), true);
        assert_eq!(waterfall.len(), 100_000, "all of them are above the one");
        waterfall.sift(Some(&Bits::of(100_000, |at| at == 0)), true);
        assert_eq!(waterfall.len(), 1);
    }
}
