//! A tiny OTLP receiver that keeps what it gets, and a client that asks the shop like a browser.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::routing::post;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tracelight_demo::{Running, Settings, start};

/// A span as it arrived, with its resource's `service.name`.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) service: String,
    pub(crate) span: Span,
}

impl Received {
    pub(crate) fn attribute(&self, key: &str) -> Option<String> {
        read(&self.span.attributes, key)
    }
}

/// An attribute as text.
pub(crate) fn read(attributes: &[KeyValue], key: &str) -> Option<String> {
    let found = attributes.iter().find(|pair| pair.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        other => Some(format!("{other:?}")),
    }
}

type Kept = Arc<Mutex<Vec<Received>>>;

/// The receiver.
pub(crate) struct Sink {
    pub(crate) url: String,
    kept: Kept,
}

impl Sink {
    pub(crate) async fn open() -> Self {
        let kept = Kept::default();
        let router = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&kept));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, kept }
    }

    pub(crate) fn spans(&self) -> Vec<Received> {
        self.kept.lock().unwrap().clone()
    }
}

async fn take(State(kept): State<Kept>, body: Bytes) -> StatusCode {
    let request = ExportTraceServiceRequest::decode(body).unwrap();
    for resource in request.resource_spans {
        let attributes = resource.resource.unwrap_or_default().attributes;
        let service = read(&attributes, "service.name").unwrap_or_default();
        let spans = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
        let received = spans.map(|span| Received { service: service.clone(), span });
        kept.lock().unwrap().extend(received);
    }
    StatusCode::OK
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

pub(crate) async fn ask(method: Method, url: String, headers: &[(&str, &str)]) -> Answer {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = client.request(request.body(Full::default()).unwrap()).await.unwrap();
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// The shop with its sink.
pub(crate) struct Stage {
    pub(crate) running: Running,
    pub(crate) sink: Sink,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let sink = Sink::open().await;
        let running = start(Settings::anywhere(sink.url.clone())).await.unwrap();
        Self { running, sink }
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        ask(Method::GET, format!("{}{path}", self.running.shop()), headers).await
    }

    /// What has arrived once the shop has sent all that it has.
    pub(crate) async fn spans(&self) -> Spans {
        self.running.flush().await;
        Spans(self.sink.spans())
    }
}

/// Spans that have arrived, to be asked about.
pub(crate) struct Spans(pub(crate) Vec<Received>);

impl Spans {
    /// The only span of that service and name.
    pub(crate) fn only(&self, service: &str, name: &str) -> &Received {
        let mut found = self.named(service, name);
        assert_eq!(found.len(), 1, "spans called {name} of {service} in {:?}", self.names());
        found.remove(0)
    }

    pub(crate) fn named(&self, service: &str, name: &str) -> Vec<&Received> {
        let alike = |kept: &&Received| kept.service == service && kept.span.name == name;
        self.0.iter().filter(alike).collect()
    }

    pub(crate) fn names(&self) -> BTreeMap<String, usize> {
        let mut names = BTreeMap::new();
        for kept in &self.0 {
            *names.entry(format!("{} {}", kept.service, kept.span.name)).or_default() += 1;
        }
        names
    }
}
