//! The requests that pages make and cannot see, which `background.js` listens for.

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::js;

/// Listens for those of some tabs, and of no others: whoever listens is woken by each.
pub fn watch(tabs: &[i32]) {
    let list: Array = tabs.iter().map(|tab| JsValue::from(*tab)).collect();
    // One that cannot be taken back costs wakes, and nothing else.
    let _watching = js::call(&js_sys::global(), "watchRequests", &[&list]);
}
