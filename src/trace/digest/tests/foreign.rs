//! What other SDKs plainly say of a page.

use super::*;
use crate::Event;

/// A span as OpenTelemetry's SDK for browsers makes it.
fn web(number: u8, parent: Option<SpanId>, name: &str, kind: Kind) -> Span {
    let attributes = Attributes::from([
        ("service.name", Value::from("shop-web")),
        ("telemetry.sdk.language", Value::from("webjs")),
        (key::SESSION_ID, Value::from("s-77")),
    ]);
    let resource = Arc::new(Resource { attributes, schema: String::new() });
    let kept = server(trace(5), number, parent, "");
    Span { name: name.to_owned(), kind, resource, ..kept }
}

fn event(name: &'static str, at: f64) -> Event {
    Event { time: clock().at(PageMillis(at)), name: name.into(), ..Event::default() }
}

#[test]
fn a_document_load_is_a_page_and_its_requests_are_calls() {
    let mut root = web(1, None, "documentLoad", Kind::Internal);
    put(&mut root, "http.url", "https://shop.test/");
    put(&mut root, "http.user_agent", CHROME);
    root.events = vec![event("firstContentfulPaint", 45.0), event("domComplete", 18.0)];
    let mut fetched = web(2, Some(id(1)), "documentFetch", Kind::Internal);
    fetched.events = vec![event("responseStart", 9.0), event("responseEnd", 12.0)];
    let mut image = web(3, Some(id(1)), "resourceFetch", Kind::Internal);
    put(&mut image, "http.url", "https://shop.test/logo.png");
    let mut call = web(4, None, "HTTP GET", Kind::Client);
    call.trace = trace(6);
    put(&mut call, "http.method", "GET");
    put(&mut call, "http.url", "https://shop.test/api/cart");
    put(&mut call, "http.status_code", 500);
    let mut thrown = event("exception", 10.0);
    thrown.attributes = Attributes::from([
        (key::EXCEPTION_TYPE, Value::from("RangeError")),
        (key::EXCEPTION_MESSAGE, Value::from("too far")),
    ]);
    call.events.push(thrown);
    let mut answer = server(trace(5), 9, Some(id(2)), "web");
    put(&mut answer, key::CLIENT_ADDRESS, "198.51.100.7");
    let Digest { pages, calls, errors } = digest(&[image, call, fetched, root, answer]);
    let [page] = &pages[..] else { panic!("{pages:?}") };
    assert_eq!((&*page.session, &*page.url, page.spans), ("s-77", "https://shop.test/", 4));
    assert_eq!((&*page.browser, &*page.system, &*page.ip), ("Chrome", "Linux", "198.51.100.7"));
    assert_eq!((page.vitals.fcp, page.vitals.ttfb), (Some(40.0), Some(4.0)));
    assert!((page.phases.download - 3.0).abs() < 1e-3, "{:?}", page.phases);
    let [call] = &calls[..] else { panic!("{calls:?}") };
    assert_eq!((&*call.method, call.status, &*call.error), ("GET", Some(500), "500"));
    assert_eq!((call.page, &*call.session, call.spans), (None, "s-77", 1));
    let [error] = &errors[..] else { panic!("{errors:?}") };
    assert_eq!((&*error.class, error.count, &*error.session), ("RangeError", 1, "s-77"));
}

#[test]
fn a_page_that_joins_its_server_s_span_knows_who_served_it() {
    let mut root = web(1, Some(id(9)), "documentLoad", Kind::Internal);
    put(&mut root, key::URL_FULL, "https://shop.test/");
    let page = digest(&[root, server(trace(5), 9, None, "web")]).pages.remove(0);
    assert_eq!((&*page.service, page.spans), ("web", 2));
}

#[test]
fn where_we_recorded_a_page_another_sdk_s_word_on_it_does_not_count_again() {
    let mut all = spans(&[load(400.0), Record::Request(call("/a", 100.0, 20))], &[]);
    let mut theirs = web(20, None, "HTTP POST", Kind::Client);
    theirs.trace = trace(1);
    put(&mut theirs, "http.method", "POST");
    put(&mut theirs, "http.url", "http://shop.test/a");
    let mut within = theirs.clone();
    (within.id, within.parent) = (id(21), Some(id(20)));
    let mut root = web(60, None, "documentLoad", Kind::Internal);
    root.trace = trace(1);
    all.splice(0..0, [theirs, within, root]);
    let found = digest(&all);
    assert_eq!((found.pages.len(), found.calls.len()), (1, 1));
    assert_eq!(found.calls[0].session, SESSION, "of a span that both have, ours");
    let mut reversed = all;
    reversed.reverse();
    assert_eq!(digest(&reversed), found);
}

#[test]
fn traces_without_a_browser_have_no_rows() {
    let mut asks = server(trace(7), 2, Some(id(1)), "cart");
    asks.kind = Kind::Client;
    put(&mut asks, key::HTTP_REQUEST_METHOD, "GET");
    put(&mut asks, key::URL_FULL, "http://stock/");
    let digest = digest(&[server(trace(7), 1, None, "cart"), asks]);
    assert_eq!(digest, Digest::default());
}
