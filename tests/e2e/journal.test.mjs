// The journal as readers find it: of an earlier or a later version, read by two at once, while it grows,
// gone, and with sessions deleted and brought back. Pages of an earlier test may still be written.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, test } from 'node:test';
import { start, startSite, until } from './harness.mjs';

let lab, site;

before(async () => {
  site = await startSite();
  lab = await start({ shop: null });
  await tools();
});

afterEach(async () => {
  await lab.tidy();
  await remove();
});

after(async () => {
  await lab?.close();
  await site?.close();
  assert.deepEqual(lab?.complaints, []);
});

/** Gives the extension's own page what works on the journal there: `done` and `copy`. */
const tools = () =>
  lab.desk.evaluate(() => {
    globalThis.done = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    globalThis.copy = async (names) => {
      const database = await done(indexedDB.open('tracelight'));
      const read = async (name) => {
        const store = () => database.transaction(name).objectStore(name);
        return [name, { keys: await done(store().getAllKeys()), rows: await done(store().getAll()) }];
      };
      const all = Object.fromEntries(await Promise.all(names.map(read)));
      const { version } = database;
      database.close();
      return { version, all };
    };
  });

/** The journal's version, and the keys of its stores. */
const read = () =>
  lab.desk.evaluate(async () => {
    const names = ['facts', 'requests', 'spans', 'digests', 'blocks', 'moved', 'stale', 'gone'];
    const { version, all } = await copy(names);
    return { version, ...Object.fromEntries(names.map((name) => [name, all[name].keys])) };
  });

/** Deletes the journal. Whoever has it open lets go of it. */
const remove = () => lab.desk.evaluate(() => done(indexedDB.deleteDatabase('tracelight')).then(() => true));

/** Visits some pages in a session, and leaves. Resolves to the page and to their traces. */
async function visit(...paths) {
  const [first, ...others] = paths;
  const page = await lab.openPage(site.origin + first);
  const traces = [(await lab.startSession(page)).trace];
  const told = (trace) =>
    until('its load is in the journal', async () =>
      (await lab.facts(trace)).some(({ kind }) => kind === 'navigation'),
    );
  await told(traces[0]);
  for (const path of others) {
    await page.goto(site.origin + path);
    const { trace } = await until('the page is traced', () => lab.pageContext(page).catch(() => undefined));
    await told(trace);
    traces.push(trace);
  }
  await lab.leave(page);
  return { page, traces };
}

/** Opens the list of sessions. */
const openSessions = () => lab.openSurface('dashboard', { tab: 'sessions', last: 'all' });

const list = (page) => page.getByRole('table', { name: /^Session List/ }).getByRole('row');

/** The rows of the list once they are as wanted, as text, the head's left out. */
async function rows(page, what, wanted) {
  let texts;
  const there = async () => {
    texts = (await list(page).allInnerTexts()).slice(1);
    return wanted(texts) && texts;
  };
  return until(what, there).catch((cause) => {
    throw new Error(`${what}; there is: ${JSON.stringify(texts)}`, { cause });
  });
}

test('a journal of the second version keeps all that is in it, and its pages are digested', async () => {
  const { traces } = await visit('/one', '/two');
  await lab.closePages();
  await lab.stopWorker();
  const before = await read();
  await lab.desk.evaluate(async () => {
    const { all } = await copy(['facts', 'requests', 'spans']);
    await done(indexedDB.deleteDatabase('tracelight'));
    const open = indexedDB.open('tracelight', 2);
    open.onupgradeneeded = () => {
      open.result.createObjectStore('facts');
      const requests = open.result.createObjectStore('requests', { keyPath: ['trace', 'span'] });
      requests.createIndex('tab', ['tab', 'start']);
      const spans = open.result.createObjectStore('spans', { keyPath: ['trace', 'side', 'part'] });
      spans.createIndex('unsent', 'unsent');
      spans.createIndex('others', 'others', { multiEntry: true });
    };
    const second = await done(open);
    for (const name of ['facts', 'requests', 'spans']) {
      const store = second.transaction(name, 'readwrite').objectStore(name);
      const { keys, rows } = all[name];
      for (const [at, row] of rows.entries())
        await done(name === 'facts' ? store.put(row, keys[at]) : store.put(row));
    }
    second.close();
  });
  const sessions = await openSessions();
  await rows(sessions, 'its session is listed', (texts) => texts.length === 1);
  const found = await read();
  assert.equal(found.version, 4);
  for (const name of ['facts', 'requests', 'spans']) assert.deepEqual(found[name], before[name], name);
  assert.deepEqual(found.stale, []);
  for (const trace of traces) assert.ok(found.digests.includes(trace), 'each page has a digest');
});

test('a journal that a later version left is refused with what to do', async () => {
  await lab.stopWorker();
  await lab.desk.evaluate(async () => {
    await done(indexedDB.deleteDatabase('tracelight'));
    (await done(indexedDB.open('tracelight', 99))).close();
  });
  const sessions = await openSessions();
  const said = await sessions.getByText(/written by a later Tracelight/).innerText();
  assert.match(said, /Update the extension/);
});

test('two windows that digest at once find the same', async () => {
  const { traces } = await visit('/one', '/two', '/three');
  await lab.closePages();
  await lab.stopWorker();
  await lab.desk.evaluate(async () => {
    // As it is when nobody has read it yet.
    const database = await done(indexedDB.open('tracelight'));
    for (const name of ['digests', 'stale'])
      await done(database.transaction(name, 'readwrite').objectStore(name).clear());
    database.close();
  });
  const windows = await Promise.all([openSessions(), openSessions()]);
  const ours = (texts) => texts.find((text) => /\t3\t0\t/.test(text));
  const found = await Promise.all(windows.map((page) => rows(page, 'its pages are counted', ours)));
  assert.ok(found.every(ours));
  // A size is told a moment after its row.
  const texts = () => Promise.all(windows.map((page) => rows(page, 'its size is told', (all) => / kB\t/.test(ours(all)))));
  const [first, second] = (await texts()).map(ours);
  assert.equal(first, second);
  const { digests, stale } = await read();
  for (const trace of traces) {
    assert.ok(digests.includes(trace), 'each page has a digest');
    assert.ok(!stale.includes(trace), 'which is true');
  }
});

test('many digests are read in blocks, which do not speak for what changed or was deleted since', async () => {
  const { page } = await visit('/one', '/two');
  // A size is told a moment after its row.
  const sized = (texts) => texts.every((text) => / [kM]B\t/.test(text));
  const [one] = await rows(await openSessions(), 'its pages are counted', (texts) => /\t2\t/.test(texts[0]) && sized(texts));
  const many = 'b'.repeat(32);
  await lab.desk.evaluate(async (session) => {
    const database = await done(indexedDB.open('tracelight'));
    const [, like] = await done(database.transaction('digests').objectStore('digests').getAll());
    const { pages } = JSON.parse(like.text);
    const digests = database.transaction('digests', 'readwrite').objectStore('digests');
    for (let at = 1; at <= 600; at++) {
      const trace = 'f'.repeat(28) + at.toString(16).padStart(4, '0');
      const text = JSON.stringify({ pages: [{ ...pages[0], trace, session }] });
      await done(digests.put({ ...like, trace, sessions: [session], text }));
    }
    database.close();
  }, many);
  /** The list of a window that has read nothing yet. */
  const anew = async (what, wanted) => {
    await lab.closePages(page);
    return rows(await openSessions(), what, wanted);
  };
  const both = (texts) => texts.length === 2 && sized(texts) && texts.some((text) => /\t600\t/.test(text));
  const inBlocks = await anew('both sessions are counted', both);
  assert.ok(inBlocks.includes(one), 'the first as before');
  const written = async () => {
    const { blocks, moved } = await read();
    return blocks.length > 1 && moved.length === 0 && blocks.length;
  };
  const first = await until('blocks are written', written);
  // Who reads blocks does not miss what they were made of.
  await lab.desk.evaluate(async (many) => {
    const database = await done(indexedDB.open('tracelight'));
    const digests = database.transaction('digests', 'readwrite').objectStore('digests');
    for (const row of await done(digests.getAll()))
      if (row.sessions?.includes(many)) await done(digests.put({ ...row, text: '{}' }));
    database.close();
  }, many);
  assert.deepEqual(await anew('both sessions are counted again', both), inBlocks);
  await page.bringToFront();
  await page.goto(`${site.origin}/three`);
  await until('the page is traced', () => lab.pageContext(page).catch(() => undefined));
  await lab.leave(page);
  const grown = (texts) => both(texts) && texts.some((text) => /\t3\t/.test(text));
  await anew('the third page is counted', grown);
  await until('its digest moved', async () => (await read()).moved.length > 0);
  await anew('the third page is counted still', grown);
  await lab.closePages(page);
  const sessions = await openSessions();
  await sessions.getByRole('button', { name: 'Delete session bbbbbbbb' }).click();
  await sessions.getByRole('alertdialog').getByRole('button', { name: 'Delete', exact: true }).click();
  const alone = (texts) => texts.length === 1 && /\t3\t/.test(texts[0]);
  await rows(sessions, 'the session of many pages is gone', alone);
  await anew('it does not come back', alone);
  await until('that it is gone lies in a block', async () => (await written()) > first);
  await anew('nor then', alone);
});

test('what is recorded while the list is open comes into it', async () => {
  const sessions = await openSessions();
  await sessions.getByRole('heading', { name: 'Sessions', exact: true }).waitFor();
  const { traces } = await visit('/one', '/two');
  await sessions.bringToFront();
  await rows(sessions, 'both pages are counted', (texts) => texts.length === 1 && /\t2\t/.test(texts[0]));
  assert.equal(traces.length, 2);
});

test('sessions that come at once into an open list leave its lines and the keyboard where they are', async () => {
  await visit('/one');
  const sessions = await openSessions();
  await rows(sessions, 'it is listed with its size', (texts) => texts.length === 1 && / [kM]B\t/.test(texts[0]));
  const button = sessions.getByRole('button', { name: /^Delete session / });
  await button.focus();
  await sessions.evaluate(() => {
    globalThis.kept = document.activeElement;
    globalThis.taken = [];
    const note = (changes) => taken.push(...changes.flatMap(({ removedNodes }) => [...removedNodes]));
    new MutationObserver(note).observe(kept.closest('tbody'), { childList: true });
  });
  await lab.desk.evaluate(async () => {
    const database = await done(indexedDB.open('tracelight'));
    const [, like] = await done(database.transaction('digests').objectStore('digests').getAll());
    const [first] = JSON.parse(like.text).pages;
    const digests = database.transaction('digests', 'readwrite').objectStore('digests');
    for (const [letter, after] of [['a', -3n], ['b', 1n], ['c', 2n], ['d', 3n]]) {
      const [trace, session] = ['f'.repeat(31) + letter, letter.repeat(32)];
      const start = String(BigInt(first.start) + after * 1_000_000_000n);
      const text = JSON.stringify({ pages: [{ ...first, trace, session, start }] });
      await done(digests.put({ ...like, trace, sessions: [session], text }));
    }
    database.close();
    const readers = new BroadcastChannel('tracelight-journal');
    readers.postMessage({ traces: [], lists: false });
    readers.close();
  });
  const five = await rows(sessions, 'all are listed', (texts) => texts.length === 5);
  const order = five.map((text) => text.slice(0, 8));
  const letters = ['d', 'c', 'b', 'a'].map((letter) => letter.repeat(8));
  assert.deepEqual(order.toSpliced(3, 1), letters, 'the newest first');
  const after = await sessions.evaluate(() => [document.activeElement === kept, taken.length]);
  assert.deepEqual(after, [true, 0]);
});

test('a journal that is deleted while it is open is empty, and what comes then is recorded', async () => {
  const { page } = await visit('/one');
  const ours = (texts) => texts.length === 1;
  const sessions = await openSessions();
  await rows(sessions, 'its session is listed', ours);
  await remove();
  await until('the list is empty', async () => (await list(sessions).count()) === 0);
  await page.bringToFront();
  await page.goto(`${site.origin}/two`);
  const { trace } = await until('the page is traced', () => lab.pageContext(page).catch(() => undefined));
  await lab.leave(page);
  await rows(sessions, 'its session is listed again', ours);
  const { digests, spans } = await read();
  assert.ok(digests.includes(trace));
  assert.ok(spans.some(([of]) => of === trace));
});

test('a session that is deleted while its page goes on does not come back', async () => {
  const page = await lab.openPage(`${site.origin}/one`);
  const { trace } = await lab.startSession(page);
  const sessions = await openSessions();
  await rows(sessions, 'its session is listed', (texts) => texts.length === 1);
  await sessions.getByRole('button', { name: /^Delete session / }).click();
  const question = sessions.getByRole('alertdialog');
  await question.getByRole('button', { name: 'Delete', exact: true }).click();
  await until('the list is empty', async () => (await list(sessions).count()) === 0);
  await page.bringToFront();
  await page.evaluate(() => fetch('/api'));
  await page.goto(`${site.origin}/two`);
  const next = await until('the next page is traced', () => lab.pageContext(page).catch(() => undefined));
  await lab.leave(page);
  const { facts, requests, spans, digests, gone } = await read();
  for (const keys of [facts, requests, spans])
    assert.ok(keys.every(([of]) => of !== trace), 'nothing lies under its trace');
  assert.ok(!digests.includes(trace));
  assert.ok(gone.includes(trace));
  assert.ok(
    spans.some(([of]) => of === next.trace),
    'the page after it is recorded',
  );
});

test('a session that was exported, deleted and imported gives the same answers', async () => {
  const { traces } = await visit('/one', '/two');
  const sessions = await openSessions();
  const [before] = await rows(
    sessions,
    'its pages are counted',
    (texts) => texts.length === 1 && /\t2\t/.test(texts[0]),
  );
  const [file] = await Promise.all([
    sessions.waitForEvent('download'),
    sessions.getByRole('button', { name: /^Export session / }).click(),
  ]);
  const path = await file.path();
  const { format, version, requests, traces: items } = JSON.parse(await readFile(path, 'utf8'));
  assert.deepEqual({ format, version }, { format: 'tracelight-session', version: 1 });
  assert.ok(requests.length >= 2);
  assert.deepEqual(new Set(items.map(({ page }) => page)), new Set(traces));
  assert.ok(items.every(({ resourceSpans }) => resourceSpans.length > 0));
  await sessions.getByRole('button', { name: 'Delete All', exact: true }).click();
  await sessions.getByRole('alertdialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await until('the list is empty', async () => (await list(sessions).count()) === 0);
  const { facts, requests: left, spans, digests } = await read();
  assert.deepEqual([facts, left, spans], [[], [], []]);
  assert.ok(!digests.some((trace) => traces.includes(trace)));
  await sessions.getByLabel('Import').setInputFiles({
    name: 'session.json',
    mimeType: 'application/json',
    buffer: await readFile(path),
  });
  const [again] = await rows(sessions, 'it is there again', (texts) => texts.length === 1);
  const figures = (text) => text.split('\t').slice(0, 11);
  assert.deepEqual(figures(again), figures(before));
  await sessions.getByLabel('Import').setInputFiles({
    name: 'session.json',
    mimeType: 'application/json',
    buffer: Buffer.from('{"format":"har"}'),
  });
  await sessions.getByText(/wanted format tracelight-session, found har/).waitFor();
});

test('a write that the browser has no room for is taken back whole, the user is told, and nothing that was kept is lost', async () => {
  const page = await lab.openPage(`${site.origin}/one`);
  const { trace } = await lab.startSession(page);
  const tab = await lab.tabId(page);
  const kept = () =>
    lab.desk.evaluate(async (trace) => {
      const { spans } = (await copy(['spans'])).all;
      const ours = spans.rows.filter((row) => row.trace === trace);
      return ours.map(({ side, part, bytes }) => [side, part, new TextDecoder('latin1').decode(bytes)]);
    }, trace);
  const before = await until('its load is written', async () => {
    const rows = await kept();
    return rows.length > 0 && (await lab.view(tab)).waiting === 0 && rows;
  });
  // As on a full disk: chunks are taken, and the mark after them, in the same transaction, is not.
  const [worker] = lab.context.serviceWorkers();
  await worker.evaluate(() => {
    const { put } = IDBObjectStore.prototype;
    globalThis.roomy = () => (IDBObjectStore.prototype.put = put);
    IDBObjectStore.prototype.put = function (...given) {
      if (this.name !== 'stale') return put.apply(this, given);
      throw new DOMException('no room', 'QuotaExceededError');
    };
  });
  await page.evaluate(() => fetch('/api/first').then((response) => response.text()));
  const { trouble } = await until('it is refused', async () => {
    const view = await lab.view(tab);
    return view.trouble ? view : undefined;
  });
  assert.match(trouble, /it is full, and nothing of this was written\. Delete sessions in the dashboard/);
  assert.deepEqual(await kept(), before, 'what stood before is as it was, and nothing of the rest is there');
  const popup = await lab.openPopup(tab);
  await popup.getByText(/journal: it is full.* Delete sessions in the dashboard/).waitFor();
  await popup.close();
  await until('what was acknowledged is kept', async () => JSON.stringify(await lab.facts(trace)).includes('/api/first'));
  await worker.evaluate(() => void globalThis.roomy());
  await page.bringToFront();
  await page.evaluate(() => fetch('/api/second').then((response) => response.text()));
  await until('all of it is written', async () => {
    const text = JSON.stringify(await kept());
    return text.includes('/api/first') && text.includes('/api/second');
  });
});
