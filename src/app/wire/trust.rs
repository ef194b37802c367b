//! Wires the trust page to the background and to what the browser says of us.

use bridge::{Command, Reply};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::trust;

/// The trust page, wired.
#[component]
pub fn Trust() -> impl IntoView {
    let contacts = RwSignal::new(::trace::contact::Contacts::default());
    spawn_local(async move {
        if let Ok(Reply::Trust(told)) = webext::message::ask(Command::Trust).await {
            contacts.set(told.contacts);
        }
    });
    view! { <trust::Trust contacts /> }
}
