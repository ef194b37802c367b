//! Requests from one service to another, each with its client span and the caller's context on it.

use std::error::Error as StdError;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry::trace::{SpanKind, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::propagation;
use crate::settings::{origin, reachable};
use crate::telemetry::{Telemetry, fail};

/// How long a peer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest answer that is read.
const LONGEST: usize = 1 << 20;

/// Plain HTTP/1.1 with kept connections.
pub(crate) type Client = legacy::Client<HttpConnector, Full<Bytes>>;

pub(crate) fn client() -> Client {
    legacy::Client::builder(TokioExecutor::new()).build_http()
}

/// The innermost reason: "connection refused" rather than "client error".
pub(crate) fn root_cause(error: &(dyn StdError + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// Why a peer's answer could not be had.
#[derive(Debug)]
pub(crate) struct CallError {
    /// A class for `error.type`.
    class: String,
    text: String,
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for CallError {}

/// Another service, as its caller sees it.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    name: &'static str,
    address: SocketAddr,
    client: Client,
    telemetry: Telemetry,
}

impl Peer {
    pub(crate) fn new(
        name: &'static str,
        bound: SocketAddr,
        client: Client,
        telemetry: Telemetry,
    ) -> Self {
        Self { name, address: reachable(bound), client, telemetry }
    }

    /// Asks for `path`, which `template` stands for in the span's name.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        context: &Context,
        template: &'static str,
        path: &str,
    ) -> Result<T, CallError> {
        self.call(context, Method::GET, template, path, Bytes::new()).await
    }

    /// Sends `body` as JSON.
    pub(crate) async fn post<B: Serialize, T: DeserializeOwned>(
        &self,
        context: &Context,
        path: &'static str,
        body: &B,
    ) -> Result<T, CallError> {
        let body = serde_json::to_vec(body).map_err(|error| self.unread("request", &error))?;
        self.call(context, Method::POST, path, path, body.into()).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        parent: &Context,
        method: Method,
        template: &'static str,
        path: &str,
        body: Bytes,
    ) -> Result<T, CallError> {
        let url = format!("{}{path}", origin(self.address));
        let attributes = vec![
            KeyValue::new("http.request.method", method.to_string()),
            KeyValue::new("url.full", url.clone()),
            KeyValue::new("url.template", template),
            KeyValue::new("server.address", self.address.ip().to_string()),
            KeyValue::new("server.port", i64::from(self.address.port())),
        ];
        let name = format!("{method} {template}");
        let context = self.telemetry.start(parent, name, SpanKind::Client, attributes);
        let answer = self.exchange(&context, method, url, body).await;
        if let Err(error) = &answer {
            fail(&context, error.class.clone(), &error.text);
        }
        context.span().end();
        answer
    }

    async fn exchange<T: DeserializeOwned>(
        &self,
        context: &Context,
        method: Method,
        url: String,
        body: Bytes,
    ) -> Result<T, CallError> {
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(body))
            .map_err(|error| self.unreached(&error))?;
        propagation::inject(context, request.headers_mut());
        let (status, answer) =
            tokio::time::timeout(PATIENCE, self.send(request)).await.map_err(|_| self.late())??;
        let code = i64::from(status.as_u16());
        context.span().set_attribute(KeyValue::new("http.response.status_code", code));
        if !status.is_success() {
            return Err(self.refused(status));
        }
        serde_json::from_slice(&answer).map_err(|error| self.unread("answer", &error))
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes), CallError> {
        let answer = self.client.request(request).await.map_err(|error| self.unreached(&error))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), LONGEST).collect().await;
        Ok((status, body.map_err(|error| self.unreached(&*error))?.to_bytes()))
    }

    fn unreached(&self, error: &(dyn StdError + 'static)) -> CallError {
        let text = format!("{} cannot be asked: {}", self.name, root_cause(error));
        CallError { class: "unreached".to_owned(), text }
    }

    fn late(&self) -> CallError {
        let text = format!("{} has not answered in {} s", self.name, PATIENCE.as_secs());
        CallError { class: "timeout".to_owned(), text }
    }

    fn refused(&self, status: StatusCode) -> CallError {
        let text = format!("{} answered {status}, wanted 200", self.name);
        CallError { class: status.as_str().to_owned(), text }
    }

    fn unread(&self, part: &str, error: &serde_json::Error) -> CallError {
        let text = format!("{}: the {part} is not the JSON that was wanted: {error}", self.name);
        CallError { class: "json".to_owned(), text }
    }
}
