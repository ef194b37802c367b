// Traces as the store tells them: reads OTLP JSON into spans that a test can ask for their kin,
// and writes the few that a test sends itself.

/** OTLP's numbers for a span's kind. */
export const KIND = { internal: 1, server: 2, client: 3 };

/** Reads a store's answer (`{ result: { resourceSpans } }`). */
export function readTrace(body) {
  const groups = body.result?.resourceSpans ?? [];
  return new Trace(
    groups.flatMap(({ resource, scopeSpans = [] }) => {
      const service = record(resource?.attributes)['service.name'];
      return scopeSpans.flatMap(({ spans = [] }) => spans.map((span) => read(service, span)));
    }),
  );
}

export class Trace {
  constructor(spans) {
    this.spans = spans;
  }

  /** The spans whose fields are these, attributes among them: `{ service, name, 'url.full': … }`. */
  all(wanted) {
    const fits = (span) => Object.entries(wanted).every(([name, value]) => matches(span, name, value));
    return this.spans.filter(fits);
  }

  /** The one span that fits. */
  one(wanted) {
    const found = this.all(wanted);
    if (found.length === 1) return found[0];
    const there = this.spans.map(
      ({ service, name, attributes }) => `  ${service}: ${name} ${attributes['url.full'] ?? ''}`,
    );
    throw new Error(`wanted one span ${show(wanted)}, found ${found.length} in\n${there.join('\n')}`);
  }

  /** The spans below one, at any depth. */
  below(top) {
    const children = this.spans.filter(({ parent }) => parent === top.id);
    return children.flatMap((child) => [child, ...this.below(child)]);
  }
}

function matches(span, name, value) {
  const found = name in span ? span[name] : span.attributes[name];
  return value instanceof RegExp ? value.test(found ?? '') : found === value;
}

function show(wanted) {
  return Object.entries(wanted)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

function read(service, span) {
  const {
    traceId: trace,
    spanId: id,
    parentSpanId: parent = '',
    name,
    kind,
    status,
    startTimeUnixNano: start,
    endTimeUnixNano: end,
    events = [],
    links = [],
  } = span;
  const failed = status?.code === 2;
  return {
    service,
    trace,
    id,
    parent,
    name,
    kind,
    failed,
    start: BigInt(start ?? 0),
    end: BigInt(end ?? 0),
    attributes: record(span.attributes),
    events,
    links,
  };
}

function record(attributes = []) {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

/** What a `traceparent` says: `{ trace, span }`; null when there is none. */
export function readContext(traceparent) {
  const [, trace, span] = /^00-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}$/.exec(traceparent ?? '') ?? [];
  return trace ? { trace, span } : null;
}

/**
 * Sends a server's spans to a store, as OTLP JSON: `{ traceId, spanId, name, … }`, started now
 * unless they say otherwise.
 */
export async function sendSpans(store, service, spans) {
  const now = BigInt(Date.now()) * 1_000_000n;
  const whole = spans.map((span) => ({
    kind: KIND.server,
    startTimeUnixNano: `${now}`,
    endTimeUnixNano: `${now + 5_000_000n}`,
    ...span,
  }));
  const resource = { attributes: [text('service.name', service)] };
  const response = await fetch(new URL('/v1/traces', store), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: whole }] }] }),
  });
  if (!response.ok) throw new Error(`${store} answered ${response.status}: ${await response.text()}`);
}

/** A text attribute in OTLP's form. */
export function text(key, stringValue) {
  return { key, value: { stringValue } };
}

/** A new span id. */
export function spanId() {
  return id(8);
}

/** A new trace id. */
export function traceId() {
  return id(16);
}

function id(bytes) {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex');
}
