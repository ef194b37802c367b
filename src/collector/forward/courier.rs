//! One who hands spans to one destination, one request at a time.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use backend::outbox::{self, Due, Ledger, Limits, Load, Part, Waiting, Why};
use backend::stores::Destination;
use backend::{Request, store};
use bytes::Bytes;
use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};
use trace::Timestamp;

use super::bundle::{self, Bundle, Dress};
use super::{Fresh, Outgoing, Way, told};
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
        let limits = self.ledger.limits(self.to.slot, self.limits);
        let mut head = self.head(limits).await?;
        if self.drop_overflow(&head).await? {
            return Ok(Rest::None);
        }
        // What is begun is ended, alone.
        let begun = head.first().is_some_and(|first| self.begun(first).is_some());
        let waiting: Vec<Waiting> = head.iter().map(|it| it.waiting).collect();
        let (now, pace) = (now(), self.ledger.pace(self.to.slot));
        Ok(match limits.due(&waiting, pace, now, begun) {
            Due::Nothing => Rest::Heard,
            // Sooner than it may be long: what is too much goes meanwhile.
            Due::Wait { until } if pace.not_before > now => Rest::For(until.since(now).min(LOOK)),
            Due::Wait { until } => Rest::Either(until.since(now)),
            Due::Send { chunks } => {
                head.truncate(if begun { 1 } else { chunks });
                self.deliver(head).await?;
                Rest::None
            }
        })
    }

    /// How many spans of a parcel are done with, if it goes in parts.
    fn begun(&self, parcel: &Fresh) -> Option<u32> {
        let part = self.ledger.part(self.to.slot)?;
        (part.of == parcel.name()).then_some(part.done)
    }

    /// The oldest of what waits.
    async fn head(&mut self, limits: Limits) -> Result<Vec<Fresh>, String> {
        let last = {
            let books = self.outgoing.books();
            if let Some(fresh) = books.after(self.done, limits) {
                return Ok(fresh);
            }
            if books.lanes[self.at].spans == 0 {
                return Ok(Vec::new());
            }
            books.last
        };
        let (reader, slot) = (Arc::clone(&self.way.reader), self.to.slot);
        let done = self.done;
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
        let begun = head.first().and_then(|first| self.begun(first)).unwrap_or_default();
        self.ledger.lose(self.to.slot, Why::Full, settled.spans.saturating_sub(begun.into()));
        self.ledger.set_part(self.to.slot, None);
        self.settle(Some(settled)).await?;
        self.tell_drops();
        Ok(true)
    }

    /// Makes one request of parcels, or of a part of one, and notes the answer.
    async fn deliver(&mut self, parcels: Vec<Fresh>) -> Result<(), String> {
        let Some(settled) = Settled::of(&parcels) else { return Ok(()) };
        let slot = self.to.slot;
        let (name, cut) = match &*parcels {
            [alone] => (alone.name(), self.ledger.cut(slot, &alone.name(), alone.waiting.bytes)),
            _ => (String::new(), None),
        };
        let dress = Dress { form: self.to.form, packed: self.to.packed };
        let Bundle { parts, load, lost, next } =
            bundle::make(&self.way.reader, parcels, cut, dress).await?;
        let done = load.spans == 0 || self.send(parts, load).await;
        if done {
            lost.iter().for_each(|(why, spans)| self.ledger.lose(slot, *why, *spans));
            self.ledger.set_part(slot, next.map(|done| Part { of: name, done }));
        }
        self.settle((done && next.is_none()).then_some(settled)).await?;
        if done && lost.iter().any(|(_, spans)| *spans > 0) {
            self.tell_drops();
        }
        Ok(())
    }

    /// Sends a body and judges the answer; whether it is done with.
    async fn send(&mut self, parts: Vec<Bytes>, load: Load) -> bool {
        let Destination { slot, endpoint, form, packed, access, .. } = &self.to;
        let slot = *slot;
        let ask = access.sign(endpoint, outbox::export(endpoint, Vec::new(), *form, *packed));
        let url = ask.request.url.clone();
        let answered = self.ask(ask.request, parts, ask.most).await;
        let answer = answered.as_ref().ok().map(|reply| store::Answer {
            url,
            date: reply.header("date").to_owned(),
            over: reply.over,
            cut: false,
            reply: reply.clone().of_store(),
        });
        let before = self.ledger.pace(slot);
        let said = self.said().to_owned();
        let done = self.ledger.judge(slot, before, answer.as_ref(), load, now(), entropy());
        if let (Err(error), Some(account)) = (&answered, self.ledger.0.get_mut(&slot)) {
            account.said = format!("{} did not take spans: {error}", self.to.endpoint);
        }
        self.tell(&said, done);
        done
    }

    /// Waits for an answer; not long once we are asked to stop.
    async fn ask(
        &self,
        request: Request,
        parts: Vec<Bytes>,
        most: usize,
    ) -> Result<client::Reply, client::Error> {
        let limits = client::Limits { patience: PATIENCE, most };
        let answer = self.way.client.send_parts(request, parts, limits);
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
            tracing::warn!("{}: spans dropped so far: {}", self.to.endpoint, told(&account.drops));
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
