//! One traced page in memory: its facts, the spans made of them, the spans found in the store.
//! Everything here can be read back from the journal after the worker died.

mod meet;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bridge::Tally;
use trace::assemble::{self, Assembly, User};
use trace::completion::Sight;
use trace::kin::Kin;
use trace::ladder::climb;
use trace::record::{self, Record};
use trace::redact::Redaction;
use trace::request::TracedRequest;
use trace::seen::Seen;
use trace::state::Page;
use trace::suspect::{self, Met};
use trace::tally::tally;
use trace::unseen::Unseen;
use trace::{PageClock, Span, SpanId, TraceContext, TraceId, json};
use webext::journal::{Side, SpanChunk};
use webext::{Error, Journal, clock};

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
    /// What stores said of spans that are here and was compared with them, each by its span and a sum.
    heard: BTreeSet<(SpanId, u64)>,
    /// Requests that only the network events tell of.
    unseen: Vec<Unseen>,
    /// Traces of other pages: what claims to be part of them is forged, in the world that the recorder
    /// shares with its page.
    pub(crate) foreign: Vec<TraceId>,
    /// Traces that it has to do with.
    kin: Kin,
    server_parts: u32,
    /// Its requests as they were written last.
    rows: BTreeMap<(TraceId, SpanId), TracedRequest>,
    /// Spans that are final since the meter was told.
    metered: u32,
    /// Records whose targets are judged.
    judged: usize,
    /// Who the page said last that its user is.
    pub(crate) said: String,
}

impl Recorded {
    /// Reads a page back from the journal.
    pub(crate) async fn load(journal: &Journal, trace: TraceId) -> Result<Self, Error> {
        let mut recorded = Self::recall(journal, trace).await?;
        for batch in journal.facts(trace).await? {
            recorded.batches += 1;
            for fact in batch {
                match Record::parse(&fact) {
                    Ok(record) => recorded.records.push(record),
                    // What a page states is written down as a record and never as this.
                    Err(_) => recorded.unseen.extend(json::read(&fact).ok()),
                }
            }
        }
        // What an earlier worker was told was judged by it.
        recorded.judged = recorded.records.len();
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
                Side::Browser | Side::Copy => {}
            }
        }
        Ok(recorded)
    }

    /// Parses, redacts and stores a batch of facts. When this returns they are in the journal.
    pub(crate) async fn add(
        &mut self,
        journal: &Journal,
        page: &Page,
        facts: &[String],
        mut unseen: Vec<Unseen>,
        redaction: &Redaction,
    ) -> Result<Tally, Error> {
        let room = MOST_FACTS.saturating_sub(self.records.len());
        let records = facts.iter().filter_map(|fact| Record::parse(fact).ok());
        let ours = records.filter(|record| !record.claims(&self.foreign));
        let records: Vec<Record> =
            ours.take(room).filter_map(|record| redaction.fact(&page.origin, record)).collect();
        unseen.iter_mut().for_each(|unseen| unseen.disown(&self.foreign));
        unseen.truncate(MOST_FACTS.saturating_sub(self.unseen.len()));
        let texts = records.iter().map(json::write).chain(unseen.iter().map(json::write));
        let texts: Vec<String> = texts.collect();
        if !texts.is_empty() {
            journal.put_facts(page.context.trace, self.batches, &texts).await?;
            self.batches += 1;
        }
        let kept = u32::try_from(records.len()).unwrap_or(u32::MAX);
        let all = u32::try_from(facts.len()).unwrap_or(u32::MAX);
        self.records.extend(records);
        self.unseen.extend(unseen);
        Ok(Tally { kept, rejected: all - kept })
    }

    /// What became of requests to other origins since this was asked last.
    pub(crate) fn met(&mut self, page: &Page) -> Vec<Met> {
        let new = self.records.get(self.judged..).unwrap_or_default();
        self.judged = self.records.len();
        page.clock.map(|clock| suspect::met(new, &page.origin, clock)).unwrap_or_default()
    }

    /// Makes spans of all facts, and returns the requests among them.
    pub(crate) fn assemble(
        &mut self,
        page: &Page,
        redaction: &Redaction,
        user: User,
    ) -> Vec<TracedRequest> {
        let wire = &page.wire;
        // Before the document spoke, its request on the wire is all there is of its clock.
        #[allow(clippy::cast_precision_loss, reason = "milliseconds fit in 53 bits")]
        let clock = page.clock.or_else(|| PageClock::new(wire.start.millis() as f64));
        let Some(clock) = clock else { return Vec::new() };
        // A page trace by itself covers the load and nothing after it.
        let closed = page.closed || page.session.is_none();
        let (unsampled, made) = (page.ladder.unsampled(), page.ladder.other());
        let page = assemble::Page {
            context: page.context,
            session: page.session,
            previous: page.previous,
            shared: page.shared,
            clock,
            url: redaction.url(&page.url),
            document: Some(wire.clone()),
            dropped: page.dropped,
            user,
        };
        let mut all = assemble::assemble(&page, &self.records, &self.unseen);
        if unsampled {
            all = all.without(page.context.trace);
        }
        let Assembly { mut spans, requests, settled, open } = all;
        redaction.spans(&mut spans);
        // Of a page that is gone nothing more is told.
        self.open = if closed { Vec::new() } else { open };
        self.browser = spans;
        self.settled = settled;
        self.kin = Kin::of(page.context.trace, made, &self.records, &requests);
        requests
    }

    /// Counts what is there of each request, and lights its lamps; the page's own come first.
    /// Returns those of which something else is to be shown: time alone completes a request.
    pub(crate) fn climb(
        &mut self,
        requests: &mut [TracedRequest],
        page: &Page,
    ) -> Vec<TracedRequest> {
        tally(requests, &self.spans().collect::<Vec<_>>());
        climb(requests, &page.ladder, &self.server);
        self.kin.look(requests);
        let known = |it: &TracedRequest| {
            self.rows.get(&(it.trace, it.span)).is_some_and(|row| shows(row, it))
        };
        requests.iter().filter(|request| !known(request)).cloned().collect()
    }

    /// Notes that these are in the journal.
    pub(crate) fn wrote(&mut self, rows: Vec<TracedRequest>) {
        self.rows.extend(rows.into_iter().map(|row| ((row.trace, row.span), row)));
    }

    /// The traces that the page has to do with.
    pub(crate) const fn kin(&self) -> &Kin {
        &self.kin
    }

    /// The last page that a script made within the document: its context and address.
    pub(crate) fn soft(&self) -> Option<(TraceContext, String)> {
        let newest = self.pages().max_by(|a, b| a.at.0.total_cmp(&b.at.0))?;
        Some((newest.context, newest.url.clone()))
    }

    /// How many of those there were.
    pub(crate) fn softs(&self) -> u32 {
        let traces: BTreeSet<_> = self.pages().map(|soft| soft.context.trace).collect();
        u32::try_from(traces.len()).unwrap_or(u32::MAX)
    }

    fn pages(&self) -> impl Iterator<Item = &record::Soft> {
        self.records.iter().filter_map(|record| match record {
            Record::Page(soft) => Some(soft),
            _ => None,
        })
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
    /// more may be told: they are closed, and wait for the destinations in `wanted`. Returns how many wait.
    pub(crate) async fn write(
        &mut self,
        journal: &Journal,
        page: &Page,
        over: bool,
        wanted: u8,
    ) -> Result<u32, Error> {
        let trace = page.context.trace;
        let fresh = self.browser.iter().filter(|it| !self.sealed.contains(it.trace, it.id));
        let may_change = |span: &&Span| !over || self.open.contains(&(span.trace, span.id));
        let (open, closed): (Vec<&Span>, Vec<&Span>) = fresh.partition(may_change);
        let mut chunks = Vec::new();
        for (spans, open) in [(&closed, false), (&open, true)] {
            let unsent = (!open && wanted != 0).then_some(wanted);
            let (theirs, ours): (Vec<&Span>, Vec<&Span>) =
                spans.iter().partition(|span| self.kin.is_apart(span.trace));
            for (spans, apart) in [(ours, false), (theirs, true)] {
                for spans in spans.chunks(CHUNK) {
                    let part = self.sealed_parts + u32::try_from(chunks.len()).unwrap_or(u32::MAX);
                    let chunk = chunk(trace, Side::Browser, part, spans, open, unsent);
                    chunks.push(SpanChunk { apart, ..chunk });
                }
            }
        }
        journal.put_spans(&chunks).await?;
        let parts = chunks.iter().filter(|chunk| !chunk.open).count();
        self.sealed_parts += u32::try_from(parts).unwrap_or(u32::MAX);
        let count = u32::try_from(closed.len()).unwrap_or(u32::MAX);
        self.sealed.extend(closed);
        self.metered += count;
        Ok(if wanted == 0 { 0 } else { count })
    }

    /// Timing entries that the browser dropped before anybody could read them.
    pub(crate) fn gaps(&self) -> u32 {
        let gaps = self.records.iter().filter_map(|record| match record {
            Record::Gap(gap) => Some(gap.count),
            _ => None,
        });
        gaps.max().unwrap_or_default()
    }

    /// The server's spans.
    pub(crate) fn server(&self) -> &[Span] {
        &self.server
    }

    /// The spans of both sides.
    fn spans(&self) -> impl Iterator<Item = &Span> {
        self.browser.iter().chain(&self.server)
    }

    /// What can be seen of some traces, both sides together. Where a server's clock is not `true`, its
    /// spans do not count for their length: they would make it an hour long.
    pub(crate) fn sight(&self, which: &dyn Fn(TraceId) -> bool, true_clock: bool) -> Sight {
        let spans = || self.spans().filter(|span| which(span.trace));
        let (seen, mut missing) = (Seen::of(spans()), Seen::default());
        for span in spans() {
            if let Some(parent) = span.parent.filter(|id| !seen.contains(span.trace, *id)) {
                missing.insert(span.trace, parent);
            }
        }
        let server = if true_clock { &*self.server } else { &[] };
        let timed = || self.browser.iter().chain(server).filter(|span| which(span.trace));
        let start = timed().map(|span| span.start).min();
        let end = timed().map(|span| span.end).max();
        let length = start.zip(end).map_or(Duration::ZERO, |(start, end)| end.since(start));
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Sight {
            spans: number(seen.len()),
            errors: number(spans().filter(|span| span.failed()).count()),
            length,
            missing: number(missing.len()),
            ..Sight::default()
        }
    }
}

/// Whether two rows of a request show the same: the store is asked time and again, and its last
/// answer is seldom another.
fn shows(old: &TracedRequest, new: &TracedRequest) -> bool {
    let (mut old, mut new) = (old.clone(), new.clone());
    (old.ladder.at, new.ladder.at) = (0, 0);
    old == new
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
    let since = unsent.map(|_| clock::now());
    let (late, apart) = (false, false);
    SpanChunk { trace, side, part, open, unsent, since, late, others, apart, count, bytes }
}
