// Pages that go their own ways: without script, with a service worker or a tracing SDK of their own,
// in frames, left or closed too early. Nothing breaks, and nothing is left.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
  followToast,
  held,
  html,
  readContext,
  sendSpans,
  spanId,
  start,
  startSite,
  traceId,
  until,
} from './harness.mjs';

let lab, site;

before(async () => {
  site = await startSite();
  lab = await start({ shop: null, without: ['--disable-back-forward-cache'] });
});

afterEach(async () => {
  await lab.tidy();
  const storage = await lab.context.newCDPSession(lab.desk);
  await storage.send('Storage.clearDataForOrigin', { origin: site.origin, storageTypes: 'service_workers' });
  await storage.detach();
  site.requests.length = 0;
  site.pages = {};
});

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** A page whose server tells the store of it. */
const instrumented =
  (content, answer = html) =>
  async ({ url, headers }, response) => {
    const context = readContext(headers.traceparent);
    if (context) {
      const { trace, span } = context;
      const server = { traceId: trace, spanId: spanId(), parentSpanId: span, name: `GET ${url}` };
      await sendSpans(lab.collector.url, 'site', [server]);
    }
    answer(response, content);
  };

/** A page in a session of its site. */
async function inSession(path, content = '<p>page') {
  site.pages[path] = content;
  const page = await lab.openPage(site.origin + path);
  const context = await lab.startSession(page);
  site.requests.length = 0;
  return { page, context };
}

/** Stops the session of a page, and checks that nothing is left. */
async function stop(page) {
  await lab.stopSession(page);
  assert.deepEqual(await lab.left(), []);
}

/** What a page's own request for a path carried, once it has come. */
async function carried(page, path) {
  await page.evaluate((path) => fetch(path).then(() => {}), path);
  return readContext(site.contexts(path).at(-1));
}

test("a page that allows no script is traced whole, with what it loads and its server's span", async () => {
  const strict = (response, content) => {
    response.setHeader('content-security-policy', "script-src 'none'");
    html(response, content);
  };
  site.pages['/strict'] = instrumented('<link rel=stylesheet href="/style.css"><p>strict', strict);
  site.pages['/style.css'] = (_, response) => response.setHeader('content-type', 'text/css').end('p {}');
  const page = await lab.openPage(`${site.origin}/strict`);
  const { trace: id } = await lab.runPageTrace(page);
  await lab.exported();
  const trace = await lab.trace(id);
  const document = trace.one({ service: 'browser', 'url.full': `${site.origin}/strict`, kind: 3 });
  assert.equal(trace.one({ service: 'site' }).parent, document.id);
  trace.one({ service: 'browser', 'url.full': `${site.origin}/style.css` });
});

/** A page that registers this service worker, and waits until it controls it. */
async function controlled(worker) {
  site.pages['/worker.js'] = (_, response) =>
    response.setHeader('content-type', 'text/javascript').end(worker);
  site.pages['/controlled'] = '<p>from the server';
  const page = await lab.openPage(`${site.origin}/controlled`);
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/worker.js');
    await navigator.serviceWorker.ready;
  });
  await page.reload();
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  return page;
}

const claims = `addEventListener('install', () => skipWaiting());
  addEventListener('activate', (event) => event.waitUntil(clients.claim()));`;

test('a page that its own service worker answers goes on as it is, and the trace does not hang', async () => {
  const page = await controlled(`${claims}
    addEventListener('fetch', (event) => event.respondWith(new Response('<p>from the worker',
      { headers: { 'content-type': 'text/html' } })));`);
  await page.getByText('from the worker').waitFor();
  const popup = await lab.command(page, 'Run Page Trace');
  await until('nothing is armed', async () => (await lab.left()).length === 0);
  await page.getByText('from the worker').waitFor();
  await popup.getByRole('button', { name: 'Run Page Trace' }).waitFor();
  await popup.close();
});

test('requests that a service worker passes on are traced as far as the browser lets us, and Stop ends it', async () => {
  const page = await controlled(`${claims}
    addEventListener('fetch', (event) => event.respondWith(fetch(event.request)));`);
  const reloaded = page.waitForEvent('load'); // a page cannot be reloaded while it is replaced
  const popup = await lab.command(page, 'Start Tracing Session');
  await popup.getByRole('button', { name: 'Stop Tracing Session' }).waitFor();
  await popup.close();
  await reloaded;
  for (let round = 0; round < 3; round++) {
    await lab.view(0); // the next context is set
    await page.reload();
  }
  const contexts = site.contexts('/controlled').filter(Boolean);
  assert.equal(new Set(contexts).size, contexts.length, 'no context goes out twice');
  await stop(page);
  site.requests.length = 0;
  await page.reload();
  assert.deepEqual(site.contexts('/controlled'), [undefined]);
});

test('a tracing SDK of the page keeps its headers, and its requests join the trace that it names', async () => {
  // What OpenTelemetry's web SDK does: it wraps both ways to ask, after us, and mints ids itself.
  const sdk = (trace) => `<script>{
    const hex = (byte) => byte.toString(16).padStart(2, '0');
    const id = (bytes) => Array.from(crypto.getRandomValues(new Uint8Array(bytes)), hex).join('');
    const context = () => '00-${trace}-' + id(8) + '-01';
    const { fetch } = window;
    window.fetch = (input, init = {}) => {
      const headers = new Headers(init.headers);
      headers.set('traceparent', context());
      return fetch(input, { ...init, headers });
    };
    const { send } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.send = function (...body) {
      this.setRequestHeader('traceparent', context());
      return send.apply(this, body);
    };
  }</script>`;
  const own = traceId();
  const { page } = await inSession('/sdk', sdk(own));
  assert.equal((await carried(page, '/by-fetch')).trace, own);
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        const request = new XMLHttpRequest();
        request.open('GET', '/by-xhr');
        request.onload = resolve;
        request.send();
      }),
  );
  const spans = ['/by-fetch', '/by-xhr'].map((path) => readContext(site.contexts(path)[0]));
  assert.deepEqual(
    spans.map(({ trace }) => trace),
    [own, own],
  );
  await stop(page);
  await lab.exported();
  const found = await until('they are recorded', async () => {
    const trace = await lab.trace(own);
    return trace.all({ service: 'browser' }).length === 2 && trace;
  });
  assert.deepEqual(found.spans.map(({ id }) => id).toSorted(), spans.map(({ span }) => span).toSorted());
});

test('a page that the user leaves while its document is awaited leaves nothing', async () => {
  site.pages['/page'] = '<p>page';
  const page = await lab.openPage(`${site.origin}/page`);
  const slow = held((_, response) => html(response, 'late'));
  site.pages['/page'] = slow.page;
  const popup = await lab.command(page, 'Run Page Trace');
  await slow.asked;
  await page.goto(`${site.foreign}/elsewhere`);
  slow.release();
  await popup.close();
  assert.equal(site.contexts('/elsewhere')[0], undefined);
});

test('a page that leads on while its trace is awaited lets it complete', async () => {
  site.pages['/page'] = '<a href="/next">next</a>';
  const page = await lab.openPage(`${site.origin}/page`);
  const popup = await lab.command(page, 'Run Page Trace');
  await followToast(page, /no server span/);
  const { trace, span } = await lab.pageContext(page);
  await page.getByRole('link', { name: 'next' }).click();
  await page.waitForURL('**/next');
  assert.equal(site.contexts('/next')[0], undefined, 'one page was asked for');
  const server = { traceId: trace, spanId: spanId(), parentSpanId: span, name: 'GET /page' };
  await sendSpans(lab.collector.url, 'site', [server]);
  await lab.exported();
  const dashboard = await lab.openDashboard(trace);
  await dashboard.getByRole('row', { name: /GET \/page site/ }).waitFor();
  await popup.close();
});

test('a tab that is closed while its trace is awaited, in every state, leaves nothing', async () => {
  site.pages['/page'] = '<p>page';
  const armed = held((_, response) => html(response, 'late'));
  for (const close of ['document', 'spans', 'complete']) {
    const page = await lab.openPage(`${site.origin}/page`);
    const tab = await lab.tabId(page);
    site.pages['/page'] = close === 'document' ? armed.page : instrumented('<p>page');
    if (close === 'spans') site.pages['/page'] = '<p>page';
    const popup = await lab.command(page, 'Run Page Trace');
    if (close === 'document') await armed.asked;
    if (close === 'spans') await followToast(page, /no server span/);
    if (close === 'complete') await followToast(page, /^Trace complete/);
    await lab.closeTab(tab);
    armed.release();
    await until(`nothing is left of ${close}`, async () => (await lab.left()).length === 0);
    await popup.close();
    site.pages['/page'] = '<p>page';
  }
});

test('back and forward bring kept pages back, and after Stop none of them is traced', async () => {
  const { page } = await inSession('/first', '<p>first<script>fetch("/again")</script>');
  const first = await lab.pageContext(page);
  site.pages['/second'] = '<p>second';
  await page.goto(`${site.origin}/second`);
  await page.evaluate(() => {
    window.addEventListener('pageshow', ({ persisted }) => (window.persisted = persisted));
  });
  site.requests.length = 0;
  await page.goBack();
  const again = await until('it asks again', () => readContext(site.contexts('/again')[0]) ?? undefined);
  const context = await lab.pageContext(page);
  assert.equal(again.trace, context.trace, 'what it asks for is its own');
  assert.ok(first.trace);
  await page.goForward();
  await stop(page);
  for (const way of ['goBack', 'goForward']) {
    await page[way]();
    site.requests.length = 0;
    await page.evaluate(() => fetch('/after'));
    assert.deepEqual(site.contexts('/after'), [undefined], way);
  }
});

test('a page that asks before it is left may keep the user, and its trace can be taken back', async () => {
  site.pages['/page'] = '<p>page<script>onbeforeunload = (event) => event.preventDefault()</script>';
  const page = await lab.openPage(`${site.origin}/page`);
  await page.getByText('page').click(); // only a page that was touched may ask
  const asked = new Promise((resolve) => page.once('dialog', resolve));
  const popup = await lab.command(page, 'Run Page Trace');
  await (await asked).dismiss();
  await popup.getByRole('button', { name: /^Cancel/ }).click();
  await until('nothing is armed', async () => (await lab.left()).length === 0);
  page.once('dialog', (dialog) => dialog.accept());
  await page.reload();
  assert.equal(await lab.pageContext(page), undefined);
});

test('a page that is reloaded ten times while its trace is armed is traced once, and nothing is left', async () => {
  site.pages['/page'] = '<p>page';
  const page = await lab.openPage(`${site.origin}/page`);
  const tab = await lab.tabId(page);
  site.requests.length = 0;
  const { page: armed } = await lab.say('do', { verb: 'run', tab });
  await lab.desk.evaluate(async (tab) => {
    for (let round = 0; round < 10; round++) await chrome.tabs.reload(tab);
  }, tab);
  const asked = () => site.contexts('/page').map((context) => readContext(context)?.trace);
  await until('it is asked for with its context', () => asked().some(Boolean));
  await until('the page is shown', () => page.evaluate(() => document.readyState === 'complete'));
  const traces = asked();
  assert.deepEqual(new Set(traces.filter(Boolean)), new Set([armed.trace]), traces.join(' '));
});

test('two tabs of one site share its session, another site has its own, and each Stop ends one', async () => {
  site.pages['/page'] = '<p>page';
  const { page } = await inSession('/page');
  const second = await lab.openPage(`${site.origin}/second`);
  const foreign = await lab.openPage(`${site.foreign}/page`);
  await lab.startSession(foreign);
  const ids = [];
  for (const shown of [page, second, foreign]) ids.push((await lab.view(await lab.tabId(shown))).session.id);
  assert.equal(ids[0], ids[1]);
  assert.notEqual(ids[0], ids[2]);
  for (const shown of [page, second, foreign]) {
    assert.ok(await carried(shown, '/api'), 'it is traced');
  }
  await lab.stopSession(second);
  for (const shown of [page, second]) {
    await until('the tab has heard of it', async () => !(await carried(shown, '/after')));
  }
  assert.ok(await carried(foreign, '/foreign-after'), 'the other session goes on');
  await page.reload();
  assert.equal(await lab.pageContext(page), undefined);
  await stop(foreign);
});

test('a frame of the own site belongs to the page, and in a frame of another site nothing is traced', async () => {
  const { page } = await inSession('/page');
  site.pages['/own'] = async ({ headers }, response) => {
    await lab.covered(readContext(headers.traceparent).trace);
    html(response, '<iframe src="/framed"></iframe>');
  };
  site.pages['/other'] = `<iframe src="${site.origin}/framed"></iframe>`;
  site.pages['/framed'] = '<p>framed<img src="/in-frame.png"><script>fetch("/by-frame")</script>';
  const paths = ['/framed', '/in-frame.png', '/by-frame'];
  const framed = () =>
    until('the frame has asked for everything', () =>
      paths.every((path) => site.asked(path).length > 0)
        ? paths.map((path) => readContext(site.contexts(path)[0])?.trace)
        : undefined,
    );
  await lab.view(0);
  await page.goto(`${site.origin}/own`);
  const { trace } = await lab.pageContext(page);
  // The recorder keeps to the page itself: what a frame's own scripts ask for has no context.
  assert.deepEqual(await framed(), [trace, trace, undefined]);
  site.requests.length = 0;
  await page.goto(`${site.foreign}/other`);
  assert.deepEqual(await framed(), [undefined, undefined, undefined]);
  assert.deepEqual(site.requests.filter(({ headers }) => headers.cookie || headers.baggage), []);
  await page.goto(`${site.origin}/page`);
  await stop(page);
});
