//! Holds what stays open as long as a page does.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use webext::{Journal, Listening};

thread_local! {
    /// The journal, opened once: every open connection would have to agree to an upgrade.
    static JOURNAL: RefCell<Option<Rc<Journal>>> = const { RefCell::new(None) };
}

/// The journal of this browser.
///
/// # Errors
/// Why it cannot be opened.
pub async fn journal() -> Result<Rc<Journal>, String> {
    if let Some(journal) = JOURNAL.with_borrow(Clone::clone) {
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
