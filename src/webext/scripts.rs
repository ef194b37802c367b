//! The recorder and the relay as registered content scripts.

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use crate::Error;
use crate::value::{from_js, to_js};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "scripting"], js_name = registerContentScripts, catch)]
    async fn register_content_scripts(scripts: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "scripting"], js_name = unregisterContentScripts, catch)]
    async fn unregister_content_scripts(filter: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "scripting"], js_name = getRegisteredContentScripts, catch)]
    async fn get_registered_content_scripts() -> Result<JsValue, JsValue>;
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Registration<'a> {
    id: String,
    js: &'a [&'a str],
    matches: &'a [String],
    run_at: &'a str,
    world: &'a str,
    // Rules do not outlive the browser, so neither do the scripts that depend on them.
    persist_across_sessions: bool,
}

#[derive(Deserialize)]
struct Known {
    id: String,
}

#[derive(Serialize)]
struct Filter {
    ids: Vec<String>,
}

const WORLDS: [(&str, &str, &[&str]); 2] =
    [("recorder ", "MAIN", &["recorder.js"]), ("relay ", "ISOLATED", &["toast.js", "relay.js"])];

/// Registers both scripts under a name, for these match patterns.
///
/// # Errors
/// When the browser refuses a pattern.
pub async fn register(name: &str, patterns: &[String]) -> Result<(), Error> {
    let call = "scripting.registerContentScripts";
    let registrations = WORLDS.map(|(script, world, js)| Registration {
        id: format!("{script}{name}"),
        js,
        matches: patterns,
        run_at: "document_start",
        world,
        persist_across_sessions: false,
    });
    let registrations = to_js(call, &registrations)?;
    register_content_scripts(&registrations)
        .await
        .map(drop)
        .map_err(|error| Error::new(call, &error))
}

/// Takes both scripts of a name away. Pages that run them already keep them.
///
/// # Errors
/// When the browser refuses, for instance because there is no such registration.
pub async fn unregister(name: &str) -> Result<(), Error> {
    let call = "scripting.unregisterContentScripts";
    let ids = WORLDS.map(|(script, _, _)| format!("{script}{name}")).to_vec();
    let filter = to_js(call, &Filter { ids })?;
    unregister_content_scripts(&filter).await.map(drop).map_err(|error| Error::new(call, &error))
}

/// Names that the browser has registrations for, each once.
///
/// # Errors
/// When the browser refuses.
pub async fn names() -> Result<Vec<String>, Error> {
    let call = "scripting.getRegisteredContentScripts";
    let known = get_registered_content_scripts().await.map_err(|error| Error::new(call, &error))?;
    let known: Vec<Known> = from_js(call, &known)?;
    let name = |known: &Known| known.id.strip_prefix(WORLDS[0].0).map(str::to_owned);
    Ok(known.iter().filter_map(name).collect())
}
