// The waterfall: what is in view of the time, by keys, wheel, ruler and minimap; folding by level; the
// phases of loads; five thousand rows.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { html, KIND, readContext, sendSpans, spanId, start, startSite, traceId, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

let lab, page, site, checkout;

before(async () => {
  lab = await start();
  site = await startSite(painted());
  page = await lab.openPage(`${lab.shop.shop}/checkout`);
  checkout = await lab.runPageTrace(page);
});

afterEach(() => lab.closePages(page));

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

const chart = (dashboard) => dashboard.getByRole('treegrid', { name: 'Waterfall' });
const rows = (dashboard) => chart(dashboard).getByRole('row');
const row = (dashboard, name) => chart(dashboard).getByRole('row', { name }).first();
const edge = (dashboard, name) => dashboard.getByRole('slider', { name: `${name} of the time in view` });
const tool = (dashboard, name) =>
  dashboard.getByRole('toolbar', { name: 'Waterfall tools' }).getByRole('button', { name: new RegExp(`^${name}: `) });

/** The window of time, in thousandths of the trace. */
async function view(dashboard) {
  const of = async (name) => Number(await edge(dashboard, name).getAttribute('aria-valuenow'));
  return [await of('Start'), await of('End')];
}

/** Resolves once the window of time is as wanted. */
function viewed(dashboard, what, fits) {
  return until(what, async () => {
    const [from, to] = await view(dashboard);
    return fits(from, to) && [from, to];
  });
}

const isWhole = (from, to) => from === 0 && to === 1000;

async function drawn(trace) {
  const dashboard = await lab.openDashboard(trace);
  await rows(dashboard).nth(1).waitFor();
  return dashboard;
}

/** Sends a tree: `[depth, start ms, length ms]` in reading order; resolves to its trace. */
async function tree(...list) {
  const trace = traceId();
  const begin = BigInt(Date.now() - 60_000) * 1_000_000n;
  const path = [];
  const spans = list.map(([depth, from, length], at) => {
    const id = spanId();
    path[depth] = id;
    return {
      traceId: trace,
      spanId: id,
      parentSpanId: depth ? path[depth - 1] : undefined,
      name: `span ${at}`,
      kind: KIND.internal,
      startTimeUnixNano: `${begin + BigInt(Math.round(from * 1e6))}`,
      endTimeUnixNano: `${begin + BigInt(Math.round((from + length) * 1e6))}`,
    };
  });
  await sendSpans(lab.collector.url, 'forest', spans);
  return trace;
}

test('keys zoom, pan, fit the chosen span and show all again, and not while somebody types', async () => {
  const dashboard = await drawn(await tree([0, 0, 1000], [1, 100, 200], [1, 700, 100]));
  await chart(dashboard).focus();
  await dashboard.keyboard.press('w');
  await viewed(dashboard, 'zoomed in', (from, to) => from === 150 && to === 850);
  await dashboard.keyboard.press('a');
  await viewed(dashboard, 'earlier', (from, to) => from === 45 && to === 745);
  await dashboard.keyboard.press('d');
  await viewed(dashboard, 'later', (from) => from === 150);
  await dashboard.keyboard.press('s');
  await viewed(dashboard, 'zoomed out', isWhole);
  await row(dashboard, /span 1/).click();
  await dashboard.keyboard.press('f');
  await viewed(dashboard, 'fitted', (from, to) => from === 80 && to === 320);
  const later = row(dashboard, /span 2/).getByRole('gridcell').last();
  await until('a bar out of view leaves an arrow', async () => /out later/.test(await later.getAttribute('class')));
  await dashboard.keyboard.press('0');
  await viewed(dashboard, 'all again', isWhole);
  await dashboard.evaluate(() => document.body.append(document.createElement('input')));
  await dashboard.locator('input').last().focus();
  await dashboard.keyboard.press('w');
  assert.deepEqual(await view(dashboard), [0, 1000]);
});

test('the wheel scrolls, with ctrl zooms about the pointer, and across pans', async () => {
  const dashboard = await drawn(await tree([0, 0, 1000], ...Array.from({ length: 80 }, () => [1, 0, 500])));
  const box = await chart(dashboard).boundingBox();
  await dashboard.mouse.move(box.x + box.width - 60, box.y + 120);
  await dashboard.mouse.wheel(0, 200);
  await until('the rows have scrolled', () => chart(dashboard).evaluate((it) => it.scrollTop > 0));
  assert.deepEqual(await view(dashboard), [0, 1000]);
  await dashboard.keyboard.down('Control');
  await dashboard.mouse.wheel(0, -100);
  await dashboard.keyboard.up('Control');
  const [from] = await viewed(dashboard, 'zoomed', (from, to) => from > 100 && to > 970);
  await dashboard.mouse.wheel(-120, 0);
  await viewed(dashboard, 'panned', (now) => now < from);
});

test('a drag on the ruler chooses a stretch, and a double click shows all again', async () => {
  const dashboard = await drawn(await tree([0, 0, 1000], [1, 100, 200]));
  const ruler = dashboard.getByRole('columnheader', { name: 'Time' });
  const box = await ruler.boundingBox();
  await dashboard.mouse.move(box.x + box.width / 4, box.y + 8);
  await dashboard.mouse.down();
  await dashboard.mouse.move(box.x + box.width / 2, box.y + 8, { steps: 4 });
  await dashboard.mouse.up();
  await viewed(dashboard, 'a quarter', (from, to) => Math.abs(from - 250) < 4 && Math.abs(to - 500) < 4);
  await ruler.getByText('300 ms').waitFor();
  await ruler.dblclick();
  await viewed(dashboard, 'all again', isWhole);
});

test('the minimap makes a window, moves it and its edges, by hand and by keyboard', async () => {
  const dashboard = await drawn(await tree([0, 0, 1000], [1, 100, 200]));
  const box = await dashboard.getByRole('group', { name: 'Minimap' }).boundingBox();
  const drag = async (from, to) => {
    await dashboard.mouse.move(box.x + box.width * from, box.y + 20);
    await dashboard.mouse.down();
    await dashboard.mouse.move(box.x + box.width * to, box.y + 20, { steps: 4 });
    await dashboard.mouse.up();
  };
  const near = (a, b) => (from, to) => Math.abs(from - a) < 5 && Math.abs(to - b) < 5;
  await drag(0.2, 0.6);
  await viewed(dashboard, 'a new window', near(200, 600));
  await drag(0.4, 0.5);
  await viewed(dashboard, 'the window moved', near(300, 700));
  await drag(0.7, 0.9);
  await viewed(dashboard, 'its end moved', near(300, 900));
  await edge(dashboard, 'Start').focus();
  await dashboard.keyboard.press('Shift+ArrowRight');
  await viewed(dashboard, 'its beginning moved', near(400, 900));
  await dashboard.keyboard.press('Home');
  await viewed(dashboard, 'from the start', (from) => from === 0);
  assert.equal(await edge(dashboard, 'Start').getAttribute('aria-valuetext'), '0');
  await dashboard.keyboard.press('End');
  const [from, to] = await view(dashboard);
  assert.ok(from <= to);
  await tool(dashboard, 'Show the whole trace').click();
  await viewed(dashboard, 'all again', isWhole);
});

test('levels collapse and expand one at a time and all at once', async () => {
  const dashboard = await drawn(
    await tree([0, 0, 100], [1, 1, 50], [2, 2, 20], [3, 3, 5], [1, 60, 30], [2, 61, 5]),
  );
  const count = (wanted) =>
    until(`${wanted} rows`, async () => (await rows(dashboard).count()) - 1 === wanted);
  await count(6);
  await tool(dashboard, 'Collapse one level').click();
  await count(5);
  await tool(dashboard, 'Collapse one level').click();
  await count(3);
  await tool(dashboard, 'Expand one level').click();
  await count(5);
  await chart(dashboard).focus();
  await dashboard.keyboard.press('{');
  await count(1);
  await dashboard.keyboard.press('}');
  await count(6);
});

test('? lists the keys, Escape closes the list, and the focus is where it was', async () => {
  const dashboard = await drawn(checkout.trace);
  await chart(dashboard).focus();
  await dashboard.keyboard.press('?');
  const dialog = dashboard.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await dialog.getByText('Collapse one level').waitFor();
  await photograph(dashboard, 'waterfall-keys', () => fits(dashboard));
  await dashboard.keyboard.press('w');
  assert.deepEqual(await view(dashboard), [0, 1000], 'keys do nothing below the list');
  await dashboard.keyboard.press('Escape');
  await until('it is closed', async () => (await dialog.count()) === 0);
  const focused = () => dashboard.evaluate(() => document.activeElement.getAttribute('role'));
  await until('the focus is back', async () => (await focused()) === 'treegrid');
});

/**
 * A page that has not loaded before it was painted, and its server. A page trace is over with the
 * load, and a busy browser tells of the first paint after that.
 */
function painted() {
  const told = () => site.asked('/told').length === site.asked('/last.png').length;
  const tell = `(list) => list.getEntriesByName('first-contentful-paint').length && fetch('/told')`;
  const content = `<h1>Shop</h1><img src="/last.png">
    <script>new PerformanceObserver(${tell}).observe({ type: 'paint', buffered: true })</script>`;
  return {
    '/painted': async ({ headers }, response) => {
      const context = readContext(headers.traceparent);
      const server = { traceId: context?.trace, spanId: spanId(), parentSpanId: context?.span, name: 'GET /painted' };
      if (context) await sendSpans(lab.collector.url, 'site', [server]);
      html(response, content);
    },
    '/last.png': (_, response) => until('it is painted', told).finally(() => response.end()),
  };
}

test('a page shows its phases, its vitals, and a legend of them', async () => {
  const shown = await lab.openPage(`${site.origin}/painted`);
  const { trace } = await lab.runPageTrace(shown);
  const dashboard = await drawn(trace);
  const document = row(dashboard, /GET \/painted.*browser/);
  await until('it has phases', async () => (await document.locator('.phase').count()) >= 2);
  const ruler = dashboard.getByRole('columnheader', { name: /Time.*First Contentful Paint/s });
  await ruler.waitFor();
  await photograph(dashboard, 'waterfall', () => fits(dashboard));
  await dashboard.getByText('Legend').click();
  for (const name of ['DNS', 'Request', 'Web Vital', 'User operation'])
    await dashboard.getByText(name, { exact: true }).waitFor();
  await photograph(dashboard, 'waterfall-legend', () => fits(dashboard));
});

test('five thousand rows scroll with few in the document', async () => {
  const spans = Array.from({ length: 5000 }, (_, at) => [at ? 1 : 0, at ? at / 5 : 0, at ? 3 : 1003]);
  const trace = await tree(...spans);
  const dashboard = await drawn(trace);
  await until('all are there', async () => (await chart(dashboard).getAttribute('aria-rowcount')) === '5001');
  const most = await chart(dashboard).evaluate(async (it) => {
    let most = 0;
    for (let at = 0; at < 120; at++) {
      it.scrollTop = at * 480;
      await new Promise((done) => requestAnimationFrame(done));
      most = Math.max(most, it.querySelectorAll('[role="row"]').length);
    }
    return most;
  });
  assert.ok(most < 80, `${most} rows were in the document`);
  await row(dashboard, /span 2390\b/).waitFor();
  await photograph(dashboard, 'waterfall-5000', () => fits(dashboard));
});
