// Puts spans into the journal that wait to be sent, as recording does, but as many as a test wants.

/**
 * Writes chunks of spans that wait for the destinations of a mask. Each span has an attribute of so many
 * bytes. Resolves to how many spans they have.
 */
export async function enqueue(lab, { chunks, spans, bytes = 100, mask = 1, first = 0 }) {
  for (let from = 0; from < chunks; from += 20) {
    const to = Math.min(chunks, from + 20);
    await lab.desk.evaluate(write, { from: first + from, to: first + to, spans, bytes, mask });
  }
  return chunks * spans;
}

/** The id of a span that was written: the nth of a chunk. */
export const written = (chunk, nth) => `${hex(chunk + 1)}${hex(nth + 1)}`;
const hex = (number) => number.toString(16).padStart(8, '0');

/** Runs in the desk. */
async function write({ from, to, spans, bytes, mask }) {
  const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const utf8 = new TextEncoder();
  const size = (length) => {
    const out = [];
    for (; length > 127; length >>= 7) out.push((length & 127) | 128);
    return [...out, length];
  };
  const join = (parts) => {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
    return whole;
  };
  const field = (number, ...parts) => {
    const inner = join(parts);
    return join([[(number << 3) | 2], size(inner.length), inner]);
  };
  const time = (number, nanos) => {
    const out = new Uint8Array(9);
    out[0] = (number << 3) | 1;
    new DataView(out.buffer).setBigUint64(1, nanos, true);
    return out;
  };
  const word = (number) => number.toString(16).padStart(8, '0');
  const raw = (text) => Uint8Array.from(text.match(/../g), (two) => Number.parseInt(two, 16));
  const filling = field(9, field(1, utf8.encode('filling')), field(2, field(1, new Uint8Array(bytes).fill(120))));
  const now = BigInt(Date.now()) * 1_000_000n;
  const database = await done(indexedDB.open('tracelight'));
  const writing = database.transaction('spans', 'readwrite', { durability: 'relaxed' });
  for (let at = from; at < to; at++) {
    const trace = `${word(at + 1)}${'5a'.repeat(12)}`;
    const span = (nth) =>
      field(2, field(1, raw(trace)), field(2, raw(word(at + 1) + word(nth + 1))), field(5, utf8.encode('GET /')), time(7, now), time(8, now + 1_000_000n), filling);
    const list = Array.from({ length: spans }, (_, nth) => span(nth));
    const row = { trace, side: 'browser', part: 0, open: false, unsent: mask, since: String(now + BigInt(at)), late: false, apart: false };
    writing.objectStore('spans').put({ ...row, count: spans, bytes: field(1, field(2, ...list)) });
  }
  await new Promise((resolve, reject) => {
    writing.oncomplete = resolve;
    writing.onabort = () => reject(writing.error);
  });
  database.close();
}

/** Spoils the bytes of a chunk that waits, as a disk might. */
export function spoil(lab, chunk) {
  return lab.desk.evaluate(async (prefix) => {
    const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const database = await done(indexedDB.open('tracelight'));
    const store = database.transaction('spans', 'readwrite').objectStore('spans');
    const row = (await done(store.index('unsent').getAll())).find(({ trace }) => trace.startsWith(prefix));
    row.bytes = row.bytes.map(() => 255);
    await done(store.put(row));
    database.close();
  }, hex(chunk + 1));
}

/** What waits, as it lies in the journal: `{ trace, unsent, count }`. */
export function queued(lab) {
  return lab.desk.evaluate(async () => {
    const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const database = await done(indexedDB.open('tracelight'));
    const rows = await done(database.transaction('spans').objectStore('spans').index('unsent').getAll());
    database.close();
    return rows.map(({ trace, unsent, count }) => ({ trace, unsent, count }));
  });
}

/** Has what waits sent, as the worker does of itself: `{ left, trouble, after }`. */
export const push = (lab) => lab.say('consult', { task: '{"kind":"send"}' });
