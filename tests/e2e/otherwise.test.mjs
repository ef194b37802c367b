// A store that gives our own spans back changed on their way: what its format must do to them is
// nothing, what somebody did is shown beside what was recorded, and no span is counted twice.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { start, startCollector, startGate, startSite, until } from './harness.mjs';

let lab, site, collector, gate;

before(async () => {
  site = await startSite();
  collector = await startCollector();
  gate = await startGate(collector.url);
  gate.instead = replay;
  lab = await start({ collector, store: gate.url, shop: null });
});

after(async () => {
  await lab?.close();
  for (const server of [gate, collector, site]) await server?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** What somebody does on the way to a span, given its resource; nothing at first. */
let change = () => undefined;

afterEach(() => {
  change = () => undefined;
});

/** Answers for one trace what the store has, as a Collector and an older format make of it. */
function replay({ method, url }, response) {
  const [, trace, rest] = /^\/api\/v3\/traces\/([0-9a-f]{32})(.*)$/.exec(url) ?? [];
  if (method !== 'GET' || !trace) return false;
  const headers = { 'content-type': 'application/json' };
  // Only our own collector is followed.
  if (rest) return Boolean(response.writeHead(404, headers).end('{}'));
  lab.ask(`/api/v3/traces/${trace}`).then(({ status, body }) => {
    for (const { resource, scopeSpans } of body.result?.resourceSpans ?? []) {
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        round(span);
        change(span, resource.attributes);
      }
    }
    response.writeHead(status, headers).end(JSON.stringify(body));
  });
  return true;
}

/** Whole microseconds, numbers as texts, ids in upper case: no more than formats do. */
function round(span) {
  const cut = (nanos) => `${nanos.slice(0, -3)}000`;
  span.startTimeUnixNano = cut(span.startTimeUnixNano);
  span.endTimeUnixNano = cut(span.endTimeUnixNano);
  for (const event of span.events ?? []) event.timeUnixNano = cut(event.timeUnixNano);
  for (const { value } of span.attributes ?? []) {
    if ('intValue' in value) Object.assign(value, { stringValue: `${value.intValue}`, intValue: undefined });
  }
  span.spanId = span.spanId.toUpperCase();
}

/** Records a page, and has the store asked for it once all of it is final and sent. Resolves to its trace. */
async function recorded() {
  const page = await lab.openPage(`${site.origin}/page`);
  const { trace } = await lab.runPageTrace(page, /no server span|complete/i);
  await lab.closePages();
  await lab.exported();
  await until('all of it is sent', async () => (await lab.trace(trace)).spans.length === (await kept(trace)).browser);
  assert.equal((await lab.say('refresh', { trace })).kind, 'done');
  return trace;
}

/** Opens a trace, and waits until it was looked through. */
async function open(trace) {
  const dashboard = await lab.openDashboard(trace);
  await dashboard.getByRole('treegrid').waitFor();
  await findings(dashboard).getByRole('button', { name: 'Self times' }).waitFor();
  return dashboard;
}

const findings = (dashboard) => dashboard.getByRole('region', { name: 'Findings' });
const otherwise = (dashboard) => findings(dashboard).getByText('Otherwise in the store');

/** The journal's spans of a trace, side by side. */
const kept = (trace) =>
  lab.desk.evaluate(async (trace) => {
    const open = indexedDB.open('tracelight');
    await new Promise((resolve) => (open.onsuccess = resolve));
    const chunks = open.result.transaction('spans').objectStore('spans').getAll();
    await new Promise((resolve) => (chunks.onsuccess = resolve));
    open.result.close();
    const sides = {};
    for (const { trace: of, side, count } of chunks.result) {
      if (of === trace) sides[side] = (sides[side] ?? 0) + count;
    }
    return sides;
  }, trace);

test('what a format must do to a span is no other word on it', async () => {
  const trace = await recorded();
  const dashboard = await open(trace);
  // Who opens a trace has it asked for once more, so what was asked before is taken in.
  const { browser, ...more } = await kept(trace);
  assert.ok(browser >= 2, 'the page and its document');
  assert.deepEqual(more, {}, 'the store told nothing new');
  assert.equal(await otherwise(dashboard).count(), 0);
});

test('what was added and changed on the way is found, shown with both values, and counted once', async () => {
  change = (span, resource) => {
    resource.push({ key: 'host.name', value: { stringValue: 'edge-1' } });
    if (!span.parentSpanId) span.name = 'renamed';
  };
  const trace = await recorded();
  await until('what the store says is taken in', async () => (await kept(trace)).copy);
  const { browser, ...more } = await kept(trace);
  assert.deepEqual(more, { copy: browser }, 'each of our spans has one other word, and servers none');
  const dashboard = await open(trace);
  await otherwise(dashboard).first().waitFor();
  const said = await findings(dashboard).getByRole('list', { name: 'Problems' }).innerText();
  assert.match(said, /The trace store has other values of “.*”: name, host\.name \(resource\)\./);
  assert.equal(await dashboard.getByRole('row').filter({ hasText: 'renamed' }).count(), 0);

  const row = dashboard.getByRole('row').filter({ hasText: 'page load' }).first();
  await row.click();
  const details = dashboard.getByRole('complementary', { name: 'Span details' });
  const section = details.getByRole('group').filter({ hasText: 'Otherwise in the store' });
  await section.getByText('renamed').waitFor();
  assert.match(await section.innerText(), /host\.name \(resource\)[\s\S]*in the store\s+edge-1/);

  // The worker forgets; the store is asked again and says the same: that is no news.
  await lab.stopWorker();
  assert.equal((await lab.say('refresh', { trace })).kind, 'done');
  assert.deepEqual(await kept(trace), { browser, copy: browser });
  assert.equal((await counted(trace)).spans, browser, 'a row of lists has each span once');
});

/** What the dashboard's digest says of a page, once it is made. */
async function counted(trace) {
  const list = await lab.openSurface('dashboard', { tab: 'pages' });
  const row = await until('the page is digested', () =>
    lab.desk.evaluate(async (trace) => {
      const open = indexedDB.open('tracelight');
      await new Promise((resolve) => (open.onsuccess = resolve));
      const found = open.result.transaction('digests').objectStore('digests').get(trace);
      await new Promise((resolve) => (found.onsuccess = resolve));
      open.result.close();
      return found.result && JSON.parse(found.result.text).pages[0];
    }, trace),
  );
  await list.close();
  return row;
}
