// What the trace store has beside this browser's requests, in Logs and in an open trace: asked with all
// that the store wants to know of who asks, and told on the trust page.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { sendSpans, spanId, start, startCollector, startGate, text, traceId, until } from './harness.mjs';
import { SESSION, startRecorded, TRACE, ZIPKIN_TRACE } from './recorded.mjs';

let lab, store, collector;

afterEach(async () => {
  await lab?.close();
  for (const server of [store, collector]) await server?.close();
  assert.deepEqual(lab?.complaints, []);
  lab = store = collector = undefined;
});

const rows = (logs, name) => logs.getByRole('grid', { name: 'Traced requests' }).getByRole('row', { name });

for (const [kind, trace, name] of [
  ['tempo2', TRACE, /GET \/checkout/],
  ['tempo1', TRACE, /GET \/checkout/],
  ['victoria', TRACE, /GET \/checkout/],
  ['zipkin', ZIPKIN_TRACE, /post .*update/],
]) {
  test(`Logs list a recorded store's trace and open it (${kind})`, async () => {
    store = await startRecorded(kind);
    lab = await start({ collector: null, store: store.url, shop: null });
    const logs = await lab.openSurface('dashboard', { tab: 'logs' });
    await rows(logs, name).waitFor();
    assert.equal(await rows(logs).count(), 2, 'the head and one trace');
    // Who wants a time named is asked for a week, and that is said.
    await logs.getByText(/The trace store was asked for what began after .* alone\./).waitFor();
    await rows(logs, name).click();
    await logs.getByRole('treegrid').getByRole('row').nth(2).waitFor();
    assert.match(logs.url(), new RegExp(trace));
  });
}

test('a session and a time are asked for', async () => {
  store = await startRecorded('tempo2');
  lab = await start({ collector: null, store: store.url, shop: null });
  const [since, until] = [1795220600000, 1795220660000];
  const logs = await lab.openSurface('dashboard', { tab: 'logs', session: SESSION, since, until });
  await rows(logs, /GET \/checkout/).waitFor();
  const { line } = store.asked.find(({ line }) => line.startsWith('GET /api/search'));
  const { searchParams: said } = new URL(line.slice('GET '.length), store.url);
  assert.equal(said.get('q'), `{ .session.id = "${SESSION}" }`);
  assert.deepEqual([said.get('start'), said.get('end')], ['1795220600', '1795220660']);
  assert.equal(await logs.getByText(/The trace store was asked/).count(), 0, 'all that was wanted was asked for');
});

/** What the store wants to know of who asks. */
const ACCESS = { credentials: { kind: 'bearer', token: 'hush-hush' }, tenant: 'shop' };

/** A lab beside our collector behind a gate that lets in who says so, and notes all others. */
async function guarded() {
  collector = await startCollector();
  store = await startGate(collector.url);
  store.strangers = [];
  store.instead = ({ method, url, headers }, response) => {
    if (headers.authorization === 'Bearer hush-hush' && headers['x-scope-orgid'] === 'shop') return false;
    store.strangers.push(`${method} ${url}`);
    response.writeHead(401, { 'content-type': 'text/plain' }).end('who are you?');
    return true;
  };
  lab = await start({ collector, store: store.url, shop: null });
}

const set = (entries) => lab.desk.evaluate((entries) => chrome.storage.local.set(entries), entries);
const settings = () => lab.desk.evaluate(async () => (await chrome.storage.local.get('settings')).settings);

/** A trace that only a server told the store about. */
async function served(name) {
  const trace = traceId();
  await sendSpans(collector.url, 'orders', [{ traceId: trace, spanId: spanId(), name, kind: 2 }]);
  return trace;
}

/** Another span of a trace, told later. */
const grows = (trace, name) =>
  sendSpans(collector.url, 'orders', [{ traceId: trace, spanId: spanId(), name, attributes: [text('a', 'b')] }]);

const contacts = async () => {
  const trust = await lab.openSurface('trust');
  const all = trust.getByRole('region', { name: 'Hosts contacted' }).getByRole('row');
  await all.filter({ hasText: `${store.url}to ask for a trace` }).waitFor();
  return all;
};

test('a store that wants a token and a tenant is listed and followed, and the trust page tells of it', async () => {
  await guarded();
  await set({ stores: { asked: { access: ACCESS } } });
  const trace = await served('GET /orders');
  const logs = await lab.openSurface('dashboard', { tab: 'logs' });
  await rows(logs, /GET \/orders/).waitFor();
  assert.equal(await logs.getByText(/Only this browser's requests/).count(), 0);

  const view = await lab.openDashboard(trace);
  await view.getByRole('row', { name: /GET \/orders/ }).waitFor();
  await until('it is followed', () => store.count(new RegExp(`^GET /api/v3/traces/${trace}/follow$`)));
  await grows(trace, 'SELECT orders');
  await view.getByRole('row', { name: /SELECT orders/ }).waitFor();
  assert.deepEqual(store.strangers, [], 'nothing is asked without what the store wants');
  assert.equal(await (await contacts()).filter({ hasText: store.url }).count(), 1, 'asked, and nothing else');
});

test('who denies attributes hears that a trace grew, from a store that wants a token and a tenant', async () => {
  await guarded();
  const known = await settings();
  await set({ settings: { ...known, redaction: { ...known?.redaction, names: ['secret.*'] } }, stores: { asked: { access: ACCESS } } });
  const trace = await served('GET /orders');
  const view = await lab.openDashboard(trace);
  await view.getByRole('row', { name: /GET \/orders/ }).waitFor();
  await until('its growth is listened to', () => store.count(new RegExp(`^GET /api/stream\\?trace=${trace}$`)));
  await grows(trace, 'SELECT orders');
  await view.getByRole('row', { name: /SELECT orders/ }).waitFor();
  assert.equal(store.count(/\/follow$/), 0, 'what is denied is taken out where the journal is written');
  assert.deepEqual(store.strangers, []);
});

test('what a store does not let in is told in words, and its secrets go to nobody else', async () => {
  await guarded();
  const other = await startGate(collector.url);
  const seen = [];
  other.instead = ({ headers }, response) => {
    seen.push(headers);
    response.writeHead(404).end();
    return true;
  };
  try {
    const logs = await lab.openSurface('dashboard', { tab: 'logs' });
    await logs.getByText(/^Only this browser's requests are shown: the store wants other credentials \(401\): who are you\?/).waitFor();
    await logs.close();

    // With credentials; the store sends us elsewhere, once it is known what it is.
    await set({ stores: { asked: { access: ACCESS } } });
    const trace = await served('GET /orders');
    const listed = await lab.openSurface('dashboard', { tab: 'logs' });
    await rows(listed, /GET \/orders/).waitFor();
    const sent = [];
    store.instead = ({ url }, response) => {
      sent.push(url);
      response.writeHead(307, { location: `${other.url}${url}` }).end();
      return true;
    };
    const view = await lab.openDashboard(trace);
    await until('it is asked to be followed', () => sent.some((url) => url.endsWith('/follow')));
    await until('it is asked for the trace', () => sent.some((url) => url.endsWith(trace)));
    await view.close();
    const again = await lab.openSurface('dashboard', { tab: 'logs' });
    await again.getByText(/^Only this browser's requests are shown: the store sends us elsewhere/).waitFor();
    assert.deepEqual(seen, [], 'nobody else was asked');
  } finally {
    await other.close();
  }
});
