//! Puts what the journal keeps into a sheet, and what the store tells: OTLP protobuf that may overlap.
//! Chunks of a page hold every trace that it opened; one of them is wanted, and the others are its kin.
//!
//! A trace that grows is read on, not anew: only chunks that are new or may have changed are wanted,
//! and put to those that were read before. Where one of those did change, all are read again. A step
//! of the work is a chunk or a part, so that whoever calls can draw in between.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use otlp::Sheet;
use otlp::raw::{self, Head};
use trace::seen;
use trace::{Span, TraceId};
use webext::journal::Side;

use crate::kin::Kin;

/// Names the instrumentation of the browser's spans.
const OURS: &str = "tracelight";

/// Which chunk one is: page, who recorded it, and number.
pub type Key = (TraceId, Side, u32);

/// A chunk as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Which it is.
    pub key: Key,
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
    key: Key,
    size: usize,
    /// Of one that may still change, a sum of its bytes; of one that is closed, nothing.
    sum: u64,
    open: bool,
    late: bool,
    of: Option<TraceId>,
}

/// The reading of one trace's chunks.
#[derive(Clone, Debug)]
pub struct Load {
    trace: TraceId,
    seen: BTreeMap<Key, Seen>,
    /// What the store told, as places of the sheet.
    followed: Vec<Range<usize>>,
    /// The browser's own spans, as the journal has them.
    own: seen::Seen,
    /// Whether the store told of such spans before the journal did, whose word comes first.
    echoed: bool,
    /// Traces that the browser opened for themselves. What is left are those of servers that did not
    /// heed their caller's: they have no other place.
    opened: BTreeSet<TraceId>,
    others: Sheet,
    /// How many others there were when they were last asked for.
    told: usize,
    /// Whether spans that were known before are said to have come late.
    marked: bool,
    /// What could not be read, in words; may be empty.
    trouble: String,
}

impl Load {
    /// Begins to read a trace.
    #[must_use]
    pub fn begin(trace: TraceId) -> Self {
        Self {
            trace,
            seen: BTreeMap::new(),
            followed: Vec::new(),
            own: seen::Seen::default(),
            echoed: false,
            opened: BTreeSet::new(),
            others: Sheet::default(),
            told: 0,
            marked: false,
            trouble: String::new(),
        }
    }

    /// Begins anew, because what was read is not what there is now.
    #[must_use]
    pub fn again(&self) -> Self {
        Self { told: usize::MAX, ..Self::begin(self.trace) }
    }

    /// Whether a chunk is to be fetched: it is new, or may have changed.
    #[must_use]
    pub fn wants(&self, key: Key) -> bool {
        self.seen.get(&key).is_none_or(|seen| seen.open)
    }

    /// Whether what is wanted can be put to what was read: `keys` are those of all chunks there are,
    /// `fetched` what is of them that was wanted. Learns which traces the browser opened.
    #[must_use]
    pub fn fits(&mut self, keys: &BTreeSet<Key>, fetched: &[Chunk], sheet: &Sheet) -> bool {
        let gone = self.seen.keys().any(|key| !keys.contains(key));
        let known = |chunk: &&Chunk| self.seen.contains_key(&chunk.key);
        let changed = fetched.iter().filter(known).any(|chunk| !self.was_read(chunk));
        let served = self.seen.keys().any(|(_, side, _)| *side == Side::Server) || self.echoed;
        let behind =
            fetched.iter().any(|it| it.key.1 == Side::Browser && !self.seen.contains_key(&it.key));
        let opened = self.opened(fetched);
        // Spans of a trace that turns out to be one of its own are here already, and must go.
        let strays = sheet.columns().known_traces().iter().any(|trace| opened.contains(trace));
        self.opened.extend(opened);
        !(gone || changed || strays || behind && served)
    }

    /// Learns from chunks which traces the browser opened, before the first of them is taken in.
    pub fn look(&mut self, chunks: &[Chunk]) {
        let opened = self.opened(chunks);
        self.opened.extend(opened);
    }

    fn was_read(&self, chunk: &Chunk) -> bool {
        self.seen.get(&chunk.key) == Some(&Seen::of(chunk))
    }

    /// The traces that the browser opened, as these chunks say.
    fn opened(&self, chunks: &[Chunk]) -> BTreeSet<TraceId> {
        let mut opened = BTreeSet::new();
        for chunk in chunks.iter().filter(|chunk| chunk.mixed && !self.was_read(chunk)) {
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

    /// Takes in a chunk, unless it was. A span that is in two is taken from the first: the browser's
    /// own word comes before the store's copy of it. Spans that share an id and are otherwise different
    /// are all kept, for the waterfall to name.
    pub fn take(&mut self, chunk: Chunk, sheet: &mut Sheet) {
        if self.was_read(&chunk) {
            return;
        }
        self.seen.insert(chunk.key, Seen::of(&chunk));
        if chunk.key.1 == Side::Copy {
            let told = otlp::proto::decode(&chunk.bytes).unwrap_or_default().spans;
            return told.into_iter().for_each(|span| sheet.hear(span));
        }
        let (trace, of, opened) = (self.trace, chunk.of, &self.opened);
        let asked =
            |head: &Head<'_>, scope: &str| of.is_none_or(|of| head.trace == of || scope == OURS);
        let apart = |head: &Head<'_>| head.trace != trace && opened.contains(&head.trace);
        if chunk.mixed {
            let copy = chunk.bytes.clone();
            // The same bytes are read once more below, where an error is told.
            let _told = self.others.take(copy, |head, scope| asked(head, scope) && apart(head));
        }
        let (first, mut late, ours) = (sheet.len(), Vec::new(), chunk.key.1 == Side::Browser);
        let read = sheet.take(chunk.bytes, |head, scope| {
            let wanted = asked(head, scope) && !apart(head);
            if wanted && ours {
                self.own.insert(head.trace, head.id);
            }
            late.extend((wanted && chunk.late).then_some(head.id));
            wanted
        });
        let fresh = if chunk.late { first..sheet.len() } else { 0..0 };
        // What another chunk has is not late; the store does not say whether it is.
        let told = |at: &usize| self.followed.iter().any(|told| told.contains(at));
        let known = late.into_iter().filter_map(|id| sheet.columns().find(id)).filter(told);
        let known: Vec<usize> = known.collect();
        self.marked |= !known.is_empty();
        known.into_iter().chain(fresh).for_each(|at| sheet.mark_late(at));
        self.check(read, sheet, "A chunk of the journal is broken");
    }

    /// Takes in a part of what the store tells of the trace. Of the browser's own spans it is another
    /// word, which is heard beside them where it differs.
    pub fn follow(&mut self, part: Vec<u8>, sheet: &mut Sheet) {
        let (first, trace, own) = (sheet.len(), self.trace, &self.own);
        let copy = if own.is_empty() { Vec::new() } else { part.clone() };
        let (mut twice, mut echoed) = (false, false);
        let read = sheet.take(part, |head, scope| {
            let wanted = head.trace == trace;
            let known = wanted && own.contains(head.trace, head.id);
            twice |= known;
            echoed |= wanted && !known && scope == OURS;
            wanted && !known
        });
        if twice {
            let told = otlp::proto::decode(&copy).unwrap_or_default().spans;
            let told = told.into_iter().filter(|span| own.contains(span.trace, span.id));
            told.for_each(|span| sheet.hear(span));
        }
        self.echoed |= echoed;
        self.followed.push(first..sheet.len());
        self.check(read, sheet, "The trace store's answer is broken");
    }

    /// The spans that the store told of, as places of the sheet that they were taken into.
    pub fn followed(&self) -> impl Iterator<Item = usize> + use<> {
        self.followed.clone().into_iter().flatten()
    }

    /// Takes in a span that the store told of before all was read anew.
    pub fn keep(&mut self, span: &Span, sheet: &mut Sheet) {
        if self.own.contains(span.trace, span.id) {
            return sheet.hear(span.clone());
        }
        let at = sheet.len();
        if sheet.push(span) {
            match self.followed.last_mut().filter(|last| last.end == at) {
                Some(last) => last.end += 1,
                None => self.followed.push(at..at + 1),
            }
        }
    }

    fn check(&mut self, read: Result<usize, otlp::Error>, sheet: &Sheet, what: &str) {
        if !sheet.rejected().is_empty() {
            self.trouble = sheet.rejected().to_string();
        }
        if let Err(error) = read {
            self.trouble = format!("{what}: {error}");
        }
    }

    /// Whether spans that were there before are known to be late now; asked once.
    pub fn marked(&mut self) -> bool {
        std::mem::take(&mut self.marked)
    }

    /// What the spans have to do with other traces; `None` while that is what it was.
    pub fn kin(&mut self) -> Option<Kin> {
        let told = std::mem::replace(&mut self.told, self.others.len());
        (told != self.others.len()).then(|| Kin::of(self.trace, self.others.clone()))
    }

    /// Whether [`kin`](Self::kin) has something to say.
    #[must_use]
    pub fn has_kin(&self) -> bool {
        self.told != self.others.len()
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
        Self { key, size: bytes.len(), sum, open, late, of }
    }
}

#[cfg(test)]
mod tests {
    use trace::columns::Flags;

    use super::*;
    use surface::sample;

    fn chunk(part: u32, bytes: Vec<u8>, late: bool) -> Chunk {
        let key = (sample::trace_id(), Side::Browser, part);
        Chunk { key, bytes, late, open: false, mixed: true, of: None }
    }

    fn read(trace: TraceId, chunks: &[Chunk]) -> (Sheet, Load) {
        let (mut load, mut sheet) = (Load::begin(trace), Sheet::default());
        assert_eq!(read_on(&mut load, &mut sheet, chunks), Some(chunks.len()));
        (sheet, load)
    }

    /// Reads on as the shell does: how many chunks were fetched, or nothing where all must be read
    /// anew.
    fn read_on(load: &mut Load, sheet: &mut Sheet, chunks: &[Chunk]) -> Option<usize> {
        let keys = chunks.iter().map(|chunk| chunk.key).collect();
        let wanted = chunks.iter().filter(|chunk| load.wants(chunk.key));
        let fetched: Vec<Chunk> = wanted.cloned().collect();
        load.fits(&keys, &fetched, sheet).then(|| {
            let count = fetched.len();
            fetched.into_iter().for_each(|chunk| load.take(chunk, sheet));
            count
        })
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
        assert_eq!(read_on(&mut load, &mut sheet, &chunks[..2]), Some(0), "read once");
        assert_eq!((sheet.len(), sheet.copies(), sheet.size()), (4, 0, kept));
        assert_eq!(read_on(&mut load, &mut sheet, &chunks), Some(1));
        assert_eq!((sheet.len(), sheet.copies()), (6, 0));
        assert_eq!(read_on(&mut load, &mut sheet, &chunks[1..]), None, "one is gone");
    }

    #[test]
    fn the_browser_s_own_word_comes_before_that_of_servers() {
        let spans = sample::spans();
        let own = chunk(0, otlp::proto::encode(&spans[..2]), false);
        let mut served = chunk(0, otlp::proto::encode(&spans[2..]), false);
        served.key.1 = Side::Server;
        let (mut sheet, mut load) = read(sample::trace_id(), std::slice::from_ref(&served));
        assert_eq!(read_on(&mut load, &mut sheet, &[own, served]), None);
    }

    #[test]
    fn what_the_store_tells_is_kept_when_the_journal_is_read_anew() {
        let spans = sample::spans();
        let bytes = otlp::proto::encode(&spans[..3]);
        let (mut sheet, mut load) = read(sample::trace_id(), &[chunk(0, bytes, false)]);
        load.follow(otlp::proto::encode(&spans[2..]), &mut sheet);
        assert_eq!(sheet.len(), 6);
        let (mut again, mut whole) = (load.again(), Sheet::default());
        again.take(chunk(1, otlp::proto::encode(&spans[..1]), false), &mut whole);
        let told: Vec<usize> = load.followed().collect();
        assert_eq!(told, [3, 4, 5]);
        told.into_iter().for_each(|at| again.keep(&sheet.span(at).unwrap(), &mut whole));
        assert_eq!(again.followed().collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(names(&whole)[1..], names(&sheet)[3..]);
    }

    #[test]
    fn a_span_that_the_store_told_of_first_is_late_all_the_same() {
        let bytes = otlp::proto::encode(&sample::spans());
        let (mut load, mut sheet) = (Load::begin(sample::trace_id()), Sheet::default());
        load.follow(bytes.clone(), &mut sheet);
        let mut served = chunk(0, bytes, true);
        served.key.1 = Side::Server;
        load.echoed = false;
        assert_eq!(read_on(&mut load, &mut sheet, &[served]), Some(1));
        assert!(load.marked() && !load.marked(), "asked once");
        assert!(sheet.columns().flags.iter().all(|flags| flags.has(Flags::LATE)));
    }

    #[test]
    fn an_open_chunk_that_changed_is_read_anew() {
        let mut spans = sample::spans();
        let open =
            |spans: &[Span]| Chunk { open: true, ..chunk(0, otlp::proto::encode(spans), false) };
        let (mut sheet, mut load) = read(sample::trace_id(), &[open(&spans)]);
        assert_eq!(read_on(&mut load, &mut sheet, &[open(&spans)]), Some(1), "it is looked at");
        assert_eq!(sheet.copies(), 0, "and is what it was");
        spans[0].end = spans[0].end.plus(std::time::Duration::from_millis(1));
        assert_eq!(read_on(&mut load, &mut sheet, &[open(&spans)]), None);
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
        let chunks = [first, second];
        assert_eq!(read_on(&mut load, &mut sheet, &chunks), None);
        assert_eq!(names(&read(page.trace, &chunks).0), ["page load"]);
    }

    #[test]
    fn what_the_store_says_otherwise_is_heard_and_is_no_span() {
        let spans = sample::spans();
        let mut other = spans[1].clone();
        other.name = "twin".to_owned();
        let own = chunk(0, otlp::proto::encode(&spans), false);
        let mut copy = chunk(0, otlp::proto::encode([&other]), false);
        copy.key.1 = Side::Copy;
        let (sheet, load) = read(sample::trace_id(), &[own.clone(), copy]);
        assert_eq!((sheet.len(), sheet.twins(1).len(), load.trouble()), (6, 1, ""));

        let (mut sheet, mut load) = read(sample::trace_id(), &[own]);
        load.follow(otlp::proto::encode(&spans), &mut sheet);
        assert_eq!((sheet.len(), sheet.heard().count()), (6, 0), "the same is no news");
        load.follow(otlp::proto::encode([&other]), &mut sheet);
        assert_eq!((sheet.len(), sheet.twins(1).len()), (6, 1));
    }

    #[test]
    fn where_the_store_told_of_the_browsers_spans_first_the_journal_is_read_before_it() {
        let mut own = sample::spans();
        own.truncate(2);
        for span in &mut own {
            std::sync::Arc::make_mut(&mut span.scope).name = OURS.to_owned();
        }
        let mut told = own.clone();
        told[1].name = "twin".to_owned();
        let (mut load, mut sheet) = (Load::begin(sample::trace_id()), Sheet::default());
        load.follow(otlp::proto::encode(&told), &mut sheet);
        let chunk = chunk(0, otlp::proto::encode(&own), false);
        assert_eq!(read_on(&mut load, &mut sheet, std::slice::from_ref(&chunk)), None);
        let (mut again, mut whole) = (load.again(), Sheet::default());
        again.take(chunk, &mut whole);
        load.followed().for_each(|at| again.keep(&sheet.span(at).unwrap(), &mut whole));
        assert_eq!((names(&whole), whole.twins(1).len()), (names(&Sheet::of(&own)), 1));
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
