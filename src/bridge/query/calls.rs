//! Calls by method and route.

use std::collections::BTreeMap;

use trace::digest::CallRow;
use trace::order::{order, rank, sort};
use trace::{SpanId, Timestamp, TraceId};

use super::route::{Routes, Rules};
use super::spread::Sample;
use super::steps::Steps;
use super::{Calls, CallsLine, CallsStep, Range};

/// Which calls of all.
pub(super) struct Wanted<'a> {
    pub(super) method: &'a str,
    pub(super) route: &'a str,
    pub(super) failed: bool,
}

/// What is gathered of some calls.
#[derive(Default)]
struct Gathered<'a> {
    calls: u32,
    failures: u32,
    time: Sample,
    slowest: Option<&'a CallRow>,
    last: Option<&'a CallRow>,
}

const fn place(call: &CallRow) -> (Timestamp, Option<TraceId>, Option<SpanId>) {
    (call.start, call.trace, call.span)
}

impl<'a> Gathered<'a> {
    fn add(&mut self, call: &'a CallRow) {
        self.calls = self.calls.saturating_add(1);
        self.failures = self.failures.saturating_add(u32::from(!call.error.is_empty()));
        self.time.add(call.millis);
        let slow = |it: &CallRow| (rank(it.millis), place(it));
        if self.slowest.is_none_or(|known| slow(known) < slow(call)) {
            self.slowest = Some(call);
        }
        let later = self.last.is_none_or(|known| place(known) < place(call));
        if later && !call.service.is_empty() {
            self.last = Some(call);
        }
    }
}

/// The answer.
pub(super) fn calls(rows: &[CallRow], range: Range, rules: &[String]) -> Calls {
    let within = || rows.iter().filter(|call| range.has(call.start));
    let rules = Rules::of(rules);
    let mut routes = Routes::new(&rules);
    let steps = Steps::of(range, within().map(|call| call.start));
    let mut over: Vec<Gathered<'_>> = Vec::new();
    over.resize_with(steps.count, Gathered::default);
    let mut found: BTreeMap<(usize, &str), Gathered<'_>> = BTreeMap::new();
    for call in within() {
        let route = routes.place(&call.url, &call.route);
        found.entry((route, &call.method)).or_default().add(call);
        if let Some(step) = over.get_mut(steps.place(call.start)) {
            step.add(call);
        }
    }
    let lines = found.into_iter().map(|((route, method), it)| CallsLine {
        method: method.to_owned(),
        route: routes.name(route).to_owned(),
        service: it.last.map(|call| call.service.clone()).unwrap_or_default(),
        calls: it.calls,
        failures: it.failures,
        time: it.time.spread(),
        slowest: it.slowest.and_then(|call| Some((call.trace?, call.span?))),
    });
    let mut lines: Vec<_> = lines.collect();
    sort(
        &mut lines,
        |it| u64::from(u32::MAX - it.calls),
        |a, b| (&a.route, &a.method).cmp(&(&b.route, &b.method)),
    );
    let trend = over.into_iter().enumerate().map(|(place, it)| CallsStep {
        since: steps.since(place),
        calls: it.calls,
        failures: it.failures,
        time: it.time.high().unwrap_or_default(),
    });
    Calls { routes: lines, trend: trend.collect() }
}

/// The calls of one route, the newest first.
pub(super) fn route(
    rows: &[CallRow],
    range: Range,
    rules: &[String],
    wanted: &Wanted<'_>,
) -> Vec<CallRow> {
    let rules = Rules::of(rules);
    let mut routes = Routes::new(&rules);
    let within = rows.iter().filter(|call| {
        range.has(call.start)
            && call.method == wanted.method
            && !(wanted.failed && call.error.is_empty())
    });
    let found: Vec<&CallRow> = within
        .filter(|call| {
            let place = routes.place(&call.url, &call.route);
            routes.name(place) == wanted.route
        })
        .collect();
    let newest = |at: usize| u64::MAX - found[at].start.nanos();
    let order = order(found.len(), &newest, &|a, b| place(found[a]).cmp(&place(found[b])));
    order.into_iter().map(|at| found[at].clone()).collect()
}
