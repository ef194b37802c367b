//! The surfaces: popup, devtools panel and dashboard, one page that its address makes one of them.
//! Options and trust page are of that page too, and of another module: `options`.
//!
//! Components draw and plain structs think: what a file decides has tests beside it, what it draws
//! has one snapshot. Components are given state and return intents; `wire` alone speaks with the
//! browser, through `webext`. Text from pages and servers is drawn as text nodes and nothing else.

pub mod address;
pub mod buttons;
pub mod chart;
pub mod compare;
pub mod cursor;
pub mod dashboard;
pub mod desk;
pub mod detail;
pub mod face;
pub mod facts;
pub mod files;
pub mod filter;
pub mod filter_bar;
pub mod found;
pub mod gate;
pub mod inspector;
pub mod kin;
pub mod lamps;
pub mod load;
pub mod logs;
pub mod meaning;
pub mod opening;
pub mod palette;
pub mod panel;
pub mod picture;
pub mod plan;
pub mod popup;
pub mod problem;
pub mod query;
pub mod reading;
pub mod requests;
#[cfg(test)]
mod sample;
pub mod sampled;
pub mod scroller;
pub mod sessions;
pub mod set;
#[cfg(test)]
mod snapshot;
pub mod status;
pub mod tab;
pub mod table;
pub mod trace_view;
pub mod traces;
pub mod typing;
pub mod viewport;
pub mod vitals;
pub mod window;
pub mod wire;

use address::{Address, View};
use leptos::prelude::*;

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
    address: Result<Address, address::AddressError>,
) -> impl IntoView {
    match address {
        Ok(Address { view: View::Popup, tab }) => view! { <wire::Popup tab /> }.into_any(),
        Ok(Address { view: View::File, .. }) => opens(true, || ()),
        Ok(Address { view: View::Panel, tab }) => {
            opens(false, move || view! { <wire::Panel tab /> })
        }
        Ok(Address { view: View::Logs(query), .. }) => {
            opens(false, move || view! { <wire::Logs query=query.clone() /> })
        }
        Ok(Address { view: View::Dashboard { trace, span }, tab }) => {
            opens(false, move || view! { <wire::Dashboard trace span tab /> })
        }
        Ok(Address { view: View::Compare { a, b }, .. }) => {
            view! { <wire::Compare a b /> }.into_any()
        }
        Ok(Address { view: View::Series(series), .. }) => {
            view! { <wire::Series series /> }.into_any()
        }
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

/// An address that nothing can be made of.
#[component]
fn BadAddress(error: String) -> impl IntoView {
    view! {
        <main class="surface">
            <div class="empty" role="alert">
                <h1>"Nothing to show here"</h1>
                <p>{error}</p>
                <p>"Open a trace with View Page Trace in Tracelight's popup."</p>
            </div>
        </main>
    }
}
