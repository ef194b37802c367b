// The devtools panel: what the tab asks for, as it happens, and the trace behind each request.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { start, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

let lab, page, tab;

before(async () => {
  lab = await start();
  page = await lab.openPage(`${lab.shop.shop}/`);
  tab = await lab.tabId(page);
  await lab.startSession(page);
  await page.goto(`${lab.shop.shop}/checkout`);
  await page.getByText(/Order \d+ placed/).waitFor();
});

afterEach(() => lab.closePages(page));

after(async () => {
  await lab?.close();
  assert.deepEqual(lab?.complaints, []);
});

const list = (panel) => panel.getByRole('grid', { name: 'Traced requests' });
const line = (panel, name) => list(panel).getByRole('row', { name });
const chart = (panel) => panel.getByRole('treegrid', { name: 'Waterfall' });

test('requests that were made before it was opened are there, oldest first', async () => {
  const panel = await lab.openPanel(tab);
  const wanted = [
    /GET \/ 200 .* document$/, /GET \/checkout 200 .* document$/, /GET \/api\/cart 200 .* fetch$/,
    /GET \/api\/delivery 200 .* xhr$/, /POST \/api\/order 200 .* fetch$/,
  ];
  for (const name of wanted) await line(panel, name).waitFor();
  // What the store adds to a line draws it anew, and a line that is not laid out has no spaces.
  await until('the oldest stands first', async () => {
    const texts = await list(panel).getByRole('row').allInnerTexts();
    const lines = texts.map((text) => text.replaceAll(/\s+/g, ' ').trim());
    const places = wanted.map((name) => lines.findIndex((text) => name.test(text)));
    assert.deepEqual(places, places.toSorted((a, b) => a - b), `the lines are\n${lines.join('\n')}`);
    return true;
  });
});

test('a new request appears by itself, and its trace is joined by the server', async () => {
  const panel = await lab.openPanel(tab);
  await line(panel, /\/api\/order/).waitFor();
  await page.bringToFront();
  await page.evaluate(() => fetch('/api/cart?live'));
  await panel.bringToFront();
  const fresh = line(panel, /GET \/api\/cart\?live 200/);
  await fresh.click();
  await chart(panel).getByRole('row', { name: /GET \/api\/cart.*shop/ }).first().waitFor();
});

test('choosing a request shows its trace inline, browser and server, with the request chosen', async () => {
  const panel = await lab.openPanel(tab);
  await panel.getByText('No request chosen').waitFor();
  await line(panel, /POST \/api\/order/).click();
  for (const name of [/page load.*browser/, /POST \/api\/order.*shop/, /INSERT.*payment/]) {
    await chart(panel).getByRole('row', { name }).waitFor();
  }
  const chosen = chart(panel).getByRole('row', { selected: true });
  assert.match((await chosen.innerText()).replaceAll(/\s+/g, ' '), /POST \/api\/order browser/);
  await panel.getByRole('link', { name: 'Open in a tab' }).waitFor();
});

test('it is worked with the keyboard alone', async () => {
  const panel = await lab.openPanel(tab);
  await line(panel, /\/api\/order/).waitFor();
  const focus = async (element) => {
    for (let steps = 0; steps < 40; steps++) {
      if (await element.evaluate((it) => it === document.activeElement)) return;
      await panel.keyboard.press('Tab');
    }
    throw new Error('Tab does not lead there');
  };
  await focus(list(panel));
  await panel.keyboard.press('Home');
  await panel.keyboard.press('ArrowDown');
  assert.match(await list(panel).getByRole('row', { selected: true }).innerText(), /\/checkout/);
  await chart(panel).getByRole('row', { name: /GET \/checkout.*shop/ }).waitFor();
  await focus(chart(panel));
  await panel.keyboard.press('Home');
  await panel.keyboard.press('Enter');
  const details = panel.getByRole('complementary', { name: 'Span details' });
  await details.getByRole('heading', { name: 'page load' }).waitFor();
  await panel.keyboard.press('Escape');
  await until('the details are gone', async () => (await details.count()) === 0);
});

test('its list is filtered in the language of traces, and / leads to the field', async () => {
  const panel = await lab.openPanel(tab);
  await line(panel, /POST \/api\/order/).waitFor();
  const field = panel.getByRole('combobox', { name: 'Filter requests' });
  const count = panel.getByRole('search', { name: 'Requests' }).getByRole('status').first();
  await panel.keyboard.press('/');
  assert.ok(await field.evaluate((it) => it === document.activeElement));
  await panel.keyboard.type('kind:fetch -method:GET');
  await until('it says of how many', async () => /^1 of \d+ requests$/.test(await count.innerText()));
  await until('one is left', async () => (await list(panel).getByRole('row').count()) === 2);
  await photograph(panel, 'panel-filter', () => fits(panel));
  await field.fill('nowhere-to-be-found');
  await panel.getByText(/^Of \d+ requests, none matches the filter\.$/).waitFor();
  await panel.getByRole('button', { name: 'Show All Requests' }).click();
  await line(panel, /GET \/checkout/).waitFor();
  assert.equal(await field.inputValue(), '');
});

test('it goes on while requests pour in and traces are opened and closed', async () => {
  const panel = await lab.openPanel(tab);
  await line(panel, /POST \/api\/order/).first().waitFor();
  await list(panel).focus();
  const pouring = page.evaluate(async () => {
    for (let at = 0; at < 30; at++) await fetch(`/api/view/1?pour=${at}`);
  });
  for (let at = 0; at < 30; at++) {
    await panel.keyboard.press('End');
    await panel.keyboard.press('Escape');
  }
  await pouring;
  await line(panel, /pour=29 200/).waitFor();
  await panel.keyboard.press('End');
  await chart(panel).getByRole('row').nth(1).waitFor();
  assert.deepEqual(lab.complaints, []);
});

test('it shows the requests of its own tab and no others', async () => {
  const other = await lab.openPage(`${lab.shop.shop}/product/5`);
  const panel = await lab.openPanel(tab);
  await line(panel, /\/api\/order/).waitFor();
  assert.equal(await line(panel, /product\/5/).count(), 0);
  const another = await lab.openPanel(await lab.tabId(other));
  await line(another, /product\/5/).waitFor();
  assert.equal(await line(another, /\/api\/order/).count(), 0);
});

test('what failed is seen in the list', async () => {
  const other = await lab.openPage(`${lab.shop.shop}/failing`);
  const panel = await lab.openPanel(await lab.tabId(other));
  await line(panel, /GET \/api\/fails 500/).waitFor();
});

test('Stop and Start in the panel do what they do in the popup', async () => {
  const panel = await lab.openPanel(tab);
  await panel.getByRole('button', { name: 'Stop Tracing Session' }).click();
  await panel.getByRole('button', { name: 'Start Tracing Session', exact: true }).waitFor();
  assert.deepEqual(await lab.left(), []);
  await panel.getByRole('button', { name: 'Start Tracing Session', exact: true }).click();
  await panel.getByRole('button', { name: 'Stop Tracing Session' }).waitFor();
  assert.ok(await lab.sessionCookie(lab.shop.shop));
});

test('several runs are begun by keyboard in the panel, which goes on', async () => {
  const other = await lab.openPage(`http://localhost:${new URL(lab.shop.shop).port}/product/5`);
  const panel = await lab.openPanel(await lab.tabId(other));
  await panel.getByRole('button', { name: 'Several Page Traces', exact: true }).click();
  const opened = lab.context.waitForEvent('page');
  await panel.getByRole('menuitem', { name: 'Run Page Trace 3 Times' }).press('Enter');
  // Its first run has begun, and what began it is gone from the panel.
  await panel.getByRole('button', { name: 'Cancel', exact: true }).waitFor();
  await (await opened).close();
  await panel.getByRole('button', { name: 'Start Tracing Session', exact: true }).waitFor({ timeout: 60_000 });
  assert.deepEqual(lab.complaints, []);
});

test('the panel of a page that is not traced says what to do', async () => {
  const other = await lab.openPage(`http://localhost:${new URL(lab.shop.shop).port}/`);
  const panel = await lab.openPanel(await lab.tabId(other));
  await panel.getByText('No traced requests').waitFor();
  await panel.getByText(/Start a tracing session/).waitFor();
});

test('it fits any window in light and dark', async () => {
  const panel = await lab.openPanel(tab);
  await line(panel, /POST \/api\/order/).first().click();
  await chart(panel).getByRole('row', { name: /INSERT/ }).first().waitFor();
  await photograph(panel, 'panel', () => fits(panel));
});
