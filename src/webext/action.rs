//! The toolbar icon's badge and title.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::Error;
use crate::value::to_js;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "action"], js_name = setBadgeText, catch)]
    async fn set_badge_text(details: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "action"], js_name = setTitle, catch)]
    async fn set_title(details: &JsValue) -> Result<JsValue, JsValue>;
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Badge<'a> {
    tab_id: i32,
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Title<'a> {
    tab_id: i32,
    title: &'a str,
}

/// Shows a tab's state at the icon: about four characters on it, a sentence on hover.
///
/// # Errors
/// When the tab is gone.
pub async fn show(tab: i32, badge: &str, title: &str) -> Result<(), Error> {
    let call = "action.setBadgeText";
    let details = to_js(call, &Badge { tab_id: tab, text: badge })?;
    set_badge_text(&details).await.map_err(|error| Error::new(call, &error))?;
    let call = "action.setTitle";
    let details = to_js(call, &Title { tab_id: tab, title })?;
    set_title(&details).await.map(drop).map_err(|error| Error::new(call, &error))
}
