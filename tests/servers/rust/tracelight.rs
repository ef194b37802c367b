//! Honours Tracelight's context, answers with `Server-Timing`, and writes `session.id` on spans.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use opentelemetry::baggage::{BaggageExt, KeyValueMetadata};
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::{
    FutureExt, Link, Span as _, SpanKind, TraceContextExt, TraceId, Tracer,
};
use opentelemetry::{Context, KeyValue, global};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    SamplingDecision, SamplingResult, ShouldSample, Span, SpanData, SpanProcessor,
};
use sha2::Sha256;

const SESSION: &str = "session.id";
const COOKIE: &str = "_trace_session";

/// Stands in a context below which all is sampled.
struct Forced;

/// Comes after those of W3C: marks what is forced, and knows the session where no baggage came.
#[derive(Debug)]
pub struct ForcedPropagator {
    /// The secret of the cookie's signature; empty: no cookie is believed.
    pub secret: String,
    /// Whether a sampled `traceparent` forces as well. Everybody can send one.
    pub parent: bool,
}

impl ForcedPropagator {
    /// The session that a cookie header names, if it is signed with our secret and not over.
    fn session(&self, header: &str) -> Option<String> {
        let mut pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = pairs.find(|(name, _)| *name == COOKIE)?;
        let (signed, signature) = value.rsplit_once('.')?;
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).ok()?;
        mac.update(signed.as_bytes());
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
        if self.secret.is_empty() || mac.verify_slice(&signature).is_err() {
            return None; // `verify_slice` takes the same time whatever differs
        }
        let (session, expiry) = signed.strip_prefix("v1.")?.split_once('.')?;
        let expiry: u64 = expiry.parse().ok()?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        (expiry == 0 || expiry > now.as_secs()).then(|| session.to_owned())
    }
}

impl TextMapPropagator for ForcedPropagator {
    fn extract_with_context(&self, context: &Context, headers: &dyn Extractor) -> Context {
        let session = headers.get("cookie").and_then(|header| self.session(header));
        let sampled = context.span().span_context().is_sampled();
        if session.is_none() && !(self.parent && sampled) {
            return context.clone();
        }
        let context = context.with_value(Forced);
        match session {
            Some(session) if context.baggage().get(SESSION).is_none() => {
                let others = context.baggage().iter().map(|(name, (value, more))| {
                    KeyValueMetadata::new(name.clone(), value.clone(), more.clone())
                });
                let ours = KeyValueMetadata::new(SESSION, session, "");
                context.with_baggage(others.chain([ours]).collect::<Vec<_>>())
            }
            _ => context,
        }
    }

    fn inject_context(&self, _: &Context, _: &mut dyn Injector) {}

    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&[])
    }
}

/// Samples what is forced, and all below it. Of the rest your own sampler decides, as before.
#[derive(Clone, Debug)]
pub struct ForcedSampler<S>(pub S);

impl<S: ShouldSample + Clone + 'static> ShouldSample for ForcedSampler<S> {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        match parent {
            Some(context) if context.get::<Forced>().is_some() => SamplingResult {
                decision: SamplingDecision::RecordAndSample,
                attributes: Vec::new(),
                trace_state: context.span().span_context().trace_state().clone(),
            },
            _ => self.0.should_sample(parent, trace, name, kind, attributes, links),
        }
    }
}

/// Writes the session on each span.
#[derive(Debug)]
pub struct CopySession;

impl SpanProcessor for CopySession {
    fn on_start(&self, span: &mut Span, context: &Context) {
        if let Some(session) = context.baggage().get(SESSION) {
            span.set_attribute(KeyValue::new(SESSION, session.as_str().to_owned()));
        }
    }

    fn on_end(&self, _: SpanData) {}

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// A middleware for axum: a server span for each request, and the answer that names it.
pub async fn traced(request: Request, next: Next) -> Response {
    let headers = HeaderExtractor(request.headers());
    let caller =
        global::get_text_map_propagator(|all| all.extract_with_context(&Context::new(), &headers));
    let tracer = global::tracer("server");
    let span = tracer
        .span_builder(format!("{} {}", request.method(), request.uri().path()))
        .with_kind(SpanKind::Server)
        .start_with_context(&tracer, &caller);
    let context = caller.with_span(span);
    let mut response = next.run(request).with_context(context.clone()).await;

    let span = context.span();
    span.set_attribute(KeyValue::new(
        "http.response.status_code",
        i64::from(response.status().as_u16()),
    ));
    let place = span.span_context();
    let name = format!("trace;desc=\"00-{}-{}-01\"", place.trace_id(), place.span_id());
    if let (true, Ok(name)) = (place.is_sampled(), HeaderValue::from_str(&name)) {
        response.headers_mut().append("server-timing", name);
    }
    span.end();
    response
}
