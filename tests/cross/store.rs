//! A real collector on free ports, and the store's requests and replies carried over real HTTP.

use std::time::{Duration, Instant};

use backend::jaeger::{self, Found};
use backend::{Method, Reply, Request, sender};
use collector::{Running, Settings};
use trace::{Span, TraceId};

/// How long a span may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Store {
    pub url: String,
    running: Running,
    client: reqwest::Client,
}

impl Store {
    pub(crate) async fn open() -> Self {
        let running = collector::start(Settings::ephemeral()).await.unwrap();
        let url = format!("http://{}", running.http);
        Self { url, running, client: reqwest::Client::new() }
    }

    pub(crate) async fn close(self) {
        self.running.stop().await;
    }

    async fn ask(&self, request: Request) -> Reply {
        let mut asked = match request.method {
            Method::Get => self.client.get(&request.url),
            Method::Post => self.client.post(&request.url).body(request.body),
        };
        for (name, value) in &request.headers {
            asked = asked.header(name, value);
        }
        let answer = asked.send().await.unwrap();
        let header = |name: &str| {
            let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (content_type, retry_after) = (header("content-type"), header("retry-after"));
        let status = answer.status().as_u16();
        let body = answer.bytes().await.unwrap().to_vec();
        Reply { status, content_type, retry_after, body }
    }

    /// Sends spans as the extension does.
    pub(crate) async fn send(&self, spans: &[Span]) -> sender::Outcome {
        let request = sender::export(&self.url, otlp::proto::encode(spans));
        sender::read_export(&self.ask(request).await)
    }

    /// Asks for a trace as the extension does.
    pub(crate) async fn trace(&self, id: TraceId) -> Vec<Span> {
        match jaeger::read_trace(&self.ask(jaeger::trace(&self.url, id)).await).unwrap() {
            Found::Spans(accepted) => accepted.spans,
            Found::NotYet => Vec::new(),
        }
    }

    /// Asks until what came is enough.
    pub(crate) async fn until(&self, id: TraceId, enough: impl Fn(&[Span]) -> bool) -> Vec<Span> {
        let start = Instant::now();
        loop {
            let spans = self.trace(id).await;
            if enough(&spans) {
                return spans;
            }
            assert!(start.elapsed() < PATIENCE, "not enough after {PATIENCE:?}: {spans:#?}");
            tokio::task::yield_now().await;
        }
    }

    pub(crate) async fn get(&self, url: &str, headers: &[(&str, &str)]) -> u16 {
        let mut asked = self.client.get(url);
        for (name, value) in headers {
            asked = asked.header(*name, *value);
        }
        asked.send().await.unwrap().status().as_u16()
    }
}
