// The collector serves the dashboard at its own address, for who has no extension: what it tells of a
// session there is what the extension tells of it out of its journal.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { start, startCollector, startSite, until } from './harness.mjs';
import { columnsFit } from './photo.mjs';
import { given } from './servers.mjs';
import { minified, visit } from './visits.mjs';

let lab, site, collector, session;

before(async () => {
  collector = await startCollector(['--dashboard', given('TRACELIGHT_EXTENSION')]);
  lab = await start({ collector });
  site = await startSite(minified({ slow: 50 }));
  const page = await lab.openPage(`${site.origin}/about`);
  await lab.startSession(page);
  [, session] = (await lab.sessionCookie(site.origin)).value.split('.');
  await visit(lab, site, page, ['/orders/1', '/orders/2', '/slow']);
  await page.close(); // a page's last facts come when it is left
});

after(async () => {
  await lab?.close();
  await collector?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

const list = (surface) => surface.getByRole('table', { name: /Session List/ });
const row = (surface) => list(surface).getByRole('row').filter({ hasText: session.slice(0, 8) });

/** Opens a tab of the dashboard as the extension has it, and as the collector serves it. */
async function both(parameters) {
  const query = new URLSearchParams({ view: 'dashboard', ...parameters });
  const errors = [];
  const served = await lab.context.newPage();
  served.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  served.on('pageerror', (error) => errors.push(error.message));
  await served.goto(`${collector.url}/app.html?${query}`);
  return { own: await lab.openSurface('dashboard', parameters), served, errors };
}

/** Waits until both say the same, which they do once the store has all, and fails with both. */
async function same(what, own, served) {
  // What can be done with a session in the journal, and its size there, is told by the extension alone.
  const plain = (text) => text.replace(/\s+/g, ' ').replace(/( [\d.]+ k?B)? Export Delete$/, '').trim();
  const texts = async () => [await own.innerText(), await served.innerText()].map(plain);
  await own.waitFor();
  await served.waitFor();
  let last;
  await until(`${what} are the same`, async () => {
    last = await texts();
    return last[0] === last[1];
  }).catch(() => assert.equal(last[1], last[0], what));
  return last[0];
}

test('the session is listed at the collector as in the extension', async () => {
  const { own, served, errors } = await both({ tab: 'sessions' });
  const text = await same('rows', row(own), row(served));
  assert.match(text, new RegExp(session.slice(0, 8)));
  assert.equal(await served.evaluate(() => globalThis.chrome?.runtime?.id), undefined);
  assert.deepEqual(errors, []);
});

test('its Summary and its path are the same, and a page opens down to its calls', async () => {
  const { own, served, errors } = await both({ tab: 'session', session });
  const summary = (surface) => surface.getByRole('region', { name: 'Summary' });
  const path = (surface) => surface.getByRole('list', { name: 'Session Path' });
  const text = await same('summaries', summary(own), summary(served));
  assert.match(text, /PVs 4/);
  assert.match(text, /API failures 1/);
  await same('paths', path(own), path(served));
  await path(served).getByRole('button', { name: 'Expand /orders/2' }).click();
  await path(served).locator('.step').filter({ hasText: 'GET /api/items/2' }).waitFor();
  assert.deepEqual(errors, []);
});

test('Usage counts the same sites, and speaks of no limit and no room where those are another browser\'s', async () => {
  const { own, served, errors } = await both({ tab: 'usage' });
  const sites = (surface) => surface.getByRole('table', { name: 'Spans by site' });
  await same('sites', sites(own), sites(served));
  await own.getByRole('heading', { name: 'Spans this month' }).waitFor();
  await own.getByRole('heading', { name: 'Storage' }).waitFor();
  await served.getByText('what the collector keeps that serves this page').waitFor();
  for (const name of ['Spans this month', 'Storage'])
    assert.equal(await served.getByRole('heading', { name }).count(), 0, `${name} is each browser's own`);
  assert.equal(await served.getByText('this browser').count(), 0);
  assert.deepEqual(errors, []);
});

test('the dashboard reads what was traced and is none of it, though the session covers its host', async () => {
  const served = await lab.context.newPage();
  await served.goto(`${collector.url}/app.html?view=dashboard&tab=session&session=${session}`);
  await served.getByRole('region', { name: 'Summary' }).waitFor();
  assert.equal(await lab.pageContext(served), undefined);
  const { body } = await lab.ask('/api/v3/trace-summaries?query.searchDepth=200');
  assert.equal(body.summaries.length, 4, 'a trace a page, and none of the pages that look at them');
});

test('Logs lists the pages that the collector knows, and draws the one that is chosen', async () => {
  const served = await lab.context.newPage();
  await served.goto(`${collector.url}/app.html?view=dashboard&tab=logs`);
  const rows = served.getByRole('grid', { name: 'Traced requests' }).getByRole('row');
  await until('all pages are listed', async () => (await rows.count()) === 5); // with the columns' names
  for (const width of [1400, 320, 1400]) {
    await served.setViewportSize({ width, height: 700 });
    await columnsFit(served.getByRole('grid', { name: 'Traced requests' }));
  }
  assert.equal(await served.getByText('Spans this month').count(), 0, "which are each browser's own");
  await rows.filter({ hasText: '/orders/2' }).click();
  const trace = served.getByRole('region', { name: 'Trace' });
  await trace.getByText('GET /api/items/2').first().waitFor();
});

test('who asks the collector for no page is led to its sessions', async () => {
  await lab.tidy(); // no session: what leads there is a document like any other
  const served = await lab.openPage(collector.url);
  await row(served).waitFor();
  assert.equal(new URL(served.url()).searchParams.get('tab'), 'sessions');
});
