//! Keeps whom the extension has spoken with, for the trust page.

use trace::contact::{Contacts, Purpose};
use webext::clock;
use webext::storage::{self, Area};

use crate::packed::{pack, unpack};
use crate::worker::Worker;

/// Key of the contacts in local storage.
const CONTACTS: &str = "contacts";

impl Worker {
    /// Notes a request that is about to be made: before, because the worker may not see its end.
    pub(crate) async fn contact(&self, url: &str, purpose: Purpose) {
        self.contacts().await;
        let packed = {
            let mut contacts = self.contacts.borrow_mut();
            let contacts = contacts.get_or_insert_default();
            contacts.note(url, purpose, clock::now());
            pack(contacts)
        };
        // What cannot be kept is kept in memory; the request is the user's wish all the same.
        let _kept_in_memory = storage::store(Area::Local, CONTACTS, &packed).await;
    }

    /// Everyone whom we have spoken with.
    pub(crate) async fn contacts(&self) -> Contacts {
        if self.contacts.borrow().is_none() {
            let kept = storage::load(Area::Local, CONTACTS).await.ok().flatten();
            // Somebody else may have read it meanwhile, and noted more.
            self.contacts.borrow_mut().get_or_insert_with(|| unpack(kept).unwrap_or_default());
        }
        self.contacts.borrow().clone().unwrap_or_default()
    }
}
