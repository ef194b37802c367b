//! Spans, in chunks.

use js_sys::{Array, Math, Object, Uint8Array};
use serde::{Deserialize, Serialize};
use trace::{Timestamp, TraceId, json};

use super::{GET, Journal, PUT, SPANS, STALE, key, object, ours, taken, unless};
use crate::Error;
use crate::database::{Change, beginning};
use crate::js::{self, set};

const BYTES: &str = "bytes";
const BY_OTHERS: &str = "others";

/// Which side recorded spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Assembled here.
    Browser,
    /// What the store says otherwise of spans that are on another side.
    Copy,
    /// Found in the store.
    Server,
}

/// Where a chunk lies, in the order of the journal: trace, side, part.
pub type Place = (TraceId, Side, u32);

/// Spans of one trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpanChunk {
    /// The trace.
    pub trace: TraceId,
    /// Who recorded them.
    pub side: Side,
    /// Which chunk of this side, from 0.
    pub part: u32,
    /// Whether it may still change: the page is loading, and its spans are not final.
    pub open: bool,
    /// A bit for each destination to which they wait to be sent; absent where there is none, which
    /// keeps the index small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsent: Option<u8>,
    /// Since when they wait; absent where they do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Whether they came when nobody waited for them any more.
    #[serde(default)]
    pub late: bool,
    /// Other traces that some of them belong to; absent where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<TraceId>,
    /// Whether all of them belong to other traces: requests of their own, and no part of the page's.
    #[serde(default)]
    pub apart: bool,
    /// How many there are.
    pub count: u32,
    /// OTLP protobuf (`TracesData`).
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

impl SpanChunk {
    /// As the journal has it: an object whose bytes are a typed array.
    pub(super) fn change(&self) -> Result<Change, Error> {
        let row = object(&json::write(self))?;
        let bytes = Uint8Array::from(self.bytes.as_slice());
        set(&row, BYTES, &bytes).map_err(|error| Error::new(PUT, &error))?;
        Ok((SPANS, "put", Array::of1(&row)))
    }
}

/// The mark that a trace's digest is not true any more. Its stamp is new each time.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is below 2^32")]
pub(super) fn stale(trace: TraceId) -> Result<Change, Error> {
    let stamp = (Math::random() * 4_294_967_296.0) as u32;
    let row = Object::new();
    set(&row, "trace", &key(trace))
        .and_then(|()| set(&row, "stamp", &stamp.into()))
        .map_err(|error| Error::new(PUT, &error))?;
    Ok((STALE, "put", Array::of1(&row)))
}

pub(super) fn chunks(rows: &Array) -> Result<Vec<SpanChunk>, Error> {
    let bytes = taken(rows, BYTES)?;
    let mut chunks: Vec<SpanChunk> = ours(rows)?;
    for (chunk, bytes) in chunks.iter_mut().zip(bytes) {
        chunk.bytes = js::bytes(bytes);
    }
    Ok(chunks)
}

impl Journal {
    /// Keeps chunks of a page's spans; one that is there already is replaced.
    ///
    /// # Errors
    /// When the browser cannot store them.
    pub async fn put_spans(&self, chunks: &[SpanChunk]) -> Result<(), Error> {
        let Some(page) = chunks.first().map(|chunk| chunk.trace) else { return Ok(()) };
        let mut changes = chunks.iter().map(SpanChunk::change).collect::<Result<Vec<_>, _>>()?;
        changes.push(stale(page)?);
        self.database.change(changes, unless(page)).await
    }

    /// The chunks that lie under a trace, browser side first.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn chunks(&self, trace: TraceId) -> Result<Vec<SpanChunk>, Error> {
        chunks(&self.database.all(SPANS, "", &[key(trace)]).await?)
    }

    /// As [`chunks`](Self::chunks). The browser begins to fetch them at once, before anybody waits
    /// for them.
    ///
    /// # Errors
    /// When the browser refuses.
    pub fn fetch(
        &self,
        trace: TraceId,
    ) -> impl Future<Output = Result<Vec<SpanChunk>, Error>> + use<> {
        let keys = beginning(&[key(trace)]).map_err(|error| Error::new(GET, &error));
        let found = keys.and_then(|keys| self.database.begin("getAll", SPANS, "", &keys));
        async move { chunks(&found?.await?) }
    }

    /// The chunks of pages that have spans of this trace among others.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn chunks_of_pages(&self, trace: TraceId) -> Result<Vec<SpanChunk>, Error> {
        chunks(&self.database.equal(SPANS, BY_OTHERS, &key(trace)).await?)
    }

    /// Where the chunks lie that [`chunks`](Self::chunks) tells.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn places(&self, trace: TraceId) -> Result<Vec<Place>, Error> {
        ours(&self.database.keys(SPANS, &[key(trace)]).await?)
    }

    /// Where the chunks lie that [`chunks_of_pages`](Self::chunks_of_pages) tells.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn places_of_pages(&self, trace: TraceId) -> Result<Vec<Place>, Error> {
        ours(&self.database.keys_of(SPANS, BY_OTHERS, &key(trace)).await?)
    }

    /// The chunks from one place to another, as far as they are there. The browser begins to fetch
    /// them at once, before anybody waits for them.
    ///
    /// # Errors
    /// When the browser refuses.
    pub fn between(
        &self,
        first: Place,
        last: Place,
    ) -> impl Future<Output = Result<Vec<SpanChunk>, Error>> + use<> {
        let key = |place: Place| object(&json::write(&place));
        let found = key(first).and_then(|first| {
            let last = key(last)?;
            self.database.between(SPANS, &first, &last)
        });
        async move { chunks(&found?.await?) }
    }
}
