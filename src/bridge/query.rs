//! Questions that the dashboard asks, and their answers, out of the rows of `trace::digest`.
//!
//! Pure, and the same wherever the rows lie: the extension answers out of its journal, the
//! collector out of its own database, with this code; the dashboard cannot tell which. Questions
//! and answers are what travels between dashboard and collector, as JSON.
//!
//! The order of the rows does not matter, and every number can be counted again from them.

mod asking;
mod call;
mod calls;
mod errors;
mod near;
mod pages;
mod question;
mod reply;
pub mod route;
pub mod score;
mod sessions;
mod spread;
mod steps;
mod text;
mod usage;

use std::collections::BTreeMap;

use asking::Made;
use near::Near;
use trace::digest::{CallRow, Digest, ErrorRow, PageRow};

pub use asking::Asking;
pub use call::{Call, Calls as CallList};
pub use question::{Question, Range, SessionFilter};
pub use reply::{
    Answer, Calls, CallsLine, CallsStep, ErrorLine, PageLine, Pages, PagesLine, PagesStep,
    SessionDetails, SessionLine, Spread, Usage, UsageDay, UsageSite,
};

/// All rows that there are, as questions are put to them: one digest of everything.
pub type Rows = Digest;

/// All rows that there are, wherever each kind of them lies.
#[derive(Debug)]
pub struct Shelves<'a, C: ?Sized> {
    /// Pages.
    pub pages: &'a [PageRow],
    /// What scripts asked for.
    pub calls: &'a C,
    /// Script errors.
    pub errors: &'a [ErrorRow],
}

impl<C: ?Sized> Clone for Shelves<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: ?Sized> Copy for Shelves<'_, C> {}

impl<'a> From<&'a Rows> for Shelves<'a, [CallRow]> {
    fn from(Rows { pages, calls, errors }: &'a Rows) -> Self {
        Self { pages, calls, errors }
    }
}

/// Answers a question out of all rows, which lie in any order. Takes time in proportion to their
/// number (and its logarithm).
#[must_use]
pub fn answer(rows: &Rows, question: &Question) -> Answer {
    Asking::begin(rows, question).end()
}

/// As [`answer`], of rows that lie in other forms.
#[must_use]
pub fn answer_from<C: CallList + ?Sized>(rows: Shelves<'_, C>, question: &Question) -> Answer {
    let mut made = Made::begin(rows, question);
    if made.wants_calls() {
        rows.calls.each().for_each(|call| made.offer(call));
    }
    made.end()
}

/// An answer that is made at once.
fn whole<C: CallList + ?Sized>(rows: Shelves<'_, C>, question: &Question) -> Answer {
    match question {
        Question::Sessions(filter) => Answer::Sessions(sessions::sessions(rows, filter)),
        Question::Session { session, slow } => {
            Answer::Session(sessions::details(rows, session, *slow).map(Box::new))
        }
        Question::Pages { range, rules } => Answer::Pages(pages::pages(rows.pages, *range, rules)),
        Question::Errors { range } => Answer::Errors(errors::errors(rows.errors, *range)),
        Question::Error { fingerprint } => Answer::Error(errors::error(rows.errors, fingerprint)),
        Question::Usage { range, zone } => Answer::Usage(usage::usage(rows, *range, *zone)),
        // Theirs are made call by call.
        Question::Calls { .. } => Answer::Calls(Calls::default()),
        Question::Route { .. } => Answer::Route(Vec::new()),
    }
}

/// Places of keys in order of appearance. What comes next mostly has the key of what came before.
struct Places<'a> {
    places: BTreeMap<&'a str, usize>,
    near: Near<'a>,
    last: Option<(&'a str, usize)>,
}

impl<'a> Places<'a> {
    /// For so many questions.
    fn of(count: usize) -> Self {
        Self { places: BTreeMap::new(), near: Near::of(count), last: None }
    }

    /// The place of a key; a new one comes last.
    fn place(&mut self, key: &'a str) -> usize {
        if let Some((last, place)) = self.last
            && last == key
        {
            return place;
        }
        let place = self.near.find(key, "").unwrap_or_else(|slot| {
            let next = self.places.len();
            let place = *self.places.entry(key).or_insert(next);
            self.near.put(slot, key, "", place);
            place
        });
        self.last = Some((key, place));
        place
    }
}

/// The thing at a place, one after the last being made.
fn at<T: Default>(things: &mut Vec<T>, place: usize) -> &mut T {
    while things.len() <= place {
        things.push(T::default());
    }
    &mut things[place]
}

#[cfg(test)]
mod tests;
