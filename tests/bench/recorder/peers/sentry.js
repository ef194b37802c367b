import { browserTracingIntegration, init } from '@sentry/browser';

init({
  dsn: 'https://public@sentry.invalid/1',
  tunnel: `${globalThis.sink}/sentry`,
  integrations: [browserTracingIntegration()],
  tracesSampleRate: 1,
});
