//! Makes spans of what the journal keeps: chunks of OTLP protobuf that may overlap.

use std::collections::BTreeSet;

use trace::{Span, SpanId, Timestamp};

/// What chunks held.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The spans, each once, in the chunks' order.
    pub spans: Vec<Span>,
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
}

/// Reads a trace's chunks. A span that is in two chunks is taken from the first: the browser's own
/// word comes before the store's copy of it. Spans that share an id and are otherwise different
/// are all kept, for the waterfall to name.
#[must_use]
pub fn read(chunks: &[Chunk]) -> Loaded {
    let mut loaded = Loaded::default();
    let mut seen: BTreeSet<(SpanId, Timestamp, String)> = BTreeSet::new();
    for Chunk { bytes, late } in chunks {
        match otlp::proto::decode(bytes) {
            Ok(accepted) => {
                if accepted.rejected.count > 0 {
                    loaded.trouble = accepted.rejected.to_string();
                }
                let fresh = accepted.spans.into_iter().filter(|span| {
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
        Chunk { bytes, late }
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
        let loaded = read(&chunks);
        assert_eq!(loaded.spans.len(), 7);
        assert_eq!(loaded.spans[6].name, "twin");
        assert_eq!(loaded.late, [spans[4].id, spans[5].id, twin.id].into());
        assert_eq!(loaded.trouble, "");
    }

    #[test]
    fn a_broken_chunk_is_said_and_the_others_are_read() {
        let whole = otlp::proto::encode(&sample::spans());
        let chunks = [chunk(vec![0xff; 9], false), chunk(whole, false)];
        let loaded = read(&chunks);
        assert_eq!(loaded.spans.len(), 6);
        assert!(loaded.trouble.starts_with("A chunk of the journal is broken: "));
    }
}
