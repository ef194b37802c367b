//! Draws what the extension may do, has done and keeps.

use leptos::prelude::*;
use trace::contact::Contact;

use crate::popup::Mark;

/// The trust page.
#[component]
pub fn Trust(
    /// Whom the extension has spoken with.
    #[prop(into)]
    contacts: Signal<Vec<Contact>>,
) -> impl IntoView {
    let hosts = move || {
        contacts
            .get()
            .into_iter()
            .map(|contact| view! { <li>{contact.host}</li> })
            .collect::<Vec<_>>()
    };
    view! {
        <main class="surface trust">
            <header class="brand">
                <Mark />
                <h1>"What Tracelight may do, has done and keeps"</h1>
            </header>
            <section aria-labelledby="contacts">
                <h2 id="contacts">"Hosts that it has contacted"</h2>
                <ul>{hosts}</ul>
            </section>
        </main>
    }
    .into_any()
}
