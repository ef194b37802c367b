//! The one way between our types and JavaScript's.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use crate::Error;

/// Our value as plain objects, arrays and strings. 64-bit integers must be strings already.
pub(crate) fn to_js<T: Serialize + ?Sized>(call: &'static str, ours: &T) -> Result<JsValue, Error> {
    ours.serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .map_err(|error| Error::found(call, error))
}

/// A JavaScript value as ours.
pub(crate) fn from_js<T: DeserializeOwned>(call: &'static str, js: JsValue) -> Result<T, Error> {
    serde_wasm_bindgen::from_value(js).map_err(|error| Error::found(call, error))
}
