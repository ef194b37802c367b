//! Gives every span a lane of its process, so that what is drawn above each other is caller and
//! called, and what overlaps without that stands side by side. Slices of one thread must nest: a
//! viewer drops or distorts those that do not.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use trace::columns::Columns;

use crate::order;

/// The lane of each span, from 0 in each process.
pub(super) fn lanes(columns: &Columns) -> Vec<u32> {
    let process = |at: usize| columns.owner_of(at).resource;
    // Of those that start together the longest first: it may be around the others.
    let order = order::by(columns.len(), |at| {
        [process(at).into(), columns.starts[at], !columns.lengths[at]]
    });
    let mut lanes = vec![0; columns.len()];
    let mut placed = vec![false; columns.len()];
    for spans in order.chunk_by(|a, b| process(*a) == process(*b)) {
        let mut of = Process::default();
        for at in spans {
            let caller = columns.parent(*at).and_then(|id| columns.find(id));
            let caller = caller.filter(|caller| placed[*caller]);
            let caller = caller.filter(|caller| process(*caller) == process(*at));
            let lane = caller.map(|caller| (lanes[caller], caller));
            let lane = of.put(*at, columns.starts[*at], columns.end(*at), lane);
            (lanes[*at], placed[*at]) = (lane, true);
        }
    }
    lanes
}

/// The lanes of one process.
#[derive(Default)]
struct Process {
    /// What is open in each lane, outermost first: the span, and when it ends.
    open: Vec<Vec<(usize, u64)>>,
    /// When each lane is free again.
    free: BinaryHeap<Reverse<(u64, u32)>>,
}

impl Process {
    /// Puts a span into its caller's lane, if that is the innermost there and lasts as long; or into
    /// one that is free.
    fn put(&mut self, at: usize, start: u64, end: u64, caller: Option<(u32, usize)>) -> u32 {
        if let Some((lane, caller)) = caller
            && let Some(open) = self.open.get_mut(lane as usize)
        {
            while open.last().is_some_and(|(_, end)| *end <= start) {
                open.pop();
            }
            if open.last().is_some_and(|(top, until)| *top == caller && end <= *until) {
                open.push((at, end));
                return lane;
            }
        }
        let free = self.free.peek().filter(|Reverse((until, _))| *until <= start);
        let lane = match free.map(|Reverse((_, lane))| *lane) {
            Some(lane) => {
                self.free.pop();
                lane
            }
            None => self.another(),
        };
        if let Some(open) = self.open.get_mut(lane as usize) {
            open.clear();
            open.push((at, end));
        }
        self.free.push(Reverse((end, lane)));
        lane
    }

    fn another(&mut self) -> u32 {
        self.open.push(Vec::new());
        u32::try_from(self.open.len() - 1).unwrap_or(u32::MAX)
    }
}
