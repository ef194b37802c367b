// The dashboard of a trace: everything that is known of it is there, by name, and within reach of
// the keyboard.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { KIND, sendSpans, spanId, start, text, traceId, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

let lab, page, checkout;

before(async () => {
  lab = await start();
  page = await lab.openPage(`${lab.shop.shop}/checkout`);
  checkout = await lab.runPageTrace(page);
});

afterEach(() => lab.closePages(page));

after(async () => {
  await lab?.close();
  assert.deepEqual(lab?.complaints, []);
});

const chart = (dashboard) => dashboard.getByRole('treegrid', { name: 'Waterfall' });
const rows = (dashboard) => chart(dashboard).getByRole('row');
const row = (dashboard, name) => chart(dashboard).getByRole('row', { name }).first();
const details = (dashboard) => dashboard.getByRole('complementary', { name: 'Span details' });
const selected = (dashboard) => chart(dashboard).getByRole('row', { selected: true });

/** Opens the dashboard and resolves once its waterfall is drawn. */
async function drawn(trace) {
  const dashboard = await lab.openDashboard(trace);
  await rows(dashboard).nth(1).waitFor();
  return dashboard;
}

/** Sends spans of a new trace to the store, as somebody else's server; resolves to its id. */
async function foreign(...spans) {
  const trace = traceId();
  await sendSpans(
    lab.collector.url,
    'elsewhere',
    spans.map((span) => ({ traceId: trace, spanId: spanId(), ...span })),
  );
  return trace;
}

test('browser and server are in one waterfall, from the page to the SQL statement', async () => {
  const dashboard = await drawn(checkout.trace);
  // All rows are in view, and so in the document.
  await dashboard.setViewportSize({ width: 1280, height: 1600 });
  for (const name of [
    /page load.*browser/,
    /GET \/checkout.*shop/,
    /GET \/api\/cart.*shop/,
    /INSERT.*payment/,
  ]) {
    await row(dashboard, name).waitFor();
  }
  const level = async (name) => Number(await row(dashboard, name).getAttribute('aria-level'));
  assert.deepEqual(
    [await level(/page load/), await level(/GET \/checkout.*browser/), await level(/GET \/checkout.*shop/)],
    [1, 2, 3],
  );
  const services = dashboard.getByRole('list', { name: 'Services' }).getByRole('listitem');
  for (const name of ['browser', 'shop', 'pricing', 'payment'])
    await services.filter({ hasText: name }).waitFor();
});

test('it fits any window in light and dark, with and without details', async () => {
  const dashboard = await drawn(checkout.trace);
  await photograph(dashboard, 'dashboard', () => fits(dashboard));
  await row(dashboard, /GET \/checkout.*shop/).click();
  await details(dashboard).waitFor();
  await photograph(dashboard, 'dashboard-details', () => fits(dashboard));
});

test('a span tells its times, kind, attributes, resource and kin', async () => {
  const dashboard = await drawn(checkout.trace);
  await row(dashboard, /GET \/checkout.*shop/).click();
  const pane = details(dashboard);
  await pane.getByRole('heading', { name: /GET \/checkout/ }).waitFor();
  const trace = await lab.trace(checkout.trace);
  const span = trace.one({ service: 'shop', name: 'GET /checkout' });
  for (const wanted of [
    'Duration',
    'server',
    'http.route',
    '/checkout',
    'http.response.status_code',
    '200',
    'service.name',
  ]) {
    await pane.getByText(wanted, { exact: true }).first().waitFor();
  }
  for (const id of [span.id, span.parent, span.trace]) await pane.getByText(id).first().waitFor();
  await pane.getByRole('button', { name: span.parent }).click();
  await pane.getByRole('heading', { name: /GET \/checkout/ }).waitFor();
  await pane.getByText('url.full', { exact: true }).waitFor();
  await pane.getByRole('button', { name: 'Close details' }).click();
  await until('the details are gone', async () => (await pane.count()) === 0);
});

test('events and links of a span are listed, and a link leads to its trace', async () => {
  const [trace, span] = [traceId(), spanId()];
  const id = await foreign({
    name: 'work',
    kind: KIND.internal,
    events: [
      {
        name: 'retry',
        timeUnixNano: `${BigInt(Date.now()) * 1_000_000n}`,
        attributes: [text('attempt', 'second')],
      },
    ],
    links: [{ traceId: trace, spanId: span, attributes: [text('why', 'follows')] }],
  });
  const dashboard = await drawn(id);
  await row(dashboard, /work/).click();
  const pane = details(dashboard);
  for (const wanted of ['Events', 'retry', 'attempt', 'second', 'Links', 'why', 'follows']) {
    await pane.getByText(wanted, { exact: true }).first().waitFor();
  }
  const link = pane.getByRole('link', { name: `${span} in trace ${trace}` });
  assert.match(await link.getAttribute('href'), new RegExp(`trace=${trace}&span=${span}$`));
});

test('what failed is marked, counted and explained', async () => {
  await page.goto(`${lab.shop.shop}/failing`);
  const { trace, said } = await lab.runPageTrace(page);
  assert.match(said.at(-1), /, [1-9]\d* errors?, /);
  const dashboard = await drawn(trace);
  const failed = row(dashboard, /error.*GET \/api\/fails.*shop/);
  await failed.click();
  await details(dashboard).getByText('exception.message', { exact: true }).waitFor();
  await details(dashboard)
    .getByText(/no such table/)
    .first()
    .waitFor();
  const errors = dashboard.getByText('Errors', { exact: true }).locator('xpath=following-sibling::dd');
  assert.ok(Number(await errors.innerText()) >= 2, 'both sides of the request failed');
});

test('a trace that nobody knows says so, and what to do', async () => {
  const dashboard = await lab.openDashboard('000000000000000000000000000000ff');
  await dashboard.getByRole('heading', { name: 'No spans yet' }).waitFor();
  await dashboard.getByText(/a mistyped id finds nothing/).waitFor();
  await dashboard.getByRole('button', { name: 'Ask Again' }).click();
  await dashboard.getByRole('heading', { name: 'No spans yet' }).waitFor();
});

test('an address that names no trace says what it wants', async () => {
  const wrong = [
    [{ trace: 'xyz' }, /bad trace: .*wanted 32 hex digits/],
    [{}, /names no trace/],
    [{ trace: checkout.trace, span: '0' }, /bad span/],
    [{ trace: checkout.trace, tab: 'x' }, /a tab that is no number/],
  ];
  for (const [parameters, says] of wrong) {
    const dashboard = await lab.openSurface('dashboard', parameters);
    await dashboard.getByRole('alert').getByText(says).waitFor();
  }
});

test('a trace that only the store knows is shown', async () => {
  const id = await foreign({ name: 'elsewhere begun' });
  const dashboard = await lab.openDashboard(id);
  await row(dashboard, /elsewhere begun/).waitFor();
});

test('spans that arrive later appear by themselves', async () => {
  const id = await foreign({ name: 'early' });
  const dashboard = await drawn(id);
  await sendSpans(lab.collector.url, 'billing', [{ traceId: id, spanId: spanId(), name: 'late' }]);
  await row(dashboard, /late.*billing/).waitFor();
});

test('the address can name a span, which is then chosen', async () => {
  const { id } = (await lab.trace(checkout.trace)).one({ service: 'payment', name: /^INSERT/ });
  const dashboard = await lab.openSurface('dashboard', { trace: checkout.trace, span: id });
  await until('it is chosen', async () => /INSERT/.test(await selected(dashboard).innerText()));
});

test('keys lead through the tree: down, up, fold, unfold, details and back', async () => {
  const dashboard = await drawn(checkout.trace);
  const total = Number(await chart(dashboard).getAttribute('aria-rowcount'));
  const press = (key) => dashboard.keyboard.press(key);
  const chosen = async () => (await selected(dashboard).innerText()).replaceAll('\n', ' ');
  const count = async () => Number(await chart(dashboard).getAttribute('aria-rowcount'));
  for (
    let steps = 0;
    steps < 40 && !(await chart(dashboard).evaluate((it) => it === document.activeElement));
    steps++
  ) {
    await press('Tab');
  }
  await press('Home');
  assert.match(await chosen(), /page load/);
  assert.equal(await selected(dashboard).getAttribute('aria-expanded'), 'true');
  await press('ArrowLeft');
  await until('it is folded', async () => (await count()) < total);
  assert.equal(await selected(dashboard).getAttribute('aria-expanded'), 'false');
  await press('ArrowRight');
  await until('it is unfolded', async () => (await count()) === total);
  await press('ArrowDown');
  assert.match(await chosen(), /GET \/checkout.*browser/);
  await press('ArrowDown');
  assert.match(await chosen(), /GET \/checkout.*shop/);
  await press('ArrowLeft');
  assert.match(await chosen(), /GET \/checkout.*browser/);
  await press('End');
  assert.equal(await selected(dashboard).getAttribute('aria-rowindex'), String(total));
  await press('Enter');
  await details(dashboard).getByRole('heading').first().waitFor();
  const active = await chart(dashboard).getAttribute('aria-activedescendant');
  assert.equal(await selected(dashboard).getAttribute('id'), active);
  await press('Escape');
  await until('the details are gone', async () => (await details(dashboard).count()) === 0);
  assert.equal(await chart(dashboard).evaluate((it) => it === document.activeElement), true);
});

test('five thousand spans are one tree of which only what is seen is drawn', async () => {
  const [trace, root] = [traceId(), spanId()];
  const now = BigInt(Date.now()) * 1_000_000n;
  const children = Array.from({ length: 4_999 }, (_, at) => ({
    traceId: trace,
    spanId: spanId(),
    parentSpanId: root,
    name: `step ${at}`,
    startTimeUnixNano: `${now + BigInt(at) * 1_000n}`,
    endTimeUnixNano: `${now + BigInt(at) * 1_000n + 900n}`,
  }));
  const whole = {
    traceId: trace,
    spanId: root,
    name: 'whole',
    startTimeUnixNano: `${now}`,
    endTimeUnixNano: `${now + 5_000_000n}`,
  };
  await sendSpans(lab.collector.url, 'big', [whole, ...children]);
  const dashboard = await drawn(trace);
  await until('all are there', async () => (await chart(dashboard).getAttribute('aria-rowcount')) === '5001');
  assert.ok((await rows(dashboard).count()) < 200, 'rows out of sight are not in the document');
  await chart(dashboard).focus();
  await dashboard.keyboard.press('End');
  await row(dashboard, /step 4998/).waitFor();
  assert.match(await selected(dashboard).innerText(), /step 4998/);
});

test('what is odd about a trace is named: an orphan, a cycle, a doubled id', async () => {
  const [a, b, twin] = [spanId(), spanId(), spanId()];
  const id = await foreign(
    { name: 'orphan', parentSpanId: spanId() },
    { name: 'hen', spanId: a, parentSpanId: b },
    { name: 'egg', spanId: b, parentSpanId: a },
    { name: 'one', spanId: twin },
  );
  const dashboard = await drawn(id);
  const problems = dashboard.getByRole('region', { name: 'Findings' });
  await problems.getByText(/cycle/i).first().waitFor();
  await row(dashboard, /orphan/)
    .getByText('orphan', { exact: true })
    .first()
    .waitFor();
  for (const name of [/hen/, /egg/, /one/]) await row(dashboard, name).waitFor();
});

test('what a server did after its response is one group, named by the request that it was part of', async () => {
  const [trace, hook] = [traceId(), spanId()];
  const now = BigInt(Date.now() - 1_000) * 1_000_000n;
  const at = (from, to) => ({
    startTimeUnixNano: `${now + BigInt(from) * 1_000_000n}`,
    endTimeUnixNano: `${now + BigInt(to) * 1_000_000n}`,
  });
  const kind = (name) => ({ attributes: [text('next.span_type', name)] });
  const handler = { kind: KIND.internal, name: 'executing api route (app) /hook' };
  await sendSpans(lab.collector.url, 'shop', [
    { traceId: trace, spanId: hook, name: 'POST /hook', ...at(0, 30) },
    {
      traceId: trace,
      spanId: spanId(),
      parentSpanId: hook,
      ...handler,
      ...kind('AppRouteRouteHandlers.runHandler'),
      ...at(2, 20),
    },
    ...[42, 60, 75].map((from) => ({
      traceId: trace,
      spanId: spanId(),
      kind: KIND.client,
      name: 'INSERT audit',
      ...at(from, from + 9),
    })),
  ]);
  const dashboard = await lab.openDashboard(trace);
  const group = row(dashboard, /Detached: probably part of POST \/hook/);
  await group.waitFor();
  assert.equal(await row(dashboard, /INSERT audit/).getAttribute('aria-level'), '2');
  const problems = dashboard.getByRole('region', { name: 'Findings' });
  await problems.getByText(/3 parts.*same service \(shop\), began 12 ms after it ended.*after\(\)/).waitFor();
  await row(dashboard, /executing api route/)
    .getByText('route handler', { exact: true })
    .waitFor();
  await photograph(dashboard, 'dashboard-detached', () => fits(dashboard));
  await chart(dashboard).focus();
  await group.click();
  await dashboard.keyboard.press('ArrowLeft');
  await until(
    'the group is folded',
    async () => (await chart(dashboard).getByText('INSERT audit').count()) === 0,
  );
});
