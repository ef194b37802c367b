//! Lays a trace out as a waterfall: its rows in reading order, its bars in nanoseconds from the
//! trace's start, and a mark on every row that is odd.
//!
//! Owns layout, folding and the naming of what is broken. Knows neither pixels nor colours, and
//! does not keep the spans: a row says which place of the caller's columns it shows. Columns, not
//! rows, so that a million spans stay a few dozen bytes each and a frame allocates nothing.

mod detached;
pub(crate) mod forest;
mod label;
mod level;
mod marks;
mod ruler;
mod service;
mod sift;

use std::ops::Range;
use std::time::Duration;

use crate::columns::{Columns, Flags};
use crate::{Kind, Timestamp};
use forest::{Forest, NONE, index};
use service::Census;

pub use detached::{Cause, Detached};
pub use label::{label, path};
pub use level::{Level, Strip};
pub use marks::Marks;
pub use ruler::{Tick, ruler};
pub use service::{Palette, Service};

/// How far a server span may reach out of its request before the clocks are said to differ.
/// Browsers round times to 0.1 ms, and both ends of a span are rounded.
pub(crate) const TOLERANCE: u64 = 1_000_000;

/// One row, copied out of the columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Its place among the rows that are in view, from 0.
    pub at: usize,
    /// The span, as an index into the columns that were laid out. A row that heads a group of loose
    /// parts shows none: it is numbered behind all spans.
    pub span: usize,
    /// The group that it heads, as an index into [`Waterfall::groups`].
    pub group: Option<usize>,
    /// Ancestors above it.
    pub depth: u16,
    /// Where its bar begins, as a share of the trace's length.
    pub left: f64,
    /// How wide its bar is, as a share of the trace's length.
    pub width: f64,
    /// Nanoseconds from the trace's start to its own.
    pub offset: u64,
    /// Nanoseconds it took.
    pub length: u64,
    /// Index into [`Waterfall::services`].
    pub service: usize,
    /// Rows below it that are its descendants, less what a filter hides.
    pub descendants: usize,
    /// Whether they are folded away.
    pub folded: bool,
    /// What is remarkable about it.
    pub marks: Marks,
}

/// A trace, laid out.
#[derive(Clone, Debug, Default)]
pub struct Waterfall {
    /// When the first span that has a time began.
    start: Timestamp,
    /// From there to the last end, nanoseconds.
    length: u64,
    forest: Forest,
    starts: Vec<u64>,
    lengths: Vec<u64>,
    labels: Vec<u16>,
    marks: Vec<Marks>,
    /// Rows that neither fold nor filter hides, ascending.
    visible: Vec<u32>,
    /// How many rows before each a filter does not hide; empty while it hides none.
    kept: Vec<u32>,
    services: Vec<Service>,
    /// How many spans were laid out.
    spans: usize,
    groups: Vec<Detached>,
    errors: usize,
    browsed: bool,
    joined: bool,
}

impl Waterfall {
    /// Lays spans out, given in any order. Takes a sort and otherwise linear time; a trace may be as
    /// deep as it is long.
    #[must_use]
    pub fn build(spans: &Columns) -> Self {
        let (start, length) = spans.bounds();
        let forest = Forest::grow(spans);
        let mut layout = Self { start, length, forest, spans: spans.len(), ..Self::default() };
        layout.gather(spans);
        layout.fill(spans);
        layout.judge(spans);
        layout.show();
        layout
    }

    /// Puts loose parts into groups.
    fn gather(&mut self, spans: &Columns) {
        let Some(main) = self.largest() else { return };
        let (groups, rows): (Vec<_>, Vec<_>) =
            detached::find(&self.forest, spans, main).into_iter().unzip();
        if !groups.is_empty() {
            self.forest.gather(&rows, spans.len());
        }
        self.groups = groups;
    }

    /// Fills the columns, row by row.
    fn fill(&mut self, spans: &Columns) {
        let mut census = Census::new(spans);
        let rows = self.size();
        self.starts.reserve(rows);
        self.lengths.reserve(rows);
        self.labels.reserve(rows);
        self.marks.reserve(rows);
        for (row, at) in self.forest.spans.iter().enumerate() {
            let at = *at as usize;
            let Some(flags) = spans.flags.get(at) else {
                self.marks.push(Marks::default());
                self.starts.push(u64::MAX);
                self.lengths.push(0);
                self.labels.push(0);
                continue;
            };
            let mut marks = self.forest.marks[row];
            marks.set(Marks::ERROR, flags.has(Flags::ERROR));
            marks.set(Marks::BACKWARD, flags.has(Flags::BACKWARD));
            marks.set(Marks::UNTIMED, flags.has(Flags::UNTIMED));
            marks.set(Marks::LATE, flags.has(Flags::LATE));
            self.marks.push(marks);
            self.starts.push(spans.starts[at].saturating_sub(self.start.nanos()));
            self.lengths.push(spans.lengths[at]);
            self.labels.push(census.count(at));
            self.errors += usize::from(flags.has(Flags::ERROR));
        }
        (self.services, self.browsed) = (census.services, census.browsed);
        for row in 0..self.size() {
            if self.group(row).is_some() {
                self.span(row);
            }
        }
    }

    /// Lets a group's bar reach from its first start to its last end.
    fn span(&mut self, header: usize) {
        let rows = header + 1..self.last(header);
        let timed = rows.clone().filter(|row| !self.marks[*row].has(Marks::UNTIMED));
        let start = timed.clone().map(|row| self.starts[row]).min().unwrap_or_default();
        let end = timed.map(|row| self.end(row)).max().unwrap_or_default();
        (self.starts[header], self.lengths[header]) = (start, end.saturating_sub(start));
        self.labels[header] = self.labels[rows.start];
    }

    /// The group that a row heads.
    fn group(&self, row: usize) -> Option<usize> {
        (self.forest.spans[row] as usize).checked_sub(self.spans)
    }

    /// Compares every server span with the request that it answers.
    fn judge(&mut self, spans: &Columns) {
        for row in 0..self.size() {
            let parent = self.forest.parents[row];
            if parent == NONE {
                continue;
            }
            let of = |row: usize| self.forest.spans[row] as usize;
            let (span, request) = (of(row), of(parent as usize));
            if !answers(spans, span, request) {
                continue;
            }
            self.joined |= spans.flags[request].has(Flags::BROWSER);
            let early = self.starts[row].saturating_add(TOLERANCE) < self.starts[parent as usize];
            let late = self.end(row) > self.end(parent as usize).saturating_add(TOLERANCE);
            self.marks[row].set(Marks::SKEWED, early || late);
        }
    }

    fn end(&self, row: usize) -> u64 {
        self.starts[row].saturating_add(self.lengths[row])
    }

    /// One past the last row below `row`.
    fn last(&self, row: usize) -> usize {
        self.forest.ends[row] as usize
    }

    /// Rows in view: all, less what is folded away or hidden by a filter.
    #[must_use]
    pub fn len(&self) -> usize {
        self.visible.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.visible.is_empty()
    }

    /// Spans in all.
    #[must_use]
    pub fn total(&self) -> usize {
        self.spans
    }

    /// Rows in all: one for each span, one for each group.
    fn size(&self) -> usize {
        self.forest.spans.len()
    }

    /// Parts that hang on nothing, by what they were probably part of.
    #[must_use]
    pub fn groups(&self) -> &[Detached] {
        &self.groups
    }

    /// When the first span began.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// From the first start to the last end.
    #[must_use]
    pub fn length(&self) -> Duration {
        Duration::from_nanos(self.length)
    }

    /// Spans that failed.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Whether a browser took part.
    #[must_use]
    pub fn browsed(&self) -> bool {
        self.browsed
    }

    /// Whether a server span hangs under a request that a browser made.
    #[must_use]
    pub fn joined(&self) -> bool {
        self.joined
    }

    /// Who took part, in order of appearance.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// The rows in view from `range.start` to before `range.end`, as far as there are any.
    pub fn rows(&self, range: Range<usize>) -> impl Iterator<Item = Row> {
        let end = range.end.min(self.len());
        (range.start.min(end)..end).map(|at| self.copy(self.visible[at] as usize, at))
    }

    /// The row in view at a place.
    #[must_use]
    pub fn row(&self, at: usize) -> Option<Row> {
        self.visible.get(at).map(|row| self.copy(*row as usize, at))
    }

    /// The row of a span, unless a fold or a filter hides it.
    #[must_use]
    pub fn find(&self, span: usize) -> Option<Row> {
        let row = self.forest.spans.iter().position(|at| *at as usize == span)?;
        self.place(index(row)).map(|at| self.copy(row, at))
    }

    /// Every row that has a flaw, folded away or not. Its `at` counts all rows.
    pub fn flawed(&self) -> impl Iterator<Item = Row> {
        let rows = 0..self.size();
        rows.filter(|row| self.marks[*row].has(Marks::FLAWS)).map(|row| self.copy(row, row))
    }

    /// The root with most rows below it: what the trace is about.
    #[must_use]
    pub fn main_root(&self) -> Option<Row> {
        self.largest().map(|row| self.copy(row, row))
    }

    fn largest(&self) -> Option<usize> {
        let size = |row: &usize| self.last(*row) - row;
        let mut best: Option<usize> = None;
        for row in self.forest.roots().filter(|row| self.group(*row).is_none()) {
            best = best.filter(|best| size(best) >= size(&row)).or(Some(row));
        }
        best
    }

    fn copy(&self, row: usize, at: usize) -> Row {
        Row {
            at,
            span: self.forest.spans[row] as usize,
            group: self.group(row),
            depth: self.forest.depths[row],
            left: self.share(self.starts[row]),
            width: self.share(self.lengths[row]),
            offset: self.starts[row],
            length: self.lengths[row],
            service: usize::from(self.labels[row]),
            descendants: self.below(row),
            folded: self.marks[row].has(Marks::FOLDED),
            marks: self.marks[row],
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "a share needs no more than a double's digits")]
    fn share(&self, nanos: u64) -> f64 {
        if self.length == 0 { 0.0 } else { (nanos as f64 / self.length as f64).min(1.0) }
    }

    /// The place of the row's parent; `None` for a root.
    #[must_use]
    pub fn parent(&self, at: usize) -> Option<usize> {
        let row = *self.visible.get(at)? as usize;
        self.place(self.forest.parents[row])
    }

    fn place(&self, row: u32) -> Option<usize> {
        self.visible.binary_search(&row).ok()
    }

    /// Folds or unfolds the row at a place. A row without children stays as it is.
    pub fn fold(&mut self, at: usize, folded: bool) {
        let Some(row) = self.visible.get(at).map(|row| *row as usize) else { return };
        if self.last(row) > row + 1 && self.marks[row].has(Marks::FOLDED) != folded {
            self.marks[row].set(Marks::FOLDED, folded);
            self.show();
        }
    }

    /// The spans whose rows are folded, so that a layout made anew can be given the same folds:
    /// they belong to the reader. Those of groups are not among them.
    pub fn folds(&self) -> impl Iterator<Item = usize> {
        let rows = 0..self.size();
        let folded = rows.filter(|row| self.marks[*row].has(Marks::FOLDED));
        folded.map(|row| self.forest.spans[row] as usize).filter(|span| *span < self.spans)
    }

    /// Folds every row that has children and whose span is `chosen`, and unfolds every other.
    pub fn refold(&mut self, chosen: impl Fn(usize) -> bool) {
        for row in 0..self.size() {
            let parent = self.last(row) > row + 1 && self.group(row).is_none();
            let folded = parent && chosen(self.forest.spans[row] as usize);
            self.marks[row].set(Marks::FOLDED, folded);
        }
        self.show();
    }

    /// The place of a span's row, after every fold that hid it is opened. A filter that hides it
    /// makes an exception.
    pub fn reveal(&mut self, span: usize) -> Option<usize> {
        let row = self.forest.spans.iter().position(|at| *at as usize == span)?;
        self.unhide(row);
        let mut above = self.forest.parents[row];
        while above != NONE {
            self.marks[above as usize].set(Marks::FOLDED, false);
            above = self.forest.parents[above as usize];
        }
        self.show();
        self.place(index(row))
    }
}

/// Whether a span is a server's answer to another process's request. Groups answer nothing.
pub(crate) fn answers(spans: &Columns, span: usize, request: usize) -> bool {
    let (Some(flags), Some(of)) = (spans.flags.get(span), spans.flags.get(request)) else {
        return false;
    };
    flags.kind() == Kind::Server
        && of.kind() == Kind::Client
        && spans.owner_of(span).resource != spans.owner_of(request).resource
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
pub(crate) mod tests;
