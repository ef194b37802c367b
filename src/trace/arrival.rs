//! How a tab's document was reached, and how it may be asked for again.
//!
//! A browser that is told to reload the answer to a form sends the form again, and Chromium does so
//! for an extension without asking the user. So a document is reloaded only if its request is known
//! to have been no `POST`; one whose request nobody saw is asked for by its address.

use serde::{Deserialize, Serialize};

use crate::table::Table;

/// What is known of the documents of tabs. Tabs whose document nobody saw come have no entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrivals {
    /// Requests that are under way: whether the document may be asked for again.
    asked: Table<i32, bool>,
    /// The documents that are shown.
    shown: Table<i32, bool>,
}

/// How a document may be asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// By a reload.
    Reload,
    /// By its address: how it was reached is not known.
    Address,
    /// Not at all: it is the answer to a form, which would be sent again.
    Never,
}

impl Arrivals {
    /// A tab's document is asked for; of a redirected request the last hop counts, which is the
    /// one that a reload repeats.
    pub fn ask(&mut self, tab: i32, method: &str) {
        self.asked.insert(tab, matches!(method, "GET" | "HEAD"));
    }

    /// A tab shows another document. One that came without a request, such as from the browser's
    /// memory of pages, is not known.
    pub fn commit(&mut self, tab: i32) {
        match self.asked.remove(&tab) {
            Some(repeatable) => self.shown.insert(tab, repeatable),
            None => drop(self.shown.remove(&tab)),
        }
    }

    /// A tab's request came to nothing.
    pub fn abandon(&mut self, tab: i32) {
        self.asked.remove(&tab);
    }

    /// A tab is gone.
    pub fn close(&mut self, tab: i32) {
        self.asked.remove(&tab);
        self.shown.remove(&tab);
    }

    /// How the document that a tab shows may be asked for again.
    #[must_use]
    pub fn again(&self, tab: i32) -> Again {
        match self.shown.get(&tab) {
            Some(true) => Again::Reload,
            Some(false) => Again::Never,
            None => Again::Address,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(methods: &[&str]) -> Again {
        let mut arrivals = Arrivals::default();
        methods.iter().for_each(|method| arrivals.ask(1, method));
        arrivals.commit(1);
        arrivals.again(1)
    }

    #[test]
    fn only_a_document_that_was_not_posted_is_reloaded() {
        assert_eq!(after(&["GET"]), Again::Reload);
        assert_eq!(after(&["POST"]), Again::Never);
        assert_eq!(after(&["PUT"]), Again::Never, "what is not safe is not repeated");
        assert_eq!(after(&[]), Again::Address);
    }

    #[test]
    fn a_form_that_redirects_to_its_answer_leaves_a_document_that_may_be_reloaded() {
        assert_eq!(after(&["POST", "GET"]), Again::Reload);
        assert_eq!(after(&["POST", "POST"]), Again::Never);
    }

    #[test]
    fn a_request_that_comes_to_nothing_says_nothing_of_the_document_that_stays() {
        let mut arrivals = Arrivals::default();
        arrivals.ask(1, "GET");
        arrivals.commit(1);
        arrivals.ask(1, "POST");
        arrivals.abandon(1);
        assert_eq!(arrivals.again(1), Again::Reload);
        arrivals.commit(1);
        assert_eq!(arrivals.again(1), Again::Address, "from the browser's memory");
        arrivals.ask(1, "POST");
        arrivals.close(1);
        assert_eq!(arrivals, Arrivals::default());
    }
}
