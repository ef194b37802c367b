//! What waits in the journal, as it is known in memory, and the ledger of what became of the rest.

use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use backend::outbox::{Ledger, Limits, Part, Waiting, Why};
use backend::stores::{Destination, OUTBOX};
use trace::order::order;
use trace::{Timestamp, json};
use webext::journal::{Place, SpanChunk};
use webext::storage::{self, Area};
use webext::{Error, Journal};

/// How spans are put together. A page writes what it has within a second or two of its load, and
/// somebody may be looking for it in the store.
pub(crate) const LIMITS: Limits = Limits { linger: Duration::from_secs(1), ..Limits::DEFAULT };
/// Chunks of one request at most.
const MOST: u32 = 512;
/// Chunks that are read at once: some may have 200 kB.
const STEP: usize = 8;

/// What is in memory. All of it can be read back.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// `None` until it is read.
    ledger: RefCell<Option<Ledger>>,
    /// Bits of the destinations that are being served.
    busy: Cell<u8>,
    /// What chunks weigh that wait: they never change.
    weights: RefCell<BTreeMap<Place, Waiting>>,
    /// Bits that the journal would not let us strike off, for want of room: what has been sent must
    /// not be sent again.
    done: RefCell<BTreeMap<Place, u8>>,
}

/// A destination that is being served, until dropped.
pub(crate) struct AtWork<'a> {
    busy: &'a Cell<u8>,
    bit: u8,
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.busy.set(self.busy.get() & !self.bit);
    }
}

impl Outbox {
    /// Whether nobody serves a destination.
    pub(crate) fn is_idle(&self, bit: u8) -> bool {
        self.busy.get() & bit == 0
    }

    /// Takes a destination, unless somebody serves it.
    pub(crate) fn work(&self, bit: u8) -> Option<AtWork<'_>> {
        let idle = self.is_idle(bit);
        self.busy.set(self.busy.get() | bit);
        // Not made where it is not given: dropped, it would set the other's destination free.
        idle.then(|| AtWork { busy: &self.busy, bit })
    }

    /// Opens the ledger, with an account for each destination and for nobody else.
    pub(crate) async fn open(&self, destinations: &[Destination]) {
        self.read().await;
        self.ledger(|ledger| ledger.keep(destinations));
    }

    async fn read(&self) {
        if self.ledger.borrow().is_none() {
            // What cannot be read begins anew: then spans are tried sooner.
            let kept = storage::load(Area::Local, OUTBOX).await.ok().flatten();
            // Two may read at the same time; who comes second must not undo what the first noted.
            self.ledger.borrow_mut().get_or_insert(kept.unwrap_or_default());
        }
    }

    /// Does something with the ledger.
    pub(crate) fn ledger<T>(&self, work: impl FnOnce(&mut Ledger) -> T) -> T {
        work(self.ledger.borrow_mut().get_or_insert_default())
    }

    /// Stores the ledger.
    pub(crate) async fn keep(&self) {
        let stored = self.ledger(|ledger| storage::store(Area::Local, OUTBOX, ledger));
        // What cannot be stored is in memory.
        let _kept_in_memory = stored.await;
    }

    /// Forgets all of it.
    pub(crate) async fn forget(&self) {
        self.ledger.replace(Some(Ledger::default()));
        self.weights.take();
        self.done.take();
        self.keep().await;
    }

    /// Counts spans that were removed from the journal while they waited, by slot.
    pub(crate) async fn lost(&self, lost: &[(u8, u64)]) {
        self.read().await;
        for (slot, spans) in lost {
            self.ledger(|ledger| ledger.lose(*slot, Why::Removed, *spans));
        }
        self.keep().await;
    }

    /// The chunk of which a destination has a part; `None` where there is none, or it waits no more.
    pub(crate) async fn begun(
        &self,
        journal: &Journal,
        to: &Destination,
    ) -> Result<Option<SpanChunk>, Error> {
        let Some(place) = self.ledger(|ledger| ledger.part(to.slot).and_then(whole)) else {
            return Ok(None);
        };
        let found = journal.chunks_at(&[place]).await?.pop();
        Ok(found.filter(|chunk| {
            let done = self.done.borrow().get(&place).copied().unwrap_or_default();
            chunk.unsent.unwrap_or_default() & !done & to.bit() != 0
        }))
    }

    /// The first chunks that wait for a destination, a request's full, in the order of the journal.
    pub(crate) async fn oldest(
        &self,
        journal: &Journal,
        bit: u8,
        limits: Limits,
    ) -> Result<Vec<SpanChunk>, Error> {
        let (mut found, mut bytes, mut spans) = (Vec::new(), 0, 0_u32);
        for mask in journal.masks().await? {
            if mask & bit == 0 {
                continue;
            }
            let mut places = journal.waiting(mask, MOST).await?;
            places.retain(|place| self.done.borrow().get(place).is_none_or(|bits| bits & bit == 0));
            for places in places.chunks(STEP) {
                for chunk in journal.chunks_at(places).await? {
                    (bytes, spans) = (bytes + chunk.bytes.len(), spans.saturating_add(chunk.count));
                    found.push(chunk);
                }
                if limits.full(bytes, spans) {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }

    /// What chunks weigh. Each counts as waiting since the first of them does.
    pub(crate) fn waiting(&self, chunks: &[SpanChunk]) -> Vec<Waiting> {
        let since = chunks.iter().map(since).min().unwrap_or_default();
        chunks.iter().map(|chunk| Waiting { since, ..weight(chunk) }).collect()
    }

    /// Strikes a destination's bit off chunks that it got, or will never get.
    pub(crate) async fn settle(
        &self,
        journal: &Journal,
        places: &[Place],
        bit: u8,
    ) -> Result<(), Error> {
        let note = |note: &dyn Fn(u8) -> u8| {
            let mut done = self.done.borrow_mut();
            for place in places {
                let bits = done.entry(*place).or_default();
                *bits = note(*bits);
            }
            done.retain(|_, bits| *bits != 0);
        };
        note(&|bits| bits | bit);
        journal.settle(places, bit).await?;
        note(&|bits| bits & !bit);
        Ok(())
    }

    /// Strikes off what could not be struck off before, and the bits of destinations that are no more.
    pub(crate) async fn strike(
        &self,
        journal: &Journal,
        destinations: &[Destination],
    ) -> Result<(), Error> {
        let done: Vec<(Place, u8)> =
            self.done.borrow().iter().map(|(place, bits)| (*place, *bits)).collect();
        for (place, bits) in done {
            self.settle(journal, &[place], bits).await?;
        }
        let live = mask(destinations);
        for mask in journal.masks().await? {
            if mask & !live != 0 {
                journal.settle(&journal.waiting(mask, u32::MAX).await?, !live).await?;
            }
        }
        Ok(())
    }

    /// How many spans wait. Of what is more than a destination may hold, the oldest is given up.
    pub(crate) async fn weigh(
        &self,
        journal: &Journal,
        destinations: &[Destination],
    ) -> Result<u32, Error> {
        let live = mask(destinations);
        let mut all: BTreeMap<Place, u8> = BTreeMap::new();
        for mask in journal.masks().await? {
            if mask & live != 0 {
                let places = journal.waiting(mask, u32::MAX).await?;
                all.extend(places.into_iter().map(|place| (place, mask)));
            }
        }
        self.weights.borrow_mut().retain(|place, _| all.contains_key(place));
        let known = |place: &Place| self.weights.borrow().contains_key(place);
        let unknown: Vec<Place> = all.keys().filter(|place| !known(place)).copied().collect();
        for places in unknown.chunks(STEP) {
            let chunks = journal.chunks_at(places).await?;
            let weights = chunks.iter().map(|chunk| (place(chunk), weight(chunk)));
            self.weights.borrow_mut().extend(weights);
        }
        let mut dropped = false;
        for to in destinations {
            let gone = self.overflow(&all, to.bit());
            if gone.is_empty() {
                continue;
            }
            let spans = gone.iter().filter_map(|place| self.weight_of(place));
            let spans: u64 = spans.map(|weight| u64::from(weight.spans)).sum();
            journal.settle(&gone, to.bit()).await?;
            self.ledger(|ledger| {
                // What it has of one of them is not lost.
                let part = ledger.part(to.slot);
                let part = part.filter(|part| whole(part).is_some_and(|it| gone.contains(&it)));
                let sent = part.map_or(0, |part| u64::from(part.done));
                ledger.lose(to.slot, Why::Full, spans.saturating_sub(sent));
            });
            let gone: BTreeSet<Place> = gone.into_iter().collect();
            for (_, mask) in all.iter_mut().filter(|(place, _)| gone.contains(place)) {
                *mask &= !to.bit();
            }
            dropped = true;
        }
        if dropped {
            self.keep().await;
        }
        let left = all.iter().filter(|(_, mask)| *mask & live != 0);
        let left = left.filter_map(|(place, _)| self.weight_of(place));
        Ok(left.fold(0, |all, weight| all.saturating_add(weight.spans)))
    }

    fn weight_of(&self, place: &Place) -> Option<Waiting> {
        self.weights.borrow().get(place).copied()
    }

    /// The oldest chunks of a destination, as many as must go so that the rest fits.
    fn overflow(&self, all: &BTreeMap<Place, u8>, bit: u8) -> Vec<Place> {
        let theirs: Vec<(Place, Waiting)> = all
            .iter()
            .filter(|(_, mask)| *mask & bit != 0)
            .filter_map(|(place, _)| Some((*place, self.weight_of(place)?)))
            .collect();
        let age = |at: usize| theirs.get(at).map_or(0, |(_, weight)| weight.since.nanos());
        let by_age = order(theirs.len(), &age, &|_, _| Ordering::Equal);
        let sorted: Vec<&(Place, Waiting)> =
            by_age.into_iter().filter_map(|at| theirs.get(at)).collect();
        let weights: Vec<Waiting> = sorted.iter().map(|(_, weight)| *weight).collect();
        let gone = LIMITS.overflow(&weights);
        sorted.into_iter().take(gone).map(|(place, _)| *place).collect()
    }
}

/// The bits of destinations.
fn mask(destinations: &[Destination]) -> u8 {
    destinations.iter().fold(0, |all, to| all | to.bit())
}

/// Where a chunk lies.
pub(crate) const fn place(chunk: &SpanChunk) -> Place {
    (chunk.trace, chunk.side, chunk.part)
}

/// How a chunk that goes in parts is named.
pub(crate) fn name(chunk: &SpanChunk) -> String {
    json::write(&place(chunk))
}

/// Where the chunk lies of which this is a part.
fn whole(part: &Part) -> Option<Place> {
    json::read(&part.of).ok()
}

/// Since when a chunk waits; one of an earlier version since ever.
fn since(chunk: &SpanChunk) -> Timestamp {
    chunk.since.unwrap_or_default()
}

fn weight(chunk: &SpanChunk) -> Waiting {
    Waiting { bytes: chunk.bytes.len(), spans: chunk.count, since: since(chunk) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_serves_a_destination_has_it_alone_whoever_asks_for_it() {
        let outbox = Outbox::default();
        let first = outbox.work(2);
        assert!(first.is_some() && outbox.work(2).is_none());
        assert!(outbox.work(2).is_none() && !outbox.is_idle(2));
        assert!(outbox.work(4).is_some());
        drop(first);
        assert!(outbox.is_idle(2));
    }
}
