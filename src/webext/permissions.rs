//! Host permissions: what the user lets us do on a site.

use std::future::Future;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::Error;
use crate::value::to_js;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = contains, catch)]
    async fn permissions_contains(permissions: &JsValue) -> Result<JsValue, JsValue>;
    // Not async, so that the call happens in the turn of the click that asked for it.
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = request, catch)]
    fn permissions_request(permissions: &JsValue) -> Result<js_sys::Promise, JsValue>;
}

#[derive(Serialize)]
struct Origins<'a> {
    origins: [&'a str; 1],
}

/// Whether we may act on a match pattern.
///
/// # Errors
/// When the browser refuses the pattern.
pub async fn has(pattern: &str) -> Result<bool, Error> {
    let call = "permissions.contains";
    let origins = to_js(call, &Origins { origins: [pattern] })?;
    let found = permissions_contains(&origins).await.map_err(|error| Error::new(call, &error))?;
    Ok(found.is_truthy())
}

/// Asks the user for a match pattern. Must be called in the turn of a click: the browser is asked
/// before this returns, and the future waits for the user.
pub fn request(pattern: &str) -> impl Future<Output = Result<bool, Error>> + use<> {
    let call = "permissions.request";
    let asked = to_js(call, &Origins { origins: [pattern] }).and_then(|origins| {
        permissions_request(&origins).map_err(|error| Error::new(call, &error))
    });
    async move {
        let granted = wasm_bindgen_futures::JsFuture::from(asked?).await;
        granted.map(|granted| granted.is_truthy()).map_err(|error| Error::new(call, &error))
    }
}
