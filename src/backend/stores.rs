//! What the user set about trace stores: how one is asked, and to which others spans are sent.
//!
//! Kept in local storage under [`KEY`], beside the settings and not among them, because it holds
//! secrets. Knows nothing of how often anybody is asked or sent to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::credential::{self, Access, grafana};
use crate::link;
use crate::outbox::Form;
use crate::store::Hint;

/// Key of [`Stores`] in local storage.
pub const KEY: &str = "stores";
/// Key of what is remembered of the store that is asked ([`Memory`](crate::store::Memory)).
pub const MEMORY: &str = "store-memory";
/// Key of what became of what was sent ([`Ledger`](crate::outbox::Ledger)).
pub const OUTBOX: &str = "outbox";
/// How many destinations there may be: each is a bit in the journal.
pub const SLOTS: u8 = 8;

/// What the user set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stores {
    /// How the store is asked whose address is among the settings.
    pub asked: Asked,
    /// Where spans go; empty for the store that is asked.
    pub sent: Vec<Destination>,
}

/// How the store is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// What it is, if the user knows.
    pub hint: Hint,
    /// The UID of its data source, where the address is Grafana's; else empty.
    pub grafana: String,
    /// What it wants to know of us.
    pub access: Access,
}

/// Where spans go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Destination {
    /// Its bit in the journal, below [`SLOTS`]. It stays when others go.
    pub slot: u8,
    /// Its address, to which `/v1/traces` is added.
    pub endpoint: String,
    /// In what form it gets spans.
    pub form: Form,
    /// Whether requests are packed with gzip.
    pub packed: bool,
    /// What it wants to know of us.
    pub access: Access,
}

impl Destination {
    /// Its bit in the journal.
    #[must_use]
    pub const fn bit(&self) -> u8 {
        if self.slot < SLOTS { 1 << self.slot } else { 0 }
    }

    /// Whether spans can be sent there.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self) -> Result<(), Why> {
        check_address(&self.endpoint).map_err(Why::Address)?;
        self.access.check().map_err(Why::Access)?;
        if self.slot < SLOTS { Ok(()) } else { Err(Why::Slot { found: self.slot }) }
    }
}

impl Stores {
    /// Where spans go: what is listed, or the store that is asked.
    #[must_use]
    pub fn destinations(&self, store: &str) -> Vec<Destination> {
        if !self.sent.is_empty() || store.is_empty() {
            return self.sent.clone();
        }
        let access = self.asked.access.clone();
        vec![Destination { endpoint: store.to_owned(), access, ..Destination::default() }]
    }

    /// A slot that no destination has; `None` when all are taken.
    #[must_use]
    pub fn free_slot(&self) -> Option<u8> {
        (0..SLOTS).find(|slot| self.sent.iter().all(|known| known.slot != *slot))
    }

    /// All that is wrong with it, in the order in which a page shows it.
    #[must_use]
    pub fn check(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let Asked { grafana: uid, access, .. } = &self.asked;
        let source = if uid.is_empty() { Ok(()) } else { grafana("", uid).map(drop) };
        for checked in [source, access.check()] {
            flaws.extend(checked.err().map(|flaw| Flaw { sent: None, why: Why::Access(flaw) }));
        }
        for (at, destination) in self.sent.iter().enumerate() {
            let mut note = |why| flaws.push(Flaw { sent: Some(at), why });
            if let Err(why) = destination.check() {
                note(why);
            } else if let Some(first) =
                self.sent.iter().take(at).position(|other| other.slot == destination.slot)
            {
                note(Why::Shared { with: first });
            }
        }
        flaws
    }
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// With which destination, counted from 0; `None` with how the store is asked.
    pub sent: Option<usize>,
    /// What.
    pub why: Why,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The address is none.
    Address(Address),
    /// What goes with requests cannot be sent.
    Access(credential::Flaw),
    /// There is no such slot.
    Slot {
        /// What was found.
        found: u8,
    },
    /// Another destination has the same slot.
    Shared {
        /// Which, counted from 0.
        with: usize,
    },
}

/// Why an address is none to which paths can be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// There is none.
    Empty,
    /// It has a placeholder, or what looks like one.
    Brace {
        /// Where, counted from 1.
        at: usize,
    },
    /// It has a user's name, which browsers do not send there.
    User,
    /// It is no URL.
    Url(link::Flaw),
    /// It has a query or a fragment.
    Query,
}

/// Whether an address is one to which paths can be added.
///
/// # Errors
/// Why not.
pub fn check_address(address: &str) -> Result<(), Address> {
    if address.is_empty() {
        return Err(Address::Empty);
    }
    if let Some(at) = address.chars().position(|letter| matches!(letter, '{' | '}')) {
        return Err(Address::Brace { at: at + 1 });
    }
    if address.split('/').nth(2).unwrap_or_default().contains('@') {
        return Err(Address::User);
    }
    link::check(address).map_err(Address::Url)?;
    if address.contains(['?', '#']) { Err(Address::Query) } else { Ok(()) }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no address, wanted one"),
            Self::Brace { at } => {
                write!(f, "a brace at character {at}, wanted a URL without placeholders")
            }
            Self::User => f.write_str("it has a user name or password, wanted a URL without them"),
            Self::Url(flaw) => flaw.fmt(f),
            Self::Query => f.write_str(
                "it has a query or a fragment, wanted a base URL, to which paths are added",
            ),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(flaw) => flaw.fmt(f),
            Self::Access(flaw) => flaw.fmt(f),
            Self::Slot { found } => write!(f, "its slot is {found}, wanted one below {SLOTS}"),
            Self::Shared { with } => {
                write!(f, "it has the slot of destination {}, wanted one of its own", with + 1)
            }
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sent {
            Some(at) => write!(f, "destination {}: {}", at + 1, self.why),
            None => self.why.fmt(f),
        }
    }
}

impl std::error::Error for Address {}
impl std::error::Error for Why {}
impl std::error::Error for Flaw {}

#[cfg(test)]
mod tests;
