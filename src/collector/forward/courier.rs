//! One who hands spans to one destination, one request at a time.

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use backend::outbox::{self, Due, Form, Ledger, Limits, Waiting, Why};
use backend::stores::Destination;
use backend::{Request, store};
use flate2::Compression;
use flate2::write::GzEncoder;
use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};
use trace::Timestamp;

use super::{Fresh, Outgoing, Way};
use crate::client;
use crate::store::{Lane, Note};

/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the last one may take once we are asked to stop: it would be made again.
const FAREWELL: Duration = Duration::from_secs(2);
/// How often what waits is looked at while nothing may be sent.
const LOOK: Duration = Duration::from_secs(10);
/// How long is waited where our own database does not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// One who hands spans on.
pub(super) struct Courier {
    outgoing: Arc<Outgoing>,
    /// His lane's place in the books.
    at: usize,
    to: Destination,
    limits: Limits,
    way: Way,
    ledger: Ledger,
    /// The last parcel that he is done with.
    done: i64,
    /// Whether the log has it that nothing is taken.
    away: bool,
}

/// A request's spans.
struct Load {
    body: Vec<u8>,
    spans: u64,
    /// Spans that were evicted while they waited.
    gone: u64,
}

/// What is done with.
#[derive(Clone, Copy)]
struct Settled {
    last: i64,
    spans: u64,
    bytes: u64,
}

impl Settled {
    fn of(parcels: &[Fresh]) -> Option<Self> {
        let last = parcels.last()?.no;
        let sum = |count: fn(&Waiting) -> u64| parcels.iter().map(|it| count(&it.waiting)).sum();
        Some(Self { last, spans: sum(|it| u64::from(it.spans)), bytes: sum(|it| it.bytes as u64) })
    }
}

impl Courier {
    pub(super) fn new(
        outgoing: Arc<Outgoing>,
        at: usize,
        to: Destination,
        limits: Limits,
        way: Way,
    ) -> Self {
        Self { outgoing, at, to, limits, way, ledger: Ledger::default(), done: 0, away: false }
    }

    /// Goes on until the collector stops.
    pub(super) async fn run(mut self, lane: Lane) {
        self.to.slot = lane.slot;
        self.done = lane.done;
        self.ledger.0.insert(lane.slot, lane.account);
        while !*self.way.stopping.borrow() {
            match self.step().await {
                Ok(wait) => self.rest(wait).await,
                Err(reason) => {
                    tracing::error!("spans for {} stay where they are: {reason}", self.to.endpoint);
                    self.rest(Rest::For(PAUSE)).await;
                }
            }
        }
    }

    async fn rest(&mut self, rest: Rest) {
        let mut stopping = self.way.stopping.clone();
        let stopped = stopping.wait_for(|stop| *stop);
        let heard = self.outgoing.bells[self.at].notified();
        match rest {
            Rest::None => {}
            Rest::Heard => tokio::select! { () = heard => {}, _ = stopped => {} },
            Rest::For(time) => tokio::select! { () = sleep(time) => {}, _ = stopped => {} },
            Rest::Either(time) => {
                tokio::select! { () = heard => {}, () = sleep(time) => {}, _ = stopped => {} }
            }
        }
    }

    /// Does what is due.
    async fn step(&mut self) -> Result<Rest, String> {
        let mut head = self.head().await?;
        if self.drop_overflow(&head).await? {
            return Ok(Rest::None);
        }
        let waiting: Vec<Waiting> = head.iter().map(|it| it.waiting).collect();
        let (now, pace) = (now(), self.ledger.pace(self.to.slot));
        Ok(match self.limits.due(&waiting, pace, now, false) {
            Due::Nothing => Rest::Heard,
            // Sooner than it may be long: what is too much goes meanwhile.
            Due::Wait { until } if pace.not_before > now => Rest::For(until.since(now).min(LOOK)),
            Due::Wait { until } => Rest::Either(until.since(now)),
            Due::Send { chunks } => {
                head.truncate(chunks);
                self.deliver(head).await?;
                Rest::None
            }
        })
    }

    /// The oldest of what waits.
    async fn head(&mut self) -> Result<Vec<Fresh>, String> {
        let last = {
            let books = self.outgoing.books();
            if let Some(fresh) = books.after(self.done, self.limits) {
                return Ok(fresh);
            }
            if books.lanes[self.at].spans == 0 {
                return Ok(Vec::new());
            }
            books.last
        };
        let (reader, slot) = (Arc::clone(&self.way.reader), self.to.slot);
        let (done, limits) = (self.done, self.limits);
        let read = spawn_blocking(move || reader.parcels(slot, done, limits)).await;
        let found = read.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        if found.is_empty() {
            // Somebody else emptied the table: there is nothing up to what came in meanwhile.
            self.done = self.done.max(last);
            self.outgoing.books().advance(self.at, self.done, u64::MAX, u64::MAX);
        }
        let fresh =
            |it: crate::store::Parcel| Fresh { no: it.no, waiting: it.waiting, bodies: None };
        Ok(found.into_iter().map(fresh).collect())
    }

    /// Gives the oldest up where too much waits; whether it did.
    async fn drop_overflow(&mut self, head: &[Fresh]) -> Result<bool, String> {
        let all = self.outgoing.books().lanes[self.at].bytes;
        let mut waiting: Vec<Waiting> = head.iter().map(|it| it.waiting).collect();
        let first: u64 = waiting.iter().map(|it| it.bytes as u64).sum();
        let rest = usize::try_from(all.saturating_sub(first)).unwrap_or(usize::MAX / 2);
        waiting.push(Waiting { bytes: rest, spans: 0, since: Timestamp::default() });
        let over = self.limits.overflow(&waiting).min(head.len());
        let Some(settled) = Settled::of(&head[..over]) else { return Ok(false) };
        self.ledger.lose(self.to.slot, Why::Full, settled.spans);
        self.settle(Some(settled)).await?;
        self.tell_drops();
        Ok(true)
    }

    /// Makes one request of parcels, and notes the answer.
    async fn deliver(&mut self, parcels: Vec<Fresh>) -> Result<(), String> {
        let Some(settled) = Settled::of(&parcels) else { return Ok(()) };
        let Load { body, spans, gone } = self.load(parcels, settled).await?;
        self.ledger.lose(self.to.slot, Why::Removed, gone);
        let done = spans == 0 || self.send(body, spans).await;
        self.settle(done.then_some(settled)).await?;
        if gone > 0 {
            self.tell_drops();
        }
        Ok(())
    }

    /// Puts a request's spans together, out of memory if they are all there.
    async fn load(&self, parcels: Vec<Fresh>, settled: Settled) -> Result<Load, String> {
        let (reader, to) = (Arc::clone(&self.way.reader), self.to.clone());
        let made = spawn_blocking(move || {
            let bodies: Option<Vec<_>> = parcels.iter().map(|it| it.bodies.as_ref()).collect();
            let (body, spans) = match bodies {
                Some(bodies) => {
                    let parts = bodies.into_iter().flatten().map(|body| &**body);
                    (outbox::join(parts), settled.spans)
                }
                None => {
                    let numbers: Vec<_> = parcels.iter().map(|it| it.no).collect();
                    reader.unpack(&numbers).map_err(|error| error.to_string())?
                }
            };
            let body = match to.form {
                Form::Json => outbox::to_json(&body).map_err(|error| error.to_string())?,
                Form::Protobuf => body,
            };
            let body =
                if to.packed { pack(&body).map_err(|error| error.to_string())? } else { body };
            Ok(Load { body, spans, gone: settled.spans.saturating_sub(spans) })
        });
        made.await.map_err(|error| error.to_string())?
    }

    /// Sends a body and judges the answer; whether it is done with.
    async fn send(&mut self, body: Vec<u8>, spans: u64) -> bool {
        let Destination { slot, endpoint, form, packed, access, .. } = &self.to;
        let slot = *slot;
        let ask = access.sign(endpoint, outbox::export(endpoint, body, *form, *packed));
        let url = ask.request.url.clone();
        let answered = self.ask(ask.request, ask.most).await;
        let answer = answered.as_ref().ok().map(|reply| store::Answer {
            url,
            date: reply.header("date").to_owned(),
            over: reply.over,
            cut: false,
            reply: reply.clone().of_store(),
        });
        let before = self.ledger.pace(slot);
        let said = self.said().to_owned();
        let done = self.ledger.judge(slot, before, answer.as_ref(), spans, now(), entropy());
        if let (Err(error), Some(account)) = (&answered, self.ledger.0.get_mut(&slot)) {
            account.said = format!("{} did not take spans: {error}", self.to.endpoint);
        }
        self.tell(&said, done);
        done
    }

    /// Waits for an answer; not long once we are asked to stop.
    async fn ask(&self, request: Request, most: usize) -> Result<client::Reply, client::Error> {
        let limits = client::Limits { patience: PATIENCE, most };
        let answer = self.way.client.send(request, limits);
        tokio::pin!(answer);
        let mut stopping = self.way.stopping.clone();
        tokio::select! {
            answer = &mut answer => return answer,
            _ = stopping.wait_for(|stop| *stop) => {}
        }
        timeout(FAREWELL, answer).await.unwrap_or(Err(client::Error::Late(FAREWELL)))
    }

    /// Has it noted what became of a request, and strikes off what is done with. What is not on the
    /// disk is not done with.
    async fn settle(&mut self, settled: Option<Settled>) -> Result<(), String> {
        let Some(account) = self.ledger.0.get(&self.to.slot).cloned() else { return Ok(()) };
        let last = settled.map_or(self.done, |settled| settled.last);
        let note = Note { slot: self.to.slot, done: (self.done, last), account: account.clone() };
        loop {
            match self.way.queue.note(note.clone()).await {
                Ok(()) => break,
                Err(reason) if *self.way.stopping.borrow() => return Err(reason),
                Err(reason) => {
                    tracing::error!("what {} took is not noted: {reason}", self.to.endpoint);
                    sleep(PAUSE).await;
                }
            }
        }
        self.done = last;
        let mut books = self.outgoing.books();
        books.lanes[self.at].account = account;
        if let Some(Settled { last, spans, bytes }) = settled {
            books.advance(self.at, last, spans, bytes);
        }
        Ok(())
    }

    fn said(&self) -> &str {
        self.ledger.0.get(&self.to.slot).map_or("", |account| &account.said)
    }

    /// Logs what was lost, and that a destination is away or back: no single answer that it is busy,
    /// and not every failure of hours.
    fn tell(&mut self, before: &str, done: bool) {
        let (said, endpoint) = (self.said(), &self.to.endpoint);
        let failures = self.ledger.pace(self.to.slot).failures;
        match done {
            true if !said.is_empty() && said != before => tracing::warn!("{endpoint}: {said}"),
            true if self.away => tracing::info!("{endpoint} takes spans again"),
            false if failures > 1 && !self.away => tracing::warn!("{said}; it is tried again"),
            _ => {}
        }
        self.away = !done && (self.away || failures > 1);
    }

    fn tell_drops(&self) {
        if let Some(account) = self.ledger.0.get(&self.to.slot) {
            tracing::warn!("{}: {} so far", self.to.endpoint, account.drops);
        }
    }
}

/// Until when there is nothing to do.
enum Rest {
    /// There may be more at once.
    None,
    /// Until something comes in.
    Heard,
    /// So long.
    For(Duration),
    /// So long, or until something comes in.
    Either(Duration),
}

fn pack(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    packer.write_all(body)?;
    packer.finish()
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
}

/// What pauses are spread with; without any they are as short as they may be.
fn entropy() -> u32 {
    let mut bytes = [0; 4];
    // A system without dice has other worries.
    let _ = SystemRandom::new().fill(&mut bytes);
    u32::from_le_bytes(bytes)
}
