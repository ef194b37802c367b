//! The devtools that a panel is part of. Everything is `None` outside of them.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

/// A property some levels below `chrome.devtools`. Read by name, because a panel that is opened in
/// a tab of its own has none of them.
fn below(path: &[&str]) -> Option<JsValue> {
    let start = JsValue::from(js_sys::global());
    let found = ["chrome", "devtools"].iter().chain(path).try_fold(start, |at, name| {
        Reflect::get(&at, &JsValue::from_str(name)).ok().filter(|next| !next.is_undefined())
    })?;
    Some(found)
}

/// The tab that is inspected.
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "the browser's tab ids are 32-bit integers")]
pub fn tab() -> Option<i32> {
    below(&["inspectedWindow", "tabId"])?.as_f64().map(|id| id as i32)
}

/// Whether the devtools are dark.
#[must_use]
pub fn dark() -> Option<bool> {
    below(&["panels", "themeName"])?.as_string().map(|name| name == "dark")
}
