//! A trace as columns: one list for each thing that a layout, a filter or a find asks of every span.
//!
//! Owns what is common to all spans and short: ids, times, names, who recorded them. Refuses what
//! only one span at a time is asked for (attributes, events, links): that stays in its message
//! (`otlp::sheet`). About 45 bytes a span, nothing allocated for one alone, so that a million of
//! them open and a scan over a column is a scan over memory.

mod flags;
mod hints;
mod ids;
mod owners;
mod pool;
mod slots;
mod words;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::{Resource, Scope, Span, SpanId, Timestamp, TraceId};
use ids::{Ids, Likeness};

pub use flags::Flags;
pub use hints::{Clue, Gather, Hint, REQUEST_IDS, ROUTES};
pub use owners::{Owner, Owners};
pub use pool::Pool;
pub use words::Words;

/// Spans as columns: the same place in each list is the same span.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// Their ids, as numbers.
    pub ids: Vec<u64>,
    /// Their parents' ids; 0 for none.
    pub parents: Vec<u64>,
    /// Their traces, as indices into [`known_traces`](Self::known_traces).
    pub traces: Vec<u32>,
    /// When they began, nanoseconds since 1970; 0 where that is not said.
    pub starts: Vec<u64>,
    /// How long they took, nanoseconds; 0 for those that end before they start.
    pub lengths: Vec<u64>,
    /// Their names, as words.
    pub names: Vec<u32>,
    /// Who recorded them, as indices into [`Owners::all`].
    pub owners: Vec<u32>,
    /// Their kinds, and what is remarkable about them.
    pub flags: Vec<Flags>,
    words: Words,
    by: Owners,
    known: Vec<TraceId>,
    trace_numbers: BTreeMap<TraceId, u32>,
    hints: Vec<Hint>,
    index: Ids,
}

/// A span, as it comes into the columns.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its trace.
    pub trace: TraceId,
    /// Its id.
    pub id: SpanId,
    /// Its parent.
    pub parent: Option<SpanId>,
    /// When it began.
    pub start: Timestamp,
    /// When it ended.
    pub end: Timestamp,
    /// What it is called.
    pub name: &'a str,
    /// Its kind, and whether it failed or came late. The rest follows from times and owner.
    pub flags: Flags,
    /// Who recorded it, by [`Owners::pair`].
    pub owner: u32,
    /// What its surroundings are guessed by; `None` for most.
    pub hints: Option<&'a Gather<'a>>,
}

impl Columns {
    /// The columns of spans, one of each, in their order.
    #[must_use]
    pub fn of(spans: &[Span]) -> Self {
        let mut columns = Self::default();
        let mut last: Option<(&Arc<Resource>, &Arc<Scope>, u32)> = None;
        for span in spans {
            let same = last.filter(|(resource, scope, _)| {
                Arc::ptr_eq(resource, &span.resource) && Arc::ptr_eq(scope, &span.scope)
            });
            let owner = same.map_or_else(|| columns.owner(&span.resource, &span.scope), |it| it.2);
            last = Some((&span.resource, &span.scope, owner));
            let mut flags = Flags::of(span.kind);
            flags.set(Flags::ERROR, span.failed());
            let hints = gather(span);
            columns.push(&Entry {
                trace: span.trace,
                id: span.id,
                parent: span.parent,
                start: span.start,
                end: span.end,
                name: &span.name,
                flags,
                owner,
                hints: hints.as_ref(),
            });
        }
        columns
    }

    /// The number of a resource with a scope.
    pub fn owner(&mut self, resource: &Arc<Resource>, scope: &Arc<Scope>) -> u32 {
        // Printed, they differ where anything in them does.
        let of = self.by.resource(format!("{resource:?}").as_bytes(), || Arc::clone(resource));
        let with = self.by.scope(format!("{scope:?}").as_bytes(), || Arc::clone(scope));
        self.by.pair(of, with, &mut self.words)
    }

    /// Who recorded spans, and the words for them.
    pub fn owners_mut(&mut self) -> (&mut Owners, &mut Words) {
        (&mut self.by, &mut self.words)
    }

    /// Takes in a span, unless one is there that is the same in id, trace, start, name and service.
    /// Whether it was new.
    pub fn push_once(&mut self, entry: &Entry<'_>) -> bool {
        let (like, first) = self.like(entry);
        let same = first
            .is_some_and(|first| self.likeness(first as usize) == like || self.index.knows(&like));
        if !same {
            self.put(entry, like, first);
        }
        !same
    }

    /// Takes in a span, whatever is there.
    pub fn push(&mut self, entry: &Entry<'_>) {
        let (like, first) = self.like(entry);
        self.put(entry, like, first);
    }

    /// What tells a span from others, and the first that has its id.
    fn like(&mut self, entry: &Entry<'_>) -> (Likeness, Option<u32>) {
        let id = u64::from_be_bytes(*entry.id.as_bytes());
        let like = Likeness {
            id,
            trace: self.trace_number(entry.trace),
            start: entry.start.nanos(),
            name: self.words.intern(entry.name),
            service: self.by.get(entry.owner).service,
        };
        (like, self.index.find(&self.ids, id))
    }

    fn likeness(&self, at: usize) -> Likeness {
        Likeness {
            id: self.ids[at],
            trace: self.traces[at],
            start: self.starts[at],
            name: self.names[at],
            service: self.by.get(self.owners[at]).service,
        }
    }

    fn put(&mut self, entry: &Entry<'_>, like: Likeness, first: Option<u32>) {
        let (start, end) = (entry.start.nanos(), entry.end.nanos());
        let mut flags = entry.flags;
        flags.set(Flags::UNTIMED, start == 0);
        flags.set(Flags::BACKWARD, end < start);
        flags.set(Flags::BROWSER, self.by.get(entry.owner).browser);
        let at = u32::try_from(self.len()).unwrap_or(u32::MAX);
        let hint = entry.hints.and_then(|hints| hints.hint(at, &mut self.words));
        self.hints.extend(hint);
        self.index.add(&self.ids, like, first);
        self.ids.push(like.id);
        let parent = entry.parent.map_or(0, |parent| u64::from_be_bytes(*parent.as_bytes()));
        self.parents.push(parent);
        self.traces.push(like.trace);
        self.starts.push(start);
        self.lengths.push(if start == 0 { 0 } else { end.saturating_sub(start) });
        self.names.push(like.name);
        self.owners.push(entry.owner);
        self.flags.push(flags);
    }

    fn trace_number(&mut self, trace: TraceId) -> u32 {
        // Neighbours are mostly of one trace.
        if let Some(number) = self.traces.last().filter(|at| self.known[**at as usize] == trace) {
            return *number;
        }
        let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
        let number = *self.trace_numbers.entry(trace).or_insert(next);
        if number == next {
            self.known.push(trace);
        }
        number
    }

    /// Lets a stretch of spans belong to another owner: who it is may be said after them.
    pub fn reown(&mut self, stretch: Range<usize>, owner: u32) {
        let browser = self.by.get(owner).browser;
        for at in stretch.start..stretch.end.min(self.len()) {
            self.owners[at] = owner;
            self.flags[at].set(Flags::BROWSER, browser);
        }
    }

    /// How many spans there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// A span's id.
    #[must_use]
    pub fn id(&self, at: usize) -> Option<SpanId> {
        SpanId::mint(self.ids.get(at)?.to_be_bytes())
    }

    /// A span's parent.
    #[must_use]
    pub fn parent(&self, at: usize) -> Option<SpanId> {
        SpanId::mint(self.parents.get(at)?.to_be_bytes())
    }

    /// A span's trace.
    #[must_use]
    pub fn trace(&self, at: usize) -> Option<TraceId> {
        self.known.get(*self.traces.get(at)? as usize).copied()
    }

    /// When a span ended; when it began, where it ends before that.
    #[must_use]
    pub fn end(&self, at: usize) -> u64 {
        self.starts[at].saturating_add(self.lengths[at])
    }

    /// The same spans with other starts, as clocks that are put right say. Nothing else changes.
    #[must_use]
    pub fn restarted(&self, starts: Vec<u64>) -> Self {
        Self { starts, ..self.clone() }
    }

    /// When the first span began, and nanoseconds from there to the last end. Spans without a time
    /// say nothing about it.
    #[must_use]
    pub fn bounds(&self) -> (Timestamp, u64) {
        let (mut start, mut end) = (u64::MAX, 0);
        for (begin, length) in self.starts.iter().zip(&self.lengths) {
            if *begin > 0 {
                start = start.min(*begin);
                end = end.max(begin.saturating_add(*length));
            }
        }
        // No span has a time where the start was not touched.
        let start = if end == 0 { 0 } else { start };
        (Timestamp::from_nanos(start), end - start)
    }

    /// A span's name.
    #[must_use]
    pub fn name(&self, at: usize) -> &str {
        self.names.get(at).map_or("", |name| self.words.get(*name))
    }

    /// A span's service; empty when it says none.
    #[must_use]
    pub fn service(&self, at: usize) -> &str {
        self.words.get(self.owner_of(at).service)
    }

    /// Who recorded a span.
    #[must_use]
    pub fn owner_of(&self, at: usize) -> Owner {
        self.owners.get(at).map_or_else(Owner::default, |owner| self.by.get(*owner))
    }

    /// What a span's surroundings are guessed by.
    #[must_use]
    pub fn hint(&self, at: usize) -> Hint {
        let found = self.hints.binary_search_by_key(&at, |hint| hint.span as usize);
        found.map_or_else(|_| Hint::default(), |place| self.hints[place])
    }

    /// The first span that has an id, whatever its trace.
    #[must_use]
    pub fn find(&self, id: SpanId) -> Option<usize> {
        self.find_number(u64::from_be_bytes(*id.as_bytes())).map(|at| at as usize)
    }

    #[inline]
    pub(crate) fn find_number(&self, id: u64) -> Option<u32> {
        self.index.find(&self.ids, id)
    }

    /// Spans that have the id of an earlier one.
    #[must_use]
    pub fn doubled(&self) -> &[u32] {
        &self.index.doubled
    }

    /// Marks a span as come late.
    pub fn mark_late(&mut self, at: usize) {
        if let Some(flags) = self.flags.get_mut(at) {
            flags.set(Flags::LATE, true);
        }
    }

    /// Names and services.
    #[must_use]
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// Who recorded them.
    #[must_use]
    pub fn by(&self) -> &Owners {
        &self.by
    }

    /// The traces that the spans belong to, in order of appearance.
    #[must_use]
    pub fn known_traces(&self) -> &[TraceId] {
        &self.known
    }
}

/// What a span's surroundings are guessed by; `None` where it says nothing of it.
#[must_use]
pub fn gather(span: &Span) -> Option<Gather<'_>> {
    let mut gather = None;
    for (name, value) in &span.attributes {
        if let Some(clue) = Clue::of(name) {
            gather.get_or_insert_with(Gather::default).take(clue, value.to_string().into());
        }
    }
    gather
}

#[cfg(test)]
mod tests;
