//! The journal: what was recorded, in IndexedDB. The extension's own store.
//!
//! ```text
//! facts     [trace, batch]           → strings       what its page stated, redacted
//! requests  [trace, span]            → RequestRow    a row in lists        index tab: [tab, start]
//! spans     [trace, side, part]      → SpanChunk     up to 512 spans, OTLP indexes unsent, others
//! ```
//!
//! Spans are kept in binary chunks with only the chunk's keys indexed: a record per span is 44
//! times slower to write. A chunk lies under its page's trace; spans of other traces in it, such as
//! that of a request which the page made long after its load, are found by the index of those.
//! A transaction is over when this crate answers, so what is acknowledged to a page is stored.

use js_sys::{Array, JSON, Object, Reflect, Uint8Array};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use trace::request::TracedRequest;
use trace::{TraceId, json};
use wasm_bindgen::{JsCast as _, JsValue};

use crate::Error;
use crate::call::{read, text};
use crate::database::{Database, Step};
use crate::js::{self, get, set};

const NAME: &str = "tracelight";
/// What each version of the stores' shape adds to the one before; a new shape is one more.
const VERSIONS: &[&[Step]] = &[
    &[
        ("createObjectStore", r#"["facts"]"#),
        ("createObjectStore", r#"["requests",{"keyPath":["trace","span"]}]"#),
        ("createIndex", r#"["tab",["tab","start"]]"#),
        ("createObjectStore", r#"["spans",{"keyPath":["trace","side","part"]}]"#),
        ("createIndex", r#"["unsent","unsent"]"#),
    ],
    &[
        ("objectStore", r#"["spans"]"#),
        ("createIndex", r#"["others","others",{"multiEntry":true}]"#),
    ],
];

const FACTS: &str = "facts";
const REQUESTS: &str = "requests";
const SPANS: &str = "spans";
const BY_TAB: &str = "tab";
const BYTES: &str = "bytes";
const BY_UNSENT: &str = "unsent";
const BY_OTHERS: &str = "others";

const PUT: &str = "IDBObjectStore.put";
const GET: &str = "IDBObjectStore.getAll";

/// The open journal.
#[derive(Debug)]
pub struct Journal {
    database: Database,
}

/// A traced request, with the tab it was made in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestRow {
    /// The tab.
    pub tab: i32,
    /// The request.
    #[serde(rename = "")]
    pub request: TracedRequest,
}

/// Which side recorded spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Assembled here.
    Browser,
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
    /// 1 while they wait to be sent to the store; absent otherwise, which keeps the index small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsent: Option<u8>,
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
    fn row(&self) -> Result<Array, Error> {
        let row = object(&json::write(self))?;
        let bytes = Uint8Array::from(self.bytes.as_slice());
        set(&row, BYTES, &bytes).map_err(|error| Error::new(PUT, &error))?;
        Ok(Array::of1(&row))
    }
}

fn chunks(rows: &Array) -> Result<Vec<SpanChunk>, Error> {
    let failed = |error: JsValue| Error::new(GET, &error);
    let mut bytes = Vec::new();
    for row in rows.iter() {
        bytes.push(js::bytes(get(&row, BYTES).map_err(failed)?));
        // Taken off before the rest is read as text, where bytes would be digits.
        Reflect::delete_property(row.unchecked_ref::<Object>(), &BYTES.into()).map_err(failed)?;
    }
    let mut chunks: Vec<SpanChunk> = ours(rows)?;
    for (chunk, bytes) in chunks.iter_mut().zip(bytes) {
        chunk.bytes = bytes;
    }
    Ok(chunks)
}

/// Text as a plain object or list.
fn object(text: &str) -> Result<JsValue, Error> {
    JSON::parse(text).map_err(|error| Error::new(PUT, &error))
}

/// Rows as our types.
fn ours<T: DeserializeOwned>(rows: &Array) -> Result<T, Error> {
    read(GET, &text(GET, rows)?)
}

fn key(trace: TraceId) -> JsValue {
    trace.to_string().into()
}

impl Journal {
    /// Opens the journal and makes its stores where they are not there yet.
    ///
    /// # Errors
    /// When the browser has no room or no IndexedDB, or the journal is of a later version.
    pub async fn open() -> Result<Self, Error> {
        Ok(Self { database: Database::open(NAME, VERSIONS).await? })
    }

    /// Removes all that is in it.
    ///
    /// # Errors
    /// When the browser refuses; then some of it may be left.
    pub async fn erase(&self) -> Result<(), Error> {
        for store in [FACTS, REQUESTS, SPANS] {
            self.database.clear(store).await?;
        }
        Ok(())
    }

    /// Keeps a batch of facts.
    ///
    /// # Errors
    /// When the browser cannot store them: then they must not be acknowledged.
    pub async fn put_facts(
        &self,
        trace: TraceId,
        batch: u32,
        facts: &[String],
    ) -> Result<(), Error> {
        let key = Array::of2(&key(trace), &batch.into());
        let row = Array::of2(&object(&json::write(facts))?, &key);
        self.database.put(FACTS, vec![row]).await
    }

    /// All facts of a page, batch by batch.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn facts(&self, trace: TraceId) -> Result<Vec<Vec<String>>, Error> {
        ours(&self.database.all(FACTS, "", &[key(trace)]).await?)
    }

    /// Keeps traced requests; one that is there already is replaced.
    ///
    /// # Errors
    /// When the browser cannot store them.
    pub async fn put_requests(&self, rows: &[RequestRow]) -> Result<(), Error> {
        let plain = |row: &RequestRow| Ok(Array::of1(&object(&json::write(row))?));
        let rows: Result<_, Error> = rows.iter().map(plain).collect();
        self.database.put(REQUESTS, rows?).await
    }

    /// The traced requests of a tab, oldest first.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn requests(&self, tab: i32) -> Result<Vec<RequestRow>, Error> {
        ours(&self.database.all(REQUESTS, BY_TAB, &[tab.into()]).await?)
    }

    /// All traced requests, in no order that means anything.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn all_requests(&self) -> Result<Vec<RequestRow>, Error> {
        ours(&self.database.all(REQUESTS, "", &[]).await?)
    }

    /// Keeps chunks of spans; one that is there already is replaced.
    ///
    /// # Errors
    /// When the browser cannot store them.
    pub async fn put_spans(&self, chunks: &[SpanChunk]) -> Result<(), Error> {
        self.database.put(SPANS, chunks.iter().map(SpanChunk::row).collect::<Result<_, _>>()?).await
    }

    /// The chunks that lie under a trace, browser side first.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn chunks(&self, trace: TraceId) -> Result<Vec<SpanChunk>, Error> {
        chunks(&self.database.all(SPANS, "", &[key(trace)]).await?)
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

    /// The chunks that wait to be sent to the store.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn unsent(&self) -> Result<Vec<SpanChunk>, Error> {
        chunks(&self.database.all(SPANS, BY_UNSENT, &[]).await?)
    }
}
