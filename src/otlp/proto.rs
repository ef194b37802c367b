//! OTLP protobuf: spans from a message, and a message from spans.
//!
//! `TracesData`, `ExportTraceServiceRequest` and Tempo's `Trace` have one shape, so one reader
//! serves them all. Field numbers are those of opentelemetry-proto 1.x.

mod read;
mod write;

use std::sync::Arc;

use trace::span::{Resource, Scope, Span};

use crate::{Accepted, Error, Reason};

pub(crate) use read::{event, value};
pub(crate) use write::{
    resource as write_resource, resource_key, scope as write_scope, scope_key, span as write_span,
    value_message,
};

/// How deep attribute values may lie in each other. Real ones stay below 5, and 64 are no reason to
/// lose a span; every level costs stack, and wasm has little of it.
pub const DEPTH: usize = 80;

/// Reads a `TracesData` or an `ExportTraceServiceRequest`: the two have one shape.
///
/// # Errors
/// When the message around the spans is cut short or garbled.
pub fn decode(message: &[u8]) -> Result<Accepted, Error> {
    read::traces(message)
}

/// Writes a `TracesData`, grouped by resource and scope in the order of first appearance.
#[must_use]
pub fn encode<'a>(spans: impl IntoIterator<Item = &'a Span>) -> Vec<u8> {
    write::traces(spans)
}

/// Reads one `Span` message that belongs to this resource and scope.
///
/// # Errors
/// When it cannot be kept.
pub fn span(message: &[u8], resource: &Arc<Resource>, scope: &Arc<Scope>) -> Result<Span, Reason> {
    read::span(message, resource, scope)
}

/// Reads one `Resource` message.
///
/// # Errors
/// When it has text that is not UTF-8, is garbled, or is nested too deep.
pub fn resource(message: &[u8], schema: &str) -> Result<Resource, Reason> {
    read::resource(message, schema)
}

/// Reads one `InstrumentationScope` message.
///
/// # Errors
/// When it has text that is not UTF-8, is garbled, or is nested too deep.
pub fn scope(message: &[u8], schema: &str) -> Result<Scope, Reason> {
    read::scope(message, schema)
}
