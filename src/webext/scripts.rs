//! The recorder and the relay as registered content scripts.

use std::slice;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use trace::json;

use crate::Error;
use crate::call::{ask, begin, first, perform, read, settle};

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

/// A script: what its ids begin with, its world, its files.
type Script = (&'static str, &'static str, &'static [&'static str]);

const WORLDS: [Script; 2] =
    [("recorder ", "MAIN", &["recorder.js"]), ("relay ", "ISOLATED", &["relay.js"])];

/// What few want, each a registration of its own where it is wanted: the context for the page's SDKs,
/// and what may be read of bodies.
const MORE: [Script; 2] =
    [(trace::wanted::META, "ISOLATED", &["meta.js"]), (trace::wanted::BODY, "MAIN", &["body.js"])];

/// The script among [`MORE`] of whose ids this is one.
fn more(id: &str) -> Option<&'static Script> {
    MORE.iter().find(|(script, ..)| id.starts_with(script))
}

/// What a name stands for: the scripts of each, and what follows it in their ids.
fn scripts(name: &str) -> (&'static [Script], &str) {
    match more(name) {
        Some(script) => (slice::from_ref(script), name.strip_prefix(script.0).unwrap_or(name)),
        None => (&WORLDS, name),
    }
}

/// Registers the scripts of a name, for these match patterns.
///
/// # Errors
/// When the browser refuses a pattern.
pub fn register(
    name: &str,
    patterns: &[String],
) -> impl Future<Output = Result<(), Error>> + use<> {
    let (scripts, host) = scripts(name);
    let registration = |(script, world, js): &Script| Registration {
        id: format!("{script}{host}"),
        js,
        matches: patterns,
        run_at: "document_start",
        world,
        persist_across_sessions: false,
    };
    let registrations: Vec<_> = scripts.iter().map(registration).collect();
    perform("scripting.registerContentScripts", json::write(&[registrations]))
}

/// Takes the scripts of a name away. Pages that run them already keep them.
///
/// # Errors
/// When the browser refuses, for instance because there is no such registration.
pub fn unregister(name: &str) -> impl Future<Output = Result<(), Error>> + use<> {
    let (scripts, host) = scripts(name);
    let ids = scripts.iter().map(|(script, _, _)| format!("{script}{host}")).collect();
    perform("scripting.unregisterContentScripts", json::write(&[Filter { ids }]))
}

/// Names that the browser has registrations for, each once.
///
/// # Errors
/// When the browser refuses.
pub async fn names() -> Result<Vec<String>, Error> {
    let call = "scripting.getRegisteredContentScripts";
    let known: Vec<Known> = read(call, &ask(call, "[]".to_owned()).await?)?;
    let name = |known: Known| match known.id.strip_prefix(WORLDS[0].0) {
        Some(host) => Some(host.to_owned()),
        None => Some(known.id).filter(|id| more(id).is_some()),
    };
    Ok(known.into_iter().filter_map(name).collect())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Injection<'a> {
    target: Target,
    files: [&'a str; 1],
    inject_immediately: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    tab_id: i32,
    frame_ids: [u32; 1],
}

/// What a script answered in one document.
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
struct Answer<T> {
    #[serde(default)]
    result: Option<T>,
}

/// Runs a file of the extension once in the document that a tab shows, apart from the page's world,
/// and tells what it answers. A page that is busy for longer than `patience` answers nothing.
///
/// # Errors
/// When the browser refuses, for instance because the document is gone or not ours to run in.
pub async fn run<T: DeserializeOwned>(
    tab: i32,
    file: &str,
    patience: Duration,
) -> Result<Option<T>, Error> {
    let call = "scripting.executeScript";
    let target = Target { tab_id: tab, frame_ids: [0] };
    let injection = Injection { target, files: [file], inject_immediately: true };
    let answer = first(&begin(call, &json::write(&[injection]))?, patience);
    let all: Option<Vec<Answer<T>>> = read(call, &settle(call, answer).await?)?;
    Ok(all.unwrap_or_default().into_iter().find_map(|answer| answer.result))
}
