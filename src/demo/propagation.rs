//! Trace context and baggage on HTTP headers, both ways (W3C Trace Context, W3C Baggage).

use axum::http::{HeaderMap, HeaderValue};
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_http::{HeaderExtractor, HeaderInjector};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};

/// What the caller sent. Headers that break a rule are as good as none.
pub(crate) fn extract(headers: &HeaderMap) -> Context {
    let carrier = HeaderExtractor(headers);
    let traced = TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier);
    BaggagePropagator::new().extract_with_context(&traced, &carrier)
}

/// Puts the context of a client span on the request that it stands for.
pub(crate) fn inject(context: &Context, headers: &mut HeaderMap) {
    let mut carrier = HeaderInjector(headers);
    TraceContextPropagator::new().inject_context(context, &mut carrier);
    BaggagePropagator::new().inject_context(context, &mut carrier);
}

/// `Server-Timing` that tells a browser which span answered it. `None` when nothing is recorded.
pub(crate) fn server_timing(context: &Context) -> Option<HeaderValue> {
    let span = context.span();
    let place = span.span_context();
    if !place.is_sampled() {
        return None;
    }
    let (trace, span, flags) = (place.trace_id(), place.span_id(), place.trace_flags());
    let metric = format!("traceparent;desc=\"00-{trace}-{span}-{flags:02x}\"");
    HeaderValue::from_str(&metric).ok()
}
