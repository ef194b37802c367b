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
    '/worker.js': script(
      `const traceparent = new URL(location).searchParams.get('said');
      fetch('/from-worker', traceparent && { headers: { traceparent } }).then(() => postMessage('done'))`,
    ),
    '/shared.js': script(
      "onconnect = ({ ports: [port] }) => fetch('/from-shared').then(() => port.postMessage('done'))",
    ),
    '/service.js': script(
      `onmessage = ({ source }) => fetch('/from-service').then(() => source.postMessage('done'));
      onactivate = (event) => event.waitUntil(clients.claim())`,
    ),
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

/** Answers with a script. */
function script(text) {
  return (_, response) => {
    response.setHeader('content-type', 'text/javascript');
    response.end(text);
  };
}

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

/** Resolves to all facts that the journal has; with a trace, to those of its page. */
const facts = (trace = undefined) =>
  lab.desk.evaluate(async (trace) => {
    const open = indexedDB.open('tracelight');
    await new Promise((resolve) => (open.onsuccess = resolve));
    const store = open.result.transaction('facts').objectStore('facts');
    const [all, keys] = [store.getAll(), store.getAllKeys()];
    await new Promise((resolve) => (keys.onsuccess = resolve));
    open.result.close();
    const theirs = all.result.filter((_, at) => !trace || JSON.stringify(keys.result[at]).includes(trace));
    return theirs.flat().map((fact) => JSON.parse(fact));
  }, trace);

/** Resolves to the paths of requests that only the network events told of, in a page or in all. */
const unseen = async (trace = undefined) =>
  (await facts(trace)).filter(({ kind }) => !kind).map(({ url }) => new URL(url).pathname);

/** Resolves once each of these paths is among a page's requests that only the network events told of. */
const told = (trace, paths) =>
  until(`${paths} are there`, async () => {
    const found = await unseen(trace);
    for (const path of paths) assert.ok(found.includes(path), `${path} in ${found}`);
    return true;
  });

test('what no code of a page can see is recorded: beacon, stream, socket, worker', async () => {
  const page = await lab.openPage(`${site.origin}/page`);
  const { trace } = await lab.startSession(page);
  await page.evaluate(async () => {
    navigator.sendBeacon('/beacon', 'x');
    await new Promise((resolve) => (new EventSource('/stream').onmessage = resolve));
    await new Promise((resolve) => (new WebSocket(`${origin.replace('http', 'ws')}/live`).onopen = resolve));
    await new Promise((resolve) => (new Worker('/worker.js').onmessage = resolve));
  });
  await told(trace, ['/beacon', '/stream', '/live', '/from-worker']);
  const socket = (await facts()).find(({ type }) => type === 'websocket');
  assert.deepEqual([socket.method, socket.status], ['GET', 101]);
  await page.goto('about:blank'); // the page is over, and so are its spans
  const dashboard = await lab.openDashboard(trace);
  const rows = dashboard.getByRole('treegrid', { name: 'Waterfall' }).getByRole('row');
  await until('the handshake has a bar', async () =>
    (await rows.allInnerTexts()).some((row) => row.includes('/live')),
  );
});

test('what a shared or a service worker asks for is no page\'s: browsers do not say for whom', async () => {
  const page = await lab.openPage(`${site.origin}/page`);
  const { trace } = await lab.startSession(page);
  await page.evaluate(async () => {
    await new Promise((resolve) => (new SharedWorker('/shared.js').port.onmessage = resolve));
    await navigator.serviceWorker.register('/service.js');
    const { active } = await navigator.serviceWorker.ready;
    await new Promise((resolve) => {
      navigator.serviceWorker.onmessage = resolve;
      active.postMessage('ask');
    });
    await new Promise((resolve) => (new Worker('/worker.js').onmessage = resolve));
    for (const registration of await navigator.serviceWorker.getRegistrations()) registration.unregister();
  });
  // Told in the order in which they were asked for.
  await told(trace, ['/from-worker']);
  const found = await unseen();
  assert.ok(!found.includes('/from-shared') && !found.includes('/from-service'), `${found}`);
  for (const path of ['/from-shared', '/from-service']) assert.deepEqual(site.contexts(path), [undefined]);
});

test('only tabs that are traced are listened to, and by a worker that slept too', async () => {
  const other = await lab.openPage(`${site.foreign}/page`);
  const page = await lab.openPage(`${site.origin}/page`);
  const { trace } = await lab.startSession(page);
  // The traced page has its own late news (vitals, its icon), which wake the worker rightly. Requests of
  // another tab that wake it would do so each time, so that once without is proof.
  await until('a request of another tab wakes nobody', async () => {
    await lab.stopWorker();
    const before = site.asked('/other').length;
    await other.evaluate(() => navigator.sendBeacon('/other', 'x'));
    await until('it arrived', () => site.asked('/other').length > before);
    // Whoever is not asked does not wake: a question would start it.
    await other.evaluate(() => fetch('/after'));
    const contexts = await lab.desk.evaluate(() => chrome.runtime.getContexts({}));
    return !contexts.some(({ contextType }) => contextType === 'BACKGROUND');
  });
  await page.evaluate(() => navigator.sendBeacon('/mine', 'x'));
  await told(trace, ['/mine']);
  assert.ok(!(await unseen()).includes('/other'));
});

test('a page cannot put a request into the trace of another', async () => {
  const victim = await lab.openPage(`${site.origin}/page`);
  const { trace } = await lab.startSession(victim);
  const forger = await lab.openPage(`${site.origin}/page`);
  await until('it is traced', async () => (await facts((await lab.pageContext(forger)).trace)).length > 0);
  const own = await lab.pageContext(forger);
  const said = `00-${trace}-1234567812345678-01`;
  await forger.evaluate(async ([said, worker]) => {
    const fact = (path, context) =>
      JSON.stringify({
        ...{ kind: 'request', api: 'fetch', method: 'GET', url: `${origin}${path}`, span: context.slice(36, 52) },
        ...{ context, own: false, start: performance.now(), end: performance.now(), status: 200 },
      });
    const state = (detail) => performance.dispatchEvent(new CustomEvent('tracelight:fact', { detail }));
    state(fact('/forged', said));
    state(fact('/fine', `00-${'ab'.repeat(16)}-1234567812345678-01`));
    await new Promise((resolve) => (new Worker(`/worker.js?said=${worker}`).onmessage = resolve));
  }, [said, `00-${trace}-${own.span}-01`]);
  await told(own.trace, ['/from-worker']);
  const stated = await until('the other one is there', async () => {
    const found = (await facts()).filter(({ kind }) => kind === 'request');
    return found.some(({ url }) => url.endsWith('/fine')) && found;
  });
  assert.ok(!stated.some(({ url }) => url.endsWith('/forged')));
  const [worker] = (await facts(own.trace)).filter(({ kind }) => !kind);
  assert.equal(worker.context, null);
  const tab = await lab.tabId(forger);
  await until('it is counted', async () => {
    assert.equal((await lab.view(tab)).rejected, 1);
    return true;
  });
});

test('a worker that is asked while nothing is traced leaves alone what pages ask for', async () => {
  const calls = () =>
    lab.context.serviceWorkers()[0].evaluate(() => {
      globalThis.calls ??= [];
      const watch = globalThis.watchRequests;
      globalThis.watchRequests = (tabs) => (calls.push(tabs), watch(tabs));
    });
  await lab.view(0);
  await calls();
  const page = await lab.openPage(`${site.origin}/page`);
  const tab = await lab.tabId(page);
  await lab.startSession(page);
  await lab.stopSession(page);
  const heard = await lab.context.serviceWorkers()[0].evaluate(() => globalThis.calls);
  assert.deepEqual(heard.slice(-2), [[tab], []]);
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
