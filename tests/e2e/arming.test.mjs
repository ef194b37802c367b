// Arming is never late: what the extension says that it minted for a document is what the server is
// asked with, in every page trace.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { html, readContext, start, startSite, until } from './harness.mjs';

let lab, site;
/** Who waits for the next document request. */
let waiting = [];

before(async () => {
  site = await startSite({
    '/': (request, response) => {
      html(response, '<p>page');
      for (const wake of waiting.splice(0)) wake(request);
    },
  });
  lab = await start({ collector: null, shop: null });
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

const asked = () => new Promise((resolve) => waiting.push(resolve));

test('200 of 200 page traces in a row carry the id that was minted for them', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  const tab = await lab.tabId(page);
  const minted = [];
  const carried = [];
  for (let round = 0; round < 200; round++) {
    const request = asked();
    const shown = page.waitForEvent('domcontentloaded');
    const { page: armed, reason } = await lab.say('do', { verb: 'run', tab });
    assert.ok(armed, reason);
    minted.push(armed.trace);
    carried.push(readContext((await request).headers.traceparent)?.trace);
    // Asked to load a page again that it has not shown yet, a browser may ask only once.
    await shown;
  }
  assert.equal(new Set(minted).size, 200);
  const late = minted.filter((trace, round) => trace !== carried[round]);
  assert.deepEqual(late, [], `${200 - late.length} of 200`);
  assert.equal(site.asked('/').length, 201, 'the first visit and one request for each trace');
});

test('a page of a session that is reloaded as soon as it answers has a trace each time', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  const tab = await lab.tabId(page);
  await lab.view(0);
  site.requests.length = 0;
  for (let round = 0; round < 20; round++) {
    await page.reload({ waitUntil: 'commit' });
    await lab.view(0);
  }
  const traces = site.contexts('/').map((context) => readContext(context)?.trace);
  assert.equal(new Set(traces).size, 20);
  const view = await lab.view(tab);
  assert.equal(view.page.trace, traces.at(-1));
});

test('reloads as fast as documents commit have a trace each, and each is written', async (t) => {
  // Of its own: what the worker keeps of two hundred pages makes each of its steps longer.
  const lab = await start({ collector: null, shop: null });
  t.after(() => lab.close());
  const page = await lab.openPage(`${site.origin}/`);
  const { trace: first } = await lab.startSession(page);
  const tab = await lab.tabId(page);
  await lab.view(0);
  site.requests.length = 0;
  await lab.desk.evaluate(async (tab) => {
    for (let round = 0; round < 20; round++) {
      const shown = new Promise((resolve) => {
        chrome.webNavigation.onCommitted.addListener(function hear({ tabId, frameId }) {
          if (tabId !== tab || frameId !== 0) return;
          chrome.webNavigation.onCommitted.removeListener(hear);
          resolve();
        });
      });
      await chrome.tabs.reload(tab);
      await shown;
    }
  }, tab);
  const traces = site.contexts('/').map((context) => readContext(context)?.trace);
  assert.equal(traces.length, 20);
  assert.ok(traces.every(Boolean));
  // A machine that is busy with other things may let one leave before its rule is there. It is a page
  // of its own all the same.
  const fresh = new Set([first, ...traces]).size;
  assert.ok(fresh > 10, `${fresh} contexts for 21 documents`);
  const logs = await lab.openSurface('dashboard', { tab: 'logs' });
  const rows = logs.getByRole('grid', { name: 'Traced requests' }).getByRole('row');
  // The head, and the document of each page.
  await until('each document has its row', async () => (await rows.count()) >= 22);
});

test('ten reloads at once leave no document without context, and the last one is the page', async () => {
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  const tab = await lab.tabId(page);
  site.requests.length = 0;
  await lab.desk.evaluate(async (tab) => {
    for (let round = 0; round < 10; round++) await chrome.tabs.reload(tab);
  }, tab);
  await page.waitForLoadState();
  await until('the page that is shown is the one that was asked for last', async () => {
    const view = await lab.view(tab);
    const { trace } = await lab.pageContext(page);
    const last = readContext(site.contexts('/').at(-1));
    assert.equal(last.trace, trace);
    assert.notEqual(view.page.progress.phase, 'requested');
    return true;
  });
  assert.ok(site.contexts('/').every((context) => readContext(context)));
});
