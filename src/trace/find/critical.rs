//! The critical path: what would have to be shorter for the whole to be shorter.
//!
//! Walked back from the root's end: what ended last before the moment at hand kept it waiting; what
//! still ran then did not. So every moment of the root belongs to one span.

use crate::columns::Columns;
use crate::order;
use crate::tree::Tree;

/// A stretch of the critical path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The span that it belongs to, as an index into the columns.
    pub span: usize,
    /// When it begins, nanoseconds since 1970.
    pub from: u64,
    /// When it ends.
    pub to: u64,
}

/// The critical path of a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Critical {
    /// Its stretches, by time. One behind the other they are the root's time.
    pub stretches: Vec<Stretch>,
    /// What each span on it contributes, nanoseconds, the most first.
    pub parts: Vec<(usize, u64)>,
}

/// A span that is being walked: `next` is the first of its children that was not looked at.
struct Walk {
    at: usize,
    /// The window that is its; nothing of it counts outside.
    from: u64,
    cursor: u64,
    children: Vec<Child>,
}

/// A child, as far as it lies within its parent.
struct Child {
    row: usize,
    from: u64,
    to: u64,
}

impl Critical {
    /// The critical path below a row. Each span is looked at once and its children are sorted: n
    /// log n, whatever the shape.
    #[must_use]
    pub fn find(spans: &Columns, tree: &Tree, root: usize) -> Self {
        let mut found = Self::default();
        if root >= tree.len() {
            return found;
        }
        let at = tree.span(root);
        let mut open = vec![walk(spans, tree, root, spans.starts[at], spans.end(at))];
        while let Some(last) = open.last_mut() {
            match last.next() {
                Some(child) => {
                    found.push(last.at, child.to, last.cursor);
                    last.cursor = child.from;
                    open.push(walk(spans, tree, child.row, child.from, child.to));
                }
                None => {
                    found.push(last.at, last.from, last.cursor);
                    open.pop();
                }
            }
        }
        found.stretches.reverse();
        found.parts = found.sum();
        found
    }

    fn push(&mut self, span: usize, from: u64, to: u64) {
        if from < to {
            self.stretches.push(Stretch { span, from, to });
        }
    }

    /// What each span contributes; of equal ones, the earlier in the columns first.
    fn sum(&self) -> Vec<(usize, u64)> {
        let part = |stretch: &Stretch| (stretch.span, stretch.to - stretch.from);
        let mut parts: Vec<(usize, u64)> = self.stretches.iter().map(part).collect();
        order::sort_by_rank(&mut parts, |part| part.0 as u64);
        parts.dedup_by(|next, last| {
            let same = next.0 == last.0;
            last.1 += if same { next.1 } else { 0 };
            same
        });
        order::sort_by_rank(&mut parts, |(_, nanos)| !nanos);
        parts
    }

    /// Nanoseconds in all: those of the root.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.parts.iter().map(|(_, nanos)| nanos).sum()
    }
}

impl Walk {
    /// The child that ended last before the cursor. What still ran then, something later in time
    /// was waited for instead.
    fn next(&mut self) -> Option<Child> {
        while let Some(child) = self.children.pop() {
            if child.to <= self.cursor {
                return Some(child);
            }
        }
        None
    }
}

/// A walk through a window of a row.
fn walk(spans: &Columns, tree: &Tree, row: usize, from: u64, to: u64) -> Walk {
    let mut children: Vec<Child> = tree
        .children(row)
        .map(|row| (row, tree.span(row)))
        .filter(|(_, at)| spans.starts[*at] > 0 && spans.lengths[*at] > 0)
        .map(|(row, at)| Child { row, from: spans.starts[at].max(from), to: spans.end(at).min(to) })
        .filter(|child| child.from < child.to)
        .collect();
    // The last is taken first: the one that ends last, and of those the one that began first.
    order::sort(&mut children, |child| child.to, |one, other| other.from.cmp(&one.from));
    Walk { at: tree.span(row), from, cursor: to, children }
}
