//! Keeps the journal within the room that the user gives it: the oldest pages go, in small steps.

use std::collections::BTreeSet;
use std::time::Duration;

use bridge::Consult;
use trace::room::{KEY, Room};
use trace::table::Table;
use trace::{TraceId, json};
use webext::storage::{self, Area};
use webext::{Error, Journal, clock, disk, recording};

use crate::Recording;
use crate::who;

/// How long what the disk was found to hold counts as true.
const PAUSE: Duration = Duration::from_secs(60);
/// Requests that are looked at in one step.
const STEP: u32 = 64;
/// Bytes that are freed when the browser has no room left, at least.
const FULL: u64 = 20_000_000;
/// Bytes that a page takes besides its spans, as a guess: its facts and its rows.
const BESIDES: u64 = 4_000;

/// Pages that are to go.
#[derive(Debug, Default)]
struct Sweep {
    gone: BTreeSet<TraceId>,
    /// Their bytes.
    freed: u64,
    /// Of their spans those that wait for a destination, by its slot.
    unsent: Table<u8, u64>,
}

impl Recording {
    /// Removes what is too old, once in a while.
    pub(crate) async fn tidy(&self) {
        let now = clock::now();
        let fresh = self.measured.get().is_some_and(|at| now.since(at) < PAUSE && at <= now);
        if fresh {
            return;
        }
        let Some(_turn) = self.tidying.take() else { return };
        self.measured.set(Some(now));
        // A journal that cannot be tidied is larger; what it refuses is said where it is written.
        let _larger = self.shrink(0).await;
    }

    /// Makes room once where the browser has none left. Whether there is more now.
    pub(crate) async fn free(&self) -> bool {
        // Who tidies up just now was not asked for as much.
        let _turn = self.tidying.wait().await;
        let freed = self.shrink(FULL).await;
        freed.is_ok_and(|freed| freed > 0)
    }

    /// Removes the oldest pages until what is kept fits, and so many bytes at least are gone. Returns
    /// how many are.
    async fn shrink(&self, least: u64) -> Result<u64, Error> {
        let kept = storage::load::<Room>(Area::Local, KEY).await?;
        let mut room = kept.unwrap_or_default();
        let before = room;
        let excess = room.excess(disk::used().await?, who::choices().await.room).max(least);
        let (mut freed, mut far) = (0, STEP);
        while freed < excess {
            let journal = self.journal().await?;
            let sweep = self.oldest(&journal, excess - freed, &mut far, &mut room).await?;
            if sweep.gone.is_empty() {
                break; // What is left is being recorded.
            }
            freed += sweep.freed;
            self.remove(&journal, sweep).await?;
            webext::rest().await;
        }
        if room != before {
            // What is not noted is said by nobody; it is gone all the same.
            let _unsaid = storage::store(Area::Local, KEY, &room).await;
        }
        Ok(freed)
    }

    /// Some of the oldest pages that may go, until so many bytes are found. So `far` is looked for
    /// them: pages that are recorded may have all the oldest requests.
    async fn oldest(
        &self,
        journal: &Journal,
        wanted: u64,
        far: &mut u32,
        room: &mut Room,
    ) -> Result<Sweep, Error> {
        let (mut sweep, mut seen) = (Sweep::default(), BTreeSet::new());
        loop {
            let oldest = journal.oldest(*far).await?;
            for trace in &oldest {
                let lives = self.alive.borrow().contains(trace);
                if !lives && sweep.freed < wanted && seen.insert(*trace) {
                    self.look_at(journal, *trace, room, &mut sweep).await?;
                }
            }
            if !sweep.gone.is_empty() || oldest.len() < *far as usize {
                return Ok(sweep);
            }
            *far = far.saturating_mul(4);
        }
    }

    /// Takes a page in, unless it is a part of one that stays.
    async fn look_at(
        &self,
        journal: &Journal,
        trace: TraceId,
        room: &mut Room,
        sweep: &mut Sweep,
    ) -> Result<(), Error> {
        if sweep.gone.contains(&trace) {
            return Ok(());
        }
        let chunks = journal.chunks(trace).await?;
        if chunks.is_empty() && !journal.places_of_pages(trace).await?.is_empty() {
            return Ok(()); // It goes with its page, which is recorded still.
        }
        let bytes: u64 = chunks.iter().map(|chunk| chunk.bytes.len() as u64).sum();
        let spans = chunks.iter().map(|chunk| u64::from(chunk.count)).sum();
        if !chunks.is_empty() {
            room.note(clock::now(), spans, bytes + BESIDES);
        }
        for chunk in &chunks {
            let mask = chunk.unsent.unwrap_or_default();
            for slot in (0..8).filter(|slot| mask >> slot & 1 == 1) {
                *sweep.unsent.or_default(slot) += u64::from(chunk.count);
            }
        }
        sweep.freed += bytes + BESIDES;
        sweep.gone.insert(trace);
        // Rows of requests that are traces of their own go with the page in which they lie.
        for other in chunks.into_iter().flat_map(|chunk| chunk.others) {
            if !self.alive.borrow().contains(&other) && journal.places(other).await?.is_empty() {
                sweep.gone.insert(other);
            }
        }
        Ok(())
    }

    /// Removes what was found.
    async fn remove(&self, journal: &Journal, sweep: Sweep) -> Result<(), Error> {
        let Sweep { gone, unsent, .. } = sweep;
        journal.remove_pages(&gone, None).await?;
        if !unsent.is_empty() {
            let spans = unsent.iter().map(|(slot, spans)| (*slot, *spans)).collect();
            // They are gone, whoever counts them.
            let _counted = recording::carry_out(json::write(&Consult::Lost { spans })).await;
        }
        self.pages.borrow_mut().retain(|trace, _| !gone.contains(trace));
        Ok(())
    }
}
