// Sentry's SDK with tracing; `seen` gives what it would have sent so far: `{ spans, errors }`.
import { browserTracingIntegration, init } from '@sentry/browser';

const sent = [];
init({
  dsn: 'https://public@sentry.invalid/1',
  integrations: [browserTracingIntegration()],
  tracesSampleRate: 1,
  tracePropagationTargets: [/./],
  transport: () => ({
    send: async ([, items]) => (sent.push(...items), { statusCode: 200 }),
    flush: async () => true,
  }),
});

// It streams spans, some in each envelope.
const plain = ({ name, span_id: id, trace_id: trace, start_timestamp, end_timestamp, attributes }) => {
  const start = start_timestamp * 1e3;
  const values = Object.entries(attributes).map(([key, { value }]) => [key, value]);
  return {
    name,
    id,
    trace,
    start,
    duration: end_timestamp * 1e3 - start,
    attributes: Object.fromEntries(values),
  };
};
globalThis.seen = () => {
  const of = (type) => sent.filter(([head]) => head.type === type).map(([, item]) => item);
  const spans = of('span').flatMap(({ items }) => items.map(plain));
  const errors = of('event').flatMap(({ exception }) => exception.values);
  return { spans, errors: errors.map(({ type, value }) => `${type}: ${value}`) };
};
