// A document that the browser keeps while another is shown, and brings back as it was.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { readContext, start, startSite, until } from './harness.mjs';

let lab, site;

before(async () => {
  site = await startSite({ '/kept': keepable, '/other': keepable });
  // Playwright switches off what makes pages come at once.
  lab = await start({ shop: null, without: ['--disable-back-forward-cache'] });
});

afterEach(() => lab.tidy());

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** A page that the browser may keep. */
function keepable({ url }, response) {
  response.setHeader('cache-control', 'max-age=60');
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(`<!doctype html><title>${url}</title><p>${url}`);
}

test('a document that comes back from the back/forward cache is a page of its own, linked to the last', async () => {
  const page = await lab.openPage(`${site.origin}/kept`);
  const { trace } = await lab.startSession(page);
  await page.evaluate(() => {
    addEventListener('pageshow', ({ persisted }) => {
      globalThis.back = persisted;
      fetch('/news');
    });
  });
  await page.goto(`${site.origin}/other`);
  await page.goBack({ waitUntil: 'commit' });
  // The browser says why where it did not keep it.
  const reasons = () => page.evaluate(() => performance.getEntriesByType('navigation')[0].notRestoredReasons);
  const kept = until('it is back', () => page.evaluate(() => globalThis.back), 5_000);
  await kept.catch(async () => assert.fail(`it was not kept: ${JSON.stringify(await reasons())}`));
  await until('it asked for the news', () => site.asked('/news').length === 1);
  const own = readContext(site.contexts('/news')[0]).trace;
  assert.notEqual(own, trace);

  const dashboard = await lab.openDashboard(own);
  const rows = dashboard.getByRole('treegrid', { name: 'Waterfall' }).getByRole('row');
  await rows.filter({ hasText: 'navigation' }).waitFor();
  await rows.filter({ hasText: '/news' }).first().waitFor();
  await lab.stopSession(page);
  const root = await until('its root is in the store', async () => {
    const { status } = await lab.ask(`/api/v3/traces/${own}`);
    return status === 200 && (await lab.trace(own)).all({ name: 'navigation' })[0];
  });
  assert.deepEqual(
    root.links.map(({ traceId }) => traceId),
    [trace],
  );
});
