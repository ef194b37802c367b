// Traces side by side: two of one page whose server has changed meanwhile, and the same page run
// several times in a row. All of it with real pages, a real store and the keyboard.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { held, html, KIND, readContext, sendSpans, spanId, start, startSite, traceId, until } from './harness.mjs';
import { fits, photograph } from './photo.mjs';

let lab, site;
/** The statements of the next answer: `[name, milliseconds]`. */
let statements = [];

before(async () => {
  site = await startSite({
    '/shop': serve,
    '/other': '<p>other',
    '/form': '<form method="post" action="/answer"><button>Send</button></form>',
    '/answer': '<p>answer',
  });
  lab = await start({ shop: null });
});

afterEach(async () => {
  statements = [];
  await lab.tidy();
});

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** Answers with a page, and tells the store what the server did for it. */
async function serve({ headers }, response) {
  const context = readContext(headers.traceparent);
  if (context) await record(context, statements);
  html(response, '<h1>shop</h1>');
}

const nanos = (millis) => `${BigInt(Math.round(millis * 1_000)) * 1_000n}`;

/** Sends a server span of a document, and its statements, one after the other. */
async function record({ trace: traceId, span: parentSpanId }, statements) {
  const [begin, server] = [Date.now(), spanId()];
  let at = begin;
  const spans = statements.map(([name, millis]) => ({
    traceId,
    spanId: spanId(),
    parentSpanId: server,
    kind: KIND.client,
    name,
    startTimeUnixNano: nanos(at),
    endTimeUnixNano: nanos((at += millis)),
  }));
  const whole = { startTimeUnixNano: nanos(begin), endTimeUnixNano: nanos(at + 1) };
  await sendSpans(lab.collector.url, 'shop', [
    { traceId, spanId: server, parentSpanId, name: 'GET /shop', ...whole },
    ...spans,
  ]);
}

/** A trace of a server alone, of these statements. */
async function foreign(statements) {
  const trace = traceId();
  await record({ trace, span: undefined }, statements);
  return trace;
}

/** How long a run may take on a machine that is busy with other things. */
const RUN = 60_000;

/** Runs a page trace of a page that is open, whose server does this. */
async function run(page, next) {
  statements = next;
  const tab = await lab.tabId(page);
  const before = (await lab.view(tab)).page?.trace;
  await (await lab.command(page, 'Run Page Trace')).close();
  return until('the trace is complete', async () => {
    const { trace, progress } = (await lab.view(tab)).page;
    return progress.phase === 'complete' && trace !== before && trace;
  }, RUN);
}

const grid = (page, name = 'Spans of both traces') => page.getByRole('treegrid', { name });
const row = (page, name) => grid(page).getByRole('row', { name });
const button = (page, name) => page.getByRole('button', { name, exact: true });
const focused = (element) => element.evaluate((it) => it === document.activeElement);

/** Two traces of one page: a statement is new, one is gone, one is slower. */
async function two() {
  const page = await lab.openPage(`${site.origin}/shop?from=here`);
  const a = await run(page, [
    ['SELECT cart', 20],
    ['SELECT old', 5],
  ]);
  const b = await run(page, [
    ['SELECT cart', 80],
    ['SELECT new', 7],
    ['SELECT new', 7],
  ]);
  return { a, b, page };
}

const cells = async (row) => (await row.getByRole('gridcell').allInnerTexts()).map((text) => text.trim());

test('two traces of a page are compared span by span, from a trace on', async () => {
  const { a, b } = await two();
  const dashboard = await lab.openDashboard(b);
  const opened = lab.context.waitForEvent('page');
  await dashboard.getByRole('link', { name: 'Compare with…' }).click();
  const view = await opened;
  const same = view.getByRole('region', { name: 'Same page' });
  await same.getByRole('link', { name: /GET \/shop/ }).first().click();
  await grid(view).waitFor();
  assert.match(view.url(), new RegExp(`a=${a}&b=${b}$`), 'what came first is A');

  await until('the statements are compared', async () => {
    const [, , first, second, by, share, verdict] = await cells(row(view, /SELECT cart/));
    assert.deepEqual([first, second, by, share, verdict], ['20 ms', '80 ms', '+60 ms', '+300 %', '▲ slower']);
    assert.match((await cells(row(view, /SELECT old/))).join(' '), /5 ms – −5 ms {2}− gone/);
    return true;
  });
  await row(view, /SELECT new.*× 0 → × 2.*\+ added/).waitFor();
  await row(view, /SELECT new.*#2.*\+ added/).waitFor();
  const tally = view.getByRole('list', { name: 'What differs' });
  await tally.getByText(/^\+ \d+ added$/).waitFor();
  await tally.getByText(/^− \d+ gone$/).waitFor();

  const span = lab.context.waitForEvent('page');
  await row(view, /SELECT cart/).getByRole('link', { name: '80 ms' }).click();
  await (await span).getByRole('row', { name: /SELECT cart/, selected: true }).waitFor();
});

test('order, filter and swap: what differs, the largest first, and the other way round', async () => {
  const [a, b] = [
    await foreign([['one', 10], ['two', 10], ['gone', 3]]),
    await foreign([['one', 10], ['two', 50]]),
  ];
  const view = await lab.openSurface('compare', { a, b });
  await grid(view).waitFor();
  const names = () => grid(view).locator('[role=row] .label').allInnerTexts();
  await until('in order of time', async () => (await names()).join() === 'GET /shop,one,two,gone');
  await view.getByLabel('Only what differs').check();
  await until('only what differs', async () => (await names()).join() === 'GET /shop,two,gone');
  await view.getByLabel('Order').selectOption('Largest difference first');
  await until('the largest first', async () => (await names()).join() === 'two,GET /shop,gone');
  await button(view, 'Swap A and B').click();
  await row(view, /gone.*\+ added/).waitFor();
  await row(view, /two.*▼ faster/).waitFor();
  assert.match(view.url(), new RegExp(`a=${b}&b=${a}$`));
  await view.reload();
  await row(view, /two.*▼ faster/).waitFor();
});

test('the keyboard leads through the rows, folds them and opens a span', async () => {
  const [a, b] = [await foreign([['one', 10]]), await foreign([['one', 30]])];
  const view = await lab.openSurface('compare', { a, b });
  await grid(view).waitFor();
  await grid(view).focus();
  for (const key of ['ArrowDown', 'ArrowLeft']) await view.keyboard.press(key);
  await until('it is folded', async () => (await grid(view).getByRole('row').count()) === 2);
  assert.equal(await row(view, /GET \/shop/).getAttribute('aria-expanded'), 'false');
  for (const key of ['ArrowRight', 'ArrowDown']) await view.keyboard.press(key);
  const chosen = grid(view).getByRole('row', { selected: true });
  await until('the statement is chosen', async () => /one/.test(await chosen.innerText()));
  const opened = lab.context.waitForEvent('page');
  await view.keyboard.press('Enter');
  await (await opened).getByRole('row', { name: /one/, selected: true }).waitFor();
});

test('nothing that differs, a trace that is missing and the same one twice are said', async () => {
  const [a, b] = [await foreign([['one', 10]]), await foreign([['one', 10]])];
  let view = await lab.openSurface('compare', { a, b });
  await view.getByText('No path differs by more than 5 % and 1 ms.').first().waitFor();
  await view.getByLabel('Only what differs').check();
  await view.getByRole('heading', { name: 'Nothing differs' }).waitFor();
  view = await lab.openSurface('compare', { a, b: a });
  await view.getByRole('heading', { name: 'The same trace twice' }).waitFor();
  view = await lab.openSurface('compare', { a, b: traceId() });
  await view.getByRole('heading', { name: 'Trace B has no spans' }).waitFor();
  // Any trace that the store has can be pasted, in whatever it is written.
  await view.getByRole('searchbox').fill(`traceparent: 00-${b}-00f067aa0ba902b7-01`);
  await view.keyboard.press('Enter');
  await row(view, /one.*= same/).waitFor();
});

let written = Date.now() - 60_000;

/** A server's trace as a file, in OTLP JSON: of these statements, one after the other; later than those before. */
function file(name, statements, trace = traceId()) {
  const server = spanId();
  let at = (written += 1_000);
  const spans = statements.map(([name, millis]) => ({
    traceId: trace,
    spanId: spanId(),
    parentSpanId: server,
    kind: KIND.client,
    name,
    startTimeUnixNano: nanos(at),
    endTimeUnixNano: nanos((at += millis)),
  }));
  const whole = { startTimeUnixNano: spans[0].startTimeUnixNano, endTimeUnixNano: nanos(at + 1) };
  const root = { traceId: trace, spanId: server, name: 'GET /shop', kind: KIND.server, ...whole };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
  const content = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [root, ...spans] }] }] });
  return { name, mimeType: '', buffer: Buffer.from(content) };
}

/** Holds files above the page, and drops them unless it is only asked what would happen. */
function drop(view, files, ends = 'drop') {
  return view.evaluate(
    ([files, ends]) => {
      const data = new DataTransfer();
      for (const [name, bytes] of files) data.items.add(new File([new Uint8Array(bytes)], name));
      const say = (type) => document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      ['dragenter', 'dragover', ends].forEach(say);
    },
    [files.map(({ name, buffer }) => [name, [...buffer]]), ends],
  );
}

test('a trace is compared with files that are dropped, and each takes the place that it says', async () => {
  const a = await foreign([['one', 10], ['two', 10]]);
  const view = await lab.openSurface('compare', { a });
  await view.getByRole('heading', { name: 'Compare with…' }).waitFor();
  const later = file('later.json', [['one', 10], ['two', 60]]);
  await drop(view, [later], 'dragover');
  await view.getByText('Drop as trace B').waitFor();
  await drop(view, [later]);
  await row(view, /two.*▲ slower/).waitFor();
  const both = view.getByRole('table', { name: 'Both traces' });
  await both.getByText('GET /shop, from later.json').waitFor();
  assert.equal(await row(view, /two/).getByRole('link', { name: '60 ms' }).count(), 0, 'a file has no page');
  assert.ok((await row(view, /two/).getByRole('link', { name: '10 ms' }).count()) > 0, 'the store has one');
  await photograph(view, 'compare-file', () => fits(view));
  await drop(view, [file('again.json', [['one', 10]])]);
  await row(view, /two.*− gone/).waitFor();
  await both.getByText('GET /shop, from again.json').waitFor();
  await drop(view, [{ name: 'no.txt', buffer: Buffer.from('nothing of a trace') }]);
  await view.getByRole('alert').getByText(/^no.txt cannot be opened: /).waitFor();
  await row(view, /two.*− gone/).waitFor();
});

test('two files are compared, of several traces one is chosen, and a trace of the store follows a file', async () => {
  const view = await lab.openSurface('compare');
  await view.getByRole('heading', { name: 'Choose a trace to compare' }).waitFor();
  const chosen = view.waitForEvent('filechooser');
  await button(view, 'Choose File').click();
  await (await chosen).setFiles([file('a.json', [['one', 10]]), file('b.json', [['one', 30]])]);
  await row(view, /one.*10 ms.*30 ms.*▲ slower/).waitFor();
  await button(view, 'Compare B with Another…').click();
  await view.getByRole('heading', { name: 'Compare with…' }).waitFor();
  await drop(view, [file('c.json', [['three', 10]]), file('d.json', [['four', 30]])]);
  const traces = view.getByRole('region', { name: 'Traces' });
  await traces.getByText('2 traces').waitFor();
  await traces.getByRole('button', { name: 'GET /shop' }).first().click();
  await row(view, /one.*− gone/).waitFor();
  await button(view, 'Swap A and B').click();
  await button(view, 'Compare B with Another…').click();
  // A file would be lost with the page: who goes on stays here.
  const other = await foreign([['one', 90]]);
  await view.getByRole('searchbox').fill(other);
  await view.keyboard.press('Enter');
  await row(view, /one.*30 ms.*90 ms/).waitFor();
});

test('the trace of an opened file is compared, and a series says that it takes no files', async () => {
  const view = await lab.openSurface('file');
  await view.getByRole('heading', { name: 'Drop traces here' }).waitFor();
  await drop(view, [file('open.json', [['one', 10]])]);
  await view.getByRole('link', { name: 'Compare with…' }).click();
  await view.getByRole('heading', { name: 'Compare with…' }).waitFor();
  await photograph(view, 'compare-file-choice', () => fits(view));
  await drop(view, [file('other.json', [['one', 40]])]);
  await row(view, /one.*▲ slower/).waitFor();
  await button(view, 'Back').click();
  await view.getByRole('treegrid', { name: 'Waterfall' }).waitFor();

  const series = await lab.openSurface('series');
  await series.getByRole('heading', { name: 'No runs' }).waitFor();
  await drop(series, [file('a.json', [['one', 10]])], 'dragover');
  await series.getByText('A series takes runs that this browser made, and no files.').waitFor();
  await drop(series, [file('a.json', [['one', 10]])]);
  const said = series.getByRole('alert');
  await said.getByRole('link', { name: 'Open File' }).waitFor();
  await photograph(series, 'series-file', () => fits(series));
});

test('the panel offers the last trace of the same page', async () => {
  const { a, b, page } = await two();
  const panel = await lab.openPanel(await lab.tabId(page));
  const requests = panel.getByRole('grid', { name: 'Traced requests' });
  await requests.getByRole('row', { name: /document/ }).last().click();
  const opened = lab.context.waitForEvent('page');
  await panel.getByRole('link', { name: 'Compare with previous' }).click();
  const view = await opened;
  await row(view, /SELECT old.*− gone/).waitFor();
  assert.match(view.url(), new RegExp(`a=${a}&b=${b}$`));
  await photograph(panel, 'compare-panel', () => fits(panel));
});

/** Has a page run several times from its popup; resolves to the window that shows how far it is. */
async function several(page, times) {
  const popup = await lab.openPopup(await lab.tabId(page));
  await button(popup, 'Several Page Traces').click();
  const opened = lab.context.waitForEvent('page');
  await popup.getByRole('menuitem', { name: `Run Page Trace ${times} Times` }).click();
  const view = await opened;
  await popup.close();
  return view;
}

const spread = (view) => grid(view, 'Spans of all runs');
const runs = (view) => view.getByRole('region', { name: 'Runs', exact: true }).getByRole('row');

test('a page is run three times: median, spread and in how many runs a span is', async () => {
  const page = await lab.openPage(`${site.origin}/shop`);
  const lengths = [300, 20, 40];
  const first = held(serve);
  site.pages['/shop'] = (request, response) => {
    const number = 3 - lengths.length;
    statements = [['SELECT cart', lengths.shift() ?? 1], ...(number === 1 ? [['once', 2]] : [])];
    return (number === 0 ? first.page : serve)(request, response);
  };
  const view = await several(page, 3);
  await view.getByText(/Run 1 of 3/).waitFor();
  first.release();
  await view.getByText('3 runs are traced').waitFor({ timeout: 2 * RUN });
  site.pages['/shop'] = serve;
  const line = (name) => spread(view).getByRole('row', { name });
  await until('all count', async () => /3 of 3/.test(await line(/SELECT cart/).innerText()));
  const [, , median, least, most, width] = await cells(line(/SELECT cart/));
  assert.deepEqual([median, least, most, width], ['40 ms', '20 ms', '300 ms', '140 ms']);
  await line(/once.*1 of 3/).waitFor();
  await until('each has a row', async () => (await runs(view).count()) === 4);

  await view.getByLabel('Leave out run 1 as warm-up').check();
  await until('it is out', async () => (await cells(line(/SELECT cart/)))[2] === '30 ms');
  const [trace] = new URL(view.url()).searchParams.get('traces').split(',');
  assert.equal(new URL(view.url()).searchParams.get('without'), trace);
  await view.reload();
  await until('a reload shows the same', async () => (await cells(line(/SELECT cart/)))[2] === '30 ms');
  await photograph(view, 'series', () => fits(view));
  const opened = lab.context.waitForEvent('page');
  await view.getByRole('link', { name: 'Trace of run 2' }).click();
  await (await opened).getByRole('row', { name: /SELECT cart/ }).waitFor();
});

test('the menu is used by keyboard alone', async () => {
  const page = await lab.openPage(`${site.origin}/other`);
  const popup = await lab.openPopup(await lab.tabId(page));
  await button(popup, 'Several Page Traces').focus();
  await popup.keyboard.press('Enter');
  const item = (times) => popup.getByRole('menuitem', { name: `Run Page Trace ${times} Times` });
  await until('the first has the focus', () => focused(item(3)));
  await popup.keyboard.press('ArrowDown');
  assert.ok(await focused(item(5)));
  await popup.keyboard.press('End');
  assert.ok(await focused(item(10)));
  await popup.screenshot({ path: 'target/e2e/several-popup.png' });
  await popup.keyboard.press('Escape');
  await until('it is closed', async () => (await item(3).count()) === 0);
  assert.ok(await focused(button(popup, 'Several Page Traces')));
});

test('the answer to a form is not run, and the form is sent once', async () => {
  const page = await lab.openPage(`${site.origin}/form`);
  await page.getByRole('button').click();
  await page.getByText('answer').waitFor();
  const tab = await lab.tabId(page);
  const popup = await lab.openPopup(tab);
  await button(popup, 'Several Page Traces').click();
  await popup.getByRole('menuitem', { name: 'Run Page Trace 3 Times' }).click();
  await popup.getByRole('alert').getByText(/answer to a form \(POST\)/).waitFor();
  const view = await lab.openSurface('series', { tab, times: 3 });
  await view.getByText('Ended after 0 of 3 runs').waitFor();
  await view.getByText(/answer to a form \(POST\)/).waitFor();
  assert.equal(site.asked('/answer').length, 1);
});

test('a tab that is closed ends the runs, and those that were finished are kept', async () => {
  const page = await lab.openPage(`${site.origin}/shop`);
  const tab = await lab.tabId(page);
  statements = [['SELECT cart', 10]];
  const second = held(serve);
  let visits = 0;
  site.pages['/shop'] = (request, response) => (++visits === 2 ? second.page : serve)(request, response);
  const view = await several(page, 5);
  await view.getByText(/Run 2 of 5/).waitFor({ timeout: RUN });
  await second.asked;
  await lab.closeTab(tab);
  second.release();
  site.pages['/shop'] = serve;
  await view.getByText('Ended after 1 of 5 runs').waitFor();
  await view.getByText('The tab was closed. 1 finished run is kept.').waitFor();
  await until('it has its row', async () => (await runs(view).count()) === 2);
  await view.getByRole('heading', { name: 'Too few runs' }).waitFor();
});

test('a tab that goes elsewhere ends the runs, and Cancel leaves nothing behind', async () => {
  const page = await lab.openPage(`${site.origin}/shop`);
  site.pages['/shop'] = '<h1>shop</h1>'; // no run is over: its server tells the store nothing
  let view = await several(page, 3);
  await view.getByText(/Waiting for spans/).waitFor();
  await page.goto(`${site.origin}/other`);
  await view.getByText(/The tab went to another page/).waitFor();
  await view.close();
  await page.goto(`${site.origin}/shop`);
  view = await several(page, 3);
  await view.getByText(/Run 1 of 3/).waitFor();
  await button(view, 'Cancel').click();
  await view.getByText('Cancelled after 0 of 3 runs').waitFor();
  site.pages['/shop'] = serve;
  await until('nothing is left', async () => (await lab.left()).length === 0);
});

test('a comparison fits any window in light and dark', async () => {
  const { a, b } = await two();
  const view = await lab.openSurface('compare', { a, b });
  await row(view, /SELECT cart/).click();
  await photograph(view, 'compare', () => fits(view));
  const choice = await lab.openSurface('compare', { a });
  await choice.getByRole('region', { name: 'Same page' }).waitFor();
  await photograph(choice, 'compare-choice', () => fits(choice));
});
