//! Sends what waits in the journal to all destinations: one request at a time to each, and none waits
//! for another.
//!
//! What is to happen is `backend::outbox`'s to say. Before a request goes out it is in the ledger, and
//! when its answer is there its chunks are struck off: a worker that dies in between sends again only
//! what it had no answer to, and not before a pause. Of a chunk that goes in parts the ledger has how
//! many spans are done with.

use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use backend::outbox::{self, Due, Letter, Part, Waiting, Why};
use backend::stores::{self, Destination};
use bridge::Sent;
use trace::Timestamp;
use trace::contact::Purpose;
use webext::journal::{Place, SpanChunk};
use webext::storage::{self, Area};
use webext::{Error, Journal, clock, gzip, settings};

use crate::Stores;
use crate::queue::{LIMITS, name, place};

/// Destinations that are being served; each ends by saying when it is to be gone on with.
type Waits<'a> = Vec<Pin<Box<dyn Future<Output = Option<Timestamp>> + 'a>>>;

impl Stores {
    /// Sends what can be sent now, and says what is left. `None` where the journal or what is set
    /// cannot be read.
    pub(crate) async fn send(&self) -> Option<Sent> {
        let journal = self.journal.get().await.ok()?;
        let (destinations, held) = self.wanted().await.ok()?;
        self.outbox.strike(&journal, &destinations).await.ok()?;
        let idle = destinations.iter().filter(|to| self.outbox.is_idle(to.bit()));
        let waits: Waits<'_> = match held {
            Some(_) => Vec::new(),
            None => idle.map(|to| Box::pin(self.serve(&journal, to)) as _).collect(),
        };
        let next = together(waits).await.into_iter().flatten().min();
        let left = self.outbox.weigh(&journal, &destinations).await.ok()?;
        let (trouble, after) = match held {
            Some((trouble, after)) => (Some(trouble), Some(after)),
            None => (
                self.outbox.ledger(|ledger| ledger.trouble()),
                next.map(|next| next.since(clock::now())),
            ),
        };
        let after = after.filter(|_| left > 0);
        Some(Sent { left, trouble, after })
    }

    /// Where spans go, and why they do not go now and for how long, where that is so.
    async fn wanted(&self) -> Result<(Vec<Destination>, Option<(String, Duration)>), Error> {
        let settings = settings::load().await?;
        let set = storage::load::<stores::Stores>(Area::Local, stores::KEY).await?;
        let destinations = set.unwrap_or_default().destinations(&settings.store);
        self.outbox.open(&destinations).await;
        Ok((destinations, self.held(settings.limit).await))
    }

    /// Sends a destination what waits for it, request after request. Returns when it is to go on;
    /// `None` when nothing is left.
    async fn serve(&self, journal: &Journal, to: &Destination) -> Option<Timestamp> {
        let slot = to.slot;
        let _at_work = self.outbox.work(to.bit())?;
        loop {
            // Who takes a destination off, or gives it another token, means the next request.
            let (destinations, held) = self.wanted().await.ok()?;
            let to = destinations.iter().find(|to| to.slot == slot)?;
            let pace = self.outbox.ledger(|ledger| ledger.pace(slot));
            if held.is_some() {
                return None;
            }
            // Whatever waits, it may be too early.
            let anything = Waiting { bytes: 0, spans: 0, since: Timestamp::default() };
            if let Due::Wait { until } = LIMITS.due(&[anything], pace, clock::now(), true) {
                return Some(until);
            }
            // What is begun is ended first: only of one chunk is known which spans are done with.
            if let Some(begun) = self.outbox.begun(journal, to).await.ok()? {
                self.post(journal, to, &[begun]).await.ok()?;
                continue;
            }
            let limits = self.outbox.ledger(|ledger| ledger.limits(slot, LIMITS));
            let mut chunks = self.outbox.oldest(journal, to.bit(), limits).await.ok()?;
            let waiting = self.outbox.waiting(&chunks);
            match limits.due(&waiting, pace, clock::now(), false) {
                Due::Nothing => return None,
                Due::Wait { until } => return Some(until),
                Due::Send { chunks: count } => {
                    chunks.truncate(count);
                    self.post(journal, to, &chunks).await.ok()?;
                }
            }
        }
    }

    /// Makes one request, and notes what became of it.
    async fn post(
        &self,
        journal: &Journal,
        to: &Destination,
        chunks: &[SpanChunk],
    ) -> Result<(), Error> {
        let Destination { slot, endpoint, form, packed, access } = to;
        let spans = chunks.iter().map(|chunk| u64::from(chunk.count)).sum();
        let bytes: Vec<&[u8]> = chunks.iter().map(|chunk| &*chunk.bytes).collect();
        let alone = match chunks {
            [chunk] => Some((name(chunk), chunk.bytes.len())),
            _ => None,
        };
        let cut = alone
            .as_ref()
            .and_then(|(name, bytes)| self.outbox.ledger(|ledger| ledger.cut(*slot, name, *bytes)));
        let Letter { body, load, lost, next } = Letter::write(&bytes, spans, cut, *form);
        // What nobody can read is no request.
        if load.spans > 0 {
            let body = if *packed { gzip::gzip(&body).await? } else { body };
            let ask = outbox::export(endpoint, body, *form, *packed);
            let ask = access.sign(endpoint, ask);
            let before = self.outbox.ledger(|ledger| ledger.begin(*slot, clock::now(), dice()));
            self.outbox.keep().await;
            let answer = self.reach(Purpose::Send, &ask).await.ok();
            let now = clock::now();
            let done = self
                .outbox
                .ledger(|ledger| ledger.judge(*slot, before, answer.as_ref(), load, now, dice()));
            if !done {
                self.outbox.keep().await;
                return Ok(());
            }
        }
        let part = alone.zip(next).map(|((of, _), done)| Part { of, done });
        let whole = part.is_none();
        self.outbox.ledger(|ledger| {
            ledger.lose(*slot, Why::Garbled, lost);
            ledger.set_part(*slot, part);
        });
        let places: Vec<Place> = chunks.iter().map(place).collect();
        let struck =
            if whole { self.outbox.settle(journal, &places, to.bit()).await } else { Ok(()) };
        self.outbox.keep().await;
        struck
    }
}

pub(crate) fn dice() -> u32 {
    let [one, two, three, four, ..] = clock::entropy();
    u32::from_le_bytes([one, two, three, four])
}

/// Waits for all of several.
async fn together(mut waits: Waits<'_>) -> Vec<Option<Timestamp>> {
    let mut ended = Vec::new();
    poll_fn(|context| {
        waits.retain_mut(|wait| match wait.as_mut().poll(context) {
            Poll::Ready(end) => {
                ended.push(end);
                false
            }
            Poll::Pending => true,
        });
        if waits.is_empty() { Poll::Ready(mem::take(&mut ended)) } else { Poll::Pending }
    })
    .await
}
