// Nobody is shut out of the dashboard's tabs: axe-core finds nothing in any of them, in light and dark,
// narrow and wide.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Report } from './axe.mjs';
import { start, startSite, until } from './harness.mjs';
import { minified, visit } from './visits.mjs';

let lab, site, page, session, fingerprint;

before(async () => {
  lab = await start();
  site = await startSite(minified({ slow: 700 }));
  page = await lab.openPage(`${site.origin}/about`);
  await lab.startSession(page);
  [, session] = (await lab.sessionCookie(site.origin)).value.split('.');
  const pages = await visit(lab, site, page, ['/orders/1', '/orders/2', '/slow']);
  const thrown = pages[0].root.events.find(({ name }) => name === 'exception');
  const told = thrown.attributes.find(({ key }) => key === 'tracelight.exception.fingerprint');
  fingerprint = told.value.stringValue;
});

afterEach(() => lab.closePages(page));

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

const open = (tab, more = {}) => lab.openSurface('dashboard', { tab, last: 'all', ...more });
const button = (surface, name) => surface.getByRole('button', { name, exact: true });

test('Sessions, with all that Expand shows and without', async () => {
  const report = new Report();
  const surface = await open('sessions');
  await surface.getByRole('table', { name: /Session List/ }).waitFor();
  await report.look(surface, 'Sessions');
  await button(surface, 'Expand').click();
  await surface.getByRole('textbox', { name: 'Visitor IP' }).waitFor();
  await report.look(surface, 'Sessions, expanded');
  report.end();
});

test('Session Tracking Details, with a page and one of its steps open', async () => {
  const report = new Report();
  const surface = await lab.openSurface('dashboard', { tab: 'session', session });
  const path = surface.getByRole('list', { name: 'Session Path' });
  await button(path, 'Expand /orders/2').waitFor();
  await report.look(surface, 'Session Tracking Details');
  await button(path, 'Expand /orders/2').click();
  await button(path, 'Details').first().click();
  await report.look(surface, 'Session Tracking Details with a page open');
  report.end();
});

test('Page Speed, JS Errors, Diagnose, API, a route and Usage', async () => {
  const report = new Report();
  const route = { method: 'GET', route: `${new URL(site.origin).host}/api/items/:id` };
  const tabs = { pages: {}, errors: {}, error: { fingerprint }, api: {}, route, usage: {} };
  for (const [tab, more] of Object.entries(tabs)) {
    const surface = await open(tab, more);
    await surface.getByRole('table').or(surface.getByRole('region')).first().waitFor();
    await until('it is read', async () => (await surface.getByText(/^(Reading|Digesting)/).count()) === 0);
    await report.look(surface, tab);
    await surface.close();
  }
  report.end();
});

test('Logs, with each of the menus open', async () => {
  const report = new Report();
  const surface = await lab.openSurface('dashboard', { tab: 'logs' });
  await surface.getByRole('grid', { name: 'Traced requests' }).getByRole('row').nth(1).waitFor();
  await report.look(surface, 'Logs');
  for (const name of ['Filters', 'Columns', 'Views']) {
    await button(surface, name).click();
    await surface.getByRole('dialog', { name }).waitFor();
    await report.look(surface, `Logs with ${name}`);
    await surface.keyboard.press('Escape');
  }
  report.end();
});
