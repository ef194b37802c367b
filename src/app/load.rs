//! Makes spans of what the journal keeps: chunks of OTLP protobuf that may overlap. Those of a page
//! hold every trace that it opened; one of them is wanted, and the others are its kin.

use std::collections::BTreeSet;

use trace::{Span, SpanId, Timestamp, TraceId};

use crate::kin::Kin;

/// Names the instrumentation of the browser's spans.
const OURS: &str = "tracelight";

/// What chunks held.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The spans, each once, in the chunks' order.
    pub spans: Vec<Span>,
    /// What they have to do with other traces.
    pub kin: Kin,
    /// Which of them came when nobody waited for them any more.
    pub late: BTreeSet<SpanId>,
    /// What could not be read, in words; may be empty.
    pub trouble: String,
}

/// A chunk as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// OTLP protobuf.
    pub bytes: Vec<u8>,
    /// Whether its spans came late.
    pub late: bool,
    /// The only trace of servers in it that is asked for; `None` for all of them.
    pub of: Option<TraceId>,
}

/// Reads a trace's chunks. A span that is in two chunks is taken from the first: the browser's own
/// word comes before the store's copy of it. Spans that share an id and are otherwise different
/// are all kept, for the waterfall to name.
#[must_use]
pub fn read(trace: TraceId, chunks: &[Chunk]) -> Loaded {
    let mut loaded = all(chunks);
    // Traces that the browser opened for themselves. What is left are those of servers that did not
    // heed their caller's: they have no other place.
    let opened: BTreeSet<TraceId> = loaded
        .spans
        .iter()
        .filter(|span| span.trace != trace && span.scope.name == OURS)
        .map(|span| span.trace)
        .collect();
    let apart = |span: &mut Span| span.trace != trace && opened.contains(&span.trace);
    let others: Vec<Span> = loaded.spans.extract_if(.., apart).collect();
    loaded.kin = Kin::of(trace, &loaded.spans, &others);
    loaded
}

fn all(chunks: &[Chunk]) -> Loaded {
    let mut loaded = Loaded::default();
    let mut seen: BTreeSet<(SpanId, Timestamp, String)> = BTreeSet::new();
    for Chunk { bytes, late, of } in chunks {
        match otlp::proto::decode(bytes) {
            Ok(accepted) => {
                if accepted.rejected.count > 0 {
                    loaded.trouble = accepted.rejected.to_string();
                }
                let fresh = accepted.spans.into_iter().filter(|span| {
                    if of.is_some_and(|of| span.trace != of && span.scope.name != OURS) {
                        return false;
                    }
                    let service = span.service();
                    seen.insert((span.id, span.start, format!("{}\0{service}", span.name)))
                });
                let first = loaded.spans.len();
                loaded.spans.extend(fresh);
                if *late {
                    loaded.late.extend(loaded.spans[first..].iter().map(|span| span.id));
                }
            }
            Err(error) => loaded.trouble = format!("A chunk of the journal is broken: {error}"),
        }
    }
    loaded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn chunk(bytes: Vec<u8>, late: bool) -> Chunk {
        Chunk { bytes, late, of: None }
    }

    #[test]
    fn of_a_pages_chunk_a_request_of_its_own_shows_what_is_of_its_trace() {
        let spans = sample::spans();
        let mut other = spans[1].clone();
        other.trace = TraceId::from_bytes(&[9; 16]).unwrap();
        let bytes = otlp::proto::encode(spans.iter().chain([&other]));
        let loaded = read(other.trace, &[Chunk { bytes, late: false, of: Some(other.trace) }]);
        assert_eq!(loaded.spans, [other]);
    }

    #[test]
    fn overlapping_chunks_give_every_span_once_and_keep_doubled_ids() {
        let spans = sample::spans();
        let mut twin = spans[1].clone();
        twin.name = "twin".to_owned();
        let chunks = [
            chunk(otlp::proto::encode(&spans[..4]), false),
            chunk(otlp::proto::encode(spans[2..].iter().chain([&twin])), true),
        ];
        let loaded = read(sample::trace_id(), &chunks);
        assert_eq!(loaded.spans.len(), 7);
        assert_eq!(loaded.spans[6].name, "twin");
        assert_eq!(loaded.late, [spans[4].id, spans[5].id, twin.id].into());
        assert_eq!(loaded.trouble, "");
    }

    #[test]
    fn a_trace_that_a_page_opened_is_read_alone_and_is_known_as_its_kin() {
        let (page, request) = sample::page();
        let mut stray = sample::spans().remove(2);
        stray.trace = TraceId::mint([0xee; 16]).unwrap();
        let chunks = [chunk(otlp::proto::encode([&page, &request, &stray]), false)];
        let of = |trace| read(trace, &chunks);
        let names = |loaded: &Loaded| -> Vec<String> {
            loaded.spans.iter().map(|span| span.name.clone()).collect()
        };
        assert_eq!(names(&of(page.trace)), ["page load", "GET /checkout"]);
        assert_eq!(of(page.trace).kin.opened(page.id).len(), 1);
        assert_eq!(names(&of(request.trace))[0], "POST");
        assert_eq!(of(request.trace).kin.target(&request.links[0]).span, page.id);
    }

    #[test]
    fn a_broken_chunk_is_said_and_the_others_are_read() {
        let whole = otlp::proto::encode(&sample::spans());
        let chunks = [chunk(vec![0xff; 9], false), chunk(whole, false)];
        let loaded = read(sample::trace_id(), &chunks);
        assert_eq!(loaded.spans.len(), 6);
        assert!(loaded.trouble.starts_with("A chunk of the journal is broken: "));
    }
}
