// The views of a trace beside its waterfall: each says what the spans say, recounted here from what
// the store has; and choice and filter are one in all of them.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { sendSpans, spanId, start, text, traceId, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

const VIEWS = ['Waterfall', 'Tree', 'Flame', 'Table', 'Statistics', 'Services', 'Logs'];

let lab, page, checkout, trace;

before(async () => {
  lab = await start();
  page = await lab.openPage(`${lab.shop.shop}/checkout`);
  checkout = await lab.runPageTrace(page);
  // Or what takes the browser long from now on would be in it, too.
  await lab.leave(page);
  trace = await lab.trace(checkout.trace);
});

afterEach(() => lab.closePages(page));

after(async () => {
  await lab?.close();
  assert.deepEqual(lab?.complaints, []);
});

const tab = (dashboard, name) => dashboard.getByRole('tab', { name, exact: true });
const panel = (dashboard) => dashboard.getByRole('tabpanel');
const list = (dashboard) => panel(dashboard).locator('[role="grid"],[role="treegrid"],[role="tree"]');
const selected = (dashboard) => list(dashboard).locator('[role="row"][aria-selected="true"]');
const tree = (dashboard) => dashboard.getByRole('treegrid', { name: 'Tree' });
const details = (dashboard) => dashboard.getByRole('complementary', { name: 'Span details' });
const filter = (dashboard) => dashboard.getByRole('combobox', { name: /filter/i });
const words = async (locator) => (await locator.innerText()).replaceAll(/\s+/g, ' ').trim();

/** Opens a trace in a view. */
async function show(view, id = checkout.trace, height = 5000) {
  const dashboard = await lab.openDashboard(id);
  // High enough for all rows of a page's trace to be drawn: a busy machine adds long frames.
  await dashboard.setViewportSize({ width: 1400, height });
  await dashboard.getByRole('row').nth(1).waitFor();
  await tab(dashboard, view).click();
  assert.equal(await tab(dashboard, view).getAttribute('aria-selected'), 'true');
  return dashboard;
}

/** The rows of a list as texts by column, once all are drawn: the list must fit into the window. */
async function cells(grid) {
  await until('all rows are drawn', async () =>
    (await grid.getByRole('row').count()) === Number(await grid.getAttribute('aria-rowcount')),
  );
  return drawn(grid);
}

/** The same of those that are drawn now. */
async function drawn(grid) {
  const heads = await grid.getByRole('columnheader').allInnerTexts();
  const read = (rows) =>
    rows
      .filter((row) => !row.querySelector('[role="columnheader"]'))
      .sort((one, other) => one.getAttribute('aria-rowindex') - other.getAttribute('aria-rowindex'))
      .map((row) => [...row.querySelectorAll('[role="gridcell"]')].map((cell) => cell.innerText.trim()));
  const rows = await grid.getByRole('row').evaluateAll(read);
  const name = (head) => head.replace(/ [↑↓]$/, '').trim();
  return rows.map((row) => Object.fromEntries(row.map((cell, at) => [name(heads[at]), cell])));
}

/** What a text of a duration says, in milliseconds. */
function millis(text) {
  const units = { ns: 1e-6, µs: 1e-3, ms: 1, s: 1e3, min: 6e4 };
  const parts = text.replace('+', '').matchAll(/([\d.]+)\s(ns|µs|ms|s|min)/g);
  return [...parts].reduce((sum, [, number, unit]) => sum + Number(number) * units[unit], 0);
}

/** Spans of a trace of somebody else's: `count` steps under one root, of `length` ms each. */
async function steps(count, change = () => ({})) {
  const [id, root] = [traceId(), spanId()];
  const now = BigInt(Date.now()) * 1_000_000n;
  const step = (at) => ({
    traceId: id,
    spanId: spanId(),
    parentSpanId: root,
    name: `step ${at}`,
    startTimeUnixNano: `${now + BigInt(at) * 1_000_000n}`,
    endTimeUnixNano: `${now + BigInt(at) * 1_000_000n + 900_000n}`,
    ...change(at, now),
  });
  const end = `${now + BigInt(count) * 1_000_000n}`;
  const whole = { traceId: id, spanId: root, name: 'all', startTimeUnixNano: `${now}`, endTimeUnixNano: end };
  await sendSpans(lab.collector.url, 'steps', [whole, ...Array.from({ length: count }, (_, at) => step(at))]);
  return id;
}

test('every view fits any window in light and dark', async () => {
  const dashboard = await show('Tree');
  for (const view of VIEWS.slice(1)) {
    await tab(dashboard, view).click();
    await panel(dashboard).locator('[role="row"], [role="treeitem"], .bar, svg, .empty').first().waitFor();
    await photograph(dashboard, `views-${view.toLowerCase()}`, () => fits(dashboard));
  }
});

test('the tree tells durations, shares and children, merged by path or span by span', async () => {
  const dashboard = await show('Tree');
  const grid = tree(dashboard);
  await grid.getByRole('row').nth(2).waitFor();
  assert.equal(Number(await grid.getAttribute('aria-rowcount')), trace.spans.length + 1);
  const rows = await cells(grid);
  const root = trace.one({ service: 'browser', name: /^page load/ });
  const top = rows.find(({ Name }) => /page load/.test(Name));
  const long = Number(root.end - root.start) / 1e6;
  assert.ok(Math.abs(millis(top.Duration) - long) <= long / 100, `${top.Duration}, not ${long} ms`);
  assert.equal(Number(top.Children), trace.all({ parent: root.id }).length);
  const first = grid.getByRole('row', { name: /page load/ });
  assert.deepEqual(
    [await first.getAttribute('aria-level'), await first.getAttribute('aria-expanded')],
    ['1', 'true'],
  );
  await dashboard.getByRole('button', { name: 'Merge Same Paths' }).click();
  const paths = new Set(trace.spans.map((span) => path(span)));
  await until('paths are merged', async () => Number(await grid.getAttribute('aria-rowcount')) === paths.size + 1);
  await dashboard.getByRole('button', { name: 'Merge Same Paths' }).click();
  await dashboard.getByRole('button', { name: 'Longest First' }).click();
  const children = (rows) => rows.slice(1).map(({ Duration }) => millis(Duration));
  await dashboard.getByRole('button', { name: 'Fold All', exact: true }).click();
  await until('only children of the root are left', async () => (await cells(grid)).length < rows.length);
  const sorted = children(await cells(grid));
  assert.deepEqual(sorted, sorted.toSorted((one, other) => other - one));
});

/** What tells spans that are one line in a merged tree. */
function path(span) {
  const above = trace.spans.find(({ id }) => id === span.parent);
  return `${above ? path(above) : ''}/${span.service}:${span.name}`;
}

test('the table sorts by any column, and any attribute is one', async () => {
  const dashboard = await show('Table');
  const grid = dashboard.getByRole('grid', { name: 'Spans', exact: true });
  await grid.getByRole('row').nth(2).waitFor();
  assert.equal(Number(await grid.getAttribute('aria-rowcount')), trace.spans.length + 1);
  const head = (name) => grid.getByRole('columnheader', { name });
  await head('Duration').getByRole('button').click();
  assert.equal(await head('Duration').getAttribute('aria-sort'), 'descending');
  const lengths = (await cells(grid)).map(({ Duration }) => millis(Duration));
  assert.deepEqual(lengths, lengths.toSorted((one, other) => other - one));
  const longest = trace.spans.reduce((most, it) => (it.end - it.start > most.end - most.start ? it : most));
  assert.match((await cells(grid))[0].Name, new RegExp(longest.name.replace(/[^\w ]/g, '.')));
  await head('Duration').getByRole('button').click();
  assert.equal(await head('Duration').getAttribute('aria-sort'), 'ascending');
  await dashboard.getByRole('button', { name: 'Columns' }).click();
  await dashboard.getByRole('searchbox', { name: 'Find an attribute' }).fill('status_code');
  const choice = dashboard.getByRole('checkbox', { name: /http\.response\.status_code/ });
  await choice.check();
  await head('http.response.status_code').getByRole('button').waitFor();
  await dashboard.keyboard.press('Escape');
  await until('the menu is shut', async () => (await choice.count()) === 0);
  await head('http.response.status_code').getByRole('button').click();
  const codes = (await cells(grid)).map((row) => row['http.response.status_code']);
  const wanted = trace.spans.filter((it) => 'http.response.status_code' in it.attributes).length;
  assert.equal(codes.filter((code) => code !== '').length, wanted);
  assert.ok(codes.slice(wanted).every((code) => code === ''), 'those without a value come last');
});

test('statistics count every operation, and one of them can be shown alone', async () => {
  const dashboard = await show('Statistics');
  const grid = dashboard.getByRole('grid', { name: 'Statistics' });
  await grid.getByRole('row').nth(2).waitFor();
  const rows = await cells(grid);
  const key = ({ service, name }) => `${service} ${name}`;
  const wanted = new Map();
  for (const span of trace.spans) wanted.set(key(span), (wanted.get(key(span)) ?? 0) + 1);
  const found = new Map(rows.map(({ Service, Operation, Count }) => [`${Service} ${Operation}`, Number(Count)]));
  assert.deepEqual([...found].sort(), [...wanted].sort());
  for (const { Service, Operation, Total } of rows) {
    const spans = trace.all({ service: Service, name: Operation });
    const total = spans.reduce((sum, { start, end }) => sum + Number(end > start ? end - start : 0n), 0) / 1e6;
    assert.ok(Math.abs(millis(Total) - total) <= total / 100 + 1e-5, `${Operation}: ${Total}, not ${total} ms`);
  }
  const row = grid.getByRole('row', { name: /INSERT.*payment/ }).first();
  await row.click();
  await details(dashboard).getByRole('heading', { name: /INSERT/ }).first().waitFor();
  await dashboard.getByRole('button', { name: 'Show Only This Operation' }).click();
  assert.match(await filter(dashboard).inputValue(), /service=payment name="INSERT/);
  await until('one is left', async () => Number(await grid.getAttribute('aria-rowcount')) === 2);
});

test('services and their calls are those of the spans', async () => {
  const dashboard = await show('Services');
  const table = dashboard.getByRole('table', { name: 'Calls between services' });
  await table.waitFor();
  const rows = await table.locator('tbody tr').evaluateAll((rows) =>
    rows.map((row) => [...row.cells].slice(0, 4).map((cell) => cell.innerText.trim())),
  );
  const wanted = new Map();
  for (const span of trace.spans) {
    const above = trace.spans.find(({ id }) => id === span.parent);
    if (!above || above.service === span.service) continue;
    const pair = [above.service, span.service].join(' ');
    const [calls, errors] = wanted.get(pair) ?? [0, 0];
    wanted.set(pair, [calls + 1, errors + Number(span.failed)]);
  }
  const told = rows.map(([from, to, calls, errors]) => [`${from} ${to}`, [Number(calls), Number(errors)]]);
  assert.deepEqual(told.sort(), [...wanted].sort());
  const shop = dashboard.getByRole('button', { name: /^shop: \d+ spans/ });
  await shop.focus();
  await dashboard.keyboard.press('Enter');
  await until('it is chosen', async () => (await shop.getAttribute('aria-pressed')) === 'true');
  await details(dashboard).waitFor();
  await dashboard.getByRole('button', { name: 'Show Only This Service' }).click();
  assert.equal(await filter(dashboard).inputValue(), 'service=shop');
  await until('one is left', async () => (await dashboard.getByRole('button', { name: /: \d+ spans?,/ }).count()) === 1);
});

test('events are listed in order of time, and lead to their span', async () => {
  const dashboard = await show('Logs');
  const grid = dashboard.getByRole('grid', { name: 'Logs of the trace' });
  const events = trace.spans.reduce((sum, span) => sum + span.events.length, 0);
  await until('all are read', async () => Number(await grid.getAttribute('aria-rowcount')) === events + 1);
  const times = (await drawn(grid)).map(({ Time }) => (Time.startsWith('−') ? -1 : 1) * millis(Time));
  assert.deepEqual(times, times.toSorted((one, other) => one - other));
  await grid.getByRole('row').nth(1).click();
  await details(dashboard).waitFor();
});

test('an exception is told by type and message; a trace without events says why', async () => {
  const at = (now) => ({
    events: [
      {
        name: 'exception',
        timeUnixNano: `${now}`,
        attributes: [text('exception.type', 'CartError'), text('exception.message', '<b>no cart</b>')],
      },
    ],
  });
  const bad = await steps(3, (step, now) => (step === 1 ? at(now) : {}));
  const dashboard = await show('Logs', bad);
  await dashboard.getByRole('row', { name: /error.*CartError: <b>no cart<\/b>.*step 1/ }).waitFor();
  const quiet = await show('Logs', await steps(3));
  await quiet.getByRole('heading', { name: 'No events in this trace' }).waitFor();
});

test('choice and filter are one in all views', async () => {
  const dashboard = await show('Table');
  const name = /INSERT/;
  await list(dashboard).getByRole('row', { name }).first().click();
  for (const view of ['Tree', 'Waterfall', 'Statistics']) {
    await tab(dashboard, view).click();
    await until(`${view} has it`, async () => name.test(await words(selected(dashboard))));
  }
  await tab(dashboard, 'Flame').click();
  await dashboard.getByRole('treeitem', { name, selected: true }).waitFor({ state: 'attached' });
  await filter(dashboard).fill('service:payment');
  const payment = trace.all({ service: 'payment' }).length;
  await tab(dashboard, 'Table').click();
  const pale = panel(dashboard).locator('.line.pale');
  await until('the others are pale', async () => (await pale.count()) === trace.spans.length - payment);
  await dashboard.getByText('Hide', { exact: true }).click();
  const grid = list(dashboard);
  await until('the others are gone', async () => Number(await grid.getAttribute('aria-rowcount')) === payment + 1);
  await tab(dashboard, 'Waterfall').click();
  await list(dashboard).getByRole('row', { name }).first().waitFor();
  await tab(dashboard, 'Tree').click();
  await until('what is above stays', async () => Number(await grid.getAttribute('aria-rowcount')) > payment + 1);
  await filter(dashboard).fill('service:nobody');
  await panel(dashboard).getByRole('heading', { name: 'Nothing matches' }).waitFor();
  await panel(dashboard).getByRole('button', { name: 'Clear Filter' }).click();
  await until('all are there', async () => Number(await grid.getAttribute('aria-rowcount')) === trace.spans.length + 1);
});

test('keys alone lead to every view and through it', async () => {
  const dashboard = await show('Waterfall');
  const press = (key) => dashboard.keyboard.press(key);
  await tab(dashboard, 'Waterfall').focus();
  for (const view of VIEWS.slice(1)) {
    await press('ArrowRight');
    const at = await dashboard.evaluate(() => document.activeElement.innerText);
    assert.equal(at, view);
    assert.equal(await tab(dashboard, view).getAttribute('aria-selected'), 'true');
  }
  assert.equal(await panel(dashboard).getAttribute('aria-labelledby'), 'tab-logs');
  await press('2');
  await tree(dashboard).focus();
  await press('Home');
  await press('ArrowDown');
  await until('the second row is chosen', async () => (await selected(dashboard).getAttribute('aria-rowindex')) === '3');
  await press('ArrowUp');
  await press('ArrowLeft');
  await until('it is folded', async () => Number(await tree(dashboard).getAttribute('aria-rowcount')) < trace.spans.length);
  await press('ArrowRight');
  await press('Enter');
  await details(dashboard).waitFor();
  await press('Escape');
  await until('the details are gone', async () => (await details(dashboard).count()) === 0);
  await press('3');
  const flame = dashboard.getByRole('tree', { name: 'Flame graph' });
  await flame.focus();
  const item = dashboard.getByRole('treeitem', { selected: true });
  const level = () => item.getAttribute('aria-level');
  await press('Home');
  await until('the root is chosen', async () => (await level()) === '1');
  await press('ArrowDown');
  await until('its first child is', async () => (await level()) === '2');
  assert.equal(await flame.getAttribute('aria-activedescendant'), await item.getAttribute('id'));
  await press('Enter');
  const whole = dashboard.getByRole('button', { name: 'Whole Trace' });
  await until('it is zoomed to', async () => (await whole.getAttribute('aria-disabled')) === 'false');
  await press('Escape');
  await until('the whole trace is seen', async () => (await whole.getAttribute('aria-disabled')) === 'true');
});

test('of five thousand spans only what is seen is drawn, in every view', async () => {
  const dashboard = await show('Table', await steps(4_999), 1600);
  const grid = list(dashboard);
  const all = async (view) => {
    await tab(dashboard, view).click();
    await until(`${view} has all`, async () => (await grid.getAttribute('aria-rowcount')) === '5001');
    assert.ok((await grid.getByRole('row').count()) < 160);
  };
  await all('Tree');
  await all('Table');
  await grid.focus();
  await dashboard.keyboard.press('End');
  await until('the last is seen', async () => /step 4998/.test(await words(selected(dashboard))));
  await tab(dashboard, 'Flame').click();
  await panel(dashboard).locator('.lanes .bar').first().waitFor();
  assert.ok((await panel(dashboard).locator('.lanes *').count()) < 400);
  await tab(dashboard, 'Statistics').click();
  await until('it has an operation each', async () => (await grid.getAttribute('aria-rowcount')) === '5001');
});
