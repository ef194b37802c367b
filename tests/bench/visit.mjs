// Fills the journal with copies of a page that was recorded for real, as the extension keeps it: what
// is copied has the fields, sizes and indexes that recording gives it, whatever they are.
import { until } from '../e2e/harness.mjs';

/** Requests and resources of the page. */
const [CALLS, RESOURCES] = [10, 36];
/** What stands for a number in its addresses; copies have others of the same length. */
const NUMBER = '000000';

/** Records the page, and keeps what the journal has of it in the desk. */
export async function like(lab, site) {
  const images = Array.from({ length: RESOURCES }, (_, at) => `<img src="/art/${at}.png">`).join('');
  const calls = `for (let at = 0; at < ${CALLS}; at++) fetch('/api/items/${NUMBER}?part=' + at)`;
  site.pages[`/orders/${NUMBER}`] = `<h1>Order</h1><p>What was ordered</p>${images}<script>${calls}</script>`;
  await lab.desk.evaluate(() => chrome.storage.local.set({ choices: { room: 100_000 } }));
  const page = await lab.openPage(`${site.origin}/`);
  await lab.startSession(page);
  const [, session] = (await lab.sessionCookie(site.origin)).value.split('.');
  await page.goto(`${site.origin}/orders/${NUMBER}`);
  const { trace } = await until('the page is traced', () => lab.pageContext(page));
  await lab.leave(page);
  await page.close();
  await lab.tidy();
  // Whoever looks at it digests it.
  const surface = await lab.openSurface('dashboard', { tab: 'pages' });
  await surface.getByRole('table', { name: /TOP20/ }).getByText(`/orders/${NUMBER}`).first().waitFor();
  await surface.close();
  await lab.desk.evaluate(take, { trace, session, number: NUMBER });
}

/** Runs in the desk: reads what there is of a page. */
async function take({ trace, session, number }) {
  const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const database = await done(indexedDB.open('tracelight'));
  const read = database.transaction(['requests', 'spans', 'digests']);
  const of = IDBKeyRange.bound([trace], [trace, []]);
  const requests = await done(read.objectStore('requests').getAll(of));
  const chunks = await done(read.objectStore('spans').getAll(of));
  const digest = await done(read.objectStore('digests').get(trace));
  const marker = await done(read.objectStore('digests').get(''));
  database.close();
  const rows = JSON.parse(digest.text);
  const begun = BigInt(rows.pages[0].start);
  const utf8 = new TextEncoder();
  const raw = Uint8Array.from(trace.match(/../g), (two) => Number.parseInt(two, 16));
  /** Where bytes stand in others. */
  const places = (bytes, wanted) => {
    const found = [];
    for (let at = bytes.indexOf(wanted[0]); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
      if (wanted.every((byte, next) => bytes[at + next] === byte)) found.push(at);
    }
    return found;
  };
  /** Times of spans and events: the fixed64 fields 1, 7 and 8 that lie near the page's. */
  const times = (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const hour = 3_600_000_000_000n;
    const near = (at) => {
      const after = view.getBigUint64(at, true) - begun;
      return after > -hour && after < hour;
    };
    return Array.from({ length: bytes.length - 8 }, (_, at) => at + 1).filter(
      (at) => [0x09, 0x39, 0x41].includes(bytes[at - 1]) && near(at),
    );
  };
  const parts = chunks.map((chunk) => ({
    chunk,
    traces: places(chunk.bytes, raw),
    texts: places(chunk.bytes, utf8.encode(trace)),
    sessions: places(chunk.bytes, utf8.encode(session)),
    numbers: [...places(chunk.bytes, utf8.encode(`orders/${number}`)), ...places(chunk.bytes, utf8.encode(`/items/${number}`))],
    times: times(chunk.bytes),
  }));
  // The worker is to find it too.
  const opened = indexedDB.open('bench');
  opened.onupgradeneeded = () => opened.result.createObjectStore('page');
  const bench = await done(opened);
  const page = { trace, session, number, requests, parts, digest, rows, marker, begun };
  const writing = bench.transaction('page', 'readwrite');
  writing.objectStore('page').put(page, 0);
  await new Promise((resolve) => (writing.oncomplete = resolve));
  bench.close();
  globalThis.page = page;
}

/** Runs in the desk or in the worker: empties the journal, or writes some copies. */
async function write({ from, to, all, each, digested, empty }) {
  const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const stores = ['facts', 'requests', 'spans', 'digests', 'stale', 'gone', 'blocks', 'moved'];
  if (!globalThis.page) {
    const bench = await done(indexedDB.open('bench'));
    globalThis.page = await done(bench.transaction('page').objectStore('page').get(0));
    bench.close();
  }
  const { page } = globalThis;
  const database = await done(indexedDB.open('tracelight'));
  const writing = database.transaction(stores, 'readwrite', { durability: 'relaxed' });
  const [, requests, spans, digests, stale] = stores.map((name) => {
    const store = writing.objectStore(name);
    if (empty) store.clear();
    return store;
  });
  if (empty) digests.put(page.marker);
  const hex = (number) => {
    let mixed = BigInt.asUintN(64, (BigInt(number) + 1n) * 0x9e3779b97f4a7c15n);
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n);
    return (mixed ^ (mixed >> 27n) || 1n).toString(16).padStart(16, '0');
  };
  const utf8 = new TextEncoder();
  for (let at = from; at < to; at++) {
    const trace = hex(at) + hex(at + 1_000_000);
    const nth = Math.floor(at / each);
    const session = (hex(nth + 2_000_000) + hex(nth + 3_000_000)).slice(0, page.session.length);
    const number = String(at).padStart(page.number.length, '0');
    // Twenty hours that end an hour ago.
    const shift = BigInt(Date.now() - 3_600_000 - Math.round(((all - at) / all) * 72_000_000)) * 1_000_000n - page.begun;
    const told = (key, value) => {
      if (typeof value !== 'string') return key === 'millis' && value ? value * (0.5 + (at % 97) / 40) : value;
      if (key === 'start') return String(BigInt(value) + shift);
      return value.replaceAll(page.trace, trace).replaceAll(page.session, session).replaceAll(page.number, number);
    };
    const copy = (row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, told(key, value)]));
    for (const row of page.requests) requests.put(copy(row));
    for (const { chunk, ...places } of page.parts) {
      const bytes = chunk.bytes.slice();
      const raw = Uint8Array.from(trace.match(/../g), (two) => Number.parseInt(two, 16));
      places.traces.forEach((place) => bytes.set(raw, place));
      places.texts.forEach((place) => bytes.set(utf8.encode(trace), place));
      places.sessions.forEach((place) => bytes.set(utf8.encode(session), place));
      places.numbers.forEach((place) => bytes.set(utf8.encode(number), place + 'orders/'.length));
      const view = new DataView(bytes.buffer);
      for (const place of places.times) view.setBigUint64(place, view.getBigUint64(place, true) + shift, true);
      spans.put({ ...chunk, trace, bytes });
    }
    if (!digested) stale.put({ trace, stamp: 1 });
    else {
      const { pages = [], calls = [], errors = [] } = page.rows;
      const text = JSON.stringify({ pages: pages.map(copy), calls: calls.map(copy), errors: errors.map(copy) });
      digests.put({ ...page.digest, trace, sessions: [session], text });
    }
  }
  await new Promise((resolve, reject) => {
    writing.oncomplete = resolve;
    writing.onabort = () => reject(writing.error);
  });
  database.close();
}

/** What the page that is copied has. */
const counts = (lab) =>
  lab.desk.evaluate(() => {
    const { parts, requests } = globalThis.page;
    return { spans: parts.reduce((sum, { chunk }) => sum + chunk.count, 0), requests: requests.length };
  });

/** How many pages are in the journal. */
let filled = 0;

/** Fills an emptied journal. Resolves to the id of one of its sessions, and how many pages and requests there are. */
export async function fill(lab, { spans, session, digested }) {
  const one = await counts(lab);
  const pages = Math.max(1, Math.round(spans / one.spans));
  const each = Math.max(1, Math.round(session / one.spans));
  for (let from = 0; from < pages; from += 100) {
    const to = Math.min(pages, from + 100);
    await lab.desk.evaluate(write, { from, to, all: pages, each, digested, empty: from === 0 });
  }
  filled = pages;
  const first = async () => {
    const opened = indexedDB.open('tracelight');
    await new Promise((resolve) => (opened.onsuccess = resolve));
    const some = opened.result.transaction('requests').objectStore('requests').getAll(null, 1);
    await new Promise((resolve) => (some.onsuccess = resolve));
    opened.result.close();
    return some.result[0].session;
  };
  return { pages, requests: pages * one.requests, session: await lab.desk.evaluate(first) };
}

/**
 * Writes more pages, of so many spans together, as recording does, and tells the surfaces: in the worker, for all pages
 * of an extension have one thread. Resolves to how many spans they have.
 */
export async function more(lab, spans, session) {
  const one = await counts(lab);
  const [count, each] = [Math.max(0, Math.round(spans / one.spans)), Math.max(1, Math.round(session / one.spans))];
  const [from, to] = [filled, filled + count];
  await lab.startWorker();
  const [worker] = lab.context.serviceWorkers();
  await worker.evaluate(write, { from, to, all: to, each, digested: false, empty: false });
  await worker.evaluate(() => chrome.runtime.sendMessage({ notice: 'requests', tab: -1 }).catch(() => undefined));
  filled = to;
  return count * one.spans;
}

/** Waits until a window, which reads all digests the first time, has written them in blocks. */
export async function blocks(lab) {
  const count = async () => {
    const opened = indexedDB.open('tracelight');
    await new Promise((resolve) => (opened.onsuccess = resolve));
    const found = opened.result.transaction('blocks').objectStore('blocks').count();
    await new Promise((resolve) => (found.onsuccess = resolve));
    opened.result.close();
    return found.result > 0;
  };
  const surface = await lab.openSurface('dashboard', { tab: 'pages' });
  await until('blocks are written', () => lab.desk.evaluate(count), 300_000);
  await surface.close();
}
