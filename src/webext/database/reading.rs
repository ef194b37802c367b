//! What only readers ask of a database: rows in pages, and whether it is there still.

use js_sys::Array;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::{Database, GET, done, open};
use crate::js::{call, get, global};
use crate::{Error, Listening};

/// Asks a store in a transaction at once, and waits when it is waited for.
pub(crate) fn ask(
    transaction: &JsValue,
    store: &str,
    method: &str,
    keys: &JsValue,
) -> Result<impl Future<Output = Result<JsValue, JsValue>> + use<>, JsValue> {
    let request = call(&open(transaction, store)?, method, &[keys])?;
    Ok(done(request, "onsuccess", "onerror"))
}

impl Database {
    /// Whether it is still open: the browser closes one that is to be deleted, or whose files it lost.
    pub(crate) fn is_open(&self, store: &str) -> bool {
        self.store(store, "readonly").is_ok()
    }

    /// Calls when the browser closes it.
    pub(crate) fn closed(&self, hear: impl Fn() + 'static) -> Listening {
        let hear = Closure::<dyn Fn()>::new(hear);
        let database = self.0.clone();
        let each = move |method: &str, hear: &JsValue| {
            for event in ["close", "versionchange"] {
                // An event target has both methods, and they refuse nothing.
                let _listens = call(&database, method, &[&event.into(), hear]);
            }
        };
        each("addEventListener", hear.as_ref());
        Listening::new(move || each("removeEventListener", hear.as_ref()))
    }

    /// What `method` gives of the first rows behind a key, so many at most.
    pub(crate) async fn behind(
        &self,
        method: &str,
        store: &str,
        key: &JsValue,
        count: u32,
    ) -> Result<Array, Error> {
        let started = global("IDBKeyRange")
            .and_then(|class| call(&class, "lowerBound", &[key, &JsValue::TRUE]))
            .and_then(|range| {
                call(&self.store(store, "readonly")?, method, &[&range, &count.into()])
            });
        let request = started.map_err(|error| Error::new(GET, &error))?;
        let found = done(request, "onsuccess", "onerror").await;
        found.map(JsCast::unchecked_into).map_err(|error| Error::new(GET, &error))
    }

    /// The keys of the first rows of an index, so many at most.
    pub(crate) async fn first(&self, store: &str, index: &str, count: u32) -> Result<Array, Error> {
        self.first_of(store, index, &JsValue::UNDEFINED, count).await
    }

    /// The keys of the first rows whose key in an index is this, so many at most.
    pub(crate) async fn first_of(
        &self,
        store: &str,
        index: &str,
        key: &JsValue,
        count: u32,
    ) -> Result<Array, Error> {
        let rows = self
            .store(store, "readonly")
            .and_then(|store| call(&store, "index", &[&index.into()]))
            .and_then(|index| call(&index, "getAllKeys", &[key, &count.into()]));
        let request = rows.map_err(|error| Error::new(GET, &error))?;
        let found = done(request, "onsuccess", "onerror").await;
        found.map(JsCast::unchecked_into).map_err(|error| Error::new(GET, &error))
    }

    /// The last rows of an index before a key (`undefined` for its end), in its order: so many, and
    /// besides those whose key is that of the first of them.
    pub(crate) async fn last(
        &self,
        store: &str,
        index: &str,
        before: &JsValue,
        count: u32,
    ) -> Result<Array, Error> {
        let failed = |error: JsValue| Error::new("IDBIndex.openKeyCursor", &error);
        let class = global("IDBKeyRange").map_err(failed)?;
        let range = |method, keys: &[&JsValue]| call(&class, method, keys).map_err(failed);
        let upper = match before.is_undefined() {
            true => JsValue::UNDEFINED,
            false => range("upperBound", &[before, &JsValue::TRUE])?,
        };
        let source = self.store(store, "readonly");
        let source = source.and_then(|store| call(&store, "index", &[&index.into()]));
        let source = source.map_err(failed)?;
        let request = call(&source, "openKeyCursor", &[&upper, &"prev".into()]).map_err(failed)?;
        let mut cursor = done(request.clone(), "onsuccess", "onerror").await.map_err(failed)?;
        if cursor.is_null() {
            return Ok(Array::new());
        }
        if count > 1 {
            // The same request tells of the cursor's next place.
            call(&cursor, "advance", &[&(count - 1).into()]).map_err(failed)?;
            cursor = done(request, "onsuccess", "onerror").await.map_err(failed)?;
        }
        let rows = if cursor.is_null() {
            upper
        } else {
            let first = get(&cursor, "key").map_err(failed)?;
            match before.is_undefined() {
                true => range("lowerBound", &[&first])?,
                false => range("bound", &[&first, before, &JsValue::FALSE, &JsValue::TRUE])?,
            }
        };
        self.equal(store, index, &rows).await
    }
}
