//! The pages that few open and none has open for long: the options, and what the extension may do,
//! has done and keeps. A module of its own, so that popup, panel and dashboard load nothing of it.
//!
//! Made as `app` is: components draw, plain structs think, `wire` alone speaks with the browser.

pub mod access;
pub mod asked;
pub mod bodies;
pub mod check;
pub mod chosen;
pub mod connection;
pub mod control;
pub mod destinations;
pub mod draft;
pub mod entry;
pub mod fare;
pub mod field;
pub mod file;
pub mod page;
pub mod party;
pub mod preset;
pub mod redacted;
pub mod rules;
pub mod setting;
#[cfg(test)]
mod snapshot;
pub mod tester;
pub mod transfer;
pub mod trust;
pub mod verdict;
pub mod wire;

/// Mounts the page that the address asks for. `app.js` starts this module for no other.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    use leptos::prelude::*;

    mount_to_body(|| match webext::page::param("view").as_deref() {
        Some("trust") => view! { <wire::trust::Trust /> }.into_any(),
        _ => view! { <wire::options::Options /> }.into_any(),
    });
}
