// Logs, the dashboard's list of traced requests: where View Session Traces and View Previous
// Session Traces lead, its filters, and the trace beside it.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { sendSpans, spanId, start, traceId, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

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

test('what is typed and switched narrows the list and stands in the address', async () => {
  const logs = await lab.openSurface('dashboard', { tab: 'logs', session });
  await row(logs, /GET \/checkout/).waitFor();
  await logs.getByRole('searchbox', { name: 'Filter requests' }).fill('post order');
  await until('one kind is left', async () => {
    const rows = await list(logs).getByRole('row').allInnerTexts();
    return rows.slice(1).every((text) => /POST/.test(text));
  });
  await mine(logs).click();
  await until('the address says so', () => /mine=on&q=post%20order$/.test(logs.url()));
  await logs.reload();
  await row(logs, /POST \/api\/order/).waitFor();
  assert.equal(await mine(logs).getAttribute('aria-pressed'), 'true');
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
  await row(logs, /POST \/api\/order/).click();
  const chart = logs.getByRole('treegrid', { name: 'Waterfall' });
  await chart.getByRole('row', { name: /INSERT.*payment/ }).first().waitFor();
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
