//! One service's OpenTelemetry: its provider, its resource, and the spans it starts.
//!
//! Nothing here is process-global: three services share the process, and each speaks for itself.

use std::borrow::Cow;
use std::time::Duration;

use opentelemetry::trace::{
    SpanBuilder, SpanKind, Status, TraceContextExt, Tracer, TracerProvider,
};
use opentelemetry::{Context, InstrumentationScope, KeyValue};
use opentelemetry_otlp::{
    ExporterBuildError, Protocol, SpanExporter, WithExportConfig, WithHttpConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::resource::TelemetryResourceDetector;
use opentelemetry_sdk::trace::{
    BatchConfig, BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider,
};

use crate::collector::Collector;
use crate::delivery::{Delivery, Lost};
use crate::session::CopySession;

/// Spans in one export request, the SDK's own default.
pub(crate) const BATCH: usize = 512;
/// Spans that may wait for export. The SDK reserves the room when it starts, about 4 MB here;
/// `/big` stays under it by waiting for each batch.
const QUEUE: usize = 8192;
/// How long a span waits for company. The SDK's 5 s would keep the person at the browser waiting.
const DELAY: Duration = Duration::from_millis(200);

/// One service's tracer and the provider behind it.
#[derive(Clone, Debug)]
pub(crate) struct Telemetry {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
    lost: Lost,
}

impl Telemetry {
    pub(crate) fn new(
        service: &'static str,
        collector: &Collector,
    ) -> Result<Self, ExporterBuildError> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(collector.clone())
            .with_endpoint(collector.endpoint())
            .with_protocol(Protocol::HttpBinary)
            .build()?;
        let lost = Lost::default();
        let exporter = Delivery::new(exporter, lost.clone());
        let batches = BatchSpanProcessor::builder(exporter).with_batch_config(batching()).build();
        let provider = SdkTracerProvider::builder()
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOff)))
            .with_resource(resource(service))
            .with_span_processor(CopySession)
            .with_span_processor(batches)
            .build();
        let scope = InstrumentationScope::builder("tracelight-demo")
            .with_version(env!("CARGO_PKG_VERSION"))
            .build();
        let tracer = provider.tracer_with_scope(scope);
        Ok(Self { provider, tracer, lost })
    }

    /// Starts a span under `parent`; the context that comes back holds it.
    pub(crate) fn start(
        &self,
        parent: &Context,
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
        attributes: Vec<KeyValue>,
    ) -> Context {
        let span = SpanBuilder::from_name(name).with_kind(kind).with_attributes(attributes);
        parent.with_span(self.tracer.build_with_context(span, parent))
    }

    /// Exports what has ended so far, and waits for the collector's answer.
    ///
    /// # Errors
    /// When it takes longer than the SDK's 5 s, or the last batch was lost.
    pub(crate) fn flush_blocking(&self) -> OTelSdkResult {
        self.provider.force_flush()
    }

    /// Spans that could not be delivered since the start.
    pub(crate) fn lost(&self) -> usize {
        self.lost.count()
    }

    pub(crate) async fn flush(&self) {
        let telemetry = self.clone();
        // The collector's client has told of an outage; there is nobody else to tell.
        let _ = tokio::task::spawn_blocking(move || telemetry.flush_blocking()).await;
    }

    pub(crate) async fn shutdown(&self) {
        let provider = self.provider.clone();
        // As above. Off this thread, because the exporter needs the runtime to make progress.
        let _ = tokio::task::spawn_blocking(move || provider.shutdown()).await;
    }
}

fn batching() -> BatchConfig {
    BatchConfigBuilder::default()
        .with_max_queue_size(QUEUE)
        .with_max_export_batch_size(BATCH)
        .with_scheduled_delay(DELAY)
        .build()
}

/// The service's own description. The environment is not asked: one `OTEL_SERVICE_NAME` would give
/// three services the same name.
fn resource(service: &'static str) -> Resource {
    Resource::builder_empty()
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_service_name(service)
        .with_attributes([
            KeyValue::new("service.namespace", "tracelight-demo"),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        ])
        .build()
}

/// Marks the span of `context` as failed (`error.type` is a class, the status says what happened).
pub(crate) fn fail(context: &Context, class: impl Into<Cow<'static, str>>, text: &str) {
    let span = context.span();
    span.set_attribute(KeyValue::new("error.type", class.into()));
    span.set_status(Status::error(text.to_owned()));
}
