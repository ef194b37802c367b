//! What readers tell one another: a digest was made, or something was deleted.

use js_sys::{Array, Function, JSON, Reflect};
use serde::{Deserialize, Serialize};
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

/// What changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// Digests of these traces are new or gone; where none is named, any may be.
    pub traces: Vec<TraceId>,
    /// Whether requests came or went besides, that no page made just now.
    pub lists: bool,
}

/// Tells all other readers.
pub fn tell(news: &News) {
    OURS.with(|channel| {
        let Some(channel) = channel else { return };
        // Who is not told reads the same when he asks the next time.
        let _not_told =
            JSON::parse(&json::write(news)).and_then(|news| call(channel, "postMessage", &[&news]));
    });
}

/// Hears what other readers tell, until dropped.
pub fn hear(hear: impl Fn(News) + 'static) -> Listening {
    let listener = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
        let news = get(&event, "data").ok().and_then(|news| text("BroadcastChannel", &news).ok());
        if let Some(news) = news.and_then(|news| json::read(&news).ok()) {
            hear(news);
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
