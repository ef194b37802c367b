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
#[derive(Clone, Copy)]
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

/// Calls by method and route in the making, which takes them in any order.
pub(super) struct ByRoute<'a> {
    range: Range,
    routes: Routes<'a>,
    steps: Steps,
    over: Vec<Counted>,
    lines: Lines<'a>,
}

impl<'a> ByRoute<'a> {
    /// Of rows that will all be offered.
    pub(super) fn of<C: CallList + ?Sized>(rows: &C, range: Range, rules: &[String]) -> Self {
        let routes = Routes::new(Rules::of(rules), rows.count());
        let within = rows.each().filter(|call| range.has(call.start));
        let steps = Steps::of(range, within.map(|call| call.start));
        let mut over: Vec<Counted> = Vec::new();
        over.resize_with(steps.count, Counted::default);
        Self { range, routes, steps, over, lines: Lines::default() }
    }

    pub(super) fn offer(&mut self, call: Call<'a>) {
        if !self.range.has(call.start) {
            return;
        }
        self.lines.add(self.routes.place(call.url, call.route), call);
        if let Some(step) = self.over.get_mut(self.steps.place(call.start)) {
            step.add(&call);
        }
    }

    /// The answer.
    pub(super) fn end(self) -> Calls {
        let Self { routes, steps, over, lines, .. } = self;
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
}

/// The calls of one route in the making.
pub(super) struct OfRoute<'a> {
    range: Range,
    routes: Routes<'a>,
    wanted: Wanted<'a>,
    found: Vec<Call<'a>>,
}

impl<'a> OfRoute<'a> {
    /// Of so many rows, which will all be offered.
    pub(super) fn of(count: usize, range: Range, rules: &[String], wanted: Wanted<'a>) -> Self {
        let routes = Routes::new(Rules::of(rules), count);
        Self { range, routes, wanted, found: Vec::new() }
    }

    pub(super) fn offer(&mut self, call: Call<'a>) {
        let Wanted { method, route, failed } = self.wanted;
        if !self.range.has(call.start) || call.method != method || failed && !call.failed() {
            return;
        }
        let place = self.routes.place(call.url, call.route);
        if self.routes.name(place) == route {
            self.found.push(call);
        }
    }

    /// The answer: the newest first.
    pub(super) fn end(self) -> Vec<CallRow> {
        let found = self.found;
        let newest = |at: usize| u64::MAX - found[at].start.nanos();
        let order = order(found.len(), &newest, &|a, b| place(&found[a]).cmp(&place(&found[b])));
        order.into_iter().map(|at| found[at].row()).collect()
    }
}
