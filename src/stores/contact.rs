//! Keeps whom the extension has spoken with, for the trust page to read.

use trace::contact::{self, Purpose};
use webext::storage::{self, Area};
use webext::{clock, settings};

use crate::Stores;

impl Stores {
    /// Notes a request that is about to be made: before, because nobody may see its end.
    pub(crate) async fn contact(&self, url: &str, purpose: Purpose) {
        if self.contacts.borrow().is_none() {
            let kept = storage::load(Area::Local, settings::CONTACTS).await;
            // Two may read at the same time; who comes second must not undo what the first noted.
            self.contacts.borrow_mut().get_or_insert(kept.ok().flatten().unwrap_or_default());
        }
        let lines = self.contacts.take().unwrap_or_default();
        self.keep_contacts(contact::note(&lines, url, purpose, clock::now())).await;
    }

    /// Forgets them all.
    pub(crate) async fn forget_contacts(&self) {
        self.keep_contacts(String::new()).await;
    }

    async fn keep_contacts(&self, lines: String) {
        let kept = storage::store(Area::Local, settings::CONTACTS, &lines);
        self.contacts.replace(Some(lines));
        // What cannot be kept is in memory; the request is the user's wish all the same.
        let _kept_in_memory = kept.await;
    }
}
