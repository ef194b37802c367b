//! The server's own OpenTelemetry, to which the lines that name `tracelight` are added.

use opentelemetry::global;
use opentelemetry::propagation::TextMapCompositePropagator;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};

use crate::tracelight::{CopySession, ForcedPropagator, ForcedSampler};

/// Sets tracer and propagators for the process. Keep the provider, and call `shutdown` at the end.
pub fn start(
    service: &str,
    endpoint: &str,
    secret: &str,
) -> Result<SdkTracerProvider, ExporterBuildError> {
    let exporter = SpanExporter::builder().with_http().with_endpoint(endpoint).build()?;
    let provider = SdkTracerProvider::builder()
        .with_sampler(ForcedSampler(Sampler::TraceIdRatioBased(0.0))) // in the brackets: the sampler that you have
        .with_resource(Resource::builder().with_service_name(service.to_owned()).build())
        .with_span_processor(CopySession)
        .with_batch_exporter(exporter)
        .build();
    global::set_tracer_provider(provider.clone());
    global::set_text_map_propagator(TextMapCompositePropagator::new(vec![
        Box::new(TraceContextPropagator::new()),
        Box::new(BaggagePropagator::new()),
        Box::new(ForcedPropagator { secret: secret.to_owned(), parent: true }),
    ]));
    Ok(provider)
}
