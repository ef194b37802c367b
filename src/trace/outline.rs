//! A trace's shape as lines of a list: a line a span, or a line for all spans with one path.
//!
//! Owns what a line adds up, which lines a fold hides, and the order of siblings. Keeps neither the
//! spans nor the folds: those are the caller's.

use crate::columns::{Columns, Flags, Pool};
use crate::filter::Bits;
use crate::order;
use crate::tree::Tree;

/// No line.
const NONE: u32 = u32::MAX;

/// A span, or spans with the same service, name and ancestors' names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The first of its spans, as an index into the columns.
    pub span: usize,
    /// Lines above it.
    pub depth: u32,
    /// How many spans it stands for.
    pub spans: u32,
    /// Those that failed.
    pub errors: u32,
    /// How long they took together, nanoseconds.
    pub length: u64,
    /// Their self times together, nanoseconds.
    pub own: u64,
    /// Lines right below it.
    pub children: u32,
    parent: u32,
}

/// In which order siblings stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The earliest first.
    #[default]
    Start,
    /// The longest first.
    Duration,
}

/// All lines, parents before their children.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    lines: Vec<Line>,
    /// The line of each span.
    of: Vec<u32>,
}

impl Outline {
    /// A line for each span, or where `merged` a line for each path. Linear.
    #[must_use]
    pub fn of(spans: &Columns, tree: &Tree, own: &[u64], merged: bool) -> Self {
        let mut outline = Self { lines: Vec::new(), of: vec![NONE; spans.len()] };
        let mut paths = Pool::default();
        for row in 0..tree.len() {
            let span = tree.span(row);
            let parent = tree.parent(row).map_or(NONE, |above| outline.of[tree.span(above)]);
            let line = if merged {
                let service = spans.owner_of(span).service;
                let key = [parent, service, spans.names[span]].map(u32::to_be_bytes).concat();
                // Number 0 is that of no bytes.
                paths.intern(&key) - 1
            } else {
                number(row)
            };
            if line as usize == outline.lines.len() {
                outline.begin(span, parent);
            }
            outline.add(line, spans, span, own);
        }
        outline
    }

    fn begin(&mut self, span: usize, parent: u32) {
        let mut depth = 0;
        if let Some(above) = self.lines.get_mut(parent as usize) {
            above.children += 1;
            depth = above.depth + 1;
        }
        let (spans, errors, length, own, children) = (0, 0, 0, 0, 0);
        self.lines.push(Line { span, depth, spans, errors, length, own, children, parent });
    }

    fn add(&mut self, at: u32, spans: &Columns, span: usize, own: &[u64]) {
        self.of[span] = at;
        let line = &mut self.lines[at as usize];
        line.spans += 1;
        line.errors += u32::from(spans.flags[span].has(Flags::ERROR));
        line.length = line.length.saturating_add(spans.lengths[span]);
        line.own = line.own.saturating_add(own.get(span).copied().unwrap_or_default());
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// A line.
    #[must_use]
    pub fn get(&self, line: usize) -> Option<&Line> {
        self.lines.get(line)
    }

    /// The line of a span.
    #[must_use]
    pub fn line(&self, span: usize) -> Option<usize> {
        self.of.get(span).map(|line| *line as usize).filter(|line| *line < self.len())
    }

    /// The line above a line.
    #[must_use]
    pub fn parent(&self, line: usize) -> Option<usize> {
        let parent = self.lines.get(line)?.parent;
        (parent != NONE).then_some(parent as usize)
    }

    /// The lines that have a span among these.
    #[must_use]
    pub fn lit(&self, through: &Bits) -> Bits {
        let mut lit = Bits::none(self.len());
        for (span, line) in self.of.iter().enumerate() {
            if through.has(span) {
                lit.add(*line as usize);
            }
        }
        lit
    }

    /// These lines and all that are above them.
    #[must_use]
    pub fn rooted(&self, mut lines: Bits) -> Bits {
        for (at, line) in self.lines.iter().enumerate().rev() {
            if lines.has(at) {
                lines.add(line.parent as usize);
            }
        }
        lines
    }

    /// The lines that no fold hides, in reading order; of all, or of `kept`. `folded` is told the
    /// first span of a line. Sorts siblings, otherwise linear; no recursion.
    #[must_use]
    pub fn show(
        &self,
        order: Order,
        kept: Option<&Bits>,
        folded: impl Fn(usize) -> bool,
    ) -> Vec<u32> {
        let (begins, below) = self.families(order);
        let family = |of: usize| &below[begins[of] as usize..begins[of + 1] as usize];
        let mut open: Vec<u32> = family(0).iter().rev().copied().collect();
        let mut shown = Vec::with_capacity(self.len());
        while let Some(at) = open.pop() {
            if kept.is_some_and(|kept| !kept.has(at as usize)) {
                continue;
            }
            shown.push(at);
            if !folded(self.lines[at as usize].span) {
                open.extend(family(at as usize + 1).iter().rev());
            }
        }
        shown
    }

    /// The lines by what they are below: where each family begins, that of the roots first, and all
    /// families one behind the other.
    fn families(&self, order: Order) -> (Vec<u32>, Vec<u32>) {
        let place = |line: &Line| if line.parent == NONE { 0 } else { line.parent as usize + 1 };
        let mut begins = vec![0_u32; self.len() + 2];
        for line in &self.lines {
            begins[place(line) + 1] += 1;
        }
        for at in 1..begins.len() {
            begins[at] += begins[at - 1];
        }
        let (mut next, mut below) = (begins.clone(), vec![0_u32; self.len()]);
        for (at, line) in (0..).zip(&self.lines) {
            let next = &mut next[place(line)];
            below[*next as usize] = at;
            *next += 1;
        }
        if order == Order::Duration {
            for ends in begins.windows(2) {
                let below = &mut below[ends[0] as usize..ends[1] as usize];
                order::sort_by_rank(below, |at| !self.lines[*at as usize].length);
            }
        }
        (begins, below)
    }
}

fn number(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;
    use crate::find::own_times;
    use crate::waterfall::tests::{span, spans};

    fn outline(spans: &[Span], merged: bool) -> (Columns, Outline) {
        let columns = Columns::of(spans);
        let tree = Tree::grow(&columns);
        let own = own_times(&columns, &tree);
        let outline = Outline::of(&columns, &tree, &own, merged);
        (columns, outline)
    }

    const PAGE: &str = "\
page     |============|
  cart   | ===        |
    sql  | =          |
    sql  |  =         |
  order  |    ======  |
  cart   |          ==|
    sql  |          = |
";

    fn read(columns: &Columns, outline: &Outline, shown: &[u32]) -> String {
        let text = |at: &u32| {
            let line = outline.get(*at as usize).unwrap();
            let (depth, name) = (".".repeat(line.depth as usize), columns.name(line.span));
            format!("{depth}{name} {}×{}", line.spans, line.length / 1_000_000)
        };
        shown.iter().map(text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_line_stands_for_a_span_or_for_a_path() {
        let (columns, all) = outline(&spans(PAGE), false);
        let shown = all.show(Order::Start, None, |_| false);
        let wanted = "page 1×12 .cart 1×3 ..sql 1×1 ..sql 1×1 .order 1×6 .cart 1×2 ..sql 1×1";
        assert_eq!(read(&columns, &all, &shown), wanted);
        let (columns, merged) = outline(&spans(PAGE), true);
        let shown = merged.show(Order::Start, None, |_| false);
        assert_eq!(read(&columns, &merged, &shown), "page 1×12 .cart 2×5 ..sql 3×3 .order 1×6");
        assert_eq!((merged.line(6), merged.parent(2), merged.parent(0)), (Some(2), Some(1), None));
        assert_eq!(merged.get(1).map(|line| (line.own / 1_000_000, line.children)), Some((2, 1)));
    }

    #[test]
    fn siblings_may_stand_by_duration_and_folds_hide_what_is_below() {
        let (columns, outline) = outline(&spans(PAGE), false);
        let shown = outline.show(Order::Duration, None, |span| span == 1);
        let wanted = "page 1×12 .order 1×6 .cart 1×3 .cart 1×2 ..sql 1×1";
        assert_eq!(read(&columns, &outline, &shown), wanted);
    }

    #[test]
    fn a_filter_keeps_what_is_above_what_it_lets_through() {
        let (columns, outline) = outline(&spans(PAGE), true);
        let lit = outline.lit(&Bits::of(7, |span| span == 3));
        assert_eq!(lit.rows().collect::<Vec<_>>(), [2]);
        let shown = outline.show(Order::Start, Some(&outline.rooted(lit)), |_| false);
        assert_eq!(read(&columns, &outline, &shown), "page 1×12 .cart 2×5 ..sql 3×3");
    }

    #[test]
    fn a_chain_and_a_crowd_of_a_hundred_thousand_are_listed() {
        const MANY: usize = 100_000;
        for merged in [false, true] {
            let chain: Vec<Span> =
                (0..MANY).map(|at| span(at, at.checked_sub(1), 0.0, 1.0)).collect();
            let (_, outline) = outline(&chain, merged);
            assert_eq!(outline.show(Order::Duration, None, |_| false).len(), MANY);
            assert_eq!(outline.get(MANY - 1).map(|line| line.depth), Some(99_999));
        }
        let crowd: Vec<Span> =
            (0..MANY).map(|at| span(at, (at > 0).then_some(0), 0.0, 0.0)).collect();
        let (_, outline) = outline(&crowd, false);
        assert_eq!(outline.show(Order::Duration, None, |span| span == 0), [0]);
        assert_eq!(outline.get(0).map(|line| line.children), Some(99_999));
    }
}
