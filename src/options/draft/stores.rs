//! The half of the draft that is no table: the store that is asked, and the destinations. Each is
//! saved as a whole, once all of it is right.

use backend::credential::Header;
use backend::outbox::Ledger;
use backend::store::Memory;
use backend::stores::{Destination, Stores};

use super::Draft;
use crate::party::{Part, Party};

/// More headers than this a store does not want.
pub const MOST_HEADERS: usize = 20;

/// What the worker learned of stores and destinations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    /// What the store is that is asked.
    pub memory: Memory,
    /// What became of what was sent.
    pub ledger: Ledger,
    /// The reader's time zone, minutes east of UTC.
    pub zone: i32,
}

/// A change of a party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A part of it is typed.
    Put(Part, String),
    /// One more header.
    AddHeader,
    /// A header goes.
    RemoveHeader(usize),
}

impl Draft {
    /// Stores and destinations as they are typed.
    #[must_use]
    pub fn stores(&self) -> &Stores {
        self.typed_stores.as_ref().unwrap_or(&self.saved.stores)
    }

    fn typing(&mut self) -> &mut Stores {
        self.news.clear();
        self.typed_stores.get_or_insert_with(|| self.saved.stores.clone())
    }

    /// Takes in a change of a party.
    pub fn change(&mut self, party: Party, change: Change) {
        let stores = self.typing();
        match change {
            Change::Put(part, text) => party.set(stores, part, &text),
            Change::AddHeader => {
                if let Some(access) = party.access_mut(stores) {
                    access.headers.push(Header::default());
                }
            }
            Change::RemoveHeader(at) => {
                if let Some(access) = party.access_mut(stores).filter(|it| at < it.headers.len()) {
                    access.headers.remove(at);
                }
            }
        }
    }

    /// Adds a destination, if there may be one more.
    pub fn add(&mut self) {
        if let Some(slot) = self.stores().free_slot() {
            self.typing().sent.push(Destination { slot, ..Destination::default() });
        }
    }

    /// Takes a destination away.
    pub fn remove(&mut self, slot: u8) {
        self.typing().sent.retain(|it| it.slot != slot);
    }

    /// What may be saved: of each party that is right what is typed, of the others what is kept.
    #[must_use]
    pub fn stores_due(&self) -> Option<Stores> {
        let typed = self.typed_stores.as_ref().filter(|_| self.ready)?;
        let kept = &self.saved.stores;
        let asked = if Party::Asked.sound(typed) { typed } else { kept }.asked.clone();
        let sent = typed.sent.iter().filter_map(|it| {
            let party = Party::Sent(it.slot);
            if party.sound(typed) { Some(it) } else { party.sent(kept) }.cloned()
        });
        let due = Stores { asked, sent: sent.collect() };
        (due != *kept).then_some(due)
    }

    /// Takes in that these are kept now. What is typed and not saved stays typed.
    pub fn keep_stores(&mut self, kept: Stores) {
        if let Some(typed) = &mut self.typed_stores {
            let before = &self.saved.stores;
            if typed.asked == before.asked {
                typed.asked.clone_from(&kept.asked);
            }
            let touched = |it: &Destination| Party::Sent(it.slot).sent(before) != Some(it);
            typed.sent.retain(|it| touched(it) || Party::Sent(it.slot).sent(&kept).is_some());
            for it in &kept.sent {
                match typed.sent.iter_mut().find(|other| other.slot == it.slot) {
                    Some(other) if !touched(other) => other.clone_from(it),
                    Some(_) => {}
                    // One that was taken away here and is not saved yet stays away.
                    None if Party::Sent(it.slot).sent(before).is_some() => {}
                    None => typed.sent.push(it.clone()),
                }
            }
        }
        self.typed_stores.take_if(|typed| *typed == kept);
        self.saved.stores = kept;
    }
}

#[cfg(test)]
mod tests;
