// The panel where it belongs: in the browser's own developer tools.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { showPanel } from './devtools.mjs';
import { start, until } from './harness.mjs';

let lab;

before(async () => {
  lab = await start({ args: ['--auto-open-devtools-for-tabs'] });
});

after(async () => {
  await lab?.close();
  assert.deepEqual(lab?.complaints, []);
});

test('the panel is about the inspected tab, starts its session and shows its requests with their traces', async () => {
  const page = await lab.openPage(`${lab.shop.shop}/checkout`);
  const panel = await showPanel(lab, page);
  assert.equal(await panel.evaluate('chrome.devtools.inspectedWindow.tabId'), await lab.tabId(page));
  await panel.click('button', /Start Tracing Session/);
  await until(
    'the order is listed',
    async () => (await panel.texts('row', /POST\/api\/order200/)).length > 0,
  );
  await panel.click('row', /GET\/checkout200/);
  await until('its trace is drawn', async () => (await panel.texts('row', /GET \/checkoutshop/)).length > 0);
  await panel.click('button', /Stop Tracing Session/);
  await until('it is stopped', async () => (await panel.texts('button', /Start Tracing Session/)).length > 0);
  assert.deepEqual(await lab.left(), []);
});
