//! Draws what the extension may do, has done and keeps.

pub mod account;

use leptos::prelude::*;
use surface::mark::Mark;
use surface::moment;
use trace::Timestamp;

use account::{Account, reason};

/// What a person does on the trust page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Takes the permission for a site back.
    Withdraw(String),
    /// Stops all sessions and removes everything.
    Erase,
}

/// The trust page.
#[component]
pub fn Trust(
    /// What there is to say.
    #[prop(into)]
    account: Signal<Account>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
    /// Carries out what a person does.
    on_intent: Callback<Intent>,
) -> impl IntoView {
    view! {
        <main class="surface trust">
            <header class="brand">
                <Mark />
                <h1>"What Tracelight may do, has done and keeps"</h1>
            </header>
            {group("Permissions", "What the browser lets it do, and why.", permissions(account))}
            {group("Sites", "Where you have allowed it.", sites(account, on_intent))}
            {group("Set in the browser", "Right now, for all sites.", ledger(account, zone))}
            {group("Hosts contacted", "Whom it has asked or sent something itself.", contacts(account, zone))}
            {group("Recorded", "What, where, and for how long.", recorded(account))}
            <section class="group" aria-label="Remove everything">
                <div class="subject">
                    <h2>"Remove everything"</h2>
                    <p>"Settings and permissions stay."</p>
                </div>
                <Erase account on_intent />
            </section>
            <footer>
                <a href="app.html?view=options">"Options"</a>
            </footer>
        </main>
    }
    .into_any()
}

fn group(title: &'static str, about: &'static str, content: impl IntoView) -> impl IntoView {
    view! {
        <section class="group" aria-label=title>
            <div class="subject">
                <h2>{title}</h2>
                <p>{about}</p>
            </div>
            <div class="prose">{content}</div>
        </section>
    }
}

fn permissions(account: Signal<Account>) -> impl IntoView {
    let row = |name: String| view! { <tr><td><code>{name.clone()}</code></td><td>{reason(&name)}</td></tr> };
    view! {
        <table class="wide">
            <thead><tr><th scope="col">"Permission"</th><th scope="col">"Why"</th></tr></thead>
            <tbody>
                {move || account.with(|account| account.permissions.iter().cloned().map(row).collect::<Vec<_>>())}
            </tbody>
        </table>
    }
}

fn sites(account: Signal<Account>, on_intent: Callback<Intent>) -> impl IntoView {
    let row = move |pattern: String| {
        let withdraw = pattern.clone();
        view! {
            <li>
                <code>{pattern.clone()}</code>
                " "
                <button
                    type="button"
                    class="link"
                    aria-label=format!("Take back the permission for {pattern}")
                    on:click=move |_| on_intent.run(Intent::Withdraw(withdraw.clone()))
                >
                    "Take back"
                </button>
            </li>
        }
    };
    move || {
        let origins = account.with(|account| account.origins.clone());
        if origins.is_empty() {
            return view! { <p>"None. It can read and change no site."</p> }.into_any();
        }
        view! { <ul>{origins.into_iter().map(row).collect::<Vec<_>>()}</ul> }.into_any()
    }
}

fn ledger(account: Signal<Account>, zone: i32) -> impl IntoView {
    move || {
        let account = account.get();
        let rows = account.set.iter().map(|set| {
            let since = when(set.since, zone);
            view! { <li>{format!("{} {}, since {since}", account::kind(set.kind), set.place)}</li> }
        });
        let rows: Vec<_> = rows.collect();
        view! {
            <p>{account.held()}</p>
            <ul>{rows}</ul>
        }
    }
}

fn contacts(account: Signal<Account>, zone: i32) -> impl IntoView {
    move || {
        let contacts = account.with(|account| account.contacts.clone());
        if contacts.is_empty() {
            return view! { <p>"None."</p> }.into_any();
        }
        let rows = contacts.into_iter().rev().map(|contact| {
            let purpose = account::purpose(contact.purpose);
            view! {
                <tr>
                    <td><code>{contact.host}</code></td>
                    <td data-name="Why">{purpose}</td>
                    <td data-name="First">{when(contact.first, zone)}</td>
                    <td data-name="Last">{when(contact.last, zone)}</td>
                    <td data-name="Times">{contact.count}</td>
                </tr>
            }
        });
        view! {
            <table class="wide">
                <thead>
                    <tr>
                        <th scope="col">"Host"</th>
                        <th scope="col">"Why"</th>
                        <th scope="col">"First"</th>
                        <th scope="col">"Last"</th>
                        <th scope="col">"Times"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect::<Vec<_>>()}</tbody>
            </table>
        }
        .into_any()
    }
}

fn when(millis: u64, zone: i32) -> String {
    moment::second(Timestamp::from_nanos(millis.saturating_mul(1_000_000)), zone)
}

fn recorded(account: Signal<Account>) -> impl IntoView {
    view! {
        <p>{move || account.with(Account::kept)}</p>
        <ul>{account::RECORDED.map(|text| view! { <li>{text}</li> }).into_iter().collect::<Vec<_>>()}</ul>
    }
}

/// The button that removes everything, and the question before it.
#[component]
fn Erase(account: Signal<Account>, on_intent: Callback<Intent>) -> impl IntoView {
    let (asking, set_asking) = signal(false);
    let erase = move |_| {
        set_asking.set(false);
        on_intent.run(Intent::Erase);
    };
    view! {
        <div class="prose">
            <p>
                "Ends every session, takes back every cookie, rule and script, and deletes all that \
                 is recorded in this browser. What was sent to your store stays there."
            </p>
            <div class="verbs">
                <Show
                    when=move || asking.get()
                    fallback=move || view! {
                        <button type="button" class="verb" on:click=move |_| set_asking.set(true)>
                            "Stop All Sessions and Remove Everything"
                        </button>
                    }
                >
                    <button type="button" class="verb main" on:click=erase>"Yes, Remove Everything"</button>
                    <button type="button" class="verb" on:click=move |_| set_asking.set(false)>"Keep"</button>
                </Show>
            </div>
            <p role="status">{move || account.with(|account| account.news.clone())}</p>
        </div>
    }
    .into_any()
}
