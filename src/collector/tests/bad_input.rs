//! Whatever is sent, the collector answers as OTLP says, keeps every good span of the same
//! request, and goes on.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod shop;

use otlp::answer::{Partial, Refusal};
use otlp::{json, proto};
use shop::{JSON, PROTO, Shop, child, gzip, names, replace, span, span_id};
use trace::{Timestamp, Value};

/// Sends three spans of which the second was spoilt, in both forms; the other two must be kept
/// and the reason said.
async fn loses_the_second(proto: Vec<u8>, json: Vec<u8>, line: &str) {
    let shop = Shop::open().await;
    let answer = shop.post(PROTO, proto).await;
    assert_eq!((answer.status, &*answer.content_type), (200, PROTO));
    let wanted = Partial { rejected: 1, message: line.to_owned() };
    assert_eq!(Partial::from_proto(&answer.body), wanted);
    assert_eq!(names(&shop.spans(1).await), ["span 1", "span 3"]);

    let shop = Shop::open().await;
    let answer = shop.post(JSON, json).await;
    assert_eq!((answer.status, &*answer.content_type), (200, JSON));
    assert_eq!(Partial::from_json(&answer.body), wanted);
    assert_eq!(names(&shop.spans(1).await), ["span 1", "span 3"]);
}

fn three() -> [trace::Span; 3] {
    [span(1, 1), span(1, 0xee), span(1, 3)]
}

/// The message with the second span's `from` replaced, in both forms.
fn spoilt(from: &[u8], to: &[u8], json_from: &str, json_to: &str) -> (Vec<u8>, Vec<u8>) {
    let bytes = replace(&proto::encode(&three()), from, to);
    let text = json::encode(&three()).replacen(json_from, json_to, 1);
    (bytes, text.into_bytes())
}

#[tokio::test]
async fn malformed_protobuf_is_refused_with_a_status_message() {
    let shop = Shop::open().await;
    let whole = proto::encode(&three());
    for body in [&whole[..whole.len() - 1], &b"\xff\xff\xff"[..], &b"{}"[..]] {
        let answer = shop.post(PROTO, body).await;
        assert_eq!((answer.status, &*answer.content_type), (400, PROTO));
        let refusal = Refusal::from_proto(&answer.body);
        assert_eq!(refusal.code, 3);
        assert!(refusal.message.starts_with("protobuf is cut short"), "{}", refusal.message);
    }
    assert_eq!(shop.json("/healthz").await["spans"], 0);
}

#[tokio::test]
async fn malformed_json_is_refused_with_a_status_message() {
    let shop = Shop::open().await;
    for body in ["", "{", "[]", "null", "{\"resourceSpans\":[}", "not json"] {
        let answer = shop.post(JSON, body).await;
        assert_eq!((answer.status, &*answer.content_type), (400, JSON), "{body}");
        assert_eq!(answer.json()["code"], 3);
        assert!(answer.json()["message"].as_str().unwrap().contains("JSON"), "{}", answer.text());
    }
    let deep = format!("{{\"x\":{}", "[".repeat(100_000));
    assert_eq!(shop.post(JSON, deep).await.status, 400);
}

#[tokio::test]
async fn a_wrong_content_type_or_encoding_is_415() {
    let shop = Shop::open().await;
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/grpc", ""]
    {
        let answer = shop.post(content_type, "x").await;
        assert_eq!(answer.status, 415, "{content_type}");
        assert!(answer.text().contains("wanted application/x-protobuf"), "{}", answer.text());
    }
    let body = proto::encode(&[span(1, 1)]);
    let request = shop.export(PROTO, body).header("content-encoding", "br");
    assert_eq!(shop::Answer::of(request).await.status, 415);
    let typed = "Application/X-Protobuf; charset=utf-8";
    assert_eq!(shop.post(typed, proto::encode(&[span(1, 1)])).await.status, 200);
}

#[tokio::test]
async fn gzip_is_unpacked_and_broken_gzip_is_refused() {
    let shop = Shop::open().await;
    let packed = gzip(&proto::encode(&[span(1, 1)]));
    let send = |body: Vec<u8>| shop.export(PROTO, body).header("content-encoding", "gzip");
    assert_eq!(shop::Answer::of(send(packed.clone())).await.status, 200);
    let text = gzip(json::encode(&[span(1, 2)]).as_bytes());
    let request = shop.export(JSON, text).header("content-encoding", "gzip");
    assert_eq!(shop::Answer::of(request).await.status, 200);
    assert_eq!(shop.spans(1).await.len(), 2);
    for bad in [packed[..packed.len() / 2].to_vec(), b"plain".to_vec()] {
        let answer = shop::Answer::of(send(bad)).await;
        assert_eq!(answer.status, 400, "{}", answer.text());
    }
}

#[tokio::test]
async fn a_gzip_bomb_is_413_and_never_unpacked_whole() {
    let shop = Shop::open().await;
    // A thousandth of what it unpacks to: 1 GiB of zeros in about 1 MiB.
    let member = gzip(&vec![0; 64 << 20]);
    let bomb = member.repeat(16);
    let before = resident();
    let request = shop.export(PROTO, bomb).header("content-encoding", "gzip");
    let answer = shop::Answer::of(request).await;
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert_eq!(Refusal::from_proto(&answer.body).message, "unpacked body is larger than 64 MiB");
    // Test and collector share a process, so this only bounds it: far below what it unpacks to.
    assert!(resident() < before + (300 << 20));
    shop.send(&[span(1, 1)]).await;
}

/// Memory in use by this process, where the system tells.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}

#[tokio::test]
async fn a_body_of_20_mib_is_413_however_it_is_sent() {
    let shop = Shop::open().await;
    let answer = shop.post(PROTO, vec![0; 20 << 20]).await;
    assert_eq!(answer.status, 413);
    assert_eq!(Refusal::from_proto(&answer.body).message, "body is larger than 16 MiB");
    let answer = shop.post(JSON, vec![b' '; 20 << 20]).await;
    assert_eq!((answer.status, answer.json()["code"].clone()), (413, 8.into()));
    shop.send(&[span(1, 1)]).await;
}

#[tokio::test]
async fn empty_ids_cost_their_spans_only() {
    let (whole, id) = (proto::encode(&three()), [0x12, 8].iter().chain(&[0xee; 8]).copied());
    // Field 2 with no bytes, and an unknown field of as many, so that all lengths stay right.
    let empty = [0x12, 0, 0xa2, 0x06, 5, 1, 2, 3, 4, 5];
    let bytes = replace(&whole, &id.collect::<Vec<_>>(), &empty);
    let text = json::encode(&three()).replacen(&"ee".repeat(8), "", 1);
    loses_the_second(bytes, text.into_bytes(), "1 span rejected: 1 without a span id").await;
}

#[tokio::test]
async fn all_zero_ids_cost_their_spans_only() {
    let (bytes, text) = spoilt(&[0xee; 8], &[0; 8], &"ee".repeat(8), &"00".repeat(8));
    loses_the_second(bytes, text, "1 span rejected: 1 with an all-zero span id").await;

    let mut spans = three();
    spans[1].trace = shop::trace_id(0xdd);
    let bytes = replace(&proto::encode(&spans), &[0xdd; 16], &[0; 16]);
    let text = json::encode(&spans).replacen(&"dd".repeat(16), &"00".repeat(16), 1);
    let line = "1 span rejected: 1 with an all-zero trace id";
    loses_the_second(bytes, text.into_bytes(), line).await;
}

#[tokio::test]
async fn invalid_utf8_costs_its_span_only() {
    let bytes = replace(&proto::encode(&three()), b"span 238", b"span \xff\xfe\xfd");
    let text = replace(json::encode(&three()).as_bytes(), b"span 238", b"span \xff\xfe\xfd");
    loses_the_second(bytes, text, "1 span rejected: 1 with text that is not UTF-8").await;
}

#[tokio::test]
async fn every_reason_is_counted_when_nothing_is_left() {
    let shop = Shop::open().await;
    let text = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{}, {"traceId":"00"},
        {"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0000000000000000"}, null]}]}]}"#;
    let answer = shop.post(JSON, text).await;
    let partial = Partial::from_json(&answer.body);
    assert_eq!((answer.status, partial.rejected), (200, 4));
    assert_eq!(
        partial.message,
        "4 spans rejected: 2 without a trace id, 1 with a trace id that is not 16 bytes, \
         1 with an all-zero span id"
    );
    assert_eq!(shop.json("/healthz").await["spans"], 0);
}

#[tokio::test]
async fn an_end_before_the_start_is_kept_as_it_is() {
    let shop = Shop::open().await;
    let mut odd = span(1, 5);
    odd.end = Timestamp::from_nanos(3);
    shop.send(&[odd.clone()]).await;
    assert_eq!(shop.spans(1).await, [odd]);
    let listed = shop.json("/api/v3/trace-summaries").await;
    assert_eq!(listed["summaries"][0]["maxEndTimeUnixNano"], "3");
}

#[tokio::test]
async fn absurd_times_are_kept_and_negative_ones_cost_their_span_only() {
    let shop = Shop::open().await;
    let mut spans = [span(1, 1), span(1, 2)];
    spans[0].start = Timestamp::from_nanos(0);
    spans[1].start = Timestamp::from_nanos(u64::MAX - 1);
    spans[1].end = Timestamp::from_nanos(u64::MAX);
    shop.send(&spans).await;
    assert_eq!(shop.spans(1).await, spans);
    let listed = &shop.json("/api/v3/trace-summaries").await["summaries"][0];
    assert_eq!(listed["minStartTimeUnixNano"], "0");
    assert_eq!(listed["maxEndTimeUnixNano"], u64::MAX.to_string());

    // Protobuf's times have no sign; only JSON can write a negative one.
    let text = json::encode(&three()).replace("\"238000000000\"", "-5");
    let answer = shop.post(JSON, text).await;
    assert_eq!(
        Partial::from_json(&answer.body).message,
        "1 span rejected: 1 with a time that is no count of nanoseconds since 1970"
    );
}

#[tokio::test]
async fn ten_thousand_attributes_are_kept() {
    let shop = Shop::open().await;
    let mut wide = span(1, 1);
    for number in 0..10_000 {
        wide.attributes.insert(format!("attribute {number}"), Value::Int(number));
    }
    shop.send(&[wide.clone()]).await;
    assert_eq!(shop.spans(1).await, [wide]);
}

#[tokio::test]
async fn unknown_fields_are_passed_over() {
    let shop = Shop::open().await;
    // Field 100 of TracesData, and a field of JSON that no version has.
    let mut bytes = proto::encode(&[span(1, 1)]);
    bytes.extend_from_slice(&[0xa2, 0x06, 3, 1, 2, 3]);
    assert_eq!(shop.post(PROTO, bytes).await.body, b"");
    let text =
        json::encode(&[span(1, 2)]).replacen("\"name\"", "\"later\":{\"a\":[1]},\"name\"", 1);
    assert_eq!(shop.post(JSON, text).await.text(), "{}");
    assert_eq!(shop.spans(1).await.len(), 2);
}

#[tokio::test]
async fn spans_may_come_in_any_order_and_in_several_requests() {
    let shop = Shop::open().await;
    shop.send(&[child(1, 3, 2)]).await;
    shop.send(&[child(1, 2, 1)]).await;
    shop.send(&[span(1, 1)]).await;
    assert_eq!(names(&shop.spans(1).await), ["span 1", "span 2", "span 3"]);
    let listed = &shop.json("/api/v3/trace-summaries").await["summaries"][0];
    assert_eq!((&listed["rootOperationName"], &listed["spanCount"]), (&"span 1".into(), &3.into()));
}

#[tokio::test]
async fn a_parent_that_never_comes_and_a_cycle_are_kept_as_they_are() {
    let shop = Shop::open().await;
    let spans = [child(1, 2, 0x77), child(2, 1, 2), child(2, 2, 1), child(3, 4, 4)];
    shop.send(&spans).await;
    assert_eq!(shop.spans(1).await[0].parent, Some(span_id(0x77)));
    assert_eq!(shop.spans(2).await.len(), 2);
    assert_eq!(shop.spans(3).await[0].parent, Some(span_id(4)));
    let listed = shop.json("/api/v3/trace-summaries").await;
    assert_eq!(listed["summaries"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn the_same_span_twice_is_one_span() {
    let shop = Shop::open().await;
    shop.send(&[span(1, 1), span(1, 1)]).await;
    shop.send(&[span(1, 1), span(1, 2)]).await;
    // The same id in another trace is another span.
    shop.send(&[span(2, 1)]).await;
    assert_eq!(shop.spans(1).await.len(), 2);
    let health = shop.json("/healthz").await;
    assert_eq!((&health["spans"], &health["traces"]), (&3.into(), &2.into()));
}

#[tokio::test]
async fn nothing_at_all_is_taken_in_either_form() {
    let shop = Shop::open().await;
    assert_eq!(shop.post(PROTO, "").await.status, 200);
    assert_eq!(shop.post(JSON, "{}").await.text(), "{}");
}
