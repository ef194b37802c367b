//! Pages as we record them, with what servers add, and the rows that they become.

use std::sync::Arc;

use super::*;
use crate::assemble::{self, Page, User};
use crate::attribute::{Attributes, key};
use crate::context::PageContext;
use crate::record::{
    Attribution, Document, Exception, Navigation, Operation, Record, Request, Soft, Timing, Vital,
};
use crate::request::Api;
use crate::span::Dropped;
use crate::unseen::Unseen;
use crate::{Kind, PageClock, PageMillis, Resource, Scope, Status, TraceContext, Value, json};

mod agent;
mod foreign;
mod hostile;

const ORIGIN: f64 = 1_795_218_972_000.0;
const SESSION: &str = "5e5510115e5510115e5510115e551011";
const CHROME: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
    Chrome/156.0.0.0 Safari/537.36";

pub(super) fn id(number: u8) -> SpanId {
    SpanId::mint([0xf0, 0, 0, 0, 0, 0, 0, number]).unwrap()
}

pub(super) fn trace(number: u8) -> TraceId {
    TraceId::mint([number; 16]).unwrap()
}

/// A span of a server.
pub(super) fn server(trace: TraceId, number: u8, parent: Option<SpanId>, service: &str) -> Span {
    let attributes = Attributes::from([("service.name", Value::from(service))]);
    Span {
        trace,
        id: id(number),
        parent,
        state: String::new(),
        flags: 1,
        name: "GET".to_owned(),
        kind: Kind::Server,
        start: clock().at(PageMillis(5.0)),
        end: clock().at(PageMillis(20.0)),
        attributes: Attributes::new(),
        events: Vec::new(),
        links: Vec::new(),
        status: Status::Unset,
        dropped: Dropped::default(),
        resource: Arc::new(Resource { attributes, schema: String::new() }),
        scope: Arc::new(Scope::default()),
    }
}

pub(super) fn clock() -> PageClock {
    PageClock::new(ORIGIN).unwrap()
}

fn context() -> PageContext {
    PageContext { trace: trace(1), root: id(1), document: id(2) }
}

fn page() -> Page {
    Page {
        context: context(),
        session: Some(SESSION.parse().unwrap()),
        previous: None,
        shared: None,
        clock: clock(),
        url: "http://shop.test/checkout?token=abc".to_owned(),
        document: None,
        dropped: 3,
        user: User { name: "Ann B.".to_owned(), id: String::new() },
    }
}

fn call(url: &str, start: f64, number: u8) -> Request {
    Request {
        api: Api::Fetch,
        method: "post".to_owned(),
        url: format!("http://shop.test{url}"),
        span: id(number),
        context: Some(TraceContext { span: id(number), ..context().resources() }),
        own: false,
        start: PageMillis(start),
        end: PageMillis(start + 12.5),
        status: Some(200),
        error: None,
        marks: String::new(),
    }
}

fn timing(url: &str, start: f64, end: f64) -> Timing {
    let at = |after: f64| PageMillis(start + after);
    Timing {
        name: format!("http://shop.test{url}"),
        start_time: at(0.0),
        fetch_start: at(0.5),
        domain_lookup_start: at(1.0),
        domain_lookup_end: at(3.0),
        connect_start: at(3.0),
        secure_connection_start: at(4.0),
        connect_end: at(8.0),
        request_start: at(8.0),
        response_start: at(20.0),
        response_end: PageMillis(end),
        response_status: 200,
        ..Timing::default()
    }
}

fn load(end: f64) -> Record {
    Record::Navigation(Box::new(Navigation {
        timing: timing("/checkout", 0.0, 30.0),
        dom_complete: PageMillis(end - 10.0),
        load_event_start: PageMillis(end - 10.0),
        load_event_end: PageMillis(end),
        ..Navigation::default()
    }))
}

fn resource(initiator: &str, url: &str, start: f64) -> Record {
    Record::Resource(Box::new(crate::record::Resource {
        timing: timing(url, start, start + 25.0),
        initiator_type: initiator.to_owned(),
        ..crate::record::Resource::default()
    }))
}

fn error(at: f64, message: &str) -> Record {
    let text = str::to_owned;
    Record::Error(Exception {
        at: PageMillis(at),
        source: text("error"),
        class: text("TypeError"),
        message: text(message),
        stack: text("TypeError: x\n    at pay (http://shop.test/a.js:1:2)"),
        url: text("http://shop.test/a.js"),
        line: 7,
        column: 3,
    })
}

fn click(at: f64) -> Record {
    let way = "click".to_owned();
    Record::Operation(Operation { at: PageMillis(at), way, ..Operation::default() })
}

fn vital(name: &str, value: f64) -> Record {
    Record::Vital(Box::new(Vital {
        name: name.to_owned(),
        value,
        id: "v1".to_owned(),
        navigation_type: String::new(),
        at: PageMillis(900.0),
        attribution: Attribution::default(),
    }))
}

fn document() -> Record {
    Record::Document(Box::new(Document {
        user_agent: CHROME.to_owned(),
        platform: "Linux".to_owned(),
        mobile: Some(false),
        brands: "Chromium 156, Google Chrome 156, Not_A Brand 24".to_owned(),
        connection: "4g".to_owned(),
        ..Document::default()
    }))
}

fn spans(records: &[Record], unseen: &[Unseen]) -> Vec<Span> {
    assemble::assemble(&page(), records, unseen).spans
}

fn put(span: &mut Span, name: &'static str, value: impl Into<Value>) {
    span.attributes.insert(name, value.into());
}

#[test]
fn a_page_has_what_its_browser_and_its_server_say_of_it() {
    let records = [document(), load(400.5), vital("LCP", 1_200.0), vital("CLS", 0.05)];
    let mut spans = spans(&records, &[]);
    let mut answer = server(trace(1), 10, Some(id(2)), "web");
    put(&mut answer, key::CLIENT_ADDRESS, "203.0.113.42");
    put(&mut answer, key::HTTP_RESPONSE_STATUS_CODE, 404);
    put(&mut answer, key::ENDUSER_ID, "id of a gateway's");
    let mut handler = server(trace(1), 11, Some(id(10)), "web");
    handler.kind = Kind::Internal;
    put(&mut handler, key::GEO_COUNTRY, "DE");
    put(&mut handler, key::GEO_REGION, "DE-BE");
    put(&mut handler, key::GEO_LOCALITY, "Berlin");
    let mut behind = server(trace(1), 12, Some(id(11)), "users");
    behind.start = clock().at(PageMillis(1.0));
    put(&mut behind, key::CLIENT_ADDRESS, "10.0.0.7");
    put(&mut behind, key::USER_ID, "ann");
    spans.extend([handler, behind, answer]);
    let digest = digest(&spans);
    let [page] = &digest.pages[..] else { panic!("{digest:?}") };
    assert_eq!((page.trace, page.span), (Some(trace(1)), Some(id(1))));
    assert_eq!((&*page.session, page.soft, page.lost), (SESSION, false, 3));
    assert!((page.millis - 400.5).abs() < 1e-6, "{}", page.millis);
    assert_eq!(page.url, "http://shop.test/checkout?token=REDACTED");
    assert_eq!((&*page.browser, &*page.version, &*page.system), ("Chrome", "156", "Linux"));
    assert_eq!((&*page.device, &*page.connection), ("Desktop", "4g"));
    assert_eq!(page.ip, "203.0.113.42", "of the server that answered, not of one behind it");
    assert_eq!(page.region, "DE, BE, Berlin");
    assert_eq!((&*page.user_name, &*page.user_id), ("Ann B.", "ann"), "who is the same everywhere");
    assert_eq!((page.status, &*page.service), (Some(200), "web"), "as the browser saw it");
    assert_eq!(page.spans, 5);
    let Vitals { lcp, inp, cls, fcp, ttfb } = page.vitals;
    assert_eq!((lcp, inp, cls, fcp, ttfb), (Some(1_200.0), None, Some(0.05), None, None));
    let Phases { redirect, dns, connect, tls, wait, download, dom, load } = page.phases;
    let sums = [redirect, dns, connect, tls, wait, download, dom, load];
    let sums = sums.map(|sum| format!("{sum:.0}"));
    assert_eq!(sums.join(" "), "0 2 1 4 12 10 360 10");
}

#[test]
fn a_call_is_what_a_script_asked_for_and_nothing_else() {
    let mut records = vec![load(400.0), Record::Request(call("/api/cart", 100.0, 20))];
    records
        .extend(["img", "script", "beacon", "iframe", "link"].map(|it| resource(it, "/x", 50.0)));
    records.push(resource("fetch", "/early", 60.0));
    let broken = Request { status: Some(503), ..call("/api/pay", 200.0, 21) };
    records.push(Record::Request(broken));
    let mut spans = spans(&records, &[]);
    let mut answer = server(trace(1), 30, Some(id(20)), "cart");
    put(&mut answer, key::HTTP_ROUTE, "/api/{thing}");
    spans.push(answer);
    let calls = digest(&spans).calls;
    let lines: Vec<_> = calls
        .iter()
        .map(|it| {
            format!(
                "{} {} {:?} {} {}{}",
                it.method, it.url, it.status, it.error, it.service, it.route
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            " http://shop.test/early Some(200)  ",
            "POST http://shop.test/api/cart Some(200)  cart/api/{thing}",
            "POST http://shop.test/api/pay Some(503) 503 ",
        ]
    );
    assert!(calls.iter().all(|it| it.page == Some(trace(1)) && it.session == SESSION));
    assert!((calls[1].millis - 12.5).abs() < 1e-6);
    assert!(calls.iter().all(|it| it.spans == 0), "the page has them");
}

fn seen(url: &str, way: &str, start: f64, kind: &str) -> Unseen {
    Unseen {
        id: format!("{way}{start}"),
        way: way.to_owned(),
        method: "POST".to_owned(),
        url: format!("http://shop.test{url}"),
        context: None,
        status: Some(204),
        start: clock().at(PageMillis(start)),
        end: Some(clock().at(PageMillis(start + 4.0))),
        error: None,
        cached: false,
        marks: format!("content-type:{kind}"),
    }
}

#[test]
fn what_only_the_network_tells_of_is_a_call_where_it_is_like_one() {
    let unseen = [
        seen("/worker", "xmlhttprequest", 10.0, "text/html"),
        seen("/stream", "xmlhttprequest", 11.0, "text/event-stream"),
        seen("/bye", "ping", 12.0, ""),
    ];
    let found = digest(&spans(&[load(400.0)], &unseen)).calls;
    let urls: Vec<_> = found.iter().map(|it| &*it.url).collect();
    assert_eq!(urls, ["http://shop.test/worker"]);
    // The network told first, the recorder later: the span of the first look was written.
    let mut both = spans(&[load(400.0)], &[seen("/a", "xmlhttprequest", 101.0, "")]);
    both.extend(spans(&[load(400.0), Record::Request(call("/a", 100.0, 20))], &[]));
    assert_eq!(digest(&both).calls.len(), 1, "one request, of which two told");
    both.extend(spans(&[load(400.0)], &[seen("/a", "xmlhttprequest", 900.0, "")]));
    assert_eq!(digest(&both).calls.len(), 2, "and later another");
}

#[test]
fn errors_count_once_though_operations_tell_of_them_too() {
    let records = [load(400.0), click(499.0), error(500.0, "x is 1"), error(501.0, "x is 2")];
    let spans = spans(&records, &[]);
    let digest_of = |spans: &[Span]| digest(spans).errors;
    let [row] = &digest_of(&spans)[..] else { panic!() };
    assert_eq!((row.count, row.line, row.column), (2, 7, 3));
    assert_eq!((row.span, &*row.class, &*row.message), (Some(id(1)), "TypeError", "x is 1"));
    assert_eq!((&*row.file, row.fingerprint.len()), ("http://shop.test/a.js", 16));
    assert_eq!(row.start, clock().at(PageMillis(500.0)));
    assert_eq!(row.url, "http://shop.test/checkout?token=REDACTED");
    let rootless: Vec<_> = spans.iter().filter(|span| span.id != id(1)).cloned().collect();
    let [alone] = &digest_of(&rootless)[..] else { panic!() };
    assert_eq!((alone.count, &alone.fingerprint), (2, &row.fingerprint));
    assert_eq!(digest(&spans).pages[0].acts, 1);
}

#[test]
fn a_page_within_a_document_and_a_request_of_its_own_find_their_page() {
    let soft = TraceContext { trace: trace(2), span: id(40), ..context().resources() };
    let soft = Record::Page(Soft {
        at: PageMillis(5_000.0),
        way: "push".to_owned(),
        url: "http://shop.test/cart".to_owned(),
        context: soft,
    });
    let own = TraceContext { trace: trace(3), span: id(50), ..context().resources() };
    let alone = Request { context: Some(own), ..call("/api/late", 6_000.0, 50) };
    let mut spans = spans(&[load(400.0), soft, Record::Request(alone)], &[]);
    spans.push(server(trace(3), 51, Some(id(50)), "late"));
    let Digest { pages, calls, .. } = digest(&spans);
    let told: Vec<_> = pages.iter().map(|page| (page.trace, page.soft, page.spans)).collect();
    assert_eq!(told, [(Some(trace(1)), false, 2), (Some(trace(2)), true, 1)]);
    let [late] = &calls[..] else { panic!("{calls:?}") };
    assert_eq!((late.trace, late.page), (Some(trace(3)), Some(trace(2))));
    assert_eq!((&*late.service, late.spans), ("late", 2), "its trace is no page's");
    let all: u32 = pages.iter().map(|page| page.spans).sum();
    assert_eq!(usize::try_from(all + late.spans).unwrap(), spans.len());
}

#[test]
fn a_row_without_values_is_short_and_is_read_again() {
    let digest = digest(&spans(&[document(), load(400.0), error(1.0, "x")], &[]));
    let text = json::write(&digest);
    assert_eq!(json::read::<Digest>(&text).as_ref(), Ok(&digest), "{text}");
    assert!(!text.contains("region") && !text.contains("lcp"), "{text}");
    assert_eq!(json::write(&Digest::default()), "{}");
}

#[test]
fn each_word_of_the_recorder_answers_for_one_of_the_network_events() {
    let times = |all: &[u64]| -> Vec<Timestamp> {
        all.iter().map(|millis| Timestamp::from_nanos(millis * 1_000_000)).collect()
    };
    let met = |unseen: &[u64], told: &[u64]| doubled(&times(unseen), &times(told));
    assert_eq!(met(&[1_000, 1_100, 1_200], &[1_050, 1_150]), [0, 1]);
    assert_eq!(met(&[1_000, 5_000], &[10, 4_701, 5_299]), [1]);
    assert_eq!(met(&[1_000], &[1_301]), [0; 0]);
    assert_eq!(met(&[], &[1]), [0; 0]);
}
