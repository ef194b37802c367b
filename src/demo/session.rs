//! Copies `session.id` from the caller's baggage to every span, so that a store can be searched by
//! session. Other baggage stays where it is: a span is not the place for whatever a caller sends.

use std::time::Duration;

use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::Span as _;
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

const SESSION_ID: &str = "session.id";

/// What OpenTelemetry's other languages call a BaggageSpanProcessor, for the one key.
#[derive(Debug)]
pub(crate) struct CopySession;

impl SpanProcessor for CopySession {
    fn on_start(&self, span: &mut Span, parent: &Context) {
        if let Some(session) = parent.baggage().get(SESSION_ID) {
            span.set_attribute(KeyValue::new(SESSION_ID, session.as_str().to_owned()));
        }
    }

    fn on_end(&self, _span: SpanData) {}

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}
