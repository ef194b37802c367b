//! One trace before a reader: its views, what is found in it, and the details of a span. A module of
//! its own, which lists of requests load when a trace is opened beside them; in a tab of its own it is
//! all that is loaded.
//!
//! Components draw and plain structs think: what a file decides has tests beside it, what it draws
//! has one snapshot. Components are given state and return intents; `wire` alone speaks with the
//! browser, through `webext`. Text from pages and servers is drawn as text nodes and nothing else.

pub mod brush;
pub mod chart;
pub mod compare;
pub mod coverage;
pub mod dashboard;
pub mod desk;
pub mod detail;
pub mod export;
pub mod face;
pub mod files;
pub mod filter_bar;
pub mod finding;
pub mod findings;
pub mod gesture;
pub mod hits;
pub mod inspector;
pub mod keys;
pub mod kin;
pub mod load;
pub mod mark;
pub mod meaning;
pub mod menu;
pub mod minimap;
pub mod namespace;
pub mod opening;
pub mod pair;
pub mod pane;
pub mod path;
pub mod phase;
pub mod picture;
pub mod pool;
pub mod prepare;
pub mod problem;
pub mod reading;
pub mod ring;
pub mod row;
pub mod ruler;
pub mod share;
pub mod shelf;
pub mod shortcuts;
pub mod shown;
pub mod sieve;
#[cfg(test)]
mod snapshot;
pub mod timeline;
pub mod tint;
pub mod tools;
pub mod trace_view;
pub mod traces;
pub mod twin;
pub mod views;
pub mod vitals;
pub mod wire;

use leptos::prelude::*;
use surface::address::{Address, AddressError, View};
use surface::page::BadAddress;

/// Mounts what the page's address asks for, where that is a trace. Elsewhere the module waits until a
/// list has a trace opened: `app.js` says where.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    match Address::read(webext::page::param) {
        Ok(Address {
            view: View::Popup | View::Panel | View::Logs(_) | View::Board(_), ..
        }) => {}
        address => mount_to_body(|| view! { <Surface address /> }),
    }
}

/// Shows a trace within an element of the page, by its id; of a trace that is shown there already,
/// chooses the span. What is no id was made up by nobody but us, and changes nothing.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn open(host: &str, trace: &str, span: &str) {
    if let Ok(trace) = trace.parse() {
        wire::beside::open(host, trace, span.parse().ok());
    }
}

/// Takes down what [`open`] shows.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn close() {
    wire::beside::close();
}

/// Shows the view of files, with those that were given to a list: over it, until the reader goes back.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn files() {
    wire::beside::files();
}

/// The surface at an address, or why there is none.
#[component]
pub fn Surface(
    /// What the address asks for.
    address: Result<Address, AddressError>,
) -> impl IntoView {
    match address {
        Ok(Address { view: View::File, .. }) => opens(true, || ()),
        Ok(Address { view: View::Dashboard { trace, span }, tab }) => {
            opens(false, move || view! { <wire::Dashboard trace span tab /> })
        }
        Ok(Address { view: View::Compare { a, b }, .. }) => {
            view! { <wire::Compare a b /> }.into_any()
        }
        Ok(Address { view: View::Series(series), .. }) => {
            view! { <wire::Series series /> }.into_any()
        }
        // Those are drawn by another module.
        Ok(_) => ().into_any(),
        Err(error) => view! { <BadAddress error=error.to_string() /> }.into_any(),
    }
}

/// A surface onto which files may be dropped.
fn opens<V: IntoView + 'static>(
    asked: bool,
    below: impl Fn() -> V + Send + Sync + 'static,
) -> AnyView {
    view! { <wire::Opens asked below=ViewFn::from(move || below().into_any()) /> }.into_any()
}
