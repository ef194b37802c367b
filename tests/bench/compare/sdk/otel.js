// OpenTelemetry's web SDK with all that it instruments; `seen` gives what it recorded so far.
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { DocumentLoadInstrumentation } from '@opentelemetry/instrumentation-document-load';
import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch';
import { UserInteractionInstrumentation } from '@opentelemetry/instrumentation-user-interaction';
import { XMLHttpRequestInstrumentation } from '@opentelemetry/instrumentation-xml-http-request';
import { InMemorySpanExporter, SimpleSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web';

const exporter = new InMemorySpanExporter();
new WebTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
registerInstrumentations({
  instrumentations: [
    new DocumentLoadInstrumentation(),
    new FetchInstrumentation(),
    new XMLHttpRequestInstrumentation(),
    new UserInteractionInstrumentation(),
  ],
});

const ms = ([seconds, nanos]) => seconds * 1e3 + nanos / 1e6;
const plain = (span) => {
  const { name, attributes, startTime, duration } = span;
  const { traceId: trace, spanId: id } = span.spanContext();
  return { name, attributes, trace, id, start: ms(startTime), duration: ms(duration) };
};
globalThis.seen = () => exporter.getFinishedSpans().map(plain);
