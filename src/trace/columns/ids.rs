//! Finds spans by id, and tells which of them share one.

use std::collections::{BTreeMap, BTreeSet};

use super::slots::{Probe, Slots, mix};

/// All by which a span is the same as another: a copy of it, not a doubled id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Likeness {
    pub(super) id: u64,
    pub(super) trace: u32,
    pub(super) start: u64,
    pub(super) name: u32,
    pub(super) service: u32,
}

/// The first span of each id.
#[derive(Clone, Debug, Default)]
pub(super) struct Ids {
    slots: Slots,
    /// Ids that hash like too many others.
    crowded: BTreeMap<u64, u32>,
    /// Spans that have the id of an earlier one, in order.
    pub(super) doubled: Vec<u32>,
    /// What those are like.
    likes: BTreeSet<Likeness>,
}

impl Ids {
    /// The first span that has an id, as an index into the column of ids.
    #[inline]
    pub(super) fn find(&self, ids: &[u64], id: u64) -> Option<u32> {
        match self.slots.probe(mix(id), |at| ids[at as usize] == id) {
            Probe::Found(at) => Some(at),
            Probe::Free(_) | Probe::Crowded => self.crowded.get(&id).copied(),
        }
    }

    /// Whether a span like this, whose id an earlier one has, is known.
    pub(super) fn knows(&self, like: &Likeness) -> bool {
        self.likes.contains(like)
    }

    /// Takes in the span that comes next; `ids` are those before it.
    pub(super) fn add(&mut self, ids: &[u64], like: Likeness, first: Option<u32>) {
        let number = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        if first.is_some() {
            self.doubled.push(number);
            self.likes.insert(like);
            return;
        }
        for at in self.slots.widen(|at| mix(ids[at as usize])) {
            self.crowded.insert(ids[at as usize], at);
        }
        match self.slots.probe(mix(like.id), |_| false) {
            Probe::Free(at) => self.slots.put(at, number),
            Probe::Found(_) | Probe::Crowded => drop(self.crowded.insert(like.id, number)),
        }
    }
}
