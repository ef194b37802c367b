//! Keeps whom the extension has spoken with, for the trust page to read. The worker and pages of the
//! extension write it, one at a time, each what is there with a line of its own.

use trace::contact::{self, Purpose};

use crate::settings::CONTACTS;
use crate::storage::{self, Area};
use crate::{clock, lock};

/// Notes a request that is about to be made: before, because nobody may see its end.
pub async fn note(url: &str, purpose: Purpose) {
    change(|lines| contact::note(&lines, url, purpose, clock::now())).await;
}

/// Forgets them all.
pub async fn forget() {
    change(|_| String::new()).await;
}

async fn change(work: impl FnOnce(String) -> String) {
    let _turn = lock::take(CONTACTS).await;
    // What cannot be read now is not written over.
    let Ok(lines) = storage::load::<String>(Area::Local, CONTACTS).await else { return };
    let lines = work(lines.unwrap_or_default());
    // What cannot be kept is told no worse than before; the request is the user's wish all the same.
    let _kept = storage::store(Area::Local, CONTACTS, &lines).await;
}
