//! Time and chance: the clocks and the dice that pure crates are handed.

use std::time::Duration;

use js_sys::{Function, Promise};
use trace::Timestamp;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    // Of `globalThis`: a worker has no window.
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    fn get_random_values(array: &mut [u8]) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(then: &Function, millis: u32);
}

/// The wall clock, to the millisecond.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::from_millis(js_sys::Date::now())
}

/// How long this page or worker has lived. It never goes back, and is finer than a millisecond.
#[must_use]
pub fn lived() -> Duration {
    Duration::try_from_secs_f64(performance_now() / 1_000.0).unwrap_or_default()
}

/// Waits. The worker may die meanwhile: whatever must happen needs an alarm besides.
pub async fn sleep(time: Duration) {
    let promise = Promise::new(&mut |resolve, _| after(&resolve, time));
    // It is never rejected.
    let _slept = JsFuture::from(promise).await;
}

/// Calls a function after a while.
pub(crate) fn after(then: &Function, time: Duration) {
    set_timeout(then, u32::try_from(time.as_millis()).unwrap_or(u32::MAX));
}

/// Random bytes of the browser's cryptographic generator; all zero where it refuses, which mints
/// nothing.
#[must_use]
pub fn entropy() -> [u8; 32] {
    let mut bytes = [0; 32];
    match get_random_values(&mut bytes) {
        Ok(_) => bytes,
        Err(_) => [0; 32],
    }
}
