//! The query API answers as Jaeger's does.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod shop;

use serde_json::json;
use shop::{Answer, JSON, PROTO, Shop, attributes, child, resource, span, trace_id};
use trace::span::{Kind, Status};

/// Trace 1: shop and pricing, a session, an error. Trace 2: pricing alone, later.
async fn filled() -> Shop {
    let shop = Shop::open().await;
    let mut checkout = span(1, 10);
    checkout.name = "GET /checkout".to_owned();
    checkout.attributes = attributes(&[("session.id", "s1"), ("http.route", "/checkout")]);
    checkout.end = checkout.start.plus(std::time::Duration::from_secs(5));
    let mut price = child(1, 11, 10);
    price.name = "SELECT prices".to_owned();
    price.kind = Kind::Client;
    price.status = Status::Error("locked".to_owned());
    price.resource = resource("pricing");
    let mut alone = span(2, 100);
    alone.resource = resource("pricing");
    shop.send(&[checkout, price, alone]).await;
    shop
}

/// The trace ids that a search finds, in its order.
async fn found(shop: &Shop, query: &str) -> Vec<String> {
    let listed = shop.json(&format!("/api/v3/trace-summaries?{query}")).await;
    let ids = listed["summaries"].as_array().unwrap().iter();
    ids.map(|summary| summary["traceId"].as_str().unwrap()[..2].to_owned()).collect()
}

#[tokio::test]
async fn a_trace_comes_as_otlp_json_under_result() {
    let shop = filled().await;
    let answer = shop.get(&format!("/api/v3/traces/{}", trace_id(2))).await;
    assert_eq!((answer.status, &*answer.content_type), (200, JSON));
    assert_eq!(
        answer.json(),
        json!({"result": {"resourceSpans": [{
            "resource": {"attributes": [
                {"key": "service.name", "value": {"stringValue": "pricing"}}]},
            "scopeSpans": [{"scope": {"name": "test"}, "spans": [{
                "traceId": "02020202020202020202020202020202", "spanId": "6464646464646464",
                "name": "span 100", "kind": 2, "startTimeUnixNano": "100000000000",
                "endTimeUnixNano": "101000000000"}]}]}]}})
    );
}

#[tokio::test]
async fn a_trace_comes_as_protobuf_to_those_who_prefer_it() {
    let shop = filled().await;
    let id = trace_id(1);
    let request = backend::jaeger::trace(&shop.url(""), id);
    let (name, value) = &request.headers[0];
    let answer = Answer::of(reqwest::Client::new().get(&request.url).header(name, value)).await;
    assert_eq!((answer.status, &*answer.content_type), (200, PROTO));
    let reply = backend::Reply {
        status: answer.status,
        content_type: answer.content_type,
        body: answer.body,
        ..backend::Reply::default()
    };
    let Ok(backend::jaeger::Found::Spans(accepted)) = backend::jaeger::read_trace(&reply) else {
        panic!("{reply:?}")
    };
    assert_eq!(shop::names(&accepted.spans), ["GET /checkout", "SELECT prices"]);
    assert_eq!(accepted.spans[1].service(), "pricing");
}

#[tokio::test]
async fn unknown_ids_searches_without_result_and_bad_ids_answer_as_jaeger_does() {
    let shop = filled().await;
    let nothing = json!({"error": {"httpCode": 404, "message": "No traces found"}});
    let unknown = shop.get(&format!("/api/v3/traces/{}", trace_id(9))).await;
    assert_eq!((unknown.status, unknown.json()), (404, nothing.clone()));
    let empty = shop.get("/api/v3/traces?query.serviceName=nobody").await;
    assert_eq!((empty.status, empty.json()), (404, nothing));
    let bad = shop.get("/api/v3/traces/xyz").await;
    assert_eq!((bad.status, bad.json()["error"]["httpCode"].clone()), (400, 400.into()));
    assert_eq!(shop.get("/api/v3/nonsense").await.status, 404);
    assert_eq!(shop.get("/").await.status, 404);
    let bad = shop.get("/api/v3/traces?query.startTimeMin=now").await;
    assert!(bad.text().contains("query.startTimeMin"), "{}", bad.text());
}

#[tokio::test]
async fn summaries_say_what_a_list_shows() {
    let shop = filled().await;
    let listed = shop.json("/api/v3/trace-summaries?query.serviceName=shop").await;
    assert_eq!(
        listed,
        json!({"summaries": [{
            "traceId": "01010101010101010101010101010101",
            "rootServiceName": "shop", "rootOperationName": "GET /checkout",
            "minStartTimeUnixNano": "10000000000", "maxEndTimeUnixNano": "15000000000",
            "spanCount": 2, "errorSpanCount": 1,
            "services": [
                {"name": "shop", "spanCount": 1, "errorSpanCount": 0},
                {"name": "pricing", "spanCount": 1, "errorSpanCount": 1}]}]})
    );
}

#[tokio::test]
async fn traces_are_found_by_service_operation_time_and_duration() {
    let shop = filled().await;
    assert_eq!(found(&shop, "").await, ["02", "01"]);
    assert_eq!(found(&shop, "query.serviceName=pricing").await, ["02", "01"]);
    assert_eq!(found(&shop, "query.serviceName=shop").await, ["01"]);
    assert_eq!(found(&shop, "query.service_name=pricing&query.num_traces=1").await, ["02"]);
    let operation = "query.serviceName=pricing&query.operationName=SELECT%20prices";
    assert_eq!(found(&shop, operation).await, ["01"]);
    // The operation is the shop's, so pricing has no such span.
    let other = "query.serviceName=pricing&query.operationName=GET%20/checkout";
    assert_eq!(found(&shop, other).await, [""; 0]);
    assert_eq!(found(&shop, "query.durationMin=2s").await, ["01"]);
    assert_eq!(found(&shop, "query.durationMax=1500ms&query.serviceName=shop").await, [""; 0]);
    assert_eq!(found(&shop, "query.startTimeMin=1970-01-01T00:01:00Z").await, ["02"]);
    assert_eq!(found(&shop, "query.start_time_max=1970-01-01T00:01:00Z").await, ["01"]);
}

#[tokio::test]
async fn traces_are_found_by_session_and_by_any_other_attribute() {
    let shop = filled().await;
    let by = |attributes: serde_json::Value| {
        let text = attributes.to_string();
        let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        format!("query.attributes={encoded}")
    };
    assert_eq!(found(&shop, &by(json!({"session.id": "s1"}))).await, ["01"]);
    assert_eq!(found(&shop, &by(json!({"session.id": "s2"}))).await, [""; 0]);
    assert_eq!(found(&shop, &by(json!({"http.route": "/checkout"}))).await, ["01"]);
    assert_eq!(found(&shop, &by(json!({"http.route": "/"}))).await, [""; 0]);
    assert_eq!(found(&shop, &by(json!({"error": true}))).await, ["01"]);
    assert_eq!(found(&shop, &by(json!({"service.name": "pricing"}))).await, ["02", "01"]);
    let both = by(json!({"session.id": "s1", "http.route": "/checkout"}));
    assert_eq!(found(&shop, &format!("{both}&query.serviceName=shop")).await, ["01"]);
    let spans = shop.json(&format!("/api/v3/traces?{both}")).await;
    assert_eq!(spans["result"]["resourceSpans"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_session_on_the_resource_counts_for_all_its_spans() {
    let shop = Shop::open().await;
    let mut page = span(1, 1);
    page.resource = std::sync::Arc::new(trace::Resource {
        attributes: attributes(&[("service.name", "browser"), ("session.id", "s9")]),
        schema: String::new(),
    });
    shop.send(&[page]).await;
    let query = "query.attributes=%7B%22session.id%22%3A%22s9%22%7D";
    assert_eq!(found(&shop, query).await, ["01"]);
}

#[tokio::test]
async fn services_and_operations_are_listed_in_order() {
    let shop = filled().await;
    assert_eq!(shop.json("/api/v3/services").await, json!({"services": ["pricing", "shop"]}));
    assert_eq!(
        shop.json("/api/v3/operations?service=pricing").await,
        json!({"operations": [
            {"name": "SELECT prices", "spanKind": "client"},
            {"name": "span 100", "spanKind": "server"}]})
    );
    assert_eq!(
        shop.json("/api/v3/operations?service=pricing&spanKind=CLIENT").await,
        json!({"operations": [{"name": "SELECT prices", "spanKind": "client"}]})
    );
    assert_eq!(shop.get("/api/v3/operations").await.status, 400);
}

#[tokio::test]
async fn methods_that_make_no_sense_are_405_with_those_that_do() {
    let shop = Shop::open().await;
    let client = reqwest::Client::new();
    for (path, allowed) in
        [("/v1/traces", "POST"), ("/healthz", "GET"), ("/api/v3/services", "GET")]
    {
        let response = client.delete(shop.url(path)).send().await.unwrap();
        assert_eq!(response.status(), 405);
        assert_eq!(response.headers()["allow"], allowed);
    }
}

#[tokio::test]
async fn health_says_what_is_kept() {
    let shop = filled().await;
    let health = shop.json("/healthz").await;
    assert_eq!((&health["status"], &health["spans"]), (&"ok".into(), &3.into()));
    assert_eq!(health["queue"], json!({"waiting": 0, "capacity": 256}));
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
}
