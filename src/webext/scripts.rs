//! The recorder and the relay as registered content scripts.

use serde::{Deserialize, Serialize};
use trace::json;

use crate::Error;
use crate::call::{ask, perform, read};

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
    [("recorder ", "MAIN", &["recorder.js"]), ("relay ", "ISOLATED", &["relay.js"])];

/// Registers both scripts under a name, for these match patterns.
///
/// # Errors
/// When the browser refuses a pattern.
pub fn register(
    name: &str,
    patterns: &[String],
) -> impl Future<Output = Result<(), Error>> + use<> {
    let registrations = WORLDS.map(|(script, world, js)| Registration {
        id: format!("{script}{name}"),
        js,
        matches: patterns,
        run_at: "document_start",
        world,
        persist_across_sessions: false,
    });
    perform("scripting.registerContentScripts", json::write(&[registrations]))
}

/// Takes both scripts of a name away. Pages that run them already keep them.
///
/// # Errors
/// When the browser refuses, for instance because there is no such registration.
pub fn unregister(name: &str) -> impl Future<Output = Result<(), Error>> + use<> {
    let ids = WORLDS.map(|(script, _, _)| format!("{script}{name}")).to_vec();
    perform("scripting.unregisterContentScripts", json::write(&[Filter { ids }]))
}

/// Names that the browser has registrations for, each once.
///
/// # Errors
/// When the browser refuses.
pub async fn names() -> Result<Vec<String>, Error> {
    let call = "scripting.getRegisteredContentScripts";
    let known: Vec<Known> = read(call, &ask(call, "[]".to_owned()).await?)?;
    let name = |known: &Known| known.id.strip_prefix(WORLDS[0].0).map(str::to_owned);
    Ok(known.iter().filter_map(name).collect())
}
