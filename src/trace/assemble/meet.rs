//! Meets the requests that page code cannot see with what the browser timed of them.
//!
//! The network events and the page's timeline are two witnesses with two clocks: who tells of the
//! same request is found by its context, else by its address and time.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::{Request, Resource};
use crate::unseen::Unseen;
use crate::{PageClock, PageMillis, Timestamp, TraceContext};

use super::pair::{Pairs, address};
use crate::order::arrange;

/// How far both clocks may be apart, milliseconds: the wall clock is set while the page's runs on.
const APART: f64 = 300.0;

/// Who tells of what.
pub(super) struct Met<'a> {
    /// For each resource, the network's word on it.
    pub(super) resources: Vec<Option<&'a Unseen>>,
    /// Requests of which nobody else tells, by their start.
    pub(super) alone: Vec<&'a Unseen>,
}

/// A moment on the page's clock.
#[allow(clippy::cast_precision_loss, reason = "a page does not live for 104 days of nanoseconds")]
pub(super) fn page_time(clock: PageClock, time: Timestamp) -> PageMillis {
    let origin = clock.at(PageMillis(0.0));
    PageMillis(time.nanos().saturating_sub(origin.nanos()) as f64 / 1e6)
}

/// The last word on each request, by its start.
fn latest(unseen: &[Unseen]) -> Vec<&Unseen> {
    let by_id = |a: &&Unseen, b: &&Unseen| a.id.cmp(&b.id).then_with(|| word(b).cmp(&word(a)));
    let mut list = arrange(unseen.iter().collect(), |_| 0, by_id);
    list.dedup_by(|a, b| a.id == b.id);
    arrange(list, |it: &&Unseen| it.start.nanos(), |a: &&Unseen, b: &&Unseen| a.id.cmp(&b.id))
}

/// What orders words on one request: a later one knows its end. By all of it, so that only equal
/// ones are equal.
fn word(it: &Unseen) -> impl Ord {
    let Unseen { id: _, way, method, url, context, status, start, end, error, cached, marks } = it;
    ((end, status, error, start, context), (url, way, method, cached, marks))
}

pub(super) fn meet<'a>(
    unseen: &'a [Unseen],
    (requests, resources): (&[&Request], &[&Resource]),
    pairs: &Pairs,
    clock: PageClock,
) -> Met<'a> {
    let mut met = Met { resources: vec![None; resources.len()], alone: Vec::new() };
    if unseen.is_empty() {
        return met;
    }
    let stated: BTreeSet<TraceContext> =
        requests.iter().filter_map(|request| request.context).collect();
    let mut calls = Waiting::new(requests.iter().enumerate().map(|(at, it)| {
        let open = it.context.is_none();
        (address(&it.url), at, if open { it.start.0 } else { f64::NEG_INFINITY })
    }));
    let mut loads = Waiting::new(resources.iter().enumerate().map(|(at, it)| {
        let open = !pairs.taken[at];
        let began = if open { it.timing.start_time.0 } else { f64::NEG_INFINITY };
        (address(&it.timing.name), at, began)
    }));
    for one in latest(unseen) {
        let began = page_time(clock, one.start).0;
        if one.context.is_some_and(|context| stated.contains(&context)) {
            continue;
        }
        if let Some(load) = loads.take(address(&one.url), began) {
            met.resources[load] = Some(one);
        } else if one.context.is_some() || calls.take(address(&one.url), began).is_none() {
            met.alone.push(one);
        }
    }
    met
}

/// Things that began at an address, each to be taken once, in their order.
struct Waiting<'a>(BTreeMap<&'a str, std::collections::VecDeque<(usize, f64)>>);

impl<'a> Waiting<'a> {
    fn new(things: impl Iterator<Item = (&'a str, usize, f64)>) -> Self {
        let mut waiting = Self(BTreeMap::new());
        for (address, at, began) in things.filter(|(.., began)| began.is_finite()) {
            waiting.0.entry(address).or_default().push_back((at, began));
        }
        waiting
    }

    /// The first that began about then; those before it were waiting for somebody else.
    fn take(&mut self, address: &str, began: f64) -> Option<usize> {
        let queue = self.0.get_mut(address)?;
        while queue.front().is_some_and(|(_, start)| *start < began - APART) {
            queue.pop_front();
        }
        let near = queue.front().is_some_and(|(_, start)| *start <= began + APART);
        if near { queue.pop_front().map(|(at, _)| at) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unseen(id: &str, start: u64, end: Option<u64>) -> Unseen {
        let time = |millis: u64| Timestamp::from_nanos(millis * 1_000_000);
        Unseen {
            id: id.to_owned(),
            way: "ping".to_owned(),
            method: "POST".to_owned(),
            url: "http://shop.test/log".to_owned(),
            context: None,
            status: None,
            start: time(start),
            end: end.map(time),
            error: None,
            cached: false,
            marks: String::new(),
        }
    }

    #[test]
    fn the_last_word_on_a_request_counts_whenever_it_comes() {
        let (early, late) = (unseen("7", 1_000, None), unseen("7", 1_000, Some(1_200)));
        let other = unseen("6", 1_100, None);
        let told = [early, late.clone(), other.clone()];
        assert_eq!(latest(&told), [&late, &other]);
        let [early, late, other] = told.clone();
        assert_eq!(latest(&[other, late, early]), latest(&told));
    }

    #[test]
    fn each_load_is_met_once_and_in_order() {
        let mut waiting =
            Waiting::new([("a", 0, 0.0), ("a", 1, 500.0), ("a", 2, 510.0)].into_iter());
        assert_eq!(waiting.take("a", 505.0), Some(1));
        assert_eq!(waiting.take("a", 505.0), Some(2));
        assert_eq!(waiting.take("a", 505.0), None);
        assert_eq!(waiting.take("b", 505.0), None);
    }
}
