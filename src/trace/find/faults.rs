//! Errors: what failed, and where it began.

use crate::columns::{Columns, Flags};
use crate::order;
use crate::tree::Tree;

/// A span that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The span, as an index into the columns.
    pub span: usize,
    /// Spans below it that failed, too; none where the error began.
    pub below: usize,
}

/// The spans that failed, those where an error began first, each in reading order. Linear.
#[must_use]
pub fn faults(spans: &Columns, tree: &Tree) -> Vec<Fault> {
    let failed = |row: usize| spans.flags[tree.span(row)].has(Flags::ERROR);
    // How many failed before each row: what lies below a row is a stretch of rows.
    let mut before = Vec::with_capacity(tree.len() + 1);
    before.push(0);
    for row in 0..tree.len() {
        before.push(before[row] + usize::from(failed(row)));
    }
    let rows = (0..tree.len()).filter(|row| failed(*row));
    let below = |row: usize| before[tree.end(row)] - before[row + 1];
    let mut found: Vec<Fault> =
        rows.map(|row| Fault { span: tree.span(row), below: below(row) }).collect();
    order::sort_by_rank(&mut found, |fault| u64::from(fault.below > 0));
    found
}
