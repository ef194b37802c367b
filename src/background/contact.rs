//! Keeps whom the extension has spoken with, for the trust page to read.

use trace::contact::{self, Purpose};
use wasm_bindgen_futures::spawn_local;
use webext::storage::{self, Area};
use webext::{clock, settings};

use crate::worker::Worker;

impl Worker {
    /// Reads back what an earlier worker has noted.
    pub(crate) async fn recall_contacts(&self) {
        let kept = storage::load(Area::Local, settings::CONTACTS).await;
        *self.contacts.borrow_mut() = kept.ok().flatten().unwrap_or_default();
    }

    /// Notes a request that is about to be made: before, because the worker may not see its end.
    pub(crate) fn contact(&self, url: &str, purpose: Purpose) {
        let lines = contact::note(&self.contacts.borrow(), url, purpose, clock::now());
        self.keep_contacts(lines);
    }

    /// Forgets them all.
    pub(crate) fn forget_contacts(&self) {
        self.keep_contacts(String::new());
    }

    fn keep_contacts(&self, lines: String) {
        let kept = storage::store(Area::Local, settings::CONTACTS, &lines);
        *self.contacts.borrow_mut() = lines;
        spawn_local(async move {
            // What cannot be kept is in memory; the request is the user's wish all the same.
            let _kept_in_memory = kept.await;
        });
    }
}
