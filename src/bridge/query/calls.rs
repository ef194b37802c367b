//! Calls by method and route.

use std::collections::BTreeMap;

use trace::digest::CallRow;
use trace::order::{order, rank, sort};
use trace::{SpanId, Timestamp, TraceId};

use super::route::{Routes, Rules};
use super::spread::Sample;
use super::steps::Steps;
use super::{Call, CallList, Calls, CallsLine, CallsStep, Range, at};

/// Which calls of all.
pub(super) struct Wanted<'a> {
    pub(super) method: &'a str,
    pub(super) route: &'a str,
    pub(super) failed: bool,
}

/// Some calls in numbers.
#[derive(Default)]
struct Counted {
    calls: u32,
    failures: u32,
    time: Sample,
}

impl Counted {
    fn add(&mut self, call: &Call<'_>) {
        self.calls = self.calls.saturating_add(1);
        self.failures = self.failures.saturating_add(u32::from(call.failed()));
        self.time.add(call.millis);
    }
}

/// What is gathered of the calls of one method and route.
struct Gathered<'a> {
    method: &'a str,
    route: usize,
    counted: Counted,
    slowest: Call<'a>,
    last: Option<Call<'a>>,
}

const fn place(call: &Call<'_>) -> (Timestamp, Option<TraceId>, Option<SpanId>) {
    (call.start, call.trace, call.span)
}

impl<'a> Gathered<'a> {
    fn new(route: usize, call: Call<'a>) -> Self {
        let counted = Counted::default();
        Self { method: call.method, route, counted, slowest: call, last: None }
    }

    fn add(&mut self, call: Call<'a>) {
        self.counted.add(&call);
        let slow = |it: &Call<'_>| (rank(it.millis), place(it));
        if slow(&self.slowest) < slow(&call) {
            self.slowest = call;
        }
        if !call.service.is_empty() && self.last.is_none_or(|known| place(&known) < place(&call)) {
            self.last = Some(call);
        }
    }

    fn line(self, routes: &Routes<'_>) -> CallsLine {
        CallsLine {
            method: self.method.to_owned(),
            route: routes.name(self.route).to_owned(),
            service: self.last.map(|call| call.service.to_owned()).unwrap_or_default(),
            calls: self.counted.calls,
            failures: self.counted.failures,
            time: self.counted.time.spread(),
            slowest: self.slowest.trace.zip(self.slowest.span),
        }
    }
}

/// Calls by route and method. Most routes have one method, which is found without being looked for.
#[derive(Default)]
struct Lines<'a> {
    found: Vec<Gathered<'a>>,
    places: BTreeMap<(usize, &'a str), usize>,
    /// Where the method of a route's last call is.
    last: Vec<Option<usize>>,
}

impl<'a> Lines<'a> {
    fn add(&mut self, route: usize, call: Call<'a>) {
        let last = at(&mut self.last, route);
        let known = last.filter(|at| self.found[*at].method == call.method);
        let place = known.unwrap_or_else(|| {
            let next = self.found.len();
            let place = *self.places.entry((route, call.method)).or_insert(next);
            if place == next {
                self.found.push(Gathered::new(route, call));
            }
            place
        });
        *last = Some(place);
        self.found[place].add(call);
    }
}

/// The answer.
pub(super) fn calls<C: CallList + ?Sized>(rows: &C, range: Range, rules: &[String]) -> Calls {
    let within = || rows.each().filter(|call| range.has(call.start));
    let rules = Rules::of(rules);
    let mut routes = Routes::new(&rules, rows.count());
    let steps = Steps::of(range, within().map(|call| call.start));
    let mut over: Vec<Counted> = Vec::new();
    over.resize_with(steps.count, Counted::default);
    let mut lines = Lines::default();
    for call in within() {
        lines.add(routes.place(call.url, call.route), call);
        if let Some(step) = over.get_mut(steps.place(call.start)) {
            step.add(&call);
        }
    }
    let mut lines: Vec<_> = lines.found.into_iter().map(|it| it.line(&routes)).collect();
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
pub(super) fn route<C: CallList + ?Sized>(
    rows: &C,
    range: Range,
    rules: &[String],
    wanted: &Wanted<'_>,
) -> Vec<CallRow> {
    let rules = Rules::of(rules);
    let mut routes = Routes::new(&rules, rows.count());
    let within = rows.each().filter(|call| {
        range.has(call.start) && call.method == wanted.method && (!wanted.failed || call.failed())
    });
    let found: Vec<Call<'_>> = within
        .filter(|call| {
            let place = routes.place(call.url, call.route);
            routes.name(place) == wanted.route
        })
        .collect();
    let newest = |at: usize| u64::MAX - found[at].start.nanos();
    let order = order(found.len(), &newest, &|a, b| place(&found[a]).cmp(&place(&found[b])));
    order.into_iter().map(|at| found[at].row()).collect()
}
