//! Puts what the journal keeps into a sheet: chunks of OTLP protobuf that may overlap. Those of a page
//! hold every trace that it opened; one of them is wanted, and the others are its kin.
//!
//! A trace that grows is read on, not anew: chunks that are behind those that were read before are
//! put to them. Where any of those changed, all are read again.

use std::collections::BTreeSet;

use otlp::Sheet;
use otlp::raw::{self, Head};
use trace::TraceId;

use crate::kin::Kin;

/// Names the instrumentation of the browser's spans.
const OURS: &str = "tracelight";

/// A chunk as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Which it is: page, side, and number.
    pub key: (TraceId, bool, u32),
    /// OTLP protobuf.
    pub bytes: Vec<u8>,
    /// Whether its spans came late.
    pub late: bool,
    /// Whether spans in it may still change.
    pub open: bool,
    /// Whether spans of other traces lie in it.
    pub mixed: bool,
    /// The only trace of servers in it that is asked for; `None` for all of them.
    pub of: Option<TraceId>,
}

/// By what a chunk is known again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    key: (TraceId, bool, u32),
    size: usize,
    /// Of one that may still change, a sum of its bytes; of one that is closed, nothing.
    sum: u64,
    late: bool,
    of: Option<TraceId>,
}

/// The reading of one trace's chunks.
#[derive(Clone, Debug)]
pub struct Load {
    trace: TraceId,
    seen: Vec<Seen>,
    /// Traces that the browser opened for themselves. What is left are those of servers that did not
    /// heed their caller's: they have no other place.
    opened: BTreeSet<TraceId>,
    others: Sheet,
    /// How many others there were when they were last asked for.
    told: usize,
    /// What could not be read, in words; may be empty.
    trouble: String,
}

impl Load {
    /// Begins to read a trace.
    #[must_use]
    pub fn begin(trace: TraceId) -> Self {
        let (seen, opened) = (Vec::new(), BTreeSet::new());
        Self { trace, seen, opened, others: Sheet::default(), told: 0, trouble: String::new() }
    }

    /// Takes in the trace's chunks, all of them, into the sheet of those that were taken in before;
    /// or gives a sheet to put in its place. A span that is in two chunks is taken from the first:
    /// the browser's own word comes before the store's copy of it. Spans that share an id and are
    /// otherwise different are all kept, for the waterfall to name.
    #[must_use]
    pub fn read(&mut self, mut chunks: Vec<Chunk>, sheet: &mut Sheet) -> Option<Sheet> {
        let known = self.seen.len();
        let again = chunks.iter().zip(&self.seen).filter(|(chunk, seen)| Seen::of(chunk) == **seen);
        let same = again.count() == known;
        let fresh = chunks.split_off(if same { known } else { 0 });
        let opened = self.opened(&fresh);
        // Spans of a trace that turns out to be one of its own are here already, and must go.
        let strays = sheet.columns().known_traces().iter().any(|trace| opened.contains(trace));
        if same && !strays {
            self.opened.extend(opened);
            fresh.into_iter().for_each(|chunk| self.take(chunk, sheet));
            return None;
        }
        let mut anew = Self { told: usize::MAX, ..Self::begin(self.trace) };
        let mut whole = Sheet::default();
        chunks.extend(fresh);
        anew.opened = anew.opened(&chunks);
        chunks.into_iter().for_each(|chunk| anew.take(chunk, &mut whole));
        *self = anew;
        Some(whole)
    }

    /// The traces that the browser opened, as these chunks say.
    fn opened(&self, chunks: &[Chunk]) -> BTreeSet<TraceId> {
        let mut opened = BTreeSet::new();
        for chunk in chunks.iter().filter(|chunk| chunk.mixed) {
            let Ok(batch) = raw::read(&chunk.bytes) else { continue };
            let ours = |head: &Head<'_>| {
                let group = batch.groups.get(head.group);
                group.is_some_and(|group| raw::scope_name(group.scope) == OURS)
            };
            let other = batch.spans.iter().filter(|head| head.trace != self.trace && ours(head));
            opened.extend(other.map(|head| head.trace));
        }
        opened
    }

    fn take(&mut self, chunk: Chunk, sheet: &mut Sheet) {
        let (trace, of, opened) = (self.trace, chunk.of, &self.opened);
        self.seen.push(Seen::of(&chunk));
        let asked =
            |head: &Head<'_>, scope: &str| of.is_none_or(|of| head.trace == of || scope == OURS);
        let apart = |head: &Head<'_>| head.trace != trace && opened.contains(&head.trace);
        if chunk.mixed {
            let copy = chunk.bytes.clone();
            // The same bytes are read once more below, where an error is told.
            let _told = self.others.take(copy, |head, scope| asked(head, scope) && apart(head));
        }
        let first = sheet.len();
        let read = sheet.take(chunk.bytes, |head, scope| asked(head, scope) && !apart(head));
        if chunk.late {
            (first..sheet.len()).for_each(|at| sheet.mark_late(at));
        }
        if !sheet.rejected().is_empty() {
            self.trouble = sheet.rejected().to_string();
        }
        if let Err(error) = read {
            self.trouble = format!("A chunk of the journal is broken: {error}");
        }
    }

    /// What the spans have to do with other traces; `None` while that is what it was.
    pub fn kin(&mut self) -> Option<Kin> {
        let told = std::mem::replace(&mut self.told, self.others.len());
        (told != self.others.len()).then(|| Kin::of(self.trace, self.others.clone()))
    }

    /// What could not be read, in words; may be empty.
    #[must_use]
    pub fn trouble(&self) -> &str {
        &self.trouble
    }
}

impl Seen {
    fn of(chunk: &Chunk) -> Self {
        let Chunk { key, ref bytes, late, open, of, .. } = *chunk;
        // FNV-1a, 64 bits: no key to a lock, only a sign that something changed.
        let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        let sum = if open { bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix) } else { 0 };
        Self { key, size: bytes.len(), sum, late, of }
    }
}

#[cfg(test)]
mod tests {
    use trace::Span;
    use trace::columns::Flags;

    use super::*;
    use surface::sample;

    fn chunk(part: u32, bytes: Vec<u8>, late: bool) -> Chunk {
        let key = (sample::trace_id(), false, part);
        Chunk { key, bytes, late, open: false, mixed: true, of: None }
    }

    fn read(trace: TraceId, chunks: &[Chunk]) -> (Sheet, Load) {
        let (mut load, mut sheet) = (Load::begin(trace), Sheet::default());
        let whole = load.read(chunks.to_vec(), &mut sheet);
        assert!(whole.is_none(), "nothing is here that would have to go");
        (sheet, load)
    }

    fn names(sheet: &Sheet) -> Vec<String> {
        sheet.spans().map(|span| span.name).collect()
    }

    #[test]
    fn of_a_pages_chunk_a_request_of_its_own_shows_what_is_of_its_trace() {
        let spans = sample::spans();
        let mut other = spans[1].clone();
        other.trace = TraceId::from_bytes(&[9; 16]).unwrap();
        let bytes = otlp::proto::encode(spans.iter().chain([&other]));
        let chunk = Chunk { of: Some(other.trace), ..chunk(0, bytes, false) };
        assert_eq!(read(other.trace, &[chunk]).0.spans().collect::<Vec<_>>(), [other]);
    }

    #[test]
    fn overlapping_chunks_give_every_span_once_and_keep_doubled_ids() {
        let spans = sample::spans();
        let mut twin = spans[1].clone();
        twin.name = "twin".to_owned();
        let chunks = [
            chunk(0, otlp::proto::encode(&spans[..4]), false),
            chunk(1, otlp::proto::encode(spans[2..].iter().chain([&twin])), true),
        ];
        let (sheet, load) = read(sample::trace_id(), &chunks);
        assert_eq!((sheet.len(), names(&sheet)[6].as_str()), (7, "twin"));
        let late = |at: &usize| sheet.columns().flags[*at].has(Flags::LATE);
        assert_eq!((0..7).filter(late).collect::<Vec<_>>(), [4, 5, 6]);
        assert_eq!(load.trouble(), "");
    }

    #[test]
    fn what_comes_behind_is_put_to_what_is_here() {
        let spans = sample::spans();
        let chunks = [
            chunk(0, otlp::proto::encode(&spans[..2]), false),
            chunk(1, otlp::proto::encode(&spans[2..4]), false),
            chunk(2, otlp::proto::encode(&spans[4..]), false),
        ];
        let (mut sheet, mut load) = read(sample::trace_id(), &chunks[..2]);
        let kept = sheet.size();
        assert!(load.read(chunks[..2].to_vec(), &mut sheet).is_none());
        assert_eq!((sheet.len(), sheet.copies(), sheet.size()), (4, 0, kept), "read once");
        assert!(load.read(chunks.to_vec(), &mut sheet).is_none());
        assert_eq!((sheet.len(), sheet.copies()), (6, 0));
        let reordered = [chunks[1].clone(), chunks[0].clone(), chunks[2].clone()];
        let anew = load.read(reordered.to_vec(), &mut sheet).unwrap();
        assert_eq!((anew.len(), &names(&anew)[..2]), (6, &names(&sheet)[2..4]));
    }

    #[test]
    fn an_open_chunk_that_changed_is_read_anew() {
        let mut spans = sample::spans();
        let open =
            |spans: &[Span]| Chunk { open: true, ..chunk(0, otlp::proto::encode(spans), false) };
        let (mut sheet, mut load) = read(sample::trace_id(), &[open(&spans)]);
        assert!(load.read(vec![open(&spans)], &mut sheet).is_none());
        spans[0].end = spans[0].end.plus(std::time::Duration::from_millis(1));
        let anew = load.read(vec![open(&spans)], &mut sheet).unwrap();
        assert_eq!(anew.span(0).as_ref(), Some(&spans[0]));
    }

    #[test]
    fn a_trace_that_a_page_opened_is_read_alone_and_is_known_as_its_kin() {
        let (page, request) = sample::page();
        let mut stray = sample::spans().remove(2);
        stray.trace = TraceId::mint([0xee; 16]).unwrap();
        let chunks = [chunk(0, otlp::proto::encode([&page, &request, &stray]), false)];
        let of = |trace| read(trace, &chunks);
        let (sheet, mut load) = of(page.trace);
        assert_eq!(names(&sheet), ["page load", "GET /checkout"]);
        assert_eq!(load.kin().unwrap().opened(page.id).len(), 1);
        assert!(load.kin().is_none(), "nothing new");
        let (sheet, mut load) = of(request.trace);
        assert_eq!(names(&sheet)[0], "POST");
        assert_eq!(load.kin().unwrap().target(&request.links[0]).span, page.id);
    }

    #[test]
    fn spans_that_turn_out_to_be_of_another_trace_go() {
        let (page, request) = sample::page();
        let served = Span { trace: request.trace, ..sample::spans().remove(2) };
        let first = chunk(0, otlp::proto::encode([&page, &served]), false);
        let second = chunk(1, otlp::proto::encode([&request]), false);
        let (mut sheet, mut load) = read(page.trace, std::slice::from_ref(&first));
        assert_eq!(names(&sheet), ["page load", "GET /checkout"]);
        let anew = load.read(vec![first, second], &mut sheet).unwrap();
        assert_eq!(names(&anew), ["page load"]);
    }

    #[test]
    fn a_broken_chunk_is_said_and_the_others_are_read() {
        let whole = otlp::proto::encode(&sample::spans());
        let chunks = [chunk(0, vec![0xff; 9], false), chunk(1, whole, false)];
        let (sheet, load) = read(sample::trace_id(), &chunks);
        assert_eq!(sheet.len(), 6);
        assert!(load.trouble().starts_with("A chunk of the journal is broken: "));
    }
}
