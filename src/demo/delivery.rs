//! Counts the spans that an exporter could not deliver, after all its attempts.
//!
//! The SDK reports a lost batch only to whoever happens to be flushing at that moment; `/big`
//! promises that it lost none, so it needs the count.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

/// Spans lost so far. Clones share the count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lost(Arc<AtomicUsize>);

impl Lost {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }
}

/// An exporter, and the count of what it lost.
#[derive(Debug)]
pub(crate) struct Delivery<E> {
    exporter: E,
    lost: Lost,
}

impl<E> Delivery<E> {
    pub(crate) fn new(exporter: E, lost: Lost) -> Self {
        Self { exporter, lost }
    }
}

impl<E: SpanExporter> SpanExporter for Delivery<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let size = batch.len();
        let outcome = self.exporter.export(batch).await;
        if outcome.is_err() {
            self.lost.0.fetch_add(size, Ordering::AcqRel);
        }
        outcome
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
