//! Alarms: what wakes the worker when nothing else does.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::Error;
use crate::value::to_js;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "alarms"], js_name = create, catch)]
    async fn alarms_create(name: &str, when: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "alarms"], js_name = clear, catch)]
    async fn alarms_clear(name: &str) -> Result<JsValue, JsValue>;
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct When {
    delay_in_minutes: f64,
}

/// Wakes the worker once, after this many seconds. Browsers round up to half a minute.
///
/// # Errors
/// When the browser refuses.
pub async fn set(name: &str, seconds: f64) -> Result<(), Error> {
    let call = "alarms.create";
    let when = to_js(call, &When { delay_in_minutes: seconds / 60.0 })?;
    alarms_create(name, &when).await.map(drop).map_err(|error| Error::new(call, &error))
}

/// Takes an alarm back. That there is none is no error.
///
/// # Errors
/// When the browser refuses.
pub async fn clear(name: &str) -> Result<(), Error> {
    alarms_clear(name).await.map(drop).map_err(|error| Error::new("alarms.clear", &error))
}
