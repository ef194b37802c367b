//! A server span for each request that comes in, by OpenTelemetry's HTTP conventions.
//!
//! It reads the request's head and the answer's; what the request means is its handler's business.

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{HOST, HeaderName, USER_AGENT};
use axum::http::uri::Authority;
use axum::http::{Method, Version};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use opentelemetry::trace::{SpanKind, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use crate::failure::Failure;
use crate::propagation;
use crate::telemetry::{Telemetry, fail};

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Makes a router a service: each request is traced if its caller asked for it, and `/healthz`
/// answers.
pub(crate) fn service(router: Router, telemetry: &Telemetry) -> Router {
    router
        .route("/healthz", get(async || "ok\n"))
        .layer(from_fn_with_state(telemetry.clone(), traced))
}

/// Runs the request under its span; handlers find the span's [`Context`] in the extensions.
async fn traced(State(telemetry): State<Telemetry>, mut request: Request, next: Next) -> Response {
    let caller = propagation::extract(request.headers());
    let (name, attributes) = describe(&request);
    let context = telemetry.start(&caller, name, SpanKind::Server, attributes);
    request.extensions_mut().insert(context.clone());

    let mut response = next.run(request).await;
    conclude(&context, &response);
    if let Some(place) = propagation::server_timing(&context) {
        response.headers_mut().append(SERVER_TIMING, place);
    }
    response
}

/// The span's name and what is known before the answer.
fn describe(request: &Request) -> (String, Vec<KeyValue>) {
    let method = request.method();
    let known = known(method);
    let mut attributes = vec![
        KeyValue::new(
            "http.request.method",
            if known { method.as_str() } else { "_OTHER" }.to_owned(),
        ),
        KeyValue::new("url.scheme", "http"),
        KeyValue::new("url.path", request.uri().path().to_owned()),
        KeyValue::new("network.protocol.version", protocol(request.version())),
    ];
    if !known {
        attributes.push(KeyValue::new("http.request.method_original", method.to_string()));
    }
    if let Some(query) = request.uri().query() {
        attributes.push(KeyValue::new("url.query", query.to_owned()));
    }
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(agent) = text(USER_AGENT) {
        attributes.push(KeyValue::new("user_agent.original", agent.to_owned()));
    }
    if let Some(host) = text(HOST).and_then(|host| host.parse::<Authority>().ok()) {
        attributes.push(KeyValue::new("server.address", host.host().to_owned()));
        let port = host.port_u16().unwrap_or(80);
        attributes.push(KeyValue::new("server.port", i64::from(port)));
    }
    let verb = if known { method.as_str() } else { "HTTP" };
    let name = match request.extensions().get::<MatchedPath>() {
        Some(route) => {
            attributes.push(KeyValue::new("http.route", route.as_str().to_owned()));
            format!("{verb} {}", route.as_str())
        }
        // Without a route the path must stay out of the name: anyone can ask for anything.
        None => verb.to_owned(),
    };
    (name, attributes)
}

/// Methods that the conventions name; others could be made up by the caller without end.
fn known(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET
            | Method::HEAD
            | Method::POST
            | Method::PUT
            | Method::DELETE
            | Method::CONNECT
            | Method::OPTIONS
            | Method::TRACE
            | Method::PATCH
    )
}

fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        _ => "1.1",
    }
}

/// What the answer adds. A client's mistake (4xx) is no failure of the server.
fn conclude(context: &Context, response: &Response) {
    let status = response.status();
    let span = context.span();
    span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
    if status.is_server_error() {
        match response.extensions().get::<Failure>() {
            Some(failure) => {
                let exception = vec![
                    KeyValue::new("exception.type", failure.class),
                    KeyValue::new("exception.message", failure.message.clone()),
                ];
                span.add_event("exception", exception);
                fail(context, failure.class, &failure.message);
            }
            None => fail(context, status.as_str().to_owned(), ""),
        }
    }
    span.end();
}
