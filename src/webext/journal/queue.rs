//! What waits to be sent: chunks with the bits of the destinations that want them still.
//!
//! Only closed chunks wait, and those never change: so a bit is struck off in the row that lies
//! there, in one transaction with its reading, and a row that was removed does not come back.

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};

use super::chunk::{SpanChunk, chunks};
use super::{GET, Journal, PUT, Place, SPANS, object, ours};
use crate::Error;
use crate::database::{done, finish, open};
use crate::js::{call, get, set};
use trace::json;

const BY_UNSENT: &str = "unsent";
const SINCE: &str = "since";

impl Journal {
    /// The masks that chunks have which wait, each once.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn masks(&self) -> Result<Vec<u8>, Error> {
        let failed = |error: JsValue| Error::new(GET, &error);
        let request = self.database.store(SPANS, "readonly").and_then(|store| {
            let index = call(&store, "index", &[&BY_UNSENT.into()])?;
            call(&index, "openKeyCursor", &[&JsValue::NULL, &"nextunique".into()])
        });
        let request = request.map_err(failed)?;
        let mut masks = Vec::new();
        loop {
            // The same request tells of the cursor's next place.
            let cursor = done(request.clone(), "onsuccess", "onerror").await.map_err(failed)?;
            if cursor.is_null() {
                return Ok(masks);
            }
            masks.push(mask(&get(&cursor, "key").map_err(failed)?));
            call(&cursor, "continue", &[]).map_err(failed)?;
        }
    }

    /// Where the first chunks of a mask lie, in the order of the journal, so many at most.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn waiting(&self, mask: u8, count: u32) -> Result<Vec<Place>, Error> {
        ours(&self.database.first_of(SPANS, BY_UNSENT, &mask.into(), count).await?)
    }

    /// The chunks at some places, as far as they are there.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn chunks_at(&self, places: &[Place]) -> Result<Vec<SpanChunk>, Error> {
        let failed = |error: JsValue| Error::new(GET, &error);
        let store = self.database.store(SPANS, "readonly").map_err(failed)?;
        let found = self.each(&store, places)?;
        let rows = js_sys::Array::new();
        for row in found {
            let row = row.await.map_err(failed)?;
            if !row.is_undefined() {
                rows.push(&row);
            }
        }
        chunks(&rows)
    }

    /// Strikes bits off chunks at some places.
    ///
    /// # Errors
    /// When the browser refuses; then none is struck off.
    pub async fn settle(&self, places: &[Place], bits: u8) -> Result<(), Error> {
        let failed = |error: JsValue| Error::new(PUT, &error);
        let transaction = self.database.transaction(&SPANS.into(), "readwrite").map_err(failed)?;
        let store = open(&transaction, SPANS).map_err(failed)?;
        let found = self.each(&store, places)?;
        for row in found {
            let row = row.await.map_err(failed)?;
            if !row.is_undefined() {
                strike(&store, &row, bits).map_err(failed)?;
            }
        }
        finish(transaction, Ok(())).await
    }

    /// Begins to fetch what lies at some places, before anything is waited for: a transaction of
    /// which nothing is wanted ends.
    fn each(
        &self,
        store: &JsValue,
        places: &[Place],
    ) -> Result<Vec<impl Future<Output = Result<JsValue, JsValue>> + use<>>, Error> {
        let fetch = |place: &Place| {
            let request = call(store, "get", &[&object(&json::write(place))?]);
            let request = request.map_err(|error| Error::new(GET, &error))?;
            Ok(done(request, "onsuccess", "onerror"))
        };
        places.iter().map(fetch).collect()
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "floats saturate")]
fn mask(of: &JsValue) -> u8 {
    of.as_f64().unwrap_or_default() as u8
}

fn strike(store: &JsValue, row: &JsValue, bits: u8) -> Result<(), JsValue> {
    let before = mask(&get(row, BY_UNSENT)?);
    let left = before & !bits;
    if left == before {
        return Ok(());
    }
    if left == 0 {
        for field in [BY_UNSENT, SINCE] {
            Reflect::delete_property(row.unchecked_ref::<Object>(), &field.into())?;
        }
    } else {
        set(row, BY_UNSENT, &left.into())?;
    }
    call(store, "put", &[row]).map(drop)
}
