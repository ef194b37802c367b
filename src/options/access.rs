//! Draws by what a store or a destination knows us: credentials, tenant, headers.

use leptos::prelude::*;

use crate::draft::{Change, MOST_HEADERS};
use crate::entry::{Desk, Entry};
use crate::field::Kind;
use crate::party::Part;

/// How a party may know us.
const CREDENTIALS: Kind =
    Kind::Choice(&[("none", "None"), ("basic", "Name and password"), ("bearer", "Bearer token")]);

/// By what a party knows us.
#[component]
pub fn Access(
    /// Whose.
    desk: Desk,
) -> impl IntoView {
    let kind = desk.text(Part::Credentials);
    let secrets = move || match &*kind.get() {
        "basic" => Some(
            view! {
                <Entry desk part=Part::User kind=Kind::Text label="Name" example="1234567" />
                <Entry desk part=Part::Password kind=Kind::Secret label="Password" />
            }
            .into_any(),
        ),
        "bearer" => Some(
            view! { <Entry desk part=Part::Token kind=Kind::Secret label="Token" /> }.into_any(),
        ),
        _ => None,
    };
    view! {
        <Entry
            desk
            part=Part::Credentials
            kind=CREDENTIALS
            label="Credentials"
            meaning="Kept in this browser, sent to this address's own host alone, and left out of exports \
                     unless you ask."
        />
        {secrets}
        <Entry
            desk
            part=Part::Tenant
            kind=Kind::Text
            label="Tenant"
            meaning="Goes along as X-Scope-OrgID, by which Tempo and others tell tenants apart. Empty: none."
            example="team-a"
        />
        <Headers desk />
    }
    .into_any()
}

/// Headers besides.
#[component]
fn Headers(desk: Desk) -> impl IntoView {
    let count = Memo::new(move |_| {
        let count = |access: &backend::credential::Access| access.headers.len();
        desk.draft.with(|draft| desk.party.access(draft.stores()).map_or(0, count))
    });
    let full = move || count.get() >= MOST_HEADERS;
    view! {
        <div class="setting" role="group" aria-label="Further headers">
            <strong>"Further headers"</strong>
            <p class="meaning">"What goes along with every request, such as a vendor's own for its key."</p>
            <ol class="headers">
                <For each=move || 0..count.get() key=|at| *at let(at)>
                    <Header desk at />
                </For>
            </ol>
            <button
                type="button"
                class="verb"
                aria-disabled=move || full().then_some("true")
                on:click=move |_| {
                    if count.get_untracked() < MOST_HEADERS {
                        desk.change(Change::AddHeader);
                    }
                }
            >
                "Add header"
            </button>
        </div>
    }
    .into_any()
}

/// One header.
#[component]
fn Header(desk: Desk, at: usize) -> impl IntoView {
    let number = at + 1;
    view! {
        <li>
            <Entry
                desk
                part=Part::Name(at)
                kind=Kind::Text
                label=format!("Name of header {number}")
                example="x-api-key"
            />
            <Entry desk part=Part::Value(at) kind=Kind::Secret label=format!("Value of header {number}") />
            <button
                type="button"
                class="verb"
                aria-label=format!("Remove header {number}")
                on:click=move |_| {
                    desk.change(Change::RemoveHeader(at));
                    desk.keep();
                }
            >
                "✕"
            </button>
        </li>
    }
    .into_any()
}
