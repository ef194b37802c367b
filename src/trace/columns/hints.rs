//! What few spans say and their surroundings are guessed by: routes, and the ids of requests.

use std::borrow::Cow;

use super::Words;

/// Attributes that name a route.
pub const ROUTES: [&str; 2] = ["http.route", "next.route"];

/// Attributes that name one request, wherever in its work they stand. The first that a span has
/// counts.
pub const REQUEST_IDS: [&str; 9] = [
    "http.request.header.x-request-id",
    "http.request_id",
    "request.id",
    "request_id",
    "faas.invocation_id",
    "vercel.request_id",
    "aws.request_id",
    "correlation_id",
    "messaging.message.id",
];

/// A span's hints, as words; [`Words::EMPTY`] where it has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// The span.
    pub(super) span: u32,
    /// Its routes, by [`ROUTES`].
    pub routes: [u32; 2],
    /// Its request id: name and value in one word.
    pub request: u32,
}

/// Where an attribute's name stands among those that give hints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clue {
    /// Among [`ROUTES`].
    Route(usize),
    /// Among [`REQUEST_IDS`].
    Request(usize),
}

impl Clue {
    /// What an attribute of this name tells; `None` for most.
    #[must_use]
    #[inline]
    pub fn of(name: &str) -> Option<Self> {
        // Asked for every attribute of every span. These lengths are those of the names.
        if !matches!(name.len(), 10 | 14 | 15 | 17 | 18 | 20 | 32) {
            return None;
        }
        if let Some(at) = ROUTES.iter().position(|route| *route == name) {
            return Some(Self::Route(at));
        }
        REQUEST_IDS.iter().position(|id| *id == name).map(Self::Request)
    }
}

/// A span's hints while its attributes go by.
#[derive(Clone, Debug, Default)]
pub struct Gather<'a> {
    routes: [Cow<'a, str>; 2],
    request: Option<(usize, Cow<'a, str>)>,
}

impl<'a> Gather<'a> {
    /// Takes in what an attribute tells; a value as a person reads it.
    pub fn take(&mut self, clue: Clue, value: Cow<'a, str>) {
        match clue {
            Clue::Route(at) => self.routes[at] = value,
            Clue::Request(at) => {
                let better = self.request.as_ref().is_none_or(|(best, _)| at <= *best);
                if better && !value.is_empty() {
                    self.request = Some((at, value));
                }
            }
        }
    }

    /// The hint, where there is any.
    pub(super) fn hint(&self, span: u32, words: &mut Words) -> Option<Hint> {
        let routes = [words.intern(&self.routes[0]), words.intern(&self.routes[1])];
        let named = |(at, value): &(usize, Cow<'a, str>)| words.intern(&format!("{at}={value}"));
        let request = self.request.as_ref().map_or(Words::EMPTY, named);
        let there = request != Words::EMPTY || routes != [Words::EMPTY; 2];
        there.then_some(Hint { span, routes, request })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_that_gives_a_hint_is_found_by_its_length() {
        for (at, name) in ROUTES.iter().enumerate() {
            assert_eq!(Clue::of(name), Some(Clue::Route(at)));
        }
        for (at, name) in REQUEST_IDS.iter().enumerate() {
            assert_eq!(Clue::of(name), Some(Clue::Request(at)));
        }
        assert_eq!(Clue::of("http.method"), None);
    }
}
