// At the month's limit recording goes on and nothing is sent, which everything says; what waited
// arrives once as soon as it may.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { followToast, start, startCollector, startGate, startSite, until } from './harness.mjs';

let lab, site, collector, gate;

before(async () => {
  site = await startSite();
  collector = await startCollector();
  gate = await startGate(collector.url);
  lab = await start({ collector, store: gate.url, shop: null });
});

after(async () => {
  await lab?.close();
  for (const server of [gate, collector, site]) await server?.close();
  assert.deepEqual(lab?.complaints, []);
});

const exports = () => gate.count(/^POST \/v1\/traces/);
const set = (limit) =>
  lab.desk.evaluate((settings) => chrome.storage.local.set({ settings }), { store: gate.url, limit });
const said = (surface, text) => surface.getByText(text).first().waitFor();

test('at the limit all is recorded and nothing sent, and above it everything arrives once', async () => {
  await set(1);
  const page = await lab.openPage(`${site.origin}/page`);
  const popup = await lab.command(page, 'Run Page Trace');
  await followToast(page, /Waiting/);
  const { trace } = await lab.pageContext(page);
  const panel = await lab.openPanel(await lab.tabId(page));
  for (const surface of [popup, panel]) {
    await said(surface, /^The month's limit of 1 span is reached: recorded here, not sent/);
    await said(surface, /^\d+ spans wait in the journal to be sent\.$/);
  }
  const logs = await lab.openSurface('dashboard', { tab: 'logs' });
  for (const surface of [panel, logs]) await said(surface, 'at the limit: recorded here, not sent');
  const { waiting } = await lab.view(await lab.tabId(page));
  assert.ok(waiting >= 2, 'the page and its document wait');

  // A second page is recorded too, by a worker that knows of the limit from storage alone.
  await lab.stopWorker();
  const next = await lab.openPage(`${site.origin}/page?second`);
  await lab.command(next, 'Run Page Trace');
  await followToast(next, /Waiting/);
  const second = (await lab.pageContext(next)).trace;
  await until('it waits as well', async () => (await lab.view(await lab.tabId(next))).waiting >= waiting + 2);
  assert.equal(exports(), 0, 'nothing is sent at the limit');

  await set(1_000_000);
  await lab.exported();
  for (const [id, path] of [[trace, '/page'], [second, '/page?second']]) {
    const found = await until(`the spans of ${path} arrive`, async () => {
      const all = (await lab.trace(id)).all({ service: 'browser' });
      return all.length >= 2 && all;
    });
    const ids = found.map((span) => span.id);
    assert.equal(new Set(ids).size, ids.length, 'no span is there twice');
  }
  await until('nobody says it any more', async () => (await popup.getByText('is reached').count()) === 0);
});
