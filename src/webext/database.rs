//! IndexedDB, which tells by events, for code that waits.

mod reading;

use js_sys::{Array, Function, JSON, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::Error;
use crate::js::{apply, call, get, global, set};

pub(crate) use reading::ask;

const GET: &str = "reading the journal";
/// What is said where the browser has no more room.
pub(crate) const FULL: &str = "it is full, and nothing of this was written. Delete sessions in the \
                    dashboard, or make room on the disk";
const OPEN: &str = "opening the journal";
/// What is said of stores that we cannot know.
const LATER: &str = "it was written by a later Tracelight than this one";

/// An open database.
#[derive(Debug)]
pub(crate) struct Database(JsValue);

/// What makes a database's stores: a method's name and its arguments as JSON, on the database, on
/// its upgrade (`objectStore`, for a store that is there) or, for an index, on the last store.
pub(crate) type Step = (&'static str, &'static str);

/// A change: a store, a method of it, its arguments.
pub(crate) type Change = (&'static str, &'static str, Array);

impl Database {
    /// Opens a database, and makes of it what it is to be, version by version: what is in it stays.
    pub(crate) async fn open(
        name: &str,
        versions: &'static [&'static [Step]],
    ) -> Result<Self, Error> {
        let version = u32::try_from(versions.len()).unwrap_or(u32::MAX);
        let failed = |error: JsValue| Error::new(OPEN, &error);
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
        let database = done(request, "onsuccess", "onerror").await;
        let database = database.map_err(|error| unopened(&error, version))?;
        // A newer release of the extension may need to upgrade: let go, or it waits for ever.
        let close = get(&database, "close").map_err(failed)?;
        let close = close.unchecked_ref::<Function>().bind0(&database);
        set(&database, "onversionchange", &close).map_err(failed)?;
        Ok(Self(database))
    }

    /// Makes changes in one transaction, which is over when this returns: all of them are made, or
    /// none. None is where a row lies under the key that `unless` names, with its store.
    pub(crate) async fn change(
        &self,
        mut changes: Vec<Change>,
        unless: Option<(&str, JsValue)>,
    ) -> Result<(), Error> {
        if changes.is_empty() {
            return Ok(());
        }
        let stores: Array = changes.iter().map(|(store, ..)| JsValue::from(*store)).collect();
        if let Some((store, _)) = &unless {
            stores.push(&(*store).into());
        }
        let transaction =
            self.transaction(&stores, "readwrite").map_err(|error| refused(&error))?;
        if let Some((store, key)) = unless {
            let found = open(&transaction, store).and_then(|store| call(&store, "get", &[&key]));
            let found = found.map_err(|error| refused(&error))?;
            let found = done(found, "onsuccess", "onerror").await;
            if !found.map_err(|error| refused(&error))?.is_undefined() {
                changes.clear();
            }
        }
        let made = changes.iter().try_for_each(|(store, method, arguments)| {
            apply(&open(&transaction, store)?, method, arguments).map(drop)
        });
        finish(transaction, made).await
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
    pub(crate) fn begin(
        &self,
        method: &str,
        store: &str,
        index: &str,
        keys: &JsValue,
    ) -> Result<impl Future<Output = Result<Array, Error>> + use<>, Error> {
        let started = self.store(store, "readonly").and_then(|store| {
            let source =
                if index.is_empty() { store } else { call(&store, "index", &[&index.into()])? };
            call(&source, method, &[keys])
        });
        let request = started.map_err(|error| Error::new(GET, &error))?;
        let found = done(request, "onsuccess", "onerror");
        Ok(async move {
            let found = found.await.map_err(|error| Error::new(GET, &error))?;
            Ok(found.unchecked_into())
        })
    }

    /// A store, in a transaction of its own.
    pub(crate) fn store(&self, name: &str, mode: &str) -> Result<JsValue, JsValue> {
        open(&self.transaction(&name.into(), mode)?, name)
    }

    /// A transaction on a store, or on a list of them.
    pub(crate) fn transaction(&self, stores: &JsValue, mode: &str) -> Result<JsValue, JsValue> {
        call(&self.0, "transaction", &[stores, &mode.into()])
    }
}

/// A store in a transaction.
pub(crate) fn open(transaction: &JsValue, store: &str) -> Result<JsValue, JsValue> {
    call(transaction, "objectStore", &[&store.into()])
}

/// Ends a transaction in which changes were asked for, or takes all of them back where one could
/// not even be asked for.
pub(crate) async fn finish(transaction: JsValue, made: Result<(), JsValue>) -> Result<(), Error> {
    let ended = match made.and_then(|()| call(&transaction, "commit", &[])) {
        Ok(_) => done(transaction, "oncomplete", "onabort").await,
        Err(error) => call(&transaction, "abort", &[]).and(Err(error)),
    };
    ended.map(drop).map_err(|error| refused(&error))
}

/// Why nothing was changed.
fn refused(error: &JsValue) -> Error {
    let name = "writing to the journal";
    if is(error, "QuotaExceededError") { Error::found(name, FULL) } else { Error::new(name, error) }
}

/// Why it cannot be opened.
fn unopened(error: &JsValue, ours: u32) -> Error {
    if is(error, "VersionError") {
        let text = format!("{LATER}, whose version is {ours}. Update the extension");
        return Error::found(OPEN, &text);
    }
    Error::new(OPEN, error)
}

/// Whether an error of the browser's has this name.
fn is(error: &JsValue, name: &str) -> bool {
    get(error, "name").is_ok_and(|found| found == name)
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
pub(crate) fn beginning(prefix: &[JsValue]) -> Result<JsValue, JsValue> {
    if prefix.is_empty() {
        return Ok(JsValue::UNDEFINED);
    }
    let lower: Array = prefix.iter().collect();
    let upper: Array = prefix.iter().collect();
    upper.push(&Array::new());
    call(&global("IDBKeyRange")?, "bound", &[&lower, &upper])
}

/// Listens for one of two events, and waits for what came of it.
pub(crate) fn done(
    target: JsValue,
    good: &str,
    bad: &str,
) -> impl Future<Output = Result<JsValue, JsValue>> + use<> {
    let promise = Promise::new(&mut |resolve, reject| {
        // Setting a listener of an event that the target has cannot fail.
        let _set = set(&target, good, &resolve).and_then(|()| set(&target, bad, &reject));
    });
    async move {
        let outcome = JsFuture::from(promise).await;
        let part = if outcome.is_ok() { "result" } else { "error" };
        let found = get(&target, part).unwrap_or(JsValue::UNDEFINED);
        if outcome.is_ok() { Ok(found) } else { Err(found) }
    }
}
