//! A list of traced requests: which are shown and in what order, and which one is chosen.
//!
//! Plain state; where the requests come from is the shell's part. Two hundred thousand of them may
//! come, page by page: so each is kept once and known by its place, what comes is sorted in, and a
//! filter is asked of so many at a time (`sift`).

mod intake;
mod line;
mod marks;
mod passing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;

use surface::cursor::Step;
use surface::lamp::Tone;
use surface::standing::Standing;
use surface::typing::MOST;
use trace::filter::{self, Completion, Place, REQUESTS, Subject as _};
use trace::request::{Api, TracedRequest};
use trace::{SpanId, TraceId, order, quantity};

use crate::filter::Filter;
use crate::sessions::Sessions;

pub use line::Line;

/// A request by its trace and its span.
pub type RequestKey = (TraceId, SpanId);

/// Set in the place of a request that only the trace store knows of.
const OTHER: u32 = 1 << 31;
/// How many are filtered at once, which takes no time that a reader would notice.
const AT_ONCE: usize = 4_000;
/// How many of the newest are asked for the values that a filter may name.
const ASKED: usize = 10_000;
/// How many before the chosen one it is compared with.
const BEFORE: usize = 2_000;

/// The list.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    /// What this browser made, in the order in which it became known.
    rows: Vec<TracedRequest>,
    /// Where in `rows` each is.
    known: BTreeMap<RequestKey, u32>,
    /// What the trace store knows of, oldest first.
    others: Vec<TracedRequest>,
    /// The places of all, the newest first; of the store's only those that the journal has not.
    order: Vec<u32>,
    /// How many of them the filter has been asked of.
    sifted: usize,
    /// Those that pass it whenever they began, in the same order.
    passed: Vec<u32>,
    /// Which of those began in the time that is asked for.
    shown: Range<usize>,
    /// How many came that are newer than all that were shown.
    arrived: usize,
    totals: Totals,
    sessions: Sessions,
    filter: Filter,
    newest_first: bool,
    chosen: Option<RequestKey>,
    /// To be compared, in the order in which they were marked.
    marked: Vec<RequestKey>,
    /// Whether the journal has been read, as far as a screen goes.
    pub read: bool,
    /// Whether more of it is being read.
    pub reading: bool,
    /// Why it could not be read.
    pub trouble: Option<String>,
}

/// Requests in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Documents.
    pub pages: u64,
    /// Documents and API requests.
    pub requests: u64,
    /// Their spans.
    pub spans: u64,
    /// Spans that failed.
    pub errors: u64,
}

impl Totals {
    fn of(request: &TracedRequest) -> Self {
        Self {
            pages: u64::from(request.api == Api::Document),
            requests: 1,
            spans: u64::from(request.spans),
            errors: u64::from(request.errors),
        }
    }

    fn add(&mut self, other: Self) {
        self.pages += other.pages;
        self.requests += other.requests;
        self.spans += other.spans;
        self.errors += other.errors;
    }

    fn take(&mut self, other: Self) {
        self.pages = self.pages.saturating_sub(other.pages);
        self.requests = self.requests.saturating_sub(other.requests);
        self.spans = self.spans.saturating_sub(other.spans);
        self.errors = self.errors.saturating_sub(other.errors);
    }
}

fn key(request: &TracedRequest) -> RequestKey {
    (request.trace, request.span)
}

/// A place in a list that may hold as many as there are numbers.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(OTHER - 1)
}

impl Requests {
    /// A list whose newest request stands first.
    #[must_use]
    pub fn newest_first() -> Self {
        Self { newest_first: true, ..Self::default() }
    }

    /// What may stand at a cursor of the filter, given in bytes. Values are those of the newest.
    #[must_use]
    pub fn complete(&self, text: &str, cursor: usize) -> Completion {
        let some = self.some();
        Place::at(text, cursor).complete(&REQUESTS, &filter::Requests(&some), MOST)
    }

    /// The values of a field, and how many of the newest requests have each; the most frequent first.
    #[must_use]
    pub fn values(&self, field: &str) -> Vec<(String, usize)> {
        let some = self.some();
        let mut counts =
            filter::Requests(&some).field(field).map(|facet| facet.counts()).unwrap_or_default();
        order::sort_by_rank(&mut counts, |(_, count)| u64::MAX - *count as u64);
        counts
    }

    /// The newest requests of the session that is asked for.
    fn some(&self) -> Vec<&TracedRequest> {
        let all = self.order.iter().filter_map(|place| self.any(*place));
        all.filter(|request| self.filter.of_session(request)).take(ASKED).collect()
    }

    /// The request at a place, shown or not.
    fn any(&self, place: u32) -> Option<&TracedRequest> {
        match place & OTHER {
            0 => self.rows.get(place as usize),
            _ => self.others.get((place & !OTHER) as usize),
        }
    }

    /// The place of the request that stands so far down the list.
    #[must_use]
    pub fn seat(&self, at: usize) -> Option<u32> {
        let at = (at < self.len()).then_some(at)?;
        let nth = if self.newest_first { self.shown.start + at } else { self.shown.end - 1 - at };
        self.passed.get(nth).copied()
    }

    /// How far down the list a place stands; `None` where it is not shown.
    #[must_use]
    pub fn down(&self, place: u32) -> Option<usize> {
        let rank = self.rank(place);
        let nth = self.passed.partition_point(|other| self.rank(*other) > rank);
        let there = self.shown.contains(&nth) && self.passed.get(nth) == Some(&place);
        there.then(|| {
            if self.newest_first { nth - self.shown.start } else { self.shown.end - 1 - nth }
        })
    }

    /// The request that stands so far down the list.
    fn at(&self, at: usize) -> Option<&TracedRequest> {
        self.any(self.seat(at)?)
    }

    /// How many are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether none is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// How many there are, shown or not.
    #[must_use]
    pub fn all(&self) -> usize {
        self.order.len()
    }

    /// Why there is nothing to show, as far as the list itself knows; `again` is how the reader
    /// reads it once more.
    #[must_use]
    pub fn blank(&self, again: &str) -> Option<Standing> {
        if let Some(trouble) = &self.trouble {
            let detail = format!("{trouble}. {again} to try again.");
            return Some(Standing::new(Tone::Bad, "The journal cannot be read", detail));
        }
        if !self.read || self.reading || self.sifting() {
            return Some(Standing::new(Tone::Busy, "Reading the journal", ""));
        }
        let keeps = self.kept_away()?;
        let count = quantity::count(self.totals.requests, "request");
        let detail = format!("Of {count}, none {keeps}.");
        Some(Standing::new(Tone::Idle, "Nothing matches", detail))
    }

    /// What all requests are kept away by, in words; `None` while one is shown or there is none.
    #[must_use]
    pub fn kept_away(&self) -> Option<String> {
        let away = self.is_empty() && self.totals.requests > 0;
        self.filter.keeps().filter(|_| away)
    }

    /// The session that is asked for, or all, in numbers: what is typed and switched narrows the
    /// list and not these.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// The sessions that the journal's requests were made in.
    #[must_use]
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// The lines of a range, for a page of this origin and a reader in this zone.
    #[must_use]
    pub fn lines(&self, range: Range<usize>, origin: &str, zone: i32) -> Vec<Line> {
        range.filter_map(|at| Some(Line::of(at, self.at(at)?, origin, zone))).collect()
    }

    /// The chosen request.
    #[must_use]
    pub fn chosen(&self) -> Option<RequestKey> {
        self.chosen
    }

    /// How far down the list the chosen request stands.
    #[must_use]
    pub fn place(&self) -> Option<usize> {
        self.down(self.find_place(self.chosen?)?)
    }

    fn find_place(&self, wanted: RequestKey) -> Option<u32> {
        let other = || self.others.iter().position(|it| key(it) == wanted);
        self.known.get(&wanted).copied().or_else(|| other().map(|at| number(at) | OTHER))
    }

    /// The chosen request itself.
    #[must_use]
    pub fn request(&self) -> Option<&TracedRequest> {
        self.at(self.place()?)
    }

    /// The requests of the chosen one's trace, and those of this browser that came shortly before.
    #[must_use]
    pub fn before(&self) -> Vec<TracedRequest> {
        let Some(chosen) = self.chosen else { return Vec::new() };
        let Some(start) = self.find_place(chosen).map(|place| self.rank(place)) else {
            return Vec::new();
        };
        // A page's other requests come shortly after its document.
        let from = self.order.partition_point(|place| self.rank(*place) > start);
        let near = &self.order[from.saturating_sub(BEFORE / 4)..];
        let near = near.iter().take(BEFORE).filter(|place| *place & OTHER == 0);
        let near = near.filter_map(|place| self.any(*place)).cloned();
        near.collect()
    }

    /// Chooses the request of a trace that an address names: the one of that span, else its first.
    pub fn choose_of(&mut self, trace: TraceId, span: Option<SpanId>) {
        let named = span.map(|span| (trace, span)).filter(|key| self.find_place(*key).is_some());
        let first = || {
            let all = self.order.iter().rev().filter_map(|place| self.any(*place));
            all.map(key).find(|key| key.0 == trace)
        };
        self.chosen = named.or_else(first);
    }

    /// Chooses none.
    pub fn close(&mut self) {
        self.chosen = None;
    }

    /// Chooses the request that stands so far down the list.
    pub fn choose(&mut self, at: usize) {
        self.chosen = self.at(at).map(key);
    }

    /// Follows a key; whether it meant anything.
    pub fn step(&mut self, step: Step, page: usize) -> bool {
        if step == Step::Close {
            return self.chosen.take().is_some();
        }
        let to = step.along(self.place(), self.len(), page);
        if let Some(at) = to {
            self.choose(at);
        }
        to.is_some()
    }
}
