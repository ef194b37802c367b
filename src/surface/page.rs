//! Holds what stays open as long as a page does, and draws the page that there is none.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use trace::Timestamp;
use webext::{Journal, Listening};

thread_local! {
    /// The journal, opened once: every open connection would have to agree to an upgrade.
    static JOURNAL: RefCell<Option<Rc<Journal>>> = const { RefCell::new(None) };
}

/// The journal of this browser; another one once the browser has closed it.
///
/// # Errors
/// Why it cannot be opened.
pub async fn journal() -> Result<Rc<Journal>, String> {
    let known = JOURNAL.with_borrow(Clone::clone);
    if let Some(journal) = known.filter(|journal| journal.is_open()) {
        return Ok(journal);
    }
    let journal = Rc::new(Journal::open().await.map_err(|error| error.to_string())?);
    JOURNAL.with_borrow_mut(|kept| *kept = Some(journal.clone()));
    Ok(journal)
}

/// Keeps a subscription as long as the surface.
pub fn keep(listening: Listening) {
    StoredValue::new_local(listening);
}

/// The time, second by second, and what else is to be done each second.
pub fn clock(tick: impl Fn() + 'static) -> RwSignal<Timestamp> {
    let now = RwSignal::new(webext::page::now());
    keep(webext::page::every(Duration::from_secs(1), move || {
        now.set(webext::page::now());
        tick();
    }));
    now
}

/// Opens addresses in tabs of their own.
#[must_use]
pub fn opener() -> Callback<String> {
    Callback::new(|address: String| {
        spawn_local(async move {
            // The link beside it is there still.
            let _not_opened = webext::tabs::open(address, None).await;
        });
    })
}

/// An address that nothing can be made of.
#[component]
pub fn BadAddress(
    /// What was found, and what was wanted.
    error: String,
) -> impl IntoView {
    view! {
        <main class="surface">
            <div class="empty" role="alert">
                <h1>"Nothing to show here"</h1>
                <p>{error}</p>
                <p>
                    "Open a trace with View Page Trace in Tracelight's popup, or from "
                    <a href="app.html?view=dashboard&tab=logs">"Logs"</a>"."
                </p>
            </div>
        </main>
    }
}
