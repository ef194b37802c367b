//! Something that one may do at a time, in whichever of the extension's windows and workers.

use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;

use crate::js::{call, get, global};

/// Has it until dropped, or until whoever has it dies.
pub(crate) struct Held(JsValue);

impl Drop for Held {
    fn drop(&mut self) {
        // It is a promise's, which throws nothing.
        let _given_back = call(&self.0, "call", &[]);
    }
}

/// Waits for its turn. Who cannot have it for want of such locks goes on without.
pub(crate) async fn take(name: &str) -> Held {
    let mut release = JsValue::UNDEFINED;
    let released = Promise::new(&mut |resolve, _| release = resolve.into());
    let mut request = Err(JsValue::UNDEFINED);
    let granted = Promise::new(&mut |granted, _| {
        let released = released.clone();
        let hold = Closure::once_into_js(move || {
            let _told = call(&granted, "call", &[]);
            released
        });
        request = locks().and_then(|locks| call(&locks, "request", &[&name.into(), &hold]));
    });
    if let Ok(request) = request {
        // The first comes before the second, unless the browser refuses.
        let either = Promise::race(&Array::of2(&granted, &request));
        let _has_it_or_goes_on_without = JsFuture::from(either).await;
    }
    Held(release)
}

fn locks() -> Result<JsValue, JsValue> {
    get(&global("navigator")?, "locks")
}
