// A trace store that is down, busy or difficult: it is said, spans wait, and in the end each of
// them is there once.
import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, test } from 'node:test';
import {
  followToast,
  readContext,
  readToast,
  sendSpans,
  spanId,
  start,
  startCollector,
  startGate,
  startSite,
  until,
} from './harness.mjs';

let lab, site, collector, gate;

beforeEach(async () => {
  site = await startSite();
});

afterEach(async () => {
  await lab?.close();
  for (const server of [gate, collector, site]) await server?.close();
  assert.deepEqual(lab?.complaints, []);
  lab = site = collector = gate = undefined;
});

/** A lab whose store is a gate before a real one. */
async function behindGate() {
  collector = await startCollector();
  gate = await startGate(collector.url);
  lab = await start({ collector, store: gate.url, shop: null });
}

/** Sends the server's span of the last request for a path. */
async function serve(path) {
  const { trace, span } = readContext(site.contexts(path).at(-1));
  await sendSpans(collector.url, 'site', [
    { traceId: trace, spanId: spanId(), parentSpanId: span, name: `GET ${path}` },
  ]);
}

/** Runs a page trace and resolves to its page, popup and trace id once it waits. */
async function waiting(path = '/page', pattern = /Waiting/) {
  const page = await lab.openPage(site.origin + path);
  const popup = await lab.command(page, 'Run Page Trace');
  await followToast(page, pattern);
  const { trace } = await lab.pageContext(page);
  return { page, popup, trace };
}

/** The ids of the browser's spans of a trace; each must be there once. */
async function sent(trace) {
  const ids = (await lab.trace(trace)).all({ service: 'browser' }).map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, 'no span is there twice');
  return ids;
}

/** Whether the extension, and not a test, asked this. */
const exports = () => gate.count(/^POST \/v1\/traces/);

test('a store that is down is named, spans wait for it, and each arrives once when it is back', async () => {
  const free = await startCollector();
  await free.close();
  lab = await start({ collector: null, store: free.url, shop: null });

  const { page, popup, trace } = await waiting('/page', /nothing answers at/);
  assert.match(await readToast(page), new RegExp(`nothing answers at ${free.url}`));
  const panel = await lab.openPanel(await lab.tabId(page));
  for (const surface of [popup, panel]) {
    await surface.getByText(`The trace store cannot be used: nothing answers at ${free.url}`).waitFor();
    await surface.getByText(/^\d+ spans wait in the journal to be sent\.$/).waitFor();
  }
  const { waiting: count } = await lab.view(await lab.tabId(page));
  assert.ok(count >= 2, 'at least the page and its document wait');

  await lab.stopWorker();
  collector = await startCollector(['--http', free.http]);
  lab.collector = collector;
  await lab.ring('send');
  const ids = await until('the spans arrive', async () => {
    const found = await sent(trace);
    return found.length >= count && found;
  });
  await serve('/page');
  await page.bringToFront();
  await followToast(page, /^Trace complete/);
  for (const surface of [popup, panel]) {
    await until('the message is gone', async () => (await surface.getByText('cannot be used').count()) === 0);
  }
  await lab.exported();
  // More of the page may have followed: it was in sight all the time.
  const last = await sent(trace);
  assert.deepEqual(
    ids.filter((id) => !last.includes(id)),
    [],
  );
});

test('a store that is busy is asked again when it said, and gets every span once', async () => {
  await behindGate();
  let refused;
  gate.instead = ({ method, url }, response) => {
    if (refused || method !== 'POST' || url !== '/v1/traces') return false;
    refused = Date.now();
    response.writeHead(503, { 'retry-after': '2' }).end();
    return true;
  };
  const { popup, trace, page } = await waiting();
  await until('the store was busy once', () => refused);
  await popup.getByText('the store is busy').waitFor();
  await until('it is asked again', () => exports() >= 2);
  const pause = Date.now() - refused;
  assert.ok(pause >= 1_900, `it was asked again after ${pause} ms, and wanted 2 s`);
  await serve('/page');
  await followToast(page, /^Trace complete/);
  await lab.exported();
  assert.ok((await sent(trace)).length >= 2);
  assert.equal(await popup.getByText('the store is busy').count(), 0);
});

test('what the store refuses for good is said with its reason, and does not wait', async () => {
  await behindGate();
  gate.instead = ({ method, url }, response) => {
    if (method !== 'POST' || url !== '/v1/traces') return false;
    response
      .writeHead(400, { 'content-type': 'application/json' })
      .end('{"code":3,"message":"no room for these"}');
    return true;
  };
  const { popup } = await waiting('/page', /no server span/);
  await until('it was sent', () => exports() > 0);
  // The store answers questions meanwhile; that must not hide what it refused.
  const looks = gate.count(/^GET/);
  await until('it is asked again', () => gate.count(/^GET/) >= looks + 2);
  await popup.getByText(/the store refused \d+ spans? with 400: no room for these/).waitFor();
  await lab.exported();
});

test('spans that the store rejects one by one are counted and said', async () => {
  await behindGate();
  gate.instead = ({ method, url }, response) => {
    if (method !== 'POST' || url !== '/v1/traces') return false;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"partialSuccess":{"rejectedSpans":"1","errorMessage":"one of them is odd"}}');
    return true;
  };
  const { popup } = await waiting('/page', /no server span/);
  const looks = gate.count(/^GET/);
  await until('it is asked again', () => gate.count(/^GET/) >= looks + 2);
  await popup.getByText('the store rejected 1 span: one of them is odd').waitFor();
});

test('an answer that is no trace is said to be none, and the trace completes when there is one', async () => {
  await behindGate();
  gate.instead = ({ method }, response) => {
    if (method !== 'GET') return false;
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    return true;
  };
  const { page } = await waiting('/page', /found no Jaeger, Tempo or Zipkin there: 200/);
  gate.instead = () => false;
  await serve('/page');
  await followToast(page, /^Trace complete/);
});

test('a store that takes its time holds up neither the page nor the popup', async () => {
  await behindGate();
  let release;
  const released = new Promise((resolve) => (release = resolve));
  gate.instead = (_, response) => {
    released.then(() => response.writeHead(503).end());
    return true;
  };
  const page = await lab.openPage(`${site.origin}/page`);
  await lab.startSession(page);
  await page.evaluate(() => fetch('/api'));
  await lab.stopSession(page);
  assert.deepEqual(await lab.left(), []);
  release();
});

test('a store that takes more than ten seconds is waited for, and the trace completes', async () => {
  await behindGate();
  const [worker] = lab.context.serviceWorkers();
  await worker.evaluate(() => {
    const { timeout } = AbortSignal;
    globalThis.patience = [];
    AbortSignal.timeout = (ms) => (globalThis.patience.push(ms), timeout.call(AbortSignal, ms));
  });
  const release = gate.hold();
  // Numbers move while nothing is answered.
  const { page, trace } = await waiting('/page', /Waiting for spans [1-9]/);
  await until('it is asked for the trace', () => gate.count(/^GET/) > 0);
  await serve('/page');
  release();
  await followToast(page, /^Trace complete/);
  await lab.exported();
  assert.ok((await sent(trace)).length >= 2);
  const least = Math.min(...(await worker.evaluate(() => globalThis.patience)));
  assert.ok(least > 15_000, `it gives up after ${least} ms`);
});

test('with no store set the browser records for itself, and says so', async () => {
  lab = await start({ collector: null, store: '', shop: null });
  const { popup, trace } = await waiting('/page', /No trace store is set/);
  await lab.exported(); // nobody is there to wait for
  const dashboard = await lab.openDashboard(trace);
  await dashboard.getByRole('row', { name: /page load/ }).waitFor();
  await popup.close();
});
