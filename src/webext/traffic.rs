//! The requests that pages make and cannot see, which `background.js` listens for.

use wasm_bindgen::JsValue;

use crate::js;

/// Listens for them, or no longer: whoever listens is woken by each.
pub fn watch(on: bool) {
    // One that cannot be taken back costs wakes, and nothing else.
    let _watching = js::call(&js_sys::global(), "watchRequests", &[&JsValue::from_bool(on)]);
}
