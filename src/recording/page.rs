//! One traced page in memory: its facts, the spans made of them, the spans found in the store.
//! Everything here can be read back from the journal after the worker died.

use std::collections::BTreeSet;
use std::time::Duration;

use bridge::Tally;
use trace::assemble::{self, Assembly};
use trace::completion::Sight;
use trace::ladder::{Light, climb, others};
use trace::record::Record;
use trace::redact::Redaction;
use trace::request::TracedRequest;
use trace::seen::Seen;
use trace::state::Page;
use trace::suspect::{self, Met};
use trace::tally::tally;
use trace::{PageClock, Span, SpanId, Timestamp, TraceId, json};
use webext::journal::{Side, SpanChunk};
use webext::{Error, Journal};

/// Spans in one chunk of the journal, at most.
const CHUNK: usize = 512;
/// Facts that a page may state, at most: a page that floods is cut off, and the rest counted.
const MOST_FACTS: usize = 20_000;

/// What is known of one page.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    records: Vec<Record>,
    batches: u32,
    browser: Vec<Span>,
    settled: bool,
    /// Roots of which more may be told.
    open: Vec<(TraceId, SpanId)>,
    /// Browser spans in closed chunks: they are final, and sent or waiting to be.
    sealed: Seen,
    sealed_parts: u32,
    server: Vec<Span>,
    /// Traces that belong to the page besides its own.
    others: Vec<TraceId>,
    server_parts: u32,
    /// What the lamps of its requests showed last.
    lights: Vec<[Light; 5]>,
    /// Spans that are final since the meter was told.
    metered: u32,
}

impl Recorded {
    /// Reads a page back from the journal.
    pub(crate) async fn load(journal: &Journal, trace: TraceId) -> Result<Self, Error> {
        let mut recorded = Self::recall(journal, trace).await?;
        for batch in journal.facts(trace).await? {
            recorded.batches += 1;
            let records = batch.iter().filter_map(|fact| Record::parse(fact).ok());
            recorded.records.extend(records);
        }
        Ok(recorded)
    }

    /// Reads what the journal has of a trace's final spans, without what a page stated.
    pub(crate) async fn recall(journal: &Journal, trace: TraceId) -> Result<Self, Error> {
        let mut recorded = Self::default();
        for chunk in journal.chunks(trace).await? {
            let spans = otlp::proto::decode(&chunk.bytes).map(|found| found.spans);
            let spans = spans.unwrap_or_default();
            match chunk.side {
                Side::Server => {
                    recorded.server_parts += 1;
                    recorded.server.extend(spans);
                }
                Side::Browser if !chunk.open => {
                    recorded.sealed_parts += 1;
                    recorded.sealed.extend(&spans);
                }
                Side::Browser => {}
            }
        }
        Ok(recorded)
    }

    /// Parses, redacts and stores a batch of facts. When this returns they are in the journal.
    pub(crate) async fn add(
        &mut self,
        journal: &Journal,
        trace: TraceId,
        facts: &[String],
        redaction: &Redaction,
    ) -> Result<Tally, Error> {
        let room = MOST_FACTS.saturating_sub(self.records.len());
        let records = facts.iter().filter_map(|fact| Record::parse(fact).ok());
        let records: Vec<Record> =
            records.take(room).map(|record| redaction.record(record)).collect();
        let texts: Vec<String> = records.iter().map(json::write).collect();
        if !texts.is_empty() {
            journal.put_facts(trace, self.batches, &texts).await?;
            self.batches += 1;
        }
        let kept = u32::try_from(records.len()).unwrap_or(u32::MAX);
        let all = u32::try_from(facts.len()).unwrap_or(u32::MAX);
        self.records.extend(records);
        Ok(Tally { kept, rejected: all - kept })
    }

    /// How many records there are.
    pub(crate) const fn count(&self) -> usize {
        self.records.len()
    }

    /// What became of requests to other origins, from the record of a number on.
    pub(crate) fn met(&self, from: usize, page: &Page) -> Vec<Met> {
        let new = self.records.get(from..).unwrap_or_default();
        page.clock.map(|clock| suspect::met(new, &page.origin, clock)).unwrap_or_default()
    }

    /// Makes spans of all facts, and returns the requests among them.
    pub(crate) fn assemble(&mut self, page: &Page, redaction: &Redaction) -> Vec<TracedRequest> {
        let wire = &page.wire;
        // Before the document spoke, its request on the wire is all there is of its clock.
        #[allow(clippy::cast_precision_loss, reason = "milliseconds fit in 53 bits")]
        let clock = page.clock.or_else(|| PageClock::new(wire.start.millis() as f64));
        let Some(clock) = clock else { return Vec::new() };
        let (unsampled, closed) = (page.ladder.unsampled(), page.closed);
        let page = assemble::Page {
            context: page.context,
            session: page.session,
            previous: page.previous,
            shared: page.shared,
            clock,
            url: redaction.url(&page.url),
            document: Some(wire.clone()),
            dropped: 0,
        };
        let mut all = assemble::assemble(&page, &self.records, &[]);
        if unsampled {
            all = all.without(page.context.trace);
        }
        let Assembly { mut spans, requests, settled, open } = all;
        redaction.spans(&mut spans);
        // Of a page that is gone nothing more is told.
        self.open = if closed { Vec::new() } else { open };
        self.browser = spans;
        self.settled = settled;
        requests
    }

    /// Counts what is there of each request, and lights its lamps; the page's own come first.
    /// Whether one shows something else than before: time alone completes a request.
    pub(crate) fn climb(&mut self, requests: &mut [TracedRequest], page: &Page) -> bool {
        tally(requests, &self.spans().collect::<Vec<_>>());
        climb(requests, &page.ladder, &self.server);
        self.others = others(requests, page.context.trace);
        let lights = requests.iter().map(|request| request.ladder.lights()).collect();
        let before = std::mem::replace(&mut self.lights, lights);
        before != self.lights
    }

    /// Whether the page's load is over and its spans are final.
    pub(crate) const fn settled(&self) -> bool {
        self.settled
    }

    /// Spans that are final since this was asked last.
    pub(crate) const fn metered(&mut self) -> u32 {
        std::mem::replace(&mut self.metered, 0)
    }

    /// Writes the browser's spans. Those of a page that is over are final, but for roots of which
    /// more may be told: they are closed, and wait to be sent. Returns how many wait.
    pub(crate) async fn write(
        &mut self,
        journal: &Journal,
        trace: TraceId,
        over: bool,
        send: bool,
    ) -> Result<u32, Error> {
        let fresh = self.browser.iter().filter(|it| !self.sealed.contains(it.trace, it.id));
        let may_change = |span: &&Span| !over || self.open.contains(&(span.trace, span.id));
        let (open, closed): (Vec<&Span>, Vec<&Span>) = fresh.partition(may_change);
        let closed_parts = closed.chunks(CHUNK).map(|spans| (spans, false));
        let open_parts = open.chunks(CHUNK).map(|spans| (spans, true));
        let mut chunks = Vec::new();
        for (part, (spans, open)) in (self.sealed_parts..).zip(closed_parts.chain(open_parts)) {
            let unsent = (!open && send).then_some(1);
            chunks.push(chunk(trace, Side::Browser, part, spans, open, unsent));
        }
        journal.put_spans(&chunks).await?;
        let parts = closed.len().div_ceil(CHUNK);
        self.sealed_parts += u32::try_from(parts).unwrap_or(u32::MAX);
        let count = u32::try_from(closed.len()).unwrap_or(u32::MAX);
        self.sealed.extend(closed);
        self.metered += count;
        Ok(if send { count } else { 0 })
    }

    /// Takes in what the store has of the trace, without what the user denies: spans that are `late` by their start are kept
    /// apart. Returns how many are new, and the services of the late ones, each as often as it has.
    pub(crate) async fn absorb(
        &mut self,
        journal: &Journal,
        trace: TraceId,
        mut found: Vec<Span>,
        redaction: &Redaction,
        late: impl Fn(Timestamp) -> bool,
    ) -> Result<(usize, Vec<String>), Error> {
        redaction.spans(&mut found);
        let known = Seen::of(self.spans());
        let unknown = |span: &Span| {
            let Span { trace: of, id, .. } = *span;
            (of == trace || self.others.contains(&of))
                && !known.contains(of, id)
                && !self.sealed.contains(of, id)
        };
        let new: Vec<Span> = found.into_iter().filter(unknown).collect();
        let (tardy, timely): (Vec<&Span>, Vec<&Span>) =
            new.iter().partition(|span| late(span.start));
        let groups = [(&timely, false), (&tardy, true)];
        let parts =
            groups.iter().flat_map(|(spans, late)| spans.chunks(CHUNK).map(|spans| (spans, *late)));
        let mut chunks = Vec::new();
        for (part, (spans, late)) in (self.server_parts..).zip(parts) {
            let chunk = chunk(trace, Side::Server, part, spans, false, None);
            chunks.push(SpanChunk { late, ..chunk });
        }
        if !chunks.is_empty() {
            journal.put_spans(&chunks).await?;
        }
        self.server_parts += u32::try_from(chunks.len()).unwrap_or(u32::MAX);
        let services = tardy.iter().map(|span| span.service().to_owned()).collect();
        let count = new.len();
        self.server.extend(new);
        self.metered += u32::try_from(count).unwrap_or(u32::MAX);
        Ok((count, services))
    }

    /// The server's spans.
    pub(crate) fn server(&self) -> &[Span] {
        &self.server
    }

    /// Traces that servers or the page made instead of joining the page's: they are asked for too.
    pub(crate) fn others(&self) -> &[TraceId] {
        &self.others
    }

    /// The spans of both sides.
    fn spans(&self) -> impl Iterator<Item = &Span> {
        self.browser.iter().chain(&self.server)
    }

    /// What can be seen of the trace, both sides together; `alone` where no store is set.
    pub(crate) fn sight(&self, page: &Page, alone: bool) -> Sight {
        let seen = Seen::of(self.spans());
        let mut missing = Seen::default();
        for span in self.spans() {
            if let Some(parent) = span.parent.filter(|id| !seen.contains(span.trace, *id)) {
                missing.insert(span.trace, parent);
            }
        }
        // A clock that is off would make it an hour long.
        let timed = || {
            self.spans().take(if page.ladder.ahead == 0 { usize::MAX } else { self.browser.len() })
        };
        let start = timed().map(|span| span.start).min();
        let end = timed().map(|span| span.end).max();
        let length = start.zip(end).map_or(Duration::ZERO, |(start, end)| end.since(start));
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Sight {
            spans: number(seen.len()),
            errors: number(self.spans().filter(|span| span.failed()).count()),
            length,
            joined: page.ladder.joined,
            missing: number(missing.len()),
            loaded: self.settled || page.closed,
            alone,
        }
    }
}

fn chunk(
    trace: TraceId,
    side: Side,
    part: u32,
    spans: &[&Span],
    open: bool,
    unsent: Option<u8>,
) -> SpanChunk {
    let count = u32::try_from(spans.len()).unwrap_or(u32::MAX);
    let bytes = otlp::proto::encode(spans.iter().copied());
    let others: BTreeSet<TraceId> = spans.iter().map(|span| span.trace).collect();
    let others = others.into_iter().filter(|other| *other != trace).collect();
    SpanChunk { trace, side, part, open, unsent, late: false, others, apart: false, count, bytes }
}
