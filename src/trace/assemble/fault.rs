//! What went wrong in a page: errors as events, grouped, and what failed to load.

use std::collections::BTreeMap;

use crate::attribute::key;
use crate::fingerprint::{Thrown, fingerprint};
use crate::origin::Origin;
use crate::record::{Broken, Exception, Resource};
use crate::{Event, PageClock, Span, Status};

use super::{network, put, put_count, put_text};

/// Groups of errors that one span tells; more are counted.
const MOST: usize = 32;
/// Loads of one address that are looked at for one that failed.
const LOOKS: usize = 64;
/// How long after its load an element may say that it failed, milliseconds.
const LATER: f64 = 1_000.0;
/// What is wrong with a load that failed for no reason that the browser tells.
pub(super) const FAILED: &str = "LoadError";

/// Errors that are the same to a person.
struct Group<'a> {
    fingerprint: u64,
    first: &'a Exception,
    count: u32,
}

/// The errors of one span.
#[derive(Default)]
struct Owner<'a> {
    groups: Vec<Group<'a>>,
    total: u32,
}

/// The errors of all spans. A span is known by a number: roots by even ones, others by odd ones.
pub(super) struct Faults<'a> {
    owners: BTreeMap<usize, Owner<'a>>,
    origin: String,
}

impl<'a> Faults<'a> {
    pub(super) fn new(url: &str) -> Self {
        let origin = Origin::of(url).map(|origin| origin.to_string()).unwrap_or_default();
        Self { owners: BTreeMap::new(), origin }
    }

    /// The number of a page's root.
    pub(super) const fn root(part: usize) -> usize {
        part * 2
    }

    /// The number of another span.
    pub(super) const fn inner(at: usize) -> usize {
        at * 2 + 1
    }

    /// Takes an error in, for each of the spans that it happened in; errors come by their time.
    pub(super) fn throw(&mut self, owners: impl Iterator<Item = usize>, error: &'a Exception) {
        let Exception { class, message, stack, url, .. } = error;
        let fingerprint = fingerprint(Thrown { class, message, stack, url }, &self.origin);
        for owner in owners {
            let Owner { groups, total } = self.owners.entry(owner).or_default();
            *total = total.saturating_add(1);
            if let Some(group) = groups.iter_mut().find(|group| group.fingerprint == fingerprint) {
                group.count = group.count.saturating_add(1);
            } else if groups.len() < MOST {
                groups.push(Group { fingerprint, first: error, count: 1 });
            }
        }
    }

    /// Tells a page's root of its errors. The load itself is none the worse.
    pub(super) fn tell(&self, owner: usize, span: &mut Span, clock: PageClock) {
        let Some(Owner { groups, total }) = self.owners.get(&owner) else { return };
        put_count(&mut span.attributes, key::EXCEPTIONS, u64::from(*total));
        span.events.extend(groups.iter().map(|group| group.event(clock)));
        let told = groups.iter().map(|group| group.count).sum();
        span.dropped.events = span.dropped.events.saturating_add(total.saturating_sub(told));
    }

    /// Tells an operation or a measure of the errors in it: it failed.
    pub(super) fn blame(&self, owner: usize, span: &mut Span, clock: PageClock) {
        let first = self.owners.get(&owner).and_then(|owner| owner.groups.first());
        let Some(Group { first, .. }) = first else { return };
        self.tell(owner, span, clock);
        put_text(&mut span.attributes, key::ERROR_TYPE, &first.class);
        span.status = Status::Error(first.message.clone());
    }
}

impl Group<'_> {
    /// The first of them, as OpenTelemetry's conventions for exceptions on spans say.
    fn event(&self, clock: PageClock) -> Event {
        let Exception { at, source, class, message, stack, url, line, column } = self.first;
        let mut event = network::event("exception", clock.at(*at));
        let attributes = &mut event.attributes;
        put_text(attributes, key::EXCEPTION_TYPE, class);
        put_text(attributes, key::EXCEPTION_MESSAGE, message);
        put_text(attributes, key::EXCEPTION_STACKTRACE, stack);
        put_text(attributes, key::EXCEPTION_SOURCE, source);
        put_text(attributes, key::CODE_FILE, url);
        put_count(attributes, key::CODE_LINE, u64::from(*line));
        put_count(attributes, key::CODE_COLUMN, u64::from(*column));
        put(attributes, key::EXCEPTION_FINGERPRINT, format!("{:016x}", self.fingerprint));
        put_count(attributes, key::EXCEPTION_COUNT, u64::from(self.count));
        event
    }
}

/// Which loads failed, and the failures that no load was timed of.
///
/// An element says that it failed after its load was over; of several, the last one that no other
/// element failed with.
pub(super) fn fail<'a>(
    broken: &[&'a Broken],
    resources: &[&Resource],
    alone: &[bool],
) -> (Vec<bool>, Vec<&'a Broken>) {
    let mut loads: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    if !broken.is_empty() {
        for (at, resource) in resources.iter().enumerate().filter(|(at, _)| alone[*at]) {
            loads.entry(super::pair::address(&resource.timing.name)).or_default().push(at);
        }
    }
    let mut failed = vec![false; resources.len()];
    let mut untimed = Vec::new();
    for fault in broken {
        let known = loads.get(super::pair::address(&fault.url)).map_or(&[][..], Vec::as_slice);
        let before = known.partition_point(|at| resources[*at].timing.start_time.0 <= fault.at.0);
        let fits = |at: &usize| {
            let timing = &resources[*at].timing;
            !failed[*at] && fault.at.0 <= timing.response_end.0.max(timing.start_time.0) + LATER
        };
        let load = known[..before].iter().rev().take(LOOKS).copied().find(fits);
        match load {
            Some(load) => failed[load] = true,
            None => untimed.push(*fault),
        }
    }
    (failed, untimed)
}
