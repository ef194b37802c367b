//! All digests in memory, and the work of keeping them true.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use async_lock::{Mutex, MutexGuard};
use bridge::query::Rows;
use leptos::task::spawn_local;
use trace::TraceId;
use webext::journal::Stamp;
use webext::{Error, Journal, Listening};

use super::digesting::{self, BATCH, Done};
use super::kept::Kept;
use super::{blocks, news};
use crate::steps::Steps;

thread_local! {
    /// As long as the page: whoever waits for it may wait across turns.
    static SHELF: &'static Mutex<Shelf> = Box::leak(Box::default());
}

/// The shelf, for one at a time.
pub(super) async fn lock() -> MutexGuard<'static, Shelf> {
    SHELF.with(|shelf| *shelf).lock().await
}

/// What is in memory of the digests.
#[derive(Default)]
pub(super) struct Shelf {
    /// The journal that it is of, and what hears that it is closed.
    of: Option<(Rc<Journal>, Listening)>,
    kept: Kept,
    /// Of which rows all of the journal were read: pages, calls, errors. `None` where nothing was.
    loaded: Option<[bool; 3]>,
    /// How many digests are in no block.
    moved: usize,
    /// What is still to be digested.
    queue: Vec<(TraceId, Stamp)>,
    /// Digests that the journal did not take, and of which writing they are.
    loose: BTreeMap<TraceId, Stamp>,
}

impl Shelf {
    /// All rows.
    pub(super) const fn rows(&self) -> &Rows {
        self.kept.rows()
    }

    /// How many bytes each session has.
    pub(super) fn sizes(&self) -> BTreeMap<String, u64> {
        self.kept.sizes()
    }

    /// Takes in what changed, for no longer than that unless nothing was read yet, so that all rows
    /// are there of the wanted kinds: pages, calls, errors. How many pages are left.
    pub(super) async fn refresh(
        &mut self,
        journal: &Rc<Journal>,
        wanted: [bool; 3],
        patience: Duration,
    ) -> Result<u32, Error> {
        if !self.of.as_ref().is_some_and(|(of, _)| Rc::ptr_eq(of, journal)) {
            let closed = journal.closed(news::closed);
            *self = Self { of: Some((Rc::clone(journal), closed)), ..Self::default() };
        }
        let mut steps = Steps::begin();
        let heard = news::take();
        let there = self.loaded.unwrap_or_default();
        let all = [0, 1, 2].map(|kind| there[kind] || wanted[kind]);
        if heard.all || self.loaded.is_none() || all != there {
            *self = Self { of: self.of.take(), ..Self::default() };
            digesting::mark(journal, &mut steps).await?;
            self.moved = blocks::load(journal, all, &mut self.kept, &mut steps).await?;
            self.loaded = Some(all);
        }
        let mut done = Done::default();
        for trace in &heard.traces {
            if let Err(error) = digesting::again(journal, *trace, &mut done).await {
                // They are others still: whoever asks next looks again.
                news::put_back(heard.traces);
                return Err(error);
            }
        }
        self.take(done);
        self.digest(journal, patience, &mut steps).await?;
        if self.queue.is_empty() && self.moved >= blocks::EACH {
            self.moved = 0;
            let journal = Rc::clone(journal);
            spawn_local(async move {
                // What is in no block is read by itself.
                let _slower = blocks::write(&journal).await;
            });
        }
        Ok(u32::try_from(self.queue.len()).unwrap_or(u32::MAX))
    }

    /// Digests what is stale, until that is done or the time is over.
    async fn digest(
        &mut self,
        journal: &Journal,
        patience: Duration,
        steps: &mut Steps,
    ) -> Result<(), Error> {
        let since = webext::clock::lived();
        let mut contested = self.queue.is_empty();
        loop {
            if self.queue.is_empty() {
                if !contested {
                    return Ok(());
                }
                contested = false;
                self.queue = journal.stale().await?;
                self.queue.retain(|(trace, stamp)| self.loose.get(trace) != Some(stamp));
            }
            let rest = self.queue.len().saturating_sub(BATCH);
            let batch = self.queue.split_off(rest);
            let done = digesting::make(journal, &batch, steps).await?;
            contested |= done.contested;
            news::made(&done.kept);
            self.take(done);
            if webext::clock::lived().saturating_sub(since) >= patience {
                return Ok(());
            }
        }
    }

    fn take(&mut self, done: Done) {
        if done.made.is_empty() && done.gone.is_empty() {
            return;
        }
        self.loose.extend(done.loose);
        self.moved += done.kept.len() + done.gone.len();
        self.kept.remove(done.gone);
        self.kept.put(done.made);
        news::grown();
    }
}
