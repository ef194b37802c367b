//! What a trace may be compared with: other traces that the journal knows, those of the same page
//! first; or any, by its id.

use std::collections::BTreeSet;

use trace::TraceId;
use trace::order;
use trace::request::{Api, TracedRequest};
use trace::waterfall::path;

use crate::moment;
use crate::naming::{route, time};

/// How many of each kind are offered: who wants another narrows the list by typing.
const MOST: usize = 40;

/// What another trace has to do with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    /// It is of the same address, but for what is behind the question mark.
    Page,
    /// It is of an address that differs only in ids.
    Route,
    /// Neither.
    Other,
}

impl Nearness {
    /// All of them, the nearest first.
    pub const ALL: [Self; 3] = [Self::Page, Self::Route, Self::Other];

    /// What they are called, as a heading.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "Same page",
            Self::Route => "Same route",
            Self::Other => "Other traces",
        }
    }
}

/// A trace that may be compared with another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub trace: TraceId,
    /// What it has to do with the other.
    pub near: Nearness,
    /// Method and path.
    pub title: String,
    /// All of its URL.
    pub url: String,
    /// When it began.
    pub time: String,
    /// Whether that was before the other, which then is what came of it.
    pub before: bool,
    /// Duration, spans and errors, as far as they are known.
    pub figures: String,
}

/// The row that tells what a trace is about: its document's, else its first.
fn about(rows: &[TracedRequest], trace: TraceId) -> Option<&TracedRequest> {
    let of = || rows.iter().filter(|row| row.trace == trace);
    of().find(|row| row.api == Api::Document).or_else(|| of().min_by_key(|row| row.start))
}

/// The other traces that requests were made in, the newest first within each kind; of those that
/// say what is typed. `of` is the trace that they are to be compared with.
#[must_use]
pub fn candidates(
    of: Option<TraceId>,
    rows: &[TracedRequest],
    text: &str,
    zone: i32,
) -> Vec<Candidate> {
    let own = of.and_then(|of| about(rows, of));
    let mut heads = heads(rows);
    heads.retain(|row| Some(row.trace) != of && says(row, text));
    let mut all: Vec<Candidate> = heads.iter().map(|row| candidate(own, row, zone)).collect();
    order::sort_by_rank(&mut all, |it| it.near as u64);
    let mut counts = [0; 3];
    all.retain(|it| {
        counts[it.near as usize] += 1;
        counts[it.near as usize] <= MOST
    });
    all
}

/// The newest trace of the same page, else of the same route, that came before one.
#[must_use]
pub fn previous(of: TraceId, rows: &[TracedRequest]) -> Option<TraceId> {
    let own = about(rows, of)?;
    let heads = heads(rows);
    let before = heads.iter().filter(|row| row.trace != of && row.start < own.start);
    let near = before.map(|row| (nearness(Some(own), row), row.trace));
    near.filter(|(near, _)| *near != Nearness::Other).min_by_key(|(near, _)| *near).map(|it| it.1)
}

/// One row of each trace, newest first.
fn heads(rows: &[TracedRequest]) -> Vec<&TracedRequest> {
    let mut sorted: Vec<&TracedRequest> = rows.iter().collect();
    // A trace's document before what it loaded.
    order::sort(
        &mut sorted,
        |row| u64::from(row.api != Api::Document),
        |one, other| one.start.cmp(&other.start),
    );
    let mut seen = BTreeSet::new();
    sorted.retain(|row| seen.insert(row.trace));
    order::sort(&mut sorted, |_| 0, |one, other| other.start.cmp(&one.start));
    sorted
}

fn says(row: &TracedRequest, text: &str) -> bool {
    let all = format!("{} {} {}", row.method, row.url, row.trace).to_lowercase();
    text.to_lowercase().split_whitespace().all(|word| all.contains(word))
}

fn candidate(own: Option<&TracedRequest>, row: &TracedRequest, zone: i32) -> Candidate {
    let mut figures = Vec::new();
    if let Some(millis) = row.millis.filter(|millis| *millis > 0.0) {
        let whole = std::time::Duration::try_from_secs_f64(millis / 1e3).unwrap_or_default();
        figures.push(time(u64::try_from(whole.as_nanos()).unwrap_or(u64::MAX)));
    }
    let count = |number: u32, noun| trace::quantity::count(u64::from(number), noun);
    if row.spans > 0 {
        figures.push(count(row.spans, "span"));
    }
    if row.errors > 0 {
        figures.push(count(row.errors, "error"));
    }
    Candidate {
        trace: row.trace,
        near: nearness(own, row),
        title: format!("{} {}", row.method, path(&row.url)).trim().to_owned(),
        url: row.url.clone(),
        time: moment::second(row.start, zone),
        before: own.is_some_and(|own| row.start < own.start),
        figures: figures.join(", "),
    }
}

fn nearness(own: Option<&TracedRequest>, row: &TracedRequest) -> Nearness {
    let Some(own) = own.filter(|own| own.method == row.method) else { return Nearness::Other };
    let [one, other] = [own, row].map(|row| bare(&row.url));
    if one == other {
        Nearness::Page
    } else if route(one) == route(other) {
        Nearness::Route
    } else {
        Nearness::Other
    }
}

/// An address without what is behind its path.
fn bare(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

/// The first trace id in a text: an id, a dashboard's address, a `traceparent`.
#[must_use]
pub fn find_id(text: &str) -> Option<TraceId> {
    let parts = text.split(|sign: char| !sign.is_ascii_hexdigit());
    parts.filter(|part| part.len() == 32).find_map(|part| part.to_ascii_lowercase().parse().ok())
}
