//! The way to the OTLP receiver: one HTTP client for three exporters, and one voice when it fails.
//!
//! A receiver that is down costs the shop nothing: spans wait on the exporters' own threads, are
//! dropped there, and one line says so. It knows nothing of what is in a request.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::{Request, Response, StatusCode, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use opentelemetry_http::{HttpClient, HttpError};
use tokio::runtime::Handle;

use crate::Error;
use crate::outbound::{Client, client, root_cause};

/// How long one delivery may take, its answer included.
const PATIENCE: Duration = Duration::from_secs(4);
/// The longest answer that is read: OTLP's is a few bytes, or the reasons of a partial success.
const LONGEST: usize = 1 << 20;

/// Where spans go. Clones share the connection and the knowledge of an outage.
#[derive(Clone, Debug)]
pub(crate) struct Collector {
    endpoint: Arc<str>,
    client: Client,
    // Exporters run on threads of their own, outside the runtime; the client works inside it.
    runtime: Handle,
    outage: Arc<Outage>,
}

impl Collector {
    /// Must be called on the runtime that is to carry the deliveries.
    ///
    /// # Errors
    /// When `base` is not a URL of plain HTTP.
    pub(crate) fn new(base: &str) -> Result<Self, Error> {
        let wrong = |found: &str| Error::Otlp { found: found.to_owned(), url: base.to_owned() };
        let uri: Uri = base.parse().map_err(|_| wrong("is not a URL"))?;
        match (uri.scheme_str(), uri.host()) {
            (Some("http"), Some(host)) if !host.is_empty() => {}
            (Some("http") | None, _) => return Err(wrong("has no scheme or host")),
            (Some(scheme), _) => return Err(wrong(&format!("has scheme {scheme}"))),
        }
        if uri.query().is_some() {
            return Err(wrong("has a query"));
        }
        let endpoint = format!("{}/v1/traces", base.trim_end_matches('/')).into();
        let runtime = Handle::current();
        Ok(Self { endpoint, client: client(), runtime, outage: Arc::default() })
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    fn tell(&self, notice: Option<Notice>) {
        match notice {
            Some(Notice::Lost(cause)) => eprintln!(
                "tracelight-demo: spans are lost until the collector takes them ({cause}): {}",
                self.endpoint
            ),
            Some(Notice::Back) => {
                eprintln!("tracelight-demo: the collector takes spans again: {}", self.endpoint);
            }
            None => {}
        }
    }
}

#[async_trait::async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let delivery = deliver(self.client.clone(), request);
        let reply = match self.runtime.spawn(delivery).await {
            Ok(reply) => reply,
            // The runtime is gone: the process ends, and that is not the collector's fault.
            Err(ended) => return Err(ended.into()),
        };
        let outcome = match &reply {
            Ok(reply) => verdict(reply.status()),
            Err(cause) => Err(cause.to_string()),
        };
        self.tell(self.outage.note(outcome));
        reply
    }
}

async fn deliver(client: Client, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let exchange = async {
        let reply = client.request(request.map(Full::from)).await.map_err(|error| {
            let cause = error.source().map_or_else(|| error.to_string(), root_cause);
            HttpError::from(cause)
        })?;
        let (parts, body) = reply.into_parts();
        let body = Limited::new(body, LONGEST).collect().await?.to_bytes();
        Ok(Response::from_parts(parts, body))
    };
    tokio::time::timeout(PATIENCE, exchange)
        .await
        .unwrap_or_else(|_| Err(format!("no answer in {} s", PATIENCE.as_secs()).into()))
}

/// What an answer says of the collector. Asking for a pause (OTLP/HTTP: 429 and 503) is health,
/// and the exporter heeds it.
fn verdict(status: StatusCode) -> Result<(), String> {
    match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Ok(()),
        status if status.is_success() => Ok(()),
        status => Err(format!("answered {status}")),
    }
}

/// Whether deliveries fail now; speaks only when that changes.
#[derive(Debug, Default)]
struct Outage {
    lasts: AtomicBool,
}

#[derive(Debug, PartialEq, Eq)]
enum Notice {
    Lost(String),
    Back,
}

impl Outage {
    fn note(&self, outcome: Result<(), String>) -> Option<Notice> {
        let before = self.lasts.swap(outcome.is_err(), Ordering::Relaxed);
        match outcome {
            Err(cause) if !before => Some(Notice::Lost(cause)),
            Ok(()) if before => Some(Notice::Back),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_told_once_and_its_end_once() {
        let outage = Outage::default();
        let refused = || Err("connection refused".to_owned());
        assert_eq!(outage.note(Ok(())), None);
        assert_eq!(outage.note(refused()), Some(Notice::Lost("connection refused".to_owned())));
        assert_eq!(outage.note(refused()), None);
        assert_eq!(outage.note(Ok(())), Some(Notice::Back));
        assert_eq!(outage.note(Ok(())), None);
    }

    #[test]
    fn a_collector_that_asks_for_a_pause_is_not_down() {
        assert_eq!(verdict(StatusCode::OK), Ok(()));
        assert_eq!(verdict(StatusCode::SERVICE_UNAVAILABLE), Ok(()));
        assert_eq!(verdict(StatusCode::NOT_FOUND), Err("answered 404 Not Found".to_owned()));
    }

    #[tokio::test]
    async fn only_plain_http_urls_are_taken() {
        let refusal = |base: &str| Collector::new(base).err().map(|error| error.to_string());
        assert_eq!(refusal("http://127.0.0.1:4318"), None);
        assert_eq!(
            refusal("https://example.com").as_deref(),
            Some("--otlp has scheme https, wanted http://HOST:PORT: https://example.com")
        );
        assert_eq!(
            refusal("127.0.0.1:4318").as_deref(),
            Some("--otlp has no scheme or host, wanted http://HOST:PORT: 127.0.0.1:4318")
        );
        assert!(refusal("http://a b").is_some());
        assert!(refusal("http://127.0.0.1:4318?x=1").is_some());
    }

    #[tokio::test]
    async fn the_signal_path_is_added_once() {
        let endpoint = |base: &str| Collector::new(base).unwrap().endpoint().to_owned();
        assert_eq!(endpoint("http://127.0.0.1:4318/"), "http://127.0.0.1:4318/v1/traces");
        assert_eq!(endpoint("http://127.0.0.1:4318/otlp"), "http://127.0.0.1:4318/otlp/v1/traces");
    }
}
