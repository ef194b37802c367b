//! Puts spans in reading order: parents before children, siblings by start, whatever the input.
//!
//! Owns the tree's shape and the three ways in which a trace fails to be a tree (missing parent,
//! cycle, doubled id). Knows nothing of time beyond its order. No recursion: a chain may be as deep
//! as memory.
//!
//! Counts in ranks: a span's rank is its place in order of start, so children that are gathered
//! by rank are in order by themselves.

use super::Marks;
use crate::columns::Columns;
use crate::order;

/// No row.
pub(crate) const NONE: u32 = u32::MAX;

/// An index as the columns keep it. A trace of 4 billion spans does not fit in memory.
pub(crate) fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE)
}

/// The rows' columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forest {
    /// The span of the row, as an index into the input.
    pub(crate) spans: Vec<u32>,
    /// The row of its parent, or [`NONE`].
    pub(crate) parents: Vec<u32>,
    /// One past the last row of its descendants.
    pub(crate) ends: Vec<u32>,
    /// Ancestors above it; stops counting at the type's end.
    pub(crate) depths: Vec<u16>,
    /// What keeps the trace from being a tree.
    pub(crate) marks: Vec<Marks>,
}

impl Forest {
    /// Orders spans. The same spans in another order give the same forest.
    pub(crate) fn grow(spans: &Columns) -> Self {
        let ranks = by_start(spans);
        let mut roots = Parents::find(spans, &ranks);
        roots.open_cycles();
        let mut forest = roots.walk(&ranks);
        forest.measure();
        forest
    }

    /// The rows without a parent.
    pub(crate) fn roots(&self) -> impl Iterator<Item = usize> + Clone {
        let next = |row: &usize| self.ends.get(*row).map(|end| *end as usize);
        let rows = std::iter::successors(Some(0), next);
        rows.take_while(|row| *row < self.spans.len())
    }

    /// Puts trees, each given by the row of its root, under rows of their own that stand behind all
    /// others. These show no span: they are numbered from `first` on.
    pub(crate) fn gather(&mut self, groups: &[Vec<usize>], first: usize) {
        let old = std::mem::take(self);
        let mut gathered: Vec<usize> = groups.iter().flatten().copied().collect();
        order::sort_by_rank(&mut gathered, |row| *row as u64);
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

/// The input's indices in order of start, then of id, end and place; a span's place in it is its
/// rank.
fn by_start(spans: &Columns) -> Vec<u32> {
    let starts = &spans.starts;
    // Mostly in order already, or in a few runs that are; a stable sort sees that.
    let mut keyed: Vec<(u64, u32)> = starts.iter().copied().zip(0..).collect();
    keyed.sort_by_key(|(start, _)| *start);
    let mut ranks: Vec<u32> = keyed.iter().map(|(_, at)| *at).collect();
    let mut from = 0;
    for stretch in keyed.chunk_by(|one, next| one.0 == next.0) {
        let to = from + stretch.len();
        if stretch.len() > 1 {
            let rest = |at: &u32| {
                let place = *at as usize;
                (spans.ids[place], spans.lengths[place], *at)
            };
            ranks[from..to].sort_unstable_by_key(rest);
        }
        from = to;
    }
    ranks
}

/// The spans that share an id with another: id, trace and rank of each, in order.
fn doubles(spans: &Columns, rank_of: &[u32]) -> Vec<(u64, u32, u32)> {
    let doubled = spans.doubled();
    let firsts = doubled.iter().filter_map(|at| spans.find_number(spans.ids[*at as usize]));
    let all = doubled.iter().copied().chain(firsts);
    let place = |at: u32| (spans.ids[at as usize], spans.traces[at as usize], rank_of[at as usize]);
    let mut doubles: Vec<_> = all.map(place).collect();
    order::sort(&mut doubles, |it| it.0, Ord::cmp);
    doubles.dedup();
    doubles
}

/// Each span's parent, in ranks.
struct Parents {
    parents: Vec<u32>,
    marks: Vec<Marks>,
}

impl Parents {
    /// Looks every parent up.
    fn find(spans: &Columns, ranks: &[u32]) -> Self {
        let mut rank_of = vec![NONE; ranks.len()];
        for (rank, at) in (0..).zip(ranks) {
            rank_of[*at as usize] = rank;
        }
        let doubles = doubles(spans, &rank_of);
        let none = vec![NONE; ranks.len()];
        let mut found = Self { parents: none, marks: vec![Marks::default(); ranks.len()] };
        let alike = |pair: &&[(u64, u32, u32)]| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1);
        for pair in doubles.windows(2).filter(alike) {
            found.marks[pair[1].2 as usize] |= Marks::DUPLICATE;
        }
        let mut near = Near { place: 0, parent: (0, 0), rank: NONE };
        for (rank, at) in ranks.iter().map(|at| *at as usize).enumerate() {
            let parent = (spans.parents[at], spans.traces[at]);
            if parent.0 == 0 {
                continue;
            }
            if near.parent != parent {
                near.parent = parent;
                near.rank = match near.guess(spans, at).filter(|_| doubles.is_empty()) {
                    Some(place) => rank_of[place],
                    None => above(spans, &rank_of, &doubles, parent),
                };
                near.place = ranks.get(near.rank as usize).map_or(near.place, |at| *at as usize);
            }
            found.parents[rank] = near.rank;
            if near.rank == NONE {
                found.marks[rank] |= Marks::ORPHAN;
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

/// The last parent that was found. A look-up at random misses the cache, and the next parent is
/// mostly the same, the one that came behind it, or the span that came before its child.
struct Near {
    place: usize,
    parent: (u64, u32),
    rank: u32,
}

impl Near {
    /// Where the parent of a span is, where it is near.
    fn guess(&self, spans: &Columns, child: usize) -> Option<usize> {
        let near = [Some(self.place + 1), child.checked_sub(1)].into_iter().flatten();
        let mut near = near.filter(|at| spans.ids.get(*at) == Some(&self.parent.0));
        near.next()
    }
}

/// The rank of the first span that has this id, in this trace or else in any.
fn above(
    spans: &Columns,
    rank_of: &[u32],
    doubles: &[(u64, u32, u32)],
    (id, trace): (u64, u32),
) -> u32 {
    let Some(first) = spans.find_number(id) else { return NONE };
    if doubles.is_empty() {
        return rank_of[first as usize];
    }
    let at = doubles.partition_point(|other| (other.0, other.1) < (id, trace));
    if let Some(own) = doubles.get(at).filter(|own| (own.0, own.1) == (id, trace)) {
        return own.2;
    }
    let from = doubles.partition_point(|other| other.0 < id);
    let any = doubles.get(from).filter(|any| any.0 == id);
    any.map_or(rank_of[first as usize], |any| any.2)
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
