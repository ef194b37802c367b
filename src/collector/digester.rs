//! Makes digests of traces once they are quiet, on a thread of its own, and keeps the shelf up.
//!
//! It steps back for whoever sends spans: while some arrive, it rests four times as long as it
//! works. What it did not get to is marked in the database and is found by the next collector.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use trace::digest::{self, Digest};
use trace::json;

use crate::queue;
use crate::shelf::Shelf;
use crate::store::{self, Digests, Files, Reader};

/// How often traces are looked at that are not quiet yet.
const TICK: Duration = Duration::from_millis(250);
/// The longest rest while spans arrive.
const REST: Duration = Duration::from_millis(200);
/// How many digests are taken onto the shelf at once.
const ARMFUL: u32 = 1000;

/// The way to a digester. Dropped, it says nothing: the thread ends when nobody is left to ring.
#[derive(Clone, Debug)]
pub(crate) struct Bell {
    bell: SyncSender<()>,
    stop: Arc<AtomicBool>,
}

impl Bell {
    /// Says that something is stored, or gone.
    pub(crate) fn ring(&self) {
        // One that has not been heard yet is as good as two.
        let _ = self.bell.try_send(());
    }

    /// Asks the digester to end.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        self.ring();
    }
}

/// Makes digests.
struct Digester {
    reader: Reader,
    digests: Digests,
    shelf: Arc<Shelf>,
    heard: Receiver<()>,
    stop: Arc<AtomicBool>,
}

/// Starts a digester's thread.
///
/// # Errors
/// When the database cannot be opened, or the system has no thread to give.
pub(crate) fn start(
    files: &Arc<Files>,
    shelf: Arc<Shelf>,
) -> Result<(Bell, JoinHandle<()>), crate::Error> {
    let (bell, heard) = sync_channel(1);
    let stop = Arc::new(AtomicBool::new(false));
    let digests = Digests::open(files).map_err(crate::Error::Store)?;
    let reader = Reader::new(Arc::clone(files));
    let digester = Digester { reader, digests, shelf, heard, stop: Arc::clone(&stop) };
    // Until it is counted what there is, at least something is missing.
    digester.shelf.set_left(1);
    let thread = thread::Builder::new().name("digester".to_owned());
    let thread = thread.spawn(move || digester.run()).map_err(crate::Error::Thread)?;
    Ok((Bell { bell, stop }, thread))
}

impl Digester {
    fn run(mut self) {
        if let Err(error) = self.load() {
            tracing::error!("lists lack what was recorded before: {error}");
        }
        while !self.stop.load(Ordering::SeqCst) {
            let began = Instant::now();
            let wait = match self.step() {
                Ok(Step::Made) => {
                    if self.heard.try_recv().is_ok() {
                        thread::sleep((began.elapsed() * 4).min(REST));
                    }
                    continue;
                }
                Ok(Step::Soon) => Some(TICK),
                Ok(Step::Nothing) => None,
                Err(error) => {
                    tracing::warn!("{error}");
                    Some(TICK)
                }
            };
            let heard = match wait {
                Some(wait) => self.heard.recv_timeout(wait),
                None => self.heard.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            if heard == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    /// Takes all digests that there are onto the shelf, those of the newest traces first.
    fn load(&mut self) -> Result<(), store::Error> {
        let mut before = i64::MAX;
        self.shelf.set_left(self.reader.digested()?);
        while !self.stop.load(Ordering::SeqCst) {
            let found = self.reader.digests(before, ARMFUL)?;
            let Some((last, _)) = found.last() else { break };
            before = *last;
            let count = found.len();
            // One that somebody damaged is as none, until its trace grows.
            let read = |(trace, text): (i64, String)| Some((trace, json::read(&text).ok()?));
            self.shelf.put(found.into_iter().filter_map(read).collect());
            self.shelf.set_left(self.shelf.left().saturating_sub(count));
        }
        self.shelf.set_left(0);
        Ok(())
    }

    /// Digests some traces.
    fn step(&mut self) -> Result<Step, store::Error> {
        self.shelf.drop_below(self.reader.floor()?);
        let due = self.reader.due(queue::now())?;
        if due.is_empty() {
            return Ok(if self.reader.stale()? > 0 { Step::Soon } else { Step::Nothing });
        }
        let (mut made, mut rows) = (Vec::with_capacity(due.len()), Vec::with_capacity(due.len()));
        for trace in due {
            let digest = digest::digest(&trace.stored.spans_if(digest::tells));
            let text = match digest == Digest::default() {
                true => String::new(),
                false => json::write(&digest),
            };
            made.push(trace.made(text));
            rows.push((trace.no, digest));
        }
        // Who counts what is missing meanwhile counts some of it twice rather than not at all.
        self.shelf.set_left(made.len());
        self.digests.put(&made, queue::now())?;
        self.shelf.put(rows);
        self.shelf.set_left(0);
        Ok(Step::Made)
    }
}

/// What there is to do.
enum Step {
    /// Something was done, and more may be waiting.
    Made,
    /// Traces are not quiet yet.
    Soon,
    /// All is done.
    Nothing,
}
