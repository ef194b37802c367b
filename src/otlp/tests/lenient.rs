//! OTLP as real programs write it, and as the specification's edges allow it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod sample;

use otlp::{Accepted, Feed, Sheet, json, proto};
use trace::span::{Kind, Status};
use trace::{Timestamp, Value};

const TEMPO_V1: &[u8] = include_bytes!("../../../tests/fixtures/otlp/tempo-v1-trace.json");
const TEMPO_V2: &[u8] = include_bytes!("../../../tests/fixtures/otlp/tempo-v2-trace.json");
const TEMPO_PB: &[u8] = include_bytes!("../../../tests/fixtures/otlp/tempo-v1-trace.pb");
const EXAMPLE: &[u8] = include_bytes!("../../../tests/fixtures/otlp/otlp-example-trace.json");

fn read(text: &str) -> Accepted {
    json::decode(text.as_bytes()).unwrap()
}

/// One span's fields, wrapped as an export request.
fn one(fields: &str) -> Accepted {
    read(&format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{
            "traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708",{fields}}}]}}]}}]}}"#
    ))
}

fn sorted(mut accepted: Accepted) -> Vec<trace::Span> {
    accepted.spans.sort_by_key(|span| span.id);
    accepted.spans
}

#[test]
fn tempo_says_the_same_in_protobuf_and_in_both_of_its_jsons() {
    let from_proto = sorted(proto::decode(TEMPO_PB).unwrap());
    assert_eq!(from_proto.len(), 9);
    assert_eq!(from_proto, sorted(json::decode(TEMPO_V1).unwrap()));
    assert_eq!(from_proto, sorted(json::decode(TEMPO_V2).unwrap()));
    assert!(from_proto.iter().any(|span| span.failed() && !span.events.is_empty()));
    assert!(from_proto.iter().any(|span| !span.links.is_empty()));
    assert_eq!(from_proto[0].trace.to_string(), "00a1b2c3d4e5f60718293a4b5c6d7e8f");
}

#[test]
fn the_specifications_example_with_upper_case_ids_reads() {
    let accepted = json::decode(EXAMPLE).unwrap();
    let span = &accepted.spans[0];
    assert_eq!(span.trace.to_string(), "5b8efff798038103d269b633813fc60c");
    assert_eq!((span.kind, span.service()), (Kind::Server, "my.service"));
    assert_eq!(span.start, Timestamp::from_nanos(1_544_712_660_000_000_000));
    assert_eq!(span.scope.attributes.len(), 1);
}

#[test]
fn ids_that_differ_in_case_alone_are_one_trace_and_one_parent() {
    let span = |trace: &str, id: &str, parent: &str| {
        format!(
            r#"{{"traceId":"{trace}","spanId":"{id}","parentSpanId":"{parent}","name":"{id}"}}"#
        )
    };
    let spans = [
        span("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", ""),
        span("4BF92F3577B34DA6A3CE929D0E0E4736", "00F067AA0BA902B8", "00F067AA0BA902B7"),
        span("4bf92f3577b34DA6a3ce929d0e0e4736", "00f067aa0BA902b9", "00f067aa0ba902B8"),
    ];
    let text =
        format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{}]}}]}}]}}"#, spans.join(","));
    let mut sheet = Sheet::default();
    Feed::new(text.into_bytes(), &mut sheet).finish(&mut sheet).unwrap();
    let columns = sheet.columns();
    assert_eq!((sheet.len(), columns.known_traces().len()), (3, 1));
    assert_eq!(columns.parents[1..], columns.ids[..2]);
}

#[test]
fn jaeger_puts_traces_under_result_and_files_hold_one_object_after_another() {
    let inner = json::encode(&[sample::plain(1, 1)]);
    assert_eq!(read(&format!("{{\"result\":{inner}}}")).spans.len(), 1);
    assert_eq!(read(&format!("{inner}\n{inner}\n")).spans.len(), 2);
    assert_eq!(read("{}").spans.len(), 0);
    assert_eq!(read(r#"{"trace":{},"metrics":{}}"#).spans.len(), 0);
    assert_eq!(read(r#"{"resourceSpans":null}"#).spans.len(), 0);
}

#[test]
fn numbers_are_read_as_text_as_numbers_and_with_an_exponent() {
    for start in ["\"1500000000000000000\"", "1500000000000000000", "1.5e18"] {
        let accepted = one(&format!("\"startTimeUnixNano\":{start}"));
        assert_eq!(accepted.spans[0].start.nanos(), 1_500_000_000_000_000_000, "{start}");
    }
    let accepted = one("\"endTimeUnixNano\":\"18446744073709551615\"");
    assert_eq!(accepted.spans[0].end.nanos(), u64::MAX);
}

#[test]
fn enums_are_read_as_names_and_as_numbers_and_the_future_is_unspecified() {
    for (kind, wanted) in [
        ("3", Kind::Client),
        ("\"SPAN_KIND_CLIENT\"", Kind::Client),
        ("\"CLIENT\"", Kind::Client),
        ("\"3\"", Kind::Client),
        ("99", Kind::Unspecified),
        ("\"SPAN_KIND_TELEPATH\"", Kind::Unspecified),
        ("null", Kind::Unspecified),
    ] {
        assert_eq!(one(&format!("\"kind\":{kind}")).spans[0].kind, wanted, "{kind}");
    }
    let failed = one(r#""status":{"code":"STATUS_CODE_ERROR","message":"no"}"#);
    assert_eq!(failed.spans[0].status, Status::Error("no".to_owned()));
    assert_eq!(one(r#""status":{}"#).spans[0].status, Status::Unset);
}

#[test]
fn snake_case_nulls_and_unknown_fields_are_no_trouble() {
    let accepted = read(
        r#"{"resource_spans":[{"resource":null,"future":[{"x":1}],"scope_spans":[{"scope":null,
        "spans":[{"trace_id":"0102030405060708090A0B0C0D0E0F10","span_id":"AQIDBAUGBwg=",
        "parent_span_id":null,"name":null,"attributes":null,"events":null,"links":null,
        "status":null,"start_time_unix_nano":7,"brand_new":{"a":[true,false,null,-1.5e3]}}]}]}]}"#,
    );
    assert!(accepted.rejected.is_empty(), "{}", accepted.rejected);
    let span = &accepted.spans[0];
    assert_eq!(span.id.to_string(), "0102030405060708");
    assert_eq!((span.parent, span.start.nanos()), (None, 7));
}

#[test]
fn attribute_values_of_every_kind_read() {
    let accepted = one(r#""attributes":[
        {"key":"s","value":{"stringValue":"é"}}, {"key":"b","value":{"boolValue":true}},
        {"key":"i","value":{"intValue":"-9223372036854775808"}}, {"key":"n","value":{"intValue":3}},
        {"key":"d","value":{"doubleValue":0.1}}, {"key":"x","value":{"doubleValue":"-Infinity"}},
        {"key":"y","value":{"bytesValue":"yv4="}}, {"key":"e"}, {"key":"z","value":null},
        {"key":"l","value":{"arrayValue":{"values":[{"intValue":"1"},{}]}}},
        {"key":"m","value":{"kvlistValue":{"values":[{"key":"k","value":{"stringValue":"v"}}]}}}]"#);
    let attributes = &accepted.spans[0].attributes;
    let shown: Vec<_> = attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        shown.join(" "),
        "b=true d=0.1 e= i=-9223372036854775808 l=[1, ] m={k: v} n=3 s=é x=-inf y=cafe z="
    );
    assert_eq!(attributes["e"], Value::Empty);
}

#[test]
fn what_is_written_is_strict_json_with_defaults_left_out() {
    let mut span = sample::plain(0xab, 0xcd);
    span.kind = Kind::Server;
    span.status = Status::Error(String::new());
    span.attributes.insert("n".to_owned(), Value::Int(7));
    assert_eq!(
        json::encode(&[span]),
        concat!(
            r#"{"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{},"spans":[{"#,
            r#""traceId":"abababababababababababababababab","spanId":"cdcdcdcdcdcdcdcd","#,
            r#""name":"span 205","kind":2,"startTimeUnixNano":"1000","endTimeUnixNano":"2000","#,
            r#""attributes":[{"key":"n","value":{"intValue":"7"}}],"status":{"code":2}}]}]}]}"#
        )
    );
    assert_eq!(json::encode(&[]), "{}");
}
