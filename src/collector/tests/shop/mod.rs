//! A collector to test with, and spans to send to it.
#![allow(dead_code, reason = "every test file uses another part of it")]

pub(crate) mod gate;
pub(crate) mod onward;
pub(crate) mod program;

use std::sync::Arc;

use collector::{Running, Settings};
use otlp::proto;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value as Json;
use trace::span::{Dropped, Kind, Resource, Scope, Span, Status};
use trace::{Attributes, SpanId, Timestamp, TraceId, Value};

pub(crate) const PROTO: &str = "application/x-protobuf";
pub(crate) const JSON: &str = "application/json";

/// A running collector, and a client.
pub(crate) struct Shop {
    pub(crate) running: Running,
    client: Client,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        Self::read(request.send().await.unwrap()).await
    }

    async fn read(response: Response) -> Self {
        let header =
            |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        Self {
            status: response.status().as_u16(),
            content_type: header("content-type").unwrap_or_default(),
            retry_after: header("retry-after"),
            body: response.bytes().await.unwrap().to_vec(),
        }
    }

    pub(crate) fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(Settings::ephemeral()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let running = collector::start(settings).await.unwrap();
        Self { running, client: Client::new() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.http)
    }

    pub(crate) fn request(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(path)).await
    }

    pub(crate) async fn json(&self, path: &str) -> Json {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    pub(crate) fn export(&self, content_type: &str, body: impl Into<Vec<u8>>) -> RequestBuilder {
        let request = self.client.post(self.url("/v1/traces"));
        request.header("content-type", content_type).body(body.into())
    }

    pub(crate) async fn post(&self, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        Answer::of(self.export(content_type, body)).await
    }

    /// Sends spans, all of which must be taken.
    pub(crate) async fn send(&self, spans: &[Span]) {
        let answer = self.post(PROTO, proto::encode(spans)).await;
        assert_eq!((answer.status, answer.body.len()), (200, 0), "{}", answer.text());
    }

    /// The spans of a trace, earliest first; none when it is not known.
    pub(crate) async fn spans(&self, trace: u8) -> Vec<Span> {
        let path = format!("/api/v3/traces/{}", trace_id(trace));
        let answer = Answer::of(self.request(&path).header("accept", PROTO)).await;
        match answer.status {
            404 => Vec::new(),
            _ => proto::decode(&answer.body).unwrap().spans,
        }
    }
}

pub(crate) fn trace_id(number: u8) -> TraceId {
    TraceId::from_bytes(&[number; 16]).unwrap()
}

pub(crate) fn span_id(number: u8) -> SpanId {
    SpanId::from_bytes(&[number; 8]).unwrap()
}

pub(crate) fn resource(service: &str) -> Arc<Resource> {
    let attributes = attributes(&[("service.name", service)]);
    Arc::new(Resource { attributes, schema: String::new() })
}

pub(crate) fn attributes(pairs: &[(&str, &str)]) -> Attributes {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
}

/// A span of the shop: one second long, beginning as many seconds after the epoch as its number
/// says, under no parent.
pub(crate) fn span(trace: u8, number: u8) -> Span {
    Span {
        trace: trace_id(trace),
        id: span_id(number),
        parent: None,
        state: String::new(),
        flags: 0,
        name: format!("span {number}"),
        kind: Kind::Server,
        start: Timestamp::from_nanos(u64::from(number) * 1_000_000_000),
        end: Timestamp::from_nanos(u64::from(number) * 1_000_000_000 + 1_000_000_000),
        attributes: Attributes::new(),
        events: Vec::new(),
        links: Vec::new(),
        status: Status::Unset,
        dropped: Dropped::default(),
        resource: resource("shop"),
        scope: Arc::new(Scope { name: "test".to_owned(), ..Scope::default() }),
    }
}

/// A span under a parent.
pub(crate) fn child(trace: u8, number: u8, parent: u8) -> Span {
    Span { parent: Some(span_id(parent)), ..span(trace, number) }
}

/// Changes the first place where `from` stands.
pub(crate) fn replace(whole: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = whole.windows(from.len()).position(|window| window == from).unwrap();
    [&whole[..at], to, &whole[at + from.len()..]].concat()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// The names of spans, in their order.
pub(crate) fn names(spans: &[Span]) -> Vec<&str> {
    spans.iter().map(|span| &*span.name).collect()
}
