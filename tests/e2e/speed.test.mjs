// Page Speed, JS Errors, API and Usage: a session of real visits, whose tables are counted again
// from the spans that the store has of them, and the ways from there to session and trace.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { start, startSite, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';
import { minified, visit } from './visits.mjs';

let lab, site, page, session;
/** What the store has of each page: `{ path, trace, root, spans }`. */
let pages = [];

before(async () => {
  lab = await start();
  site = await startSite(minified({ slow: 700 }));
  page = await lab.openPage(`${site.origin}/about`);
  await lab.startSession(page);
  [, session] = (await lab.sessionCookie(site.origin)).value.split('.');
  pages = await visit(lab, site, page, ['/orders/1', '/orders/2', '/slow']);
});

afterEach(() => lab.closePages(page));

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** Opens a tab of the dashboard. */
const open = (tab, more = {}) => lab.openSurface('dashboard', { tab, ...more });
/** A table by its name, or that of the region that it is in. */
const table = (surface, name) => surface.getByRole('table', { name });
/** The texts of a row's cells, by the row's name. */
const cells = (rows, name) => rows.getByRole('row', { name }).first().getByRole('cell').allInnerTexts();
/** A time as the tables write it, in milliseconds. */
const millis = (text) => {
  const [, number, unit] = /([\d.]+)\s*(ns|µs|ms|s)$/.exec(text.trim());
  return Number(number) * { ns: 1e-6, µs: 1e-3, ms: 1, s: 1e3 }[unit];
};
/** Milliseconds of a span. */
const took = ({ start, end }) => Number(end - start) / 1e6;
/** The number at a share of a hundred, by the nearest rank. */
const nearest = (numbers, share) => {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.ceil((sorted.length * share) / 100) - 1];
};
/** Whether a text tells a time, to the three digits that it has. */
const tells = (text, wanted) =>
  assert.ok(Math.abs(millis(text) - wanted) <= wanted * 0.006 + 0.001, `${text} is to tell ${wanted} ms`);
const calls = () => pages.flatMap(({ spans }) => spans.filter(({ kind, attributes }) => kind === 3 && attributes['url.full']?.includes('/api/')));
const host = () => new URL(site.origin).host;

test('pages are counted by route, and their loads are those of their spans', async () => {
  const speed = await open('pages');
  const routes = table(speed, /Pages by route/);
  const orders = pages.filter(({ path }) => path.startsWith('/orders/'));
  await until('all pages are there', async () => (await cells(routes, `${host()}/orders/:id`))[0] === String(orders.length));
  const [views, p50, p75, p95] = await cells(routes, `${host()}/orders/:id`);
  assert.equal(views, '2');
  const loads = orders.map(({ root }) => took(root));
  for (const [text, share] of [[p50, 50], [p75, 75], [p95, 95]]) tells(text, nearest(loads, share));
  const [, slow] = await cells(routes, `${host()}/slow`);
  tells(slow, took(pages.find(({ path }) => path === '/slow').root));
  // Sorted by load, the slow one comes first, and last when pressed again.
  await routes.getByRole('button', { name: 'Load p50' }).click();
  const first = () => routes.getByRole('rowheader').first().innerText();
  await until('the slowest is first', async () => (await first()).endsWith('/slow'));
  assert.equal(await routes.getByRole('columnheader', { name: 'Load p50' }).getAttribute('aria-sort'), 'descending');
  await routes.getByRole('button', { name: 'Load p50' }).press('Enter');
  await until('the slowest is last', async () => !(await first()).endsWith('/slow'));
});

test('vitals are rated in words under the thresholds that are named, and the other ones may be chosen', async () => {
  const speed = await open('pages');
  const row = table(speed, /Pages by route/).getByRole('row', { name: new RegExp(`${host()}/slow`) });
  const ttfb = row.getByRole('cell').nth(8);
  // Some 700 ms: good to web.dev, which allows 800, and not to Sentry, which allows 100.
  await until('it is good', async () => /^[67]\d\d ms\s+Good$/.test(await ttfb.innerText()));
  const score = async () => Number(/\d+/.exec(await row.getByRole('cell').nth(9).innerText())[0]);
  const before = await score();
  await speed.getByRole('radio', { name: 'Sentry' }).check();
  await until('it is over good', async () => /Over good$/.test(await ttfb.innerText()));
  assert.ok((await score()) < before, 'the score follows the thresholds');
  await speed.getByText('What Sentry calls good').click();
  await speed.getByText('TTFB good up to 100 ms', { exact: false }).waitFor();
  await speed.reload();
  assert.ok(await until('it is kept', () => speed.getByRole('radio', { name: 'Sentry' }).isChecked()));
  await speed.getByRole('radio', { name: 'web.dev' }).check();
  await until('it is good again', async () => /Good$/.test(await ttfb.innerText()));
  const card = speed.getByRole('region', { name: 'Performance Score' });
  await card.getByText('Formula').click();
  await card.getByText(/mean by weight: LCP 30/).waitFor();
});

test('rules fold paths otherwise, and one that is none is named at its line', async () => {
  const speed = await open('pages');
  const routes = table(speed, /Pages by route/);
  await routes.getByRole('row', { name: /orders\/:id/ }).waitFor();
  await speed.getByText(/^Rules: ids in paths/).click();
  const field = speed.getByRole('textbox', { name: 'Rules' });
  const save = speed.getByRole('button', { name: 'Save rules' });
  await field.fill('# mine\n-nonsense');
  await save.click();
  await speed.getByRole('alert').filter({ hasText: /^Rule 2: / }).waitFor();
  const chosen = await field.evaluate((it) => it.value.slice(it.selectionStart, it.selectionEnd));
  assert.equal(chosen, '-nonsense');
  await field.fill('-number');
  await save.click();
  await routes.getByRole('row', { name: `${host()}/orders/1` }).waitFor();
  assert.equal(await routes.getByRole('row', { name: /orders\/:id/ }).count(), 0);
  await speed.reload();
  await routes.getByRole('row', { name: `${host()}/orders/2` }).waitFor();
  await speed.getByText(/^Rules: the usual ones and 1 of yours/).click();
  await speed.getByRole('button', { name: 'Usual rules only' }).click();
  await routes.getByRole('row', { name: /orders\/:id/ }).waitFor();
});

test('the slowest pages lead to their session and to their trace', async () => {
  const speed = await open('pages');
  const slowest = table(speed, 'Slow Page Session Trace (TOP20)');
  const [first] = pages.toSorted((a, b) => took(b.root) - took(a.root));
  const row = slowest.getByRole('row').nth(1);
  await until('it is there', async () => (await row.getByRole('cell').nth(2).innerText()).endsWith(first.path));
  tells(await row.getByRole('cell').nth(3).innerText(), took(first.root));
  assert.equal(await slowest.getByRole('row').count(), pages.length + 2, 'each page, the first visit, and the head');
  const link = row.getByRole('link', { name: session.slice(0, 8) });
  assert.equal(new URL(await link.getAttribute('href'), speed.url()).searchParams.get('session'), session);
  await row.getByRole('cell').nth(1).getByRole('link').click();
  await speed.waitForURL((url) => url.searchParams.get('trace') === first.trace);
  assert.equal(new URL(speed.url()).searchParams.get('span'), first.root.id);
});

test('charts say in words what they show, and have their numbers as a table', async () => {
  const speed = await open('pages');
  const chart = speed.getByRole('img', { name: /^Load and paint, p75 from .+; Load: .+ last / });
  await chart.waitFor();
  const figure = speed.getByRole('figure').filter({ has: chart });
  await figure.getByText('As a table').click();
  const rows = table(figure, 'Load and paint, p75').getByRole('row');
  const loads = await until('it has steps', async () => (await rows.count()) > 1 && rows.locator('td:nth-of-type(1)').allInnerTexts());
  const { spans } = await lab.trace(pages.first);
  const all = [...pages.map(({ root }) => root), spans.find(({ parent }) => !parent)].map(took);
  const told = loads.filter((text) => text !== '–').map(millis);
  assert.ok(told.length > 0);
  // A percentile by the nearest rank is a number that is there.
  for (const load of told) assert.ok(all.some((it) => Math.abs(it - load) <= it * 0.006), `${load} is one of ${all}`);
  const phases = speed.getByRole('region', { name: 'Phase breakdown' });
  const name = await phases.getByRole('row', { name: /\/slow/ }).getByRole('img').getAttribute('aria-label');
  const [, wait] = /Wait ([^,]+)/.exec(name);
  assert.ok(millis(wait) >= 690, `the server took 700 ms, told as ${wait}`);
});

test('errors of one fingerprint are one line, which leads to their diagnosis', async () => {
  const errors = await open('errors');
  const frequent = table(errors, 'Frequent Errors');
  const row = frequent.getByRole('row', { name: /TypeError: cart \d is gone/ });
  const thrown = pages.flatMap(({ root }) => root.events.filter(({ name }) => name === 'exception'));
  const count = (event) => Number(event.attributes.find(({ key }) => key === 'tracelight.exception.count').value.intValue);
  const total = thrown.map(count).reduce((sum, count) => sum + count, 0);
  await until('all are there', async () => (await row.getByRole('cell').first().innerText()) === String(total));
  const [, sessions, routes] = await row.getByRole('cell').allInnerTexts();
  assert.deepEqual([thrown.length, sessions, routes], [2, '1', '1'], 'two pages of one route');
  await row.getByRole('link', { name: /^Diagnose/ }).click();
  const [last] = thrown.toSorted((a, b) => Number(BigInt(b.timeUnixNano) - BigInt(a.timeUnixNano)));
  const told = (key) => last.attributes.find((it) => it.key === key).value.stringValue;
  assert.equal(new URL(errors.url()).searchParams.get('fingerprint'), told('tracelight.exception.fingerprint'));
  await errors.getByText('TypeError: cart 2 is gone').first().waitFor();
  const stack = errors.getByRole('list', { name: 'Stack trace' });
  await stack.getByText(/app\.min\.js:1:\d+/).first().waitFor();
  const steps = table(errors, 'User Behavior Trace').getByRole('row');
  const what = await until('steps are there', async () => (await steps.count()) > 1 && steps.locator('td:nth-of-type(3)').allInnerTexts());
  assert.deepEqual(what.map((it) => it.trim()), ['Page load', 'API call', 'User operation', 'JS error']);
  assert.match(await steps.nth(2).innerText(), /\/api\/items\/2.*500/s);
  assert.match(await steps.nth(3).innerText(), /Pay/);
  const step = new URL(await steps.nth(3).getByRole('link').getAttribute('href'), errors.url());
  assert.equal(step.searchParams.get('trace'), pages.find(({ path }) => path === '/orders/2').trace);
  const occurrences = table(errors, 'Occurrences');
  assert.equal(await occurrences.getByRole('row').count(), 3);
  const way = occurrences.getByRole('link', { name: 'View Session' }).first();
  assert.equal(new URL(await way.getAttribute('href'), errors.url()).searchParams.get('session'), session);
  await open('error', { fingerprint: 'ffffffffffffffff' }).then((none) => none.getByText('No such error here').waitFor());
});

test('source maps are applied when asked for, and a script that offers none says so', async () => {
  const errors = await open('errors');
  await errors.getByRole('link', { name: /^Diagnose TypeError: cart/ }).click();
  const stack = errors.getByRole('list', { name: 'Stack trace' });
  await stack.getByText(/app\.min\.js/).first().waitFor();
  const before = site.asked('/app.min.js.map').length;
  assert.equal(before, 0, 'nobody asked for the map before');
  await errors.getByText('Asks 127.0.0.1 for 1 script and its source map', { exact: false }).waitFor();
  await errors.getByRole('button', { name: 'Apply Source Maps' }).click();
  await stack.getByText('src/pay.ts:2:3').waitFor();
  const source = stack.getByRole('list', { name: 'Source of src/pay.ts:2:3' });
  assert.match(await source.locator('[aria-current]').innerText(), /throw new TypeError/);
  assert.equal(site.asked('/app.min.js.map').length, 1);
  assert.equal(site.asked('/app.min.js.map')[0].headers.cookie, undefined, 'without cookies');
  // Without its map it stays as it ran, and says why.
  const whole = site.pages['/app.min.js.map'];
  try {
    site.pages['/app.min.js.map'] = (_, response) => response.writeHead(404).end();
    await errors.getByRole('button', { name: 'Apply Source Maps' }).click();
    await errors.getByText(/its source map: the server answers 404/).waitFor();
    await stack.getByText(/app\.min\.js:1:\d+/).first().waitFor();
  } finally {
    site.pages['/app.min.js.map'] = whole;
  }
});

test('a host that the user does not allow is not asked for source maps', async () => {
  const errors = await open('errors');
  const way = errors.getByRole('link', { name: /^Diagnose TypeError: cart/ });
  const address = new URL(await way.getAttribute('href'), errors.url()).href;
  await errors.addInitScript(() => (chrome.permissions.request = async () => false)); // no test can press the browser's own button
  await errors.goto(address);
  const scripts = site.asked('/app.min.js').length;
  await errors.getByRole('button', { name: 'Apply Source Maps' }).click();
  await errors.getByText(/^Not allowed: /).waitFor();
  await errors.getByRole('list', { name: 'Stack trace' }).getByText(/app\.min\.js:1:\d+/).first().waitFor();
  assert.equal(site.asked('/app.min.js').length, scripts);
});

test('calls are counted by route, and those that failed are one click away', async () => {
  const api = await open('api');
  const routes = table(api, 'API Requests');
  const row = routes.getByRole('row', { name: /GET .*\/api\/items\/:id/ });
  const all = calls();
  const failed = all.filter((span) => span.failed);
  assert.ok(failed.length > 0 && failed.length < all.length);
  await until('all are there', async () => (await row.getByRole('cell').nth(1).innerText()) === String(all.length));
  const [, , number, rate, p50, p95, most] = await row.getByRole('cell').allInnerTexts();
  assert.deepEqual([number, rate], [String(failed.length), '50 %']);
  const times = all.map(took);
  for (const [text, share] of [[p50, 50], [p95, 95], [most, 100]]) tells(text, nearest(times, share));
  const slowest = all.find((span) => took(span) === Math.max(...times));
  const way = new URL(await row.getByRole('cell').nth(6).getByRole('link').getAttribute('href'), api.url());
  assert.equal(way.searchParams.get('span'), slowest.id);
  await api.getByRole('img', { name: /^Throughput and errors from .+; Calls: .+; Errors: / }).waitFor();
  await row.getByRole('link', { name: /error/ }).click();
  const list = table(api, 'Network Request Information');
  await list.waitFor();
  assert.equal(new URL(api.url()).searchParams.get('failed'), 'on');
  assert.equal(await list.getByRole('row').count(), failed.length + 1);
  assert.deepEqual((await list.getByRole('row').nth(1).getByRole('cell').nth(1).innerText()).trim(), '500');
  await api.getByRole('checkbox', { name: 'Only those that failed' }).uncheck();
  await until('all are listed', async () => (await list.getByRole('row').count()) === all.length + 1);
  await list.getByRole('button', { name: /^Details of the request/ }).last().click();
  const details = api.getByRole('region', { name: 'Request', exact: true });
  await details.getByText(all[0].attributes['url.full']).waitFor();
  const phases = table(details, 'Phases');
  await phases.getByRole('row', { name: /^Wait/ }).waitFor();
  const trace = new URL(await details.getByRole('link', { name: 'Open in its trace' }).getAttribute('href'), api.url());
  assert.equal(trace.searchParams.get('span'), all[0].id);
  const there = details.getByRole('link', { name: 'View Session' });
  assert.equal(new URL(await there.getAttribute('href'), api.url()).searchParams.get('session'), session);
});

test('usage counts the spans of each site, against the limit and what may be kept', async () => {
  const usage = await open('usage');
  const sites = table(usage, 'Spans by site');
  const row = sites.getByRole('row', { name: site.origin });
  const first = await lab.trace(pages.first);
  const spans = [first.spans, ...pages.map(({ spans }) => spans)].reduce((sum, { length }) => sum + length, 0);
  await until('all are counted', async () => (await row.getByRole('cell').nth(1).innerText()) === String(spans));
  const { meter, settings } = await lab.desk.evaluate(() => chrome.storage.local.get(['meter', 'settings']));
  const month = usage.getByRole('meter', { name: 'Spans this month' });
  const limit = settings.limit ?? 1_000_000;
  const [told] = /^\d+/.exec(await month.getAttribute('aria-valuetext'));
  assert.ok(limit > 0 && Number(told) === meter.spans, `${told} of ${meter.spans}`);
  await usage.getByText(/recording goes on in this browser/).waitFor();
  const storage = usage.getByRole('meter', { name: 'Storage' });
  assert.match(await storage.getAttribute('aria-valuetext'), /^[\d.]+ [kM]B of 500 MB, /);
});

test('what has nothing to show says why', async () => {
  const past = { since: 1_000, until: 2_000 };
  const says = { pages: 'No pages in this time', errors: 'No script errors in this time', api: 'No API requests in this time', usage: 'Nothing was recorded in this time' };
  for (const [tab, text] of Object.entries(says)) {
    const surface = await open(tab, past);
    await surface.getByRole('heading', { name: text }).waitFor();
    await surface.close();
  }
});

test('all of it fits from 320 pixels on, light and dark', async () => {
  const fingerprint = pages[0].root.events.find(({ name }) => name === 'exception').attributes.find(({ key }) => key === 'tracelight.exception.fingerprint').value.stringValue;
  const route = { method: 'GET', route: `${host()}/api/items/:id` };
  const tabs = { pages: {}, errors: {}, error: { fingerprint }, api: {}, route, usage: {} };
  for (const [tab, more] of Object.entries(tabs)) {
    const surface = await open(tab, more);
    await surface.getByRole('table').first().waitFor();
    await photograph(surface, `speed-${tab}`, () => fits(surface));
    await surface.close();
  }
});
