import { init } from '@elastic/apm-rum';

init({ serviceName: 'page', serverUrl: `${globalThis.sink}/elastic` });
