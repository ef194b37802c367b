//! Draws on a page's own timeline, with a function of the extension's own (`timeline.js`).

use serde::Serialize;
use trace::json;
use wasm_bindgen::JsValue;

use crate::Error;
use crate::js::{call, settled};

/// Puts entries (`performance.measure`) onto the timeline of a tab's page. False where the page is
/// younger than they are.
///
/// # Errors
/// When the page cannot be reached.
pub async fn show<T: Serialize>(tab: i32, timeline: &T) -> Result<bool, Error> {
    let text = JsValue::from(json::write(timeline));
    let shown = call(&js_sys::global(), "timeline", &[&tab.into(), &text]);
    let shown = settled("scripting.executeScript", shown).await?;
    Ok(shown.is_truthy())
}
