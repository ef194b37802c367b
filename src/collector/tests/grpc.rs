//! OTLP/gRPC, spoken by OpenTelemetry's generated client.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod shop;

use collector::Settings;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use shop::{JSON, Shop, trace_id};
use tonic::codec::CompressionEncoding;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

async fn client(shop: &Shop) -> TraceServiceClient<Channel> {
    let endpoint = Endpoint::from_shared(format!("http://{}", shop.running.grpc)).unwrap();
    TraceServiceClient::new(endpoint.connect().await.unwrap())
}

fn span(trace: u8, id: u8) -> Span {
    Span {
        trace_id: vec![trace; 16],
        span_id: vec![id; 8],
        name: format!("span {id}"),
        start_time_unix_nano: 1_000,
        end_time_unix_nano: 2_000,
        ..Span::default()
    }
}

fn request(spans: Vec<Span>) -> ExportTraceServiceRequest {
    let value = Some(AnyValue { value: Some(Any::StringValue("shop".to_owned())) });
    let name = KeyValue { key: "service.name".to_owned(), value, ..KeyValue::default() };
    let resource = Some(Resource { attributes: vec![name], ..Resource::default() });
    let scope = Some(InstrumentationScope { name: "test".to_owned(), ..Default::default() });
    let scope_spans = vec![ScopeSpans { scope, spans, schema_url: String::new() }];
    let resource_spans = vec![ResourceSpans { resource, scope_spans, schema_url: String::new() }];
    ExportTraceServiceRequest { resource_spans }
}

#[tokio::test]
async fn spans_come_in_plain_and_packed() {
    let shop = Shop::open().await;
    let mut plain = client(&shop).await;
    let reply = plain.export(request(vec![span(1, 1)])).await.unwrap().into_inner();
    assert_eq!(reply.partial_success, None);
    let mut packed = client(&shop)
        .await
        .send_compressed(CompressionEncoding::Gzip)
        .accept_compressed(CompressionEncoding::Gzip);
    packed.export(request(vec![span(1, 2)])).await.unwrap();
    let spans = shop.spans(1).await;
    assert_eq!(shop::names(&spans), ["span 1", "span 2"]);
    assert_eq!(spans[0].service(), "shop");
}

#[tokio::test]
async fn one_connection_carries_many_calls_at_once() {
    let shop = Shop::open().await;
    let client = client(&shop).await;
    let calls: Vec<_> = (1..=40)
        .map(|id| {
            let mut client = client.clone();
            tokio::spawn(async move { client.export(request(vec![span(1, id)])).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(shop.spans(1).await.len(), 40);
}

#[tokio::test]
async fn partial_success_says_how_many_and_why() {
    let shop = Shop::open().await;
    let bad = Span { trace_id: vec![0; 16], ..span(1, 2) };
    let sent = request(vec![span(1, 1), bad, span(1, 3)]);
    let reply = client(&shop).await.export(sent).await.unwrap().into_inner();
    let partial = reply.partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 1);
    assert_eq!(partial.error_message, "1 span rejected: 1 with an all-zero trace id");
    assert_eq!(shop.spans(1).await.len(), 2);
}

#[tokio::test]
async fn a_call_of_20_mib_is_resource_exhausted_and_final() {
    let shop = Shop::open().await;
    let fat = Span { name: "x".repeat(20 << 20), ..span(1, 1) };
    let status: Status = client(&shop).await.export(request(vec![fat])).await.unwrap_err();
    assert_eq!(
        (status.code(), status.message()),
        (Code::ResourceExhausted, "body is larger than 16 MiB")
    );
    // The connection and the collector go on.
    client(&shop).await.export(request(vec![span(1, 1)])).await.unwrap();
}

#[tokio::test]
async fn a_packed_call_that_unpacks_to_too_much_is_resource_exhausted() {
    let shop = Shop::open().await;
    let fat = Span { name: "x".repeat(65 << 20), ..span(1, 1) };
    let mut packed = client(&shop).await.send_compressed(CompressionEncoding::Gzip);
    let status = packed.export(request(vec![fat])).await.unwrap_err();
    assert_eq!(
        (status.code(), status.message()),
        (Code::ResourceExhausted, "unpacked body is larger than 64 MiB")
    );
}

#[tokio::test]
async fn a_foreign_authority_is_refused() {
    let shop = Shop::open().await;
    let endpoint = Endpoint::from_shared(format!("http://{}", shop.running.grpc)).unwrap();
    let origin = "http://attacker.example:4317".parse().unwrap();
    let channel = endpoint.origin(origin).connect().await.unwrap();
    let status = TraceServiceClient::new(channel).export(request(vec![])).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    assert!(status.message().contains("attacker.example"), "{}", status.message());
}

#[tokio::test]
async fn whoever_mixes_up_the_two_ports_is_told_so() {
    let shop = Shop::open().await;
    let url = format!("http://{}/v1/traces", shop.running.grpc);
    let request = reqwest::Client::new().post(url).header("content-type", JSON).body("{}");
    let answer = shop::Answer::of(request).await;
    assert_eq!(answer.status, 415);
    assert!(answer.text().contains("OTLP/HTTP is on the other port"), "{}", answer.text());

    let endpoint = Endpoint::from_shared(format!("http://{}", shop.running.http)).unwrap();
    let channel = endpoint.connect().await.unwrap();
    let status = TraceServiceClient::new(channel).export(self::request(vec![])).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    assert!(status.message().contains("OTLP/gRPC is on the other"), "{}", status.message());
}

#[tokio::test]
async fn a_full_queue_is_unavailable_with_a_hint_when_to_retry() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.db");
    let database = collector::Database::File(path.clone());
    let shop = Shop::with(Settings { queue: 1, database, ..Settings::ephemeral() }).await;
    // While another program holds the database, nothing leaves the queue.
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let client = client(&shop).await;
    let mut calls = tokio::task::JoinSet::new();
    for id in 1..=8 {
        let mut client = client.clone();
        calls.spawn(async move { client.export(request(vec![span(1, id)])).await });
    }
    let status = calls.join_next().await.unwrap().unwrap().unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Unavailable, "queue is full"));
    let details = String::from_utf8_lossy(status.details()).into_owned();
    assert!(details.contains("google.rpc.RetryInfo"), "{details}");
    other.execute_batch("COMMIT").unwrap();
    while calls.join_next().await.is_some() {}
    let mut client = client;
    client.export(request(vec![span(1, 9)])).await.unwrap();
    assert!(shop.get(&format!("/api/v3/traces/{}", trace_id(1))).await.status == 200);
}
