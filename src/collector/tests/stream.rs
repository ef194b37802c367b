//! The stream says which traces grow, and nobody waits for who does not listen.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod shop;

use reqwest::Response;
use shop::{Shop, span, trace_id};

/// A stream that is read event by event.
struct Stream {
    response: Response,
    text: String,
}

impl Stream {
    async fn open(shop: &Shop, path: &str) -> Self {
        let response = shop.request(path).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next event; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let event = event.to_owned();
                self.text = rest.to_owned();
                return Some(event);
            }
            let chunk = self.response.chunk().await.unwrap()?;
            self.text.push_str(str::from_utf8(&chunk).unwrap());
        }
    }
}

fn grew(trace: u8, spans: u32) -> Option<String> {
    let id = trace_id(trace);
    Some(format!("event: grew\ndata: {{\"traceId\":\"{id}\",\"spans\":{spans}}}"))
}

#[tokio::test]
async fn every_trace_that_grows_is_said_with_its_size() {
    let shop = Shop::open().await;
    let mut stream = Stream::open(&shop, "/api/stream").await;
    assert_eq!(stream.next().await.as_deref(), Some(": alive"));
    shop.send(&[span(1, 1), span(1, 2)]).await;
    assert_eq!(stream.next().await, grew(1, 2));
    // Nothing new, nothing said.
    shop.send(&[span(1, 1)]).await;
    shop.send(&[span(1, 3)]).await;
    assert_eq!(stream.next().await, grew(1, 3));
}

#[tokio::test]
async fn a_stream_of_one_trace_begins_with_what_is_there_and_leaves_others_out() {
    let shop = Shop::open().await;
    shop.send(&[span(1, 1), span(1, 2)]).await;
    let mut stream = Stream::open(&shop, &format!("/api/stream?trace={}", trace_id(1))).await;
    assert_eq!(stream.next().await, grew(1, 2));
    shop.send(&[span(2, 1)]).await;
    shop.send(&[span(1, 3)]).await;
    assert_eq!(stream.next().await.as_deref(), Some(": alive"));
    assert_eq!(stream.next().await, grew(1, 3));
    assert_eq!(shop.get("/api/stream?trace=nonsense").await.status, 400);
}

#[tokio::test]
async fn a_reader_that_does_not_read_holds_nobody_up_and_learns_that_it_missed_something() {
    let shop = Shop::open().await;
    let mut stream = Stream::open(&shop, "/api/stream").await;
    // Enough to fill the connection's buffers and the list of events that wait.
    let spans: Vec<_> = (1..=250).map(|trace| span(trace, 1)).collect();
    for round in 1..=200_u64 {
        let mut more = spans.clone();
        for span in &mut more {
            let id = [span.id.as_bytes()[0]; 8];
            let id = u64::from_be_bytes(id) ^ round;
            span.id = trace::SpanId::from_bytes(&id.to_be_bytes()).unwrap();
        }
        shop.send(&more).await;
    }
    assert_eq!(shop.json("/healthz").await["spans"], 250 * 200);
    loop {
        let event = stream.next().await.unwrap();
        if event.starts_with("event: missed\ndata: {\"events\":") {
            break;
        }
    }
}

#[tokio::test]
async fn streams_end_when_the_collector_stops() {
    let shop = Shop::open().await;
    let mut stream = Stream::open(&shop, "/api/stream").await;
    assert_eq!(stream.next().await.as_deref(), Some(": alive"));
    shop.running.stop().await;
    assert_eq!(stream.next().await, None);
}
