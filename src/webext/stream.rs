//! The store's stream of growth: an embedded collector tells that a trace grew.

use trace::TraceId;
use wasm_bindgen::prelude::*;
use web_sys::EventSource;

use crate::{Error, Listening};

/// Hears that a trace grew, until dropped. The browser reconnects by itself. A store that has no
/// such stream is silent, and the surface lives on what the background polls.
///
/// # Errors
/// When the store's address is not one.
pub fn growth(store: &str, trace: TraceId, grew: impl Fn() + 'static) -> Result<Listening, Error> {
    let call = "EventSource";
    let url = format!("{}/api/stream?trace={trace}", store.trim_end_matches('/'));
    let source = EventSource::new(&url).map_err(|error| Error::new(call, &error))?;
    let listener = Closure::<dyn Fn()>::new(grew);
    let function: &js_sys::Function = listener.as_ref().unchecked_ref();
    source
        .add_event_listener_with_callback("grew", function)
        .map_err(|error| Error::new(call, &error))?;
    Ok(Listening::new(move || {
        source.close();
        drop(listener);
    }))
}
