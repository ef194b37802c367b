//! The journal: what was recorded, in IndexedDB. The extension's own store.
//!
//! ```text
//! facts     [trace, batch]           → strings       what its page stated, redacted
//! requests  [trace, span]            → RequestRow    a row in lists        index tab: [tab, start]
//! spans     [trace, side, part]      → SpanChunk     up to 512 spans, OTLP index unsent
//! ```
//!
//! Spans are kept in binary chunks with only the chunk's keys indexed: a record per span is 44
//! times slower to write. A transaction is over when this crate answers, so what is acknowledged
//! to a page is stored.

use idb::{
    Database, DatabaseEvent as _, Factory, IndexParams, KeyPath, KeyRange, ObjectStoreParams,
    Query, TransactionMode,
};
use serde::{Deserialize, Serialize};
use trace::TraceId;
use trace::request::TracedRequest;
use wasm_bindgen::{JsCast as _, JsValue};

use crate::Error;
use crate::value::{from_js, to_js};

const NAME: &str = "tracelight";
/// Version of the stores' shape; an upgrade is a step in `upgrade`.
const VERSION: u32 = 1;

const FACTS: &str = "facts";
const REQUESTS: &str = "requests";
const SPANS: &str = "spans";
const BY_TAB: &str = "tab";
const BYTES: &str = "bytes";
const BY_UNSENT: &str = "unsent";

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
    #[serde(flatten)]
    pub request: TracedRequest,
}

/// Which side recorded spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Assembled here.
    Browser,
    /// Found in the store.
    Server,
}

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
    /// How many there are.
    pub count: u32,
    /// OTLP protobuf (`TracesData`).
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

impl SpanChunk {
    /// As the journal has it: an object whose bytes are a typed array.
    fn row(&self) -> Result<JsValue, Error> {
        let call = "IDBObjectStore.put";
        let row = to_js(call, self)?;
        let bytes = js_sys::Uint8Array::from(self.bytes.as_slice());
        js_sys::Reflect::set(&row, &BYTES.into(), &bytes)
            .map_err(|error| Error::new(call, &error))?;
        Ok(row)
    }

    fn read(row: &JsValue) -> Result<Self, Error> {
        let call = "IDBObjectStore.getAll";
        let failed = |error: JsValue| Error::new(call, &error);
        let bytes = js_sys::Reflect::get(row, &BYTES.into()).map_err(failed)?;
        let bytes = js_sys::Uint8Array::new(&bytes).to_vec();
        // Taken off before the rest is read as text, where bytes would be digits.
        js_sys::Reflect::delete_property(row.unchecked_ref::<js_sys::Object>(), &BYTES.into())
            .map_err(failed)?;
        Ok(Self { bytes, ..from_js(call, row)? })
    }
}

fn failed(call: &'static str) -> impl Fn(idb::Error) -> Error {
    move |error| Error::found(call, error)
}

/// All keys that begin with these: an array sorts after every shorter one that it continues, and
/// an array sorts after every text and number, so `[…, []]` closes the range.
fn beginning(prefix: &[JsValue]) -> Result<Query, Error> {
    let lower: js_sys::Array = prefix.iter().collect();
    let upper: js_sys::Array = prefix.iter().collect();
    upper.push(&js_sys::Array::new());
    KeyRange::bound(&lower, &upper, None, None)
        .map(Query::KeyRange)
        .map_err(failed("IDBKeyRange.bound"))
}

fn upgrade(database: &Database) -> Result<(), idb::Error> {
    let keyed = |path: &[&str]| {
        let mut params = ObjectStoreParams::new();
        params.key_path(Some(KeyPath::new_array(path.iter().copied())));
        params
    };
    database.create_object_store(FACTS, ObjectStoreParams::new())?;
    let requests = database.create_object_store(REQUESTS, keyed(&["trace", "span"]))?;
    let by_tab = KeyPath::new_array(["tab", "start"]);
    requests.create_index(BY_TAB, by_tab, Some(IndexParams::new()))?;
    let spans = database.create_object_store(SPANS, keyed(&["trace", "side", "part"]))?;
    spans.create_index(BY_UNSENT, KeyPath::new_single("unsent"), Some(IndexParams::new()))?;
    Ok(())
}

impl Journal {
    /// Opens the journal and makes its stores where they are not there yet.
    ///
    /// # Errors
    /// When the browser has no room or no IndexedDB, or the journal is of a later version.
    pub async fn open() -> Result<Self, Error> {
        let call = "indexedDB.open";
        let factory = Factory::new().map_err(failed(call))?;
        let mut request = factory.open(NAME, Some(VERSION)).map_err(failed(call))?;
        request.on_upgrade_needed(|event| {
            // What fails here fails the open below, which reports it.
            let _reported_by_open = event.database().and_then(|database| upgrade(&database));
        });
        let mut database = request.await.map_err(failed(call))?;
        // A newer release of the extension may need to upgrade: let go, or it waits for ever.
        database.on_version_change(|event| {
            if let Ok(database) = event.database() {
                database.close();
            }
        });
        Ok(Self { database })
    }

    /// Writes into one store, in one transaction that is over when this returns.
    async fn put(&self, store: &str, rows: Vec<(JsValue, Option<JsValue>)>) -> Result<(), Error> {
        let call = "IDBObjectStore.put";
        let mode = TransactionMode::ReadWrite;
        let transaction = self.database.transaction(&[store], mode).map_err(failed(call))?;
        let target = transaction.object_store(store).map_err(failed(call))?;
        for (row, key) in rows {
            target.put(&row, key.as_ref()).map_err(failed(call))?;
        }
        transaction.commit().map_err(failed(call))?.await.map(drop).map_err(failed(call))
    }

    async fn all(
        &self,
        store: &str,
        index: Option<&str>,
        query: Option<Query>,
    ) -> Result<Vec<JsValue>, Error> {
        let call = "IDBObjectStore.getAll";
        let mode = TransactionMode::ReadOnly;
        let transaction = self.database.transaction(&[store], mode).map_err(failed(call))?;
        let source = transaction.object_store(store).map_err(failed(call))?;
        let request = match index {
            Some(index) => source.index(index).and_then(|index| index.get_all(query, None)),
            None => source.get_all(query, None),
        };
        request.map_err(failed(call))?.await.map_err(failed(call))
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
        let key: js_sys::Array =
            [JsValue::from_str(&trace.to_string()), JsValue::from(batch)].iter().collect();
        let facts = to_js("IDBObjectStore.put", facts)?;
        self.put(FACTS, vec![(facts, Some(key.into()))]).await
    }

    /// All facts of a page, batch by batch.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn facts(&self, trace: TraceId) -> Result<Vec<Vec<String>>, Error> {
        let range = beginning(&[JsValue::from_str(&trace.to_string())])?;
        let found = self.all(FACTS, None, Some(range)).await?;
        found.iter().map(|facts| from_js("IDBObjectStore.getAll", facts)).collect()
    }

    /// Keeps traced requests; one that is there already is replaced.
    ///
    /// # Errors
    /// When the browser cannot store them.
    pub async fn put_requests(&self, rows: &[RequestRow]) -> Result<(), Error> {
        let rows = rows.iter().map(|row| Ok((to_js("IDBObjectStore.put", row)?, None)));
        self.put(REQUESTS, rows.collect::<Result<_, Error>>()?).await
    }

    /// The traced requests of a tab, oldest first.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn requests(&self, tab: i32) -> Result<Vec<RequestRow>, Error> {
        let range = beginning(&[JsValue::from(tab)])?;
        let found = self.all(REQUESTS, Some(BY_TAB), Some(range)).await?;
        found.iter().map(|row| from_js("IDBObjectStore.getAll", row)).collect()
    }

    /// Keeps chunks of spans; one that is there already is replaced.
    ///
    /// # Errors
    /// When the browser cannot store them.
    pub async fn put_spans(&self, chunks: &[SpanChunk]) -> Result<(), Error> {
        let rows = chunks.iter().map(|chunk| Ok((chunk.row()?, None)));
        self.put(SPANS, rows.collect::<Result<_, Error>>()?).await
    }

    /// The chunks of a trace, browser side first.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn chunks(&self, trace: TraceId) -> Result<Vec<SpanChunk>, Error> {
        let range = beginning(&[JsValue::from_str(&trace.to_string())])?;
        self.all(SPANS, None, Some(range)).await?.iter().map(SpanChunk::read).collect()
    }

    /// The spans of a trace as OTLP protobuf, a chunk each, browser side first.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn spans(&self, trace: TraceId) -> Result<Vec<Vec<u8>>, Error> {
        Ok(self.chunks(trace).await?.into_iter().map(|chunk| chunk.bytes).collect())
    }

    /// The chunks that wait to be sent to the store.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn unsent(&self) -> Result<Vec<SpanChunk>, Error> {
        self.all(SPANS, Some(BY_UNSENT), None).await?.iter().map(SpanChunk::read).collect()
    }
}
