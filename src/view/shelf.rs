//! What stays as the reader left it when another span is chosen: what is looked for, which sections
//! are closed, how much room the details have.

use std::collections::BTreeSet;

use leptos::prelude::*;

/// Least, usual and most room of the details, in percent.
pub const SHARES: [u32; 3] = [20, 36, 75];

/// The state of the details pane.
#[derive(Clone, Copy)]
pub struct Shelf {
    /// What is looked for, as typed.
    pub query: RwSignal<String>,
    /// What was done last, for whoever sees and hears it.
    pub said: RwSignal<String>,
    /// Room of the details, in percent of what they share with the chart.
    pub share: RwSignal<u32>,
    closed: StoredValue<BTreeSet<String>>,
}

impl Shelf {
    /// A pane as it first opens.
    #[must_use]
    pub fn new() -> Self {
        Self {
            query: RwSignal::new(String::new()),
            said: RwSignal::new(String::new()),
            share: RwSignal::new(SHARES[1]),
            closed: StoredValue::new(BTreeSet::new()),
        }
    }

    /// What is looked for.
    #[must_use]
    pub fn wanted(&self) -> String {
        self.query.with(|query| query.trim().to_owned())
    }

    /// Whether a section is open.
    #[must_use]
    pub fn is_open(&self, section: &str) -> bool {
        self.closed.with_value(|closed| !closed.contains(section))
    }

    /// Notes that a section was opened or closed.
    pub fn turn(&self, section: &str, open: bool) {
        self.closed.update_value(|closed| {
            if open {
                closed.remove(section);
            } else {
                closed.insert(section.to_owned());
            }
        });
    }

    /// Puts a text on the clipboard and says so.
    pub fn copy(&self, text: &str, what: &str) {
        webext::page::copy(text);
        self.said.set(format!("Copied {what}"));
    }

    /// Gives the details more room or less, within limits.
    pub fn widen(&self, by: i32) {
        let [least, _, most] = SHARES;
        self.share.update(|share| *share = share.saturating_add_signed(by).clamp(least, most));
    }
}

impl Default for Shelf {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_stay_closed_and_room_stays_within_limits() {
        let owner = Owner::new();
        owner.with(|| {
            let shelf = Shelf::new();
            shelf.turn("HTTP", false);
            assert!(!shelf.is_open("HTTP") && shelf.is_open("Events"));
            shelf.turn("HTTP", true);
            assert!(shelf.is_open("HTTP"));
            shelf.widen(500);
            assert_eq!(shelf.share.get_untracked(), 75);
            shelf.widen(i32::MIN);
            assert_eq!(shelf.share.get_untracked(), 20);
            shelf.query.set("  cart ".to_owned());
            assert_eq!(shelf.wanted(), "cart");
        });
    }
}
