// The journal keeps to the room that the user gives it: the oldest pages go, whole, and what went is
// noted; a browser that has no room at all refuses whole batches, and old pages make room for them.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { followToast, spanId, start, startSite, traceId, until } from './harness.mjs';

const MB = 1_000_000;

let lab, site;

before(async () => {
  site = await startSite();
  lab = await start({ shop: null });
  await visit(); // the journal is made when something is recorded
});

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

afterEach(async () => {
  await lab.closePages();
  await lab.desk.evaluate(() => chrome.storage.local.remove(['choices', 'room']));
});

const kept = (key) => lab.desk.evaluate(async (key) => (await chrome.storage.local.get(key))[key], key);

/** What went, once something did. */
const removed = async () => {
  const room = await kept('room');
  return room?.pages > 0 && room;
};

/**
 * Writes pages of a megabyte into the journal, an hour apart, the last a day ago, half of whose spans wait for the destinations of
 * a mask; their traces, oldest first.
 */
async function fill(count, mask) {
  const pages = Array.from({ length: count }, () => ({ trace: traceId(), other: traceId(), span: spanId() }));
  await lab.desk.evaluate(
    async ([pages, size, mask]) => {
      const open = indexedDB.open('tracelight');
      await new Promise((resolve) => (open.onsuccess = resolve));
      const stores = ['facts', 'requests', 'spans', 'digests'];
      const first = open.result.transaction('requests').objectStore('requests').getAll(null, 1);
      await new Promise((resolve) => (first.onsuccess = resolve));
      const [like] = first.result;
      for (const [at, { trace, other, span }] of pages.entries()) {
        const writing = open.result.transaction(stores, 'readwrite');
        const [facts, requests, spans, digests] = stores.map((name) => writing.objectStore(name));
        const start = `${Date.now() - 86_400_000 - (pages.length - at) * 3_600_000}000000`;
        const row = { ...like, span, start };
        requests.put({ ...row, trace });
        requests.put({ ...row, trace: other, start: `${BigInt(start) + 1n}` });
        const bytes = new Uint8Array(size);
        for (let from = 0; from < size; from += 65_536) {
          crypto.getRandomValues(bytes.subarray(from, Math.min(size, from + 65_536)));
        }
        const chunk = { trace, side: 'browser', open: false, late: false, count: 3, bytes };
        spans.put({ ...chunk, ...(mask && { unsent: mask }), part: 0, apart: false });
        spans.put({ ...chunk, part: 1, apart: true, others: [other], bytes: bytes.slice(0, 9) });
        facts.put(['{}'], [trace, 0]);
        digests.put({ trace, version: 1, sessions: [], bytes: size, text: '{}' });
        await new Promise((resolve, reject) => ((writing.oncomplete = resolve), (writing.onabort = reject)));
      }
      open.result.close();
    },
    [pages, MB, mask],
  );
  return pages;
}

/** The traces that each store has rows of. */
const left = () =>
  lab.desk.evaluate(async () => {
    const open = indexedDB.open('tracelight');
    await new Promise((resolve) => (open.onsuccess = resolve));
    const found = {};
    for (const name of ['facts', 'requests', 'spans', 'digests']) {
      const keys = open.result.transaction(name).objectStore(name).getAllKeys();
      await new Promise((resolve) => (keys.onsuccess = resolve));
      found[name] = [...new Set(keys.result.map((key) => [key].flat()[0]))];
    }
    open.result.close();
    return found;
  });

/** Runs a page trace, in a worker that has measured nothing yet. */
async function visit() {
  await lab.stopWorker();
  const page = await lab.openPage(`${site.origin}/page`);
  await lab.command(page, 'Run Page Trace');
  await followToast(page, /Waiting/);
  return (await lab.pageContext(page)).trace;
}

test('beyond the room the oldest pages go with all that lies under them, and it is noted', async () => {
  const pages = await fill(12);
  await lab.desk.evaluate((room) => chrome.storage.local.set({ choices: { room } }), 10);
  const trace = await visit();
  const room = await until('what went is noted', removed);
  assert.ok(room.pages >= 3 && room.pages <= 5, `${room.pages} pages of 12 MB went, for 10 MB less a tenth`);
  assert.equal(room.spans, room.pages * 6);
  assert.ok(Math.abs(room.last - Date.now()) < 60_000 && room.since <= room.last);
  const found = await left();
  for (const [at, { trace, other }] of pages.entries()) {
    const stays = at >= room.pages;
    for (const [store, traces] of Object.entries(found)) {
      assert.equal(traces.includes(trace), stays, `page ${at} in ${store}`);
    }
    assert.equal(found.requests.includes(other), stays, `the later request of page ${at}`);
  }
  assert.ok(found.requests.includes(trace) && found.facts.includes(trace), 'what is being recorded stays');

  // It fits now: nothing more goes.
  const next = await visit();
  await until('it is recorded', async () => (await left()).requests.includes(next));
  assert.equal((await kept('room')).pages, room.pages);
});

test('old pages go though one that is recorded still has all the oldest requests', async () => {
  const trace = await visit();
  const spans = Array.from({ length: 300 }, () => spanId());
  await until('it is recorded', async () => (await left()).requests.includes(trace));
  await lab.desk.evaluate(
    async ([trace, spans]) => {
      const open = indexedDB.open('tracelight');
      await new Promise((resolve) => (open.onsuccess = resolve));
      const writing = open.result.transaction('requests', 'readwrite');
      const requests = writing.objectStore('requests');
      const first = requests.getAll(null, 1);
      await new Promise((resolve) => (first.onsuccess = resolve));
      const start = `${Date.now() - 5 * 86_400_000}000000`;
      for (const span of spans) requests.put({ ...first.result[0], trace, span, start });
      await new Promise((resolve, reject) => ((writing.oncomplete = resolve), (writing.onabort = reject)));
      open.result.close();
    },
    [trace, spans],
  );
  const pages = await fill(12);
  await lab.desk.evaluate((room) => chrome.storage.local.set({ choices: { room } }), 10);
  await visit();
  await until('what went is noted', removed);
  const found = await left();
  assert.ok(!found.spans.includes(pages[0].trace), 'the oldest that may go went');
  assert.ok(found.requests.includes(trace), 'what is being recorded stays');
});

test('what waited for a store when its page went is counted among what that store did not get', async () => {
  // Nobody listens there, and browsers do not even try.
  const sent = [{ slot: 7, endpoint: 'http://127.0.0.1:9' }];
  await lab.desk.evaluate((stores) => chrome.storage.local.set({ stores }), { sent });
  try {
    const pages = await fill(12, 128);
    await lab.desk.evaluate((room) => chrome.storage.local.set({ choices: { room } }), 10);
    await visit();
    await until('what went is noted', removed);
    const { drops } = await until('it is counted', async () => (await kept('outbox'))?.find(([slot]) => slot === 7)?.[1]);
    const there = (await left()).spans;
    const gone = pages.filter(({ trace }) => !there.includes(trace)).length;
    assert.ok(gone > 0);
    assert.deepEqual(drops, [['Removed', 3 * gone]]);
  } finally {
    await lab.desk.evaluate(() => chrome.storage.local.remove('stores'));
  }
});

test('a browser without room refuses whole batches, old pages make room, and it is tried again', async () => {
  const pages = await fill(3);
  // What the browser does when the disk is full, which a test cannot make it be: once, at the first facts.
  await lab.stopWorker();
  const page = await lab.openPage(`${site.origin}/page`);
  await lab.startWorker();
  const [worker] = lab.context.serviceWorkers();
  await worker.evaluate(() => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...given) {
      if (this.name !== 'facts') return put.apply(this, given);
      IDBObjectStore.prototype.put = put;
      throw new DOMException('no room', 'QuotaExceededError');
    };
  });
  await lab.command(page, 'Run Page Trace');
  await followToast(page, /Waiting/);
  const { trace } = await lab.pageContext(page);
  const room = await until('what went is noted', removed);
  assert.ok(room.pages >= 3, 'the old pages went');
  const found = await left();
  assert.ok(!found.spans.includes(pages[0].trace));
  assert.ok(found.facts.includes(trace), 'what was refused is there now');
  const view = await lab.view(await lab.tabId(page));
  assert.equal(view.trouble ?? null, null, 'nobody is told of what went well in the end');
});
