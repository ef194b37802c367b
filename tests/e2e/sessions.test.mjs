// Sessions: a session of real visits is found, its summary is counted again from the spans as they lie
// in the journal, its pages are opened down to the moment in the trace; it goes into a file, away and
// back.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { start, startSite, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';
import { rawSpans } from './raw.mjs';
import { minified, visit } from './visits.mjs';

/** From how many milliseconds on a load is slow here, and how long the slow page is held. */
const [SLOW, HELD] = [1_500, 1_600];

let lab, site, page, session;

before(async () => {
  lab = await start();
  site = await startSite(minified({ slow: HELD }));
  await lab.desk.evaluate((choices) => chrome.storage.local.set({ choices }), { slow: SLOW, userName: 'Ada' });
  page = await lab.openPage(`${site.origin}/about`);
  await lab.startSession(page);
  [, session] = (await lab.sessionCookie(site.origin)).value.split('.');
  await visit(lab, site, page, ['/orders/1', '/orders/2', '/slow']);
});

afterEach(() => lab.closePages(page));

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

const open = (tab, more = {}) => lab.openSurface('dashboard', { tab, ...more });
const list = (surface) => surface.getByRole('table', { name: /Session List/ });
const link = (surface) => list(surface).getByRole('link', { name: session.slice(0, 8) });
const path = (surface) => surface.getByRole('list', { name: 'Session Path' });

/** Opens the details, and resolves once all pages are there. */
async function details(more = {}) {
  const surface = await open('session', { session, ...more });
  await surface.getByRole('heading', { name: 'Session Tracking Details' }).waitFor();
  await path(surface).getByRole('button', { name: 'Expand /slow' }).waitFor();
  return surface;
}

/** What the summary says under a name. */
const said = async (surface, name) => {
  const entry = surface.getByRole('region', { name: 'Summary' }).locator('div', { has: surface.getByText(name, { exact: true }) });
  return (await entry.last().getByRole('definition').innerText()).trim();
};

test('a session is found from Logs by its user and by what Expand shows, and the view is a link', async () => {
  const surface = await open('logs');
  await surface.getByRole('navigation', { name: 'Dashboard' }).getByRole('link', { name: 'Sessions' }).click();
  await link(surface).waitFor();
  await surface.getByRole('searchbox', { name: 'Username or User ID' }).fill('nobody');
  await surface.getByRole('button', { name: 'Search' }).click();
  await surface.getByText('No session matches').first().waitFor();
  await surface.getByRole('searchbox', { name: 'Username or User ID' }).fill('ada');
  const expand = surface.getByRole('button', { name: 'Expand' });
  await expand.click();
  assert.equal(await expand.getAttribute('aria-expanded'), 'true');
  for (const name of ['Session ID', 'Visitor IP', 'Page Url', 'Browser', 'Browser Version', 'Connection Type', 'Geography'])
    await surface.getByRole('textbox', { name, exact: true }).waitFor();
  await surface.getByRole('textbox', { name: 'Page Url' }).fill('/orders/2');
  await surface.getByRole('textbox', { name: 'Page Url' }).press('Enter');
  await link(surface).waitFor();
  assert.equal(new URL(surface.url()).searchParams.get('url'), '/orders/2');
  const again = await lab.openPage(surface.url());
  await link(again).waitFor();
  assert.equal(await again.getByRole('textbox', { name: 'Page Url' }).inputValue(), '/orders/2');
  await link(again).click();
  await again.getByRole('heading', { name: 'Session Tracking Details' }).waitFor();
});

test('every number of the Summary is that of the spans in the journal', async () => {
  const surface = await details();
  const spans = (await rawSpans(lab)).filter(({ attributes }) => attributes['session.id'] === session);
  const pages = spans.filter(({ name, parent }) => !parent && ['page load', 'navigation'].includes(name));
  const calls = spans.filter(({ kind, attributes }) =>
    kind === 3 && ['fetch', 'xmlhttprequest'].includes(attributes['browser.resource_timing.initiator_type']));
  const failed = calls.filter(({ attributes }) => attributes['http.response.status_code'] >= 400 || attributes['error.type']);
  const thrown = pages.flatMap(({ events }) => events.filter(({ name }) => name === 'exception'));
  const errors = thrown.reduce((sum, { attributes }) => sum + (attributes['tracelight.exception.count'] ?? 1), 0);
  const slow = pages.filter(({ start, end }) => end - start >= BigInt(SLOW) * 1_000_000n);
  assert.deepEqual([pages.length, errors, calls.length, failed.length, slow.length], [4, 2, 2, 1, 1]);
  for (const [name, count] of [['PVs', pages], ['API calls', calls], ['API failures', failed]])
    assert.equal(await said(surface, name), String(count.length), name);
  assert.equal(await said(surface, 'JS errors'), String(errors));
  assert.match(await said(surface, 'Slow loads'), new RegExp(`^${slow.length}\\b.*1\\.5 s`));
  assert.match(await said(surface, 'Session ID'), new RegExp(session));
  assert.equal(await said(surface, 'Username'), 'Ada');
  assert.match(await said(surface, 'Device'), /Desktop/);
  assert.match(await said(surface, 'Browser'), /\d/);
  assert.match(await said(surface, 'IP address'), /^Unknown[^]*client\.address/);
  for (const name of ['User ID', 'Region', 'Network system']) assert.notEqual(await said(surface, name), '', name);
  const shown = await path(surface).getByRole('button', { name: /^Expand / }).count();
  assert.equal(shown, pages.length);
});

test('a number leads to what it counts', async () => {
  const surface = await details();
  await surface.getByRole('region', { name: 'Summary' }).getByRole('link', { name: '2' }).first().click();
  await surface.getByText('Only JS errors are shown').waitFor();
  assert.equal(new URL(surface.url()).searchParams.get('show'), 'errors');
  assert.equal(await path(surface).getByRole('button', { name: /^Expand / }).count(), 2);
  const steps = path(surface).getByText('TypeError: cart 1 is gone');
  await steps.waitFor();
  assert.equal(await path(surface).getByText('API call', { exact: true }).count(), 0);
  await surface.getByRole('button', { name: 'Show everything' }).click();
  await path(surface).getByText('API call', { exact: true }).first().waitFor();
  assert.equal(await path(surface).getByRole('button', { name: /^Expand / }).count(), 4);
});

test('a page opens into its load, calls, errors and operations, and each leads to its moment in the trace', async () => {
  const surface = await details();
  const expand = path(surface).getByRole('button', { name: 'Expand /orders/2' });
  await expand.click();
  assert.equal(await expand.getAttribute('aria-expanded'), 'true');
  const step = (text) => path(surface).locator('.step').filter({ hasText: text });
  await step('Document').waitFor();
  await step('click button "Pay"').waitFor();
  const failed = step('GET /api/items/2');
  await failed.getByText('500', { exact: true }).waitFor();
  await failed.getByRole('button', { name: 'Details' }).click();
  await failed.getByText(`${site.origin}/api/items/2`).waitFor();
  const thrown = step('TypeError: cart 2 is gone');
  await thrown.getByRole('button', { name: 'Details' }).click();
  await thrown.getByRole('list', { name: 'Stack' }).getByText(/app\.min\.js/).first().waitFor();
  await thrown.getByRole('link', { name: 'Diagnose' }).waitFor();
  await photograph(surface, 'session', () => fits(surface));
  await failed.getByRole('link', { name: /^Trace of / }).click();
  const chart = surface.getByRole('treegrid', { name: 'Waterfall' });
  await chart.getByRole('row', { selected: true, name: /\/api\/items\/2/ }).waitFor();
});

test('the keyboard alone goes from the list to a moment of the session', async () => {
  const surface = await open('sessions');
  await link(surface).focus();
  await surface.keyboard.press('Enter');
  const timeline = surface.getByRole('listbox', { name: /Pages, errors and slow loads/ });
  await timeline.waitFor();
  await path(surface).getByRole('button', { name: 'Expand /orders/1' }).waitFor();
  await timeline.focus();
  const chosen = () => timeline.getByRole('option', { selected: true }).getAttribute('aria-label');
  assert.match(await chosen(), /^\/about/);
  await surface.keyboard.press('ArrowRight');
  assert.match(await chosen(), /^\/orders\/1/);
  await surface.keyboard.press('Enter');
  const expand = path(surface).getByRole('button', { name: 'Expand /orders/1' });
  await until('its page is open', async () => (await expand.getAttribute('aria-expanded')) === 'true');
  await surface.keyboard.press('End');
  assert.match(await chosen(), /[Ss]low load/);
});

test('what cannot be shown is said, with what to do', async () => {
  const says = async (more, text) => {
    const surface = await open('session', more);
    await surface.getByText(text).first().waitFor();
    await surface.close();
  };
  await says({ session: 'ab'.repeat(16) }, /recorded by another browser/);
  await says({ session: 'a b' }, /bad session, wanted up to 200 characters without blanks.*: a b/);
  await says({}, /names no session, wanted session=/);
  const surface = await open('sesions');
  await surface.getByText(/unknown tab, wanted logs, sessions.*: sesions/).waitFor();
});

test('a session goes into a file, away and back, and who looks at it is told', async () => {
  const surface = await open('sessions');
  await link(surface).waitFor();
  await photograph(surface, 'sessions', () => fits(surface));
  const saved = surface.waitForEvent('download');
  await surface.getByRole('button', { name: `Export session ${session.slice(0, 8)}` }).click();
  const file = await (await saved).path();
  const looked = await details();
  await surface.getByRole('button', { name: `Delete session ${session.slice(0, 8)}` }).click();
  const asked = surface.getByRole('alertdialog', { name: `Delete session ${session.slice(0, 8)}?` });
  await asked.getByText(/^Its 4 pages/).waitFor();
  await asked.getByRole('button', { name: 'Delete' }).click();
  await until('it is gone', async () => (await link(surface).count()) === 0);
  await looked.getByText('This session was deleted').waitFor();
  assert.equal((await rawSpans(lab)).filter(({ attributes }) => attributes['session.id'] === session).length, 0);
  await surface.getByLabel('Import').setInputFiles(file);
  await surface.getByText('Imported: 4 pages').waitFor();
  await link(surface).waitFor();
});
