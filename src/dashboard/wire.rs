//! Wires the tabs to the browser: reads the address, asks for rows, keeps the address in step.
//! Decides nothing; every text that a user reads comes from elsewhere.

pub mod api;
pub mod ask;
pub mod choice;
pub mod errors;
pub mod maps;
pub mod pages;
pub mod session;
pub mod sessions;
mod stored;
pub mod usage;

use leptos::prelude::*;
use surface::address::{Address, AddressError, View};
use surface::board::Tab;
use surface::mark::Mark;
use surface::nav::{Nav, Place};
use surface::page::BadAddress;
use surface::reader;

use crate::frame::Desk;

/// The tab at an address, or why there is none.
#[component]
pub fn Dashboard(
    /// What the address asks for.
    address: Result<Address, AddressError>,
) -> impl IntoView {
    let board = match address {
        Ok(Address { view: View::Board(board), .. }) => RwSignal::new(board),
        // Those are drawn by another module.
        Ok(_) => return ().into_any(),
        Err(error) => {
            return view! {
                <div class="surface board">
                    <header class="bar"><Mark /><Nav place=Place::Sessions /></header>
                    <BadAddress error=error.to_string() />
                </div>
            }
            .into_any();
        }
    };
    Effect::new(move |_| board.with(|board| webext::page::replace(&board.address())));
    let now = webext::page::now();
    let zone = webext::page::zone(now);
    let desk = Desk { board, left: reader::left(), now, zone };
    match board.with_untracked(|board| board.tab.clone()) {
        Tab::Sessions(_) => view! { <sessions::Sessions desk /> }.into_any(),
        Tab::Pages => view! { <pages::Pages desk /> }.into_any(),
        Tab::Errors => view! { <errors::Errors desk /> }.into_any(),
        Tab::Error { .. } => view! { <errors::Diagnosis desk /> }.into_any(),
        Tab::Usage => view! { <usage::Usage desk /> }.into_any(),
        Tab::Api => view! { <api::Api desk /> }.into_any(),
        Tab::Route { .. } => view! { <api::Route desk /> }.into_any(),
        Tab::Session { session, .. } => view! { <session::Session desk session /> }.into_any(),
    }
}
