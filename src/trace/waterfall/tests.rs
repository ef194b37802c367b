//! The waterfall's tests. A trace is written as a picture: indentation is the tree, `=` the time,
//! one character a millisecond; and it is read back as the same picture.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::attribute::key;
use crate::{Attributes, Resource, Scope, Span, SpanId, Status, TraceId, Value};

const BASE: f64 = 1e12;

pub(crate) fn id(number: usize) -> SpanId {
    SpanId::mint((number as u64 + 1).to_be_bytes()).unwrap()
}

pub(crate) fn resource(service: &str) -> Arc<Resource> {
    let mut attributes = Attributes::from([(key::SERVICE_NAME.to_owned(), Value::from(service))]);
    if service == "browser" {
        attributes.insert(key::BROWSER_LANGUAGE.to_owned(), Value::from("en"));
    }
    Arc::new(Resource { attributes, schema: String::new() })
}

pub(crate) fn span(number: usize, parent: Option<usize>, start: f64, end: f64) -> Span {
    Span {
        trace: TraceId::mint([7; 16]).unwrap(),
        id: id(number),
        parent: parent.map(id),
        state: String::new(),
        flags: 0,
        name: format!("span{number}"),
        kind: Kind::Internal,
        start: Timestamp::from_millis(BASE + start),
        end: Timestamp::from_millis(BASE + end),
        attributes: Attributes::new(),
        events: Vec::new(),
        links: Vec::new(),
        status: Status::Unset,
        dropped: crate::span::Dropped::default(),
        resource: resource("shop"),
        scope: Arc::new(Scope::default()),
    }
}

/// Reads spans off a picture.
pub(crate) fn spans(picture: &str) -> Vec<Span> {
    let mut above: Vec<(usize, usize)> = Vec::new();
    let lines = picture.lines().filter(|line| !line.trim().is_empty());
    lines
        .enumerate()
        .map(|(number, line)| {
            let (name, bar) = line.split_once('|').unwrap();
            let indent = name.len() - name.trim_start().len();
            above.retain(|(other, _)| *other < indent);
            let parent = above.last().map(|(_, parent)| *parent);
            above.push((indent, number));
            let start = bar.find('=').unwrap() as f64;
            let length = bar.matches('=').count() as f64;
            Span { name: name.trim().to_owned(), ..span(number, parent, start, start + length) }
        })
        .collect()
}

pub(crate) fn build(spans: &[Span]) -> Waterfall {
    Waterfall::build(&Columns::of(spans))
}

/// Draws the rows in view.
pub(crate) fn draw(waterfall: &Waterfall, spans: &[Span]) -> String {
    let mut picture = String::new();
    for row in waterfall.rows(0..usize::MAX) {
        let millis = |nanos: u64| usize::try_from(nanos / 1_000_000).unwrap();
        let group = row.group.map(|group| &waterfall.groups()[group]);
        let name = group.map_or_else(
            || spans[row.span].name.clone(),
            |group| group.title(group.host.map(|host| &spans[host])),
        );
        let name = format!("{}{name}", "  ".repeat(row.depth.into()));
        let length = millis(u64::try_from(waterfall.length().as_nanos()).unwrap());
        let bar = format!("{}{}", " ".repeat(millis(row.offset)), "=".repeat(millis(row.length)));
        picture.push_str(&format!("{name:<10}|{bar:<length$}|\n"));
    }
    picture
}

const PAGE: &str = "\
page      |============|
  app.js  | ====       |
  fetch   |   =======  |
    GET   |    =====   |
      sql |     ==     |
      sql2|       ==   |
  late.js |       =    |
";

#[test]
fn children_follow_their_parent_in_order_of_start() {
    let spans = spans(PAGE);
    let waterfall = build(&spans);
    assert_eq!(draw(&waterfall, &spans), PAGE);
    assert_eq!((waterfall.len(), waterfall.total()), (7, 7));
    assert_eq!(waterfall.length(), Duration::from_millis(12));
    assert_eq!(waterfall.flawed().count(), 0);
}

#[test]
fn the_order_in_which_spans_arrive_does_not_matter() {
    let mut spans = spans(PAGE);
    spans.reverse();
    assert_eq!(draw(&build(&spans), &spans), PAGE);
    spans.swap(0, 3);
    assert_eq!(draw(&build(&spans), &spans), PAGE);
}

#[test]
fn bars_are_shares_of_the_trace() {
    let spans = spans(PAGE);
    let row = build(&spans).row(2).unwrap();
    assert!((row.left - 0.25).abs() < 1e-9 && (row.width - 7.0 / 12.0).abs() < 1e-9, "{row:?}");
    assert_eq!(row.descendants, 3);
}

#[test]
fn a_fold_hides_the_descendants_and_belongs_to_the_reader() {
    let spans = spans(PAGE);
    let mut waterfall = build(&spans);
    waterfall.fold(3, true);
    let folded = "\
page      |============|
  app.js  | ====       |
  fetch   |   =======  |
    GET   |    =====   |
  late.js |       =    |
";
    assert_eq!(draw(&waterfall, &spans), folded);
    let mut anew = build(&spans);
    let folds: Vec<usize> = waterfall.folds().collect();
    anew.refold(|span| folds.contains(&span));
    assert_eq!(draw(&anew, &spans), folded);

    assert_eq!(anew.reveal(5), Some(5), "sql2 comes into view again");
    assert_eq!(draw(&anew, &spans), PAGE);
    anew.fold(1, true);
    assert_eq!(draw(&anew, &spans), PAGE, "a leaf has nothing to fold");
}

#[test]
fn parents_are_found_by_place_even_where_rows_are_folded() {
    let spans = spans(PAGE);
    let mut waterfall = build(&spans);
    assert_eq!(waterfall.parent(0), None);
    assert_eq!(waterfall.parent(6), Some(0));
    assert_eq!(waterfall.parent(99), None);
    waterfall.fold(2, true);
    assert_eq!(waterfall.parent(3), Some(0), "late.js moved up");
    assert_eq!(waterfall.find(6).map(|row| row.at), Some(3));
    assert_eq!((waterfall.find(4), waterfall.find(99)), (None, None), "hidden, and not there");
}

#[test]
fn an_orphan_is_a_root_that_is_named() {
    let mut spans = spans(PAGE);
    spans.remove(3);
    let waterfall = build(&spans);
    let picture = "\
page      |============|
  app.js  | ====       |
  fetch   |   =======  |
  late.js |       =    |
Detached: probably part of page|     ====   |
  sql     |     ==     |
  sql2    |       ==   |
";
    assert_eq!(draw(&waterfall, &spans), picture);
    assert_eq!((waterfall.len(), waterfall.total()), (7, 6));
    let flawed: Vec<Row> = waterfall.flawed().collect();
    assert_eq!(flawed.len(), 2);
    assert!(flawed.iter().all(|row| row.marks.has(Marks::ORPHAN)));
    assert!(flawed.iter().all(|row| spans[row.span].parent == Some(id(3))));
    assert_eq!(waterfall.main_root().map(|row| row.span), Some(0));
}

#[test]
fn a_cycle_is_opened_at_its_earliest_span_and_nothing_is_lost() {
    // 0 → 1 → 2 → 0, and 3 hangs off 2; 4 is its own parent.
    let spans = [
        span(0, Some(2), 0.0, 9.0),
        span(1, Some(0), 1.0, 8.0),
        span(2, Some(1), 2.0, 7.0),
        span(3, Some(2), 3.0, 6.0),
        span(4, Some(4), 4.0, 5.0),
    ];
    let waterfall = build(&spans);
    let picture = "\
span0     |=========|
  span1   | ======= |
    span2 |  =====  |
      span3|   ===   |
span4     |    =    |
";
    assert_eq!(draw(&waterfall, &spans), picture);
    let opened: Vec<usize> = waterfall.flawed().map(|row| row.span).collect();
    assert_eq!(opened, [0, 4]);
    assert!(waterfall.flawed().all(|row| row.marks.has(Marks::CYCLE)));
}

#[test]
fn a_doubled_id_is_kept_and_the_first_keeps_the_children() {
    let twin = Span { name: "twin".to_owned(), ..span(1, Some(0), 2.0, 3.0) };
    let spans =
        [twin, span(0, None, 0.0, 5.0), span(1, Some(0), 1.0, 4.0), span(2, Some(1), 2.0, 3.0)];
    let waterfall = build(&spans);
    let picture = "\
span0     |=====|
  span1   | === |
    span2 |  =  |
  twin    |  =  |
";
    assert_eq!(draw(&waterfall, &spans), picture);
    let doubled: Vec<usize> = waterfall.flawed().map(|row| row.span).collect();
    assert_eq!(doubled, [0]);
    assert!(waterfall.row(3).unwrap().marks.has(Marks::DUPLICATE));
}

/// A browser's request and the server's answer, `early` milliseconds before it.
fn answered(early: f64) -> [Span; 2] {
    let browser = resource("browser");
    let request = Span { kind: Kind::Client, resource: browser, ..span(0, None, 50.0, 90.0) };
    let answer = Span { kind: Kind::Server, ..span(1, Some(0), 60.0 - early, 80.0 - early) };
    [request, answer]
}

#[test]
fn a_server_span_outside_its_request_is_named_as_skewed() {
    let skewed = |early: f64| {
        let waterfall = build(&answered(early));
        assert!(waterfall.joined());
        waterfall.flawed().filter(|row| row.marks.has(Marks::SKEWED)).count()
    };
    assert_eq!(skewed(0.0), 0);
    assert_eq!(skewed(10.5), 0, "half a millisecond is the clocks' grain");
    assert_eq!(skewed(12.0), 1, "it starts 2 ms too early");
    assert_eq!(skewed(-13.0), 1, "it ends 3 ms too late");
}

#[test]
fn a_trace_is_joined_only_by_a_server_span_under_a_browser_request() {
    let page = build(&spans(PAGE));
    assert!(!page.joined() && !page.browsed());
    let [request, answer] = answered(0.0);
    let alone = build(std::slice::from_ref(&request));
    assert!(alone.browsed() && !alone.joined());
    let same = Span { resource: request.resource.clone(), ..answer };
    assert!(!build(&[request, same]).joined(), "no other process took part");
}

#[test]
fn spans_without_time_and_backward_spans_are_marked_and_do_not_stretch_the_picture() {
    let untimed = Span { start: Timestamp::default(), ..span(2, Some(0), 0.0, 0.0) };
    let spans = [span(0, None, 0.0, 10.0), span(1, Some(0), 6.0, 4.0), untimed];
    let waterfall = build(&spans);
    assert_eq!(waterfall.length(), Duration::from_millis(10));
    let marks: BTreeMap<usize, Marks> =
        waterfall.flawed().map(|row| (row.span, row.marks)).collect();
    assert!(marks[&1].has(Marks::BACKWARD) && marks[&2].has(Marks::UNTIMED), "{marks:?}");
    assert_eq!(waterfall.rows(0..9).map(|row| row.length).max(), Some(10_000_000));
}

#[test]
fn no_spans_make_an_empty_waterfall() {
    let mut waterfall = build(&[]);
    assert!(waterfall.is_empty() && waterfall.main_root().is_none());
    assert_eq!(waterfall.length(), Duration::ZERO);
    waterfall.fold(0, true);
    assert_eq!(waterfall.reveal(0), None);
}

#[test]
fn services_are_counted_in_order_of_appearance() {
    let failed = Status::Error(String::new());
    let browser = Span { resource: resource("browser"), ..span(0, None, 0.0, 9.0) };
    let nameless = Arc::new(Resource::default());
    let spans = [
        Span { status: failed, ..span(1, Some(0), 1.0, 2.0) },
        span(2, Some(0), 2.0, 3.0),
        Span { resource: nameless, ..span(3, Some(0), 3.0, 4.0) },
        browser,
    ];
    let waterfall = build(&spans);
    let counts: Vec<_> =
        waterfall.services().iter().map(|one| (one.name.as_str(), one.spans, one.errors)).collect();
    assert_eq!(counts, [("browser", 1, 0), ("shop", 2, 1), ("", 1, 0)]);
    assert_eq!(waterfall.errors(), 1);
}

#[test]
fn services_of_one_trace_have_different_colours_while_there_are_enough() {
    let one =
        |at: usize| Span { resource: resource(&format!("s{at}")), ..span(at, None, 0.0, 1.0) };
    let spans: Vec<Span> = (0..14).map(one).collect();
    let waterfall = build(&spans);
    let mut colours: Vec<u8> = waterfall.services().iter().map(|one| one.colour).collect();
    colours.sort_unstable();
    colours.dedup();
    assert_eq!((waterfall.services().len(), colours.len()), (14, 12));
}

#[test]
fn labels_name_the_request_and_leave_statements_alone() {
    let labelled = |name: &str, attributes: &[(&str, &str)]| {
        let attributes = attributes.iter().map(|(key, value)| (key.to_string(), (*value).into()));
        label(&Span {
            name: name.to_owned(),
            attributes: attributes.collect(),
            ..span(0, None, 0.0, 1.0)
        })
    };
    let url = (key::URL_FULL, "http://localhost:3000/checkout?step=2#pay");
    assert_eq!(labelled("GET", &[url]), "GET /checkout");
    assert_eq!(labelled("page load", &[url]), "page load /checkout");
    assert_eq!(labelled("GET /checkout", &[url]), "GET /checkout");
    assert_eq!(labelled("GET", &[(key::HTTP_ROUTE, "/items/{id}")]), "GET /items/{id}");
    assert_eq!(labelled("SELECT orders", &[(key::DB_QUERY_TEXT, "SELECT 1")]), "SELECT orders");
    assert_eq!(labelled(" ", &[]), "span 0000000000000001 has no name");
    let long = labelled(&"é".repeat(1_000_000), &[]);
    assert!(long.len() <= 160 && long.starts_with('é'));
}

#[test]
fn paths_are_cut_out_of_any_text() {
    assert_eq!(path("https://shop.example/a/b?c=/d#e"), "/a/b");
    assert_eq!(path("https://shop.example?c"), "/");
    assert_eq!(path("about:blank"), "about:blank");
    assert_eq!(path("/only?path"), "/only");
    assert_eq!(path(""), "");
}

proptest! {
    /// Whatever the parents say, every span has one row and rows nest.
    #[test]
    fn any_parents_give_every_span_one_row(
        parents in prop::collection::vec(prop::option::of((0_usize..50, 0_usize..50)), 1..40)
    ) {
        let spans: Vec<Span> = parents
            .iter()
            .enumerate()
            .map(|(at, parent)| match parent {
                // Ids repeat now and then, and starts are in no order.
                Some((parent, start)) => span(at % 30, Some(*parent), *start as f64, 60.0),
                None => span(at % 30, None, 0.0, 60.0),
            })
            .collect();
        let waterfall = build(&spans);
        let mut seen: Vec<usize> = waterfall.rows(0..usize::MAX).map(|row| row.span).collect();
        seen.retain(|span| *span < spans.len());
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..spans.len()).collect::<Vec<_>>());
        for row in waterfall.rows(0..usize::MAX) {
            prop_assert_eq!(row.depth == 0, waterfall.parent(row.at).is_none());
            if let Some(parent) = waterfall.parent(row.at).and_then(|at| waterfall.row(at)) {
                prop_assert_eq!(parent.depth + 1, row.depth);
                let below = parent.at..=parent.at + parent.descendants;
                prop_assert!(below.contains(&(row.at + row.descendants)));
            }
        }
    }
}
