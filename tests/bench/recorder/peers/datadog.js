import { datadogRum } from '@datadog/browser-rum-slim';

datadogRum.init({
  applicationId: '11111111-1111-4111-8111-111111111111',
  clientToken: 'pub11111111111111111111111111111111',
  site: 'datadoghq.com',
  service: 'page',
  proxy: `${globalThis.sink}/datadog`,
  sessionSampleRate: 100,
  trackResources: true,
  trackLongTasks: true,
  trackUserInteractions: true,
  allowedTracingUrls: [location.origin],
});
