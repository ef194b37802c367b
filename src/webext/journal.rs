//! The journal: what was recorded, in IndexedDB. The extension's own store.
//!
//! ```text
//! facts     [trace, batch]           → strings       what its page stated, redacted
//! requests  [trace, span]            → RequestRow    a row in lists        indexes tab: [tab, start], start, session
//! spans     [trace, side, part]      → SpanChunk     up to 512 spans, OTLP indexes unsent, others
//! digests   trace                    → DigestRow     what readers took out of a page's spans   index sessions
//! blocks    [part, number]           → bytes         many digests in one, for who reads them all
//! moved     trace                    → stamp         its digest changed since the blocks were written
//! stale     trace                    → stamp         its chunks changed since its digest was made
//! gone      trace                    → 1             was deleted: nothing of it is written again
//! ```
//!
//! Spans are kept in binary chunks with only the chunk's keys indexed: a record per span is 44
//! times slower to write. A chunk lies under its page's trace; spans of other traces in it, such as
//! that of a request which the page made long after its load, are found by the index of those.
//! A transaction is over when this crate answers, so what is acknowledged to a page is stored.
//!
//! Who writes chunks marks their trace as stale, in the same transaction and with a new stamp; who
//! reads makes the digests of what is stale, and takes the mark away where the stamp is still the
//! one that he saw. So a digest that is there without a mark is true, whoever wrote meanwhile.
//! Blocks are to digests what those are to chunks: who changes or removes a digest notes in the same
//! transaction that it moved, and then blocks do not speak for it.

mod block;
mod chunk;
mod desk;
mod digest;
mod news;
mod queue;
mod removal;
mod request;
mod transfer;

use js_sys::{Array, JSON, Object, Reflect};
use serde::de::DeserializeOwned;
use trace::{TraceId, json};
use wasm_bindgen::{JsCast as _, JsValue};

use crate::call::{read, text};
use crate::database::{Database, Step};
use crate::js::get;
use crate::{Error, Listening};

pub use block::{Blocks, PARTS};
pub use chunk::{Place, Side, SpanChunk};
pub use desk::Desk;
pub use digest::{DigestRow, Mark, Stamp};
pub use news::{News, hear, tell};
pub use request::RequestRow;

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
    &[
        ("objectStore", r#"["requests"]"#),
        // Nanoseconds as decimal text, which has 19 digits from 2001 to 2286: its order is time's.
        ("createIndex", r#"["start","start"]"#),
        ("createIndex", r#"["session","session"]"#),
        ("createObjectStore", r#"["digests",{"keyPath":"trace"}]"#),
        ("createIndex", r#"["sessions","sessions",{"multiEntry":true}]"#),
        ("createObjectStore", r#"["stale",{"keyPath":"trace"}]"#),
        ("createObjectStore", r#"["gone"]"#),
    ],
    &[("createObjectStore", r#"["blocks"]"#), ("createObjectStore", r#"["moved"]"#)],
];

const FACTS: &str = "facts";
const REQUESTS: &str = "requests";
const SPANS: &str = "spans";
const DIGESTS: &str = "digests";
const STALE: &str = "stale";
const BLOCKS: &str = "blocks";
const MOVED: &str = "moved";
const GONE: &str = "gone";

const PUT: &str = "writing to the journal";
const GET: &str = "reading the journal";

/// The open journal.
#[derive(Debug)]
pub struct Journal {
    database: Database,
}

impl Journal {
    /// Opens the journal and makes its stores where they are not there yet.
    ///
    /// # Errors
    /// When the browser has no room or no IndexedDB, or the journal is of a later version.
    pub async fn open() -> Result<Self, Error> {
        Ok(Self { database: Database::open(NAME, VERSIONS).await? })
    }

    /// Whether it is still open: the browser closes one that is to be deleted, or whose files it lost.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.database.is_open(FACTS)
    }

    /// Calls when the browser closes it, as long as what is returned is kept.
    pub fn closed(&self, hear: impl Fn() + 'static) -> Listening {
        self.database.closed(hear)
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
        self.database.change(vec![(FACTS, "put", row)], unless(trace)).await
    }

    /// All facts of a page, batch by batch.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn facts(&self, trace: TraceId) -> Result<Vec<Vec<String>>, Error> {
        ours(&self.database.all(FACTS, "", &[key(trace)]).await?)
    }
}

/// Text as a plain object or list.
fn object(text: &str) -> Result<JsValue, Error> {
    JSON::parse(text).map_err(|error| Error::new(PUT, &error))
}

/// Rows as our types.
fn ours<T: DeserializeOwned>(rows: &Array) -> Result<T, Error> {
    read(GET, &text(GET, rows)?)
}

/// A field of each row, taken off it: bytes would be digits in text, and text would be quoted twice.
fn taken(rows: &Array, field: &str) -> Result<Vec<JsValue>, Error> {
    let take = |row: JsValue| {
        let found = get(&row, field)?;
        Reflect::delete_property(row.unchecked_ref::<Object>(), &field.into())?;
        Ok(found)
    };
    rows.iter()
        .map(take)
        .collect::<Result<_, _>>()
        .map_err(|error: JsValue| Error::new(GET, &error))
}

fn key(trace: TraceId) -> JsValue {
    trace.to_string().into()
}

/// Nothing is written of a page that was deleted: it would come back by halves.
fn unless(trace: TraceId) -> Option<(&'static str, JsValue)> {
    Some((GONE, key(trace)))
}
