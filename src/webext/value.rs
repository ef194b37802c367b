//! The one way between our types and JavaScript's: JSON text, which both sides read natively.
//!
//! Not `serde-wasm-bindgen`: the pure crates need `serde_json` anyway, and a second serialiser
//! instantiates every type's reading and writing once more (measured: a fifth of the worker).

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use crate::Error;

/// Our value as plain objects, arrays and strings. 64-bit integers must be strings already.
pub(crate) fn to_js<T: Serialize + ?Sized>(call: &'static str, ours: &T) -> Result<JsValue, Error> {
    let text = serde_json::to_string(ours).map_err(|error| Error::found(call, error))?;
    js_sys::JSON::parse(&text).map_err(|error| Error::new(call, &error))
}

/// A JavaScript value as ours. What JSON has no word for (`undefined`) is null.
pub(crate) fn from_js<T: DeserializeOwned>(call: &'static str, js: &JsValue) -> Result<T, Error> {
    let text = js_sys::JSON::stringify(js).map_err(|error| Error::new(call, &error))?;
    let text = text.as_string().unwrap_or_else(|| "null".to_owned());
    serde_json::from_str(&text).map_err(|error| Error::found(call, error))
}
