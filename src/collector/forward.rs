//! Hands on what was taken in: to each destination in its own time, each export once it is stored.
//!
//! ```text
//! writer: spans and their parcels, one commit ─→ Outgoing ─→ courier: due? → request → answer
//!    ↑                                                          │
//!    └─── note, in the next commit: parcels struck off, account ┘
//! ```
//!
//! What is decided is `backend::outbox`'s. The queue is the database (`store/outbox.rs`): a courier takes
//! what is to go out of memory where it just came in, and else reads it again, so that a destination
//! that is away costs nobody memory. Requests are large and few, for each costs a commit and several
//! wakes: 8192 spans, or what came within a second.
//!
//! **What is guaranteed.** A span that was acknowledged is handed to each destination, or counted among
//! the dropped, by reason: nothing is lost without a word, by no crash either. There is one request at a
//! time to a destination, and what it answered is on the disk before the next one goes out. So twice goes
//! only what was on its way when we died, before the answer was there or before it was noted: one
//! request at most for each time, and that not at all where we are asked to stop and the answer comes in
//! time. A request that nobody answers goes again too, for nobody knows what became of it.

mod bundle;
mod courier;

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use backend::outbox::{Account, Drops, Limits, Waiting, Why};
use backend::stores::Destination;
use bytes::Bytes;
use hyper::Uri;
use serde_json::{Value, json};
use tokio::net::lookup_host;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::batch::Batch;
use crate::client::Client;
use crate::queue::Queue;
use crate::store::{Lane, Parcel, Reader};
use courier::Courier;

/// As much of what just came in is held for couriers as they take in a moment.
const HELD: usize = 16 << 20;

/// What is to go out, and how each destination fares.
#[derive(Debug)]
pub(crate) struct Outgoing {
    books: Mutex<Books>,
    /// How much of what waits is worth a request.
    limits: Limits,
    /// One for each lane.
    bells: Vec<Notify>,
}

#[derive(Debug)]
struct Books {
    lanes: Vec<Lane>,
    /// The newest parcels, one number after the other.
    recent: VecDeque<Fresh>,
    held: usize,
    last: i64,
}

/// A parcel, with its spans if they are at hand.
#[derive(Clone, Debug)]
struct Fresh {
    no: i64,
    waiting: Waiting,
    bodies: Option<Vec<Bytes>>,
}

impl Fresh {
    fn size(&self) -> usize {
        self.bodies.iter().flatten().map(Bytes::len).sum::<usize>() + size_of::<Self>()
    }

    /// What it is called where it goes in parts.
    fn name(&self) -> String {
        self.no.to_string()
    }
}

impl Outgoing {
    pub(crate) fn new(lanes: Vec<Lane>, limits: Limits) -> Self {
        let bells = lanes.iter().map(|_| Notify::new()).collect();
        let books = Books { lanes, recent: VecDeque::new(), held: 0, last: 0 };
        Self { books: Mutex::new(books), limits, bells }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what a transaction stored.
    pub(crate) fn take(&self, parcels: Vec<Parcel>, batches: &[&Batch]) {
        if parcels.is_empty() {
            return;
        }
        let mut books = self.books();
        let before = books.last;
        for Parcel { no, waiting, batches: whole } in parcels {
            let body = |at: usize| batches.get(at).and_then(|batch| batch.whole()).cloned();
            let bodies = whole.and_then(|places| places.into_iter().map(body).collect());
            books.add(Fresh { no, waiting, bodies });
        }
        // Who has something to wait for, and not enough of it, is not woken for each batch.
        let woken = books.lanes.iter().zip(&self.bells);
        let woken = woken.filter(|(lane, _)| lane.done >= before || self.fills(lane));
        woken.for_each(|(_, bell)| bell.notify_one());
    }

    /// Whether a request's full waits.
    fn fills(&self, Lane { account, spans, bytes, .. }: &Lane) -> bool {
        let fits = account.fits.unwrap_or(usize::MAX).min(self.limits.bytes);
        *bytes >= fits as u64 || *spans >= u64::from(self.limits.spans)
    }

    /// What a question about our health hears of each destination.
    pub(crate) fn standing(&self) -> Vec<Value> {
        let books = self.books();
        let standing = books.lanes.iter().map(|Lane { account, spans, bytes, .. }| {
            let drops = account.drops.0.iter().map(|(why, count)| (reason(*why), json!(count)));
            // Of a parcel that goes in parts, the first are there.
            let there = account.part.as_ref().map_or(0, |part| u64::from(part.done));
            json!({
                "endpoint": account.endpoint,
                "waiting": { "spans": spans.saturating_sub(there), "bytes": bytes },
                "sent": account.spans,
                "dropped": drops.collect::<serde_json::Map<_, _>>(),
                "failures": account.pace.failures,
                "said": account.said,
            })
        });
        standing.collect()
    }
}

/// Why spans were dropped. It is not the extension's journal that they were removed from.
fn reason(why: Why) -> String {
    match why {
        Why::Removed => "evicted here before they were sent".to_owned(),
        other => other.to_string(),
    }
}

/// How many were dropped for each reason.
fn told(drops: &Drops) -> String {
    let each = drops.0.iter().map(|(why, count)| format!("{count} {}", reason(*why)));
    each.collect::<Vec<_>>().join(", ")
}

impl Books {
    fn add(&mut self, fresh: Fresh) {
        for lane in &mut self.lanes {
            lane.spans += u64::from(fresh.waiting.spans);
            lane.bytes += fresh.waiting.bytes as u64;
        }
        self.last = fresh.no;
        self.held += fresh.size();
        self.recent.push_back(fresh);
        // The oldest wait for one who is behind, and he reads them in the database.
        while self.held > HELD {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(gone) = self.recent.pop_front() {
            self.held -= gone.size();
        }
    }

    /// A lane is done with parcels up to this one, of so many spans and bytes.
    fn advance(&mut self, at: usize, last: i64, spans: u64, bytes: u64) {
        if let Some(lane) = self.lanes.get_mut(at) {
            lane.done = last;
            lane.spans = lane.spans.saturating_sub(spans);
            lane.bytes = lane.bytes.saturating_sub(bytes);
        }
        let done = self.lanes.iter().map(|lane| lane.done).min().unwrap_or_default();
        while self.recent.front().is_some_and(|fresh| fresh.no <= done) {
            self.drop_oldest();
        }
    }

    /// What comes after a parcel, a little more than fits one request; `None` where it is not here.
    fn after(&self, done: i64, limits: Limits) -> Option<Vec<Fresh>> {
        let first = self.recent.front()?.no;
        let skipped = usize::try_from(done + 1 - first).ok()?;
        let (mut bytes, mut spans) = (0, 0_u32);
        let more = |fresh: &&Fresh| {
            let more = bytes <= limits.bytes && spans <= limits.spans;
            bytes += fresh.waiting.bytes;
            spans = spans.saturating_add(fresh.waiting.spans);
            more
        };
        Some(self.recent.iter().skip(skipped).take_while(more).cloned().collect())
    }
}

/// Starts a courier for each destination.
pub(crate) fn start(
    outgoing: &Arc<Outgoing>,
    destinations: &[Destination],
    limits: Limits,
    way: &Way,
) -> Vec<JoinHandle<()>> {
    let lanes: Vec<_> = outgoing.books().lanes.clone();
    let couriers = lanes.iter().enumerate().filter_map(|(at, lane)| {
        let account: &Account = &lane.account;
        let to = destinations.iter().find(|to| to.endpoint == account.endpoint)?;
        tracing::info!("spans are handed on to {}; {} wait", to.endpoint, lane.spans);
        let courier = Courier::new(Arc::clone(outgoing), at, to.clone(), limits, way.clone());
        Some(tokio::spawn(courier.run(lane.clone())))
    });
    couriers.collect()
}

/// What couriers share.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) client: Client,
    pub(crate) reader: Arc<Reader>,
    pub(crate) queue: Queue,
    pub(crate) stopping: watch::Receiver<bool>,
}

/// Whether an address is one of our own: what we hand on would come back.
pub(crate) async fn is_own(endpoint: &str, own: [SocketAddr; 2]) -> bool {
    let Ok(uri) = endpoint.parse::<Uri>() else { return false };
    let usual = if uri.scheme_str() == Some("https") { 443 } else { 80 };
    let (Some(host), port) = (uri.host(), uri.port_u16().unwrap_or(usual)) else { return false };
    let host = host.trim_matches(['[', ']']);
    if own.iter().all(|own| own.port() != port) {
        return false;
    }
    // A name that is nobody's now may be somebody's later, and is not ours.
    let Ok(found) = lookup_host((host, port)).await else { return false };
    let ours = |it: IpAddr| {
        let here = |own: &&SocketAddr| {
            own.port() == port && (own.ip() == it || own.ip().is_unspecified() && is_local(it))
        };
        own.iter().any(|own| here(&own))
    };
    found.map(|it| it.ip()).any(ours)
}

/// Whether an address is this machine's: nobody else's can be listened at.
fn is_local(address: IpAddr) -> bool {
    UdpSocket::bind((address, 0)).is_ok()
}
