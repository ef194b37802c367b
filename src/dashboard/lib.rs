//! The dashboard's tabs other than Logs: sessions, one session, and what is made of the rows of all of
//! them. A module of its own, so that popup, panel and Logs load nothing of it.
//!
//! Made as `app` is: components draw, plain structs think, `wire` alone speaks with the browser. All
//! data comes from `surface::reader`, as answers to questions; where the rows lie is not known here.

pub mod api;
pub mod chart;
pub mod course;
pub mod errors;
pub mod figure;
pub mod found;
pub mod frame;
pub mod link;
pub mod pages;
pub mod range;
pub mod rating;
pub mod session;
pub mod sessions;
pub mod sheet;
pub mod sorted;
pub mod trend;
pub mod usage;
pub mod wire;

/// Mounts the tab that the address asks for. `app.js` starts this module for no other.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    use leptos::prelude::*;
    use surface::address::Address;

    mount_to_body(|| view! { <wire::Dashboard address=Address::read(webext::page::param) /> });
}
