// Nobody is shut out: axe-core finds nothing in any state of any surface, in light and dark, narrow
// and wide; and keys alone lead through errors and matches.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, test } from 'node:test';
import { Report } from './axe.mjs';
import { KIND, sendSpans, spanId, start, text, traceId, until } from './harness.mjs';

const VIEWS = ['Waterfall', 'Tree', 'Flame', 'Table', 'Statistics', 'Services', 'Logs'];
const SEVERAL = new URL('../fixtures/foreign/zipkin-yelp.json', import.meta.url);
const MARKUP = '<img src=x onerror=alert(1)><script>alert(2)</script>';

let lab, page, tab, checkout, hostile;

before(async () => {
  lab = await start();
  page = await lab.openPage(`${lab.shop.shop}/checkout`);
  tab = await lab.tabId(page);
  checkout = await lab.runPageTrace(page);
  hostile = await sendHostile();
});

afterEach(() => lab.closePages(page));

after(async () => {
  await lab?.close();
  assert.deepEqual(lab?.complaints, []);
});

const choice = (surface, name) => surface.getByRole('tab', { name, exact: true });
const button = (surface, name) => surface.getByRole('button', { name, exact: true });
const field = (surface) => surface.getByRole('combobox', { name: 'Filter spans' });
const details = (surface) => surface.getByRole('complementary', { name: 'Span details' });
const rows = (surface) => surface.getByRole('treegrid', { name: 'Waterfall' }).getByRole('row');

async function drawn(trace) {
  const dashboard = await lab.openDashboard(trace);
  await rows(dashboard).nth(1).waitFor();
  return dashboard;
}

/** A trace in which everything is odd: markup, an orphan, a cycle, other clocks, errors, repeats. */
async function sendHostile() {
  const [trace, root, hen, egg, pay] = [traceId(), ...Array.from({ length: 4 }, spanId)];
  const began = BigInt(Date.now() - 5_000) * 1_000_000n;
  const span = (name, from, to, rest) => ({
    traceId: trace,
    spanId: spanId(),
    parentSpanId: root,
    kind: KIND.internal,
    name,
    startTimeUnixNano: `${began + BigInt(from) * 1_000_000n}`,
    endTimeUnixNano: `${began + BigInt(to) * 1_000_000n}`,
    ...rest,
  });
  const query = (_, at) =>
    span('SELECT price', 10 + at * 30, 38 + at * 30, {
      kind: KIND.client,
      attributes: [text('db.query.text', `SELECT price FROM items WHERE id = ${at}`)],
    });
  const thrown = [text('exception.type', MARKUP), text('exception.stacktrace', 'Error: no\n    at pay (a.js:1:2)')];
  await sendSpans(lab.collector.url, MARKUP, [
    span(MARKUP, 0, 600, { spanId: root, parentSpanId: undefined, attributes: [text(MARKUP, MARKUP), text('body', '{"a":[1,true]}')] }),
    span(`${MARKUP} ${'long '.repeat(2_000)}`, 20, 90),
    span('مرحبا \u202e reversed', 90, 91, { parentSpanId: spanId() }),
    span('hen', 100, 110, { spanId: hen, parentSpanId: egg }),
    span('egg', 100, 110, { spanId: egg, parentSpanId: hen }),
    span('backward', 120, 110),
    span('', 130, 140),
    span('POST /pay', 400, 500, { spanId: pay, kind: KIND.client }),
    ...Array.from({ length: 8 }, query),
  ]);
  const event = { name: 'exception', timeUnixNano: `${began + 700_000_000n}`, attributes: thrown };
  await sendSpans(lab.collector.url, 'payment', [
    span('POST /pay', 670, 720, {
      parentSpanId: pay,
      kind: KIND.server,
      status: { code: 2, message: MARKUP },
      events: [event],
      links: [{ traceId: traceId(), spanId: spanId(), attributes: [text('why', MARKUP)] }],
    }),
  ]);
  return trace;
}

/** Looks at every view without details and with them. */
async function every(dashboard, report, of) {
  for (const view of VIEWS) {
    await choice(dashboard, view).click();
    await dashboard.getByRole('tabpanel', { name: view }).waitFor();
    await report.look(dashboard, `${view} of ${of}`);
  }
  await choice(dashboard, 'Waterfall').click();
  await dashboard.setViewportSize({ width: 1400, height: 1200 });
  await rows(dashboard).nth(2).click();
  await details(dashboard).waitFor();
  for (const view of VIEWS) {
    await choice(dashboard, view).click();
    await details(dashboard).waitFor();
    await report.look(dashboard, `${view} of ${of} with details`);
  }
}

test('every view of a page, with details and without', async () => {
  const report = new Report();
  await every(await drawn(checkout.trace), report, 'a page');
  report.end();
});

test('every view of a trace in which everything is odd', async () => {
  const report = new Report();
  const dashboard = await drawn(hostile);
  await every(dashboard, report, 'a hostile trace');
  for (const action of await details(dashboard).getByRole('button', { name: /^Actions for/ }).all()) {
    await action.click();
    await details(dashboard).getByRole('menu').waitFor();
    await report.look(dashboard, 'a menu of the details');
    await dashboard.keyboard.press('Escape');
    break;
  }
  report.end();
});

test('findings by topic, legend, keys, filter with completions, with a flaw and without a match', async () => {
  const report = new Report();
  const dashboard = await drawn(hostile);
  const findings = dashboard.getByRole('region', { name: 'Findings' });
  const topics = findings.getByRole('listitem').getByRole('button');
  await topics.first().waitFor();
  for (const topic of await topics.all()) {
    if ((await topic.getAttribute('aria-expanded')) === 'false') await topic.click();
    await report.look(dashboard, `the findings ${await topic.innerText()}`);
  }
  for (const name of [/^Mark critical path/, /^Adjust clocks/]) await findings.getByRole('button', { name }).click();
  await report.look(dashboard, 'with path and clocks');
  await dashboard.getByText('Legend', { exact: true }).click();
  await report.look(dashboard, 'the legend');
  await dashboard.getByText('Legend', { exact: true }).click();
  await dashboard.keyboard.press('?');
  await dashboard.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await report.look(dashboard, 'the keys');
  await dashboard.keyboard.press('Escape');
  await field(dashboard).fill('serv');
  await dashboard.getByRole('option').first().waitFor();
  await dashboard.keyboard.press('ArrowDown');
  await report.look(dashboard, 'completions');
  await field(dashboard).fill('duration>soon');
  await dashboard.getByText(/^The filter /).waitFor();
  await report.look(dashboard, 'a flaw');
  await field(dashboard).fill('service:payment');
  await report.look(dashboard, 'a filter');
  await field(dashboard).fill('service:nobody');
  await dashboard.getByRole('radio', { name: 'Hide' }).check();
  await dashboard.getByText('No span matches the filter.').waitFor();
  await report.look(dashboard, 'no match');
  await choice(dashboard, 'Table').click();
  await dashboard.getByRole('heading', { name: 'Nothing matches' }).waitFor();
  await report.look(dashboard, 'a table without a match');
  await button(dashboard, 'Clear Filter').click();
  await button(dashboard, 'Columns').click();
  await dashboard.getByRole('searchbox', { name: 'Find an attribute' }).waitFor();
  await report.look(dashboard, 'the columns');
  report.end();
});

test('exports, and what is taken out of a file that is shared', async () => {
  const report = new Report();
  const dashboard = await drawn(checkout.trace);
  await button(dashboard, 'Export').click();
  await dashboard.getByRole('menu', { name: 'Export' }).waitFor();
  await report.look(dashboard, 'the exports');
  await dashboard.getByRole('menuitem', { name: 'Share file…' }).click();
  await button(dashboard.getByRole('dialog', { name: 'Share file' }), 'Save File').waitFor();
  await report.look(dashboard, 'the share dialog');
  report.end();
});

test('files: none, several traces, and one that is no trace', async () => {
  const report = new Report();
  const surface = await lab.openSurface('file');
  await surface.getByRole('heading', { name: 'Drop traces here' }).waitFor();
  await report.look(surface, 'no file');
  const open = async (...files) => {
    const dialog = surface.waitForEvent('filechooser');
    await surface.getByRole('button', { name: /^(Choose Files|Open Another)$/ }).click();
    await (await dialog).setFiles(files);
  };
  const file = (name, buffer) => ({ name, mimeType: '', buffer });
  await open(file('several.json', await readFile(SEVERAL)), file('photo.png', Buffer.from('\x89PNG')));
  await surface.getByText(/photo.png cannot be opened/).waitFor();
  await report.look(surface, 'files, one of them no trace');
  report.end();
});

test('comparisons: what to compare with, two traces, the same one twice, several runs', async () => {
  const report = new Report();
  const same = await sendHostile();
  const looks = [
    [{ a: hostile }, 'the choice of a trace'],
    [{ a: hostile, b: same }, 'two traces'],
    [{ a: hostile, b: checkout.trace }, 'two traces with nothing in common'],
    [{ a: hostile, b: hostile }, 'the same trace twice'],
    [{ a: hostile, b: traceId() }, 'a trace that is not there'],
  ];
  for (const [parameters, where] of looks) {
    const surface = await lab.openSurface('compare', parameters);
    await surface.getByRole('heading').or(surface.getByRole('treegrid')).first().waitFor();
    await until('it is read', async () => (await surface.getByText(/Reading|Looking/).count()) === 0);
    await report.look(surface, where);
  }
  const series = await lab.openSurface('series', { traces: [hostile, same].join() });
  await series.getByRole('treegrid', { name: 'Spans of all runs' }).waitFor();
  await report.look(series, 'several runs');
  report.end();
});

test('where there is nothing to draw', async () => {
  const report = new Report();
  const none = await lab.openDashboard(traceId());
  await none.getByRole('heading', { name: 'No spans yet' }).waitFor();
  await report.look(none, 'a trace that nobody knows');
  const wrong = await lab.openSurface('dashboard', { trace: 'xyz' });
  await wrong.getByRole('alert').waitFor();
  await report.look(wrong, 'a wrong address');
  report.end();
});

test('popup, panel and Logs', async () => {
  const report = new Report();
  const popup = await lab.openPopup(tab);
  await button(popup, 'Run Page Trace').waitFor();
  await report.look(popup, 'the popup');
  await popup.close();
  const panel = await lab.openPanel(tab);
  const requests = panel.getByRole('grid', { name: 'Traced requests' }).getByRole('row');
  await requests.nth(1).waitFor();
  await report.look(panel, 'the panel');
  await requests.nth(1).click();
  await rows(panel).nth(1).waitFor();
  await report.look(panel, 'the panel with a trace');
  const logs = await lab.openSurface('dashboard', { tab: 'logs' });
  await logs.getByRole('grid', { name: 'Traced requests' }).getByRole('row').nth(1).waitFor();
  await report.look(logs, 'Logs');
  report.end();
});

test('n and Shift n walk through errors, and through what a filter lets through', async () => {
  const dashboard = await drawn(hostile);
  await dashboard.setViewportSize({ width: 1400, height: 1200 });
  const chosen = (name) =>
    until(`${name} is chosen`, async () => {
      const row = dashboard.getByRole('treegrid', { name: 'Waterfall' }).getByRole('row', { selected: true });
      return (await row.count()) === 1 && name.test(await row.innerText());
    });
  await dashboard.keyboard.press('n');
  await chosen(/error[^]*POST .pay/);
  await field(dashboard).fill('name=hen or name=egg');
  await dashboard.getByRole('status').filter({ hasText: '2 of ' }).waitFor();
  await choice(dashboard, 'Waterfall').focus();
  await dashboard.keyboard.press('n');
  await chosen(/hen|egg/);
  const first = await dashboard.getByRole('row', { selected: true }).innerText();
  await dashboard.keyboard.press('n');
  await chosen(first.includes('hen') ? /egg/ : /hen/);
  await dashboard.keyboard.press('Shift+N');
  await chosen(first.includes('hen') ? /hen/ : /egg/);
});
