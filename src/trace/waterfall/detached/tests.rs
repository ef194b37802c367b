//! Loose parts, each case as a picture or as the few spans that make it.

use super::super::tests::{build, draw, id, resource, span, spans};
use super::*;
use crate::attribute::key;

fn with(mut span: Span, attributes: &[(&str, &str)]) -> Span {
    let pairs = attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).into()));
    span.attributes.extend(pairs);
    span
}

fn served(span: Span) -> Span {
    Span { kind: Kind::Server, ..span }
}

/// What the groups are called and why, a line each.
fn said(spans: &[Span]) -> Vec<String> {
    let waterfall = build(spans);
    let say = |group: &Detached| {
        let host = group.host.map(|host| &spans[host]);
        format!("{}. {}", group.title(host), group.explain(host))
    };
    waterfall.groups().iter().map(say).collect()
}

/// A webhook that answers, and does the rest of its work in `after()`: each statement is a root.
const AFTER: &str = "\
POST /hook|===             |
  SELECT  | =              |
db 1      |      =         |
db 2      |        ==      |
db 3      |            ==  |
";

#[test]
fn what_runs_after_the_response_is_one_group_of_its_request() {
    let mut spans = spans(AFTER);
    spans[0].kind = Kind::Server;
    let waterfall = build(&spans);
    let picture = "\
POST /hook|===           |
  SELECT  | =            |
Detached: probably part of POST /hook|      ========|
  db 1    |      =       |
  db 2    |        ==    |
  db 3    |            ==|
";
    assert_eq!(draw(&waterfall, &spans), picture);
    assert_eq!(
        said(&spans),
        ["Detached: probably part of POST /hook. 3 parts, probably of “POST /hook”: same service \
          (shop), began 3 ms after it ended. Came loose because that span had ended when they \
          began, as it has for work in Next.js's after(): put such work into a span of its own, \
          inside of after(), to keep it together."]
    );
}

#[test]
fn of_two_requests_the_one_with_the_same_id_is_the_host_though_the_other_is_nearer() {
    let mine = ("faas.invocation_id", "iad1::a");
    let spans = [
        span(0, None, 0.0, 90.0),
        with(served(span(1, Some(0), 0.0, 10.0)), &[mine]),
        with(served(span(2, Some(0), 15.0, 20.0)), &[("faas.invocation_id", "iad1::b")]),
        with(span(3, None, 22.0, 25.0), &[mine]),
        span(4, None, 23.0, 24.0),
    ];
    let said = said(&spans);
    assert!(
        said[0].contains(
            "probably of “span1”: same service (shop), same request id, began 12 ms after it ended"
        ),
        "{said:?}"
    );
    assert!(
        said[1].contains("probably of “span0”: same service (shop), began while it ran"),
        "{said:?}"
    );
}

#[test]
fn a_parent_that_never_came_is_named() {
    let spans = [
        served(span(0, None, 0.0, 90.0)),
        span(1, Some(0), 1.0, 2.0),
        span(2, Some(77), 10.0, 20.0),
        span(3, Some(77), 30.0, 40.0),
    ];
    let missing = id(77);
    assert_eq!(
        said(&spans),
        [format!(
            "Detached: probably part of span0. 2 parts, probably of “span0”: same service (shop), \
             began while it ran. Came loose because the parent that they name, {missing}, is not \
             here: not sampled, not exported, or still to come."
        )]
    );
}

#[test]
fn a_server_that_was_called_by_somebody_unknown_is_part_of_nothing_here() {
    let other = resource("billing");
    let spans = [
        served(span(0, None, 0.0, 9.0)),
        span(1, Some(0), 1.0, 2.0),
        Span { resource: other, ..served(span(2, Some(77), 5.0, 6.0)) },
    ];
    let said = said(&spans);
    assert!(
        said[0].starts_with(
            "Detached: its parent never arrived. 1 part. Came loose because the parent"
        ),
        "{said:?}"
    );
}

#[test]
fn a_server_that_dropped_its_parent_is_put_under_the_request_that_waited() {
    let call = Span { kind: Kind::Client, ..span(1, Some(0), 3.0, 9.0) };
    let other = resource("billing");
    let spans = [
        served(span(0, None, 0.0, 20.0)),
        call,
        Span { resource: other, ..served(span(2, None, 4.0, 8.0)) },
    ];
    let waterfall = build(&spans);
    assert_eq!(waterfall.groups()[0].host, Some(1));
    assert_eq!(waterfall.groups()[0].cause, Cause::Dropped);
}

#[test]
fn another_library_is_named_as_the_cause() {
    let mut sentry = (*resource("shop")).clone();
    sentry.attributes.insert(key::TELEMETRY_SDK_NAME.to_owned(), "sentry.javascript".into());
    let spans = [
        served(span(0, None, 0.0, 9.0)),
        span(1, Some(0), 1.0, 2.0),
        Span { resource: sentry.into(), ..span(2, None, 3.0, 4.0) },
    ];
    let said = said(&spans);
    assert!(said[0].contains("because another library recorded them"), "{said:?}");
}

#[test]
fn what_came_long_after_or_from_another_service_is_loose_all_the_same() {
    let spans = [
        served(span(0, None, 0.0, 9.0)),
        span(1, Some(0), 1.0, 2.0),
        span(2, None, 60_000.0, 60_001.0),
        Span { resource: resource("cron"), ..span(3, None, 3.0, 4.0) },
    ];
    for group in build(&spans).groups() {
        assert_eq!((group.host, group.cause), (None, Cause::Dropped));
        assert_eq!(group.title(None), "Detached: nothing tells what it was part of");
    }
}

#[test]
fn parts_of_another_trace_and_children_of_the_same_missing_parent_are_not_loose() {
    let other = crate::TraceId::mint([8; 16]).unwrap();
    let spans = [
        span(0, Some(77), 0.0, 9.0),
        span(1, Some(0), 1.0, 2.0),
        span(2, Some(77), 3.0, 4.0),
        Span { trace: other, ..span(3, None, 3.0, 4.0) },
    ];
    assert!(build(&spans).groups().is_empty());
}

#[test]
fn a_group_folds_and_unfolds_and_its_first_span_brings_it_into_view() {
    let spans = spans(AFTER);
    let mut waterfall = build(&spans);
    let header = waterfall.rows(0..9).find(|row| row.group.is_some()).unwrap();
    assert_eq!((header.at, header.descendants, header.span), (2, 3, spans.len()));
    waterfall.fold(header.at, true);
    assert_eq!(waterfall.len(), 3);
    assert_eq!(waterfall.folds().count(), 0);
    assert_eq!(waterfall.reveal(4), Some(5));
    assert_eq!(waterfall.parent(5), Some(2));
}

#[test]
fn a_hundred_thousand_loose_spans_are_one_group() {
    let mut spans: Vec<Span> = (0..100_000).map(|at| span(at, None, 20.0, 21.0)).collect();
    spans[0] = served(span(0, None, 0.0, 10.0));
    spans[1] = span(1, Some(0), 1.0, 2.0);
    let waterfall = build(&spans);
    assert_eq!(waterfall.groups().len(), 1);
    assert_eq!(waterfall.groups()[0].roots.len(), 99_998);
}
