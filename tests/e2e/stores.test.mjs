// Trace stores of every kind: each shows a trace in the product after nothing but its address was
// set. Jaeger's version 3 is our own collector, live; the others answer what real ones answered.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { sendSpans, spanId, start, startCollector, traceId, until } from './harness.mjs';
import { KINDS, SESSION, startRecorded, TRACE, ZIPKIN_TRACE } from './recorded.mjs';

let lab, store;

afterEach(async () => {
  await lab?.close();
  await store?.close();
  assert.deepEqual(lab?.complaints, []);
  lab = store = undefined;
});

/** A lab whose store is a recorded one; `stores` is what else is set about it. */
async function beside(kind, { below = '', stores } = {}) {
  store = await startRecorded(kind, below);
  lab = await start({ collector: null, store: store.url, shop: null });
  if (stores) await lab.desk.evaluate((stores) => chrome.storage.local.set({ stores }), stores);
}

/** Waits until an open trace has these spans. */
async function shows(trace, ...names) {
  const dashboard = await lab.openDashboard(trace);
  for (const name of names) await dashboard.getByRole('row', { name }).first().waitFor();
  return dashboard;
}

/** Asks the store for a trace, as who looks at it does; resolves once it was asked by this. */
async function refresh(trace, pattern) {
  const before = store.count(pattern);
  await lab.say('refresh', { trace });
  await until('it was asked', () => store.count(pattern) > before);
}

/** Has the module that speaks with stores do something. */
const consult = (task) => lab.say('consult', { task: JSON.stringify(task) });

/** Whom the extension spoke with, a line each. */
const contacts = () =>
  lab.desk.evaluate(async () => (await chrome.storage.local.get('contacts')).contacts?.split('\n') ?? []);

/** What the extension remembers of the store. */
const remembered = () =>
  lab.desk.evaluate(async () => (await chrome.storage.local.get('store-memory'))['store-memory']?.store?.dialect);

for (const [kind, dialect, trace, names] of [
  ['tempo2', 'TempoV2', TRACE, [/GET \/checkout/, /SELECT prices/]],
  ['tempo1', 'TempoV1', TRACE, [/GET \/checkout/, /SELECT prices/]],
  ['victoria', 'JaegerJson', TRACE, [/GET \/checkout/, /SELECT prices/]],
  ['zipkin', 'Zipkin', ZIPKIN_TRACE, [/post/, /set mobile_api_nonce/]],
]) {
  test(`a recorded trace of ${dialect} (${kind}) is shown after nothing but the store's address was set`, async () => {
    await beside(kind);
    await shows(trace, ...names);
    assert.equal(await remembered(), dialect);
  });
}

test('a trace of Jaeger, version 3, is shown after nothing but its address was set', async () => {
  store = await startCollector();
  lab = await start({ collector: store, shop: null });
  const trace = traceId();
  await sendSpans(store.url, 'orders', [{ traceId: trace, spanId: spanId(), name: 'GET /orders' }]);
  await shows(trace, /GET \/orders/);
  // Our collector is read past the journal as well, which may be sooner.
  await until('it is known', async () => (await remembered()) === 'JaegerV3');
});

test('ids in capital letters are the same ids', async () => {
  await beside('victoria');
  const path = `/select/jaeger/api/traces/${TRACE}`;
  const [status, head, body] = store.answers[path];
  const upper = body.toString().replace(/"((?:trace|span)ID)":"([0-9a-f]+)"/g, (_, key, id) => `"${key}":"${id.toUpperCase()}"`);
  assert.notEqual(upper, body.toString());
  store.answers[path] = [status, head, upper];
  await shows(TRACE, /GET \/checkout/, /SELECT prices/);
});

test('JSON that is said to be a page, and protobuf that is said to be text, are read', async () => {
  await beside('victoria');
  for (const answer of Object.values(store.answers)) answer[1] = { 'content-type': 'text/html; charset=utf-8' };
  await shows(TRACE, /GET \/checkout/);
  await lab.close();
  await store.close();
  await beside('tempo2');
  store.answers[`/api/v2/traces/${TRACE}`][1] = { 'content-type': 'text/plain' };
  await shows(TRACE, /GET \/checkout/);
});

test('what a store speaks is remembered by the next worker, and asked again after an error', async () => {
  await beside('tempo1');
  await shows(TRACE, /GET \/checkout/);
  const probes = /^GET \/api\/(v3|echo|services)/;
  assert.ok(store.count(probes) > 0, 'it was asked what it is');
  await lab.stopWorker();
  await lab.startWorker();
  store.asked = [];
  await refresh(TRACE, /^GET \/api\/traces\//);
  assert.equal(store.count(probes), 0, 'it is known');

  // Another store is there now.
  store.answers = await KINDS.victoria();
  await refresh(TRACE, /^GET \/api\/traces\//);
  await refresh(TRACE, /^GET \/select\/jaeger\/api\/traces\//);
  assert.equal(await remembered(), 'JaegerJson');
});

test("Grafana's data source is asked with the user's token and tenant", async () => {
  const below = '/api/datasources/proxy/uid/tempo-1';
  const access = { credentials: { kind: 'bearer', token: 'glsa_secret' }, tenant: 'shop' };
  await beside('tempo2', { below, stores: { asked: { grafana: 'tempo-1', access } } });
  store.instead = ({ headers }, response) => {
    if (headers.authorization === 'Bearer glsa_secret' && headers['x-scope-orgid'] === 'shop') return false;
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"Unauthorized"}');
    return true;
  };
  await shows(TRACE, /GET \/checkout/);
});

test('a draft is tried before it is set: what it is is told, and who is not let in', async () => {
  await beside('tempo2');
  const found = await consult({ kind: 'testAsked', store: store.url, asked: '{}' });
  assert.deepEqual(
    [found.understood, found.found, found.status, found.said],
    [true, 'Tempo (version 2)', 200, ''],
  );
  assert.match(found.tried, /^GET http:\/\/127\.0\.0\.1:\d+\/api\/v2\/traces\//);

  store.instead = ({ headers }, response) => {
    if (headers.authorization) return false;
    response.writeHead(401).end('who are you?');
    return true;
  };
  const denied = await consult({ kind: 'testAsked', store: store.url, asked: '{}' });
  assert.deepEqual([denied.understood, denied.status], [false, 401]);
  assert.match(denied.said, /wants other credentials \(401\): who are you\?/);
  const credentials = { kind: 'basic', user: 'ada', password: 'x' };
  const asked = JSON.stringify({ access: { credentials } });
  assert.equal((await consult({ kind: 'testAsked', store: store.url, asked })).understood, true);

  const destination = JSON.stringify({ endpoint: store.url, access: { credentials } });
  const sent = await consult({ kind: 'testSent', destination });
  assert.deepEqual([sent.understood, sent.status], [true, 200]);
  assert.equal(sent.tried, `POST ${store.url}/v1/traces`);
});

for (const form of ['Protobuf', 'Json']) {
  test(`a destination is tried in the form in which it is to get spans (${form}, packed)`, async () => {
    await beside('tempo2');
    const destination = JSON.stringify({ endpoint: store.url, form, packed: true });
    const sent = await consult({ kind: 'testSent', destination });
    assert.deepEqual([sent.understood, sent.said], [true, '']);
    const { headers, body } = store.asked.find(({ line }) => line === 'POST /v1/traces');
    assert.equal(headers['content-encoding'], 'gzip');
    const plain = gunzipSync(body);
    if (form === "Json") assert.deepEqual(JSON.parse(plain), {}, plain.toString());
    else assert.deepEqual([...plain], [0x0a, 0]);
  });
}

test('whom the extension spoke with is noted, and no line of worker or page is lost to another', async () => {
  await beside('tempo2');
  await consult({ kind: 'ask', trace: traceId() }); // it is known
  store.asked = [];
  const before = await contacts();
  const many = Array.from({ length: 20 }, traceId);
  // As a page of the extension does, which shows a trace while the worker asks for others.
  const noting = lab.desk.evaluate(async (count) => {
    for (let number = 0; number < count; number += 1) {
      await navigator.locks.request('contacts', async () => {
        const { contacts = '' } = await chrome.storage.local.get('contacts');
        const line = `${1000 + number} 5 1 ask http://page${number}.test`;
        await chrome.storage.local.set({ contacts: `${line}\n${contacts}` });
      });
    }
  }, many.length);
  await Promise.all(many.slice(1).map((trace) => consult({ kind: 'ask', trace })));
  await noting;
  await consult({ kind: 'ask', trace: many[0] });
  assert.equal(store.asked.length, many.length);
  const after = await contacts();
  const counted = (lines) => Number(lines.find((line) => line.endsWith(` ask ${store.url}`)).split(' ')[2]);
  assert.equal(counted(after) - counted(before), many.length, 'each request is counted');
  assert.equal(after.filter((line) => line.includes('//page')).length, many.length, "no page's line is lost");
});

for (const kind of ['tempo2', 'victoria']) {
  test(`the traces of a session are searched for and recorded (${kind})`, async () => {
    await beside(kind);
    const when = { from: '1795220000000000000', to: '1795221000000000000' };
    const found = await consult({ kind: 'search', session: SESSION, known: [], services: [], ...when });
    assert.deepEqual([found.traces, found.grew, found.trouble], [[TRACE], [TRACE], []]);
    // It is in the journal: the store is not needed any more.
    store.instead = (_, response) => Boolean(response.writeHead(404).end());
    await shows(TRACE, /GET \/checkout/, /SELECT prices/);
  });
}
