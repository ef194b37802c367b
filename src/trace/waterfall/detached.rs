//! Parts of a trace that hang on nothing: what they were probably part of, and why they came loose.
//!
//! A guess, and said to be one. It rests on what both sides say of themselves (service, request id,
//! route) and on time; nothing is moved to where it was probably meant to be.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use super::forest::Forest;
use super::{Marks, label, nanos};
use crate::attribute::{Value, key};
use crate::{Kind, Span, SpanId, quantity};

/// Spans that are looked at as host of one loose part, at most: the last that began before it.
const LOOKED_AT: usize = 64;
/// What a guess must be worth: the same service at a likely time, or the same request.
const ENOUGH: u32 = 4;
/// A span that began this long after another had ended hardly belongs to it, nanoseconds.
const LONG: u64 = 10_000_000_000;
/// Attributes that name one request, wherever in its work they stand.
const REQUEST_IDS: [&str; 9] = [
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

/// Why a part came loose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// What it was part of had ended when it began, as with work in Next.js's `after()`.
    Ended,
    /// The span that it names as its parent is not here.
    Missing(SpanId),
    /// Another library recorded it, which did not see the span that was open.
    Library,
    /// It names no parent, though its work was under way.
    Dropped,
}

/// Parts of a trace that came loose alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detached {
    /// What they were probably part of, as an index into the spans.
    pub host: Option<usize>,
    /// Why they came loose.
    pub cause: Cause,
    /// The topmost span of each part, as indices into the spans, by start.
    pub roots: Vec<usize>,
    /// What speaks for the host.
    clues: Clues,
}

/// What speaks for a guess.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Clues {
    service: bool,
    route: bool,
    request: bool,
    /// Nanoseconds after the host's end at which the part began; `None` when it began before.
    after: Option<u64>,
}

impl Clues {
    fn worth(self) -> u32 {
        let time = match self.after {
            None => 4,
            Some(0..100_000_000) => 3,
            Some(..1_000_000_000) => 2,
            Some(..LONG) => 1,
            Some(_) => 0,
        };
        time + 3 * u32::from(self.service) + 2 * u32::from(self.route) + 8 * u32::from(self.request)
    }
}

impl Detached {
    /// What the group is called: `Detached: probably part of POST /checkout`.
    #[must_use]
    pub fn title(&self, spans: &[Span]) -> String {
        match (self.host.and_then(|at| spans.get(at)), self.cause) {
            (Some(host), _) => format!("Detached: probably part of {}", label(host)),
            (None, Cause::Missing(_)) => "Detached: its parent never arrived".to_owned(),
            (None, _) => "Detached: nothing tells what it was part of".to_owned(),
        }
    }

    /// Why it is thought so, and why it came loose, in sentences.
    #[must_use]
    pub fn explain(&self, spans: &[Span]) -> String {
        let mut text = String::new();
        let parts = quantity::count(self.roots.len() as u64, "part");
        if let Some(host) = self.host.and_then(|at| spans.get(at)) {
            // Writing into a text cannot fail.
            let _ =
                write!(text, "{parts}, probably of “{}”: {}. ", label(host), self.evidence(host));
        } else {
            let _ = write!(text, "{parts}. ");
        }
        text.push_str("Came loose because ");
        match self.cause {
            Cause::Ended => text.push_str(
                "that span had ended when they began, as it has for work in Next.js's after(): \
                 put such work into a span of its own, inside of after(), to keep it together.",
            ),
            Cause::Missing(id) => {
                let _ = write!(
                    text,
                    "the parent that they name, {id}, is not here: not sampled, not exported, or \
                     still to come."
                );
            }
            Cause::Library => text.push_str(
                "another library recorded them, which does not see the spans of the first.",
            ),
            Cause::Dropped => text
                .push_str("they name no parent: the context was not carried to where they began."),
        }
        text
    }

    fn evidence(&self, host: &Span) -> String {
        let Clues { service, route, request, after } = self.clues;
        let mut words = Vec::new();
        if service {
            words.push(format!("same service ({})", host.service()));
        }
        if request {
            words.push("same request id".to_owned());
        }
        if route {
            words.push("same route".to_owned());
        }
        words.push(match after {
            None => "began while it ran".to_owned(),
            Some(nanos) => {
                let time = Duration::from_nanos(nanos);
                format!("began {} after it ended", quantity::duration(time))
            }
        });
        words.join(", ")
    }
}

/// Finds the loose parts of a trace, and the row of each part's root: every tree but the main one.
/// A cycle is no loose part, nor is the part of another trace; two children of one parent that is
/// not here belong together already.
pub(super) fn find(forest: &Forest, spans: &[Span], main: usize) -> Vec<(Detached, Vec<usize>)> {
    let mut groups: Vec<(Detached, Vec<usize>)> = Vec::new();
    if forest.roots().nth(1).is_none() {
        return groups;
    }
    let hosts = Hosts::list(forest, spans, main);
    let mut known = BTreeMap::new();
    let top = &spans[forest.spans[main] as usize];
    for row in forest.roots().filter(|row| *row != main) {
        let at = forest.spans[row] as usize;
        let root = &spans[at];
        let sibling = root.parent.is_some() && root.parent == top.parent;
        if sibling || root.trace != top.trace || forest.marks[row].has(Marks::CYCLE) {
            continue;
        }
        let guess = hosts.guess(root, row..forest.ends[row] as usize);
        let (host, clues) = guess.map_or((None, Clues::default()), |(at, clues)| (Some(at), clues));
        let cause = cause(root, host.map(|at| &spans[at]), clues);
        let group = *known.entry((host, cause)).or_insert(groups.len());
        if group == groups.len() {
            groups.push((Detached { host, cause, roots: Vec::new(), clues }, Vec::new()));
        }
        groups[group].0.roots.push(at);
        groups[group].1.push(row);
    }
    groups
}

fn cause(root: &Span, host: Option<&Span>, clues: Clues) -> Cause {
    let other = |host: &Span| library(host) != library(root);
    match (root.parent, host) {
        (Some(parent), _) => Cause::Missing(parent),
        (None, Some(_)) if clues.after.is_some() => Cause::Ended,
        (None, Some(host)) if other(host) => Cause::Library,
        (None, _) => Cause::Dropped,
    }
}

/// Who recorded a span: the same library in another process sees other spans, too.
fn library(span: &Span) -> Option<&Value> {
    span.resource.attributes.get(key::TELEMETRY_SDK_NAME)
}

/// Spans that others may have been part of, by start.
struct Hosts<'a> {
    all: Vec<Host<'a>>,
}

struct Host<'a> {
    row: usize,
    at: usize,
    span: &'a Span,
    request: Option<(&'static str, &'a Value)>,
}

impl<'a> Hosts<'a> {
    /// Whatever serves, takes a message or asks; and the top of all that is not loose.
    fn list(forest: &Forest, spans: &'a [Span], main: usize) -> Self {
        let likely = |row: usize, span: &Span| {
            row == main || !matches!(span.kind, Kind::Internal | Kind::Unspecified)
        };
        let rows = forest.spans.iter().enumerate();
        let hosts = rows.map(|(row, at)| (row, *at as usize, &spans[*at as usize]));
        let hosts = hosts.filter(|(row, _, span)| likely(*row, span) && span.start.nanos() > 0);
        let mut all: Vec<Host<'a>> =
            hosts.map(|(row, at, span)| Host { row, at, span, request: request(span) }).collect();
        all.sort_by_key(|host| (host.span.start, host.row));
        Self { all }
    }

    /// The likeliest host of a loose part that takes these rows, and what speaks for it. Of two
    /// that are as likely, the one that began last.
    fn guess(&self, root: &Span, rows: Range<usize>) -> Option<(usize, Clues)> {
        let before = self.all.partition_point(|host| host.span.start <= root.start);
        let near = &self.all[before.saturating_sub(LOOKED_AT)..before];
        let id = request(root);
        let fits = near.iter().rev().filter(|host| !rows.contains(&host.row));
        let judged = fits.filter_map(|host| Some((host.at, clues(root, id, host)?)));
        let mut best: Option<(usize, Clues)> = None;
        for (at, clues) in judged.filter(|(_, clues)| clues.worth() >= ENOUGH) {
            if best.is_none_or(|(_, best)| clues.worth() > best.worth()) {
                best = Some((at, clues));
            }
        }
        best
    }
}

/// What speaks for a host; `None` where it cannot be one.
fn clues(root: &Span, id: Option<(&str, &Value)>, host: &Host<'_>) -> Option<Clues> {
    let span = host.span;
    let after = (root.start > span.end).then(|| nanos(root.start.since(span.end)));
    let request = id.is_some() && id == host.request;
    let service = !root.service().is_empty() && root.service() == span.service();
    let route = ["http.route", "next.route"].iter().any(|name| {
        let route = root.attributes.get(name);
        route.is_some() && route == span.attributes.get(name)
    });
    // What serves was called from elsewhere, by something that was waiting for it.
    let called = matches!(root.kind, Kind::Server | Kind::Consumer);
    let caller = matches!(span.kind, Kind::Client | Kind::Producer);
    let fits = if called { caller && after.is_none() && !service } else { !caller };
    let clues = Clues { service, route, request, after };
    // A caller that waited all the time is as good as one of the same service.
    let waited = called && span.end >= root.end;
    let sure = request || (service && !called) || (waited && root.parent.is_none());
    (request || (fits && sure)).then_some(clues)
}

/// The first attribute of a span that names its request.
fn request(span: &Span) -> Option<(&'static str, &Value)> {
    let there = |name: &&'static str| Some((*name, span.attributes.get(name)?));
    let mut ids = REQUEST_IDS.iter().filter_map(there);
    ids.find(|(_, value)| !matches!(value, Value::Empty) && **value != Value::from(""))
}

#[cfg(test)]
mod tests;
