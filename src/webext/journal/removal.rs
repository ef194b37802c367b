//! Removes what was recorded, and keeps what is removed from coming back: a page that is open still
//! says what it does, and what of it is in memory would be written again.

use std::collections::BTreeSet;

use js_sys::{Array, Math};
use trace::TraceId;
use wasm_bindgen::JsValue;

use super::block::EDITION;
use super::digest::BY_SESSION;
use super::news::{self, News};
use super::{BLOCKS, DIGESTS, FACTS, GET, GONE, Journal, MOVED, REQUESTS, SPANS, STALE, key};
use crate::Error;
use crate::database::{Change, beginning};
use crate::js::get;

/// What is kept of pages, and their requests.
const PAGES: [&str; 7] = [FACTS, REQUESTS, SPANS, DIGESTS, STALE, BLOCKS, MOVED];
/// Keys that are read at once.
const KEYS: u32 = 1024;

impl Journal {
    /// Removes all that is in it, and that anything was removed: for when nothing is recorded.
    ///
    /// # Errors
    /// When the browser refuses; then nothing of it is removed.
    pub async fn erase(&self) -> Result<(), Error> {
        let mut changes = cleared();
        changes.push(emptied(GONE));
        self.database.change(changes, None).await?;
        news::tell(&News { traces: Vec::new(), lists: true });
        Ok(())
    }

    /// Removes all that is in it while pages may still be recorded: nothing that they began before is
    /// written again.
    ///
    /// # Errors
    /// When the browser refuses; then nothing of it is removed.
    pub async fn remove_all(&self) -> Result<(), Error> {
        let mut traces = BTreeSet::new();
        for store in [FACTS, REQUESTS, SPANS] {
            let mut last = JsValue::from("");
            loop {
                let behind = Array::of2(&last, &Array::new());
                let keys = self.database.behind("getAllKeys", store, &behind, KEYS).await?;
                let found = firsts(&keys)?;
                let Some(end) = found.last() else { break };
                last = key(*end);
                traces.extend(found);
            }
        }
        self.remove(cleared(), traces.into_iter(), &[]).await
    }

    /// Removes pages with all that lies under their traces, and the requests of a session besides.
    ///
    /// # Errors
    /// When the browser refuses; then nothing of it is removed.
    pub async fn remove_pages(
        &self,
        pages: &BTreeSet<TraceId>,
        session: Option<&str>,
    ) -> Result<(), Error> {
        let failed = |error: JsValue| Error::new(GET, &error);
        let mut changes: Vec<Change> = Vec::new();
        for page in pages {
            let below = beginning(&[key(*page)]).map_err(failed)?;
            for store in [FACTS, REQUESTS, SPANS] {
                changes.push((store, "delete", Array::of1(&below)));
            }
            for store in [DIGESTS, STALE] {
                changes.push((store, "delete", Array::of1(&key(*page))));
            }
        }
        if let Some(session) = session {
            let keys = self.database.keys_of(REQUESTS, BY_SESSION, &session.into()).await?;
            changes.extend(keys.iter().map(|key| (REQUESTS, "delete", Array::of1(&key))));
        }
        let named: Vec<TraceId> = pages.iter().copied().collect();
        self.remove(changes, pages.iter().copied(), &named).await
    }

    async fn remove(
        &self,
        changes: Vec<Change>,
        gone: impl Iterator<Item = TraceId>,
        named: &[TraceId],
    ) -> Result<(), Error> {
        let note = |store, trace| (store, "put", Array::of2(&1.into(), &key(trace)));
        let notes = gone.map(|trace| note(GONE, trace));
        let notes = notes.chain(named.iter().map(|trace| note(MOVED, *trace)));
        let noted = changes.iter().cloned().chain(notes).collect();
        if self.database.change(noted, None).await.is_err() {
            // Where there is no room, not even for a note, room is what is wanted.
            let without = changes.into_iter().chain([BLOCKS, MOVED].map(emptied)).collect();
            self.database.change(without, None).await?;
        }
        news::tell(&News { traces: named.to_vec(), lists: true });
        Ok(())
    }
}

fn emptied(store: &'static str) -> Change {
    (store, "clear", Array::new())
}

fn cleared() -> Vec<Change> {
    let mut changes = PAGES.map(emptied).to_vec();
    // Blocks that are written just now are of digests that are no more.
    changes.push((BLOCKS, "put", Array::of2(&Math::random().into(), &EDITION.into())));
    changes
}

/// The traces with which keys begin, neighbours that are the same once.
fn firsts(keys: &Array) -> Result<Vec<TraceId>, Error> {
    let mut traces = Vec::new();
    for key in keys.iter() {
        let first = get(&key, "0").map_err(|error| Error::new(GET, &error))?;
        traces.extend(first.as_string().and_then(|text| text.parse::<TraceId>().ok()));
    }
    traces.dedup();
    Ok(traces)
}
