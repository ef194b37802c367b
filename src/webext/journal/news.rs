//! What readers tell one another: a digest was made, or something was deleted.

use js_sys::{Array, Function, JSON, Reflect};
use trace::{TraceId, json};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};

use crate::js::{call, get, global};
use crate::{Listening, call::text};

const CHANNEL: &str = "tracelight-journal";

thread_local! {
    /// One for telling and hearing: it hears all but what it tells itself.
    static OURS: Option<JsValue> = global("BroadcastChannel")
        .and_then(|class| {
            let name = Array::of1(&CHANNEL.into());
            Reflect::construct(class.unchecked_ref::<Function>(), &name)
        })
        .ok();
}

/// Tells all other readers that the digests of these traces are new or gone; none for all of them.
pub fn tell(traces: &[TraceId]) {
    OURS.with(|channel| {
        let Some(channel) = channel else { return };
        // Who is not told reads the same when he asks the next time.
        let _not_told = JSON::parse(&json::write(traces))
            .and_then(|news| call(channel, "postMessage", &[&news]));
    });
}

/// Hears what other readers tell, until dropped.
pub fn hear(hear: impl Fn(Vec<TraceId>) + 'static) -> Listening {
    let listener = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
        let news = get(&event, "data").ok().and_then(|news| text("BroadcastChannel", &news).ok());
        if let Some(traces) = news.and_then(|news| json::read(&news).ok()) {
            hear(traces);
        }
    });
    let each = |method: &str, listener: &JsValue| {
        OURS.with(|channel| {
            // An event target has both methods, and they refuse nothing.
            channel.as_ref().map(|it| call(it, method, &[&"message".into(), listener]))
        })
    };
    let _listens = each("addEventListener", listener.as_ref());
    Listening::new(move || drop(each("removeEventListener", listener.as_ref())))
}
