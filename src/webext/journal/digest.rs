//! Digests: what readers took out of pages' spans, and which of them are not true any more.

use js_sys::{Array, JSON};
use serde::{Deserialize, Serialize};
use trace::{TraceId, json};
use wasm_bindgen::JsValue;

use super::chunk::stale;
use super::{
    DIGESTS, Journal, MOVED, PUT, Place, REQUESTS, SPANS, STALE, key, object, ours, taken,
};
use crate::Error;
use crate::database::{done, finish, open};
use crate::js::{call, get, set};

pub(super) const BY_SESSION: &str = "session";
const BY_SESSIONS: &str = "sessions";
const TEXT: &str = "text";
/// The key under which it is said by which rules all traces were digested: no trace is named so.
const MARKER: &str = "";

/// Which writing of a trace's chunks made its digest stale.
pub type Stamp = u32;

/// How a trace's mark was found when its digest was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// As it was seen: the digest is kept, and the mark taken away.
    Same,
    /// With another stamp: its chunks changed meanwhile.
    Changed,
    /// Not at all: somebody else made the digest, or the trace was deleted.
    Gone,
}

/// A page's digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestRow {
    /// The page's trace.
    pub trace: TraceId,
    /// Which rules made it (`trace::digest::VERSION`).
    pub version: u32,
    /// The sessions that its rows name.
    pub sessions: Vec<String>,
    /// How many bytes its chunks have.
    pub bytes: u64,
    /// The rows, as JSON.
    #[serde(skip)]
    pub text: String,
}

#[derive(Serialize, Deserialize)]
struct Marker {
    version: u32,
}

#[derive(Deserialize)]
struct Stale {
    trace: TraceId,
    stamp: Stamp,
}

fn digests(rows: &Array) -> Result<Vec<DigestRow>, Error> {
    let texts = taken(rows, TEXT)?;
    let mut digests: Vec<DigestRow> = ours(rows)?;
    for (digest, text) in digests.iter_mut().zip(texts) {
        digest.text = text.as_string().unwrap_or_default();
    }
    Ok(digests)
}

impl Journal {
    /// The digests behind a trace (`None` for the first ones), so many at most, in the order of their
    /// traces.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn digests_behind(
        &self,
        trace: Option<TraceId>,
        count: u32,
    ) -> Result<Vec<DigestRow>, Error> {
        let behind = trace.map_or(MARKER.into(), key);
        digests(&self.database.behind("getAll", DIGESTS, &behind, count).await?)
    }

    /// A page's digest. The browser begins to fetch it at once, before anybody waits for it.
    ///
    /// # Errors
    /// When the browser refuses.
    pub fn digest(
        &self,
        trace: TraceId,
    ) -> impl Future<Output = Result<Option<DigestRow>, Error>> + use<> {
        let found = self.database.begin("getAll", DIGESTS, "", &key(trace));
        async move { Ok(digests(&found?.await?)?.into_iter().next()) }
    }

    /// The digests that name a session.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn digests_of(&self, session: &str) -> Result<Vec<DigestRow>, Error> {
        digests(&self.database.equal(DIGESTS, BY_SESSIONS, &session.into()).await?)
    }

    /// The traces of a session's requests, in no order that means anything, each as often as it has.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn traces_of(&self, session: &str) -> Result<Vec<TraceId>, Error> {
        let keys = self.database.keys_of(REQUESTS, BY_SESSION, &session.into()).await?;
        let keys: Vec<(TraceId, trace::SpanId)> = ours(&keys)?;
        Ok(keys.into_iter().map(|(trace, _)| trace).collect())
    }

    /// The traces whose chunks changed since their digest was made.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn stale(&self) -> Result<Vec<(TraceId, Stamp)>, Error> {
        let all: Vec<Stale> = ours(&self.database.all(STALE, "", &[]).await?)?;
        Ok(all.into_iter().map(|Stale { trace, stamp }| (trace, stamp)).collect())
    }

    /// Keeps digests that were made of what lay there under these stamps, where the stamps are still
    /// those.
    ///
    /// # Errors
    /// When the browser cannot store them.
    pub async fn keep_digests(&self, rows: &[(DigestRow, Stamp)]) -> Result<Vec<Mark>, Error> {
        let failed = |error: JsValue| Error::new(PUT, &error);
        let names = Array::of3(&STALE.into(), &DIGESTS.into(), &MOVED.into());
        let transaction = self.database.transaction(&names, "readwrite").map_err(failed)?;
        let marks = open(&transaction, STALE).map_err(failed)?;
        let store = open(&transaction, DIGESTS).map_err(failed)?;
        let moved = open(&transaction, MOVED).map_err(failed)?;
        let mut found = Vec::with_capacity(rows.len());
        for (row, _) in rows {
            let mark = call(&marks, "get", &[&key(row.trace)]).map_err(failed)?;
            found.push(done(mark, "onsuccess", "onerror"));
        }
        let mut met = Vec::with_capacity(rows.len());
        for ((_, stamp), mark) in rows.iter().zip(found) {
            let mark = mark.await.map_err(failed)?;
            met.push(if mark.is_undefined() {
                Mark::Gone
            } else if get(&mark, "stamp") == Ok(JsValue::from(*stamp)) {
                Mark::Same
            } else {
                Mark::Changed
            });
        }
        let same = rows.iter().zip(&met).filter(|(_, mark)| **mark == Mark::Same);
        let made = same.map(|(row, _)| row).try_for_each(|(row, stamp)| {
            let plain = JSON::parse(&json::write(row))?;
            set(&plain, TEXT, &row.text.as_str().into())?;
            call(&store, "put", &[&plain])?;
            call(&moved, "put", &[&(*stamp).into(), &key(row.trace)])?;
            call(&marks, "delete", &[&key(row.trace)]).map(drop)
        });
        finish(transaction, made).await?;
        Ok(met)
    }

    /// By which rules all traces were digested that are not marked as stale. `None` where nobody did.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn digested(&self) -> Result<Option<u32>, Error> {
        let marker = self.database.equal(DIGESTS, "", &MARKER.into()).await?;
        let marker: Vec<Marker> = ours(&marker)?;
        Ok(marker.first().map(|marker| marker.version))
    }

    /// Notes that all traces were digested by these rules, or are marked as stale.
    ///
    /// # Errors
    /// When the browser cannot store it.
    pub async fn note_digested(&self, version: u32) -> Result<(), Error> {
        let row = object(&json::write(&Marker { version }))?;
        set(&row, "trace", &MARKER.into()).map_err(|error| Error::new(PUT, &error))?;
        self.database.change(vec![(DIGESTS, "put", Array::of1(&row))], None).await
    }

    /// Marks traces as stale.
    ///
    /// # Errors
    /// When the browser cannot store it.
    pub async fn mark_stale(&self, traces: &[TraceId]) -> Result<(), Error> {
        let marks: Result<_, Error> = traces.iter().map(|trace| stale(*trace)).collect();
        self.database.change(marks?, None).await
    }

    /// Where the chunks lie that come behind all those of a trace (`None` for the first ones), so
    /// many at most.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn places_behind(
        &self,
        trace: Option<TraceId>,
        count: u32,
    ) -> Result<Vec<Place>, Error> {
        // An array sorts after every text, so all keys that begin with the trace are before this.
        let behind = Array::of2(&trace.map_or(MARKER.into(), key), &Array::new());
        ours(&self.database.behind("getAllKeys", SPANS, &behind, count).await?)
    }
}
