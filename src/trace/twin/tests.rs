//! What is one span for a person is one here, and what is not is named.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::span::{Dropped, Link};
use crate::{Scope, SpanId, TraceId};

fn span() -> Span {
    let resource = Attributes::from([
        (key::SERVICE_NAME, "Browser".into()),
        ("browser.mobile", false.into()),
        ("browser.brands", Value::List(vec!["Chromium 156".into(), "a<b".into()])),
    ]);
    let link = Link {
        trace: TraceId::from_bytes(&[7; 16]).unwrap(),
        span: SpanId::from_bytes(&[7; 8]).unwrap(),
        state: String::new(),
        flags: 0,
        attributes: Attributes::from([("tracelight.link", "page".into())]),
    };
    let event = Event {
        time: Timestamp::from_nanos(1_795_218_972_339_900_700),
        name: "exception".into(),
        attributes: Attributes::from([("exception.type", "TypeError".into())]),
    };
    Span {
        trace: TraceId::from_bytes(&[1; 16]).unwrap(),
        id: SpanId::from_bytes(&[2; 8]).unwrap(),
        parent: SpanId::from_bytes(&[3; 8]).ok(),
        state: "a=b".to_owned(),
        flags: 0x101,
        name: "GET /Cart".to_owned(),
        kind: Kind::Client,
        start: Timestamp::from_nanos(1_795_218_972_339_697_999),
        end: Timestamp::from_nanos(1_795_218_972_340_698_998),
        attributes: Attributes::from([
            ("http.response.status_code", 500.into()),
            ("big", Value::Int(9_007_199_254_740_993)),
            ("ratio", 0.25.into()),
            ("hit", true.into()),
            ("raw", Value::Bytes(b"hello".to_vec())),
            ("list", Value::List(vec![1.into(), 2.5.into(), "a\"<".into(), Value::Empty])),
            ("map", Value::Map(Attributes::from([("k", true.into())]))),
            ("nothing", Value::Empty),
        ]),
        events: vec![event],
        links: vec![link],
        status: Status::Error("card declined".to_owned()),
        dropped: Dropped { events: 1, ..Dropped::default() },
        resource: Arc::new(Resource { attributes: resource, schema: "s".to_owned() }),
        scope: Arc::new(Scope { name: "tracelight".to_owned(), ..Scope::default() }),
    }
}

fn changed(change: impl FnOnce(&mut Span)) -> Span {
    let mut span = span();
    change(&mut span);
    span
}

fn resource(span: &mut Span) -> &mut Attributes {
    &mut Arc::make_mut(&mut span.resource).attributes
}

/// The parts that differ, and that it does not matter which span is here.
fn parts(change: impl FnOnce(&mut Span)) -> String {
    let (here, there) = (span(), changed(change));
    let found = differ(&here, &there);
    let mut back = differ(&there, &here);
    back.sort();
    let mut sorted = found.clone();
    sorted.sort();
    if !bare(&there.resource) {
        assert_eq!(sorted, back);
    }
    found.iter().map(|part| format!("{part:?}")).collect::<Vec<_>>().join(" ")
}

fn micros(time: Timestamp) -> Timestamp {
    Timestamp::from_nanos(time.nanos() / 1_000 * 1_000)
}

/// As a store of texts has values.
fn texts(attributes: &mut Attributes) {
    for (_, value) in attributes.iter_mut() {
        *value = match &*value {
            Value::Text(text) => Value::Text(text.clone()),
            Value::Bytes(bytes) => Value::Text(base64(bytes)),
            // As Go writes JSON.
            Value::List(_) | Value::Map(_) => Value::Text(value.to_json().replace('<', "\\u003c")),
            value => Value::Text(value.to_string()),
        };
    }
}

/// As Jaeger's older JSON has a span: microseconds, and no place for some things.
fn jaeger(span: &mut Span) {
    let length = span.end.nanos().saturating_sub(span.start.nanos()) / 1_000 * 1_000;
    span.start = micros(span.start);
    span.end = Timestamp::from_nanos(span.start.nanos() + length);
    span.events.iter_mut().for_each(|event| event.time = micros(event.time));
    span.links.iter_mut().for_each(|link| link.attributes = Attributes::new());
    (span.flags, span.dropped) = (1, Dropped::default());
    Arc::make_mut(&mut span.resource).schema = String::new();
    span.attributes.insert("internal.span.format", "otlp".into());
}

/// As Zipkin has it besides: texts, all in lower case, tags of span and resource in one.
fn zipkin(span: &mut Span) {
    jaeger(span);
    span.name = span.name.to_lowercase();
    let attributes = std::mem::take(resource(span));
    span.attributes.extend(attributes.iter().map(|(name, value)| (name.to_owned(), value.clone())));
    texts(&mut span.attributes);
    resource(span).insert(key::SERVICE_NAME, "browser".into());
    resource(span).insert("host.ip", "10.0.0.1".into());
    for event in &mut span.events {
        event.name = format!("{}|{{\"exception.type\":\"TypeError\"}}|0", event.name).into();
        event.attributes = Attributes::new();
    }
    (span.links, span.scope, span.state) = (Vec::new(), Arc::default(), String::new());
    span.status = Status::Error(String::new());
    span.attributes.insert("error", "card declined".into());
}

#[test]
fn what_a_format_must_do_is_no_difference() {
    assert_eq!(parts(|_| {}), "");
    assert_eq!(parts(jaeger), "");
    assert_eq!(parts(zipkin), "");
    assert_eq!(
        parts(|span| {
            jaeger(span);
            texts(&mut span.attributes);
            texts(resource(span));
        }),
        ""
    );
}

#[test]
fn what_somebody_did_on_the_way_is_named() {
    assert_eq!(parts(|span| span.name = "GET /CART".into()), "Name");
    assert_eq!(parts(|span| span.kind = Kind::Server), "Kind");
    assert_eq!(parts(|span| span.parent = None), "Parent");
    assert_eq!(parts(|span| span.start = Timestamp::from_nanos(1)), "Start");
    assert_eq!(parts(|span| span.end = span.end.shifted(3_000)), "End");
    assert_eq!(parts(|span| span.status = Status::Ok), "Status");
    assert_eq!(parts(|span| span.state = "a=c".into()), "State");
    assert_eq!(parts(|span| Arc::make_mut(&mut span.scope).name = "other".into()), "Scope");
    assert_eq!(parts(|span| span.events.clear()), "Events");
    assert_eq!(parts(|span| span.events[0].name = "log".into()), "Events");
    assert_eq!(parts(|span| span.links[0].span = span.id), "Links");
    let code = "http.response.status_code";
    assert_eq!(
        parts(|span| span.attributes.insert(code, 200.into())),
        r#"Attribute("http.response.status_code")"#
    );
    assert_eq!(parts(|span| drop(span.attributes.remove("hit"))), r#"Attribute("hit")"#);
    assert_eq!(
        parts(|span| {
            span.attributes.insert("team", "shop".into());
            resource(span).insert("host.name", "edge-1".into());
        }),
        r#"Attribute("team") Resource("host.name")"#
    );
    assert_eq!(
        parts(|span| resource(span).insert(key::SERVICE_NAME, "web".into())),
        r#"Resource("service.name")"#
    );
    assert_eq!(
        parts(|span| {
            zipkin(span);
            span.attributes.insert(code, "501".into());
        }),
        r#"Attribute("http.response.status_code")"#
    );
}

#[test]
fn nanoseconds_count_where_both_have_them() {
    assert_eq!(parts(|span| span.start = span.start.shifted(1)), "Start");
    assert_eq!(parts(|span| span.events[0].time = span.start), "Events");
}

#[test]
fn an_event_s_own_attributes_are_looked_at() {
    let change = |value: &str| {
        let value = value.into();
        move |span: &mut Span| span.events[0].attributes.insert("exception.type", value)
    };
    assert_eq!(parts(change("TypeError")), "");
    assert_eq!(parts(change("Error")), "Events");
    assert_eq!(parts(|span| span.events[0].attributes = Attributes::new()), "");
}

#[test]
fn bytes_are_base64() {
    for (bytes, text) in
        [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
    {
        assert_eq!(base64(bytes.as_bytes()), text);
    }
}

#[test]
fn json_that_goes_deep_or_breaks_off_is_only_text() {
    let deep = "[".repeat(100_000);
    assert!(!reads(&deep, &Value::List(vec![Value::Empty])));
    assert!(!reads("[1", &Value::List(vec![1.into()])));
    assert!(reads(" [ 1 , \"a\" ] ", &Value::List(vec![1.into(), "a".into()])));
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Empty),
        "\\PC{0,6}".prop_map(Value::Text),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-1e9..1e9).prop_map(Value::Double),
        prop::collection::vec(any::<u8>(), 0..6).prop_map(Value::Bytes),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::List),
            prop::collection::vec(("[a-z]{1,3}", inner), 0..3)
                .prop_map(|pairs| Value::Map(pairs.into_iter().collect())),
        ]
    })
}

fn any_span() -> impl Strategy<Value = Span> {
    let attributes = || {
        prop::collection::vec(("[a-c]{1,2}", value()), 0..4)
            .prop_map(|pairs| pairs.into_iter().collect::<Attributes>())
    };
    let time = || (0..5_000_u64).prop_map(|nanos| 1_795_218_972_000_000_000 + nanos);
    (attributes(), attributes(), time(), time(), "\\PC{0,4}", 0..6_i32).prop_map(
        |(attributes, more, start, end, name, kind)| {
            changed(|span| {
                (span.attributes, span.name) = (attributes, name);
                resource(span).extend(more);
                (span.start, span.end) = (Timestamp::from_nanos(start), Timestamp::from_nanos(end));
                span.kind = Kind::from_number(kind);
            })
        },
    )
}

proptest! {
    #[test]
    fn a_span_is_the_same_as_itself_and_as_jaeger_has_it(span in any_span()) {
        prop_assert!(same(&span, &span));
        let mut copy = span.clone();
        jaeger(&mut copy);
        prop_assert_eq!(differ(&span, &copy), []);
    }

    #[test]
    fn it_does_not_matter_who_is_asked(here in any_span(), there in any_span()) {
        let (mut one, mut other) = (differ(&here, &there), differ(&there, &here));
        one.sort();
        other.sort();
        prop_assert_eq!(one, other);
    }

    #[test]
    fn what_was_added_is_found(span in any_span(), name in "added\\.[a-z]{1,5}", at in any::<bool>()) {
        let mut copy = span.clone();
        let to = if at { &mut copy.attributes } else { resource(&mut copy) };
        to.insert(name.clone(), "x".into());
        let part = if at { Part::Attribute(&name) } else { Part::Resource(&name) };
        prop_assert_eq!(differ(&span, &copy), [part]);
    }

    #[test]
    fn no_value_is_too_much(text: String, value in value()) {
        let _ = reads(&text, &value);
    }
}
