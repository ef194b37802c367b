//! The surfaces that last: popup, devtools panel and Logs, one page that its address makes one of
//! them. Options, trust page and the view of a trace are of that page too, and of other modules:
//! `options`, `view`.
//!
//! Components draw and plain structs think: what a file decides has tests beside it, what it draws
//! has one snapshot. Components are given state and return intents; `wire` alone speaks with the
//! browser, through `webext`. Text from pages and servers is drawn as text nodes and nothing else.

pub mod buckets;
pub mod buttons;
pub mod dropdown;
pub mod facts;
pub mod filter;
pub mod found;
pub mod histogram;
pub mod lamps;
pub mod logs;
pub mod menus;
pub mod palette;
pub mod panel;
pub mod plan;
pub mod popup;
pub mod requests;
pub mod sampled;
pub mod sessions;
pub mod set;
pub mod several;
pub mod sieve;
#[cfg(test)]
mod snapshot;
pub mod status;
pub mod tab;
pub mod table;
pub mod views;
pub mod wire;

use leptos::prelude::*;
use surface::address::{Address, AddressError, View};
use surface::page::BadAddress;

/// Mounts the surface that the page's address asks for.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    mount_to_body(|| view! { <Surface address=Address::read(webext::page::param) /> });
}

/// The surface at an address, or why there is none.
#[component]
pub fn Surface(
    /// What the address asks for.
    address: Result<Address, AddressError>,
) -> impl IntoView {
    match address {
        Ok(Address { view: View::Popup, tab }) => view! { <wire::Popup tab /> }.into_any(),
        Ok(Address { view: View::Panel, tab }) => {
            view! { {wire::doors()} <wire::Panel tab /> }.into_any()
        }
        Ok(Address { view: View::Logs(query), .. }) => {
            view! { {wire::doors()} <wire::Logs query /> }.into_any()
        }
        // Those are drawn by another module.
        Ok(_) => ().into_any(),
        Err(error) => view! { <BadAddress error=error.to_string() /> }.into_any(),
    }
}
