//! An export request that was checked and waits to be stored. Owns its bytes; spans are ranges of
//! them, so nothing is copied between the socket and the database.

use std::ops::Range;

use bytes::Bytes;
use otlp::raw::{self, Group};
use otlp::{Error, Rejected};
use trace::{Kind, SpanId, Timestamp, TraceId};

/// Good spans, with what the store must know of each.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    body: Bytes,
    whole: bool,
    groups: Vec<[Range<usize>; 4]>,
    pub(crate) spans: Vec<Entry>,
}

/// What the store must know of a span. Texts are ranges: see [`Batch::text`].
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) trace: TraceId,
    pub(crate) id: SpanId,
    pub(crate) has_parent: bool,
    pub(crate) failed: bool,
    pub(crate) kind: Kind,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) group: usize,
    pub(crate) name: Range<usize>,
    pub(crate) session: Option<Range<usize>>,
    pub(crate) bytes: Range<usize>,
}

impl Batch {
    /// Checks a `TracesData` message and says what of it was left out.
    ///
    /// # Errors
    /// When the message around the spans is cut short or garbled.
    pub(crate) fn read(body: &Bytes) -> Result<(Self, Rejected), Error> {
        let raw::Batch { groups, spans, rejected } = raw::read(body)?;
        let at = |part: &[u8]| range(body, part);
        let groups = groups
            .iter()
            .map(|group| {
                [
                    at(group.resource),
                    at(group.resource_schema.as_bytes()),
                    at(group.scope),
                    at(group.scope_schema.as_bytes()),
                ]
            })
            .collect();
        let spans = spans
            .iter()
            .map(|head| Entry {
                trace: head.trace,
                id: head.id,
                has_parent: head.parent.is_some(),
                failed: head.failed,
                kind: head.kind,
                start: head.start,
                end: head.end,
                group: head.group,
                name: at(head.name.as_bytes()),
                session: head.session.map(|session| at(session.as_bytes())),
                bytes: at(head.bytes),
            })
            .collect();
        let whole = rejected.is_empty();
        Ok((Self { groups, spans, whole, body: body.clone() }, rejected))
    }

    /// Its spans of one trace as a `TracesData` message; empty when it has none.
    pub(crate) fn part(&self, trace: TraceId) -> Vec<u8> {
        let mut groups: Vec<(usize, Vec<&[u8]>)> = Vec::new();
        for span in self.spans.iter().filter(|span| span.trace == trace) {
            let bytes = self.bytes(&span.bytes);
            match groups.iter_mut().find(|(group, _)| *group == span.group) {
                Some((_, spans)) => spans.push(bytes),
                None => groups.push((span.group, vec![bytes])),
            }
        }
        let groups = groups.into_iter().map(|(group, spans)| (self.group(group), spans));
        raw::write(&groups.collect::<Vec<_>>())
    }

    /// The message as it came, if all that is in it is good.
    pub(crate) fn whole(&self) -> Option<&Bytes> {
        self.whole.then_some(&self.body)
    }

    /// How much memory it holds, roughly.
    pub(crate) fn weight(&self) -> usize {
        self.body.len() + self.spans.len() * size_of::<Entry>()
    }

    pub(crate) fn bytes(&self, range: &Range<usize>) -> &[u8] {
        self.body.get(range.clone()).unwrap_or_default()
    }

    pub(crate) fn text(&self, range: &Range<usize>) -> &str {
        str::from_utf8(self.bytes(range)).unwrap_or_default()
    }

    /// Whom spans with this group number belong to.
    pub(crate) fn group(&self, number: usize) -> Group<'_> {
        let [resource, resource_schema, scope, scope_schema] = &self.groups[number];
        Group {
            resource: self.bytes(resource),
            resource_schema: self.text(resource_schema),
            scope: self.bytes(scope),
            scope_schema: self.text(scope_schema),
        }
    }
}

/// Where a part lies in the whole; nowhere for an empty part, which may point elsewhere.
fn range(whole: &[u8], part: &[u8]) -> Range<usize> {
    if part.is_empty() {
        return 0..0;
    }
    let begin = part.as_ptr().addr() - whole.as_ptr().addr();
    begin..begin + part.len()
}
