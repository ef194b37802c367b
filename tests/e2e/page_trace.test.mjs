// The main job: one page trace through the popup, from the browser's request to the SQL statement.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { KIND, clickToast, followToast, held, readToast, start, startSite, until } from './harness.mjs';

let lab, page, address, said, trace;
/** What the browser sent to pricing, the other origin: `{ method, headers }`. */
const foreign = [];

before(async () => {
  lab = await start();
  address = `${lab.shop.shop}/checkout`;
  page = await lab.openPage(address);
  await listenTo(lab.shop.pricing);
  const run = await lab.runPageTrace(page);
  said = run.said;
  await lab.exported();
  trace = await lab.trace(run.trace);
});

afterEach(() => lab.closePages(page));

after(async () => {
  await lab?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** Notes every request to an origin, preflights too: only the protocol tells of those. */
async function listenTo(origin) {
  const session = await lab.context.newCDPSession(page);
  // The two halves of a request come in any order.
  const requests = new Map();
  const note = (id, half) => {
    const whole = Object.assign(requests.get(id) ?? {}, half);
    requests.set(id, whole);
    if (whole.url?.startsWith(origin) && whole.headers) foreign.push(whole);
  };
  session.on('Network.requestWillBeSent', ({ requestId, request: { url, method } }) =>
    note(requestId, { url, method }),
  );
  session.on('Network.requestWillBeSentExtraInfo', ({ requestId, headers }) => note(requestId, { headers }));
  await session.send('Network.enable');
  // Or the reload would ask for nothing but the document.
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
}

const root = () => trace.one({ service: 'browser', parent: '' });
const request = (path) =>
  trace.one({ service: 'browser', kind: KIND.client, 'url.full': `${lab.shop.shop}${path}` });

test('the toast says how far it is and ends with a complete trace without errors', () => {
  assert.match(said.at(-1), /^Trace complete \d+ spans, no errors, [\d.]+ m?s$/);
  for (const line of said.slice(0, -1)) assert.match(line, /^Waiting for spans \d+ s, .+$/);
});

test("the server's span of the document is a child of the browser's own request for it", () => {
  const document = request('/checkout');
  assert.equal(document.parent, root().id);
  const server = trace.one({ service: 'shop', name: 'GET /checkout' });
  assert.equal(server.parent, document.id);
  assert.equal(server.kind, KIND.server);
});

test('fetch and XHR have the spans of their servers below spans of their own', () => {
  for (const path of ['/api/cart', '/api/delivery', '/api/order']) {
    const own = request(path);
    assert.equal(own.parent, root().id);
    const server = trace.one({ service: 'shop', name: new RegExp(`${path}$`) });
    assert.equal(server.parent, own.id, path);
  }
});

test('the order is followed to the payment service and to the row that it inserts', () => {
  const below = trace.below(request('/api/order'));
  const payment = below.find(({ service, name }) => service === 'payment' && name.startsWith('POST'));
  assert.ok(payment, 'payment answers below the order');
  const insert = trace.below(payment).find(({ name }) => name.startsWith('INSERT'));
  assert.equal(insert?.service, 'payment');
});

test("what the page loads of its own origin hangs under the page's root", () => {
  const assets = trace.all({ service: 'shop', name: /static/ });
  assert.ok(assets.length > 0, 'the reload asked for at least one of its files');
  for (const asset of assets) assert.equal(asset.parent, root().id, asset.attributes['url.path']);
});

test('another origin got no context from the page and was not asked for leave first', () => {
  assert.ok(foreign.length > 0, 'the quote was asked for');
  for (const { method, headers } of foreign) {
    assert.equal(method, 'GET');
    const names = Object.keys(headers).map((name) => name.toLowerCase());
    assert.deepEqual(
      names.filter((name) => ['traceparent', 'baggage'].includes(name)),
      [],
    );
  }
  assert.deepEqual(trace.all({ service: 'pricing', name: /quote/ }), []);
});

test('the trace of the page has one root, and no span is without its parent', () => {
  const ids = new Set(trace.spans.map(({ id }) => id));
  assert.equal(ids.size, trace.spans.length, 'every id is there once');
  const orphans = trace.spans.filter(({ parent }) => parent && !ids.has(parent));
  assert.deepEqual(
    orphans.map(({ name }) => name),
    [],
  );
  assert.equal(trace.all({ parent: '' }).length, 1);
});

test('nothing is left in the browser once the trace is complete', async () => {
  assert.deepEqual(await lab.left(), []);
});

test('View Page Trace opens the dashboard at the trace of the page', async () => {
  const { trace: id } = await lab.pageContext(page);
  const popup = await lab.openPopup(await lab.tabId(page));
  const opened = lab.context.waitForEvent('page');
  await popup.getByRole('button', { name: 'View Page Trace' }).click();
  const dashboard = await opened;
  assert.equal(new URL(dashboard.url()).searchParams.get('trace'), id);
  await dashboard.getByRole('row', { name: /GET \/checkout shop/ }).waitFor();
});

test('a click on the toast opens the trace, and Escape in it takes it away', async () => {
  await lab.runPageTrace(page);
  const { trace: id } = await lab.pageContext(page);
  await page.bringToFront();
  const opened = lab.context.waitForEvent('page');
  await clickToast(page, /View Page Trace/);
  const dashboard = await opened;
  assert.equal(new URL(dashboard.url()).searchParams.get('trace'), id);
  await dashboard.close();
  await page.bringToFront();
  await page.keyboard.press('Escape');
  await until('the toast is gone', async () => (await readToast(page)) === '');
});

test('a toast that was dismissed stays away when the trace completes', async () => {
  const popup = await lab.command(page, 'Run Page Trace');
  await followToast(page, /Waiting/);
  await clickToast(page, /Dismiss/);
  await until('the toast is gone', async () => (await readToast(page)) === '');
  await popup.getByText('Trace complete').waitFor();
  assert.equal(await readToast(page), '');
});

test('an answer that makes no document ends a page trace, and the page stays as it was', async (t) => {
  const answers = { '/nothing': [204, {}], '/file': [200, { 'content-disposition': 'attachment' }] };
  const site = await startSite();
  t.after(() => site.close());
  for (const [path, [status, headers]] of Object.entries(answers)) {
    const answer = held((_, response) => response.writeHead(status, headers).end());
    site.pages[path] = answer.page;
    const shown = await lab.openPage(`${site.origin}/`);
    await shown.evaluate((path) => history.replaceState(null, '', path), path);
    const popup = await lab.command(shown, 'Run Page Trace');
    await popup.getByRole('button', { name: 'Cancel' }).waitFor();
    await answer.asked;
    answer.release();
    await popup.getByRole('button', { name: 'Run Page Trace' }).waitFor();
    assert.equal(site.contexts(path).filter(Boolean).length, 1, 'it was asked for, with context');
    assert.deepEqual(await lab.left(), []);
    await lab.closePages(page);
  }
});

test('the next document of the tab is an untraced one', async () => {
  await lab.runPageTrace(page);
  await page.reload();
  assert.equal(await lab.pageContext(page), undefined);
  const native = await page.evaluate(() => Function.prototype.toString.call(fetch));
  assert.match(native, /\[native code\]/);
  assert.equal(await readToast(page), '');
  assert.deepEqual(await lab.left(), []);
});
