// Sessions, as the user has them: everything of the site is traced from Start to Stop, in every
// tab, and then nothing is.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { followToast, held, readContext, start, startSite, until } from './harness.mjs';

let lab, site;

const links = '<a href="/plain">same tab</a> <a href="/new" target="_blank">new tab</a>';

before(async () => {
  site = await startSite({ '/': links, '/plain': links, '/late': links });
  lab = await start();
});

// A session that a failed test left would fail the others.
afterEach(async () => {
  await lab.tidy();
  site.requests.length = 0;
});

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** The requests that carried a context: `{ path, kind, trace, span, baggage }`. */
const traced = () =>
  site.requests.flatMap(({ path, headers: { traceparent, baggage, 'sec-fetch-dest': kind } }) =>
    traceparent ? [{ path, kind, baggage, ...readContext(traceparent) }] : [],
  );

const sent = (path) =>
  until(`${path} is asked for with a context`, () => traced().findLast((request) => request.path === path));

test('Start sets one host-only cookie, and the page is loaded again with it', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  assert.deepEqual(site.contexts('/'), [undefined]);
  await lab.startSession(page);
  const { value, hostOnly, path, sameSite, secure } = await lab.sessionCookie(site.origin);
  assert.match(value, /^v1\.[\da-f]{32}\.0$/);
  assert.deepEqual(
    { hostOnly, path, sameSite, secure },
    { hostOnly: true, path: '/', sameSite: 'lax', secure: false },
  );
  const [, again] = site.asked('/');
  assert.match(again.headers.cookie, new RegExp(`_trace_session=${value}`));
  assert.equal(again.headers.baggage, `session.id=${value.split('.')[1]}`);
  assert.match(again.headers.traceparent, /^00-[\da-f]{32}-[\da-f]{16}-0[13]$/);
});

test('every document of every tab gets a trace of its own, and the session in its baggage', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  await page.getByRole('link', { name: 'same tab' }).click();
  await sent('/plain');
  await page.waitForURL('**/plain');
  await lab.view(0);
  const opened = page.waitForEvent('popup');
  await page.getByRole('link', { name: 'new tab' }).click();
  await (await opened).waitForLoadState();
  await lab.view(0);
  const other = await lab.openPage(`${site.origin}/other`);
  await lab.view(0);
  await other.goto(`${site.origin}/another`);
  await page.reload();
  const requests = traced().filter(({ kind }) => kind === 'document');
  assert.deepEqual(
    requests.map(({ path }) => path),
    ['/', '/plain', '/new', '/other', '/another', '/plain'],
  );
  assert.equal(new Set(requests.map(({ trace }) => trace)).size, 6, 'six documents, six traces');
  const [, id] = (await lab.sessionCookie(site.origin)).value.split('.');
  for (const { path, baggage } of requests) assert.equal(baggage, `session.id=${id}`, path);
});

test('documents that lead on by themselves after a moment have traces of their own', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  const paths = [1, 2, 3, 4, 5, 6].map((number) => `/hasty-${number}`);
  for (const [at, path] of paths.entries()) {
    const next = paths[at + 1] ?? '/landed';
    site.pages[path] = `<script>onload = () => fetch("/moment").then(() => location.replace("${next}"))</script>`;
  }
  const traces = () => [...paths, '/landed'].map((path) => readContext(site.contexts(path)[0])?.trace);
  // The moment lasts until the browser has the next document's context.
  const fresh = ({ condition, action }) =>
    condition.resourceTypes.includes('main_frame') &&
    action.requestHeaders.some(({ value }) => readContext(value) && !traces().includes(readContext(value).trace));
  const moments = [];
  site.pages['/moment'] = async (_, response) => {
    let looks = 0;
    await until('the next context is set', async () => (looks++, (await lab.rules()).some(fresh)));
    moments.push(looks);
    response.end();
  };
  await page.goto(site.origin + paths[0]);
  await page.waitForURL('**/landed');
  assert.equal(new Set(traces()).size, 7, traces().join(' '));
  // There is a look each 30 ms; on a machine that is busy with other things each takes longer, too.
  const median = moments.toSorted((one, other) => one - other)[3];
  assert.ok(median <= 3, `looks until it was set: ${moments.join(', ')}`);
});

test('a page that is left before it has loaded takes nothing from the next one', async () => {
  const slow = held((_, response) => response.end());
  const page = await lab.openPage(`${site.origin}/`);
  const { trace } = await lab.startSession(page);
  Object.assign(site.pages, {
    '/unfinished': '<a href="/next">next</a><img src="/slow.png">',
    '/slow.png': slow.page,
  });
  await page.goto(`${site.origin}/unfinished`, { waitUntil: 'commit' });
  await slow.asked;
  await lab.view(0);
  await page.getByRole('link', { name: 'next' }).click();
  await page.waitForURL('**/next');
  slow.release();
  const popup = await lab.openPopup(await lab.tabId(page));
  await popup.getByText(/3 pages traced/).waitFor();
  const view = await lab.view(await lab.tabId(page));
  const next = await lab.pageContext(page);
  assert.equal(view.page?.trace, next.trace);
  assert.notEqual(next.trace, trace);
});

test('tabs that a page opens one after the other have traces of their own', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  const twins = [];
  for (const path of ['/twin-1', '/twin-2', '/twin-3']) {
    await page.evaluate((path) => void window.open(path), path);
    twins.push(await sent(path));
    await lab.view(0);
  }
  assert.equal(new Set(twins.map(({ trace }) => trace)).size, 3);
});

test("fetch and XHR carry the page's trace, each with a span of its own", async () => {
  const { page, context } = await lab.startLoading(site, '/loading');
  const { trace } = context;
  await page.evaluate(async () => {
    await fetch('/fetched');
    const request = new XMLHttpRequest();
    request.open('GET', '/asked');
    await new Promise((resolve) => {
      request.onload = resolve;
      request.send();
    });
  });
  const [fetched, asked] = [await sent('/fetched'), await sent('/asked')];
  assert.deepEqual([fetched.trace, asked.trace], [trace, trace]);
  assert.notEqual(fetched.span, asked.span);
  const [, id] = (await lab.sessionCookie(site.origin)).value.split('.');
  assert.deepEqual([fetched.baggage, asked.baggage], [`session.id=${id}`, `session.id=${id}`]);
});

test('what a document loads joins the trace of that document and of no other', async () => {
  const html = `<link rel=stylesheet href="/style.css"><script src="/script.js"></script><img src="/image.png">
    <script>setTimeout(() => (new Image().src = '/late.png'))</script>`;
  // The rule for what a document loads is set while its server thinks; this one thinks that long.
  site.pages['/rich'] = async ({ headers }, response) => {
    const trace = readContext(headers.traceparent)?.trace;
    if (trace) await lab.covered(trace);
    response.setHeader('content-type', 'text/html');
    response.end(html);
  };
  const page = await lab.openPage(`${site.origin}/rich`);
  await lab.startSession(page);
  for (const round of [1, 2, 3]) {
    await lab.view(0);
    site.requests.length = 0;
    await page.reload();
    const { trace } = await lab.pageContext(page);
    for (const path of ['/style.css', '/script.js', '/image.png', '/late.png']) {
      await until(`${path} is asked for`, () => site.asked(path).length > 0);
      assert.equal(readContext(site.contexts(path)[0])?.trace, trace, `${path} in round ${round}`);
    }
  }
});

test("the servers' spans are found by the session's id", async () => {
  const page = await lab.openPage(`${lab.shop.shop}/`);
  const first = await lab.startSession(page);
  await page.goto(`${lab.shop.shop}/product/3`);
  const second = await lab.pageContext(page);
  const [, id] = (await lab.sessionCookie(lab.shop.shop)).value.split('.');
  const query = new URLSearchParams({
    'query.attributes': JSON.stringify({ 'session.id': id }),
    'query.startTimeMin': new Date(Date.now() - 600_000).toISOString(),
    'query.startTimeMax': new Date(Date.now() + 60_000).toISOString(),
  });
  await until('both traces are found', async () => {
    const { body } = await lab.ask(`/api/v3/trace-summaries?${query}`);
    const found = body.summaries.map(({ traceId }) => traceId);
    assert.deepEqual(found.toSorted(), [first.trace, second.trace].toSorted());
    return true;
  });
  const server = await until("the server's span is there", async () => {
    const trace = await lab.trace(second.trace);
    return trace.one({ service: 'shop', name: 'GET /product/{id}' });
  });
  assert.equal(server.attributes['session.id'], id);
});

test('Stop takes everything back, and the page that is shown asks without context again', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  await lab.stopSession(page);
  assert.deepEqual(await lab.left(), []);
  await page.bringToFront();
  await page.evaluate(() =>
    Promise.all([
      fetch('/late'),
      new Promise((resolve) => {
        const image = new Image();
        image.onerror = resolve;
        image.src = '/late.png';
      }),
    ]),
  );
  assert.deepEqual(site.contexts('/late'), [undefined]);
  assert.deepEqual(site.contexts('/late.png'), [undefined]);
  await page.reload();
  assert.equal(await lab.pageContext(page), undefined);
});

test('what a page does after Stop is not recorded', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  const { trace } = await lab.startSession(page);
  const load = (name) => async () => {
    await fetch(`/${name}-fetch`);
    const image = new Image();
    image.src = `/${name}-image`;
    await image.decode().catch(() => {});
  };
  await page.evaluate(`(${load})('before')()`);
  await lab.stopSession(page);
  await page.bringToFront();
  await page.evaluate(`(${load})('after')()`);
  // Leaving the page makes it hand over all that it still has.
  await page.goto('about:blank');
  await until('what it did before is recorded, and nothing after it', async () => {
    await lab.exported();
    const { spans } = await lab.trace(trace);
    const paths = spans.map(({ attributes }) => attributes['url.full']?.replace(site.origin, ''));
    const found = paths.filter((path) => /^\/(before|after)/.test(path)).toSorted();
    assert.deepEqual(found, ['/before-fetch', '/before-image']);
    return true;
  });
});

test('clearing the cookies ends the session in every tab', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  const other = await lab.openPage(`${site.origin}/other`);
  const popup = await lab.openPopup(await lab.tabId(page));
  await popup.getByRole('button', { name: 'Stop Tracing Session' }).waitFor();
  await lab.context.clearCookies();
  await popup.getByRole('button', { name: 'Start Tracing Session', exact: true }).waitFor();
  assert.deepEqual(await lab.left(), []);
  for (const shown of [page, other]) {
    await until('the page stops', async () => {
      site.requests.length = 0;
      await shown.evaluate(() => fetch('/late'));
      assert.deepEqual(site.contexts('/late'), [undefined]);
      return true;
    });
  }
});

test('a cookie that somebody else writes over ours ends the session and stays', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  const popup = await lab.openPopup(await lab.tabId(page));
  await popup.getByRole('button', { name: 'Stop Tracing Session' }).waitFor();
  await page.evaluate(() => (document.cookie = '_trace_session=theirs; path=/'));
  await popup.getByRole('button', { name: 'Start Tracing Session', exact: true }).waitFor();
  assert.equal((await lab.sessionCookie(site.origin)).value, 'theirs');
  assert.deepEqual([...(await lab.rules()), ...(await lab.scripts())], []);
});

test('one site is traced and the other is not', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  const other = await lab.openPage(`${site.foreign}/foreign`);
  assert.equal(await lab.pageContext(other), undefined);
  const popup = await lab.openPopup(await lab.tabId(other));
  await popup.getByRole('button', { name: 'Start Tracing Session', exact: true }).waitFor();
  const { headers } = site.asked('/foreign')[0];
  assert.deepEqual([headers.traceparent, headers.baggage, headers.cookie], [undefined, undefined, undefined]);
});

test('Run Page Trace in a session shows a toast, and the session goes on', async () => {
  const page = await lab.openPage(`${lab.shop.shop}/`);
  await lab.startSession(page);
  const { trace: before } = await lab.pageContext(page);
  const tab = await lab.tabId(page);
  // A session's verbs show its traces; a keyboard shortcut runs one more.
  await lab.press('run-page-trace', tab);
  const said = await followToast(page, /complete/i);
  assert.match(said.at(-1), /^Trace complete/);
  const { trace } = await lab.pageContext(page);
  assert.notEqual(trace, before);
  await lab.view(0);
  await page.reload();
  const next = await lab.pageContext(page);
  assert.ok(next && next.trace !== trace);
});
