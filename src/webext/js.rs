//! Objects of the browser's, used by the names of their parts.
//!
//! By name and not by a binding each, as in `call`: the worker pays for every binding.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};

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
