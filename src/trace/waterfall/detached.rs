//! Parts of a trace that hang on nothing: what they were probably part of, and why they came loose.
//!
//! A guess, and said to be one. It rests on what both sides say of themselves (service, request id,
//! route) and on time; nothing is moved to where it was probably meant to be.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use super::forest::Forest;
use super::{Marks, label};
use crate::columns::{Columns, Flags, Hint, Words};
use crate::order;
use crate::{Kind, Span, SpanId, quantity};

/// Spans that are looked at as host of one loose part, at most: the last that began before it.
const LOOKED_AT: usize = 64;
/// What a guess must be worth: the same service at a likely time, or the same request.
const ENOUGH: u32 = 4;
/// A span that began this long after another had ended hardly belongs to it, nanoseconds.
const LONG: u64 = 10_000_000_000;
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
    /// What they were probably part of, as an index into the columns.
    pub host: Option<usize>,
    /// Why they came loose.
    pub cause: Cause,
    /// The topmost span of each part, as indices into the columns, by start.
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
    /// What the group is called: `Detached: probably part of POST /checkout`. Takes the span of its
    /// host.
    #[must_use]
    pub fn title(&self, host: Option<&Span>) -> String {
        match (host, self.cause) {
            (Some(host), _) => format!("Detached: probably part of {}", label(host)),
            (None, Cause::Missing(_)) => "Detached: its parent never arrived".to_owned(),
            (None, _) => "Detached: nothing tells what it was part of".to_owned(),
        }
    }

    /// Why it is thought so, and why it came loose, in sentences. Takes the span of its host.
    #[must_use]
    pub fn explain(&self, host: Option<&Span>) -> String {
        let mut text = String::new();
        let parts = quantity::count(self.roots.len() as u64, "part");
        if let Some(host) = host {
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
pub(super) fn find(forest: &Forest, spans: &Columns, main: usize) -> Vec<(Detached, Vec<usize>)> {
    let mut groups: Vec<(Detached, Vec<usize>)> = Vec::new();
    if forest.roots().nth(1).is_none() {
        return groups;
    }
    let hosts = Hosts::list(forest, spans, main);
    let mut known = BTreeMap::new();
    let top = forest.spans[main] as usize;
    for row in forest.roots().filter(|row| *row != main) {
        let at = forest.spans[row] as usize;
        let sibling = spans.parents[at] != 0 && spans.parents[at] == spans.parents[top];
        let apart = spans.traces[at] != spans.traces[top];
        if sibling || apart || forest.marks[row].has(Marks::CYCLE) {
            continue;
        }
        let guess = hosts.guess(at, row..forest.ends[row] as usize);
        let (host, clues) = guess.map_or((None, Clues::default()), |(at, clues)| (Some(at), clues));
        let cause = cause(spans, at, host, clues);
        let group = *known.entry((host, cause)).or_insert(groups.len());
        if group == groups.len() {
            groups.push((Detached { host, cause, roots: Vec::new(), clues }, Vec::new()));
        }
        groups[group].0.roots.push(at);
        groups[group].1.push(row);
    }
    groups
}

fn cause(spans: &Columns, root: usize, host: Option<usize>, clues: Clues) -> Cause {
    // The same library in another process sees other spans, too.
    let other = |host| spans.owner_of(host).library != spans.owner_of(root).library;
    match (spans.parent(root), host) {
        (Some(parent), _) => Cause::Missing(parent),
        (None, Some(_)) if clues.after.is_some() => Cause::Ended,
        (None, Some(host)) if other(host) => Cause::Library,
        (None, _) => Cause::Dropped,
    }
}

/// Spans that others may have been part of, by start.
struct Hosts<'a> {
    spans: &'a Columns,
    all: Vec<Host>,
}

/// A span, with what is asked of it again and again.
struct Host {
    start: u64,
    row: usize,
    at: usize,
    end: u64,
    kind: Kind,
    service: u32,
    hint: Hint,
}

impl Host {
    fn of(spans: &Columns, row: usize, at: usize) -> Self {
        Self {
            start: spans.starts[at],
            row,
            at,
            end: spans.end(at),
            kind: spans.flags[at].kind(),
            service: spans.owner_of(at).service,
            hint: spans.hint(at),
        }
    }
}

impl<'a> Hosts<'a> {
    /// Whatever serves, takes a message or asks; and the top of all that is not loose.
    fn list(forest: &Forest, spans: &'a Columns, main: usize) -> Self {
        let likely = |row: usize, flags: Flags| {
            row == main || !matches!(flags.kind(), Kind::Internal | Kind::Unspecified)
        };
        let rows = forest.spans.iter().enumerate().map(|(row, at)| (row, *at as usize));
        let hosts =
            rows.filter(|(row, at)| likely(*row, spans.flags[*at]) && spans.starts[*at] > 0);
        let mut all: Vec<Host> = hosts.map(|(row, at)| Host::of(spans, row, at)).collect();
        // By row already where they began together.
        order::sort_by_rank(&mut all, |host| host.start);
        Self { spans, all }
    }

    /// The likeliest host of a loose part that takes these rows, and what speaks for it. Of two
    /// that are as likely, the one that began last.
    fn guess(&self, root: usize, rows: Range<usize>) -> Option<(usize, Clues)> {
        let root = Host::of(self.spans, rows.start, root);
        let parted = self.spans.parents[root.at] != 0;
        let before = self.all.partition_point(|host| host.start <= root.start);
        let near = &self.all[before.saturating_sub(LOOKED_AT)..before];
        let fits = near.iter().rev().filter(|host| !rows.contains(&host.row));
        let judged = fits.filter_map(|host| Some((host.at, clues(&root, parted, host)?)));
        let mut best: Option<(usize, Clues)> = None;
        for (at, clues) in judged.filter(|(_, clues)| clues.worth() >= ENOUGH) {
            if best.is_none_or(|(_, best)| clues.worth() > best.worth()) {
                best = Some((at, clues));
            }
        }
        best
    }
}

/// What speaks for a host; `None` where it cannot be one. `parted` is a root that names a parent.
fn clues(root: &Host, parted: bool, host: &Host) -> Option<Clues> {
    let after = (root.start > host.end).then(|| root.start - host.end);
    let same = |one: u32, other: u32| one != Words::EMPTY && one == other;
    let request = same(root.hint.request, host.hint.request);
    let service = same(root.service, host.service);
    let mut routes = root.hint.routes.iter().zip(host.hint.routes);
    let route = routes.any(|(one, other)| same(*one, other));
    // What serves was called from elsewhere, by something that was waiting for it.
    let called = matches!(root.kind, Kind::Server | Kind::Consumer);
    let caller = matches!(host.kind, Kind::Client | Kind::Producer);
    let fits = if called { caller && after.is_none() && !service } else { !caller };
    let clues = Clues { service, route, request, after };
    // A caller that waited all the time is as good as one of the same service.
    let waited = called && host.end >= root.end;
    let sure = request || (service && !called) || (waited && !parted);
    (request || (fits && sure)).then_some(clues)
}

#[cfg(test)]
mod tests;
