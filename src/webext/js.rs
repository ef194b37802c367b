//! Objects of the browser's, used by the names of their parts.
//!
//! By name and not by a binding each, as in `call`: the worker pays for every binding.

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::Error;

/// A part of an object.
pub(crate) fn get(of: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(of, &name.into())
}

/// Changes a part of an object.
pub(crate) fn set(of: &JsValue, name: &str, value: &JsValue) -> Result<(), JsValue> {
    Reflect::set(of, &name.into(), value).map(drop)
}

/// Calls a method of an object.
pub(crate) fn call(of: &JsValue, name: &str, arguments: &[&JsValue]) -> Result<JsValue, JsValue> {
    let list = Array::new();
    for argument in arguments {
        list.push(argument);
    }
    apply(of, name, &list)
}

/// Calls a method of an object with a list of arguments.
pub(crate) fn apply(of: &JsValue, name: &str, arguments: &Array) -> Result<JsValue, JsValue> {
    // That it is no function is said by the call.
    Reflect::apply(get(of, name)?.unchecked_ref::<Function>(), of, arguments)
}

/// A part of the global object.
pub(crate) fn global(name: &str) -> Result<JsValue, JsValue> {
    get(&js_sys::global(), name)
}

/// The bytes of a typed array, or of a buffer. A typed array is read where it lies: to make one of
/// another copies it.
pub(crate) fn bytes(of: JsValue) -> Vec<u8> {
    let array = of.dyn_into().unwrap_or_else(|of| Uint8Array::new(&of));
    array.to_vec()
}

/// Waits for what a call promised.
pub(crate) async fn settled(
    call: &'static str,
    promise: Result<JsValue, JsValue>,
) -> Result<JsValue, Error> {
    let settled = match promise {
        Ok(promise) => JsFuture::from(promise.unchecked_into::<Promise>()).await,
        Err(error) => Err(error),
    };
    settled.map_err(|error| Error::new(call, &error))
}
