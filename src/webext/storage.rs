//! The extension's key-value storage: `local` survives the browser, `session` the worker only.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use crate::Error;
use crate::value::{from_js, to_js};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "storage", "local"], js_name = get, catch)]
    async fn local_get(key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "storage", "local"], js_name = set, catch)]
    async fn local_set(items: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "storage", "session"], js_name = get, catch)]
    async fn session_get(key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "storage", "session"], js_name = set, catch)]
    async fn session_set(items: &JsValue) -> Result<JsValue, JsValue>;
}

/// Where a value is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// On disk, until the extension is removed.
    Local,
    /// In memory, until the browser closes.
    Session,
}

/// Reads what is kept under a key. `None` when nothing is.
///
/// # Errors
/// When the browser refuses, or what is kept is of another shape.
pub async fn load<T: DeserializeOwned>(area: Area, key: &str) -> Result<Option<T>, Error> {
    let call = "storage.get";
    let items = match area {
        Area::Local => local_get(key).await,
        Area::Session => session_get(key).await,
    };
    let items = items.map_err(|error| Error::new(call, &error))?;
    let found = js_sys::Reflect::get(&items, &JsValue::from_str(key))
        .map_err(|error| Error::new(call, &error))?;
    if found.is_undefined() { Ok(None) } else { from_js(call, &found).map(Some) }
}

/// Keeps a value under a key.
///
/// # Errors
/// When the browser refuses, for instance because the quota is used up.
pub async fn store<T: Serialize + ?Sized>(area: Area, key: &str, ours: &T) -> Result<(), Error> {
    let call = "storage.set";
    let items = js_sys::Object::new();
    js_sys::Reflect::set(&items, &JsValue::from_str(key), &to_js(call, ours)?)
        .map_err(|error| Error::new(call, &error))?;
    let done = match area {
        Area::Local => local_set(&items).await,
        Area::Session => session_set(&items).await,
    };
    done.map(drop).map_err(|error| Error::new(call, &error))
}
