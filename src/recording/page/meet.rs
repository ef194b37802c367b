//! What is recorded meets what a store has: what is new is taken in, what is here already is
//! compared. Of spans that the store has otherwise both are kept, and counted once.

use trace::redact::Redaction;
use trace::seen::Seen;
use trace::{Span, Timestamp, TraceId, order, twin};
use webext::journal::{Side, SpanChunk};
use webext::{Error, Journal};

use super::{CHUNK, Recorded, chunk};

/// Words on one span that are kept, its own among them, at most.
const MOST: usize = 4;

impl Recorded {
    /// Takes in what the store has of the trace, without what the user denies: spans that are `late`
    /// by their start are kept apart. Returns whether there is more in the journal, and the services
    /// of the late ones, each as often as it has.
    pub(crate) async fn absorb(
        &mut self,
        journal: &Journal,
        trace: TraceId,
        mut found: Vec<Span>,
        redaction: &Redaction,
        late: impl Fn(Timestamp) -> bool,
    ) -> Result<(bool, Vec<String>), Error> {
        redaction.spans(&mut found);
        found.retain(|span| span.trace == trace || self.kin.knows(span.trace));
        let known = Seen::of(self.spans());
        let is_known = |span: &Span| {
            let Span { trace: of, id, .. } = *span;
            known.contains(of, id) || self.sealed.contains(of, id)
        };
        let (again, new): (Vec<Span>, Vec<Span>) = found.into_iter().partition(is_known);
        let otherwise = self.meet(journal, trace, again).await?;
        // Nobody waited for more than the page's own.
        let (apart, ours): (Vec<&Span>, Vec<&Span>) =
            new.iter().partition(|span| span.trace != trace && self.kin.is_apart(span.trace));
        let (tardy, timely): (Vec<&Span>, Vec<&Span>) =
            ours.iter().partition(|span| late(span.start));
        let groups = [(&timely, false, false), (&tardy, true, false), (&apart, false, true)];
        let parts = groups.iter().flat_map(|(spans, late, apart)| {
            spans.chunks(CHUNK).map(|spans| (spans, *late, *apart))
        });
        let mut chunks = Vec::new();
        for (part, (spans, late, apart)) in (self.server_parts..).zip(parts) {
            let chunk = chunk(trace, Side::Server, part, spans, false, None);
            chunks.push(SpanChunk { late, apart, ..chunk });
        }
        if !chunks.is_empty() {
            journal.put_spans(&chunks).await?;
        }
        self.server_parts += u32::try_from(chunks.len()).unwrap_or(u32::MAX);
        let services = tardy.iter().map(|span| span.service().to_owned()).collect();
        let count = new.len();
        self.server.extend(new);
        self.metered += u32::try_from(count).unwrap_or(u32::MAX);
        Ok((count > 0 || otherwise, services))
    }

    /// Knows the spans of a trace that lie in chunks of other pages.
    pub(crate) async fn know(&mut self, journal: &Journal, trace: TraceId) -> Result<(), Error> {
        for chunk in journal.chunks_of_pages(trace).await? {
            let spans = otlp::proto::decode(&chunk.bytes).unwrap_or_default().spans;
            self.sealed.extend(spans.iter().filter(|span| span.trace == trace));
        }
        Ok(())
    }

    /// Compares what the store has with what the journal has under the same ids, and keeps what
    /// differs. Whether anything did that was not known. Each word is looked at once: the store is
    /// asked time and again.
    async fn meet(
        &mut self,
        journal: &Journal,
        trace: TraceId,
        mut again: Vec<Span>,
    ) -> Result<bool, Error> {
        again.retain(|span| !self.heard.contains(&(span.id, sum(span))));
        if again.is_empty() {
            return Ok(false);
        }
        let wanted = Seen::of(&again);
        let (mut here, mut parts) = (Vec::new(), 0);
        let mut chunks = journal.chunks(trace).await?;
        chunks.extend(journal.chunks_of_pages(trace).await?);
        // What may still change was sent to nobody.
        for chunk in chunks.iter().filter(|chunk| !chunk.open) {
            parts += u32::from(chunk.trace == trace && chunk.side == Side::Copy);
            let spans = otlp::proto::decode(&chunk.bytes).unwrap_or_default().spans;
            here.extend(spans.into_iter().filter(|span| wanted.contains(span.trace, span.id)));
        }
        let rank = |span: &Span| u64::from_be_bytes(*span.id.as_bytes());
        order::sort_by_rank(&mut here, rank);
        let differs = |span: &&Span| {
            let from = here.partition_point(|it| rank(it) < rank(span));
            let all = here[from..].iter().take_while(|it| it.id == span.id);
            let (mut own, mut same) = (0, false);
            for one in all.filter(|it| it.trace == span.trace) {
                own += 1;
                same |= twin::same(one, span);
            }
            (1..MOST).contains(&own) && !same
        };
        let others: Vec<&Span> = again.iter().filter(differs).collect();
        let mut chunks = Vec::new();
        for (part, spans) in (parts..).zip(others.chunks(CHUNK)) {
            chunks.push(chunk(trace, Side::Copy, part, spans, false, None));
        }
        if !chunks.is_empty() {
            journal.put_spans(&chunks).await?;
        }
        self.heard.extend(again.iter().map(|span| (span.id, sum(span))));
        Ok(!chunks.is_empty())
    }
}

/// Tells two words on a span apart (FNV-1a, 64 bits).
fn sum(span: &Span) -> u64 {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    otlp::proto::encode([span]).iter().fold(0xcbf2_9ce4_8422_2325, mix)
}
