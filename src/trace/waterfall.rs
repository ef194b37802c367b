//! Lays a trace out as a waterfall: its rows in reading order, its bars in nanoseconds from the
//! trace's start, and a mark on every row that is odd.
//!
//! Owns layout, folding and the naming of what is broken. Knows neither pixels nor colours, and
//! does not keep the spans: a row says which span of the caller's slice it shows. Columns, not
//! rows, so that a million spans stay a few dozen bytes each and a frame allocates nothing.

mod forest;
mod label;
mod ruler;
mod service;

use std::ops::{BitOr, BitOrAssign, Range};
use std::time::Duration;

use crate::{Kind, Span, Timestamp};
use forest::{Forest, NONE, index};
use service::Census;

pub use label::{label, path};
pub use ruler::{Tick, ruler};
pub use service::Service;

/// How far a server span may reach out of its request before the clocks are said to differ.
/// Browsers round times to 0.1 ms, and both ends of a span are rounded.
const TOLERANCE: u64 = 1_000_000;

/// What is remarkable about a row: a set of marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks(u16);

impl Marks {
    /// The span failed.
    pub const ERROR: Self = Self(1);
    /// Its parent is named but not there; it is shown as a root.
    pub const ORPHAN: Self = Self(1 << 1);
    /// It is its own ancestor; the cycle is opened here and it is shown as a root.
    pub const CYCLE: Self = Self(1 << 2);
    /// An earlier span has the same id.
    pub const DUPLICATE: Self = Self(1 << 3);
    /// It answers a request and lies outside it in time.
    pub const SKEWED: Self = Self(1 << 4);
    /// It ends before it starts.
    pub const BACKWARD: Self = Self(1 << 5);
    /// It has no start time.
    pub const UNTIMED: Self = Self(1 << 6);
    /// It came when its trace was no longer waited for.
    pub const LATE: Self = Self(1 << 8);
    /// Its children are folded away.
    const FOLDED: Self = Self(1 << 7);
    /// Everything that makes a trace doubtful.
    const FLAWS: Self = Self(0b111_1110);

    /// Whether any mark of `other` is set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn set(&mut self, mark: Self, on: bool) {
        self.0 = if on { self.0 | mark.0 } else { self.0 & !mark.0 };
    }
}

impl BitOr for Marks {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Marks {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

/// One row, copied out of the columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Its place among the rows that are in view, from 0.
    pub at: usize,
    /// The span, as an index into the slice that was laid out.
    pub span: usize,
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
    /// Rows below it that are its descendants.
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
    /// Rows that no fold hides, ascending.
    visible: Vec<u32>,
    services: Vec<Service>,
    errors: usize,
    browsed: bool,
    joined: bool,
}

impl Waterfall {
    /// Lays spans out, given in any order. Takes a few sorts and otherwise linear time; a trace may
    /// be as deep as it is long.
    #[must_use]
    pub fn build(spans: &[Span]) -> Self {
        let (start, length) = bounds(spans);
        let mut layout = Self { start, length, forest: Forest::grow(spans), ..Self::default() };
        layout.fill(spans);
        layout.judge(spans);
        layout.show();
        layout
    }

    /// Fills the columns, row by row.
    fn fill(&mut self, spans: &[Span]) {
        let mut census = Census::default();
        for (row, at) in self.forest.spans.iter().enumerate() {
            let span = &spans[*at as usize];
            let mut marks = self.forest.marks[row];
            marks.set(Marks::ERROR, span.failed());
            marks.set(Marks::BACKWARD, span.end < span.start);
            marks.set(Marks::UNTIMED, untimed(span));
            self.marks.push(marks);
            self.starts.push(nanos(span.start.since(self.start)));
            self.lengths.push(if untimed(span) { 0 } else { nanos(span.duration()) });
            self.labels.push(census.count(span));
            self.errors += usize::from(span.failed());
        }
        (self.services, self.browsed) = (census.services, census.browsed);
    }

    /// Compares every server span with the request that it answers.
    fn judge(&mut self, spans: &[Span]) {
        for row in 0..self.total() {
            let parent = self.forest.parents[row];
            if parent == NONE {
                continue;
            }
            let request = &spans[self.forest.spans[parent as usize] as usize];
            let span = &spans[self.forest.spans[row] as usize];
            if !answers(span, request) {
                continue;
            }
            self.joined |= service::browser(&request.resource);
            let early = self.starts[row] + TOLERANCE < self.starts[parent as usize];
            let late = self.end(row) > self.end(parent as usize).saturating_add(TOLERANCE);
            self.marks[row].set(Marks::SKEWED, early || late);
        }
    }

    fn end(&self, row: usize) -> u64 {
        self.starts[row].saturating_add(self.lengths[row])
    }

    /// Lists the rows that no fold hides.
    fn show(&mut self) {
        self.visible.clear();
        let mut row = 0;
        while row < self.total() {
            self.visible.push(index(row));
            row = if self.marks[row].has(Marks::FOLDED) { self.last(row) } else { row + 1 };
        }
    }

    /// One past the last row below `row`.
    fn last(&self, row: usize) -> usize {
        self.forest.ends[row] as usize
    }

    /// Rows in view: all, less what is folded away.
    #[must_use]
    pub fn len(&self) -> usize {
        self.visible.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.visible.is_empty()
    }

    /// Rows in all, which is the number of spans.
    #[must_use]
    pub fn total(&self) -> usize {
        self.forest.spans.len()
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

    /// Every row that has a flaw, folded away or not. Its `at` counts all rows.
    pub fn flawed(&self) -> impl Iterator<Item = Row> {
        let rows = 0..self.total();
        rows.filter(|row| self.marks[*row].has(Marks::FLAWS)).map(|row| self.copy(row, row))
    }

    /// The root with most rows below it: what the trace is about.
    #[must_use]
    pub fn main_root(&self) -> Option<Row> {
        let mut best: Option<usize> = None;
        let mut row = 0;
        while row < self.total() {
            let size = |row: usize| self.last(row) - row;
            if best.is_none_or(|best| size(best) < size(row)) {
                best = Some(row);
            }
            row = self.last(row);
        }
        best.map(|row| self.copy(row, row))
    }

    fn copy(&self, row: usize, at: usize) -> Row {
        Row {
            at,
            span: self.forest.spans[row] as usize,
            depth: self.forest.depths[row],
            left: self.share(self.starts[row]),
            width: self.share(self.lengths[row]),
            offset: self.starts[row],
            length: self.lengths[row],
            service: usize::from(self.labels[row]),
            descendants: self.last(row) - row - 1,
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

    /// Marks every row whose span came late; which did is not told by the spans themselves.
    pub fn mark_late(&mut self, late: impl Fn(usize) -> bool) {
        for row in 0..self.total() {
            self.marks[row].set(Marks::LATE, late(self.forest.spans[row] as usize));
        }
    }

    /// The spans whose rows are folded, so that a layout made anew can be given the same folds:
    /// they belong to the reader.
    pub fn folds(&self) -> impl Iterator<Item = usize> {
        let rows = 0..self.total();
        let folded = rows.filter(|row| self.marks[*row].has(Marks::FOLDED));
        folded.map(|row| self.forest.spans[row] as usize)
    }

    /// Folds every row that has children and whose span is `chosen`, and unfolds every other.
    pub fn refold(&mut self, chosen: impl Fn(usize) -> bool) {
        for row in 0..self.total() {
            let parent = self.last(row) > row + 1;
            let folded = parent && chosen(self.forest.spans[row] as usize);
            self.marks[row].set(Marks::FOLDED, folded);
        }
        self.show();
    }

    /// The place of a span's row, after every fold that hid it is opened.
    pub fn reveal(&mut self, span: usize) -> Option<usize> {
        let row = self.forest.spans.iter().position(|at| *at as usize == span)?;
        let mut above = self.forest.parents[row];
        while above != NONE {
            self.marks[above as usize].set(Marks::FOLDED, false);
            above = self.forest.parents[above as usize];
        }
        self.show();
        self.place(index(row))
    }
}

/// When the trace begins and how long it is. Spans without a time say nothing about it.
fn bounds(spans: &[Span]) -> (Timestamp, u64) {
    let timed = || spans.iter().filter(|span| !untimed(span));
    let start = timed().map(|span| span.start).min().unwrap_or_default();
    let end = timed().map(|span| span.end.max(span.start)).max().unwrap_or_default();
    (start, nanos(end.since(start)))
}

/// Zero is OTLP's way to leave a time out.
fn untimed(span: &Span) -> bool {
    span.start.nanos() == 0
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Whether a span is a server's answer to another process's request.
fn answers(span: &Span, request: &Span) -> bool {
    span.kind == Kind::Server && request.kind == Kind::Client && span.resource != request.resource
}

#[cfg(test)]
mod tests;
