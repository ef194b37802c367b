// The details of a span: all that it carries can be read, searched, copied and filtered by, whatever
// it is and whoever sent it.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { KIND, sendSpans, spanId, start, text, traceId, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

const SQL =
  "SELECT o.id, o.total FROM orders o LEFT JOIN lines l ON l.order_id = o.id WHERE o.state = 'paid' AND o.total > 100 ORDER BY o.at DESC LIMIT 20";
const JSON_TEXT =
  '{"cart":{"items":[{"sku":"a-1","count":2},{"sku":"b-2","count":1}],"total":31.5},"note":"<b>hi</b>"}';
const STACK = `TypeError: cart is undefined
    at total (https://shop.test/app.js:12:5)
    at commit (webpack-internal:///./node_modules/react-dom/cjs/react-dom.js:1:2)
    at work (webpack-internal:///./node_modules/react-dom/cjs/react-dom.js:3:4)
    at next (webpack-internal:///./node_modules/scheduler/index.js:5:6)
    at pay (https://shop.test/pay.js:7:9)`;
const LONG = `begin ${'lorem ipsum '.repeat(15_000)}needle`;

let lab, page, trace;

before(async () => {
  lab = await start();
  await lab.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  page = await lab.openPage(`${lab.shop.shop}/checkout`);
  trace = traceId();
  const now = BigInt(Date.now()) * 1_000_000n;
  let nested = { intValue: '7' };
  for (let depth = 0; depth < 64; depth++) {
    nested = {
      kvlistValue: { values: [{ key: `level${depth}`, value: nested }] },
    };
  }
  const [root, other] = [spanId(), spanId()];
  await sendSpans(lab.collector.url, 'orders', [
    {
      traceId: trace,
      spanId: root,
      name: 'POST /orders',
      attributes: [
        text('http.request.method', 'POST'),
        text('http.route', '/orders'),
        { key: 'http.response.status_code', value: { intValue: '500' } },
        text('request.body', JSON_TEXT),
        text('note', LONG),
        text('markup', '<img src=x onerror="globalThis.harmed=1"><script>globalThis.harmed=1</script>'),
        { key: 'deep', value: nested },
      ],
      events: [
        {
          name: 'exception',
          timeUnixNano: `${now}`,
          attributes: [
            text('exception.type', 'TypeError'),
            text('exception.message', 'cart is undefined'),
            text('exception.stacktrace', STACK),
          ],
        },
      ],
      links: [
        {
          traceId: traceId(),
          spanId: spanId(),
          attributes: [text('why', 'retry')],
        },
      ],
      status: { code: 2, message: 'cart is undefined' },
    },
    {
      traceId: trace,
      spanId: other,
      parentSpanId: root,
      name: 'SELECT orders',
      kind: KIND.client,
      attributes: [text('db.system.name', 'postgresql'), text('db.query.text', SQL)],
    },
  ]);
});

afterEach(() => lab.closePages(page));

after(async () => {
  await lab?.close();
  assert.deepEqual(lab?.complaints, []);
});

const chart = (dashboard) => dashboard.getByRole('treegrid', { name: 'Waterfall' });
const details = (dashboard) => dashboard.getByRole('complementary', { name: 'Span details' });
const clipboard = (dashboard) => dashboard.evaluate(() => navigator.clipboard.readText());

/** Opens the dashboard with a span's details; resolves to both. */
async function opened(name) {
  const dashboard = await lab.openDashboard(trace);
  await chart(dashboard).getByRole('row', { name }).first().click();
  const pane = details(dashboard);
  await pane.getByRole('heading', { level: 2, name }).waitFor();
  return { dashboard, pane };
}

/** Opens the menu of an attribute and chooses an action. */
async function act(pane, about, action) {
  await pane.getByRole('button', { name: `Actions for ${about}`, exact: true }).click();
  await pane.getByRole('menuitem', { name: action, exact: true }).click();
}

test('attributes stand under headings that people know, errors before the rest', async () => {
  const { dashboard, pane } = await opened(/POST \/orders/);
  const headings = await pane.getByRole('heading', { level: 3 }).allInnerTexts();
  assert.deepEqual(
    headings.map((heading) => heading.trim()),
    ['What is this?', 'HTTP', 'request', 'Other', 'Events', 'Links', 'Resource and scope'],
  );
  await pane.getByText(/A service answers an HTTP request/).waitFor();
  await pane.getByText(/If it is slow/).waitFor();
  await photograph(dashboard, 'details', () => fits(dashboard));
  await pane.getByRole('heading', { level: 3, name: 'Events' }).scrollIntoViewIfNeeded();
  await photograph(dashboard, 'details-events', () => fits(dashboard));
});

test('a value, its key, both as JSON and the whole span are copied', async () => {
  const { dashboard, pane } = await opened(/POST \/orders/);
  await dashboard.bringToFront();
  const wanted = [
    ['Copy value', '/orders'],
    ['Copy key', 'http.route'],
    ['Copy as JSON', '{"http.route": "/orders"}'],
  ];
  for (const [action, copied] of wanted) {
    await act(pane, 'http.route', action);
    await until(action, async () => (await clipboard(dashboard)) === copied);
    await pane.getByRole('status').filter({ hasText: 'http.route' }).waitFor();
  }
  await act(pane, 'note', 'Copy value');
  await until('it is copied whole', async () => (await clipboard(dashboard)) === LONG);
  await act(pane, 'this span', 'Copy span as JSON (OTLP)');
  const span = await until('it is copied', async () => {
    const copied = await clipboard(dashboard);
    return copied.startsWith('{"resourceSpans"') && JSON.parse(copied);
  });
  assert.equal(span.resourceSpans[0].scopeSpans[0].spans[0].name, 'POST /orders');
});

test('the trace is filtered by a value, or by every other', async () => {
  const { dashboard, pane } = await opened(/POST \/orders/);
  await pane.getByRole('button', { name: 'Actions for http.route', exact: true }).click();
  for (const action of ['Filter by this value', 'Exclude this value'])
    await pane.getByRole('menuitem', { name: action }).waitFor();
  await photograph(dashboard, 'details-menu', () => fits(dashboard));
  await pane.getByRole('menuitem', { name: 'Filter by this value' }).click();
  const field = dashboard.getByRole('combobox', { name: /filter/i });
  await until('it is in the field', async () => (await field.inputValue()).includes('http.route=/orders'));
  // Nothing filters by a list.
  await pane.getByRole('button', { name: 'Actions for deep', exact: true }).click();
  await pane.getByRole('menuitem', { name: 'Copy value' }).waitFor();
  assert.equal(await pane.getByRole('menuitem', { name: 'Filter by this value' }).count(), 0);
});

test('a search keeps what holds the text, marks and counts it', async () => {
  const { dashboard, pane } = await opened(/POST \/orders/);
  const field = pane.getByRole('searchbox', { name: 'Search in span' });
  await field.fill('NEEDLE');
  await pane.getByRole('status').filter({ hasText: '1 hit' }).waitFor();
  assert.equal(await pane.locator('mark').first().innerText(), 'needle');
  await field.fill('react-dom');
  await pane.getByText('3 frames of react-dom and scheduler').waitFor();
  await pane.locator('mark').first().waitFor();
  await photograph(dashboard, 'details-search', () => fits(dashboard));
  await field.fill('nowhere to be found');
  await pane.getByText('Nothing in this span says “nowhere to be found”.').waitFor();
  await field.fill('');
  await pane.getByRole('heading', { level: 3, name: 'HTTP' }).waitFor();
});

test('a long value is cut, and shown whole when it is wanted', async () => {
  const { pane } = await opened(/POST \/orders/);
  const row = pane.locator('.pairs > div').filter({ hasText: 'note' }).filter({ hasText: 'begin' });
  assert.ok((await row.innerText()).length < 1_000);
  await row.getByRole('button', { name: 'Show all, 180 kB' }).click();
  await until('it is whole', async () => (await row.innerText()).length > 170_000);
  await row.getByRole('button', { name: 'Show less' }).click();
  await until('it is cut', async () => (await row.innerText()).length < 1_000);
});

test('JSON, SQL and what is nested are laid out, folded and shown as they came', async () => {
  const { dashboard, pane } = await opened(/POST \/orders/);
  const body = pane.locator('.pairs > div').filter({ hasText: 'request.body' });
  const lines = () => body.locator('.code > div').count();
  await until('it is laid out', async () => (await lines()) === 16);
  await body.getByRole('button', { name: 'Lines 3 to 12' }).click();
  await until('it is folded', async () => (await lines()) === 7);
  await body.getByText('… 9 lines').waitFor();
  await body.getByRole('button', { name: 'Raw' }).click();
  await body.getByText(JSON_TEXT).waitFor();
  const deep = pane.locator('.pairs > div').filter({ hasText: 'level63' });
  await deep.getByRole('button', { name: /Show 89 more lines of 129/ }).click();
  await until('all of it is there', async () => (await deep.locator('.code > div').count()) === 129);
  await deep.getByText('"level0"').waitFor();
  await chart(dashboard)
    .getByRole('row', { name: /SELECT orders/ })
    .first()
    .click();
  await pane.getByRole('heading', { level: 2, name: /SELECT orders/ }).waitFor();
  const statement = pane.locator('.pairs > div').filter({ hasText: 'db.query.text' });
  const shown = (await statement.locator('.code > div').allInnerTexts()).map((line) => line.trim());
  assert.deepEqual(shown, [
    'SELECT o.id, o.total',
    'FROM orders o',
    'LEFT JOIN lines l',
    'ON l.order_id = o.id',
    "WHERE o.state = 'paid'",
    'AND o.total > 100',
    'ORDER BY o.at DESC',
    'LIMIT 20',
  ]);
  await photograph(dashboard, 'details-sql', () => fits(dashboard));
});

test('a stack trace shows own frames and folds those of libraries', async () => {
  const { pane } = await opened(/POST \/orders/);
  const stack = pane.getByRole('list', { name: 'Stack trace' });
  await stack.getByText('https://shop.test/pay.js:7:9').waitFor();
  const folded = stack.getByText('webpack-internal', { exact: false }).first();
  assert.equal(await folded.isVisible(), false);
  await stack.getByText('3 frames of react-dom and scheduler').click();
  await folded.waitFor();
});

test('markup from a span is text', async () => {
  const { dashboard, pane } = await opened(/POST \/orders/);
  await pane.getByText('<script>globalThis.harmed=1</script>').waitFor();
  assert.equal(await dashboard.evaluate(() => globalThis.harmed), undefined);
  assert.equal(await dashboard.locator('img, script:not([src])').count(), 0);
});

test('sections stay closed and the search stays when another span is chosen', async () => {
  const { dashboard, pane } = await opened(/POST \/orders/);
  const resource = pane.getByText('service.name', { exact: true });
  await resource.waitFor();
  await pane.getByRole('heading', { level: 3, name: 'Resource and scope' }).click();
  await until('it is closed', async () => !(await resource.isVisible()));
  await chart(dashboard)
    .getByRole('row', { name: /SELECT orders/ })
    .first()
    .click();
  await pane.getByRole('heading', { level: 2, name: /SELECT orders/ }).waitFor();
  assert.equal(await resource.isVisible(), false);
});

test('the keyboard alone reaches menus, folds and the width of the pane', async () => {
  const { dashboard, pane } = await opened(/POST \/orders/);
  const press = (key) => dashboard.keyboard.press(key);
  const button = pane.getByRole('button', {
    name: 'Actions for http.route',
    exact: true,
  });
  await button.focus();
  await until('it is seen', async () => button.evaluate((it) => getComputedStyle(it).opacity === '1'));
  await press('Enter');
  const focused = () => dashboard.evaluate(() => document.activeElement.textContent);
  await until('the first has the focus', async () => (await focused()) === 'Copy value');
  await press('ArrowDown');
  assert.equal(await focused(), 'Copy key');
  await press('End');
  assert.equal(await focused(), 'Exclude this value');
  await press('Escape');
  await until('the menu is closed', async () => (await pane.getByRole('menu').count()) === 0);
  assert.ok(await button.evaluate((it) => it === document.activeElement), 'the focus is back');
  const divider = dashboard.getByRole('separator', {
    name: 'Width of the details',
  });
  await divider.focus();
  const width = async () => (await pane.boundingBox()).width;
  const before = await width();
  await press('ArrowLeft');
  await until('it is wider', async () => (await width()) > before);
  assert.equal(await divider.getAttribute('aria-valuenow'), '40');
  await press('End');
  assert.equal(await divider.getAttribute('aria-valuenow'), '20');
  await pane.getByRole('searchbox').focus();
  await press('Escape');
  await until('the details are gone', async () => (await pane.count()) === 0);
  assert.ok(await chart(dashboard).evaluate((it) => it === document.activeElement));
});

test('the pane is dragged wider and below the chart there is nothing to drag', async () => {
  const { dashboard, pane } = await opened(/POST \/orders/);
  await dashboard.setViewportSize({ width: 1400, height: 800 });
  const divider = dashboard.getByRole('separator', {
    name: 'Width of the details',
  });
  const { x, y, height } = await divider.boundingBox();
  const before = (await pane.boundingBox()).width;
  await dashboard.mouse.move(x + 2, y + height / 2);
  await dashboard.mouse.down();
  await dashboard.mouse.move(x - 140, y + height / 2, { steps: 9 });
  await dashboard.mouse.up();
  await until('it is wider', async () => (await pane.boundingBox()).width > before + 100);
  await dashboard.setViewportSize({ width: 500, height: 800 });
  await until('it is below', async () => !(await divider.isVisible()));
});
