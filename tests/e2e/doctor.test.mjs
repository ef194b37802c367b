// The doctor: each cause that it names is provoked with a server made for it, and read where a
// person reads it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, afterEach, before, test } from 'node:test';
import {
  html,
  readContext,
  sendSpans,
  spanId,
  start,
  startCollector,
  startGate,
  startSite,
  traceId,
  until,
} from './harness.mjs';

let lab, site, collector, gate;

before(async () => {
  collector = await startCollector();
  gate = await startGate(collector.url);
  site = await startSite();
  lab = await start({ collector, store: gate.url, shop: null });
});

afterEach(async () => {
  gate.instead = () => false;
  await lab.tidy();
});

after(async () => {
  await lab?.close();
  for (const server of [gate, collector, site]) await server?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** Answers with a page and a `Server-Timing` that says this of the context that came. */
function answering(say) {
  return ({ headers }, response) => {
    const context = readContext(headers.traceparent);
    if (context) response.setHeader('server-timing', `db;dur=5, traceparent;desc="${say(context)}"`);
    html(response, '<p>answered');
  };
}

/** Resolves once the traced request for a path is there. */
function left(path) {
  return until(`${path} leaves with context`, () => readContext(site.contexts(path).at(-1)) ?? undefined);
}

/** Sends server spans for the last request for a path. */
function serve(path, { trace, parent, ...more } = {}) {
  const context = readContext(site.contexts(path).at(-1));
  const span = { traceId: trace ?? context.trace, spanId: spanId(), name: `GET ${path}`, ...more };
  return sendSpans(collector.url, 'site', [{ parentSpanId: parent ?? context.span, ...span }]);
}

/** Runs a page trace of an address; resolves to its popup. */
async function traced(url) {
  const page = await lab.openPage(url);
  const popup = await lab.command(page, 'Run Page Trace');
  return { page, popup };
}

/** What the lamps in a popup or panel say: `{ Armed: 'yes', … }`. */
async function lamps(surface) {
  const list = surface.getByRole('list', { name: 'Lamps', includeHidden: true });
  const texts = await list.getByRole('listitem', { includeHidden: true }).allTextContents();
  return Object.fromEntries(
    texts.map((text) =>
      /^(Armed|Sent|Acknowledged|Found|Complete)(yes|not yet|not asked|no)/.exec(text).slice(1),
    ),
  );
}

/** Waits until a surface names a cause, and its lamps are these. */
async function diagnosed(surface, title, wanted) {
  await surface.getByText(title, { exact: true }).first().waitFor();
  await until('the lamps say so', async () => {
    const found = await lamps(surface);
    for (const [lamp, light] of Object.entries(wanted)) assert.equal(found[lamp], light, lamp);
    return true;
  });
}

test('a server that answers with our id and whose spans are found lights all five lamps', async () => {
  site.pages['/good'] = answering(({ trace, span }) => `00-${trace}-${span}-01`);
  const { popup } = await traced(`${site.origin}/good`);
  await left('/good');
  await serve('/good');
  await until('all are lit', async () => {
    const found = await lamps(popup);
    assert.deepEqual(Object.values(found), ['yes', 'yes', 'yes', 'yes', 'yes']);
    return true;
  });
  const { trace, span } = readContext(site.contexts('/good').at(-1));
  const said = await popup.getByRole('list', { name: 'Lamps', includeHidden: true }).textContent();
  assert.match(said, new RegExp(`traceparent 00-${trace}-${span}-03 left with GET /good`));
  assert.match(said, /Server-Timing traceparent came back with the same trace id/);
  assert.match(said, /1 span at http/);
});

test('a server that makes a trace of its own is found out, and its trace is followed', async () => {
  const trace = traceId();
  site.pages['/own'] = answering(({ span }) => `00-${trace}-${span}-01`);
  const { page, popup } = await traced(`${site.origin}/own`);
  await left('/own');
  await serve('/own', { trace, parent: '' });
  await diagnosed(popup, 'The server made a new trace id', {
    Sent: 'yes',
    Acknowledged: 'no',
    Found: 'yes',
    Complete: 'yes',
  });
  const { trace: ours } = await lab.pageContext(page);
  const dashboard = await lab.openDashboard(ours);
  await dashboard
    .getByRole('row', { name: /GET \/own.*site|site.*GET \/own/ })
    .first()
    .waitFor();
});

test('a server that answers with flag 00 does not record', async () => {
  site.pages['/unsampled'] = answering(({ trace, span }) => `00-${trace}-${span}-00`);
  const { popup } = await traced(`${site.origin}/unsampled`);
  await diagnosed(popup, 'The server does not record this trace (flag 00)', {
    Sent: 'yes',
    Acknowledged: 'no',
  });
});

test('a redirect to another host takes the request where no context goes', async () => {
  site.pages['/away'] = (_, response) =>
    response.writeHead(302, { location: `${site.foreign}/landing` }).end();
  site.pages['/landing'] = '<p>landed';
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  await page.goto(`${site.origin}/away`);
  const popup = await lab.openPopup(await lab.tabId(page));
  await diagnosed(popup, 'A redirect took the request where no trace context goes', {
    Armed: 'yes',
    Sent: 'no',
  });
});

test('a redirect to a host without permission is named, and what it takes', async () => {
  const other = createServer((_, response) => html(response, '<p>other')).listen(0, '127.0.0.2');
  await once(other, 'listening');
  try {
    const location = `http://127.0.0.2:${other.address().port}/`;
    site.pages['/barred'] = (_, response) => response.writeHead(302, { location }).end();
    const page = await lab.openPage(`${site.origin}/`);
    await lab.startSession(page);
    await page.goto(`${site.origin}/barred`);
    const popup = await lab.openPopup(await lab.tabId(page));
    await diagnosed(popup, 'Tracelight has no permission for this host', { Armed: 'yes', Sent: 'no' });
  } finally {
    other.closeAllConnections();
    other.close();
  }
});

test("a page from the browser's cache never asked the server", async () => {
  site.pages['/kept'] = (_, response) => {
    response.setHeader('cache-control', 'max-age=600');
    html(response, '<p>kept');
  };
  const page = await lab.openPage(`${site.origin}/kept`);
  await lab.startSession(page);
  const leave = (path) => page.evaluate((path) => (location.href = path), path);
  await leave('/elsewhere');
  await page.waitForURL('**/elsewhere');
  const asked = site.asked('/kept').length;
  await leave('/kept');
  await page.waitForURL('**/kept');
  assert.equal(site.asked('/kept').length, asked);
  const popup = await lab.openPopup(await lab.tabId(page));
  await diagnosed(popup, "The browser's cache answered, not the server", { Armed: 'yes', Sent: 'no' });
});

test('a page that its service worker answers never asked the server', async () => {
  site.pages['/app/worker.js'] = (_, response) => {
    response.setHeader('content-type', 'text/javascript');
    response.end(`
      self.addEventListener('install', () => self.skipWaiting());
      self.addEventListener('activate', (event) => event.waitUntil(clients.claim()));
      self.addEventListener('fetch', (event) => {
        const page = { headers: { 'content-type': 'text/html' } };
        if (event.request.mode === 'navigate') event.respondWith(new Response('<p>offline', page));
      });`);
  };
  site.pages['/app/'] = `<script>
    navigator.serviceWorker.register('worker.js').then(() => navigator.serviceWorker.ready)
      .then(() => (document.title = 'ready'));</script>`;
  const page = await lab.openPage(`${site.origin}/app/`);
  await page.waitForFunction(() => document.title === 'ready');
  const popup = await lab.command(page, 'Run Page Trace');
  await diagnosed(popup, "Likely: The page's service worker answered, not the server", {
    Armed: 'yes',
    Sent: 'no',
  });
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).unregister());
});

test('a request that leaves without our header, or with another, is named', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  const popup = await lab.openPopup(await lab.tabId(page));
  // As another extension would do it.
  await lab.desk.evaluate((other) => {
    const headers = (operation, value) => ({
      type: 'modifyHeaders',
      requestHeaders: [{ header: 'traceparent', operation, value }],
    });
    const on = (urlFilter, action) => ({
      priority: 99,
      condition: { urlFilter, resourceTypes: ['main_frame'] },
      action,
    });
    return chrome.declarativeNetRequest.updateDynamicRules({
      addRules: [
        { id: 1, ...on('/stripped', headers('remove')) },
        { id: 2, ...on('/rewritten', headers('set', other)) },
      ],
    });
  }, `00-${traceId()}-${spanId()}-01`);
  try {
    await page.goto(`${site.origin}/stripped`);
    await diagnosed(popup, 'The request left without trace context', { Armed: 'yes', Sent: 'no' });
    await page.goto(`${site.origin}/rewritten`);
    await diagnosed(popup, 'The request left with another trace context than ours', {
      Armed: 'yes',
      Sent: 'no',
    });
  } finally {
    const removeRuleIds = [1, 2];
    await lab.desk.evaluate((how) => chrome.declarativeNetRequest.updateDynamicRules(how), { removeRuleIds });
  }
  await page.goto(`${site.origin}/`);
  await until('the next one is traced again', async () => (await lamps(popup)).Sent === 'yes');
});

test('a server that hangs up is named', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  const popup = await lab.openPopup(await lab.tabId(page));
  site.pages['/broken'] = (request) => request.socket.destroy();
  await page.goto(`${site.origin}/broken`).catch(() => {});
  await diagnosed(popup, 'The server did not answer', { Armed: 'yes', Sent: 'yes', Acknowledged: 'no' });
});

const TROUBLES = [
  [401, 'The trace store wants a login (401)'],
  [403, 'The trace store forbids asking (403)'],
  [500, 'The trace store fails'],
  [200, "The trace store's answer cannot be read"],
  [0, 'The trace store cannot be reached'],
];
for (const [status, title] of TROUBLES) {
  test(`a store that answers ${status || 'nothing'} is named: ${title}`, async () => {
    gate.instead = ({ method }, response) => {
      if (method !== 'GET') return false;
      if (status) response.writeHead(status, { 'content-type': 'text/html' }).end('<html>');
      else response.destroy();
      return true;
    };
    const { popup } = await traced(`${site.origin}/store`);
    await diagnosed(popup, title, { Sent: 'yes', Found: 'no' });
  });
}

test('a server whose clock is off by an hour is named, and its trace is whole all the same', async () => {
  const { popup } = await traced(`${site.origin}/clock`);
  await left('/clock');
  const late = BigInt(Date.now() + 3_600_000) * 1_000_000n;
  await serve('/clock', { startTimeUnixNano: `${late}`, endTimeUnixNano: `${late + 5_000_000n}` });
  await diagnosed(popup, "The server's clock is off", { Sent: 'yes', Found: 'yes', Complete: 'yes' });
});

test("a script's requests have lamps of their own", async () => {
  const trace = traceId();
  site.pages['/joined'] = answering(({ trace, span }) => `00-${trace}-${span}-01`);
  site.pages['/strayed'] = answering(({ span }) => `00-${trace}-${span}-01`);
  site.pages['/cached'] = (_, response) => response.setHeader('cache-control', 'max-age=600').end('{}');
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  const panel = await lab.openPanel(await lab.tabId(page));
  await page.bringToFront();
  await page.evaluate(async () => {
    for (const path of ['/joined', '/strayed', '/cached', '/cached']) await (await fetch(path)).text();
  });
  await serve('/joined');
  await serve('/strayed', { trace, parent: '' });
  const wanted = {
    joined: /Armed yes, Sent yes, Acknowledged yes, Found yes, Complete yes/,
    strayed: /Armed yes, Sent yes, Acknowledged no, Found yes, Complete yes/,
    cached: /Armed yes, Sent no/,
  };
  await panel.bringToFront();
  for (const [path, lamps] of Object.entries(wanted)) {
    const row = panel.getByRole('row').filter({ hasText: path });
    await row.getByRole('img', { name: lamps }).first().waitFor();
  }
});

test('a server whose clock is off by an hour is named, and its trace is whole all the same', async () => {
  const { popup } = await traced(`${site.origin}/clock`);
  await left('/clock');
  const late = BigInt(Date.now() + 3_600_000) * 1_000_000n;
  await serve('/clock', { startTimeUnixNano: `${late}`, endTimeUnixNano: `${late + 5_000_000n}` });
  await diagnosed(popup, "The server's clock is off", { Sent: 'yes', Found: 'yes', Complete: 'yes' });
});

test('what is missing when patience ends is told apart', { timeout: 120_000 }, async () => {
  gate.instead = ({ method, url }, response) => {
    if (method !== 'GET' || !url.includes(unknown())) return false;
    response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    return true;
  };
  const unknown = () => readContext(site.contexts('/unknown').at(-1))?.trace ?? 'nothing';
  const ours = answering(({ trace, span }) => `00-${trace}-${span}-01`);
  const cases = {
    '/deaf': ['Likely: The server did not join the trace', { Acknowledged: 'no', Found: 'no' }],
    '/lost': ['Likely: The trace store has no spans of the server', { Acknowledged: 'yes', Found: 'no' }],
    '/unknown': ['Likely: The trace store has no such trace (404)', { Acknowledged: 'yes', Found: 'no' }],
    '/rootless': ["The server's first span is missing", { Found: 'yes', Complete: 'no' }],
    '/holed': ['Spans name parents that are not there', { Found: 'yes', Complete: 'no' }],
  };
  site.pages['/lost'] = site.pages['/unknown'] = ours;
  const popups = {};
  for (const path of Object.keys(cases)) popups[path] = (await traced(site.origin + path)).popup;
  await Promise.all(Object.keys(cases).map(left));
  await serve('/rootless', { parent: spanId() });
  await serve('/holed');
  await serve('/holed', { parent: spanId() });
  for (const [path, [title, wanted]] of Object.entries(cases)) {
    await popups[path].getByText(title, { exact: true }).first().waitFor({ timeout: 75_000 });
    await diagnosed(popups[path], title, wanted);
  }
});
