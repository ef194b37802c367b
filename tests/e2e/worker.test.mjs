// The worker dies whenever the browser likes. Wherever it dies, a trace completes, nothing is lost
// and nothing stays behind.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
  followToast,
  held,
  html,
  readContext,
  readToast,
  sendSpans,
  spanId,
  start,
  startSite,
  until,
} from './harness.mjs';

let lab, site;

before(async () => {
  site = await startSite();
  lab = await start();
});

afterEach(async () => {
  await lab.tidy();
  site.requests.length = 0;
});

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** Answers a document's request, and sends the server's span of it to the store as a server would. */
function instrumented(content) {
  return async ({ headers }, response) => {
    const context = readContext(headers.traceparent);
    if (context) await serve(context);
    html(response, content);
  };
}

/** Sends the span that a server makes of a request with this context. */
function serve({ trace, span }) {
  return sendSpans(lab.collector.url, 'site', [
    { traceId: trace, spanId: spanId(), parentSpanId: span, name: 'GET /page' },
  ]);
}

/** Checks that a finished page trace is whole in the store, and that nothing is set any more. */
async function whole(page) {
  const { trace: id } = await lab.pageContext(page);
  const trace = await until('the browser has sent its spans', async () => {
    const found = await lab.trace(id);
    return found.all({ service: 'browser', parent: '' }).length === 1 && found;
  });
  const ids = new Set(trace.spans.map(({ id }) => id));
  assert.equal(ids.size, trace.spans.length, 'no span is there twice');
  assert.deepEqual(
    trace.spans.filter(({ parent }) => parent && !ids.has(parent)),
    [],
  );
  assert.deepEqual(await lab.left(), []);
  return trace;
}

test('a trace whose worker dies between request and document completes', async () => {
  site.pages['/page'] = '<p>before';
  const page = await lab.openPage(`${site.origin}/page`);
  const slow = held(instrumented('<p>after'));
  site.pages['/page'] = slow.page;
  const popup = await lab.command(page, 'Run Page Trace');
  await slow.asked;
  await popup.getByText('Request sent with trace context').waitFor();
  await popup.close();
  await lab.stopWorker();
  slow.release();
  await followToast(page, /^Trace complete/);
  await whole(page);
});

test('a trace whose worker dies while the page loads completes with all that was loaded', async () => {
  site.pages['/page'] = '<p>before';
  const page = await lab.openPage(`${site.origin}/page`);
  const slow = held((_, response) => response.setHeader('content-type', 'text/css').end('p {}'));
  site.pages['/page'] = instrumented(
    '<link rel=stylesheet href="/style.css"><script src="/early.js"></script><p>after',
  );
  site.pages['/style.css'] = slow.page;
  const popup = await lab.command(page, 'Run Page Trace');
  await slow.asked;
  await popup.getByText('Waiting for spans').waitFor();
  await popup.close();
  await lab.stopWorker();
  slow.release();
  await followToast(page, /^Trace complete/);
  const trace = await whole(page);
  trace.one({ service: 'browser', 'url.full': `${site.origin}/style.css` });
  trace.one({ service: 'browser', 'url.full': `${site.origin}/early.js` });
});

test('a trace whose worker dies while it waits for the server is taken up again by the alarm', async () => {
  site.pages['/page'] = '<p>page';
  const page = await lab.openPage(`${site.origin}/page`);
  const popup = await lab.command(page, 'Run Page Trace');
  await popup.close();
  await followToast(page, /no server span for the document yet/);
  await lab.stopWorker();
  await serve(readContext(site.contexts('/page').at(-1)));
  await lab.ring('follow');
  await followToast(page, /^Trace complete/);
  await whole(page);
});

test('a popup that looks at a waiting trace is enough to take it up again', async () => {
  site.pages['/page'] = '<p>page';
  const page = await lab.openPage(`${site.origin}/page`);
  const popup = await lab.command(page, 'Run Page Trace');
  await followToast(page, /no server span for the document yet/);
  await lab.stopWorker();
  await serve(readContext(site.contexts('/page').at(-1)));
  await popup.getByText('Trace complete').waitFor();
  await whole(page);
});

test('a session outlives its worker: documents, fetches and the popup go on as before', async () => {
  const { page, context, release } = await lab.startLoading(site, '/page', '<a href="/next">next</a>');
  const { trace } = context;
  await lab.stopWorker();
  await page.evaluate(() => fetch('/while-dead'));
  assert.equal(readContext(site.contexts('/while-dead')[0]).trace, trace);
  release();
  await until('what was asked while it was dead is recorded', async () => {
    const found = await lab.trace(trace);
    return found.all({ 'url.full': `${site.origin}/while-dead` }).length === 1;
  });
  await lab.stopWorker();
  await page.getByRole('link', { name: 'next' }).click();
  await page.waitForURL('**/next');
  const next = await lab.pageContext(page);
  assert.notEqual(next.trace, trace, 'what was armed before is used');
  await lab.stopWorker();
  await page.goto(`${site.origin}/third`);
  assert.notEqual(
    (await lab.pageContext(page)).trace,
    next.trace,
    'a worker that a request has started mints the next',
  );
  const popup = await lab.openPopup(await lab.tabId(page));
  await popup.getByText(/3 pages traced/).waitFor();
});

test('Stop with a dead worker leaves nothing behind', async () => {
  const page = await lab.openPage(`${site.origin}/page`);
  await lab.startSession(page);
  await lab.stopWorker();
  await lab.stopSession(page);
  assert.deepEqual(await lab.left(), []);
  await page.bringToFront();
  await page.evaluate(() => fetch('/stopped'));
  assert.deepEqual(site.contexts('/stopped'), [undefined]);
});

test('cookies that are cleared while the worker is dead end the session', async () => {
  const page = await lab.openPage(`${site.origin}/page`);
  await lab.startSession(page);
  await lab.stopWorker();
  await lab.context.clearCookies();
  await until('nothing is set', async () => (await lab.left()).length === 0);
  const popup = await lab.openPopup(await lab.tabId(page));
  await popup.getByRole('button', { name: 'Start Tracing Session', exact: true }).waitFor();
});

test('a tab that is closed while the worker is dead leaves nothing behind', async () => {
  const slow = held((_, response) => html(response, 'late'));
  const page = await lab.openPage(`${site.origin}/page`);
  site.pages['/page'] = slow.page;
  const popup = await lab.command(page, 'Run Page Trace');
  await popup.getByText('Request sent with trace context').waitFor();
  await lab.stopWorker();
  await page.close();
  slow.release();
  await until('nothing is set', async () => (await lab.left()).length === 0);
  await popup.close();
});

test('a toast that is clicked while the worker is dead opens the trace', async () => {
  site.pages['/page'] = instrumented('<p>page');
  const page = await lab.openPage(`${site.origin}/page`);
  const { trace } = await lab.runPageTrace(page);
  await lab.stopWorker();
  await page.bringToFront();
  assert.match(await readToast(page), /^Trace complete/);
  const opened = lab.context.waitForEvent('page');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const dashboard = await opened;
  assert.equal(new URL(dashboard.url()).searchParams.get('trace'), trace);
  await dashboard.getByRole('row', { name: /GET \/page site/ }).waitFor();
});
