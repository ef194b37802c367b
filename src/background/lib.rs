//! The extension's worker: hears the browser, keeps the state, carries out what follows.
//!
//! Decisions are `trace`'s; this crate routes events to them and does what they return. The worker
//! may die between any two lines: the state is stored before anything is done for it, facts are
//! stored before they are acknowledged, and waking compares what is wanted with what is set.

mod browser;
mod erase;
mod evidence;
mod exporter;
mod follow;
mod icon;
mod lock;
mod menu;
mod message;
mod open;
mod packed;
mod panels;
mod setting;
mod toast;
mod verb;
mod view;
mod wake;
mod worker;

use wasm_bindgen::prelude::wasm_bindgen;

/// The worker's memory. The standard library's allocator is five times as much code, and code is
/// what a wake pays for.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static MEMORY: rlsf::GlobalTlsf<Memory> = rlsf::GlobalTlsf::new();

/// How [`MEMORY`] is kept.
#[cfg(target_arch = "wasm32")]
struct Memory;

#[cfg(target_arch = "wasm32")]
impl rlsf::GlobalTlsfOptions for Memory {
    const ENABLE_REALLOCATION: bool = false;
    // What the browser gives in pieces is joined: else no long text would fit into two of them.
    const COALESCE_POOLS: bool = true;
}

/// Handles one event of the browser: its name in `background.js`, what it says and, for a message,
/// who says it, as JSON. Answers messages with JSON. Events are handled one by one, in order.
#[wasm_bindgen]
pub async fn event(name: String, what: String, who: String) -> Option<String> {
    worker::Worker::get().hear(&name, what, &who).await
}
