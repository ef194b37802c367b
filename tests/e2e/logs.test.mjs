// Logs, the dashboard's list of traced requests: where View Session Traces and View Previous
// Session Traces lead, its filters, and the trace beside it.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { sendSpans, spanId, start, traceId, until } from './harness.mjs';
import { columnsFit, fits, photograph } from './photo.mjs';

let lab, page, session;

before(async () => {
  lab = await start();
  page = await lab.openPage(`${lab.shop.shop}/`);
  await lab.startSession(page);
  [, session] = (await lab.sessionCookie(lab.shop.shop)).value.split('.');
  await page.goto(`${lab.shop.shop}/checkout`);
  await page.getByText(/Order \d+ placed/).waitFor();
});

afterEach(() => lab.closePages(page));

after(async () => {
  await lab?.close();
  assert.deepEqual(lab?.complaints, []);
});

const list = (logs) => logs.getByRole('grid', { name: 'Traced requests' });
const row = (logs, name) => list(logs).getByRole('row', { name }).first();
const traces = (logs) => logs.getByRole('button', { name: 'Show requests that have traces' });
const mine = (logs) => logs.getByRole('button', { name: 'Show requests from this browser' });

/** Opens what a verb of the popup opens. */
async function follow(verb) {
  const opened = lab.context.waitForEvent('page', (it) => it.url().includes('tab=logs'));
  const asked = lab.command(page, verb);
  const logs = await opened;
  await asked;
  return logs;
}

test('View Session Traces leads to Logs of the session, with the filter for traces on', async () => {
  const logs = await follow('View Session Traces');
  await row(logs, /POST \/api\/order/).waitFor();
  const { searchParams } = new URL(logs.url());
  assert.deepEqual([searchParams.get('session'), searchParams.get('traces')], [session, 'on']);
  assert.equal(await traces(logs).getAttribute('aria-pressed'), 'true');
  assert.equal(await mine(logs).getAttribute('aria-pressed'), 'false');
  await logs.getByRole('button', { name: `Session ${session.slice(0, 8)}` }).first().waitFor();
});

test('the newest request stands first, and one that is made appears by itself', async () => {
  const logs = await lab.openSurface('dashboard', { tab: 'logs', session, traces: 'on', mine: 'on' });
  await row(logs, /POST \/api\/order/).waitFor();
  await page.bringToFront(); // a page that nobody sees takes its time to tell
  await page.evaluate(() => fetch('/api/cart?live'));
  await logs.bringToFront();
  await row(logs, /GET \/api\/cart\?live/).waitFor();
  assert.match(await list(logs).getByRole('row').nth(1).innerText(), /live/);
});

const field = (logs) => logs.getByRole('combobox', { name: 'Filter requests' });
const choices = (logs) => logs.getByRole('listbox', { name: 'Completions' }).getByRole('option');
const count = (logs) => logs.getByRole('search', { name: 'Requests' }).getByRole('status').first();
const told = (logs, wanted) => until(`it says ${wanted}`, async () => wanted.test(await count(logs).innerText()));

test('the list is filtered in the language of traces, and its view is a link', async () => {
  const logs = await lab.openSurface('dashboard', { tab: 'logs', session });
  await row(logs, /GET \/checkout/).waitFor();
  await told(logs, /^\d+ requests$/);
  await logs.keyboard.press('/');
  assert.ok(await field(logs).evaluate((it) => it === document.activeElement), '/ leads to the field');
  await logs.keyboard.type('method:POST url:order ');
  await told(logs, /^\d+ of \d+ requests$/);
  await until('one kind is left', async () => {
    const rows = await list(logs).getByRole('row').allInnerTexts();
    return rows.slice(1).every((text) => /POST/.test(text));
  });
  await mine(logs).click();
  await until('the address says so', () => /mine=on&filter=method%3APOST%20url%3Aorder%20$/.test(logs.url()));
  const reloaded = logs.waitForEvent('load');
  await logs.reload();
  await reloaded;
  await row(logs, /POST \/api\/order/).waitFor();
  assert.equal(await mine(logs).getAttribute('aria-pressed'), 'true');
  assert.equal(await field(logs).inputValue(), 'method:POST url:order ');
});

test('fields and values of requests are completed, and what is no filter is told at its character', async () => {
  const logs = await lab.openSurface('dashboard', { tab: 'logs', session, mine: 'on' });
  await row(logs, /POST \/api\/order/).waitFor();
  await field(logs).focus();
  await logs.keyboard.type('meth');
  await choices(logs).filter({ hasText: 'method:' }).waitFor();
  await logs.keyboard.press('Tab');
  await choices(logs).filter({ hasText: /POST\s+\d+ requests?/ }).waitFor();
  await logs.keyboard.type('po');
  await logs.keyboard.press('Tab');
  assert.equal(await field(logs).inputValue(), 'method:POST ');
  await told(logs, /^\d+ of \d+ requests$/);
  await photograph(logs, 'logs-choices', () => fits(logs));
  const all = await count(logs).innerText();
  await logs.keyboard.type('duration>soon');
  await logs.getByText('The filter has “soon” at character 22, wanted a time, as 50ms or 1.5s.').waitFor();
  assert.equal(await field(logs).getAttribute('aria-invalid'), 'true');
  assert.equal(await count(logs).innerText(), all, 'what stands before the flaw holds');
  await photograph(logs, 'logs-flaw', () => fits(logs));
});

test('words of an older address are still looked for, and an empty list offers the way back', async () => {
  const logs = await lab.openSurface('dashboard', { tab: 'logs', session, traces: 'on', q: 'POST nowhere:found' });
  await logs.getByRole('heading', { name: 'Nothing matches' }).waitFor();
  assert.equal(await field(logs).inputValue(), 'POST "nowhere:found"');
  await logs.getByText(/^Of \d+ requests, none matches the filter and has a trace\.$/).waitFor();
  await photograph(logs, 'logs-nothing', () => fits(logs));
  await logs.getByRole('button', { name: 'Show All Requests' }).click();
  await row(logs, /POST \/api\/order/).waitFor();
  assert.equal(await traces(logs).getAttribute('aria-pressed'), 'false');
  assert.equal(await field(logs).inputValue(), '');
});

const tick = (logs, name) => row(logs, name).getByRole('checkbox');

test('two requests are ticked and their traces compared', async () => {
  const logs = await lab.openSurface('dashboard', { tab: 'logs', session, mine: 'on' });
  await tick(logs, /GET \/checkout/).check();
  await logs.getByText('Tick one more request to compare').waitFor();
  assert.equal(await logs.getByRole('button', { name: 'Compare' }).getAttribute('aria-disabled'), 'true');
  await tick(logs, /POST \/api\/order/).check();
  await logs.getByText('Both are of one trace').waitFor();
  assert.ok(await tick(logs, /GET \/api\/cart/).isDisabled(), 'a third one cannot be ticked');
  await tick(logs, /POST \/api\/order/).uncheck();
  assert.equal(await logs.getByRole('treegrid', { name: 'Waterfall' }).count(), 0, 'no trace is opened by that');
  // The other one by keys: the session's first document is the last row.
  await list(logs).focus();
  await logs.keyboard.press('End');
  await logs.keyboard.press(' ');
  await logs.getByText('Two requests are ticked').waitFor();
  await photograph(logs, 'logs-compare', () => fits(logs));
  const opened = lab.context.waitForEvent('page');
  await logs.getByRole('link', { name: 'Compare', exact: true }).click();
  const view = await opened;
  await view.getByRole('treegrid', { name: 'Spans of both traces' }).waitFor();
  assert.match(view.url(), /view=compare&a=[\da-f]{32}&b=[\da-f]{32}$/);
  await logs.getByRole('button', { name: 'Untick all' }).click();
  await until('none is ticked', async () => (await logs.getByRole('checkbox', { checked: true }).count()) === 0);
});

test("the user icon tells this browser's requests from what others asked for", async () => {
  const trace = traceId();
  await sendSpans(lab.collector.url, 'elsewhere', [{ traceId: trace, spanId: spanId(), name: 'GET /others' }]);
  const logs = await lab.openSurface('dashboard', { tab: 'logs' });
  await row(logs, /GET \/others/).waitFor();
  await mine(logs).click();
  await until('it is gone', async () => (await list(logs).getByRole('row', { name: /others/ }).count()) === 0);
  await row(logs, /POST \/api\/order/).waitFor();
});

test('a row opens its trace beside the list, and the address names it', async () => {
  const logs = await lab.openSurface('dashboard', { tab: 'logs', session });
  await logs.setViewportSize({ width: 1400, height: 800 });
  await row(logs, /POST \/api\/order/).click();
  const chart = logs.getByRole('treegrid', { name: 'Waterfall' });
  await chart.getByRole('row', { name: /INSERT.*payment/ }).first().waitFor();
  await columnsFit(list(logs));
  await until('the address names it', () => /&trace=[\da-f]{32}&span=[\da-f]{16}$/.test(logs.url()));
  await photograph(logs, 'logs-trace', () => fits(logs));
  await logs.reload();
  await chart.getByRole('row', { name: /INSERT.*payment/ }).first().waitFor();
  await logs.getByRole('button', { name: 'Close trace' }).click();
  await until('it is closed', async () => (await chart.count()) === 0);
});

test('it fits any window in light and dark', async () => {
  const logs = await lab.openSurface('dashboard', { tab: 'logs', session, traces: 'on' });
  await row(logs, /POST \/api\/order/).waitFor();
  await photograph(logs, 'logs', () => fits(logs));
});

test('a session that nobody knows says why the list is empty', async () => {
  const unknown = 'f'.repeat(32);
  const logs = await lab.openSurface('dashboard', { tab: 'logs', session: unknown, mine: 'on' });
  await logs.getByRole('heading', { name: 'No traced requests in this session' }).waitFor();
});

test('View Previous Session Traces leads to the last session of the site, and the others are to choose', async () => {
  await lab.stopSession(page);
  const logs = await follow('View Previous Session Traces');
  await row(logs, /POST \/api\/order/).waitFor();
  await until('it is the last one', () => logs.url().includes(`session=${session}`));
  const sessions = logs.getByRole('navigation', { name: 'Sessions' }).getByRole('button');
  await sessions.filter({ hasText: session.slice(0, 8) }).waitFor();
});

test('menu and keyboard carry out the same verbs', async () => {
  await page.bringToFront();
  const tab = await lab.tabId(page);
  await lab.choose('start-session', tab);
  await until('a session is active', () => lab.sessionCookie(lab.shop.shop));
  const opened = lab.context.waitForEvent('page', (it) => it.url().includes('tab=logs'));
  await lab.press('view-session-traces', tab);
  await opened;
  await lab.press('stop-session', tab);
  await until('nothing is left', async () => (await lab.left()).length === 0);
});
