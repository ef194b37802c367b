//! Traces that nobody would write, and that somebody sends: each is laid out, whole, in a time that
//! its size explains.

use std::sync::Arc;

use super::tests::{build, id, resource, span};
use super::*;
use crate::{Resource, Span, SpanId, TraceId};

const MANY: usize = 100_000;

/// Every span has one row, and no row says what cannot be drawn.
fn whole(waterfall: &Waterfall, spans: &[Span]) {
    let mut seen: Vec<usize> = waterfall.rows(0..usize::MAX).map(|row| row.span).collect();
    seen.retain(|at| *at < spans.len());
    seen.sort_unstable();
    assert!(seen.iter().copied().eq(0..spans.len()), "every span has one row");
    for row in waterfall.rows(0..usize::MAX) {
        let inside = (0.0..=1.0).contains(&row.left) && (0.0..=1.0).contains(&row.width);
        assert!(inside, "{row:?}");
    }
}

/// Spans of one recorder. Each made by itself has one of its own.
fn spans(count: usize, make: impl Fn(usize) -> Span) -> Vec<Span> {
    let first = span(0, None, 0.0, 0.0);
    let one = |at| Span {
        resource: Arc::clone(&first.resource),
        scope: Arc::clone(&first.scope),
        ..make(at)
    };
    (0..count).map(one).collect()
}

#[test]
fn a_chain_a_hundred_thousand_deep() {
    let link = |at: usize| span(at, at.checked_sub(1), at as f64, 2.0 * MANY as f64);
    let spans = spans(MANY, link);
    let mut waterfall = build(&spans);
    whole(&waterfall, &spans);
    assert_eq!(waterfall.row(MANY - 1).map(|row| row.depth), Some(u16::MAX));
    waterfall.fold(3, true);
    assert_eq!((waterfall.len(), waterfall.reveal(MANY - 1)), (4, Some(MANY - 1)));
}

#[test]
fn a_root_with_a_hundred_thousand_children() {
    let child = |at: usize| span(at, (at > 0).then_some(0), at as f64, at as f64 + 1.0);
    let spans = spans(MANY, child);
    let waterfall = build(&spans);
    whole(&waterfall, &spans);
    assert_eq!(waterfall.row(0).map(|row| row.descendants), Some(MANY - 1));
    assert_eq!(waterfall.flawed().count(), 0);
}

#[test]
fn all_at_one_instant_with_no_length() {
    let one = |at: usize| span(at, at.checked_sub(7), 5.0, 5.0);
    let spans = spans(MANY, |at| one(MANY - 1 - at));
    let waterfall = build(&spans);
    whole(&waterfall, &spans);
    assert_eq!(waterfall.length(), Duration::ZERO);
    let first = waterfall.row(0).map(|row| row.span);
    assert_eq!(first, Some(MANY - 1), "the least id comes first");
}

#[test]
fn children_before_their_parents_and_ends_before_starts() {
    let crooked = |at: usize| {
        let start = (MANY - at) as f64;
        span(at, at.checked_sub(1), start, start - (at % 3) as f64)
    };
    let spans = spans(1_000, crooked);
    let waterfall = build(&spans);
    whole(&waterfall, &spans);
    let backward = waterfall.flawed().filter(|row| row.marks.has(Marks::BACKWARD));
    assert_eq!(backward.count(), 666);
    let rows = waterfall.rows(0..9).map(|row| row.span);
    assert!(rows.eq(0..9), "a child stays below its parent");
}

#[test]
fn a_year_beside_microseconds() {
    let year = 365 * 86_400_000_000_000;
    let lasting = |at: usize, nanos: u64| {
        let start = Timestamp::from_nanos(1_000 + at as u64);
        let end = Timestamp::from_nanos(start.nanos() + nanos);
        Span { start, end, ..span(at, at.checked_sub(1), 0.0, 0.0) }
    };
    let spans = [lasting(0, year), lasting(1, 1_000), lasting(2, 0)];
    let waterfall = build(&spans);
    whole(&waterfall, &spans);
    let rows: Vec<Row> = waterfall.rows(0..3).collect();
    assert_eq!((rows[0].length, rows[1].length, rows[2].length), (year, 1_000, 0));
    assert!(rows[1].width > 0.0 && rows[0].width > 0.999_999);
}

#[test]
fn times_at_the_end_of_time() {
    let at = |number: usize, start: u64, end: u64| Span {
        start: Timestamp::from_nanos(start),
        end: Timestamp::from_nanos(end),
        ..span(number, number.checked_sub(1), 0.0, 0.0)
    };
    let spans =
        [at(0, 1, u64::MAX), at(1, u64::MAX, u64::MAX), at(2, 0, u64::MAX), at(3, u64::MAX, 0)];
    let waterfall = build(&spans);
    whole(&waterfall, &spans);
    assert_eq!(waterfall.length(), Duration::from_nanos(u64::MAX - 1));
}

#[test]
fn one_id_for_all() {
    let twin = |at: usize| Span { id: id(1), ..span(at, Some(1), at as f64, 1e6) };
    let spans = spans(MANY, twin);
    let waterfall = build(&spans);
    whole(&waterfall, &spans);
    let doubled = waterfall.flawed().filter(|row| row.marks.has(Marks::DUPLICATE));
    assert_eq!(doubled.count(), MANY - 1);
}

#[test]
fn one_id_in_many_traces_is_no_doubled_id() {
    let trace = |at: usize| TraceId::mint((at as u128 / 2 + 1).to_be_bytes()).unwrap();
    let one = |at: usize| Span {
        trace: trace(at),
        ..span(at % 2, (at % 2 == 1).then_some(0), at as f64, 1e6)
    };
    let spans = spans(2_000, one);
    let waterfall = build(&spans);
    whole(&waterfall, &spans);
    assert_eq!(waterfall.flawed().count(), 0);
    assert!(waterfall.rows(0..2_000).all(|row| usize::from(row.depth) == row.span % 2));
    assert!(waterfall.rows(0..2_000).map(|row| row.span).eq(0..2_000), "each below its own");
}

#[test]
fn every_span_without_its_parent() {
    let lost = |at: usize| span(at, Some(2 * MANY + at), at as f64, at as f64 + 9.0);
    let spans = spans(MANY, lost);
    let waterfall = build(&spans);
    whole(&waterfall, &spans);
    let orphans = waterfall.flawed().filter(|row| row.marks.has(Marks::ORPHAN));
    assert_eq!(orphans.count(), MANY);
}

#[test]
fn loose_parts_that_all_look_like_requests() {
    let loose =
        |at: usize| Span { kind: Kind::Client, ..span(at, None, at as f64, at as f64 + 9.0) };
    let spans = spans(20_000, loose);
    whole(&build(&spans), &spans);
}

#[test]
fn one_great_cycle() {
    let next = |at: usize| span(at, Some((at + 1) % MANY), at as f64, 1e6);
    let spans = spans(MANY, next);
    let waterfall = build(&spans);
    whole(&waterfall, &spans);
    assert_eq!(waterfall.flawed().map(|row| row.span).collect::<Vec<_>>(), [0]);
}

#[test]
fn more_services_than_can_be_numbered() {
    let one = |at: usize| Span {
        resource: resource(&format!("service {at}")),
        ..span(at, at.checked_sub(1).map(|_| 0), 0.0, 1.0)
    };
    let spans: Vec<Span> = (0..70_000).map(one).collect();
    let waterfall = build(&spans);
    whole(&waterfall, &spans);
    assert!(waterfall.services().len() <= usize::from(u16::MAX));
    let counted: usize = waterfall.services().iter().map(|service| service.spans).sum();
    assert_eq!(counted, spans.len());
}

#[test]
fn names_that_are_a_megabyte_or_nothing_or_markup() {
    let names = ["é".repeat(1 << 19), String::new(), "<script>alert(1)</script>\u{0}".to_owned()];
    let named =
        |(at, name): (usize, &String)| Span { name: name.clone(), ..span(at, None, 0.0, 1.0) };
    let spans: Vec<Span> = names.iter().enumerate().map(named).collect();
    let columns = Columns::of(&spans);
    whole(&Waterfall::build(&columns), &spans);
    assert!((0..3).all(|at| columns.name(at) == names[at]));
    assert!(spans.iter().all(|span| label(span).len() <= 160));
}

#[test]
fn ids_of_any_bits() {
    let ids = [1, u64::MAX, 1 << 63, 0xffff_ffff, 0xffff_ffff_0000_0000];
    let of = |id: u64| SpanId::mint(id.to_be_bytes());
    let spans: Vec<Span> = ids
        .iter()
        .enumerate()
        .map(|(at, id)| Span {
            id: of(*id).unwrap(),
            parent: at.checked_sub(1).and_then(|before| of(ids[before])),
            resource: Arc::new(Resource::default()),
            ..span(at, None, at as f64, 9.0)
        })
        .collect();
    let waterfall = build(&spans);
    whole(&waterfall, &spans);
    assert_eq!(waterfall.row(4).map(|row| row.depth), Some(4));
}
