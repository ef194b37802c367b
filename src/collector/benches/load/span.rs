//! Spans as an instrumented shop sends them: some 480 bytes each, sixteen to a trace.
use std::sync::Arc;

use trace::span::{Dropped, Kind, Resource, Scope, Span, Status};
use trace::{Attributes, SpanId, Timestamp, TraceId, Value};

/// Spans in one request, as a batch processor sends them by default.
pub(crate) const BATCH: usize = 512;
const TRACE: u64 = 16;
pub(crate) const EPOCH: u64 = 1_795_000_000_000_000_000;

/// Spreads a number over 64 bits, so that ids look drawn and every run has the same (SplitMix64).
pub(crate) fn spread(number: u64) -> u64 {
    let mut z = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

pub(crate) fn trace_id(number: u64) -> TraceId {
    let bytes = [spread(number).to_be_bytes(), spread(!number).to_be_bytes()].concat();
    TraceId::from_bytes(&bytes).expect("16 bytes, not all zero")
}

pub(crate) fn span_id(number: u64) -> SpanId {
    SpanId::from_bytes(&spread(number ^ 0x5555).to_be_bytes()).expect("8 bytes, not all zero")
}

pub(crate) fn text(pairs: &[(&str, &str)]) -> Attributes {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
}

/// One of three services.
fn resource(number: u64) -> Arc<Resource> {
    let service = ["shop", "pricing", "payment"][usize::try_from(number % 3).expect("below 3")];
    let attributes = text(&[
        ("service.name", service),
        ("service.instance.id", "5f0c1a52-7a08-4d7e-9a05-2f9e4d8d1c11"),
        ("service.version", "1.4.2"),
        ("deployment.environment.name", "staging"),
        ("telemetry.sdk.language", "rust"),
        ("telemetry.sdk.name", "opentelemetry"),
        ("telemetry.sdk.version", "0.33.1"),
    ]);
    Arc::new(Resource { attributes, schema: String::new() })
}

fn span(
    number: u64,
    of: TraceId,
    first: u64,
    resource: &Arc<Resource>,
    scope: &Arc<Scope>,
) -> Span {
    let start = EPOCH + number * 1_000_000;
    let mut attributes = text(&[
        ("http.request.method", "GET"),
        ("http.route", "/api/products/{id}/price"),
        ("url.path", "/api/products/4711/price"),
        ("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156"),
        ("server.address", "pricing.shop.example"),
        ("code.function.name", "pricing::handlers::price_of_product"),
        ("session.id", &format!("{:032x}", u128::from(spread(first / 64)))),
    ]);
    attributes.insert("http.response.status_code".to_owned(), Value::Int(200));
    Span {
        trace: of,
        id: span_id(number),
        parent: (number != first).then(|| span_id(first + (number - first) / 2)),
        state: String::new(),
        flags: 0x101,
        name: format!("GET /api/products/{{id}}/{}", number % 40),
        kind: Kind::Server,
        start: Timestamp::from_nanos(start),
        end: Timestamp::from_nanos(start + 900_000 + number % 1000),
        attributes,
        events: Vec::new(),
        links: Vec::new(),
        status: if number.is_multiple_of(50) {
            Status::Error("no price".to_owned())
        } else {
            Status::Unset
        },
        dropped: Dropped::default(),
        resource: Arc::clone(resource),
        scope: Arc::clone(scope),
    }
}

fn scope() -> Arc<Scope> {
    let (name, version) = ("shop.instrumentation".to_owned(), "0.9.1".to_owned());
    Arc::new(Scope { name, version, ..Scope::default() })
}

/// The `number`th request: 512 spans of one service, in 32 traces.
pub(crate) fn batch(number: u64) -> Vec<Span> {
    let (resource, scope) = (resource(number), scope());
    let first = number * BATCH as u64;
    (first..first + BATCH as u64)
        .map(|number| {
            let root = number - number % TRACE;
            span(number, trace_id(root), root, &resource, &scope)
        })
        .collect()
}

/// One trace of many spans.
pub(crate) fn large(spans: u64) -> Vec<Span> {
    let (resource, scope) = (resource(0), scope());
    let id = trace_id(u64::MAX);
    (0..spans).map(|number| span(number, id, 0, &resource, &scope)).collect()
}

/// Some spans of one trace that has many: a tree, each span with two below it.
pub(crate) fn part(numbers: std::ops::Range<u64>) -> Vec<Span> {
    let (resource, scope) = (resource(0), scope());
    let id = trace_id(u64::MAX);
    numbers.map(|number| span(number, id, 0, &resource, &scope)).collect()
}
