//! Work that goes on by itself.

use std::pin::Pin;

use wasm_bindgen_futures::spawn_local;

/// Begins a work as soon as the caller waits. Nobody waits for it.
pub fn spawn(work: impl Future<Output = ()> + 'static) {
    begin(Box::pin(work));
}

/// Apart, so that what begins a work is compiled once and not for each.
fn begin(work: Pin<Box<dyn Future<Output = ()>>>) {
    spawn_local(work);
}
