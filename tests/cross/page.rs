//! Facts of a real page (Chromium 156, the demo shop's checkout, in a session) become spans, go to
//! a store and come back as they were.

use backend::sender::Outcome;
use trace::assemble::{self, Page, User};
use trace::context::PageContext;
use trace::record::Record;
use trace::redact::Redaction;
use trace::{PageClock, Span, TraceContext};

use crate::store::Store;

const FACTS: &str = include_str!("../fixtures/checkout-facts.jsonl");

/// As they were stated.
fn stated() -> Vec<Record> {
    FACTS.lines().map(|line| Record::parse(line).unwrap()).collect()
}

/// As they are stored.
fn records() -> Vec<Record> {
    stated().into_iter().map(|record| Redaction::default().record(record)).collect()
}

/// The page as the background knew it; its context stands in the navigation's `Server-Timing`.
fn page() -> Page {
    let records = stated();
    let navigation = records.iter().find_map(|record| match record {
        Record::Navigation(navigation) => Some(navigation),
        _ => None,
    });
    let metrics = &navigation.unwrap().timing.server_timing;
    let text =
        |name: &str| metrics.iter().find(|metric| metric.name == name).unwrap().description.clone();
    let read: TraceContext = text("tracelight").parse().unwrap();
    let session = text("tracelight-baggage").strip_prefix("session.id=").unwrap().parse();
    let document = "a66db0cb06b43cfe".parse().unwrap();
    Page {
        previous: None,
        shared: None,
        context: PageContext { trace: read.trace, root: read.span, document },
        session: Some(session.unwrap()),
        clock: PageClock::new(1_795_250_000_000.0).unwrap(),
        url: "http://127.0.0.1:37373/checkout".to_owned(),
        document: None,
        dropped: 0,
        user: User::default(),
    }
}

fn by_id(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| span.id);
    spans
}

#[tokio::test]
async fn what_a_page_stated_comes_back_from_the_store_as_the_same_spans() {
    let store = Store::open().await;
    let records = records();
    let assembly = assemble::assemble(&page(), &records, &[]);
    assert!(assembly.settled);
    assert_eq!(assembly.requests.len(), 4, "the document, two fetches and an XHR to its origin");
    assert_eq!(store.send(&assembly.spans).await, Outcome::Delivered);
    assert_eq!(store.send(&assembly.spans).await, Outcome::Delivered, "sent again, kept once");
    let found = store.trace(assembly.spans[0].trace).await;
    assert_eq!(by_id(found), by_id(assembly.spans));
    store.close().await;
}

#[tokio::test]
async fn the_waterfall_of_a_real_page_has_no_problem_but_that_no_server_is_there() {
    let records = records();
    let assembly = assemble::assemble(&page(), &records, &[]);
    let waterfall =
        trace::waterfall::Waterfall::build(&trace::columns::Columns::of(&assembly.spans));
    assert_eq!(waterfall.len(), assembly.spans.len());
    assert!(!waterfall.joined());
    assert_eq!(waterfall.errors(), 0);
}
