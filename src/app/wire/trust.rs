//! Wires the trust page to the background and to what the browser says of us.

use ::trace::contact;
use leptos::prelude::*;
use leptos::task::spawn_local;
use webext::settings::CONTACTS;
use webext::storage::{self, Area};

use crate::trust;

/// The trust page, wired.
#[component]
pub fn Trust() -> impl IntoView {
    let contacts = RwSignal::new(Vec::new());
    spawn_local(async move {
        if let Ok(Some(lines)) = storage::load::<String>(Area::Local, CONTACTS).await {
            contacts.set(contact::read(&lines));
        }
    });
    view! { <trust::Trust contacts /> }
}
