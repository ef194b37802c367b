//! What keeps a trace from being a tree, by span: so that each can be named and gone to.

use std::collections::BTreeMap;

use crate::SpanId;
use crate::columns::{Columns, Flags};
use crate::order;
use crate::tree::Tree;
use crate::waterfall::Marks;

/// A span that others name as their parent and that is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its id.
    pub id: SpanId,
    /// Who names it, as indices into the columns.
    pub children: Vec<usize>,
}

/// What is odd about a trace. Indices into the columns, in reading order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flaws {
    /// Parents that are not here, those with most children first.
    pub missing: Vec<Missing>,
    /// Where cycles were opened.
    pub cycles: Vec<usize>,
    /// Spans with the id of an earlier one.
    pub doubled: Vec<usize>,
    /// Spans that end before they start.
    pub backward: Vec<usize>,
    /// Spans without a start.
    pub untimed: Vec<usize>,
    /// Spans that came when their trace was no longer waited for.
    pub late: Vec<usize>,
    /// Roots beside the one that the trace is about, for whatever reason.
    pub loose: Vec<usize>,
}

impl Flaws {
    /// Looks at every row once.
    #[must_use]
    pub fn find(spans: &Columns, tree: &Tree) -> Self {
        let mut found = Self::default();
        let mut missing: BTreeMap<SpanId, Vec<usize>> = BTreeMap::new();
        for row in 0..tree.len() {
            let (at, marks) = (tree.span(row), tree.marks(row));
            if let Some(id) = spans.parent(at).filter(|_| marks.has(Marks::ORPHAN)) {
                missing.entry(id).or_default().push(at);
            }
            let flags = spans.flags[at];
            for (there, list) in [
                (marks.has(Marks::CYCLE), &mut found.cycles),
                (marks.has(Marks::DUPLICATE), &mut found.doubled),
                (flags.has(Flags::BACKWARD), &mut found.backward),
                (flags.has(Flags::UNTIMED), &mut found.untimed),
                (flags.has(Flags::LATE), &mut found.late),
            ] {
                if there {
                    list.push(at);
                }
            }
        }
        let all = missing.into_iter().map(|(id, children)| Missing { id, children });
        found.missing = all.collect();
        order::sort_by_rank(&mut found.missing, |missing| !(missing.children.len() as u64));
        let main = tree.main();
        found.loose =
            tree.roots().filter(|row| Some(*row) != main).map(|row| tree.span(row)).collect();
        found
    }
}
