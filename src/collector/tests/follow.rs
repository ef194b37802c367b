//! Who follows a trace gets what is stored, and then what arrives.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod shop;

use std::collections::BTreeSet;

use reqwest::Response;
use shop::{Shop, span, trace_id};
use trace::{Span, SpanId};

/// An answer that goes on.
struct Follow {
    response: Response,
    bytes: Vec<u8>,
}

impl Follow {
    async fn open(shop: &Shop, trace: u8) -> Self {
        let path = format!("/api/v3/traces/{}/follow", trace_id(trace));
        let response = shop.request(&path).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/x-protobuf");
        Self { response, bytes: Vec::new() }
    }

    fn stored(&self) -> &str {
        self.response.headers()["tracelight-spans"].to_str().unwrap()
    }

    /// All that came, once it is as much. What came is a message whenever it is looked at between
    /// two parts, and cut short otherwise.
    async fn until(&mut self, count: usize) -> BTreeSet<SpanId> {
        loop {
            let spans = otlp::proto::decode(&self.bytes).map(|found| found.spans);
            let ids: BTreeSet<SpanId> = spans.iter().flatten().map(|span: &Span| span.id).collect();
            if ids.len() >= count {
                return ids;
            }
            let chunk = self.response.chunk().await.unwrap().unwrap();
            self.bytes.extend_from_slice(&chunk);
        }
    }
}

fn many(from: u64, to: u64) -> Vec<Span> {
    let made = |id: u64| Span { id: SpanId::from_bytes(&id.to_be_bytes()).unwrap(), ..span(1, 1) };
    (from..=to).map(made).collect()
}

#[tokio::test]
async fn a_trace_comes_in_parts_and_then_what_arrives_of_it_and_of_no_other() {
    let shop = Shop::open().await;
    shop.send(&many(1, 5_000)).await;
    let mut follow = Follow::open(&shop, 1).await;
    assert_eq!(follow.stored(), "5000");
    assert_eq!(follow.until(5_000).await.len(), 5_000);
    shop.send(&[span(2, 7)]).await;
    shop.send(&many(5_001, 5_003)).await;
    let all = follow.until(5_003).await;
    assert_eq!(all, many(1, 5_003).iter().map(|span| span.id).collect());
    let spans = otlp::proto::decode(&follow.bytes).unwrap().spans;
    assert!(spans.iter().all(|span| span.service() == many(1, 1)[0].service()));
}

#[tokio::test]
async fn a_trace_that_nobody_knows_yet_is_followed_from_its_first_span() {
    let shop = Shop::open().await;
    let mut follow = Follow::open(&shop, 1).await;
    assert_eq!(follow.stored(), "0");
    shop.send(&[span(1, 1)]).await;
    assert_eq!(follow.until(1).await.len(), 1);
    assert_eq!(shop.get("/api/v3/traces/nonsense/follow").await.status, 400);
}

#[tokio::test]
async fn who_does_not_read_holds_nobody_up_and_misses_nothing() {
    let shop = Shop::open().await;
    let mut follow = Follow::open(&shop, 1).await;
    for round in 0..200 {
        shop.send(&many(round * 250 + 1, round * 250 + 250)).await;
    }
    assert_eq!(follow.until(50_000).await.len(), 50_000);
}

#[tokio::test]
async fn it_ends_when_the_collector_stops() {
    let shop = Shop::open().await;
    let mut follow = Follow::open(&shop, 1).await;
    shop.running.stop().await;
    while follow.response.chunk().await.unwrap().is_some() {}
}
