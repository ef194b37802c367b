//! Spans as browsers and the servers behind them send them: sessions of ten pages, each page a trace
//! of fifty spans of which eight are calls.

use std::sync::Arc;

use trace::span::{Dropped, Event, Kind, Resource, Scope, Span, Status};
use trace::{Timestamp, Value};

use super::span::{EPOCH, span_id, spread, text, trace_id};

/// Spans of a page.
pub(crate) const PAGE: u64 = 50;
/// Pages of a session.
pub(crate) const PAGES: u64 = 10;

/// `session.id` of the session that a page is in.
pub(crate) fn session(page: u64) -> String {
    format!("{:032x}", u128::from(spread(page / PAGES)))
}

/// Who says what.
struct Voices {
    browser: (Arc<Resource>, Arc<Scope>),
    server: (Arc<Resource>, Arc<Scope>),
}

fn voice(pairs: &[(&str, &str)], scope: &str) -> (Arc<Resource>, Arc<Scope>) {
    let resource = Resource { attributes: text(pairs), schema: String::new() };
    (Arc::new(resource), Arc::new(Scope { name: scope.to_owned(), ..Scope::default() }))
}

/// The spans of a page, by its number.
pub(crate) fn page(number: u64) -> Vec<Span> {
    let voices = Voices {
        browser: voice(
            &[
                ("service.name", "browser"),
                ("telemetry.sdk.name", "tracelight"),
                ("telemetry.sdk.language", "webjs"),
                ("user_agent.name", "Chrome"),
            ],
            "tracelight",
        ),
        server: voice(&[("service.name", "shop")], "shop.instrumentation"),
    };
    let id = spread(number);
    let url = format!("https://shop.example/products/{}", id % 5_000);
    let mut spans = vec![base(&voices.browser, number, 0, None, &url)];
    spans[0].name = "page load".to_owned();
    if number.is_multiple_of(10) {
        let attributes =
            text(&[("exception.type", "TypeError"), ("exception.message", "x is null")]);
        let time = spans[0].start;
        spans[0].events.push(Event { name: "exception".into(), time, attributes });
    }
    let mut document = base(&voices.browser, number, 1, Some(0), &url);
    document.kind = Kind::Client;
    spans.push(document);
    spans.extend((2..10).map(|at| served(&voices, number, at, 1)));
    for call in 0..8 {
        let at = 10 + call * 5;
        let address = format!("https://shop.example/api/prices/{}", (id >> 8) % 9_000 + call);
        let mut span = base(&voices.browser, number, at, Some(0), &address);
        span.kind = Kind::Client;
        span.attributes.extend(text(&[
            ("http.request.method", "GET"),
            ("browser.resource_timing.initiator_type", "fetch"),
        ]));
        let status = if (id >> 16).wrapping_add(call).is_multiple_of(40) { 503 } else { 200 };
        span.attributes.insert("http.response.status_code".to_owned(), Value::Int(status));
        spans.push(span);
        spans.extend((1..5).map(|below| served(&voices, number, at + below, at)));
    }
    spans
}

fn served(voices: &Voices, page: u64, at: u64, above: u64) -> Span {
    let mut span = base(&voices.server, page, at, Some(above), "");
    span.kind = Kind::Server;
    span.attributes = text(&[
        ("http.request.method", "GET"),
        ("http.route", "/api/prices/{id}"),
        ("client.address", "192.0.2.7"),
        ("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156"),
        ("code.function.name", "pricing::handlers::price_of_product"),
    ]);
    span
}

fn base(
    (resource, scope): &(Arc<Resource>, Arc<Scope>),
    page: u64,
    at: u64,
    above: Option<u64>,
    url: &str,
) -> Span {
    let start = EPOCH + page * 1_000_000_000 + at * 10_000_000;
    let long = 50_000_000 + spread(page ^ at) % 3_000_000_000;
    Span {
        trace: trace_id(page),
        id: span_id(page * PAGE + at),
        parent: above.map(|above| span_id(page * PAGE + above)),
        state: String::new(),
        flags: 0x101,
        name: "GET".to_owned(),
        kind: Kind::Internal,
        start: Timestamp::from_nanos(start),
        end: Timestamp::from_nanos(start + long),
        attributes: text(&[("session.id", &session(page)), ("url.full", url)]),
        events: Vec::new(),
        links: Vec::new(),
        status: Status::Unset,
        dropped: Dropped::default(),
        resource: Arc::clone(resource),
        scope: Arc::clone(scope),
    }
}
