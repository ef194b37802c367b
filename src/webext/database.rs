//! IndexedDB, which tells by events, for code that waits.

use js_sys::{Array, Function, JSON, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::Error;
use crate::js::{apply, call, get, global, set};

const GET: &str = "IDBObjectStore.getAll";

/// An open database.
#[derive(Debug)]
pub(crate) struct Database(JsValue);

/// What makes a database's stores: a method's name and its arguments as JSON, on the database, on
/// its upgrade (`objectStore`, for a store that is there) or, for an index, on the last store.
pub(crate) type Step = (&'static str, &'static str);

impl Database {
    /// Opens a database, and makes of it what it is to be, version by version: what is in it stays.
    pub(crate) async fn open(
        name: &str,
        versions: &'static [&'static [Step]],
    ) -> Result<Self, Error> {
        let version = u32::try_from(versions.len()).unwrap_or(u32::MAX);
        let failed = |error: JsValue| Error::new("indexedDB.open", &error);
        let factory = global("indexedDB").map_err(failed)?;
        let request = call(&factory, "open", &[&name.into(), &version.into()]).map_err(failed)?;
        let opening = request.clone();
        let upgrade = Closure::<dyn FnMut(JsValue)>::new(move |event| {
            if upgrade(&opening, &event, versions).is_err() {
                // Fails the request, which is waited for below.
                let _failed = get(&opening, "transaction").and_then(|it| call(&it, "abort", &[]));
            }
        });
        set(&request, "onupgradeneeded", upgrade.as_ref()).map_err(failed)?;
        let database = done("indexedDB.open", request, "onsuccess", "onerror").await?;
        // A newer release of the extension may need to upgrade: let go, or it waits for ever.
        let close = get(&database, "close").map_err(failed)?;
        let close = close.unchecked_ref::<Function>().bind0(&database);
        set(&database, "onversionchange", &close).map_err(failed)?;
        Ok(Self(database))
    }

    /// Writes rows, each with its key where it does not hold it, into one store, in one transaction
    /// that is over when this returns.
    pub(crate) async fn put(&self, store: &str, rows: Vec<Array>) -> Result<(), Error> {
        let name = "IDBObjectStore.put";
        let started = self.store(store, "readwrite").and_then(|(transaction, store)| {
            for row in rows {
                apply(&store, "put", &row)?;
            }
            call(&transaction, "commit", &[]).map(|_| transaction)
        });
        let transaction = started.map_err(|error| Error::new(name, &error))?;
        done(name, transaction, "oncomplete", "onabort").await.map(drop)
    }

    /// Removes all rows of a store.
    pub(crate) async fn clear(&self, store: &str) -> Result<(), Error> {
        let name = "IDBObjectStore.clear";
        let started = self
            .store(store, "readwrite")
            .and_then(|(transaction, store)| call(&store, "clear", &[]).map(|_| transaction));
        let transaction = started.map_err(|error| Error::new(name, &error))?;
        done(name, transaction, "oncomplete", "onabort").await.map(drop)
    }

    /// All rows of a store, or of one of its indexes, whose keys begin with these.
    pub(crate) async fn all(
        &self,
        store: &str,
        index: &str,
        prefix: &[JsValue],
    ) -> Result<Array, Error> {
        let keys = beginning(prefix).map_err(|error| Error::new(GET, &error))?;
        self.equal(store, index, &keys).await
    }

    /// The keys of all rows of a store whose keys begin with these.
    pub(crate) async fn keys(&self, store: &str, prefix: &[JsValue]) -> Result<Array, Error> {
        let keys = beginning(prefix).map_err(|error| Error::new(GET, &error))?;
        self.find("getAllKeys", store, "", &keys).await
    }

    /// The keys of all rows whose key in an index is this.
    pub(crate) async fn keys_of(
        &self,
        store: &str,
        index: &str,
        key: &JsValue,
    ) -> Result<Array, Error> {
        self.find("getAllKeys", store, index, key).await
    }

    /// Begins to fetch all rows of a store from one key to another.
    pub(crate) fn between(
        &self,
        store: &str,
        first: &JsValue,
        last: &JsValue,
    ) -> Result<impl Future<Output = Result<Array, Error>> + use<>, Error> {
        let range = global("IDBKeyRange").and_then(|class| call(&class, "bound", &[first, last]));
        let range = range.map_err(|error| Error::new(GET, &error))?;
        self.begin("getAll", store, "", &range)
    }

    /// All rows whose key is this, or lies in this range.
    pub(crate) async fn equal(
        &self,
        store: &str,
        index: &str,
        keys: &JsValue,
    ) -> Result<Array, Error> {
        self.find("getAll", store, index, keys).await
    }

    async fn find(
        &self,
        method: &str,
        store: &str,
        index: &str,
        keys: &JsValue,
    ) -> Result<Array, Error> {
        self.begin(method, store, index, keys)?.await
    }

    /// Asks at once, and waits when it is waited for.
    fn begin(
        &self,
        method: &str,
        store: &str,
        index: &str,
        keys: &JsValue,
    ) -> Result<impl Future<Output = Result<Array, Error>> + use<>, Error> {
        let started = self.store(store, "readonly").and_then(|(_, store)| {
            let source =
                if index.is_empty() { store } else { call(&store, "index", &[&index.into()])? };
            call(&source, method, &[keys])
        });
        let request = started.map_err(|error| Error::new(GET, &error))?;
        let found = done(GET, request, "onsuccess", "onerror");
        Ok(async move { found.await.map(|found| found.unchecked_into()) })
    }

    /// A transaction on one store.
    fn store(&self, name: &str, mode: &str) -> Result<(JsValue, JsValue), JsValue> {
        let name = name.into();
        let transaction = call(&self.0, "transaction", &[&name, &mode.into()])?;
        let store = call(&transaction, "objectStore", &[&name])?;
        Ok((transaction, store))
    }
}

fn upgrade(request: &JsValue, event: &JsValue, versions: &[&[Step]]) -> Result<(), JsValue> {
    let database = get(request, "result")?;
    let upgrade = get(request, "transaction")?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
    let old = get(event, "oldVersion")?.as_f64().unwrap_or_default() as usize;
    let mut store = JsValue::NULL;
    for (method, arguments) in versions.iter().skip(old).copied().flatten() {
        let arguments: Array = JSON::parse(arguments)?.unchecked_into();
        match *method {
            "createObjectStore" => store = apply(&database, method, &arguments)?,
            "objectStore" => store = apply(&upgrade, method, &arguments)?,
            _ => drop(apply(&store, method, &arguments)?),
        }
    }
    Ok(())
}

/// All keys that begin with these, or all there are: an array sorts after every shorter one that it
/// continues, and an array sorts after every text and number, so `[…, []]` closes the range.
fn beginning(prefix: &[JsValue]) -> Result<JsValue, JsValue> {
    if prefix.is_empty() {
        return Ok(JsValue::UNDEFINED);
    }
    let lower: Array = prefix.iter().collect();
    let upper: Array = prefix.iter().collect();
    upper.push(&Array::new());
    call(&global("IDBKeyRange")?, "bound", &[&lower, &upper])
}

/// Listens for one of two events, and waits for what came of it.
fn done(
    name: &'static str,
    target: JsValue,
    good: &str,
    bad: &str,
) -> impl Future<Output = Result<JsValue, Error>> + use<> {
    let promise = Promise::new(&mut |resolve, reject| {
        // Setting a listener of an event that the target has cannot fail.
        let _set = set(&target, good, &resolve).and_then(|()| set(&target, bad, &reject));
    });
    async move {
        let outcome = JsFuture::from(promise).await;
        let part = if outcome.is_ok() { "result" } else { "error" };
        let found = get(&target, part).unwrap_or(JsValue::UNDEFINED);
        outcome.map_err(|_| Error::new(name, &found)).map(|_| found)
    }
}
