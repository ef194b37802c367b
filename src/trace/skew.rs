//! Clocks that differ, as data: by how much each service's spans must be shifted so that they lie
//! within the requests that they answer.
//!
//! Owns the shifts and why they are so; moves nothing by itself: raw and adjusted starts lie beside
//! each other, and what is shown as adjusted must be said to be. What fits already, within the
//! tolerance of rounded times, is left alone; so is what no shift would explain.

use crate::Timestamp;
use crate::columns::Columns;
use crate::order;
use crate::tree::Tree;
use crate::waterfall::{TOLERANCE, answers};

/// A resource whose clock differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// The resource, as an index into [`crate::columns::Owners::resources`].
    pub resource: u32,
    /// Its service.
    pub service: String,
    /// Nanoseconds by which its spans are moved; below zero, to earlier.
    pub nanos: i64,
    /// Requests that it was judged by.
    pub requests: usize,
    /// How many of them hold their answer once it is moved.
    pub fits: usize,
}

/// By how much clocks differ in a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skew {
    /// Those that differ, in order of the resources.
    pub shifts: Vec<Shift>,
}

/// What one request says of the clocks of who asked and who answered.
#[derive(Clone, Copy, Debug)]
struct Pair {
    asked: u32,
    answered: u32,
    /// The answer may be shifted by these and all between, nanoseconds.
    least: i64,
    most: i64,
}

impl Skew {
    /// Judges a trace by its requests. The clock of whoever the trace begins with is right: the
    /// browser's, where there is one. Each other's follows from those that asked it. Takes a sort.
    #[must_use]
    pub fn find(spans: &Columns, tree: &Tree) -> Self {
        let pairs = pairs(spans, tree);
        let count = spans.by().resources().len();
        let mut known: Vec<Option<i64>> = vec![None; count];
        let mut shifts = Vec::new();
        // By who answered; each is judged once, as soon as one who asked it is known.
        for answered in order(&pairs, count, reference(spans, tree)) {
            let (answered, first) = answered;
            if first {
                known[answered as usize] = Some(0);
                continue;
            }
            let of = pairs.iter().skip(pairs.partition_point(|pair| pair.answered < answered));
            let of = of.take_while(|pair| pair.answered == answered);
            let moved: Vec<Pair> =
                of.filter_map(|pair| Some(pair.moved(known[pair.asked as usize]?))).collect();
            let nanos = fit(&moved);
            known[answered as usize] = Some(nanos);
            if nanos != 0 {
                let resource = spans.by().resources().get(answered as usize);
                shifts.push(Shift {
                    resource: answered,
                    service: resource.map_or("", |it| it.service()).to_owned(),
                    nanos,
                    requests: moved.len(),
                    fits: moved.iter().filter(|pair| pair.holds(nanos)).count(),
                });
            }
        }
        order::sort_by_rank(&mut shifts, |shift| u64::from(shift.resource));
        Self { shifts }
    }

    /// Whether no clock differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shifts.is_empty()
    }

    /// The shift of a span, nanoseconds; 0 for most.
    #[must_use]
    pub fn of(&self, spans: &Columns, at: usize) -> i64 {
        let resource = spans.owner_of(at).resource;
        let found = self.shifts.binary_search_by_key(&resource, |shift| shift.resource);
        found.map_or(0, |at| self.shifts[at].nanos)
    }

    /// The adjusted starts of all spans. What has no start keeps none.
    #[must_use]
    pub fn starts(&self, spans: &Columns) -> Vec<u64> {
        let owners = spans.by().all().iter();
        let by_owner: Vec<i64> = owners
            .map(|owner| {
                let found = self.shifts.binary_search_by_key(&owner.resource, |it| it.resource);
                found.map_or(0, |at| self.shifts[at].nanos)
            })
            .collect();
        let shifted = |(start, owner): (&u64, &u32)| {
            let by = by_owner.get(*owner as usize).copied().unwrap_or_default();
            Timestamp::from_nanos(*start).shifted(by).nanos()
        };
        spans.starts.iter().zip(&spans.owners).map(shifted).collect()
    }
}

impl Pair {
    /// The same, with the clock of who asked put right.
    fn moved(self, by: i64) -> Self {
        let (least, most) = (self.least.saturating_add(by), self.most.saturating_add(by));
        Self { least, most, ..self }
    }

    /// Whether a shift puts the answer into its request, within the tolerance.
    fn holds(self, nanos: i64) -> bool {
        let slack = TOLERANCE.cast_signed();
        nanos >= self.least.saturating_sub(slack) && nanos <= self.most.saturating_add(slack)
    }

    fn middle(self) -> i64 {
        // Their half sum, where the sum has no place.
        self.least.midpoint(self.most)
    }
}

/// What requests say, by who answered.
fn pairs(spans: &Columns, tree: &Tree) -> Vec<Pair> {
    let mut found = Vec::new();
    for row in 0..tree.len() {
        let Some(parent) = tree.parent(row) else { continue };
        let (at, of) = (tree.span(row), tree.span(parent));
        if !answers(spans, at, of) || spans.starts[at] == 0 || spans.starts[of] == 0 {
            continue;
        }
        let least = apart(spans.starts[of], spans.starts[at]);
        let end = apart(spans.end(of), spans.end(at));
        // An answer that outlasts its request, as a stream does, still began within it.
        let most = if end < least { apart(spans.end(of), spans.starts[at]) } else { end };
        let (asked, answered) = (spans.owner_of(of).resource, spans.owner_of(at).resource);
        found.push(Pair { asked, answered, least, most });
    }
    order::sort_by_rank(&mut found, |pair| u64::from(pair.answered));
    found
}

/// From the second to the first.
fn apart(one: u64, other: u64) -> i64 {
    let by = i64::try_from(one.abs_diff(other)).unwrap_or(i64::MAX);
    if one < other { -by } else { by }
}

/// The resource whose clock is right.
fn reference(spans: &Columns, tree: &Tree) -> Option<u32> {
    tree.main().map(|row| spans.owner_of(tree.span(row)).resource)
}

/// The resources in an order in which one who asked comes before one who answered, and whether
/// nothing is known of a clock: the reference, and those that nobody known asked.
fn order(pairs: &[Pair], count: usize, reference: Option<u32>) -> Vec<(u32, bool)> {
    let mut by_asked: Vec<(u32, u32)> = pairs.iter().map(|it| (it.asked, it.answered)).collect();
    order::sort_by_rank(&mut by_asked, |pair| order::both(pair.0, pair.1));
    by_asked.dedup();
    let mut seen = vec![false; count];
    let mut order = Vec::new();
    let all = (0..count).filter_map(|at| u32::try_from(at).ok());
    // Sorted by who answered. Where the reference does not lead, those that nobody asked are right.
    let answers = |at: &u32| pairs.binary_search_by_key(at, |pair| pair.answered).is_ok();
    let unasked = all.clone().filter(|at| !answers(at));
    for first in reference.into_iter().chain(unasked).chain(all) {
        if seen.get(first as usize) != Some(&false) {
            continue;
        }
        seen[first as usize] = true;
        let mut next = order.len();
        order.push((first, true));
        while let Some((asked, _)) = order.get(next).copied() {
            next += 1;
            let from = by_asked.partition_point(|pair| pair.0 < asked);
            for (_, answered) in by_asked[from..].iter().take_while(|pair| pair.0 == asked) {
                if !std::mem::replace(&mut seen[*answered as usize], true) {
                    order.push((*answered, false));
                }
            }
        }
    }
    order
}

/// The shift that fits: none where all hold already; else the middle of what all allow; else the
/// median of the middles, where that lets more of them hold than none does.
fn fit(pairs: &[Pair]) -> i64 {
    if pairs.iter().all(|pair| pair.holds(0)) {
        return 0;
    }
    let least = pairs.iter().map(|pair| pair.least).max().unwrap_or_default();
    let most = pairs.iter().map(|pair| pair.most).min().unwrap_or_default();
    if least <= most {
        return least.midpoint(most);
    }
    let mut middles: Vec<i64> = pairs.iter().map(|pair| pair.middle()).collect();
    order::sort(&mut middles, |_| 0, Ord::cmp);
    let median = middles[middles.len() / 2];
    let holding = |nanos: i64| pairs.iter().filter(|pair| pair.holds(nanos)).count();
    if holding(median) > holding(0) { median } else { 0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::waterfall::tests::{resource, span};
    use crate::{Kind, Span};

    /// Requests from one service to the next, as (from, to) of each, milliseconds.
    fn chain(of: &[(&str, Kind, f64, f64)]) -> Vec<Span> {
        of.iter()
            .enumerate()
            .map(|(at, (service, kind, from, to))| Span {
                kind: *kind,
                resource: resource(service),
                ..span(at, at.checked_sub(1), *from, *to)
            })
            .collect()
    }

    fn found(spans: &[Span]) -> (Columns, Skew) {
        let columns = Columns::of(spans);
        let skew = Skew::find(&columns, &Tree::grow(&columns));
        (columns, skew)
    }

    #[test]
    fn answers_are_fitted_into_their_requests_clock_by_clock() {
        let spans = chain(&[
            ("browser", Kind::Client, 0.0, 100.0),
            ("shop", Kind::Server, 2_010.0, 2_090.0),
            ("shop", Kind::Client, 2_020.0, 2_060.0),
            ("pricing", Kind::Server, 1_025.0, 1_055.0),
            ("pricing", Kind::Internal, 1_030.0, 1_040.0),
        ]);
        let (columns, skew) = found(&spans);
        let told: Vec<_> =
            skew.shifts.iter().map(|it| (&*it.service, it.nanos / 1_000_000, it.fits)).collect();
        assert_eq!(told, [("shop", -2_000, 1), ("pricing", -1_000, 1)]);
        let first = columns.starts[0];
        let starts: Vec<u64> =
            skew.starts(&columns).into_iter().map(|start| (start - first) / 1_000_000).collect();
        assert_eq!(starts, [0, 10, 20, 25, 30]);
        assert_eq!(skew.of(&columns, 4), -1_000_000_000);
    }

    #[test]
    fn what_fits_already_is_left_alone() {
        let fits =
            chain(&[("browser", Kind::Client, 0.0, 100.0), ("shop", Kind::Server, -0.5, 99.0)]);
        assert!(found(&fits).1.is_empty());
        let stream =
            chain(&[("browser", Kind::Client, 0.0, 10.0), ("shop", Kind::Server, 5.0, 99.0)]);
        assert!(found(&stream).1.is_empty());
        let inside =
            chain(&[("shop", Kind::Client, 0.0, 10.0), ("shop", Kind::Server, 50.0, 99.0)]);
        assert!(found(&inside).1.is_empty());
        assert!(found(&[]).1.is_empty());
    }

    #[test]
    fn several_requests_agree_on_what_all_of_them_allow() {
        let mut spans = chain(&[("browser", Kind::Internal, 0.0, 1_000.0)]);
        for (asked, from, late) in [(1, 0.0, 510.0), (3, 100.0, 530.0), (5, 200.0, 520.0)] {
            let answered = asked + 1;
            let browser = resource("browser");
            spans.push(Span {
                kind: Kind::Client,
                resource: browser,
                ..span(asked, Some(0), from, from + 60.0)
            });
            let (kind, resource) = (Kind::Server, resource("shop"));
            let answer = span(answered, Some(asked), from + late, from + late + 20.0);
            spans.push(Span { kind, resource, ..answer });
        }
        // Each alone allows from -late to 40 - late: together from -510 to -490.
        let (_, skew) = found(&spans);
        assert_eq!((skew.shifts[0].nanos, skew.shifts[0].fits), (-500_000_000, 3));
    }

    #[test]
    fn a_hundred_thousand_requests_that_agree_on_nothing_are_judged() {
        let spans: Vec<Span> = (0..100_000)
            .map(|at: usize| {
                let (kind, service) =
                    if at % 2 == 1 { (Kind::Client, "a") } else { (Kind::Server, "b") };
                let from = (at % 97) as f64 * 10.0;
                let parent = if at % 2 == 1 { Some(0) } else { at.checked_sub(1) };
                Span { kind, resource: resource(service), ..span(at, parent, from, from + 1.0) }
            })
            .collect();
        let (columns, skew) = found(&spans);
        assert_eq!(skew.starts(&columns).len(), 100_000);
        assert!(skew.shifts.iter().all(|shift| shift.fits > 0));
    }

    proptest! {
        #[test]
        fn no_times_make_it_panic(
            given in prop::collection::vec((0_usize..20, 0_usize..4, any::<u64>(), any::<u64>()), 1..20)
        ) {
            let spans: Vec<Span> = given
                .iter()
                .enumerate()
                .map(|(at, (parent, service, start, end))| Span {
                    kind: if at % 2 == 0 { Kind::Client } else { Kind::Server },
                    resource: resource(["browser", "a", "b", "c"][*service]),
                    start: crate::Timestamp::from_nanos(*start),
                    end: crate::Timestamp::from_nanos(*end),
                    ..span(at, (at > 0).then_some(*parent), 0.0, 0.0)
                })
                .collect();
            let (columns, skew) = found(&spans);
            prop_assert_eq!(skew.starts(&columns).len(), spans.len());
        }
    }
}
