//! What comes into a list of requests and goes out of it, and its order.

use std::collections::BTreeSet;

use trace::request::TracedRequest;
use trace::{SpanId, Timestamp, TraceId, order};

use super::{OTHER, RequestKey, Requests, Totals, key, number};

impl Requests {
    /// Takes in all that the journal has, and forgets what it has no more.
    pub fn fill(&mut self, rows: Result<Vec<TracedRequest>, String>) {
        match rows {
            Ok(rows) => self.renew(rows, None, true),
            Err(trouble) => self.fail(trouble),
        }
    }

    /// Nothing can be read.
    pub fn fail(&mut self, trouble: String) {
        (self.read, self.reading, self.trouble) = (true, false, Some(trouble));
    }

    /// Takes in the newest that the journal has of those that began before a moment (`None` for all
    /// time), and forgets what should be among them and is there no more; `whole` where it has no older.
    pub fn renew(&mut self, rows: Vec<TracedRequest>, before: Option<Timestamp>, whole: bool) {
        let oldest = rows.iter().map(|row| row.start).min().filter(|_| !whole);
        let since = if whole { Timestamp::default() } else { oldest.unwrap_or_default() };
        let there: BTreeSet<RequestKey> = rows.iter().map(key).collect();
        let begun = |at: Timestamp| self.order.partition_point(|it| self.rank(*it).0 >= at.nanos());
        let gone: Vec<u32> = self.order[before.map_or(0, begun)..begun(since)]
            .iter()
            .copied()
            .filter(|place| {
                let row = if place & OTHER == 0 { self.rows.get(*place as usize) } else { None };
                row.is_some_and(|row| !there.contains(&key(row)))
            })
            .collect();
        if whole || oldest.is_some() {
            self.forget(&gone);
        }
        self.merge(rows);
    }

    fn forget(&mut self, gone: &[u32]) {
        for place in gone {
            let Some(row) = self.rows.get(*place as usize) else { continue };
            let gone = key(row);
            self.known.remove(&gone);
            self.marked.retain(|marked| *marked != gone);
            self.chosen.take_if(|chosen| *chosen == gone);
            self.sessions.take(row);
            if self.filter.of_session(row) {
                self.totals.take(Totals::of(row));
            }
        }
        self.without(gone);
    }

    /// Takes in some of what the journal has: what is new, and what has changed.
    pub fn merge(&mut self, rows: Vec<TracedRequest>) {
        (self.read, self.trouble) = (true, None);
        let (mut fresh, mut changed) = (Vec::new(), Vec::new());
        for request in rows {
            let there = self.known.get(&key(&request)).copied();
            let old = there.and_then(|place| self.rows.get(place as usize));
            if old == Some(&request) {
                continue;
            }
            if let Some(old) = old {
                self.sessions.take(old);
                if self.filter.of_session(old) {
                    self.totals.take(Totals::of(old));
                }
            }
            self.sessions.add(&request);
            if self.filter.of_session(&request) {
                self.totals.add(Totals::of(&request));
            }
            match there {
                Some(place) => {
                    changed.push(place);
                    self.rows[place as usize] = request;
                }
                None => {
                    let place = number(self.rows.len());
                    self.known.insert(key(&request), place);
                    fresh.push(place);
                    self.rows.push(request);
                }
            }
        }
        self.without(&changed);
        fresh.append(&mut changed);
        self.sort_in(&fresh);
        if !self.others.is_empty() {
            self.find(self.others.clone());
        }
    }

    /// Takes in what the trace store knows of, oldest first. The journal's word comes first.
    pub fn find(&mut self, others: Vec<TracedRequest>) {
        let old: Vec<u32> = self.order.iter().copied().filter(|at| at & OTHER != 0).collect();
        for place in &old {
            if let Some(other) = self.any(*place).filter(|it| self.filter.of_session(it)) {
                let of = Totals::of(other);
                self.totals.take(of);
            }
        }
        self.without(&old);
        let alone = others.iter().enumerate().filter(|(_, it)| !self.knows(it.trace));
        let fresh: Vec<u32> = alone.map(|(at, _)| number(at) | OTHER).collect();
        self.others = others;
        for place in &fresh {
            if let Some(other) = self.any(*place).filter(|it| self.filter.of_session(it)) {
                let of = Totals::of(other);
                self.totals.add(of);
            }
        }
        self.sort_in(&fresh);
    }

    /// Whether the journal has a request of a trace.
    fn knows(&self, trace: TraceId) -> bool {
        let least = SpanId::mint(1_u64.to_be_bytes()).map(|least| (trace, least));
        let next = least.and_then(|least| self.known.range(least..).next());
        next.is_some_and(|((found, _), _)| *found == trace)
    }

    /// Takes places out of the order.
    fn without(&mut self, gone: &[u32]) {
        if gone.is_empty() {
            return;
        }
        let mut gone = gone.to_vec();
        gone.sort_unstable();
        let stays = |place: &u32| gone.binary_search(place).is_err();
        let whole = self.sifted == self.order.len();
        self.order.retain(stays);
        self.passed.retain(stays);
        self.sifted = if whole { self.order.len() } else { 0 };
        self.cut();
    }

    /// Puts places where they belong, and asks the filter of them.
    fn sort_in(&mut self, fresh: &[u32]) {
        let whole = self.sifted == self.order.len();
        let rank = |at: usize| fresh.get(at).map_or(0, |place| self.rank(*place).0);
        let sorted = order::order(fresh.len(), &rank, &|a, b| fresh[a].cmp(&fresh[b]));
        let fresh: Vec<u32> = sorted.into_iter().rev().map(|at| fresh[at]).collect();
        let passed = if whole { self.pass(&fresh) } else { Vec::new() };
        let mut order = std::mem::take(&mut self.order);
        self.join(&mut order, &fresh);
        self.order = order;
        if whole {
            let mut all = std::mem::take(&mut self.passed);
            let newest = all.first().map(|place| self.rank(*place));
            let newer = passed.iter().take_while(|place| Some(self.rank(**place)) > newest);
            self.arrived += newest.map_or(0, |_| newer.count());
            self.join(&mut all, &passed);
            self.passed = all;
            self.sifted = self.order.len();
            self.cut();
        } else {
            self.again();
        }
    }

    /// Where a place stands among all: by its time, then by itself.
    pub(super) fn rank(&self, place: u32) -> (u64, u32) {
        (self.any(place).map_or(0, |request| request.start.nanos()), place)
    }

    /// Puts places into a list, both the newest first. What comes mostly lies at one end of it.
    fn join(&self, list: &mut Vec<u32>, fresh: &[u32]) {
        let (Some(first), Some(last)) = (fresh.first(), fresh.last()) else { return };
        let (newest, oldest) = (self.rank(*first), self.rank(*last));
        let from = list.partition_point(|place| self.rank(*place) > newest);
        let to = list.partition_point(|place| self.rank(*place) > oldest);
        let mut merged = Vec::with_capacity(fresh.len() + to - from);
        let mut fresh = fresh.iter().copied().peekable();
        for place in &list[from..to] {
            let rank = self.rank(*place);
            while let Some(next) = fresh.next_if(|next| self.rank(*next) > rank) {
                merged.push(next);
            }
            merged.push(*place);
        }
        merged.extend(fresh);
        list.splice(from..to, merged);
    }
}
