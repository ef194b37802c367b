//! Between the senders and the one writer: a bounded queue, and the thread that empties it.
//!
//! What waits is written together (group commit): one wait for the disk serves all. A sender hears
//! back only after the commit. What is only noted has no commit of its own while spans come in: it goes
//! with the next of theirs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::{broadcast, oneshot};
use trace::TraceId;

use crate::batch::Batch;
use crate::digester::Bell;
use crate::fault::Fault;
use crate::forward::Outgoing;
use crate::store::{Limits, Note, Totals, Writer};

/// As much memory as may wait, besides a single request that is larger.
const MAX_WAITING: usize = 24 << 20;

/// As much as is written in one transaction.
const MAX_GROUP: usize = 4 << 20;

/// What those hear who come too late.
const STOPPING: &str = "collector is stopping";

/// How often age is looked at when nothing arrives.
const TICK: Duration = Duration::from_secs(10);

/// How long one who has something to note lets those go first who send spans.
const LATER: Duration = Duration::from_millis(5);

/// How long a note waits for spans with which it is committed.
const RIDE: Duration = Duration::from_millis(20);

/// A trace has more spans than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grown {
    pub(crate) trace: TraceId,
    /// All that it has now.
    pub(crate) spans: u32,
}

/// The way to the writer.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    sender: SyncSender<Message>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    depth: usize,
    waiting: AtomicUsize,
    bytes: AtomicUsize,
    totals: Mutex<Totals>,
}

#[derive(Debug)]
enum Message {
    Keep(Job),
    Note(Note, Done),
    Stop,
}

/// Where it is said how it went.
type Done = oneshot::Sender<Result<(), String>>;

#[derive(Debug)]
struct Job {
    batch: Batch,
    weight: usize,
    done: Done,
}

/// What is written in one transaction.
#[derive(Default)]
struct Group {
    jobs: Vec<Job>,
    notes: Vec<(Note, Done)>,
    size: usize,
}

impl Group {
    /// Takes a message in; `true` when it is the last one.
    fn take(&mut self, message: Message) -> bool {
        match message {
            Message::Keep(job) => {
                self.size += job.weight;
                self.jobs.push(job);
            }
            Message::Note(note, done) => self.notes.push((note, done)),
            Message::Stop => return true,
        }
        false
    }
}

/// What a queue's writer does besides writing.
pub(crate) struct Duties {
    pub(crate) depth: usize,
    pub(crate) limits: Limits,
    pub(crate) grown: broadcast::Sender<Grown>,
    /// What was stored, for those who follow a trace.
    pub(crate) news: broadcast::Sender<Arc<Batch>>,
    /// Who makes digests of what was stored.
    pub(crate) bell: Bell,
    /// Who hands on what was stored.
    pub(crate) outgoing: Arc<Outgoing>,
}

impl Queue {
    /// Starts the writer's thread.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub(crate) fn start(writer: Writer, duties: Duties) -> std::io::Result<(Self, JoinHandle<()>)> {
        let depth = duties.depth.max(1);
        let (sender, receiver) = mpsc::sync_channel(depth);
        let shared = Arc::new(Shared {
            depth,
            waiting: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            totals: Mutex::new(writer.totals()),
        });
        let desk = Desk { writer, receiver, duties, shared: Arc::clone(&shared) };
        let thread = thread::Builder::new().name("writer".to_owned()).spawn(move || desk.run())?;
        Ok((Self { sender, shared }, thread))
    }

    /// Hands a batch over and waits until it is committed.
    pub(crate) async fn keep(&self, batch: Batch) -> Result<(), Fault> {
        if batch.spans.is_empty() {
            return Ok(());
        }
        let (done, committed) = oneshot::channel();
        let weight = batch.weight();
        let before = self.shared.bytes.fetch_add(weight, Ordering::Relaxed);
        self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        let sent =
            match before > 0 && before + weight > MAX_WAITING {
                true => Err(Fault::busy("queue is full")),
                false => self.sender.try_send(Message::Keep(Job { batch, weight, done })).map_err(
                    |error| match error {
                        TrySendError::Full(_) => Fault::busy("queue is full"),
                        TrySendError::Disconnected(_) => Fault::busy(STOPPING),
                    },
                ),
            };
        if let Err(fault) = sent {
            self.shared.leave(weight);
            return Err(fault);
        }
        match committed.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(reason)) => Err(Fault::busy(reason)),
            Err(_) => Err(Fault::busy(STOPPING)),
        }
    }

    /// Has it noted what became of spans that were handed on, and waits until that is committed.
    ///
    /// # Errors
    /// When it was not.
    pub(crate) async fn note(&self, note: Note) -> Result<(), String> {
        let (done, committed) = oneshot::channel();
        let mut message = Message::Note(note, done);
        loop {
            message = match self.sender.try_send(message) {
                Ok(()) => break,
                Err(TrySendError::Full(message)) => message,
                Err(TrySendError::Disconnected(_)) => return Err(STOPPING.to_owned()),
            };
            tokio::time::sleep(LATER).await;
        }
        committed.await.unwrap_or_else(|_| Err(STOPPING.to_owned()))
    }

    /// Asks the writer to write what waits, and to end. Blocks while the queue is full.
    pub(crate) fn stop(&self) {
        // An error means that it has ended already.
        let _ = self.sender.send(Message::Stop);
    }

    /// How many requests wait, and how many may.
    pub(crate) fn load(&self) -> (usize, usize) {
        (self.shared.waiting.load(Ordering::Relaxed), self.shared.depth)
    }

    pub(crate) fn totals(&self) -> Totals {
        *self.shared.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn leave(&self, weight: usize) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        self.bytes.fetch_sub(weight, Ordering::Relaxed);
    }
}

/// Where the writer sits.
struct Desk {
    writer: Writer,
    receiver: Receiver<Message>,
    duties: Duties,
    shared: Arc<Shared>,
}

impl Desk {
    fn run(mut self) {
        let mut more_to_evict = true;
        loop {
            let stop = match self.next(more_to_evict) {
                Ok(first) => self.write_group(first),
                Err(RecvTimeoutError::Disconnected) => true,
                Err(RecvTimeoutError::Timeout) => false,
            };
            if stop {
                break;
            }
            more_to_evict = self.writer.evict(self.duties.limits, now()).unwrap_or_else(|error| {
                tracing::warn!("{error}");
                false
            });
            if more_to_evict {
                self.duties.bell.ring();
            }
            self.publish();
        }
        // Whoever was let in before the stop is served.
        while let Ok(first) = self.receiver.try_recv() {
            self.write_group(first);
        }
        if let Err(error) = self.writer.checkpoint() {
            tracing::warn!("{error}");
        }
    }

    fn next(&self, at_once: bool) -> Result<Message, RecvTimeoutError> {
        if at_once {
            return self.receiver.try_recv().map_err(|error| match error {
                TryRecvError::Empty => RecvTimeoutError::Timeout,
                TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
            });
        }
        match self.duties.limits.age {
            Some(_) => self.receiver.recv_timeout(TICK),
            None => self.receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
        }
    }

    /// Writes what a message brings, and what waits behind it; `true` when asked to stop.
    fn write_group(&mut self, first: Message) -> bool {
        let mut group = Group::default();
        let mut stop = group.take(first);
        let leave = Instant::now() + RIDE;
        while group.jobs.is_empty() && !stop {
            let patience = leave.saturating_duration_since(Instant::now());
            let Ok(message) = self.receiver.recv_timeout(patience) else { break };
            stop = group.take(message);
        }
        while group.size < MAX_GROUP && !stop {
            let Ok(message) = self.receiver.try_recv() else { break };
            stop = group.take(message);
        }
        let Group { jobs, notes, .. } = group;
        if jobs.is_empty() && notes.is_empty() {
            return stop;
        }
        let outcome = self.write(&jobs, &notes);
        for (_, done) in notes {
            // Who noted it may be gone; it is noted all the same.
            let _ = done.send(outcome.clone());
        }
        for job in jobs {
            self.shared.leave(job.weight);
            if outcome.is_ok() && self.duties.news.receiver_count() > 0 {
                // The last of them may just have gone.
                let _ = self.duties.news.send(Arc::new(job.batch));
            }
            // A sender that went away does not hear it; its spans are kept all the same.
            let _ = job.done.send(outcome.clone());
        }
        stop
    }

    /// Commits all of it, and tells those who make something of it.
    fn write(&mut self, jobs: &[Job], notes: &[(Note, Done)]) -> Result<(), String> {
        let batches: Vec<_> = jobs.iter().map(|job| &job.batch).collect();
        let notes: Vec<_> = notes.iter().map(|(note, _)| note).collect();
        let kept = self.writer.keep(&batches, &notes, now());
        self.publish();
        let kept = kept.map_err(|error| {
            tracing::error!("{error}");
            error.to_string()
        })?;
        if !kept.grown.is_empty() {
            self.duties.bell.ring();
        }
        for (trace, spans) in kept.grown {
            // Nobody may be listening.
            let _ = self.duties.grown.send(Grown { trace, spans });
        }
        self.duties.outgoing.take(kept.parcels, &batches);
        Ok(())
    }

    fn publish(&self) {
        let mut totals = self.shared.totals.lock().unwrap_or_else(PoisonError::into_inner);
        *totals = self.writer.totals();
    }
}

/// Seconds since the epoch.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
