//! What tests draw: the states of a tab, a few requests, one page's spans, and one small trace.
#![allow(clippy::unwrap_used, reason = "constants that are known to be right")]

use std::sync::Arc;

use bridge::{SessionView, Site, TabView, TraceView};
use trace::attribute::key;
use trace::completion::Progress;
use trace::framework::Badges;
use trace::ladder::Ladder;
use trace::request::{Api, TracedRequest};
use trace::settings::{Ending, Scope as Reach};
use trace::span::Dropped;
use trace::{
    Attributes, Event, Kind, Link, Resource, Scope, SessionId, Span, SpanId, Status, Timestamp,
    TraceId, Value,
};

/// When everything happens: 2026-11-21 14:23:22.123 UTC.
pub const NOW: Timestamp = Timestamp::from_nanos(1_795_271_002_123_000_000);

/// The trace of all of them.
#[must_use]
pub fn trace_id() -> TraceId {
    "4bf92f3577b34da6a3ce929d0e0e4736".parse().unwrap()
}

fn span_id(number: u64) -> SpanId {
    SpanId::mint(number.to_be_bytes()).unwrap()
}

fn session_id() -> SessionId {
    SessionId::mint([5; 16]).unwrap()
}

fn millis(offset: u64) -> Timestamp {
    Timestamp::from_nanos(NOW.nanos() + offset * 1_000_000)
}

/// Nothing is going on.
#[must_use]
pub fn idle() -> TabView {
    TabView {
        tab: 7,
        site: Site::Ready { origin: "https://shop.example".to_owned() },
        session: None,
        ended: None,
        set: Vec::new(),
        page: None,
        trouble: None,
        store_trouble: None,
        waiting: 0,
        rejected: 0,
        dropped: 0,
        posted: false,
    }
}

/// A session is active and its page's trace is complete.
#[must_use]
pub fn tracing() -> TabView {
    let since = NOW.millis() - 200_000;
    TabView {
        session: Some(SessionView {
            id: session_id(),
            since,
            pages: 4,
            previous: None,
            expiry: 0,
            ending: Ending::default(),
            scope: Reach::Host,
            requests: 9,
            site: "shop.example".to_owned(),
        }),
        page: Some(TraceView {
            trace: trace_id(),
            url: "https://shop.example/checkout".to_owned(),
            progress: Progress::Complete {
                spans: 6,
                errors: 1,
                millis: 600,
                late: Vec::new(),
                asked: true,
            },
            once: false,
            method: "GET".to_owned(),
            ladder: Ladder::default(),
        }),
        ..idle()
    }
}

/// A page trace is under way, and the store is down.
#[must_use]
pub fn waiting() -> TabView {
    let mut view = TabView {
        session: None,
        store_trouble: Some("nothing listens at 127.0.0.1:4318".to_owned()),
        waiting: 12,
        ..tracing()
    };
    if let Some(page) = &mut view.page {
        let wanting = "no server span for the document yet".to_owned();
        page.once = true;
        page.progress = Progress::Waiting { millis: 3_200, spans: 9, wanting };
    }
    view
}

/// The browser's own pages.
#[must_use]
pub fn unsupported() -> TabView {
    let reason = "The browser lets no extension into its own pages.".to_owned();
    TabView { site: Site::Unsupported { reason }, ..idle() }
}

/// The browser has not been asked for access yet.
#[must_use]
pub fn forbidden() -> TabView {
    let (origin, pattern) = ("https://shop.example", "https://shop.example/*");
    let site = Site::NeedsPermission { origin: origin.to_owned(), pattern: pattern.to_owned() };
    TabView { site, ..idle() }
}

/// A document, a failed fetch, and a request under way to another origin.
#[must_use]
pub fn requests() -> Vec<TracedRequest> {
    let document = TracedRequest {
        trace: trace_id(),
        span: span_id(2),
        session: Some(session_id()),
        api: Api::Document,
        method: "GET".to_owned(),
        url: "https://shop.example/checkout?step=2".to_owned(),
        status: Some(200),
        start: NOW,
        millis: Some(412.0),
        error: None,
        ladder: Ladder::default(),
        spans: 5,
        errors: 0,
        service: "shop".to_owned(),
        environment: "staging".to_owned(),
        badges: Badges::default(),
        call: String::new(),
    };
    let order = TracedRequest {
        span: span_id(5),
        api: Api::Fetch,
        method: "POST".to_owned(),
        url: "https://shop.example/api/orders".to_owned(),
        status: Some(500),
        start: millis(400),
        millis: Some(38.2),
        ..document.clone()
    };
    let price = TracedRequest {
        span: span_id(9),
        api: Api::Xhr,
        url: "https://pricing.example/api/price".to_owned(),
        status: None,
        start: millis(500),
        millis: None,
        ..document.clone()
    };
    vec![document, order, price]
}

fn resource(service: &str) -> Arc<Resource> {
    let mut attributes = Attributes::from([(key::SERVICE_NAME.to_owned(), service.into())]);
    if service == "browser" {
        attributes.insert(key::BROWSER_LANGUAGE.to_owned(), "en".into());
    }
    Arc::new(Resource { attributes, schema: String::new() })
}

fn span(number: u64, parent: u64, kind: Kind, name: &str, times: (u64, u64)) -> Span {
    Span {
        trace: trace_id(),
        id: span_id(number),
        parent: SpanId::mint(parent.to_be_bytes()),
        state: String::new(),
        flags: 1,
        name: name.to_owned(),
        kind,
        start: millis(times.0),
        end: millis(times.1),
        attributes: Attributes::new(),
        events: Vec::new(),
        links: Vec::new(),
        status: Status::Unset,
        dropped: Dropped::default(),
        resource: resource("shop"),
        scope: Arc::new(Scope { name: "shop-http".to_owned(), ..Scope::default() }),
    }
}

fn with(mut span: Span, attributes: &[(&str, Value)]) -> Span {
    let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    span.attributes.extend(attributes);
    span
}

fn attributes(pairs: &[(&str, Value)]) -> Attributes {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn vital(name: &str, value: f64, rating: &str, cause: &[(&str, Value)]) -> Event {
    let mut told = attributes(cause);
    told.extend(attributes(&[
        (key::VITAL_NAME, name.into()),
        (key::VITAL_VALUE, value.into()),
        (key::VITAL_RATING, rating.into()),
    ]));
    Event { time: millis(300), name: "browser.web_vital".into(), attributes: told }
}

/// A page's root with two vitals and an error, and a request that it opened a trace for.
#[must_use]
pub fn page() -> (Span, Span) {
    let scope = Arc::new(Scope { name: "tracelight".to_owned(), ..Scope::default() });
    let mut page = spans().remove(0);
    page.scope = Arc::clone(&scope);
    let cause = [
        ("tracelight.web_vital.element", "main>img.hero".into()),
        ("tracelight.web_vital.resource_load_duration", 1_900.0.into()),
        ("tracelight.web_vital.time_to_first_byte", 300.0.into()),
    ];
    let stack = "at pay (https://shop.example/app.js:12:5)\nat click";
    let thrown = [
        (key::EXCEPTION_TYPE, "TypeError".into()),
        (key::EXCEPTION_MESSAGE, "cart is <undefined>".into()),
        (key::EXCEPTION_STACKTRACE, stack.into()),
        (key::EXCEPTION_COUNT, 3.into()),
    ];
    page.events = vec![
        vital("cls", 0.0312, "good", &[]),
        vital("lcp", 2_800.0, "needs-improvement", &cause),
        Event { time: millis(310), name: "exception".into(), attributes: attributes(&thrown) },
    ];
    let mut request = spans().remove(4);
    request.trace = TraceId::mint([0x0d; 16]).unwrap();
    (request.parent, request.scope) = (None, scope);
    request.attributes = attributes(&[(key::URL_FULL, "https://shop.example/api/pay".into())]);
    let link = |span: SpanId, kind: &str| Link {
        trace: page.trace,
        span,
        state: String::new(),
        flags: 1,
        attributes: attributes(&[(key::LINK_KIND, kind.into())]),
    };
    request.links = vec![link(page.id, "page"), link(span_id(77), "operation")];
    (page, request)
}

/// Page load, document, statement, and a fetch that the server could not serve.
#[must_use]
pub fn spans() -> Vec<Span> {
    let browser = |span: Span| Span { resource: resource("browser"), ..span };
    let page = (key::URL_FULL, "https://shop.example/checkout?step=2".into());
    let order = (key::URL_FULL, "https://shop.example/api/orders".into());
    let statement = (key::DB_QUERY_TEXT, "SELECT * FROM orders WHERE cart = ?".into());
    let mut failed = span(6, 5, Kind::Server, "POST /api/orders", (440, 550));
    failed.status = Status::Error("card declined".to_owned());
    failed.events.push(Event {
        time: millis(452),
        name: "exception".into(),
        attributes: Attributes::from([(key::EXCEPTION_MESSAGE.to_owned(), "declined".into())]),
    });
    failed.links.push(Link {
        trace: TraceId::mint([0xab; 16]).unwrap(),
        span: span_id(0xcd),
        state: String::new(),
        flags: 1,
        attributes: Attributes::new(),
    });
    vec![
        with(
            browser(span(1, 0, Kind::Internal, "page load", (0, 600))),
            std::slice::from_ref(&page),
        ),
        with(browser(span(2, 1, Kind::Client, "GET", (10, 420))), &[page]),
        span(3, 2, Kind::Server, "GET /checkout", (100, 400)),
        with(span(4, 3, Kind::Client, "SELECT orders", (120, 208)), &[statement]),
        with(browser(span(5, 1, Kind::Client, "POST", (430, 560))), &[order]),
        with(failed, &[("http.response.status_code", 500.into())]),
    ]
}
