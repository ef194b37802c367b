// What a page asks for after its load, within its document, and where no code of it can look: each
// is recorded, and each is found again by its own trace.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { html, readContext, sendSpans, spanId, start, startSite, until } from './harness.mjs';

let lab, site;

before(async () => {
  site = await startSite({
    '/page': instrumented,
    '/api': instrumented,
    '/worker.js': (_, response) => {
      response.setHeader('content-type', 'text/javascript');
      response.end("fetch('/from-worker').then(() => postMessage('done'))");
    },
    '/stream': (_, response) => {
      response.setHeader('content-type', 'text/event-stream');
      response.write('data: 1\n\n');
    },
  });
  lab = await start({ shop: null });
});

afterEach(async () => {
  await lab.tidy();
  site.requests.length = 0;
});

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** Answers, and tells the store of it as an instrumented server does. */
async function instrumented({ headers, url }, response) {
  const context = readContext(headers.traceparent);
  if (context) {
    const { trace, span } = context;
    const server = { traceId: trace, spanId: spanId(), parentSpanId: span, name: `GET ${url}` };
    await sendSpans(lab.collector.url, 'site', [server]);
  }
  html(response, '<p>page');
}

/** Resolves to the addresses of spans that a trace has in the dashboard's journal. */
const chunks = (trace) =>
  lab.desk.evaluate(async (trace) => {
    const open = indexedDB.open('tracelight');
    await new Promise((resolve) => (open.onsuccess = resolve));
    const all = open.result.transaction('spans').objectStore('spans').index('others').getAll(trace);
    await new Promise((resolve) => (all.onsuccess = resolve));
    open.result.close();
    return all.result.map(({ trace, side, apart }) => ({ trace, side, apart }));
  }, trace);

/** Resolves to the addresses in all facts that the journal has. */
const facts = () =>
  lab.desk.evaluate(async () => {
    const open = indexedDB.open('tracelight');
    await new Promise((resolve) => (open.onsuccess = resolve));
    const all = open.result.transaction('facts').objectStore('facts').getAll();
    await new Promise((resolve) => (all.onsuccess = resolve));
    open.result.close();
    return all.result.flat().map((fact) => JSON.parse(fact));
  });

test('what no code of a page can see is recorded: beacon, stream, worker', async () => {
  const page = await lab.openPage(`${site.origin}/page`);
  await lab.startSession(page);
  await page.evaluate(async () => {
    navigator.sendBeacon('/beacon', 'x');
    await new Promise((resolve) => (new EventSource('/stream').onmessage = resolve));
    await new Promise((resolve) => (new Worker('/worker.js').onmessage = resolve));
  });
  await until('all of them are there', async () => {
    const found = (await facts()).filter(({ kind }) => !kind).map(({ url }) => new URL(url).pathname);
    for (const path of ['/beacon', '/stream', '/from-worker'])
      assert.ok(found.includes(path), `${path} in ${found}`);
    return true;
  });
});

test('a worker that is asked while nothing is traced leaves alone what pages ask for', async () => {
  const calls = () =>
    lab.context.serviceWorkers()[0].evaluate(() => {
      globalThis.calls ??= [];
      const watch = globalThis.watchRequests;
      globalThis.watchRequests = (on) => (calls.push(on), watch(on));
    });
  await lab.view(0);
  await calls();
  const page = await lab.openPage(`${site.origin}/page`);
  await lab.startSession(page);
  await lab.stopSession(page);
  const heard = await lab.context.serviceWorkers()[0].evaluate(() => globalThis.calls);
  assert.deepEqual(heard, [true, false]);
});

test('a request long after the load is a trace of its own, found by its id with the page that made it', async () => {
  const page = await lab.openPage(`${site.origin}/page`);
  const { trace: load } = await lab.startSession(page);
  // What the relay says once the load has settled.
  await page.evaluate(() => performance.dispatchEvent(new CustomEvent('tracelight:page', { detail: '' })));
  await page.evaluate(() => fetch('/api'));
  const { trace } = readContext(site.contexts('/api').at(-1));
  assert.notEqual(trace, load);
  await until('both sides of it are in the journal', async () => {
    const found = await chunks(trace);
    assert.deepEqual([...new Set(found.map(({ side }) => side))].sort(), ['browser', 'server']);
    assert.ok(found.every((chunk) => chunk.trace === load && chunk.apart));
    return true;
  });
  const dashboard = await lab.openDashboard(trace);
  const names = dashboard.getByRole('treegrid', { name: 'Waterfall' }).getByRole('row');
  await until('the dashboard shows both sides', async () => {
    const rows = await names.allInnerTexts();
    return rows.some((row) => /browser/.test(row)) && rows.some((row) => /site/.test(row));
  });
});
