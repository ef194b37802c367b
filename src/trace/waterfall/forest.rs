//! Puts spans in reading order: parents before children, siblings by start, whatever the input.
//!
//! Owns the tree's shape and the three ways in which a trace fails to be a tree (missing parent,
//! cycle, doubled id). Knows nothing of time beyond its order. No recursion: a chain may be as deep
//! as memory.

use super::Marks;
use crate::Span;

/// No row.
pub(super) const NONE: u32 = u32::MAX;

/// An index as the columns keep it. A trace of 4 billion spans does not fit in memory.
pub(super) fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE)
}

/// The rows' columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Forest {
    /// The span of the row, as an index into the input.
    pub(super) spans: Vec<u32>,
    /// The row of its parent, or [`NONE`].
    pub(super) parents: Vec<u32>,
    /// One past the last row of its descendants.
    pub(super) ends: Vec<u32>,
    /// Ancestors above it; stops counting at the type's end.
    pub(super) depths: Vec<u16>,
    /// What keeps the trace from being a tree.
    pub(super) marks: Vec<Marks>,
}

impl Forest {
    /// Orders spans. The same spans in another order give the same forest.
    pub(super) fn grow(spans: &[Span]) -> Self {
        let ranks = by_start(spans);
        let mut roots = Parents::find(spans, &ranks);
        roots.open_cycles();
        let mut forest = roots.walk(&ranks);
        forest.measure();
        forest
    }

    /// The rows without a parent.
    pub(super) fn roots(&self) -> impl Iterator<Item = usize> + Clone {
        let next = |row: &usize| self.ends.get(*row).map(|end| *end as usize);
        let rows = std::iter::successors(Some(0), next);
        rows.take_while(|row| *row < self.spans.len())
    }

    /// Puts trees, each given by the row of its root, under rows of their own that stand behind all
    /// others. These show no span: they are numbered from `first` on.
    pub(super) fn gather(&mut self, groups: &[Vec<usize>], first: usize) {
        let old = std::mem::take(self);
        let mut gathered: Vec<usize> = groups.iter().flatten().copied().collect();
        gathered.sort_unstable();
        for root in old.roots().filter(|root| gathered.binary_search(root).is_err()) {
            self.graft(&old, root, NONE);
        }
        for (group, roots) in groups.iter().enumerate() {
            let header = index(self.spans.len());
            self.spans.push(index(first + group));
            self.parents.push(NONE);
            self.depths.push(0);
            self.marks.push(Marks::default());
            for root in roots {
                self.graft(&old, *root, header);
            }
        }
        self.measure();
    }

    /// Copies a tree to the end, below a row.
    fn graft(&mut self, old: &Self, root: usize, parent: u32) {
        let begin = self.spans.len();
        let deeper = u16::from(parent != NONE);
        for row in root..old.ends[root] as usize {
            let above = old.parents[row] as usize;
            self.spans.push(old.spans[row]);
            self.parents.push(if row == root { parent } else { index(above - root + begin) });
            self.depths.push(old.depths[row].saturating_add(deeper));
            self.marks.push(old.marks[row]);
        }
    }

    /// Finds where each row's descendants end, from the last row up.
    fn measure(&mut self) {
        self.ends = (1..=self.spans.len()).map(index).collect();
        for row in (0..self.spans.len()).rev() {
            let parent = self.parents[row];
            if parent != NONE {
                let end = self.ends[row].max(self.ends[parent as usize]);
                self.ends[parent as usize] = end;
            }
        }
    }
}

/// The input's indices in order of start; a span's place in it is its rank.
fn by_start(spans: &[Span]) -> Vec<u32> {
    let mut ranks: Vec<u32> = (0..spans.len()).map(index).collect();
    ranks.sort_unstable_by_key(|at| {
        let span = &spans[*at as usize];
        (span.start, span.id, span.end, *at)
    });
    ranks
}

/// Each span's parent. Everything here counts in ranks, so that order by start comes for free.
struct Parents {
    parents: Vec<u32>,
    marks: Vec<Marks>,
}

impl Parents {
    /// Looks every parent up. Two sorted lists are walked side by side, because a million look-ups
    /// at random miss the cache a million times.
    fn find(spans: &[Span], ranks: &[u32]) -> Self {
        let ranked = || ranks.iter().map(|at| &spans[*at as usize]).zip(0..);
        let mut ids: Vec<_> = ranked().map(|(span, rank)| (span.id, rank)).collect();
        let mut wanted: Vec<_> =
            ranked().filter_map(|(span, rank)| Some((span.parent?, rank))).collect();
        ids.sort_unstable();
        wanted.sort_unstable();

        let none = vec![NONE; ranks.len()];
        let mut found = Self { parents: none, marks: vec![Marks::default(); ranks.len()] };
        for pair in ids.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            found.marks[pair[1].1 as usize] |= Marks::DUPLICATE;
        }
        let mut at = 0;
        for (parent, rank) in wanted {
            while ids.get(at).is_some_and(|(id, _)| *id < parent) {
                at += 1;
            }
            match ids.get(at) {
                Some((id, above)) if *id == parent => found.parents[rank as usize] = *above,
                _ => found.marks[rank as usize] |= Marks::ORPHAN,
            }
        }
        found
    }

    /// Cuts every cycle above its earliest span. Each span is passed once: a walk stops where an
    /// earlier walk has been.
    fn open_cycles(&mut self) {
        let mut walks = vec![NONE; self.parents.len()];
        for walk in 0..index(self.parents.len()) {
            let mut rank = walk;
            while rank != NONE && walks[rank as usize] == NONE {
                walks[rank as usize] = walk;
                rank = self.parents[rank as usize];
            }
            if rank != NONE && walks[rank as usize] == walk {
                let earliest = self.earliest(rank);
                self.parents[earliest as usize] = NONE;
                self.marks[earliest as usize] |= Marks::CYCLE;
            }
        }
    }

    /// The lowest rank of the cycle through `member`.
    fn earliest(&self, member: u32) -> u32 {
        let mut lowest = member;
        let mut rank = self.parents[member as usize];
        while rank != member {
            lowest = lowest.min(rank);
            rank = self.parents[rank as usize];
        }
        lowest
    }

    /// Walks the trees depth first, roots and children by rank.
    fn walk(&self, ranks: &[u32]) -> Forest {
        let children = Children::gather(&self.parents);
        let mut forest = Forest::default();
        let roots = (0..index(ranks.len())).rev().filter(|at| self.parents[*at as usize] == NONE);
        let mut open: Vec<(u32, u32, u16)> = roots.map(|root| (root, NONE, 0)).collect();
        while let Some((rank, parent, depth)) = open.pop() {
            let row = index(forest.spans.len());
            forest.spans.push(ranks[rank as usize]);
            forest.parents.push(parent);
            forest.depths.push(depth);
            forest.marks.push(self.marks[rank as usize]);
            let below = children.of(rank).iter().rev();
            open.extend(below.map(|child| (*child, row, depth.saturating_add(1))));
        }
        forest
    }
}

/// All children in one list, each parent's in a stretch of it.
struct Children {
    /// Where a parent's stretch begins; one more entry says where the last one ends.
    begins: Vec<u32>,
    all: Vec<u32>,
}

impl Children {
    /// A counting sort by parent; it is stable, so children stay in order of rank.
    fn gather(parents: &[u32]) -> Self {
        let mut begins = vec![0; parents.len() + 1];
        for parent in parents.iter().filter(|parent| **parent != NONE) {
            begins[*parent as usize + 1] += 1;
        }
        for at in 1..begins.len() {
            begins[at] += begins[at - 1];
        }
        let mut next = begins.clone();
        let mut all = vec![NONE; *begins.last().unwrap_or(&0) as usize];
        for (child, parent) in (0..).zip(parents).filter(|(_, parent)| **parent != NONE) {
            all[next[*parent as usize] as usize] = child;
            next[*parent as usize] += 1;
        }
        Self { begins, all }
    }

    fn of(&self, rank: u32) -> &[u32] {
        let rank = rank as usize;
        &self.all[self.begins[rank] as usize..self.begins[rank + 1] as usize]
    }
}
