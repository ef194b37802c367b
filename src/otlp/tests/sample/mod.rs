//! Spans to test with: arbitrary ones, and a plain one.
#![allow(dead_code, reason = "every test file uses another part of it")]

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use trace::span::{Dropped, Event, Kind, Link, Resource, Scope, Span, Status};
use trace::{Attributes, SpanId, Timestamp, TraceId, Value};

/// A span with nothing but ids, a name and times.
pub(crate) fn plain(trace: u8, id: u8) -> Span {
    Span {
        trace: TraceId::from_bytes(&[trace; 16]).unwrap(),
        id: SpanId::from_bytes(&[id; 8]).unwrap(),
        parent: None,
        state: String::new(),
        flags: 0,
        name: format!("span {id}"),
        kind: Kind::Internal,
        start: Timestamp::from_nanos(1_000),
        end: Timestamp::from_nanos(2_000),
        attributes: Attributes::new(),
        events: Vec::new(),
        links: Vec::new(),
        status: Status::Unset,
        dropped: Dropped::default(),
        resource: Arc::default(),
        scope: Arc::default(),
    }
}

fn trace_id() -> impl Strategy<Value = TraceId> {
    any::<[u8; 16]>().prop_filter_map("zero", TraceId::mint)
}

fn span_id() -> impl Strategy<Value = SpanId> {
    any::<[u8; 8]>().prop_filter_map("zero", SpanId::mint)
}

fn time() -> impl Strategy<Value = Timestamp> {
    any::<u64>().prop_map(Timestamp::from_nanos)
}

fn text() -> impl Strategy<Value = String> {
    // Anything but what regular expressions call control characters, and some of those.
    "[\\PC\n\t\u{1}\"\\\\]{0,12}"
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Empty),
        text().prop_map(Value::Text),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_filter("NaN equals nothing", |n| !n.is_nan()).prop_map(Value::Double),
        vec(any::<u8>(), 0..20).prop_map(Value::Bytes),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::List),
            vec((text(), inner), 0..4).prop_map(|pairs| Value::Map(pairs.into_iter().collect())),
        ]
    })
}

fn attributes() -> impl Strategy<Value = Attributes> {
    vec((text(), value()), 0..4).prop_map(|pairs| pairs.into_iter().collect())
}

fn status() -> impl Strategy<Value = Status> {
    prop_oneof![Just(Status::Unset), Just(Status::Ok), text().prop_map(Status::Error)]
}

fn event() -> impl Strategy<Value = Event> {
    (time(), text(), attributes()).prop_map(|(time, name, attributes)| Event {
        time,
        name: name.into(),
        attributes,
    })
}

fn link() -> impl Strategy<Value = Link> {
    (trace_id(), span_id(), text(), any::<u32>(), attributes()).prop_map(
        |(trace, span, state, flags, attributes)| Link { trace, span, state, flags, attributes },
    )
}

fn resource() -> impl Strategy<Value = Arc<Resource>> {
    (attributes(), text())
        .prop_map(|(attributes, schema)| Arc::new(Resource { attributes, schema }))
}

fn scope() -> impl Strategy<Value = Arc<Scope>> {
    (text(), text(), attributes(), text()).prop_map(|(name, version, attributes, schema)| {
        Arc::new(Scope { name, version, attributes, schema })
    })
}

/// A span of any content that protobuf can carry.
pub(crate) fn span() -> impl Strategy<Value = Span> {
    let place = (trace_id(), span_id(), proptest::option::of(span_id()), text(), any::<u32>());
    let act = (text(), 0..6_i32, time(), time(), attributes());
    let more = (vec(event(), 0..3), vec(link(), 0..3), status(), any::<[u32; 3]>());
    (place, act, more, resource(), scope()).prop_map(
        |(
            (trace, id, parent, state, flags),
            (name, kind, start, end, attributes),
            (events, links, status, [a, e, l]),
            resource,
            scope,
        )| Span {
            trace,
            id,
            parent,
            state,
            flags,
            name,
            kind: Kind::from_number(kind),
            start,
            end,
            attributes,
            events,
            links,
            status,
            dropped: Dropped { attributes: a, events: e, links: l },
            resource,
            scope,
        },
    )
}

/// Spans of few resources and scopes, as exporters send them.
pub(crate) fn spans() -> impl Strategy<Value = Vec<Span>> {
    vec(span(), 0..8).prop_flat_map(|spans| {
        let count = spans.len();
        (Just(spans), vec(0..count.max(1), count)).prop_map(|(mut spans, owners)| {
            for (at, owner) in owners.into_iter().enumerate() {
                spans[at].resource = Arc::clone(&spans[owner].resource);
                spans[at].scope = Arc::clone(&spans[owner].scope);
            }
            spans
        })
    })
}

/// The spans in the order in which OTLP nests them.
pub(crate) fn nested(spans: &[Span]) -> Vec<Span> {
    let first = |same: &dyn Fn(&Span) -> bool| spans.iter().position(same);
    let mut sorted = spans.to_vec();
    sorted.sort_by_key(|span| {
        let resource = first(&|other| other.resource == span.resource);
        let scope = first(&|other| other.resource == span.resource && other.scope == span.scope);
        (resource, scope)
    });
    sorted
}
