//! One bad span never takes the others with it, and says why it went.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod sample;

use otlp::{Accepted, Error, Reason, json, proto};
use trace::Value;

fn three() -> [trace::Span; 3] {
    [sample::plain(1, 1), sample::plain(2, 2), sample::plain(3, 3)]
}

/// Changes the first place where `from` stands.
fn replace(whole: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = whole.windows(from.len()).position(|window| window == from).unwrap();
    [&whole[..at], to, &whole[at + from.len()..]].concat()
}

#[track_caller]
fn loses_the_middle(accepted: &Accepted, line: &str) {
    let names: Vec<_> = accepted.spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["span 1", "span 3"]);
    assert_eq!(accepted.rejected.to_string(), line);
}

#[test]
fn an_all_zero_trace_id_costs_its_span_only() {
    let line = "1 span rejected: 1 with an all-zero trace id";
    let bytes = replace(&proto::encode(&three()), &[2; 16], &[0; 16]);
    loses_the_middle(&proto::decode(&bytes).unwrap(), line);
    let text = json::encode(&three()).replace(&"02".repeat(16), &"00".repeat(16));
    loses_the_middle(&json::decode(text.as_bytes()).unwrap(), line);
}

#[test]
fn an_all_zero_span_id_costs_its_span_only() {
    let line = "1 span rejected: 1 with an all-zero span id";
    let mut spans = three();
    spans[1].id = sample::plain(2, 0xee).id;
    let bytes = replace(&proto::encode(&spans), &[0xee; 8], &[0; 8]);
    loses_the_middle(&proto::decode(&bytes).unwrap(), line);
    let text = json::encode(&spans).replace(&"ee".repeat(8), &"00".repeat(8));
    loses_the_middle(&json::decode(text.as_bytes()).unwrap(), line);
}

#[test]
fn text_that_is_not_utf8_costs_its_span_only() {
    let line = "1 span rejected: 1 with text that is not UTF-8";
    let bytes = replace(&proto::encode(&three()), b"span 2", b"span \xff");
    loses_the_middle(&proto::decode(&bytes).unwrap(), line);
    let text = replace(json::encode(&three()).as_bytes(), b"span 2", b"span \xff");
    loses_the_middle(&json::decode(&text).unwrap(), line);
}

#[test]
fn empty_and_crooked_ids_are_told_apart() {
    let reasons = |fields: &str| {
        let text =
            format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{fields}}}]}}]}}]}}"#);
        let rejected = json::decode(text.as_bytes()).unwrap().rejected;
        rejected.reasons.keys().next().copied()
    };
    let trace = r#""traceId":"0102030405060708090a0b0c0d0e0f10""#;
    let span = r#""spanId":"0102030405060708""#;
    assert_eq!(reasons(span), Some(Reason::TraceMissing));
    assert_eq!(reasons(&format!(r#"{span},"traceId":"""#)), Some(Reason::TraceMissing));
    assert_eq!(reasons(&format!(r#"{span},"traceId":"xyz""#)), Some(Reason::TraceForm));
    assert_eq!(reasons(&format!(r#"{span},"traceId":12"#)), Some(Reason::TraceForm));
    assert_eq!(reasons(trace), Some(Reason::SpanMissing));
    assert_eq!(reasons(&format!(r#"{trace},"spanId":"01""#)), Some(Reason::SpanForm));
    let both = format!("{trace},{span}");
    assert_eq!(reasons(&both), None);
    assert_eq!(reasons(&format!(r#"{both},"parentSpanId":"01""#)), Some(Reason::ParentForm));
    assert_eq!(reasons(&format!(r#"{both},"parentSpanId":"0000000000000000""#)), None);
    assert_eq!(reasons(&format!(r#"{both},"startTimeUnixNano":-1"#)), Some(Reason::Time));
    assert_eq!(reasons(&format!(r#"{both},"endTimeUnixNano":"soon""#)), Some(Reason::Time));
    assert_eq!(reasons(&format!(r#"{both},"name":5"#)), Some(Reason::Garbled));
    assert_eq!(reasons(&format!(r#"{both},"attributes":{{"a":1}}"#)), Some(Reason::Garbled));
}

#[test]
fn values_nested_deeper_than_the_limit_cost_their_span_only() {
    let nest = |levels| (0..levels).fold(Value::Empty, |inner, _| Value::List(vec![inner]));
    let mut spans = three();
    spans[0].attributes.insert("deep".to_owned(), nest(proto::DEPTH));
    spans[1].attributes.insert("deep".to_owned(), nest(proto::DEPTH + 1));
    let line = "1 span rejected: 1 with values nested too deep";
    loses_the_middle(&proto::decode(&proto::encode(&spans)).unwrap(), line);
    loses_the_middle(&json::decode(json::encode(&spans).as_bytes()).unwrap(), line);
}

#[test]
fn an_unreadable_resource_costs_its_own_spans_only() {
    let mut spans = three();
    let bad = trace::Resource { schema: "schema x".to_owned(), ..Default::default() };
    spans[1].resource = bad.into();
    let line = "1 span rejected: 1 of a resource that cannot be read";
    let bytes = replace(&proto::encode(&spans), b"schema x", b"schema \xff");
    loses_the_middle(&proto::decode(&bytes).unwrap(), line);
    let text = replace(json::encode(&spans).as_bytes(), b"schema x", b"schema \xff");
    loses_the_middle(&json::decode(&text).unwrap(), line);
}

#[test]
fn a_link_to_nowhere_is_dropped_and_counted_and_the_span_stays() {
    let mut span = sample::plain(1, 1);
    let (trace, id) = (sample::plain(7, 0xee).trace, sample::plain(7, 0xee).id);
    let attributes = trace::Attributes::new();
    span.links = vec![trace::Link { trace, span: id, state: String::new(), flags: 0, attributes }];
    span.dropped.links = 2;
    let bytes = replace(&proto::encode([&span]), &[0xee; 8], &[0; 8]);
    let text = json::encode([&span]).replace(&"ee".repeat(8), &"00".repeat(8));
    for accepted in [proto::decode(&bytes).unwrap(), json::decode(text.as_bytes()).unwrap()] {
        assert_eq!((accepted.spans[0].links.len(), accepted.spans[0].dropped.links), (0, 3));
    }
}

#[test]
fn a_span_with_ten_thousand_attributes_is_kept_whole() {
    let mut span = sample::plain(1, 1);
    for number in 0..10_000 {
        span.attributes.insert(format!("attribute {number}"), Value::Int(number));
    }
    let accepted = proto::decode(&proto::encode([&span])).unwrap();
    assert_eq!(accepted.spans[0].attributes.len(), 10_000);
}

#[test]
fn a_message_that_is_cut_short_says_where() {
    let bytes = proto::encode(&[sample::plain(1, 1)]);
    let error = proto::decode(&bytes[..bytes.len() - 1]).unwrap_err();
    assert_eq!(error, Error::Protobuf { at: 0 });
    assert_eq!(
        json::decode(br#"{"resourceSpans":[{"#).unwrap_err(),
        Error::Json { at: 19, wanted: "a comma or a closing bracket" }
    );
    assert!(json::decode(b"[]").is_err());
    assert!(json::decode(b"").is_err());
    assert!(json::decode("[".repeat(100_000).as_bytes()).is_err());
}
