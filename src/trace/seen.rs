//! Spans that have been seen, by trace and id.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::{Span, SpanId, TraceId};

/// Spans, each once. A tree and no hash table, because ids may be chosen by an attacker. The span's
/// id comes first: that of the trace is the same for most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen(BTreeMap<(SpanId, TraceId), u64>);

impl Seen {
    /// The spans of a list.
    pub fn of<'a>(spans: impl IntoIterator<Item = &'a Span>) -> Self {
        let mut seen = Self::default();
        seen.extend(spans);
        seen
    }

    /// Takes in the spans of a list.
    pub fn extend<'a>(&mut self, spans: impl IntoIterator<Item = &'a Span>) {
        for span in spans {
            self.insert(span.trace, span.id);
        }
    }

    /// Takes a span in. False when it was there already.
    pub fn insert(&mut self, trace: TraceId, span: SpanId) -> bool {
        self.enter(trace, span).1
    }

    /// Whether a span is there.
    #[must_use]
    pub fn contains(&self, trace: TraceId, span: SpanId) -> bool {
        self.0.contains_key(&(span, trace))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A number that is kept beside a span. `None` for one that is not there.
    pub(crate) fn note(&mut self, trace: TraceId, span: SpanId) -> Option<&mut u64> {
        self.0.get_mut(&(span, trace))
    }

    /// Takes a span in. The number beside it, 0 at first, and whether the span is new.
    pub(crate) fn enter(&mut self, trace: TraceId, span: SpanId) -> (&mut u64, bool) {
        match self.0.entry((span, trace)) {
            Entry::Vacant(place) => (place.insert(0), true),
            Entry::Occupied(place) => (place.into_mut(), false),
        }
    }
}
